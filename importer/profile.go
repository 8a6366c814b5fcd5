package importer

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"sehat/survey"
)

// ProfileSehat is the profile of our own form and of its CSV twin: one household is the same household in both.
const ProfileSehat = "sehat"

// A tableKind says what a row of a table holds.
type tableKind uint8

const (
	householdTable tableKind = iota
	memberTable
	flatTable // a household, its visit and a member
)

// A binding is a table whose columns are bound to questions.
type binding struct {
	kind      tableKind
	sheet     string
	headerRow int
	header    []string
	hh, mb    []source // by place; a zero source: not in the table
	count     []bool   // member places that take the row's place in its household
	link      int      // of a member table: the column that names the household's row
	key       int      // of a household table: the column that the link means
	rev       int      // the source's revision; -1: none
	rowID     int      // sehat_row; -1: none
	note      int      // sehat_note; -1: none
	position  bool     // member_id is only a position
	owner     []owner  // which question a column answers first
	refusals  []refusal
	kept      []keptColumn // columns that answer no question
	drop      bool         // they are left out
	whence    func(sheet string, n, col int) (string, int, int)
}

// An owner is the question that a column answers.
type owner struct {
	level survey.Level
	place int // -1: none
}

// A plan is how a file is read.
type plan struct {
	profile string
	mapping *Mapping
	survey  string // the round, where a row does not say
	book    book   // the file, melted where the mapping says so
	// Submissions tells that a household's row is known by the id of its submission, which no other has.
	submissions bool
	tables      []*binding
	ignored     []string // columns that answer no question, as "C (header)"
	missing     []string // required fields that no column answers
}

// headerRows is how many rows are looked at for the header: people put a title above it.
const headerRows = 10

// makePlan binds a file's tables to the questions: by a mapping, by what a tool writes, or by the headers of our own form. A profile that is
// named overrules what is recognised.
func makePlan(b book, m *Mapping, profile, surveyCode string) (*plan, error) {
	p := &plan{profile: ProfileSehat, mapping: m, survey: surveyCode}
	if m != nil {
		p.profile = m.Name
	}
	if told := b.setting("survey_code"); told != "" {
		p.survey = told
	}
	if m != nil && m.Survey != "" && p.survey == "" {
		p.survey = m.Survey
	}
	heads, err := readHeads(b)
	if err != nil {
		return nil, err
	}
	if len(heads) == 0 {
		return nil, fileError("ask for the file again", "there is nothing in the file")
	}
	if m == nil {
		if m, err = recogniseAs(profile, b, heads); err != nil {
			return nil, err
		}
		if m != nil {
			p.mapping, p.profile = m, m.Name
		}
	}
	if b, err = melted(b, heads, m); err != nil {
		return nil, err
	}
	p.book = b
	wide, isMelted := b.(*meltBook)
	if isMelted {
		if heads, err = readHeads(b); err != nil {
			return nil, err
		}
	}
	if m == nil {
		err = p.bindOwn(heads)
	} else {
		err = p.bindMapping(heads)
	}
	if err != nil {
		return nil, err
	}
	p.submissions = p.mapping.bySubmission()
	if isMelted {
		for _, t := range p.tables {
			t.whence = wide.whence
		}
	}
	slices.SortStableFunc(p.tables, func(a, b *binding) int { return int(a.kind) - int(b.kind) })
	p.findMissing()
	if p.survey == "" && slices.Contains(p.missing, "survey_code") {
		return nil, fileError("name it with --survey, for example --survey 2026-1", "the file does not say which survey round it belongs to")
	}
	p.missing = slices.DeleteFunc(p.missing, func(name string) bool { return name == "survey_code" })
	return p, nil
}

// A head is the first rows of a sheet.
type head struct {
	sheet string
	rows  [][]string // from row 1; empty ones are nil
}

func readHeads(b book) ([]head, error) {
	var heads []head
	for _, sheet := range b.sheets() {
		switch sheet {
		case survey.SheetHelp, survey.SheetSettings, survey.SheetLists:
			continue
		}
		if isOwnSheet(sheet) {
			continue
		}
		h, err := readHead(b, sheet)
		if err != nil {
			return nil, err
		}
		if len(h.rows) > 0 {
			heads = append(heads, h)
		}
	}
	return heads, nil
}

