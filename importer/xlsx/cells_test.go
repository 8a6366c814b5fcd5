package xlsx_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"sehat/importer/xlsx"
)

// bookOf makes a workbook of one sheet and shared texts.
func bookOf(t testing.TB, sheet, texts string) []byte {
	t.Helper()
	parts := frame(`<sheet name="Sheet1" sheetId="1" r:id="rId1"/>`, "sheet1.xml")
	parts["xl/worksheets/sheet1.xml"], parts["xl/sharedStrings.xml"] = sheet, texts
	return zipOf(t, parts)
}

func zipOf(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range parts {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name}) // stored: it is not the inflater that is tested
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func open(t testing.TB, book []byte) (*xlsx.Book, error) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	if err != nil {
		return nil, err
	}
	return xlsx.Open(t.Context(), z, int64(len(book)))
}

// A row is one that holds anything.
type row struct {
	n     int
	cells []string
}

// readAll reads a sheet. Empty cells at the end of a row do not count.
func readAll(b *xlsx.Book, sheet string) (all []row, err error) {
	rows, err := b.Rows(sheet)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for {
		n, cells, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		all = append(all, row{n, slices.Clone(cells)})
	}
}

const someTexts = sst + `<si><t>zero</t></si><si><r><rPr><b/><rFont val="t"/></rPr><t>ri</t></r><r><t xml:space="preserve">ch </t></r><rPh sb="0" eb="1"><t>spoken</t></rPh></si>` +
	`<si><t>a &amp; b &lt; &#x905;&#10;</t></si><si><t/></si><si/><si><t><![CDATA[<raw & raw>]]></t></si><si><t>_x0041__x000D_ _x005F_x0041_ _xZZZZ_ x_</t></si></sst>`

// cellCases are rows as programs write them, and what they hold.
var cellCases = []struct {
	name, rows string
	want       []row
}{
	{"numbers as they stand", `<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="n" s="3"><v>9.8765012340000001E9</v></c><c r="C1"><v>9876543210</v></c></row>`, []row{{1, []string{"1", "9.8765012340000001E9", "9876543210"}}}},
	{"shared texts", `<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v> 2 </v></c></row>`, []row{{1, []string{"zero", "rich ", "a & b < अ\n"}}}},
	{"shared texts that are empty, raw or escaped", `<row r="1"><c r="A1" t="s"><v>3</v></c><c r="B1" t="s"><v>4</v></c><c r="C1" t="s"><v>5</v></c><c r="D1" t="s"><v>6</v></c></row>`, []row{{1, []string{"", "", "<raw & raw>", "A\r _x0041_ _xZZZZ_ x_"}}}},
	{"texts inside of cells", `<row r="1"><c r="A1" t="inlineStr"><is><t>in</t></is></c><c r="B1" t="inlineStr"><is><r><t>ri</t></r><r><rPr/><t>ch</t></r></is></c><c r="C1" t="inlineStr"><is><t xml:space="preserve"> _x0041_ </t></is></c></row>`, []row{{1, []string{"in", "rich", " A "}}}},
	{"a text that is a formula's result is not escaped", `<row r="1"><c r="A1" t="str"><f>"_x0041_"</f><v>_x0041_</v></c></row>`, []row{{1, []string{"_x0041_"}}}},
	{"truths, errors and dates of the strict kind", `<row r="1"><c r="A1" t="b"><v>1</v></c><c r="B1" t="e"><v>#N/A</v></c><c r="C1" t="d"><v>2026-08-15T00:00:00</v></c></row>`, []row{{1, []string{"1", "#N/A", "2026-08-15T00:00:00"}}}},
	{"formulas with results and without", `<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><f t="shared" ref="B1:B2" si="0">A1</f></c><c r="C1"><f/><v>3</v></c></row>`, []row{{1, []string{"2", "", "3"}}}},
	{"rows and cells without places", `<row><c><v>1</v></c><c/><c><v>3</v></c></row><row r="5"><c r="B5"><v>2</v></c><c><v>3</v></c></row><row><c><v>6</v></c></row>`, []row{{1, []string{"1", "", "3"}}, {5, []string{"", "2", "3"}}, {6, []string{"6"}}}},
	{"rows far apart, and rows of nothing", `<row r="2"/><row r="3" spans="1:2" ht="15"></row><row r="4"><c r="A4" s="1"/></row><row r="1048576"><c r="XFD1048576"><v>last</v></c></row>`, []row{{1048576, append(make([]string, 16383), "last")}}},
	{"a shorter row behind a longer one", `<row r="1"><c r="A1"><v>1</v></c><c r="C1"><v>3</v></c></row><row r="2"><c r="B2"><v>2</v></c></row><row r="3"><c r="D3"><v>4</v></c></row>`, []row{{1, []string{"1", "", "3"}}, {2, []string{"", "2"}}, {3, []string{"", "", "", "4"}}}},
	{"other spelling: quotes, blanks, order, line ends", "<row\r\n r='1' ><c t='n'  s=\"1\"\tr = 'A1' ><v >1</v ></c ><!-- a > b </row> --><?pi </row>?><c r=\"B1\" t=\"str\"><v>a\r\nb\rc</v></c></row >", []row{{1, []string{"1", "a\nb\nc"}}}},
	{"text in pieces", `<row r="1"><c r="A1" t="str"><v>a<!-- x -->b<![CDATA[ & ]]>c&#100;</v></c></row>`, []row{{1, []string{"ab & cd"}}}},
	{"a greater-than sign inside of an attribute", `<row r="1" x="a>b"><c r="A1" y='"'><v>1</v></c></row>`, []row{{1, []string{"1"}}}},
	{"parts of other programs", `<row r="1" x14ac:dyDescent="0.25"><c r="A1" cm="1" vm="2"><v>1</v><extLst><ext uri="x"><v>9</v></ext></extLst></c><extLst/></row>`, []row{{1, []string{"1"}}}},
	{"no rows", ``, nil},
}

