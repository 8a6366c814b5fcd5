package store_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"sehat/records"
	"sehat/records/store"
	"sehat/records/store/storetest"
)

// inReview makes two residents a pair in doubt and returns them.
func inReview(t *testing.T, s *store.Store) (left, right string) {
	t.Helper()
	ids := people(t, s, 2)
	pair := records.Match{Left: ids[0], Right: ids[1], Status: records.MatchReview, Weight: 3, Steps: []byte("[]")}
	if err := s.SaveLinkage(t.Context(), records.Linked{Matches: these(pair), Persons: slices.Values(alone(ids))}); err != nil {
		t.Fatal(err)
	}
	return ids[0], ids[1]
}

// decide records what somebody decided at a time, whatever was decided before.
func decide(t *testing.T, s *store.Store, left, right, decision, by string, at time.Time) error {
	t.Helper()
	d := records.Decision{Left: left, Right: right, Decision: decision, By: by, At: records.Stamp(at)}
	_, err := records.Decide(t.Context(), s, d, records.AnySeen)
	return err
}

func TestOppositeDecisionsHoldBothCards(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleCentre)
		left, right := inReview(t, s)
		is := issuer(t, s, true, 10)
		opposite := func(records.Neighbourhood) (records.Verdict, error) {
			d := records.Decision{ID: "d1", Left: left, Right: right, Decision: records.DecidedSame, By: "a", At: records.Stamp(noon)}
			e := d
			e.ID, e.Decision = "d2", records.DecidedDifferent
			return records.Verdict{Events: []records.Decision{d, e}}, nil
		}
		if err := s.DecideOn(t.Context(), left, right, opposite); err != nil {
			t.Fatal(err)
		}
		if r := mustIssue(t, is); r.Issued != 0 || r.Held != 2 {
			t.Errorf("%+v", r)
		}
		if err := decide(t, s, left, right, records.DecidedSame, "c", noon); !errors.Is(err, records.ErrConflict) {
			t.Errorf("a third opinion does not settle it: %v", err)
		}
	})
}

func TestManyDecideAtOnceAndOneStands(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleCentre)
		left, right := inReview(t, s)
		var wg sync.WaitGroup
		for i := range 12 {
			verdict := []string{records.DecidedSame, records.DecidedDifferent}[i%2]
			wg.Go(func() {
				if err := decide(t, s, left, right, verdict, "tester", noon.Add(time.Duration(i)*time.Second)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		standing, err := s.Decisions(t.Context())
		if err != nil || len(standing) != 1 {
			t.Fatalf("%d decisions stand, %v", len(standing), err)
		}
		var persons []string
		for p, err := range s.Persons(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			persons = append(persons, p.PersonID)
		}
		if same := len(slices.Compact(persons)) == 1; same != (standing[0].Decision == records.DecidedSame) {
			t.Errorf("decided %s, persons %v", standing[0].Decision, persons)
		}
	})
}

func TestLinkageDoesNotOverwriteADecisionMadeMeanwhile(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleCentre)
		left, right := inReview(t, s)
		state, err := s.LinkState(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := decide(t, s, left, right, records.DecidedSame, "tester", noon); err != nil {
			t.Fatal(err)
		}
		if err := s.SaveLinkage(t.Context(), records.Linked{State: state, Persons: slices.Values(alone([]string{left, right}))}); !errors.Is(err, records.ErrConflict) {
			t.Errorf("got %v", err)
		}
	})
}

func TestADecisionGivesNobodyAPersonWhomDedupeHasNotSeen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleCentre)
		ids := people(t, s, 2)
		if err := decide(t, s, ids[0], ids[1], records.DecidedDifferent, "tester", noon); err != nil {
			t.Fatal(err)
		}
		if r := mustIssue(t, issuer(t, s, true, 10)); r.HeldWhy[records.HeldNotLinked] != 2 {
			t.Errorf("%+v", r)
		}
	})
}

func TestPrintingDoesNotReleaseAHeldNumber(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleCentre)
		ids := people(t, s, 2)
		if err := s.SaveLinkage(t.Context(), records.Linked{Persons: slices.Values(alone(ids))}); err != nil {
			t.Fatal(err)
		}
		mustIssue(t, issuer(t, s, true, 10))
		var number string
		for h, err := range s.Holders(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			number = h.Card.Number
		}
		for i, event := range []string{records.CardHeld, records.CardPrinted} {
			e := records.CardEvent{ID: records.NewID(), Number: number, Version: 1, Event: event, By: "tester", At: records.Stamp(noon.Add(time.Duration(i)))}
			if err := s.AddCardEvents(t.Context(), []records.CardEvent{e}); err != nil {
				t.Fatal(err)
			}
		}
		if versions, err := s.Cards(t.Context(), number); err != nil || versions[0].State != records.CardHeld {
			t.Errorf("%v, %v", versions[0].State, err)
		}
	})
}
