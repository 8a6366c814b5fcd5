package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// BenchmarkImportCity prints what it costs to take a city's members into a register of their own on SQLite, validated, in one CSV, in
// a CSV and in a workbook of each team. SEHAT_MEMBERS=1000000 does it for a million.
func BenchmarkImportCity(b *testing.B) {
	n := fromEnvironment(b, "SEHAT_MEMBERS", 20_000)
	for range b.N {
		c := &city{t: b, dir: b.TempDir()}
		one := c.path("one.csv")
		fmt.Printf("\n| members from | members | per CPU-second | peak |\n|---|---|---|---|\n")
		for _, format := range []string{"csv", "xlsx"} {
			survey := c.path("survey-" + format)
			members := c.measure("simulate", "members", "simulate", "--households", strconv.Itoa(n*6/25), "--seed", "5", "--out", survey, "--format", format).units
			from := map[string]string{"a folder of " + format: survey}
			if format == "csv" {
				joinCSV(b, one, survey)
				from["one csv"] = one
			}
			for name, path := range from {
				home := c.path(name)
				c.ok("--home", home, "init")
				s := c.measure("import", "rows_read", "--home", home, "import", path)
				s.units = members // not the rows of households, which are sheets of their own in a workbook
				fmt.Printf("| %s | %d | %s |\n", name, members, s.figures())
				os.RemoveAll(home)
			}
		}
		fmt.Println()
	}
}

// joinCSV joins the files of a folder, which have the same header, into one.
func joinCSV(b testing.TB, path, folder string) {
	b.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.csv"))
	if err != nil || len(files) == 0 {
		b.Fatalf("no files: %v", err)
	}
	out, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	for i, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		if i > 0 {
			_, text, _ = bytes.Cut(text, []byte("\n"))
		}
		if _, err := out.Write(text); err != nil {
			b.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		b.Fatal(err)
	}
}
