package store

import (
	"context"
	"fmt"
	"iter"

	"sehat/records"
)

// thisDevice is the device id of the home that the store belongs to. What another home issued is printed there: a laptop's slips
// at the laptop, and its unfinished batches are its own to finish.
const thisDevice = `(SELECT value FROM meta WHERE key = 'home/device')`

// livePile holds for a copy, print slot p in print batch b, that was not spoiled. A card has one at most.
const livePile = `b.state <> 'dropped' AND NOT ` + wasSpoiled

// unprinted holds for a card issued here that lies in no pile and is not past its date: it was never printed, or every copy was spoiled.
const unprinted = `c.state IN ('issued', 'spoiled') AND c.origin = ` + thisDevice + ` AND r.state = 'active' AND NOT (` + expired + `) AND NOT EXISTS (SELECT 1 FROM print_slots p JOIN print_batches b ON b.id = p.batch_id
	WHERE p.number = c.number AND p.version = c.version AND ` + livePile + `)`

// Unprinted streams the cards that wait to be printed at a time, for the first time or again, ward by ward.
func (s *Store) Unprinted(ctx context.Context, ward, now string) iter.Seq2[records.Stop, error] {
	return query(ctx, s.read, scanStop, `SELECT 0, c.number, c.version`+stopColumns+`
FROM cards c JOIN residents r ON r.id = c.resident_id JOIN households h ON h.id = r.household_id
WHERE `+atTime(unprinted, 2)+` AND ($1 = '' OR h.ward_code = $1)
ORDER BY h.ward_code`, ward, now)
}

// BatchStops streams the cards of a print batch in the order of their slots, with the doors they go to.
func (s *Store) BatchStops(ctx context.Context, id string) iter.Seq2[records.Stop, error] {
	return query(ctx, s.read, scanStop, `SELECT p.position, p.number, p.version`+stopColumns+`
FROM print_slots p JOIN cards c ON c.number = p.number AND c.version = p.version
JOIN residents r ON r.id = c.resident_id JOIN households h ON h.id = r.household_id
WHERE p.batch_id = $1 ORDER BY p.position`, id)
}

const stopColumns = `, h.ward_code, h.block_no, h.locality, h.address_line, h.house_no, h.id, r.line_no, r.id,
	CASE WHEN r.full_name <> '' THEN r.full_name ELSE r.full_name_hi END, c.state`

func scanStop(row scanner) (records.Stop, error) {
	var p records.Stop
	err := row.Scan(&p.Position, &p.Number, &p.Version, &p.Ward, &p.Block, &p.Locality, &p.Address, &p.House, &p.Household, &p.Line, &p.Resident, &p.Name, &p.State)
	return p, err
}

// SavePrintBatch stores a batch, its slots and its job in one transaction. It returns records.ErrExists if one of the cards is in
// another batch by now.
func (s *Store) SavePrintBatch(ctx context.Context, b records.PrintBatch) error {
	return s.inTx(ctx, func(tx querier) error {
		if err := s.lock(ctx, tx, "print"); err != nil {
			return err
		}
		h, err := home(ctx, tx)
		if err != nil {
			return err
		}
		if err := notInABatch(ctx, tx, b.Slots); err != nil {
			return err
		}
		content, err := records.Canonical(b)
		if err != nil {
			return err
		}
		in := plain("print_batches", "id", "layout", "made_at", "decided_by", "state", "origin", "content_hash")
		row := []any{b.ID, b.Layout, b.MadeAt, b.By, b.State, h.Device, records.Hash(content)}
		if _, err := in.rows(ctx, tx, [][]any{row}); err != nil {
			return err
		}
		slots := make([][]any, 0, len(b.Slots))
		for _, p := range b.Slots {
			slots = append(slots, []any{b.ID, p.Position, p.Number, p.Version})
		}
		if _, err := plain("print_slots", "batch_id", "position", "number", "version").rows(ctx, tx, slots); err != nil {
			return err
		}
		if b.Job != nil {
			if err := saveDocument(ctx, tx, records.DocPrintJob(b.ID), b.Job, b.MadeAt); err != nil {
				return err
			}
		}
		if err := keepFace(ctx, tx, b); err != nil {
			return err
		}
		return enqueue(ctx, tx, h, records.NounPrintBatch, b.ID)
	})
}

func notInABatch(ctx context.Context, tx querier, slots []records.PrintSlot) error {
	for chunk := range chunks(slots) {
		numbers := make([]any, len(chunk))
		version := make(map[string]int, len(chunk))
		for i, p := range chunk {
			numbers[i], version[p.Number] = p.Number, p.Version
		}
		taken, err := collect(query(ctx, tx, func(row scanner) (records.PrintSlot, error) {
			var p records.PrintSlot
			err := row.Scan(&p.Number, &p.Version)
			return p, err
		}, `SELECT p.number, p.version FROM print_slots p JOIN print_batches b ON b.id = p.batch_id
	WHERE `+livePile+` AND p.number IN `+placeholders(1, len(numbers)), numbers...))
		if err != nil {
			return fmt.Errorf("reading print batches: %w", err)
		}
		for _, p := range taken {
			if version[p.Number] == p.Version {
				return fmt.Errorf("card %s is in another print batch: %w", p.Number, records.ErrExists)
			}
		}
	}
	return nil
}

