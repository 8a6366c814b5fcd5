package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"sehat/records"
)

// Meta returns a fact about the store, or "" if it was never set.
func (s *Store) Meta(ctx context.Context, key string) (string, error) { return meta(ctx, s.read, key) }

func meta(ctx context.Context, q querier, key string) (string, error) {
	var value string
	err := q.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = $1`, key).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("reading %s: %w", key, err)
	}
	return value, nil
}

func setMeta(ctx context.Context, q querier, key, value string) error {
	_, err := q.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
	if err != nil {
		return fmt.Errorf("setting %s: %w", key, err)
	}
	return nil
}

// SaveHome records the home that the store belongs to. It returns records.ErrExists if it belongs to another one.
func (s *Store) SaveHome(ctx context.Context, h records.Home) error {
	return s.inTx(ctx, func(tx querier) error {
		if err := s.lock(ctx, tx, "home"); err != nil {
			return err
		}
		id, err := meta(ctx, tx, "home/id")
		if err != nil {
			return err
		}
		if id != "" && id != h.ID {
			return fmt.Errorf("%s belongs to another home: %w", s.name(), records.ErrExists)
		}
		for key, value := range map[string]string{
			"home/id": h.ID, "home/role": h.Role, "home/device": h.Device, "home/name": h.Name, "home/kid": h.KeyID, "home/centre": h.Centre,
		} {
			if err := setMeta(ctx, tx, key, value); err != nil {
				return err
			}
		}
		return nil
	})
}

// Home returns the home that the store belongs to, or records.ErrNotFound if no init claimed it.
func (s *Store) Home(ctx context.Context) (records.Home, error) { return home(ctx, s.read) }

func home(ctx context.Context, q querier) (records.Home, error) {
	var h records.Home
	for key, dest := range map[string]*string{
		"home/id": &h.ID, "home/role": &h.Role, "home/device": &h.Device, "home/name": &h.Name, "home/kid": &h.KeyID, "home/centre": &h.Centre,
	} {
		value, err := meta(ctx, q, key)
		if err != nil {
			return h, err
		}
		*dest = value
	}
	if h.ID == "" {
		return h, fmt.Errorf("home: %w", records.ErrNotFound)
	}
	return h, nil
}

// Document returns a signed document as it was received, or nil if there is none.
func (s *Store) Document(ctx context.Context, name string) ([]byte, error) {
	return document(ctx, s.read, name)
}

func document(ctx context.Context, q querier, name string) ([]byte, error) {
	var b []byte
	err := q.QueryRowContext(ctx, `SELECT bytes FROM documents WHERE name = $1`, name).Scan(&b)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return b, nil
}

func saveDocument(ctx context.Context, tx querier, name string, b []byte, at string) error {
	_, err := upsert("documents", 1, "name", "bytes", "updated_at").rows(ctx, tx, [][]any{{name, b, at}})
	return err
}