func TestCells(t *testing.T) {
	for _, c := range cellCases {
		for kind, sheet := range spellings(c.rows) {
			t.Run(c.name+"/"+kind, func(t *testing.T) {
				b, err := open(t, bookOf(t, sheet, someTexts))
				if err != nil {
					t.Fatal(err)
				}
				got, err := readAll(b, "Sheet1")
				if err != nil {
					t.Fatal(err)
				}
				if !equal(got, c.want) {
					t.Errorf("got %.200v, want %.200v", got, c.want)
				}
			})
		}
	}
}

// spellings are sheets that say the same: plain, in UTF-16, and with much before and behind the rows.
func spellings(rows string) map[string]string {
	utf := func(mark string, put func(u uint16) string) string {
		text := strings.Replace(sheetHead, "UTF-8", "UTF-16", 1) + rows + sheetTail
		for _, u := range utf16.Encode([]rune(text)) {
			mark += put(u)
		}
		return mark
	}
	return map[string]string{
		"plain":             sheetHead + rows + sheetTail,
		"without a heading": "<worksheet><sheetData>" + rows + sheetTail,
		"with a mark":       "\xEF\xBB\xBF" + sheetHead + rows + sheetTail,
		"UTF-16":            utf("\xFF\xFE", func(u uint16) string { return string([]byte{byte(u), byte(u >> 8)}) }),
		"UTF-16, big end":   utf("", func(u uint16) string { return string([]byte{byte(u >> 8), byte(u)}) }),
		"with all around": `<?xml version="1.0"?><!-- <sheetData> --><worksheet><sheetPr/><dimension ref="A1"/><sheetViews><sheetView workbookViewId="0"><selection activeCell="A1"/></sheetView></sheetViews><cols><col min="1" max="2"/></cols><sheetData>` +
			rows + `</sheetData><mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells><extLst><ext><row r="9"><c><v>9</v></c></row></ext></extLst></worksheet>` + "\r\n",
	}
}

