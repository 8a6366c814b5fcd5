package xlsx_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"sehat/importer/xlsx"
)

// FuzzSameCells holds this reader against excelize: of any sheet and any shared texts it gives the same cells, or leaves the workbook to
// excelize, or refuses it because its XML is broken. Where the two differ on purpose, known says why.
func FuzzSameCells(f *testing.F) {
	for _, c := range cellCases {
		for kind, sheet := range spellings(c.rows) {
			if !strings.HasPrefix(kind, "UTF-16") { // which excelize cannot read
				f.Add([]byte(sheet), []byte(someTexts))
			}
		}
	}
	for _, book := range written(f) {
		for _, name := range []string{"xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"} {
			if sheet := part(f, book, name); sheet != nil {
				f.Add(sheet, part(f, book, "xl/sharedStrings.xml"))
			}
		}
	}
	f.Fuzz(func(t *testing.T, sheet, texts []byte) {
		sameCells(t, sheet, texts)
	})
}

// pieces are what sheets and shared texts are made of; / closes what is open.
var pieces = strings.Split(`/|/|/|/|1|0|2|7| |_x0041_|_x005F_|a|&amp;|&#65;|&#x1F600;|`+"\r\n|अ"+`|<![CDATA[ & ]]>|<!-- </row> -->|<?p?>|`+
	`<row>|<row r="1">|<row r="2">|<row r="3" spans="1:3">|<row r="9"/>|<c>|<c/>|<c r="A1">|<c r="B1">|<c r="C2">|<c r="D2">|<c r="A3" s="1">|<c r="B1"/>|`+
	`<c t="s">|<c t="s" r="A1">|<c r="B2" t="s">|<c t="str">|<c t="b">|<c t="e">|<c t="d">|<c t="n">|<c t="inlineStr">|<c r="B2" t="inlineStr">|<c r="C1" s="2" t="inlineStr">|`+
	`<v>|<v>|<v>|<v/>|<v xml:space="preserve">|<f>|<f/>|<is>|<is>|<is/>|<t>|<t>|<t xml:space="preserve">|<t/>|<r>|<rPr>|<rPh>|<extLst>|<x:v>|<q>`, "|")

// assemble makes well-formed XML of the pieces that bytes name.
func assemble(head string, choice []byte) []byte {
	text := []byte("<" + head + ">")
	open := []string{head}
	for _, b := range choice {
		p := pieces[int(b)%len(pieces)]
		switch {
		case p == "/" && len(open) > 1:
			text = append(text, "</"+open[len(open)-1]+">"...)
			open = open[:len(open)-1]
			continue
		case p == "/":
			continue
		case p[0] == '<' && p[1] != '!' && p[1] != '?' && !strings.HasSuffix(p, "/>"):
			name, _, _ := strings.Cut(strings.Trim(p, "<>"), " ")
			open = append(open, name)
		}
		text = append(text, p...)
	}
	for i := len(open) - 1; i >= 0; i-- {
		text = append(text, "</"+open[i]+">"...)
	}
	return text
}

// FuzzPieces is FuzzSameCells with XML that is well-formed always, so that it reaches deeper.
func FuzzPieces(f *testing.F) {
	place := func(wanted ...string) (choice []byte) {
		for _, w := range wanted {
			choice = append(choice, byte(slices.Index(pieces, w)))
		}
		return choice
	}
	f.Add(place(`<row r="1">`, `<c t="s" r="A1">`, `<v>`, `1`, `/`, `/`, `<c r="C1" s="2" t="inlineStr">`, `<is>`, `<r>`, `<t>`, `a`, `/`, `/`, `<r>`, `<t>`, `_x0041_`))
	f.Add(place(`<row>`, `<c>`, `<v>`, `7`, `/`, `/`, `<c t="str">`, `<f>`, `a`, `/`, `<v>`, `a`, `&amp;`, `/`, `/`, `/`, `<row r="3" spans="1:3">`, `<c r="A3" s="1">`, `<v>`, `2`))
	f.Fuzz(func(t *testing.T, choice []byte) {
		if len(choice) > 200 {
			return
		}
		sheet := assemble("sheetData", choice)
		sameCells(t, []byte("<worksheet>"+string(sheet)+"</worksheet>"), []byte(someTexts))
		text := assemble("si", choice) // the same pieces as a shared text
		sameCells(t, []byte(`<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData></worksheet>`), []byte(sst+string(text)+"</sst>"))
	})
}

