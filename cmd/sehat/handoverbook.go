package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/xuri/excelize/v2"

	"sehat/records"
)

// Sheet and columns of a hand-over workbook, as the import finds them.
const (
	handoutSheet = "Cards"

	handedColumn   = "Handed over on"
	relationColumn = "Relation"
	takenByColumn  = "Taken by"
	notColumn      = "Not handed over"
	cardColumn     = "sehat_card" // number, version, and when the workbook was written
)

// handoutColumns are in the order of the sheet; those to fill come first.
var handoutColumns = []bookColumn{
	{"No.", "क्रम", 6},
	{handedColumn, "सौंपने की तारीख", 18},
	{relationColumn, "रिश्ता", 12},
	{takenByColumn, "किसने लिया", 20},
	{notColumn, "क्यों नहीं सौंपा", 22},
	{"Name", "नाम", 24},
	{"Father or husband", "पिता या पति", 22},
	{"Ward", "वार्ड", 7},
	{"Block", "ब्लॉक", 7},
	{"House", "मकान", 14},
	{"Address", "पता", 28},
	{"Mobile", "मोबाइल", 13},
	{"Card", "कार्ड", 19},
	{"Place", "जगह", 23},
	{cardColumn, "", 44},
}

// What the drop-downs offer. Other words may be typed, too.
var (
	relationChoices = []string{"self · स्वयं", "wife · पत्नी", "husband · पति", "mother · माता", "father · पिता", "son · बेटा", "daughter · बेटी", "brother · भाई", "sister · बहन", "neighbour · पड़ोसी"}
	notChoices      = []string{"moved · चले गए", "died · मृत्यु", "refused · मना किया", "not-found · नहीं मिले"}
)

func newHandoverExportCommand(a *app) *cobra.Command {
	var f records.PileFilter
	cmd := &cobra.Command{
		Use:   "export FILE.xlsx",
		Short: "Write the cards that wait to be handed over as a workbook to fill",
		Long: `Export writes every card that was printed and not handed over yet into a workbook, in walking
order. For each fill the day in "` + handedColumn + `", or the reason in "` + notColumn + `"; and who took it, if
not the holder. Sort and filter as you like, then "sehat card handover import FILE.xlsx". The
workbook holds personal data: keep it as you keep the register.`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runHandoverExport(cmd.Context(), a, args[0], f)
		},
	}
	cmd.Flags().StringVar(&f.Batch, "batch", "", "only this print batch")
	cmd.Flags().StringVar(&f.Ward, "ward", "", "only this ward")
	return cmd
}

// A handoutResult is what "card handover export" reports.
type handoutResult struct {
	File  string `json:"file"`
	Cards int    `json:"cards"`
}

func runHandoverExport(ctx context.Context, a *app, path string, f records.PileFilter) error {
	s, h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		if err != nil {
			return fmt.Errorf("writing %s: %w", path, err)
		}
		return withHint(fmt.Errorf("%s is there already and may be filled", path), "import it first, or name another file")
	}
	book, err := newHandoutBook(h.path("tmp"))
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	defer book.f.Close()
	where, asOf, n := newPlaces(s), records.Stamp(a.now()), 0
	for r, err := range s.Handout(ctx, f) {
		if err != nil {
			return fmt.Errorf("reading printed cards: %w", err)
		}
		n++
		if err := book.row(n, r, where.of(ctx, r.Batch, r.Position), asOf); err != nil {
			return fmt.Errorf("writing %s: %w", path, err)
		}
	}
	if n == 0 {
		return a.result(handoutResult{}, "no card waits to be handed over; nothing was written")
	}
	if err := book.finish(n); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := writeStream(path, func(w io.Writer) error { _, err := book.f.WriteTo(w); return err }); err != nil {
		return err
	}
	return a.result(handoutResult{path, n}, "%s in %s: fill it, then \"sehat card handover import %s\"", count(n, "card"), path, path)
}

// A handoutBook is a workbook of cards in the making: rows stream to the disk.
type handoutBook struct {
	f                *excelize.File
	stream           *excelize.StreamWriter
	head, fill, told int // styles
}

func newHandoutBook(tmp string) (*handoutBook, error) {
	if err := os.MkdirAll(tmp, 0o700); err != nil {
		return nil, err
	}
	b := &handoutBook{f: excelize.NewFile(excelize.Options{TmpDir: tmp})}
	if err := b.begin(); err != nil {
		b.f.Close()
		return nil, err
	}
	return b, nil
}

