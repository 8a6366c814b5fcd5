package xlsx

import (
	"archive/zip"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/flate"
)

// MaxRows is how many rows a sheet holds, its header among them.
const MaxRows = 1 << 20

// maxText is how many characters a cell holds.
const maxText = 32767

// A Writer writes a workbook straight into an archive, a sheet after the other and a row after the other. It keeps none of them: only
// the comments of the sheet that is being written wait, compressed, for its end. Nothing is unpacked to the disk.
type Writer struct {
	zip    *zip.Writer
	styles int
	sheets []*Sheet
}

// A Style is how cells look. The zero value is a plain cell.
type Style struct {
	Bold, Wrap, Grid bool
	Text             bool    // what is typed there is a text, also if it looks like a number: 007 stays 007
	Top              bool    // stands at the top of its row rather than in the middle
	Indent           int     // steps from the left
	Size             float64 // points; 0: 11
	Color, Fill      string  // RRGGBB; empty: black on nothing
}

// A SheetHead is what is told of a sheet before its rows.
type SheetHead struct {
	Name                   string
	Hidden                 bool // from people who do not look for it in the file
	Columns                []Column
	FrozenRows, FrozenCols int
	PagesWide              int // printed, it is on so many pages beside each other; 0: 1
	Scale                  int // printed, it is as large in percent, however many pages it takes; 0: fitted to PagesWide
}

// A Column is how a column looks where its cells do not say otherwise.
type Column struct {
	Width  float64 // in characters
	Style  int
	Folded bool // hidden behind a + above it
}

// A Cell is one cell of a row. Empty ones look as their column does.
type Cell struct {
	Text   string
	Number int // where Text is empty and IsNumber is set
	Style  int
	Note   string // a comment on the cell

	IsNumber bool
}

// A DropDown offers the answers in a range of cells, "lists!$A$2:$A$9", in a column from row 2 to the last. Others may be typed.
type DropDown struct {
	Column int // from 0
	From   string
}

// A SheetTail is what is told of a sheet after its rows.
type SheetTail struct {
	Filter    bool // buttons in the header that filter and sort
	Titles    bool // printed, the first row and the frozen columns are on every page
	DropDowns []DropDown
	Breaks    []int // printed, a page ends after these rows; not where the sheet is fitted to pages
}

// maxBreaks is how many page breaks Excel takes.
const maxBreaks = 1000

// A Sheet is being written.
type Sheet struct {
	head    SheetHead
	w       *Writer
	part    io.Writer
	no      int // from 1
	rows    int
	columns int
	b       []byte
	notes   *notes
	tail    SheetTail
}

// NewWriter begins a workbook. Cells name their style by its place in styles.
func NewWriter(w io.Writer, styles ...Style) (*Writer, error) {
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return newDeflater(out), nil })
	b := &Writer{zip: z, styles: len(styles)}
	if err := b.part("_rels/.rels", relationships(relationship{"officeDocument", "xl/workbook.xml"})); err != nil {
		return nil, err
	}
	return b, b.part("xl/styles.xml", stylesXML(styles))
}

// level packs rows of a survey to a ninth; the best level takes four times as long for a tenth.
const level = 2

// A deflater is used again for other parts once it is closed: making one costs more than most parts do.
type deflater struct{ *flate.Writer }

var deflaters = sync.Pool{New: func() any {
	w, err := flate.NewWriter(nil, level)
	if err != nil {
		panic(err) // only an unknown level fails
	}
	return w
}}

func newDeflater(out io.Writer) *deflater {
	w := deflaters.Get().(*flate.Writer)
	w.Reset(out)
	return &deflater{w}
}

// Close ends the part; nothing may be written afterwards.
func (d *deflater) Close() error {
	err := d.Writer.Close()
	deflaters.Put(d.Writer)
	d.Writer = nil
	return err
}

// part writes a small part.
func (w *Writer) part(name, text string) error {
	part, err := w.zip.Create(name)
	if err != nil {
		return err
	}
	_, err = io.WriteString(part, xmlHead+text)
	return err
}

