package store

import (
	"context"
	"fmt"

	"sehat/records"
)

const operatorColumns = `SELECT name, pin_hash, added_by, added_at, pin_by, pin_at, retired_by, retired_at, wrong, wait_until FROM operators`

func scanOperator(row scanner) (records.Operator, error) {
	var o records.Operator
	err := row.Scan(&o.Name, &o.PINHash, &o.AddedBy, &o.AddedAt, &o.PINBy, &o.PINAt, &o.RetiredBy, &o.RetiredAt, &o.Wrong, &o.WaitUntil)
	return o, err
}

// Operators returns everybody who decides in this home or did, in the order in which they were added.
func (s *Store) Operators(ctx context.Context) ([]records.Operator, error) {
	list, err := collect(query(ctx, s.read, scanOperator, operatorColumns+` ORDER BY added_at, key`))
	if err != nil {
		return nil, fmt.Errorf("reading operators: %w", err)
	}
	return list, nil
}

// AddOperator stores a new operator and returns it. Where somebody is, or was, called so in any spelling, it returns that one and
// records.ErrExists.
func (s *Store) AddOperator(ctx context.Context, o records.Operator) (records.Operator, error) {
	err := s.inTx(ctx, func(tx querier) error {
		if err := s.lock(ctx, tx, "operators"); err != nil {
			return err
		}
		key := records.OperatorKey(o.Name)
		known, err := collect(query(ctx, tx, scanOperator, operatorColumns+` WHERE key = $1`, key))
		if err != nil {
			return fmt.Errorf("reading operators: %w", err)
		}
		if len(known) > 0 {
			o = known[0]
			return fmt.Errorf("operator %s: %w", o.Name, records.ErrExists)
		}
		_, err = plain("operators", "key", "name", "pin_hash", "added_by", "added_at", "pin_by", "pin_at", "retired_by", "retired_at", "wrong", "wait_until").
			rows(ctx, tx, [][]any{{key, o.Name, o.PINHash, o.AddedBy, o.AddedAt, o.PINBy, o.PINAt, "", "", 0, ""}})
		return err
	})
	return o, err
}

// ChangeOperator gives change the operator of a name, in any spelling, and keeps what it makes of it unless it returns an error. It
// returns records.ErrNotFound where nobody is called so.
func (s *Store) ChangeOperator(ctx context.Context, name string, change func(*records.Operator) error) error {
	return s.inTx(ctx, func(tx querier) error {
		if err := s.lock(ctx, tx, "operators"); err != nil {
			return err
		}
		key := records.OperatorKey(name)
		o, err := scanOperator(tx.QueryRowContext(ctx, operatorColumns+` WHERE key = $1`, key))
		if err != nil {
			return notFound(err, "operator "+name)
		}
		if err := change(&o); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE operators SET pin_hash = $2, pin_by = $3, pin_at = $4, retired_by = $5, retired_at = $6,
	wrong = $7, wait_until = $8 WHERE key = $1`, key, o.PINHash, o.PINBy, o.PINAt, o.RetiredBy, o.RetiredAt, o.Wrong, o.WaitUntil)
		if err != nil {
			return fmt.Errorf("keeping an operator: %w", err)
		}
		return nil
	})
}

// RetireOperator ends an operator: the name stays, the PIN is forgotten. It returns records.ErrNotFound where nobody is called so, and
// records.ErrConflict where nobody would be left to decide. One who retired before keeps the first end.
func (s *Store) RetireOperator(ctx context.Context, name, by, at string) (records.Operator, error) {
	var o records.Operator
	err := s.inTx(ctx, func(tx querier) error {
		if err := s.lock(ctx, tx, "operators"); err != nil {
			return err
		}
		key := records.OperatorKey(name)
		var err error
		if o, err = scanOperator(tx.QueryRowContext(ctx, operatorColumns+` WHERE key = $1`, key)); err != nil {
			return notFound(err, "operator "+name)
		}
		if o.RetiredAt != "" {
			return nil
		}
		var others int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM operators WHERE retired_at = '' AND key <> $1`, key).Scan(&others); err != nil {
			return fmt.Errorf("counting operators: %w", err)
		}
		if others == 0 {
			return fmt.Errorf("%s is the only operator: %w", o.Name, records.ErrConflict)
		}
		o.RetiredBy, o.RetiredAt, o.PINHash = by, at, ""
		_, err = tx.ExecContext(ctx, `UPDATE operators SET retired_by = $2, retired_at = $3, pin_hash = '' WHERE key = $1`, key, by, at)
		if err != nil {
			return fmt.Errorf("retiring an operator: %w", err)
		}
		return nil
	})
	return o, err
}
