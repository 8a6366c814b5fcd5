package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"sehat/records"
)

// Events never change: one that comes is new, or there already, or a reject if something else has its id.

// decisions merges review decisions. Opposite decisions on one pair are both kept and open a conflict. The residents belong to
// nobody until dedupe links them anew: what was decided may part a person, or join two.
func (m *merging) decisions(ctx context.Context, rows []int) error {
	if err := m.store.lock(ctx, m.tx, "persons"); err != nil {
		return err
	}
	list, err := fresh(ctx, m, records.NounDecision, arrivals(m, rows, func(d records.Decision) string { return d.ID }))
	if err != nil {
		return err
	}
	residents, err := m.exist(ctx, "residents", pairs(list))
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(a arrival[records.Decision]) bool {
		why := decisionFault(a.content, residents)
		if why != "" {
			m.reject(a.at, why)
		}
		return why != ""
	})
	standing, err := m.standing(ctx, list)
	if err != nil {
		return err
	}
	replaced, err := m.replaced(ctx, list)
	if err != nil {
		return err
	}
	var save []records.Decision
	for _, a := range list {
		d := a.content
		d.Origin = m.DeviceID
		m.ends[a.at] = endStored
		pair := [2]string{d.Left, d.Right}
		standing[pair] = slices.DeleteFunc(standing[pair], func(s records.Decision) bool { return s.ID == d.Supersedes })
		if d.Decision != records.DecidedUndo && d.Decision != records.DecidedProposed && !replaced[d.ID] {
			if i := slices.IndexFunc(standing[pair], func(s records.Decision) bool { return s.Decision != d.Decision }); i >= 0 {
				m.conflict(a.at, standing[pair][i].ID, "somebody else decided the opposite on this pair; the two are kept apart meanwhile")
			}
			standing[pair] = append(standing[pair], d)
		}
		save = append(save, d)
	}
	if err := writeDecisions(ctx, m.tx, save); err != nil {
		return err
	}
	if err := m.secondPerson(ctx, slices.DeleteFunc(save, func(d records.Decision) bool { return replaced[d.ID] })); err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(a arrival[records.Decision]) bool { return a.content.Decision == records.DecidedProposed })
	return m.store.unlink(ctx, m.tx, pairs(list))
}

// secondPerson keeps the rule that no card is retired on one person's word (records.Decide) where that word comes from a device,
// which does not know the cards here. The persons are still those before the decisions.
func (m *merging) secondPerson(ctx context.Context, came []records.Decision) error {
	for _, d := range came {
		if d.Decision != records.DecidedSame {
			continue
		}
		around, err := neighbourhood(ctx, m.tx, d.Left, d.Right)
		if err != nil {
			return err
		}
		var replaced *records.Decision
		was, err := scanDecision(m.tx.QueryRowContext(ctx, `SELECT `+decisionColumns+` FROM decisions WHERE id = $1`, d.Supersedes))
		switch {
		case err == nil:
			replaced = &was
		case !errors.Is(err, sql.ErrNoRows):
			return fmt.Errorf("reading decision %s: %w", d.Supersedes, err)
		}
		answer := around.Arrived(d, replaced, m.At)
		for i := range answer.Events {
			answer.Events[i].Origin = m.home.Device
		}
		if err := writeDecisions(ctx, m.tx, answer.Events); err != nil {
			return err
		}
		if err := addCardEvents(ctx, m.tx, m.home, answer.Cards); err != nil {
			return err
		}
	}
	return nil
}

// pairs returns the residents that decisions are about.
func pairs(list []arrival[records.Decision]) []string {
	ids := make([]string, 0, 2*len(list))
	for _, a := range list {
		ids = append(ids, a.content.Left, a.content.Right)
	}
	return ids
}

// unlink takes the persons of residents apart, with all their members. Until the next dedupe these are held as not linked, and
// only what the persons were called is kept. The caller holds the lock on persons.
func (s *Store) unlink(ctx context.Context, tx querier, residents []string) error {
	if err := relinkPersons(ctx, tx, residents); err != nil {
		return err
	}
	for ids := range chunks(residents) {
		of := ` FROM persons WHERE person_id IN (SELECT person_id FROM persons WHERE resident_id IN ` + s.list(1, len(ids)) + `)`
		for _, text := range []string{
			`INSERT INTO unlinked (resident_id, person_id) SELECT resident_id, person_id` + of + ` ON CONFLICT (resident_id) DO UPDATE SET person_id = excluded.person_id`,
			`DELETE` + of,
		} {
			if _, err := tx.ExecContext(ctx, text, anys(ids)...); err != nil {
				return fmt.Errorf("unlinking persons: %w", err)
			}
		}
	}
	return nil
}

// decisionFault tells why a decision must not be stored, or nothing.
func decisionFault(d records.Decision, residents map[string]bool) string {
	switch {
	case d.Left >= d.Right:
		return "its residents are not in order"
	case !residents[d.Left] || !residents[d.Right]:
		return noResidents
	case !slices.Contains([]string{records.DecidedSame, records.DecidedDifferent, records.DecidedUndo, records.DecidedProposed}, d.Decision):
		return "it is no decision that this version of the program knows"
	case !isStamp(d.At):
		return "its time cannot be read"
	}
	return ""
}

