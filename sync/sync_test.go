package sync_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sehat/records"
	"sehat/records/store/storetest"
)

// collected fills a laptop with everything that travels: people, cards, a printed batch and decisions.
func collected(t *testing.T, l *laptop, n int) {
	t.Helper()
	save(t, l.store, people(n)...)
	l.issue(t)
	card := cardOf(t, l.store, "r000000")
	batch := records.PrintBatch{
		ID: "20260301-aaaa", Layout: "a4-10", MadeAt: records.Stamp(noon), By: "tester", State: records.PrintMaking,
		Slots: []records.PrintSlot{{Position: 1, Number: card.Number, Version: card.Version}},
	}
	if err := l.store.SavePrintBatch(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	event := func(e string) records.CardEvent {
		return records.CardEvent{ID: records.NewID(), Number: card.Number, Version: card.Version, Event: e, By: "tester", At: records.Stamp(noon), Why: "a <test> & more"}
	}
	made := records.PrintBatchEvent{ID: records.NewID(), BatchID: batch.ID, Event: records.PrintMade, By: "tester", At: records.Stamp(noon)}
	if err := l.store.ClosePrintBatch(t.Context(), made, []records.CardEvent{event(records.CardPrinted)}); err != nil {
		t.Fatal(err)
	}
	if err := l.store.AddCardEvents(t.Context(), []records.CardEvent{event(records.CardHandedOver)}); err != nil {
		t.Fatal(err)
	}
	if err := decide(t, l.store, "r000000", "r000001", records.DecidedDifferent, "tester"); err != nil {
		t.Fatal(err)
	}
}

func TestEverythingALaptopCollectedArrivesOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		l := newLaptop(t, c, "one")
		collected(t, l, 60)
		pushed := l.push(t, c)
		// A household, a visit, a resident, a card and an event for each; two more events, a print batch with its event and the
		// sheet that it used, a decision.
		if pushed.Batches != 1 || pushed.Rows != 60*5+2+3+1 || pushed.Waiting != 1 || pushed.Receipts != 0 {
			t.Fatalf("pushed %+v", pushed)
		}
		applied := c.apply(t)
		if applied.Batches != 1 || applied.Stored != pushed.Rows || applied.Rows != pushed.Rows {
			t.Fatalf("applied %+v", applied)
		}
		same(t, l.store, c.store)
		again := l.push(t, c)
		if again.Batches != 0 || again.Receipts != 1 || again.Waiting != 0 {
			t.Errorf("pushed again: %+v", again)
		}
		if third := l.push(t, c); third.Receipts != 0 || third.Batches != 0 {
			t.Errorf("with the receipt there: %+v", third)
		}
		if again := c.apply(t); again.Batches+again.Again != 0 {
			t.Errorf("applied again: %+v", again)
		}
		same(t, l.store, c.store)
		leases, err := c.store.Leases(t.Context(), l.ID)
		if err != nil || len(leases) != 1 || leases[0].Used != 60 {
			t.Errorf("the centre knows of %+v, %v", leases, err)
		}
	})
}

func TestABatchDeliveredAgainAndAgainIsAppliedOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		l := newLaptop(t, c, "one")
		save(t, l.store, people(2)...)
		l.freeze(t)
		f, err := l.store.Unconfirmed(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		b, err := l.store.BatchBytes(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		in := records.Inbound{DeviceID: l.ID, Number: 1, Hash: f[0].Hash, Bytes: b, ReceivedAt: records.Stamp(noon)}
		for i := range 4 {
			for range 3 {
				if err := c.store.Deliver(t.Context(), in); err != nil {
					t.Fatal(err)
				}
			}
			want := []int{1, 0, 0, 0}[i]
			if r := c.apply(t); r.Batches != want || r.Again != 0 || r.Stored != 6*want {
				t.Errorf("time %d: %+v", i+1, r)
			}
		}
		// Whoever asks the ledger once more, as after an error, hears what it said the first time.
		first, err := c.store.Receipts(t.Context(), l.ID, 1)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := c.store.Apply(t.Context(), records.Application{DeviceID: l.ID, Number: 1, Hash: f[0].Hash})
		if err != nil || !answer.Again || !bytes.Equal(answer.Receipt, first[1]) || answer.Applied.Stored != 6 {
			t.Errorf("asked again: %+v, %v", answer, err)
		}
	})
}

func TestACorrectedRowIsAnUpdate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		l := newLaptop(t, c, "one")
		save(t, l.store, people(3)...)
		l.push(t, c)
		c.apply(t)
		for _, name := range []string{"Asha Devi", "Asha Devi Sharma"} {
			row := person("r000001", name)
			row.Resident.EPIC = "XYZ7654321"
			save(t, l.store, row)
			if r := l.push(t, c); r.Rows != 1 {
				t.Fatalf("pushed %+v", r)
			}
		}
		if r := c.apply(t); r.Stored != 2 || r.Batches != 2 {
			t.Fatalf("applied %+v", r)
		}
		same(t, l.store, c.store)
		r, err := c.store.Resident(t.Context(), "r000001")
		if err != nil || r.Rev != 3 || r.Origin != l.ID || r.EPIC != "XYZ7654321" {
			t.Errorf("at the centre: %+v, %v", r, err)
		}
	})
}

