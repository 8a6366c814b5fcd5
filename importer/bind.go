package importer

import (
	"maps"
	"slices"
	"strings"

	"sehat/survey"
)

// bindMapping binds the tables that a mapping names.
func (p *plan) bindMapping(heads []head) error {
	m := p.mapping
	first := m.Rows
	if first == nil {
		first = m.Households
	}
	taken := noSheet
	if first != nil {
		kind := householdTable
		if m.Rows != nil {
			kind = flatTable
		}
		t, err := bindTable(heads, first, kind, noSheet)
		if err != nil {
			return err
		}
		taken = t.sheet
		p.tables = append(p.tables, t)
	}
	if m.Members != nil && !p.withoutRepeat(heads, taken) {
		t, err := bindTable(heads, m.Members, memberTable, taken)
		if err != nil {
			return err
		}
		if err := p.join(t, m); err != nil {
			return err
		}
		p.tables = append(p.tables, t)
	}
	for _, t := range p.tables {
		p.ignore(t)
	}
	return nil
}

// withoutRepeat reports whether a file is an export of households only: KoboToolbox writes no sheet for a repeat without rows.
func (p *plan) withoutRepeat(heads []head, taken string) bool {
	if len(p.tables) == 0 || p.mapping.Members.Melt || len(heads) != 1 || heads[0].sheet != taken {
		return false
	}
	h := p.tables[0].header
	return slices.Contains(h, "_index") || slices.Contains(h, "_uuid")
}

// noSheet is no sheet's name; that of a CSV is empty.
const noSheet = "\x00"

// join finds the columns by which members find their household.
func (p *plan) join(members *binding, m *Mapping) error {
	_, place, _ := fieldNamed(survey.LinkField)
	inMembers, inHouseholds := m.joint()
	if inMembers == "" {
		return fileError(`add "link" to members in the mapping`, "the mapping does not say which column of a member's row names its household")
	}
	if members.link = members.find(inMembers); members.link < 0 {
		return members.noColumn(inMembers)
	}
	members.hh[place] = plain(members.link)
	for _, t := range p.tables {
		if t.key = t.find(inHouseholds); t.key < 0 {
			return t.noColumn(inHouseholds)
		}
	}
	return nil
}

// bindTable binds one table. The header is the row that holds the most of the columns that the mapping names.
func bindTable(heads []head, m *TableMapping, kind tableKind, taken string) (*binding, error) {
	used := m.columns()
	var t *binding
	best := -1
	for _, h := range heads {
		if !m.isSheet(h.sheet, len(heads)) || h.sheet == taken && len(heads) > 1 && m.Sheet == "" {
			continue
		}
		for i, row := range h.rows {
			n := 0
			for _, text := range row {
				if used[headerKey(text)] {
					n++
				}
			}
			if row != nil && n > best {
				best, t = n, newBinding(h, i)
			}
		}
		if m.Sheet == "" && kind != memberTable {
			break // the first sheet
		}
	}
	if t == nil {
		var names []string
		for _, h := range heads {
			names = append(names, h.sheet)
		}
		return nil, fileError("the sheets are: "+strings.Join(names, ", "), "there is no sheet %q with something in it, which the mapping names", m.Sheet)
	}
	t.kind, t.position = kind, m.PositionKey
	if err := t.distinct(); err != nil {
		return nil, err
	}
	if err := t.bindMapping(m); err != nil {
		return nil, err
	}
	t.drop = m.DropUnknown
	return t, nil
}

// columns are the headers that a mapping names, for comparison.
func (m *TableMapping) columns() map[string]bool {
	used := map[string]bool{}
	for _, f := range m.Fields {
		for _, text := range f.every() {
			used[headerKey(text)] = true
		}
	}
	if m.Link != nil {
		used[headerKey(m.Link.Column)] = true
	}
	if m.SourceRev != "" {
		used[headerKey(m.SourceRev)] = true
	}
	return used
}

// isSheet reports whether a sheet may be the one that is meant: by its name, or by how the name begins, because tools cut
// names to 31 characters. A CSV has no sheet names.
func (m *TableMapping) isSheet(name string, sheets int) bool {
	if m.Sheet == "" || name == "" || sheets == 1 {
		return true
	}
	meant, is := sheetBegin(m.Sheet), sheetBegin(name)
	return strings.HasPrefix(is, meant) || len([]rune(name)) > 24 && strings.HasPrefix(meant, is)
}

// sheetBegin is a sheet's name without the dots that say it was cut.
func sheetBegin(name string) string {
	return strings.ToLower(strings.TrimRight(name, ".… "))
}

func (t *binding) bindMapping(m *TableMapping) error {
	names := make([]string, 0, len(m.Fields))
	for name := range m.Fields {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		f := m.Fields[name]
		l, place, _ := fieldNamed(name)
		if f.Count {
			t.count[place] = true
			continue
		}
		s := source{part: f.Part, key: name == survey.LinkField, first: len(f.First) > 0, join: f.Join, otherwise: f.Otherwise, form: dateFormOf(fieldsOf[l][place])}
		if s.form != formAsIs || f.Date != "" {
			s.form = dateForms[f.Date]
		}
		if s.join == "" {
			s.join = " "
		}
		if f.Constant != nil {
			s.constant = *f.Constant
		}
		if len(f.Codes) > 0 || f.Otherwise != nil {
			s.codes = map[string]string{}
			for from, to := range f.Codes {
				s.codes[strings.ToLower(strings.TrimSpace(from))] = to
			}
		}
		for _, text := range f.headers() {
			col := t.find(text)
			if col < 0 {
				return t.noColumn(text)
			}
			s.cols = append(s.cols, col)
			if t.owner[col].place < 0 {
				t.owner[col] = owner{l, place}
			}
		}
		for _, text := range slices.Sorted(maps.Keys(f.Choices)) {
			col := t.find(text)
			if col < 0 {
				return t.noColumn(text)
			}
			s.choices = append(s.choices, choice{col, f.Choices[text]})
			if t.owner[col].place < 0 {
				t.owner[col] = owner{l, place}
			}
		}
		*t.source(l, place) = s
	}
	t.bindRefusals(m.RejectedWhere)
	if m.SourceRev != "" {
		if t.rev = t.find(m.SourceRev); t.rev < 0 {
			return t.noColumn(m.SourceRev)
		}
	}
	return nil
}

// find returns the column with a header: as it is, or as the last part of a path through groups, if only one ends so.
func (t *binding) find(header string) int {
	key := headerKey(header)
	if key == "" {
		return -1
	}
	if i := slices.Index(t.header, header); i >= 0 {
		return i
	}
	paths := "/"
	if slices.Contains(t.header, "KEY") { // ODK Central parts the groups with a hyphen
		paths = "/-"
	}
	found, several := -1, false
	for i, text := range t.header {
		is := headerKey(text)
		if is == key {
			return i
		}
		if j := strings.LastIndexAny(is, paths); j >= 0 && is[j+1:] == key {
			several = several || found >= 0
			found = i
		}
	}
	if several {
		return -1
	}
	return found
}

func (t *binding) noColumn(header string) error {
	return fileError("correct the mapping; headers must be spelled as in the file", "%sthere is no column %q, which the mapping names", t.where(), header)
}
