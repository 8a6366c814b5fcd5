package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"sehat/cards"
	"sehat/records"
	"sehat/records/store"
	batchsync "sehat/sync"
)

func newSyncPushCommand(a *app) *cobra.Command {
	var to string
	cmd := &cobra.Command{
		Use:   "push",
		Short: "Send what changed on this laptop to the centre",
		Long: `Push freezes what changed on this laptop into numbered, signed batches and puts them into
the centre's inbox. A batch is stored before its first byte leaves and is sent again, byte
for byte, until its receipt comes back: push as often as you like, and pull the plug
whenever you like. Receipts that are there already are fetched.

--to names the centre's store: postgres://…, a SQLite file, or the centre's home folder.
It is remembered.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return runPush(cmd.Context(), a, to) },
	}
	cmd.Flags().StringVar(&to, "to", "", "the centre's store or home (default the one of the last time)")
	return cmd
}

// pushReport is what push did.
type pushReport struct {
	batchsync.PushReport
	Frozen int `json:"frozen"` // batches frozen by this run
}

func runPush(ctx context.Context, a *app, to string) error {
	s, h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	if h.Role == records.RoleCentre {
		return a.result(pushReport{}, "this home is its own centre: there is nothing to push")
	}
	d, err := h.pusher(ctx, a, s)
	if err != nil {
		return err
	}
	c, err := h.connection(to)
	if err != nil {
		return err
	}
	defer c.close()
	frozen, err := d.Freeze(ctx)
	if err != nil {
		return err
	}
	report, err := d.Push(ctx, c.dial)
	if err != nil {
		return err
	}
	if err := c.remember(); err != nil {
		return err
	}
	if err := a.result(pushReport{report, frozen.Batches}, "%s", pushText(report)); err != nil {
		return err
	}
	return pushNeeds(report)
}

func pushText(r batchsync.PushReport) string {
	text := fmt.Sprintf("delivered %s (%s)", count(r.Batches, "batch"), count(r.Rows, "row"))
	if r.Batches == 0 {
		text = "nothing new to deliver"
	}
	text += "\n" + count(r.Receipts, "receipt") + " came back"
	if r.Waiting > 0 {
		text += ", " + count(r.Waiting, "batch") + " still to be applied at the centre"
	}
	if r.Again > 0 {
		text += fmt.Sprintf("\n%s came before what it belongs to, and travels again with the next push", count(r.Again, "row"))
	}
	if r.Conflicts+r.Rejects > 0 {
		text += fmt.Sprintf("\n%s in conflict, %d not taken", count(r.Conflicts, "row"), r.Rejects)
	}
	return text
}

// pushNeeds says what a person has to do after a push, if anything.
func pushNeeds(r batchsync.PushReport) error {
	if len(r.Held) > 0 {
		held := r.Held[0] // the later ones cannot be taken before it
		if held.Status == records.InboxFork {
			return needsPerson{
				fmt.Sprintf("the centre holds batch %d back: %s", held.Number, held.Why),
				"this laptop, or a copy of it, was restored from a backup; ask the centre before you collect more",
			}
		}
		return needsPerson{
			fmt.Sprintf("the centre refused batch %d: %s", held.Number, held.Why),
			`ask the centre; nothing is lost, and "sehat sync push" offers the batch again`,
		}
	}
	if n := r.Conflicts + r.Rejects; n > 0 {
		return needsPerson{"for a person at the centre: " + count(n, "row"), `there: "sehat sync conflicts"`}
	}
	return nil
}

// pusher is this home about to push or pull.
func (h home) pusher(ctx context.Context, a *app, s *store.Store) (*batchsync.Device, error) {
	if h.Root != "" { // a power cut may have come between the store and the file
		if _, err := h.writeTrust(ctx, s); err != nil {
			return nil, err
		}
	}
	trust, err := h.trust()
	if err != nil {
		return nil, err
	}
	key, err := h.signingKey()
	if err != nil {
		return nil, err
	}
	return &batchsync.Device{ID: h.Device, Key: key, Outbox: s, Shelf: s, Keys: trust.Keys, Now: a.now}, nil
}

// A connection reaches the centre's store, again if need be.
type connection struct {
	home  home
	to    string // as it is remembered
	store *store.Store
}

// connection says where the centre's store is: as asked for, else as remembered.
func (h home) connection(to string) (*connection, error) {
	if to == "" {
		to = h.CentreStore
	}
	if to == "" {
		return nil, usageError{errors.New("where is the centre? name its store or home with --to, the first time")}
	}
	if store.IsPostgres(to) {
		return &connection{home: h, to: to}, nil
	}
	if info, err := os.Stat(to); err == nil && info.IsDir() {
		centre, err := readHome(to)
		if err != nil {
			return nil, err
		}
		to = centre.storeURL()
	}
	to, err := absolute(to)
	return &connection{home: h, to: to}, err
}

// dial opens the centre's store, anew if it was open. It makes sure that it is this device's centre's.
func (c *connection) dial(ctx context.Context) (batchsync.Inbox, error) {
	c.close()
	s, err := store.Visit(ctx, c.to)
	if errors.Is(err, store.ErrNoStore) {
		err = withHint(fmt.Errorf("the centre: %w", err), "name the centre's store or home with --to; what is frozen is safe")
	}
	if err != nil {
		return nil, err
	}
	owner, err := s.Home(ctx)
	if errors.Is(err, records.ErrNotFound) || err == nil && owner.ID != c.home.Centre {
		err = withHint(fmt.Errorf("%s is not the store of this laptop's centre", store.Name(c.to)), "name the store of the centre that enrolled this laptop with --to")
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	c.store = s
	return s, nil
}

func (c *connection) close() {
	if c.store != nil {
		c.store.Close() //nolint:errcheck // what was acknowledged is kept; the rest is asked for again
		c.store = nil
	}
}

// remember writes the centre's store down for the next time.
func (c *connection) remember() error {
	if c.home.CentreStore == c.to {
		return nil
	}
	h := c.home
	h.CentreStore = c.to
	return h.save()
}

func newSyncPullCommand(a *app) *cobra.Command {
	var from string
	cmd := &cobra.Command{
		Use:   "pull",
		Short: "Fetch receipts, leases and the signed lists from the centre",
		Long: `Pull fetches what the centre has for this laptop: the receipts of its batches, further
card numbers, and the lists of keys, leases and revoked cards by which "sehat card verify"
judges a card. Each is verified before it is kept.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return runPull(cmd.Context(), a, from) },
	}
	cmd.Flags().StringVar(&from, "from", "", "the centre's store or home (default the one of the last time)")
	return cmd
}

