package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// A session is a transaction on SQLite. Its statements of many rows go to the driver itself and are prepared once for the
// transaction, with bare ? placeholders: database/sql copies every argument, $1 is a name that the driver looks for among all the
// others, and both together took half the time of an import (measured). PostgreSQL's driver needs none of this.
type session struct {
	*sql.Tx
	conn     *sql.Conn
	prepared map[string]driver.Stmt // inserts
	lists    map[string]*sql.Stmt   // queries
	args     []driver.NamedValue    // room
}

// inTx runs f in one transaction of the writer and commits it if f returns nil.
func (s *Store) inTx(ctx context.Context, f func(tx querier) error) error {
	conn, err := s.write.Conn(ctx)
	if err != nil {
		return fmt.Errorf("starting a transaction: %w", err)
	}
	defer conn.Close()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("starting a transaction: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it has nothing to do
	var q querier = tx
	if s.dialect.name == "sqlite" {
		b := &session{Tx: tx, conn: conn, prepared: map[string]driver.Stmt{}, lists: map[string]*sql.Stmt{}}
		defer b.close()
		q = b
	}
	if err := f(q); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("committing: %w", err)
	}
	return nil
}

// insert runs a statement and returns how many rows it wrote.
func (b *session) insert(ctx context.Context, text string, args []any) (int, error) {
	b.args = b.args[:0]
	for i, a := range args {
		v, err := driver.DefaultParameterConverter.ConvertValue(a)
		if err != nil {
			return 0, err
		}
		b.args = append(b.args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	var n int64
	err := b.conn.Raw(func(c any) error {
		stmt, err := b.stmt(ctx, c, text)
		if err != nil {
			return err
		}
		res, err := stmt.(driver.StmtExecContext).ExecContext(ctx, b.args)
		if err != nil {
			return err
		}
		n, err = res.RowsAffected()
		return err
	})
	return int(n), err
}

func (b *session) stmt(ctx context.Context, conn any, text string) (driver.Stmt, error) {
	if stmt, ok := b.prepared[text]; ok {
		return stmt, nil
	}
	stmt, err := conn.(driver.ConnPrepareContext).PrepareContext(ctx, text)
	if err == nil {
		b.prepared[text] = stmt
	}
	return stmt, err
}

func (b *session) close() error {
	return b.conn.Raw(func(any) error {
		var errs []error
		for _, stmt := range b.prepared {
			errs = append(errs, stmt.Close())
		}
		return errors.Join(errs...)
	})
}

// QueryContext runs a query; one for a list of [inLists] is prepared once, like the inserts.
func (b *session) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	if len(args) < shortList {
		return b.Tx.QueryContext(ctx, text, args...)
	}
	stmt, ok := b.lists[text]
	if !ok {
		var err error
		if stmt, err = b.PrepareContext(ctx, text); err != nil { //nolint:sqlclosecheck // the transaction's end closes it
			return nil, err
		}
		b.lists[text] = stmt
	}
	return stmt.QueryContext(ctx, args...)
}

// Lengths of lists of ids: few, so that few statements serve all.
const (
	longList  = 1000
	shortList = 100
)

// inLists cuts ids into lists of two lengths and fills the last one up with its last id, which changes nothing in a query for ids
// IN the list.
func inLists(ids []string) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for len(ids) > 0 {
			n := longList
			if len(ids) < longList/2 {
				n = shortList
			}
			list := ids[:min(n, len(ids))]
			ids = ids[len(list):]
			if missing := n - len(list); missing > 0 {
				list = append(slices.Clone(list), slices.Repeat(list[len(list)-1:], missing)...)
			}
			if !yield(list) {
				return
			}
		}
	}
}

// list returns n placeholders in brackets, the first of them $first. All that stand before them in the statement must come in order.
func (s *Store) list(first, n int) string {
	if s.dialect.name != "sqlite" {
		return placeholders(first, n)
	}
	return "(" + strings.Repeat("?, ", n-1) + "?)"
}
