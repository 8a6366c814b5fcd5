package sync_test

import (
	"io"
	"slices"
	"testing"

	"sehat/records"
	"sehat/records/store"
	"sehat/records/store/storetest"
)

// change is content on its way to the centre.
func change(t *testing.T, noun records.Noun, key string, content any) records.Change {
	t.Helper()
	row, err := records.Canonical(content)
	if err != nil {
		t.Fatal(err)
	}
	return records.Change{Noun: noun, Key: key, Hash: records.Hash(row), Row: row}
}

// decision is somebody's word on the pair of the first two people.
func decision(t *testing.T, id, word, supersedes string) records.Change {
	t.Helper()
	return change(t, records.NounDecision, id, records.Decision{
		ID: id, Left: "r000000", Right: "r000001", Decision: word, Supersedes: supersedes, By: "tester", At: records.Stamp(noon),
	})
}

// decide records what somebody decided in a store.
func decide(t *testing.T, s *store.Store, left, right, decision, by string) error {
	t.Helper()
	d := records.Decision{Left: left, Right: right, Decision: decision, By: by, At: records.Stamp(noon)}
	_, err := records.Decide(t.Context(), s, d, records.AnySeen)
	return err
}

// linked is what dedupe found at a centre: the first two people wait for a review, the third is the first once more.
func linked(t *testing.T, c *centre) {
	t.Helper()
	matches := []records.Match{
		{Left: "r000000", Right: "r000001", Status: records.MatchReview, Weight: 3, Steps: []byte("[]")},
		{Left: "r000000", Right: "r000002", Status: records.MatchMatch, Weight: 20, Steps: []byte("[]")},
	}
	state, err := c.store.LinkState(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = c.store.SaveLinkage(t.Context(), records.Linked{State: state, Matches: func(yield func(records.Match, error) bool) {
		_ = yield(matches[0], nil) && yield(matches[1], nil)
	}, Persons: slices.Values([]records.PersonOf{
		{ResidentID: "r000000", PersonID: "r000000"},
		{ResidentID: "r000001", PersonID: "r000001"},
		{ResidentID: "r000002", PersonID: "r000000"},
		{ResidentID: "r000003", PersonID: "r000003"},
	}), Standing: func(w io.Writer) error {
		_, err := io.WriteString(w, "what stands")
		return err
	}})
	if err != nil {
		t.Fatal(err)
	}
}

// stillLinked fails unless only the person whom nothing was decided about is left, and the others are noted to be linked anew.
func stillLinked(t *testing.T, c *centre, when string) {
	t.Helper()
	var left []string
	for p, err := range c.store.Persons(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		left = append(left, p.ResidentID)
	}
	if len(left) != 1 || left[0] != "r000003" {
		t.Errorf("%s: linked are %v", when, left)
	}
	state, err := c.store.LinkState(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"r000000", "r000001", "r000002"} {
		if r, err := c.store.Resident(t.Context(), id); err != nil || !slices.Contains(state.Households, r.HouseholdID) {
			t.Errorf("%s: %s is not noted: %v, %v", when, id, state.Households, err)
		}
	}
}

// A decision from a laptop lifts the hold of a review; both persons must be linked anew before anybody gets a card.
func TestADecisionThatArrivesUnlinksThePersons(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		l := newLaptop(t, c, "one")
		save(t, l.store, people(4)...)
		l.push(t, c)
		c.apply(t)
		linked(t, c)
		deliver(t, c, l, 2, lastHash(t, c, l), []records.Change{decision(t, "d1", records.DecidedSame, "")})
		if r := c.apply(t); r.Stored != 1 {
			t.Fatalf("applied %+v", r)
		}
		stillLinked(t, c, "after it arrived")
		names := map[string]string{}
		for r, err := range c.store.LinkRecords(t.Context(), nil) {
			if err != nil {
				t.Fatal(err)
			}
			names[r.ID] = r.Person
		}
		if len(names) != 4 || names["r000002"] != "r000000" {
			t.Errorf("persons that wait to be linked anew have lost their names: %v", names)
		}
		deliver(t, c, l, 3, lastHash(t, c, l), []records.Change{decision(t, "d2", records.DecidedDifferent, "")})
		if r := c.apply(t); r.Conflicts != 1 {
			t.Fatalf("applied %+v", r)
		}
		linked(t, c)
		open, err := c.store.Conflicts(t.Context())
		if err != nil || len(open) != 1 {
			t.Fatalf("open %+v, %v", open, err)
		}
		if err := c.store.Resolve(t.Context(), open[0].ID, true, "admin", records.Stamp(noon)); err != nil {
			t.Fatal(err)
		}
		stillLinked(t, c, "after the conflict was decided")
		linked(t, c)
		persons := 0
		for _, err := range c.store.Persons(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			persons++
		}
		if persons != 4 {
			t.Errorf("%d names of 4 residents stand after they were linked anew", persons)
		}
	})
}

