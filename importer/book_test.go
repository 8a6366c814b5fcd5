package importer

import (
	"archive/zip"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// zipOf makes an archive of named parts.
func zipOf(t testing.TB, parts map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range parts {
		w, err := z.Create(name)
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
	return b.String()
}

// workbookOf makes a workbook of a few rows; with a password it is encrypted.
func workbookOf(t testing.TB, password string) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i := range 50 {
		cell, _ := excelize.CoordinatesToCellName(1, i+1)
		if err := f.SetSheetRow("Sheet1", cell, &[]any{"household_id", i, "ward"}); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b, excelize.Options{Password: password}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// replaced returns a workbook with another part in place of one, in an archive that is whole.
func replaced(t testing.TB, book, part string, by func(string) string) string {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for _, p := range z.File {
		r, err := p.Open()
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if _, err := b.ReadFrom(r); err != nil {
			t.Fatal(err)
		}
		parts[p.Name] = b.String()
	}
	parts[part] = by(parts[part])
	return zipOf(t, parts)
}

func TestFilesThatCannotBeRead(t *testing.T) {
	good := workbookOf(t, "")
	ole := "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + strings.Repeat("\x00", 1000)
	for name, c := range map[string]struct{ file, content, want string }{
		"an empty file":                            {"a.xlsx", "", "empty"},
		"nothing but blanks":                       {"a.csv", " \n\n ", "nothing in the file"},
		"a text file named .xlsx":                  {"a.xlsx", "household_id,line_no\nH1,1\n", "text file"},
		"noise named .xlsx":                        {"a.xlsx", "\x00\x01\x02\x03\xff\xfe\x00\x07", "not an Excel workbook"},
		"noise named .csv":                         {"a.csv", "\x01\x00\x02\x03\xff\xfe\x00\x07\x01", "neither"},
		"a web page that a portal calls .xls":      {"a.xls", "<html><table><tr><td>1</td></tr></table></html>", "web page"},
		"a PDF":                                    {"a.pdf", "%PDF-1.7\n%\xe2\xe3", "PDF"},
		"an encrypted workbook":                    {"a.xlsx", workbookOf(t, "secret"), "encrypted"},
		"a workbook of Excel 97":                   {"a.xls", ole, "97–2003"},
		"a database":                               {"a.csdb", "SQLite format 3\x00" + strings.Repeat("\x00", 100), "database"},
		"a binary workbook":                        {"a.xlsb", zipOf(t, map[string]string{"xl/workbook.bin": "x"}), "binary workbook"},
		"an OpenDocument file":                     {"a.ods", zipOf(t, map[string]string{"mimetype": "x", "content.xml": "x"}), "OpenDocument"},
		"a Word document":                          {"a.docx", zipOf(t, map[string]string{"word/document.xml": "x"}), "Word"},
		"an archive of other files":                {"a.zip", zipOf(t, map[string]string{"a.txt": "x"}), "archive"},
		"a workbook that was cut off on the way":   {"a.xlsx", good[:len(good)/2], "damaged"},
		"a workbook with a sheet that breaks off":  {"a.xlsx", replaced(t, good, "xl/worksheets/sheet1.xml", func(s string) string { return s[:len(s)/2] }), "breaks off"},
		"an archive that unpacks to a huge part":   {"a.xlsx", zipOf(t, map[string]string{"xl/workbook.xml": strings.Repeat(" ", 300<<20)}), "unpack to far more"},
		"a workbook with entities for its content": {"a.xlsx", zipOf(t, map[string]string{"xl/_rels/workbook.xml.rels": "<Relationships/>", "xl/workbook.xml": `<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>`}), "entities"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), c.file)
			if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			im := Importer{Now: start, TempDir: t.TempDir()}
			_, err := im.Import(t.Context(), File{Path: path, Survey: "r"})
			var file *FileError
			if !errors.As(err, &file) || !strings.Contains(err.Error(), c.want) || file.Hint == "" {
				t.Errorf("got %v, want %q in it", err, c.want)
			}
			if strings.Contains(err.Error(), "/") {
				t.Errorf("the sentence names a path: %v", err)
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
			if left, err := os.ReadDir(im.TempDir); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}
