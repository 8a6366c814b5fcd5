package cards

import (
	"bytes"
	"cmp"
	"crypto/ed25519"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"slices"
	"sort"
	"time"
)

// A Revocation takes back one credential.
type Revocation struct {
	Hash string    // of the credential, as [Sign] returns it
	On   time.Time // only the day goes into the list
}

// A RevocationList names every credential taken back. A centre key signs it. A verifier without network goes by the list it
// has, and says how old that is.
//
// A city revokes some hundred thousand cards a year, so the list is packed: 18 bytes for each, and one search to find one.
type RevocationList struct {
	Serial uint64    `json:"serial"`
	MadeAt time.Time `json:"made_at"`
	// Hashes holds the first 16 bytes of each hash, in order, without gaps. No one can make a second card that shares them.
	Hashes []byte `json:"hashes"`
	// Days holds the day of each, in the same order: two bytes, high byte first, days since 1 January 2000.
	Days []byte `json:"days"`
}

const (
	revokedBytes = 16
	dayBytes     = 2
)

// NewRevocationList packs revocations, in any order. A credential revoked twice keeps its first day.
func NewRevocationList(serial uint64, madeAt time.Time, revoked []Revocation) (RevocationList, error) {
	type packed struct {
		hash [revokedBytes]byte
		day  uint16
	}
	list := make([]packed, 0, len(revoked))
	for _, r := range revoked {
		hash, err := hex.DecodeString(r.Hash)
		if err != nil || len(hash) != 32 {
			return RevocationList{}, errors.New("revocation list: a hash is not 64 hex digits")
		}
		days := r.On.UTC().Sub(firstDay()) / (24 * time.Hour)
		if r.On.Before(firstDay()) || days > 0xffff {
			return RevocationList{}, errors.New("revocation list: a day is out of range")
		}
		list = append(list, packed{[revokedBytes]byte(hash), uint16(days)})
	}
	slices.SortFunc(list, func(a, b packed) int {
		return cmp.Or(bytes.Compare(a.hash[:], b.hash[:]), cmp.Compare(a.day, b.day))
	})
	list = slices.CompactFunc(list, func(a, b packed) bool { return a.hash == b.hash })
	l := RevocationList{
		Serial: serial, MadeAt: inSeconds(madeAt),
		Hashes: make([]byte, 0, len(list)*revokedBytes), Days: make([]byte, 0, len(list)*dayBytes),
	}
	for _, r := range list {
		l.Hashes = append(l.Hashes, r.hash[:]...)
		l.Days = binary.BigEndian.AppendUint16(l.Days, r.day)
	}
	return l, nil
}

// Len is the number of credentials revoked.
func (l RevocationList) Len() int { return len(l.Hashes) / revokedBytes }

// Find returns the day on which the credential of this hash was revoked.
func (l RevocationList) Find(hash string) (on time.Time, revoked bool) {
	want, err := hex.DecodeString(hash)
	if err != nil || len(want) != 32 {
		return time.Time{}, false
	}
	i, ok := sort.Find(l.Len(), func(i int) int { return bytes.Compare(want[:revokedBytes], l.hash(i)) })
	if !ok {
		return time.Time{}, false
	}
	return firstDay().AddDate(0, 0, int(binary.BigEndian.Uint16(l.Days[i*dayBytes:]))), true
}

// Sign returns the list as a signed envelope.
func (l RevocationList) Sign(centre ed25519.PrivateKey) ([]byte, error) {
	l.MadeAt = inSeconds(l.MadeAt)
	if err := l.check(); err != nil {
		return nil, err
	}
	return signJSON(centre, domainRevocations, l)
}

func (l RevocationList) hash(i int) []byte { return l.Hashes[i*revokedBytes : (i+1)*revokedBytes] }

func (l RevocationList) check() error {
	if len(l.Hashes)%revokedBytes != 0 || len(l.Days) != l.Len()*dayBytes {
		return errors.New("revocation list: hashes and days do not pair up")
	}
	for i := 1; i < l.Len(); i++ {
		if bytes.Compare(l.hash(i-1), l.hash(i)) >= 0 {
			return errors.New("revocation list: out of order")
		}
	}
	return nil
}

func firstDay() time.Time { return time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC) }
