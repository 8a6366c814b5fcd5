package linkage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

func run(t testing.TB, records []Record, opts Options) *Result {
	t.Helper()
	r, err := Link(context.Background(), labelled{records: records}.seq(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// partition maps each record id to its person.
func partition(records []Record, r *Result) map[string]string {
	m := map[string]string{}
	for i, rec := range records {
		m[rec.ID] = r.Person(uint32(i))
	}
	return m
}

func TestTheOrderOfTheInputDoesNotMatter(t *testing.T) {
	s := newTown(t, 600, 3, 1).build()
	want := partition(s.records, run(t, s.records, Options{}))
	for seed := range uint64(3) {
		other := slices.Clone(s.records)
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(other), func(i, j int) { other[i], other[j] = other[j], other[i] })
		got := partition(other, run(t, other, Options{}))
		for id, p := range want {
			if got[id] != p {
				t.Fatalf("shuffle %d: record %s went to person %s, before to %s", seed, id, got[id], p)
			}
		}
	}
}

func TestAPersonIsNamedByTheSmallestRecordIDOfTheCluster(t *testing.T) {
	s := newTown(t, 300, 4, 1).build()
	r := run(t, s.records, Options{})
	least := map[string]string{}
	for i, rec := range s.records {
		p := r.Person(uint32(i))
		if least[p] == "" || rec.ID < least[p] {
			least[p] = rec.ID
		}
	}
	for p, id := range least {
		if p != id {
			t.Fatalf("person %s holds record %s", p, id)
		}
	}
	if r.Persons != len(least) {
		t.Errorf("Persons is %d, %d seen", r.Persons, len(least))
	}
}

func TestTheNeverMatchRulesHold(t *testing.T) {
	s := newTown(t, 1500, 5, 1).build()
	first := run(t, s.records, Options{})
	var no []Decided
	for _, p := range first.Pairs {
		if p.Decision == Match && len(no) < 50 {
			no = append(no, Decided{Left: first.ID(p.Left), Right: first.ID(p.Right)})
		}
	}
	r := run(t, s.records, Options{Decided: no})
	person := partition(s.records, r)
	for _, d := range no {
		if person[d.Left] == person[d.Right] {
			t.Errorf("%s and %s were kept apart by a person and are together", d.Left, d.Right)
		}
	}
	listed := map[string]string{}
	for _, rec := range s.records {
		key := person[rec.ID] + " in " + rec.Household
		if other := listed[key]; other != "" {
			t.Errorf("%s and %s are two lines of one listing and one person", other, rec.ID)
		}
		listed[key] = rec.ID
	}
	for i, rec := range s.records {
		if strings.HasPrefix(s.truth[i], "junk") {
			for j := range s.records {
				if i != j && r.Person(uint32(i)) == r.Person(uint32(j)) {
					t.Errorf("the junk row %s is in a cluster", rec.ID)
				}
			}
		}
	}
}

func TestAReviewedYesJoinsWhatTheWeightsDoNot(t *testing.T) {
	s := newTown(t, 200, 6, 1).build()
	a, b := -1, -1
	for i := range s.records {
		if s.truth[i] != s.truth[0] && s.records[i].Household != s.records[0].Household {
			a, b = 0, i
			break
		}
	}
	yes := Decided{Left: s.records[a].ID, Right: s.records[b].ID, Same: true}
	r := run(t, s.records, Options{Decided: []Decided{yes}})
	if r.Person(uint32(a)) != r.Person(uint32(b)) {
		t.Error("a reviewed yes did not join two records")
	}
	r = run(t, s.records, Options{Decided: []Decided{yes, {Left: yes.Right, Right: yes.Left}}})
	if r.Person(uint32(a)) == r.Person(uint32(b)) {
		t.Error("opposite decisions did not keep two records apart")
	}
}

func TestTwinsStayApartWhenTheirHouseholdIsListedTwice(t *testing.T) {
	s := newTown(t, 800, 8, 1).build()
	add := func(hh, suffix string, names ...string) {
		for i, n := range names {
			s.records = append(s.records, Record{
				ID: hh + fmt.Sprint(i), Household: hh, Line: fmt.Sprint(i), FullName: n + suffix, FatherOrHusband: "Ramesh" + suffix,
				Sex: "F", BirthYear: 2010, BirthMonth: 6, BirthDay: 9, HouseNo: "77", Address: "Gali No 3", Locality: "Ram Nagar", PIN: "110007", Mobile: "9812345670",
			})
			s.truth = append(s.truth, "twin"+n)
		}
	}
	add("TW1", " Sharma", "Aarti", "Bharti")
	add("TW2", " Sharma", "Bharti", "Aarti")
	p := partition(s.records, run(t, s.records, Options{}))
	if p["TW10"] == p["TW11"] || p["TW20"] == p["TW21"] || p["TW10"] == p["TW20"] || p["TW11"] == p["TW21"] {
		t.Errorf("twins were taken for one: %s %s %s %s", p["TW10"], p["TW11"], p["TW20"], p["TW21"])
	}
	if p["TW10"] != p["TW21"] || p["TW11"] != p["TW20"] {
		t.Errorf("a twin was not found again: %s %s %s %s", p["TW10"], p["TW11"], p["TW20"], p["TW21"])
	}
}

func TestWhatCannotBeLearnedFromIsRefusedOrLeftAlone(t *testing.T) {
	person := func(i int) Record {
		return Record{ID: fmt.Sprint(i), GivenName: fmt.Sprintf("name%c%c", 'a'+i%26, 'a'+i/26%26), FamilyName: fmt.Sprintf("kin%c", 'a'+i%23), BirthYear: 1900 + i%97, BirthMonth: 1 + i%12, BirthDay: 1 + i%28}
	}
	many := func(n int, f func(int) Record) (rs []Record) {
		for i := range n {
			rs = append(rs, f(i))
		}
		return rs
	}
	for _, c := range []struct {
		name    string
		records []Record
		refused bool
	}{
		{"no records at all", nil, true},
		{"one record", many(1, person), true},
		{"ten rows", many(10, person), false},
		{"a file with no duplicates at all", many(2000, person), false},
		{"one constant column", many(500, func(i int) Record { return Record{ID: fmt.Sprint(i), Locality: "Delhi"} }), true},
		{"all rows equal", many(500, func(i int) Record { r := person(7); r.ID = fmt.Sprint(i); return r }), true},
		{"nothing but ids", many(50, func(i int) Record { return Record{ID: fmt.Sprint(i)} }), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := run(t, c.records, Options{})
			if (r.Refused != nil) != c.refused {
				t.Errorf("refused: %v", r.Refused)
			}
			if r.Persons != len(c.records) {
				t.Errorf("%d persons among %d records, none of them alike", r.Persons, len(c.records))
			}
		})
	}
}

func TestAnIDThatIsMissingOrComesTwiceIsAnError(t *testing.T) {
	for _, rs := range [][]Record{{{ID: "a"}, {}}, {{ID: "a"}, {ID: "b"}, {ID: "a"}}} {
		if _, err := Link(context.Background(), labelled{records: rs}.seq(), Options{}); !errors.Is(err, ErrRecord) {
			t.Errorf("got %v", err)
		}
	}
	broken := errors.New("disk on fire")
	bad := iter.Seq2[Record, error](func(yield func(Record, error) bool) { yield(Record{}, broken) })
	if _, err := Link(context.Background(), bad, Options{}); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestAFrozenModelSurvivesJSONAndGivesTheSameWeights(t *testing.T) {
	s := newTown(t, 400, 9, 1).build()
	first := run(t, s.records, Options{})
	text, err := json.Marshal(first.Model)
	if err != nil {
		t.Fatal(err)
	}
	var m Model
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	again := run(t, s.records, Options{Model: &m})
	if len(again.Pairs) != len(first.Pairs) {
		t.Fatalf("%d pairs, before %d", len(again.Pairs), len(first.Pairs))
	}
	for i := range first.Pairs {
		if first.Pairs[i] != again.Pairs[i] {
			t.Fatalf("pair %d differs", i)
		}
	}
}

func TestUnderAFrozenModelAPairWeighsTheSameInAnyBatch(t *testing.T) {
	s := newTown(t, 1200, 13, 1).build()
	all := run(t, s.records, Options{})
	weight := map[[2]string]float32{}
	for _, p := range all.Pairs {
		weight[[2]string{all.ID(p.Left), all.ID(p.Right)}] = p.Weight - p.Household
	}
	half := run(t, s.records[:len(s.records)/2], Options{Model: all.Model})
	seen := 0
	for _, p := range half.Pairs {
		w, ok := weight[[2]string{half.ID(p.Left), half.ID(p.Right)}]
		if !ok {
			continue
		}
		seen++
		if d := p.Weight - p.Household - w; d > 0.01 || d < -0.01 {
			t.Errorf("%s and %s weigh %.2f in a batch and %.2f among all", half.ID(p.Left), half.ID(p.Right), p.Weight-p.Household, w)
		}
	}
	if seen == 0 {
		t.Error("the batch has no pair in common with the whole")
	}
}

func TestTheWaterfallAddsUp(t *testing.T) {
	s := newTown(t, 800, 10, 1).build()
	r := run(t, s.records, Options{})
	for _, p := range r.Pairs {
		sum := 0.0
		e := r.Explain(p)
		for _, step := range e {
			sum += step.Weight
		}
		if d := sum - float64(p.Weight); d > 0.02 || d < -0.02 {
			t.Fatalf("steps add up to %.3f, the pair's weight is %.3f: %s", sum, p.Weight, e)
		}
	}
}

func TestHostileStringsAreOnlyStrings(t *testing.T) {
	text, err := os.ReadFile(sharedData(t, "import/naughty-strings/blns.json"))
	if err != nil {
		t.Fatal(err)
	}
	var naughty []string
	if err := json.Unmarshal(text, &naughty); err != nil {
		t.Fatal(err)
	}
	var rs []Record
	for i, n := range naughty {
		o := naughty[(i+7)%len(naughty)]
		rs = append(rs, Record{
			ID: fmt.Sprint(i), Household: o, FullName: n, FullNameAlt: o, FatherOrHusband: n, Relation: n, Sex: n, Line: n, Mobile: n, EPIC: o, ABHA: n,
			HouseNo: n, Address: o, Locality: n, PIN: n, Ward: o, Extra: []string{n},
		})
		ParseBirth(n)
	}
	r := run(t, rs, Options{Extra: []string{"x"}})
	for _, p := range r.Pairs {
		_ = r.Explain(p).String()
	}
}

func FuzzLink(f *testing.F) {
	f.Add("Ram Kumar", "राम कुमार", "12/A", "1971-06-24", "9812345678")
	f.Add("", "\xff", "०", "24 June 71", "+91")
	f.Fuzz(func(t *testing.T, a, b, c, d, e string) {
		var rs []Record
		for i, w := range []string{a, b, c, d, e, a, b} {
			r := Record{ID: fmt.Sprint(i), Household: d[:len(d)/2], Line: fmt.Sprint(i % 3), FullName: w, FullNameAlt: b, GivenName: e, FatherOrHusband: a, HouseNo: c, Address: w, PIN: c, Mobile: e, Sex: d}
			r.BirthYear, r.BirthMonth, r.BirthDay, _ = ParseBirth(d)
			rs = append(rs, r)
		}
		r := run(t, rs, Options{})
		for _, p := range r.Pairs {
			_ = r.Explain(p).String()
		}
	})
}

func TestTheExplanationIsAWaterfallInWords(t *testing.T) {
	same, family := startLevels()
	m := &Model{
		Records: 1000, Same: same, Family: family, PSame: 1e-6, PFamily: 1e-5, Fields: make([]bool, fieldCount), Kin: true, Counts: map[string]Counts{},
		HomePrior: -17, HomeAlone: -3, HomePresent: 0.9, HomeSizes: []float64{0.2, 0.2, 0.2},
	}
	for f := range m.Stranger[0] {
		for l := 1; l < levelCount; l++ {
			m.Stranger[0][f][l], m.Stranger[1][f][l] = 0.01, 0.02
		}
	}
	rs := []Record{
		{ID: "a", Household: "1", FullName: "Smt. Sunita Devi", FatherOrHusband: "Ramesh Kumar", Relation: "spouse", Sex: "F", Age: 41, HasAge: true, VisitYear: 2026, Mobile: "9812345670", HouseNo: "12/A", Locality: "Ram Nagar"},
		{ID: "b", Household: "2", FullNameAlt: "सुनीता देवी", FatherOrHusband: "Rameesh", Relation: "wife", Sex: "महिला", BirthYear: 1985, Mobile: "09812345670", HouseNo: "12 a", Locality: "Ramnagar"},
	}
	r := run(t, rs, Options{Model: m})
	if len(r.Pairs) != 1 {
		t.Fatalf("%d pairs", len(r.Pairs))
	}
	const want = "prior of any two records -19.9; given name the same +6.1; family name the same +5.1; father or husband a slip apart +2.0; birth ages agree +2.6; " +
		"sex the same +5.6; area locality spelt otherwise +1.6; house number the same +6.2; mobile the same +5.6; family may be a relative -6.6; household other members agree +6.6 = 14.9"
	if got := r.Explain(r.Pairs[0]).String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestWhatPeopleDecideTeachesTheModel(t *testing.T) {
	s := newTown(t, 1500, 31, 2).build()
	first := run(t, s.records, Options{})
	var yes, no []Decided
	for _, p := range first.Pairs {
		if p.Decision == Review {
			d := Decided{Left: first.ID(p.Left), Right: first.ID(p.Right)}
			no = append(no, d)
			d.Same = true
			yes = append(yes, d)
		}
	}
	if len(no) < 20 {
		t.Fatalf("only %d pairs to decide", len(no))
	}
	kind, strict := run(t, s.records, Options{Decided: yes}), run(t, s.records, Options{Decided: no})
	lighter, heavier := 0, 0
	for _, p := range first.Pairs {
		if p.Decision != Review {
			continue
		}
		before := first.l.w.odds(p.pattern, 0)
		if strict.l.w.odds(p.pattern, 0) < before {
			lighter++
		}
		if kind.l.w.odds(p.pattern, 0) > before {
			heavier++
		}
	}
	if 10*lighter < 8*len(no) || 10*heavier < 8*len(no) {
		t.Errorf("of %d pairs in doubt, no makes %d lighter, and yes makes %d heavier", len(no), lighter, heavier)
	}
}