func readHead(b book, sheet string) (head, error) {
	h := head{sheet: sheet}
	rows, err := b.open(sheet)
	if err != nil {
		return h, err
	}
	defer rows.Close()
	told := false
	for {
		n, cells, err := rows.next()
		if errors.Is(err, io.EOF) || n > headerRows {
			break
		}
		if err != nil {
			return h, err
		}
		for len(h.rows) < n {
			h.rows = append(h.rows, nil)
		}
		if !blank(cells) {
			told = true
			h.rows[n-1] = slices.Clone(cells)
			for i := range cells {
				h.rows[n-1][i], _ = survey.MaskAadhaar(cells[i])
			}
		}
	}
	if !told {
		h.rows = nil
	}
	return h, nil
}

func blank(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

// bindOwn binds the tables that have the headers of our own form.
func (p *plan) bindOwn(heads []head) error {
	for _, h := range heads {
		best, matches := 0, 0
		for i, row := range h.rows {
			if n := ownMatches(row); n > matches {
				best, matches = i, n
			}
		}
		if matches < 3 {
			continue
		}
		t := newBinding(h, best)
		if err := t.distinct(); err != nil {
			return err
		}
		if err := t.bindOwn(); err != nil {
			return err
		}
		p.tables = append(p.tables, t)
		p.ignore(t)
	}
	if len(p.tables) == 0 {
		return unknownTable()
	}
	return nil
}

func ownMatches(row []string) int {
	n := 0
	for _, text := range row {
		if _, ok := survey.Lookup(survey.Household, text); ok {
			n++
		} else if _, ok := survey.Lookup(survey.Member, text); ok {
			n++
		}
	}
	return n
}

// unknownTable says that a file is not our form.
func unknownTable() error {
	return fileError("is it the right file? For a table of another kind "+mapIt, "the headers are not those of our form")
}

const mapIt = "write a mapping with --suggest-mapping, look through it, and import with --profile FILE"

func newBinding(h head, row int) *binding {
	t := &binding{
		sheet: h.sheet, headerRow: row + 1, header: slices.Clone(h.rows[row]), link: -1, key: -1, rev: -1, rowID: -1, note: -1,
		hh: make([]source, len(fieldsOf[survey.Household])), mb: make([]source, len(fieldsOf[survey.Member])), count: make([]bool, len(fieldsOf[survey.Member])),
	}
	for len(t.header) > 0 && strings.TrimSpace(t.header[len(t.header)-1]) == "" {
		t.header = t.header[:len(t.header)-1]
	}
	t.owner = make([]owner, len(t.header))
	for i, text := range t.header {
		t.owner[i].place = -1
		if strings.TrimSpace(text) == rowIDHeader {
			t.rowID = i
		}
		if strings.TrimSpace(text) == noteHeader {
			t.note = i
		}
	}
	return t
}

// distinct refuses two columns with one header: which of them is meant cannot be told. Of a tool's own columns capitals count, too: ODK
// Central writes its DeviceID beside the form's deviceid.
func (t *binding) distinct() error {
	seen := map[string]int{}
	tool := t.isExport()
	for i, text := range t.header {
		key := headerKey(text)
		if key == "" {
			continue
		}
		if tool && isToolColumn(text) {
			key = text
		}
		if j, ok := seen[key]; ok {
			hint := "rename one of them, or delete the one that is not needed"
			if tool {
				hint = "export with the names of the questions as headers in place of their labels, or " + hint
			}
			return fileError(hint, "%scolumns %s and %s have the same header (%s)", t.where(), columnName(j), columnName(i), oneLine(text))
		}
		seen[key] = i
	}
	return nil
}

// where names the sheet at the beginning of a message.
func (t *binding) where() string {
	if t.sheet == "" {
		return ""
	}
	return "sheet " + t.sheet + ": "
}

// headerKey makes headers comparable: NFC, lower case, single spaces.
func headerKey(s string) string {
	return strings.ToLower(strings.Join(strings.Fields(norm.NFC.String(s)), " "))
}

// bindOwn binds the columns of a table of our own form.
func (t *binding) bindOwn() error {
	households, members := 0, 0
	for i, text := range t.header {
		if place, ok := survey.Lookup(survey.Household, text); ok {
			if err := t.own(survey.Household, place, i); err != nil {
				return err
			}
			if fieldsOf[survey.Household][place].Name != survey.LinkField {
				households++
			}
		} else if place, ok := survey.Lookup(survey.Member, text); ok {
			if err := t.own(survey.Member, place, i); err != nil {
				return err
			}
			members++
		}
	}
	_, key, _ := fieldNamed(survey.LinkField)
	if len(t.hh[key].cols) == 0 {
		return fileError("add the column "+survey.LinkField, "%sthere is no column that names the household (%s)", t.where(), survey.LinkField)
	}
	col := t.hh[key].cols[0]
	switch name := strings.TrimSpace(t.sheet); {
	case strings.EqualFold(name, survey.SheetHouseholds), members == 0, members == 1 && households > 2:
		t.kind, t.key = householdTable, col
	case strings.EqualFold(name, survey.SheetMembers), households == 0:
		t.kind, t.link = memberTable, col
	default:
		t.kind = flatTable
	}
	return nil
}

// own binds one column to the question that its header names.
func (t *binding) own(l survey.Level, place, col int) error {
	s := t.source(l, place)
	if len(s.cols) > 0 {
		return fileError("delete the one that is not needed", "%scolumns %s and %s both hold %s",
			t.where(), columnName(s.cols[0]), columnName(col), fieldsOf[l][place].Name)
	}
	*s = plain(col)
	s.form = dateFormOf(fieldsOf[l][place])
	t.owner[col] = owner{l, place}
	return nil
}

func (t *binding) source(l survey.Level, place int) *source {
	if l == survey.Household {
		return &t.hh[place]
	}
	return &t.mb[place]
}

// ignore notes the columns that answer no question.
func (p *plan) ignore(t *binding) {
	tool := t.isExport()
	for i, text := range t.header {
		if text = strings.TrimSpace(text); t.isUnknown(i) && text != "" && !(tool && isToolColumn(text)) {
			p.ignored = append(p.ignored, t.where()+p.columnAt(t, i, shown(oneLine(text))))
		}
	}
	if !t.drop {
		w, ok := p.book.(*meltBook)
		t.keepUnknown(ok && t.sheet == w.members)
	}
}

// columnAt is a column as the file shows it: "column C (header)". One that stands for several of a wide sheet has no letter.
func (p *plan) columnAt(t *binding, col int, header string) string {
	if w, ok := p.book.(*meltBook); ok {
		_, _, col = w.whence(t.sheet, meltStep, col)
	}
	if col < 0 {
		return header
	}
	return fmt.Sprintf("column %s (%s)", columnName(col), header)
}

// findMissing notes the required fields that no column answers.
func (p *plan) findMissing() {
	told := map[string]bool{}
	levels := map[survey.Level]bool{}
	for _, t := range p.tables {
		levels[survey.Household] = levels[survey.Household] || t.kind != memberTable
		levels[survey.Member] = levels[survey.Member] || t.kind != householdTable
		for l, fields := range fieldsOf {
			for place, f := range fields {
				s := t.source(survey.Level(l), place)
				if len(s.cols) > 0 || s.constant != "" || l == int(survey.Member) && t.count[place] {
					told[f.Name] = true
				}
			}
		}
	}
	for l, fields := range fieldsOf {
		for _, f := range fields {
			if levels[survey.Level(l)] && f.Required && !told[f.Name] && (f.Or == "" || !told[f.Or]) {
				p.missing = append(p.missing, f.Name)
			}
		}
	}
}

// noMembers reports whether a file holds households only: tools write the members into another file or sheet, which was left behind.
// What was held back is a part by design.
func (p *plan) noMembers() bool {
	return p.mapping != nil && !slices.ContainsFunc(p.tables, func(t *binding) bool { return t.kind != householdTable || t.rowID >= 0 })
}

// columnName is a column as a spreadsheet calls it: 0 is A, 26 is AA.
func columnName(col int) string {
	name := ""
	for col++; col > 0; col = (col - 1) / 26 {
		name = string(rune('A'+(col-1)%26)) + name
	}
	return name
}

// columnOf returns the column of a table in which a field stands first, or -1.
func (t *binding) columnOf(field string) int {
	if l, place, ok := fieldNamed(field); ok {
		if s := t.source(l, place); len(s.cols) > 0 {
			return s.cols[0]
		}
	}
	return -1
}
