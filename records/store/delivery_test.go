package store_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"sehat/records"
	"sehat/records/store"
	"sehat/records/store/storetest"
)

// printedBatch issues and prints n cards as one batch at a centre.
func printedBatch(t testing.TB, s *store.Store, n int) records.PrintBatch {
	t.Helper()
	ids := people(t, s, n)
	if err := s.SaveLinkage(t.Context(), records.Linked{Persons: slices.Values(alone(ids))}); err != nil {
		t.Fatal(err)
	}
	if _, err := issuer(t, s, true, n+10).Issue(t.Context()); err != nil {
		t.Fatal(err)
	}
	return printNext(t, s, noon.Add(time.Minute))
}

// printNext prints all that waits.
func printNext(t testing.TB, s *store.Store, at time.Time) records.PrintBatch {
	t.Helper()
	b, err := records.NextPrintBatch(t.Context(), s, records.PrintOrder{Layout: "a4-10", By: "tester", Now: at, Random: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	if err := records.FinishPrintBatch(t.Context(), s, b, "tester", at); err != nil {
		t.Fatal(err)
	}
	return b
}

// told applies events, with the same report once more, which must change nothing.
func told(t testing.TB, s *store.Store, events ...records.PrintEvent) records.PrintOutcome {
	t.Helper()
	for i := range events {
		events[i].By = "tester"
		if events[i].At == "" {
			events[i].At = records.Stamp(noon.Add(time.Hour))
		}
	}
	out, err := records.ApplyPrintEvents(t.Context(), s, events)
	if err != nil {
		t.Fatal(err)
	}
	if out.Applied+out.Already+out.Refused != len(out.Answers) {
		t.Errorf("%+v does not add up to %d answers", out, len(out.Answers))
	}
	again, err := records.ApplyPrintEvents(t.Context(), s, events)
	if err != nil || again.Applied != 0 {
		t.Errorf("the same report again: %+v, %v", again, err)
	}
	return out
}

func states(t testing.TB, s *store.Store, want map[string]int) {
	t.Helper()
	counts, err := s.CardCounts(t.Context())
	if err != nil || fmt.Sprint(counts) != fmt.Sprint(want) {
		t.Errorf("cards by state: %v, want %v, %v", counts, want, err)
	}
}

func TestASpoiledCardIsPrintedAgainOnceAndAsItWas(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleCentre)
		b := printedBatch(t, s, 12)
		spoiled := records.PrintEvent{Batch: b.ID, Position: 3, Event: records.CardSpoiled, Why: "smudged"}
		if out := told(t, s, spoiled, spoiled, records.PrintEvent{Number: b.Slots[6].Number, Event: records.CardSpoiled}); out.Applied != 2 || out.Already != 1 {
			t.Fatalf("%+v", out)
		}
		states(t, s, map[string]int{"printed": 10, "spoiled": 2})
		next := printNext(t, s, noon.Add(2*time.Hour))
		if len(next.Slots) != 2 || next.Slots[0].Number != b.Slots[2].Number || next.Slots[0].Version != b.Slots[2].Version || next.Slots[1].Number != b.Slots[6].Number {
			t.Fatalf("printed again: %+v", next.Slots)
		}
		states(t, s, map[string]int{"printed": 12})
		order := records.PrintOrder{Layout: "a4-10", By: "tester", Now: noon, Random: rand.Reader}
		if _, err := records.NextPrintBatch(t.Context(), s, order); !errors.Is(err, records.ErrNothingToPrint) {
			t.Errorf("each lies in one pile: %v", err)
		}
		// The whole first batch goes out; the two that are not there do not.
		out := told(t, s, records.PrintEvent{Batch: b.ID, Event: records.CardDispatched, To: "Ward office 045", At: records.Stamp(noon.Add(3 * time.Hour))})
		if out.Applied != 10 || out.Refused != 2 || out.Answers[2].How != records.PrintSpoiled {
			t.Fatalf("%+v", out)
		}
		states(t, s, map[string]int{"printed": 2, "dispatched": 10})
	})
}

func TestCardsAreHandedOverAndComeBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleCentre)
		b := printedBatch(t, s, 6)
		at := func(hours int) string { return records.Stamp(noon.Add(time.Duration(hours) * time.Hour)) }
		number := func(i int) string { return b.Slots[i].Number }
		hand := func(i, hours int) records.PrintEvent {
			return records.PrintEvent{Number: number(i), Event: records.CardHandedOver, To: "Asha Devi", Relation: "wife", At: at(hours)}
		}
		if out := told(t, s, hand(0, 1), hand(1, 1), hand(0, 2)); out.Applied != 2 || out.Already != 1 {
			t.Fatalf("%+v", out)
		}
		events, err := s.CardEvents(t.Context(), number(0))
		if err != nil || len(events) != 3 {
			t.Fatalf("%d events, %v", len(events), err)
		}
		if e := events[2]; e.To != "Asha Devi" || e.Relation != "wife" || e.By != "tester" || e.Batch != b.ID {
			t.Errorf("who took it is not kept: %+v", e)
		}
		if err := s.AddCardEvents(t.Context(), []records.CardEvent{{ID: "r", Number: number(2), Version: 1, Event: records.CardRevoked, By: "x", At: at(1)}}); err != nil {
			t.Fatal(err)
		}
		out := told(t, s,
			hand(2, 3), // revoked
			records.PrintEvent{Batch: b.ID, Position: 1, Event: records.CardSpoiled, At: at(3)}, // in a hand
			records.PrintEvent{Number: number(0), Event: records.CardReturned, Why: "moved away", At: at(4)},
			hand(0, 5),
			records.PrintEvent{Batch: b.ID, Position: 7, Event: records.CardSpoiled},
			records.PrintEvent{Batch: "20200101-none", Event: records.CardDispatched},
			records.PrintEvent{Batch: b.ID, Position: 2, Number: number(3), Event: records.CardSpoiled},
			records.PrintEvent{Number: "234567890123456", Event: records.CardHandedOver},
			records.PrintEvent{Number: number(4), Event: records.CardHandedOver, At: "2010-01-01T00:00:00.000Z"},
			records.PrintEvent{Number: number(4), Event: records.CardRevoked},
			records.PrintEvent{Batch: b.ID, Position: 3, Event: records.CardSpoiled, Why: "destroyed: it was revoked", At: at(6)},
		)
		var how []records.PrintHow
		for _, a := range out.Answers {
			how = append(how, a.How)
		}
		want := []records.PrintHow{
			records.PrintEnded, records.PrintInHand, records.PrintApplied, records.PrintApplied, records.PrintUnknown, records.PrintUnknown,
			records.PrintNotThere, records.PrintUnknown, records.PrintTooEarly, records.PrintBadEvent, records.PrintApplied,
		}
		if !slices.Equal(how, want) {
			t.Errorf("%v, want %v", how, want)
		}
		states(t, s, map[string]int{"active": 2, "printed": 3, "revoked": 1})
	})
}

func TestALaptopTakesDownACardThatItOnlyKnowsByItsQR(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleDevice)
		hand := records.PrintEvent{Number: "234567890123456", Version: 2, Event: records.CardHandedOver, Genuine: true}
		later := hand
		later.At = records.Stamp(noon.Add(24 * time.Hour))
		if out := told(t, s, hand, later); out.Applied != 1 || out.Already != 1 {
			t.Fatalf("%+v", out)
		}
		events, err := s.CardEvents(t.Context(), hand.Number)
		if err != nil || len(events) != 1 || events[0].Version != 2 {
			t.Errorf("%+v, %v", events, err)
		}
	})
}

