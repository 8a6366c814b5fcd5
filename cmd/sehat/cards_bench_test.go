package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// BenchmarkCards prints what cards cost: a register of its own on SQLite, permanent cards with names in two scripts and their QR, A4
// ten-up, both sides. SEHAT_CITY=27000 makes 100,000 cards. The naive program stands beside it in cards/sheet (BenchmarkPeer100).
func BenchmarkCards(b *testing.B) {
	n := fromEnvironment(b, "SEHAT_CITY", 8_000)
	for range b.N {
		c := &city{t: b, dir: b.TempDir()}
		home, survey, sheets := c.path("home"), c.path("survey"), c.path("sheets")
		c.ok("--home", home, "init")
		c.ok("simulate", "--households", fmt.Sprint(n), "--seed", "5", "--out", survey, "--format", "csv")
		c.ok("--home", home, "import", survey)
		c.ok("--home", home, "dedupe")
		issue := c.measure("issue", "issued", "--home", home, "issue")
		print := c.measure("print", "cards", "--home", home, "print", "--out", sheets)

		var bytesOfPDF int64
		files, err := filepath.Glob(filepath.Join(sheets, "*"))
		if err != nil || len(files) < 3 {
			b.Fatalf("%d files (%v)", len(files), err)
		}
		batch := filepath.Base(files[0])[:len("20260131-k7f3")]
		c.ok("--home", home, "print", "--batch", batch, "--out", c.path("again"))
		same := true
		for _, path := range files {
			first, err := os.ReadFile(path)
			if err != nil {
				b.Fatal(err)
			}
			again, err := os.ReadFile(c.path("again", filepath.Base(path)))
			if same = same && err == nil && bytes.Equal(first, again); filepath.Ext(path) == ".pdf" {
				bytesOfPDF += int64(len(first))
			}
		}
		both := float64(print.units) / (issue.cpu + print.cpu).Seconds()
		fmt.Printf("\n| cards | %d |\n|---|---|\n", print.units)
		fmt.Printf("| issue, cards per CPU-second | %.0f |\n| print | %.0f |\n| both | %.0f |\n", float64(issue.units)/issue.cpu.Seconds(), float64(print.units)/print.cpu.Seconds(), both)
		fmt.Printf("| peak memory of issue, print | %d MB, %d MB |\n", issue.memory>>20, print.memory>>20)
		fmt.Printf("| PDF, both sides | %.2f KB a card |\n", float64(bytesOfPDF)/float64(print.units)/1000)
		fmt.Printf("| printed again | %s |\n\n", map[bool]string{true: "byte-identical", false: "NOT the same"}[same])
		if !same {
			b.Error("a batch printed again is not the same")
		}
		b.ReportMetric(both, "cards/CPU-s")
	}
}