func equal(a, b []row) bool {
	return slices.EqualFunc(a, b, func(x, y row) bool { return x.n == y.n && slices.Equal(trim(x.cells), trim(y.cells)) })
}

func trim(cells []string) []string {
	for len(cells) > 0 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	return cells
}

func TestPrefixesOfNamespaces(t *testing.T) {
	sheet := `<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData><x:row r="1"><x:c r="A1" t="s"><x:v>0</x:v></x:c></x:row></x:sheetData></x:worksheet>`
	b, err := open(t, bookOf(t, sheet, `<x:sst><x:si><x:t>zero</x:t></x:si></x:sst>`))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := readAll(b, "Sheet1"); err != nil || !equal(got, []row{{1, []string{"zero"}}}) {
		t.Errorf("got %v, %v", got, err)
	}
}

// A cell may lie anywhere in the reader's buffer, and so may its pieces.
func TestCellsAcrossTheBuffersEnd(t *testing.T) {
	for pad := 60 << 10; pad < 66<<10; pad += 7 {
		rows := `<row r="1"><c r="A1" t="str"><v>` + strings.Repeat("x", pad) + `</v></c><c r="B1" t="inlineStr"><is><t>b &amp; b</t></is></c><c r="C1"><v>3</v></c></row>`
		b, err := open(t, bookOf(t, sheetHead+rows+sheetTail, `<sst/>`))
		if err != nil {
			t.Fatal(pad, err)
		}
		got, err := readAll(b, "Sheet1")
		if err != nil || len(got) != 1 || len(got[0].cells) != 3 || len(got[0].cells[0]) != pad || got[0].cells[1] != "b & b" || got[0].cells[2] != "3" {
			t.Fatalf("pad %d: %v", pad, err)
		}
	}
}

func TestManySharedTexts(t *testing.T) {
	var texts, rows strings.Builder
	for i := range 3000 { // three chunks
		texts.WriteString("<si><t>" + strings.Repeat(string(rune('a'+i%26)), 1000+i%7) + "</t></si>")
	}
	rows.WriteString(`<row r="1"><c t="s"><v>0</v></c><c t="s"><v>1045</v></c><c t="s"><v>2999</v></c></row>`)
	b, err := open(t, bookOf(t, sheetHead+rows.String()+sheetTail, `<sst>`+texts.String()+`</sst>`))
	if err != nil {
		t.Fatal(err)
	}
	got, err := readAll(b, "Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	for i, n := range []int{0, 1045, 2999} {
		if want := strings.Repeat(string(rune('a'+n%26)), 1000+n%7); got[0].cells[i] != want {
			t.Errorf("text %d is %.5q… of %d, want %.5q… of %d", n, got[0].cells[i], len(got[0].cells[i]), want, len(want))
		}
	}
}

