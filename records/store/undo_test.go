package store_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"sehat/records"
	"sehat/records/store"
	"sehat/records/store/storetest"
)

// lastImport is the import that began last.
func lastImport(t *testing.T, s *store.Store) records.ImportEntry {
	t.Helper()
	list, err := s.Imports(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		if e.UndoneAt == "" {
			return e
		}
	}
	t.Fatal("there is no import")
	return records.ImportEntry{}
}

// importAt imports rows under a clock of their own, so that imports have an order, and returns the import's id.
func importAt(t *testing.T, s *store.Store, at string, rows ...records.ImportRow) string {
	t.Helper()
	m := s.Importing()
	imp, err := m.Begin(t.Context(), records.Import{ID: "import-" + at, File: at + ".csv", FileHash: records.NewID(), Profile: "sehat", By: "Asha", StartedAt: at})
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		if err := rows[i].Seal(); err != nil {
			t.Fatal(err)
		}
	}
	if imp, _, err = m.Rows(t.Context(), imp, rows); err != nil {
		t.Fatal(err)
	}
	imp.FinishedAt = at
	if err := m.Finish(t.Context(), imp); err != nil {
		t.Fatal(err)
	}
	return imp.ID
}

func undo(t *testing.T, s *store.Store, id string) records.Undone {
	t.Helper()
	u, err := s.UndoImport(t.Context(), id, "Ravi", "2026-12")
	if err != nil {
		t.Fatalf("undo %s: %v", id, err)
	}
	return u
}

// refused wants that an import cannot be taken back, for a reason with these words.
func refused(t *testing.T, s *store.Store, id, words string) {
	t.Helper()
	_, err := s.UndoImport(t.Context(), id, "Ravi", "2026-12")
	var built *records.BuiltOnError
	if !errors.As(err, &built) || !strings.Contains(err.Error(), words) {
		t.Fatalf("undo %s: %v, want a reason with %q", id, err, words)
	}
}

func badRow(id, key string, cells string) records.ImportRow {
	return records.ImportRow{Reject: &records.Reject{
		ID: id, File: "bad.csv", Row: 3, Key: key, TeamID: "T4", Cells: []byte(cells),
		Reasons: []records.Reason{{Column: "sex", Rule: "required", Message: "Write it.", MessageHi: "लिखें।"}},
	}}
}

func TestUndoTakesAnImportBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		ctx := t.Context()
		s := create(t, url, records.RoleDevice)
		first := importAt(t, s, "2026-01", rowOf("Asha", "ABC1234567", 1), badRow("q1", "H1/9", `["a"]`), badRow("q2", "H1/8", `["b"]`))
		before, err := s.Resident(ctx, "r1")
		if err != nil {
			t.Fatal(err)
		}
		corrected := rowOf("Asha Devi", "XYZ7654321", 2)
		corrected.Household.HouseNo = "14"
		corrected.Closes = []string{"q1"}
		other := rowOf("Ravi", "", 1)
		other.Household.ID, other.Visit.ID, other.Visit.HouseholdID, other.Resident.ID, other.Resident.HouseholdID = "h2", "v2", "h2", "r2", "h2"
		second := importAt(t, s, "2026-02", corrected, other, badRow("q2", "H1/8", `["changed"]`), badRow("q3", "H3/1", `["c"]`))
		refused(t, s, first, "by a later import, of 2026-02.csv")

		u := undo(t, s, second)
		if u.Again || u.Removed != (records.UndoneRows{Households: 1, Residents: 1, Visits: 2}) || u.Restored != (records.UndoneRows{Households: 1, Residents: 1}) ||
			u.RejectsRemoved != 1 || u.HeldAgain != 1 {
			t.Fatalf("taken back %+v", u)
		}
		after, err := s.Resident(ctx, "r1")
		if err != nil || after.FullName != "Asha" || after.Meta != before.Meta || after.EPIC != before.EPIC {
			t.Fatalf("resident %+v, was %+v, %v", after, before, err)
		}
		for _, id := range []string{"r2"} {
			if _, err := s.Resident(ctx, id); !errors.Is(err, records.ErrNotFound) {
				t.Fatalf("%s is still there: %v", id, err)
			}
		}
		var held []string
		for r, err := range s.Rejects(ctx) {
			if err != nil {
				t.Fatal(err)
			}
			held = append(held, r.ID+string(r.Cells))
		}
		slices.Sort(held)
		if !slices.Equal(held, []string{`q1["a"]`, `q2["b"]`}) {
			t.Fatalf("held back: %v", held)
		}
		if u := undo(t, s, second); !u.Again || u.Import.UndoneBy != "Ravi" {
			t.Fatalf("the second time: %+v", u)
		}
		if n, err := s.OutboxRows(ctx); err != nil || n != 3 {
			t.Fatalf("%d rows in the outbox, %v", n, err)
		}
		if e := lastImport(t, s); e.ID != first || e.StillHeld != 2 {
			t.Fatalf("the import that stands: %+v", e)
		}
		undo(t, s, first)
		if c, err := s.Census(ctx); err != nil || c != (store.Census{}) {
			t.Fatalf("something is left: %+v, %v", c, err)
		}
		if n, err := s.OutboxRows(ctx); err != nil || n != 0 {
			t.Fatalf("%d rows in the outbox, %v", n, err)
		}
		importAt(t, s, "2026-03", rowOf("Asha", "ABC1234567", 1))
		if _, err := s.Resident(ctx, "r1"); err != nil {
			t.Fatalf("imported anew: %v", err)
		}
	})
}

