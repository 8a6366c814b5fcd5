package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"sehat/records"
)

// alone notes when an operator ended cards without a second person. It returns records.ErrAlone where that is more than one may within
// a day. Only the times of the last day are kept, in the transaction that ends the cards, so that two commands at once count both.
func alone(ctx context.Context, tx querier, r records.Revocation) error {
	ended := map[string]bool{}
	for _, e := range r.Events {
		if records.CardTakenBack(e.Event) {
			ended[e.Number] = true
		}
	}
	if r.Alone == "" || len(ended) == 0 {
		return nil
	}
	key := "alone/" + records.OperatorKey(r.Alone)
	text, err := meta(ctx, tx, key)
	if err != nil {
		return err
	}
	var times []string
	if text != "" {
		if err := json.Unmarshal([]byte(text), &times); err != nil {
			return fmt.Errorf("reading %s: %w", key, err)
		}
	}
	at, err := records.ParseStamp(r.At)
	if err != nil {
		return fmt.Errorf("ending cards: %w", err)
	}
	since := records.Stamp(at.Add(-records.AloneFor))
	times = slices.DeleteFunc(times, func(t string) bool { return t <= since })
	for range ended {
		times = append(times, r.At)
	}
	if len(times) > records.AloneLimit {
		return fmt.Errorf("%s: %w", r.Alone, records.ErrAlone)
	}
	kept, err := json.Marshal(times)
	if err != nil {
		return err
	}
	return setMeta(ctx, tx, key, string(kept))
}
