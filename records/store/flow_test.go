package store_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"sehat/cards"
	"sehat/records"
	"sehat/records/store"
	"sehat/records/store/storetest"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// people imports n residents, two to a household, in wards 001 and 002 by turns, and returns their ids in order.
func people(t testing.TB, s *store.Store, n int) []string {
	t.Helper()
	var rows []records.ImportRow
	var ids []string
	for i := range n {
		house := fmt.Sprintf("house-%05d", i/2)
		id := fmt.Sprintf("resident-%05d", i)
		ids = append(ids, id)
		rows = append(rows, records.ImportRow{
			Household: &records.Household{ID: house, Profile: "sehat", SurveyCode: "T", WardCode: fmt.Sprintf("00%d", 1+i/2%2), Key: house, HouseNo: house, Consent: "yes"},
			Resident: &records.Resident{
				ID: id, HouseholdID: house, Key: id, LineNo: 1 + i%2, FullName: fmt.Sprintf("Person %c", 'A'+i%26), FullNameHi: "आशा", Sex: "F",
				BirthYear: 1980, BirthMonth: 2, BirthDay: 3, VisitDate: "2026-02-01",
			},
		})
	}
	m := s.Importing()
	imp, err := m.Begin(t.Context(), records.Import{ID: "import", File: "f.csv", FileHash: "h", StartedAt: records.Stamp(noon)})
	if err != nil {
		t.Fatal(err)
	}
	for chunk := range slices.Chunk(rows, 1000) {
		if imp, _, err = m.Rows(t.Context(), imp, chunk); err != nil {
			t.Fatal(err)
		}
	}
	return ids
}

// alone makes every resident a person of its own.
func alone(ids []string) []records.PersonOf {
	var persons []records.PersonOf
	for _, id := range ids {
		persons = append(persons, records.PersonOf{ResidentID: id, PersonID: id})
	}
	return persons
}

// these are the matches that a linkage found.
func these(matches ...records.Match) iter.Seq2[records.Match, error] {
	return func(yield func(records.Match, error) bool) {
		for _, m := range matches {
			if !yield(m, nil) {
				return
			}
		}
	}
}

// issuer returns an issuer with a lease of the given quota.
func issuer(t testing.TB, s *store.Store, centre bool, quota int) *records.Issuer {
	t.Helper()
	first, last, err := cards.Allocate(0, quota)
	if err != nil {
		t.Fatal(err)
	}
	err = s.SaveTrust(t.Context(), records.TrustChange{Leases: []records.Lease{{
		ID: "lease", DeviceID: "device", First: first, Last: last, Quota: quota, IssuedAt: noon.Format(time.RFC3339), Status: "active",
	}}, At: records.Stamp(noon)})
	if err != nil {
		t.Fatal(err)
	}
	return &records.Issuer{
		Store: s, Key: ed25519.NewKeyFromSeed(make([]byte, 32)), DeviceID: "device", Centre: centre, URI: "sehat:test",
		By: "tester", Now: noon, Random: rand.Reader,
	}
}

func mustIssue(t *testing.T, is *records.Issuer) records.IssueReport {
	t.Helper()
	report, err := is.Issue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestIssueWaitsForDedupeAndReview(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleCentre)
		ids := people(t, s, 6)
		is := issuer(t, s, true, 100)
		if r := mustIssue(t, is); r.Issued != 0 || r.HeldWhy[records.HeldNotLinked] != 6 {
			t.Fatalf("before dedupe: %+v", r)
		}
		pair := records.Match{Left: ids[0], Right: ids[2], Status: records.MatchReview, Weight: 3, Steps: []byte("[]")}
		same := records.Match{Left: ids[1], Right: ids[3], Status: records.MatchMatch, Weight: 20, Steps: []byte("[]")}
		persons := alone(ids)
		persons[3].PersonID = ids[1]
		if err := s.SaveLinkage(t.Context(), records.Linked{Matches: these(pair, same), Persons: slices.Values(persons)}); err != nil {
			t.Fatal(err)
		}
		r := mustIssue(t, is)
		if r.Issued != 3 || r.HeldWhy[records.HeldReview] != 2 || r.Duplicates != 1 {
			t.Fatalf("with a pair in doubt and a sure match: %+v", r)
		}
		if r := mustIssue(t, is); r.Issued != 0 || r.Already != 3 {
			t.Fatalf("issuing again: %+v", r)
		}
		if err := decide(t, s, ids[2], ids[0], records.DecidedSame, "tester", noon); err != nil {
			t.Fatal(err)
		}
		if r := mustIssue(t, is); r.Issued != 1 || r.Held != 0 || r.Duplicates != 2 {
			t.Fatalf("one person after review: %+v", r)
		}
		if err := decide(t, s, ids[0], ids[2], records.DecidedDifferent, "tester", noon.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if r := mustIssue(t, is); r.Issued != 1 || r.Already != 4 {
			t.Fatalf("two people after a second look: %+v", r)
		}
		if err := decide(t, s, ids[0], ids[2], records.DecidedUndo, "tester", noon.Add(2*time.Minute)); err != nil {
			t.Fatal(err)
		}
		if r := mustIssue(t, is); r.HeldWhy[records.HeldReview] != 2 {
			t.Fatalf("after the decision was taken back: %+v", r)
		}
	})
}

