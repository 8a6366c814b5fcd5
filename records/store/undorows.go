package store

import (
	"context"
	"encoding/json"
	"fmt"

	"sehat/records"
)

// restore writes what stood before over what the import changed, and keeps what the import had made of it for the history.
func (u *undoing) restore(ctx context.Context, relink *relinking) error {
	households, err := former(ctx, u, records.NounHousehold, `SELECT `+householdColumns+` FROM households WHERE id IN `, scanHousehold,
		func(r *records.Household) *records.Meta { return &r.Meta })
	if err != nil {
		return err
	}
	residents, err := former(ctx, u, records.NounResident, `SELECT `+residentColumns+` FROM residents WHERE id IN `, scanResident,
		func(r *records.Resident) *records.Meta { return &r.Meta })
	if err != nil {
		return err
	}
	visits, err := former(ctx, u, records.NounVisit, `SELECT `+visitColumns+` FROM visits WHERE id IN `, scanVisit,
		func(r *records.Visit) *records.Meta { return &r.Meta })
	if err != nil {
		return err
	}
	stored := func(string) bool { return true }
	if err := saveHouseholds(ctx, u.tx, relink, pointers(households), stored); err != nil {
		return err
	}
	if err := saveResidents(ctx, u.tx, relink, pointers(residents), stored); err != nil {
		return err
	}
	if err := saveVisits(ctx, u.tx, pointers(visits), stored); err != nil {
		return err
	}
	u.out.Restored = records.UndoneRows{Households: len(households), Residents: len(residents), Visits: len(visits)}
	return nil
}

// former reads what stood before in the rows of a noun that the import changed, and takes out of the outbox what the centre knows as it
// was then. A resident's state is no import's: it stays.
func former[T any](ctx context.Context, u *undoing, noun records.Noun, text string, scan func(scanner) (T, error), meta func(*T) *records.Meta) ([]T, error) {
	var all []T
	var known []string
	for part := range chunks(u.changes[noun]) {
		ids := make([]string, len(part))
		for i, c := range part {
			ids[i] = c.id
		}
		now := map[string]T{}
		for row, err := range query(ctx, u.tx, scan, text+u.store.list(1, len(ids)), anys(ids)...) {
			if err != nil {
				return nil, fmt.Errorf("reading what the import changed: %w", err)
			}
			now[idOfRow(row)] = row
		}
		for _, c := range part {
			row := now[c.id]
			became, err := versionOf(row, *meta(&row))
			if err != nil {
				return nil, err
			}
			if !u.written[noun][c.id].bare {
				_, err := u.tx.ExecContext(ctx, `UPDATE import_changes SET became = $1 WHERE noun = $2 AND row_id = $3 AND seq = $4`, became, string(noun), c.id, c.seq)
				if err != nil {
					return nil, fmt.Errorf("keeping what the import changed: %w", err)
				}
			}
			var was T
			m, err := restore(c.was, &was)
			if err != nil {
				return nil, err
			}
			*meta(&was) = m
			if r, ok := any(&was).(*records.Resident); ok {
				r.State = any(row).(records.Resident).State
			}
			if m.Base == m.Hash {
				known = append(known, c.id)
			}
			all = append(all, was)
		}
	}
	return all, u.unqueue(ctx, noun, known)
}

// quarantine takes back what the import held back and what it corrected.
func (u *undoing) quarantine(ctx context.Context) error {
	fresh := u.fresh(nounReject)
	if err := u.remove(ctx, "quarantine.id", fresh); err != nil {
		return err
	}
	u.out.RejectsRemoved = len(fresh)
	for _, c := range u.changes[nounReject] {
		var was heldVersion
		if err := json.Unmarshal([]byte(c.was), &was); err != nil {
			return fmt.Errorf("reading what the import held back: %w", err)
		}
		set := []string{"import_id", "file", "sheet", "row_no", "source_key", "team_id", "enumerator", "status", "closed_by"}
		args := []any{was.ImportID, was.File, was.Sheet, was.Row, was.Key, was.TeamID, was.Enumerator, was.Status, was.ClosedBy}
		if was.Reasons != nil && was.Cells != nil {
			set = append(set, "reasons", "cells")
			args = append(args, *was.Reasons, *was.Cells)
		}
		text := `UPDATE quarantine SET `
		for i, name := range set {
			if i > 0 {
				text += ", "
			}
			text += fmt.Sprintf("%s = $%d", name, i+1)
		}
		text += fmt.Sprintf(" WHERE id = $%d", len(set)+1)
		if _, err := u.tx.ExecContext(ctx, text, append(args, c.id)...); err != nil {
			return fmt.Errorf("taking back what the import held back: %w", err)
		}
	}
	res, err := u.tx.ExecContext(ctx, `UPDATE quarantine SET status = 'open', closed_by = '' WHERE status = 'closed' AND closed_by = $1`, u.entry.ID)
	if err != nil {
		return fmt.Errorf("holding back again what the import corrected: %w", err)
	}
	n, err := res.RowsAffected()
	u.out.HeldAgain = int(n)
	return err
}
