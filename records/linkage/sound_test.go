package linkage

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sharedData finds a file of the shared data folder beside the repository, or skips loudly.
func sharedData(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Skip("no go.mod above the package: cannot find ../shared/data")
		}
		dir = filepath.Dir(dir)
	}
	path := filepath.Join(dir, "..", "shared", "data", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("needs ../shared/data/%s, which is absent", name)
	}
	return path
}

type spellingPair struct{ a, b string }

// spellings returns pairs of Latin spellings of one Devanagari name, pairs of a Latin spelling and its transliterated
// Devanagari form, and all distinct Latin names with their Devanagari.
func spellings(t testing.TB) (latin, cross []spellingPair, names, native []string) {
	read := func(path string, comma rune) [][]string {
		f, err := os.Open(sharedData(t, path))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		r := csv.NewReader(f)
		r.Comma, r.LazyQuotes, r.FieldsPerRecord = comma, true, -1
		rows, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return rows[1:]
	}
	groups := map[string][]string{}
	var order []string
	for _, row := range read("linkage/name_spellings_en_hi.csv", ',') {
		l, d := toLatin(row[0]), row[1]
		if len(groups[d]) == 0 {
			order = append(order, d)
		}
		groups[d] = append(groups[d], l)
		names, native = append(names, l), append(native, d)
	}
	for _, d := range order {
		g := groups[d]
		for i := range g {
			for j := i + 1; j < len(g); j++ {
				latin = append(latin, spellingPair{g[i], g[j]})
			}
		}
	}
	for _, row := range read("linkage/indian_names_hindi_pairs_parlikar.tsv", '\t') {
		l, d := toLatin(row[0]), toLatin(row[1])
		if l != "" && d != "" && !strings.Contains(l, " ") {
			cross = append(cross, spellingPair{l, d})
		}
	}
	return latin, cross, names, native
}
