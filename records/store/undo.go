package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"sehat/records"
)

const importEntryColumns = `i.id, i.file, i.profile, i.survey_code, i.decided_by, i.started_at, i.finished_at, i.rows_new, i.rows_updated, i.rows_unchanged, i.rows_held,
	i.warnings, i.aadhaar_masked, i.undone_by, i.undone_at`

func importEntryDest(e *records.ImportEntry) []any {
	c := &e.ImportCounts
	return []any{
		&e.ID, &e.File, &e.Profile, &e.SurveyCode, &e.By, &e.StartedAt, &e.FinishedAt, &c.New, &c.Updated, &c.Unchanged, &c.Quarantined,
		&c.Warnings, &c.AadhaarMasked, &e.UndoneBy, &e.UndoneAt,
	}
}

func scanImportEntry(row scanner) (records.ImportEntry, error) {
	var e records.ImportEntry
	err := row.Scan(append(importEntryDest(&e), &e.StillHeld)...)
	e.RowsRead = e.New + e.Updated + e.Unchanged + e.Quarantined
	return e, err
}

const importEntries = `SELECT ` + importEntryColumns + `, COALESCE(q.held, 0) FROM imports i
LEFT JOIN (SELECT import_id, MAX(seq) AS last FROM import_ids GROUP BY import_id) p ON p.import_id = i.id
LEFT JOIN (SELECT import_id, COUNT(*) AS held FROM quarantine WHERE status = 'open' GROUP BY import_id) q ON q.import_id = i.id`

// Imports lists the imports, the latest first.
func (s *Store) Imports(ctx context.Context) ([]records.ImportEntry, error) {
	list, err := collect(query(ctx, s.read, scanImportEntry, importEntries+` ORDER BY i.started_at DESC, COALESCE(p.last, 0) DESC, i.id`))
	if err != nil {
		return nil, fmt.Errorf("reading imports: %w", err)
	}
	return list, nil
}

func importEntry(ctx context.Context, q querier, id string) (records.ImportEntry, error) {
	e, err := scanImportEntry(q.QueryRowContext(ctx, importEntries+` WHERE i.id = $1`, id))
	return e, notFound(err, "import "+id)
}

// keepsTrail notes that an import leaves a trail from its first row on, and how its rows are read.
func keepsTrail(ctx context.Context, q querier, m records.Import) error {
	if _, err := q.ExecContext(ctx, `UPDATE imports SET trail = 1, layout = $1 WHERE id = $2`, m.Layout, m.ID); err != nil {
		return fmt.Errorf("beginning an import: %w", err)
	}
	return nil
}

// notUndone returns records.ErrConflict where an import was taken back while it ran.
func notUndone(ctx context.Context, q querier, id string) error {
	var at string
	if err := q.QueryRowContext(ctx, `SELECT undone_at FROM imports WHERE id = $1`, id).Scan(&at); err != nil {
		return notFound(err, "import "+id)
	}
	if at != "" {
		return fmt.Errorf("the import was taken back meanwhile: %w", records.ErrConflict)
	}
	return nil
}

// UndoImport takes an import back in one transaction: the rows that it brought vanish, those that it changed are again what they were,
// what it held back is gone and what it corrected is held back again. It returns a *[records.BuiltOnError], and changes nothing,
// where something was built on the import. An import that was taken back before stays so.
func (s *Store) UndoImport(ctx context.Context, id, by, at string) (records.Undone, error) {
	var out records.Undone
	err := s.inTx(ctx, func(tx querier) (err error) {
		out, err = s.undo(ctx, tx, id, by, at)
		return err
	})
	return out, err
}

// RehearseUndo is UndoImport that changes nothing.
func (s *Store) RehearseUndo(ctx context.Context, id, by, at string) (records.Undone, error) {
	var out records.Undone
	err := s.Rehearse(ctx, func(m *Importing) (err error) {
		out, err = s.undo(ctx, m.tx, id, by, at)
		return err
	})
	return out, err
}

func (s *Store) undo(ctx context.Context, tx querier, id, by, at string) (out records.Undone, err error) {
	for _, job := range []string{"rows", "persons", "cards"} {
		if err := s.lock(ctx, tx, job); err != nil {
			return out, err
		}
	}
	if out.Import, err = importEntry(ctx, tx, id); err != nil {
		return out, err
	}
	if out.Again = out.Import.UndoneAt != ""; out.Again {
		return out, nil
	}
	u := undoing{store: s, tx: tx, entry: out.Import, out: &out}
	if u.home, err = home(ctx, tx); err != nil {
		return out, err
	}
	for _, step := range []func(context.Context) error{u.read, u.check, u.takeBack} {
		if err := step(ctx); err != nil {
			return out, err
		}
	}
	out.Import.UndoneBy, out.Import.UndoneAt = by, at
	_, err = tx.ExecContext(ctx, `UPDATE imports SET undone_by = $1, undone_at = $2 WHERE id = $3`, by, at, id)
	return out, err
}

// An undoing is an import being taken back.
type undoing struct {
	store   *Store
	tx      querier
	home    records.Home
	entry   records.ImportEntry
	first   int64 // batch
	written map[records.Noun]map[string]writtenRow
	changes map[records.Noun][]pastRow // the first of each row, in the order of ids
	out     *records.Undone
}

// A writtenRow is what the import did to a row.
type writtenRow struct {
	seq   int64 // the last batch that wrote it
	rev   int64 // after it
	fresh bool
	bare  bool // only the source's revision is newer; nothing travels for it
}

