package importer

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"sehat/survey"
)

// A Suggestion is the column that was found for a question, and how sure it is.
type Suggestion struct {
	Field      string  `json:"field"`
	Sheet      string  `json:"sheet,omitempty"`
	Column     string  `json:"column"` // the header, or "(count)" or "(constant)"
	Confidence float64 `json:"confidence"`
}

// A Proposal is a mapping to be looked through by a person.
type Proposal struct {
	Mapping *Mapping     `json:"-"`
	Fields  []Suggestion `json:"fields"`
	Missing []string     `json:"fields_missing,omitempty"` // required fields for which no column was found
	// Unknown are the columns that answer no question, as "column C (header)": the import keeps them beside the answers.
	Unknown []string `json:"columns_unknown,omitempty"`
	// Recognised tells that the file is an export of our form, which needs no mapping.
	Recognised bool `json:"recognised,omitempty"`
}

// Confidences of a suggestion.
const (
	sureName    = 1.0 // the header is the field's own name or label
	sureTool    = 0.9 // a column that the exporting tool always writes so
	sureSynonym = 0.8
	sureTelling = 0.7  // the header without words such as "member" is a synonym
	sureWords   = 0.5  // part of the header is a synonym
	sureUnknown = 0.35 // less than this is not proposed
)

// sampleRows is how many rows of a sheet are looked at.
const sampleRows = 300

// SuggestMapping proposes a mapping for a file from its headers and from what stands under them. Nothing that stands there goes into the
// proposal but codes of questions with choices.
func SuggestMapping(path, surveyCode string) (*Proposal, error) {
	b, err := openBook(context.Background(), path)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	heads, err := readHeads(b)
	if err != nil {
		return nil, err
	}
	if len(heads) == 0 {
		return nil, fileError("ask for the file again", "there is nothing in the file")
	}
	s := suggester{book: b, index: newWordIndex(), proposal: &Proposal{}, rows: map[string]int{}, values: map[string]map[string][]string{}}
	if m, err := recognise(b, heads); err == nil && m != nil {
		m.Survey = surveyCode
		s.proposal.Mapping, s.proposal.Recognised = m, true
		s.proposal.Missing = missing(m)
		s.list(m)
		return s.proposal, nil
	}
	stem := strings.TrimSuffix(FileName(path), filepath.Ext(path))
	m := &Mapping{Version: 1, Name: stem, Survey: surveyCode}
	if isProfile(m.Name) {
		m.Name += "-table"
	}
	if err := s.fill(m, heads); err != nil {
		return nil, err
	}
	s.proposal.Mapping = m
	s.proposal.Missing = missing(m)
	s.list(m)
	s.ask(m)
	return s.proposal, nil
}

// isProfile reports whether a name is one of the profiles that are recognised.
func isProfile(name string) bool {
	return slices.Contains(Profiles(), name)
}

// header is the first row with something in it.
func (h head) header() []string {
	for _, row := range h.rows {
		if row != nil {
			return row
		}
	}
	return nil
}

type suggester struct {
	book     book
	index    wordIndex
	proposal *Proposal
	rows     map[string]int                 // sampled, by sheet
	values   map[string]map[string][]string // by sheet and header
}

// fill proposes the tables of a mapping.
func (s *suggester) fill(m *Mapping, heads []head) error {
	t, root, repeats := toolOf(heads)
	if root < 0 {
		root = s.best(heads, survey.Household)
	}
	if t == nil {
		t = &tool{}
		for i := range heads {
			if i != root {
				repeats = append(repeats, i)
			}
		}
	}
	h := heads[root]
	households, err := s.columns(h)
	if err != nil {
		return err
	}
	repeat := -1
	if len(repeats) > 0 {
		repeat = repeats[s.best(pick(heads, repeats), survey.Member)]
	}
	f := finder{book: s.book, tool: t}
	switch wide := numberedStems(h.header(), s.index); {
	case repeat >= 0:
		m.Households = s.table(h, households, survey.Household)
		s.tell(f, m.Households, h, households)
		members, err := s.columns(heads[repeat])
		if err != nil {
			return err
		}
		m.Members = s.table(heads[repeat], members, survey.Member)
		if t.profile != "" {
			f.member(m.Members, heads[repeat].header(), h.header())
		} else {
			s.join(m, households, members)
		}
	case len(wide) >= 2:
		stems := map[string]bool{}
		for _, f := range wide {
			stems[headerKey(f.Column)] = true
		}
		m.Households = s.table(h, slices.DeleteFunc(households, func(c column) bool {
			_, n := unnumbered(c.header, stems)
			return n > 0 || numbered.MatchString(c.header)
		}), survey.Household)
		s.tell(f, m.Households, h, households)
		m.Members = &TableMapping{Melt: true, Fields: wide}
		if t.profile != "" {
			m.Members.Link = &Link{t.parent, t.link}
		}
		s.number(m.Members, memberNumber)
	case s.hasMembers(households):
		m.Rows = s.table(h, households, survey.Household, survey.Member)
		s.tell(f, m.Rows, h, households)
		s.number(m.Rows, "")
	default:
		m.Households = s.table(h, households, survey.Household)
		s.tell(f, m.Households, h, households)
	}
	return nil
}

