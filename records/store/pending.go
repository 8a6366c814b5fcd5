package store

import (
	"context"
	"fmt"

	"sehat/records"
)

const pendingColumns = `SELECT id, kind, subject, why, proposed_by, proposed_at, state, settled_by, settled_at, outcome FROM pending`

func scanPending(row scanner) (records.Pending, error) {
	var p records.Pending
	var subject, outcome string
	err := row.Scan(&p.ID, &p.Kind, &subject, &p.Why, &p.ProposedBy, &p.ProposedAt, &p.State, &p.SettledBy, &p.SettledAt, &outcome)
	p.Subject, p.Outcome = []byte(subject), []byte(outcome)
	return p, err
}

// AddPending stores an open decision. Where one of the same kind and subject is open it returns that one and records.ErrExists.
func (s *Store) AddPending(ctx context.Context, p records.Pending) (records.Pending, error) {
	err := s.inTx(ctx, func(tx querier) error {
		if err := s.lock(ctx, tx, "pending"); err != nil {
			return err
		}
		known, err := collect(query(ctx, tx, scanPending, pendingColumns+` WHERE state = 'open' AND kind = $1 AND subject = $2`, p.Kind, string(p.Subject)))
		if err != nil {
			return fmt.Errorf("reading pending decisions: %w", err)
		}
		if len(known) > 0 {
			p = known[0]
			return fmt.Errorf("pending decision %.8s: %w", p.ID, records.ErrExists)
		}
		_, err = plain("pending", "id", "kind", "subject", "why", "proposed_by", "proposed_at", "state", "settled_by", "settled_at", "outcome").
			rows(ctx, tx, [][]any{{p.ID, p.Kind, string(p.Subject), p.Why, p.ProposedBy, p.ProposedAt, p.State, "", "", ""}})
		return err
	})
	return p, err
}

// PendingByID returns a decision by its id, or by the first letters of it. It returns records.ErrNotFound, or records.ErrExists if
// the letters fit several.
func (s *Store) PendingByID(ctx context.Context, id string) (records.Pending, error) {
	const past = "g" // sorts after every hex digit
	found, err := collect(query(ctx, s.read, scanPending, pendingColumns+` WHERE id >= $1 AND id < $2 ORDER BY id LIMIT 2`, id, id+past))
	switch {
	case err != nil:
		return records.Pending{}, fmt.Errorf("reading a pending decision: %w", err)
	case id == "" || len(found) == 0:
		return records.Pending{}, fmt.Errorf("pending decision %s: %w", id, records.ErrNotFound)
	case len(found) > 1:
		return records.Pending{}, fmt.Errorf("pending decision %s: more than one begins so: %w", id, records.ErrExists)
	}
	return found[0], nil
}

// Pendings returns the decisions that wait for a second person, or all, oldest first.
func (s *Store) Pendings(ctx context.Context, all bool) ([]records.Pending, error) {
	where := ` WHERE state = 'open'`
	if all {
		where = ""
	}
	list, err := collect(query(ctx, s.read, scanPending, pendingColumns+where+` ORDER BY proposed_at, id`))
	if err != nil {
		return nil, fmt.Errorf("reading pending decisions: %w", err)
	}
	return list, nil
}

// SettlePending keeps an open decision as it ended. It returns records.ErrConflict where it is not open any more.
func (s *Store) SettlePending(ctx context.Context, p records.Pending) error {
	return s.inTx(ctx, func(tx querier) error { return s.settlePending(ctx, tx, p) })
}

func (s *Store) settlePending(ctx context.Context, tx querier, p records.Pending) error {
	if err := s.lock(ctx, tx, "pending"); err != nil {
		return err
	}
	done, err := tx.ExecContext(ctx, `UPDATE pending SET state = $2, settled_by = $3, settled_at = $4, outcome = $5 WHERE id = $1 AND state = 'open'`,
		p.ID, p.State, p.SettledBy, p.SettledAt, string(p.Outcome))
	if err != nil {
		return fmt.Errorf("settling a pending decision: %w", err)
	}
	if n, err := done.RowsAffected(); err != nil || n != 1 {
		return fmt.Errorf("pending decision %.8s: %w: somebody settled it meanwhile", p.ID, records.ErrConflict)
	}
	return nil
}
