package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"sehat/records"
	"sehat/records/store"
)

func newPendingCommand(a *app) *cobra.Command {
	cmd := group("pending", "What somebody proposed and a second person has to confirm",
		`Pending lists what one person proposed and another has to confirm before it happens: cards to
revoke, and pairs whose merging would end a card. Nothing of it has happened yet.

The second person sees what it is with "sehat pending show ID", and says "sehat pending confirm
ID" or "sehat pending withdraw ID"; a pair is decided with "sehat review decide". Whoever
proposed it may withdraw it, but not confirm it.`,
		newPendingShowCommand(a), newPendingConfirmCommand(a), newPendingWithdrawCommand(a))
	var all bool
	cmd.Flags().BoolVar(&all, "all", false, "also what was confirmed or withdrawn")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return runPending(cmd.Context(), a, all) }
	return cmd
}

func newPendingShowCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "show ID",
		Short: "Show what would happen, and to which cards",
		Args:  usage(cobra.ExactArgs(1)),
		RunE:  func(cmd *cobra.Command, args []string) error { return runPendingShow(cmd.Context(), a, args[0]) },
	}
}

func newPendingConfirmCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "confirm ID",
		Short: "Confirm, as the second person, and carry it out",
		Long: `Confirm says what is about to happen, asks at a terminal whether it shall, and does it, all or
nothing. What no longer applies, as a card that ended meanwhile, is named and left as it is.
Confirming again changes nothing.`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runPendingConfirm(cmd.Context(), a, args[0])
		},
	}
}

func newPendingWithdrawCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "withdraw ID",
		Short: "End a proposal; nothing is done",
		Args:  usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runPendingWithdraw(cmd.Context(), a, args[0])
		},
	}
}

// kindMerge is the kind of a pair whose merging would end a card. It is kept as a review decision, and decided there.
const kindMerge = "merge"

// A pendingReport is a pending decision as the commands show it.
type pendingReport struct {
	ID         string      `json:"id"` // of a merge, the pair
	Kind       string      `json:"kind"`
	Cards      int         `json:"cards,omitempty"` // that it is about
	Why        string      `json:"why,omitempty"`
	ProposedBy string      `json:"proposed_by"`
	ProposedAt string      `json:"proposed_at"`
	State      string      `json:"state"`
	SettledBy  string      `json:"settled_by,omitempty"`
	SettledAt  string      `json:"settled_at,omitempty"`
	Numbers    []string    `json:"numbers,omitempty"` // where one is asked for
	Ended      []endedCard `json:"ended,omitempty"`   // of these, the cards that stand no more: nothing would happen to them
}

// reportOf tells a pending decision, and what it is about.
func reportOf(p records.Pending) (pendingReport, error) {
	r := pendingReport{
		ID: p.ID, Kind: p.Kind, Why: p.Why, ProposedBy: p.ProposedBy, ProposedAt: p.ProposedAt, State: p.State, SettledBy: p.SettledBy, SettledAt: p.SettledAt,
	}
	if p.Kind == records.PendingRevocation {
		var subject records.RevocationSubject
		if err := json.Unmarshal(p.Subject, &subject); err != nil {
			return r, fmt.Errorf("pending decision %.8s: %w", p.ID, err)
		}
		r.Cards, r.Numbers = len(subject.Numbers), subject.Numbers
	}
	return r, nil
}

// what says what would happen.
func (r pendingReport) what() string {
	if r.Kind == kindMerge {
		return "make two records one person, and end a card"
	}
	return "revoke " + count(r.Cards, "card") + " for good"
}

// how says what became of it.
func (r pendingReport) how() string {
	if r.State == records.PendingOpen {
		return "waits for a second person"
	}
	return r.State + " by " + r.SettledBy + ", " + r.SettledAt[:10]
}

func runPending(ctx context.Context, a *app, all bool) error {
	s, _, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	list, err := pendingOf(ctx, s, all)
	if err != nil {
		return err
	}
	table := newTable(a.stdout)
	for _, r := range list {
		if a.json {
			r.Numbers = nil
			if err := a.result(r, ""); err != nil {
				return err
			}
			continue
		}
		id := fmt.Sprintf("%.8s", r.ID)
		if r.Kind == kindMerge {
			id = "pair " + r.ID
		}
		table.row(id, r.what(), "proposed by "+r.ProposedBy+", "+r.ProposedAt[:10], r.how(), r.Why)
	}
	table.flush()
	if len(list) == 0 && !a.json {
		return a.result(nil, "nothing waits for a second person")
	}
	return nil
}

