package store

import (
	"context"
	"errors"
	"fmt"

	"sehat/records"
)

// Facts about deciding a conflict that callers branch on.
var (
	ErrDecided  = errors.New("it was decided before")
	ErrAltered  = errors.New("another program altered the stored row: its hash is not its content's")
	ErrKeepOnly = errors.New("a card number stays with the first document or with none; give the other resident a new card")
)

const conflictColumns = `id, noun, row_key, stored_hash, base, hash, row_content, origin, batch, opened_at, why, status, decided_by, decided_at`

func scanConflict(row scanner) (records.Conflict, error) {
	var c records.Conflict
	var content string
	err := row.Scan(&c.ID, &c.Noun, &c.Key, &c.StoredHash, &c.Base, &c.Hash, &content, &c.Origin, &c.Batch, &c.At, &c.Why, &c.Status, &c.By, &c.DecidedAt)
	c.Row = []byte(content)
	return c, err
}

func addConflicts(ctx context.Context, tx querier, list []records.Conflict) error {
	rows := make([][]any, 0, len(list))
	for _, c := range list {
		rows = append(rows, []any{
			c.ID, string(c.Noun), c.Key, c.StoredHash, c.Base, c.Hash, string(c.Row), c.Origin, c.Batch, c.At, c.Why, c.Status, c.By, c.DecidedAt,
		})
	}
	in := plain("conflicts", "id", "noun", "row_key", "stored_hash", "base", "hash", "row_content", "origin", "batch", "opened_at", "why",
		"status", "decided_by", "decided_at")
	_, err := in.rows(ctx, tx, rows)
	return err
}

// Conflicts returns the open conflicts, oldest first.
func (s *Store) Conflicts(ctx context.Context) ([]records.Conflict, error) {
	list, err := collect(query(ctx, s.read, scanConflict,
		`SELECT `+conflictColumns+` FROM conflicts WHERE status = 'open' ORDER BY opened_at, noun, row_key, id`))
	if err != nil {
		return nil, fmt.Errorf("reading conflicts: %w", err)
	}
	return list, nil
}

// Conflict returns the conflict whose id is, or begins with, the given text, and the content that is stored under its row's
// key, or nil. It returns records.ErrNotFound, or records.ErrExists if several ids begin so.
func (s *Store) Conflict(ctx context.Context, id string) (records.Conflict, []byte, error) {
	list, err := collect(query(ctx, s.read, scanConflict, `SELECT `+conflictColumns+` FROM conflicts WHERE substr(id, 1, length($1)) = $1 LIMIT 2`, id))
	switch {
	case err != nil:
		return records.Conflict{}, nil, fmt.Errorf("reading conflict %s: %w", id, err)
	case len(list) == 0 || id == "":
		return records.Conflict{}, nil, fmt.Errorf("conflict %s: %w", id, records.ErrNotFound)
	case len(list) > 1:
		return records.Conflict{}, nil, fmt.Errorf("conflict %s: more than one begins so: %w", id, records.ErrExists)
	}
	c := list[0]
	key := c.Key
	if c.Noun == records.NounDecision {
		key = c.StoredHash
	}
	stored, err := s.travellers()[c.Noun].read(ctx, s.read, []string{key})
	if err != nil || len(stored) == 0 {
		return c, nil, err
	}
	return c, stored[0].Row, nil
}

// Resolve decides a conflict: the row that came takes the stored one's place, or does not. The version that loses is kept with
// the conflict. It returns records.ErrNotFound, ErrDecided, ErrAltered, or ErrKeepOnly for a card's number; then nothing is decided.
func (s *Store) Resolve(ctx context.Context, id string, take bool, by, at string) error {
	return s.inTx(ctx, func(tx querier) error {
		if err := s.lock(ctx, tx, "rows"); err != nil {
			return err
		}
		c, err := scanConflict(tx.QueryRowContext(ctx, `SELECT `+conflictColumns+` FROM conflicts WHERE id = $1`+s.dialect.forUpdate, id))
		if err := notFound(err, "conflict "+id); err != nil {
			return err
		}
		if c.Status != records.ConflictOpen {
			return fmt.Errorf("conflict %s: %w", id, ErrDecided)
		}
		h, err := home(ctx, tx)
		if err != nil {
			return err
		}
		status := records.ConflictKept
		if take {
			status = records.ConflictTaken
		}
		_, err = tx.ExecContext(ctx, `UPDATE conflicts SET status = $1, decided_by = $2, decided_at = $3 WHERE id = $4`, status, by, at, id)
		if err != nil {
			return fmt.Errorf("deciding conflict %s: %w", id, err)
		}
		c.By, c.DecidedAt = by, at
		r := resolving{s, tx, h, c, take}
		if err := r.run(ctx); err != nil {
			return fmt.Errorf("deciding conflict %s: %w", id, err)
		}
		return nil
	})
}