// Who changes their mind is in conflict with nobody, in whatever order the decisions come.
func TestAChangedMindIsNoConflict(t *testing.T) {
	earlier := func(t *testing.T) records.Change { return decision(t, "d8", records.DecidedSame, "") }
	later := func(t *testing.T) records.Change { return decision(t, "d3", records.DecidedDifferent, "d8") }
	for name, batches := range map[string][][]func(*testing.T) records.Change{
		"the later first, in one batch": {{later, earlier}},
		"the later first, in two":       {{later}, {earlier}},
		"the earlier first":             {{earlier, later}},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, url string) {
				c := newCentre(t, url)
				l := newLaptop(t, c, "one")
				save(t, l.store, people(2)...)
				l.push(t, c)
				c.apply(t)
				for i, batch := range batches {
					var changes []records.Change
					for _, made := range batch {
						changes = append(changes, made(t))
					}
					deliver(t, c, l, int64(2+i), lastHash(t, c, l), changes)
					if r := c.apply(t); r.Conflicts != 0 || r.Stored != len(batch) {
						t.Errorf("batch %d: applied %+v", 2+i, r)
					}
				}
				stand, err := c.store.Decisions(t.Context())
				if err != nil || len(stand) != 1 || stand[0].ID != "d3" {
					t.Errorf("these stand: %+v, %v", stand, err)
				}
				// Somebody else's opposite word is still one, against what stands.
				deliver(t, c, l, int64(2+len(batches)), lastHash(t, c, l), []records.Change{decision(t, "d9", records.DecidedSame, "")})
				if r := c.apply(t); r.Conflicts != 1 {
					t.Errorf("applied %+v", r)
				}
			})
		})
	}
}

