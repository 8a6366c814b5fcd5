package main

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"sehat/cards"
	"sehat/records"
	"sehat/records/store"
	batchsync "sehat/sync"
)

type initOptions struct {
	name           string
	device         bool
	passphraseFile string
	passphrase     string // once it is known
	quota          int
}

// ownQuota is how many card numbers a centre leases to itself: of the 160 million there are, enough for a large town.
const ownQuota = 1_000_000

func newInitCommand(a *app) *cobra.Command {
	var opts initOptions
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Make a home: a store and the keys that sign here",
		Long: `Init makes the home folder with its store and keys. A home made so is its own centre: it
holds the root key, sealed with a passphrase, and a lease of card numbers to itself, and
needs no other machine.

With --device it makes a laptop's home, which waits to be enrolled by a centre: see
"sehat sync enrol".

Running it again changes nothing; after a power cut it finishes what was begun. A store
that is not in the folder is named with --store (a SQLite file or postgres://…) and
remembered. The passphrase is asked for at the terminal, or read from --passphrase-file
or $SEHAT_PASSPHRASE. Without the passphrase nobody can enrol another laptop: keep it on
paper, in a safe.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if opts.device && (cmd.Flags().Changed("quota") || opts.passphraseFile != "") {
				return usageError{errors.New("a device has no root key and gets its lease from its centre: --quota and --passphrase-file do not go with --device")}
			}
			if opts.quota < 1 || opts.quota > cards.MaxQuota {
				return usageError{fmt.Errorf("--quota is between 1 and %d", cards.MaxQuota)}
			}
			return runInit(cmd.Context(), a, opts)
		},
	}
	cmd.Flags().StringVar(&opts.name, "name", "", "what people call this home (default the machine's name)")
	cmd.Flags().BoolVar(&opts.device, "device", false, "a laptop that a centre enrols, not a centre of its own")
	cmd.Flags().StringVar(&opts.passphraseFile, "passphrase-file", "", "file whose first line is the passphrase of the root key")
	cmd.Flags().IntVar(&opts.quota, "quota", ownQuota, "card numbers that a centre leases to itself")
	return cmd
}

// initReport is what init made.
type initReport struct {
	Home        string   `json:"home"`
	ID          string   `json:"id"`
	Role        string   `json:"role"`
	Device      string   `json:"device"`
	Name        string   `json:"name"`
	Store       string   `json:"store"`
	Root        string   `json:"root_fingerprint,omitempty"`
	Fingerprint string   `json:"fingerprint"` // of the key that signs here
	LeaseLeft   int      `json:"lease_left"`
	Made        []string `json:"made"` // empty if everything was there
}

// runInit makes what is not there yet, in an order in which every step can be cut off and run again.
func runInit(ctx context.Context, a *app, opts initOptions) error {
	h, s, made, err := a.makeHome(ctx, &opts)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := h.sweep(); err != nil {
		return err
	}
	note := func(what string, isNew bool) {
		if isNew {
			made = append(made, what)
		}
	}
	key, isNew, err := h.makeSigningKey(a)
	if err != nil {
		return err
	}
	note("signing key", isNew)
	isNew, err = h.claim(ctx, s, key)
	if err != nil {
		return err
	}
	note("store", isNew)
	if h.Role == records.RoleCentre {
		founded, err := h.found(ctx, a, s, key, opts)
		if err != nil {
			return err
		}
		made = append(made, founded...)
	}
	return a.reportInit(ctx, h, s, key, made)
}

// makeHome makes the folder, the store and home.json. What could be refused comes first, so that a refusal leaves nothing
// behind: the passphrase, then the store.
func (a *app) makeHome(ctx context.Context, opts *initOptions) (h home, s *store.Store, made []string, err error) {
	h, err = a.home()
	isNew := errors.Is(err, errNoHome)
	switch {
	case isNew:
		h, err = a.newHome(opts)
	case err == nil:
		err = a.sameHome(h, opts)
	}
	if err != nil {
		return h, nil, nil, err
	}
	if err := os.MkdirAll(h.path("keys"), 0o700); err != nil {
		return h, nil, nil, fmt.Errorf("making the home: %w", err)
	}
	open := store.Create
	if h.Root != "" { // it was finished once
		open = store.Open
	}
	s, err = open(ctx, a.storeFor(h))
	if err != nil {
		err = h.lostStore(err)
		h.removeEmpty()
		return h, nil, nil, err
	}
	owner, err := s.Home(ctx)
	switch {
	case err == nil && owner.ID != h.ID:
		err = withHint(fmt.Errorf("%s belongs to another home", store.Name(a.storeFor(h))), "name an empty store with --store, or with --home the home that this store was made with")
	case err == nil || errors.Is(err, records.ErrNotFound):
		err = h.fits(ctx, s, store.Name(a.storeFor(h)))
	}
	if err == nil && isNew {
		made = append(made, "home")
		err = h.save()
	}
	if err != nil {
		s.Close()
		h.removeEmpty()
		return h, nil, nil, err
	}
	return h, s, made, nil
}

// removeEmpty removes the home's folders if there is nothing in them.
func (h home) removeEmpty() {
	os.Remove(h.path("keys")) //nolint:errcheck // it stays if anything is in it
	os.Remove(h.dir)          //nolint:errcheck // likewise
}

// sweep removes what a power cut left of files that were being written.
func (h home) sweep() error {
	for _, path := range []string{h.path("home.json"), h.trustPath(), h.path("keys", "signing.key"), h.nextPath(), h.path("keys", "root.age")} {
		if err := removeUnfinished(path); err != nil {
			return err
		}
	}
	return nil
}

// sameHome returns an error unless init is asked for the home that is there.
func (a *app) sameHome(h home, opts *initOptions) error {
	if opts.device != (h.Role == records.RoleDevice) {
		return withHint(fmt.Errorf("%s: this home is there already, and is a %s", h.dir, h.Role), "name another folder with --home")
	}
	asked, err := a.elsewhere(h)
	if err == nil && asked != h.Store {
		err = withHint(fmt.Errorf("%s: this home has its store already: %s", h.dir, store.Name(h.storeURL())), "a home keeps one store; name another folder with --home")
	}
	return err
}

// elsewhere returns the URL of the store that is asked for, absolute, or "" if it is the one in the folder.
func (a *app) elsewhere(h home) (string, error) {
	asked, err := absolute(a.storeFor(h))
	if err != nil {
		return "", err
	}
	if inside, err := absolute(h.path("store.db")); err != nil || asked == inside {
		return "", err
	}
	return asked, nil
}

// newHome says what a new home is. A centre's needs a passphrase.
func (a *app) newHome(opts *initOptions) (h home, err error) {
	h = home{dir: a.dir(), ID: records.NewID(), Role: records.RoleDevice, Device: records.NewID(), Name: strings.TrimSpace(opts.name)}
	if h.Name == "" {
		h.Name = machineName()
	}
	if h.Store, err = a.elsewhere(h); err != nil || opts.device {
		return h, err
	}
	h.Role, h.Centre = records.RoleCentre, h.ID
	opts.passphrase, err = a.passphrase(opts.passphraseFile, true)
	return h, err
}

func machineName() string {
	if name, err := os.Hostname(); err == nil && name != "" {
		return name
	}
	return "sehat"
}

// found makes a centre's root key and its first signed lists, and writes trust.json. It returns what it made.
func (h *home) found(ctx context.Context, a *app, s *store.Store, key ed25519.PrivateKey, opts initOptions) ([]string, error) {
	var made []string
	founded, err := batchsync.Founded(ctx, s)
	if err != nil {
		return nil, err
	}
	if !founded {
		root, isNew, err := h.makeRootKey(a, opts)
		if err != nil {
			return nil, err
		}
		if isNew {
			made = append(made, "root key")
		}
		by, err := a.attended(ctx, s)
		if err != nil {
			return nil, err
		}
		centre := h.centre(a, s, key, by)
		if _, err := centre.Found(ctx, root, opts.quota); err != nil {
			return nil, err
		}
		made = append(made, "key list", "lease", "revocation list")
	}
	if h.Root == "" {
		file, err := batchsync.TrustFile(ctx, s)
		if err != nil {
			return nil, err
		}
		root, err := cards.TrustRoot(file)
		if err != nil {
			return nil, err
		}
		h.Root = cards.Fingerprint(root)
		if err := h.save(); err != nil {
			return nil, err
		}
	}
	wrote, err := h.writeTrust(ctx, s)
	if wrote {
		made = append(made, "trust.json")
	}
	return made, err
}

// centre is this home about to sign something that somebody decided.
func (h home) centre(a *app, s *store.Store, key ed25519.PrivateKey, by string) *batchsync.Centre {
	return &batchsync.Centre{
		HomeID: h.ID, Name: h.Name, DeviceID: h.Device, Root: h.Root, Key: key, Store: s, By: by, Now: a.now(),
	}
}

// claim writes into the store whose it is, before anything else goes there: of two homes that meet at one empty store, the second
// is refused.
func (h home) claim(ctx context.Context, s *store.Store, key ed25519.PrivateKey) (bool, error) {
	if _, err := s.Home(ctx); !errors.Is(err, records.ErrNotFound) {
		return false, err
	}
	err := s.SaveHome(ctx, h.record(key))
	if errors.Is(err, records.ErrExists) {
		err = withHint(err, "name an empty store with --store, and another folder with --home")
	}
	return true, err
}

// fits returns an error where the store's key list lacks this home's key: another centre was founded there and did not come to
// claim the store, or this home's key was lost.
func (h home) fits(ctx context.Context, s *store.Store, name string) error {
	file, err := batchsync.TrustFile(ctx, s)
	if errors.Is(err, records.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	root, err := cards.TrustRoot(file)
	if err != nil {
		return fmt.Errorf("the lists in %s: %w", name, err)
	}
	trust, err := cards.OpenTrust(file, cards.Fingerprint(root))
	if err != nil {
		return fmt.Errorf("the lists in %s: %w", name, err)
	}
	if key, err := h.signingKey(); err == nil {
		if _, ok := trust.Keys.Find(cards.NewKeyID(publicOf(key))); ok {
			return nil
		}
	}
	return withHint(fmt.Errorf("%s holds the key list of a centre, and this home's key is not in it", name),
		"name an empty store with --store; if this home lost its keys/signing.key, bring it back from a backup")
}

// finished returns an error where init was cut off between claiming the store and signing the first lists.
func (h home) finished() error {
	if h.Role == records.RoleDevice || h.Root != "" {
		return nil
	}
	return withHint(fmt.Errorf("%s: this home is not finished", h.dir), `run "sehat init" again: it finishes what was cut off`)
}

// record is what the store keeps of the home.
func (h home) record(key ed25519.PrivateKey) records.Home {
	return records.Home{
		ID: h.ID, Role: h.Role, Device: h.Device, Name: h.Name, KeyID: cards.NewKeyID(publicOf(key)).String(), Centre: h.Centre,
	}
}

func (a *app) reportInit(ctx context.Context, h home, s *store.Store, key ed25519.PrivateKey, made []string) error {
	left, err := leaseLeft(ctx, s, h.Device)
	if err != nil {
		return err
	}
	report := initReport{
		Home: h.dir, ID: h.ID, Role: h.Role, Device: h.Device, Name: h.Name, Store: store.Name(a.storeFor(h)), Root: h.Root,
		Fingerprint: cards.Fingerprint(publicOf(key)), Made: append([]string{}, made...), LeaseLeft: left,
	}
	if a.json {
		return a.result(report, "")
	}
	return a.result(nil, "%s", report.text())
}

// text tells the report to a person.
func (r initReport) text() string {
	var b strings.Builder
	if len(r.Made) == 0 {
		fmt.Fprintf(&b, "%s is there already: nothing to do\n", r.Home)
	} else {
		fmt.Fprintf(&b, "made %s: %s\n", r.Home, strings.Join(r.Made, ", "))
	}
	fmt.Fprintf(&b, "name         %s (%s)\nstore        %s\n", r.Name, r.Role, r.Store)
	if r.Role == records.RoleCentre {
		fmt.Fprintf(&b, "root key     %s\nlease        %d card numbers left", r.Root, r.LeaseLeft)
		return b.String()
	}
	fmt.Fprintf(&b, "device       %s\ndevice key   %s\n", r.Device, r.Fingerprint)
	if r.Root == "" {
		fmt.Fprint(&b, `next         "sehat sync enrol --request FILE", and take the file to the centre`)
	} else {
		fmt.Fprintf(&b, "root key     %s\nlease        %d card numbers left", r.Root, r.LeaseLeft)
	}
	return b.String()
}
