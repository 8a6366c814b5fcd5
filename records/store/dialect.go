package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// A dialect is all that differs between the databases.
type dialect struct {
	name string
	// open connects: a writer, and a pool of readers.
	open func(ctx context.Context, url string, create bool) (write, read *sql.DB, err error)
	// ddl translates the words of a migration.
	ddl func(string) string
	// tables is a query for the names of the store's tables.
	tables string
	// forUpdate locks the rows that a query reads until the transaction ends.
	forUpdate string
	// field reads a text or a number out of a column of canonical JSON, which may be empty, by the names that lead to it.
	field func(column string, path ...string) string
	// largeCache gives a connection room for what a large import changes; empty where the server sees to that.
	largeCache string
	// lockSchema makes migrations wait for each other, before there is any table to lock. SQLite has one writer and needs nothing.
	lockSchema string
	// backup copies the store to a file beside it and returns its name, or "" where the dialect cannot, or need not because
	// somebody else is upgrading the store and has one.
	backup func(ctx context.Context, db *sql.DB, url string, version int) (string, error)
}

func sqliteDialect() dialect {
	return dialect{
		name:   "sqlite",
		open:   openSQLite,
		ddl:    func(text string) string { return text },
		tables: `SELECT name FROM sqlite_schema WHERE type = 'table'`,
		field:  func(column string, path ...string) string { return jsonField(`NULLIF(`+column+`, '')`, path) },
		// What a large store's import commits together changes nearly every page of its indexes, 180 MB.
		largeCache: `PRAGMA cache_size(-65536)`,
		backup:     backupSQLite,
	}
}

// jsonField reads a field as text; both dialects have the arrows.
func jsonField(value string, path []string) string {
	last := len(path) - 1
	for _, name := range path[:last] {
		value += ` -> '` + name + `'`
	}
	return `(` + value + ` ->> '` + path[last] + `')`
}

func openSQLite(ctx context.Context, path string, create bool) (*sql.DB, *sql.DB, error) {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		if !create {
			return nil, nil, fmt.Errorf("%s: %w", path, ErrNoStore)
		}
		// Made here, so that the file is nobody else's to read from its first byte.
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, nil, fmt.Errorf("making the store: %w", err)
		}
		if err := f.Close(); err != nil {
			return nil, nil, fmt.Errorf("making the store: %w", err)
		}
	} else if err != nil {
		return nil, nil, fmt.Errorf("opening the store: %w", err)
	}
	dsn := sqliteDSN(path)
	write, err := sql.Open("sqlite", dsn+"&_txlock=immediate"+writerPragmas)
	if err != nil {
		return nil, nil, fmt.Errorf("opening the store: %w", err)
	}
	write.SetMaxOpenConns(1)
	if err := write.PingContext(ctx); err != nil {
		write.Close()
		var e *sqlite.Error
		if errors.As(err, &e) && e.Code() == sqlite3.SQLITE_NOTADB {
			return nil, nil, fmt.Errorf("%s: %w", path, ErrNotAStore)
		}
		return nil, nil, fmt.Errorf("opening the store %s: %w", path, err)
	}
	read, err := sql.Open("sqlite", dsn+"&_pragma=query_only(1)")
	if err != nil {
		write.Close()
		return nil, nil, fmt.Errorf("opening the store: %w", err)
	}
	read.SetMaxOpenConns(max(4, runtime.NumCPU()))
	return write, read, nil
}

// writerPragmas are the writer's own: with SQLite's 2 MB of cache and its statement journal in a file, half of a large import's
// time went into writing pages again and again (measured); rows come in the order of random ids. The log holds 200 MB, about what a
// large import commits together, before it is copied into the file. Pages are of 16 KB (sqliteDSN): with its header one takes 20 KB of
// memory there, one of 4 KB takes 8, because the driver's allocator knows powers of two only.
const writerPragmas = "&_pragma=cache_size(-32768)&_pragma=temp_store(2)&_pragma=wal_autocheckpoint(12288)"

