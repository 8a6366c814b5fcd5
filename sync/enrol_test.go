package sync_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"sehat/cards"
	"sehat/records"
	"sehat/records/store/storetest"
	"sehat/sync"
)

func publicOf(k ed25519.PrivateKey) ed25519.PublicKey { return k.Public().(ed25519.PublicKey) }

func TestApprovingARequestAgainGivesTheSameGrant(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		request, err := sync.Request{DeviceID: "d1", Name: "Laptop 7"}.Sign(key("d1"))
		if err != nil {
			t.Fatal(err)
		}
		root := func() (ed25519.PrivateKey, error) { return c.root, nil }
		first, again, err := c.Approve(t.Context(), request, 100, root)
		if err != nil || again {
			t.Fatalf("again %v, %v", again, err)
		}
		second, again, err := c.Approve(t.Context(), request, 9000, func() (ed25519.PrivateKey, error) { return nil, errors.New("asked for the root key") })
		if err != nil || !again || !bytes.Equal(first, second) {
			t.Fatalf("again %v, the same %v, %v", again, bytes.Equal(first, second), err)
		}
		leases, err := c.store.Leases(t.Context(), "d1")
		if err != nil || len(leases) != 1 || leases[0].Quota != 100 {
			t.Errorf("leases %+v, %v", leases, err)
		}
		devices, err := c.store.Devices(t.Context())
		if err != nil || len(devices) != 2 {
			t.Errorf("devices %+v, %v", devices, err)
		}
		// The same device asks with another key.
		other, err := sync.Request{DeviceID: "d1", Name: "Laptop 7"}.Sign(key("another"))
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := c.Approve(t.Context(), other, 100, root); !errors.Is(err, sync.ErrOtherKey) {
			t.Errorf("another key: %v", err)
		}
	})
}

