package importer

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"unicode"

	"sehat/importer/xlsx"
	"sehat/records"
	"sehat/survey"
)

// hiddenKey stands where a key was that may not be told: a masked number, so that the row stays held back until somebody
// writes another key.
const hiddenKey = "XXXXXXXX0000"

// notKept is told beside a row whose content was not kept.
const notKept = "Nothing of this row was kept. When the consent is mended, import the original file again.\n" +
	"इस पंक्ति का कुछ भी नहीं रखा गया। सहमति ठीक करने के बाद मूल फ़ाइल दोबारा इम्पोर्ट करें।"

// maxComments is how many cells of a workbook carry a comment; beyond it the note beside the row alone says it. Excel slows down with
// more.
const maxComments = 5_000

// Styles of a rejects workbook, by their place in rejectsStyles.
const (
	styleHeader = iota + 1
	styleCell
	styleBad
	styleNote
	styleTitle
	styleWrap
	styleGroup
	styleID
	styleTask
)

func rejectsStyles() []xlsx.Style {
	return []xlsx.Style{
		{},
		{Bold: true, Color: "FFFFFF", Fill: "1F5C57", Text: true, Wrap: true},
		{Text: true, Grid: true, Top: true},
		{Text: true, Grid: true, Top: true, Fill: "FF9C9C", Color: "7A0010"},
		{Text: true, Top: true, Wrap: true, Color: "404040"},
		{Bold: true, Size: 14},
		{Wrap: true, Top: true, Indent: 1},
		{Bold: true, Wrap: true, Top: true},
		{Text: true, Top: true, Color: "6A6A6A"},
		{Text: true, Grid: true, Wrap: true, Top: true},
	}
}

// A rejectsBook is a rejects workbook in the making: rows stream to the disk.
type rejectsBook struct {
	*xlsx.Writer
	file     *os.File
	stream   *xlsx.Sheet
	dir      string   // private temporary folder
	table    *binding // whose sheet is being written
	header   []string
	cells    []xlsx.Cell // room for a row
	shown    []string    // what stands in it
	columns  map[string]int
	n        int // rows of the sheet
	comments int
	folded   bool
	left     int // rows for which a sheet has no room
	digest   *digest
	settings [][2]string
	tally    *tally
	mapping  *Mapping
	answers  *answerLists
	handout  handout
	joiner   *joiner  // nil: members find their household as in their file
	link     string   // of the row that is written next
	others   []string // names of the sheets that are the source's
}

// newRejectsBook begins a workbook in the run's temporary folder.
func (r *run) newRejectsBook(t *tally) (*rejectsBook, error) {
	w := &rejectsBook{dir: r.dir, digest: newDigest(), tally: t, answers: r.newAnswerLists()}
	w.settings = [][2]string{{"profile", r.plan.profile}, {"survey_code", r.plan.survey}, {"source", r.file}}
	if r.plan.mapping != nil {
		clone, err := cloneMapping(r.plan.mapping)
		if err != nil {
			return nil, err
		}
		w.mapping = clone
	}
	var err error
	if w.file, err = os.CreateTemp(r.dir, "rejects-*.xlsx"); err != nil {
		return nil, err
	}
	if w.Writer, err = xlsx.NewWriter(w.file, rejectsStyles()...); err != nil {
		w.discard()
		return nil, err
	}
	return w, nil
}

func cloneMapping(m *Mapping) (*Mapping, error) {
	b, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	return ParseMapping(b)
}

// discard removes what the workbook keeps in the temporary folder.
func (w *rejectsBook) discard() {
	w.file.Close()
	os.Remove(w.file.Name()) //nolint:errcheck // the folder goes, too
}

