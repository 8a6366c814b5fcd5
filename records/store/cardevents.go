package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"sehat/records"
)

// cardEvents reads what happened to cards, up to its WHERE.
const cardEvents = `SELECT id, number, version, event, decided_by, decided_at, why, print_batch, given_to, relation, origin FROM card_events `

func scanCardEvent(row scanner) (records.CardEvent, error) {
	var e records.CardEvent
	err := row.Scan(&e.ID, &e.Number, &e.Version, &e.Event, &e.By, &e.At, &e.Why, &e.Batch, &e.To, &e.Relation, &e.Origin)
	return e, err
}

// CardEvents returns what happened to a number, oldest first; of one moment, in the order of a card's life.
func (s *Store) CardEvents(ctx context.Context, number string) ([]records.CardEvent, error) {
	list, err := collect(query(ctx, s.read, scanCardEvent, cardEvents+`WHERE number = $1`, number))
	if err != nil {
		return nil, fmt.Errorf("reading card events: %w", err)
	}
	slices.SortFunc(list, func(a, b records.CardEvent) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Version, b.Version), records.CompareEvents(a, b))
	})
	return list, nil
}

// writeCardEvents writes new events as they are.
func writeCardEvents(ctx context.Context, tx querier, events []records.CardEvent) error {
	rows := make([][]any, 0, len(events))
	for _, e := range events {
		rows = append(rows, []any{e.ID, e.Number, e.Version, e.Event, e.By, e.At, e.Why, e.Batch, e.To, e.Relation, e.Origin})
	}
	in := plain("card_events", "id", "number", "version", "event", "decided_by", "decided_at", "why", "print_batch", "given_to", "relation", "origin")
	_, err := in.rows(ctx, tx, rows)
	return err
}

// settleCards moves every version of numbers to the state that follows from all its events, as [records.StateOf] says. At a
// centre a card that was handed over is active. The caller holds the lock on cards, so that nobody else's event is missed.
func settleCards(ctx context.Context, tx querier, h records.Home, numbers []string) error {
	slices.Sort(numbers)
	moved := map[string][]any{}
	for part := range chunks(slices.Compact(numbers)) {
		happened, err := eventsOf(ctx, tx, part)
		if err != nil {
			return err
		}
		for c, err := range query(ctx, tx, func(row scanner) (records.Card, error) {
			var c records.Card
			err := row.Scan(&c.Number, &c.Version, &c.State)
			return c, err
		}, `SELECT number, version, state FROM cards WHERE number IN `+placeholders(1, len(part))+` ORDER BY number, version`, anys(part)...) {
			if err != nil {
				return fmt.Errorf("reading cards: %w", err)
			}
			state := records.StateOf(happened[records.CardKey(c.Number, c.Version)])
			if h.Role == records.RoleCentre && state == records.CardHandedOver {
				state = records.CardActive
			}
			if state != c.State {
				moved[state] = append(moved[state], c.Number, c.Version)
			}
		}
	}
	for state, cards := range moved {
		if err := moveCards(ctx, tx, state, cards); err != nil {
			return err
		}
	}
	return nil
}

// eventsOf returns what happened to numbers, by the keys of cards.
func eventsOf(ctx context.Context, tx querier, numbers []string) (map[string][]records.CardEvent, error) {
	happened := make(map[string][]records.CardEvent, len(numbers))
	for e, err := range query(ctx, tx, scanCardEvent, cardEvents+`WHERE number IN `+placeholders(1, len(numbers)), anys(numbers)...) {
		if err != nil {
			return nil, fmt.Errorf("reading card events: %w", err)
		}
		key := records.CardKey(e.Number, e.Version)
		happened[key] = append(happened[key], e)
	}
	return happened, nil
}

// moveCards moves cards, given as number, version, number, version, …, to a state.
func moveCards(ctx context.Context, tx querier, state string, cards []any) error {
	for chunk := range chunks(cards) {
		list := "(CAST($2 AS TEXT), CAST($3 AS BIGINT))"
		for i := 2; i < len(chunk); i += 2 {
			list += fmt.Sprintf(", (CAST($%d AS TEXT), CAST($%d AS BIGINT))", i+2, i+3)
		}
		_, err := tx.ExecContext(ctx, `UPDATE cards SET state = $1 WHERE (number, version) IN (VALUES `+list+`)`, append([]any{state}, chunk...)...)
		if err != nil {
			return fmt.Errorf("moving cards to %s: %w", state, err)
		}
	}
	return nil
}
