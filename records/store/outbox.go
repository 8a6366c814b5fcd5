package store

import (
	"context"
	"fmt"

	"sehat/records"
)

// enqueue notes that rows changed, so that the next frozen batch takes them along. Only a device has somewhere to send them.
func enqueue(ctx context.Context, tx querier, h records.Home, noun records.Noun, keys ...string) error {
	if h.Role != records.RoleDevice {
		return nil
	}
	rows := make([][]any, 0, len(keys))
	for _, k := range keys {
		rows = append(rows, []any{string(noun), k})
	}
	_, err := keep("outbox", 2, "noun", "row_key").rows(ctx, tx, rows)
	return err
}

// Unsent returns the keys of the cards that are in no frozen batch yet, of a device.
func (s *Store) Unsent(ctx context.Context) ([]string, error) {
	keys, err := collect(query(ctx, s.read, scanText, `SELECT row_key FROM outbox WHERE noun = $1`, string(records.NounCard)))
	if err != nil {
		return nil, fmt.Errorf("reading the outbox: %w", err)
	}
	return keys, nil
}