// sheet begins a sheet: the source's columns, those that it lacks, and the row id.
func (w *rejectsBook) sheet(t *binding) error {
	added := w.tally.addedColumns(t)
	w.table = t
	w.header = slices.Clone(t.header)
	for _, name := range t.counted() {
		w.header = append(w.header, countedPrefix+name)
	}
	w.header = append(w.header, added...)
	if w.joiner != nil && !slices.Contains(w.header, householdHeader) && t.kind != flatTable {
		w.header = append(w.header, householdHeader)
	}
	for _, own := range []struct {
		name string
		col  int
	}{{noteHeader, t.note}, {rowIDHeader, t.rowID}} {
		if own.col >= 0 { // the source is a rejects workbook itself
			w.header[own.col] = own.name
		} else {
			w.header = append(w.header, own.name)
		}
	}
	w.learn(t, added)
	w.answers.begin(t, w.header)
	head := xlsx.SheetHead{Name: t.sheetName(), FrozenRows: 1}
	total := 0.0
	w.columns = make(map[string]int, len(w.header))
	for _, name := range t.counted() {
		w.columns[name] = slices.Index(w.header, countedPrefix+name)
	}
	for i, text := range w.header {
		c := xlsx.Column{Width: float64(min(30, max(12, longestLine(text)+3, w.answers.width(i)))), Style: styleCell}
		switch text {
		case rowIDHeader, householdHeader:
			c = xlsx.Column{Width: 14, Style: styleID}
		case noteHeader:
			c = xlsx.Column{Width: noteWidth, Style: styleNote}
		}
		if c.Folded = w.folds(t, i); c.Folded {
			w.folded = true
		} else {
			total += c.Width
		}
		head.Columns = append(head.Columns, c)
		if i == t.keyColumn() && total <= maxFrozen {
			head.FrozenCols = i + 1
		}
		if _, twice := w.columns[text]; !twice {
			w.columns[text] = i
		}
	}
	head.PagesWide = int(total/pageWidth) + 1
	w.cells, w.shown = make([]xlsx.Cell, len(w.header)), make([]string, len(w.header))
	w.digest.row([]string{head.Name})
	w.others = append(w.others, head.Name)
	if err := w.begin(head); err != nil {
		return err
	}
	for i, text := range w.header {
		w.shown[i] = escape(text)
		w.cells[i] = xlsx.Cell{Text: w.shown[i], Style: styleHeader}
	}
	return w.write(headerHeight(w.header))
}

const (
	noteWidth = 90  // of the column that says what is wrong, in characters
	maxFrozen = 50  // characters that the columns may take which stay while the others are scrolled
	pageWidth = 200 // characters across a page that are still easy to read
	wideTable = 60  // columns, more than anybody looks through for a red cell
)

// folds reports whether a column is folded away: of a sheet of very many, those that answer no question and have nothing to correct.
func (w *rejectsBook) folds(t *binding, col int) bool {
	return len(w.header) > wideTable && col < len(t.header) && t.owner[col].place < 0 && col != t.key && col != t.link && col != t.rowID && col != t.note &&
		!w.tally.columns[t.sheet][t.header[col]]
}

// keyColumn is the column that names the household; -1 if there is none.
func (t *binding) keyColumn() int {
	if t.kind == memberTable {
		return t.link
	}
	return t.columnOf(survey.LinkField)
}

// headerHeight is room for the most lines that a header has.
func headerHeight(header []string) float64 {
	lines := 2
	for _, text := range header {
		lines = max(lines, strings.Count(text, "\n")+1)
	}
	return float64(min(lines, 6)) * 17
}

// ownSheet is the name of a sheet of ours: another one where the source has a sheet that Excel would take for the same.
func ownSheet(name string, others []string) string {
	for _, other := range others {
		if strings.EqualFold(other, name) {
			return name + " (sehat)"
		}
	}
	return name
}

// isOwnSheet reports whether a sheet of a rejects workbook is ours, and holds no rows of the source.
func isOwnSheet(name string) bool {
	name = strings.TrimSuffix(name, " (sehat)")
	return name == summarySheet || name == handoutSheet || name == rejectsSheet || name == answersSheet
}

// sheetName is the name of a table's sheet in a rejects workbook.
func (t *binding) sheetName() string {
	if t.sheet == "" {
		return csvSheet
	}
	return t.sheet
}

// begin starts to stream a sheet.
func (w *rejectsBook) begin(head xlsx.SheetHead) (err error) {
	w.n = 0
	w.stream, err = w.Sheet(head)
	return err
}

// learn tells the mapping where the added columns are.
func (w *rejectsBook) learn(of *binding, added []string) {
	if w.mapping == nil {
		return
	}
	t := [...]*TableMapping{householdTable: w.mapping.Households, memberTable: w.mapping.Members, flatTable: w.mapping.Rows}[of.kind]
	for _, name := range added {
		t.Fields[name] = FieldMapping{Column: name}
	}
	for _, name := range of.counted() {
		t.Fields[name] = FieldMapping{Column: countedPrefix + name}
	}
}

func longestLine(s string) int {
	n := 0
	for line := range strings.SplitSeq(s, "\n") {
		n = max(n, len([]rune(line)))
	}
	return n
}

// write writes the row that stands in cells.
func (w *rejectsBook) write(height float64) error {
	w.n++
	w.digest.row(w.shown)
	return w.stream.Row(height, w.cells)
}