const (
	xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	mainNS  = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	relNS   = `xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
)

// Sheet begins the next sheet. The one before must be closed.
func (w *Writer) Sheet(head SheetHead) (*Sheet, error) {
	s := &Sheet{head: head, w: w, no: len(w.sheets) + 1}
	var err error
	if s.part, err = w.zip.Create(fmt.Sprintf("xl/worksheets/sheet%d.xml", s.no)); err != nil {
		return nil, err
	}
	w.sheets = append(w.sheets, s)
	s.text(xmlHead, `<worksheet `, mainNS, ` `, relNS, `>`)
	if head.Scale == 0 {
		s.text(`<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>`)
	}
	s.view()
	s.columnsXML()
	s.text(`<sheetData>`)
	return s, s.flush(0)
}

func (s *Sheet) columnsXML() {
	cols := s.head.Columns
	if slices.ContainsFunc(cols, func(c Column) bool { return c.Folded }) {
		s.text(`<sheetFormatPr defaultRowHeight="15" outlineLevelCol="1"/>`)
	} else {
		s.text(`<sheetFormatPr defaultRowHeight="15"/>`)
	}
	for i, c := range cols {
		if i == 0 {
			s.text(`<cols>`)
		}
		n := strconv.Itoa(i + 1)
		s.text(`<col min="`, n, `" max="`, n, `" width="`, points(c.Width), `" style="`, strconv.Itoa(c.Style), `" customWidth="1"`)
		switch {
		case c.Folded:
			s.text(` hidden="1" outlineLevel="1"`)
		case i > 0 && cols[i-1].Folded:
			s.text(` collapsed="1"`)
		}
		s.text(`/>`)
	}
	if len(cols) > 0 {
		s.text(`</cols>`)
	}
}

// view says which rows and columns stay while the others are scrolled.
func (s *Sheet) view() {
	s.text(`<sheetViews><sheetView workbookViewId="0"`)
	if s.no == 1 {
		s.text(` tabSelected="1"`)
	}
	s.text(`>`)
	rows, cols := s.head.FrozenRows, s.head.FrozenCols
	if rows+cols > 0 {
		s.text(`<pane`)
		pane := "bottomLeft"
		if cols > 0 {
			s.text(` xSplit="`, strconv.Itoa(cols), `"`)
			pane = "topRight"
		}
		if rows > 0 {
			s.text(` ySplit="`, strconv.Itoa(rows), `"`)
		}
		if rows > 0 && cols > 0 {
			pane = "bottomRight"
		}
		corner := CellName(cols, rows+1)
		s.text(` topLeftCell="`, corner, `" activePane="`, pane, `" state="frozen"/><selection pane="`, pane, `" activeCell="`, corner, `" sqref="`, corner, `"/>`)
	}
	s.text(`</sheetView></sheetViews>`)
}

// Row writes a row. Its height is in points; 0 leaves it to the program that opens the workbook.
func (s *Sheet) Row(height float64, cells []Cell) error {
	s.rows++
	if s.rows > MaxRows {
		return fmt.Errorf("a sheet has %d rows at most", MaxRows)
	}
	s.columns = max(s.columns, len(cells))
	s.text(`<row r="`)
	s.b = strconv.AppendInt(s.b, int64(s.rows), 10)
	if height > 0 {
		s.text(`" ht="`, points(height))
	}
	s.text(`">`)
	for i := range cells {
		s.cell(i, &cells[i])
	}
	s.text(`</row>`)
	if s.notes != nil {
		if err := s.notes.row(height); err != nil {
			return err
		}
	}
	for i := range cells {
		if cells[i].Note == "" {
			continue
		}
		if s.notes == nil {
			s.notes = newNotes(s.no, s.head.Columns)
		}
		if err := s.notes.add(i, s.rows, height, cells[i].Note); err != nil {
			return err
		}
	}
	return s.flush(64 << 10)
}

