package importer

import (
	"cmp"
	"errors"
	"io"
	"slices"
	"strings"

	"sehat/survey"
)

// A column is a header and a sample of what stands under it.
type column struct {
	header string
	values []string
}

// columns reads a sample of a sheet. Columns of single answers and those that a tool writes for itself are left out.
func (s *suggester) columns(h head) ([]column, error) {
	header := h.header()
	at := slices.IndexFunc(h.rows, func(row []string) bool { return row != nil }) + 1
	cols := make([]column, len(header))
	for i, text := range header {
		cols[i].header = text
	}
	rows, err := s.book.open(h.sheet)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for taken := 0; taken < sampleRows; {
		n, cells, err := rows.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if n <= at || blank(cells) || n == at+1 && isTags(cells) {
			continue
		}
		taken++
		s.rows[h.sheet] = taken
		for i := range cols {
			if i < len(cells) && cells[i] != "" {
				cols[i].values = append(cols[i].values, strings.Clone(cells[i]))
			}
		}
	}
	s.values[h.sheet] = map[string][]string{}
	for _, c := range cols {
		s.values[h.sheet][c.header] = c.values
	}
	t := newBinding(h, at-1)
	if err := t.distinct(); err != nil {
		return nil, err
	}
	tool := t.isExport()
	roster := ""
	if slices.Contains(header, "interview__id") {
		roster = rosterID(h.sheet, header)
	}
	return slices.DeleteFunc(cols, func(c column) bool {
		i := strings.LastIndexByte(c.header, '/')
		return c.header == roster || strings.TrimSpace(c.header) == "" || tool && isToolColumn(c.header) || i > 0 && slices.Contains(header, c.header[:i])
	}), nil
}

// fit is how well a header, without its path through groups, or the label that a dictionary gives it, fits a field.
func (s *suggester) fit(l survey.Level, place int, header string) float64 {
	named := header
	if i := strings.IndexAny(header, "(["); i < 0 || strings.LastIndexByte(header, '/') < i { // (Y/N) is no path
		named = header[strings.LastIndexByte(header, '/')+1:]
	}
	best := s.index.fit(l, place, named)
	if b, ok := s.book.(labelled); ok {
		best = max(best, s.index.fit(l, place, b.label(header)))
	}
	return best
}

// hasMembers reports whether the rows of a sheet tell of people: one column of names, or two that surely answer questions about members.
func (s *suggester) hasMembers(cols []column) bool {
	n := 0
	for _, c := range cols {
		for place, f := range fieldsOf[survey.Member] {
			if s.fit(survey.Member, place, c.header) >= sureTelling {
				if f.Name == "full_name" || f.Name == "full_name_hi" {
					return true
				}
				n++
				break
			}
		}
	}
	return n > 1
}

// A match is a column that may answer a question.
type match struct {
	level survey.Level
	place int
	col   int
	sure  float64
	verdict
}

// table finds for each field the column that fits best, by header and values together. A column answers one question only.
func (s *suggester) table(h head, cols []column, levels ...survey.Level) *TableMapping {
	var all []match
	for _, l := range levels {
		for place, f := range fieldsOf[l] {
			for i, c := range cols {
				m := match{level: l, place: place, col: i, verdict: s.judge(f, c)}
				if m.sure = sure(f, s.fit(l, place, c.header), m.verdict); m.sure >= sureUnknown {
					all = append(all, m)
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b match) int { // a phone in a row of a person is the person's
		return cmp.Or(cmp.Compare(b.sure, a.sure), cmp.Compare(b.level, a.level))
	})
	t := &TableMapping{Sheet: h.sheet, Fields: map[string]FieldMapping{}}
	used := map[int]bool{}
	for _, m := range all {
		f := fieldsOf[m.level][m.place]
		if _, told := t.Fields[f.Name]; told || used[m.col] {
			continue
		}
		used[m.col] = true
		t.Fields[f.Name] = s.field(f, cols[m.col], m)
	}
	if len(levels) > 1 {
		t.phones(cols)
	}
	if levels[len(levels)-1] == survey.Member {
		t.joinNames(cols)
	}
	s.ticks(t, cols, levels[len(levels)-1])
	(&finder{book: s.book, tool: &tool{paths: []string{"/"}}}).choices(t, levels[len(levels)-1], h.header())
	return t
}

// phones tells two columns of phones apart where a row holds a household and a member: the household's stands before the member's name, the
// member's behind it.
func (t *TableMapping) phones(cols []column) {
	at := func(field string) int {
		return slices.IndexFunc(cols, func(c column) bool { return c.header == t.Fields[field].Column })
	}
	own, family, name := t.Fields["mobile"], t.Fields["contact_mobile"], at("full_name")
	if own.Column != "" && family.Column != "" && at("mobile") < name && name < at("contact_mobile") {
		t.Fields["mobile"], t.Fields["contact_mobile"] = family, own
	}
}

// judge looks at the values of a column; codes with labels of their own are judged by these.
func (s *suggester) judge(f survey.Field, c column) verdict {
	values := c.values
	if b, ok := s.book.(labelled); ok && len(f.Codes) > 0 {
		if codes := b.codesOf(c.header); codes != nil {
			values = slices.Clone(values)
			for i, v := range values {
				if label, ok := codes[bareCode(v)]; ok {
					values[i] = label
				}
			}
		}
	}
	return judge(f, values, s.book.dates())
}

// sure puts together what header and values say. Codes that are not known may still be translated.
func sure(f survey.Field, header float64, v verdict) float64 {
	switch {
	case header == 0:
		return v.alone
	case v.told == 0:
		return header * 0.9
	case v.fits >= 0.8:
		return min(1, header+0.1)
	case len(f.Codes) > 0 && v.fits == 0:
		return header * 0.5
	case len(f.Codes) > 0:
		return header * (0.6 + 0.4*v.fits)
	}
	return header * (0.3 + 0.7*v.fits)
}

// field is the proposal for a question: the column, and what its codes mean as far as that is known.
func (s *suggester) field(f survey.Field, c column, m match) FieldMapping {
	out := FieldMapping{Column: c.header, Confidence: round(m.sure)}
	switch {
	case m.isUnix:
		out.Date = "unix"
	case m.isPacked:
		out.Date = "compact"
	case m.isMDY:
		out.Date = "mdy"
	}
	if len(f.Codes) == 0 {
		return out
	}
	codes := map[string]string{}
	if b, ok := s.book.(labelled); ok {
		for code, label := range b.codesOf(c.header) {
			codes[code] = label
			if ours, ok := f.Understands(label); ok {
				codes[code] = ours
			}
		}
	}
	if len(codes) == 0 && len(m.strange) <= maxStrange {
		for _, text := range m.strange {
			codes[text] = text
			if !f.Required { // an answer that nobody translates is left out, rather than the whole row held back
				codes[text] = ""
			}
		}
		guessCodes(f.Name, codes)
	}
	if len(codes) > 0 {
		out.Codes = codes
	}
	return out
}

// guessCodes translates the numbers that forms in India mostly use.
func guessCodes(field string, codes map[string]string) {
	usual := map[string]map[string]string{
		"sex":     {"1": "M", "2": "F", "3": "O"},
		"consent": {"2": "no"},
	}[field]
	for code := range codes {
		if ours, ok := usual[linkKey(code)]; ok {
			codes[code] = ours
		}
	}
}

func round(x float64) float64 { return float64(int(x*100+0.5)) / 100 }
