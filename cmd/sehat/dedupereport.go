package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html/template"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sehat/records"
	"sehat/records/linkage"
	"sehat/records/store"
	"sehat/survey"
	"sehat/templates"
)

// A reportLine is one thing known of a record of an example pair.
type reportLine struct {
	Label string
	value string // as it was compared; empty where it was not
	Shown string // as the page shows it: of a number only the last four digits
}

// A reader finds what is known of both records of an example, with the same labels in the same order.
type reader func(linkage.Example) (left, right []reportLine, err error)

// A reportSource is where the records of a report came from.
type reportSource struct {
	Source string // in words
	Keys   bool   // pairs have keys, by which "sehat review" knows them
	read   reader
}

// mayReport returns an error where a long run would end without its report.
func mayReport(opts dedupeOptions) error {
	if opts.report == "" {
		return nil
	}
	if dir, err := os.Stat(filepath.Dir(opts.report)); err != nil || !dir.IsDir() {
		return fmt.Errorf("--report %s: there is no such folder", opts.report)
	}
	if f, err := os.Stat(opts.file); err == nil && !f.Mode().IsRegular() {
		return usageError{errors.New("--report reads the list a second time: name a file, not a pipe")}
	}
	return nil
}

// writeReport writes the page about a run of dedupe and says that it holds names.
func writeReport(a *app, path string, r *linkage.Report, from reportSource) error {
	page, err := newReportPage(r, from)
	if err != nil {
		return err
	}
	page.By, page.Made = cmp.Or(a.named(), login()), a.now().Format("2 January 2006, 15:04")
	t, err := template.New("dedupe.html").Funcs(reportWords()).ParseFS(templates.Reports, "reports/dedupe.html", "reports/base.html")
	if err != nil {
		return fmt.Errorf("reading the page's template: %w", err)
	}
	if err := writeStream(path, func(w io.Writer) error { return t.Execute(w, page) }); err != nil {
		return err
	}
	a.say("%s holds names of people: only you can read it; keep it so", path)
	return nil
}

// storeReport is the source of a report about a home's store.
func storeReport(ctx context.Context, s *store.Store, h home) reportSource {
	return reportSource{"the store of " + h.Name, true, func(e linkage.Example) (left, right []reportLine, err error) {
		if left, err = dossierReport(ctx, s, e.Left); err != nil {
			return nil, nil, err
		}
		right, err = dossierReport(ctx, s, e.Right)
		return left, right, err
	}}
}

// dossierReport tells what a store knows of a resident; of one who is gone meanwhile, nothing.
func dossierReport(ctx context.Context, s *store.Store, id string) ([]reportLine, error) {
	d, err := s.Dossier(ctx, id)
	if err != nil && !errors.Is(err, records.ErrNotFound) {
		return nil, fmt.Errorf("reading an example: %w", err)
	}
	r, h := d.Resident, d.Household
	var others []string
	for _, o := range d.Others {
		others = append(others, o.Brief())
	}
	return []reportLine{
		told("name", r.FullName),
		told("other script", r.FullNameHi),
		told("father or husband", r.FatherOrHusband),
		told("sex", r.Sex),
		told("birth", r.Birth()),
		aside("relation", strings.ReplaceAll(r.Relation, "_", " ")),
		number("mobile", cmp.Or(r.Mobile, h.Mobile)),
		number("voter card", r.EPIC),
		number("ABHA", r.ABHA),
		told("address", strings.TrimPrefix(h.HouseNo+", "+h.Place(), ", ")),
		aside("ward", h.WardCode),
		aside("visit", r.VisitDate),
		aside("team", h.TeamID),
		aside("listed with", strings.Join(others, "; ")),
	}, nil
}

// writeFileReport writes the page about a list.
func writeFileReport(a *app, opts dedupeOptions, r *linkage.Report) error {
	read, err := readExamples(opts, r)
	if err != nil {
		return err
	}
	return writeReport(a, opts.report, r, reportSource{Source: filepath.Base(opts.file), read: read})
}

