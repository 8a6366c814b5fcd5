package simulate

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strconv"

	"github.com/xuri/excelize/v2"

	"sehat/survey"
)

// A book writes our workbook form: the sheets Households and Members with the headers of survey.Fields, and the hidden sheet Settings
// with the round. A code is written as the form's drop-down would.
type book struct {
	file             *excelize.File
	sheets           [2]*excelize.StreamWriter
	rows             [2]int
	columns          [2][]int // the fields of each sheet, in order; -1 is the link column
	fields           [2][]survey.Field
	text             int // style
	choices          [2][]map[string]string
	cells            []any
	householdColumns columns
	survey           string
}

// writeBook writes a workbook of the households.
func (w *world) writeBook(out io.Writer, rows []*Household) error {
	b, err := newBook(w, rows)
	if err != nil {
		return err
	}
	defer b.file.Close() //nolint:errcheck // nothing was spilled to disk
	for _, h := range rows {
		if err := b.household(h); err != nil {
			return err
		}
	}
	for _, s := range b.sheets {
		if err := s.Flush(); err != nil {
			return err
		}
	}
	return b.file.Write(out)
}

func newBook(w *world, rows []*Household) (*book, error) {
	b := &book{file: excelize.NewFile().SetZipWriter(newZipper), householdColumns: w.householdColumns, survey: w.survey}
	var err error
	if b.text, err = b.file.NewStyle(&excelize.Style{NumFmt: 49}); err != nil {
		return nil, err
	}
	head, err := b.file.NewStyle(&excelize.Style{NumFmt: 49, Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	if err != nil {
		return nil, err
	}
	if err := b.file.SetSheetName("Sheet1", survey.SheetHouseholds); err != nil {
		return nil, err
	}
	for _, name := range []string{survey.SheetMembers, survey.SheetSettings} {
		if _, err := b.file.NewSheet(name); err != nil {
			return nil, err
		}
	}
	length := [2]int{1 + len(rows), 1}
	for _, h := range rows {
		length[survey.Member] += len(h.Members)
	}
	for l, name := range []string{survey.SheetHouseholds, survey.SheetMembers} {
		if err := b.start(survey.Level(l), name, head, length[l]); err != nil {
			return nil, err
		}
	}
	return b, b.settings()
}

func (b *book) settings() error {
	for i, row := range [][]string{{"name", "value"}, {"survey_code", b.survey}, {"form", "sehat 1"}} {
		if err := b.file.SetSheetRow(survey.SheetSettings, "A"+strconv.Itoa(i+1), &row); err != nil {
			return err
		}
	}
	return b.file.SetSheetVisible(survey.SheetSettings, false, true)
}

// start begins a sheet that will have so many rows.
func (b *book) start(l survey.Level, name string, head, rows int) error {
	b.fields[l] = survey.Fields(l)
	var titles []any
	title := func(place int, f survey.Field) {
		titles = append(titles, excelize.Cell{StyleID: head, Value: f.Header()})
		b.columns[l] = append(b.columns[l], place)
	}
	if l == survey.Member {
		title(-1, survey.Fields(survey.Household)[b.householdColumns[survey.LinkField]])
	}
	for i, f := range b.fields[l] {
		choices := map[string]string{}
		if f.Type == survey.One {
			for _, c := range f.Codes {
				choices[c.Code] = c.Choice()
			}
		}
		b.choices[l] = append(b.choices[l], choices)
		if f.Name != "survey_code" {
			title(i, f)
		}
	}
	// The stream writer leaves the dimension as it finds it, one cell, and some readers believe it. Set later, it costs more than
	// all the rows.
	end, err := excelize.CoordinatesToCellName(len(titles), rows)
	if err != nil {
		return err
	}
	if err := b.file.SetSheetDimension(name, "A1:"+end); err != nil {
		return err
	}
	s, err := b.file.NewStreamWriter(name)
	if err != nil {
		return err
	}
	b.sheets[l] = s
	if err := s.SetColWidth(1, len(titles), 16); err != nil {
		return err
	}
	if err := s.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	b.rows[l] = 1
	return s.SetRow("A1", titles, excelize.RowOpts{Height: 32})
}

func (b *book) household(h *Household) error {
	if err := b.row(survey.Household, h.Answers, ""); err != nil {
		return err
	}
	for i := range h.Members {
		if err := b.row(survey.Member, h.Members[i].Answers, h.Members[i].HouseholdKey); err != nil {
			return err
		}
	}
	return nil
}

func (b *book) row(l survey.Level, a survey.Answers, link string) error {
	b.rows[l]++
	b.cells = b.cells[:0]
	for _, place := range b.columns[l] {
		if place < 0 {
			b.cells = append(b.cells, excelize.Cell{StyleID: b.text, Value: link})
			continue
		}
		b.cells = append(b.cells, b.cell(l, place, a[place]))
	}
	at, err := excelize.CoordinatesToCellName(1, b.rows[l])
	if err != nil {
		return err
	}
	return b.sheets[l].SetRow(at, b.cells)
}

// cell is an answer as the form's cell would hold it: what counts is a number where it can be, everything else is text.
func (b *book) cell(l survey.Level, place int, text string) any {
	if text == "" {
		return nil
	}
	switch b.fields[l][place].Type {
	case survey.One:
		if c, ok := b.choices[l][place][text]; ok {
			text = c
		}
	case survey.Whole:
		if n, err := strconv.Atoi(text); err == nil {
			return n
		}
	case survey.Decimal:
		if x, err := strconv.ParseFloat(text, 64); err == nil {
			return x
		}
	}
	return excelize.Cell{StyleID: b.text, Value: text}
}

// A zipper puts the parts of a workbook into the archive by name. The order in which excelize gives them changes from run to run.
type zipper struct {
	out   io.Writer
	parts map[string]*bytes.Buffer
}

func newZipper(out io.Writer) excelize.ZipWriter { return &zipper{out, map[string]*bytes.Buffer{}} }

// Create begins a part.
func (z *zipper) Create(name string) (io.Writer, error) {
	z.parts[name] = &bytes.Buffer{}
	return z.parts[name], nil
}

// AddFS is not used by excelize for files that it writes.
func (z *zipper) AddFS(fs.FS) error { return errors.ErrUnsupported }

// Close writes the archive.
func (z *zipper) Close() error {
	archive := zip.NewWriter(z.out)
	for _, name := range slices.Sorted(maps.Keys(z.parts)) {
		part, err := archive.Create(name)
		if err != nil {
			return err
		}
		if _, err := z.parts[name].WriteTo(part); err != nil {
			return err
		}
	}
	return archive.Close()
}
