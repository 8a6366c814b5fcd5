package importer

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Limits of a workbook that is read by excelize: it needs several times its size in memory, and there is no way to stop it.
const (
	maxUnusual      = 8 << 20 // bytes of all parts together
	maxUnusualCells = 2_000_000
)

// An unusualBook is a small workbook that our own reader left to excelize. It is read into memory at once, under a deadline;
// nothing of it is unpacked to disk.
type unusualBook struct {
	names    []string
	rows     map[string][]unusualRow
	system   dateSystem
	settings map[string]string
}

type unusualRow struct {
	n     int
	cells []string
}

// openUnusual reads a workbook through excelize. It closes f, as nothing more is read of it.
func openUnusual(ctx context.Context, f *os.File, z *zip.Reader, size int64) (book, error) {
	if err := checkParts(z); err != nil {
		return nil, err
	}
	type result struct {
		b   *unusualBook
		err error
	}
	done := make(chan result, 1) // excelize was seen to hang: then nobody waits for it any longer
	in := io.NewSectionReader(f, 0, size)
	go func() {
		b, err := readUnusual(ctx, in)
		done <- result{b, err}
	}()
	select {
	case r := <-done:
		if r.err != nil {
			return nil, r.err
		}
		return r.b, f.Close()
	case <-ctx.Done():
		return nil, errSlow
	}
}

func readUnusual(ctx context.Context, r io.Reader) (*unusualBook, error) {
	raw := excelize.Options{RawCellValue: true, UnzipSizeLimit: maxUnusual, UnzipXMLSizeLimit: maxUnusual}
	f, err := excelize.OpenReader(r, raw)
	if err != nil {
		return nil, fileError(saveAgain, "the workbook is damaged, or is no workbook")
	}
	defer f.Close()
	b := &unusualBook{names: f.GetSheetList(), rows: map[string][]unusualRow{}, system: serials1900}
	if props, err := f.GetWorkbookProps(); err == nil && props.Date1904 != nil && *props.Date1904 {
		b.system = serials1904
	}
	left := maxUnusualCells
	for _, sheet := range b.names {
		rows, err := f.Rows(sheet)
		if err != nil {
			return nil, fileError(saveAgain, "sheet %q cannot be read", sheet)
		}
		n := 0
		for rows.Next() {
			n++
			cells, err := rows.Columns()
			if err != nil {
				return nil, fileError(saveAgain, "sheet %q row %d cannot be read", sheet, n)
			}
			if left -= len(cells); left < 0 || ctx.Err() != nil {
				return nil, fileError(saveAgain, "the workbook is written in an unusual way, and is too large to be read like that")
			}
			if len(cells) > 0 {
				b.rows[sheet] = append(b.rows[sheet], unusualRow{n, cells})
			}
		}
		if err := rows.Close(); err != nil { // among them that of Next
			return nil, fileError(saveAgain, "sheet %q row %d cannot be read", sheet, n+1)
		}
	}
	b.settings, err = readSettings(b, b.names)
	return b, err
}

func (b *unusualBook) sheets() []string           { return b.names }
func (b *unusualBook) setting(name string) string { return b.settings[name] }
func (b *unusualBook) dates() dateSystem          { return b.system }
func (b *unusualBook) Close() error               { return nil }

func (b *unusualBook) open(sheet string) (rowReader, error) {
	return &unusualRows{b.rows[sheet]}, nil
}

type unusualRows struct{ rest []unusualRow }

func (r *unusualRows) next() (int, []string, error) {
	if len(r.rest) == 0 {
		return 0, nil, io.EOF
	}
	row := r.rest[0]
	r.rest = r.rest[1:]
	return row.n, row.cells, nil
}

func (r *unusualRows) Close() error { return nil }

// checkParts unpacks every part of a workbook once, to nowhere: excelize reads a sheet that breaks off in the middle as a shorter
// one, and believes the sizes in the archive's directory.
func checkParts(z *zip.Reader) error {
	damaged := fileError("ask for the file again; it may have been cut off on the way", "the workbook is damaged: a part of it cannot be unpacked")
	var total uint64
	for _, part := range z.File {
		r, err := part.Open()
		if err != nil {
			return damaged
		}
		w := &tail{left: min(part.UncompressedSize64, maxUnusual-min(total, maxUnusual))}
		_, err = io.Copy(w, r)
		r.Close()
		if err != nil {
			return damaged
		}
		total += part.UncompressedSize64
		name := strings.ToLower(part.Name)
		if strings.HasPrefix(name, "xl/worksheets/sheet") && strings.HasSuffix(name, ".xml") && !bytes.HasSuffix(bytes.TrimSpace(w.end), []byte("worksheet>")) {
			return fileError("open it in Excel or LibreOffice, save it again, and import that", "the workbook is damaged: a sheet breaks off in the middle")
		}
	}
	return nil
}

// A tail keeps the end of what is written to it, and refuses more than was promised.
type tail struct {
	left uint64
	end  []byte
}

var errTooLong = errors.New("longer than it said")

func (t *tail) Write(p []byte) (int, error) {
	if uint64(len(p)) > t.left {
		return 0, errTooLong
	}
	t.left -= uint64(len(p))
	t.end = append(t.end[:0], p[max(0, len(p)-64):]...)
	return len(p), nil
}
