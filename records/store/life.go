package store

import (
	"context"
	"fmt"

	"sehat/records"
)

// leave keeps residents in a state. It returns records.ErrConflict where one of them is not active any more; who died or moved away
// may still withdraw. Active brings back those of the same persons, too, who died or moved away by what was told.
func (s *Store) leave(ctx context.Context, tx querier, residents []string, state string) error {
	if len(residents) == 0 {
		return nil
	}
	if err := relinkPersons(ctx, tx, residents); err != nil {
		return err
	}
	args := append([]any{state}, anys(residents)...)
	list := placeholders(2, len(residents))
	if state == records.ResidentWithdrawn {
		if err := removePhotos(ctx, tx, residents); err != nil {
			return err
		}
	}
	text := `UPDATE residents SET state = $1 WHERE state = 'active' AND id IN ` + list
	switch state {
	case records.ResidentWithdrawn:
		text = `UPDATE residents SET state = $1 WHERE state <> 'withdrawn' AND id IN ` + list
	case records.ResidentActive:
		text = `UPDATE residents SET state = $1 WHERE state IN ('died', 'moved') AND (id IN ` + list + ` OR id IN (
	SELECT q.resident_id FROM persons o JOIN persons q ON q.person_id = o.person_id WHERE o.resident_id IN ` + list + `))`
	}
	res, err := tx.ExecContext(ctx, text, args...)
	if err != nil {
		return fmt.Errorf("keeping residents as %s: %w", state, err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return fmt.Errorf("keeping residents as %s: %w", state, err)
	}
	if int(n) < len(residents) {
		return fmt.Errorf("residents who left or came back meanwhile: %w", records.ErrConflict)
	}
	return nil
}
