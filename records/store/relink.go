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

// relinkHouseholds notes households.
func relinkHouseholds(ctx context.Context, tx querier, stamp string, households iter.Seq[string]) error {
	var rows [][]any
	for _, id := range slices.Compact(slices.Sorted(households)) {
		rows = append(rows, []any{stamp, id})
	}
	_, err := relinkInsert.rows(ctx, tx, rows)
	return err
}

// relinkResidents notes the households that residents stand in.
func relinkResidents(ctx context.Context, tx querier, stamp string, residents []string) error {
	for ids := range chunks(residents) {
		_, err := tx.ExecContext(ctx, `INSERT INTO relink (stamp, household_id)
SELECT $1, household_id FROM residents WHERE id IN `+placeholders(2, len(ids))+` ON CONFLICT (stamp, household_id) DO NOTHING`,
			append([]any{stamp}, anys(ids)...)...)
		if err != nil {
			return fmt.Errorf("noting whom to link anew: %w", err)
		}
	}
	return nil
}

// relinkPersons notes the households of residents and of everybody who is one person with one of them.
func relinkPersons(ctx context.Context, tx querier, residents []string) error {
	stamp := records.NewID()
	for ids := range chunks(residents) {
		all, err := collect(query(ctx, tx, scanText, `SELECT resident_id FROM persons WHERE person_id IN (
	SELECT person_id FROM persons WHERE resident_id IN `+placeholders(1, len(ids))+`)`, anys(ids)...))
		if err != nil {
			return fmt.Errorf("reading persons: %w", err)
		}
		if err := relinkResidents(ctx, tx, stamp, slices.Concat(all, ids)); err != nil {
			return err
		}
	}
	return nil
}
