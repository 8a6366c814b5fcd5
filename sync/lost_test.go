package sync_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"sehat/cards"
	"sehat/records"
	"sehat/records/store/storetest"
	"sehat/sync"
)

// verifier is somebody who has a store's lists.
func verifier(t *testing.T, c *centre) *cards.Verifier {
	t.Helper()
	file, err := sync.TrustFile(t.Context(), c.store)
	if err != nil {
		t.Fatal(err)
	}
	trust, err := cards.OpenTrust(file, c.Root)
	if err != nil {
		t.Fatal(err)
	}
	return cards.NewVerifier(trust, clock)
}

func (c *centre) lost(t *testing.T, id string) (sync.Loss, error) {
	t.Helper()
	d, err := c.store.Device(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return c.Lost(t.Context(), d, c.store, func() (ed25519.PrivateKey, error) { return c.root, nil })
}

func TestOfALostLaptopOnlyWhatTheCentreHasStands(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		l, other := newLaptop(t, c, "one"), newLaptop(t, c, "two")
		save(t, l.store, person("r1", "Asha Devi"))
		l.issue(t)
		l.push(t, c)
		c.apply(t)
		save(t, l.store, person("r2", "Sunita"))
		l.issue(t)
		save(t, other.store, person("r3", "Ramesh"))
		other.issue(t)
		if _, err := c.Lease(t.Context(), l.ID, 7); err != nil {
			t.Fatal(err)
		}
		loss, err := c.lost(t, l.ID)
		if err != nil || loss != (sync.Loss{Accepted: 1, Leases: 2, Unused: 106}) {
			t.Fatalf("%+v, %v", loss, err)
		}
		v := verifier(t, c)
		for id, want := range map[string]error{"r1": nil, "r2": cards.ErrKeyLost} {
			if _, err := v.Verify(cardOf(t, l.store, id).Credential); !errors.Is(err, want) {
				t.Errorf("the card of %s: %v, want %v", id, err, want)
			}
		}
		if _, err := v.Verify(cardOf(t, other.store, "r3").Credential); err != nil {
			t.Errorf("the card of another laptop: %v", err)
		}

		// What comes later is held, and a thief who enrols the same request gets nothing.
		l.push(t, c)
		if r := c.apply(t); r.Refused != 1 || r.Lost != 1 || r.Stored != 0 {
			t.Errorf("applied %+v", r)
		}
		if _, err := c.store.Resident(t.Context(), "r2"); !errors.Is(err, records.ErrNotFound) {
			t.Errorf("something of it is used: %v", err)
		}
		if _, err := c.Lease(t.Context(), l.ID, 7); !errors.Is(err, sync.ErrLost) {
			t.Errorf("leasing to it: %v", err)
		}
		request, err := sync.Request{DeviceID: l.ID, Name: l.ID}.Sign(l.Key)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := c.Approve(t.Context(), request, 100, nil); !errors.Is(err, sync.ErrLost) {
			t.Errorf("enrolling it again: %v", err)
		}

		// It sees the lists itself: no number can be drawn from a void lease.
		file, err := sync.TrustFile(t.Context(), c.store)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := sync.KeepTrust(t.Context(), l.store, file, c.Root, l.ID, noon); err != nil {
			t.Fatal(err)
		}
		save(t, l.store, person("r4", "Kiran"))
		is := records.Issuer{Store: l.store, Key: l.Key, DeviceID: l.ID, URI: "sehat:test", By: "tester", Now: noon, Random: rand.Reader}
		if r, err := is.Issue(t.Context()); !errors.Is(err, cards.ErrNoLease) || r.Issued != 0 || r.LeaseLeft != 0 {
			t.Errorf("it issued %+v, %v", r, err)
		}
	})
}

func TestReportingALaptopLostTwiceChangesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		l := newLaptop(t, c, "one")
		if _, err := c.lost(t, c.DeviceID); err == nil {
			t.Error("the centre itself was lost")
		}
		if loss, err := c.lost(t, l.ID); err != nil || loss.Again || loss.Accepted != 0 || loss.Unused != 100 {
			t.Fatalf("%+v, %v", loss, err)
		}
		before, err := sync.TrustFile(t.Context(), c.store)
		if err != nil {
			t.Fatal(err)
		}
		d, err := c.store.Device(t.Context(), l.ID)
		if err != nil || d.Status != records.DeviceLost {
			t.Fatalf("%+v, %v", d, err)
		}
		noRoot := func() (ed25519.PrivateKey, error) { return nil, errors.New("asked for the root key") }
		if loss, err := c.Lost(t.Context(), d, c.store, noRoot); err != nil || !loss.Again {
			t.Errorf("%+v, %v", loss, err)
		}
		after, err := sync.TrustFile(t.Context(), c.store)
		if err != nil || string(before) != string(after) {
			t.Errorf("the lists changed: %v", err)
		}
	})
}