func (s *Sheet) cell(col int, c *Cell) {
	if c.Text == "" && !c.IsNumber && (c.Style == 0 || col < len(s.head.Columns) && c.Style == s.head.Columns[col].Style) {
		return
	}
	s.text(`<c r="`)
	s.b = appendCellName(s.b, col, s.rows)
	if c.Style != 0 {
		s.text(`" s="`)
		s.b = strconv.AppendInt(s.b, int64(c.Style), 10)
	}
	switch {
	case c.Text != "":
		s.text(`" t="inlineStr"><is><t`)
		if t := c.Text; t[0] <= ' ' || t[len(t)-1] <= ' ' || strings.Contains(t, "\n") {
			s.text(` xml:space="preserve"`)
		}
		s.text(`>`)
		s.b = appendXML(s.b, shorten(c.Text))
		s.text(`</t></is></c>`)
	case c.IsNumber:
		s.text(`"><v>`)
		s.b = strconv.AppendInt(s.b, int64(c.Number), 10)
		s.text(`</v></c>`)
	default:
		s.text(`"/>`)
	}
}

// Close ends a sheet.
func (s *Sheet) Close(tail SheetTail) error {
	s.tail = tail
	s.text(`</sheetData>`)
	if tail.Filter && s.rows > 0 {
		s.text(`<autoFilter ref="`, s.filter(), `"/>`)
	}
	if len(tail.DropDowns) > 0 {
		s.text(`<dataValidations count="`, strconv.Itoa(len(tail.DropDowns)), `">`)
		for _, d := range tail.DropDowns {
			s.text(`<dataValidation type="list" allowBlank="1" sqref="`, CellName(d.Column, 2), `:`, CellName(d.Column, MaxRows), `"><formula1>`)
			s.b = appendXML(s.b, d.From)
			s.text(`</formula1></dataValidation>`)
		}
		s.text(`</dataValidations>`)
	}
	s.text(`<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.6" header="0.3" footer="0.3"/>`)
	if s.head.Scale > 0 {
		s.text(`<pageSetup paperSize="9" scale="`, strconv.Itoa(s.head.Scale), `" orientation="landscape"/>`)
	} else {
		s.text(`<pageSetup paperSize="9" fitToWidth="`, strconv.Itoa(max(1, s.head.PagesWide)), `" fitToHeight="0" orientation="landscape"/>`)
	}
	s.text(`<headerFooter><oddFooter>&amp;L&amp;A&amp;R&amp;P / &amp;N</oddFooter></headerFooter>`)
	if n := min(len(tail.Breaks), maxBreaks); n > 0 {
		count := strconv.Itoa(n)
		s.text(`<rowBreaks count="`, count, `" manualBreakCount="`, count, `">`)
		for _, row := range tail.Breaks[:n] {
			s.text(`<brk id="`, strconv.Itoa(row), `" max="16383" man="1"/>`)
		}
		s.text(`</rowBreaks>`)
	}
	if s.notes != nil {
		s.text(`<legacyDrawing r:id="rId1"/>`)
	}
	s.text(`</worksheet>`)
	if err := s.flush(0); err != nil {
		return err
	}
	if s.notes == nil {
		return nil
	}
	rels := relationships(
		relationship{"vmlDrawing", fmt.Sprintf("../drawings/vmlDrawing%d.vml", s.no)}, relationship{"comments", fmt.Sprintf("../comments%d.xml", s.no)},
	)
	if err := s.w.part(fmt.Sprintf("xl/worksheets/_rels/sheet%d.xml.rels", s.no), rels); err != nil {
		return err
	}
	return s.notes.write(s.w.zip)
}

// filter is the range that the filter's buttons act on.
func (s *Sheet) filter() string {
	return "A1:" + CellName(max(s.columns, 1)-1, s.rows)
}