// UnfinishedPrintBatch returns the oldest batch whose sheets were not all made, or records.ErrNotFound.
func (s *Store) UnfinishedPrintBatch(ctx context.Context) (records.PrintBatch, error) {
	var id string
	err := s.read.QueryRowContext(ctx, `SELECT id FROM print_batches WHERE state IN ('making', 'sealing') AND origin = `+thisDevice+` ORDER BY made_at, id LIMIT 1`).Scan(&id)
	if err := notFound(err, "an unfinished print batch"); err != nil {
		return records.PrintBatch{}, err
	}
	return s.PrintBatch(ctx, id)
}

// PrintBatch returns a batch with its slots and its face, or records.ErrNotFound.
func (s *Store) PrintBatch(ctx context.Context, id string) (records.PrintBatch, error) {
	return printBatch(ctx, s.read, id)
}

func printBatch(ctx context.Context, q querier, id string) (records.PrintBatch, error) {
	b, err := scanPrintBatch(q.QueryRowContext(ctx, printBatches+` WHERE id = $1`, id))
	if err := notFound(err, "print batch "+id); err != nil {
		return b, err
	}
	b.Slots, err = collect(query(ctx, q, func(row scanner) (records.PrintSlot, error) {
		var p records.PrintSlot
		err := row.Scan(&p.Position, &p.Number, &p.Version)
		return p, err
	}, `SELECT position, number, version FROM print_slots WHERE batch_id = $1 ORDER BY position`, id))
	if err == nil {
		b.Face, err = faceOf(ctx, q, id)
	}
	if err != nil {
		return b, fmt.Errorf("reading print batch %s: %w", id, err)
	}
	b.Job, err = document(ctx, q, records.DocPrintJob(id))
	return b, err
}

const printBatches = `SELECT id, layout, made_at, decided_by, state FROM print_batches`

func scanPrintBatch(row scanner) (records.PrintBatch, error) {
	var b records.PrintBatch
	err := row.Scan(&b.ID, &b.Layout, &b.MadeAt, &b.By, &b.State)
	return b, err
}

// PrintBatches returns all print batches without their slots and faces, oldest first.
func (s *Store) PrintBatches(ctx context.Context) ([]records.PrintBatch, error) {
	list, err := collect(query(ctx, s.read, scanPrintBatch, printBatches+` ORDER BY made_at, id`))
	if err != nil {
		return nil, fmt.Errorf("reading print batches: %w", err)
	}
	return list, nil
}

// BatchCards streams the cards of a print batch in the order of their slots.
func (s *Store) BatchCards(ctx context.Context, id string) iter.Seq2[records.Card, error] {
	return query(ctx, s.read, scanCard, `
SELECT c.number, c.version, c.resident_id, c.kind, c.credential, c.credential_hash, c.face, c.kid, c.lease_id, c.issued_at, c.expires_at,
	c.state, c.origin, c.rev, c.source_rev, c.content_hash, c.base_hash
FROM print_slots p JOIN cards c ON c.number = p.number AND c.version = p.version
WHERE p.batch_id = $1 ORDER BY p.position`, id)
}

// ClosePrintBatch moves a batch that is in the making to the state that e tells and adds the events, in one transaction. A
// batch that is there, made or dropped stays as it is.
func (s *Store) ClosePrintBatch(ctx context.Context, e records.PrintBatchEvent, printed []records.CardEvent) error {
	return s.inTx(ctx, func(tx querier) error {
		if err := s.lock(ctx, tx, "cards"); err != nil {
			return err
		}
		h, err := home(ctx, tx)
		if err != nil {
			return err
		}
		job, err := document(ctx, tx, records.DocPrintJob(e.BatchID))
		if err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, `UPDATE print_batches SET state = $1 WHERE id = $2 AND state IN ('making', 'sealing', 'sealed') AND state <> $1`, e.Event, e.BatchID)
		if err != nil {
			return fmt.Errorf("closing print batch %s: %w", e.BatchID, err)
		}
		n, err := res.RowsAffected()
		if err != nil {
			return fmt.Errorf("closing print batch %s: %w", e.BatchID, err)
		}
		if n == 0 {
			return nil
		}
		in := plain("print_batch_events", "id", "batch_id", "event", "decided_by", "decided_at", "why", "origin")
		row := []any{e.ID, e.BatchID, e.Event, e.By, e.At, e.Why, h.Device}
		if _, err := in.rows(ctx, tx, [][]any{row}); err != nil {
			return err
		}
		if err := enqueue(ctx, tx, h, records.NounPrintBatchEvent, e.ID); err != nil {
			return err
		}
		if e.Event == records.PrintMade && job == nil { // a job uses the stock of the print centre
			if err := s.useStock(ctx, tx, h, e); err != nil {
				return err
			}
		}
		return addCardEvents(ctx, tx, h, printed)
	})
}