// sqliteDSN spells a path as the URI that the driver takes, whatever characters the path holds.
func sqliteDSN(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") { // C:/… on Windows
		path = "/" + path
	}
	u := url.URL{Scheme: "file", Path: path}
	return u.String() + "?_pragma=busy_timeout(20000)&_journal_mode=WAL&_pragma=page_size(16384)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)"
}

// backupSQLite makes a copy that is whole or not there: temporary, sync, rename, sync the folder. A copy that is there already is
// replaced, as nobody knows whether it is whole.
func backupSQLite(ctx context.Context, db *sql.DB, path string, version int) (string, error) {
	name := fmt.Sprintf("%s.before-%04d", path, version)
	if cut, err := filepath.Glob(filepath.Join(filepath.Dir(name), "."+filepath.Base(path)+".before-*")); err == nil {
		for _, left := range cut { // by a power cut in the middle of this; a fresh one is another process's
			if info, err := os.Stat(left); err == nil && time.Since(info.ModTime()) > time.Hour {
				os.Remove(left)
			}
		}
	}
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*") // nobody else's to read from its first byte
	if err != nil {
		return "", fmt.Errorf("backing up before the upgrade: %w", err)
	}
	defer os.Remove(f.Name()) // after the rename it is gone
	defer f.Close()           //nolint:errcheck // it was synced
	_, err = db.ExecContext(ctx, `VACUUM INTO $1`, f.Name())
	if err == nil {
		err = f.Sync()
	}
	now := ""
	if err == nil {
		now, err = meta(ctx, db, "schema_version")
	}
	if err == nil && now != strconv.Itoa(version) {
		return "", nil // the copy may be of the upgraded store
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return "", fmt.Errorf("backing up before the upgrade: %w", err)
	}
	return name, syncFolder(filepath.Dir(name))
}

// syncFolder makes a rename in a folder last through a power cut. Windows has no such call and needs none.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("syncing %s: %w", dir, err)
	}
	defer d.Close()
	d.Sync() //nolint:errcheck // not every file system can
	return nil
}

func postgresDialect() dialect {
	return dialect{
		name:      "postgres",
		open:      openPostgres,
		ddl:       postgresDDL,
		tables:    `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()`,
		forUpdate: ` FOR UPDATE`,
		field: func(column string, path ...string) string {
			return jsonField(`CAST(NULLIF(`+column+`, '') AS jsonb)`, path)
		},
		// The one advisory lock, and none of the data's: before the first migration there is no row and no table to wait for.
		lockSchema: `SELECT pg_advisory_xact_lock(7310568)`, // any number, the same in every version
		backup:     func(context.Context, *sql.DB, string, int) (string, error) { return "", nil },
	}
}

func openPostgres(ctx context.Context, url string, _ bool) (*sql.DB, *sql.DB, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: the URL cannot be read", redact(url))
	}
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(max(8, 2*runtime.NumCPU()))
	if err := db.PingContext(ctx); err != nil {
		db.Close()
		var e *pgconn.PgError
		if errors.As(err, &e) {
			return nil, nil, fmt.Errorf("%s: %w: %s", redact(url), ErrUnreachable, e.Message)
		}
		return nil, nil, fmt.Errorf("%s: %w", redact(url), ErrUnreachable)
	}
	return db, db, nil
}

// redact returns a store's URL without its password.
func redact(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return "postgres://…"
	}
	u.RawQuery = ""
	return u.Redacted()
}

// postgresDDL translates a migration: text keys sort by bytes in both dialects, so that both page alike.
func postgresDDL(text string) string {
	return strings.NewReplacer(
		" TEXT", ` TEXT COLLATE "C"`,
		" INTEGER", " BIGINT",
		" REAL", " DOUBLE PRECISION",
		" BLOB", " BYTEA",
		") STRICT;", ");",
		") STRICT, WITHOUT ROWID;", ");",
	).Replace(text)
}
