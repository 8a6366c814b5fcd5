package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sehat/records"
)

// Outgoing returns up to limit changed rows, parents first, each noun in the order of its keys; none where all has travelled.
// They are as one moment knew them: what is written meanwhile never puts a row into an earlier batch than its parent.
func (s *Store) Outgoing(ctx context.Context, limit int) (all []records.Change, err error) {
	err = s.snapshot(ctx, func(tx querier) error {
		all, err = s.outgoing(ctx, tx, limit)
		return err
	})
	return all, err
}

// snapshot runs f in a transaction that only reads, and reads everything as it was at one moment. SQLite's transactions all do.
func (s *Store) snapshot(ctx context.Context, f func(tx querier) error) error {
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return fmt.Errorf("starting a transaction: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // there is nothing to commit
	return f(tx)
}

func (s *Store) outgoing(ctx context.Context, tx querier, limit int) ([]records.Change, error) {
	var all []records.Change
	readers := s.travellers()
	for _, noun := range records.Nouns() {
		if len(all) == limit {
			break
		}
		keys, err := collect(query(ctx, tx, scanText,
			`SELECT row_key FROM outbox WHERE noun = $1 ORDER BY row_key LIMIT $2`, string(noun), limit-len(all)))
		if err == nil && len(keys) > 0 {
			var list []records.Change
			list, err = readers[noun].read(ctx, tx, keys)
			slices.SortFunc(list, func(a, b records.Change) int { return strings.Compare(a.Key, b.Key) })
			for _, c := range list {
				c.Noun = noun
				all = append(all, c)
			}
			if err == nil && len(list) < len(keys) {
				err = fmt.Errorf("%d of %d rows are gone", len(keys)-len(list), len(keys))
			}
		}
		if err != nil {
			return nil, fmt.Errorf("reading the outbox, %s: %w", noun, err)
		}
	}
	return all, nil
}

// OutboxRows counts the rows of a device that are still to be frozen.
func (s *Store) OutboxRows(ctx context.Context) (int, error) {
	var n int
	if err := s.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM outbox`).Scan(&n); err != nil {
		return 0, fmt.Errorf("counting the outbox: %w", err)
	}
	return n, nil
}

// LastBatch returns number and hash of the batch frozen last; 0 and "" before the first.
func (s *Store) LastBatch(ctx context.Context) (int64, string, error) { return lastBatch(ctx, s.read) }

func lastBatch(ctx context.Context, q querier) (number int64, hash string, err error) {
	err = q.QueryRowContext(ctx, `SELECT number, hash FROM batches ORDER BY number DESC LIMIT 1`).Scan(&number, &hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, "", fmt.Errorf("reading the last batch: %w", err)
	}
	return number, hash, nil
}

// SaveBatch stores a frozen batch, takes its rows out of the outbox and sets their base to what was frozen, in one
// transaction. A row that changed meanwhile stays in the outbox. It returns records.ErrConflict if another batch was frozen
// meanwhile.
func (s *Store) SaveBatch(ctx context.Context, f records.Frozen, changes []records.Change) error {
	return s.inTx(ctx, func(tx querier) error {
		if err := s.lock(ctx, tx, "batches"); err != nil {
			return err
		}
		number, hash, err := lastBatch(ctx, tx)
		if err != nil {
			return err
		}
		if f.Number != number+1 || f.Prev != hash {
			return fmt.Errorf("batch %d: %w: another one was frozen meanwhile", f.Number, records.ErrConflict)
		}
		in := plain("batches", "number", "hash", "prev", "rows_total", "bytes", "frozen_at", "receipt", "receipt_at")
		if _, err := in.rows(ctx, tx, [][]any{{f.Number, f.Hash, f.Prev, f.Rows, f.Bytes, f.FrozenAt, nil, ""}}); err != nil {
			return err
		}
		for _, noun := range records.Nouns() {
			if err := s.sent(ctx, tx, noun, changes); err != nil {
				return fmt.Errorf("taking %s out of the outbox: %w", noun, err)
			}
		}
		return nil
	})
}

// sent takes the frozen rows of a noun out of the outbox.
func (s *Store) sent(ctx context.Context, tx querier, noun records.Noun, changes []records.Change) error {
	frozen := map[string]string{}
	var keys []string
	for _, c := range changes {
		if c.Noun == noun {
			frozen[c.Key] = c.Hash
			keys = append(keys, c.Key)
		}
	}
	if t := s.travellers()[noun]; t.base && len(keys) > 0 {
		var err error
		if keys, err = s.rebase(ctx, tx, t, keys, frozen); err != nil {
			return err
		}
	}
	for part := range chunks(keys) {
		_, err := tx.ExecContext(ctx, `DELETE FROM outbox WHERE noun = $1 AND row_key IN `+s.list(2, len(part)), append([]any{string(noun)}, anys(part)...)...)
		if err != nil {
			return err
		}
	}
	return nil
}

// rebase sets the base of frozen rows and returns the keys of those that are still as they were frozen.
func (s *Store) rebase(ctx context.Context, tx querier, t traveller, keys []string, frozen map[string]string) ([]string, error) {
	var same, changed []string
	for part := range chunks(keys) {
		now, err := hashes(ctx, tx, `SELECT id, content_hash FROM `+t.table+` WHERE id IN `+s.list(1, len(part))+s.dialect.forUpdate, part)
		if err != nil {
			return nil, err
		}
		var equal []string
		for _, id := range part {
			if now[id] == frozen[id] {
				equal = append(equal, id)
			} else {
				changed = append(changed, id)
			}
		}
		if len(equal) == 0 {
			continue
		}
		_, err = tx.ExecContext(ctx, `UPDATE `+t.table+` SET base_hash = content_hash WHERE id IN `+s.list(1, len(equal)), anys(equal)...)
		if err != nil {
			return nil, err
		}
		same = append(same, equal...)
	}
	more, err := rebaseChanged(ctx, tx, t, changed, frozen)
	return append(same, more...), err
}

// rebaseChanged sets the base of rows whose stored hash is not the frozen one. They changed since they were read, and the next
// batch takes them along, made from what this one says. Where only the stored hash was wrong, which another program did, it is
// put right, so that the row does not travel for ever.
func rebaseChanged(ctx context.Context, tx querier, t traveller, keys []string, frozen map[string]string) (same []string, err error) {
	now, err := t.read(ctx, tx, keys)
	if err != nil {
		return nil, err
	}
	for _, c := range now {
		set := `base_hash = $1`
		if c.Hash == frozen[c.Key] {
			set += `, content_hash = $1`
			same = append(same, c.Key)
		}
		if _, err := tx.ExecContext(ctx, `UPDATE `+t.table+` SET `+set+` WHERE id = $2`, frozen[c.Key], c.Key); err != nil {
			return nil, err
		}
	}
	return same, nil
}

// hashes reads pairs of id and hash.
func hashes(ctx context.Context, q querier, text string, ids []string) (map[string]string, error) {
	found := make(map[string]string, len(ids))
	_, err := collect(query(ctx, q, func(row scanner) (struct{}, error) {
		var id, hash string
		err := row.Scan(&id, &hash)
		found[id] = hash
		return struct{}{}, err
	}, text, anys(ids)...))
	return found, err
}

const batchColumns = `number, hash, prev, rows_total, frozen_at, receipt_at`

func scanBatch(row scanner) (records.Frozen, error) {
	var f records.Frozen
	err := row.Scan(&f.Number, &f.Hash, &f.Prev, &f.Rows, &f.FrozenAt, &f.ReceiptAt)
	return f, err
}

// Batches returns the frozen batches without bytes and receipts, in the order of their numbers.
func (s *Store) Batches(ctx context.Context) ([]records.Frozen, error) {
	return s.batches(ctx, "")
}

// Unconfirmed returns the batches without a receipt, without their bytes, in the order of their numbers.
func (s *Store) Unconfirmed(ctx context.Context) ([]records.Frozen, error) {
	return s.batches(ctx, ` WHERE receipt IS NULL`)
}

func (s *Store) batches(ctx context.Context, where string) ([]records.Frozen, error) {
	list, err := collect(query(ctx, s.read, scanBatch, `SELECT `+batchColumns+` FROM batches`+where+` ORDER BY number`))
	if err != nil {
		return nil, fmt.Errorf("reading batches: %w", err)
	}
	return list, nil
}

// BatchBytes returns a frozen batch as it is sent, or records.ErrNotFound.
func (s *Store) BatchBytes(ctx context.Context, number int64) ([]byte, error) {
	var b []byte
	err := s.read.QueryRowContext(ctx, `SELECT bytes FROM batches WHERE number = $1`, number).Scan(&b)
	return b, notFound(err, "batch "+strconv.FormatInt(number, 10))
}

// SaveReceipt keeps the receipt of a batch; the first one stays. A row that was not taken because its parent was missing goes
// back into the outbox, as long as the parent may still travel: something was frozen after the batch, or is to be. It returns
// how many rows travel again.
func (s *Store) SaveReceipt(ctx context.Context, number int64, receipt []byte, at string, rejected []records.RowReject) (again int, err error) {
	err = s.inTx(ctx, func(tx querier) error {
		res, err := tx.ExecContext(ctx, `UPDATE batches SET receipt = $1, receipt_at = $2 WHERE number = $3 AND receipt IS NULL`, receipt, at, number)
		if err != nil {
			return err
		}
		if kept, err := res.RowsAffected(); err != nil || kept == 0 {
			return err
		}
		var later int
		err = tx.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM outbox) + (SELECT COUNT(*) FROM batches WHERE number > $1)`, number).Scan(&later)
		if err != nil || later == 0 {
			return err
		}
		again, err = s.sendAgain(ctx, tx, rejected)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("keeping the receipt of batch %d: %w", number, err)
	}
	return again, nil
}

// sendAgain puts the rows whose parent was missing back into the outbox and returns how many there are.
func (s *Store) sendAgain(ctx context.Context, tx querier, rejected []records.RowReject) (int, error) {
	h, err := home(ctx, tx)
	if err != nil {
		return 0, err
	}
	orphans := map[records.Noun][]string{}
	for _, r := range rejected {
		if parentMissing(r.Why) {
			orphans[r.Noun] = append(orphans[r.Noun], r.Key)
		}
	}
	again := 0
	for noun, t := range s.travellers() {
		there, err := t.read(ctx, tx, orphans[noun])
		if err != nil {
			return 0, err
		}
		for _, c := range there {
			if err := enqueue(ctx, tx, h, noun, c.Key); err != nil {
				return 0, err
			}
		}
		again += len(there)
	}
	return again, nil
}
