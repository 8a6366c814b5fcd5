// Package store keeps the registry: one store, two dialects. A path is a SQLite file, a postgres:// URL is PostgreSQL, and
// every method works on both with the same portable SQL; what differs is a small table of functions in dialect.go.
//
// # Promises
//
// A method either commits all it was given or nothing. What is committed survives a power cut: SQLite runs in WAL mode with
// synchronous=FULL (WAL with NORMAL was measured to lose acknowledged work). A store that was written by a newer version is
// refused; an older one is brought up to date when it is opened, after a backup where the dialect can make one.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
)

// Facts that callers branch on.
var (
	ErrNoStore     = errors.New("there is no store")
	ErrNewer       = errors.New("the store was written by a newer version of sehat")
	ErrOlder       = errors.New("the store was written by an older version of sehat")
	ErrNotAStore   = errors.New("this is not a sehat store")
	ErrUnreachable = errors.New("the store does not answer")
)

// A Store is an open registry. It is safe for concurrent use.
type Store struct {
	write   *sql.DB // on SQLite one connection: there is one writer
	read    *sql.DB
	dialect dialect
	url     string
}

// IsPostgres reports whether a store's URL names a PostgreSQL database; anything else is the path of a SQLite file.
func IsPostgres(url string) bool {
	return strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://")
}

// Name returns a store's URL as it may be shown: without its password.
func Name(url string) string {
	if IsPostgres(url) {
		return redact(url)
	}
	return url
}

// A mode says what opening may change.
type mode int

const (
	asItIs mode = iota // nothing
	update             // an older store is brought up to date
	create             // and an empty one is made a store
)

// Create makes the store at url, or brings an existing one up to date, and opens it.
func Create(ctx context.Context, url string) (*Store, error) { return open(ctx, url, create) }

// Open opens the home's own store at url and brings it up to date. It returns ErrNoStore if there is none, ErrNotAStore if
// something else is there, ErrNewer if a newer version wrote it, and ErrUnreachable if the server does not answer.
func Open(ctx context.Context, url string) (*Store, error) { return open(ctx, url, update) }

// Visit opens a store that belongs to another home. Its errors are those of Open, and ErrOlder: a visitor does not bring it up
// to date.
func Visit(ctx context.Context, url string) (*Store, error) { return open(ctx, url, asItIs) }

func open(ctx context.Context, url string, m mode) (*Store, error) {
	d := sqliteDialect()
	if IsPostgres(url) {
		d = postgresDialect()
	} else if strings.Contains(url, "://") || strings.Contains(url, "password=") { // not shown: it may hold a password
		return nil, errors.New("a store is the path of a SQLite file or a URL that begins with postgres://")
	}
	write, read, err := d.open(ctx, url, m == create)
	if err != nil {
		return nil, err
	}
	s := &Store{write: write, read: read, dialect: d, url: url}
	if err := s.migrate(ctx, m); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Close closes the store.
func (s *Store) Close() error {
	return errors.Join(s.read.Close(), s.write.Close())
}

// lock makes the transactions that name the same job wait for each other. SQLite has one writer and needs nothing.
func (s *Store) lock(ctx context.Context, tx querier, job string) error {
	if s.dialect.forUpdate == "" {
		return nil
	}
	key := "lock/" + job
	if _, err := tx.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES ($1, '') ON CONFLICT (key) DO NOTHING`, key); err != nil {
		return fmt.Errorf("locking %s: %w", job, err)
	}
	var ignored string
	err := tx.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = $1`+s.dialect.forUpdate, key).Scan(&ignored)
	if err != nil {
		return fmt.Errorf("locking %s: %w", job, err)
	}
	return nil
}

// A querier is a database, a transaction or a connection.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// A scanner is one row of a result.
type scanner interface{ Scan(dest ...any) error }

