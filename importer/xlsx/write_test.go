package xlsx_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"sehat/importer/xlsx"
)

var testStyles = []xlsx.Style{{}, {Bold: true, Fill: "1F5C57", Wrap: true}, {Text: true, Grid: true, Top: true, Color: "7A0010", Size: 9, Indent: 1}}

// oneSheet is a workbook of one sheet.
func oneSheet(t testing.TB, head xlsx.SheetHead, tail xlsx.SheetTail, rows ...[]xlsx.Cell) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := xlsx.NewWriter(&b, testStyles...)
	if err != nil {
		t.Fatal(err)
	}
	s, err := w.Sheet(head)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		if err := s.Row(float64(i%3)*15, row); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(tail); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWhatIsWrittenIsReadBackByBothReaders(t *testing.T) {
	head := xlsx.SheetHead{
		Name: "Ward 'A' & <B>", FrozenRows: 1, FrozenCols: 2, PagesWide: 3,
		Columns: []xlsx.Column{{Width: 20.5, Style: 2}, {Width: 12}, {Width: 30, Style: 1, Folded: true}, {Width: 9}},
	}
	tail := xlsx.SheetTail{Filter: true, Titles: true, DropDowns: []xlsx.DropDown{{Column: 1, From: "lists!$A$2:$A$4"}}}
	book := oneSheet(t, head, tail,
		[]xlsx.Cell{{Text: "household_id", Style: 1}, {Text: "name", Style: 1}, {Text: "note", Style: 1}},
		[]xlsx.Cell{{Text: "007", Style: 2}, {Text: "आशा देवी", Note: "Fill it in.\nभरें।"}, {Number: -12, IsNumber: true}, {Style: 2}},
		[]xlsx.Cell{{}, {}, {Text: " two\nlines ", Style: 2, Note: "Another."}},
	)
	ours, err := open(t, book)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := readAll(ours, head.Name)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range rows {
		got = append(got, fmt.Sprintf("%d %q", r.n, r.cells))
	}
	want := []string{`1 ["household_id" "name" "note"]`, `2 ["007" "आशा देवी" "-12"]`, `3 ["" "" " two\nlines "]`}
	if !slices.Equal(got, want) {
		t.Errorf("our reader: %s", got)
	}
	f, err := excelize.OpenReader(bytes.NewReader(book))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	theirs, err := f.GetRows(head.Name)
	if err != nil || fmt.Sprintf("%q", theirs) != `[["household_id" "name" "note"] ["007" "आशा देवी" "-12"] ["" "" " two\nlines "]]` {
		t.Errorf("excelize: %q, %v", theirs, err)
	}
	comments, err := f.GetComments(head.Name)
	if err != nil || len(comments) != 2 || comments[0].Cell != "B2" || comments[0].Text != "Fill it in.\nभरें।" || comments[1].Cell != "C3" {
		t.Errorf("comments %+v, %v", comments, err)
	}
	panes, err := f.GetPanes(head.Name)
	if err != nil || !panes.Freeze || panes.XSplit != 2 || panes.YSplit != 1 || panes.TopLeftCell != "C2" {
		t.Errorf("panes %+v, %v", panes, err)
	}
	lists, err := f.GetDataValidations(head.Name)
	if err != nil || len(lists) != 1 || lists[0].Sqref != "B2:B1048576" || lists[0].Formula1 != "lists!$A$2:$A$4" || lists[0].ShowErrorMessage {
		t.Errorf("drop-downs %+v, %v", lists, err)
	}
	style, err := f.GetCellStyle(head.Name, "A40") // of the column, so that what is added below is a text, too
	if err != nil || style != 2 {
		t.Errorf("an empty cell has style %d, %v", style, err)
	}
	for column, want := range map[string]bool{"B": true, "C": false} {
		if visible, err := f.GetColVisible(head.Name, column); err != nil || visible != want {
			t.Errorf("column %s is visible: %v, %v", column, visible, err)
		}
	}
	var names []string
	for _, n := range f.GetDefinedName() {
		names = append(names, n.Name+" "+n.RefersTo)
	}
	slices.Sort(names)
	if fmt.Sprint(names) != `[_xlnm.Print_Titles 'Ward ''A'' & <B>'!$A:$B,'Ward ''A'' & <B>'!$1:$1 _xlnm._FilterDatabase 'Ward ''A'' & <B>'!$A$1:$D$3]` {
		t.Errorf("names %q", names)
	}
}

func TestACommentForEveryRow(t *testing.T) {
	rows := [][]xlsx.Cell{{{Text: "a"}}}
	for i := range 3000 {
		rows = append(rows, []xlsx.Cell{{Text: "x", Note: fmt.Sprintf("Comment %d of many, which are all alike.", i)}})
	}
	book := oneSheet(t, xlsx.SheetHead{Name: "Rows"}, xlsx.SheetTail{}, rows...)
	f, err := excelize.OpenReader(bytes.NewReader(book))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	comments, err := f.GetComments("Rows")
	if err != nil || len(comments) != 3000 || comments[2999].Cell != "A3001" || comments[2999].Text != "Comment 2999 of many, which are all alike." {
		t.Fatalf("%d comments, %v", len(comments), err)
	}
	if len(book) > 150_000 {
		t.Errorf("3000 comments take %d bytes", len(book))
	}
}

func TestASheetHoldsNoMoreRowsThanExcelReads(t *testing.T) {
	if testing.Short() {
		t.Skip("writes a million rows")
	}
	var b bytes.Buffer
	w, err := xlsx.NewWriter(&b, xlsx.Style{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := w.Sheet(xlsx.SheetHead{Name: "Rows"})
	if err != nil {
		t.Fatal(err)
	}
	for range xlsx.MaxRows {
		if err := s.Row(0, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Row(0, nil); err == nil {
		t.Error("a row too many was written")
	}
}

func FuzzWrittenTextIsReadBack(f *testing.F) {
	for _, s := range []string{"", "Asha", " a ", "\n", "a\r\nb", "_x0041_", "_x005F_x0041_", "__x000D_", "<&>\"'", "\x00\x0b", "\uFFFE", "आशा\u200D", "=1+1", "]]>", strings.Repeat("अ", 40_000)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		book := oneSheet(t, xlsx.SheetHead{Name: "Rows"}, xlsx.SheetTail{}, []xlsx.Cell{{Text: s, Note: s}, {Text: "end"}})
		b, err := open(t, book)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := readAll(b, "Rows")
		if err != nil || len(rows) != 1 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		want := strings.ToValidUTF8(s, "\uFFFD")
		got := rows[0].cells[0]
		if got != want && !(utf8.RuneCountInString(want) > 16_000 && strings.HasPrefix(want, got)) {
			if strings.ToValidUTF8(s, "") != s && strings.ReplaceAll(got, "\uFFFD", "") == strings.ReplaceAll(want, "\uFFFD", "") {
				return // how many marks stand for broken bytes does not matter
			}
			t.Errorf("%q came back as %q", s, got)
		}
	})
}
