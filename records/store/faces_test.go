package store_test

import (
	"testing"

	"sehat/records"
	"sehat/records/store/storetest"
)

func TestPrintBatchRemembersItsFace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleDevice)
		for _, c := range []struct{ id, face string }{{"b1", `{"name": "one"}`}, {"b2", `{"name": "one"}`}, {"b3", `{"name": "two"}`}, {"b4", ""}} {
			b := records.PrintBatch{ID: c.id, Layout: "a4-10", MadeAt: "2026-01-01T00:00:00.000Z", By: "tester", State: records.PrintMaking, Face: c.face}
			if err := s.SavePrintBatch(t.Context(), b); err != nil {
				t.Fatal(err)
			}
			got, err := s.PrintBatch(t.Context(), c.id)
			if err != nil || got.Face != c.face {
				t.Errorf("batch %s has the face %q (%v), want %q", c.id, got.Face, err, c.face)
			}
		}
	})
}
