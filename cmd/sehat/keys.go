package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"filippo.io/age"

	"sehat/cards"
	"sehat/records"
	"sehat/records/store"
	batchsync "sehat/sync"
)

// signingKey reads the key that signs here.
func (h home) signingKey() (ed25519.PrivateKey, error) {
	path := h.path("keys", "signing.key")
	key, err := readKey(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, withHint(fmt.Errorf("%s: there is no signing key", path), `bring it back from a backup; if "sehat init" was cut off, run it again`)
	}
	return key, err
}

// readKey reads a key's file: the seed in base64.
func readKey(path string) (ed25519.PrivateKey, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the signing key: %w", err)
	}
	seed, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(b)))
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("%s is not a signing key", path)
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// publicOf is the public half of a key.
func publicOf(key ed25519.PrivateKey) ed25519.PublicKey { return key.Public().(ed25519.PublicKey) }

// makeSigningKey makes the key that signs here, unless there is one. It tells whether it did.
func (h home) makeSigningKey(a *app) (ed25519.PrivateKey, bool, error) {
	if _, err := os.Stat(h.path("keys", "signing.key")); err == nil {
		key, err := h.signingKey()
		return key, false, err
	}
	key, err := makeKey(a, h.path("keys", "signing.key"))
	return key, err == nil, err
}

// makeKey makes a key and its file.
func makeKey(a *app, path string) (ed25519.PrivateKey, error) {
	_, key, err := ed25519.GenerateKey(a.random)
	if err != nil {
		return nil, fmt.Errorf("making the signing key: %w", err)
	}
	return key, writeFile(path, []byte(base64.StdEncoding.EncodeToString(key.Seed())+"\n"))
}

// maySign returns why nobody would believe what a home's key signs now, or nil.
func (h home) maySign(key ed25519.PrivateKey, now time.Time) error {
	lists, err := h.trust()
	if err != nil {
		return err
	}
	k, ok := lists.Keys.Find(cards.NewKeyID(publicOf(key)))
	switch {
	case k.Status == cards.KeyLost:
		return fmt.Errorf("nobody believes what is signed here: %w", batchsync.ErrLost)
	case ok && k.Status == cards.KeyActive && k.ValidAt(now):
		return nil
	case h.Role == records.RoleCentre:
		return withHint(batchsync.ErrRetiredKey, `run "sehat card keys --rotate": it makes a new key, or ends what was cut off`)
	}
	return withHint(batchsync.ErrRetiredKey, `enrol this laptop as a new one: "sehat init --device" in an empty folder, then "sehat sync enrol"`)
}

// mailKey reads the age key that opens what is encrypted to this home alone. With make it makes one where there is none.
func (h home) mailKey(make bool) (*age.X25519Identity, error) {
	path := h.path("keys", "age.key")
	b, err := os.ReadFile(path)
	switch {
	case errors.Is(err, os.ErrNotExist) && make:
		key, err := age.GenerateX25519Identity()
		if err != nil {
			return nil, fmt.Errorf("making the age key: %w", err)
		}
		return key, writeFile(path, []byte(key.String()+"\n"))
	case errors.Is(err, os.ErrNotExist):
		return nil, withHint(fmt.Errorf("%s: there is no key to open jobs with", path),
			`bring it back from a backup; or write a new request with "sehat sync enrol --request FILE" and have the jobs sealed to it`)
	case err != nil:
		return nil, fmt.Errorf("reading the age key: %w", err)
	}
	key, err := age.ParseX25519Identity(strings.TrimSpace(string(b)))
	if err != nil {
		return nil, fmt.Errorf("%s is not an age key", path)
	}
	return key, nil
}

// rootKey opens the sealed root key.
func (h home) rootKey(passphrase string) (ed25519.PrivateKey, error) {
	sealed, err := os.ReadFile(h.path("keys", "root.age"))
	if err != nil {
		return nil, fmt.Errorf("reading the root key: %w", err)
	}
	seed, err := cards.OpenKey(sealed, passphrase)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", h.path("keys", "root.age"), err)
	}
	if len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("%s holds no root key", h.path("keys", "root.age"))
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// makeRootKey makes the root key and seals it with the passphrase; a root key that is there already is opened. It tells
// whether it made one.
func (h home) makeRootKey(a *app, opts initOptions) (ed25519.PrivateKey, bool, error) {
	path := h.path("keys", "root.age")
	_, err := os.Stat(path)
	made := errors.Is(err, os.ErrNotExist)
	passphrase := opts.passphrase
	if passphrase == "" {
		if passphrase, err = a.passphrase(opts.passphraseFile, made); err != nil {
			return nil, false, err
		}
	}
	if !made {
		key, err := h.rootKey(passphrase)
		if errors.Is(err, cards.ErrPassphrase) {
			err = withHint(err, "give the passphrase of the init that was cut off; nothing is signed yet, so you may also remove that file and start anew")
		}
		return key, false, err
	}
	_, key, err := ed25519.GenerateKey(a.random)
	if err != nil {
		return nil, false, fmt.Errorf("making the root key: %w", err)
	}
	sealed, err := cards.SealKey(key.Seed(), passphrase)
	if err != nil {
		return nil, false, err
	}
	return key, true, writeFile(path, sealed)
}

// trustPath is where the signed lists are, for whoever verifies a card.
func (h home) trustPath() string { return h.path("trust.json") }

// trust opens the signed lists that this home believes, verified below its pinned root.
func (h home) trust() (*cards.Trust, error) {
	if h.Root == "" {
		return nil, withHint(fmt.Errorf("%s: this device is not enrolled", h.dir), `"sehat sync enrol" says how`)
	}
	b, err := os.ReadFile(h.trustPath())
	if err != nil {
		return nil, fmt.Errorf("reading the signed lists: %w", err)
	}
	t, err := cards.OpenTrust(b, h.Root)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", h.trustPath(), err)
	}
	return t, nil
}

// writeTrust writes trust.json from the lists in the store, if it tells anything else. It tells whether it did.
func (h home) writeTrust(ctx context.Context, s *store.Store) (bool, error) {
	file, err := batchsync.TrustFile(ctx, s)
	if err != nil {
		return false, err
	}
	if now, err := os.ReadFile(h.trustPath()); err == nil && bytes.Equal(now, file) {
		return false, nil
	}
	return true, writeFile(h.trustPath(), file)
}

// renewLists lets a centre say again, once a day and after looking at every card, what is revoked and that nothing else is. At all
// other times it publishes what ended when something was cut off. It writes trust.json.
func (h home) renewLists(ctx context.Context, a *app, s *store.Store, key ed25519.PrivateKey, by string) error {
	if h.Role == records.RoleCentre {
		centre := h.centre(a, s, key, by)
		renewed, err := centre.Renew(ctx)
		if err != nil && !errors.Is(err, records.ErrConflict) { // somebody else just did
			return err
		}
		r := records.Revoker{Store: s, List: centre, By: by, Now: a.now()}
		if _, err := r.Publish(ctx, renewed); err != nil {
			return err
		}
	}
	_, err := h.writeTrust(ctx, s)
	return err
}
