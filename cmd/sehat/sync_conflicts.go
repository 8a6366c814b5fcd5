package main

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/spf13/cobra"

	"sehat/records"
	"sehat/records/store"
)

func newSyncConflictsCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "conflicts [ID]",
		Short: "List the rows that two people wrote differently, or show one",
		Long: `Conflicts lists the rows that came from a laptop and do not fit what is stored. With the
id of one, or its first letters, it shows both versions. "sehat sync resolve" decides.`,
		Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				return runConflict(cmd.Context(), a, args[0])
			}
			return runConflicts(cmd.Context(), a)
		},
	}
}

// conflictLine is a conflict as it is listed.
type conflictLine struct {
	ID     string          `json:"id"`
	Noun   records.Noun    `json:"noun"`
	Key    string          `json:"key"`
	Device string          `json:"device"`
	Batch  int64           `json:"batch"`
	At     string          `json:"at"`
	Why    string          `json:"why"`
	Status string          `json:"status"`
	Stored json.RawMessage `json:"stored,omitempty"` // both versions, where one conflict is asked for
	Came   json.RawMessage `json:"came,omitempty"`
}

func conflictOf(c records.Conflict) conflictLine {
	return conflictLine{ID: c.ID, Noun: c.Noun, Key: c.Key, Device: c.Origin, Batch: c.Batch, At: c.At, Why: c.Why, Status: c.Status}
}

func runConflicts(ctx context.Context, a *app) error {
	s, _, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	list, err := s.Conflicts(ctx)
	if err != nil {
		return err
	}
	if len(list) == 0 && !a.json {
		return a.result(nil, "no open conflict")
	}
	for _, c := range list {
		if err := a.result(conflictOf(c), "%.8s  %s %s: %s", c.ID, c.Noun, c.Key, c.Why); err != nil {
			return err
		}
	}
	return nil
}

func runConflict(ctx context.Context, a *app, id string) error {
	s, _, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	c, stored, err := s.Conflict(ctx, id)
	if err != nil {
		return err
	}
	line := conflictOf(c)
	line.Stored, line.Came = stored, c.Row
	return a.result(line, "%s %s, %s: %s\nstored: %s\ncame:   %s", c.Noun, c.Key, c.Status, c.Why, stored, c.Row)
}

func newSyncResolveCommand(a *app) *cobra.Command {
	var keep, take bool
	cmd := &cobra.Command{
		Use:   "resolve ID",
		Short: "Decide a conflict: keep what is stored, or take what came",
		Long: `Resolve decides a conflict that "sehat sync conflicts" lists. --keep leaves what is
stored, --take puts the version that came in its place; the one that loses is kept with the
conflict. Of two opposite decisions on a pair, the loser is taken back. A card number stays
with the document that is stored (--keep): the other resident needs a new card.`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if keep == take {
				return usageError{errors.New("say one of --keep and --take")}
			}
			return runResolve(cmd.Context(), a, args[0], take)
		},
	}
	cmd.Flags().BoolVar(&keep, "keep", false, "what is stored stands")
	cmd.Flags().BoolVar(&take, "take", false, "what came takes its place")
	return cmd
}

func runResolve(ctx context.Context, a *app, id string, take bool) error {
	s, h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := h.mustBe(records.RoleCentre); err != nil {
		return err
	}
	c, _, err := s.Conflict(ctx, id)
	if errors.Is(err, records.ErrNotFound) {
		err = withHint(err, `"sehat sync conflicts" lists those that are open`)
	}
	if err != nil {
		return err
	}
	by, err := a.by(ctx, s)
	if err != nil {
		return err
	}
	err = s.Resolve(ctx, c.ID, take, by, records.Stamp(a.now()))
	if errors.Is(err, store.ErrDecided) {
		return withHint(err, `it is %s; "sehat sync conflicts %.8s" shows it`, c.Status, c.ID)
	}
	if err != nil {
		return err
	}
	line := conflictOf(c)
	line.Status = records.ConflictKept
	word := "what is stored stands"
	if take {
		line.Status, word = records.ConflictTaken, "what came is stored now"
	}
	return a.result(line, "%s %s: %s", c.Noun, c.Key, word)
}
