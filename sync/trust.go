package sync

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"sehat/cards"
	"sehat/records"
)

// Domains of what homes sign for each other. A signature made for one never passes for another.
const (
	domainRequest = "request/1"
	domainGrant   = "grant/1"
	domainBatch   = "batch/1"
	domainReceipt = "receipt/1"
)

// clockSkew is how far before its making a key is valid: a laptop's clock may be behind the centre's.
const clockSkew = 24 * time.Hour

// A TrustStore keeps what a centre signs.
type TrustStore interface {
	// Document returns a signed document's bytes, or nil if there is none.
	Document(ctx context.Context, name string) ([]byte, error)
	// SaveTrust writes documents and rows in one transaction. It returns records.ErrConflict, and writes nothing, where a
	// document changed meanwhile.
	SaveTrust(ctx context.Context, c records.TrustChange) error
}

// A Centre is a home that holds a centre key, about to sign something.
type Centre struct {
	HomeID   string
	Name     string
	DeviceID string // its own
	Root     string // fingerprint of the root key
	Key      ed25519.PrivateKey
	Store    TrustStore
	By       string
	Now      time.Time
}

// Found makes a new centre's first lists: a key list signed by root with the two keys, a lease of quota numbers to itself,
// and an empty revocation list. It does nothing, and returns false, where the centre was founded before.
func (c *Centre) Found(ctx context.Context, root ed25519.PrivateKey, quota int) (bool, error) {
	if done, err := Founded(ctx, c.Store); done || err != nil {
		return false, err
	}
	public := c.Key.Public().(ed25519.PublicKey)
	from := c.Now.Add(-clockSkew)
	keys, err := cards.KeyList{Serial: 1, MadeAt: c.Now, Keys: []cards.Key{
		cards.NewKey(cards.RootKey, root.Public().(ed25519.PublicKey), "", from, time.Time{}),
		cards.NewKey(cards.CentreKey, public, c.DeviceID, from, time.Time{}),
	}}.Sign(root)
	if err != nil {
		return false, err
	}
	revocations, err := cards.RevocationList{Serial: 1, MadeAt: c.Now}.Sign(c.Key)
	if err != nil {
		return false, err
	}
	change := records.TrustChange{
		Documents: []records.Document{{Name: records.DocKeys, Bytes: keys}, {Name: records.DocRevocations, Bytes: revocations}},
		Device:    c.device(c.DeviceID, c.Name, public),
		At:        records.Stamp(c.Now),
	}
	if _, err := c.addLease(&change, cards.LeaseList{}, "", c.DeviceID, quota); err != nil {
		return false, err
	}
	if err := c.Store.SaveTrust(ctx, change); err != nil {
		return false, fmt.Errorf("founding the centre: %w", err)
	}
	return true, nil
}

// Founded reports whether a store holds a centre's lists.
func Founded(ctx context.Context, s TrustStore) (bool, error) {
	keys, err := s.Document(ctx, records.DocKeys)
	return keys != nil, err
}

// Lease gives an enrolled device a further lease of quota numbers. It returns [ErrLost] for one that was reported lost.
func (c *Centre) Lease(ctx context.Context, deviceID string, quota int) (records.Lease, error) {
	lists, err := c.lists(ctx)
	if err == nil {
		err = mayLease(lists.trust.Keys, deviceID)
	}
	if err != nil {
		return records.Lease{}, err
	}
	change := records.TrustChange{At: records.Stamp(c.Now)}
	lease, err := c.addLease(&change, lists.trust.Leases, lists.was[records.DocLeases], deviceID, quota)
	if err != nil {
		return lease, err
	}
	if err := c.Store.SaveTrust(ctx, change); err != nil {
		return lease, fmt.Errorf("leasing numbers: %w", err)
	}
	return lease, nil
}

// addLease puts a new lease, and the list that names it, into a change.
func (c *Centre) addLease(change *records.TrustChange, list cards.LeaseList, was, deviceID string, quota int) (records.Lease, error) {
	next := uint64(0)
	for _, l := range list.Leases {
		next = max(next, l.Last+1)
	}
	first, last, err := cards.Allocate(next, quota)
	if err != nil {
		return records.Lease{}, err
	}
	lease := cards.Lease{
		ID: records.NewID(), DeviceID: deviceID, First: first, Last: last, Quota: quota, IssuedAt: c.Now, Status: cards.LeaseActive,
	}
	list.Serial, list.MadeAt = list.Serial+1, c.Now
	list.Leases = append(list.Leases, lease)
	signed, err := list.Sign(c.Key)
	if err != nil {
		return records.Lease{}, err
	}
	row := leaseRow(lease)
	change.Documents = append(change.Documents, records.Document{Name: records.DocLeases, Was: was, Bytes: signed})
	change.Leases = append(change.Leases, row)
	return row, nil
}

