package store

import (
	"context"
	"fmt"

	"sehat/records"
)

// nounEnded marks, in a centre's outbox, the versions of cards that ended and may not be in the signed revocation list yet.
const nounEnded = records.Noun("ended")

// toPublish marks the cards that events end, in the transaction that ends them: whatever is cut off afterwards, the next revocation
// list takes them along. A number that goes on with one of the issued cards did not end. Only a centre signs that list.
func toPublish(ctx context.Context, tx querier, h records.Home, events []records.CardEvent, issued []records.Card) error {
	if h.Role != records.RoleCentre {
		return nil
	}
	goesOn := make(map[string]bool, len(issued))
	for _, c := range issued {
		goesOn[c.Number] = true
	}
	var rows [][]any
	for _, e := range events {
		if records.CardTakenBack(e.Event) && !goesOn[e.Number] {
			rows = append(rows, []any{string(nounEnded), records.CardKey(e.Number, e.Version)})
		}
	}
	_, err := keep("outbox", 2, "noun", "row_key").rows(ctx, tx, rows)
	return err
}

// Unpublished returns the keys of the cards that ended and may not be in the signed revocation list yet, in order.
func (s *Store) Unpublished(ctx context.Context) ([]string, error) {
	keys, err := collect(query(ctx, s.read, scanText, `SELECT row_key FROM outbox WHERE noun = $1 ORDER BY row_key`, string(nounEnded)))
	if err != nil {
		return nil, fmt.Errorf("reading what ended: %w", err)
	}
	return keys, nil
}

// published takes the marks of cards away.
func (s *Store) published(ctx context.Context, tx querier, keys []string) error {
	for part := range chunks(keys) {
		_, err := tx.ExecContext(ctx, `DELETE FROM outbox WHERE noun = $1 AND row_key IN `+s.list(2, len(part)), append([]any{string(nounEnded)}, anys(part)...)...)
		if err != nil {
			return fmt.Errorf("marking what is published: %w", err)
		}
	}
	return nil
}
