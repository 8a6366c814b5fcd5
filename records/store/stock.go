package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"sehat/records"
)

const stockMoveColumns = `id, item, kind, change, counted, print_batch, decided_by, decided_at, why, origin`

func scanStockMove(row scanner) (records.StockMove, error) {
	var m records.StockMove
	err := row.Scan(&m.ID, &m.Item, &m.Kind, &m.Change, &m.Counted, &m.PrintBatch, &m.By, &m.At, &m.Why, &m.Origin)
	return m, err
}

// StockItems returns the items as this home keeps them, the known ones first.
func (s *Store) StockItems(ctx context.Context) ([]records.StockItem, error) {
	return stockItems(ctx, s.read)
}

func stockItems(ctx context.Context, q querier) ([]records.StockItem, error) {
	own, err := collect(query(ctx, q, func(row scanner) (records.StockItem, error) {
		var i records.StockItem
		var whole int
		var uses string
		err := row.Scan(&i.Name, &i.Title, &whole, &uses, &i.LeadDays, &i.Pack)
		i.Whole = whole == 1
		return i, errors.Join(err, json.Unmarshal([]byte(uses), &i.Uses))
	}, `SELECT name, title, whole, uses, lead_days, pack FROM stock_items`))
	if err != nil {
		return nil, fmt.Errorf("reading the items of stock: %w", err)
	}
	return records.MergeStockItems(own), nil
}

// SaveStockItem changes an item, or adds one.
func (s *Store) SaveStockItem(ctx context.Context, i records.StockItem) error {
	uses, err := json.Marshal(i.Uses)
	if err != nil {
		return fmt.Errorf("changing %s: %w", i.Name, err)
	}
	whole := 0
	if i.Whole {
		whole = 1
	}
	return s.inTx(ctx, func(tx querier) error {
		in := upsert("stock_items", 1, "name", "title", "whole", "uses", "lead_days", "pack")
		_, err := in.rows(ctx, tx, [][]any{{i.Name, i.Title, whole, string(uses), i.LeadDays, i.Pack}})
		return err
	})
}

// EnterStock adds what a person says of an item of this home, and returns the move and what is on hand after it. An entry that
// was made before is not made again: then the move is the earlier one, and the error records.ErrExists.
func (s *Store) EnterStock(ctx context.Context, e records.StockEntry) (m records.StockMove, onHand records.Quantity, err error) {
	err = s.inTx(ctx, func(tx querier) error {
		if err := s.lock(ctx, tx, "stock"); err != nil {
			return err
		}
		h, err := home(ctx, tx)
		if err != nil {
			return err
		}
		err = tx.QueryRowContext(ctx, `SELECT COALESCE(SUM(change), 0) FROM stock_moves WHERE origin = $1 AND item = $2`, h.Device, e.Item).Scan(&onHand)
		if err != nil {
			return fmt.Errorf("adding up %s: %w", e.Item, err)
		}
		m = e.Move(h.Device, onHand)
		before, err := collect(query(ctx, tx, scanStockMove, `SELECT `+stockMoveColumns+` FROM stock_moves WHERE id = $1`, m.ID))
		if err != nil {
			return fmt.Errorf("reading stock moves: %w", err)
		}
		if len(before) > 0 {
			m = before[0]
			return fmt.Errorf("this entry: %w", records.ErrExists)
		}
		onHand += m.Change
		return addStockMoves(ctx, tx, h, []records.StockMove{m})
	})
	return m, onHand, err
}

// useStock takes what a print batch uses off this home's stock, once its sheets are made.
func (s *Store) useStock(ctx context.Context, tx querier, h records.Home, made records.PrintBatchEvent) error {
	items, err := stockItems(ctx, tx)
	if err != nil {
		return err
	}
	var layout string
	var cards int
	err = tx.QueryRowContext(ctx, `SELECT b.layout, (SELECT COUNT(*) FROM print_slots p WHERE p.batch_id = b.id) FROM print_batches b WHERE b.id = $1`,
		made.BatchID).Scan(&layout, &cards)
	if err := notFound(err, "print batch "+made.BatchID); err != nil {
		return err
	}
	return addStockMoves(ctx, tx, h, records.StockUse(items, made, layout, cards))
}