func (b *handoutBook) begin() error {
	const text = 49 // the number format @
	style := func(font, fill string) int {
		id, err := b.f.NewStyle(&excelize.Style{
			NumFmt: text, Font: &excelize.Font{Family: "Calibri", Size: 11, Color: font, Bold: font != "000000"},
			Fill:      excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{fill}},
			Border:    []excelize.Border{{Type: "top", Color: "D9D9D9", Style: 1}, {Type: "right", Color: "D9D9D9", Style: 1}},
			Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"},
		})
		if err != nil { // a style that cannot be made leaves the cell plain
			return 0
		}
		return id
	}
	b.head, b.fill, b.told = style("FFFFFF", "1F5C57"), style("000000", "E2EFDA"), style("000000", "FFFFFF")
	if err := b.f.SetSheetName(b.f.GetSheetName(0), handoutSheet); err != nil {
		return err
	}
	if err := landscape(b.f, handoutSheet); err != nil {
		return err
	}
	var err error
	if b.stream, err = b.f.NewStreamWriter(handoutSheet); err != nil {
		return err
	}
	if err := b.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	head := make([]any, len(handoutColumns))
	for i, c := range handoutColumns {
		if err := b.stream.SetColWidth(i+1, i+1, c.width); err != nil {
			return err
		}
		head[i] = excelize.Cell{StyleID: b.head, Value: strings.TrimSuffix(c.name+"\n"+c.hindi, "\n")}
	}
	return b.stream.SetRow("A1", head, excelize.RowOpts{Height: 36})
}

func (b *handoutBook) row(n int, r records.HandoutRow, place, asOf string) error {
	told := map[string]string{
		"No.": strconv.Itoa(n), "Name": cellText(r.Name, r.NameHi), "Father or husband": cellText(r.FatherOrHusband), "Ward": r.Ward,
		"Block": cellText(r.Block), "House": cellText(r.House), "Address": cellText(r.Address), "Mobile": cellText(r.Mobile),
		"Card": records.Card{Number: r.Number}.Printed(), "Place": place, cardColumn: records.CardKey(r.Number, r.Version) + " " + asOf,
	}
	cells := make([]any, len(handoutColumns))
	lines := 1
	for i, c := range handoutColumns {
		text, ok := told[c.name]
		tall := 0
		for line := range strings.SplitSeq(text, "\n") {
			tall += len(wrap(line, int(c.width)-1))
		}
		lines = max(lines, tall)
		style := b.told
		if !ok {
			style = b.fill
		}
		cells[i] = excelize.Cell{StyleID: style, Value: text}
	}
	return b.stream.SetRow("A"+strconv.Itoa(n+1), cells, excelize.RowOpts{Height: min(float64(lines)*15.5+3, 409)})
}

// finish adds the drop-downs and the filter.
func (b *handoutBook) finish(rows int) error {
	last, err := excelize.CoordinatesToCellName(len(handoutColumns), rows+1)
	if err != nil {
		return err
	}
	choose := func(column string, choices []string, help string) error {
		v := excelize.NewDataValidation(true)
		v.Sqref = fmt.Sprintf("%s2:%s%d", column, column, rows+1)
		v.SetInput(help, "")
		return errors.Join(v.SetDropList(choices), b.f.AddDataValidation(handoutSheet, v))
	}
	return errors.Join(
		choose("C", relationChoices, "Who took it? Empty is the holder. किसने लिया?"),
		choose("E", notChoices, "Only if it was not handed over. केवल जब कार्ड न दिया गया हो।"),
		b.f.AutoFilter(handoutSheet, "A1:"+last, nil),
		b.f.SetSheetDimension(handoutSheet, "A1:"+last),
		b.stream.Flush(),
		b.guide(rows),
	)
}

