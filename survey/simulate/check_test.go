package simulate

import (
	"io"
	"os"
	"slices"
	"testing"

	"sehat/survey"
)

func checker(t *testing.T) *survey.Checker {
	t.Helper()
	var tables []io.Reader
	for _, name := range []string{"wards.csv", "districts.csv"} {
		f, err := os.Open("../../templates/areas/" + name)
		if err != nil {
			t.Skipf("no table of areas: %v", err)
		}
		t.Cleanup(func() { f.Close() })
		tables = append(tables, f)
	}
	areas, err := survey.ParseAreas(io.MultiReader(tables...))
	if err != nil {
		t.Fatal(err)
	}
	return &survey.Checker{Areas: areas, Today: survey.Date{Year: 2026, Month: 12, Day: 31}}
}

func TestRowsFailTheCheckerExactlyWhereTheTruthSaysSo(t *testing.T) {
	c := checker(t)
	rates := DefaultRates()
	rates.Bad, rates.Junk, rates.Aadhaar, rates.DummyPhones, rates.OnlyHindi = 0.1, 0.02, 0.02, 0.03, 0.02
	seen := map[string]bool{}
	errors, complaints := 0, 0
	for h, err := range Households(Options{Households: 6000, Seed: 7, Rates: rates}) {
		if err != nil {
			t.Fatal(err)
		}
		row, found := c.Household(slices.Clone(h.Answers))
		compare(t, h.File, h.Row, h.Bad, h.Answers, found, seen, &errors, &complaints)
		held := survey.HasError(found)
		for _, m := range h.Members {
			of := &row
			if m.HouseholdKey != h.Key {
				of = nil
			}
			_, found := c.Member(slices.Clone(m.Answers), of)
			if held { // the household holds its members back, and the checker may say less about them
				continue
			}
			compare(t, h.File, m.Row, m.Bad, m.Answers, found, seen, &errors, &complaints)
		}
		if complaints > 20 {
			t.Fatal("and more")
		}
	}
	for _, k := range slices.Concat(memberSpoilers(), aadhaarSpoilers(), householdSpoilers()) {
		if k.rule != "" && !seen[k.rule+" "+k.field] {
			t.Errorf("no row is bad by %s on %s (%s)", k.rule, k.field, k.kind)
		}
	}
}

// compare holds the findings of a row against its truth: every error is foretold, and everything foretold is found.
func compare(t *testing.T, file string, row int, bad []Bad, answers survey.Answers, found []survey.Finding, seen map[string]bool, errors, complaints *int) {
	t.Helper()
	for _, b := range bad {
		seen[b.Rule+" "+b.Field] = true
		if !slices.ContainsFunc(found, func(f survey.Finding) bool {
			return f.Rule == b.Rule && f.Severity == b.Severity && (f.Field == b.Field || b.Field == "consent" || b.Rule == "required")
		}) {
			*complaints++
			t.Errorf("%s row %d: %s (%s on %s) is not found among %v", file, row, b.Kind, b.Rule, b.Field, listed(found))
		}
	}
	for _, f := range found {
		if f.Severity != survey.Error {
			continue
		}
		*errors++
		if !slices.ContainsFunc(bad, func(b Bad) bool { return b.Severity == survey.Error }) {
			*complaints++
			t.Errorf("%s row %d: %s on %s is not in the truth: %q", file, row, f.Rule, f.Field, answers)
		}
	}
}

func listed(found []survey.Finding) (out []string) {
	for _, f := range found {
		out = append(out, f.Severity.String()+" "+f.Rule+" on "+f.Field)
	}
	return out
}
