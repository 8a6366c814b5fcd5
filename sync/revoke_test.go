package sync_test

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"testing"
	"time"

	"sehat/cards"
	"sehat/records"
	"sehat/records/store/storetest"
	"sehat/sync"
)

// permanent fills a centre with people who each have a permanent card, and returns their numbers.
func permanent(t *testing.T, c *centre, n int) []string {
	t.Helper()
	save(t, c.store, people(n)...)
	var persons []records.PersonOf
	for r, err := range c.store.Residents(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		persons = append(persons, records.PersonOf{ResidentID: r.ID, PersonID: r.ID})
	}
	if err := c.store.SaveLinkage(t.Context(), records.Linked{Persons: slices.Values(persons), Matches: none}); err != nil {
		t.Fatal(err)
	}
	is := records.Issuer{Store: c.store, Key: c.Key, DeviceID: c.DeviceID, Centre: true, URI: "sehat:test", By: "tester", Now: noon, Random: rand.Reader}
	if r, err := is.Issue(t.Context()); err != nil || r.Issued != n {
		t.Fatalf("issued %+v, %v", r, err)
	}
	var numbers []string
	for _, p := range persons {
		numbers = append(numbers, cardOf(t, c.store, p.ResidentID).Number)
	}
	return numbers
}

func none(func(records.Match, error) bool) {}

// revoker is somebody who revokes at a centre.
func (c *centre) revoker(by string) records.Revoker {
	return records.Revoker{Store: c.store, List: c.Centre, By: by, Now: noon.Add(time.Hour)}
}

// verdict is what a verifier with the centre's lists says of a card.
func verdict(t *testing.T, c *centre, number string) error {
	t.Helper()
	file, err := sync.TrustFile(t.Context(), c.store)
	if err != nil {
		t.Fatal(err)
	}
	trust, err := cards.OpenTrust(file, c.Root)
	if err != nil {
		t.Fatal(err)
	}
	versions, err := c.store.Cards(t.Context(), number)
	if err != nil {
		t.Fatal(err)
	}
	_, err = cards.NewVerifier(trust, func() time.Time { return noon.Add(2 * time.Hour) }).Verify(versions[0].Credential)
	return err
}

func TestARevokedCardVerifiesNoMore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		numbers := permanent(t, c, 3)
		if err := verdict(t, c, numbers[0]); err != nil {
			t.Fatalf("before: %v", err)
		}
		done, err := c.revoker("asha").Revoke(t.Context(), records.CardLost, numbers[:1], "left in a bus")
		if err != nil || !slices.Equal(done.Numbers, numbers[:1]) {
			t.Fatalf("%+v, %v", done, err)
		}
		if err := verdict(t, c, numbers[0]); !errors.Is(err, cards.ErrRevoked) {
			t.Errorf("the lost card: %v", err)
		}
		if err := verdict(t, c, numbers[1]); err != nil {
			t.Errorf("another card: %v", err)
		}
		card, err := c.store.Cards(t.Context(), numbers[0])
		events, again := c.store.CardEvents(t.Context(), numbers[0])
		if err != nil || again != nil || card[0].State != records.CardLost || len(events) != 2 || events[1].By != "asha" || events[1].Why != "left in a bus" {
			t.Errorf("%s, %+v, %v, %v", card[0].State, events, err, again)
		}

		before, err := c.store.Document(t.Context(), records.DocRevocations)
		if err != nil {
			t.Fatal(err)
		}
		done, err = c.revoker("ravi").Revoke(t.Context(), records.CardRevoked, numbers[:1], "again")
		after, _ := c.store.Document(t.Context(), records.DocRevocations)
		if err != nil || len(done.Numbers) != 0 || len(done.Ended) != 1 || string(before) != string(after) {
			t.Errorf("revoked again: %+v, %v", done, err)
		}
		if _, err := c.revoker("ravi").Revoke(t.Context(), records.CardRevoked, []string{numbers[1], "999999999999999"}, "why"); !errors.Is(err, records.ErrNotFound) {
			t.Errorf("an unknown number: %v", err)
		}
		if err := verdict(t, c, numbers[1]); err != nil {
			t.Errorf("the other one of that list: %v", err)
		}
	})
}

