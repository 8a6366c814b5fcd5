package importer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"sehat/records"
	"sehat/survey"
)

// A Mapping tells where the answers stand in a table that is not our own form. It is a JSON file, or the same in YAML; MappingSchema
// describes it to an editor:
//
//	{
//	  "sehat_mapping": 1,
//	  "name": "kobo-household-loop",
//	  "survey_code": "2026-1",
//	  "households": {
//	    "sheet": "Household survey",
//	    "source_rev": "_submission_time",
//	    "fields": {
//	      "household_id": "_id",
//	      "ward_code": {"constant": "012"},
//	      "visit_date": {"column": "today", "date": "iso"},
//	      "consent": {"first": ["consent_en", "consent_hi"], "codes": {"agree": "yes"}, "otherwise": "no"},
//	      "address_line": {"columns": ["street", "landmark"], "join": ", "}
//	    }
//	  },
//	  "members": {
//	    "sheet": "loop",
//	    "link": {"column": "_parent_index", "household": "_index"},
//	    "fields": {"line_no": {"count": true}, "full_name": "name", "sex": {"column": "sex", "codes": {"1": "M", "2": "F"}}}
//	  }
//	}
//
// A table whose rows hold a household and a member at once is told by "rows" in place of the two. The names of the fields are
// those of the survey package. A field that is left out is not in the source.
type Mapping struct {
	Schema     string        `json:"$schema,omitempty"` // for editors; it has no effect
	Version    int           `json:"sehat_mapping"`     // 1
	Name       string        `json:"name"`              // goes into every id: never change it between imports of one survey
	Survey     string        `json:"survey_code,omitempty"`
	Households *TableMapping `json:"households,omitempty"`
	Members    *TableMapping `json:"members,omitempty"`
	Rows       *TableMapping `json:"rows,omitempty"`
}

// A TableMapping tells where the answers stand in one sheet.
type TableMapping struct {
	Sheet string `json:"sheet,omitempty"` // its name, or how it begins; empty: the first, or the only other one
	// Link tells which column of a member's row names its household's row, and by which column of that. Without it both
	// are the column of household_id.
	Link *Link `json:"link,omitempty"`
	// SourceRev is the column of the source's own edit count or time: an older row never overwrites a newer one.
	SourceRev string `json:"source_rev,omitempty"`
	// PositionKey tells that member_id is only a position in the source: another person may stand there in the next export.
	PositionKey bool `json:"position_key,omitempty"`
	// Melt tells that members stand side by side in the row of their household: in the names of columns, # is the member's number
	// there, as in full_name_#. A member of whom nothing is written is none.
	Melt bool `json:"melt,omitempty"`
	// RejectedWhere tells which rows the source itself does not count: column, what stands in it ("*": anything), and why
	// (rejected, deleted, partial or encrypted). They are held back with that reason.
	RejectedWhere map[string]map[string]string `json:"rejected_where,omitempty"`
	// DropUnknown tells that columns which answer no question are left out. Else they are kept beside the answers, if there is consent.
	DropUnknown bool                    `json:"drop_unknown,omitempty"`
	Fields      map[string]FieldMapping `json:"fields"`
}

// A Link joins members to households.
type Link struct {
	Column    string `json:"column"`    // in the member's row
	Household string `json:"household"` // in the household's row
}

// A FieldMapping tells where the answer to one question stands: a column (a bare string says the same), several joined, the
// first that is answered, a constant, or the row's place among the members of its household (count). Choices are the columns
// of a question with several answers that holds a column for each: what a column means where it is ticked (1, true, yes, x). They
// count where the column beside them is not answered, or there is none.
type FieldMapping struct {
	Column    string            `json:"column,omitempty"`
	Columns   []string          `json:"columns,omitempty"`
	Join      string            `json:"join,omitempty"` // between columns; a space if empty
	First     []string          `json:"first,omitempty"`
	Constant  *string           `json:"constant,omitempty"`
	Count     bool              `json:"count,omitempty"`
	Choices   map[string]string `json:"choices,omitempty"`
	Part      int               `json:"part,omitempty"`      // which of the words in the cell, from 1: a latitude and a longitude in one
	Codes     map[string]string `json:"codes,omitempty"`     // the source's codes to ours
	Otherwise *string           `json:"otherwise,omitempty"` // what every other code means; left out: itself
	Date      string            `json:"date,omitempty"`      // auto (also dmy, iso), mdy, compact (20260815), serial or unix
	// Confidence is how sure --suggest-mapping was, from 0 to 1; it has no effect.
	Confidence float64 `json:"confidence,omitempty"`
}

// UnmarshalJSON takes a bare string for a column.
func (f *FieldMapping) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(b, []byte(`"`)) {
		return json.Unmarshal(b, &f.Column)
	}
	type bare FieldMapping
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	return dec.Decode((*bare)(f))
}

// MarshalJSON writes a lone column as a bare string.
func (f FieldMapping) MarshalJSON() ([]byte, error) {
	type bare FieldMapping
	if text, err := json.Marshal(bare(f)); err != nil || f.Column == "" || string(text) != `{"column":`+quoteJSON(f.Column)+`}` {
		return text, err
	}
	return json.Marshal(f.Column)
}

func quoteJSON(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(b)
}

// headers lists the source's columns that the field is read from.
func (f FieldMapping) headers() []string {
	if f.Column != "" {
		return []string{f.Column}
	}
	return append(slices.Clone(f.Columns), f.First...)
}

// every lists the source's columns that the field has to do with.
func (f FieldMapping) every() []string {
	return append(f.headers(), slices.Sorted(maps.Keys(f.Choices))...)
}

