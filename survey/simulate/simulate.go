// Package simulate invents a population of Delhi as survey teams would have recorded it, with the truth beside it.
//
// # What is invented
//
// Families of several communities and kinds (one couple, three generations, brothers under one roof, lodgers, people alone), with
// names in both scripts, ages by generation, phones that are shared, papers that are missing or wrong, health at plausible rates.
// Given names and surnames are common ones, combined at random; numbers are drawn at random with valid check digits. No row is
// about a real person.
//
// # What is recorded
//
// A family is one thing and what is written down about it another. Each enumerator has habits (capitals, no Hindi names, rounded
// ages, a way to write phones), each visit an informant who may show papers or not, each row its own slips. Families are listed
// twice, move, marry a daughter into another listing, send a son or a maid to live elsewhere. About one row in a hundred is
// bad, in the ways in which bad rows come.
//
// # The truth
//
// Beside the files stands the folder truth. Its files know every row by file and row (as a spreadsheet counts, the header is row 1; of
// the sheet Members or Households in a workbook) and by the id that the registry gives it ([survey.MemberID] under [Profile]). An id is
// empty where the row has no usable key, and a key is where an Aadhaar-like number stood in its place: the truth repeats none.
//
//   - people.csv has a line for each member row: who it is (person_id), why someone is listed once more ([Reason]), and the true
//     community, sex and day of birth. All rows of one person have one person_id; a person_id that starts with "?" is nobody.
//   - pairs.csv has a line for each two rows of one person.
//   - bad_rows.csv has a line for each thing that is wrong with a row: the rule of [survey.Rules] that a validator should name, and
//     whether it holds the row back (error) or not (warning). The members of a household whose row is held back are held back with
//     it, and not named again. In a CSV file a household's line names the first of its rows.
//   - options.json holds the options.
//
// # The same seed, the same bytes
//
// Every household draws from random streams of its own, so that the output depends on the options alone: not on the number of
// workers, the machine or the version of Go.
package simulate

import (
	"errors"
	"fmt"
	"iter"
	"math"

	"sehat/survey"
)

// Profile is the importer's name for the form that the simulated files have; it is a part of every id in the truth.
const Profile = "sehat"

// A Format is a kind of file.
type Format string

// The formats: our workbook, and the flat CSV with one row a member.
const (
	XLSX Format = "xlsx"
	CSV  Format = "csv"
)

// Options say what to invent. The zero value of a field is its default.
type Options struct {
	Households int    // households listed, second listings among them; at least 1
	Seed       uint64 // another seed, another city
	Format     Format // XLSX if empty
	PerFile    int    // most households in a file; 500 if zero
	Survey     string // the round; "2026-1" if empty
	// Start is the first day of the season and Days its length; 5 January 2026 and 60 if zero.
	Start survey.Date
	Days  int
	// Wards are the codes to survey. If empty, some of the city's are drawn: all of them from 100,000 households on.
	Wards []string
	// Rates are the traps; DefaultRates if zero. Rates{Typing: 1} is a city without traps.
	Rates   Rates
	Workers int // 0 is one for each processor; it changes nothing but the time
}

// Rates are how common the traps are.
type Rates struct {
	SurveyedTwice float64 // share of households that are listed again by another team of the ward; 7 in 100 of them a third time
	Moved         float64 // share of households that are listed again at a new address
	MarriedAway   float64 // share of households that try to list a daughter who is also listed at her in-laws'
	LivesIn       float64 // the same of a domestic worker, also listed where she works
	Lodges        float64 // the same of a son, also listed where he lodges
	Typing        float64 // errors of ear and keyboard; 1 is usual, 0 none
	OnlyHindi     float64 // share of rows that hold names in Devanagari only, beside enumerators who always write so
	DummyPhones   float64 // share of households with a made-up phone
	Bad           float64 // share of rows, of households and of members, that a validator must hold back
	Junk          float64 // share of households with a line for nobody: "test", "xyz"
	Aadhaar       float64 // share of members with an Aadhaar-like number where none belongs
}

// DefaultRates list about one record in twenty for a person who was listed before, and make about one row in a hundred bad.
func DefaultRates() Rates {
	return Rates{
		SurveyedTwice: 0.028, Moved: 0.014, MarriedAway: 0.09, LivesIn: 0.012, Lodges: 0.03,
		Typing: 1, OnlyHindi: 0.004, DummyPhones: 0.008, Bad: 0.01, Junk: 0.003, Aadhaar: 0.003,
	}
}

// ErrOptions is wrapped by every error about options.
var ErrOptions = errors.New("simulate options")

