package access_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sehat/records"
	"sehat/records/access"
	"sehat/records/store"
	"sehat/records/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

// counting counts the commits of a trail.
type counting struct {
	access.Trail
	commits atomic.Int64
}

func (c *counting) AppendAudit(ctx context.Context, chain string, seal func(records.AuditEntry) ([]records.AuditEntry, error)) error {
	c.commits.Add(1)
	return c.Trail.AppendAudit(ctx, chain, seal)
}

func open(t *testing.T, url string) *store.Store {
	t.Helper()
	s, err := store.Create(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func entry(i int) records.AuditEntry {
	return records.AuditEntry{FacilityID: "f1", KeyID: "k1", Action: "search", Purpose: "TREAT", ResidentID: fmt.Sprintf("r%d", i), Outcome: records.AuditAnswered}
}

// record writes n entries from many goroutines.
func record(t *testing.T, a *access.Audit, n int) {
	t.Helper()
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			if err := a.Record(t.Context(), entry(i)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestAuditSharesCommitsAndHasNoGaps(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		trail := &counting{Trail: s}
		const n = 200
		for range 2 { // a service that starts again goes on with its chain
			a := access.NewAudit(trail, "d1", time.Now)
			record(t, a, n)
			a.Close()
		}
		if commits := trail.commits.Load(); commits > n {
			t.Errorf("%d entries took %d commits", 2*n, commits)
		}
		head, err := access.VerifyChain(s.AuditEntries(t.Context(), "d1"))
		if err != nil || head.Seq != 2*n {
			t.Errorf("head %+v, %v", head, err)
		}
		if chains, err := s.AuditChains(t.Context()); err != nil || len(chains) != 1 {
			t.Errorf("chains %v, %v", chains, err)
		}
	})
}

func TestTwoServicesMayWriteOneChain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		a, b := access.NewAudit(s, "d1", time.Now), access.NewAudit(s, "d1", time.Now)
		var wg sync.WaitGroup
		wg.Go(func() { record(t, a, 50) })
		wg.Go(func() { record(t, b, 50) })
		wg.Wait()
		a.Close()
		b.Close()
		head, err := access.VerifyChain(s.AuditEntries(t.Context(), "d1"))
		if err != nil || head.Seq != 100 {
			t.Errorf("head %+v, %v", head, err)
		}
	})
}

func TestVerifyChainFindsTampering(t *testing.T) {
	for name, statement := range map[string]string{
		"an entry was changed":                              `UPDATE audit SET resident_id = 'somebody else' WHERE seq = 3`,
		"who asked was changed":                             `UPDATE audit SET key_id = 'k2' WHERE seq = 5`,
		"an entry was taken out":                            `DELETE FROM audit WHERE seq = 3`,
		"the first entry was taken out":                     `DELETE FROM audit WHERE seq = 1`,
		"entries were taken out and the rest numbered anew": `DELETE FROM audit WHERE seq = 1; UPDATE audit SET seq = seq - 1`,
		"an entry was put in":                               `INSERT INTO audit SELECT chain, 6, at, facility_id, key_id, action, purpose, resident_id, outcome, detail, prev, hash FROM audit WHERE seq = 5`,
		"two entries changed places":                        `UPDATE audit SET seq = 9 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 9`,
		"a hash was forged for a changed entry":             `UPDATE audit SET resident_id = 'x', hash = 'abc' WHERE seq = 2`,
	} {
		t.Run(name, func(t *testing.T) {
			url := t.TempDir() + "/store.db"
			s := open(t, url)
			a := access.NewAudit(s, "d1", time.Now)
			for i := range 5 {
				if err := a.Record(t.Context(), entry(i)); err != nil {
					t.Fatal(err)
				}
			}
			a.Close()
			if head, err := access.VerifyChain(s.AuditEntries(t.Context(), "d1")); err != nil || head.Seq != 5 {
				t.Fatalf("before: %+v, %v", head, err)
			}
			db, err := sql.Open("sqlite", url)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if _, err := db.Exec(statement); err != nil {
				t.Fatal(err)
			}
			if head, err := access.VerifyChain(s.AuditEntries(t.Context(), "d1")); !errors.Is(err, access.ErrTampered) {
				t.Errorf("head %+v, %v", head, err)
			}
		})
	}
}

func TestVerifyChainFindsAnEntryThatWasHashedAnew(t *testing.T) {
	s := open(t, t.TempDir()+"/store.db")
	a := access.NewAudit(s, "d1", time.Now)
	record(t, a, 4)
	a.Close()
	chain := func(change func([]records.AuditEntry) []records.AuditEntry) iter.Seq2[records.AuditEntry, error] {
		var all []records.AuditEntry
		for e, err := range s.AuditEntries(t.Context(), "d1") {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, e)
		}
		return func(yield func(records.AuditEntry, error) bool) {
			for _, e := range change(all) {
				if !yield(e, nil) {
					return
				}
			}
		}
	}
	for name, tc := range map[string]struct {
		change func([]records.AuditEntry) []records.AuditEntry
		says   string
	}{
		"changed, and hashed as it now is": {func(all []records.AuditEntry) []records.AuditEntry {
			all[1].ResidentID = "somebody else"
			content, err := records.Canonical(all[1])
			if err != nil {
				t.Fatal(err)
			}
			all[1].Hash = records.Hash(content)
			return all
		}, "entry 3 of chain d1"},
		"taken out": {func(all []records.AuditEntry) []records.AuditEntry { return slices.Delete(all, 1, 2) }, "goes from entry 1 to 3"},
		"from another chain": {func(all []records.AuditEntry) []records.AuditEntry {
			all[2].Chain = "d2"
			return all
		}, "stands in chain d1"},
	} {
		if _, err := access.VerifyChain(chain(tc.change)); !errors.Is(err, access.ErrTampered) || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// failing is a trail that cannot be written to.
type failing struct{ err error }

func (f failing) AppendAudit(context.Context, string, func(records.AuditEntry) ([]records.AuditEntry, error)) error {
	return f.err
}

func TestNoAuditNoAnswer(t *testing.T) {
	a := access.NewAudit(failing{errors.New("disk full")}, "d1", time.Now)
	if err := a.Record(t.Context(), entry(1)); !errors.Is(err, access.ErrNoAudit) {
		t.Errorf("a trail that fails: %v", err)
	}
	a.Close()
	a.Close()
	if err := a.Record(t.Context(), entry(1)); !errors.Is(err, access.ErrNoAudit) {
		t.Errorf("a service that stopped: %v", err)
	}
}

// slow is a trail that takes its time.
type slow struct{ release chan struct{} }

func (s slow) AppendAudit(context.Context, string, func(records.AuditEntry) ([]records.AuditEntry, error)) error {
	<-s.release
	return nil
}

func TestACallerThatHangsUpDoesNotWait(t *testing.T) {
	trail := slow{make(chan struct{})}
	a := access.NewAudit(trail, "d1", time.Now)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := a.Record(ctx, entry(1)); !errors.Is(err, access.ErrNoAudit) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	close(trail.release)
	a.Close()
}
