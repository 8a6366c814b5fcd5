package sync_test

import (
	"crypto/rand"
	"testing"
	"time"

	"sehat/records"
	"sehat/records/store"
	"sehat/records/store/storetest"
)

// printedAtTheCentre gives a resident of the centre a card that lies in a pile.
func printedAtTheCentre(t *testing.T, c *centre) records.Card {
	t.Helper()
	save(t, c.store, people(1)...)
	card := records.Card{
		Number: "200000000000082", Version: 1, ResidentID: "r000000", Kind: records.CardPermanent, State: records.CardIssued, Face: []byte("{}"),
		IssuedAt: records.Stamp(noon),
	}
	if err := c.store.SaveCards(t.Context(), []records.Card{card}, nil); err != nil {
		t.Fatal(err)
	}
	b, err := records.NextPrintBatch(t.Context(), c.store, records.PrintOrder{Layout: "a4-10", By: "tester", Now: noon, Random: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	if err := records.FinishPrintBatch(t.Context(), c.store, b, "tester", noon); err != nil {
		t.Fatal(err)
	}
	return card
}

// tell takes one event down in a store, some minutes after noon.
func tell(t *testing.T, s *store.Store, card records.Card, event, by string, minutes int) {
	t.Helper()
	out, err := records.ApplyPrintEvents(t.Context(), s, []records.PrintEvent{{
		Number: card.Number, Version: card.Version, Event: event, By: by, At: records.Stamp(noon.Add(time.Duration(minutes) * time.Minute)), Genuine: true,
	}})
	if err != nil || out.Applied != 1 {
		t.Fatalf("%s by %s: %+v, %v", event, by, out, err)
	}
}

// Laptops hand out the centre's cards, of which they know only the QR, without network. In whatever order their news comes, the
// centre ends with the same state, and knows where two handed over one card.
func TestHandOversOfLaptopsArriveInAnyOrder(t *testing.T) {
	type news struct {
		event   string
		minutes int
	}
	for name, test := range map[string]struct {
		one, two news
		centre   *news // known at the centre before anything arrives
		state    string
		twice    int
	}{
		"two laptops hand over one card": {
			one: news{records.CardHandedOver, 10}, two: news{records.CardHandedOver, 20}, state: records.CardActive, twice: 1,
		},
		"one takes it back, and then the other hands it over": {
			one: news{records.CardReturned, 10}, two: news{records.CardHandedOver, 20}, state: records.CardActive,
		},
		"one hands it over, and then the other takes it back": {
			one: news{records.CardHandedOver, 10}, two: news{records.CardReturned, 20}, state: records.CardReturned,
		},
		"it was dispatched at the centre after it was handed over": {
			one: news{records.CardHandedOver, 10}, two: news{records.CardHandedOver, 10}, centre: &news{records.CardDispatched, 30}, state: records.CardActive, twice: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, oneFirst := range []bool{true, false} {
				storetest.Each(t, func(t *testing.T, url string) {
					c := newCentre(t, url)
					one, two := newLaptop(t, c, "one"), newLaptop(t, c, "two")
					card := printedAtTheCentre(t, c)
					tell(t, one.store, card, test.one.event, "ravi", test.one.minutes)
					tell(t, two.store, card, test.two.event, "asha", test.two.minutes)
					if test.centre != nil {
						tell(t, c.store, card, test.centre.event, "tester", test.centre.minutes)
					}
					first, second := one, two
					if !oneFirst {
						first, second = two, one
					}
					for _, l := range []*laptop{first, second} {
						l.push(t, c)
						if r := c.apply(t); r.Stored != 1 || r.Rejects != 0 {
							t.Fatalf("applied %+v", r)
						}
					}
					if got := cardOf(t, c.store, "r000000"); got.State != test.state {
						t.Errorf("the card is %s, want %s", got.State, test.state)
					}
					if n, err := c.store.CountMismatched(t.Context(), records.MismatchTwice, records.PileFilter{}); err != nil || n != test.twice {
						t.Errorf("%d are handed over twice, want %d, %v", n, test.twice, err)
					}
				})
			}
		})
	}
}