func TestAListIsRevokedByTwoPeople(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		numbers := permanent(t, c, 5)
		asha, ravi := c.revoker("Asha"), c.revoker("ravi")
		p, _, err := asha.ProposeRevocation(t.Context(), c.store, records.CardRevoked, []string{numbers[2], numbers[0], numbers[1], numbers[0]}, "stolen from the van")
		if err != nil || p.State != records.PendingOpen {
			t.Fatalf("%+v, %v", p, err)
		}
		if err := verdict(t, c, numbers[0]); err != nil {
			t.Errorf("proposed, and already: %v", err)
		}
		if again, _, err := ravi.ProposeRevocation(t.Context(), c.store, records.CardRevoked, numbers[:3], "stolen"); !errors.Is(err, records.ErrExists) || again.ID != p.ID {
			t.Errorf("proposed again: %+v, %v", again, err)
		}
		if _, _, err := c.revoker(" ASHA").ConfirmRevocation(t.Context(), c.store, p.ID); !errors.Is(err, records.ErrSecondPerson) {
			t.Errorf("confirmed by the same person: %v", err)
		}
		// Meanwhile one of them is revoked alone.
		if _, err := ravi.Revoke(t.Context(), records.CardLost, numbers[1:2], "its holder called"); err != nil {
			t.Fatal(err)
		}
		settled, done, err := ravi.ConfirmRevocation(t.Context(), c.store, p.ID[:8])
		if err != nil || settled.State != records.PendingConfirmed || settled.SettledBy != "ravi" || len(done.Numbers) != 2 || len(done.Ended) != 1 || done.Ended[0].State != records.CardLost {
			t.Fatalf("%+v, %+v, %v", settled, done, err)
		}
		for i, n := range numbers {
			if err := verdict(t, c, n); errors.Is(err, cards.ErrRevoked) != (i < 3) {
				t.Errorf("card %d: %v", i, err)
			}
		}
		_, told, err := ravi.ConfirmRevocation(t.Context(), c.store, p.ID)
		if !errors.Is(err, records.ErrExists) || !slices.Equal(told.Numbers, done.Numbers) {
			t.Errorf("confirmed again: %+v, %v", told, err)
		}
		if _, err := records.Withdraw(t.Context(), c.store, p.ID, "Asha", records.Stamp(noon)); !errors.Is(err, records.ErrSettled) {
			t.Errorf("withdrawn after it was confirmed: %v", err)
		}
		q, _, err := asha.ProposeRevocation(t.Context(), c.store, records.CardRevoked, numbers[3:], "a mistake")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := records.Withdraw(t.Context(), c.store, q.ID, "Asha", records.Stamp(noon)); err != nil {
			t.Fatal(err)
		}
		if _, _, err := ravi.ConfirmRevocation(t.Context(), c.store, q.ID); !errors.Is(err, records.ErrSettled) {
			t.Errorf("confirmed after it was withdrawn: %v", err)
		}
		if open, err := c.store.Pendings(t.Context(), false); err != nil || len(open) != 0 {
			t.Errorf("still open: %+v, %v", open, err)
		}
	})
}

// Where another hand signs the list, or moves a card, between looking and storing, the revocation is made anew from what is there.
func TestARevocationMeetsAnother(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		numbers := permanent(t, c, 3)
		r := c.revoker("asha")
		r.List = &meddling{Centre: c.Centre, meddle: func() {
			if _, err := c.revoker("ravi").Revoke(t.Context(), records.CardLost, numbers[:1], "first"); err != nil {
				t.Error(err)
			}
		}}
		done, err := r.Revoke(t.Context(), records.CardRevoked, numbers[:2], "second")
		if err != nil || !slices.Equal(done.Numbers, numbers[1:2]) || len(done.Ended) != 1 {
			t.Fatalf("%+v, %v", done, err)
		}
		for i, n := range numbers {
			if err := verdict(t, c, n); errors.Is(err, cards.ErrRevoked) != (i < 2) {
				t.Errorf("card %d: %v", i, err)
			}
		}
	})
}

