package sync_test

import (
	"crypto/rand"
	"errors"
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
		if changed, err := c.revoker("admin").Publish(t.Context()); err != nil || !changed {
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
