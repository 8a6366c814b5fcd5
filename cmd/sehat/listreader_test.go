package main

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// asEncodingCSV reads everything with the standard library.
func asEncodingCSV(s string) (rows [][]string) {
	r := csv.NewReader(strings.NewReader(s))
	r.LazyQuotes, r.TrimLeadingSpace, r.FieldsPerRecord = true, true, -1
	for {
		row, err := r.Read()
		if err != nil {
			return rows
		}
		rows = append(rows, row)
	}
}

// asList reads everything with a listReader whose buffer is shorter than many a line.
func asList(s string, want []bool) (rows [][]string) {
	r := &listReader{in: bufio.NewReaderSize(strings.NewReader(s), 16), want: want}
	for {
		row, err := r.read()
		if err != nil {
			return rows
		}
		rows = append(rows, slices.Clone(row))
	}
}

func FuzzListsAreReadAsTheStandardLibraryReadsThem(f *testing.F) {
	const long = "a cell that is longer than the buffer"
	for _, s := range []string{
		"", "\n\n", "a,b\n1,2\n", "a,b\r\n\r\n1,2\r\n", "a,b\n1,2", "a,b\n1,2\r", "a,b\r\r\n", "  a, b\n", "\u00a0a,\u2003b\n", "a,,\n,,\n", "a,\"b\",c\n",
		"\"a,b\"\n", "\"a\"\"b\"\n", "\"a\"b\",c\n", "\"a\nb\",c\n", "\"a\r\nb\"\n", "\"a", "\"a\n", "\"a\r", "a\"b,c\n", " \"a\" ,b\n", "\"\"\n", "\"\",\"\"", "\"a\"\r\n",
		"\xff,\xfe\n", "a,\"" + long + "\",b\n" + long + "\n", "\"a\n\n\n", " \n,\n", "a,\"b\"\"", "a,b,\"", "\"\n\"\n", "a, \n", "\r\n\r", "\"a\"\"\"\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		rows := asEncodingCSV(s)
		got := asList(s, nil)
		if !slices.EqualFunc(got, rows, slices.Equal) {
			t.Fatalf("%q: %q, want %q", s, got, rows)
		}
		for k, row := range rows {
			rows[k] = slices.Clip(row[:1])
			if len(row) > 2 {
				rows[k] = append(rows[k], row[2])
			}
		}
		if got := asList(s, []bool{true, false, true}); !slices.EqualFunc(got, rows, slices.Equal) {
			t.Fatalf("%q, wanted cells: %q, want %q", s, got, rows)
		}
	})
}

func TestAListThatCannotBeReadToItsEndIsAnError(t *testing.T) {
	broken := errors.New("the disk is gone")
	for name, s := range map[string]string{"within a row": "a,b\n1,", "within a quoted cell": "a,b\n1,\"2\n", "between rows": "a,b\n"} {
		r := newListReader(io.MultiReader(strings.NewReader(s), iotest.ErrReader(broken)))
		var err error
		for err == nil {
			_, err = r.read()
		}
		if !errors.Is(err, broken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
