package store

import (
	"context"
	"fmt"

	"sehat/records"
)

// WithPiles runs f in one transaction, while no other changes what happened to cards. Nothing is stored if f returns an error.
func (s *Store) WithPiles(ctx context.Context, f func(records.Piles) error) error {
	return s.inTx(ctx, func(tx querier) error {
		if err := s.lock(ctx, tx, "cards"); err != nil {
			return err
		}
		h, err := home(ctx, tx)
		if err != nil {
			return err
		}
		return f(piles{tx, h})
	})
}

// piles is what one transaction on printed cards sees.
type piles struct {
	tx   querier
	home records.Home
}

// PrintBatch returns a print batch with its slots, or records.ErrNotFound.
func (p piles) PrintBatch(ctx context.Context, id string) (records.PrintBatch, error) {
	return printBatch(ctx, p.tx, id)
}

// Add stores events and moves the cards to the states that follow.
func (p piles) Add(ctx context.Context, events []records.CardEvent) error {
	return addCardEvents(ctx, p.tx, p.home, events)
}

// Printed returns every stored version of numbers, with its copies and all that happened to it, by records.CardKey.
func (p piles) Printed(ctx context.Context, numbers []string) (map[string]*records.PrintedCard, error) {
	found := map[string]*records.PrintedCard{}
	for part := range chunks(numbers) {
		if err := p.printed(ctx, part, found); err != nil {
			return nil, fmt.Errorf("reading printed cards: %w", err)
		}
	}
	return found, nil
}

func (p piles) printed(ctx context.Context, numbers []string, found map[string]*records.PrintedCard) error {
	in := ` WHERE c.number IN ` + placeholders(1, len(numbers))
	for c, err := range query(ctx, p.tx, func(row scanner) (*records.PrintedCard, error) {
		var c records.PrintedCard
		err := row.Scan(&c.Number, &c.Version, &c.IssuedAt, &c.Expires, &c.State)
		return &c, err
	}, `SELECT c.number, c.version, c.issued_at, c.expires_at, c.state FROM cards c`+in, anys(numbers)...) {
		if err != nil {
			return err
		}
		found[records.CardKey(c.Number, c.Version)] = c
	}
	happened, err := eventsOf(ctx, p.tx, numbers)
	if err != nil {
		return err
	}
	for key, events := range happened {
		if found[key] == nil {
			found[key] = &records.PrintedCard{Number: events[0].Number, Version: events[0].Version}
		}
		found[key].Events = events
	}
	type copyOf struct {
		key string
		records.PrintCopy
	}
	for c, err := range query(ctx, p.tx, func(row scanner) (copyOf, error) {
		var c copyOf
		var number string
		var version int
		err := row.Scan(&number, &version, &c.Batch, &c.Position)
		c.key = records.CardKey(number, version)
		return c, err
	}, `SELECT c.number, c.version, c.batch_id, c.position FROM print_slots c JOIN print_batches b ON b.id = c.batch_id`+in+
		` AND b.state <> 'dropped' ORDER BY b.made_at, b.id, c.position`, anys(numbers)...) {
		if err != nil {
			return err
		}
		if card := found[c.key]; card != nil {
			card.Copies = append(card.Copies, c.PrintCopy)
		}
	}
	return nil
}
