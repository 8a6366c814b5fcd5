package sync

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"unicode"
	"unicode/utf8"

	"sehat/cards"
	"sehat/records"
)

// Errors of enrolment.
var (
	ErrNotARequest  = errors.New("not an enrolment request")
	ErrNotAGrant    = errors.New("not an enrolment grant")
	ErrChanged      = errors.New("it was changed after it was signed")
	ErrOtherDevice  = errors.New("it is for another device")
	ErrOtherKey     = errors.New("the device is enrolled with another key")
	ErrFingerprints = errors.New("the fingerprint is not the one expected")
)

// A Request is a device asking a centre to enrol it.
type Request struct {
	DeviceID  string            `json:"device"`
	Name      string            `json:"name"`
	PublicKey ed25519.PublicKey `json:"public_key"`
	Recipient string            `json:"age,omitempty"` // the age key, "age1…", to which what is for this device alone is encrypted
}

// Sign returns the request as a file, signed with the key that it names. The same request gives the same bytes.
func (r Request) Sign(key ed25519.PrivateKey) ([]byte, error) {
	r.PublicKey = key.Public().(ed25519.PublicKey)
	return signed(key, domainRequest, r)
}

// OpenRequest reads a request file. That its signature holds shows only that nobody changed it by accident: whose key it is
// is for two people to find out, by comparing fingerprints aloud.
func OpenRequest(file []byte) (Request, error) {
	var e cards.Envelope
	var r Request
	if json.Unmarshal(file, &e) != nil || e.Domain != domainRequest || json.Unmarshal(e.Payload, &r) != nil {
		return Request{}, ErrNotARequest
	}
	if !cards.VerifyDetached(r.PublicKey, domainRequest, e.Payload, e.Signature) || e.KeyID != cards.NewKeyID(r.PublicKey) {
		return Request{}, fmt.Errorf("enrolment request: %w", ErrChanged)
	}
	if !shortText(r.DeviceID) || !shortText(r.Name) {
		return Request{}, ErrNotARequest
	}
	return r, nil
}

// shortText tells whether s can be shown and stored as a name.
func shortText(s string) bool {
	if s == "" || len(s) > 200 || !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if unicode.IsControl(r) {
			return false
		}
	}
	return true
}

// A Grant is a centre's answer to a request.
type Grant struct {
	Centre     string `json:"centre"` // id of the centre's home
	CentreName string `json:"centre_name"`
	DeviceID   string `json:"device"`
	KeyID      string `json:"kid"` // the device's key
	LeaseID    string `json:"lease"`
	Trust      []byte `json:"trust"` // a trust file that names the key and the lease
}

// Approve enrols the device of a request with a lease of quota numbers and returns the grant for it. root is asked for the
// root key only where the key list changes: approving a request again returns the same grant, and again is true. It returns
// ErrOtherKey if the device is enrolled with another key, and ErrLost if it was reported lost.
func (c *Centre) Approve(ctx context.Context, file []byte, quota int, root func() (ed25519.PrivateKey, error)) (grant []byte, again bool, err error) {
	r, err := OpenRequest(file)
	if err != nil {
		return nil, false, err
	}
	lists, err := c.lists(ctx)
	if err != nil {
		return nil, false, err
	}
	for _, k := range lists.trust.Keys.Keys {
		if k.DeviceID != r.DeviceID {
			continue
		}
		if k.ID != cards.NewKeyID(r.PublicKey) {
			return nil, false, fmt.Errorf("device %s: %w", r.DeviceID, ErrOtherKey)
		}
		if k.Status == cards.KeyLost {
			return nil, false, fmt.Errorf("device %s: %w", r.DeviceID, ErrLost)
		}
		grant, err := c.Store.Document(ctx, grantName(r.DeviceID))
		if err == nil && grant == nil {
			err = fmt.Errorf("grant of device %s: %w", r.DeviceID, records.ErrNotFound)
		}
		return grant, true, err
	}
	key, err := root()
	if err != nil {
		return nil, false, err
	}
	grant, err = c.enrol(ctx, r, quota, lists, key)
	return grant, false, err
}

