package importer

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"sehat/importer/xlsx"
	"sehat/survey"
)

// xlsxBook is a workbook, read by our own reader.
type xlsxBook struct {
	*xlsx.Book
	file     *os.File
	settings map[string]string
}

// readTime is how long a workbook may take until it is known to be good: what a slow laptop needs for a large one, many times over.
func readTime(size int64) time.Duration { return 20*time.Second + time.Duration(size>>20)*time.Second }

// openXLSX opens a workbook whose archive was looked at. What our reader calls unusual is left to excelize; so far that is the only
// reason to use it for reading.
func openXLSX(ctx context.Context, f *os.File, z *zip.Reader, size int64) (book, error) {
	timed, cancel := context.WithTimeout(ctx, readTime(size))
	defer cancel()
	b, err := xlsx.Open(timed, z, size)
	var why *xlsx.Error
	switch {
	case errors.As(err, &why) && why.Kind == xlsx.Unusual:
		return openUnusual(timed, f, z, size)
	case errors.As(err, &why):
		return nil, workbookError(why)
	case err != nil && timed.Err() != nil && ctx.Err() == nil:
		return nil, errSlow
	case err != nil:
		return nil, err
	}
	settings, err := readSettings(xlsxBook{Book: b}, b.Sheets())
	if err != nil {
		return nil, err
	}
	return xlsxBook{b, f, settings}, nil
}

const saveAgain = "open it in Excel or LibreOffice, save it again, and import that"

var errSlow = fileError(saveAgain, "the workbook takes too long to read")

// workbookError says what is wrong with a workbook, and what to do about it.
func workbookError(e *xlsx.Error) error {
	switch e.Kind {
	case xlsx.Hostile:
		return fileError("ask where this file comes from", "this is no workbook as Excel writes it: %s", e.What)
	case xlsx.TooLarge:
		return fileError("split it into several workbooks, or save each sheet as CSV", "the workbook is too large: %s", e.What)
	case xlsx.Locked:
		return fileError(unlockIt, "this workbook has a password: save it without one")
	}
	return fileError(saveAgain+"; or ask for the file again", "the workbook is damaged: %s", e.What)
}

// readSettings reads the sheets that a workbook of ours hides: names and values. A value that was too long for one cell goes on in
// the next ones of its row.
func readSettings(b interface {
	open(sheet string) (rowReader, error)
}, sheets []string,
) (map[string]string, error) {
	settings := map[string]string{}
	for _, sheet := range sheets {
		if sheet != survey.SheetSettings && sheet != rejectsSheet {
			continue
		}
		rows, err := b.open(sheet)
		if err != nil {
			return nil, err
		}
		for range 1000 {
			_, cells, err := rows.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				rows.Close()
				return nil, err
			}
			if len(cells) > 1 {
				settings[strings.TrimSpace(cells[0])] = strings.Join(cells[1:], "")
			}
		}
		rows.Close()
	}
	return settings, nil
}

func (b xlsxBook) sheets() []string           { return b.Sheets() }
func (b xlsxBook) setting(name string) string { return b.settings[name] }
func (b xlsxBook) Close() error               { return b.file.Close() }
func (b xlsxBook) size(sheet string) int64    { return b.Size(sheet) }

func (b xlsxBook) dates() dateSystem {
	if b.Date1904() {
		return serials1904
	}
	return serials1900
}

func (b xlsxBook) open(sheet string) (rowReader, error) {
	rows, err := b.Rows(sheet)
	if err != nil {
		return nil, fmt.Errorf("sheet %q: %w", sheet, err)
	}
	return xlsxRows{rows, sheet}, nil
}

type xlsxRows struct {
	*xlsx.Rows
	sheet string
}

func (r xlsxRows) offset() int64 { return r.Offset() }

func (r xlsxRows) next() (int, []string, error) {
	n, cells, err := r.Next()
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("sheet %q: %w", r.sheet, err)
	}
	return n, cells, err
}