const sst = `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`

// sameCells compares what both readers make of a sheet.
func sameCells(t *testing.T, sheet, texts []byte) {
	t.Helper()
	if len(sheet) > 1<<20 || len(texts) > 1<<20 {
		return
	}
	book := bookOf(t, string(sheet), string(texts))
	ours, err := func() ([]row, error) {
		b, err := open(t, book)
		if err != nil {
			return nil, err
		}
		rows, err := readAll(b, "Sheet1")
		if err != nil {
			t.Fatalf("it was opened and then not read: %v", err)
		}
		return rows, nil
	}()
	var why *xlsx.Error
	if errors.As(err, &why) && why.Kind == xlsx.Unusual || known(sheet, ours) {
		return
	}
	if err != nil {
		if !ownReason.MatchString(err.Error()) && wellFormed(sheet) && wellFormed(texts) {
			t.Fatalf("refused, though its XML is sound: %v", err)
		}
		return
	}
	if !wellFormed(sheet) || !wellFormed(texts) {
		return // of broken XML excelize gives what stands before the fault, and says nothing
	}
	theirs, err := viaExcelize(book)
	if err != nil && (strings.Contains(err.Error(), "expected element") || strings.Contains(err.Error(), "strconv")) {
		return // excelize minds the root of the shared texts, and attributes on which no cell depends, such as their count
	}
	if err != nil {
		t.Fatalf("excelize refuses what was read: %v", err)
	}
	if !equal(ours, theirs) {
		t.Fatalf("cells differ\n  ours: %.300s\ntheirs: %.300s\n%.2000s\n%.2000s", fmt.Sprint(ours), fmt.Sprint(theirs), sheet, texts)
	}
}

// ownReason are refusals of sound XML. What excelize does with each: rows and cells in no order are put where they do not belong, a
// text that is not there is read as an empty cell or as the first text, a sheet without a root as an empty one.
var ownReason = regexp.MustCompile(`^(behind row|the cells of row|row \d+ has a cell outside|a row has the number|a cell (of row \d+ )?refers to|a sheet is empty|` +
	`it declares entities|a text in it is no UTF-8|the texts of its cells are missing|its XML is nested|a text of more)`)

// known reports whether a sheet has something that excelize is known to read wrongly: it takes values and rows that lie in the extension
// of a cell or of a sheet for cells, and drops halves of characters (_xD83D_), which this reader leaves as they are.
func known(sheet []byte, cells []row) bool {
	if bytes.Contains(sheet, []byte("extLst")) {
		return true
	}
	for _, r := range cells {
		if slices.ContainsFunc(r.cells, halves.MatchString) {
			return true
		}
	}
	return false
}

var halves = regexp.MustCompile(`(?i)_xd[89a-f][0-9a-f]{2}_`)

func viaExcelize(book []byte) (all []row, err error) {
	f, err := excelize.OpenReader(bytes.NewReader(book), excelize.Options{RawCellValue: true})
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := f.Rows("Sheet1")
	if err != nil {
		return nil, err
	}
	for n := 1; rows.Next(); n++ {
		cells, err := rows.Columns()
		if err != nil {
			return nil, err
		}
		if len(trim(cells)) > 0 {
			all = append(all, row{n, cells})
		}
	}
	return all, rows.Close()
}

func wellFormed(text []byte) bool {
	d := xml.NewDecoder(bytes.NewReader(text))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return true
		} else if err != nil {
			return false
		}
	}
}

