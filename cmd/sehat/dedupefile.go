package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"sehat/records/linkage"
	"sehat/survey"
)

// A fileReport is what "dedupe --file" prints.
type fileReport struct {
	File          string `json:"file"`
	Residents     int    `json:"residents"`
	PairsCompared int64  `json:"pairs_compared"`
	Matches       int    `json:"matches"`
	Reviews       int    `json:"reviews"`
	Persons       int    `json:"persons"`
	Refused       string `json:"refused,omitempty"`

	PairsLeft    int64   `json:"pairs_left"`             // not compared: too many records agree on the same things
	Completeness float64 `json:"completeness,omitempty"` // estimated share of all true pairs that were compared; absent where it cannot be told
}

// memoryWanted is what a whole city may take of a machine with 4 GB to spare: beyond it memory is collected more often.
const memoryWanted = 3500 << 20

func runDedupeFile(ctx context.Context, a *app, opts dedupeOptions) error {
	f, err := os.Open(opts.file)
	if err != nil {
		return fmt.Errorf("opening the list: %w", err)
	}
	defer f.Close()
	people, err := openPeople(f, opts.columns)
	if err != nil {
		return fmt.Errorf("%s: %w", opts.file, err)
	}
	// The engine's records are nearly free of pointers: collecting them often costs little and halves the peak.
	defer debug.SetGCPercent(debug.SetGCPercent(50))
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(memoryWanted))
	result, err := linkage.Link(ctx, people.all(), linkage.Options{Extra: people.extra, Report: opts.report != ""})
	if err != nil {
		return fmt.Errorf("%s: %w", opts.file, err)
	}
	if err := writePairs(opts.pairs, result); err != nil {
		return err
	}
	if err := writeClusters(opts.clusters, result); err != nil {
		return err
	}
	if opts.report != "" {
		if err := writeFileReport(a, opts, result.Report); err != nil {
			return err
		}
	}
	report := fileReport{File: opts.file, Residents: result.Records, PairsCompared: result.Compared, Persons: result.Persons}
	report.PairsLeft, report.Completeness = result.Blocks.Left, result.Blocks.Completeness
	for _, p := range result.Pairs {
		if p.Decision == linkage.Match {
			report.Matches++
		} else {
			report.Reviews++
		}
	}
	text := fmt.Sprintf("%s compared in %s: %s, %s in doubt, %s", count(report.Residents, "record"), count(report.PairsCompared, "pair"),
		count(report.Matches, "match"), count(report.Reviews, "pair"), count(report.Persons, "person")) + reachSummary(report.Completeness, report.PairsLeft)
	if result.Refused != nil {
		report.Refused = result.Refused.Error()
		text += "\nno duplicates were sought: " + report.Refused
	}
	return a.result(report, "%s", text)
}

// reachSummary says how many of the true pairs were among those compared, as linkage estimates it.
func reachSummary(completeness float64, left int64) (text string) {
	if completeness > 0 {
		text = fmt.Sprintf("\nof all true pairs about %.1f %% were among those compared", 100*completeness)
	}
	if left > 0 {
		text += fmt.Sprintf("\nnot compared: %s of records that agree with too many others", count(left, "pair"))
	}
	return text
}

// people reads a CSV of people whose columns have been named.
type people struct {
	list  *listReader
	set   []func(*linkage.Record, string) // by column that is used
	extra []string                        // names of the columns of further text
	hasID bool
}

