package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sehat/records"
	"sehat/records/store"
	"sehat/records/store/storetest"
)

// saveLinked saves what a linkage found of everybody.
func saveLinked(t *testing.T, s *store.Store, matches []records.Match, persons []records.PersonOf) {
	t.Helper()
	state, err := s.LinkState(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SaveLinkage(t.Context(), records.Linked{State: state, Matches: these(matches...), Persons: slices.Values(persons)}); err != nil {
		t.Fatal(err)
	}
}

// withCards makes two residents, each with a permanent card, a pair in doubt, and returns them and their issuer.
func withCards(t *testing.T, s *store.Store) (left, right string, is *records.Issuer) {
	t.Helper()
	ids := people(t, s, 2)
	saveLinked(t, s, nil, alone(ids))
	is = issuer(t, s, true, 10)
	if r := mustIssue(t, is); r.Issued != 2 {
		t.Fatalf("%+v", r)
	}
	pair := records.Match{Left: ids[0], Right: ids[1], Status: records.MatchReview, Weight: 3, Steps: []byte("[]")}
	saveLinked(t, s, []records.Match{pair}, alone(ids))
	return ids[0], ids[1], is
}

// waits fails unless so many pairs wait for a person, and so many proposals are open.
func waits(t *testing.T, s *store.Store, pairs, proposals int) {
	t.Helper()
	n := 0
	for _, err := range s.Reviews(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	counted, err := s.CountReviews(t.Context())
	if err != nil || counted != n {
		t.Errorf("%d pairs counted, %d listed, %v", counted, n, err)
	}
	open, err := s.Proposals(t.Context())
	if err != nil || n != pairs || len(open) != proposals {
		t.Errorf("%d pairs and %d proposals wait, want %d and %d, %v", n, len(open), pairs, proposals, err)
	}
}

func TestNoCardIsRetiredOnOnePersonsWord(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleCentre)
		left, right, is := withCards(t, s)
		if err := decide(t, s, left, right, records.DecidedSame, "Ravi", noon); err != nil {
			t.Fatal(err)
		}
		waits(t, s, 1, 1)
		if stand, err := s.Decisions(t.Context()); err != nil || len(stand) != 0 {
			t.Errorf("a proposal stands as a decision: %+v, %v", stand, err)
		}
		if r := mustIssue(t, is); r.Retired != 0 || r.HeldWhy[records.HeldReview] != 2 {
			t.Errorf("after the proposal: %+v", r)
		}
		if err := decide(t, s, left, right, records.DecidedSame, "Ravi", noon); !errors.Is(err, records.ErrSecondPerson) {
			t.Errorf("the same name confirms: %v", err)
		}
		if err := decide(t, s, left, right, records.DecidedSame, "Asha", noon.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		waits(t, s, 0, 0)
		if r := mustIssue(t, is); r.Retired != 0 || r.Already != 1 || r.Duplicates != 1 {
			t.Errorf("after it was confirmed: %+v", r)
		}
		// The undo parts the two again. The card that was retired stays so; its holder gets another number once the pair is decided.
		if err := decide(t, s, left, right, records.DecidedUndo, "Ravi", noon.Add(2*time.Minute)); err != nil {
			t.Fatal(err)
		}
		waits(t, s, 1, 0)
		lost, err := s.Retired(t.Context(), []string{left, right})
		if err != nil || len(lost) != 1 {
			t.Errorf("retired for good: %v, %v", lost, err)
		}
		if err := decide(t, s, left, right, records.DecidedDifferent, "Ravi", noon.Add(3*time.Minute)); err != nil {
			t.Fatal(err)
		}
		if r := mustIssue(t, is); r.Issued != 1 || r.Already != 1 {
			t.Errorf("two people again: %+v", r)
		}
		if lost, err := s.Retired(t.Context(), []string{left, right}); err != nil || len(lost) != 0 {
			t.Errorf("both hold a card and %v are missed, %v", lost, err)
		}
	})
}

func TestDifferentEndsAProposal(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleCentre)
		left, right, is := withCards(t, s)
		for i, word := range []string{records.DecidedSame, records.DecidedDifferent} {
			if err := decide(t, s, left, right, word, []string{"Ravi", "Asha"}[i], noon.Add(time.Duration(i)*time.Minute)); err != nil {
				t.Fatal(err)
			}
		}
		waits(t, s, 0, 0)
		if r := mustIssue(t, is); r.Already != 2 {
			t.Errorf("%+v", r)
		}
		// The first may propose it once more against the decision, which stands meanwhile; and take it back.
		for i, word := range []string{records.DecidedSame, records.DecidedUndo} {
			if err := decide(t, s, left, right, word, "Ravi", noon.Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
			waits(t, s, 1-i, 1-i)
			r, err := s.Ruling(t.Context(), right, left)
			if err != nil || r.Decided() != records.DecidedDifferent || len(r.Proposals) != 1-i || r.Events != 3+i {
				t.Errorf("%+v, %v", r, err)
			}
		}
	})
}

