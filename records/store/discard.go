package store

import (
	"context"
	"fmt"
	"slices"

	"sehat/records"
)

// DiscardHeld gives up rows that are held back, because nobody will ever correct them, and returns how many: they are held back no more,
// also when their file is imported once more as it is. By and at say who decided it, and when.
func (s *Store) DiscardHeld(ctx context.Context, f records.HeldFilter, by, at string) (int, error) {
	var ids []string
	for h, err := range s.Held(ctx, f) {
		if err != nil {
			return 0, err
		}
		ids = append(ids, h.ID)
	}
	slices.Sort(ids)
	n := 0
	err := s.inTx(ctx, func(tx querier) error {
		if err := s.lock(ctx, tx, "rows"); err != nil {
			return err
		}
		n = 0
		for part := range chunks(ids) {
			res, err := tx.ExecContext(ctx, `UPDATE quarantine SET status = 'closed', closed_by = $1 WHERE status = 'open' AND id IN `+s.list(2, len(part)),
				append([]any{"discarded by " + by + " at " + at}, anys(part)...)...)
			if err != nil {
				return fmt.Errorf("discarding rows that are held back: %w", err)
			}
			changed, err := res.RowsAffected()
			if err != nil {
				return err
			}
			n += int(changed)
		}
		return nil
	})
	return n, err
}
