package importer

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

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
// more, and each costs us 4 KB until the workbook is written (measured).
const maxComments = 5_000

// A rejectsBook is a rejects workbook in the making: rows stream to the disk.
type rejectsBook struct {
	f        *excelize.File
	dir      string // private temporary folder
	stream   *excelize.StreamWriter
	name     string // of the sheet
	header   []string
	n        int // rows of the sheet
	comments int
	digest   *digest
	styles   struct{ header, cell, bad, id, title, wrap int }
	settings [][2]string
	tally    *tally
	mapping  *Mapping
	answers  *answerLists
}

func (r *run) newRejectsBook(t *tally) (*rejectsBook, error) {
	w := &rejectsBook{f: excelize.NewFile(excelize.Options{TmpDir: r.dir}), dir: r.dir, digest: newDigest(), tally: t, answers: r.newAnswerLists()}
	w.settings = [][2]string{{"profile", r.plan.profile}, {"survey_code", r.plan.survey}, {"source", r.file}}
	if err := w.makeSheets(r.bySheet()); err != nil {
		w.Close()
		return nil, err
	}
	if r.plan.mapping != nil {
		clone, err := cloneMapping(r.plan.mapping)
		if err != nil {
			w.Close()
			return nil, err
		}
		w.mapping = clone
	}
	fill := func(color string) excelize.Fill {
		return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
	}
	grid := []excelize.Border{{Type: "bottom", Color: "D9D9D9", Style: 1}, {Type: "right", Color: "D9D9D9", Style: 1}}
	middle := &excelize.Alignment{Vertical: "center"}
	const text = 49 // the number format "@"
	var errs []error
	style := func(to *int, s excelize.Style) {
		id, err := w.f.NewStyle(&s)
		*to = id
		errs = append(errs, err)
	}
	style(&w.styles.header, excelize.Style{
		Font: &excelize.Font{Bold: true, Color: "FFFFFF", Family: "Calibri", Size: 11}, Fill: fill("1F5C57"), NumFmt: text,
		Alignment: &excelize.Alignment{WrapText: true, Vertical: "center"},
	})
	style(&w.styles.cell, excelize.Style{NumFmt: text, Border: grid, Alignment: middle})
	style(&w.styles.bad, excelize.Style{NumFmt: text, Border: grid, Alignment: middle, Fill: fill("FF9C9C"), Font: &excelize.Font{Color: "7A0010", Family: "Calibri", Size: 11}})
	style(&w.styles.id, excelize.Style{NumFmt: text, Alignment: middle, Font: &excelize.Font{Color: "6A6A6A", Family: "Calibri", Size: 11}})
	style(&w.styles.title, excelize.Style{Font: &excelize.Font{Bold: true, Family: "Calibri", Size: 14}})
	style(&w.styles.wrap, excelize.Style{Alignment: &excelize.Alignment{WrapText: true, Horizontal: "left", Indent: 1, Vertical: "top"}})
	if err := errors.Join(errs...); err != nil {
		w.Close()
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

// Close removes what the workbook keeps in the temporary folder.
func (w *rejectsBook) Close() error { return w.f.Close() }

// sheet begins a sheet: the source's columns, those that it lacks, and the row id.
func (w *rejectsBook) sheet(t *binding) error {
	added := w.tally.addedColumns(t)
	w.name = t.sheetName()
	if err := w.begin(w.name); err != nil {
		return err
	}
	w.header = slices.Clone(t.header)
	w.header = append(w.header, added...)
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
	w.learn(t.kind, added)
	w.answers.begin(t, w.header)
	if err := w.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	for i, text := range w.header {
		width := float64(min(30, max(12, longestLine(text)+3, w.answers.width(i))))
		switch text {
		case rowIDHeader:
			width = 14
		case noteHeader:
			width = 60
		}
		if err := w.stream.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	row := make([]any, len(w.header))
	shown := make([]string, len(w.header))
	for i, text := range w.header {
		shown[i] = escape(text)
		row[i] = excelize.Cell{StyleID: w.styles.header, Value: shown[i]}
	}
	w.digest.row([]string{w.name})
	return w.write(row, shown, excelize.RowOpts{Height: headerHeight(w.header)})
}

// headerHeight is room for the most lines that a header has.
func headerHeight(header []string) float64 {
	lines := 2
	for _, text := range header {
		lines = max(lines, strings.Count(text, "\n")+1)
	}
	return float64(min(lines, 6)) * 17
}

// makeSheets makes every sheet while all are empty: which one is shown cannot be set later without reading them all.
func (w *rejectsBook) makeSheets(tables []*binding) error {
	var names []string
	for _, t := range tables {
		names = append(names, t.sheetName())
	}
	names = append(names, summarySheet, answersSheet, rejectsSheet)
	if err := w.f.SetSheetName(w.f.GetSheetName(0), names[0]); err != nil {
		return err
	}
	for _, name := range names[1:] {
		if _, err := w.f.NewSheet(name); err != nil {
			return err
		}
	}
	w.f.SetActiveSheet(0)
	return errors.Join(w.f.SetSheetVisible(answersSheet, false, true), w.f.SetSheetVisible(rejectsSheet, false, true))
}

// sheetName is the name of a table's sheet in a rejects workbook.
func (t *binding) sheetName() string {
	if t.sheet == "" {
		return csvSheet
	}
	return t.sheet
}

// begin starts to stream a sheet. Printed, it lies on its side and is as wide as the paper.
func (w *rejectsBook) begin(name string) error {
	landscape, pages, tall := "landscape", 1, 0
	if name == w.name {
		pages = 2 // a table of many columns would be too small to read on one
	}
	if err := w.f.SetPageLayout(name, &excelize.PageLayoutOptions{Orientation: &landscape, FitToWidth: &pages, FitToHeight: &tall}); err != nil {
		return err
	}
	fit := true
	if err := w.f.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
		return err
	}
	var err error
	w.n = 0
	w.stream, err = w.f.NewStreamWriter(name)
	return err
}

// learn tells the mapping where the added columns are.
func (w *rejectsBook) learn(kind tableKind, added []string) {
	if w.mapping == nil {
		return
	}
	t := [...]*TableMapping{householdTable: w.mapping.Households, memberTable: w.mapping.Members, flatTable: w.mapping.Rows}[kind]
	for _, name := range added {
		t.Fields[name] = FieldMapping{Column: name}
	}
}

func longestLine(s string) int {
	n := 0
	for line := range strings.SplitSeq(s, "\n") {
		n = max(n, len([]rune(line)))
	}
	return n
}

func (w *rejectsBook) write(row []any, shown []string, opts ...excelize.RowOpts) error {
	w.n++
	w.digest.row(shown)
	return w.stream.SetRow(fmt.Sprintf("A%d", w.n), row, opts...)
}

// row writes a row; reject is nil for one that is there only for those that are held back.
func (w *rejectsBook) row(cells []string, reject *records.Reject) error {
	row := make([]any, len(w.header))
	shown := make([]string, len(w.header))
	bad := map[int]string{}
	note := ""
	if reject != nil {
		note = noteOf(reject)
		for _, reason := range reject.Reasons {
			col := max(0, slices.Index(w.header, reason.Column))
			if reason.Rule == survey.RuleAadhaarInKey && col < len(cells) && cells[col] == "" {
				cells[col] = hiddenKey
			}
			if bad[col] != "" {
				bad[col] += "\n\n"
			}
			bad[col] += reason.Message + "\n" + reason.MessageHi
		}
		if reject.Cells == nil {
			for col := range bad {
				bad[col] += "\n\n" + notKept
			}
		}
	}
	for i, header := range w.header {
		style := w.styles.cell
		switch {
		case header == rowIDHeader:
			style = w.styles.id
			if reject != nil {
				shown[i] = reject.ID
			}
		case header == noteHeader:
			style, shown[i] = w.styles.id, escape(note)
		case i < len(cells):
			shown[i] = escape(cells[i])
		}
		if bad[i] != "" {
			style = w.styles.bad
		}
		row[i] = excelize.Cell{StyleID: style, Value: shown[i]}
	}
	if err := w.write(row, shown, excelize.RowOpts{Height: 18}); err != nil {
		return err
	}
	for _, col := range slices.Sorted(maps.Keys(bad)) {
		if w.comments++; w.comments > maxComments {
			break
		}
		name, err := excelize.CoordinatesToCellName(col+1, w.n)
		if err != nil {
			return err
		}
		if err := w.f.AddComment(w.name, excelize.Comment{Cell: name, Author: "sehat", Text: bad[col], Width: 340, Height: commentHeight(bad[col])}); err != nil {
			return err
		}
	}
	return nil
}

// commentHeight is room for a comment, in pixels: about 50 characters stand in a line.
func commentHeight(text string) uint {
	lines := 1
	for part := range strings.SplitSeq(text, "\n") {
		lines += len([]rune(part))/50 + 1
	}
	return uint(min(max(lines, 5), 20)) * 20
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
	last, err := excelize.CoordinatesToCellName(len(w.header), w.n)
	if err != nil {
		return err
	}
	// The stream writer leaves the dimension at A1, and other readers then see one row.
	if err := w.f.SetSheetDimension(w.name, "A1:"+last); err != nil {
		return err
	}
	if err := w.dropDowns(); err != nil {
		return err
	}
	if err := w.f.AutoFilter(w.name, "A1:"+last, nil); err != nil {
		return err
	}
	quoted := "'" + strings.ReplaceAll(w.name, "'", "''") + "'"
	err = w.f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", Scope: w.name, RefersTo: quoted + "!$A:$A," + quoted + "!$1:$1"})
	if err != nil {
		return err
	}
	return w.stream.Flush()
}

// save adds the summary and how the source was read, and writes the file: whole, or not at all.
func (w *rejectsBook) save(path string) error {
	if err := w.summary(); err != nil {
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
	if err := w.begin(rejectsSheet); err != nil {
		return err
	}
	for _, s := range w.settings {
		row := []any{s[0]}
		for rest := []rune(s[1]); len(rest) > 0; { // a cell holds 32,767 characters
			n := min(len(rest), 30_000)
			row = append(row, string(rest[:n]))
			rest = rest[n:]
		}
		w.n++
		if err := w.stream.SetRow(fmt.Sprintf("A%d", w.n), row); err != nil {
			return err
		}
	}
	if err := w.stream.Flush(); err != nil {
		return err
	}
	tmp, err := besideTemp(w.dir, path)
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // after the rename it is gone
	_, err = w.f.WriteTo(tmp)
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

// summary writes what is held back, by rule and by team.
func (w *rejectsBook) summary() error {
	if err := w.begin(summarySheet); err != nil {
		return err
	}
	for i, width := range []float64{34, 18, 90} {
		if err := w.stream.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	line := func(style int, texts ...any) error {
		w.n++
		row := make([]any, len(texts))
		height := 17.0
		for i, text := range texts {
			row[i] = excelize.Cell{StyleID: style, Value: text}
			if long, ok := text.(string); ok && style == w.styles.wrap {
				lines := 0
				for part := range strings.SplitSeq(long, "\n") {
					lines += len([]rune(part))/95 + 1
				}
				height = max(height, 17*float64(lines))
			}
		}
		if style == w.styles.title {
			height = 26
		}
		return w.stream.SetRow(fmt.Sprintf("A%d", w.n), row, excelize.RowOpts{Height: height})
	}
	var errs []error
	add := func(err error) { errs = append(errs, err) }
	add(line(w.styles.title, fmt.Sprintf("Rows held back: %d / रोकी गई पंक्तियाँ: %d", w.tally.rows, w.tally.rows)))
	add(line(0, "Correct the red cells (point at one to read how), save, and import this file. Do not change the column sehat_row."))
	add(line(0, "लाल खाने ठीक करें (खाने पर माउस रखकर तरीका पढ़ें), सहेजें और यही फ़ाइल इम्पोर्ट करें। sehat_row कॉलम न बदलें।"))
	add(line(0))
	add(line(w.styles.header, "Rule / नियम", "Rows / पंक्तियाँ", "How to mend it / कैसे ठीक करें"))
	for _, t := range w.tally.rules() {
		m := w.tally.messages[t.Rule]
		add(line(w.styles.wrap, t.Rule, t.Rows, m.Message+"\n"+m.MessageHi))
	}
	for _, by := range []struct {
		title string
		count map[string]int
	}{{"Team / टीम", w.tally.teams}, {"Enumerator / सर्वे कर्मी", w.tally.enumerators}} {
		add(line(0))
		add(line(w.styles.header, by.title, "Rows / पंक्तियाँ"))
		for _, t := range sorted(by.count) {
			name := t.Rule
			if name == "" {
				name = "(not told / नहीं लिखा)"
			}
			add(line(0, escape(name), t.Rows))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if err := w.f.SetSheetDimension(summarySheet, fmt.Sprintf("A1:C%d", w.n)); err != nil {
		return err
	}
	return w.stream.Flush()
}

// A tally counts rejects.
type tally struct {
	rows                              int
	byRule, teams, enumerators, files map[string]int
	messages                          map[string]records.Reason
	columns                           map[string]map[string]bool // that reasons name, by sheet
}

func newTally() *tally {
	return &tally{
		byRule: map[string]int{}, teams: map[string]int{}, enumerators: map[string]int{}, files: map[string]int{},
		messages: map[string]records.Reason{}, columns: map[string]map[string]bool{},
	}
}

func (t *tally) add(r records.Reject) {
	t.rows++
	t.files[r.File]++
	columns := t.columns[r.Sheet]
	if columns == nil {
		columns = map[string]bool{}
		t.columns[r.Sheet] = columns
	}
	t.teams[r.TeamID]++
	t.enumerators[r.Enumerator]++
	told := map[string]bool{}
	for _, reason := range r.Reasons {
		columns[reason.Column] = true
		if !told[reason.Rule] {
			told[reason.Rule] = true
			t.byRule[reason.Rule]++
			t.messages[reason.Rule] = reason
		}
	}
}

func (t *tally) rules() []Tally { return sorted(t.byRule) }

// sorted lists counts, the largest first.
func sorted(count map[string]int) []Tally {
	list := make([]Tally, 0, len(count))
	for name, n := range count {
		list = append(list, Tally{name, n})
	}
	slices.SortFunc(list, func(a, b Tally) int { return cmp.Or(b.Rows-a.Rows, strings.Compare(a.Rule, b.Rule)) })
	return list
}
