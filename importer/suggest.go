package importer

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"sehat/survey"
)

// A Suggestion is the column that was found for a question, and how sure it is.
type Suggestion struct {
	Field      string  `json:"field"`
	Sheet      string  `json:"sheet,omitempty"`
	Column     string  `json:"column"` // the header, or "(count)"
	Confidence float64 `json:"confidence"`
}

// Confidences of a suggestion.
const (
	sureName    = 1.0 // the header is the field's own name or label
	sureTool    = 0.9 // a column that the exporting tool always writes so
	sureSynonym = 0.8
	sureWords   = 0.5 // the header has all words of the field's name
	sureUnknown = 0.3
)

// SuggestMapping proposes a mapping for a file from its headers, to be looked through by a person, with the columns that it
// found and the required fields for which it found none.
func SuggestMapping(path, surveyCode string) (*Mapping, []Suggestion, []string, error) {
	b, err := openBook(context.Background(), path)
	if err != nil {
		return nil, nil, nil, err
	}
	defer b.Close()
	heads, err := readHeads(b)
	if err != nil {
		return nil, nil, nil, err
	}
	if len(heads) == 0 {
		return nil, nil, nil, fileError("ask for the file again", "there is nothing in the file")
	}
	stem := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	m := &Mapping{Version: 1, Name: stem, Survey: surveyCode}
	if m.Name == ProfileSehat {
		m.Name += "-table"
	}
	s := suggester{}
	root, repeat := heads[0], -1
	for i, h := range heads[1:] {
		if slices.Contains(h.header(), "_parent_index") || len(heads) == 2 {
			repeat = i + 1
			break
		}
	}
	switch {
	case repeat > 0:
		m.Households = s.table(root, survey.Household)
		m.Members = s.table(heads[repeat], survey.Member)
		s.tool(m, root, heads[repeat])
	case s.levels(root, survey.Member) > 1:
		m.Rows = s.table(root, survey.Household, survey.Member)
	default:
		m.Households = s.table(root, survey.Household)
	}
	return m, s.found, s.missing(m), nil
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

type suggester struct{ found []Suggestion }

// levels counts the columns that surely answer a question of a level.
func (s *suggester) levels(h head, l survey.Level) int {
	n := 0
	for _, text := range h.header() {
		if _, ok := survey.LookupSynonym(l, bareHeader(text)); ok {
			n++
		}
	}
	return n
}

// table finds for each field the header that fits best. A header answers one question only.
func (s *suggester) table(h head, levels ...survey.Level) *TableMapping {
	t := &TableMapping{Sheet: h.sheet, Fields: map[string]FieldMapping{}}
	used := map[string]bool{}
	for _, least := range []float64{sureName, sureSynonym, sureWords} {
		for _, l := range levels {
			for place, f := range fieldsOf[l] {
				if _, done := t.Fields[f.Name]; done {
					continue
				}
				for _, text := range h.header() {
					if text == "" || used[text] || strings.HasPrefix(text, "_") || confidence(l, place, text) < least {
						continue
					}
					used[text] = true
					s.add(t, f.Name, FieldMapping{Column: text, Confidence: least})
					break
				}
			}
		}
	}
	return t
}

func (s *suggester) add(t *TableMapping, field string, f FieldMapping) {
	t.Fields[field] = f
	column := f.Column
	if f.Count {
		column = "(count)"
	}
	s.found = append(s.found, Suggestion{field, t.Sheet, column, f.Confidence})
}

// confidence is how well a header fits a field.
func confidence(l survey.Level, place int, header string) float64 {
	text := bareHeader(header)
	if p, ok := survey.Lookup(l, text); ok && p == place {
		return sureName
	}
	if p, ok := survey.LookupSynonym(l, text); ok && p == place {
		return sureSynonym
	}
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) })
	for _, w := range strings.Split(fieldsOf[l][place].Name, "_") {
		if !slices.Contains(words, w) {
			return 0
		}
	}
	return sureWords
}

// bareHeader is a header without its path through groups, and without the number that some forms put before a question.
func bareHeader(s string) string {
	s = s[strings.LastIndexByte(s, '/')+1:]
	return strings.TrimLeftFunc(s, func(r rune) bool { return unicode.IsDigit(r) || strings.ContainsRune("._) ", r) })
}

// tool adds what KoboToolbox and ODK always write: the submission's id and the joint between the sheets.
func (s *suggester) tool(m *Mapping, root, repeat head) {
	if slices.Contains(root.header(), "_id") {
		s.add(m.Households, survey.LinkField, FieldMapping{Column: "_id", Confidence: sureTool})
	}
	if slices.Contains(root.header(), "_index") && slices.Contains(repeat.header(), "_parent_index") {
		m.Members.Link = &Link{Column: "_parent_index", Household: "_index"}
	}
	if _, ok := m.Households.Fields["visit_date"]; !ok {
		for _, text := range []string{"today", "start"} {
			if slices.Contains(root.header(), text) {
				s.add(m.Households, "visit_date", FieldMapping{Column: text, Confidence: sureUnknown})
				break
			}
		}
	}
	_, id := m.Members.Fields["member_id"]
	if _, line := m.Members.Fields["line_no"]; !id && !line {
		s.add(m.Members, "line_no", FieldMapping{Count: true, Confidence: sureTool})
	}
}

// missing lists the required fields that have no column.
func (s *suggester) missing(m *Mapping) []string {
	told := map[string]bool{"survey_code": m.Survey != ""}
	var levels []survey.Level
	for _, t := range []*TableMapping{m.Households, m.Members, m.Rows} {
		if t != nil {
			for name := range t.Fields {
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
	var missing []string
	for _, l := range levels {
		for _, f := range fieldsOf[l] {
			if f.Required && !told[f.Name] && (f.Or == "" || !told[f.Or]) {
				missing = append(missing, f.Name)
			}
		}
	}
	return missing
}

// Marshal writes the mapping as the file that a person edits.
func (m *Mapping) Marshal() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(m); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
