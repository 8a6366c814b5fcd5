package simulate

import (
	"errors"
	"math"
	"strings"
	"testing"
	"unicode"

	"sehat/survey"
)

// all collects a simulation.
func all(t *testing.T, o Options) []*Household {
	t.Helper()
	var out []*Household
	for h, err := range Households(o) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, h)
	}
	return out
}

func TestPopulationHasTheShapeOfACity(t *testing.T) {
	w, err := newWorld(Options{Households: 20_000, Seed: 11})
	if err != nil {
		t.Fatal(err)
	}
	var households, met, members, again, full, ageOnly, round, adults, fathers, women, minors, bad float64
	why := map[Reason]float64{}
	communities := map[string]float64{}
	for _, f := range w.files {
		for h := range w.rowsOf(f) {
			households++
			if len(h.Members) > 0 {
				met++
			}
			bad += held(h.Bad)
			for _, m := range h.Members {
				get := func(field string) string { return w.memberColumns.get(m.Answers, field) }
				members++
				bad += held(m.Bad)
				why[m.Why]++
				communities[m.Culture]++
				if m.Why != "" {
					again++
				}
				if get("birth_day") != "" {
					full++
				} else if get("birth_year") == "" {
					ageOnly++
					if a := get("age_years"); len(a) == 2 && a > "20" {
						adults++
						if a[1] == '0' || a[1] == '5' {
							round++
						}
					}
				}
				if get("father_or_husband_name") != "" {
					fathers++
				}
				if m.Sex == "F" {
					women++
				}
				if p := (person{born: m.Born}); p.age(w.start) < 18 {
					minors++
				}
			}
		}
	}
	for _, c := range []struct {
		what           string
		got, low, high float64
	}{
		{"households listed", households, 20_000, 20_000},
		{"households met", met / households, 0.88, 0.94},
		{"members in a household that was met", members / met, 4.3, 5},
		{"rows of people listed before", again / members, 0.04, 0.06},
		{"rows of a household surveyed twice", why[SurveyedTwice] / members, 0.02, 0.04},
		{"rows of a household that moved", why[Moved] / members, 0.008, 0.02},
		{"rows of a daughter at her in-laws'", why[MarriedAway] / members, 0.001, 0.01},
		{"rows of a worker where she works", why[LivesIn] / members, 0.001, 0.01},
		{"rows of a son where he lodges", why[Lodges] / members, 0.001, 0.01},
		{"full birth dates", full / members, 0.4, 0.5},
		{"ages only", ageOnly / members, 0.25, 0.42},
		{"round ages among adults", round / adults, 0.28, 0.5}, // 0.2 would be by chance
		{"fathers' and husbands' names", fathers / members, 0.9, 0.97},
		{"women", women / members, 0.46, 0.51},
		{"minors", minors / members, 0.27, 0.37},
		{"bad rows", bad / (members + households), 0.007, 0.017},
		{"Muslim names", communities["muslim"] / members, 0.08, 0.3},
		{"names of the smaller communities", (communities["christian"] + communities["bengali"] + communities["south"] + communities["northeast"]) / members, 0.05, 0.15},
	} {
		if c.got < c.low || c.got > c.high || math.IsNaN(c.got) {
			t.Errorf("%s: %.4f, want %.4f to %.4f", c.what, c.got, c.low, c.high)
		}
	}
}

func held(bad []Bad) float64 {
	for _, b := range bad {
		if b.Severity == survey.Error {
			return 1
		}
	}
	return 0
}

func TestEveryQuestionIsAnsweredSomewhere(t *testing.T) {
	answered := map[string]bool{}
	for _, h := range all(t, Options{Households: 500, Seed: 2}) {
		for i, f := range survey.Fields(survey.Household) {
			answered[f.Name] = answered[f.Name] || h.Answers[i] != ""
		}
		for _, m := range h.Members {
			for i, f := range survey.Fields(survey.Member) {
				answered[f.Name] = answered[f.Name] || m.Answers[i] != ""
			}
		}
	}
	for name, ok := range answered {
		if !ok {
			t.Errorf("nobody answers %s", name)
		}
	}
}

