package store

import (
	"context"
	"fmt"

	"sehat/records"
)

// Dossier returns a resident with the household, the others who are listed there, and the person's cards, or
// records.ErrNotFound.
func (s *Store) Dossier(ctx context.Context, residentID string) (records.Dossier, error) {
	var d records.Dossier
	var err error
	if d.Resident, err = s.Resident(ctx, residentID); err != nil {
		return d, err
	}
	if d.Household, err = s.Household(ctx, d.Resident.HouseholdID); err != nil {
		return d, err
	}
	members, err := s.ResidentsOf(ctx, d.Household.ID)
	if err != nil {
		return d, err
	}
	for _, m := range members {
		if m.ID != residentID && m.State == records.ResidentActive {
			d.Others = append(d.Others, m)
		}
	}
	of, err := personsOf(ctx, s.read, residentID)
	if err != nil {
		return d, err
	}
	d.Records = len(of)
	ids := []string{residentID}
	for _, p := range of {
		ids = append(ids, p.ResidentID)
	}
	if d.Cards, err = standingCards(ctx, s.read, ids); err != nil {
		return d, fmt.Errorf("reading the cards of resident %s: %w", residentID, err)
	}
	return d, nil
}

// standingCards returns the cards of residents that stand, with the time when each number was given and without credential and
// face. An id may come twice.
func standingCards(ctx context.Context, q querier, residents []string) ([]records.Card, error) {
	return collect(query(ctx, q, func(row scanner) (records.Card, error) {
		var c records.Card
		err := row.Scan(&c.Number, &c.Version, &c.ResidentID, &c.Kind, &c.State, &c.IssuedAt, &c.ReservedAt)
		return c, err
	}, `SELECT c.number, c.version, c.resident_id, c.kind, c.state, c.issued_at, COALESCE(n.reserved_at, '')
FROM cards c LEFT JOIN numbers n ON n.number = c.number
WHERE `+stands+` AND c.resident_id IN `+placeholders(1, len(residents))+` ORDER BY c.number, c.version`, anys(residents)...))
}
