package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"

	"sehat/records"
)

// AppendAudit adds entries to a chain in one transaction, alone on that chain. seal is given the chain's last entry, the
// zero entry if there is none, and returns what to store. What it returned is durable when AppendAudit returns nil; after
// an error nobody knows, and nothing needs to: the next call goes on from what is there.
func (s *Store) AppendAudit(ctx context.Context, chain string, seal func(last records.AuditEntry) ([]records.AuditEntry, error)) error {
	return s.inTx(ctx, func(tx querier) error {
		if err := s.lock(ctx, tx, "audit/"+chain); err != nil {
			return err
		}
		last, err := scanAudit(tx.QueryRowContext(ctx, auditColumns+` WHERE chain = $1 ORDER BY seq DESC LIMIT 1`, chain))
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("reading the audit log: %w", err)
		}
		entries, err := seal(last)
		if err != nil {
			return err
		}
		rows := make([][]any, len(entries))
		for i, e := range entries {
			rows[i] = []any{e.Chain, e.Seq, e.At, e.FacilityID, e.KeyID, e.Action, e.Purpose, e.ResidentID, e.Outcome, e.Detail, e.Prev, e.Hash}
		}
		_, err = plain("audit", "chain", "seq", "at", "facility_id", "key_id", "action", "purpose", "resident_id", "outcome", "detail", "prev", "hash").
			rows(ctx, tx, rows)
		return err
	})
}

// AuditChains returns the names of the audit chains.
func (s *Store) AuditChains(ctx context.Context) ([]string, error) {
	names, err := collect(query(ctx, s.read, scanText, `SELECT DISTINCT chain FROM audit ORDER BY chain`))
	if err != nil {
		return nil, fmt.Errorf("reading the audit log: %w", err)
	}
	return names, nil
}

// AuditEntries streams a chain in its order.
func (s *Store) AuditEntries(ctx context.Context, chain string) iter.Seq2[records.AuditEntry, error] {
	return query(ctx, s.read, scanAudit, auditColumns+` WHERE chain = $1 ORDER BY seq`, chain)
}

const auditColumns = `SELECT chain, seq, at, facility_id, key_id, action, purpose, resident_id, outcome, detail, prev, hash FROM audit`

func scanAudit(row scanner) (records.AuditEntry, error) {
	var e records.AuditEntry
	err := row.Scan(&e.Chain, &e.Seq, &e.At, &e.FacilityID, &e.KeyID, &e.Action, &e.Purpose, &e.ResidentID, &e.Outcome, &e.Detail, &e.Prev, &e.Hash)
	return e, err
}