func TestAnotherSeedIsAnotherCity(t *testing.T) {
	a, b := all(t, Options{Households: 50, Seed: 1}), all(t, Options{Households: 50, Seed: 2})
	same := 0
	for i := range a {
		if strings.Join(a[i].Answers, "|") == strings.Join(b[i].Answers, "|") {
			same++
		}
	}
	if same > 0 {
		t.Errorf("%d of 50 households are the same under two seeds", same)
	}
}

func TestOptions(t *testing.T) {
	for name, o := range map[string]Options{
		"no households":          {},
		"an unknown format":      {Households: 1, Format: "ods"},
		"a rate above one":       {Households: 1, Rates: Rates{Bad: 1.5}},
		"a rate that is none":    {Households: 1, Rates: Rates{Bad: math.NaN()}},
		"too many traps":         {Households: 1, Rates: Rates{Moved: 0.9}},
		"a ward named twice":     {Households: 1, Wards: []string{"012", "012"}},
		"a season of two days":   {Households: 1, Days: 2},
		"a start without a day":  {Households: 1, Start: survey.Date{Year: 2026}},
		"files of no households": {Households: 1, PerFile: -1},
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			for h, err := range Households(o) {
				if h != nil || !errors.Is(err, ErrOptions) {
					t.Errorf("household %v, error %v", h, err)
				}
			}
		})
	}
}

func TestAnyNumberOfHouseholdsIsListedExactly(t *testing.T) {
	for _, n := range []int{1, 2, 3, 5, 17, 60, 401, 1000} {
		for seed := range uint64(3) {
			if got := len(all(t, Options{Households: n, Seed: seed})); got != n {
				t.Errorf("%d households of seed %d instead of %d", got, seed, n)
			}
		}
	}
}

func TestWardsAreThoseAskedFor(t *testing.T) {
	seen := map[string]bool{}
	for _, h := range all(t, Options{Households: 100, Seed: 1, Wards: []string{"012", "NDMC"}}) {
		seen[h.Ward] = true
	}
	if len(seen) != 2 || !seen["012"] || !seen["NDMC"] {
		t.Errorf("wards %v", seen)
	}
}

func TestCityWithoutTrapsHasNone(t *testing.T) {
	people := map[string]bool{}
	for _, h := range all(t, Options{Households: 2000, Seed: 5, Rates: Rates{Typing: 1}}) {
		if len(h.Bad) > 0 {
			t.Errorf("household %s is bad", h.ID)
		}
		for _, m := range h.Members {
			if len(m.Bad) > 0 || m.Why != "" || people[m.Person] {
				t.Errorf("person %s: bad %v, why %q, seen %v", m.Person, m.Bad, m.Why, people[m.Person])
			}
			people[m.Person] = true
		}
	}
}

func TestCorpusIsWrittenInItsScripts(t *testing.T) {
	p, err := readPeople()
	if err != nil {
		t.Fatal(err)
	}
	words := 0
	check := func(pools ...*pool) {
		for _, pool := range pools {
			if pool == nil {
				continue
			}
			for _, w := range pool.words {
				words++
				for _, l := range w.latin {
					for _, r := range l {
						if !(r <= unicode.MaxASCII && unicode.IsLetter(r)) && !strings.ContainsRune(" .'-", r) {
							t.Errorf("%q has %q", l, r)
						}
					}
				}
				for _, h := range w.hindi {
					for _, r := range h {
						if !unicode.Is(unicode.Devanagari, r) && r != ' ' && r != '.' {
							t.Errorf("%q has %q", h, r)
						}
					}
					if strings.ContainsAny(h[:3], "ािीुूेैोौंः्") {
						t.Errorf("%q starts with a sign", h)
					}
				}
			}
		}
	}
	for _, n := range p.of {
		for sex := range 2 {
			check(n.given[sex][:]...)
			check(n.surname[sex], n.second[sex], n.compound[sex], n.honorific[sex])
		}
		check(n.prefix)
	}
	if words < 3000 {
		t.Errorf("only %d words", words)
	}
}

