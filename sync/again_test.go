package sync_test

import (
	"slices"
	"testing"

	"sehat/records"
	"sehat/records/store/storetest"
	"sehat/sync"
)

// An older version of the program froze residents before their households: once the receipts tell, they travel again, once.
func TestARowThatCameBeforeItsParentTravelsAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		l := newLaptop(t, c, "one")
		save(t, l.store, people(3)...)
		l.issue(t)
		freezeOrphans(t, l, false)
		l.push(t, c)
		if r := c.apply(t); r.Batches != 2 || r.Rejects != 4*3 || r.Stored != 3 {
			t.Fatalf("applied %+v", r)
		}
		if r := l.push(t, c); r.Receipts != 2 || r.Again != 4*3 || r.Rejects != 0 {
			t.Fatalf("the receipts: %+v", r)
		}
		if r := l.push(t, c); r.Batches != 1 || r.Rows != 4*3 {
			t.Fatalf("pushed again: %+v", r)
		}
		if r := c.apply(t); r.Stored != 4*3 {
			t.Fatalf("applied %+v", r)
		}
		same(t, l.store, c.store)
		if r := l.push(t, c); r.Receipts != 1 || r.Again != 0 {
			t.Errorf("once all is there: %+v", r)
		}
		if n, err := l.store.OutboxRows(t.Context()); err != nil || n != 0 {
			t.Errorf("%d rows are still to travel, %v", n, err)
		}
	})
}

// Nothing comes after the batch that could bring the parent: a person must look, and the row does not travel for ever.
func TestARowWhoseParentNeverComesStays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		l := newLaptop(t, c, "one")
		save(t, l.store, people(1)...)
		freezeOrphans(t, l, true)
		l.push(t, c)
		c.apply(t)
		if r := l.push(t, c); r.Receipts != 1 || r.Again != 0 || r.Rejects != 2 {
			t.Errorf("the receipt: %+v", r)
		}
		if n, err := l.store.OutboxRows(t.Context()); err != nil || n != 0 {
			t.Errorf("%d rows are to travel again, %v", n, err)
		}
	})
}

// freezeOrphans freezes all but the households. Where these are lost, they count as frozen, too.
func freezeOrphans(t *testing.T, l *laptop, lost bool) {
	t.Helper()
	all, err := l.store.Outgoing(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	orphans := slices.DeleteFunc(slices.Clone(all), func(c records.Change) bool { return c.Noun == records.NounHousehold })
	f, err := sync.Freeze(sync.Header{DeviceID: l.ID, Number: 1, FrozenAt: records.Stamp(noon)}, orphans, l.Key)
	if err != nil {
		t.Fatal(err)
	}
	if !lost {
		all = orphans
	}
	if err := l.store.SaveBatch(t.Context(), f, all); err != nil {
		t.Fatal(err)
	}
}