func TestUndoIsRefusedWhereSomethingWasBuiltOnIt(t *testing.T) {
	second := func() records.ImportRow {
		row := rowOf("Ravi", "", 1)
		row.Resident.ID, row.Resident.Key = "r2", "2"
		return row
	}
	for _, c := range []struct {
		name, role, words string
		build             func(t *testing.T, s *store.Store)
	}{
		{"a later import met a row and left it as it was", records.RoleCentre, "1 of its rows was read again by a later import", func(t *testing.T, s *store.Store) {
			row := second()
			row.Household, row.Visit = nil, nil
			importAt(t, s, "2026-02", row)
		}},
		{"a later import put somebody into its household", records.RoleCentre, "1 resident came into its households from elsewhere", func(t *testing.T, s *store.Store) {
			row := second()
			row.Household, row.Visit = nil, nil
			row.Resident.ID, row.Resident.Key = "r3", "3"
			importAt(t, s, "2026-02", row)
		}},
		{"its rows are frozen in a batch", records.RoleDevice, "4 of its rows were sent to the centre", func(t *testing.T, s *store.Store) {
			changes, err := s.Outgoing(t.Context(), 10)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.SaveBatch(t.Context(), records.Frozen{Number: 1, Hash: "b1", Bytes: []byte("batch"), Rows: len(changes)}, changes); err != nil {
				t.Fatal(err)
			}
		}},
		{"a photo was taken", records.RoleCentre, "1 photo was taken of its residents", func(t *testing.T, s *store.Store) {
			if err := s.SavePhoto(t.Context(), records.Photo{ResidentID: "r1", Hash: "p1", JPEG: []byte("photo"), By: "Asha", At: "2026-03"}); err != nil {
				t.Fatal(err)
			}
		}},
		{"a card was issued", records.RoleCentre, "1 card was issued to its residents", func(t *testing.T, s *store.Store) {
			card := records.Card{Number: "200000000000082", Version: 1, ResidentID: "r2", Kind: records.CardPermanent, State: records.CardIssued, Face: []byte("{}"), IssuedAt: "2026-03"}
			if err := s.SaveCards(t.Context(), []records.Card{card}, nil); err != nil {
				t.Fatal(err)
			}
		}},
		{"a hospital looked somebody up", records.RoleCentre, "1 resident of it was looked up by a hospital", func(t *testing.T, s *store.Store) {
			err := s.AppendAudit(t.Context(), "device", func(last records.AuditEntry) ([]records.AuditEntry, error) {
				e := records.AuditEntry{Chain: "device", Seq: last.Seq + 1, At: "2026-03", FacilityID: "f", KeyID: "k", Action: "read", Purpose: "TREAT", ResidentID: "r1", Outcome: records.AuditAnswered}
				return []records.AuditEntry{e}, nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}},
		{"a laptop has sent another version", records.RoleCentre, "1 laptop has sent another version of one of its rows", func(t *testing.T, s *store.Store) {
			if err := s.SaveTrust(t.Context(), records.TrustChange{Device: &records.Device{ID: "d", PublicKey: []byte("k"), Status: records.DeviceActive}}); err != nil {
				t.Fatal(err)
			}
			came, err := s.Household(t.Context(), "h1")
			if err != nil {
				t.Fatal(err)
			}
			came.HouseNo = "7"
			row, err := records.Canonical(came)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := s.Apply(t.Context(), records.Application{
				DeviceID: "d", Number: 1, Hash: "a", At: "2026-03", Why: []string{""},
				Changes: []records.Change{{Noun: records.NounHousehold, Key: "h1", Base: "another", Hash: records.Hash(row), Row: row}},
				Seal:    func(records.Applied, []records.RowReject) ([]byte, error) { return []byte("receipt"), nil },
			})
			if err != nil || answer.Applied.Conflicts != 1 {
				t.Fatalf("%+v, %v", answer, err)
			}
		}},
		{"a pair was decided on", records.RoleCentre, "1 review decision was taken about its residents", func(t *testing.T, s *store.Store) {
			err := s.DecideOn(t.Context(), "r1", "r2", func(records.Neighbourhood) (records.Verdict, error) {
				return records.Verdict{Events: []records.Decision{{ID: "d", Left: "r1", Right: "r2", Decision: records.DecidedDifferent, By: "Asha", At: "2026-03"}}}, nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, url string) {
				s := create(t, url, c.role)
				id := importAt(t, s, "2026-01", rowOf("Asha", "", 1), second())
				c.build(t, s)
				was, err := s.Census(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				refused(t, s, id, c.words)
				if now, err := s.Census(t.Context()); err != nil || now != was {
					t.Fatalf("something changed: %+v, was %+v, %v", now, was, err)
				}
			})
		})
	}
}

func TestHistoryTellsWhoChangedWhat(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleDevice)
		importAt(t, s, "2026-01", rowOf("Asha", "", 1))
		corrected := rowOf("Asha Devi", "", 1)
		corrected.Resident.BirthYear = 1986
		importAt(t, s, "2026-02", corrected)
		wrong := rowOf("Asha Devi", "", 1)
		wrong.Resident.BirthYear, wrong.Resident.Sex = 1986, "M"
		undo(t, s, importAt(t, s, "2026-03", wrong))
		list, err := s.Histories(t.Context(), "H1/1")
		if err != nil || len(list) != 1 || len(list[0].Revisions) != 3 {
			t.Fatalf("%+v, %v", list, err)
		}
		for i, want := range []struct{ changes, undone string }{
			{"", ""}, {"birth_year 1985 1986 full_name Asha Asha Devi", ""}, {"sex F M", "2026-12"},
		} {
			r := list[0].Revisions[i]
			var words []string
			for _, c := range r.Changes {
				words = append(words, c.Field, c.From, c.To)
			}
			if strings.Join(words, " ") != want.changes || r.UndoneAt != want.undone || r.New != (i == 0) || r.By != "Asha" {
				t.Errorf("revision %d: %+v", i, r)
			}
		}
		if list, err = s.Histories(t.Context(), "H1"); err != nil || len(list) != 3 {
			t.Fatalf("the household, its visit and its resident: %+v, %v", list, err)
		}
	})
}

func TestRowsThatAreGivenUpStayGivenUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleCentre)
		importAt(t, s, "2026-01", badRow("q1", "H1/9", `["a"]`), badRow("q2", "H1/8", `["b"]`))
		if n, err := s.DiscardHeld(t.Context(), records.HeldFilter{Rule: "other"}, "Asha", "2026-02"); err != nil || n != 0 {
			t.Fatalf("%d rows of another rule, %v", n, err)
		}
		if n, err := s.DiscardHeld(t.Context(), records.HeldFilter{Team: "T4"}, "Asha", "2026-02"); err != nil || n != 2 {
			t.Fatalf("%d rows, %v", n, err)
		}
		importAt(t, s, "2026-03", badRow("q1", "H1/9", `["a"]`), badRow("q2", "H1/8", `["other"]`))
		var held []string
		for r, err := range s.Rejects(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			held = append(held, r.ID+string(r.Cells))
		}
		if !slices.Equal(held, []string{`q2["other"]`}) {
			t.Errorf("held back: %v", held)
		}
	})
}
