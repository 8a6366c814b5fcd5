//go:build unix

package importer_test

import (
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"sehat/importer"
	"sehat/records"
	"sehat/records/store"
	"sehat/survey/simulate"
)

const benchHouseholds = 5_000 // about 21,000 rows

// BenchmarkImport takes invented people into an empty SQLite store, validated, and reads the same files with encoding/csv and
// excelize alone, in rows per CPU-second.
func BenchmarkImport(b *testing.B) {
	for _, format := range []simulate.Format{simulate.CSV, simulate.XLSX} {
		dir := b.TempDir()
		if _, err := simulate.Write(b.Context(), dir, simulate.Options{Households: benchHouseholds, Seed: 7, Format: format}); err != nil {
			b.Fatal(err)
		}
		files, err := filepath.Glob(filepath.Join(dir, "*."+string(format)))
		if err != nil || len(files) == 0 {
			b.Fatalf("no files: %v", err)
		}
		for _, role := range []string{records.RoleCentre, records.RoleDevice} {
			b.Run(string(format)+"/21k/"+role, func(b *testing.B) {
				for b.Loop() {
					perCPUSecond(b, func() int { return importFiles(b, files, role) })
				}
			})
		}
		b.Run(string(format)+"/21k/reading alone", func(b *testing.B) {
			for b.Loop() {
				perCPUSecond(b, func() int { return readFiles(b, files) })
			}
		})
	}
}

func importFiles(b *testing.B, files []string, role string) (rows int) {
	s, err := store.Create(b.Context(), filepath.Join(b.TempDir(), "store.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	if err := s.SaveHome(b.Context(), records.Home{ID: "home", Role: role, Device: "device"}); err != nil {
		b.Fatal(err)
	}
	im := importer.Importer{Store: s.Importing(), Now: time.Now(), TempDir: b.TempDir()}
	for _, path := range files {
		r, err := im.Import(b.Context(), importer.File{Path: path, NoRejects: true})
		if err != nil {
			b.Fatal(err)
		}
		rows += r.RowsRead
	}
	return rows
}

// readFiles is the least that any import has to do: encoding/csv or excelize's Rows over the files.
func readFiles(b *testing.B, files []string) (rows int) {
	for _, path := range files {
		if strings.HasSuffix(path, ".csv") {
			f, err := os.Open(path)
			if err != nil {
				b.Fatal(err)
			}
			r := csv.NewReader(f)
			r.ReuseRecord = true
			for {
				if _, err := r.Read(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					b.Fatal(err)
				}
				rows++
			}
			f.Close()
			continue
		}
		f, err := excelize.OpenFile(path)
		if err != nil {
			b.Fatal(err)
		}
		for _, sheet := range []string{"Households", "Members"} {
			it, err := f.Rows(sheet)
			if err != nil {
				b.Fatal(err)
			}
			for it.Next() {
				if _, err := it.Columns(); err != nil {
					b.Fatal(err)
				}
				rows++
			}
			it.Close()
		}
		f.Close()
	}
	return rows
}

// perCPUSecond reports rows per second of processor time, the system's for this process included.
func perCPUSecond(b *testing.B, job func() int) {
	before := cpu(b)
	rows := job()
	b.ReportMetric(float64(rows)/(cpu(b)-before).Seconds(), "rows/cpu-s")
}

func cpu(b *testing.B) time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
