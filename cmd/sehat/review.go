package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sehat/records"
	"sehat/records/linkage"
	"sehat/records/store"
)

func newReviewCommand(a *app) *cobra.Command {
	cmd := group("review", "Decide which doubtful pairs are one person",
		`Review shows the pairs of records that dedupe could not decide, the likeliest first, side
by side with the households around them: = where they agree, ~ where they are alike, ≠ where
they differ. It asks for each: y (one person), n (two people), s (skip), b (back to the one
before), u (undo what was decided on it), q (stop). Until a pair is decided, neither of the
two is given a card.

Each decision is kept with who made it (--as) and when, and can be undone. Where both already
hold a permanent card, making them one person ends one of the cards for good: then the first
"yes" is only proposed, and somebody else must say yes, too. The same holds for two whom dedupe
took for one person by itself: both cards stand until two people said yes.

--sample N asks about N matched pairs instead, drawn at random: how many of them are right is
what "sehat dedupe --report" tells.

If you prefer a sheet: "sehat review export pairs.xlsx", fill it, "sehat review import pairs.xlsx".`,
		newReviewListCommand(a), newReviewShowCommand(a), newReviewDecideCommand(a), newReviewUndoCommand(a),
		newReviewExportCommand(a), newReviewImportCommand(a))
	var sample int
	cmd.Flags().IntVar(&sample, "sample", 0, "check so many matched pairs, drawn at random")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return runReview(cmd.Context(), a, sample) }
	return cmd
}

func newReviewListCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the pairs that wait for a decision",
		Args:  usage(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return runReviewList(cmd.Context(), a) },
	}
}

// A reviewLine is a pair as "review list" shows it.
type reviewLine struct {
	Pair        string   `json:"pair"`
	Left        string   `json:"left_id"`
	Right       string   `json:"right_id"`
	Weight      float64  `json:"weight"`
	Probability float64  `json:"probability"`
	Explanation string   `json:"explanation"`
	ProposedBy  []string `json:"proposed_by,omitempty"` // who said that they are one person; a second person must say so, too
}

func runReviewList(ctx context.Context, a *app) error {
	s, _, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	proposals, err := proposalsByPair(ctx, s)
	if err != nil {
		return err
	}
	n := 0
	table := newTable(a.stdout)
	for m, err := range s.Reviews(ctx) {
		if err != nil {
			return fmt.Errorf("reading matches: %w", err)
		}
		n++
		line := reviewLine{
			Pair: records.PairKey(m.Left, m.Right), Left: m.Left, Right: m.Right, Weight: m.Weight, Probability: m.Probability, Explanation: m.Explanation,
			ProposedBy: names(proposals[[2]string{m.Left, m.Right}]),
		}
		if a.json {
			if err := a.result(line, ""); err != nil {
				return err
			}
			continue
		}
		left, right, err := dossiers(ctx, s, m)
		if err != nil {
			return err
		}
		proposed := ""
		if len(line.ProposedBy) > 0 {
			proposed = "proposed by " + aloud(line.ProposedBy) + ", needs a second person"
		}
		table.row(line.Pair, wholePercent(m.Probability), left.Name(), "ward "+left.Household.WardCode, "and", right.Name(), "ward "+right.Household.WardCode, proposed)
	}
	table.flush()
	if n == 0 && !a.json {
		return a.result(nil, "no pair waits for a decision")
	}
	return nil
}

// proposalsByPair returns the proposals that wait for a second person.
func proposalsByPair(ctx context.Context, s *store.Store) (map[[2]string][]records.Decision, error) {
	open, err := s.Proposals(ctx)
	by := map[[2]string][]records.Decision{}
	for _, d := range open {
		by[[2]string{d.Left, d.Right}] = append(by[[2]string{d.Left, d.Right}], d)
	}
	return by, err
}

// waitingPairs returns the pairs that wait for somebody of this name, or for anybody if it is empty: first those that another
// person proposed, then the likeliest. What one proposed oneself waits for somebody else.
func waitingPairs(ctx context.Context, s *store.Store, reviewer string) ([][2]string, error) {
	proposals, err := proposalsByPair(ctx, s)
	if err != nil {
		return nil, err
	}
	var second, first [][2]string
	for m, err := range s.Reviews(ctx) {
		if err != nil {
			return nil, fmt.Errorf("reading matches: %w", err)
		}
		p := [2]string{m.Left, m.Right}
		switch open := proposals[p]; {
		case len(open) == 0:
			first = append(first, p)
		case records.SecondPerson(open, reviewer):
			second = append(second, p)
		}
	}
	return append(second, first...), nil
}