// pendingOf returns everything that waits for a second person, or did, oldest first of each kind.
func pendingOf(ctx context.Context, s *store.Store, all bool) ([]pendingReport, error) {
	stored, err := s.Pendings(ctx, all)
	if err != nil {
		return nil, err
	}
	var list []pendingReport
	for _, p := range stored {
		r, err := reportOf(p)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	proposals, err := s.Proposals(ctx)
	if err != nil {
		return nil, err
	}
	for _, d := range proposals {
		list = append(list, pendingReport{
			ID: records.PairKey(d.Left, d.Right), Kind: kindMerge, Why: d.Why, ProposedBy: d.By, ProposedAt: d.At, State: records.PendingOpen,
		})
	}
	return list, nil
}

// findPending returns a pending decision. A pair is not kept as one: the hint says where it is decided.
func findPending(ctx context.Context, s *store.Store, id string) (records.Pending, error) {
	p, err := s.PendingByID(ctx, strings.ToLower(id))
	if !errors.Is(err, records.ErrNotFound) {
		return p, err
	}
	if m, found := s.MatchByKey(ctx, strings.ToLower(id)); found == nil {
		key := records.PairKey(m.Left, m.Right)
		return p, withHint(fmt.Errorf("%s is a pair", key),
			`"sehat review show %s" shows it; "sehat review decide %s same" confirms it, "different" ends it`, key, key)
	}
	return p, withHint(err, `"sehat pending" lists what waits`)
}

func runPendingShow(ctx context.Context, a *app, id string) error {
	s, _, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	p, err := findPending(ctx, s, id)
	if err != nil {
		return err
	}
	r, err := pendingInFull(ctx, s, p)
	if err != nil {
		return err
	}
	return a.result(r, "%s", r.words())
}

// pendingInFull tells a pending decision and, while it is open, what of it applies no longer.
func pendingInFull(ctx context.Context, s *store.Store, p records.Pending) (pendingReport, error) {
	r, err := reportOf(p)
	if err != nil || p.State != records.PendingOpen {
		return r, err
	}
	list, err := s.CardsNumbered(ctx, r.Numbers)
	if err != nil {
		return r, err
	}
	stands := map[string]bool{}
	for _, c := range list {
		stands[c.Number] = stands[c.Number] || records.CardStands(c.State)
	}
	for _, c := range list {
		if !stands[c.Number] {
			r.Ended = append(r.Ended, endedCard{c.Number, c.State})
			stands[c.Number] = true // its other versions ended, too
		}
	}
	return r, nil
}

// words tells all of a pending decision to a person.
func (r pendingReport) words() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%.8s  %s: %s\nreason       %s\nproposed by  %s, %s", r.ID, r.what(), r.how(), r.Why, r.ProposedBy, r.ProposedAt[:10])
	if n := len(r.Ended); n > 0 {
		fmt.Fprintf(&b, "\n%s ended meanwhile, and would stay as they are; %d would be revoked", count(n, "card"), r.Cards-n)
	}
	for i, number := range r.Numbers {
		if i == fewEnough {
			fmt.Fprintf(&b, "\n  … and %d more (--json lists all)", len(r.Numbers)-i)
			break
		}
		fmt.Fprintf(&b, "\n  %s", records.Card{Number: number}.Printed())
	}
	return b.String()
}

func runPendingConfirm(ctx context.Context, a *app, id string) error {
	s, h, revoker, err := a.openRevoker(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	p, err := findPending(ctx, s, id)
	if err != nil {
		return err
	}
	if p.State == records.PendingOpen && !records.SameOperator(p.ProposedBy, revoker.By) {
		r, err := pendingInFull(ctx, s, p)
		if err != nil {
			return err
		}
		if err := a.sure(r.words(), "Confirm it?"); err != nil {
			return err
		}
	}
	p, done, err := revoker.ConfirmRevocation(ctx, s, p.ID)
	report := revokedReport(done, p.SettledBy)
	report.Already = errors.Is(err, records.ErrExists)
	switch {
	case errors.Is(err, records.ErrSecondPerson):
		return withHint(err, `somebody else says "sehat pending confirm %.8s --as NAME"; "sehat pending withdraw %.8s" takes it back`, p.ID, p.ID)
	case report.Already:
		return a.result(report, "%.8s was confirmed by %s on %s: nothing to do", p.ID, p.SettledBy, p.SettledAt[:10])
	case err != nil:
		return err
	}
	if _, err := h.writeTrust(ctx, s); err != nil {
		return err
	}
	return a.result(report, "as %s proposed: %s", p.ProposedBy, report.words())
}

// sure shows what is about to happen, and asks the person at the terminal whether it shall. Where there is no terminal whoever wrote
// the command is sure.
func (a *app) sure(words, question string) error {
	fmt.Fprintln(a.stderr, words)
	if _, ok := a.terminal(); !ok {
		return nil
	}
	fmt.Fprint(a.stderr, question+" [yes/no] ")
	answer, err := bufio.NewReader(a.stdin).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("reading the answer: %w", err)
	}
	if text := strings.ToLower(strings.TrimSpace(answer)); text != "yes" && text != "y" {
		return errors.New("not confirmed; nothing was changed")
	}
	return nil
}

func runPendingWithdraw(ctx context.Context, a *app, id string) error {
	s, _, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	p, err := findPending(ctx, s, id)
	if err != nil {
		return err
	}
	by, err := a.by(ctx, s)
	if err != nil {
		return err
	}
	if p, err = records.Withdraw(ctx, s, p.ID, by, records.Stamp(a.now())); err != nil {
		return err
	}
	r, err := reportOf(p)
	if err != nil {
		return err
	}
	return a.result(r, "%.8s is withdrawn; nothing was done", p.ID)
}
