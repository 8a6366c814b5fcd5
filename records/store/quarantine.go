package store

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"

	"sehat/records"
)

var quarantineInsert = upsert("quarantine", 1, "id", "import_id", "file", "sheet", "row_no", "source_key", "team_id", "enumerator",
	"reasons", "cells", "status", "closed_by")

const quarantineColumns = `id, file, sheet, row_no, source_key, team_id, enumerator, reasons, cells`

func scanReject(row scanner) (records.Reject, error) {
	var r records.Reject
	var reasons, cells string
	if err := row.Scan(&r.ID, &r.File, &r.Sheet, &r.Row, &r.Key, &r.TeamID, &r.Enumerator, &reasons, &cells); err != nil {
		return r, err
	}
	if cells != "" {
		r.Cells = []byte(cells)
	}
	if err := json.Unmarshal([]byte(reasons), &r.Reasons); err != nil {
		return r, fmt.Errorf("reasons of reject %s: %w", r.ID, err)
	}
	return r, nil
}

// Rejects streams the rows that an import held back and that nobody corrected yet, by sheet and row.
func (m *Importing) Rejects(ctx context.Context, importID string) iter.Seq2[records.Reject, error] {
	return query(ctx, m.reader(), scanReject,
		`SELECT `+quarantineColumns+` FROM quarantine WHERE import_id = $1 AND status = 'open' ORDER BY sheet, row_no, id`, importID)
}

// RejectsOf streams the rows held back of files with this base name.
func (m *Importing) RejectsOf(ctx context.Context, file string) iter.Seq2[records.Reject, error] {
	return query(ctx, m.reader(), scanReject,
		`SELECT `+quarantineColumns+` FROM quarantine WHERE file = $1 AND status = 'open' ORDER BY sheet, row_no, id`, file)
}

// Rejects streams every row that is held back, by file, sheet and row.
func (s *Store) Rejects(ctx context.Context) iter.Seq2[records.Reject, error] {
	return query(ctx, s.read, scanReject,
		`SELECT `+quarantineColumns+` FROM quarantine WHERE status = 'open' ORDER BY file, sheet, row_no, id`)
}

// A quarantineBatch is what a batch of rows does to the quarantine.
type quarantineBatch struct {
	store  *Store
	closed map[string]heldRow // what was held back once and corrected since
	held   map[string]records.Reject
	order  []string
	shut   map[string]bool
}

// A heldRow is what a row in quarantine was held back for.
type heldRow struct{ id, reasons, cells string }

// newQuarantineBatch reads which of the rejects were corrected before.
func newQuarantineBatch(ctx context.Context, s *Store, q querier, rejects []string) (quarantineBatch, error) {
	b := quarantineBatch{store: s, closed: map[string]heldRow{}, held: map[string]records.Reject{}, shut: map[string]bool{}}
	scan := func(row scanner) (heldRow, error) {
		var h heldRow
		err := row.Scan(&h.id, &h.reasons, &h.cells)
		return h, err
	}
	for chunk := range slices.Chunk(rejects, 1000) {
		list, err := collect(query(ctx, q, scan,
			`SELECT id, reasons, cells FROM quarantine WHERE status = 'closed' AND id IN `+s.list(1, len(chunk)), anys(chunk)...))
		if err != nil {
			return b, fmt.Errorf("reading quarantine: %w", err)
		}
		for _, h := range list {
			b.closed[h.id] = h
		}
	}
	return b, nil
}

// hold puts a row into quarantine. A row that was held back for the same reasons with the same cells, and has been corrected
// since, is unchanged: its file was imported again, and there is nothing left to do about it.
func (b *quarantineBatch) hold(r records.Reject) records.Outcome {
	if was, ok := b.closed[r.ID]; ok && was.cells == string(r.Cells) && was.reasons == reasonsText(r) {
		return records.Unchanged
	}
	if _, there := b.held[r.ID]; !there {
		b.order = append(b.order, r.ID)
	}
	b.held[r.ID] = r
	delete(b.shut, r.ID)
	return records.Quarantined
}

// close takes rows out of quarantine.
func (b *quarantineBatch) close(ids []string) {
	for _, id := range ids {
		b.shut[id] = true
		delete(b.held, id)
	}
}

func (b *quarantineBatch) save(ctx context.Context, q querier, importID string) error {
	var rows [][]any
	for _, id := range b.order {
		if r, ok := b.held[id]; ok {
			rows = append(rows, []any{
				r.ID, importID, r.File, r.Sheet, r.Row, r.Key, r.TeamID, r.Enumerator, reasonsText(r), string(r.Cells), "open", "",
			})
		}
	}
	if _, err := quarantineInsert.rows(ctx, q, rows); err != nil {
		return err
	}
	ids := make([]string, 0, len(b.shut))
	for id := range b.shut {
		ids = append(ids, id)
	}
	for chunk := range slices.Chunk(ids, 1000) {
		_, err := q.ExecContext(ctx, `UPDATE quarantine SET status = 'closed', closed_by = $1 WHERE status = 'open' AND id IN `+
			b.store.list(2, len(chunk)), append([]any{importID}, anys(chunk)...)...)
		if err != nil {
			return fmt.Errorf("closing quarantine: %w", err)
		}
	}
	return nil
}

// reasonsText is how the reasons of a reject are stored.
func reasonsText(r records.Reject) string {
	b, err := records.Canonical(r.Reasons)
	if err != nil {
		return "[]" // strings always encode
	}
	return string(b)
}
