package store_test

import (
	"errors"
	"testing"

	"sehat/records"
	"sehat/records/store/storetest"
)

// behind runs a statement behind the store's back.
func behind(t *testing.T, url, statement string) {
	t.Helper()
	if _, err := behindIt(t, url).Exec(statement); err != nil {
		t.Fatal(err)
	}
}

func TestFacilityIsAddedOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleCentre)
		first, err := s.AddFacility(t.Context(), records.Facility{ID: "f1", Name: "Test Hospital", CreatedAt: "2026-01-31T00:00:00.000Z", By: "test"})
		if err != nil || first.ID != "f1" {
			t.Fatalf("%+v, %v", first, err)
		}
		again, err := s.AddFacility(t.Context(), records.Facility{ID: "f2", Name: "Test Hospital", CreatedAt: "2026-02-01T00:00:00.000Z", By: "test"})
		if !errors.Is(err, records.ErrExists) || again != first {
			t.Errorf("%+v, %v", again, err)
		}
		all, err := s.Facilities(t.Context())
		if err != nil || len(all) != 1 || all[0] != first {
			t.Errorf("%+v, %v", all, err)
		}
	})
}

func TestRevokingAKeyEndsItsSessionsAndIsFinal(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		ctx := t.Context()
		s := create(t, url, records.RoleCentre)
		if _, err := s.AddFacility(ctx, records.Facility{ID: "f1", Name: "Test Hospital"}); err != nil {
			t.Fatal(err)
		}
		want := records.FacilityKey{ID: "k1", FacilityID: "f1", Facility: "Test Hospital", Hash: "h", Scopes: "desk", CreatedAt: "2026-01-31T00:00:00.000Z", By: "test"}
		if err := s.AddFacilityKey(ctx, want); err != nil {
			t.Fatal(err)
		}
		if got, err := s.FacilityKey(ctx, "k1"); err != nil || got != want {
			t.Fatalf("%+v, %v", got, err)
		}
		session := records.Session{Hash: "s1", KeyID: "k1", CreatedAt: "2026-01-31T00:00:00.000Z", ExpiresAt: "2026-01-31T00:30:00.000Z"}
		if err := s.OpenSession(ctx, session); err != nil {
			t.Fatal(err)
		}
		revoked, err := s.RevokeFacilityKey(ctx, "k1", "first", "2026-01-31T00:10:00.000Z")
		if err != nil || revoked.RevokedBy != "first" {
			t.Fatalf("%+v, %v", revoked, err)
		}
		if _, err := s.Session(ctx, "s1"); !errors.Is(err, records.ErrNotFound) {
			t.Errorf("the session stayed: %v", err)
		}
		again, err := s.RevokeFacilityKey(ctx, "k1", "second", "2026-01-31T00:20:00.000Z")
		if err != nil || again != revoked {
			t.Errorf("%+v, %v", again, err)
		}
		if _, err := s.RevokeFacilityKey(ctx, "none", "x", "2026-01-31T00:20:00.000Z"); !errors.Is(err, records.ErrNotFound) {
			t.Errorf("a key that is not there: %v", err)
		}
	})
}

func TestSessionsEnd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		ctx := t.Context()
		s := create(t, url, records.RoleCentre)
		open := func(hash, at, until string) {
			t.Helper()
			if err := s.OpenSession(ctx, records.Session{Hash: hash, KeyID: "k", CreatedAt: at, ExpiresAt: until}); err != nil {
				t.Fatal(err)
			}
		}
		open("old", "2026-01-31T00:00:00.000Z", "2026-01-31T00:30:00.000Z")
		open("new", "2026-01-31T01:00:00.000Z", "2026-01-31T01:30:00.000Z")
		if _, err := s.Session(ctx, "old"); !errors.Is(err, records.ErrNotFound) {
			t.Errorf("a session that had ended is forgotten when the next one opens: %v", err)
		}
		if err := s.KeepSession(ctx, "new", "2026-01-31T01:45:00.000Z"); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Session(ctx, "new"); err != nil || got.ExpiresAt != "2026-01-31T01:45:00.000Z" {
			t.Errorf("%+v, %v", got, err)
		}
		if err := s.EndSession(ctx, "new"); err != nil {
			t.Fatal(err)
		}
		if err := s.KeepSession(ctx, "new", "2026-01-31T01:50:00.000Z"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Session(ctx, "new"); !errors.Is(err, records.ErrNotFound) {
			t.Errorf("an ended session stays away: %v", err)
		}
	})
}