// FuzzOpen gives the reader whole archives.
func FuzzOpen(f *testing.F) {
	for _, c := range cellCases[:3] {
		f.Add(bookOf(f, sheetHead+c.rows+sheetTail, someTexts))
	}
	for _, book := range written(f) {
		f.Add(book)
	}
	f.Fuzz(func(t *testing.T, book []byte) {
		b, err := open(t, book)
		if err != nil {
			return
		}
		for _, sheet := range b.Sheets() {
			if _, err := readAll(b, sheet); err != nil {
				t.Fatalf("it was opened and then not read: %v", err)
			}
		}
	})
}

// written are workbooks that other programs wrote: excelize, and what lies in testdata.
func written(t testing.TB) map[string][]byte {
	t.Helper()
	books := map[string][]byte{"excelize": excelizeBook(t, false), "excelize, streamed": excelizeBook(t, true)}
	paths, err := filepath.Glob("testdata/*.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		book, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		books[filepath.Base(path)] = book
	}
	return books
}

// excelizeBook has cells of every kind that excelize writes.
func excelizeBook(t testing.TB, stream bool) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	style, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	must(err)
	values := []any{
		"Asha", 1, -2.5, 1e21, true, false, nil, " spaces ", "line\nline", "tab\tand <&>\"'", "_x0041_", "\x01", "अंक १२", "😀",
		excelize.Cell{StyleID: style, Value: 46249},
		"=1+1", "#N/A",
	}
	if stream {
		w, err := f.NewStreamWriter("Sheet1")
		must(err)
		must(w.SetRow("A1", values))
		must(w.SetRow("C7", values[:4]))
		must(w.SetRow("A9", []any{excelize.Cell{Formula: "SUM(B1:C1)", Value: 3}, []excelize.RichTextRun{{Text: "ri"}, {Text: "ch"}}}))
		must(w.Flush())
	} else {
		for i, v := range values {
			if c, ok := v.(excelize.Cell); ok {
				v = c.Value
			}
			cell, err := excelize.CoordinatesToCellName(1+2*i, 2+i/3)
			must(err)
			must(f.SetCellValue("Sheet1", cell, v))
		}
		must(f.SetCellStyle("Sheet1", "A2", "D9", style))
		must(f.SetCellFormula("Sheet1", "B30", "SUM(A1:A2)"))
		must(f.SetCellRichText("Sheet1", "B31", []excelize.RichTextRun{{Text: "ri", Font: &excelize.Font{Bold: true}}, {Text: "ch _x0041_"}}))
		must(f.MergeCell("Sheet1", "A40", "C42"))
		must(f.SetRowHeight("Sheet1", 50, 30))
		must(f.AddComment("Sheet1", excelize.Comment{Cell: "A1", Text: "note"}))
		_, err := f.NewSheet("Hidden & more")
		must(err)
		must(f.SetCellValue("Hidden & more", "B2", "Asha"))
		must(f.SetSheetVisible("Hidden & more", false))
	}
	b, err := f.WriteToBuffer()
	must(err)
	return b.Bytes()
}

// part is a part of a workbook, or nil.
func part(t testing.TB, book []byte, name string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatal(err)
	}
	r, err := z.Open(name)
	if err != nil {
		return nil
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWorkbooksOfOtherProgramsHaveTheSameCells(t *testing.T) {
	for name, book := range written(t) {
		t.Run(name, func(t *testing.T) {
			b, err := open(t, book)
			if err != nil {
				t.Fatal(err)
			}
			f, err := excelize.OpenReader(bytes.NewReader(book), excelize.Options{RawCellValue: true})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			for _, sheet := range b.Sheets() {
				ours, err := readAll(b, sheet)
				if err != nil {
					t.Fatal(err)
				}
				all, err := f.GetRows(sheet)
				if err != nil {
					t.Fatal(err)
				}
				var theirs []row
				for i, cells := range all {
					if len(trim(cells)) > 0 {
						theirs = append(theirs, row{i + 1, cells})
					}
				}
				if !equal(ours, theirs) {
					t.Errorf("%s differs\n  ours: %v\ntheirs: %v", sheet, ours, theirs)
				}
			}
		})
	}
}
