package main

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"sehat/cards"
	"sehat/records"
	"sehat/records/store"
	batchsync "sehat/sync"
)

type keysOptions struct {
	rotate, now    bool
	passphraseFile string
}

func newCardKeysCommand(a *app) *cobra.Command {
	var opts keysOptions
	cmd := &cobra.Command{
		Use:   "keys",
		Short: "List the keys by which cards are verified, or replace the centre's",
		Long: `Keys prints the key list that this home believes: who may sign cards, since when and
until when. The file trust.json in the home is what another verifier needs; give it
to them, and read the root's fingerprint aloud.

At a centre --rotate replaces the key that signs permanent cards, in two steps four weeks
apart. The first makes a new key and certifies it with the root key (it asks for the
passphrase); the old one goes on signing while laptops and hospitals fetch the new list.
The second, the same command once more, lets the new key sign and retires the old one: what
it signed stands. "sehat doctor" says when the second step is due. --now takes both steps
at once; whoever has not fetched the list then takes new cards for unknown.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case opts.rotate:
				return runRotate(cmd.Context(), a, opts)
			case opts.now, opts.passphraseFile != "":
				return usageError{errors.New("--now and --passphrase-file go with --rotate")}
			}
			return runCardKeys(a)
		},
	}
	cmd.Flags().BoolVar(&opts.rotate, "rotate", false, "at a centre: replace the key that signs here")
	cmd.Flags().BoolVar(&opts.now, "now", false, "with --rotate: do not wait four weeks")
	cmd.Flags().StringVar(&opts.passphraseFile, "passphrase-file", "", "with --rotate: file whose first line is the passphrase of the root key")
	return cmd
}

// A keyLine is one key as "card keys" prints it.
type keyLine struct {
	ID          cards.KeyID     `json:"kid"`
	Kind        cards.KeyKind   `json:"kind"`
	PublicKey   string          `json:"public_key"` // base64
	Fingerprint string          `json:"fingerprint"`
	DeviceID    string          `json:"device_id,omitempty"`
	ValidFrom   string          `json:"valid_from"`
	ValidTo     string          `json:"valid_to,omitempty"`
	Status      cards.KeyStatus `json:"status"`
	Accepted    int             `json:"accepted,omitempty"` // of a lost key: credentials that verify all the same
}

func runCardKeys(a *app) error {
	trust, err := a.pinnedTrust()
	if err != nil {
		return err
	}
	for _, k := range trust.Keys.Keys {
		line := keyLine{
			ID: k.ID, Kind: k.Kind, PublicKey: base64.StdEncoding.EncodeToString(k.PublicKey), Fingerprint: cards.Fingerprint(k.PublicKey),
			DeviceID: k.DeviceID, ValidFrom: k.ValidFrom.UTC().Format(time.RFC3339), Status: k.Status, Accepted: len(k.Accepted),
		}
		until := "no end"
		if !k.ValidTo.IsZero() {
			line.ValidTo = k.ValidTo.UTC().Format(time.RFC3339)
			until = "until " + line.ValidTo
		}
		if k.Status == cards.KeyLost {
			until += "; " + count(line.Accepted, "credential") + " of it verify"
		}
		if err := a.result(line, "%s  %-6s  %-7s  from %s, %s\n  %s", k.ID, k.Kind, k.Status, line.ValidFrom, until, line.Fingerprint); err != nil {
			return err
		}
	}
	return nil
}

// Steps of a rotation.
const (
	stepCertified = "certified"    // the new key is in the list; the old one signs
	stepWaiting   = "waiting"      // the new key was certified before, and it is not time yet
	stepChanged   = "changed over" // the new key signs
)

// rotateReport is what one step of a rotation came to.
type rotateReport struct {
	Step         string      `json:"step"`
	KeyID        cards.KeyID `json:"kid"` // of the new key
	Fingerprint  string      `json:"fingerprint"`
	ChangeOverOn string      `json:"change_over_on,omitempty"` // the day from which the second step is due
	Trust        string      `json:"trust"`
}

func runRotate(ctx context.Context, a *app, opts keysOptions) error {
	s, h, key, err := a.openAs(ctx, records.RoleCentre)
	if err != nil {
		return err
	}
	defer s.Close()
	by, err := a.by(ctx, s)
	if err != nil {
		return err
	}
	if _, err := h.writeTrust(ctx, s); err != nil { // a power cut may have come between the store and the file
		return err
	}
	next, err := h.nextKey(a)
	if err != nil {
		return err
	}
	root := sync.OnceValues(func() (ed25519.PrivateKey, error) {
		passphrase, err := a.passphrase(opts.passphraseFile, false)
		if err != nil {
			return nil, err
		}
		return h.rootKey(passphrase)
	})
	report := rotateReport{
		KeyID: cards.NewKeyID(publicOf(next)), Fingerprint: cards.Fingerprint(publicOf(next)), Trust: h.trustPath(),
	}
	if report.Step, err = h.rotate(ctx, h.centre(a, s, key, by), publicOf(next), opts.now, root); err != nil {
		return signedMeanwhile(err)
	}
	if report.Step == stepChanged {
		err = h.adoptKey(ctx, s, next)
	}
	if err == nil {
		_, err = h.writeTrust(ctx, s)
	}
	if err != nil {
		return err
	}
	if report.Step == stepChanged {
		return a.result(report, "cards, leases and lists are signed with the new key %s from now on; what the old one signed stands\ncarry %s to whoever verifies cards",
			report.KeyID, report.Trust)
	}
	due, err := h.changeOver()
	if err != nil {
		return err
	}
	report.ChangeOverOn = due.UTC().Format(time.DateOnly)
	said := "certified a new key"
	if report.Step == stepWaiting {
		said = "certified before: the new key"
	}
	return a.result(report, "%s %s; the old one signs until you change over\ncarry %s to whoever verifies cards; laptops fetch it with \"sehat sync pull\"\nfrom %s on   sehat card keys --rotate",
		said, report.KeyID, report.Trust, report.ChangeOverOn)
}

// rotate takes the step that is next, or with atOnce all that are left, and says which was the last.
func (h home) rotate(ctx context.Context, c *batchsync.Centre, next ed25519.PublicKey, atOnce bool, root func() (ed25519.PrivateKey, error)) (string, error) {
	lists, err := h.trust()
	if err != nil {
		return "", err
	}
	step := stepWaiting
	at, certified := batchsync.Certified(lists.Keys, next)
	if !certified {
		if _, err := c.Certify(ctx, next, root); err != nil {
			return "", err
		}
		at, step = c.Now, stepCertified
	}
	own, _ := lists.Keys.Find(cards.NewKeyID(publicOf(c.Key)))
	cutOff := own.Status == cards.KeyRetired // after the list was signed, before the key's file was replaced
	if !atOnce && !cutOff && c.Now.Before(at.Add(batchsync.Overlap)) {
		return step, nil
	}
	_, err = c.ChangeOver(ctx, next, root)
	return stepChanged, err
}

// nextPath is where the key is that will sign here next, between the two steps of a rotation.
func (h home) nextPath() string { return h.path("keys", "next.key") }

// nextKey reads the key that will sign here next, and makes it where there is none.
func (h home) nextKey(a *app) (ed25519.PrivateKey, error) {
	if _, err := os.Stat(h.nextPath()); err == nil {
		return readKey(h.nextPath())
	}
	return makeKey(a, h.nextPath())
}

// adoptKey puts the next key in the place of the one that signs here. The file comes last: until then the step is taken again.
func (h home) adoptKey(ctx context.Context, s *store.Store, next ed25519.PrivateKey) error {
	if err := s.SaveHome(ctx, h.record(next)); err != nil {
		return err
	}
	if err := os.Rename(h.nextPath(), h.path("keys", "signing.key")); err != nil {
		return fmt.Errorf("changing over to the new key: %w", err)
	}
	return syncFolder(h.path("keys"))
}

// changeOver returns when the second step of a rotation is due; the zero time where none was begun.
func (h home) changeOver() (time.Time, error) {
	next, err := readKey(h.nextPath())
	if errors.Is(err, os.ErrNotExist) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	lists, err := h.trust()
	if err != nil {
		return time.Time{}, err
	}
	at, certified := batchsync.Certified(lists.Keys, publicOf(next))
	if !certified {
		return time.Time{}, nil
	}
	return at.Add(batchsync.Overlap), nil
}