// ParseMapping reads a mapping and checks that it names only fields, forms and tables that there are.
func ParseMapping(b []byte) (*Mapping, error) {
	var m Mapping
	b = bytes.TrimSpace(bytes.TrimPrefix(b, []byte{0xEF, 0xBB, 0xBF}))
	if !bytes.HasPrefix(b, []byte("{")) {
		var err error
		if b, err = yamlToJSON(b); err != nil {
			return nil, fmt.Errorf("the mapping is not as it should be: %w", err)
		}
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&m); err != nil {
		return nil, fmt.Errorf("the mapping is not as it should be: %w", mappingCause(b, err))
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("the mapping is not as it should be: something follows the closing brace")
	}
	safe, err := m.masked()
	if err != nil {
		return nil, err
	}
	return safe, safe.check()
}

// LoadMapping reads a mapping file.
func LoadMapping(path string) (*Mapping, error) {
	b, err := readMapping(path)
	if err != nil {
		return nil, err
	}
	m, err := ParseMapping(b)
	if err != nil {
		return nil, notAMapping(err.Error(), path)
	}
	return m, nil
}

// joint returns the columns by which members find their household: in their own rows, and in the household's.
func (m *Mapping) joint() (inMembers, inHouseholds string) {
	if link := m.Members.Link; link != nil {
		return link.Column, link.Household
	}
	if m.Households != nil {
		inHouseholds = m.Households.Fields[survey.LinkField].Column
	}
	inMembers = m.Members.Fields[survey.LinkField].Column
	if inMembers == "" && m.Members.Melt {
		inMembers = inHouseholds
	}
	return inMembers, inHouseholds
}

func (m *Mapping) check() error {
	switch {
	case m.Version != 1:
		return errors.New(`the mapping must say "sehat_mapping": 1`)
	case strings.TrimSpace(m.Name) == "" || m.Name == ProfileSehat:
		return errors.New(`the mapping needs a "name" of its own: it goes into every id`)
	case m.Rows != nil && (m.Households != nil || m.Members != nil):
		return errors.New(`"rows" is for a table whose rows hold a household and a member; it does not go with "households" and "members"`)
	case m.Members != nil && m.Members.Melt && m.Households == nil:
		return errors.New(`"melt" takes the members out of the rows of "households", which the mapping does not name`)
	case m.Rows == nil && m.Households == nil && m.Members == nil:
		return errors.New(`the mapping names no table: it needs "households" and "members", or "rows"`)
	}
	for name, t := range map[string]*TableMapping{"households": m.Households, "members": m.Members, "rows": m.Rows} {
		if t == nil {
			continue
		}
		if err := t.check(name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func (t *TableMapping) check(table string) error {
	for name, f := range t.Fields {
		level, _, ok := fieldNamed(name)
		switch {
		case !ok:
			return fmt.Errorf("there is no field %q%s", name, nearest(name))
		case table == "households" && level == survey.Member:
			return fmt.Errorf("%s is a member's answer; put it under members", name)
		case table == "members" && level == survey.Household && name != survey.LinkField:
			return fmt.Errorf("%s is a household's answer; put it under households", name)
		}
		if _, ok := dateForms[f.Date]; !ok {
			return fmt.Errorf("%s: there is no date form %q; say auto, mdy, compact, serial or unix", name, f.Date)
		}
		if n := f.ways(); n != 1 {
			return fmt.Errorf("%s: say one of column, columns, first, constant, count and choices", name)
		}
		if f.Part < 0 {
			return fmt.Errorf("%s: part counts from 1", name)
		}
	}
	for column, values := range t.RejectedWhere {
		for value, why := range values {
			if !isRefusal(why) {
				return fmt.Errorf("rejected_where %s %q: say rejected, deleted, partial or encrypted", column, value)
			}
		}
	}
	if t.Link != nil && (t.Link.Column == "" || t.Link.Household == "") {
		return errors.New("link needs a column in the member's row and one in the household's")
	}
	return nil
}

// ways counts in how many ways the field is told.
func (f FieldMapping) ways() int {
	n := 0
	for _, is := range []bool{f.Column != "", len(f.Columns) > 0, len(f.First) > 0, f.Constant != nil, f.Count} {
		if is {
			n++
		}
	}
	if len(f.Choices) > 0 && f.Constant == nil && !f.Count {
		return max(n, 1)
	}
	return n
}

// fieldNamed finds a field of either level by its machine name.
func fieldNamed(name string) (survey.Level, int, bool) {
	for _, l := range []survey.Level{survey.Household, survey.Member} {
		for i, f := range fieldsOf[l] {
			if f.Name == name {
				return l, i, true
			}
		}
	}
	return 0, 0, false
}

// fieldsOf are the fields of both levels, by place.
var fieldsOf = [2][]survey.Field{survey.Fields(survey.Household), survey.Fields(survey.Member)}

// nearest proposes a field that a name may have meant.
func nearest(name string) string {
	for _, l := range []survey.Level{survey.Household, survey.Member} {
		if i, ok := survey.LookupSynonym(l, name); ok {
			return fmt.Sprintf("; did you mean %q?", fieldsOf[l][i].Name)
		}
	}
	return ""
}

// hash names the mapping: an import that was cut off goes on only with the same one.
func (m *Mapping) hash() string {
	if m == nil {
		return ""
	}
	b, err := json.Marshal(m) // maps are written in the order of their keys
	if err != nil {
		return ""
	}
	return records.Hash(b)
}
