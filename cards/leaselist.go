package cards

import (
	"cmp"
	"crypto/ed25519"
	"fmt"
	"slices"
	"time"
)

// A LeaseList names every lease the centre gave. A centre key signs it.
type LeaseList struct {
	Serial uint64    `json:"serial"`
	MadeAt time.Time `json:"made_at"`
	Leases []Lease   `json:"leases"`
}

// Sign returns the list as a signed envelope, leases in order of their ranges. Leases that overlap are an error.
func (l LeaseList) Sign(centre ed25519.PrivateKey) ([]byte, error) {
	l.MadeAt = inSeconds(l.MadeAt)
	l.Leases = slices.Clone(l.Leases)
	for i := range l.Leases {
		l.Leases[i].IssuedAt = inSeconds(l.Leases[i].IssuedAt)
	}
	slices.SortFunc(l.Leases, func(a, b Lease) int { return cmp.Compare(a.First, b.First) })
	if err := l.check(); err != nil {
		return nil, err
	}
	return signJSON(centre, domainLeases, l)
}

// check wants the leases in order and apart.
func (l LeaseList) check() error {
	var last uint64
	for _, lease := range l.Leases {
		if err := lease.Check(); err != nil {
			return fmt.Errorf("lease list: %w", err)
		}
		if lease.First <= last {
			return fmt.Errorf("lease list: lease %s overlaps another or is out of order", lease.ID)
		}
		last = lease.Last
	}
	return nil
}

// Find returns the lease whose range holds n.
func (l LeaseList) Find(n Number) (Lease, bool) {
	i, ok := slices.BinarySearchFunc(l.Leases, n.Body(), func(lease Lease, body uint64) int {
		switch {
		case lease.Last < body:
			return -1
		case lease.First > body:
			return 1
		}
		return 0
	})
	if !ok || !n.Valid() {
		return Lease{}, false
	}
	return l.Leases[i], true
}
