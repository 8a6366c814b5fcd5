package store

import (
	"cmp"
	"context"
	"slices"

	"sehat/records"
)

// Households, residents and visits may change: a row that comes is nothing new, an update of what its writer had seen, or in
// conflict with what somebody else wrote.

// A standing row is what is stored under a key.
type standingRow struct {
	hash  string
	rev   int64
	state string // a resident's
}

func (m *merging) households(ctx context.Context, rows []int) error {
	list := arrivals(m, rows, func(h records.Household) string { return h.ID })
	stored, err := m.stored(ctx, `SELECT id, content_hash, rev, '' FROM households WHERE id IN `, each(list, keyOf))
	if err != nil {
		return err
	}
	return saveHouseholds(ctx, m.tx, m.relink, pointers(mergeRows(m, list, stored, func(h *records.Household) *records.Meta { return &h.Meta })), among(stored))
}

func (m *merging) residents(ctx context.Context, rows []int) error {
	list := arrivals(m, rows, func(r records.Resident) string { return r.ID })
	stored, err := m.stored(ctx, `SELECT id, content_hash, rev, state FROM residents WHERE id IN `, each(list, keyOf))
	if err != nil {
		return err
	}
	list, err = inHouseholds(ctx, m, list, func(r records.Resident) string { return r.HouseholdID })
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(a arrival[records.Resident]) bool {
		withdrawn := stored[a.Key].state == records.ResidentWithdrawn
		if withdrawn {
			m.reject(a.at, "consent was withdrawn")
		}
		return withdrawn
	})
	save := mergeRows(m, list, stored, func(r *records.Resident) *records.Meta {
		r.State = cmp.Or(stored[r.ID].state, records.ResidentActive)
		return &r.Meta
	})
	return saveResidents(ctx, m.tx, m.relink, pointers(save), among(stored))
}

func (m *merging) visits(ctx context.Context, rows []int) error {
	list := arrivals(m, rows, func(v records.Visit) string { return v.ID })
	stored, err := m.stored(ctx, `SELECT id, content_hash, rev, '' FROM visits WHERE id IN `, each(list, keyOf))
	if err != nil {
		return err
	}
	list, err = inHouseholds(ctx, m, list, func(v records.Visit) string { return v.HouseholdID })
	if err != nil {
		return err
	}
	return saveVisits(ctx, m.tx, pointers(mergeRows(m, list, stored, func(v *records.Visit) *records.Meta { return &v.Meta })), among(stored))
}

// among reports whether an id is one of those that are stored.
func among(stored map[string]standingRow) func(id string) bool {
	return func(id string) bool { _, ok := stored[id]; return ok }
}

// stored reads what stands under keys, locked until the transaction ends.
func (m *merging) stored(ctx context.Context, text string, keys []string) (map[string]standingRow, error) {
	found := make(map[string]standingRow, len(keys))
	for ids := range chunks(keys) {
		_, err := collect(query(ctx, m.tx, func(row scanner) (struct{}, error) {
			var id string
			var s standingRow
			err := row.Scan(&id, &s.hash, &s.rev, &s.state)
			found[id] = s
			return struct{}{}, err
		}, text+m.store.list(1, len(ids))+m.store.dialect.forUpdate, anys(ids)...))
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// mergeRows ends each of the rows and returns those to be written.
func mergeRows[T any](m *merging, list []arrival[T], stored map[string]standingRow, meta func(*T) *records.Meta) []T {
	var save []T
	for _, a := range list {
		now, there := stored[a.Key]
		switch {
		case there && now.hash == a.Hash:
			m.ends[a.at] = endUnchanged
		case there && now.hash != a.Base:
			m.conflict(a.at, now.hash, "it was made from another version than the one that is stored")
		default:
			m.ends[a.at] = endStored
			*meta(&a.content) = records.Meta{Origin: m.DeviceID, Rev: now.rev + 1, SourceRev: a.SourceRev, Hash: a.Hash, Base: a.Base}
			save = append(save, a.content)
		}
	}
	return save
}

// inHouseholds returns the rows whose household is stored; the others are rejects.
func inHouseholds[T any](ctx context.Context, m *merging, list []arrival[T], household func(T) string) ([]arrival[T], error) {
	there, err := m.exist(ctx, "households", each(list, func(a arrival[T]) string { return household(a.content) }))
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list, func(a arrival[T]) bool {
		orphan := !there[household(a.content)]
		if orphan {
			m.reject(a.at, noHousehold)
		}
		return orphan
	}), nil
}

// exist tells which ids are in a table.
func (m *merging) exist(ctx context.Context, table string, ids []string) (map[string]bool, error) {
	slices.Sort(ids)
	found := make(map[string]bool, len(ids))
	for part := range chunks(slices.Compact(ids)) {
		there, err := collect(query(ctx, m.tx, scanText, `SELECT id FROM `+table+` WHERE id IN `+m.store.list(1, len(part)), anys(part)...))
		if err != nil {
			return nil, err
		}
		for _, id := range there {
			found[id] = true
		}
	}
	return found, nil
}
