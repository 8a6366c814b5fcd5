package importer

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"sehat/survey"
)

// A dateSystem tells what a bare number means where a date is asked for.
type dateSystem uint8

const (
	noSerials   dateSystem = iota // nothing: the file is text
	serials1900                   // days since 30 December 1899, as Excel counts from March 1900 on
	serials1904                   // days since 1 January 1904, as old Macs counted
)

// day turns a serial number of a spreadsheet into an ISO date, if it lies in a lifetime; other texts come back as they are. A
// number that people type (a year, 15082026) lies outside.
func (s dateSystem) day(text string) string {
	const first, last = 7_000, 100_000 // March 1919 to October 2173
	if s == noSerials || len(text) < 4 || text[0] < '0' || text[0] > '9' {
		return text
	}
	whole, _, _ := strings.Cut(text, ".")
	if len(whole) > 6 {
		return text
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || x < first || x > last {
		return text
	}
	base := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if s == serials1904 {
		base = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return base.AddDate(0, 0, int(math.Floor(x))).Format(time.DateOnly)
}

// A source says where the answer to one question comes from.
type source struct {
	cols      []int // columns of the table, from 0; none: nothing but the constant
	first     bool  // the first column that is answered counts; else the answers are joined
	join      string
	constant  string
	codes     map[string]string // the source's codes to ours, by their lower-case text
	otherwise *string           // what a code means that is not in codes; nil: itself
	form      dateForm
	choices   []choice // columns of single answers, where the others say nothing
	part      int      // which word of the cell; 0: all
	key       bool     // a household's: 900001.0 is 900001
}

// A choice is a column that tells whether one of several answers was given.
type choice struct {
	col  int
	code string
}

// plain returns the source that is one column as it is.
func plain(col int) source { return source{cols: []int{col}} }

// value reads the answer out of a row.
func (s *source) value(cells []string, system dateSystem) string {
	v := s.constant
	switch {
	case len(s.cols) == 1:
		v = cell(cells, s.cols[0])
	case s.first:
		v = ""
		for _, c := range s.cols {
			if v = cell(cells, c); strings.TrimSpace(v) != "" {
				break
			}
		}
	case len(s.cols) > 1:
		parts := make([]string, 0, len(s.cols))
		for _, c := range s.cols {
			if p := strings.TrimSpace(cell(cells, c)); p != "" {
				parts = append(parts, p)
			}
		}
		v = strings.Join(parts, s.join)
	}
	if s.choices != nil && strings.TrimSpace(v) == "" {
		return s.ticked(cells)
	}
	if v == "" {
		return ""
	}
	if s.part > 0 {
		v = wordOf(v, s.part)
	}
	if s.codes != nil {
		v = s.code(v)
	}
	if s.key {
		v = linkKey(v)
	}
	if s.form != formAsIs {
		v = s.form.iso(v, system)
	}
	return v
}

// ticked lists the answers whose columns are ticked. Not answered is empty in KoboToolbox and nought in ODK: neither is an answer.
func (s *source) ticked(cells []string) string {
	var given []string
	for _, c := range s.choices {
		if c.code != "" && isTick(cell(cells, c.col)) {
			given = append(given, c.code)
		}
	}
	return strings.Join(given, ", ")
}

// isTick reports whether a cell says yes.
func isTick(text string) bool {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "1", "1.0", "true", "yes", "y", "x", "✓", "✔", "हाँ", "हां":
		return true
	}
	return false
}

// isNoTick reports whether a cell says no, or nothing.
func isNoTick(text string) bool {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "", "0", "0.0", "false", "no", "n", "-", "नहीं":
		return true
	}
	return false
}

// wordOf returns one of the words of a cell, from 1.
func wordOf(v string, n int) string {
	words := strings.FieldsFunc(v, func(r rune) bool { return r == ' ' || r == ',' || r == ';' })
	if n > len(words) {
		return ""
	}
	return words[n-1]
}