// resolving is one conflict being decided.
type resolving struct {
	store    *Store
	tx       querier
	home     records.Home
	conflict records.Conflict
	take     bool
}

func (r resolving) run(ctx context.Context) error {
	switch r.conflict.Noun {
	case records.NounDecision:
		return r.decision(ctx)
	case records.NounCard:
		return r.card(ctx)
	}
	if r.take {
		return r.takeRow(ctx)
	}
	return nil
}

// takeRow puts the row that came in place of the stored one, and keeps that as the losing version of a decided conflict.
func (r resolving) takeRow(ctx context.Context) error {
	c := r.conflict
	displaced, err := r.store.travellers()[c.Noun].read(ctx, r.tx, []string{c.Key})
	if err != nil {
		return err
	}
	m := merging{
		Application: records.Application{DeviceID: c.Origin, Number: c.Batch, Changes: []records.Change{{Noun: c.Noun, Key: c.Key, Hash: c.Hash, Row: c.Row}}, Why: []string{""}, By: c.By, At: c.DecidedAt},
		store:       r.store, tx: r.tx, home: r.home, relink: newRelinking(), ends: make([]end, 1),
	}
	for _, d := range displaced {
		m.Changes[0].Base = d.Hash
		lost := c
		lost.ID, lost.Hash, lost.StoredHash, lost.Row, lost.Base = records.NewID(), d.Hash, c.Hash, d.Row, d.Base
		lost.Status, lost.Why = records.ConflictKept, "its place was taken by conflict "+c.ID
		if err := addConflicts(ctx, r.tx, []records.Conflict{lost}); err != nil {
			return err
		}
	}
	if err := m.noun(ctx, c.Noun, []int{0}); err != nil {
		return err
	}
	switch m.ends[0] {
	case endReject:
		return errors.New(m.rejects[0].Why)
	case endConflict:
		return ErrAltered
	}
	return nil
}

// decision takes one of two opposite decisions back, by an event.
func (r resolving) decision(ctx context.Context) error {
	if err := r.store.lock(ctx, r.tx, "persons"); err != nil {
		return err
	}
	loser := r.conflict.Key
	if r.take {
		loser = r.conflict.StoredHash
	}
	d, err := scanDecision(r.tx.QueryRowContext(ctx, `SELECT `+decisionColumns+` FROM decisions WHERE id = $1`, loser))
	if err := notFound(err, "decision "+loser); err != nil {
		return err
	}
	undo := records.Decision{
		ID: records.NewID(), Left: d.Left, Right: d.Right, Decision: records.DecidedUndo, Supersedes: d.ID,
		By: r.conflict.By, At: r.conflict.DecidedAt, Why: "conflict " + r.conflict.ID, Origin: r.home.Device,
	}
	if err := writeDecisions(ctx, r.tx, []records.Decision{undo}); err != nil {
		return err
	}
	if err := r.store.unlink(ctx, r.tx, []string{d.Left, d.Right}); err != nil {
		return err
	}
	return enqueue(ctx, r.tx, r.home, records.NounDecision, undo.ID)
}

// card puts the stored card of a number back into the state it had before it was held, once no other document claims the
// number.
func (r resolving) card(ctx context.Context) error {
	if r.take {
		return ErrKeepOnly
	}
	number, _, _ := cutCardKey(r.conflict.Key)
	var open int
	err := r.tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM conflicts WHERE noun = 'card' AND status = 'open' AND substr(row_key, 1, 16) = $1`, number+"/").Scan(&open)
	if err != nil || open > 0 {
		return err
	}
	if err := r.store.lock(ctx, r.tx, "cards"); err != nil {
		return err
	}
	held, err := collect(query(ctx, r.tx, scanCard, `SELECT `+cardColumns+` FROM cards WHERE number = $1 AND state = 'held' ORDER BY version`, number))
	if err != nil {
		return err
	}
	events := make([]records.CardEvent, 0, len(held))
	for _, c := range held {
		events = append(events, records.CardEvent{
			ID: records.NewID(), Number: c.Number, Version: c.Version, Event: records.CardReleased, By: r.conflict.By, At: r.conflict.DecidedAt,
			Why: "conflict " + r.conflict.ID + " was decided for this document",
		})
	}
	return addCardEvents(ctx, r.tx, r.home, events)
}
