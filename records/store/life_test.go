package store_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"sehat/cards"
	"sehat/records"
	"sehat/records/store"
	"sehat/records/store/storetest"
)

// noted is a revocation list that only notes what goes into it.
type noted struct{ hashes []string }

func (n *noted) Revocations(_ context.Context, revoked []cards.Revocation) (*records.Document, error) {
	for _, r := range revoked {
		n.hashes = append(n.hashes, r.Hash)
	}
	return nil, nil
}

func lifeOf(s *store.Store, is *records.Issuer, list records.RevocationSigner) records.Life {
	return records.Life{Store: s, Issuer: is, Revoker: records.Revoker{Store: s, List: list, By: is.By, Now: is.Now}}
}

func numberOf(t *testing.T, s *store.Store, resident string) string {
	t.Helper()
	holders, err := s.HoldersOf(t.Context(), resident)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range holders {
		if h.ID == resident && h.Card != nil {
			return h.Card.Number
		}
	}
	t.Fatalf("resident %s has no card", resident)
	return ""
}

func TestALostCardEndsAndAnotherIsGiven(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		ctx := t.Context()
		s := create(t, url, records.RoleCentre)
		ids := people(t, s, 8)
		persons := alone(ids)
		persons[3].PersonID = ids[2] // two records of one person
		pair := records.Match{Left: ids[4], Right: ids[6], Status: records.MatchReview, Weight: 3, Steps: []byte("[]")}
		if err := s.SaveLinkage(ctx, records.Linked{Persons: slices.Values(persons)}); err != nil {
			t.Fatal(err)
		}
		is := issuer(t, s, true, 100)
		mustIssue(t, is)
		state, err := s.LinkState(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.SaveLinkage(ctx, records.Linked{State: state, Matches: these(pair), Persons: slices.Values(persons)}); err != nil {
			t.Fatal(err)
		}
		list := &noted{}
		life := lifeOf(s, is, list)

		old := numberOf(t, s, ids[0])
		stead, err := life.Lost(ctx, old, "in a bus")
		if err != nil || stead.Already || !stead.New || stead.Card.Number == old || stead.Card.Version != 1 || len(list.hashes) != 1 {
			t.Fatalf("%+v, %v, %d hashes", stead, err, len(list.hashes))
		}
		if now := numberOf(t, s, ids[0]); now != stead.Card.Number {
			t.Errorf("the resident holds %s, want %s", now, stead.Card.Number)
		}
		again, err := life.Lost(ctx, old, "in a bus")
		if err != nil || !again.Already || again.New || again.State != records.CardLost || again.Card.Number != stead.Card.Number || len(list.hashes) != 1 {
			t.Errorf("told again: %+v, %v", again, err)
		}
		if r := mustIssue(t, is); r.Issued != 0 {
			t.Errorf("nobody waits for a card: %+v", r)
		}

		old = numberOf(t, s, ids[2]) // of a person of two records: one new card
		if stead, err = life.Lost(ctx, old, "stolen"); err != nil || !stead.New || stead.Card.ResidentID != ids[2] {
			t.Errorf("a person of two records: %+v, %v", stead, err)
		}

		old = numberOf(t, s, ids[4]) // a pair waits for review
		if stead, err = life.Lost(ctx, old, "stolen"); err != nil || stead.New || stead.Card != nil || stead.Held != records.HeldReview {
			t.Errorf("while a pair is in doubt: %+v, %v", stead, err)
		}
		if err := decide(t, s, ids[4], ids[6], records.DecidedDifferent, "tester", noon); err != nil {
			t.Fatal(err)
		}
		if stead, err = life.Lost(ctx, old, "stolen"); err != nil || !stead.Already || !stead.New || stead.Card == nil {
			t.Errorf("as soon as the pair is decided: %+v, %v", stead, err)
		}
		if _, err := life.Lost(ctx, "700000000000093", "why"); !errors.Is(err, records.ErrNotFound) {
			t.Errorf("an unknown number: %v", err)
		}
		if counts, err := s.CardCounts(ctx); err != nil || counts[records.CardLost] != 3 || counts[records.CardIssued] != 7 {
			t.Errorf("%v, %v", counts, err)
		}
	})
}

func TestALostCardEndsWhenTheLeaseIsEmpty(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleCentre)
		ids := people(t, s, 2)
		if err := s.SaveLinkage(t.Context(), records.Linked{Persons: slices.Values(alone(ids))}); err != nil {
			t.Fatal(err)
		}
		is := issuer(t, s, true, 2)
		mustIssue(t, is)
		stead, err := lifeOf(s, is, records.NoList{}).Lost(t.Context(), numberOf(t, s, ids[0]), "gone")
		if err != nil || stead.New || stead.Held != records.HeldNoLease {
			t.Errorf("%+v, %v", stead, err)
		}
		if counts, err := s.CardCounts(t.Context()); err != nil || counts[records.CardLost] != 1 {
			t.Errorf("%v, %v", counts, err)
		}
	})
}