// Close ends the workbook.
func (w *Writer) Close() error {
	var sheets, names, types strings.Builder
	var rels []relationship
	for i, s := range w.sheets {
		state := ""
		if s.head.Hidden {
			state = ` state="veryHidden"`
		}
		fmt.Fprintf(&sheets, `<sheet name="%s" sheetId="%d"%s r:id="rId%d"/>`, appendXML(nil, s.head.Name), s.no, state, s.no)
		rels = append(rels, relationship{"worksheet", fmt.Sprintf("worksheets/sheet%d.xml", s.no)})
		fmt.Fprintf(&types, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="%sworksheet+xml"/>`, s.no, contentType)
		if s.notes != nil {
			fmt.Fprintf(&types, `<Override PartName="/xl/comments%d.xml" ContentType="%scomments+xml"/>`, s.no, contentType)
		}
		quoted := appendXML(nil, "'"+strings.ReplaceAll(s.head.Name, "'", "''")+"'!")
		if s.tail.Filter && s.rows > 0 {
			fmt.Fprintf(&names, `<definedName name="_xlnm._FilterDatabase" localSheetId="%d" hidden="1">%s%s</definedName>`, i, quoted, fixed(s.filter()))
		}
		if s.tail.Titles {
			fmt.Fprintf(&names, `<definedName name="_xlnm.Print_Titles" localSheetId="%d">`, i)
			if n := s.head.FrozenCols; n > 0 {
				fmt.Fprintf(&names, "%s$A:$%s,", quoted, ColumnName(n-1))
			}
			fmt.Fprintf(&names, "%s$1:$1</definedName>", quoted)
		}
	}
	rels = append(rels, relationship{"styles", "styles.xml"})
	defined := names.String()
	if defined != "" {
		defined = `<definedNames>` + defined + `</definedNames>`
	}
	for _, p := range []struct{ name, text string }{
		{"xl/workbook.xml", `<workbook ` + mainNS + ` ` + relNS + `><bookViews><workbookView/></bookViews><sheets>` + sheets.String() + `</sheets>` + defined + `</workbook>`},
		{"xl/_rels/workbook.xml.rels", relationships(rels...)},
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
			`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
			`<Default Extension="vml" ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="` + contentType + `sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="` + contentType + `styles+xml"/>` +
			types.String() + `</Types>`},
	} {
		if err := w.part(p.name, p.text); err != nil {
			return err
		}
	}
	return w.zip.Close()
}

const contentType = "application/vnd.openxmlformats-officedocument.spreadsheetml."

// fixed makes a range one that does not move: A1:C9 is $A$1:$C$9.
func fixed(ref string) string {
	from, to, _ := strings.Cut(ref, ":")
	pin := func(name string) string {
		i := strings.IndexAny(name, "0123456789")
		return "$" + name[:i] + "$" + name[i:]
	}
	return pin(from) + ":" + pin(to)
}

// A relationship is one of a part to another; they are numbered rId1, rId2, ….
type relationship struct{ kind, target string }

func relationships(list ...relationship) string {
	var b strings.Builder
	b.WriteString(`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`)
	for i, r := range list {
		fmt.Fprintf(&b, `<Relationship Id="rId%d" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" Target="%s"/>`, i+1, r.kind, r.target)
	}
	b.WriteString(`</Relationships>`)
	return b.String()
}

func (s *Sheet) text(parts ...string) {
	for _, p := range parts {
		s.b = append(s.b, p...)
	}
}

// flush writes what has gathered, if it is more than so many bytes.
func (s *Sheet) flush(more int) error {
	if len(s.b) <= more {
		return nil
	}
	_, err := s.part.Write(s.b)
	s.b = s.b[:0]
	return err
}

func points(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// ColumnName is a column as a spreadsheet calls it: 0 is A, 26 is AA.
func ColumnName(col int) string { return string(appendColumn(nil, col)) }

// CellName is a cell as a spreadsheet calls it: column 2 of row 7 is C7.
func CellName(col, row int) string { return string(appendCellName(nil, col, row)) }

func appendCellName(b []byte, col, row int) []byte {
	return strconv.AppendInt(appendColumn(b, col), int64(row), 10)
}

func appendColumn(b []byte, col int) []byte {
	start := len(b)
	for col++; col > 0; col = (col - 1) / 26 {
		b = append(b, byte('A'+(col-1)%26))
	}
	slices.Reverse(b[start:])
	return b
}
