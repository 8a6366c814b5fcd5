package sync_test

import (
	"crypto/rand"
	"errors"
	"slices"
	"testing"

	"sehat/cards"
	"sehat/records"
	"sehat/records/store/storetest"
)

// A laptop signs no revocation list: the centre does when it hears of a card that was lost.
func TestACardLostOnALaptopIsRevokedAtTheCentre(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		l := newLaptop(t, c, "one")
		save(t, l.store, people(2)...)
		l.issue(t)
		l.push(t, c)
		c.apply(t)
		old := cardOf(t, l.store, "r000000")
		is := &records.Issuer{Store: l.store, Key: l.Key, DeviceID: l.ID, URI: "sehat:test", By: "tester", Now: noon, Random: rand.Reader}
		life := records.Life{Store: l.store, Issuer: is, Revoker: records.Revoker{Store: l.store, List: records.NoList{}, By: "tester", Now: noon}}
		stead, err := life.Lost(t.Context(), old.Number, "fell into the drain")
		if err != nil || !stead.New || stead.Card.Kind != records.CardTemporary || stead.Card.Number == old.Number {
			t.Fatalf("%+v, %v", stead, err)
		}
		l.push(t, c)
		if r := c.apply(t); r.Rejects != 0 || r.Conflicts != 0 || r.Stored != 3 { // the card, issued; the old one, lost
			t.Fatalf("applied %+v", r)
		}
		same(t, l.store, c.store)
		if err := verdict(t, c, old.Number); err != nil {
			t.Errorf("before the list is signed: %v", err)
		}
		if changed, err := c.revoker("admin").Publish(t.Context(), false); err != nil || !changed {
			t.Fatal(changed, err)
		}
		if err := verdict(t, c, old.Number); !errors.Is(err, cards.ErrRevoked) {
			t.Errorf("the lost card: %v", err)
		}
		if err := verdict(t, c, stead.Card.Number); err != nil {
			t.Errorf("the new one: %v", err)
		}
	})
}

// A laptop corrects a card as long as it alone knows it. From then on the centre does, for both would give a version 2.
func TestACardIsCorrectedInOnePlace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		l := newLaptop(t, c, "one")
		corrected := func(id, name string) records.IssueReport {
			t.Helper()
			save(t, l.store, person(id, name))
			is := &records.Issuer{Store: l.store, Key: l.Key, DeviceID: l.ID, URI: "sehat:test", By: "tester", Now: noon, Random: rand.Reader, Corrected: true}
			r, err := is.Issue(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		save(t, l.store, person("r1", "Asha"), person("r2", "Ravi"))
		l.issue(t)
		if r := corrected("r1", "Asha Devi"); r.Issued != 1 || r.AtCentre != 0 {
			t.Fatalf("before the push: %+v", r)
		}
		l.push(t, c)
		if r := corrected("r2", "Ravi Kumar"); r.Issued != 0 || r.AtCentre != 1 || r.Outdated != 0 {
			t.Fatalf("after the push: %+v", r)
		}
		if r := corrected("r1", "Asha Devi Sharma"); r.Issued != 0 || r.AtCentre != 2 {
			t.Fatalf("of a card corrected before: %+v", r)
		}
		life := records.Life{Store: l.store, Issuer: &records.Issuer{Store: l.store, Key: l.Key, DeviceID: l.ID, By: "tester", Now: noon, Random: rand.Reader}}
		number := cardOf(t, l.store, "r2").Number
		if stead, err := life.Correct(t.Context(), number); err != nil || stead.New || stead.Already || stead.Held != records.HeldAtCentre {
			t.Errorf("one card: %+v, %v", stead, err)
		}

		l.push(t, c)
		if r := c.apply(t); r.Conflicts != 0 || r.Rejects != 0 {
			t.Fatalf("applied %+v", r)
		}
		persons := slices.Values([]records.PersonOf{{ResidentID: "r1", PersonID: "r1"}, {ResidentID: "r2", PersonID: "r2"}})
		if err := c.store.SaveLinkage(t.Context(), records.Linked{Persons: persons, Matches: none}); err != nil {
			t.Fatal(err)
		}
		is := records.Issuer{Store: c.store, Key: c.Key, DeviceID: c.DeviceID, Centre: true, URI: "sehat:test", By: "tester", Now: noon, Random: rand.Reader, Corrected: true}
		if r, err := is.Issue(t.Context()); err != nil || r.Issued != 2 || r.AtCentre != 0 {
			t.Fatalf("issued at the centre: %+v, %v", r, err)
		}
		versions, err := c.store.Cards(t.Context(), number)
		if err != nil || versions[0].Version != 2 || versions[0].State != records.CardIssued {
			t.Errorf("%+v, %v", versions, err)
		}
		l.push(t, c)
		if r := c.apply(t); r.Conflicts != 0 {
			t.Errorf("applied %+v", r)
		}
	})
}