// guide writes how the workbook is filled, on a sheet behind the cards.
func (b *handoutBook) guide(rows int) error {
	if _, err := b.f.NewSheet(guideSheet); err != nil {
		return err
	}
	errs := []error{b.f.SetColWidth(guideSheet, "A", "B", 62), landscape(b.f, guideSheet)}
	for i, line := range [][2]string{
		{fmt.Sprintf("Cards to hand over: %d", rows), fmt.Sprintf("सौंपने के लिए कार्ड: %d", rows)},
		{
			"1. Handed over: write the day in \"" + handedColumn + "\", such as 5-3-2026, or yes for the day on which the workbook is taken in.",
			"1. कार्ड सौंप दिया: \"सौंपने की तारीख\" में दिन लिखें, जैसे 5-3-2026; या हाँ, यदि वर्कबुक उसी दिन इम्पोर्ट होगी।",
		},
		{"2. If somebody else took it, choose the relation and write the name. Empty is the holder.", "2. किसी और ने लिया हो तो रिश्ता चुनें और नाम लिखें। खाली का अर्थ है स्वयं धारक।"},
		{"3. Not handed over: leave the day empty and choose why. The card then comes back to the office.", "3. नहीं सौंपा: तारीख खाली छोड़ें और कारण चुनें। कार्ड कार्यालय में लौटेगा।"},
		{"4. You may sort, filter and hide. Do not change the column " + cardColumn + ".", "4. क्रम बदलना, फ़िल्टर करना, कॉलम छिपाना ठीक है। " + cardColumn + " कॉलम न बदलें।"},
		{"5. Save it, and run: sehat card handover import FILE.xlsx. Importing it again changes nothing.", "5. सहेजें, फिर चलाएँ: sehat card handover import FILE.xlsx। दोबारा इम्पोर्ट करने से कुछ नहीं बदलता।"},
		{"This workbook holds personal data: keep it as you keep the register, and delete it after the import.", "इस वर्कबुक में लोगों की निजी जानकारी है: रजिस्टर की तरह सँभालें, और इम्पोर्ट के बाद मिटा दें।"},
	} {
		for k, text := range line {
			name, err := excelize.CoordinatesToCellName(k+1, i+1)
			errs = append(errs, err, b.f.SetCellStr(guideSheet, name, text), b.f.SetCellStyle(guideSheet, name, name, b.told))
		}
		errs = append(errs, b.f.SetRowHeight(guideSheet, i+1, 15.5*float64(max(len(wrap(line[0], 58)), len(wrap(line[1], 60))))+3))
	}
	return errors.Join(errs...)
}

func newHandoverImportCommand(a *app) *cobra.Command {
	var date string
	cmd := &cobra.Command{
		Use:   "import FILE.xlsx",
		Short: "Take down the hand-overs of a workbook that was filled",
		Long: `Import takes down each hand-over and each return of a workbook that "sehat card handover export"
wrote, all of them or, after a power cut, none. In "` + handedColumn + `" stands a day, or yes for the day of
--date. Rows that cannot be read, and cards that came back or ended meanwhile, are reported and
the others taken. Importing a workbook again changes nothing.`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			day := a.now()
			if date != "" {
				var err error
				if day, err = pastDay(date, a.now()); err != nil {
					return usageError{fmt.Errorf("--date: %w", err)}
				}
			}
			return runHandoverImport(cmd.Context(), a, args[0], day)
		},
	}
	cmd.Flags().StringVar(&date, "date", "", "the day of rows that say yes (default today)")
	return cmd
}

// A handoutReport is what came of a workbook: Rows is the sum of the next four.
type handoutReport struct {
	File       string       `json:"file"`
	Rows       int          `json:"rows"` // that say something
	Applied    int          `json:"applied"`
	Already    int          `json:"already"`
	Refused    int          `json:"refused"`
	Unreadable int          `json:"unreadable"`
	Open       []handoutRow `json:"open"` // the rows that were not taken
}

// A handoutRow is a filled row, and why it was not taken.
type handoutRow struct {
	Row    int    `json:"row"`
	Number string `json:"number,omitempty"`
	Why    string `json:"why"`

	event records.PrintEvent
}

func runHandoverImport(ctx context.Context, a *app, path string, day time.Time) error {
	s, h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	rows, err := readHandoutBook(path, h.path("tmp"), day, a.now())
	if err != nil {
		return err
	}
	by, err := a.by(ctx, s)
	if err != nil {
		return err
	}
	report := handoutReport{File: path, Rows: len(rows), Open: []handoutRow{}}
	var events []records.PrintEvent
	var told []handoutRow
	for _, r := range rows {
		if r.Why != "" {
			report.Unreadable++
			report.Open = append(report.Open, r)
			continue
		}
		r.event.By = by
		events, told = append(events, r.event), append(told, r)
	}
	out, err := records.ApplyPrintEvents(ctx, s, events)
	if err != nil {
		return err
	}
	report.Applied, report.Already, report.Refused = out.Applied, out.Already, out.Refused
	for _, answer := range out.Answers {
		if answer.How.Refused() {
			r := told[answer.Index]
			r.Why = answer.Why
			report.Open = append(report.Open, r)
		}
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%s: %s filled: %d taken down", path, count(report.Rows, "row"), report.Applied)
	for _, part := range []struct {
		n    int
		what string
	}{{report.Already, "so already"}, {report.Refused, "not possible"}, {report.Unreadable, "unreadable"}} {
		if part.n > 0 {
			fmt.Fprintf(&text, ", %d %s", part.n, part.what)
		}
	}
	for _, r := range report.Open {
		fmt.Fprintf(&text, "\n  row %d  %s: %s", r.Row, records.Card{Number: r.Number}.Printed(), r.Why)
	}
	if err := a.result(report, "%s", text.String()); err != nil {
		return err
	}
	if len(report.Open) > 0 {
		return needsPerson{count(len(report.Open), "row") + " of " + path + " not taken", "correct the rows and import it again"}
	}
	return nil
}

// readHandoutBook reads the rows of a workbook that say something.
func readHandoutBook(path, tmp string, day, now time.Time) ([]handoutRow, error) {
	f, err := openBook(path, tmp)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	old := false // dates count from 1904
	if props, err := f.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		old = *props.Date1904
	}
	for _, sheet := range f.GetSheetList() {
		rows, err := f.Rows(sheet)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", path, sheet, err)
		}
		b := filledHandout{day: day, now: now, date1904: old}
		err = errors.Join(b.read(rows), rows.Close())
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", path, sheet, err)
		}
		if b.columns != nil {
			return b.rows, nil
		}
	}
	return nil, withHint(fmt.Errorf("%s: no sheet has the columns %s and %s", path, handedColumn, cardColumn), `a workbook to fill is written by "sehat card handover export"`)
}