// pullReport is what pull fetched.
type pullReport struct {
	Receipts  int  `json:"receipts"`
	Conflicts int  `json:"conflicts"`
	Rejects   int  `json:"rejects"`
	Waiting   int  `json:"waiting"` // batches without a receipt
	Lists     bool `json:"lists"`   // the signed lists are newer than before
	LeaseLeft int  `json:"lease_left"`
}

func runPull(ctx context.Context, a *app, from string) error {
	s, h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	if h.Role == records.RoleCentre {
		return a.result(pullReport{}, "this home is its own centre: there is nothing to pull")
	}
	d, err := h.pusher(ctx, a, s)
	if err != nil {
		return err
	}
	c, err := h.connection(from)
	if err != nil {
		return err
	}
	defer c.close()
	inbox, err := c.dial(ctx)
	if err != nil {
		return err
	}
	var report pullReport
	if report.Lists, err = h.pullTrust(ctx, a, s, c.store); err != nil {
		return err
	}
	trust, err := h.trust()
	if err != nil {
		return err
	}
	d.Keys = trust.Keys
	push, err := d.Receipts(ctx, inbox)
	if err != nil {
		return err
	}
	report.Receipts, report.Conflicts, report.Rejects, report.Waiting = push.Receipts, push.Conflicts, push.Rejects, push.Waiting
	if report.LeaseLeft, err = leaseLeft(ctx, s, h.Device); err != nil {
		return err
	}
	if err := c.remember(); err != nil {
		return err
	}
	lists := "the signed lists are as they were"
	if report.Lists {
		lists = "the signed lists are newer now"
	}
	err = a.result(report, "%s came back, %s still to be applied at the centre\n%s; %s left",
		count(report.Receipts, "receipt"), count(report.Waiting, "batch"), lists, count(report.LeaseLeft, "card number"))
	if err != nil {
		return err
	}
	return pushNeeds(push)
}

// pullTrust takes the centre's signed lists over, if they are verified and not older.
func (h home) pullTrust(ctx context.Context, a *app, s, centre *store.Store) (bool, error) {
	file, err := batchsync.TrustFile(ctx, centre)
	if err != nil {
		return false, err
	}
	newer, err := batchsync.KeepTrust(ctx, s, file, h.Root, h.Device, a.now())
	if errors.Is(err, cards.ErrOlderList) {
		return false, withHint(fmt.Errorf("the centre's lists: %w", err), "the centre may have been restored from a backup; nothing was taken over")
	}
	if err != nil {
		return false, fmt.Errorf("the centre's lists: %w", err)
	}
	_, err = h.writeTrust(ctx, s)
	return newer, err
}

// leaseLeft is how many card numbers a device may still give out.
func leaseLeft(ctx context.Context, s *store.Store, deviceID string) (int, error) {
	leases, err := s.Leases(ctx, deviceID)
	left := 0
	for _, l := range leases {
		if l.Status == string(cards.LeaseActive) {
			left += max(0, l.Quota-l.Used)
		}
	}
	return left, err
}