// names returns who made decisions, each once.
func names(decisions []records.Decision) []string {
	var by []string
	for _, d := range decisions {
		if !slices.Contains(by, d.By) {
			by = append(by, d.By)
		}
	}
	return by
}

// aloud writes words as one reads them aloud: "a", "a and b", "a, b and c".
func aloud(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// wholePercent writes a probability that is never quite none or all.
func wholePercent(p float64) string { return fmt.Sprintf("%2.0f %%", min(max(100*p, 1), 99)) }

// dossiers returns both records of a pair.
func dossiers(ctx context.Context, s *store.Store, m records.Match) (left, right records.Dossier, err error) {
	if left, err = s.Dossier(ctx, m.Left); err != nil {
		return left, right, err
	}
	right, err = s.Dossier(ctx, m.Right)
	return left, right, err
}

func newReviewShowCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "show PAIR",
		Short: "Show both records of a pair, their households and the weights",
		Args:  usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withPair(cmd.Context(), a, args[0], func(s *store.Store, m records.Match) error {
				p, err := pairOf(cmd.Context(), s, m)
				if err != nil {
					return err
				}
				return p.show(a, "")
			})
		},
	}
}

func newReviewDecideCommand(a *app) *cobra.Command {
	var why string
	cmd := &cobra.Command{
		Use:   "decide PAIR same|different",
		Short: "Record what you decided on a pair",
		Args:  usage(cobra.ExactArgs(2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if args[1] != records.DecidedSame && args[1] != records.DecidedDifferent {
				return usageError{fmt.Errorf("a pair is same or different, not %q", args[1])}
			}
			return withPair(cmd.Context(), a, args[0], func(s *store.Store, m records.Match) error {
				return runDecide(cmd.Context(), a, s, m, args[1], why)
			})
		},
	}
	cmd.Flags().StringVar(&why, "why", "", "a reason to keep with the decision")
	return cmd
}

func newReviewUndoCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "undo PAIR",
		Short: "Take a decision or a proposal back",
		Args:  usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withPair(cmd.Context(), a, args[0], func(s *store.Store, m records.Match) error {
				return runDecide(cmd.Context(), a, s, m, records.DecidedUndo, "")
			})
		},
	}
}

// withPair opens the store and finds a pair by its key.
func withPair(ctx context.Context, a *app, key string, f func(*store.Store, records.Match) error) error {
	s, _, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	m, err := s.MatchByKey(ctx, strings.ToLower(key))
	if err != nil {
		return withHint(err, `"sehat review list" names the pairs that wait`)
	}
	return f(s, m)
}

// runDecide records one decision and reports what came of it.
func runDecide(ctx context.Context, a *app, s *store.Store, m records.Match, decision, why string) error {
	by, err := a.by(ctx, s)
	if err != nil {
		return err
	}
	r, err := settle(ctx, a, s, m, records.Decision{Decision: decision, By: by, Why: why}, records.AnySeen)
	switch {
	case errors.Is(err, records.ErrSecondPerson) && decision == records.DecidedUndo:
		return withHint(err, `say "sehat review decide %s same" if they are one person; somebody else confirms it`, records.PairKey(m.Left, m.Right))
	case errors.Is(err, records.ErrSecondPerson):
		return withHint(err, `somebody else says "sehat review decide %s same --as NAME"`, records.PairKey(m.Left, m.Right))
	case errors.Is(err, records.ErrConflict):
		return withHint(err, `"sehat sync conflicts" lists it, "sehat sync resolve" settles it`)
	case err != nil:
		return err
	}
	if err := a.result(r, "%s", r.words(m)); err != nil {
		return err
	}
	if r.How == records.SettledProposed {
		return needsPerson{"a second person must confirm it", fmt.Sprintf(`somebody else says "sehat review decide %s same --as NAME"`, r.Pair)}
	}
	return nil
}