// A laptop whose disk was copied goes on in two places.
func TestAClonedLaptopIsAFork(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		l := newLaptop(t, c, "one")
		save(t, l.store, person("r1", "Asha Devi"))
		l.push(t, c)
		c.apply(t)
		l.push(t, c)
		if err := l.store.Close(); err != nil { // so that the file holds everything
			t.Fatal(err)
		}
		copied := filepath.Join(t.TempDir(), "clone.db")
		b, err := os.ReadFile(l.path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(copied, b, 0o600); err != nil {
			t.Fatal(err)
		}
		l, clone := openLaptop(t, c, "one", l.path), openLaptop(t, c, "one", copied)
		save(t, l.store, person("r2", "Sunita"))
		save(t, clone.store, person("r3", "Ramesh"))
		l.push(t, c)
		c.apply(t)
		clone.push(t, c)
		save(t, clone.store, person("r4", "Suresh"))
		clone.push(t, c)
		r := c.apply(t)
		if r.Forks != 2 || r.Stored != 0 || len(r.Problems) != 2 {
			t.Fatalf("applied %+v", r)
		}
		if r := clone.push(t, c); len(r.Held) != 2 || r.Held[0].Status != records.InboxFork || r.Receipts != 0 {
			t.Errorf("the clone is told %+v", r)
		}
		if _, err := c.store.Resident(t.Context(), "r3"); !errors.Is(err, records.ErrNotFound) {
			t.Errorf("something of the fork is used: %v", err)
		}
		save(t, l.store, person("r5", "Geeta"))
		if l.push(t, c); c.apply(t).Stored != 3 {
			t.Error("the first of the two cannot go on")
		}
		if r := c.apply(t); r.Forks != 0 {
			t.Errorf("the fork is met again: %+v", r)
		}
	})
}

func TestAGapWaitsForTheBatchBefore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		l := newLaptop(t, c, "one")
		for _, id := range []string{"r1", "r2", "r3"} {
			save(t, l.store, person(id, "Asha"))
			l.freeze(t)
		}
		frozen, err := l.store.Unconfirmed(t.Context())
		if err != nil || len(frozen) != 3 {
			t.Fatalf("%d frozen, %v", len(frozen), err)
		}
		deliver := func(f records.Frozen) {
			t.Helper()
			b, err := l.store.BatchBytes(t.Context(), f.Number)
			if err == nil {
				err = c.store.Deliver(t.Context(), records.Inbound{DeviceID: l.ID, Number: f.Number, Hash: f.Hash, Bytes: b, ReceivedAt: records.Stamp(noon)})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		deliver(frozen[2])
		deliver(frozen[1])
		if r := c.apply(t); r.Gaps != 2 || r.Stored != 0 || !strings.Contains(r.Problems[0].Why, "batch 1") {
			t.Fatalf("applied %+v", r)
		}
		deliver(frozen[0])
		if r := c.apply(t); r.Batches != 3 || r.Gaps != 0 || r.Stored != 9 {
			t.Fatalf("applied %+v", r)
		}
		same(t, l.store, c.store)
	})
}

func TestABatchThatIsNoGoodIsPutAside(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		l := newLaptop(t, c, "one")
		save(t, l.store, person("r1", "Asha"))
		l.freeze(t)
		f, err := l.store.Unconfirmed(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		good, err := l.store.BatchBytes(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		bad := slices.Clone(good)
		bad[len(bad)-3] ^= 1
		in := records.Inbound{DeviceID: l.ID, Number: 1, ReceivedAt: records.Stamp(noon)}
		for _, b := range []records.Inbound{
			{DeviceID: "device-nobody", Number: 1, Hash: "a", Bytes: good},
			{DeviceID: in.DeviceID, Number: 1, Hash: f[0].Hash, Bytes: bad},
			{DeviceID: in.DeviceID, Number: 1, Hash: records.Hash(bad), Bytes: bad},
			{DeviceID: in.DeviceID, Number: 1, Hash: records.Hash([]byte("another")), Bytes: good},
			{DeviceID: in.DeviceID, Number: 2, Hash: f[0].Hash, Bytes: good},
			{DeviceID: in.DeviceID, Number: 3, Hash: "text", Bytes: []byte("hello")},
		} {
			if err := c.store.Deliver(t.Context(), b); err != nil {
				t.Fatal(err)
			}
		}
		r := c.apply(t)
		if r.Refused != 6 || r.Stored != 0 {
			t.Fatalf("applied %+v", r)
		}
		for _, p := range r.Problems {
			if p.Why == "" || p.Status != records.InboxRefused {
				t.Errorf("problem without a reason: %+v", p)
			}
		}
		// The laptop offers its batch again: the damaged bytes are replaced by the good ones.
		if r := l.push(t, c); r.Batches != 1 || len(r.Held) != 0 {
			t.Fatalf("pushed %+v", r)
		}
		if r := c.apply(t); r.Batches != 1 || r.Stored != 3 {
			t.Fatalf("applied %+v", r)
		}
	})
}

func TestARetiredLaptopIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		l := newLaptop(t, c, "one")
		save(t, l.store, people(1)...)
		l.push(t, c)
		d, err := c.store.Device(t.Context(), l.ID)
		if err != nil {
			t.Fatal(err)
		}
		d.Status = records.DeviceLost
		if err := c.store.SaveTrust(t.Context(), records.TrustChange{Device: &d}); err != nil {
			t.Fatal(err)
		}
		if r := c.apply(t); r.Refused != 1 || r.Stored != 0 {
			t.Errorf("applied %+v", r)
		}
		if r := l.push(t, c); len(r.Held) != 0 || r.Waiting != 1 { // offered again: it waits again
			t.Errorf("pushed %+v", r)
		}
	})
}