// A batch that was being applied while the laptop was reported lost: the next report takes its cards in.
func TestACardTakenInWhileItsLaptopWasReportedStandsAfterTheNextReport(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		l := newLaptop(t, c, "one")
		save(t, l.store, person("r1", "Asha Devi"))
		l.issue(t)
		d, err := c.store.Device(t.Context(), l.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.lost(t, l.ID); err != nil {
			t.Fatal(err)
		}
		if err := c.store.SaveTrust(t.Context(), records.TrustChange{Device: &d}); err != nil { // as the applier saw it
			t.Fatal(err)
		}
		leases, err := c.store.Leases(t.Context(), l.ID)
		if err != nil {
			t.Fatal(err)
		}
		void := leases[0]
		leases[0].Status = string(cards.LeaseActive)
		if err := c.store.SaveTrust(t.Context(), records.TrustChange{Leases: leases}); err != nil {
			t.Fatal(err)
		}
		l.push(t, c)
		if r := c.apply(t); r.Stored != 5 {
			t.Fatalf("applied %+v", r)
		}
		if err := c.store.SaveTrust(t.Context(), records.TrustChange{Leases: []records.Lease{void}}); err != nil {
			t.Fatal(err)
		}
		if loss, err := c.lost(t, l.ID); err != nil || loss.Again || loss.Accepted != 1 {
			t.Fatalf("%+v, %v", loss, err)
		}
		if _, err := verifier(t, c).Verify(cardOf(t, l.store, "r1").Credential); err != nil {
			t.Error(err)
		}
	})
}

func TestAnExpiredCardOfALostLaptopIsNotListed(t *testing.T) {
	c := newCentre(t, t.TempDir()+"/store.db")
	l := newLaptop(t, c, "one")
	save(t, l.store, person("r1", "Asha Devi"))
	l.issue(t)
	l.push(t, c)
	c.apply(t)
	c.Now = noon.AddDate(1, 0, 1)
	if loss, err := c.lost(t, l.ID); err != nil || loss.Accepted != 0 {
		t.Errorf("%+v, %v", loss, err)
	}
}

// A new centre key signs after four weeks; everything under the old one stands.
func TestTheCentresKeyIsRotated(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		l := newLaptop(t, c, "one")
		asked := 0
		root := func() (ed25519.PrivateKey, error) { asked++; return c.root, nil }
		next := publicOf(key("centre-2"))
		if _, err := c.ChangeOver(t.Context(), next, root); !errors.Is(err, cards.ErrUnknownKey) {
			t.Errorf("changing over to a key that nobody certified: %v", err)
		}
		for i, want := range []bool{true, false} {
			if did, err := c.Certify(t.Context(), next, root); err != nil || did != want {
				t.Fatalf("time %d: %v, %v", i+1, did, err)
			}
		}
		save(t, l.store, person("r1", "Asha Devi"))
		l.push(t, c)
		c.apply(t) // the receipt is of the old key
		if _, err := c.Lease(t.Context(), l.ID, 5); err != nil {
			t.Fatalf("the old key cannot lease any more: %v", err)
		}
		for i, want := range []bool{true, false} {
			if did, err := c.ChangeOver(t.Context(), next, root); err != nil || did != want {
				t.Fatalf("time %d: %v, %v", i+1, did, err)
			}
		}
		if asked != 2 {
			t.Errorf("the root key was asked for %d times", asked)
		}
		if _, err := c.Lease(t.Context(), l.ID, 5); !errors.Is(err, sync.ErrRetiredKey) {
			t.Errorf("leasing with the retired key: %v", err)
		}
		d, err := c.store.Device(t.Context(), c.DeviceID)
		if err != nil || d.KeyID != cards.NewKeyID(next).String() {
			t.Errorf("the centre's own device: %+v, %v", d, err)
		}
		c.Key = key("centre-2")
		c.Now = noon.Add(time.Hour)
		if _, err := c.Lease(t.Context(), l.ID, 5); err != nil {
			t.Errorf("leasing with the new key: %v", err)
		}
		if r := l.push(t, c); r.Receipts != 1 {
			t.Errorf("the receipt of the old key: %+v", r)
		}
		file, err := sync.TrustFile(t.Context(), c.store)
		if err != nil {
			t.Fatal(err)
		}
		if newer, err := sync.KeepTrust(t.Context(), l.store, file, c.Root, l.ID, noon); err != nil || !newer {
			t.Errorf("the laptop takes the lists over: %v, %v", newer, err)
		}
		l.trust(t)
		save(t, l.store, person("r2", "Sunita"))
		l.push(t, c)
		c.apply(t)
		if r := l.push(t, c); r.Receipts != 1 {
			t.Errorf("the receipt of the new key: %+v", r)
		}
	})
}

func TestTheRevocationListIsRenewedOnceADay(t *testing.T) {
	c := newCentre(t, t.TempDir()+"/store.db")
	for _, step := range []struct {
		after time.Duration
		want  bool
	}{{time.Hour, false}, {23 * time.Hour, false}, {25 * time.Hour, true}, {26 * time.Hour, false}} {
		c.Now = noon.Add(step.after)
		if did, err := c.Renew(t.Context()); err != nil || did != step.want {
			t.Errorf("after %v: %v, %v", step.after, did, err)
		}
	}
	if _, err := verifier(t, c).Verify(""); !errors.Is(err, cards.ErrNotACard) {
		t.Errorf("the renewed list cannot be opened: %v", err)
	}
}
