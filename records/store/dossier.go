package store

import (
	"context"
	"fmt"

	"sehat/records"
)

// Dossier returns a resident with the household and the names of the others who are listed there, or records.ErrNotFound.
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
		if m.ID == residentID {
			continue
		}
		name := m.FullName
		if name == "" {
			name = m.FullNameHi
		}
		d.Others = append(d.Others, fmt.Sprintf("%s, %s", name, m.Relation))
	}
	return d, nil
}
