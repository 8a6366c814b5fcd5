package store

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
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
	closed map[string][]heldRow // what was held back once and corrected since, as each file had it
	held   map[string]records.Reject
	order  []string
	shut   map[string]bool
	open   []string // of shut, those that are in quarantine; [quarantineBatch.trace] finds them
}

// A heldRow is what a row in quarantine was held back for.
type heldRow struct{ id, reasons, cells string }

// newQuarantineBatch reads which of the rejects were corrected before.
func newQuarantineBatch(ctx context.Context, s *Store, q querier, rejects []string) (quarantineBatch, error) {
	b := quarantineBatch{store: s, closed: map[string][]heldRow{}, held: map[string]records.Reject{}, shut: map[string]bool{}}
	scan := func(row scanner) (heldRow, error) {
		var h heldRow
		err := row.Scan(&h.id, &h.reasons, &h.cells)
		return h, err
	}
	for chunk := range inLists(rejects) {
		list, err := collect(query(ctx, q, scan,
			`SELECT id, reasons, cells FROM quarantine WHERE status = 'closed' AND id IN `+s.list(1, len(chunk)), anys(chunk)...))
		if err != nil {
			return b, fmt.Errorf("reading quarantine: %w", err)
		}
		var ids []string
		for _, h := range list {
			b.closed[h.id] = append(b.closed[h.id], h)
			ids = append(ids, h.id)
		}
		if len(ids) == 0 {
			continue
		}
		for c, err := range query(ctx, q, scanPastRow, `SELECT noun, row_id, seq, rev_after, was FROM import_changes
WHERE noun = $1 AND row_id IN `+s.list(2, len(ids)), append([]any{string(nounReject)}, anys(ids)...)...) {
			if err != nil {
				return b, fmt.Errorf("reading quarantine: %w", err)
			}
			var was heldVersion
			if err := json.Unmarshal([]byte(c.was), &was); err != nil {
				return b, fmt.Errorf("reading quarantine: %w", err)
			}
			if was.Reasons != nil && was.Cells != nil {
				b.closed[c.id] = append(b.closed[c.id], heldRow{c.id, *was.Reasons, *was.Cells})
			}
		}
	}
	return b, nil
}

// hold puts a row into quarantine. A row that was held back for the same reasons with the same cells, and has been corrected
// since, is unchanged: its file was imported again, and there is nothing left to do about it.
func (b *quarantineBatch) hold(r records.Reject) records.Outcome {
	now := heldRow{r.ID, reasonsText(r), string(r.Cells)}
	if slices.Contains(b.closed[r.ID], now) {
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
	for chunk := range slices.Chunk(b.open, 1000) {
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

// A heldVersion is a row of quarantine before an import met it again. Reasons and cells are left out where the import changed neither.
type heldVersion struct {
	ImportID   string  `json:"import_id"`
	File       string  `json:"file"`
	Sheet      string  `json:"sheet,omitempty"`
	Row        int     `json:"row"`
	Key        string  `json:"key,omitempty"`
	TeamID     string  `json:"team_id,omitempty"`
	Enumerator string  `json:"enumerator,omitempty"`
	Status     string  `json:"status"`
	ClosedBy   string  `json:"closed_by,omitempty"`
	Reasons    *string `json:"reasons,omitempty"`
	Cells      *string `json:"cells,omitempty"`
}

// trace notes what a batch does to the quarantine, and finds which of the rows that it corrects are held back.
func (b *quarantineBatch) trace(ctx context.Context, t *trail) error {
	type row struct {
		id             string
		was            heldVersion
		reasons, cells string
	}
	scan := func(s scanner) (row, error) {
		var r row
		v := &r.was
		err := s.Scan(&r.id, &v.ImportID, &v.File, &v.Sheet, &v.Row, &v.Key, &v.TeamID, &v.Enumerator, &v.Status, &v.ClosedBy, &r.reasons, &r.cells)
		return r, err
	}
	var held, fresh, met []string
	for _, id := range b.order {
		if _, ok := b.held[id]; ok {
			held = append(held, id)
		}
	}
	there := map[string]bool{}
	for ids := range chunks(held) {
		for r, err := range query(ctx, t.q, scan, `SELECT id, import_id, file, sheet, row_no, source_key, team_id, enumerator, status, closed_by, reasons, cells
FROM quarantine WHERE id IN `+b.store.list(1, len(ids)), anys(ids)...) {
			if err != nil {
				return fmt.Errorf("reading quarantine: %w", err)
			}
			now := b.held[r.id]
			if r.reasons != reasonsText(now) || r.cells != string(now.Cells) {
				r.was.Reasons, r.was.Cells = &r.reasons, &r.cells
			}
			was, err := records.Canonical(r.was)
			if err != nil {
				return err
			}
			there[r.id] = true
			if r.was.ImportID == t.importID { // an earlier batch of this very import
				continue
			}
			met = append(met, r.id)
			t.change(nounReject, r.id, 0, string(was))
		}
	}
	for _, id := range held {
		if !there[id] {
			fresh = append(fresh, id)
		}
	}
	for ids := range inLists(slices.Sorted(maps.Keys(b.shut))) {
		open, err := collect(query(ctx, t.q, scanText, `SELECT id FROM quarantine WHERE status = 'open' AND id IN `+b.store.list(1, len(ids)), anys(ids)...))
		if err != nil {
			return fmt.Errorf("reading quarantine: %w", err)
		}
		b.open = append(b.open, open...)
	}
	t.note(nounReject, trailNew, fresh)
	t.note(nounReject, trailMet, append(met, b.open...))
	return nil
}

// Held streams the rows that are held back, by file, sheet and row.
func (s *Store) Held(ctx context.Context, f records.HeldFilter) iter.Seq2[records.HeldRow, error] {
	rows := query(ctx, s.read, func(row scanner) (records.HeldRow, error) {
		var h records.HeldRow
		var err error
		h.Reject, err = scanReject(scannerFunc(func(dest ...any) error { return row.Scan(append([]any{&h.Import}, dest...)...) }))
		return h, err
	}, `SELECT import_id, `+quarantineColumns+` FROM quarantine
WHERE status = 'open' AND ($1 = '' OR team_id = $1) AND ($2 = '' OR file = $2) ORDER BY file, sheet, row_no, id`, f.Team, f.File)
	return func(yield func(records.HeldRow, error) bool) {
		for h, err := range rows {
			is := func(r records.Reason) bool { return r.Rule == f.Rule }
			if err == nil && f.Rule != "" && !slices.ContainsFunc(h.Reasons, is) {
				continue
			}
			if !yield(h, err) {
				return
			}
		}
	}
}

// scannerFunc is a function as a scanner.
type scannerFunc func(dest ...any) error

func (f scannerFunc) Scan(dest ...any) error { return f(dest...) }

// Layouts returns how the files were read from which rows are held back, by import; those of old imports are empty.
func (s *Store) Layouts(ctx context.Context) (map[string]string, error) {
	all := map[string]string{}
	_, err := collect(query(ctx, s.read, func(row scanner) (struct{}, error) {
		var id, text string
		err := row.Scan(&id, &text)
		all[id] = text
		return struct{}{}, err
	}, `SELECT id, layout FROM imports WHERE id IN (SELECT import_id FROM quarantine WHERE status = 'open')`))
	if err != nil {
		return nil, fmt.Errorf("reading how files were read: %w", err)
	}
	return all, nil
}
