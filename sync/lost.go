package sync

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"

	"sehat/cards"
	"sehat/records"
)

// ErrLost: the device was reported lost. It comes back only as a new one.
var ErrLost = errors.New("the device was reported lost")

// A Loss is what reporting a device lost came to.
type Loss struct {
	Accepted int  // its credentials that still verify: those that the centre had taken in before
	Leases   int  // its leases, void now
	Unused   int  // their numbers that the centre does not know to be drawn
	Again    bool // it was reported before, and nothing is new
}

// An AcceptedStore knows the credentials that a centre has taken in.
type AcceptedStore interface {
	// Accepted returns the hashes of the credentials signed with a key that had not expired at a time, in order.
	Accepted(ctx context.Context, keyID, at string) ([]string, error)
	// Leases returns a device's leases.
	Leases(ctx context.Context, deviceID string) ([]records.Lease, error)
}

// Lost marks a device's key as lost and its leases as void, in new signed lists: of what its key signed, only the credentials
// that the centre has taken in still verify. root is asked for the root key only where the key list changes; reporting the device
// again changes nothing, unless a batch of it was being applied when it was reported. It returns records.ErrNotFound for a
// device without a key of its own, as the centre itself.
func (c *Centre) Lost(ctx context.Context, device records.Device, taken AcceptedStore, root func() (ed25519.PrivateKey, error)) (Loss, error) {
	lists, err := c.lists(ctx)
	if err != nil {
		return Loss{}, err
	}
	accepted, err := taken.Accepted(ctx, device.KeyID, records.Stamp(c.Now))
	if err != nil {
		return Loss{}, err
	}
	keys := lists.trust.Keys
	keys.Keys = slices.Clone(keys.Keys)
	at := slices.IndexFunc(keys.Keys, func(k cards.Key) bool {
		return k.Kind == cards.DeviceKey && k.DeviceID == device.ID && k.ID.String() == device.KeyID
	})
	if at < 0 {
		return Loss{}, fmt.Errorf("a laptop's key of %s: %w", device.Name, records.ErrNotFound)
	}
	key := &keys.Keys[at]
	accepted = slices.Compact(slices.Sorted(slices.Values(append(accepted, key.Accepted...))))
	loss := Loss{Accepted: len(accepted), Again: key.Status == cards.KeyLost && len(accepted) == len(key.Accepted)}
	leases, err := taken.Leases(ctx, device.ID)
	if err != nil {
		return loss, err
	}
	for _, l := range leases {
		loss.Leases++
		loss.Unused += max(0, l.Quota-l.Used)
	}
	if loss.Again {
		return loss, nil
	}
	rootKey, err := root()
	if err != nil {
		return loss, err
	}
	key.Status, key.Accepted = cards.KeyLost, accepted
	keys.Serial, keys.MadeAt = keys.Serial+1, c.Now
	signed, err := keys.Sign(rootKey)
	if err != nil {
		return loss, err
	}
	device.Status = records.DeviceLost
	change := records.TrustChange{
		Documents: []records.Document{{Name: records.DocKeys, Was: lists.was[records.DocKeys], Bytes: signed}},
		Device:    &device,
		At:        records.Stamp(c.Now),
	}
	if err := c.void(&change, lists, device.ID); err != nil {
		return loss, err
	}
	if err := c.Store.SaveTrust(ctx, change); err != nil {
		return loss, fmt.Errorf("reporting device %s lost: %w", device.ID, err)
	}
	return loss, nil
}

// void puts a device's leases, void, and the list that says so into a change.
func (c *Centre) void(change *records.TrustChange, lists lists, deviceID string) error {
	list := lists.trust.Leases
	list.Leases = slices.Clone(list.Leases)
	for i := range list.Leases {
		if l := &list.Leases[i]; l.DeviceID == deviceID && l.Status != cards.LeaseVoid {
			l.Status = cards.LeaseVoid
			change.Leases = append(change.Leases, leaseRow(*l))
		}
	}
	if len(change.Leases) == 0 {
		return nil
	}
	list.Serial, list.MadeAt = list.Serial+1, c.Now
	signed, err := list.Sign(c.Key)
	if err != nil {
		return err
	}
	change.Documents = append(change.Documents, records.Document{Name: records.DocLeases, Was: lists.was[records.DocLeases], Bytes: signed})
	return nil
}

// mayLease returns why a device gets no more numbers, or nil: some key of it must be active.
func mayLease(keys cards.KeyList, deviceID string) error {
	err := fmt.Errorf("device %s: %w", deviceID, ErrUnknownDevice)
	for _, k := range keys.Keys {
		switch {
		case k.DeviceID != deviceID:
		case k.Status == cards.KeyActive:
			return nil
		case k.Status == cards.KeyLost:
			err = fmt.Errorf("device %s: %w", deviceID, ErrLost)
		}
	}
	return err
}