// query streams the rows of a query.
func query[T any](ctx context.Context, q querier, scan func(scanner) (T, error), text string, args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		rows, err := q.QueryContext(ctx, text, args...)
		if err != nil {
			yield(zero, err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			v, err := scan(rows)
			if !yield(v, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(zero, err)
		}
	}
}

// collect gathers a stream.
func collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for v, err := range seq {
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

// rowsPerStatement is how many rows one INSERT carries. 50 was measured to be past the knee on SQLite.
const rowsPerStatement = 50

// An insert writes rows of one table.
type insert struct {
	table   string
	columns []string
	suffix  string // an ON CONFLICT clause, or nothing
}

// upsert returns an insert that overwrites the row with the same primary key: the first keys columns.
func upsert(table string, keys int, columns ...string) insert {
	set := make([]string, 0, len(columns))
	for _, c := range columns[keys:] {
		set = append(set, c+" = excluded."+c)
	}
	return insert{table, columns, " ON CONFLICT (" + strings.Join(columns[:keys], ", ") + ") DO UPDATE SET " + strings.Join(set, ", ")}
}

// keep returns an insert that leaves an existing row with the same primary key as it is.
func keep(table string, keys int, columns ...string) insert {
	return insert{table, columns, " ON CONFLICT (" + strings.Join(columns[:keys], ", ") + ") DO NOTHING"}
}

// plain returns an insert that fails where the row exists.
func plain(table string, columns ...string) insert { return insert{table: table, columns: columns} }

// rows writes every row, rowsPerStatement at a time. A row holds one value for each column. It returns how many were written,
// which is less than len(rows) where existing ones were kept.
func (in insert) rows(ctx context.Context, tx querier, rows [][]any) (int, error) {
	return in.each(ctx, tx, len(rows), func(args []any, i int) []any { return append(args, rows[i]...) })
}

// each writes n rows, rowsPerStatement at a time; add appends the values of one of them. It returns how many were written.
func (in insert) each(ctx context.Context, tx querier, n int, add func(args []any, i int) []any) (int, error) {
	values, exec := in.text, func(ctx context.Context, text string, args []any) (int, error) {
		res, err := tx.ExecContext(ctx, text, args...)
		if err != nil {
			return 0, err
		}
		affected, err := res.RowsAffected()
		return int(affected), err
	}
	if b, ok := tx.(*session); ok {
		values, exec = in.bareText, b.insert
	}
	written, next := 0, 0
	args := make([]any, 0, min(n, rowsPerStatement)*len(in.columns))
	for _, size := range [...]int{rowsPerStatement, 10, 1} { // so that few statements serve all lengths
		text := ""
		for ; n-next >= size; next += size {
			if text == "" {
				text = values(size)
			}
			args = args[:0]
			for i := range size {
				args = add(args, next+i)
			}
			affected, err := exec(ctx, text, args)
			if err != nil {
				return written, fmt.Errorf("writing %s: %w", in.table, err)
			}
			written += affected
		}
	}
	return written, nil
}

// saveOver writes rows with an upsert over those that are there already. The others are new, and are written without the conflict
// clause: SQLite copies every page that a statement with one changes, in case it has to take it back.
func saveOver[T any](ctx context.Context, tx querier, in insert, list []*T, there func(*T) bool, add func(args []any, row *T) []any) error {
	var fresh, known []*T
	for _, row := range list {
		if there(row) {
			known = append(known, row)
		} else {
			fresh = append(fresh, row)
		}
	}
	if _, err := plain(in.table, in.columns...).each(ctx, tx, len(fresh), func(args []any, i int) []any { return add(args, fresh[i]) }); err != nil {
		return err
	}
	_, err := in.each(ctx, tx, len(known), func(args []any, i int) []any { return add(args, known[i]) })
	return err
}

// stream writes rows as they come, and ends with their first error.
func (in insert) stream(ctx context.Context, tx querier, rows iter.Seq2[[]any, error]) error {
	batch := make([][]any, 0, rowsPerStatement)
	for row, err := range rows {
		if err != nil {
			return err
		}
		if batch = append(batch, row); len(batch) == rowsPerStatement {
			if _, err := in.rows(ctx, tx, batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	_, err := in.rows(ctx, tx, batch)
	return err
}

// text returns the statement for n rows.
func (in insert) text(n int) string {
	var b strings.Builder
	b.WriteString(in.head())
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(placeholders(i*len(in.columns)+1, len(in.columns)))
	}
	b.WriteString(in.suffix)
	return b.String()
}

// bareText returns the statement for n rows with bare placeholders: see [session]. OR FAIL, because after an error the whole
// transaction is taken back: SQLite then keeps no copies to take one statement back (5 % of an import).
func (in insert) bareText(n int) string {
	row := "(" + strings.Repeat("?, ", len(in.columns)-1) + "?)"
	return strings.Replace(in.head(), "INSERT", "INSERT OR FAIL", 1) + strings.Repeat(row+", ", n-1) + row + in.suffix
}

// head is the statement up to the values.
func (in insert) head() string {
	return "INSERT INTO " + in.table + " (" + strings.Join(in.columns, ", ") + ") VALUES "
}

// placeholders returns ($first, …) with n placeholders.
func placeholders(first, n int) string {
	b := make([]byte, 0, n*5+2)
	b = append(b, '(')
	for i := range n {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(b, '$')
		b = strconv.AppendInt(b, int64(first+i), 10)
	}
	return string(append(b, ')'))
}

// pointers points to each of a list.
func pointers[T any](list []T) []*T {
	out := make([]*T, len(list))
	for i := range list {
		out[i] = &list[i]
	}
	return out
}

// anys turns ids into arguments.
func anys[T any](values []T) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}