func TestThePlanOfAWorkbook(t *testing.T) {
	const strict = "http://purl.oclc.org/ooxml/officeDocument/relationships"
	rels := func(text string) string { return "<Relationships>" + text + "</Relationships>" }
	sheet := func(v string) string {
		return `<worksheet><sheetData><row><c t="s"><v>` + v + `</v></c></row></sheetData></worksheet>`
	}
	b, err := open(t, zipOf(t, map[string]string{
		"_rels/.rels": rels(`<Relationship Id="a" Type="` + strict + `/officeDocument" Target="/Office/Book.xml"/>`),
		`office\_rels\book.xml.rels`: rels(`<Relationship Id="r1" Type="` + strict + `/worksheet" Target="../pages/two.xml"/><Relationship Id="r2" Type="` + strict +
			`/worksheet" Target="/pages/one.xml"/><Relationship Id="r3" Type="` + strict + `/sharedStrings" Target="words.xml"/><Relationship Id="r4" Type="` + strict +
			`/chartsheet" Target="chart.xml"/><Relationship Id="r5" Type="x/hyperlink" Target="http://example.org/" TargetMode="External"/>`),
		"Office/Book.xml": `<x:workbook conformance="strict"><x:workbookPr date1904="true"/><x:sheets><x:sheet name="Zwei &amp; drei" r:id="r1"/><x:sheet name="Eins" state="veryHidden" r:id="r2"/>` +
			`<x:sheet name="Chart" r:id="r4"/></x:sheets></x:workbook>`,
		"office/words.xml": `<sst><si><t>uno</t></si><si><t>due</t></si></sst>`,
		"office/chart.xml": `<chartsheet><drawing/></chartsheet>`,
		"pages/one.xml":    sheet("0"), "pages/two.xml": sheet("1"),
	}))
	if err != nil {
		t.Fatal(err)
	}
	if !b.Date1904() || !slices.Equal(b.Sheets(), []string{"Zwei & drei", "Eins", "Chart"}) {
		t.Errorf("sheets %q, 1904 %v", b.Sheets(), b.Date1904())
	}
	for sheet, want := range map[string][]row{"Zwei & drei": {{1, []string{"due"}}}, "Eins": {{1, []string{"uno"}}}, "Chart": nil} {
		if got, err := readAll(b, sheet); err != nil || !equal(got, want) {
			t.Errorf("%s: %v, %v", sheet, got, err)
		}
	}
}

