package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"sehat/importer"
	"sehat/records"
	"sehat/records/store"
)

// A home is a folder that holds a store, keys and outputs:
//
//	home.json          who this home is, and where its store is
//	store.db           the store, unless it is elsewhere
//	keys/root.age      the root key, sealed with a passphrase (a centre's only)
//	keys/signing.key   the key that signs here: the centre's or the device's
//	keys/age.key       a device's key that opens what is encrypted to it alone: print jobs
//	trust.json         the signed lists by which a card is verified
//	print/             print batches
type home struct {
	dir         string
	ID          string `json:"id"`
	Role        string `json:"role"`
	Device      string `json:"device"` // this home's device id
	Name        string `json:"name"`
	Store       string `json:"store,omitempty"`        // URL of a store that is not in the folder
	Root        string `json:"root,omitempty"`         // fingerprint of the root key that this home believes; empty before it has one
	Centre      string `json:"centre,omitempty"`       // id of the centre's home; its own for a centre, empty before enrolment
	CentreStore string `json:"centre_store,omitempty"` // URL of the centre's store, once a device pushed there
}

// save writes home.json.
func (h home) save() error {
	b, err := json.MarshalIndent(h, "", "  ")
	if err != nil {
		return fmt.Errorf("writing the home: %w", err)
	}
	return writeFile(h.path("home.json"), append(b, '\n'))
}

// dir returns the home's folder.
func (a *app) dir() string {
	if a.homeDir != "" {
		return a.homeDir
	}
	if dir := a.getenv("SEHAT_HOME"); dir != "" {
		return dir
	}
	return "sehat-data"
}

// errNoHome says that a folder is no home.
var errNoHome = errors.New("there is no sehat home")

// home reads home.json.
func (a *app) home() (home, error) { return readHome(a.dir()) }

func readHome(dir string) (home, error) {
	h := home{dir: dir}
	b, err := os.ReadFile(filepath.Join(h.dir, "home.json"))
	if errors.Is(err, os.ErrNotExist) {
		return h, withHint(fmt.Errorf("%s: %w", h.dir, errNoHome), `make one with "sehat init", or name another with --home`)
	}
	if err != nil {
		return h, fmt.Errorf("reading the home: %w", err)
	}
	if err := json.Unmarshal(b, &h); err != nil {
		return h, fmt.Errorf("%s: home.json cannot be read: %w", h.dir, err)
	}
	return h, nil
}

// storeFor returns the URL of the store: --store, $SEHAT_STORE, the home's own.
func (a *app) storeFor(h home) string {
	switch {
	case a.storeURL != "":
		return a.storeURL
	case a.getenv("SEHAT_STORE") != "":
		return a.getenv("SEHAT_STORE")
	}
	return h.storeURL()
}

// storeURL returns the URL of the home's own store.
func (h home) storeURL() string {
	if h.Store != "" {
		return h.Store
	}
	return h.path("store.db")
}

// absolute returns the path of a SQLite store from the root; what names a PostgreSQL store stays as it is.
func absolute(url string) (string, error) {
	if store.IsPostgres(url) {
		return url, nil
	}
	path, err := filepath.Abs(url)
	if err != nil {
		return "", fmt.Errorf("finding the store: %w", err)
	}
	return path, nil
}

// open opens the store and the home it belongs to, after it swept away what killed imports left in plain text.
func (a *app) open(ctx context.Context) (*store.Store, home, error) {
	h, err := a.home()
	if err != nil {
		return nil, h, err
	}
	importer.Sweep(h.path("tmp"), a.now())
	s, err := store.Open(ctx, a.storeFor(h))
	if err != nil {
		return nil, h, h.lostStore(err)
	}
	owner, err := s.Home(ctx)
	switch {
	case errors.Is(err, records.ErrNotFound):
		err = withHint(fmt.Errorf("%s: this home is not finished", h.dir), `run "sehat init" again: it finishes what was cut off`)
	case err == nil && owner.ID != h.ID:
		err = withHint(fmt.Errorf("%s: the store belongs to another home", h.dir), "name the home it was made with: --home")
	case err == nil:
		err = h.finished()
	}
	if err != nil {
		s.Close()
		return nil, h, err
	}
	return s, h, nil
}

// mustBe returns an error unless the home has a role.
func (h home) mustBe(role string) error {
	if h.Role == role {
		return nil
	}
	if role == records.RoleCentre {
		return withHint(fmt.Errorf("%s: this home is a device; only a centre does this", h.dir), "run it at the centre, or name the centre's home with --home")
	}
	return withHint(fmt.Errorf("%s: this home is its own centre; only a device does this", h.dir), `a device's home is made with "sehat init --device"`)
}

func (h home) path(parts ...string) string {
	return filepath.Join(append([]string{h.dir}, parts...)...)
}

// lostStore says what to do where a home that was finished has no store any more: not what a hint for newcomers says.
func (h home) lostStore(err error) error {
	if !errors.Is(err, store.ErrNoStore) || h.Root == "" {
		return err
	}
	return withHint(fmt.Errorf("%w, although this home had one", err),
		"name the right store with --store, or bring it back from a backup; a new one would give everybody a second number")
}