func TestIssueStopsAtTheEndOfTheLease(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleCentre)
		ids := people(t, s, 6)
		if err := s.SaveLinkage(t.Context(), records.Linked{Persons: slices.Values(alone(ids))}); err != nil {
			t.Fatal(err)
		}
		r, err := issuer(t, s, true, 4).Issue(t.Context())
		if !errors.Is(err, cards.ErrNoLease) || r.Issued != 4 || r.LeaseLeft != 0 {
			t.Fatalf("%+v, %v", r, err)
		}
		if counts, err := s.CardCounts(t.Context()); err != nil || counts[records.CardIssued] != 4 {
			t.Fatalf("%v, %v", counts, err)
		}
	})
}

func TestACentreMakesATemporaryCardPermanent(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleDevice)
		ids := people(t, s, 2)
		is := issuer(t, s, false, 10)
		if r := mustIssue(t, is); r.Issued != 2 || r.LeaseLeft != 8 {
			t.Fatalf("temporary: %+v", r)
		}
		if err := s.SaveLinkage(t.Context(), records.Linked{Persons: slices.Values(alone(ids))}); err != nil {
			t.Fatal(err)
		}
		is.Centre = true
		if r := mustIssue(t, is); r.Issued != 2 || r.LeaseLeft != 8 {
			t.Fatalf("permanent, under the same numbers: %+v", r)
		}
		var number string
		for h, err := range s.Holders(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if len(h.Surplus) > 0 {
				t.Errorf("%s has %d surplus cards", h.ID, len(h.Surplus))
			}
			number = h.Card.Number
		}
		versions, err := s.Cards(t.Context(), number)
		if err != nil || len(versions) != 2 {
			t.Fatalf("%d versions, %v", len(versions), err)
		}
		if v := versions[0]; v.Version != 2 || v.Kind != records.CardPermanent || v.State != records.CardIssued || v.ExpiresAt != "" {
			t.Errorf("the new version: %+v", v)
		}
		if v := versions[1]; v.Kind != records.CardTemporary || v.State != records.CardReplaced || v.ExpiresAt == "" {
			t.Errorf("the old version: %+v", v)
		}
	})
}

func TestATakenNumberStoresNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleCentre)
		ids := people(t, s, 2)
		card := func(i int) records.Card {
			return records.Card{Number: "200000000000082", Version: 1, ResidentID: ids[i], Kind: records.CardPermanent, State: records.CardIssued, Face: []byte("{}")}
		}
		if err := s.SaveCards(t.Context(), []records.Card{card(0)}, nil); err != nil {
			t.Fatal(err)
		}
		if err := s.SaveCards(t.Context(), []records.Card{card(1)}, nil); !errors.Is(err, records.ErrExists) {
			t.Errorf("another resident's card under the same number: %v", err)
		}
		other := card(0)
		other.Number = "200000000000179"
		if err := s.SaveCards(t.Context(), []records.Card{other}, nil); !errors.Is(err, records.ErrConflict) {
			t.Errorf("a second number for the same resident: %v", err)
		}
		if counts, err := s.CardCounts(t.Context()); err != nil || counts[records.CardIssued] != 1 {
			t.Errorf("%v, %v", counts, err)
		}
	})
}

func TestPrintBatches(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		ctx := t.Context()
		s := create(t, url, records.RoleCentre)
		ids := people(t, s, 8)
		if err := s.SaveLinkage(ctx, records.Linked{Persons: slices.Values(alone(ids))}); err != nil {
			t.Fatal(err)
		}
		mustIssue(t, issuer(t, s, true, 100))
		order := records.PrintOrder{Layout: "a4-10", Ward: "001", By: "tester", Now: noon, Random: rand.Reader}
		batch, err := records.NextPrintBatch(ctx, s, order)
		if err != nil || len(batch.Slots) != 4 {
			t.Fatalf("ward 001: %d slots, %v", len(batch.Slots), err)
		}
		if got := residents(ctx, t, s, batch.ID); !slices.Equal(got, []string{ids[0], ids[1], ids[4], ids[5]}) {
			t.Errorf("not in walking order: %v", got)
		}
		again, err := records.NextPrintBatch(ctx, s, order)
		if err != nil || again.ID != batch.ID {
			t.Fatalf("a batch in the making is gone on with: %v, %v", again.ID, err)
		}
		if err := records.DropPrintBatch(ctx, s, batch, "tester", "a name does not fit", noon); err != nil {
			t.Fatal(err)
		}
		order.Ward = ""
		if batch, err = records.NextPrintBatch(ctx, s, order); err != nil || len(batch.Slots) != 8 {
			t.Fatalf("after the drop all cards wait again: %d slots, %v", len(batch.Slots), err)
		}
		for range 2 {
			if err := records.FinishPrintBatch(ctx, s, batch, "tester", noon); err != nil {
				t.Fatal(err)
			}
		}
		if counts, err := s.CardCounts(ctx); err != nil || counts[records.CardPrinted] != 8 || len(counts) != 1 {
			t.Errorf("%v, %v", counts, err)
		}
		events, err := s.CardEvents(ctx, batch.Slots[0].Number)
		if err != nil || len(events) != 2 {
			t.Errorf("issued and printed, once each: %+v, %v", events, err)
		}
		if _, err := records.NextPrintBatch(ctx, s, order); !errors.Is(err, records.ErrNothingToPrint) {
			t.Errorf("all are printed: %v", err)
		}
	})
}

func residents(ctx context.Context, t *testing.T, s *store.Store, batch string) []string {
	t.Helper()
	var ids []string
	for c, err := range s.BatchCards(ctx, batch) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, c.ResidentID)
	}
	return ids
}
