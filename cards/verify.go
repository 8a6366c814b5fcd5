package cards

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Errors of [Verifier.Verify], besides those of [Decode], [ErrUnknownKey] and [ErrBadSignature].
var (
	ErrKeyLost      = errors.New("signed with a key that was lost")
	ErrKeyExpired   = errors.New("signed outside the time its key was valid")
	ErrNotAllowed   = errors.New("signed with a key that may not sign this")
	ErrOutsideLease = errors.New("its number is outside the lease of the device that signed it")
	ErrExpired      = errors.New("the card has expired")
	ErrRevoked      = errors.New("the card was revoked")
	ErrFuture       = errors.New("issued in the future: a clock is wrong")
)

const (
	maxTemporary = 366 * 24 * time.Hour // a device's card lives a year at most
	maxClockSkew = 24 * time.Hour       // laptops' clocks are wrong by hours, seldom by days
)

// A Verifier judges QR texts by what a [Trust] says, without network. It is safe for use by several goroutines.
type Verifier struct {
	trust *Trust
	keys  map[KeyID]Key
	now   func() time.Time
}

// NewVerifier returns a verifier that believes t and asks now for the time.
func NewVerifier(t *Trust, now func() time.Time) *Verifier {
	v := &Verifier{trust: t, keys: make(map[KeyID]Key, len(t.Keys.Keys)), now: now}
	for _, k := range t.Keys.Keys {
		v.keys[k.ID] = k
	}
	return v
}

// Verified is what a verifier found out about a QR text.
type Verified struct {
	Credential Credential
	Hash       string
	Key        Key // that signed it
	Keys       ListAge
	Leases     ListAge
	Revoked    ListAge
}

// A ListAge says how old the knowledge is that an answer rests on.
type ListAge struct {
	Serial uint64
	MadeAt time.Time
	Age    time.Duration
}

// Verify returns what a QR text says if it is to be believed. Of the errors, [ErrNotACard], [ErrTooLarge], [ErrAlgorithm],
// [ErrUnknownKey] and [ErrBadSignature] mean that no one known wrote it, and nothing but the list ages is returned. With the
// others the signature is good: the credential comes with the error, so that a desk can say whose card it was and what is
// wrong with it, and must not treat it as valid.
func (v *Verifier) Verify(qr string) (Verified, error) {
	now := v.now()
	found := Verified{
		Keys:    listAge(v.trust.Keys.Serial, v.trust.Keys.MadeAt, now),
		Leases:  listAge(v.trust.Leases.Serial, v.trust.Leases.MadeAt, now),
		Revoked: listAge(v.trust.Revocations.Serial, v.trust.Revocations.MadeAt, now),
	}
	u, err := Decode(qr)
	if err != nil {
		return found, err
	}
	key, known := v.keys[u.KeyID]
	if !known {
		return found, fmt.Errorf("%w, %s", ErrUnknownKey, u.KeyID)
	}
	if !u.SignedBy(key.PublicKey) {
		return found, ErrBadSignature
	}
	found.Credential, found.Hash, found.Key = u.Credential, u.Hash, key
	return found, v.judge(u, key, now)
}

// judge asks the questions in the order in which their answers matter: may the key be believed at all, was it entitled to
// sign this, and does the card still stand.
func (v *Verifier) judge(u Unverified, key Key, now time.Time) error {
	c := u.Credential
	_, accepted := slices.BinarySearch(key.Accepted, u.Hash)
	switch {
	case key.Status == KeyLost && !accepted:
		return ErrKeyLost
	case !key.ValidAt(c.Issued):
		return ErrKeyExpired
	case key.Kind == RootKey:
		return fmt.Errorf("%w: the root key signs no cards", ErrNotAllowed)
	}
	if key.Kind == DeviceKey {
		if err := v.judgeDevice(c, key, accepted); err != nil {
			return err
		}
	}
	if on, revoked := v.trust.Revocations.Find(u.Hash); revoked {
		return fmt.Errorf("%w on %s", ErrRevoked, on.Format(time.DateOnly))
	}
	switch {
	case c.Issued.After(now.Add(maxClockSkew)):
		return ErrFuture
	case c.Temporary() && now.After(c.Expires):
		return fmt.Errorf("%w on %s", ErrExpired, c.Expires.Format(time.DateOnly))
	}
	return nil
}

// judgeDevice holds a device to what it may do: temporary cards, with numbers of its own lease.
func (v *Verifier) judgeDevice(c Credential, key Key, accepted bool) error {
	if !c.Temporary() || c.Expires.Sub(c.Issued) > maxTemporary {
		return fmt.Errorf("%w: a device signs temporary cards, for a year at most", ErrNotAllowed)
	}
	lease, ok := v.trust.Leases.Find(c.Number)
	if !ok || lease.DeviceID != key.DeviceID {
		return ErrOutsideLease
	}
	if lease.Status == LeaseVoid && !accepted {
		return fmt.Errorf("%w: that lease is void", ErrOutsideLease)
	}
	return nil
}

// StaleDays is how many days old a revocation list may be before it is too old to rely on: a centre signs one every day.
const StaleDays = 7

// Days is the age in full days.
func (a ListAge) Days() int { return int(a.Age / (24 * time.Hour)) }

// Stale tells whether whoever shows an answer should warn of the list's age.
func (a ListAge) Stale() bool { return a.Days() > StaleDays }

func listAge(serial uint64, madeAt, now time.Time) ListAge {
	return ListAge{Serial: serial, MadeAt: madeAt, Age: max(0, now.Sub(madeAt))}
}