// settle records one decision on a pair: what was decided, by whom and why; seen is as in [records.Decide].
func settle(ctx context.Context, a *app, s *store.Store, m records.Match, d records.Decision, seen int) (decisionResult, error) {
	r := decisionResult{Pair: records.PairKey(m.Left, m.Right), Decision: d.Decision, By: d.By}
	d.Left, d.Right, d.At = m.Left, m.Right, records.Stamp(a.now())
	settled, err := records.Decide(ctx, s, d, seen)
	if err != nil {
		return r, err
	}
	r.How = settled.How
	for _, before := range settled.Before {
		by := &r.DecidedBy
		if before.Decision == records.DecidedProposed {
			by = &r.ProposedBy
		}
		if !slices.Contains(*by, before.By) {
			*by = append(*by, before.By)
		}
	}
	for _, c := range settled.Retires {
		r.Keeps = settled.Keeps.Printed()
		r.Retires = append(r.Retires, c.Printed())
	}
	if err := a.publish(ctx, s, d.By); err != nil {
		return r, err
	}
	if r.How == records.SettledUndone && len(r.ProposedBy) == 0 {
		lost, err := s.Retired(ctx, settled.Around)
		if err != nil {
			return r, err
		}
		for _, number := range lost {
			r.Lost = append(r.Lost, records.Card{Number: number}.Printed())
		}
	}
	return r, nil
}

// A decisionResult is what came of a decision.
type decisionResult struct {
	Pair       string   `json:"pair"`
	Decision   string   `json:"decision"`
	By         string   `json:"by"`
	How        string   `json:"how"`                    // taken, already, proposed, confirmed or undone
	DecidedBy  []string `json:"decided_by,omitempty"`   // who decided what stood until now, or stands already
	ProposedBy []string `json:"proposed_by,omitempty"`  // whose proposals were open until now
	Keeps      string   `json:"keeps,omitempty"`        // where a card is retired, the one that stays
	Retires    []string `json:"retires,omitempty"`      // these are retired with the decision, or will be once it is confirmed
	Lost       []string `json:"stay_retired,omitempty"` // cards that an undo does not bring back
}

// words says what came of a decision.
func (r decisionResult) words(m records.Match) string {
	pair := "pair " + r.Pair
	switch r.How {
	case records.SettledAlready:
		return fmt.Sprintf("%s was decided so before, by %s", pair, aloud(r.DecidedBy))
	case records.SettledProposed:
		return fmt.Sprintf("%s: your yes is kept as a proposal. Both hold a permanent card; as one person they would keep %s, and %s would be retired for good",
			pair, r.Keeps, aloud(r.Retires))
	case records.SettledConfirmed:
		return fmt.Sprintf("%s is one person, as %s proposed. Card %s stays, and %s is retired for good", pair, aloud(r.ProposedBy), r.Keeps, aloud(r.Retires))
	case records.SettledUndone:
		return r.undone(m)
	}
	if r.Decision == records.DecidedSame {
		return pair + " is one person"
	}
	if len(r.ProposedBy) > 0 {
		return fmt.Sprintf("%s is two people; the proposal of %s is ended", pair, aloud(r.ProposedBy))
	}
	return pair + " is two people"
}

// undone says what an undo took back, and what it cannot bring back.
func (r decisionResult) undone(m records.Match) string {
	if len(r.ProposedBy) > 0 {
		return fmt.Sprintf("pair %s: the proposal of %s is taken back", r.Pair, aloud(r.ProposedBy))
	}
	text := fmt.Sprintf("pair %s waits for a decision again", r.Pair)
	if m.Status == records.MatchMatch {
		text = fmt.Sprintf("pair %s is again as dedupe found it", r.Pair)
	}
	if len(r.Lost) > 0 {
		text += fmt.Sprintf("\ncard %s stays retired: who holds it is given a new number by \"sehat issue\", once no pair of theirs waits", aloud(r.Lost))
	}
	return text
}

// A reviewPair is a match with all that somebody who decides needs to see.
type reviewPair struct {
	records.Match
	key         string
	left, right records.Dossier
	ruling      records.Ruling
	steps       linkage.Explanation
}

// pairOf reads what there is to see of a match.
func pairOf(ctx context.Context, s *store.Store, m records.Match) (p reviewPair, err error) {
	p = reviewPair{Match: m, key: records.PairKey(m.Left, m.Right)}
	if p.left, p.right, err = dossiers(ctx, s, m); err != nil {
		return p, err
	}
	if p.ruling, err = s.Ruling(ctx, m.Left, m.Right); err != nil {
		return p, err
	}
	if err := json.Unmarshal(m.Steps, &p.steps); err != nil {
		return p, fmt.Errorf("pair %s: reading its weights: %w", p.key, err)
	}
	return p, nil
}