// mismatched returns how many copies do not add up, by the way in which they do not.
func mismatched(t testing.TB, s *store.Store, f records.PileFilter) map[records.Mismatch]int {
	t.Helper()
	found := map[records.Mismatch]int{}
	for _, m := range records.Mismatches() {
		n, err := s.CountMismatched(t.Context(), m, f)
		if err != nil {
			t.Fatalf("%s: %v", m, err)
		}
		rows := 0
		for r, err := range s.Mismatched(t.Context(), m, f) {
			if err != nil || r.Number == "" || r.Since == "" {
				t.Fatalf("%s: %+v, %v", m, r, err)
			}
			rows++
		}
		if rows != n {
			t.Errorf("%s: %d are counted and %d listed", m, n, rows)
		}
		if n > 0 {
			found[m] = n
		}
	}
	return found
}

func TestPrintedCardsAddUpAndWhatDoesNotIsNamed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		ctx := t.Context()
		s := create(t, url, records.RoleCentre)
		b := printedBatch(t, s, 20)
		at := func(hours int) string { return records.Stamp(noon.Add(time.Duration(hours) * time.Hour)) }
		if got := mismatched(t, s, records.PileFilter{Before: records.Stamp(noon)}); len(got) != 0 {
			t.Errorf("a fresh batch: %v", got)
		}
		told(t, s,
			records.PrintEvent{Batch: b.ID, Position: 1, Event: records.CardSpoiled},
			records.PrintEvent{Batch: b.ID, Position: 2, Event: records.CardSpoiled},
			records.PrintEvent{Batch: b.ID, Position: 3, Event: records.CardHandedOver},
		)
		next := printNext(t, s, noon.Add(2*time.Hour))
		told(t, s,
			records.PrintEvent{Batch: next.ID, Position: 1, Event: records.CardSpoiled, At: at(3)},
			records.PrintEvent{Batch: b.ID, Event: records.CardDispatched, To: "Ward office", At: at(3)},
			records.PrintEvent{Batch: b.ID, Position: 4, Event: records.CardHandedOver, At: at(4)},
			records.PrintEvent{Batch: b.ID, Position: 5, Event: records.CardHandedOver, At: at(4)},
			records.PrintEvent{Batch: b.ID, Position: 6, Event: records.CardReturned, At: at(4)},
		)
		slot := func(i int) records.CardEvent {
			return records.CardEvent{ID: records.NewID(), Number: b.Slots[i-1].Number, Version: 1, By: "x", At: at(5), Batch: b.ID}
		}
		again, revoked, early := slot(4), slot(7), slot(8)
		again.Event, revoked.Event, early.Event = records.CardHandedOver, records.CardRevoked, records.CardHandedOver
		early.At = records.Stamp(noon.Add(-time.Hour))
		if err := s.AddCardEvents(ctx, []records.CardEvent{again, revoked, early}); err != nil {
			t.Fatal(err)
		}
		counts, err := s.PileCounts(ctx, records.PileFilter{}, false)
		if err != nil || len(counts) != 2 {
			t.Fatalf("%+v, %v", counts, err)
		}
		first, second := counts[0], counts[1]
		if !first.Balanced() || first.Copies != 20 || first.Spoiled != 2 || first.Reprinted != 1 || first.HandedOver != 4 || first.Returned != 1 || first.Ended != 1 || first.Dispatched != 12 {
			t.Errorf("the first batch: %+v", first)
		}
		if !second.Balanced() || second.Copies != 2 || second.Spoiled != 1 || second.Printed != 1 {
			t.Errorf("the second batch: %+v", second)
		}
		wards, err := s.PileCounts(ctx, records.PileFilter{}, true)
		if err != nil || len(wards) != 2 || wards[0].Copies+wards[1].Copies != 22 || !wards[0].Balanced() {
			t.Errorf("by ward: %+v, %v", wards, err)
		}
		all, err := s.CardsInPiles(ctx, "", "")
		if want := (records.CardCount{Cards: 20, InAPile: 19, ToReprint: 1}); err != nil || all != want || !all.Balanced() {
			t.Errorf("%+v, %v", all, err)
		}
		want := map[records.Mismatch]int{
			records.MismatchTwice: 1, records.MismatchEnded: 1, records.MismatchNotDispatched: 1, records.MismatchClock: 1,
			records.MismatchLate: 12, records.MismatchIdle: 1, records.MismatchReturnedWaiting: 1, records.MismatchToReprint: 1,
		}
		if got := mismatched(t, s, records.PileFilter{}); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%v, want %v", got, want)
		}
		delete(want, records.MismatchLate)
		delete(want, records.MismatchIdle)
		delete(want, records.MismatchReturnedWaiting)
		if got := mismatched(t, s, records.PileFilter{Before: at(0)}); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("as of then: %v, want %v", got, want)
		}
		if n, err := s.Reprints(ctx, next.ID); err != nil || n != 2 {
			t.Errorf("%d reprints, %v", n, err)
		}
	})
}

