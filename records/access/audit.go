package access

import (
	"context"
	"fmt"
	"sync"
	"time"

	"sehat/records"
)

// A Trail keeps the audit log.
type Trail interface {
	// AppendAudit adds entries to a chain in one transaction, alone on that chain. seal is given the chain's last entry,
	// the zero entry if there is none, and returns what to store: durable when AppendAudit returns nil.
	AppendAudit(ctx context.Context, chain string, seal func(last records.AuditEntry) ([]records.AuditEntry, error)) error
}

const (
	auditGroup   = 256              // entries that share a commit, at most
	auditTimeout = 10 * time.Second // how long a commit may take
)

// An Audit writes one chain of the audit log. It is safe for concurrent use.
type Audit struct {
	trail Trail
	chain string
	now   func() time.Time
	queue chan pending
	quit  chan struct{} // closed by Close
	done  chan struct{} // closed when the last entry is written
	once  sync.Once
}

// pending is an entry whose answer waits.
type pending struct {
	entry records.AuditEntry
	done  chan error
}

// NewAudit starts writing a chain. Close it before the trail.
func NewAudit(trail Trail, chain string, now func() time.Time) *Audit {
	a := &Audit{trail: trail, chain: chain, now: now, queue: make(chan pending, auditGroup), quit: make(chan struct{}), done: make(chan struct{})}
	go a.run()
	return a
}

// Record writes an entry and returns when it is durable. Chain, number, time, link and hash are filled in. It returns an
// error with ErrNoAudit in its chain where it cannot say that the entry is durable: then there is no answer.
func (a *Audit) Record(ctx context.Context, e records.AuditEntry) error {
	e.At = records.Stamp(a.now())
	p := pending{e, make(chan error, 1)}
	select {
	case <-a.quit:
		return fmt.Errorf("%w: the service is stopping", ErrNoAudit)
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrNoAudit, ctx.Err())
	case a.queue <- p:
	}
	select {
	case err := <-p.done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrNoAudit, ctx.Err())
	case <-a.done: // it may have been written with the last group
		select {
		case err := <-p.done:
			return err
		default:
			return fmt.Errorf("%w: the service is stopping", ErrNoAudit)
		}
	}
}

// Close writes what waits and stops. Further entries are refused.
func (a *Audit) Close() {
	a.once.Do(func() { close(a.quit) })
	<-a.done
}

// run writes group after group: all that came while the last one was committed share the next commit.
func (a *Audit) run() {
	defer close(a.done)
	for {
		select {
		case p := <-a.queue:
			a.write(a.gather([]pending{p}))
		case <-a.quit:
			for group := a.gather(nil); len(group) > 0; group = a.gather(nil) {
				a.write(group)
			}
			return
		}
	}
}

// gather adds what waits to a group, without waiting.
func (a *Audit) gather(group []pending) []pending {
	for len(group) < auditGroup {
		select {
		case p := <-a.queue:
			group = append(group, p)
		default:
			return group
		}
	}
	return group
}

func (a *Audit) write(group []pending) {
	// Not a caller's context: one that hangs up must not take the others' answers away.
	ctx, cancel := context.WithTimeout(context.Background(), auditTimeout)
	defer cancel()
	err := a.trail.AppendAudit(ctx, a.chain, func(last records.AuditEntry) ([]records.AuditEntry, error) {
		entries := make([]records.AuditEntry, len(group))
		for i, p := range group {
			entries[i] = p.entry
		}
		return seal(a.chain, last, entries)
	})
	if err != nil {
		err = fmt.Errorf("%w: %w", ErrNoAudit, err)
	}
	for _, p := range group {
		p.done <- err
	}
}
