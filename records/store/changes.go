package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sehat/records"
)

// A traveller is how rows of one noun are read as changes: their content, canonical, as it now stands.
type traveller struct {
	table string
	base  bool // the row carries the hash that was last frozen: it may change and travel again
	read  func(ctx context.Context, q querier, keys []string) ([]records.Change, error)
}

// travellers says how the rows of each noun are read.
func (s *Store) travellers() map[records.Noun]traveller {
	return map[records.Noun]traveller{
		records.NounHousehold: {"households", true, readBy(s, `SELECT `+householdColumns+` FROM households WHERE id IN `, scanHousehold,
			func(h records.Household) (string, records.Meta, any) { return h.ID, h.Meta, h })},
		records.NounResident: {"residents", true, readBy(s, `SELECT `+residentColumns+` FROM residents WHERE id IN `, scanResident,
			func(r records.Resident) (string, records.Meta, any) { return r.ID, r.Meta, r })},
		records.NounVisit: {"visits", true, readBy(s, `SELECT `+visitColumns+` FROM visits WHERE id IN `, scanVisit,
			func(v records.Visit) (string, records.Meta, any) { return v.ID, v.Meta, v })},
		records.NounDecision: {"decisions", false, readBy(s, `SELECT `+decisionColumns+` FROM decisions WHERE id IN `, scanDecision,
			func(d records.Decision) (string, records.Meta, any) { return d.ID, records.Meta{}, d })},
		records.NounCard: {"cards", false, s.readCards},
		records.NounCardEvent: {"card_events", false, readBy(s, cardEvents+`WHERE id IN `,
			scanCardEvent, func(e records.CardEvent) (string, records.Meta, any) { return e.ID, records.Meta{}, e })},
		records.NounPrintBatch: {"print_batches", false, s.readPrintBatches},
		records.NounPrintBatchEvent: {"print_batch_events", false, readBy(s, `SELECT id, batch_id, event, decided_by, decided_at, why, origin FROM print_batch_events WHERE id IN `,
			scanPrintBatchEvent, func(e records.PrintBatchEvent) (string, records.Meta, any) { return e.ID, records.Meta{}, e })},
		records.NounStockMove: {"stock_moves", false, readBy(s, `SELECT `+stockMoveColumns+` FROM stock_moves WHERE id IN `,
			scanStockMove, func(v records.StockMove) (string, records.Meta, any) { return v.ID, records.Meta{}, v })},
	}
}

func scanPrintBatchEvent(row scanner) (records.PrintBatchEvent, error) {
	var e records.PrintBatchEvent
	err := row.Scan(&e.ID, &e.BatchID, &e.Event, &e.By, &e.At, &e.Why, &e.Origin)
	return e, err
}

// readBy reads rows by their ids as changes.
func readBy[T any](s *Store, text string, scan func(scanner) (T, error), parts func(T) (key string, meta records.Meta, content any)) func(context.Context, querier, []string) ([]records.Change, error) {
	return func(ctx context.Context, q querier, keys []string) ([]records.Change, error) {
		var all []records.Change
		for ids := range chunks(keys) {
			for v, err := range query(ctx, q, scan, text+s.list(1, len(ids)), anys(ids)...) {
				if err != nil {
					return nil, err
				}
				key, meta, content := parts(v)
				c, err := change(key, meta, content)
				if err != nil {
					return nil, err
				}
				all = append(all, c)
			}
		}
		return all, nil
	}
}

// change is a row's content as it travels. Its hash is made anew, so that a change of the stored row outside of this program
// is found where it is compared with the stored hash.
func change(key string, meta records.Meta, content any) (records.Change, error) {
	row, err := records.Canonical(content)
	if err != nil {
		return records.Change{}, fmt.Errorf("row %s: %w", key, err)
	}
	return records.Change{Key: key, Base: meta.Base, Hash: records.Hash(row), SourceRev: meta.SourceRev, Row: row}, nil
}

// readCards reads cards by number/version.
func (s *Store) readCards(ctx context.Context, q querier, keys []string) ([]records.Change, error) {
	numbers := make([]string, 0, len(keys))
	wanted := make(map[string]bool, len(keys))
	for _, k := range keys {
		number, _, _ := strings.Cut(k, "/")
		numbers, wanted[k] = append(numbers, number), true
	}
	read := readBy(s, `SELECT `+cardColumns+` FROM cards WHERE number IN `, scanCard, func(c records.Card) (string, records.Meta, any) {
		return records.CardKey(c.Number, c.Version), records.Meta{}, c
	})
	slices.Sort(numbers)
	all, err := read(ctx, q, slices.Compact(numbers))
	return slices.DeleteFunc(all, func(c records.Change) bool { return !wanted[c.Key] }), err
}

// readPrintBatches reads print batches with their slots.
func (s *Store) readPrintBatches(ctx context.Context, q querier, keys []string) ([]records.Change, error) {
	type slot struct {
		batch string
		records.PrintSlot
	}
	var all []records.Change
	for ids := range chunks(keys) {
		slots := map[string][]records.PrintSlot{}
		for p, err := range query(ctx, q, func(row scanner) (slot, error) {
			var p slot
			err := row.Scan(&p.batch, &p.Position, &p.Number, &p.Version)
			return p, err
		}, `SELECT batch_id, position, number, version FROM print_slots WHERE batch_id IN `+s.list(1, len(ids))+` ORDER BY batch_id, position`, anys(ids)...) {
			if err != nil {
				return nil, err
			}
			slots[p.batch] = append(slots[p.batch], p.PrintSlot)
		}
		for b, err := range query(ctx, q, scanPrintBatch, printBatches+` WHERE id IN `+s.list(1, len(ids)), anys(ids)...) {
			if err != nil {
				return nil, err
			}
			b.Slots = slots[b.ID]
			c, err := change(b.ID, records.Meta{}, b)
			if err != nil {
				return nil, err
			}
			all = append(all, c)
		}
	}
	return all, nil
}

// cutCardKey parts number/version.
func cutCardKey(key string) (number string, version int, ok bool) {
	number, text, _ := strings.Cut(key, "/")
	version, err := strconv.Atoi(text)
	return number, version, err == nil && key == records.CardKey(number, version)
}