// Nobody has to say that a temporary card expired: the clock does.
func TestAnExpiredCardIsNeitherPrintedNorCountedAsValid(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		ctx := t.Context()
		s := create(t, url, records.RoleDevice)
		people(t, s, 7)
		laptop := issuer(t, s, false, 7)
		laptop.Limit = 4
		if _, err := laptop.Issue(ctx); err != nil {
			t.Fatal(err)
		}
		b := printNext(t, s, noon.Add(time.Minute))
		laptop.Limit = 0
		if _, err := laptop.Issue(ctx); err != nil {
			t.Fatal(err)
		}
		told(t, s, records.PrintEvent{Batch: b.ID, Position: 1, Event: records.CardHandedOver})

		before, after := noon.AddDate(0, 11, 0), noon.AddDate(1, 1, 0)
		for _, test := range []struct {
			now                            time.Time
			printed, ended, toPrint, inBag int
		}{
			{before, 3, 0, 3, 3},
			{after, 0, 3, 0, 0},
		} {
			now := records.Stamp(test.now)
			f := records.PileFilter{Now: now, Before: now}
			counts, err := s.PileCounts(ctx, f, false)
			if err != nil || len(counts) != 1 || !counts[0].Balanced() || counts[0].Printed != test.printed || counts[0].Ended != test.ended || counts[0].HandedOver != 1 {
				t.Errorf("%s: %+v, %v", now, counts, err)
			}
			cards, err := s.CardsInPiles(ctx, "", now)
			if err != nil || !cards.Balanced() || cards.InAPile != 4 || cards.ToPrint != test.toPrint || cards.Ended != 3-test.toPrint {
				t.Errorf("%s: %+v, %v", now, cards, err)
			}
			waiting, handout, expired := 0, 0, 0
			for _, err := range s.Unprinted(ctx, "", now) {
				if waiting++; err != nil {
					t.Fatal(err)
				}
			}
			for _, err := range s.Handout(ctx, f) {
				if handout++; err != nil {
					t.Fatal(err)
				}
			}
			for r, err := range s.PileRows(ctx, b.ID, now) {
				if err != nil {
					t.Fatal(err)
				}
				if r.State == records.CardExpired {
					expired++
				}
			}
			if waiting != test.toPrint || handout != test.inBag || expired > 0 != (test.now == after) {
				t.Errorf("%s: %d to print, %d to hand over, %d told as expired", now, waiting, handout, expired)
			}
			got := mismatched(t, s, f)
			if got[records.MismatchEnded] != test.ended || got[records.MismatchIdle] != test.printed {
				t.Errorf("%s: %v", now, got)
			}
			for r, err := range s.Mismatched(ctx, records.MismatchEnded, f) {
				if err != nil || r.State != records.CardExpired || r.Since[:4] != "2027" {
					t.Errorf("%+v, %v", r, err)
				}
			}
		}
		order := records.PrintOrder{Layout: "a4-10", By: "tester", Now: after, Random: rand.Reader}
		if _, err := records.NextPrintBatch(ctx, s, order); !errors.Is(err, records.ErrNothingToPrint) {
			t.Errorf("printed all the same: %v", err)
		}
		late := records.PrintEvent{Batch: b.ID, Position: 2, Event: records.CardHandedOver, At: records.Stamp(after)}
		if out := told(t, s, late); out.Applied != 0 || out.Answers[0].How != records.PrintEnded {
			t.Errorf("handed over after its date: %+v", out)
		}
	})
}