// A filledHandout is a sheet of cards as it is read.
type filledHandout struct {
	day, now time.Time
	date1904 bool
	columns  map[string]int // nil before the head
	rows     []handoutRow
}

func (b *filledHandout) read(rows *excelize.Rows) error {
	for n := 1; rows.Next(); n++ {
		cells, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return fmt.Errorf("row %d: %w", n, err)
		}
		if b.columns == nil {
			if n > headWithin {
				return nil
			}
			b.head(cells)
			continue
		}
		at := func(column string) string {
			if i, ok := b.columns[column]; ok && i < len(cells) {
				return strings.TrimSpace(cells[i])
			}
			return ""
		}
		filled := at(handedColumn) + at(notColumn) + at(relationColumn) + at(takenByColumn)
		if filled != "" {
			r := handoutRow{Row: n}
			r.Why = b.row(&r, at)
			b.rows = append(b.rows, r)
		}
	}
	return rows.Error()
}

// head finds the columns by the first line of their heads.
func (b *filledHandout) head(cells []string) {
	found := map[string]int{}
	for i, text := range cells {
		name, _, _ := strings.Cut(text, "\n")
		found[strings.TrimSpace(name)] = i
	}
	_, card := found[cardColumn]
	_, handed := found[handedColumn]
	if card && handed {
		b.columns = found
	}
}

// row reads one row, or says why it cannot be read.
func (b *filledHandout) row(r *handoutRow, at func(string) string) (why string) {
	key, asOf, _ := strings.Cut(at(cardColumn), " ")
	number, version, _ := strings.Cut(key, "/")
	v, err := strconv.Atoi(version)
	if err != nil || len(number) != 15 || asOf == "" {
		return "the column " + cardColumn + " was changed: copy it back, or hand the card over by its number"
	}
	r.Number = number
	handed, not := at(handedColumn), english(at(notColumn))
	r.event = records.PrintEvent{Number: number, Version: v, AsOf: asOf, At: endOfDay(b.day, b.now)}
	switch {
	case handed != "" && not != "":
		return "it says that the card was handed over, and that it was not: clear one of the two"
	case not != "":
		r.event.Event, r.event.Why = records.CardReturned, reasonFor(not)
		return ""
	case handed == "":
		return "it says who took the card and not when: fill the day"
	}
	if !isYes(handed) {
		day, err := b.dayOf(handed)
		if err != nil {
			return "the day: " + err.Error()
		}
		r.event.At = endOfDay(day, b.now)
	}
	r.event.Event, r.event.To, r.event.Relation = records.CardHandedOver, at(takenByColumn), strings.ToLower(english(at(relationColumn)))
	if r.event.To == "" {
		r.event.Relation = cmp.Or(r.event.Relation, self)
	}
	return ""
}

// dayOf reads a day, which a spreadsheet may have turned into a number.
func (b *filledHandout) dayOf(text string) (time.Time, error) {
	if serial, err := strconv.ParseFloat(text, 64); err == nil && serial > 20000 && serial < 100000 {
		t, err := excelize.ExcelDateToTime(serial, b.date1904)
		if err != nil {
			return t, err
		}
		text = t.Format(time.DateOnly)
	}
	return pastDay(text, b.now)
}

// english is the English half of what a drop-down offers.
func english(text string) string {
	first, _, _ := strings.Cut(text, "·")
	return strings.TrimSpace(first)
}

func isYes(text string) bool {
	switch strings.ToLower(text) {
	case "yes", "y", "x", "✓", "✔", "हाँ", "हां":
		return true
	}
	return false
}
