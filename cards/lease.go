package cards

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"time"
)

// LeaseWidth is how many bodies a lease reserves for each card of its quota. The body space has room for 160 million cards.
// Two copies of one laptop (a clone, a restored backup) that draw a and b numbers from one lease of quota q clash
// a*b/(q*LeaseWidth) times on average: half a clash for a hundred cloned laptops of a thousand cards each.
const LeaseWidth = 50_000

// MaxQuota is the most cards one lease may hold.
const MaxQuota = 5_000_000

// Errors of leases.
var (
	ErrNoLease   = errors.New("no numbers left in the lease")
	ErrLeaseVoid = errors.New("the lease is void")
	ErrNoRoom    = errors.New("no room left for leases")
)

// LeaseStatus says whether numbers may still be drawn from a lease.
type LeaseStatus string

const (
	LeaseActive LeaseStatus = "active" // may be drawn from
	LeaseSpent  LeaseStatus = "spent"  // its quota is used; its cards stay valid
	LeaseVoid   LeaseStatus = "void"   // withdrawn, as after a loss; only credentials its key lists as accepted verify
)

// A Lease is a range of bodies that belongs to one device and overlaps no other lease. The device draws at most Quota numbers
// from it; the store that holds it counts them, and holds each under a unique index.
type Lease struct {
	ID       string      `json:"id"`
	DeviceID string      `json:"device_id"`
	First    uint64      `json:"first"` // first body
	Last     uint64      `json:"last"`  // last body, inclusive
	Quota    int         `json:"quota"` // cards
	IssuedAt time.Time   `json:"issued_at"`
	Status   LeaseStatus `json:"status"`
}

// Allocate returns the range for a lease of quota cards that begins at next, the lowest body never leased before (0 for the
// first lease of all). The following lease begins at last + 1. It returns [ErrNoRoom] if the range does not fit; a smaller one may.
func Allocate(next uint64, quota int) (first, last uint64, err error) {
	if quota < 1 || quota > MaxQuota {
		return 0, 0, fmt.Errorf("lease of %d cards: a lease holds 1 to %d", quota, MaxQuota)
	}
	first = max(next, MinBody)
	last = first + uint64(quota)*LeaseWidth - 1
	if last > MaxBody {
		return 0, 0, fmt.Errorf("lease of %d cards: %w: there is room for %d more", quota, ErrNoRoom, Room(next))
	}
	return first, last, nil
}

// Room is how many cards may still be leased where next is the lowest body never leased before: 160 million at first, 0 at the end.
func Room(next uint64) int {
	if next > MaxBody {
		return 0
	}
	return int((MaxBody + 1 - max(next, MinBody)) / LeaseWidth)
}

// Check tells what is wrong with a lease that came from elsewhere, or nil.
func (l Lease) Check() error {
	switch {
	case l.ID == "" || l.DeviceID == "":
		return errors.New("lease without an id or a device")
	case l.First < MinBody || l.Last > MaxBody || l.First > l.Last:
		return fmt.Errorf("lease %s: its range is outside the numbers there are", l.ID)
	case l.Quota < 1 || uint64(l.Quota) > l.Last-l.First+1:
		return fmt.Errorf("lease %s: its quota does not fit its range", l.ID)
	case l.Status != LeaseActive && l.Status != LeaseSpent && l.Status != LeaseVoid:
		return fmt.Errorf("lease %s: unknown status", l.ID)
	}
	return nil
}

// Contains tells whether n lies in the lease's range, whatever the lease's status.
func (l Lease) Contains(n Number) bool {
	return n.Valid() && n.Body() >= l.First && n.Body() <= l.Last
}

// Draw returns a number of the lease, each equally likely. random must be a cryptographic source (crypto/rand.Reader). A
// number may come twice: the caller reserves it under a unique index and draws again if it is taken, and stops with
// [ErrNoLease] when Quota numbers are used.
func (l Lease) Draw(random io.Reader) (Number, error) {
	if err := l.Check(); err != nil {
		return 0, err
	}
	switch l.Status {
	case LeaseSpent:
		return 0, fmt.Errorf("draw from lease %s: %w", l.ID, ErrNoLease)
	case LeaseVoid:
		return 0, fmt.Errorf("draw from lease %s: %w", l.ID, ErrLeaseVoid)
	}
	width := l.Last - l.First + 1
	shift := bits.LeadingZeros64(width)
	var buf [8]byte
	for {
		if _, err := io.ReadFull(random, buf[:]); err != nil {
			return 0, fmt.Errorf("draw from lease %s: %w", l.ID, err)
		}
		// Throw away what lies past the range instead of folding it back: a remainder would favour the low numbers.
		if v := binary.BigEndian.Uint64(buf[:]) >> shift; v < width {
			return MakeNumber(l.First + v)
		}
	}
}
