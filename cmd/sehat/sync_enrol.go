package main

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"sehat/cards"
	"sehat/records"
	"sehat/records/store"
	batchsync "sehat/sync"
)

type enrolOptions struct {
	request, approve, accept string
	out                      string
	quota                    int
	fingerprint              string
	passphraseFile           string
}

// deviceQuota is how many card numbers an approval leases to a laptop: about a season of one team.
const deviceQuota = 20_000

func newSyncEnrolCommand(a *app) *cobra.Command {
	var opts enrolOptions
	cmd := &cobra.Command{
		Use:   "enrol",
		Short: "Make a laptop one of the centre's",
		Long: `Enrol makes a laptop one of the centre's, by three small files.

  on the laptop    sehat sync enrol --request FILE
  at the centre    sehat sync enrol --approve FILE --out GRANT
  on the laptop    sehat sync enrol --accept GRANT

Each step shows a fingerprint of six groups of digits. Read it aloud to the person at the
other machine, over the phone if need be: if the two differ, somebody changed the file on
its way. With --fingerprint the program compares what you type.

Approving signs the key list with the root key and asks for its passphrase. Approving the
same request again gives the same grant.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := opts.check(cmd.Flags().Changed); err != nil {
				return usageError{err}
			}
			return runEnrol(cmd.Context(), a, opts)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.request, "request", "", "on a laptop: write its request to this file")
	flags.StringVar(&opts.approve, "approve", "", "at the centre: approve the request in this file")
	flags.StringVar(&opts.out, "out", "", "with --approve: write the grant to this file")
	flags.StringVar(&opts.accept, "accept", "", "on a laptop: accept the grant in this file")
	flags.IntVar(&opts.quota, "quota", deviceQuota, "with --approve: card numbers that the laptop may give out")
	flags.StringVar(&opts.fingerprint, "fingerprint", "", "with --approve and --accept: the digits that the other person reads aloud")
	flags.StringVar(&opts.passphraseFile, "passphrase-file", "", "with --approve: file whose first line is the passphrase of the root key")
	return cmd
}

// check tells what is wrong with the flags. given says which of them were typed.
func (opts enrolOptions) check(given func(flag string) bool) error {
	steps := 0
	for _, step := range []string{"request", "approve", "accept"} {
		if given(step) {
			steps++
		}
	}
	switch {
	case steps > 1:
		return errors.New("one step at a time: --request, --approve and --accept do not go together")
	case opts.request+opts.approve+opts.accept == "":
		return errors.New("which step? --request FILE on the laptop, --approve FILE --out GRANT at the centre, --accept GRANT on the laptop")
	case opts.approve != "" && opts.out == "":
		return errors.New("--approve needs --out FILE for the grant")
	case opts.request != "" && given("fingerprint"):
		return errors.New("--fingerprint goes with --approve and --accept: a request has nothing to compare with yet")
	case opts.quota < 1 || opts.quota > cards.MaxQuota:
		return fmt.Errorf("--quota is between 1 and %d", cards.MaxQuota)
	}
	for _, flag := range []string{"out", "quota", "passphrase-file"} {
		if opts.approve == "" && given(flag) {
			return fmt.Errorf("--%s goes with --approve only", flag)
		}
	}
	return nil
}

func runEnrol(ctx context.Context, a *app, opts enrolOptions) error {
	switch {
	case opts.request != "":
		return enrolRequest(ctx, a, opts)
	case opts.approve != "":
		return enrolApprove(ctx, a, opts)
	}
	return enrolAccept(ctx, a, opts)
}

// openAs opens the store of a home with a role, and its signing key.
func (a *app) openAs(ctx context.Context, role string) (*store.Store, home, ed25519.PrivateKey, error) {
	s, h, err := a.open(ctx)
	if err != nil {
		return nil, h, nil, err
	}
	var key ed25519.PrivateKey
	if err = h.mustBe(role); err == nil {
		key, err = h.signingKey()
	}
	if err != nil {
		s.Close()
		return nil, h, nil, err
	}
	return s, h, key, nil
}

// enrolReport is what one step of an enrolment came to.
type enrolReport struct {
	Step        string `json:"step"`
	File        string `json:"file"`
	Device      string `json:"device"`
	Name        string `json:"name"`
	Fingerprint string `json:"fingerprint"`     // to read aloud: the device's key, at the last step the root key
	Quota       int    `json:"quota,omitempty"` // card numbers that the laptop may give out
	Again       bool   `json:"again,omitempty"` // it was done before, nothing changed
}

func enrolRequest(ctx context.Context, a *app, opts enrolOptions) error {
	s, h, key, err := a.openAs(ctx, records.RoleDevice)
	if err != nil {
		return err
	}
	defer s.Close()
	box, err := h.mailKey(true)
	if err != nil {
		return err
	}
	file, err := batchsync.Request{DeviceID: h.Device, Name: h.Name, Recipient: box.Recipient().String()}.Sign(key)
	if err != nil {
		return err
	}
	if err := writeFile(opts.request, append(file, '\n')); err != nil {
		return err
	}
	report := enrolReport{"request", opts.request, h.Device, h.Name, cards.Fingerprint(publicOf(key)), 0, false}
	return a.result(report, "wrote %s: take it to the centre\nread aloud   %s", opts.request, report.Fingerprint)
}

func enrolApprove(ctx context.Context, a *app, opts enrolOptions) error {
	s, h, key, err := a.openAs(ctx, records.RoleCentre)
	if err != nil {
		return err
	}
	defer s.Close()
	file, err := readSmall(opts.approve)
	if err != nil {
		return err
	}
	request, err := batchsync.OpenRequest(file)
	if err != nil {
		return withHint(fmt.Errorf("%s: %w", opts.approve, err), "have the laptop write it again, and bring it another way")
	}
	fingerprint := cards.Fingerprint(request.PublicKey)
	if err := a.compare(opts.fingerprint, fingerprint, "the laptop "+request.Name); err != nil {
		return err
	}
	root := func() (ed25519.PrivateKey, error) {
		passphrase, err := a.passphrase(opts.passphraseFile, false)
		if err != nil {
			return nil, err
		}
		return h.rootKey(passphrase)
	}
	by, err := a.by(ctx, s)
	if err != nil {
		return err
	}
	centre := h.centre(a, s, key, by)
	grant, again, err := centre.Approve(ctx, file, opts.quota, root)
	if errors.Is(err, batchsync.ErrOtherKey) {
		err = withHint(err, `a laptop whose home was made anew must ask as a new one: "sehat init --device" in an empty folder`)
	}
	if err != nil {
		return signedMeanwhile(err)
	}
	if _, err := h.writeTrust(ctx, s); err != nil {
		return err
	}
	if err := writeFile(opts.out, append(grant, '\n')); err != nil {
		return err
	}
	report := enrolReport{"approve", opts.out, request.DeviceID, request.Name, fingerprint, opts.quota, again}
	if again {
		report.Quota = 0
		return a.result(report, "%s was enrolled before; wrote the same grant again: %s", request.Name, opts.out)
	}
	return a.result(report, "enrolled %s with %s\nwrote %s: take it to the laptop\nits key      %s\nread aloud   %s",
		request.Name, count(opts.quota, "card number"), opts.out, fingerprint, h.Root)
}

func enrolAccept(ctx context.Context, a *app, opts enrolOptions) error {
	s, h, key, err := a.openAs(ctx, records.RoleDevice)
	if err != nil {
		return err
	}
	defer s.Close()
	file, err := readSmall(opts.accept)
	if err != nil {
		return err
	}
	grant, root, err := batchsync.OpenGrant(file, h.Device, publicOf(key))
	if err != nil {
		return withHint(fmt.Errorf("%s: %w", opts.accept, err), "ask the centre for this laptop's grant once more; approving the same request again gives the same one")
	}
	if h.Root != "" && h.Root != root {
		return fmt.Errorf("%s: this laptop belongs to another centre already", opts.accept)
	}
	if h.Root == "" || opts.fingerprint != "" {
		if err := a.compare(opts.fingerprint, root, "the centre "+grant.CentreName); err != nil {
			return err
		}
	}
	if _, err := batchsync.KeepTrust(ctx, s, grant.Trust, root, h.Device, a.now()); err != nil && !errors.Is(err, cards.ErrOlderList) {
		return err
	}
	again := h.Root != ""
	h.Root, h.Centre = root, grant.Centre
	if err := h.adopt(ctx, s, key); err != nil {
		return err
	}
	left, err := leaseLeft(ctx, s, h.Device)
	if err != nil {
		return err
	}
	report := enrolReport{"accept", opts.accept, h.Device, h.Name, root, left, again}
	if again {
		return a.result(report, "this laptop was enrolled before: nothing to do")
	}
	return a.result(report, "enrolled at %s with %s\nroot key     %s", grant.CentreName, count(report.Quota, "card number"), root)
}

// adopt writes down whose laptop this is. home.json comes last: while it names no root, the laptop is not enrolled.
func (h home) adopt(ctx context.Context, s *store.Store, key ed25519.PrivateKey) error {
	if err := s.SaveHome(ctx, h.record(key)); err != nil {
		return err
	}
	if _, err := h.writeTrust(ctx, s); err != nil {
		return err
	}
	return h.save()
}

// compare holds a fingerprint against the one that was typed, or asks the person at the terminal. Where there is neither it
// only shows it.
func (a *app) compare(typed, fingerprint, whose string) error {
	if typed != "" {
		if !cards.SameFingerprint(typed, fingerprint) {
			return withHint(fmt.Errorf("%w: the key of %s has %s", batchsync.ErrFingerprints, whose, fingerprint),
				"read the digits to each other once more; if they stay different, the file is not from where it says")
		}
		return nil
	}
	a.say("the key of %s: %s", whose, fingerprint)
	if _, ok := a.terminal(); !ok {
		return nil
	}
	fmt.Fprint(a.stderr, "Does the other person read the same digits? [yes/no] ")
	answer, err := bufio.NewReader(a.stdin).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("reading the answer: %w", err)
	}
	if a := strings.ToLower(strings.TrimSpace(answer)); a != "yes" && a != "y" {
		return errors.New("not confirmed; nothing was changed")
	}
	return nil
}

// maxSmall is the size of the largest file of an enrolment: a key list of some hundred thousand devices.
const maxSmall = 64 << 20

// readSmall reads a file that came from elsewhere.
func readSmall(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxSmall+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	if len(b) > maxSmall {
		return nil, fmt.Errorf("%s is too large", path)
	}
	return b, nil
}
