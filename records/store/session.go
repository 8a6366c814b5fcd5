package store

import (
	"context"
	"database/sql"
	"strings"
)

// A session is a SQLite transaction. Its inserts are prepared once for the transaction, with bare ? placeholders: $1 is a name
// there, each name is looked for in a list of all the others, and half the time of an import went into that (measured).
type session struct {
	*sql.Tx
	prepared map[string]*sql.Stmt
}

// wrap makes a session of a transaction where that makes its inserts fast. PostgreSQL's driver keeps prepared statements itself.
func (s *Store) wrap(tx *sql.Tx) querier {
	if s.dialect.name != "sqlite" {
		return tx
	}
	return &session{tx, map[string]*sql.Stmt{}}
}

// execPrepared runs a statement that it prepares the first time; the transaction's end closes it.
func (b *session) execPrepared(ctx context.Context, text string, args ...any) (sql.Result, error) {
	stmt, ok := b.prepared[text]
	if !ok {
		var err error
		if stmt, err = b.PrepareContext(ctx, text); err != nil {
			return nil, err
		}
		b.prepared[text] = stmt
	}
	return stmt.ExecContext(ctx, args...)
}

// list returns n placeholders in brackets, the first of them $first. All that stand before them in the statement must come in order.
func (s *Store) list(first, n int) string {
	if s.dialect.name != "sqlite" {
		return placeholders(first, n)
	}
	return "(" + strings.Repeat("?, ", n-1) + "?)"
}
