package importer

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"sehat/records"
)

// A layout is how a file was read. The store keeps it with the import, so that what is held back can be written out again without the
// file.
type layout struct {
	Profile string          `json:"profile"`
	Survey  string          `json:"survey,omitempty"`
	Mapping json.RawMessage `json:"mapping,omitempty"`
	Dates   dateSystem      `json:"dates,omitempty"`
	Tables  []layoutTable   `json:"tables"` // in the order of the file
}

// A layoutTable is a sheet with its headers.
type layoutTable struct {
	Sheet     string   `json:"sheet,omitempty"`
	HeaderRow int      `json:"header_row"`
	Header    []string `json:"header"`
}

// layout returns the layout of a run as JSON.
func (r *run) layout() string {
	l := layout{Profile: r.plan.profile, Survey: r.plan.survey, Dates: r.book.dates()}
	if r.plan.mapping != nil {
		b, err := json.Marshal(r.plan.mapping)
		if err != nil {
			return ""
		}
		l.Mapping = b
	}
	for _, t := range r.bySheet() {
		l.Tables = append(l.Tables, layoutTable{t.sheet, t.headerRow, t.header})
	}
	b, err := records.Canonical(l)
	if err != nil {
		return ""
	}
	return string(b)
}

// layoutBook is a book that holds nothing but the headers of a layout.
type layoutBook struct{ layout }

func parseLayout(text string) (layoutBook, *Mapping, error) {
	var b layoutBook
	if err := json.Unmarshal([]byte(text), &b.layout); err != nil {
		return b, nil, fmt.Errorf("reading how an import was read: %w", err)
	}
	if len(b.Mapping) == 0 {
		return b, nil, nil
	}
	m, err := ParseMapping(b.Mapping)
	return b, m, err
}

func (b layoutBook) sheets() []string {
	var names []string
	for _, t := range b.Tables {
		names = append(names, t.Sheet)
	}
	return names
}

func (b layoutBook) open(sheet string) (rowReader, error) {
	for i := range b.Tables {
		if b.Tables[i].Sheet == sheet {
			return &layoutRows{t: &b.Tables[i]}, nil
		}
	}
	return nil, fmt.Errorf("there was no sheet %q", sheet)
}

func (b layoutBook) setting(string) string { return "" }
func (b layoutBook) dates() dateSystem     { return b.Dates }
func (b layoutBook) Close() error          { return nil }

// layoutRows reads the one row that a layout has of a sheet.
type layoutRows struct {
	t    *layoutTable
	done bool
}

func (r *layoutRows) next() (int, []string, error) {
	if r.done {
		return 0, nil, io.EOF
	}
	r.done = true
	return r.t.HeaderRow, r.t.Header, nil
}

func (r *layoutRows) Close() error { return nil }

// blank reports whether a row holds nothing. What a rejects workbook wrote beside a row does not count: who empties a row deletes it.
func (t *binding) blank(cells []string) bool {
	for i, c := range cells {
		if strings.TrimSpace(c) != "" && i != t.rowID && i != t.note {
			return false
		}
	}
	return true
}