// readExamples reads the list again, for the records of the examples and those listed with them.
func readExamples(opts dedupeOptions, r *linkage.Report) (reader, error) {
	want := map[string][]reportLine{}
	for _, e := range r.Examples {
		for _, id := range slices.Concat([]string{e.Left, e.Right}, e.LeftWith, e.RightWith) {
			want[id] = nil
		}
	}
	f, err := os.Open(opts.file)
	if err != nil {
		return nil, fmt.Errorf("opening the list again: %w", err)
	}
	defer f.Close()
	people, err := openPeople(f, opts.columns)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", opts.file, err)
	}
	for p, err := range people.all() {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", opts.file, err)
		}
		if _, ok := want[p.ID]; ok {
			want[strings.Clone(p.ID)] = recordReport(p, people.extra)
		}
	}
	return func(e linkage.Example) (left, right []reportLine, err error) {
		with := func(id string, others []string) []reportLine {
			var names []string
			for _, o := range others {
				if lines := want[o]; len(lines) > 0 {
					names = append(names, cmp.Or(lines[1].Shown, lines[2].Shown))
				}
			}
			return append(slices.Clone(want[id]), aside("listed with", strings.Join(names, "; ")))
		}
		return with(e.Left, e.LeftWith), with(e.Right, e.RightWith), nil
	}, nil
}

// recordReport tells what a list says of a record.
func recordReport(r linkage.Record, extra []string) []reportLine {
	longNumber := regexp.MustCompile(`\d{7,}`)
	lines := []reportLine{
		aside("record", r.ID),
		told("name", cmp.Or(r.FullName, strings.TrimSpace(r.GivenName+" "+r.FamilyName))),
		told("other script", r.FullNameAlt),
		told("father or husband", r.FatherOrHusband),
		told("sex", r.Sex),
		told("birth", recordBirth(r)),
		aside("relation", strings.ReplaceAll(r.Relation, "_", " ")),
		number("mobile", r.Mobile),
		number("voter card", r.EPIC),
		number("ABHA", r.ABHA),
		told("address", joined(", ", r.HouseNo, r.Address, r.Locality, r.PIN, r.Ward)),
	}
	for i, name := range extra {
		lines = append(lines, reportLine{name, strings.Clone(r.Extra[i]), longNumber.ReplaceAllStringFunc(told("", r.Extra[i]).Shown, lastFour)})
	}
	return lines
}

// recordBirth says when somebody was born, as precisely as a list tells it.
func recordBirth(r linkage.Record) string {
	switch {
	case r.BirthYear > 0 && r.BirthMonth > 0 && r.BirthDay > 0:
		return fmt.Sprintf("%04d-%02d-%02d", r.BirthYear, r.BirthMonth, r.BirthDay)
	case r.BirthYear > 0 && r.BirthMonth > 0:
		return fmt.Sprintf("%04d-%02d", r.BirthYear, r.BirthMonth)
	case r.BirthYear > 0:
		return strconv.Itoa(r.BirthYear)
	case r.HasAge:
		return "age " + strconv.Itoa(r.Age)
	}
	return ""
}

func joined(between string, parts ...string) string {
	var told []string
	for _, p := range parts {
		if p != "" {
			told = append(told, p)
		}
	}
	return strings.Join(told, between)
}

// told is a line of plain text. A list that was handed over may hold an Aadhaar number or a phone anywhere.
func told(label, value string) reportLine {
	masked, _ := survey.MaskAadhaar(value)
	return reportLine{label, strings.Clone(value), strings.Clone(masked)}
}

// aside is a line that nobody expects to agree.
func aside(label, value string) reportLine {
	line := told(label, value)
	line.value = ""
	return line
}

// number is a line of which the page shows only the last four digits.
func number(label, value string) reportLine {
	return reportLine{label, strings.Clone(value), lastFour(value)}
}

// lastFour hides a number but for its last four characters.
func lastFour(s string) string {
	switch r := []rune(strings.TrimSpace(s)); {
	case len(r) == 0:
		return ""
	case len(r) <= 4:
		return "••••"
	default:
		return "•••• " + string(r[len(r)-4:])
	}
}