func TestWhatIsRefused(t *testing.T) {
	cell := func(c string) string { return sheetHead + `<row r="1">` + c + `</row>` + sheetTail }
	for name, c := range map[string]struct {
		sheet string
		kind  xlsx.Kind
		want  string
	}{
		"a sheet that breaks off between cells":          {sheetHead + `<row r="1"><c r="A1"><v>1</v></c>`, xlsx.Damaged, "breaks off"},
		"a sheet that breaks off inside a cell":          {sheetHead + `<row r="1"><c r="A1"><v>1`, xlsx.Damaged, "breaks off"},
		"a sheet that breaks off inside a tag":           {sheetHead + `<row r="1"><c r="A`, xlsx.Damaged, "breaks off"},
		"a sheet that breaks off behind the rows":        {sheetHead + `</sheetData><mergeCells>`, xlsx.Damaged, "breaks off"},
		"a sheet of nothing":                             {``, xlsx.Damaged, "empty"},
		"tags that do not match":                         {sheetHead + `<row r="1"><c r="A1"><v>1</c></v></row>` + sheetTail, xlsx.Damaged, "not opened"},
		"entities of its own":                            {`<!DOCTYPE x [<!ENTITY a "b">]>` + cell(`<c><v>&a;</v></c>`), xlsx.Hostile, "entities"},
		"an entity that nobody knows":                    {cell(`<c r="A1"><v>&a;</v></c>`), xlsx.Damaged, "entity"},
		"an ampersand alone":                             {cell(`<c r="A1" t="str"><v>a & b</v></c>`), xlsx.Damaged, "stands alone"},
		"a control character":                            {cell("<c r=\"A1\"><v>\x01</v></c>"), xlsx.Damaged, "control"},
		"bytes that are no text":                         {cell("<c r=\"A1\"><v>\xff\xfe</v></c>"), xlsx.Damaged, "UTF-8"},
		"rows in no order":                               {sheetHead + `<row r="2"/><row r="1"/>` + sheetTail, xlsx.Damaged, "behind row 2 stands row 1"},
		"a row twice":                                    {sheetHead + `<row r="2"/><row r="2"/>` + sheetTail, xlsx.Damaged, "behind row 2 stands row 2"},
		"a row beyond the last":                          {sheetHead + `<row r="1048577"/>` + sheetTail, xlsx.Damaged, "1048577"},
		"rows beyond the last without places":            {sheetHead + `<row r="1048576"/><row/>` + sheetTail, xlsx.Damaged, "1048577"},
		"cells in no order":                              {cell(`<c r="B1"><v>1</v></c><c r="A1"><v>1</v></c>`), xlsx.Damaged, "no order"},
		"a cell twice":                                   {cell(`<c r="B1"><v>1</v></c><c r="B1"><v>1</v></c>`), xlsx.Damaged, "no order"},
		"a cell beyond the last column":                  {cell(`<c r="XFE1"><v>1</v></c>`), xlsx.Damaged, "outside"},
		"a cell beyond the last row":                     {cell(`<c r="A1048577"><v>1</v></c>`), xlsx.Damaged, "outside"},
		"a text that is not there":                       {cell(`<c r="A1" t="s"><v>99</v></c>`), xlsx.Damaged, "not there"},
		"a text before the first":                        {cell(`<c r="A1" t="s"><v>-1</v></c>`), xlsx.Damaged, "not there"},
		"nested deeper than any sheet":                   {sheetHead + `</sheetData>` + strings.Repeat("<a>", 2000), xlsx.Hostile, "nested"},
		"a gap of many megabytes":                        {sheetHead + strings.Repeat(" ", 9<<20) + sheetTail, xlsx.Hostile, "gap"},
		"cells that are scattered":                       {sheetHead + strings.Repeat(`<row><c/><c t="str"><v></v></c></row>`, 9) + scattered(10_000) + sheetTail, xlsx.Hostile, "scattered"},
		"a cell of an unknown type":                      {cell(`<c r="A1" t="x"><v>1</v></c>`), xlsx.Unusual, "type"},
		"a cell with two values":                         {cell(`<c r="A1"><v>1</v><v>2</v></c>`), xlsx.Unusual, "twice"},
		"a cell with an unknown part":                    {cell(`<c r="A1"><w>1</w></c>`), xlsx.Unusual, "part"},
		"a cell that says that it is in another row":     {cell(`<c r="A2"><v>1</v></c>`), xlsx.Unusual, "place"},
		"cells with absolute places":                     {cell(`<c r="$A$1"><v>1</v></c>`), xlsx.Unusual, "place"},
		"a value with elements in it":                    {cell(`<c r="A1"><v>1<b>2</b></v></c>`), xlsx.Unusual, "part"},
		"something else among the rows":                  {sheetHead + `<c><v>1</v></c>` + sheetTail, xlsx.Unusual, "among the rows"},
		"something else among the cells":                 {cell(`<v>1</v>`), xlsx.Unusual, "in a row"},
		"two tables of cells":                            {sheetHead + `</sheetData><sheetData>` + sheetTail, xlsx.Unusual, "two tables"},
		"a row whose number cannot be read":              {sheetHead + `<row r="x"/>` + sheetTail, xlsx.Unusual, "number"},
		"an encoding that is neither UTF-8 nor UTF-16":   {`<?xml version="1.0" encoding="ISO-8859-1"?>` + cell(``), xlsx.Unusual, "UTF-8"},
		"an attribute without quotation marks":           {cell(`<c r=A1><v>1</v></c>`), xlsx.Damaged, "attribute"},
		"a quotation mark that is opened and not closed": {cell(`<c r="A1><v>1</v></c>`), xlsx.Damaged, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := open(t, bookOf(t, c.sheet, someTexts))
			var e *xlsx.Error
			if !errors.As(err, &e) || e.Kind != c.kind || !strings.Contains(e.What, c.want) {
				t.Errorf("got %v, want one of kind %d with %q in it", err, c.kind, c.want)
			}
		})
	}
}

// scattered are rows with a cell in the last column and nothing before it.
func scattered(n int) string {
	var b strings.Builder
	for i := range n {
		at := strconv.Itoa(i + 100)
		b.WriteString(`<row r="` + at + `"><c r="XFD` + at + `"><v>1</v></c></row>`)
	}
	return b.String()
}