// replaced tells which decisions something supersedes, stored or in the list itself: one that comes later may have the smaller
// id, and then it comes first.
func (m *merging) replaced(ctx context.Context, list []arrival[records.Decision]) (map[string]bool, error) {
	found := map[string]bool{}
	for _, a := range list {
		found[a.content.Supersedes] = true
	}
	for lefts := range chunks(each(list, func(a arrival[records.Decision]) string { return a.content.Left })) {
		ids, err := collect(query(ctx, m.tx, scanText, `SELECT supersedes FROM decisions WHERE left_id IN `+m.store.list(1, len(lefts)), anys(lefts)...))
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			found[id] = true
		}
	}
	delete(found, "") // what supersedes nothing
	return found, nil
}

// standing returns the decisions that stand on the pairs of those that come.
func (m *merging) standing(ctx context.Context, list []arrival[records.Decision]) (map[[2]string][]records.Decision, error) {
	found := map[[2]string][]records.Decision{}
	for lefts := range chunks(each(list, func(a arrival[records.Decision]) string { return a.content.Left })) {
		decided, err := collect(query(ctx, m.tx, scanDecision, standing+` AND d.left_id IN `+m.store.list(1, len(lefts)), anys(lefts)...))
		if err != nil {
			return nil, err
		}
		for _, d := range decided {
			pair := [2]string{d.Left, d.Right}
			if !slices.ContainsFunc(found[pair], func(s records.Decision) bool { return s.ID == d.ID }) {
				found[pair] = append(found[pair], d)
			}
		}
	}
	return found, nil
}

// printBatches merges print batches with their slots.
func (m *merging) printBatches(ctx context.Context, rows []int) error {
	list, err := fresh(ctx, m, records.NounPrintBatch, arrivals(m, rows, func(b records.PrintBatch) string { return b.ID }))
	if err != nil {
		return err
	}
	var batches, slots [][]any
	for _, a := range list {
		b := a.content
		m.ends[a.at] = endStored
		batches = append(batches, []any{b.ID, b.Layout, b.MadeAt, b.By, records.PrintMaking, m.DeviceID, a.Hash})
		for _, p := range b.Slots {
			slots = append(slots, []any{b.ID, p.Position, p.Number, p.Version})
		}
	}
	in := plain("print_batches", "id", "layout", "made_at", "decided_by", "state", "origin", "content_hash")
	if _, err := in.rows(ctx, m.tx, batches); err != nil {
		return err
	}
	_, err = keep("print_slots", 2, "batch_id", "position", "number", "version").rows(ctx, m.tx, slots)
	return err
}

func (m *merging) printBatchEvents(ctx context.Context, rows []int) error {
	list, err := fresh(ctx, m, records.NounPrintBatchEvent, arrivals(m, rows, func(e records.PrintBatchEvent) string { return e.ID }))
	if err != nil {
		return err
	}
	there, err := m.exist(ctx, "print_batches", each(list, func(a arrival[records.PrintBatchEvent]) string { return a.content.BatchID }))
	if err != nil {
		return err
	}
	var save [][]any
	ended := map[string][]string{}
	for _, a := range list {
		e := a.content
		switch {
		case !there[e.BatchID]:
			m.reject(a.at, noPrintBatch)
			continue
		case !isStamp(e.At):
			m.reject(a.at, "its time cannot be read")
			continue
		}
		m.ends[a.at] = endStored
		save = append(save, []any{e.ID, e.BatchID, e.Event, e.By, e.At, e.Why, m.DeviceID})
		if e.Event == records.PrintMade || e.Event == records.PrintDropped {
			ended[e.Event] = append(ended[e.Event], e.BatchID)
		}
	}
	in := plain("print_batch_events", "id", "batch_id", "event", "decided_by", "decided_at", "why", "origin")
	if _, err := in.rows(ctx, m.tx, save); err != nil {
		return err
	}
	for state, batches := range ended {
		for ids := range chunks(batches) {
			_, err := m.tx.ExecContext(ctx, `UPDATE print_batches SET state = $1 WHERE state = 'making' AND id IN `+m.store.list(2, len(ids)),
				append([]any{state}, anys(ids)...)...)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// fresh returns the rows that are not stored yet. One that is stored with the same content is unchanged, with another a reject.
func fresh[T any](ctx context.Context, m *merging, noun records.Noun, list []arrival[T]) ([]arrival[T], error) {
	there, err := m.store.travellers()[noun].read(ctx, m.tx, each(list, keyOf))
	if err != nil {
		return nil, err
	}
	stored := make(map[string]string, len(there))
	for _, c := range there {
		stored[c.Key] = c.Hash
	}
	return slices.DeleteFunc(list, func(a arrival[T]) bool {
		hash, ok := stored[a.Key]
		switch {
		case !ok:
			return false
		case hash == a.Hash:
			m.ends[a.at] = endUnchanged
		default:
			m.reject(a.at, "something else is stored under its id")
		}
		return true
	}), nil
}