// One person alone does not revoke a ward card by card.
func TestOnePersonAloneEndsTwentyCardsADay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		numbers := permanent(t, c, records.AloneLimit+4)
		asha, ravi := c.revoker("Asha"), c.revoker("Ravi")
		asha.Limited, ravi.Limited = true, true
		revoke := func(r records.Revoker, i int) error {
			_, err := r.Revoke(t.Context(), records.CardRevoked, numbers[i:i+1], "why")
			return err
		}
		for i := range records.AloneLimit {
			if err := revoke(asha, i); err != nil {
				t.Fatalf("card %d: %v", i, err)
			}
		}
		last := records.AloneLimit
		if err := revoke(asha, 0); err != nil {
			t.Errorf("one that stands no more: %v", err)
		}
		asha.By = " ASHA"
		if err := revoke(asha, last); !errors.Is(err, records.ErrAlone) {
			t.Errorf("one too many: %v", err)
		}
		if err := verdict(t, c, numbers[last]); err != nil {
			t.Errorf("it was revoked all the same: %v", err)
		}
		p, _, err := asha.ProposeRevocation(t.Context(), c.store, records.CardLost, numbers[last:last+1], "left in a bus")
		if err != nil {
			t.Fatal(err)
		}
		if _, done, err := ravi.ConfirmRevocation(t.Context(), c.store, p.ID); err != nil || len(done.Numbers) != 1 {
			t.Errorf("confirmed: %+v, %v", done, err)
		}
		if card, err := c.store.Cards(t.Context(), numbers[last]); err != nil || card[0].State != records.CardLost {
			t.Errorf("%+v, %v", card, err)
		}
		for i := last + 1; i < last+3; i++ { // what two people did counts for neither
			if err := revoke(ravi, i); err != nil {
				t.Errorf("another person: %v", err)
			}
		}
		asha.Now = asha.Now.Add(records.AloneFor)
		if err := revoke(asha, last+3); err != nil {
			t.Errorf("a day later: %v", err)
		}
	})
}

// meddling does something else after the first list was signed.
type meddling struct {
	*sync.Centre
	meddle func()
}

func (m *meddling) Revocations(ctx context.Context, revoked []cards.Revocation) (*records.Document, error) {
	d, err := m.Centre.Revocations(ctx, revoked)
	if m.meddle != nil {
		do := m.meddle
		m.meddle = nil
		do()
	}
	return d, err
}

func TestWhatEndedElsewhereIsPublished(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		numbers := permanent(t, c, 3)
		event := records.CardEvent{ID: records.NewID(), Number: numbers[1], Version: 1, Event: records.CardReplaced, By: "x", At: records.Stamp(noon)}
		if err := c.store.AddCardEvents(t.Context(), []records.CardEvent{event}); err != nil {
			t.Fatal(err)
		}
		if changed, err := c.revoker("asha").Publish(t.Context(), false); err != nil || !changed {
			t.Fatalf("%v, %v", changed, err)
		}
		for i, n := range numbers {
			if err := verdict(t, c, n); errors.Is(err, cards.ErrRevoked) != (i == 1) {
				t.Errorf("card %d: %v", i, err)
			}
		}
		if changed, err := c.revoker("asha").Publish(t.Context(), false); err != nil || changed {
			t.Errorf("published again: %v, %v", changed, err)
		}
		if changed, err := c.revoker("asha").Publish(t.Context(), true); err != nil || changed {
			t.Errorf("published all again: %v, %v", changed, err)
		}
	})
}

// A power cut between a transaction that ends cards and the signing of the list loses nothing: the marks are in that transaction.
func TestWhatIsNotPublishedYetIsMarked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		numbers := permanent(t, c, 3)
		marks := func(want ...string) {
			t.Helper()
			got, err := c.store.Unpublished(t.Context())
			slices.Sort(want)
			if err != nil || !slices.Equal(got, want) {
				t.Fatalf("marked: %v, %v; want %v", got, err, want)
			}
		}
		marks()
		end := func(number, event string) {
			t.Helper()
			err := c.store.AddCardEvents(t.Context(), []records.CardEvent{{
				ID: records.NewID(), Number: number, Version: 1, Event: event, By: "x", At: records.Stamp(noon),
			}})
			if err != nil {
				t.Fatal(err)
			}
		}
		end(numbers[0], records.CardRevoked)
		end(numbers[1], records.CardPrinted)
		end(numbers[2], records.CardExpired)
		marks(numbers[0] + "/1")
		if _, err := c.revoker("asha").Revoke(t.Context(), records.CardLost, numbers[1:2], "left in a bus"); err != nil {
			t.Fatal(err)
		}
		marks(numbers[0] + "/1") // the other's list was signed with it
		if changed, err := c.revoker("asha").Publish(t.Context(), false); err != nil || !changed {
			t.Fatalf("%v, %v", changed, err)
		}
		marks()
		for i, n := range numbers {
			if err := verdict(t, c, n); errors.Is(err, cards.ErrRevoked) != (i < 2) {
				t.Errorf("card %d: %v", i, err)
			}
		}
	})
}
