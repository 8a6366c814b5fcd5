package importer

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"sehat/survey"
)

// FileName is the name by which an imported file is remembered and told: without its folder, and with Aadhaar numbers masked, as people
// name files after whoever is in them.
func FileName(path string) string {
	name, _ := survey.MaskAadhaar(filepath.Base(path))
	return strings.Map(oneLetter, name)
}

// PathName is a path as it is told: its last part is a [FileName].
func PathName(path string) string {
	dir, _ := filepath.Split(path)
	return dir + FileName(path)
}

// maxShown is how many letters of a header or a name are told.
const maxShown = 120

// shown is a text out of a file as a message tells it: not without end.
func shown(text string) string { return cutShort(text, maxShown) }

func cutShort(text string, letters int) string {
	if len(text) <= letters {
		return text
	}
	if runes := []rune(text); len(runes) > letters {
		return string(runes[:letters]) + "…"
	}
	return text
}

// A maskedBook is a book in the names of whose sheets somebody wrote an Aadhaar number.
type maskedBook struct {
	book
	names []string
	own   map[string]string // the names that the file has
}

// masked hides Aadhaar numbers in the names of a book's sheets: they are remembered and told.
func masked(b book) book {
	m := maskedBook{book: b, own: map[string]string{}}
	hidden := 0
	for _, own := range b.sheets() {
		name, found := survey.MaskAadhaar(own)
		if found > 0 {
			name = sheetNameOf(name, append(slices.Clone(b.sheets()), m.names...))
		}
		hidden += found
		m.names = append(m.names, name)
		m.own[name] = own
	}
	if hidden == 0 {
		return b
	}
	return m
}

func (m maskedBook) sheets() []string                     { return m.names }
func (m maskedBook) open(sheet string) (rowReader, error) { return m.book.open(m.own[sheet]) }

func (m maskedBook) size(sheet string) int64 {
	if b, ok := m.book.(measured); ok {
		return b.size(m.own[sheet])
	}
	return 1
}

func (m maskedBook) label(column string) string {
	if b, ok := m.book.(labelled); ok {
		return b.label(column)
	}
	return ""
}

func (m maskedBook) codesOf(column string) map[string]string {
	if b, ok := m.book.(labelled); ok {
		return b.codesOf(column)
	}
	return nil
}

// masked hides Aadhaar numbers in a mapping: it is stored with the import, and in its rejects workbook. The headers of a file are masked
// alike, so that they are found all the same.
func (m *Mapping) masked() (*Mapping, error) {
	text, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("reading the mapping: %w", err)
	}
	hidden, found := survey.MaskAadhaar(string(text))
	if found == 0 {
		return m, nil
	}
	var safe Mapping
	if err := json.Unmarshal([]byte(hidden), &safe); err != nil {
		return nil, fmt.Errorf("reading the mapping: %w", err)
	}
	return &safe, nil
}

// maskRevision hides an Aadhaar number that stands where a source tells how often or when a row was edited. One in ten moments written
// as 202608151030 looks like one; those are kept, as rows are put in order by them.
func maskRevision(text string) string {
	if at, err := time.Parse("200601021504", text); err == nil && at.Year() >= 2000 && at.Year() < 2100 {
		return text
	}
	text, _ = survey.MaskAadhaar(text)
	return text
}

// oneLetter replaces what would break a line, or make a terminal do something.
func oneLetter(r rune) rune {
	if unicode.IsControl(r) {
		return '_'
	}
	return r
}
