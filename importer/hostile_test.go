package importer

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

// A hostilePart is a part of an archive: text, given many times.
type hostilePart struct {
	name, text string
	times      int
}

// hostileBook makes an archive that holds a workbook with one sheet, with some of its parts replaced or added. Claimed says how large the
// parts are said to be, if that is not how large they are.
func hostileBook(t *testing.T, claimed uint64, parts ...hostilePart) string {
	t.Helper()
	const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	all := []hostilePart{
		{"xl/workbook.xml", `<workbook><sheets><sheet name="Sheet1" r:id="rId1"/></sheets></workbook>`, 1},
		{"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="rId1" Type="` + office + `worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="rId2" Type="` + office + `sharedStrings" Target="sharedStrings.xml"/></Relationships>`, 1},
		{"_rels/.rels", `<Relationships><Relationship Id="rId1" Type="` + office + `officeDocument" Target="xl/workbook.xml"/></Relationships>`, 1},
		{"xl/worksheets/sheet1.xml", `<worksheet><sheetData/></worksheet>`, 1},
		{"[Content_Types].xml", `<Types/>`, 1},
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	done := map[string]bool{}
	for i := len(parts) - 1; i >= 0; i-- {
		done[parts[i].name] = true
	}
	for _, p := range all {
		if !done[p.name] {
			addHostile(t, z, 0, p)
		}
	}
	byName := map[string][]hostilePart{}
	var names []string
	for _, p := range parts {
		if byName[p.name] == nil {
			names = append(names, p.name)
		}
		byName[p.name] = append(byName[p.name], p)
	}
	for _, name := range names {
		addHostile(t, z, claimed, byName[name]...)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// addHostile writes pieces as one part.
func addHostile(t *testing.T, z *zip.Writer, claimed uint64, pieces ...hostilePart) {
	t.Helper()
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, 1)
	if err != nil {
		t.Fatal(err)
	}
	sum := crc32.NewIEEE()
	var size uint64
	for _, p := range pieces {
		for range p.times {
			n, err := io.WriteString(io.MultiWriter(w, sum), p.text)
			if err != nil {
				t.Fatal(err)
			}
			size += uint64(n)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if claimed > 0 {
		size = claimed
	}
	raw, err := z.CreateRaw(&zip.FileHeader{
		Name: pieces[0].name, Method: zip.Deflate, CRC32: sum.Sum32(), CompressedSize64: uint64(packed.Len()), UncompressedSize64: size,
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := raw.Write(packed.Bytes()); err != nil {
		t.Fatal(err)
	}
}

// patched changes bytes in the archive's directory: at an offset of the entry of a part.
func patched(t *testing.T, book, part string, offset int, value []byte) string {
	t.Helper()
	b := []byte(book)
	at := bytes.LastIndex(b, []byte(part)) - 46 // the directory stands behind the parts
	if at < 0 || string(b[at:at+4]) != "PK\x01\x02" {
		t.Fatal("no entry of " + part)
	}
	copy(b[at+offset:], value)
	return string(b)
}

func TestHostileWorkbooksEndWithASentence(t *testing.T) {
	sheet := func(pieces ...string) []hostilePart {
		var parts []hostilePart
		for i, p := range pieces {
			times := 1
			if i == 1 && len(pieces) == 3 {
				p, times = strings.Repeat(p, 1<<20/len(p)), 40 // megabytes of it
			}
			parts = append(parts, hostilePart{"xl/worksheets/sheet1.xml", p, times})
		}
		return parts
	}
	const head, tail = "<worksheet><sheetData>", "</sheetData></worksheet>"
	const cell = `<row r="1"><c r="A1" t="s"><v>0</v></c></row>`
	texts := func(pieces ...hostilePart) []hostilePart {
		for i := range pieces {
			pieces[i].name = "xl/sharedStrings.xml"
		}
		return append(sheet(head+cell+tail), pieces...)
	}
	good := hostileBook(t, 0, sheet(head+`<row r="1"><c r="A1"><v>1</v></c></row>`+tail)...)
	lol := `<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]>`
	for name, c := range map[string]struct{ book, want string }{
		"a part that is small by its name and large when unpacked": {hostileBook(t, 1000, sheet(head, " ", tail)...), "cannot be unpacked"},
		"a part that is larger in the directory":                   {hostileBook(t, 1<<40, sheet(head+tail)...), "unpack to far more"},
		"a sheet that is blank for 300 MB":                         {hostileBook(t, 0, hostilePart{"xl/worksheets/sheet1.xml", strings.Repeat(" ", 1<<20), 300}), "far more than a workbook"},
		"a sheet that is blank for 40 MB":                          {hostileBook(t, 0, sheet(head, " ", tail)...), "a gap of more"},
		"a cell of 40 MB":                                          {hostileBook(t, 0, sheet(head+`<row r="1"><c r="A1" t="str"><v>`, "a", `</v></c></row>`+tail)...), "a cell or a gap of more"},
		"a tag of 40 MB":                                           {hostileBook(t, 0, sheet(head+`<row r="1`, "1", `"></row>`+tail)...), "a cell or a gap of more"},
		"millions of rows without numbers":                         {hostileBook(t, 0, sheet(head, "<row/>", tail)...), "room for"},
		"millions of tags in each other":                           {hostileBook(t, 0, sheet("<worksheet>", "<a>", "</worksheet>")...), "nested"},
		"a million comments":                                       {hostileBook(t, 0, sheet(head, "<!-- x -->", tail)...), "there is nothing in the file"},
		"a row with millions of cells":                             {hostileBook(t, 0, sheet(head+`<row r="1">`, "<c/>", "</row>"+tail)...), "outside of the sheet"},
		"entities that multiply":                                   {hostileBook(t, 0, sheet(lol+head+`<row r="1"><c r="A1" t="str"><v>&lol2;</v></c></row>`+tail)...), "entities of its own"},
		"entities that multiply in the texts":                      {hostileBook(t, 0, texts(hostilePart{text: lol + "<sst><si><t>&lol2;</t></si></sst>", times: 1})...), "entities of its own"},
		"an entity that reads a file":                              {hostileBook(t, 0, hostilePart{"xl/workbook.xml", `<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><workbook>&f;</workbook>`, 1}), "entities of its own"},
		"texts of 250 MB": {hostileBook(t, 0, texts(hostilePart{text: "<sst>", times: 1},
			hostilePart{text: "<si><t>" + strings.Repeat("abcdefghij", 12_500) + "</t></si>", times: 2200}, hostilePart{text: "</sst>", times: 1})...), "too large"},
		"sixty million texts of nothing": {hostileBook(t, 0, texts(hostilePart{text: "<sst>", times: 1},
			hostilePart{text: strings.Repeat("<si/>", 100_000), times: 500}, hostilePart{text: "</sst>", times: 1})...), "too large"},
		"parts on top of each other":             {patched(t, good, "_rels/.rels", 42, make([]byte, 4)), "on top of each other"},
		"two parts with one name":                {hostileBook(t, 0, append(sheet(head+tail), hostilePart{"XL/Worksheets/sheet1.xml", head + tail, 1})...), "two of its parts"},
		"a part that is locked":                  {patched(t, good, "xl/workbook.xml", 8, []byte{1, 0}), "password"},
		"a part that is packed in another way":   {patched(t, good, "xl/workbook.xml", 10, binary.LittleEndian.AppendUint16(nil, 9)), "packed in a way"},
		"a part whose checksum is wrong":         {patched(t, good, "xl/worksheets/sheet1.xml", 16, []byte{1, 2, 3, 4}), "cannot be unpacked"},
		"an archive in an archive":               {zipOf(t, map[string]string{"a.zip": good}), "an archive, not a workbook"},
		"many thousand parts":                    {manyParts(t), "parts"},
		"a plan that points to itself":           {hostileBook(t, 0, hostilePart{"_rels/.rels", `<Relationships><Relationship Id="a" Type="x/officeDocument" Target="_rels/.rels"/></Relationships>`, 1}), "missing"},
		"a plan that points out of the archive":  {hostileBook(t, 0, hostilePart{"_rels/.rels", `<Relationships><Relationship Id="a" Type="x/officeDocument" Target="../../../etc/passwd"/></Relationships>`, 1}), "missing"},
		"thousands of sheets":                    {hostileBook(t, 0, hostilePart{"xl/workbook.xml", manySheets(), 1}), "more than 1000 sheets"},
		"an unusual workbook that is large":      {hostileBook(t, 0, append(sheet(`<?xml version="1.0" encoding="ISO-8859-1"?>`+head+tail), hostilePart{"xl/media/a.bin", strings.Repeat("x", 1<<20), 20})...), "damaged"},
		"a million empty rows":                   {hostileBook(t, 0, hostilePart{"xl/worksheets/sheet1.xml", emptyRows(), 1}), "there is nothing in the file"},
		"a cell at the last place":               {hostileBook(t, 0, sheet(head+`<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>`+tail)...), "nothing in the file"},
		"a cell beyond the last place":           {hostileBook(t, 0, sheet(head+`<row r="1048577"><c r="XFD1048577"><v>1</v></c></row>`+tail)...), "1048577"},
		"a cell in a column that does not exist": {hostileBook(t, 0, sheet(head+`<row r="1"><c r="ZZZZZZZZZZ1"><v>1</v></c></row>`+tail)...), ""},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.xlsx")
			if err := os.WriteFile(path, []byte(c.book), 0o600); err != nil {
				t.Fatal(err)
			}
			debug.FreeOSMemory()                                  // what earlier tests needed is not this one's
			os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) //nolint:errcheck // Linux: the peak starts anew
			im := Importer{Now: time.Now(), TempDir: t.TempDir()}
			start := time.Now()
			_, err := im.Import(t.Context(), File{Path: path, Survey: "r"})
			took := time.Since(start)
			var file *FileError
			if !errors.As(err, &file) || !strings.Contains(err.Error(), c.want) || file.Hint == "" {
				t.Errorf("got %v, want %q in it", err, c.want)
			}
			if err != nil && (strings.Contains(err.Error(), "/") || len(err.Error()) > 200) {
				t.Errorf("not a sentence: %v", err)
			}
			if took > 30*time.Second { // a hang; TestHostileFiles of the command counts processor time
				t.Errorf("took %v", took)
			}
			if mb := peakMemory(); mb > 512 {
				t.Errorf("needed %d MB", mb)
			}
			if left, err := os.ReadDir(im.TempDir); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}

func manyParts(t *testing.T) string {
	parts := map[string]string{"xl/workbook.xml": "<workbook/>"}
	for i := range 11_000 {
		parts[fmt.Sprint("xl/", i)] = ""
	}
	return zipOf(t, parts)
}

func manySheets() string {
	var b strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&b, `<sheet name="S%d" r:id="rId1"/>`, i)
	}
	return "<workbook><sheets>" + b.String() + "</sheets></workbook>"
}

func emptyRows() string {
	var b strings.Builder
	b.WriteString("<worksheet><sheetData>")
	for i := range 1 << 20 {
		fmt.Fprintf(&b, `<row r="%d" spans="1:20" ht="15"><c r="A%d" s="1"/></row>`, i+1, i+1)
	}
	return b.String() + "</sheetData></worksheet>"
}

// peakMemory is the most memory that the process held, in MB; 0 where the system does not tell.
func peakMemory() (mb int) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	fmt.Sscan(rest, &mb) //nolint:errcheck // then it is 0
	return mb >> 10
}

// A workbook that our own reader leaves to excelize is read all the same.
func TestAnUnusualWorkbookIsReadThroughExcelize(t *testing.T) {
	sheet := `<?xml version="1.0" encoding="ISO-8859-1"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` +
		"<sheetData><row r=\"2\"><c r=\"B2\" t=\"inlineStr\"><is><t>Ren\xe9</t></is></c></row></sheetData></worksheet>"
	book := replaced(t, workbookOf(t, ""), "xl/worksheets/sheet1.xml", func(string) string { return sheet })
	path := filepath.Join(t.TempDir(), "a.xlsx")
	if err := os.WriteFile(path, []byte(book), 0o600); err != nil {
		t.Fatal(err)
	}
	b, err := openBook(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if _, ok := b.(*unusualBook); !ok {
		t.Fatalf("it was read by %T", b)
	}
	rows, err := b.open("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n, cells, err := rows.next()
	if err != nil || n != 2 || len(cells) != 2 || cells[1] != "René" {
		t.Errorf("row %d %q, %v", n, cells, err)
	}
}

// Headers are looked at from many sides; one that is a whole page of separators, numbers or words must not take a minute.
func TestHeadersWithoutEnd(t *testing.T) {
	for name, repeated := range map[string]string{"separators": "-/.", "numbers": "1 2_", "words": "name of ", "brackets": "(a/b "} {
		for tool, header := range map[string]string{
			"odk": "SubmissionDate,household_id,ward_code,visit_date,KEY,SubmitterID", "kobo": "household_id,ward_code,visit_date,_id,_uuid,_index", "no tool": "household_id,ward_code,visit_date",
		} {
			t.Run(tool+", "+name, func(t *testing.T) {
				for i := range 20 {
					header += fmt.Sprintf(",h%d%s%d", i, strings.Repeat(repeated, 30_000/len(repeated)), i)
				}
				path := filepath.Join(t.TempDir(), "f.csv")
				if err := os.WriteFile(path, []byte(header+"\n1,12,15-08-2026\n"), 0o600); err != nil {
					t.Fatal(err)
				}
				begun := time.Now()
				b, err := openBook(t.Context(), path)
				if err != nil {
					t.Fatal(err)
				}
				defer b.Close()
				_, err = makePlan(b, nil, "", "2026-1")
				_, other := SuggestMapping(path, "2026-1")
				if took := time.Since(begun); took > 5*time.Second {
					t.Errorf("%v (%v, %v)", took, err, other)
				}
			})
		}
	}
}
