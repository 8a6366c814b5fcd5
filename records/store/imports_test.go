package store_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"sehat/records"
	"sehat/records/store"
	"sehat/records/store/storetest"
)

// importRows takes rows in as one batch of a new import.
func importRows(t *testing.T, m *store.Importing, rows ...records.ImportRow) []records.Outcome {
	t.Helper()
	imp, err := m.Begin(t.Context(), records.Import{ID: records.NewID(), File: "f.csv", FileHash: records.NewID(), Profile: "sehat", StartedAt: "2026"})
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		if err := rows[i].Seal(); err != nil {
			t.Fatal(err)
		}
	}
	imp.RowsDone = len(rows)
	imp, outcomes, err := m.Rows(t.Context(), imp, rows)
	if err != nil {
		t.Fatal(err)
	}
	if imp.Counts.RowsRead != len(rows) || !imp.Counts.Balanced() {
		t.Fatalf("counts %+v of %d rows", imp.Counts, len(rows))
	}
	if err := m.Finish(t.Context(), imp); err != nil {
		t.Fatal(err)
	}
	return outcomes
}

func rowOf(name, epic string, visit int) records.ImportRow {
	return records.ImportRow{
		Household: &records.Household{ID: "h1", Profile: "sehat", SurveyCode: "r", WardCode: "012", TeamID: "T4", Key: "H1", Consent: "yes"},
		Visit:     &records.Visit{ID: records.VisitID("h1", visit), HouseholdID: "h1", No: visit, Date: "2026-08-15", Outcome: "complete"},
		Resident:  &records.Resident{ID: "r1", HouseholdID: "h1", Key: "1", FullName: name, Sex: "F", BirthYear: 1985, EPIC: epic},
	}
}

func TestImportRows(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		ctx := t.Context()
		s := create(t, url, records.RoleCentre)
		m := s.Importing()
		got := importRows(t, m, rowOf("Asha", "ABC1234567", 1), rowOf("Asha", "ABC1234567", 1), rowOf("Asha Devi", "ABC1234567", 2))
		if !slices.Equal(got, []records.Outcome{records.New, records.Unchanged, records.Updated}) {
			t.Fatalf("three rows of one resident in one batch: %v", got)
		}
		r, err := s.Resident(ctx, "r1")
		if err != nil || r.FullName != "Asha Devi" || r.Rev != 2 || r.Base != "" || r.Origin != "device-centre" || r.State != records.ResidentActive {
			t.Fatalf("resident %+v, %v", r, err)
		}
		if got := importRows(t, m, rowOf("Asha Devi", "XYZ7654321", 2)); got[0] != records.Updated {
			t.Fatalf("a corrected voter card: %v", got)
		}
		if r, err := s.Resident(ctx, "r1"); err != nil || r.EPIC != "XYZ7654321" {
			t.Fatalf("resident %+v, %v", r, err)
		}
		visits, err := s.VisitsOf(ctx, "h1")
		if err != nil || len(visits) != 2 {
			t.Fatalf("visits %+v, %v", visits, err)
		}
		known, err := m.HouseholdsByKey(ctx, "sehat", "r", []string{"H0", "H1"})
		if err != nil || len(known) != 1 || known[0].VisitNo != 2 || known[0].TeamID != "T4" {
			t.Fatalf("household by key %+v, %v", known, err)
		}
		if known, err = m.HouseholdsByKey(ctx, "sehat", "", []string{"H1"}); err != nil || len(known) != 1 {
			t.Fatalf("household by key in any round %+v, %v", known, err)
		}
		if known, err = m.HouseholdsByKey(ctx, "kobo", "", []string{"H1"}); err != nil || len(known) != 0 {
			t.Fatalf("household of another profile %+v, %v", known, err)
		}
	})
}

