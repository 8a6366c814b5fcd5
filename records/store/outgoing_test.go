package store_test

import (
	"context"
	"fmt"
	"testing"

	"sehat/records"
	"sehat/records/store"
	"sehat/records/store/storetest"
)

// An import commits while the outbox is read: a resident must not be frozen before the household.
func TestNothingIsFrozenBeforeItsParent(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleDevice)
		imported := make(chan error)
		go func() { imported <- importOneByOne(t.Context(), s, 150) }()
		for done := false; !done; {
			select {
			case err := <-imported:
				if err != nil {
					t.Fatal(err)
				}
				done = true
			default:
			}
			list, err := s.Outgoing(t.Context(), 100_000)
			if err != nil {
				t.Fatal(err)
			}
			there := map[string]bool{}
			for _, c := range list {
				there[string(c.Noun)+c.Key] = true
			}
			for _, c := range list {
				if c.Noun == records.NounResident && !there[string(records.NounHousehold)+"house-"+c.Key] {
					t.Fatalf("%s goes before its household, among %d rows", c.Key, len(list))
				}
			}
		}
	})
}

// importOneByOne imports n residents, each with a household and in a transaction of its own.
func importOneByOne(ctx context.Context, s *store.Store, n int) error {
	m := s.Importing()
	imp, err := m.Begin(ctx, records.Import{ID: "import", File: "f.csv", FileHash: "h", StartedAt: records.Stamp(noon)})
	for i := 0; err == nil && i < n; i++ {
		id := fmt.Sprintf("r%d", i)
		row := records.ImportRow{
			Household: &records.Household{ID: "house-" + id, Profile: "sehat", SurveyCode: "T", Key: id},
			Resident:  &records.Resident{ID: id, HouseholdID: "house-" + id, Key: "1", FullName: "Asha Devi"},
		}
		if err = row.Seal(); err == nil {
			imp, _, err = m.Rows(ctx, imp, []records.ImportRow{row})
		}
	}
	return err
}
