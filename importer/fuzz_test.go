package importer

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzOpen reads any bytes as any kind of file: what is opened can be read to its end, as it was looked through; what is refused is refused
// with a sentence. The first byte says which ending the name has.
func FuzzOpen(f *testing.F) {
	endings := []string{".csv", ".xlsx", ".zip", ".csdb"}
	seeds := map[string][]string{
		".csv":  {"household_id,ward_code\n1,2\n", "\xff\xfea\x00,\x00", "sep=;\na;b\n", "\"a\nb\",c"},
		".xlsx": {workbookOf(f, "")},
		".zip":  {zipOf(f, map[string]string{"form.csv": "a,KEY\n1,uuid:1\n", "form-r.csv": "b,PARENT_KEY,KEY\n2,uuid:1,uuid:1/r[1]\n"})},
	}
	if b, err := os.ReadFile(filepath.Join("..", "..", "shared", "data", "import", "cspro_popstan_Household.csdb")); err == nil && len(b) < 1<<20 {
		seeds[".csdb"] = []string{string(b)}
	}
	for i, ending := range endings {
		for _, text := range seeds[ending] {
			f.Add(byte(i), []byte(text))
		}
	}
	f.Fuzz(func(t *testing.T, kind byte, text []byte) {
		path := filepath.Join(t.TempDir(), "a"+endings[int(kind)%len(endings)])
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		b, err := openBook(t.Context(), path)
		if err != nil {
			var file *FileError
			if !errors.As(err, &file) || file.Hint == "" || strings.Contains(err.Error(), t.TempDir()) {
				t.Fatalf("no sentence: %v", err)
			}
			return
		}
		defer b.Close()
		for _, sheet := range b.sheets() {
			rows, err := b.open(sheet)
			if err != nil {
				t.Fatalf("sheet %q: %v", sheet, err)
			}
			last := 0
			for {
				n, _, err := rows.next()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatalf("it was looked through, and breaks at %q row %d: %v", sheet, n, err)
				}
				if n <= last {
					t.Fatalf("behind row %d stands row %d", last, n)
				}
				last = n
			}
			rows.Close()
		}
	})
}
