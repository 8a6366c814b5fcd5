package store

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"sehat/records"
)

// Whoever writes what linkage compares notes the households in relink, under one stamp for each transaction. So a linkage can
// take away what it had seen, and what was written meanwhile stays noted.

var relinkInsert = keep("relink", 2, "stamp", "household_id")

// A relinking notes households under the stamp of one transaction, each of them once.
type relinking struct {
	stamp string
	noted map[string]bool
}

func newRelinking() *relinking { return &relinking{records.NewID(), map[string]bool{}} }

// households notes households.
func (r *relinking) households(ctx context.Context, tx querier, households iter.Seq[string]) error {
	var fresh []string
	for id := range households {
		if !r.noted[id] {
			r.noted[id] = true
			fresh = append(fresh, id)
		}
	}
	slices.Sort(fresh)
	_, err := relinkInsert.each(ctx, tx, len(fresh), func(args []any, i int) []any { return append(args, r.stamp, fresh[i]) })
	return err
}

// residents notes the households that residents stand in.
func (r *relinking) residents(ctx context.Context, tx querier, residents []string) error {
	for ids := range chunks(residents) {
		_, err := tx.ExecContext(ctx, `INSERT INTO relink (stamp, household_id)
SELECT $1, household_id FROM residents WHERE id IN `+placeholders(2, len(ids))+` ON CONFLICT (stamp, household_id) DO NOTHING`,
			append([]any{r.stamp}, anys(ids)...)...)
		if err != nil {
			return fmt.Errorf("noting whom to link anew: %w", err)
		}
	}
	return nil
}

// relinkPersons notes the households of residents and of everybody who is one person with one of them.
func relinkPersons(ctx context.Context, tx querier, residents []string) error {
	relink := newRelinking()
	for ids := range chunks(residents) {
		all, err := collect(query(ctx, tx, scanText, `SELECT resident_id FROM persons WHERE person_id IN (
	SELECT person_id FROM persons WHERE resident_id IN `+placeholders(1, len(ids))+`)`, anys(ids)...))
		if err != nil {
			return fmt.Errorf("reading persons: %w", err)
		}
		if err := relink.residents(ctx, tx, slices.Concat(all, ids)); err != nil {
			return err
		}
	}
	return nil
}
