package store

import (
	"context"

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
