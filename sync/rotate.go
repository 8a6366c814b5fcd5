package sync

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"time"

	"sehat/cards"
	"sehat/records"
)

// ErrRetiredKey: the key that would sign is not, or no longer, one by which anybody verifies.
var ErrRetiredKey = errors.New("the key that signs here is not active in the key list")

// Overlap is how long a new centre key is known before it signs, so that laptops and hospitals have a key list with it by then.
const Overlap = 28 * 24 * time.Hour

// Certified returns when a centre key was put into the key list; false if it is not in it.
func Certified(keys cards.KeyList, key ed25519.PublicKey) (time.Time, bool) {
	k, ok := keys.Find(cards.NewKeyID(key))
	return k.ValidFrom.Add(clockSkew), ok && k.Kind == cards.CentreKey
}

// Certify puts a new centre key into the key list, signed with root. The centre goes on signing with the one it has. It returns
// false where the key is in the list already.
func (c *Centre) Certify(ctx context.Context, next ed25519.PublicKey, root func() (ed25519.PrivateKey, error)) (bool, error) {
	lists, err := c.lists(ctx)
	if err != nil {
		return false, err
	}
	if _, ok := Certified(lists.trust.Keys, next); ok {
		return false, nil
	}
	keys := lists.trust.Keys
	keys.Keys = append(slices.Clone(keys.Keys), cards.NewKey(cards.CentreKey, next, c.DeviceID, c.Now.Add(-clockSkew), time.Time{}))
	return true, c.saveKeys(ctx, keys, lists, nil, root)
}

// ChangeOver retires the key that signs now: what it signed stands, and from now on next signs, which must be certified. It
// returns false where this was done before.
func (c *Centre) ChangeOver(ctx context.Context, next ed25519.PublicKey, root func() (ed25519.PrivateKey, error)) (bool, error) {
	lists, err := c.open(ctx)
	if err != nil {
		return false, err
	}
	if _, ok := Certified(lists.trust.Keys, next); !ok {
		return false, fmt.Errorf("changing over: %w", cards.ErrUnknownKey)
	}
	keys := lists.trust.Keys
	keys.Keys = slices.Clone(keys.Keys)
	own := slices.IndexFunc(keys.Keys, func(k cards.Key) bool { return k.ID == cards.NewKeyID(c.Key.Public().(ed25519.PublicKey)) })
	if own < 0 || keys.Keys[own].Status != cards.KeyActive {
		return false, nil
	}
	keys.Keys[own].Status, keys.Keys[own].ValidTo = cards.KeyRetired, c.Now
	return true, c.saveKeys(ctx, keys, lists, c.device(c.DeviceID, c.Name, next), root)
}

// saveKeys signs a changed key list and stores it.
func (c *Centre) saveKeys(ctx context.Context, keys cards.KeyList, lists lists, device *records.Device, root func() (ed25519.PrivateKey, error)) error {
	key, err := root()
	if err != nil {
		return err
	}
	keys.Serial, keys.MadeAt = keys.Serial+1, c.Now
	signed, err := keys.Sign(key)
	if err != nil {
		return err
	}
	err = c.Store.SaveTrust(ctx, records.TrustChange{
		Documents: []records.Document{{Name: records.DocKeys, Was: lists.was[records.DocKeys], Bytes: signed}},
		Device:    device,
		At:        records.Stamp(c.Now),
	})
	if err != nil {
		return fmt.Errorf("changing the key list: %w", err)
	}
	return nil
}

// renewAfter is how old the centre lets its revocation list grow before it says again that nothing else is revoked.
const renewAfter = 24 * time.Hour

// Renew signs the revocation list anew where it is older than a day: whoever verifies cards tells by its age how much may be
// missing from it. It returns whether it did.
func (c *Centre) Renew(ctx context.Context) (bool, error) {
	lists, err := c.lists(ctx)
	if err != nil {
		return false, err
	}
	list := lists.trust.Revocations
	if c.Now.Sub(list.MadeAt) < renewAfter {
		return false, nil
	}
	list.Serial, list.MadeAt = list.Serial+1, c.Now
	signed, err := list.Sign(c.Key)
	if err != nil {
		return false, err
	}
	err = c.Store.SaveTrust(ctx, records.TrustChange{
		Documents: []records.Document{{Name: records.DocRevocations, Was: lists.was[records.DocRevocations], Bytes: signed}},
		At:        records.Stamp(c.Now),
	})
	if err != nil {
		return false, fmt.Errorf("renewing the revocation list: %w", err)
	}
	return true, nil
}
