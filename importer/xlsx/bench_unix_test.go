//go:build unix

package xlsx_test

import (
	"archive/zip"
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"sehat/importer/xlsx"
)

const (
	benchRows    = 200_000
	benchColumns = 20
)

// benchCell is a cell of a table as surveys make them: every third column a text that many rows share, every third one of its own,
// every third a number; some are empty.
func benchCell(row, col int) string {
	switch {
	case (row+col)%11 == 0:
		return ""
	case col%3 == 0:
		return fmt.Sprintf("answer %d", (row*7+col)%500)
	case col%3 == 1:
		return fmt.Sprintf("Asha Devi %d-%d", row, col)
	}
	return fmt.Sprint(row*31 + col)
}

// benchWorkbook writes the table as Excel does, or with texts inside of the cells, as exports that stream do.
func benchWorkbook(b *testing.B, path string, shared bool) {
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	z := zip.NewWriter(f)
	part := func(name string, write func(w *bufio.Writer)) {
		w, err := z.Create(name)
		if err != nil {
			b.Fatal(err)
		}
		buf := bufio.NewWriterSize(w, 1<<16)
		write(buf)
		if err := buf.Flush(); err != nil {
			b.Fatal(err)
		}
	}
	for name, text := range frame(`<sheet name="Members" sheetId="1" r:id="rId1"/>`, "sheet1.xml") {
		part(name, func(w *bufio.Writer) { w.WriteString(text) })
	}
	index := map[string]int{}
	var texts []string
	part("xl/worksheets/sheet1.xml", func(w *bufio.Writer) {
		w.WriteString(sheetHead)
		for row := 1; row <= benchRows; row++ {
			fmt.Fprintf(w, `<row r="%d" spans="1:%d">`, row, benchColumns)
			for col := range benchColumns {
				text := benchCell(row, col)
				at := fmt.Sprintf("%c%d", 'A'+col, row)
				switch {
				case text == "":
				case col%3 == 2:
					fmt.Fprintf(w, `<c r="%s"><v>%s</v></c>`, at, text)
				case !shared:
					fmt.Fprintf(w, `<c r="%s" t="inlineStr"><is><t>%s</t></is></c>`, at, text)
				default:
					if _, ok := index[text]; !ok {
						index[text] = len(texts)
						texts = append(texts, text)
					}
					fmt.Fprintf(w, `<c r="%s" s="1" t="s"><v>%d</v></c>`, at, index[text])
				}
			}
			w.WriteString("</row>")
		}
		w.WriteString(sheetTail)
	})
	part("xl/sharedStrings.xml", func(w *bufio.Writer) {
		w.WriteString(`<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`)
		for _, text := range texts {
			w.WriteString("<si><t>" + text + "</t></si>")
		}
		w.WriteString("</sst>")
	})
	if err := z.Close(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkRead reads one table as an Excel workbook through this package and through excelize's Rows, and as CSV through
// encoding/csv: rows per CPU-second, and the peak memory of the process.
func BenchmarkRead(b *testing.B) {
	dir := b.TempDir()
	text := filepath.Join(dir, "table.csv")
	f, err := os.Create(text)
	if err != nil {
		b.Fatal(err)
	}
	w := csv.NewWriter(f)
	for row := 1; row <= benchRows; row++ {
		cells := make([]string, benchColumns)
		for col := range cells {
			cells[col] = benchCell(row, col)
		}
		if err := w.Write(cells); err != nil {
			b.Fatal(err)
		}
	}
	w.Flush()
	if err := errors.Join(w.Error(), f.Close()); err != nil {
		b.Fatal(err)
	}
	paths := map[string]string{}
	for _, kind := range []string{"shared", "inline"} {
		paths[kind] = filepath.Join(dir, kind+".xlsx")
		benchWorkbook(b, paths[kind], kind == "shared")
	}
	debug.FreeOSMemory()
	var ours float64
	for _, kind := range []string{"shared", "inline"} {
		b.Run(kind+"/200k×20/ours", func(b *testing.B) {
			for b.Loop() {
				ours = perCPUSecond(b, func() int { return readOurs(b, paths[kind]) })
			}
		})
		b.Run(kind+"/200k×20/excelize", func(b *testing.B) {
			for b.Loop() {
				theirs := perCPUSecond(b, func() int { return readExcelize(b, paths[kind], dir) })
				b.ReportMetric(ours/theirs, "times-slower")
			}
		})
	}
	b.Run("200k×20/encoding-csv", func(b *testing.B) {
		for b.Loop() {
			perCPUSecond(b, func() int { return readCSV(b, text) })
		}
	})
}

func readOurs(b *testing.B, path string) (rows int) {
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		b.Fatal(err)
	}
	z, err := zip.NewReader(f, info.Size())
	if err != nil {
		b.Fatal(err)
	}
	book, err := xlsx.Open(b.Context(), z, info.Size())
	if err != nil {
		b.Fatal(err)
	}
	it, err := book.Rows(book.Sheets()[0])
	if err != nil {
		b.Fatal(err)
	}
	defer it.Close()
	for {
		if _, _, err := it.Next(); errors.Is(err, io.EOF) {
			return rows
		} else if err != nil {
			b.Fatal(err)
		}
		rows++
	}
}

func readExcelize(b *testing.B, path, dir string) (rows int) {
	f, err := excelize.OpenFile(path, excelize.Options{RawCellValue: true, TmpDir: dir})
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	it, err := f.Rows("Members")
	if err != nil {
		b.Fatal(err)
	}
	defer it.Close()
	for it.Next() {
		if _, err := it.Columns(); err != nil {
			b.Fatal(err)
		}
		rows++
	}
	return rows
}

func readCSV(b *testing.B, path string) (rows int) {
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	for {
		if _, err := r.Read(); errors.Is(err, io.EOF) {
			return rows
		} else if err != nil {
			b.Fatal(err)
		}
		rows++
	}
}

// perCPUSecond reports and returns rows per second of processor time, and the peak memory while the job ran where the system
// can tell.
func perCPUSecond(b *testing.B, job func() int) float64 {
	debug.FreeOSMemory()
	reset := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // Linux: the peak starts anew
	before := cpu(b)
	rows := job()
	rate := float64(rows) / (cpu(b) - before).Seconds()
	b.ReportMetric(rate, "rows/cpu-s")
	if reset == nil {
		b.ReportMetric(peak(b), "peak-MB")
	}
	return rate
}

func cpu(b *testing.B) time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

func peak(b *testing.B) float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	var kb float64
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	if _, err := fmt.Sscan(rest, &kb); err != nil {
		b.Fatal(err)
	}
	return kb / 1024
}