// fieldSetters says where each known field of a list goes.
func fieldSetters() map[string]func(*linkage.Record, string) {
	text := func(to func(*linkage.Record) *string) func(*linkage.Record, string) {
		return func(r *linkage.Record, v string) { *to(r) = v }
	}
	number := func(to func(*linkage.Record) *int) func(*linkage.Record, string) {
		return func(r *linkage.Record, v string) {
			if n, err := strconv.Atoi(strings.TrimSpace(v)); err == nil {
				*to(r) = n
			}
		}
	}
	return map[string]func(*linkage.Record, string){
		"id":                     text(func(r *linkage.Record) *string { return &r.ID }),
		"household":              text(func(r *linkage.Record) *string { return &r.Household }),
		"line_no":                text(func(r *linkage.Record) *string { return &r.Line }),
		"full_name":              text(func(r *linkage.Record) *string { return &r.FullName }),
		"full_name_hi":           text(func(r *linkage.Record) *string { return &r.FullNameAlt }),
		"given_name":             text(func(r *linkage.Record) *string { return &r.GivenName }),
		"family_name":            text(func(r *linkage.Record) *string { return &r.FamilyName }),
		"father_or_husband_name": text(func(r *linkage.Record) *string { return &r.FatherOrHusband }),
		"relation":               text(func(r *linkage.Record) *string { return &r.Relation }),
		"sex":                    text(func(r *linkage.Record) *string { return &r.Sex }),
		"mobile":                 text(func(r *linkage.Record) *string { return &r.Mobile }),
		"epic_no":                text(func(r *linkage.Record) *string { return &r.EPIC }),
		"abha_number":            text(func(r *linkage.Record) *string { return &r.ABHA }),
		"house_no":               text(func(r *linkage.Record) *string { return &r.HouseNo }),
		"address_line":           text(func(r *linkage.Record) *string { return &r.Address }),
		"locality":               text(func(r *linkage.Record) *string { return &r.Locality }),
		"pin_code":               text(func(r *linkage.Record) *string { return &r.PIN }),
		"ward_code":              text(func(r *linkage.Record) *string { return &r.Ward }),
		"birth_year":             number(func(r *linkage.Record) *int { return &r.BirthYear }),
		"birth_month":            number(func(r *linkage.Record) *int { return &r.BirthMonth }),
		"birth_day":              number(func(r *linkage.Record) *int { return &r.BirthDay }),
		"birth_date": func(r *linkage.Record, v string) {
			if y, m, d, ok := linkage.ParseBirth(v); ok {
				r.BirthYear, r.BirthMonth, r.BirthDay = y, m, d
			}
		},
		"age_years": func(r *linkage.Record, v string) {
			if n, err := strconv.Atoi(strings.TrimSpace(v)); err == nil {
				r.Age, r.HasAge = n, true
			}
		},
		"visit_date": visitYear(),
	}
}

// visitYear reads the year of a date. A team writes the same date on many rows.
func visitYear() func(*linkage.Record, string) {
	last, year := "", 0
	return func(r *linkage.Record, v string) {
		if v != last {
			last = v
			year, _, _, _ = linkage.ParseBirth(v)
		}
		if year > 0 {
			r.VisitYear = year
		}
	}
}

// openPeople reads the header: columns are named by --columns, else known by their own name.
func openPeople(f io.Reader, columns []string) (*people, error) {
	p := &people{list: newListReader(f)}
	header, err := p.list.read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty")
	}
	if err != nil {
		return nil, err
	}
	index := map[string]int{}
	for i, h := range header {
		h = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(h, "\ufeff")))
		if _, twice := index[h]; !twice {
			index[h] = i
		}
	}
	p.set = make([]func(*linkage.Record, string), len(header))
	for field, setter := range fieldSetters() {
		if i, ok := index[field]; ok {
			p.use(i, field, setter)
		}
	}
	for header, field := range map[string]string{"household_id": "household", "record_id": "id", "contact_mobile": "mobile"} {
		if i, ok := index[header]; ok && p.set[i] == nil {
			p.use(i, field, fieldSetters()[field])
		}
	}
	for _, c := range columns {
		if err := p.name(c, index); err != nil {
			return nil, err
		}
	}
	for _, set := range p.set {
		p.list.want = append(p.list.want, set != nil)
	}
	p.set = slices.DeleteFunc(p.set, func(set func(*linkage.Record, string)) bool { return set == nil })
	if len(p.set) == 0 {
		return nil, withHint(errors.New("no column of the list is known"), "name them: --columns id=…,full_name=…,birth_date=…")
	}
	return p, nil
}