// complete fills in the defaults.
func (o Options) complete() (Options, error) {
	if o.Format == "" {
		o.Format = XLSX
	}
	if o.PerFile == 0 {
		o.PerFile = 500
	}
	if o.Survey == "" {
		o.Survey = "2026-1"
	}
	if o.Start.IsZero() {
		o.Start = survey.Date{Year: 2026, Month: 1, Day: 5}
	}
	if o.Days == 0 {
		o.Days = 60
	}
	if o.Rates == (Rates{}) {
		o.Rates = DefaultRates()
	}
	const most = 50_000_000
	switch {
	case o.Households < 1 || o.Households > most:
		return o, fmt.Errorf("%w: %d households: 1 to %d", ErrOptions, o.Households, most)
	case o.Format != XLSX && o.Format != CSV:
		return o, fmt.Errorf("%w: format %q is neither xlsx nor csv", ErrOptions, o.Format)
	case o.PerFile < 0 || o.PerFile > 100_000:
		return o, fmt.Errorf("%w: %d households a file: 1 to 100000", ErrOptions, o.PerFile)
	case !o.Start.Full() || !o.Start.Valid():
		return o, fmt.Errorf("%w: the season starts on no day of the calendar", ErrOptions)
	case o.Days < 7 || o.Days > 365:
		return o, fmt.Errorf("%w: a season of %d days: 7 to 365", ErrOptions, o.Days)
	}
	r := o.Rates
	for _, x := range []float64{r.SurveyedTwice, r.Moved, r.MarriedAway, r.LivesIn, r.Lodges, r.OnlyHindi, r.DummyPhones, r.Bad, r.Junk, r.Aadhaar, r.Typing / 10} {
		if !(x >= 0 && x <= 1) || math.IsNaN(x) {
			return o, fmt.Errorf("%w: a rate lies outside 0 to 1 (typing: 0 to 10)", ErrOptions)
		}
	}
	if r.SurveyedTwice+r.Moved+r.MarriedAway+r.LivesIn+r.Lodges > 0.6 {
		return o, fmt.Errorf("%w: traps for more than 60 households in 100", ErrOptions)
	}
	return o, nil
}

// A Household is one visit as it was written down, and the truth about it.
type Household struct {
	File    string // base name of the file
	Row     int    // of the household in its file: of the sheet Households in a workbook; the first row is 1, the header
	Ward    string
	Team    string
	Key     string // household_id
	ID      string // survey.HouseholdID, empty where the row has no usable key
	Answers survey.Answers
	Bad     []Bad
	Members []Member

	unit, nth int
}

// A Member is one line of a household as it was written down, and the truth about it.
type Member struct {
	Row          int    // of the member in its file: of the sheet Members in a workbook
	HouseholdKey string // what stands in the link column; of no household where the row is an orphan
	Key          string // member_id; empty where the team numbers lines only
	Line         int    // line_no
	ID           string // survey.MemberID, empty where the row has no usable key or belongs to nobody
	Answers      survey.Answers
	Bad          []Bad

	Person  string      // who this is: equal for all rows of one person; it starts with "?" for a row about nobody
	Why     Reason      // why a person who is listed elsewhere is listed here too; empty for a first listing
	Culture string      // community of the name
	Sex     string      // the true one: M, F or O
	Born    survey.Date // the true day
	Twin    bool
}

// Bad is one thing that is wrong with a row, as a validator should find it.
type Bad struct {
	Field    string
	Rule     string // of survey.Rules
	Severity survey.Severity
	Kind     string // what was done to the row, in words
}

// A world is everything that the rows are made from.
type world struct {
	seed             uint64
	survey           string
	start            survey.Date
	days             int
	rates            Rates
	format           Format
	perFile          int
	people           *people
	places           []place
	plan             plan
	householdColumns columns
	memberColumns    columns
	files            []file
}

// A file is a part of a crew's list.
type file struct {
	name       string
	crew       *crew
	first, end int // rows of the list
}

func newWorld(o Options) (*world, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	w := &world{
		seed: o.Seed, survey: o.Survey, start: o.Start, days: o.Days, rates: o.Rates, format: o.Format, perFile: o.PerFile,
		householdColumns: columnsOf(survey.Household), memberColumns: columnsOf(survey.Member),
	}
	if w.people, err = readPeople(); err != nil {
		return nil, err
	}
	if w.places, err = readPlaces(); err != nil {
		return nil, err
	}
	if err := w.layOut(&o); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOptions, err)
	}
	w.divide()
	return w, nil
}

// divide cuts the crews' lists into files of about equal length.
func (w *world) divide() {
	for i := range w.plan.crews {
		c := &w.plan.crews[i]
		rows := c.rows()
		parts := (rows + w.perFile - 1) / w.perFile
		for p := range parts {
			name := fmt.Sprintf("ward-%s-team-%d", c.ward.code, c.no)
			if parts > 1 {
				name += fmt.Sprintf("-part-%02d", p+1)
			}
			w.files = append(w.files, file{name + "." + string(w.format), c, p * rows / parts, (p + 1) * rows / parts})
		}
	}
}

// rowsOf makes the households of a file in order.
func (w *world) rowsOf(f file) iter.Seq[*Household] {
	return func(yield func(*Household) bool) {
		row, memberRow := 1, 1
		for seq := f.first; seq < f.end; seq++ {
			h := w.visit(f.crew.listing(seq))
			h.File = f.name
			row++
			h.Row = row
			for i := range h.Members {
				memberRow++
				h.Members[i].Row = memberRow
				if w.format == CSV {
					h.Members[i].Row = row + i
				}
			}
			if w.format == CSV {
				row += max(0, len(h.Members)-1)
			}
			if !yield(&h) {
				return
			}
		}
	}
}

// Households gives every listing in the order of the files, without writing any. An error about the options comes first and alone.
func Households(o Options) iter.Seq2[*Household, error] {
	return func(yield func(*Household, error) bool) {
		w, err := newWorld(o)
		if err != nil {
			yield(nil, err)
			return
		}
		for _, f := range w.files {
			for h := range w.rowsOf(f) {
				if !yield(h, nil) {
					return
				}
			}
		}
	}
}
