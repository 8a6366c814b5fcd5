package importer

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

func TestLines(t *testing.T) {
	dir := t.TempDir()
	book := excelize.NewFile()
	for cell, v := range map[string]any{"A1": "Ward", "B1": "Block", "C1": "expected_households", "A2": 12, "B2": "007", "C2": 118, "A4": "013", "C4": 1450} {
		if err := book.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := book.SaveAs(filepath.Join(dir, "frame.xlsx")); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"frame.csv": "\uFEFFWard;Block;expected_households\r\n12;007;118\r\n\r\n013;;1450\r\n", "page.csv": "<html></html>"}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"frame.xlsx", "frame.csv"} {
		var got []string
		for l, err := range Lines(t.Context(), filepath.Join(dir, name)) {
			if err != nil {
				t.Fatal(err)
			}
			if text := strings.Join(l.Cells, "|"); strings.Trim(text, "|") != "" {
				got = append(got, string(rune('0'+l.No))+" "+strings.TrimRight(text, "|"))
			}
		}
		if want := "1 Ward|Block|expected_households, 2 12|007|118, 4 013||1450"; strings.Join(got, ", ") != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	for _, err := range Lines(t.Context(), filepath.Join(dir, "page.csv")) {
		var unreadable *FileError
		if !errors.As(err, &unreadable) {
			t.Errorf("a web page: %v", err)
		}
	}
}
