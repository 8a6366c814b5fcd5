package sync_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"sehat/records"
	"sehat/records/store"
	"sehat/records/store/storetest"
	"sehat/sync"
)

var errCut = errors.New("the line went dead")

// A cut fails one call of all that go through it: before it was done, or after, when its caller cannot know that it was.
type cut struct {
	left  int // calls until the one that fails; negative never fails
	after bool
}

func (c *cut) do(f func() error) error {
	c.left--
	if c.left != 0 {
		return f()
	}
	if c.after {
		return errors.Join(f(), errCut)
	}
	return errCut
}

// cutStore is a store whose every writing or asking step may be cut.
type cutStore struct {
	*store.Store
	*cut
}

func (s cutStore) SaveBatch(ctx context.Context, f records.Frozen, changes []records.Change) error {
	return s.do(func() error { return s.Store.SaveBatch(ctx, f, changes) })
}

func (s cutStore) SaveReceipt(ctx context.Context, number int64, receipt []byte, at string, rejected []records.RowReject) (again int, err error) {
	err = s.do(func() error { again, err = s.Store.SaveReceipt(ctx, number, receipt, at, rejected); return err })
	return again, err
}

func (s cutStore) Deliver(ctx context.Context, b records.Inbound) error {
	return s.do(func() error { return s.Store.Deliver(ctx, b) })
}

func (s cutStore) Delivered(ctx context.Context, id string, from int64) (list []records.Inbound, err error) {
	err = s.do(func() error { list, err = s.Store.Delivered(ctx, id, from); return err })
	return list, err
}

func (s cutStore) Receipts(ctx context.Context, id string, from int64) (list map[int64][]byte, err error) {
	err = s.do(func() error { list, err = s.Store.Receipts(ctx, id, from); return err })
	return list, err
}

func (s cutStore) Apply(ctx context.Context, a records.Application) (answer records.Answer, err error) {
	err = s.do(func() error { answer, err = s.Store.Apply(ctx, a); return err })
	return answer, err
}

// round is all that happens between a laptop and its centre, until something fails. A reconnected line holds.
func round(ctx context.Context, c *centre, l *laptop, line *cut, dials *int) error {
	d := *l.Device
	d.Outbox, d.Shelf = cutStore{l.store, line}, cutStore{l.store, line}
	push := func() error {
		if _, err := d.Freeze(ctx); err != nil {
			return err
		}
		_, err := d.Push(ctx, func(context.Context) (sync.Inbox, error) { *dials++; return cutStore{c.store, line}, nil })
		return err
	}
	if err := push(); err != nil {
		return err
	}
	a := sync.Applier{Desk: c.store, Directory: c.store, Ledger: cutStore{c.store, line}, Key: c.Key, By: "admin", Now: clock}
	r, err := a.Apply(ctx)
	if err != nil {
		return err
	}
	if r.Again > 0 {
		return fmt.Errorf("%d batches were met again", r.Again)
	}
	return push()
}

// Whatever step is cut, before or after it was done: the same steps again bring everything to the centre, once.
func TestCutOffAnywhereEverythingArrivesOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		steps := 0
		for _, after := range []bool{false, true} {
			for n := 1; ; n++ {
				if store.IsPostgres(url) && n%4 != 0 {
					if n > 20 {
						break
					}
					continue // one in four is enough where each costs a database
				}
				fresh := filepath.Join(t.TempDir(), "centre.db")
				if store.IsPostgres(url) {
					fresh = storetest.Postgres(t)
				}
				failed := cutAt(t, fresh, n, after)
				if !failed {
					break
				}
				steps++
			}
		}
		if steps < 4 {
			t.Errorf("only %d steps were cut", steps)
		}
	})
}

