package main

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A listReader reads the rows of a CSV as encoding/csv does with LazyQuotes, TrimLeadingSpace and any number of cells in a row
// (a fuzz test holds the two together), but only the wanted columns: a list has forty of which half are known.
type listReader struct {
	in    *bufio.Reader
	want  []bool   // by column, those beyond are not wanted; nil: all are
	long  []byte   // a line longer than the buffer of in
	cells []string // of the row before, to be used again
}

func newListReader(r io.Reader) *listReader {
	return &listReader{in: bufio.NewReaderSize(r, 1<<18)}
}

// read returns the wanted cells of the next row that is not empty, as far as the row has them; the slice is used again by the
// next call. The error is io.EOF after the last row, or that of the file.
func (r *listReader) read() ([]string, error) {
	line, err := r.line()
	for err == nil && chomp(line) == "" {
		line, err = r.line()
	}
	if err != nil {
		return nil, err
	}
	r.cells = r.cells[:0]
	for column, more := 0, true; more; column++ {
		if r.want != nil && column >= len(r.want) && strings.IndexByte(line, '"') < 0 {
			break
		}
		if len(line) > 0 && (line[0] <= ' ' || line[0] >= utf8.RuneSelf) {
			line = strings.TrimLeftFunc(line, unicode.IsSpace)
		}
		var cell string
		if len(line) > 0 && line[0] == '"' {
			if cell, line, more, err = r.quoted(line[1:]); err != nil {
				return nil, err
			}
		} else {
			i := 0
			for i < len(line) && line[i] != ',' {
				i++
			}
			cell = line[:i]
			if more = i < len(line); more {
				line = line[i+1:]
			} else {
				cell = chomp(cell)
			}
		}
		if r.want == nil || column < len(r.want) && r.want[column] {
			r.cells = append(r.cells, cell)
		}
	}
	return r.cells, nil
}

// quoted reads a cell from behind the quote that opens it, over as many lines as it takes. A quote that neither closes the
// cell nor stands twice is part of it. rest is what follows in the line; more tells whether that is another cell.
func (r *listReader) quoted(line string) (cell, rest string, more bool, err error) {
	var parts []byte // of a cell that is not simply what stands between two quotes
	for {
		i := strings.IndexByte(line, '"')
		if i < 0 {
			parts = append(parts, line...)
			if line == "" { // the file ends within the cell
				return string(parts), "", false, nil
			}
			if line, err = r.line(); err != nil && !errors.Is(err, io.EOF) {
				return "", "", false, err
			}
			continue
		}
		cell, line = line[:i], line[i+1:]
		ends := line == "" || line[0] == '\n' || line[0] == ','
		if ends && parts != nil {
			cell = string(append(parts, cell...))
		}
		switch {
		case ends && chomp(line) == "":
			return cell, "", false, nil
		case ends:
			return cell, line[1:], true, nil
		case line[0] == '"':
			line = line[1:]
		}
		parts = append(append(parts, cell...), '"')
	}
}

// line returns the next line with its end, which is \n however it was written; the last line may have none.
func (r *listReader) line() (string, error) {
	line, err := r.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		r.long = append(r.long[:0], line...)
		for errors.Is(err, bufio.ErrBufferFull) {
			line, err = r.in.ReadSlice('\n')
			r.long = append(r.long, line...)
		}
		line = r.long
	}
	n := len(line)
	switch {
	case n > 0 && errors.Is(err, io.EOF):
		return strings.TrimSuffix(string(line), "\r"), nil
	case err != nil:
		return "", err
	case n > 1 && line[n-2] == '\r':
		line[n-2] = '\n'
		line = line[:n-1]
	}
	return string(line), nil
}

// chomp drops the end of a line.
func chomp(line string) string { return strings.TrimSuffix(line, "\n") }
