package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"sehat/records"
	"sehat/records/linkage"
	"sehat/records/store"
)

func newReviewCommand(a *app) *cobra.Command {
	cmd := group("review", "Decide which doubtful pairs are one person",
		`Review shows the pairs of records that dedupe could not decide, the likeliest first,
and asks for each: y (one person), n (two people), s (skip), q (stop). Until a pair is
decided, neither of the two is given a card.

Each decision is kept with who made it and when, and can be undone.`,
		newReviewListCommand(a), newReviewShowCommand(a), newReviewDecideCommand(a), newReviewUndoCommand(a))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return runReview(cmd.Context(), a) }
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
	Pair        string  `json:"pair"`
	Left        string  `json:"left_id"`
	Right       string  `json:"right_id"`
	Weight      float64 `json:"weight"`
	Probability float64 `json:"probability"`
	Explanation string  `json:"explanation"`
}

func runReviewList(ctx context.Context, a *app) error {
	s, _, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	n := 0
	table := newTable(a.stdout)
	for m, err := range s.Reviews(ctx) {
		if err != nil {
			return fmt.Errorf("reading matches: %w", err)
		}
		n++
		if a.json {
			line := reviewLine{records.PairKey(m.Left, m.Right), m.Left, m.Right, m.Weight, m.Probability, m.Explanation}
			if err := a.result(line, ""); err != nil {
				return err
			}
			continue
		}
		left, right, err := dossiers(ctx, s, m)
		if err != nil {
			return err
		}
		table.row(records.PairKey(m.Left, m.Right), fmt.Sprintf("%2.0f %%", 100*m.Probability),
			left.Name(), "ward "+left.Household.WardCode, "and", right.Name(), "ward "+right.Household.WardCode)
	}
	table.flush()
	if n == 0 && !a.json {
		return a.result(nil, "no pair waits for a decision")
	}
	return nil
}

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
				return showPair(cmd.Context(), a, s, m)
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
				return decide(cmd.Context(), a, s, m, args[1], why)
			})
		},
	}
	cmd.Flags().StringVar(&why, "why", "", "a reason to keep with the decision")
	return cmd
}

func newReviewUndoCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "undo PAIR",
		Short: "Take a decision back",
		Args:  usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withPair(cmd.Context(), a, args[0], func(s *store.Store, m records.Match) error {
				return decide(cmd.Context(), a, s, m, records.DecidedUndo, "")
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

// A decisionResult is what "review decide" reports.
type decisionResult struct {
	Pair     string `json:"pair"`
	Decision string `json:"decision"`
	By       string `json:"by"`
}

func decide(ctx context.Context, a *app, s *store.Store, m records.Match, decision, why string) error {
	d := records.Decision{Left: m.Left, Right: m.Right, Decision: decision, By: a.by(), Why: why, At: records.Stamp(a.now())}
	if _, err := records.Decide(ctx, s, d, records.AnySeen); err != nil {
		return err
	}
	r := decisionResult{records.PairKey(m.Left, m.Right), decision, a.by()}
	words := map[string]string{
		records.DecidedSame: "is one person", records.DecidedDifferent: "is two people", records.DecidedUndo: "waits for a decision again",
	}
	return a.result(r, "pair %s %s", r.Pair, words[decision])
}

// runReview asks for one pair after the other until none is left or the person stops.
func runReview(ctx context.Context, a *app) error {
	s, _, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	var waiting []records.Match
	for m, err := range s.Reviews(ctx) {
		if err != nil {
			return fmt.Errorf("reading matches: %w", err)
		}
		waiting = append(waiting, m)
	}
	answers := bufio.NewScanner(a.stdin)
	decided := 0
	for i, m := range waiting {
		if !a.json {
			fmt.Fprintf(a.stdout, "\n%d of %d\n", i+1, len(waiting))
		}
		if err := showPair(ctx, a, s, m); err != nil {
			return err
		}
		answer, more := ask(a, answers)
		if !more {
			break
		}
		if decision := map[string]string{"y": records.DecidedSame, "n": records.DecidedDifferent}[answer]; decision != "" {
			if err := decide(ctx, a, s, m, decision, ""); err != nil {
				return err
			}
			decided++
		}
	}
	if left := len(waiting) - decided; left > 0 {
		return needsPerson{count(left, "pair") + " still to decide", `go on with "sehat review"`}
	}
	return a.result(map[string]int{"decided": decided, "waiting": 0}, "no pair waits for a decision")
}

// ask reads y, n or s; more is false when the person stops.
func ask(a *app, answers *bufio.Scanner) (answer string, more bool) {
	for {
		fmt.Fprint(a.stderr, "one person? y yes  n no  s skip  q stop: ")
		if !answers.Scan() {
			fmt.Fprintln(a.stderr)
			return "", false
		}
		switch answer := strings.ToLower(strings.TrimSpace(answers.Text())); answer {
		case "y", "n", "s":
			return answer, true
		case "q":
			return "", false
		}
	}
}

// showPair prints both records side by side with their households, then the waterfall of weights.
func showPair(ctx context.Context, a *app, s *store.Store, m records.Match) error {
	left, right, err := dossiers(ctx, s, m)
	if err != nil {
		return err
	}
	var steps linkage.Explanation
	if err := json.Unmarshal(m.Steps, &steps); err != nil {
		return fmt.Errorf("pair %s: reading its weights: %w", records.PairKey(m.Left, m.Right), err)
	}
	if a.json {
		return a.result(map[string]any{
			"pair": records.PairKey(m.Left, m.Right), "weight": m.Weight, "probability": m.Probability,
			"left": left, "right": right, "steps": steps,
		}, "")
	}
	fmt.Fprintf(a.stdout, "pair %s\n", records.PairKey(m.Left, m.Right))
	table := newTable(a.stdout)
	table.row("", "left", "right")
	for _, line := range dossierLines(left, right) {
		table.row(line[:]...)
	}
	table.flush()
	fmt.Fprintln(a.stdout)
	table = newTable(a.stdout)
	for _, step := range steps {
		table.row(step.Field, step.Words, fmt.Sprintf("%+.1f", step.Weight))
	}
	table.row("together", fmt.Sprintf("%.1f %% one person", 100*m.Probability), fmt.Sprintf("%+.1f", m.Weight))
	table.flush()
	return nil
}

// dossierLines sets two records side by side.
func dossierLines(l, r records.Dossier) [][3]string {
	lines := [][3]string{
		{"name", l.Resident.FullName, r.Resident.FullName},
		{"second script", l.Resident.FullNameHi, r.Resident.FullNameHi},
		{"father/husband", l.Resident.FatherOrHusband, r.Resident.FatherOrHusband},
		{"sex", l.Resident.Sex, r.Resident.Sex},
		{"birth", l.Birth(), r.Birth()},
		{"relation", l.Resident.Relation, r.Resident.Relation},
		{"mobile", l.Resident.Mobile, r.Resident.Mobile},
		{"house", l.Address(), r.Address()},
		{"visit", l.Resident.VisitDate, r.Resident.VisitDate},
		{"team", l.Household.TeamID, r.Household.TeamID},
	}
	for i := range max(len(l.Others), len(r.Others)) {
		label := ""
		if i == 0 {
			label = "listed with"
		}
		lines = append(lines, [3]string{label, at(l.Others, i), at(r.Others, i)})
	}
	return lines
}

func at(list []records.Resident, i int) string {
	if i < len(list) {
		return cmp.Or(list[i].FullName, list[i].FullNameHi) + ", " + list[i].Relation
	}
	return ""
}