// edit changes the payload of a signed file.
func edit(t *testing.T, file []byte, from, to string) []byte {
	t.Helper()
	var e cards.Envelope
	if err := json.Unmarshal(file, &e); err != nil {
		t.Fatal(err)
	}
	e.Payload = bytes.Replace(e.Payload, []byte(from), []byte(to), 1)
	b, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestOpenRequestRefusesWhatWasChanged(t *testing.T) {
	good, err := sync.Request{DeviceID: "d1", Name: "Laptop 7"}.Sign(key("d1"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := sync.OpenRequest(good)
	if err != nil || r.DeviceID != "d1" || r.Name != "Laptop 7" || !bytes.Equal(r.PublicKey, publicOf(key("d1"))) {
		t.Fatalf("%+v, %v", r, err)
	}
	named := func(device, name string) []byte {
		b, err := sync.Request{DeviceID: device, Name: name}.Sign(key("d1"))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, c := range []struct {
		name string
		file []byte
		want error
	}{
		{"nothing", nil, sync.ErrNotARequest},
		{"a table", []byte("household_id,line_no\n"), sync.ErrNotARequest},
		{"another name", edit(t, good, "Laptop 7", "Laptop 8"), sync.ErrChanged},
		{"another device", edit(t, good, `"d1"`, `"d2"`), sync.ErrChanged},
		{"no device", named("", "Laptop 7"), sync.ErrNotARequest},
		{"a name that clears the terminal", named("d1", "Laptop\x1b[2J"), sync.ErrNotARequest},
		{"cut off", good[:len(good)-2], sync.ErrNotARequest},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := sync.OpenRequest(c.file); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestOpenGrantRefusesWhatIsNotForThisDevice(t *testing.T) {
	c := newCentre(t, filepath.Join(t.TempDir(), "c.db"))
	grant := func(device string) []byte {
		request, err := sync.Request{DeviceID: device, Name: device}.Sign(key(device))
		if err != nil {
			t.Fatal(err)
		}
		g, _, err := c.Approve(t.Context(), request, 100, func() (ed25519.PrivateKey, error) { return c.root, nil })
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	mine, other := grant("d1"), grant("d2")
	g, root, err := sync.OpenGrant(mine, "d1", publicOf(key("d1")))
	if err != nil || g.Centre != c.HomeID || root != c.Root {
		t.Fatalf("%+v, root %s, %v", g, root, err)
	}
	selfMade, err := cards.SignEnvelope(key("d1"), "grant/1", payload(t, mine))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		file   []byte
		device string
		want   error
	}{
		{"nothing", nil, "d1", sync.ErrNotAGrant},
		{"another device's", other, "d1", sync.ErrOtherDevice},
		{"mine, with another key", mine, "d2", sync.ErrOtherDevice},
		{"another centre's name", edit(t, mine, "Centre", "centre"), "d1", sync.ErrChanged},
		{"signed by the laptop itself", selfMade, "d1", cards.ErrNotAllowed},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, _, err := sync.OpenGrant(c.file, c.device, publicOf(key(c.device))); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func payload(t *testing.T, file []byte) []byte {
	t.Helper()
	var e cards.Envelope
	if err := json.Unmarshal(file, &e); err != nil {
		t.Fatal(err)
	}
	return e.Payload
}

func TestLeasesNeverOverlap(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		l := newLaptop(t, c, "one")
		for _, quota := range []int{1, 20_000, 7} {
			if _, err := c.Lease(t.Context(), l.ID, quota); err != nil {
				t.Fatal(err)
			}
		}
		leases, err := c.store.AllLeases(t.Context())
		if err != nil || len(leases) != 5 {
			t.Fatalf("%d leases, %v", len(leases), err)
		}
		next := cards.MinBody
		for _, lease := range leases {
			if lease.First != next || lease.Last-lease.First+1 != uint64(lease.Quota)*cards.LeaseWidth {
				t.Errorf("lease %+v does not begin at %d", lease, next)
			}
			next = lease.Last + 1
		}
		if _, err := c.Lease(t.Context(), l.ID, cards.MaxQuota+1); err == nil {
			t.Error("a lease of any size is given")
		}
	})
}

func TestADeviceKeepsOnlyListsThatAreNewerAndSigned(t *testing.T) {
	c := newCentre(t, filepath.Join(t.TempDir(), "c.db"))
	l := newLaptop(t, c, "one")
	old, err := sync.TrustFile(t.Context(), c.store)
	if err != nil {
		t.Fatal(err)
	}
	keep := func(file []byte) (bool, error) {
		return sync.KeepTrust(t.Context(), l.store, file, c.Root, l.ID, noon)
	}
	if changed, err := keep(old); changed || err != nil {
		t.Errorf("the same lists again: changed %v, %v", changed, err)
	}
	if _, err := c.Lease(t.Context(), l.ID, 50); err != nil {
		t.Fatal(err)
	}
	newer, err := sync.TrustFile(t.Context(), c.store)
	if err != nil {
		t.Fatal(err)
	}
	if changed, err := keep(newer); !changed || err != nil {
		t.Fatalf("newer lists: changed %v, %v", changed, err)
	}
	if leases, err := l.store.Leases(t.Context(), l.ID); err != nil || len(leases) != 2 {
		t.Errorf("leases %+v, %v", leases, err)
	}
	if _, err := keep(old); !errors.Is(err, cards.ErrOlderList) {
		t.Errorf("older lists: %v", err)
	}
	stranger := newStranger(t)
	if _, err := keep(stranger); !errors.Is(err, cards.ErrWrongRoot) {
		t.Errorf("a stranger's lists: %v", err)
	}
}

// newStranger returns the trust file of another root.
func newStranger(t *testing.T) []byte {
	t.Helper()
	root, centre := key("stranger root"), key("stranger centre")
	keys, err := cards.KeyList{Serial: 9, MadeAt: noon, Keys: []cards.Key{
		cards.NewKey(cards.RootKey, publicOf(root), "", noon, time.Time{}), cards.NewKey(cards.CentreKey, publicOf(centre), "x", noon, time.Time{}),
	}}.Sign(root)
	if err != nil {
		t.Fatal(err)
	}
	leases, err := cards.LeaseList{Serial: 9, MadeAt: noon}.Sign(centre)
	if err != nil {
		t.Fatal(err)
	}
	revocations, err := cards.RevocationList{Serial: 9, MadeAt: noon}.Sign(centre)
	if err != nil {
		t.Fatal(err)
	}
	file, err := cards.PackTrust(keys, leases, revocations)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// Two people at the centre sign at the same moment: the second is told, and nothing of its half is kept.
func TestTwoChangesOfTheListsAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		stale := records.TrustChange{
			Documents: []records.Document{{Name: records.DocLeases, Was: "another", Bytes: []byte("{}")}},
			Leases:    []records.Lease{{ID: "l", DeviceID: "d", First: 1, Last: 2, Quota: 1, Status: "active"}},
		}
		if err := c.store.SaveTrust(t.Context(), stale); !errors.Is(err, records.ErrConflict) {
			t.Errorf("got %v", err)
		}
		if leases, err := c.store.Leases(t.Context(), "d"); err != nil || len(leases) != 0 {
			t.Errorf("half of it is kept: %+v, %v", leases, err)
		}
	})
}