// A laptop does not know the centre's cards. One person's "same" there does not retire a card here; a second one's does.
func TestASameFromALaptopThatWouldRetireACardWaitsForASecondPerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		l := newLaptop(t, c, "one")
		save(t, l.store, people(2)...)
		l.push(t, c)
		c.apply(t)
		alone := []records.PersonOf{{ResidentID: "r000000", PersonID: "r000000"}, {ResidentID: "r000001", PersonID: "r000001"}}
		pair := records.Match{Left: "r000000", Right: "r000001", Status: records.MatchReview, Weight: 3, Steps: []byte("[]")}
		link := func() {
			t.Helper()
			state, err := c.store.LinkState(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			one := func(yield func(records.Match, error) bool) { yield(pair, nil) }
			if err := c.store.SaveLinkage(t.Context(), records.Linked{State: state, Matches: one, Persons: slices.Values(alone)}); err != nil {
				t.Fatal(err)
			}
		}
		link()
		for i, p := range alone {
			card := records.Card{Number: string(rune('2'+i)) + "00000000000000", Version: 1, ResidentID: p.ResidentID, Kind: records.CardPermanent, State: records.CardIssued, Face: []byte("{}")}
			if err := c.store.SaveCards(t.Context(), []records.Card{card}, nil); err != nil {
				t.Fatal(err)
			}
		}
		stands := func(decisions, proposals int) {
			t.Helper()
			stand, err := c.store.Decisions(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			open, err := c.store.Proposals(t.Context())
			if err != nil || len(stand) != decisions || len(open) != proposals {
				t.Fatalf("%d decisions stand and %d proposals wait, want %d and %d, %v", len(stand), len(open), decisions, proposals, err)
			}
		}
		deliver(t, c, l, 2, lastHash(t, c, l), []records.Change{decision(t, "d1", records.DecidedSame, "")})
		if r := c.apply(t); r.Stored != 1 || r.Conflicts != 0 {
			t.Fatalf("applied %+v", r)
		}
		stands(0, 1)
		link()
		if err := decide(t, c.store, "r000000", "r000001", records.DecidedSame, "tester"); err == nil {
			t.Error("the same name confirms what it decided on the laptop")
		}
		deliver(t, c, l, 3, lastHash(t, c, l), []records.Change{change(t, records.NounDecision, "d2", records.Decision{
			ID: "d2", Left: "r000000", Right: "r000001", Decision: records.DecidedSame, By: "somebody else", At: records.Stamp(noon),
		})})
		if r := c.apply(t); r.Stored != 1 || r.Conflicts != 0 {
			t.Fatalf("applied %+v", r)
		}
		stands(1, 0)
	})
}

// A decision that arrived took a person apart. Its cards still count, on whichever of its records they are.
func TestTheCardsOfAPersonThatWaitsToBeLinkedAnewCount(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		l := newLaptop(t, c, "one")
		save(t, l.store, people(4)...)
		l.push(t, c)
		c.apply(t)
		linked(t, c) // the third is the first once more
		for i, id := range []string{"r000001", "r000002"} {
			card := records.Card{Number: string(rune('2'+i)) + "00000000000000", Version: 1, ResidentID: id, Kind: records.CardPermanent, State: records.CardIssued, Face: []byte("{}")}
			if err := c.store.SaveCards(t.Context(), []records.Card{card}, nil); err != nil {
				t.Fatal(err)
			}
		}
		deliver(t, c, l, 2, lastHash(t, c, l), []records.Change{decision(t, "d1", records.DecidedDifferent, "")})
		c.apply(t)
		stillLinked(t, c, "after it arrived")
		if err := decide(t, c.store, "r000000", "r000001", records.DecidedSame, "somebody else"); err != nil {
			t.Fatal(err)
		}
		if open, err := c.store.Proposals(t.Context()); err != nil || len(open) != 1 {
			t.Errorf("%+v, %v", open, err)
		}
		stillLinked(t, c, "after a decision at the centre")
	})
}

// A proposal travels like any decision and takes nobody's person away.
func TestAProposalTravels(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		l := newLaptop(t, c, "one")
		save(t, l.store, people(4)...)
		l.push(t, c)
		c.apply(t)
		linked(t, c)
		deliver(t, c, l, 2, lastHash(t, c, l), []records.Change{decision(t, "d1", records.DecidedProposed, "")})
		if r := c.apply(t); r.Stored != 1 || r.Conflicts != 0 {
			t.Fatalf("applied %+v", r)
		}
		persons := 0
		for _, err := range c.store.Persons(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			persons++
		}
		if persons != 4 {
			t.Errorf("%d of 4 are linked after a proposal came", persons)
		}
		deliver(t, c, l, 3, lastHash(t, c, l), []records.Change{decision(t, "d2", records.DecidedDifferent, "")})
		if r := c.apply(t); r.Stored != 1 || r.Conflicts != 0 {
			t.Fatalf("applied %+v", r)
		}
		open, err := c.store.Proposals(t.Context())
		if err != nil || len(open) != 1 || open[0].ID != "d1" {
			t.Errorf("%+v, %v", open, err)
		}
		stillLinked(t, c, "after different came beside it")
	})
}
