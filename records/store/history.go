package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sehat/records"
)

// Histories returns what imports did to a household, its residents and its visits, or to one resident: those that a person means by
// an id of either, or by the source's own key ("H1", or "H1/2" for a member). It is empty where nobody is known so.
func (s *Store) Histories(ctx context.Context, name string) ([]records.RowHistory, error) {
	var all []records.RowHistory
	err := s.snapshot(ctx, func(tx querier) error {
		residents, households, err := s.named(ctx, tx, name)
		if err != nil {
			return err
		}
		h := histories{store: s, tx: tx}
		if err := h.gather(ctx, residents, households); err != nil {
			return err
		}
		if err := h.fill(ctx); err != nil {
			return err
		}
		all = h.all
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading the history of a row: %w", err)
	}
	return all, nil
}

// named finds the residents and whole households that a name means.
func (s *Store) named(ctx context.Context, q querier, name string) (residents, households []string, err error) {
	ids := func(text string, args ...any) (found []string) {
		if err == nil {
			found, err = collect(query(ctx, q, scanText, text, args...))
		}
		return found
	}
	if residents = ids(`SELECT id FROM residents WHERE id = $1`, name); len(residents) > 0 {
		return residents, nil, err
	}
	households = ids(`SELECT id FROM households WHERE id = $1`, name)
	households = append(households, ids(`SELECT id FROM households WHERE household_key = $1 ORDER BY id`, name)...)
	if i := strings.LastIndexByte(name, '/'); i > 0 && len(households) == 0 {
		residents = ids(`SELECT r.id FROM residents r JOIN households h ON h.id = r.household_id WHERE h.household_key = $1 AND r.member_key = $2 ORDER BY r.id`, name[:i], name[i+1:])
	}
	return residents, households, err
}

// histories are being gathered.
type histories struct {
	store *Store
	tx    querier
	all   []records.RowHistory
	now   []json.RawMessage // what stands, for each of all
}

func (h *histories) add(row records.RowHistory, content any, m records.Meta) error {
	text, err := records.Canonical(content)
	row.Origin = m.Origin
	h.all, h.now = append(h.all, row), append(h.now, text)
	return err
}

// gather reads the rows as they stand.
func (h *histories) gather(ctx context.Context, residents, households []string) error {
	for _, id := range households {
		home, err := scanHousehold(h.tx.QueryRowContext(ctx, `SELECT `+householdColumns+` FROM households WHERE id = $1`, id))
		if err != nil {
			return err
		}
		if err := h.add(records.RowHistory{Noun: records.NounHousehold, ID: id, Key: home.Key}, home, home.Meta); err != nil {
			return err
		}
		for v, err := range query(ctx, h.tx, scanVisit, `SELECT `+visitColumns+` FROM visits WHERE household_id = $1 ORDER BY visit_no`, id) {
			if err != nil {
				return err
			}
			row := records.RowHistory{Noun: records.NounVisit, ID: v.ID, Key: fmt.Sprintf("%s visit %d", home.Key, v.No)}
			if err := h.add(row, v, v.Meta); err != nil {
				return err
			}
		}
		if err := h.residents(ctx, `WHERE household_id = $1 ORDER BY line_no, id`, id); err != nil {
			return err
		}
	}
	for _, id := range residents {
		if err := h.residents(ctx, `WHERE id = $1`, id); err != nil {
			return err
		}
	}
	return nil
}

func (h *histories) residents(ctx context.Context, where, id string) error {
	list, err := collect(query(ctx, h.tx, scanResident, `SELECT `+residentColumns+` FROM residents `+where, id))
	if err != nil {
		return err
	}
	for _, r := range list {
		var key string
		if err := h.tx.QueryRowContext(ctx, `SELECT household_key FROM households WHERE id = $1`, r.HouseholdID).Scan(&key); err != nil {
			return err
		}
		row := records.RowHistory{Noun: records.NounResident, ID: r.ID, Key: key + "/" + r.Key, Name: cmp.Or(r.FullName, r.FullNameHi)}
		if r.State != records.ResidentActive {
			row.State = r.State
		}
		if err := h.add(row, r, r.Meta); err != nil {
			return err
		}
	}
	return nil
}

// fill reads the trails. Who brought a row is found by going through all of them, which are read at the speed of the disk: 17 bytes a
// row of a city.
func (h *histories) fill(ctx context.Context) error {
	imports := map[string]records.ImportEntry{}
	entry := func(id string) (records.Revision, error) {
		e, ok := imports[id]
		if !ok {
			var err error
			if e, err = importEntry(ctx, h.tx, id); err != nil {
				return records.Revision{}, err
			}
			imports[id] = e
		}
		return records.Revision{At: e.StartedAt, By: e.By, File: e.File, Import: id, UndoneBy: e.UndoneBy, UndoneAt: e.UndoneAt}, nil
	}
	wanted := map[string]int{}
	for i, row := range h.all {
		wanted[string(row.Noun)+string(packID(nil, row.ID))] = i
	}
	if len(wanted) == 0 {
		return nil
	}
	broughtBy := map[int]string{}
	for p, err := range query(ctx, h.tx, scanTrailPiece, trailPieces+` WHERE kind = 'new'`) {
		if err != nil {
			return err
		}
		for packed := range packedIDs(p.ids) {
			if i, ok := wanted[string(p.noun)+packed]; ok {
				broughtBy[i] = p.from
			}
		}
	}
	for i := range h.all {
		if from, ok := broughtBy[i]; ok {
			r, err := entry(from)
			if err != nil {
				return err
			}
			r.New = true
			h.all[i].Revisions = []records.Revision{r}
		}
		if err := h.changes(ctx, i, entry); err != nil {
			return err
		}
	}
	return nil
}

// changes reads how imports changed one row. What a change made of it stands in the next one, and of the last in the row itself; a
// change that was taken back keeps it.
func (h *histories) changes(ctx context.Context, i int, entry func(string) (records.Revision, error)) error {
	type past struct{ from, was, became string }
	list, err := collect(query(ctx, h.tx, func(row scanner) (past, error) {
		var p past
		err := row.Scan(&p.from, &p.was, &p.became)
		return p, err
	}, `SELECT import_id, was, became FROM import_changes WHERE noun = $1 AND row_id = $2 AND was <> '' ORDER BY seq`, string(h.all[i].Noun), h.all[i].ID))
	if err != nil {
		return err
	}
	after := h.now[i]
	for k := len(list) - 1; k >= 0; k-- {
		p := list[k]
		var was, became version
		if err := json.Unmarshal([]byte(p.was), &was); err != nil {
			return err
		}
		to := after
		if p.became != "" {
			if err := json.Unmarshal([]byte(p.became), &became); err != nil {
				return err
			}
			to = became.Row
		} else {
			after = was.Row
		}
		r, err := entry(p.from)
		if err != nil {
			return err
		}
		if r.Changes, err = differences(was.Row, to); err != nil {
			return err
		}
		if len(r.Changes) > 0 {
			at := 0
			if len(h.all[i].Revisions) > 0 && h.all[i].Revisions[0].New {
				at = 1
			}
			h.all[i].Revisions = slices.Insert(h.all[i].Revisions, at, r)
		}
	}
	return nil
}

// differences lists the answers in which two versions of a row differ, by name. The answers in "other" count one by one.
func differences(from, to json.RawMessage) ([]records.FieldChange, error) {
	a, err := answersOf(from)
	if err != nil {
		return nil, err
	}
	b, err := answersOf(to)
	if err != nil {
		return nil, err
	}
	names := maps.Clone(a)
	maps.Copy(names, b)
	var list []records.FieldChange
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if a[name] != b[name] {
			list = append(list, records.FieldChange{Field: name, From: a[name], To: b[name]})
		}
	}
	return list, nil
}

func answersOf(row json.RawMessage) (map[string]string, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(row, &fields); err != nil {
		return nil, fmt.Errorf("reading a version of a row: %w", err)
	}
	if text, ok := fields["other"]; ok {
		var other map[string]json.RawMessage
		if json.Unmarshal(text, &other) == nil {
			delete(fields, "other")
			maps.Copy(fields, other)
		}
	}
	out := make(map[string]string, len(fields))
	for name, text := range fields {
		var list []string
		var s string
		switch {
		case json.Unmarshal(text, &s) == nil:
			out[name] = s
		case json.Unmarshal(text, &list) == nil:
			out[name] = strings.Join(list, ", ")
		default:
			out[name] = string(text)
		}
	}
	return out, nil
}
