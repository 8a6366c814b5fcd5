package main

import (
	"context"
	"crypto/ed25519"
	"fmt"

	"github.com/spf13/cobra"

	"sehat/records"
	"sehat/records/store"
)

type lostOptions struct {
	hold           bool
	passphraseFile string
}

func newSyncLostCommand(a *app) *cobra.Command {
	var opts lostOptions
	cmd := &cobra.Command{
		Use:   "lost DEVICE",
		Short: "Take a lost laptop's key and card numbers out of use",
		Long: `Lost says at the centre that a laptop (its id, the first letters of it, or its name) is lost
or stolen. Its key is marked as lost and its leases as void, in new signed lists: of the
cards that it signed, only those verify that the centre had taken in before. A batch that
still comes from it is held, and nothing of it is used. The laptop itself can issue nothing
more once it has seen the new lists, and what it issues before is refused by everybody who
has them: so carry the new trust.json to whoever verifies cards.

Batches of it that wait in the inbox are applied first ("sehat sync apply") if they were sent
before it was lost, or held with --hold.

It cannot be taken back. A laptop that is found again gets a new home ("sehat init --device"
in an empty folder) and is enrolled as a new one; files that it had imported are imported
there once more. Saying it twice changes nothing.

The key list is signed with the root key: the command asks for its passphrase.`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return runLost(cmd.Context(), a, args[0], opts) },
	}
	cmd.Flags().BoolVar(&opts.hold, "hold", false, "hold the batches of it that wait in the inbox")
	cmd.Flags().StringVar(&opts.passphraseFile, "passphrase-file", "", "file whose first line is the passphrase of the root key")
	return cmd
}

// lostReport is what reporting a laptop lost came to.
type lostReport struct {
	Device string `json:"device"`
	Name   string `json:"name"`
	Stand  int    `json:"cards_that_stand"` // temporary cards of it that still verify
	Leases int    `json:"leases_void"`
	Unused int    `json:"numbers_void"` // of these leases, not drawn as far as the centre knows
	Held   int    `json:"batches_held"` // in the inbox
	Trust  string `json:"trust"`        // the file to carry to whoever verifies cards
	Again  bool   `json:"again,omitempty"`
}

func runLost(ctx context.Context, a *app, who string, opts lostOptions) error {
	s, h, key, err := a.openAs(ctx, records.RoleCentre)
	if err != nil {
		return err
	}
	defer s.Close()
	device, err := findDevice(ctx, s, who)
	if err != nil {
		return err
	}
	by, err := a.by(ctx, s)
	if err != nil {
		return err
	}
	if device.ID == h.Device {
		return usageError{fmt.Errorf("%s is this centre itself: its key is replaced with \"sehat card keys --rotate\"", device.Name)}
	}
	waiting, err := waitingOf(ctx, s, device.ID)
	if err != nil {
		return err
	}
	if waiting > 0 && !opts.hold && device.Status != records.DeviceLost {
		return withHint(fmt.Errorf("%s of %s in the inbox: nothing was changed", count(waiting, "batch"), device.Name),
			`if they were sent before it was lost, apply them first: "sehat sync apply"; else hold them: --hold`)
	}
	root := func() (ed25519.PrivateKey, error) {
		passphrase, err := a.passphrase(opts.passphraseFile, false)
		if err != nil {
			return nil, err
		}
		return h.rootKey(passphrase)
	}
	loss, err := h.centre(a, s, key, by).Lost(ctx, device, s, root)
	if err != nil {
		return signedMeanwhile(err)
	}
	if _, err := h.writeTrust(ctx, s); err != nil {
		return err
	}
	report := lostReport{device.ID, device.Name, loss.Accepted, loss.Leases, loss.Unused, waiting, h.trustPath(), loss.Again}
	return a.result(report, "%s", report.text())
}

func (r lostReport) text() string {
	stand := fmt.Sprintf("temporary cards of it that verify: %d, which the centre had taken in", r.Stand)
	if r.Again {
		return fmt.Sprintf("%s was reported lost before: nothing to do\n%s", r.Name, stand)
	}
	text := fmt.Sprintf("%s is lost: its key is worth nothing from now on; void: %s, %s\n%s; any other is refused",
		r.Name, count(r.Leases, "lease"), count(r.Unused, "unused number"), stand)
	if r.Held > 0 {
		text += fmt.Sprintf("\n%s of it in the inbox will be held, as any that still comes", count(r.Held, "batch"))
	} else {
		text += "\na batch that still comes from it will be held"
	}
	return text + fmt.Sprintf("\ncarry %s to whoever verifies cards; laptops fetch it with \"sehat sync pull\"", r.Trust)
}

// waitingOf counts the batches of a device in the inbox.
func waitingOf(ctx context.Context, s *store.Store, deviceID string) (int, error) {
	list, err := s.Waiting(ctx)
	n := 0
	for _, b := range list {
		if b.DeviceID == deviceID {
			n++
		}
	}
	return n, err
}