func TestImportGoesOnWhereItWasCutOff(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		ctx := t.Context()
		s := create(t, url, records.RoleDevice)
		m := s.Importing()
		start := records.Import{ID: "one", File: "f.csv", FileHash: "hash", Profile: "sehat", SurveyCode: "r", StartedAt: "2026-01"}
		imp, err := m.Begin(ctx, start)
		if err != nil {
			t.Fatal(err)
		}
		row := rowOf("Asha", "", 1)
		if err := row.Seal(); err != nil {
			t.Fatal(err)
		}
		imp.RowsDone = 1
		if _, _, err = m.Rows(ctx, imp, []records.ImportRow{row}); err != nil {
			t.Fatal(err)
		}
		again := start
		again.ID = "two"
		imp, err = m.Begin(ctx, again)
		if err != nil || imp.ID != "one" || imp.RowsDone != 1 || imp.Counts.New != 1 {
			t.Fatalf("the cut import is not found: %+v, %v", imp, err)
		}
		imp.FinishedAt = "2026-02"
		if err := m.Finish(ctx, imp); err != nil {
			t.Fatal(err)
		}
		if imp, err = m.Begin(ctx, again); err != nil || imp.ID != "two" || imp.RowsDone != 0 {
			t.Fatalf("a finished import is gone on with: %+v, %v", imp, err)
		}
		other := again
		other.ID, other.MappingHash = "three", "another mapping"
		if imp, err = m.Begin(ctx, other); err != nil || imp.ID != "three" {
			t.Fatalf("an import with another mapping is gone on with: %+v, %v", imp, err)
		}
	})
}

func TestRehearsalLeavesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleDevice)
		err := s.Rehearse(t.Context(), func(m *store.Importing) error {
			importRows(t, m, rowOf("Asha", "", 1), records.ImportRow{Reject: &records.Reject{ID: "x", File: "f.csv"}})
			n := 0
			for _, err := range m.RejectsOf(t.Context(), "f.csv") {
				if err != nil {
					return err
				}
				n++
			}
			if n != 1 {
				t.Errorf("%d rejects in the rehearsal", n)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if c, err := s.Census(t.Context()); err != nil || c != (store.Census{}) {
			t.Fatalf("census %+v, %v", c, err)
		}
		failed := errors.New("the file is broken")
		if err := s.Rehearse(t.Context(), func(*store.Importing) error { return failed }); !errors.Is(err, failed) {
			t.Fatalf("got %v", err)
		}
	})
}

func TestQuarantine(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleCentre)
		m := s.Importing()
		bad := func(cells string) records.ImportRow {
			return records.ImportRow{Reject: &records.Reject{
				ID: "x", File: "f.csv", Row: 7, Key: "H1", TeamID: "T4", Cells: []byte(cells),
				Reasons: []records.Reason{{Column: "sex", Rule: "required", Message: "Fill in Sex.", MessageHi: "लिंग भरें।"}},
			}}
		}
		held := func() []records.Reject {
			t.Helper()
			return collectRejects(t.Context(), t, s)
		}
		importRows(t, m, bad(`["H1",""]`))
		if all := held(); len(all) != 1 || all[0].Row != 7 || all[0].Reasons[0].MessageHi != "लिंग भरें।" || string(all[0].Cells) != `["H1",""]` {
			t.Fatalf("held %+v", all)
		}
		good := rowOf("Asha", "", 1)
		good.Closes = []string{"x", "another"}
		importRows(t, m, good)
		if all := held(); len(all) != 0 {
			t.Fatalf("a corrected row is still held: %+v", all)
		}
		if got := importRows(t, m, bad(`["H1",""]`)); got[0] != records.Unchanged || len(held()) != 0 {
			t.Fatalf("the bad row that was corrected since is %v", got)
		}
		if got := importRows(t, m, bad(`["H1","?"]`)); got[0] != records.Quarantined || len(held()) != 1 {
			t.Fatalf("a row that is bad in another way is %v", got)
		}
		if got := importRows(t, m, good, bad(`["H1","?"]`)); got[1] != records.Quarantined || len(held()) != 1 {
			t.Fatalf("a bad row after a good one is %v", got)
		}
	})
}

func collectRejects(ctx context.Context, t *testing.T, s *store.Store) []records.Reject {
	t.Helper()
	var all []records.Reject
	for r, err := range s.Rejects(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

func TestOnlyADeviceHasAnOutbox(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleDevice)
		importRows(t, s.Importing(), rowOf("Asha", "", 1))
		if n, err := s.OutboxRows(t.Context()); err != nil || n != 3 {
			t.Fatalf("%d rows in the outbox, %v", n, err)
		}
	})
}