func TestDaysOfTheCalendar(t *testing.T) {
	for _, d := range []survey.Date{{Year: 1900, Month: 2, Day: 28}, {Year: 2000, Month: 2, Day: 29}, {Year: 2026, Month: 1, Day: 5}, {Year: 1999, Month: 12, Day: 31}, {Year: 2024, Month: 3, Day: 1}} {
		if got := fromDays(toDays(d)); got != d {
			t.Errorf("%v came back as %v", d, got)
		}
	}
	if got := plusDays(survey.Date{Year: 2023, Month: 12, Day: 31}, 60); got != (survey.Date{Year: 2024, Month: 2, Day: 29}) {
		t.Errorf("60 days after New Year's Eve is %v", got)
	}
	for n := toDays(survey.Date{Year: 1899, Month: 12, Day: 30}); n < toDays(survey.Date{Year: 2101, Month: 1, Day: 1}); n++ {
		if d := fromDays(n); !d.Valid() || !d.Full() || toDays(d) != n {
			t.Fatalf("day %d is %v", n, d)
		}
	}
	if toDays(survey.Date{Year: 2026, Month: 1, Day: 4})%7 != sunday {
		t.Error("4 January 2026 is a Sunday")
	}
}

func TestRelationToTheHead(t *testing.T) {
	none := person{father: -1, mother: -1, spouse: -1}
	make_ := func(female bool, father, mother, spouse int) person {
		p := none
		p.female, p.father, p.mother, p.spouse = female, father, mother, spouse
		return p
	}
	// 0 grandfather, 1 grandmother, 2 their son, 3 his wife, 4 their daughter, 5 2's sister, 6 2's brother, 7 his wife, 8 their son
	f := &family{people: []person{
		make_(false, -1, -1, 1), make_(true, -1, -1, 0), make_(false, 0, 1, 3), make_(true, -1, -1, 2), make_(true, 2, 3, -1),
		make_(true, 0, 1, -1), make_(false, 0, 1, 7), make_(true, -1, -1, 6), make_(false, 6, 7, -1),
	}}
	for _, c := range []struct {
		head, who int
		want      string
	}{
		{0, 0, "head"},
		{0, 1, "spouse"},
		{0, 2, "son"},
		{0, 3, "daughter_in_law"},
		{0, 4, "granddaughter"},
		{0, 8, "grandson"},
		{2, 0, "father"},
		{2, 1, "mother"},
		{2, 5, "sister"},
		{2, 6, "brother"},
		{2, 7, "sister_in_law"},
		{2, 8, "nephew"},
		{3, 0, "father_in_law"},
		{3, 1, "mother_in_law"},
		{3, 6, "brother_in_law"},
		{3, 5, "sister_in_law"},
		{3, 8, "nephew"},
		{4, 0, "grandfather"},
		{4, 1, "grandmother"},
		{4, 6, "other_relative"},
		{1, 7, "daughter_in_law"},
		{4, 2, "father"},
	} {
		if got := f.relation(c.head, c.who); got != c.want {
			t.Errorf("%d to head %d is %s, want %s", c.who, c.head, got, c.want)
		}
	}
}

func TestHeardAndSlippedWordsStayWords(t *testing.T) {
	s := newStream(1, 1)
	for _, word := range []string{"Aarav", "Iqbal", "Rajesh", "Shweta", "Mohammad", "Om", "Jaya", "Xavier"} {
		changed := 0
		for range 200 {
			h, l := heard(s, word), slip(s, word)
			if h != word {
				changed++
			}
			if h[0] != word[0] || l[0] != word[0] || strings.Contains(strings.ToLower(h), "aaa") || len(h) > len(word)+3 {
				t.Errorf("%s became %s and %s", word, h, l)
			}
		}
		if changed == 0 && len(word) > 3 && word != "Xavier" {
			t.Errorf("%s is never misheard", word)
		}
	}
}
