package cards

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
)

// Errors of a trust file.
var (
	ErrNotTrust  = errors.New("not a trust file")
	ErrWrongRoot = errors.New("the root key is not the one that is known")
	ErrOlderList = errors.New("a list is older than the one that is known")
)

// A Trust is all that a verifier believes, opened and verified: made by [OpenTrust], carried in one file made by [PackTrust].
type Trust struct {
	Root        ed25519.PublicKey
	Keys        KeyList
	Leases      LeaseList
	Revocations RevocationList
}

// trustFile holds the three envelopes as they were signed.
type trustFile struct {
	Version     int             `json:"sehat_trust"`
	Keys        json.RawMessage `json:"keys"`
	Leases      json.RawMessage `json:"leases"`
	Revocations json.RawMessage `json:"revocations"`
}

// PackTrust joins a signed key list, lease list and revocation list into one file.
func PackTrust(keys, leases, revocations []byte) ([]byte, error) {
	b, err := json.MarshalIndent(trustFile{1, keys, leases, revocations}, "", " ")
	if err != nil {
		return nil, fmt.Errorf("pack trust: %w", err)
	}
	return append(b, '\n'), nil
}

// UnpackTrust returns the three envelopes of a trust file, unverified.
func UnpackTrust(file []byte) (keys, leases, revocations []byte, err error) {
	var t trustFile
	if err := json.Unmarshal(file, &t); err != nil || t.Version != 1 {
		return nil, nil, nil, ErrNotTrust
	}
	return t.Keys, t.Leases, t.Revocations, nil
}

// TrustRoot returns the root key that a trust file says it is signed by, and verifies that it did sign the key list. Show its
// [Fingerprint] to a person, who compares it with the one the centre reads aloud, before it is pinned.
func TrustRoot(file []byte) (ed25519.PublicKey, error) {
	keys, _, _, err := UnpackTrust(file)
	if err != nil {
		return nil, err
	}
	_, root, err := openKeys(keys)
	return root, err
}

// OpenTrust verifies a trust file from the root down. fingerprint is the root key's, as pinned or as a person typed it;
// another root returns [ErrWrongRoot]. The lease and revocation lists must be signed by a centre key that was valid when
// they were made, and is not lost.
func OpenTrust(file []byte, fingerprint string) (*Trust, error) {
	keys, leases, revocations, err := UnpackTrust(file)
	if err != nil {
		return nil, err
	}
	t := new(Trust)
	if t.Keys, t.Root, err = openKeys(keys); err != nil {
		return nil, err
	}
	if !SameFingerprint(fingerprint, t.Fingerprint()) {
		return nil, ErrWrongRoot
	}
	if t.Leases, err = openLeases(leases, t.Keys); err != nil {
		return nil, fmt.Errorf("lease list: %w", err)
	}
	if t.Revocations, err = openRevocations(revocations, t.Keys); err != nil {
		return nil, fmt.Errorf("revocation list: %w", err)
	}
	return t, nil
}

// Fingerprint returns that of the root key, to be read aloud.
func (t *Trust) Fingerprint() string { return Fingerprint(t.Root) }

// Newer returns [ErrOlderList] if a list of t is older than that of known, as when someone brings an old file in which a
// card was not yet revoked.
func (t *Trust) Newer(known *Trust) error {
	switch {
	case t.Keys.Serial < known.Keys.Serial:
		return fmt.Errorf("key list %d: %w", t.Keys.Serial, ErrOlderList)
	case t.Leases.Serial < known.Leases.Serial:
		return fmt.Errorf("lease list %d: %w", t.Leases.Serial, ErrOlderList)
	case t.Revocations.Serial < known.Revocations.Serial:
		return fmt.Errorf("revocation list %d: %w", t.Revocations.Serial, ErrOlderList)
	}
	return nil
}

// openKeys opens a key list by the root key that is in it, and returns that key: whether it is the right one is the caller's
// question.
func openKeys(envelope []byte) (KeyList, ed25519.PublicKey, error) {
	var e Envelope
	var claimed KeyList
	if json.Unmarshal(envelope, &e) != nil || json.Unmarshal(e.Payload, &claimed) != nil {
		return KeyList{}, nil, fmt.Errorf("%w: no key list", ErrNotTrust)
	}
	root, ok := claimed.Find(e.KeyID)
	if !ok || root.Kind != RootKey {
		return KeyList{}, nil, fmt.Errorf("%w: its key list is not signed by a root key", ErrNotTrust)
	}
	if err := claimed.check(); err != nil {
		return KeyList{}, nil, err
	}
	var list KeyList
	known := func(KeyID) (ed25519.PublicKey, error) { return root.PublicKey, nil }
	if err := openJSON(envelope, domainKeys, known, &list); err != nil {
		return KeyList{}, nil, fmt.Errorf("key list: %w", err)
	}
	return list, root.PublicKey, nil
}

func openLeases(envelope []byte, keys KeyList) (LeaseList, error) {
	var l LeaseList
	signer, err := openByCentre(envelope, domainLeases, keys, &l)
	if err != nil {
		return LeaseList{}, err
	}
	if !signer.ValidAt(l.MadeAt) {
		return LeaseList{}, ErrKeyExpired
	}
	return l, l.check()
}

func openRevocations(envelope []byte, keys KeyList) (RevocationList, error) {
	var l RevocationList
	signer, err := openByCentre(envelope, domainRevocations, keys, &l)
	if err != nil {
		return RevocationList{}, err
	}
	if !signer.ValidAt(l.MadeAt) {
		return RevocationList{}, ErrKeyExpired
	}
	return l, l.check()
}

// openByCentre opens a document signed by a centre key of the list, and returns that key.
func openByCentre(envelope []byte, domain string, keys KeyList, document any) (Key, error) {
	var signer Key
	err := openJSON(envelope, domain, func(id KeyID) (ed25519.PublicKey, error) {
		k, ok := keys.Find(id)
		switch {
		case !ok:
			return nil, ErrUnknownKey
		case k.Kind != CentreKey:
			return nil, ErrNotAllowed
		case k.Status == KeyLost:
			return nil, ErrKeyLost
		}
		signer = k
		return k.PublicKey, nil
	}, document)
	return signer, err
}