func TestATemporaryCardPastItsDate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		ctx := t.Context()
		s := create(t, url, records.RoleDevice)
		ids := people(t, s, 2)
		is := issuer(t, s, false, 10)
		mustIssue(t, is)
		first := numberOf(t, s, ids[0])
		is.Now = noon.AddDate(0, 6, 0)
		if r := mustIssue(t, is); r.Issued != 0 || r.Already != 2 {
			t.Errorf("within its date: %+v", r)
		}
		is.Now = noon.AddDate(1, 0, 1)
		list := func(state string) (n int) {
			for _, err := range s.CardList(ctx, records.CardFilter{Now: records.Stamp(is.Now), State: state}) {
				if err != nil {
					t.Fatal(err)
				}
				n++
			}
			return n
		}
		if n := list(records.CardExpired); n != 2 {
			t.Errorf("%d cards are past their date, without anybody's event", n)
		}
		if r := mustIssue(t, is); r.Issued != 2 || r.Already != 0 || r.LeaseLeft != 6 {
			t.Errorf("past its date a laptop gives a new number: %+v", r)
		}
		if second := numberOf(t, s, ids[0]); second == first {
			t.Errorf("the number %s goes on on a laptop", first)
		}
		if n := list(records.CardExpired); n != 2 || list(records.CardIssued) != 2 {
			t.Errorf("%d expired", n)
		}
		if r := mustIssue(t, is); r.Issued != 0 {
			t.Errorf("issuing again: %+v", r)
		}
		if err := s.SaveLinkage(ctx, records.Linked{Persons: slices.Values(alone(ids))}); err != nil {
			t.Fatal(err)
		}
		second := numberOf(t, s, ids[0])
		is.Centre, is.Now = true, is.Now.AddDate(2, 0, 0)
		if r := mustIssue(t, is); r.Issued != 2 || r.LeaseLeft != 6 {
			t.Errorf("the centre makes it permanent, whatever its date: %+v", r)
		}
		if third := numberOf(t, s, ids[0]); third != second {
			t.Errorf("at the centre the number goes on: %s, was %s", third, second)
		}
	})
}

func TestWhoLeftIsGivenNoCard(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		ctx := t.Context()
		s := create(t, url, records.RoleCentre)
		ids := people(t, s, 4)
		persons := alone(ids)
		persons[1].PersonID = ids[0]
		if err := s.SaveLinkage(ctx, records.Linked{Persons: slices.Values(persons)}); err != nil {
			t.Fatal(err)
		}
		is := issuer(t, s, true, 100)
		mustIssue(t, is)
		life := lifeOf(s, is, records.NoList{})
		number := numberOf(t, s, ids[0])
		stead, err := life.End(ctx, number, records.Ending{State: records.ResidentMoved, Note: "to Lucknow"})
		if err != nil || stead.Already || stead.State != records.CardRevoked {
			t.Fatalf("%+v, %v", stead, err)
		}
		for _, id := range ids[:2] {
			if r, err := s.Resident(ctx, id); err != nil || r.State != records.ResidentMoved {
				t.Errorf("%s is %s, %v", id, r.State, err)
			}
		}
		people(t, s, 4) // the same sheet again
		if r := mustIssue(t, is); r.Issued != 0 {
			t.Errorf("%+v", r)
		}
		if stead, err = life.End(ctx, number, records.Ending{State: records.ResidentMoved}); err != nil || !stead.Already {
			t.Errorf("told again: %+v, %v", stead, err)
		}
		if _, err = life.End(ctx, number, records.Ending{State: records.ResidentDied}); !errors.Is(err, records.ErrConflict) {
			t.Errorf("for another reason: %v", err)
		}
		if stead, err = life.Back(ctx, number); err != nil || stead.Already {
			t.Errorf("back: %+v, %v", stead, err)
		}
		if r := mustIssue(t, is); r.Issued != 1 {
			t.Errorf("back, with a new number: %+v", r)
		}
		if _, err = life.End(ctx, number, records.Ending{State: records.ResidentWithdrawn}); err != nil {
			t.Errorf("withdrawn: %v", err)
		}
		if _, err = life.Back(ctx, number); !errors.Is(err, records.ErrConflict) {
			t.Errorf("back although withdrawn: %v", err)
		}
		events, err := s.CardEvents(ctx, number)
		told := func(e records.CardEvent) bool { return e.Event == records.CardRevoked && e.Why == "moved: to Lucknow" }
		if err != nil || !slices.ContainsFunc(events, told) {
			t.Errorf("%+v, %v", events, err)
		}
	})
}
