package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// A migration brings a store from version-1 to version.
type migration struct {
	version int
	text    string
	fill    func(context.Context, querier) error // what SQL cannot compute, after the text; nil where there is nothing
}

// reviewVersion is the version since which matches have their pairs' keys.
const reviewVersion = 6

// migrations reads the embedded files: 0001_name.sql is version 1, without gaps.
func migrations() ([]migration, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	list := make([]migration, 0, len(names))
	for i, name := range names {
		number, _, _ := strings.Cut(strings.TrimPrefix(name, "migrations/"), "_")
		version, err := strconv.Atoi(number)
		if err != nil || version != i+1 {
			return nil, fmt.Errorf("migration %s is out of order", name)
		}
		text, err := migrationFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		list = append(list, migration{version: version, text: string(text)})
	}
	list[reviewVersion-1].fill = fillPairKeys
	return list, nil
}

// migrate brings the store up to date, each step in one transaction.
func (s *Store) migrate(ctx context.Context, m mode) error {
	list, err := migrations()
	if err != nil {
		return err
	}
	version, err := s.version(ctx, s.write)
	if err != nil {
		return err
	}
	switch {
	case version < 0:
		return fmt.Errorf("%s: %w", s.name(), ErrNotAStore)
	case version == 0 && m != create:
		return fmt.Errorf("%s: %w", s.name(), ErrNoStore)
	case version > len(list):
		return fmt.Errorf("%s: %w (its version is %d, this program knows %d)", s.name(), ErrNewer, version, len(list))
	case version == len(list):
		return nil
	case m == asItIs:
		return fmt.Errorf("%s: %w (its version is %d, this program knows %d)", s.name(), ErrOlder, version, len(list))
	case version > 0:
		if err := s.backUp(ctx, version); err != nil {
			return err
		}
	}
	for _, m := range list[version:] {
		if err := s.apply(ctx, m); err != nil {
			return fmt.Errorf("bringing %s to version %d: %w", s.name(), m.version, err)
		}
	}
	return nil
}

// backUp copies the store before it is changed. One that no home has claimed comes from an init that was cut off and holds
// nothing.
func (s *Store) backUp(ctx context.Context, version int) error {
	owner, err := meta(ctx, s.write, "home/id")
	if err != nil || owner == "" {
		return err
	}
	_, err = s.dialect.backup(ctx, s.write, s.url, version)
	return err
}

// version returns the store's version: 0 for an empty database, -1 for one that holds something else.
func (s *Store) version(ctx context.Context, q querier) (int, error) {
	tables, err := collect(query(ctx, q, scanText, s.dialect.tables))
	if err != nil {
		return 0, fmt.Errorf("reading %s: %w", s.name(), err)
	}
	switch {
	case slices.Contains(tables, "meta") && slices.Contains(tables, "outbox"):
		text, err := meta(ctx, q, "schema_version")
		if err != nil {
			return 0, err
		}
		return strconv.Atoi(text)
	case len(tables) == 0:
		return 0, nil
	}
	return -1, nil
}

// apply makes one step, unless another process made it meanwhile. Of several that open a store at once, one makes it and the
// others wait.
func (s *Store) apply(ctx context.Context, m migration) error {
	return s.inTx(ctx, func(tx querier) error {
		if wait := s.dialect.lockSchema; wait != "" {
			if _, err := tx.ExecContext(ctx, wait); err != nil {
				return err
			}
		}
		if version, err := s.version(ctx, tx); err != nil || version >= m.version {
			return err
		}
		if _, err := tx.ExecContext(ctx, s.dialect.ddl(m.text)); err != nil {
			return err
		}
		if m.fill != nil {
			if err := m.fill(ctx, tx); err != nil {
				return err
			}
		}
		return setMeta(ctx, tx, "schema_version", strconv.Itoa(m.version))
	})
}

// name returns how messages call the store: never with a password.
func (s *Store) name() string { return Name(s.url) }

func scanText(row scanner) (string, error) {
	var v string
	err := row.Scan(&v)
	return v, err
}