func (p *people) use(column int, field string, set func(*linkage.Record, string)) {
	p.set[column] = set
	p.hasID = p.hasID || field == "id"
}

// name takes one field=header of --columns.
func (p *people) name(spec string, index map[string]int) error {
	field, header, ok := strings.Cut(spec, "=")
	field = strings.TrimSpace(field)
	if !ok {
		return usageError{fmt.Errorf("--columns: %q is not field=header", spec)}
	}
	i, found := index[strings.ToLower(strings.TrimSpace(header))]
	if !found {
		return usageError{fmt.Errorf("--columns: the list has no column %q", header)}
	}
	if name, isText := strings.CutPrefix(field, "text:"); isText {
		at := len(p.extra)
		p.extra = append(p.extra, name)
		p.set[i] = func(r *linkage.Record, v string) { r.Extra[at] = v }
		return nil
	}
	set := fieldSetters()[field]
	if set == nil {
		return usageError{fmt.Errorf("--columns: there is no field %q; see sehat dedupe --help", field)}
	}
	p.use(i, field, set)
	return nil
}

// all streams the people. A row without an id column is known by its row number, the header being row 1. Ids that are Aadhaar
// numbers are refused; one in ten other groups of twelve digits looks like one, so that a few among many say nothing.
func (p *people) all() iter.Seq2[linkage.Record, error] {
	return func(yield func(linkage.Record, error) bool) {
		var r linkage.Record // one for all rows: the setters take its address
		aadhaar := 0
		for row := 2; ; row++ {
			cells, err := p.list.read()
			if errors.Is(err, io.EOF) {
				if 2*aadhaar > row-2 {
					yield(linkage.Record{}, withHint(errors.New("the ids are Aadhaar numbers, which sehat writes nowhere"), "name another column: --columns id=…"))
				}
				return
			}
			if err != nil {
				yield(linkage.Record{}, err)
				return
			}
			r = linkage.Record{}
			if len(p.extra) > 0 {
				r.Extra = make([]string, len(p.extra))
			}
			for i, cell := range cells {
				if cell != "" {
					p.set[i](&r, cell)
				}
			}
			if !p.hasID {
				r.ID = strconv.Itoa(row)
			} else if _, found := survey.MaskAadhaar(r.ID); found > 0 {
				aadhaar++
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

// writePairs writes left_id,right_id,decision,weight,probability,explanation.
func writePairs(path string, result *linkage.Result) error {
	header := []string{"left_id", "right_id", "decision", "weight", "probability", "explanation"}
	return writeCSV(path, header, func(row func(...string) error) error {
		for _, p := range result.Pairs {
			err := row(result.ID(p.Left), result.ID(p.Right), p.Decision.String(), strconv.FormatFloat(float64(p.Weight), 'f', 2, 64),
				strconv.FormatFloat(float64(p.Probability), 'f', 6, 64), result.Explain(p).String())
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// writeClusters writes record_id,person_id.
func writeClusters(path string, result *linkage.Result) error {
	return writeCSV(path, []string{"record_id", "person_id"}, func(row func(...string) error) error {
		for i := range uint32(result.Records) {
			if err := row(result.ID(i), result.Person(i)); err != nil {
				return err
			}
		}
		return nil
	})
}

// writeCSV writes a file that is whole or not there, or nothing without a path.
func writeCSV(path string, header []string, fill func(row func(...string) error) error) error {
	if path == "" {
		return nil
	}
	return writeStream(path, func(w io.Writer) error {
		out := csv.NewWriter(w)
		if err := out.Write(header); err != nil {
			return err
		}
		if err := fill(func(cells ...string) error { return out.Write(cells) }); err != nil {
			return err
		}
		out.Flush()
		return out.Error()
	})
}