func TestAPairIsFoundByTheFirstDigitsOfItsKey(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleCentre)
		var matches []records.Match
		keys := map[string]int{} // by first digit
		for i := range 40 {
			m := records.Match{Left: "a", Right: fmt.Sprintf("b%d", i), Status: records.MatchReview, Steps: []byte("[]")}
			matches = append(matches, m)
			keys[records.PairKey(m.Left, m.Right)[:1]]++
		}
		saveLinked(t, s, matches, nil)
		for _, m := range matches {
			key := records.PairKey(m.Left, m.Right)
			if found, err := s.MatchByKey(t.Context(), key); err != nil || found.Right != m.Right {
				t.Errorf("%s: %+v, %v", key, found, err)
			}
			if found, err := s.MatchByKey(t.Context(), key[:8]); err != nil || found.Right != m.Right {
				t.Errorf("%s: %+v, %v", key[:8], found, err)
			}
			if _, err := s.MatchByKey(t.Context(), key[:1]); errors.Is(err, records.ErrExists) != (keys[key[:1]] > 1) {
				t.Errorf("%s, which %d share: %v", key[:1], keys[key[:1]], err)
			}
		}
		for _, key := range []string{"", "zz", strings.Repeat("0", 12), "'"} {
			if _, err := s.MatchByKey(t.Context(), key); !errors.Is(err, records.ErrNotFound) {
				t.Errorf("%q: %v", key, err)
			}
		}
	})
}

func TestAPersonKeepsItsIDAcrossDecisions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleCentre)
		ids := people(t, s, 3)
		persons := []records.PersonOf{{ResidentID: ids[0], PersonID: ids[0]}, {ResidentID: ids[1], PersonID: ids[2]}, {ResidentID: ids[2], PersonID: ids[2]}}
		matches := []records.Match{
			{Left: ids[0], Right: ids[1], Status: records.MatchReview, Weight: 3, Steps: []byte("[]")},
			{Left: ids[1], Right: ids[2], Status: records.MatchMatch, Weight: 9, Steps: []byte("[]")},
		}
		saveLinked(t, s, matches, persons)
		for _, step := range []struct{ word, want string }{
			{records.DecidedSame, "2 2 2"},      // the larger person keeps its id
			{records.DecidedUndo, "0 2 2"},      // and after the split, too
			{records.DecidedDifferent, "0 2 2"}, // a no changes nothing
		} {
			if err := decide(t, s, ids[0], ids[1], step.word, "tester", noon); err != nil {
				t.Fatal(err)
			}
			var got []string
			for p, err := range s.Persons(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, p.PersonID[len(p.PersonID)-1:])
			}
			if text := strings.Join(got, " "); text != step.want {
				t.Errorf("after %s: %s, want %s", step.word, text, step.want)
			}
		}
	})
}

func TestASampleOfMatchesIsDrawnFromAllWeightsAndGoesOn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleCentre)
		ids := people(t, s, 31)
		var matches []records.Match
		for i := 1; i < 31; i++ {
			matches = append(matches, records.Match{Left: ids[0], Right: ids[i], Status: records.MatchMatch, Weight: float64(i), Steps: []byte("[]")})
		}
		matches[29].Status = records.MatchReview
		saveLinked(t, s, matches, alone(ids))
		seen := map[[2]string]bool{}
		for _, want := range []int{9, 9, 9, 2, 0} {
			drawn, err := s.SampleMatches(t.Context(), 9)
			if err != nil || len(drawn) > 9 || want == 0 && len(drawn) > 0 {
				t.Fatalf("%d drawn, %v", len(drawn), err)
			}
			for _, p := range drawn {
				if seen[p] {
					t.Errorf("%v is drawn twice", p)
				}
				seen[p] = true
				d := records.Decision{Left: p[0], Right: p[1], Decision: records.DecidedSame, By: "tester", At: records.Stamp(time.Now())}
				if _, err := records.Decide(t.Context(), s, d, records.AnySeen); err != nil {
					t.Fatal(err)
				}
			}
		}
		if len(seen) != 29 {
			t.Errorf("%d of 29 matches were drawn", len(seen))
		}
	})
}
