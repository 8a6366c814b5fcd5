package store

import (
	"context"
	"fmt"

	"sehat/records"
)

// A batch that is held as a fork is not used, yet the cards in it may be in people's hands: a copy of the laptop gave them out.
// Where one of them has the number of another document, neither is to be trusted, whichever comes to the centre first.

// claims notes the cards of a fork, and holds the stored cards whose numbers they claim for another document.
func (m *merging) claims(ctx context.Context) error {
	var rows []int
	for i, c := range m.Changes {
		if c.Noun == records.NounCard && m.Why[i] == "" { // signed by the device, with a number of its lease
			rows = append(rows, i)
		}
	}
	if err := m.store.lock(ctx, m.tx, "cards"); err != nil {
		return err
	}
	list := arrivals(m, rows, func(c records.Card) string { return records.CardKey(c.Number, c.Version) })
	numbers := each(list, func(a arrival[records.Card]) string { return a.content.Number })
	owner, err := m.owners(ctx, numbers)
	if err != nil {
		return err
	}
	stored, err := m.versions(ctx, numbers)
	if err != nil {
		return err
	}
	var claimed []string
	for _, a := range list {
		c := a.content
		hash, there := stored[c.Number][c.Version]
		if there && hash == a.Hash { // issued before the laptop was copied
			continue
		}
		m.conflict(a.at, hash, "a copy of its laptop gave the number to another document; both are held")
		if holder, taken := owner[c.Number]; there || taken && holder != c.ResidentID {
			claimed = append(claimed, c.Number)
		} else {
			m.conflicts[len(m.conflicts)-1].Status = records.ConflictClaim
		}
	}
	if err := addConflicts(ctx, m.tx, m.conflicts); err != nil {
		return err
	}
	return m.hold(ctx, claimed)
}

// meetClaims opens the conflicts of cards that were just stored with a fork that came before, and returns their numbers.
func (m *merging) meetClaims(ctx context.Context, saved []records.Card) ([]string, error) {
	var n int
	if err := m.tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM conflicts WHERE noun = 'card' AND status = 'claim' AND origin = $1`, m.DeviceID).Scan(&n); err != nil || n == 0 {
		return nil, err
	}
	hash := make(map[string]string, len(saved))
	keys := make([]string, 0, len(saved))
	for _, c := range saved {
		key := records.CardKey(c.Number, c.Version)
		hash[key], keys = c.Hash, append(keys, key)
	}
	var claimed []string
	for part := range chunks(keys) {
		found, err := collect(query(ctx, m.tx, scanConflict,
			`SELECT `+conflictColumns+` FROM conflicts WHERE noun = 'card' AND status = 'claim' AND row_key IN `+m.store.list(1, len(part)), anys(part)...))
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			if c.Hash == hash[c.Key] {
				continue
			}
			_, err := m.tx.ExecContext(ctx, `UPDATE conflicts SET status = 'open', stored_hash = $1 WHERE id = $2`, hash[c.Key], c.ID)
			if err != nil {
				return nil, fmt.Errorf("opening a conflict: %w", err)
			}
			number, _, _ := cutCardKey(c.Key)
			claimed = append(claimed, number)
		}
	}
	return claimed, nil
}