// UsePrintStock takes what the sheets of a print centre's job use off its stock, once, however often they are made. It returns whether it
// did.
func (s *Store) UsePrintStock(ctx context.Context, made records.PrintBatchEvent, layout string, cards int) (used bool, err error) {
	err = s.inTx(ctx, func(tx querier) error {
		if err := s.lock(ctx, tx, "stock"); err != nil {
			return err
		}
		h, err := home(ctx, tx)
		if err != nil {
			return err
		}
		var before int
		err = tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM stock_moves WHERE origin = $1 AND print_batch = $2`, h.Device, made.BatchID).Scan(&before)
		if err != nil {
			return fmt.Errorf("reading stock moves: %w", err)
		}
		if before > 0 {
			return nil
		}
		items, err := stockItems(ctx, tx)
		if err != nil {
			return err
		}
		used = true
		return addStockMoves(ctx, tx, h, records.StockUse(items, made, layout, cards))
	})
	return used, err
}

// addStockMoves adds moves of this home that are not there yet.
func addStockMoves(ctx context.Context, tx querier, h records.Home, moves []records.StockMove) error {
	keys := make([]string, 0, len(moves))
	for i := range moves {
		moves[i].Origin = h.Device
		keys = append(keys, moves[i].ID)
	}
	if err := writeStockMoves(ctx, tx, moves); err != nil {
		return err
	}
	return enqueue(ctx, tx, h, records.NounStockMove, keys...)
}

func writeStockMoves(ctx context.Context, tx querier, moves []records.StockMove) error {
	rows := make([][]any, 0, len(moves))
	for _, m := range moves {
		var counted any
		if m.Counted != nil {
			counted = int64(*m.Counted)
		}
		rows = append(rows, []any{m.ID, m.Item, m.Kind, int64(m.Change), counted, m.PrintBatch, m.By, m.At, m.Why, m.Origin})
	}
	in := keep("stock_moves", 1, "id", "item", "kind", "change", "counted", "print_batch", "decided_by", "decided_at", "why", "origin")
	_, err := in.rows(ctx, tx, rows)
	return err
}

// StockMoves returns the moves of an item in one home, the latest first; of all items if item is empty, of all homes if origin is.
func (s *Store) StockMoves(ctx context.Context, origin, item string, limit int) ([]records.StockMove, error) {
	list, err := collect(query(ctx, s.read, scanStockMove, `SELECT `+stockMoveColumns+` FROM stock_moves
WHERE ($1 = '' OR origin = $1) AND ($2 = '' OR item = $2) ORDER BY decided_at DESC, id LIMIT $3`, origin, item, limit))
	if err != nil {
		return nil, fmt.Errorf("reading stock moves: %w", err)
	}
	return list, nil
}

// StockDays returns what became of each item on each day, for every home whose moves are here, by origin, item and day.
func (s *Store) StockDays(ctx context.Context) ([]records.StockDay, error) {
	list, err := collect(query(ctx, s.read, func(row scanner) (records.StockDay, error) {
		var d records.StockDay
		var entered int
		err := row.Scan(&d.Origin, &d.Item, &d.Day, &d.Change, &d.Used, &entered)
		d.Entered = entered > 0
		return d, err
	}, `
SELECT origin, item, substr(decided_at, 1, 10), CAST(SUM(change) AS BIGINT), CAST(SUM(CASE WHEN kind IN ('used', 'spoiled') THEN -change ELSE 0 END) AS BIGINT),
	SUM(CASE WHEN kind IN ('received', 'counted') THEN 1 ELSE 0 END)
FROM stock_moves GROUP BY origin, item, substr(decided_at, 1, 10) ORDER BY origin, item, substr(decided_at, 1, 10)`))
	if err != nil {
		return nil, fmt.Errorf("adding up the stock: %w", err)
	}
	return list, nil
}

// stockMoves merges what came and went in another home.
func (m *merging) stockMoves(ctx context.Context, rows []int) error {
	list, err := fresh(ctx, m, records.NounStockMove, arrivals(m, rows, func(v records.StockMove) string { return v.ID }))
	if err != nil {
		return err
	}
	var save []records.StockMove
	for _, a := range list {
		v := a.content
		v.Origin = m.DeviceID
		why := v.Fault()
		if !isStamp(v.At) {
			why = "its time cannot be read"
		}
		if why != "" {
			m.reject(a.at, why)
			continue
		}
		m.ends[a.at] = endStored
		save = append(save, v)
	}
	return writeStockMoves(ctx, m.tx, save)
}