// lists is what a centre signed last, with the hash of each document.
type lists struct {
	trust *cards.Trust
	was   map[string]string
}

// lists opens the lists that are about to be changed, and makes sure that what is signed will be believed.
func (c *Centre) lists(ctx context.Context) (lists, error) {
	l, err := c.open(ctx)
	if err != nil {
		return l, err
	}
	k, ok := l.trust.Keys.Find(cards.NewKeyID(c.Key.Public().(ed25519.PublicKey)))
	if !ok || k.Kind != cards.CentreKey || k.Status != cards.KeyActive || !k.ValidAt(c.Now) {
		return l, ErrRetiredKey
	}
	return l, nil
}

func (c *Centre) open(ctx context.Context) (lists, error) {
	file, was, err := packTrust(ctx, c.Store)
	if err != nil {
		return lists{}, err
	}
	t, err := cards.OpenTrust(file, c.Root)
	if err != nil {
		return lists{}, fmt.Errorf("the centre's own lists: %w", err)
	}
	return lists{t, was}, nil
}

func (c *Centre) device(id, name string, public ed25519.PublicKey) *records.Device {
	return &records.Device{
		ID: id, Name: name, PublicKey: public, KeyID: cards.NewKeyID(public).String(),
		Status: records.DeviceActive, EnrolledAt: records.Stamp(c.Now), By: c.By,
	}
}

// TrustFile packs a store's signed lists into one trust file. It returns records.ErrNotFound where there are none yet.
func TrustFile(ctx context.Context, s TrustStore) ([]byte, error) {
	file, _, err := packTrust(ctx, s)
	return file, err
}

func packTrust(ctx context.Context, s TrustStore) ([]byte, map[string]string, error) {
	names := []string{records.DocKeys, records.DocLeases, records.DocRevocations}
	docs := make([][]byte, len(names))
	was := map[string]string{}
	for i, name := range names {
		b, err := s.Document(ctx, name)
		if err != nil {
			return nil, nil, err
		}
		if b == nil {
			return nil, nil, fmt.Errorf("signed lists: %w", records.ErrNotFound)
		}
		docs[i], was[name] = b, records.Hash(b)
	}
	file, err := cards.PackTrust(docs[0], docs[1], docs[2])
	return file, was, err
}

// KeepTrust verifies a trust file against the pinned root and keeps it in a device's store with the device's own leases. It
// returns false where the store holds these lists already, and [cards.ErrOlderList] where it holds newer ones.
func KeepTrust(ctx context.Context, s TrustStore, file []byte, root, deviceID string, now time.Time) (bool, error) {
	t, err := cards.OpenTrust(file, root)
	if err != nil {
		return false, err
	}
	known, was, err := packTrust(ctx, s)
	switch {
	case errors.Is(err, records.ErrNotFound):
		was = map[string]string{}
	case err != nil:
		return false, err
	default:
		before, err := cards.OpenTrust(known, root)
		if err != nil {
			return false, fmt.Errorf("the lists in this store: %w", err)
		}
		if err := t.Newer(before); err != nil {
			return false, err
		}
	}
	keys, leases, revocations, err := cards.UnpackTrust(file)
	if err != nil {
		return false, err
	}
	change := records.TrustChange{At: records.Stamp(now)}
	for name, b := range map[string][]byte{records.DocKeys: keys, records.DocLeases: leases, records.DocRevocations: revocations} {
		if was[name] != records.Hash(b) {
			change.Documents = append(change.Documents, records.Document{Name: name, Was: was[name], Bytes: b})
		}
	}
	if len(change.Documents) == 0 {
		return false, nil
	}
	for _, l := range t.Leases.Leases {
		if l.DeviceID == deviceID {
			change.Leases = append(change.Leases, leaseRow(l))
		}
	}
	return true, s.SaveTrust(ctx, change)
}

// leaseRow is a signed lease as a store keeps it.
func leaseRow(l cards.Lease) records.Lease {
	return records.Lease{
		ID: l.ID, DeviceID: l.DeviceID, First: l.First, Last: l.Last, Quota: l.Quota,
		IssuedAt: records.Stamp(l.IssuedAt), Status: string(l.Status),
	}
}