// A pastRow is a row of import_changes.
type pastRow struct {
	noun     records.Noun
	id       string
	seq, rev int64
	was      string
}

func scanPastRow(row scanner) (pastRow, error) {
	var c pastRow
	err := row.Scan(&c.noun, &c.id, &c.seq, &c.rev, &c.was)
	return c, err
}

// trailPiece is a row of import_ids.
type trailPiece struct {
	seq        int64
	noun       records.Noun
	kind, from string
	ids        []byte
}

func scanTrailPiece(row scanner) (trailPiece, error) {
	var p trailPiece
	err := row.Scan(&p.seq, &p.noun, &p.kind, &p.from, &p.ids)
	return p, err
}

const trailPieces = `SELECT seq, noun, kind, import_id, ids FROM import_ids`

// read reads the trail of the import.
func (u *undoing) read(ctx context.Context) error {
	u.written = map[records.Noun]map[string]writtenRow{}
	u.changes = map[records.Noun][]pastRow{}
	for _, noun := range []records.Noun{records.NounHousehold, records.NounResident, records.NounVisit, nounReject} {
		u.written[noun] = map[string]writtenRow{}
	}
	for p, err := range query(ctx, u.tx, scanTrailPiece, trailPieces+` WHERE import_id = $1 ORDER BY seq`, u.entry.ID) {
		if err != nil {
			return fmt.Errorf("reading the trail of the import: %w", err)
		}
		if u.first == 0 {
			u.first = p.seq
		}
		if p.kind != trailNew {
			continue
		}
		for id := range packedIDs(p.ids) {
			u.written[p.noun][unpackID(id)] = writtenRow{seq: p.seq, rev: 1, fresh: true}
		}
	}
	for c, err := range query(ctx, u.tx, scanPastRow, `SELECT noun, row_id, seq, rev_after, was FROM import_changes WHERE import_id = $1 ORDER BY noun, row_id, seq`, u.entry.ID) {
		if err != nil {
			return fmt.Errorf("reading what the import changed: %w", err)
		}
		row, again := u.written[c.noun][c.id]
		row.seq, row.rev = c.seq, c.rev
		if !again {
			u.changes[c.noun] = append(u.changes[c.noun], c)
			row.bare = true
		}
		if c.was != "" && row.bare && c.noun != nounReject {
			var v version
			if err := json.Unmarshal([]byte(c.was), &v); err != nil {
				return fmt.Errorf("reading what the import changed: %w", err)
			}
			row.bare = v.Rev == c.rev
		}
		u.written[c.noun][c.id] = row
	}
	return nil
}

// fresh lists the ids of the rows that the import brought.
func (u *undoing) fresh(noun records.Noun) []string {
	return u.ids(noun, func(r writtenRow) bool { return r.fresh })
}

func (u *undoing) ids(noun records.Noun, want func(writtenRow) bool) []string {
	var ids []string
	for id, row := range u.written[noun] {
		if want(row) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// takeBack changes the store.
func (u *undoing) takeBack(ctx context.Context) error {
	relink := newRelinking()
	residents, households, visits := u.fresh(records.NounResident), u.fresh(records.NounHousehold), u.fresh(records.NounVisit)
	if err := relink.residents(ctx, u.tx, residents); err != nil {
		return err
	}
	if err := relink.households(ctx, u.tx, slices.Values(households)); err != nil {
		return err
	}
	for _, d := range []struct {
		ids  []string
		from []string // tables and their columns
	}{
		{residents, []string{"matches.left_id", "matches.right_id", "persons.resident_id", "unlinked.resident_id", "residents.id"}},
		{visits, []string{"visits.id"}},
		{households, []string{"households.id"}},
	} {
		for _, column := range d.from {
			if err := u.remove(ctx, column, d.ids); err != nil {
				return err
			}
		}
	}
	for _, noun := range []records.Noun{records.NounHousehold, records.NounResident, records.NounVisit} {
		if err := u.unqueue(ctx, noun, u.fresh(noun)); err != nil {
			return err
		}
	}
	u.out.Removed = records.UndoneRows{Households: len(households), Residents: len(residents), Visits: len(visits)}
	if err := u.restore(ctx, relink); err != nil {
		return err
	}
	if err := u.quarantine(ctx); err != nil {
		return err
	}
	if _, err := u.tx.ExecContext(ctx, `DELETE FROM import_ids WHERE import_id = $1`, u.entry.ID); err != nil {
		return fmt.Errorf("taking back the trail: %w", err)
	}
	_, err := u.tx.ExecContext(ctx, `DELETE FROM import_changes WHERE import_id = $1 AND became = ''`, u.entry.ID)
	return err
}

// remove deletes rows by a column, written "table.column".
func (u *undoing) remove(ctx context.Context, column string, ids []string) error {
	table, name, _ := strings.Cut(column, ".")
	for part := range chunks(ids) {
		if _, err := u.tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE `+name+` IN `+u.store.list(1, len(part)), anys(part)...); err != nil {
			return fmt.Errorf("taking back %s: %w", table, err)
		}
	}
	return nil
}

// unqueue takes rows out of the outbox.
func (u *undoing) unqueue(ctx context.Context, noun records.Noun, ids []string) error {
	for part := range chunks(ids) {
		_, err := u.tx.ExecContext(ctx, `DELETE FROM outbox WHERE noun = $1 AND row_key IN `+u.store.list(2, len(part)), append([]any{string(noun)}, anys(part)...)...)
		if err != nil {
			return fmt.Errorf("taking rows out of the outbox: %w", err)
		}
	}
	return nil
}
