package survey

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
)

// An Area is a ward or a district as it was during some time.
type Area struct {
	Kind     string // "ward" or "district"
	Code     string // "001" … "250", "NDMC", "CANT"; a district's own short name
	Name     string // empty where no source names it
	District string // a ward's district code; empty where no source tells it
	From, To Date   // first and last day of this version; zero where open
	Source   string
}

// On reports whether the area was valid on a day. A day that is not known finds every version.
func (a Area) On(day Date) bool {
	if day.IsZero() {
		return true
	}
	return (a.From.IsZero() || a.From.Compare(day) <= 0) && (a.To.IsZero() || a.To.Compare(day) >= 0)
}

// Areas is the reference table of wards and districts, every version of them.
type Areas struct {
	wards, districts map[string][]Area // versions by code, oldest first
	order            []Area            // as read
}

// ParseAreas reads a table of areas: CSV with the columns kind, code, name, district, valid_from, valid_to and source, and lines
// that start with # as comments. Several tables may follow each other (io.MultiReader), each with its own header line.
// Two versions of one area must not overlap.
func ParseAreas(r io.Reader) (*Areas, error) {
	in := csv.NewReader(bufio.NewReader(r))
	in.Comment = '#'
	in.FieldsPerRecord = 7
	a := &Areas{wards: map[string][]Area{}, districts: map[string][]Area{}}
	for {
		rec, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read areas: %w", err)
		}
		line, _ := in.FieldPos(0)
		if rec[0] == "kind" {
			continue
		}
		if err := a.add(rec); err != nil {
			return nil, fmt.Errorf("read areas: line %d: %w", line, err)
		}
	}
	if len(a.wards) == 0 {
		return nil, errors.New("read areas: no wards")
	}
	return a, nil
}

// ReadAreas reads every table of a file system, areas/*.csv, as templates.Areas holds them.
func ReadAreas(files fs.FS) (*Areas, error) {
	names, err := fs.Glob(files, "areas/*.csv")
	if err != nil {
		return nil, fmt.Errorf("read areas: %w", err)
	}
	var tables []io.Reader
	for _, name := range names {
		b, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read areas: %w", err)
		}
		tables = append(tables, bytes.NewReader(b), strings.NewReader("\n"))
	}
	return ParseAreas(io.MultiReader(tables...))
}

func (a *Areas) add(rec []string) error {
	area := Area{Kind: rec[0], Code: strings.TrimSpace(rec[1]), Name: strings.TrimSpace(rec[2]), District: strings.TrimSpace(rec[3]), Source: rec[6]}
	for i, day := range []*Date{&area.From, &area.To} {
		if rec[4+i] == "" {
			continue
		}
		d, err := ParseDate(rec[4+i])
		if err != nil || !d.Full() {
			return fmt.Errorf("%q is not a day", rec[4+i])
		}
		*day = d
	}
	of := a.wards
	switch {
	case area.Kind == "district":
		of = a.districts
	case area.Kind != "ward":
		return fmt.Errorf("kind %q is neither ward nor district", area.Kind)
	}
	if area.Code == "" {
		return errors.New("no code")
	}
	for _, b := range of[area.Code] {
		// Two spans meet unless one ends before the other begins.
		if (b.To.IsZero() || area.From.IsZero() || b.To.Compare(area.From) >= 0) &&
			(area.To.IsZero() || b.From.IsZero() || area.To.Compare(b.From) >= 0) {
			return fmt.Errorf("%s %s: two versions at one time", area.Kind, area.Code)
		}
	}
	of[area.Code] = append(of[area.Code], area)
	slices.SortFunc(of[area.Code], func(x, y Area) int { return x.From.Compare(y.From) })
	a.order = append(a.order, area)
	return nil
}

// Ward finds a ward by its canonical code as it was on a day; for the zero Date, its latest version.
func (a *Areas) Ward(code string, day Date) (Area, bool) { return version(a.wards[code], day) }

// District finds a district by its code as it was on a day; for the zero Date, its latest version.
func (a *Areas) District(code string, day Date) (Area, bool) { return version(a.districts[code], day) }

func version(of []Area, day Date) (Area, bool) {
	for i := len(of) - 1; i >= 0; i-- {
		if of[i].On(day) {
			return of[i], true
		}
	}
	return Area{}, false
}

// List gives the areas of a kind, "ward" or "district", that were valid on a day, in the table's order.
func (a *Areas) List(kind string, day Date) []Area {
	var out []Area
	for _, area := range a.order {
		if area.Kind == kind && area.On(day) {
			out = append(out, area)
		}
	}
	return out
}

// Choice is the ward's text in a drop-down, "012 Malka Ganj". [WardCode] understands it.
func (a Area) Choice() string { return strings.TrimSpace(a.Code + " " + a.Name) }

// WardCode gives the canonical form of a ward's code: digits of any script become three digits, "Ward 12", "12" and "012 Malka Ganj" are
// all "012", and letters are capitals. It does not ask whether the ward exists. "12-N" stays as it is: before 2022 the three
// corporations each numbered their wards from 1.
func WardCode(s string) string {
	if len(s) == 3 && allDigits(s) {
		return s
	}
	s = strings.TrimSpace(asciiDigits(s))
	for _, word := range []string{"ward", "वार्ड", "no.", "no", "नंबर", "#", ":", "-"} {
		if len(s) > len(word) && strings.EqualFold(s[:len(word)], word) {
			s = strings.TrimSpace(s[len(word):])
		}
	}
	if code, name, ok := strings.Cut(s, " "); ok && len(name) > 3 && (len(code) == 3 && allDigits(code) || code == "NDMC" || code == "CANT") {
		return code
	}
	s = strings.ToUpper(s)
	if n := len(s); n > 0 && n < 3 && allDigits(s) {
		return "00"[:3-n] + s
	}
	return s
}