// code translates a code, or several parted by commas or spaces where the whole is none.
func (s *source) code(v string) string {
	key := strings.ToLower(strings.TrimSpace(v))
	if to, ok := s.codes[key]; ok {
		return to
	}
	if to, ok := s.codes[linkKey(key)]; ok { // 1.0, as a spreadsheet may write 1
		return to
	}
	if parts := marked(v); len(parts) > 1 && slices.ContainsFunc(parts, func(p string) bool { _, ok := s.codes[strings.ToLower(p)]; return ok }) {
		var out []string
		for _, p := range parts { // those that the mapping does not name mean themselves
			if to, ok := s.codes[strings.ToLower(p)]; ok {
				p = to
			} else if s.otherwise != nil {
				p = *s.otherwise
			}
			if p != "" {
				out = append(out, p)
			}
		}
		return strings.Join(out, ", ")
	}
	if words := strings.Fields(key); len(words) > 1 {
		var out []string
		known := 0
		for _, w := range words {
			to, ok := s.codes[w]
			if !ok {
				break
			}
			known++
			if to != "" {
				out = append(out, to)
			}
		}
		if known == len(words) {
			return strings.Join(out, ", ")
		}
	}
	if s.otherwise != nil {
		return *s.otherwise
	}
	return v
}

// cell returns a cell's text, or "" beyond the end of the row. The apostrophe that keeps a spreadsheet from reading a text as a
// formula is not part of the text.
func cell(cells []string, col int) string {
	if col < 0 || col >= len(cells) {
		return ""
	}
	s := cells[col]
	if len(s) > 1 && s[0] == '\'' && strings.IndexByte("=+-@", s[1]) >= 0 {
		return s[1:]
	}
	return s
}

// A dateForm says how a source writes dates.
type dateForm uint8

const (
	formAsIs    dateForm = iota // not a date
	formAuto                    // as survey.ParseDate reads it, or a spreadsheet's number
	formSerial                  // a spreadsheet's number, in a text file too
	formMDY                     // month before day
	formCompact                 // 20260815, perhaps with a time after it, or 15082026
	formUnix                    // seconds since 1970
)

var dateForms = map[string]dateForm{"": formAuto, "auto": formAuto, "dmy": formAuto, "iso": formAuto, "serial": formSerial, "mdy": formMDY, "compact": formCompact, "unix": formUnix}

// iso rewrites a date so that survey.ParseDate reads it; what is none comes back as it was.
func (f dateForm) iso(v string, system dateSystem) string {
	v = strings.TrimSpace(v)
	if f == formSerial && system == noSerials {
		system = serials1900
	}
	if f == formMDY {
		parts := strings.FieldsFunc(v, func(r rune) bool { return strings.ContainsRune("/-. ,", r) })
		if len(parts) >= 3 && len(parts[2]) == 4 {
			v = parts[1] + "-" + parts[0] + "-" + parts[2]
		}
	}
	switch f {
	case formCompact:
		if len(v) == 7 && isNumber(v) { // 5082026: the nought before it was lost
			v = "0" + v
		}
		switch { // the years of the living tell the two apart: 19 and 20 are no months
		case len(v) < 8 || !isNumber(v[:8]):
		case len(v) == 8 && (v[4:6] == "19" || v[4:6] == "20"):
			return v[4:8] + "-" + v[2:4] + "-" + v[:2]
		default:
			return v[:4] + "-" + v[4:6] + "-" + v[6:8]
		}
	case formAuto:
		if strings.HasSuffix(v, "Z") { // told in Greenwich: after 18:30 there it is tomorrow here
			if t, err := time.Parse(time.RFC3339, v); err == nil {
				return t.In(india).Format(time.DateOnly)
			}
		}
	case formUnix:
		if seconds, err := strconv.ParseInt(linkKey(v), 10, 64); err == nil && len(v) >= 9 && len(v) <= 12 {
			return time.Unix(seconds, 0).In(india).Format(time.DateOnly)
		}
	}
	return system.day(v)
}

// india is where the interviews are held; it has one time and no summer time.
var india = time.FixedZone("IST", 5*3600+1800)

func isNumber(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

// dateFormOf returns how the answers to a field are read as dates: a birth year's cell may hold a whole date.
func dateFormOf(f survey.Field) dateForm {
	if f.Type == survey.Day || f.Name == "birth_year" {
		return formAuto
	}
	return formAsIs
}
