package linkage

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// A register is what a store keeps of linkage between two runs.
type register struct {
	saved   bytes.Buffer
	records map[string]Record
	persons map[string]string
	pairs   map[[2]string]Pair
}

// begin links the first records under a frozen model.
func begin(t *testing.T, m *Model, records []Record) *register {
	t.Helper()
	g := &register{records: map[string]Record{}, persons: map[string]string{}, pairs: map[[2]string]Pair{}}
	r, err := Link(context.Background(), labelled{records: records}.seq(), Options{Model: m, Keep: true})
	if err != nil {
		t.Fatal(err)
	}
	g.take(t, r, records)
	return g
}

// extend replaces listings and checks that the run told of all that changed.
func (g *register) extend(t *testing.T, households []string, records []Record) *Result {
	t.Helper()
	s, err := Restore(bytes.NewReader(g.saved.Bytes()), int64(g.saved.Len()))
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Extend(context.Background(), households, labelled{records: records}.seq(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range r.Gone() {
		delete(g.persons, id)
		delete(g.records, id)
	}
	g.take(t, r, records)
	whole := map[string]string{}
	for i := range uint32(r.l.t.rows.n) {
		if r.l.t.row(i).flags&rowGone == 0 {
			whole[r.ID(i)] = r.Person(i)
		}
	}
	if len(whole) != len(g.persons) || r.Records != len(whole) {
		t.Fatalf("%d records told of, %d stand, Records is %d", len(g.persons), len(whole), r.Records)
	}
	for id, p := range whole {
		if g.persons[id] != p {
			t.Fatalf("record %s is of person %s, and the run told %q", id, p, g.persons[id])
		}
	}
	g.remembered(t)
	return r
}

// remembered holds what was saved to what was told.
func (g *register) remembered(t *testing.T) {
	t.Helper()
	s, err := Restore(bytes.NewReader(g.saved.Bytes()), int64(g.saved.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range s.t.person {
		id := s.t.ids.at(uint32(i))
		if s.t.row(uint32(i)).flags&rowGone == 0 && (s.t.row(p).flags&rowGone != 0 || s.t.ids.at(p) != g.persons[id]) {
			t.Fatalf("record %s is of person %s, and %s was saved", id, g.persons[id], s.t.ids.at(p))
		}
	}
}

func (g *register) take(t *testing.T, r *Result, records []Record) {
	t.Helper()
	for _, rec := range records {
		g.records[rec.ID] = rec
	}
	touched := map[string]bool{}
	for id, p := range r.Memberships() {
		g.persons[id] = p
		touched[id] = true
	}
	for key := range g.pairs {
		if touched[key[0]] || touched[key[1]] || g.records[key[0]].ID == "" || g.records[key[1]].ID == "" {
			delete(g.pairs, key)
		}
	}
	for _, p := range r.Pairs {
		key := [2]string{r.ID(p.Left), r.ID(p.Right)}
		if _, twice := g.pairs[key]; twice {
			t.Fatalf("pair %v is told twice", key)
		}
		g.pairs[key] = p
	}
	if err := r.Save(&g.saved); err != nil {
		t.Fatal(err)
	}
}

// groups writes a partition down without its names.
func groups(persons map[string]string) []string {
	members := map[string][]string{}
	for id, p := range persons {
		members[p] = append(members[p], id)
	}
	var out []string
	for _, m := range members {
		slices.Sort(m)
		out = append(out, fmt.Sprint(m))
	}
	slices.Sort(out)
	return out
}

// byHousehold groups records by listing, in the order of the listings.
func byHousehold(records []Record) (households []string, of map[string][]Record) {
	of = map[string][]Record{}
	for _, r := range records {
		if len(of[r.Household]) == 0 {
			households = append(households, r.Household)
		}
		of[r.Household] = append(of[r.Household], r)
	}
	return households, of
}

func TestUnderAFrozenModelTheOrderOfBatchesDoesNotMatter(t *testing.T) {
	s := newTown(t, 1500, 21, 1.5).build()
	frozen := run(t, s.records, Options{}).Model
	want := begin(t, frozen, s.records)
	households, of := byHousehold(s.records)
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("order ", seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 3))
			order := slices.Clone(households)
			r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
			first := order[:len(order)/3]
			var records []Record
			for _, h := range first {
				records = append(records, of[h]...)
			}
			g := begin(t, frozen, records)
			for rest := order[len(first):]; len(rest) > 0; {
				batch := rest[:min(len(rest), 1+r.IntN(400))]
				rest = rest[len(batch):]
				var records []Record
				for _, h := range batch {
					records = append(records, of[h]...)
				}
				replaced := slices.Clone(batch)
				if n := r.IntN(40); n > 0 { // listings come again, as after a correction
					for _, h := range order[:n] {
						if !slices.Contains(batch, h) {
							replaced = append(replaced, h)
							records = append(records, of[h]...)
						}
					}
				}
				g.extend(t, replaced, records)
			}
			if !slices.Equal(groups(g.persons), groups(want.persons)) {
				a, b := groups(g.persons), groups(want.persons)
				n := 0
				for _, x := range a {
					if _, found := slices.BinarySearch(b, x); !found && n < 5 {
						n++
						t.Errorf("in batches: %s", x)
					}
				}
				t.Errorf("%d persons in batches, %d at once", len(a), len(b))
			}
			for key, p := range want.pairs {
				got, ok := g.pairs[key]
				if p.Decision == Match && (!ok || got.Weight != p.Weight || got.Decision != p.Decision) {
					t.Errorf("pair %v: %+v in batches, %+v at once", key, got, p)
				}
			}
		})
	}
}

func TestAListingThatComesAgainChangesNobody(t *testing.T) {
	s := newTown(t, 300, 8, 1.5).build()
	// Names that are not the smallest of their clusters: what a run did not save it would name otherwise.
	first := run(t, s.records, Options{})
	largest := map[string]string{}
	for i, r := range s.records {
		p := first.Person(uint32(i))
		largest[p] = max(largest[p], r.ID)
	}
	for i := range s.records {
		s.records[i].Person = largest[first.Person(uint32(i))]
	}
	g := begin(t, first.Model, s.records)
	want := maps.Clone(g.persons)
	for i := range s.records {
		if s.records[i].Person != want[s.records[i].ID] {
			t.Fatalf("record %s was of person %s and is of %s", s.records[i].ID, s.records[i].Person, want[s.records[i].ID])
		}
		s.records[i].Person = ""
	}
	households, of := byHousehold(s.records)
	r := rand.New(rand.NewPCG(1, 3))
	for range 12 {
		var again []string
		var records []Record
		for range 60 {
			if h := households[r.IntN(len(households))]; !slices.Contains(again, h) {
				again = append(again, h)
				records = append(records, of[h]...)
			}
		}
		g.extend(t, again, records)
		if !maps.Equal(g.persons, want) {
			for id, p := range g.persons {
				if p != want[id] {
					t.Errorf("record %s: person %s became %s", id, want[id], p)
				}
			}
			return
		}
	}
}