// tell adds what the tool itself tells about a submission. A household is known by the submission, unless the form has a number that no two
// of them share; a place that is not where the questionnaire asks for one is left out.
func (s *suggester) tell(f finder, t *TableMapping, h head, cols []column) {
	if own := t.Fields[survey.LinkField].Column; own != "" && f.tool.key != "" {
		i := slices.IndexFunc(cols, func(c column) bool { return c.header == own })
		if i < 0 || !distinctValues(cols[i].values) || len(cols[i].values) < s.rows[h.sheet] {
			delete(t.Fields, survey.LinkField)
		}
	}
	f.household(t, h.header())
	for _, name := range []string{"latitude", "longitude"} {
		l, place, _ := fieldNamed(name)
		v := s.judge(fieldsOf[l][place], column{values: s.values[h.sheet][t.Fields[name].Column]})
		if m := t.Fields[name]; m.ways() == 0 || m.Part == 0 && v.told > 0 && v.fits < 0.5 {
			delete(t.Fields, "latitude")
			delete(t.Fields, "longitude")
			delete(t.Fields, "gps_accuracy")
		}
	}
}

func distinctValues(values []string) bool {
	seen := map[string]bool{}
	for _, v := range values {
		if seen[v] {
			return false
		}
		seen[v] = true
	}
	return true
}

func pick(heads []head, places []int) []head {
	var out []head
	for _, i := range places {
		out = append(out, heads[i])
	}
	return out
}

// best returns the sheet whose headers answer the most questions of a level; the first of equals.
func (s *suggester) best(heads []head, l survey.Level) int {
	best, most := 0, -1
	for i, h := range heads {
		n := 0
		for _, text := range h.header() {
			for place := range fieldsOf[l] {
				if s.fit(l, place, text) >= sureTelling {
					n++
					break
				}
			}
		}
		if n > most {
			best, most = i, n
		}
	}
	return best
}

// number adds the line of a member where the source has none.
func (s *suggester) number(t *TableMapping, column string) {
	if t.Fields["line_no"].ways()+t.Fields["member_id"].ways() > 0 {
		return
	}
	t.Fields["line_no"] = FieldMapping{Count: column == "", Column: column, Confidence: sureTool}
}

// join finds the column that both sheets have, and whose values in the members' sheet are all among the households'.
func (s *suggester) join(m *Mapping, households, members []column) {
	s.number(m.Members, "")
	for _, a := range members {
		for _, b := range households {
			if headerKey(a.header) != headerKey(b.header) || len(a.values) == 0 || !within(a.values, b.values) {
				continue
			}
			m.Members.Link = &Link{a.header, b.header}
			for name, f := range m.Members.Fields {
				if f.Column == a.header {
					delete(m.Members.Fields, name)
				}
			}
			s.number(m.Members, "")
			if m.Households.Fields[survey.LinkField].ways() == 0 {
				m.Households.Fields[survey.LinkField] = FieldMapping{Column: b.header, Confidence: sureTool}
			}
			return
		}
	}
}

// within reports whether the values are among others that do not repeat. Samples end somewhere: nine in ten are enough.
func within(values, others []string) bool {
	there := map[string]bool{}
	for _, v := range others {
		there[linkKey(v)] = true
	}
	if len(there) < len(others) {
		return false
	}
	n := 0
	for _, v := range values {
		if there[linkKey(v)] {
			n++
		}
	}
	return n*10 >= len(values)*9 || len(others) >= sampleRows && n > 0
}

// list tells what was found, the surest first, and what was not used.
func (s *suggester) list(m *Mapping) {
	for _, t := range []*TableMapping{m.Households, m.Members, m.Rows} {
		if t == nil {
			continue
		}
		for name, f := range t.Fields {
			if f.Confidence == 0 {
				f.Confidence = sureTool
				if s.proposal.Recognised {
					f.Confidence = sureName
				}
				t.Fields[name] = f
			}
			column := strings.Join(f.every(), ", ")
			if f.Count {
				column = "(count)"
			}
			s.proposal.Fields = append(s.proposal.Fields, Suggestion{name, t.Sheet, column, f.Confidence})
		}
	}
	slices.SortFunc(s.proposal.Fields, func(a, b Suggestion) int {
		return cmp.Or(cmp.Compare(b.Confidence, a.Confidence), cmp.Compare(a.Sheet, b.Sheet), cmp.Compare(a.Field, b.Field))
	})
	if clone, err := cloneMapping(m); err == nil {
		if p, err := makePlan(s.book, clone, "", cmp.Or(m.Survey, "?")); err == nil {
			s.proposal.Unknown = p.ignored
		}
	}
}

// ask leaves a place for what every household must tell and no column does: a constant to fill in.
func (s *suggester) ask(m *Mapping) {
	t := cmp.Or(m.Households, m.Rows)
	for _, name := range []string{"ward_code", "visit_date", "visit_outcome", "consent"} {
		if t != nil && t.Fields[name].ways() == 0 {
			empty := ""
			t.Fields[name] = FieldMapping{Constant: &empty}
		}
	}
}

// missing lists the required fields that have no column.
func missing(m *Mapping) []string {
	told := map[string]bool{"survey_code": m.Survey != ""}
	var levels []survey.Level
	for _, t := range []*TableMapping{m.Households, m.Members, m.Rows} {
		if t != nil {
			for name := range maps.Keys(t.Fields) {
				told[name] = true
			}
		}
	}
	if m.Households != nil || m.Rows != nil {
		levels = append(levels, survey.Household)
	}
	if m.Members != nil || m.Rows != nil {
		levels = append(levels, survey.Member)
	}
	var out []string
	for _, l := range levels {
		for _, f := range fieldsOf[l] {
			if f.Required && !told[f.Name] && (f.Or == "" || !told[f.Or]) {
				out = append(out, f.Name)
			}
		}
	}
	return out
}

// Marshal writes the mapping as the file that a person edits.
func (m *Mapping) Marshal() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(m); err != nil {
		return nil, fmt.Errorf("writing a mapping: %w", err)
	}
	text, _ := survey.MaskAadhaar(b.String()) // codes come out of cells
	return []byte(text), nil
}
