package cards

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
)

// A KeyID is the first 8 bytes of SHA-256 of an Ed25519 public key. As text it is 16 hex digits.
type KeyID [8]byte

// NewKeyID returns the id of a public key.
func NewKeyID(public ed25519.PublicKey) KeyID {
	sum := sha256.Sum256(public)
	return KeyID(sum[:8])
}

func (id KeyID) String() string { return hex.EncodeToString(id[:]) }

// MarshalText writes 16 hex digits.
func (id KeyID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads 16 hex digits.
func (id *KeyID) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	if err != nil || len(b) != len(id) {
		return errors.New("a key id is 16 hex digits")
	}
	*id = KeyID(b)
	return nil
}

// Fingerprint returns a public key as 30 digits in six groups, to be read aloud and compared: SHA-256 of "sehat fingerprint",
// a zero byte and the key, as a number, modulo 10^30. Digits alone are known in every language, and 10^30 keys are more
// than anyone can try. It is the same for root, centre and device keys.
func Fingerprint(public ed25519.PublicKey) string {
	sum := sha256.Sum256(append([]byte("sehat fingerprint\x00"), public...))
	n := new(big.Int).SetBytes(sum[:])
	n.Mod(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(30), nil))
	digits := fmt.Sprintf("%030d", n)
	groups := make([]string, 0, 6)
	for ; len(digits) > 0; digits = digits[5:] {
		groups = append(groups, digits[:5])
	}
	return strings.Join(groups, " ")
}

// SameFingerprint tells whether typed is a fingerprint equal to fingerprint: spaces, hyphens and the script of the digits do
// not count.
func SameFingerprint(typed, fingerprint string) bool {
	a := fingerprintDigits(typed)
	return len(a) == 30 && a == fingerprintDigits(fingerprint)
}

// fingerprintDigits returns the digits of s, or "" if there is anything else in it.
func fingerprintDigits(s string) string {
	var b strings.Builder
	for _, r := range s {
		if d, ok := digit(r); ok {
			b.WriteByte('0' + byte(d))
		} else if !separator(r) {
			return ""
		}
	}
	return b.String()
}

// KeyKind says what a key may sign.
type KeyKind string

const (
	RootKey   KeyKind = "root"   // the key list, and nothing else
	CentreKey KeyKind = "centre" // permanent cards, leases, revocations, receipts
	DeviceKey KeyKind = "device" // its own batches, and temporary cards with numbers of its lease
)

// KeyStatus says whether a key is to be believed.
type KeyStatus string

const (
	KeyActive  KeyStatus = "active"
	KeyRetired KeyStatus = "retired" // signs no more; what it signed while valid stands
	KeyLost    KeyStatus = "lost"    // nothing stands but the credentials listed as accepted
)

// A Key is one entry of a key list.
type Key struct {
	ID        KeyID             `json:"kid"`
	Kind      KeyKind           `json:"kind"`
	PublicKey ed25519.PublicKey `json:"public_key"` // 32 bytes, base64
	DeviceID  string            `json:"device_id,omitempty"`
	ValidFrom time.Time         `json:"valid_from"`
	ValidTo   time.Time         `json:"valid_to,omitzero"` // zero: no end set
	Status    KeyStatus         `json:"status"`
	// Accepted holds the hashes, in order, of the credentials that stand although the key is lost or the lease is void.
	Accepted []string `json:"accepted,omitempty"`
}

// NewKey returns an active entry for a public key.
func NewKey(kind KeyKind, public ed25519.PublicKey, deviceID string, from, to time.Time) Key {
	return Key{
		ID: NewKeyID(public), Kind: kind, PublicKey: public, DeviceID: deviceID,
		ValidFrom: from, ValidTo: to, Status: KeyActive,
	}
}

// ValidAt tells whether t lies in the key's validity, both ends included. Status is another matter.
func (k Key) ValidAt(t time.Time) bool {
	return !t.Before(k.ValidFrom) && (k.ValidTo.IsZero() || !t.After(k.ValidTo))
}

// check tells what is wrong with an entry, or nil.
func (k Key) check() error {
	switch {
	case len(k.PublicKey) != ed25519.PublicKeySize || NewKeyID(k.PublicKey) != k.ID:
		return fmt.Errorf("key %s: its id is not that of its public key", k.ID)
	case k.Kind != RootKey && k.Kind != CentreKey && k.Kind != DeviceKey:
		return fmt.Errorf("key %s: unknown kind", k.ID)
	case k.Kind == DeviceKey && k.DeviceID == "":
		return fmt.Errorf("key %s: a device key without a device", k.ID)
	case k.Status != KeyActive && k.Status != KeyRetired && k.Status != KeyLost:
		return fmt.Errorf("key %s: unknown status", k.ID)
	case !slices.IsSorted(k.Accepted):
		return fmt.Errorf("key %s: its accepted credentials are not in order", k.ID)
	}
	return nil
}

// A KeyList names every key there is or was. The root key signs it.
type KeyList struct {
	Serial uint64    `json:"serial"` // grows by one with every list made
	MadeAt time.Time `json:"made_at"`
	Keys   []Key     `json:"keys"`
}

// Find returns the entry of a key id.
func (l KeyList) Find(id KeyID) (Key, bool) {
	i := slices.IndexFunc(l.Keys, func(k Key) bool { return k.ID == id })
	if i < 0 {
		return Key{}, false
	}
	return l.Keys[i], true
}

// Sign returns the list as a signed envelope, entries in order of id. root must be in the list as a root key.
func (l KeyList) Sign(root ed25519.PrivateKey) ([]byte, error) {
	l.MadeAt = inSeconds(l.MadeAt)
	l.Keys = slices.Clone(l.Keys)
	for i := range l.Keys {
		k := &l.Keys[i]
		k.ValidFrom, k.ValidTo = inSeconds(k.ValidFrom), inSeconds(k.ValidTo)
		k.Accepted = slices.Sorted(slices.Values(k.Accepted))
	}
	slices.SortFunc(l.Keys, func(a, b Key) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	if err := l.check(); err != nil {
		return nil, err
	}
	if k, ok := l.Find(NewKeyID(root.Public().(ed25519.PublicKey))); !ok || k.Kind != RootKey {
		return nil, errors.New("key list: the signing key is not in it as a root key")
	}
	return signJSON(root, domainKeys, l)
}

func (l KeyList) check() error {
	seen := make(map[KeyID]bool, len(l.Keys))
	for _, k := range l.Keys {
		if seen[k.ID] {
			return fmt.Errorf("key list: key %s twice", k.ID)
		}
		seen[k.ID] = true
		if err := k.check(); err != nil {
			return fmt.Errorf("key list: %w", err)
		}
	}
	return nil
}

// inSeconds is the precision of every time in a signed list.
func inSeconds(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Second)
}