// row writes a row; reject is nil for one that is there only for those that are held back.
func (w *rejectsBook) row(cells []string, reject *records.Reject) error {
	if w.n >= xlsx.MaxRows {
		w.left++
		return nil
	}
	note, id, lines := "", "", 1
	if reject != nil {
		text := noteOf(reject)
		note, id = escape(text), reject.ID
		w.handout.add(reject, w.table.who(cells), text)
		lines = linesOf(note, noteWidth)
	}
	for i, header := range w.header {
		c := &w.cells[i]
		*c = xlsx.Cell{Style: styleCell}
		w.shown[i] = ""
		switch {
		case header == rowIDHeader:
			c.Style, w.shown[i] = styleID, id
		case header == householdHeader && w.joiner != nil:
			c.Style, w.shown[i] = styleID, w.link
		case header == noteHeader:
			c.Style, w.shown[i] = styleNote, note
		case i < len(cells):
			w.shown[i] = escape(cells[i])
		}
		c.Text = w.shown[i]
	}
	if reject != nil {
		w.mark(reject)
	}
	return w.write(float64(min(lines, 24)) * lineHeight)
}

// mark makes the cells red that a row is held back for, and comments on them.
func (w *rejectsBook) mark(reject *records.Reject) {
	for _, reason := range reject.Reasons {
		col := w.columns[reason.Column] // the first one, if there is none
		c := &w.cells[col]
		if reason.Rule == survey.RuleAadhaarInKey && c.Text == "" {
			c.Text, w.shown[col] = hiddenKey, hiddenKey
		}
		if c.Style == styleBad && c.Note != "" {
			c.Note += "\n\n"
		}
		c.Style = styleBad
		if w.comments >= maxComments {
			continue
		}
		if c.Note == "" {
			w.comments++
		}
		c.Note += reason.Message + "\n" + reason.MessageHi
	}
	if reject.Cells != nil {
		return
	}
	for i := range w.cells {
		if w.cells[i].Note != "" {
			w.cells[i].Note += "\n\n" + notKept
		}
	}
}

// Heights of a line of text, in points.
const (
	lineHeight  = 15
	titleHeight = 26
)

// linesOf is how many lines a text takes in a column of so many characters. The signs above and below Devanagari letters take no
// room.
func linesOf(text string, width int) int {
	lines := 0
	for part := range strings.SplitSeq(text, "\n") {
		n := 0
		for _, r := range part {
			if !unicode.Is(unicode.Mn, r) {
				n++
			}
		}
		lines += 1 + max(0, n-1)/(width*9/10)
	}
	return lines
}

// noteOf says in one cell what is wrong with a row, by column.
func noteOf(r *records.Reject) string {
	lines := make([]string, 0, len(r.Reasons))
	for _, reason := range r.Reasons {
		line := reason.Message + " / " + reason.MessageHi
		if reason.Column != "" {
			line = oneLine(reason.Column) + ": " + line
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// escape keeps a spreadsheet from reading a text as a formula: an apostrophe before what starts like one. [cell] takes it away again.
func escape(s string) string {
	if len(s) > 1 && strings.IndexByte("=+-@", s[0]) >= 0 || s != "" && (s[0] == '\t' || s[0] == '\r') {
		return "'" + s
	}
	return s
}

func (w *rejectsBook) endSheet() error {
	return w.stream.Close(xlsx.SheetTail{Filter: true, Titles: true, DropDowns: w.dropDowns()})
}

// save adds the summary and how the source was read, and writes the file: whole, or not at all.
func (w *rejectsBook) save(path string) error {
	if err := w.summary(ownSheet(summarySheet, w.others)); err != nil {
		return err
	}
	if err := w.handout.write(w, ownSheet(handoutSheet, w.others)); err != nil {
		return err
	}
	if err := w.writeAnswers(); err != nil {
		return err
	}
	if w.mapping != nil {
		b, err := json.Marshal(w.mapping)
		if err != nil {
			return err
		}
		w.settings = append(w.settings, [2]string{"mapping", string(b)})
	}
	w.settings = append(w.settings, [2]string{"digest", w.digest.String()})
	if err := w.begin(xlsx.SheetHead{Name: rejectsSheet, Hidden: true}); err != nil {
		return err
	}
	for _, s := range w.settings {
		row := []xlsx.Cell{{Text: s[0]}}
		for rest := []rune(s[1]); len(rest) > 0; { // a cell holds 32,767 characters
			n := min(len(rest), 30_000)
			row = append(row, xlsx.Cell{Text: string(rest[:n])})
			rest = rest[n:]
		}
		if err := w.stream.Row(0, row); err != nil {
			return err
		}
	}
	if err := w.stream.Close(xlsx.SheetTail{}); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return w.place(path)
}

// place copies the finished workbook to where it belongs. It was made in the private folder, which is swept of what a killed run
// leaves; the copy is whole, or there is none.
func (w *rejectsBook) place(path string) error {
	if _, err := w.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	tmp, err := besideTemp(w.dir, path)
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // after the rename it is gone
	_, err = io.Copy(tmp, w.file)
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
