package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"sehat/records"
)

// AddFacility stores a facility and returns it. If there is one of that name, it returns that one and records.ErrExists.
func (s *Store) AddFacility(ctx context.Context, f records.Facility) (records.Facility, error) {
	err := s.inTx(ctx, func(tx querier) error {
		if err := s.lock(ctx, tx, "facilities"); err != nil {
			return err
		}
		known, err := collect(query(ctx, tx, scanFacility, facilityColumns+` WHERE name = $1`, f.Name))
		if err != nil {
			return fmt.Errorf("reading facilities: %w", err)
		}
		if len(known) > 0 {
			f = known[0]
			return fmt.Errorf("facility %s: %w", f.ID, records.ErrExists)
		}
		_, err = plain("facilities", "id", "name", "created_at", "decided_by").rows(ctx, tx, [][]any{{f.ID, f.Name, f.CreatedAt, f.By}})
		return err
	})
	return f, err
}

// Facilities returns every facility in the order of their names.
func (s *Store) Facilities(ctx context.Context) ([]records.Facility, error) {
	all, err := collect(query(ctx, s.read, scanFacility, facilityColumns+` ORDER BY name, id`))
	if err != nil {
		return nil, fmt.Errorf("reading facilities: %w", err)
	}
	return all, nil
}

const facilityColumns = `SELECT id, name, created_at, decided_by FROM facilities`

func scanFacility(row scanner) (records.Facility, error) {
	var f records.Facility
	err := row.Scan(&f.ID, &f.Name, &f.CreatedAt, &f.By)
	return f, err
}

// AddFacilityKey stores a new key.
func (s *Store) AddFacilityKey(ctx context.Context, k records.FacilityKey) error {
	return s.inTx(ctx, func(tx querier) error {
		_, err := plain("facility_keys", "id", "facility_id", "hash", "scopes", "created_at", "decided_by", "revoked_at", "revoked_by").
			rows(ctx, tx, [][]any{{k.ID, k.FacilityID, k.Hash, k.Scopes, k.CreatedAt, k.By, "", ""}})
		return err
	})
}

const keyColumns = `SELECT k.id, k.facility_id, f.name, k.hash, k.scopes, k.created_at, k.decided_by, k.revoked_at, k.revoked_by
	FROM facility_keys k JOIN facilities f ON f.id = k.facility_id`

func scanFacilityKey(row scanner) (records.FacilityKey, error) {
	var k records.FacilityKey
	err := row.Scan(&k.ID, &k.FacilityID, &k.Facility, &k.Hash, &k.Scopes, &k.CreatedAt, &k.By, &k.RevokedAt, &k.RevokedBy)
	return k, err
}

// FacilityKeys returns the keys of every facility, revoked ones too, oldest first.
func (s *Store) FacilityKeys(ctx context.Context) ([]records.FacilityKey, error) {
	all, err := collect(query(ctx, s.read, scanFacilityKey, keyColumns+` ORDER BY k.created_at, k.id`))
	if err != nil {
		return nil, fmt.Errorf("reading facility keys: %w", err)
	}
	return all, nil
}

// FacilityKey returns a key by its public part, revoked or not, or records.ErrNotFound.
func (s *Store) FacilityKey(ctx context.Context, id string) (records.FacilityKey, error) {
	return facilityKey(ctx, s.read, id)
}

func facilityKey(ctx context.Context, q querier, id string) (records.FacilityKey, error) {
	k, err := scanFacilityKey(q.QueryRowContext(ctx, keyColumns+` WHERE k.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return k, fmt.Errorf("facility key: %w", records.ErrNotFound)
	}
	if err != nil {
		return k, fmt.Errorf("reading a facility key: %w", err)
	}
	return k, nil
}

// RevokeFacilityKey ends a key, and with it every session opened with it. A key that was revoked before keeps its first
// revocation. It returns the key as it then is, or records.ErrNotFound.
func (s *Store) RevokeFacilityKey(ctx context.Context, id, by, at string) (records.FacilityKey, error) {
	var k records.FacilityKey
	err := s.inTx(ctx, func(tx querier) error {
		_, err := tx.ExecContext(ctx, `UPDATE facility_keys SET revoked_at = $2, revoked_by = $3 WHERE id = $1 AND revoked_at = ''`, id, at, by)
		if err != nil {
			return fmt.Errorf("revoking a facility key: %w", err)
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE key_id = $1`, id); err != nil {
			return fmt.Errorf("ending sessions: %w", err)
		}
		k, err = facilityKey(ctx, tx, id)
		return err
	})
	return k, err
}

// Session returns the session whose token has this hash, or records.ErrNotFound.
func (s *Store) Session(ctx context.Context, hash string) (records.Session, error) {
	var v records.Session
	err := s.read.QueryRowContext(ctx, `SELECT hash, key_id, created_at, expires_at FROM sessions WHERE hash = $1`, hash).
		Scan(&v.Hash, &v.KeyID, &v.CreatedAt, &v.ExpiresAt)
	if errors.Is(err, sql.ErrNoRows) {
		return v, fmt.Errorf("session: %w", records.ErrNotFound)
	}
	if err != nil {
		return v, fmt.Errorf("reading a session: %w", err)
	}
	return v, nil
}

// OpenSession stores a new session and forgets those that ended before it was made.
func (s *Store) OpenSession(ctx context.Context, v records.Session) error {
	return s.inTx(ctx, func(tx querier) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE expires_at < $1`, v.CreatedAt); err != nil {
			return fmt.Errorf("forgetting old sessions: %w", err)
		}
		_, err := plain("sessions", "hash", "key_id", "created_at", "expires_at").
			rows(ctx, tx, [][]any{{v.Hash, v.KeyID, v.CreatedAt, v.ExpiresAt}})
		return err
	})
}

// KeepSession moves a session's end. A session that was ended meanwhile stays ended.
func (s *Store) KeepSession(ctx context.Context, hash, expiresAt string) error {
	if _, err := s.write.ExecContext(ctx, `UPDATE sessions SET expires_at = $2 WHERE hash = $1`, hash, expiresAt); err != nil {
		return fmt.Errorf("keeping a session: %w", err)
	}
	return nil
}

// EndSession forgets a session; one that is not there is no error.
func (s *Store) EndSession(ctx context.Context, hash string) error {
	if _, err := s.write.ExecContext(ctx, `DELETE FROM sessions WHERE hash = $1`, hash); err != nil {
		return fmt.Errorf("ending a session: %w", err)
	}
	return nil
}