// enrol signs the lists that name a new device and stores them with its grant, all or nothing.
func (c *Centre) enrol(ctx context.Context, r Request, quota int, lists lists, root ed25519.PrivateKey) ([]byte, error) {
	keys := lists.trust.Keys
	keys.Serial, keys.MadeAt = keys.Serial+1, c.Now
	keys.Keys = append(keys.Keys, cards.NewKey(cards.DeviceKey, r.PublicKey, r.DeviceID, c.Now.Add(-clockSkew), c.Now.AddDate(deviceYears, 0, 0)))
	signedKeys, err := keys.Sign(root)
	if err != nil {
		return nil, err
	}
	change := records.TrustChange{
		Documents: []records.Document{{Name: records.DocKeys, Was: lists.was[records.DocKeys], Bytes: signedKeys}},
		Device:    c.device(r.DeviceID, r.Name, r.PublicKey),
		At:        records.Stamp(c.Now),
	}
	lease, err := c.addLease(&change, lists.trust.Leases, lists.was[records.DocLeases], r.DeviceID, quota)
	if err != nil {
		return nil, err
	}
	revocations, err := c.Store.Document(ctx, records.DocRevocations)
	if err != nil {
		return nil, err
	}
	trust, err := cards.PackTrust(signedKeys, change.Documents[1].Bytes, revocations)
	if err != nil {
		return nil, err
	}
	grant, err := signed(c.Key, domainGrant, Grant{
		Centre: c.HomeID, CentreName: c.Name, DeviceID: r.DeviceID, KeyID: cards.NewKeyID(r.PublicKey).String(),
		LeaseID: lease.ID, Trust: trust,
	})
	if err != nil {
		return nil, err
	}
	change.Documents = append(change.Documents, records.Document{Name: grantName(r.DeviceID), Bytes: grant})
	if err := c.Store.SaveTrust(ctx, change); err != nil {
		return nil, fmt.Errorf("enrolling device %s: %w", r.DeviceID, err)
	}
	return grant, nil
}

// deviceYears is how long a device's key is valid: about as long as a laptop in the field lasts.
const deviceYears = 5

func grantName(deviceID string) string { return "grant/" + deviceID }

// OpenGrant verifies a grant that came to a device: signed by a centre key of the key list within it, for this device and
// key. It returns the fingerprint of the root below which all of it stands; whether that is the right root is for a person to
// compare, or for the caller if it has one pinned.
func OpenGrant(file []byte, deviceID string, key ed25519.PublicKey) (g Grant, root string, err error) {
	var e cards.Envelope
	if json.Unmarshal(file, &e) != nil || e.Domain != domainGrant || json.Unmarshal(e.Payload, &g) != nil {
		return Grant{}, "", ErrNotAGrant
	}
	public, err := cards.TrustRoot(g.Trust)
	if err != nil {
		return Grant{}, "", fmt.Errorf("grant: %w", err)
	}
	root = cards.Fingerprint(public)
	trust, err := cards.OpenTrust(g.Trust, root)
	if err != nil {
		return Grant{}, "", fmt.Errorf("grant: %w", err)
	}
	if _, err := openByCentre(file, domainGrant, trust.Keys); err != nil {
		return Grant{}, "", fmt.Errorf("grant: %w", err)
	}
	if g.DeviceID != deviceID || g.KeyID != cards.NewKeyID(key).String() {
		return Grant{}, "", fmt.Errorf("grant: %w", ErrOtherDevice)
	}
	entry, ok := trust.Keys.Find(cards.NewKeyID(key))
	if !ok || entry.Kind != cards.DeviceKey || entry.DeviceID != deviceID {
		return Grant{}, "", fmt.Errorf("grant: %w", cards.ErrUnknownKey)
	}
	return g, root, nil
}

// openByCentre opens what a centre key of the list signed. A changed byte is [ErrChanged].
func openByCentre(file []byte, domain string, keys cards.KeyList) ([]byte, error) {
	payload, err := cards.OpenEnvelope(file, domain, func(id cards.KeyID) (ed25519.PublicKey, error) {
		k, ok := keys.Find(id)
		switch {
		case !ok:
			return nil, cards.ErrUnknownKey
		case k.Kind != cards.CentreKey:
			return nil, cards.ErrNotAllowed
		case k.Status == cards.KeyLost:
			return nil, cards.ErrKeyLost
		}
		return k.PublicKey, nil
	})
	if errors.Is(err, cards.ErrBadSignature) {
		err = ErrChanged
	}
	return payload, err
}

// signed returns a document as a signed file.
func signed(key ed25519.PrivateKey, domain string, document any) ([]byte, error) {
	payload, err := records.Canonical(document)
	if err != nil {
		return nil, err
	}
	return cards.SignEnvelope(key, domain, payload)
}
