package importer

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"sehat/survey"
)

// xlsxBook is a workbook, read through excelize.
type xlsxBook struct {
	f        *excelize.File
	system   dateSystem
	settings map[string]string
}

// raw asks for what a cell holds instead of what it shows: "9876543210", not "9.88E+09".
var raw = excelize.Options{RawCellValue: true}

func openXLSX(path, dir string) (book, error) {
	f, err := excelize.OpenFile(path, excelize.Options{
		RawCellValue: true, UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: spillSize, TmpDir: dir,
	})
	if err != nil {
		if f != nil {
			f.Close()
		}
		return nil, fileError("open it in Excel or LibreOffice, save it again, and import that", "the workbook is damaged, or is no workbook: %s", plainCause(err))
	}
	b := &xlsxBook{f: f, system: serials1900, settings: map[string]string{}}
	if props, err := f.GetWorkbookProps(); err == nil && props.Date1904 != nil && *props.Date1904 {
		b.system = serials1904
	}
	for _, sheet := range f.GetSheetList() {
		if sheet == survey.SheetSettings || sheet == rejectsSheet {
			if err := b.readSettings(sheet); err != nil {
				f.Close()
				return nil, err
			}
		}
	}
	return b, nil
}

// plainCause is an error of the library without paths of this machine.
func plainCause(err error) string {
	text := err.Error()
	if i := strings.LastIndex(text, "/"); i >= 0 {
		return "it cannot be unpacked"
	}
	return text
}

// readSettings reads a sheet of names and values. A value that was too long for one cell goes on in the next ones of its row.
func (b *xlsxBook) readSettings(sheet string) error {
	rows, err := b.open(sheet)
	if err != nil {
		return err
	}
	defer rows.Close()
	for range 1000 {
		_, cells, err := rows.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if len(cells) > 1 {
			b.settings[strings.TrimSpace(cells[0])] = strings.Join(cells[1:], "")
		}
	}
	return nil
}

func (b *xlsxBook) sheets() []string           { return b.f.GetSheetList() }
func (b *xlsxBook) setting(name string) string { return b.settings[name] }
func (b *xlsxBook) dates() dateSystem          { return b.system }
func (b *xlsxBook) Close() error               { return b.f.Close() }

func (b *xlsxBook) open(sheet string) (rowReader, error) {
	rows, err := b.f.Rows(sheet)
	if err != nil {
		return nil, fileError("open it in Excel or LibreOffice, save it again, and import that", "sheet %q cannot be read", sheet)
	}
	return &xlsxRows{rows: rows, sheet: sheet}, nil
}

type xlsxRows struct {
	rows  *excelize.Rows
	sheet string
	n     int
}

func (r *xlsxRows) next() (int, []string, error) {
	if !r.rows.Next() {
		if err := r.rows.Error(); err != nil {
			return 0, nil, fmt.Errorf("sheet %q: %w", r.sheet, err)
		}
		return 0, nil, io.EOF
	}
	r.n++
	cells, err := r.rows.Columns(raw)
	if err != nil {
		return r.n, nil, fmt.Errorf("sheet %q row %d: %w", r.sheet, r.n, err)
	}
	return r.n, cells, nil
}

func (r *xlsxRows) Close() error { return r.rows.Close() }
