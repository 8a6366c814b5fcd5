package records

import (
	"fmt"
	"io"
	"time"

	"sehat/cards"
)

// A drawing draws numbers from a device's leases, within their quotas.
type drawing struct {
	leases []Lease
	drawn  map[cards.Number]bool // in this run; the store's unique index knows all the others
}

func (d *drawing) add(leases []Lease) {
	d.drawn = map[cards.Number]bool{}
	for _, l := range leases {
		if l.Status == string(cards.LeaseActive) {
			d.leases = append(d.leases, l)
		}
	}
}

// left is how many numbers may still be drawn.
func (d *drawing) left() int {
	sum := 0
	for _, l := range d.leases {
		sum += max(0, l.Quota-l.Used)
	}
	return sum
}

// next draws a number that this run has not drawn, and tells whose lease it is from. It returns [cards.ErrNoLease] when every
// quota is used.
func (d *drawing) next(random io.Reader) (cards.Number, string, error) {
	for i := range d.leases {
		l := &d.leases[i]
		if l.Used >= l.Quota {
			continue
		}
		lease, err := l.Signed()
		if err != nil {
			return 0, "", err
		}
		for {
			n, err := lease.Draw(random)
			if err != nil {
				return 0, "", err
			}
			if !d.drawn[n] {
				d.drawn[n] = true
				l.Used++
				return n, l.ID, nil
			}
		}
	}
	return 0, "", cards.ErrNoLease
}

// Signed returns the lease as the signed lease list tells it.
func (l Lease) Signed() (cards.Lease, error) {
	at, err := time.Parse(time.RFC3339, l.IssuedAt)
	if err != nil {
		return cards.Lease{}, fmt.Errorf("lease %s: %w", l.ID, err)
	}
	return cards.Lease{
		ID: l.ID, DeviceID: l.DeviceID, First: l.First, Last: l.Last, Quota: l.Quota, IssuedAt: at, Status: cards.LeaseStatus(l.Status),
	}, nil
}
