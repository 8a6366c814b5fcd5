package importer

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// readCSV reads a whole text file: rows by their number.
func readCSV(t *testing.T, text string) (map[int][]string, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "f.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	rows, err := csvBook{path}.open("")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[int][]string{}
	for {
		n, cells, err := rows.next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		all[n] = slices.Clone(cells)
	}
}

func TestCSV(t *testing.T) {
	wide := strings.Repeat("x", 300<<10)
	utf16le := func(s string) string {
		var b bytes.Buffer
		for _, u := range append([]uint16{0xFEFF}, utf16.Encode([]rune(s))...) {
			b.Write([]byte{byte(u), byte(u >> 8)})
		}
		return b.String()
	}
	for name, c := range map[string]struct {
		text string
		want map[int][]string
	}{
		"commas": {"a,b\n1,2\n", map[int][]string{1: {"a", "b"}, 2: {"1", "2"}}},
		"semicolons, as Excel writes them in Europe": {"a;b\n1,5;2\n", map[int][]string{1: {"a", "b"}, 2: {"1,5", "2"}}},
		"tabs":                              {"a\tb\n1\t2", map[int][]string{1: {"a", "b"}, 2: {"1", "2"}}},
		"Excel's own word on the delimiter": {"sep=;\r\na;b\r\n", map[int][]string{2: {"a", "b"}}},
		"a byte-order mark":                 {"\xEF\xBB\xBFa,b\n", map[int][]string{1: {"a", "b"}}},
		"UTF-16 with a mark":                {utf16le("नाम,b\r\n1,2"), map[int][]string{1: {"नाम", "b"}, 2: {"1", "2"}}},
		"Excel's plain CSV, which is Windows-1252":      {"caf\xe9 \x96 2,Ram\x92s\n", map[int][]string{1: {"café – 2", "Ram’s"}}},
		"a damaged letter among others in UTF-8":        {"नाम,caf\xe9\n", map[int][]string{1: {"नाम", "caf\xe9"}}},
		"a byte that is no letter":                      {"a\xffb,caf\xe9\n", map[int][]string{1: {"a\xffb", "caf\xe9"}}},
		"lines of Windows, and none at the end":         {"a,b\r\n1,2", map[int][]string{1: {"a", "b"}, 2: {"1", "2"}}},
		"lines of old Macs":                             {"a,b\r1,2\r", map[int][]string{1: {"a", "b"}, 2: {"1", "2"}}},
		"quoted cells with delimiters and line ends":    {"a,b\n\"1,\n\"\"x\"\"\",2\n3,4\n", map[int][]string{1: {"a", "b"}, 2: {"1,\n\"x\"", "2"}, 3: {"3", "4"}}},
		"a quotation mark inside a cell":                {"a,b\n5\" pipe,2\n", map[int][]string{1: {"a", "b"}, 2: {"5\" pipe", "2"}}},
		"a quoted cell with a quotation mark inside":    {"a,b\n\"5\" pipe\",2\n", map[int][]string{1: {"a", "b"}, 2: {"5\" pipe", "2"}}},
		"blank lines count, as Excel shows them":        {"a,b\n\n1,2\n", map[int][]string{1: {"a", "b"}, 2: {""}, 3: {"1", "2"}}},
		"rows of different length":                      {"a,b\n1\n1,2,3\n", map[int][]string{1: {"a", "b"}, 2: {"1"}, 3: {"1", "2", "3"}}},
		"a row longer than the buffer":                  {"a,b\n" + wide + ",2\n3,4", map[int][]string{1: {"a", "b"}, 2: {wide, "2"}, 3: {"3", "4"}}},
		"a quoted row longer than the buffer":           {"a,b\n\"" + wide + "\n" + wide + "\",2\n", map[int][]string{1: {"a", "b"}, 2: {wide + "\n" + wide, "2"}}},
		"an empty file":                                 {"", map[int][]string{}},
		"a quoted empty cell":                           {"\"\",b", map[int][]string{1: {"", "b"}}},
		"a comma in the quoted header is no delimiter;": {"\"a,b,c\";d\n1;2", map[int][]string{1: {"a,b,c", "d"}, 2: {"1", "2"}}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := readCSV(t, c.text)
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != len(c.want) {
				t.Fatalf("got %v", got)
			}
			for n, want := range c.want {
				if !slices.Equal(got[n], want) {
					t.Errorf("row %d is %.80q, want %.80q", n, got[n], want)
				}
			}
		})
	}
}

func TestCSVThatCannotBeReadWhole(t *testing.T) {
	for name, text := range map[string]string{
		"a quotation mark that is never closed": "a,b\n1,2\n\"3,4\n5,6\n",
		"a row of five megabytes":               "a,b\n" + strings.Repeat("x", 5<<20),
		"a row of 20,000 columns":               strings.Repeat(",", 20_000),
	} {
		if got, err := readCSV(t, text); err == nil {
			t.Errorf("%s: read as %d rows", name, len(got))
		}
	}
}

// FuzzCSV holds the reader against encoding/csv: what that takes, ours reads alike.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "\"a\nb\",c\r\n", "\"\"\"\",\n\n,", "a\"b,c", "\r\n", "x", "\"a\"b,c\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.ContainsRune(text, '\r') && !strings.Contains(text, "\r\n") || strings.HasPrefix(text, "\xEF\xBB\xBF") ||
			strings.ContainsRune(text, 0) || strings.HasPrefix(text, "\xFF\xFE") || strings.HasPrefix(text, "\xFE\xFF") {
			return // what only ours takes for something else
		}
		first, _, _ := strings.Cut(text, "\n")
		if delimiter([]byte(first)) != ',' || strings.HasPrefix(strings.ToLower(text), "sep=") {
			return
		}
		std := csv.NewReader(strings.NewReader(text))
		std.FieldsPerRecord = -1
		want, err := std.ReadAll()
		if err != nil {
			return
		}
		rows, err := readCSV(t, text)
		if err != nil {
			t.Fatalf("refused, and encoding/csv reads %q: %v", want, err)
		}
		var got [][]string
		for n := 1; n <= len(text)+1; n++ {
			if cells, ok := rows[n]; ok && (len(cells) > 1 || cells[0] != "" || strings.Contains(text, `""`)) {
				got = append(got, cells)
			}
		}
		if strings.Contains(text, `""`) {
			return // a quoted empty line and an empty line are one to us
		}
		if len(got) != len(want) {
			t.Fatalf("%d rows, encoding/csv %d: %q %q", len(got), len(want), got, want)
		}
		for i := range want {
			for j := range want[i] {
				want[i][j] = strings.ReplaceAll(want[i][j], "\r\n", "\n")
				got[i][j] = strings.ReplaceAll(got[i][j], "\r\n", "\n")
			}
			if !slices.Equal(got[i], want[i]) {
				t.Fatalf("row %q, encoding/csv %q", got[i], want[i])
			}
		}
	})
}