// cutAt runs everything with step n cut, and tells whether there was a step n.
func cutAt(t *testing.T, url string, n int, after bool) bool {
	t.Helper()
	name := fmt.Sprintf("step %d cut (after: %v)", n, after)
	c := newCentre(t, url)
	l := newLaptop(t, c, "one")
	defer l.store.Close()
	defer c.store.Close()
	line, dials := &cut{left: n, after: after}, 0
	for i := range 3 { // three batches, the third corrects the first
		save(t, l.store, person(fmt.Sprintf("r%d", i%2), fmt.Sprintf("Asha %d", i)))
		if _, err := (&sync.Device{ID: l.ID, Key: l.Key, Outbox: cutStore{l.store, line}, Shelf: l.store, Now: clock}).Freeze(t.Context()); err != nil && !errors.Is(err, errCut) {
			t.Fatal(name, err)
		}
	}
	var errs []error
	for range 3 {
		if err := round(t.Context(), c, l, line, &dials); err != nil {
			if !errors.Is(err, errCut) {
				t.Fatal(name, err)
			}
			errs = append(errs, err)
		}
	}
	if len(errs) > 1 {
		t.Errorf("%s: more than one round failed: %v", name, errs)
	}
	same(t, l.store, c.store)
	ledger, err := c.store.Ledger(t.Context(), l.ID)
	if err != nil {
		t.Fatal(err)
	}
	rows, waiting := 0, 0
	for i, a := range ledger {
		rows += a.Stored
		if a.Number != int64(i+1) || a.Stored != a.Rows {
			t.Errorf("%s: ledger %+v", name, a)
		}
	}
	frozen, err := l.store.Batches(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range frozen {
		if f.ReceiptAt == "" {
			waiting++
		}
	}
	// Two rounds of three rows, and the correction: one more, or none where the cut let it travel with the first.
	if (rows != 7 && rows != 6) || waiting > 0 || len(frozen) != len(ledger) {
		t.Errorf("%s: %d rows stored, %d of %d batches without a receipt, %d applied", name, rows, waiting, len(frozen), len(ledger))
	}
	return line.left <= 0
}

// The line goes dead at the commit of a delivery that did happen: the device asks, and does not send it as new.
func TestAnErrorAtCommitIsAskedAbout(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		for _, after := range []bool{false, true} {
			if after {
				if store.IsPostgres(url) {
					url = storetest.Postgres(t)
				} else {
					url += ".after"
				}
			}
			c := newCentre(t, url)
			l := newLaptop(t, c, "one")
			save(t, l.store, person("r1", "Asha"))
			l.freeze(t)
			line, dials := &cut{left: 2, after: after}, 0 // the first call asks what is there
			r, err := l.Push(t.Context(), func(context.Context) (sync.Inbox, error) { dials++; return cutStore{c.store, line}, nil })
			if err != nil || r.Batches != 1 || dials != 2 {
				t.Errorf("after %v: %+v, %d connections, %v", after, r, dials, err)
			}
			if w, err := c.store.Waiting(t.Context()); err != nil || len(w) != 1 {
				t.Errorf("after %v: %d batches wait, %v", after, len(w), err)
			}
		}
	})
}

// The same at the centre: the ledger is asked, and the batch counts once.
func TestAnErrorAtTheCommitOfApplyIsAskedAbout(t *testing.T) {
	for _, after := range []bool{false, true} {
		storetest.Each(t, func(t *testing.T, url string) {
			c := newCentre(t, url)
			l := newLaptop(t, c, "one")
			save(t, l.store, person("r1", "Asha"))
			l.push(t, c)
			line := &cut{left: 1, after: after}
			a := sync.Applier{Desk: c.store, Directory: c.store, Ledger: cutStore{c.store, line}, Key: c.Key, By: "admin", Now: clock}
			r, err := a.Apply(t.Context())
			if err != nil || r.Batches != 1 || r.Stored != 3 || r.Again != 0 {
				t.Errorf("after %v: %+v, %v", after, r, err)
			}
			same(t, l.store, c.store)
		})
	}
}

func TestACentreThatIsDownLosesNothing(t *testing.T) {
	c := newCentre(t, filepath.Join(t.TempDir(), "centre.db"))
	l := newLaptop(t, c, "one")
	save(t, l.store, people(3)...)
	l.freeze(t)
	down := errors.New("connection refused")
	if _, err := l.Push(t.Context(), func(context.Context) (sync.Inbox, error) { return nil, down }); !errors.Is(err, down) {
		t.Fatalf("got %v", err)
	}
	if r := l.push(t, c); r.Batches != 1 || r.Rows != 9 {
		t.Errorf("once it is up: %+v", r)
	}
}

// failing is a ledger that cannot store the batches of one device.
type failing struct {
	*store.Store
	device string
}

func (f failing) Apply(ctx context.Context, a records.Application) (records.Answer, error) {
	if a.DeviceID == f.device {
		return records.Answer{}, errors.New("the disk is full")
	}
	return f.Store.Apply(ctx, a)
}

// What cannot be stored of one device keeps no other waiting, and is tried again.
func TestADeviceThatCannotBeAppliedStopsNoOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		for i, name := range []string{"one", "three", "two"} { // as the centre meets them
			l := newLaptop(t, c, name)
			for j := range 2 {
				save(t, l.store, person(fmt.Sprintf("r%d%d", i, j), "Asha"))
				l.push(t, c)
			}
		}
		a := sync.Applier{Desk: c.store, Directory: c.store, Ledger: failing{c.store, "device-three"}, Key: c.Key, By: "admin", Now: clock}
		r, err := a.Apply(t.Context())
		if err == nil || !strings.Contains(err.Error(), "batch 1 of device device-three: the disk is full") {
			t.Errorf("got %v", err)
		}
		if r.Batches != 4 || r.Stored != 12 || r.Failed != 1 || len(r.Problems) != 1 || r.Problems[0].DeviceID != "device-three" || r.Problems[0].Number != 1 {
			t.Errorf("applied %+v", r)
		}
		if r := c.apply(t); r.Batches != 2 || r.Stored != 6 || r.Failed != 0 {
			t.Errorf("tried again: %+v", r)
		}
	})
}
