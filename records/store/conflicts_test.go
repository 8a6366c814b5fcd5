package store_test

import (
	"errors"
	"testing"

	"sehat/records"
	"sehat/records/store"
	"sehat/records/store/storetest"
)

// What came cannot take the place of a row whose stored hash is wrong: it would be in conflict once more, and nobody told.
func TestAConflictOverAnAlteredRowStaysOpen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleCentre)
		take(t, s, awkward()[:1])
		stored, err := s.Household(t.Context(), "h1")
		if err != nil {
			t.Fatal(err)
		}
		came := stored
		came.HouseNo = "7"
		row, err := records.Canonical(came)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.SaveTrust(t.Context(), records.TrustChange{Device: &records.Device{ID: "d", PublicKey: []byte("k"), Status: records.DeviceActive}}); err != nil {
			t.Fatal(err)
		}
		answer, err := s.Apply(t.Context(), records.Application{
			DeviceID: "d", Number: 1, Hash: "a", At: records.Stamp(noon), Why: []string{""},
			Changes: []records.Change{{Noun: records.NounHousehold, Key: "h1", Base: "another", Hash: records.Hash(row), Row: row}},
			Seal:    func(records.Applied, []records.RowReject) ([]byte, error) { return []byte("receipt"), nil },
		})
		if err != nil || answer.Applied.Conflicts != 1 {
			t.Fatalf("%+v, %v", answer, err)
		}
		open, err := s.Conflicts(t.Context())
		if err != nil || len(open) != 1 {
			t.Fatalf("%+v, %v", open, err)
		}
		alter(t, url, `UPDATE households SET content_hash = 'x'`)
		if err := s.Resolve(t.Context(), open[0].ID, true, "admin", records.Stamp(noon)); !errors.Is(err, store.ErrAltered) {
			t.Errorf("taken: %v", err)
		}
		if open, err := s.Conflicts(t.Context()); err != nil || len(open) != 1 {
			t.Errorf("open: %+v, %v", open, err)
		}
		alter(t, url, `UPDATE households SET content_hash = '`+stored.Hash+`'`)
		if err := s.Resolve(t.Context(), open[0].ID, true, "admin", records.Stamp(noon)); err != nil {
			t.Error(err)
		}
		if h, err := s.Household(t.Context(), "h1"); err != nil || h.HouseNo != "7" {
			t.Errorf("%+v, %v", h, err)
		}
	})
}
