package store

import (
	"context"
	"fmt"

	"sehat/records"
)

// Integrity asks the database whether its file is sound. PostgreSQL watches over its own; there it only has to answer.
func (s *Store) Integrity(ctx context.Context) (records.Check, error) {
	check := records.Check{Name: "database", OK: true, Found: s.dialect.name + " answers"}
	if s.dialect.name != "sqlite" {
		_, err := s.version(ctx, s.read)
		return check, err
	}
	lines, err := collect(query(ctx, s.read, scanText, `PRAGMA integrity_check(3)`))
	if err != nil {
		return check, fmt.Errorf("checking the store: %w", err)
	}
	check.Found = "the store's pages are sound"
	if len(lines) != 1 || lines[0] != "ok" {
		check.OK, check.Found = false, "the store's file is damaged"
		check.Remedy = "stop using this store and bring back the last backup; keep the damaged file"
	}
	return check, nil
}

// An invariant is a count that must be zero.
type invariant struct {
	name, good, bad, remedy string
	query                   string
}

// invariants are what must hold between the tables, whatever was interrupted where.
var invariants = []invariant{
	{
		"residents", "every resident has a household", "residents without a household", "import the households' file again",
		`SELECT count(*) FROM residents r WHERE NOT EXISTS (SELECT 1 FROM households h WHERE h.id = r.household_id)`,
	},
	{
		"numbers", "every card has a reserved number", "cards without a reserved number", "hold these cards back and tell the centre",
		`SELECT count(*) FROM cards c WHERE NOT EXISTS (SELECT 1 FROM numbers n WHERE n.number = c.number)`,
	},
	{
		"one card each", "nobody has two cards that stand", "residents with two cards that stand", `run "sehat issue": it retires surplus temporary ones; of two permanent ones end one with "sehat card revoke"`,
		`SELECT count(*) FROM (SELECT c.resident_id FROM cards c WHERE ` + stands + ` GROUP BY c.resident_id HAVING count(*) > 1) doubles`,
	},
	{
		"print batches", "every print batch is finished", "print batches that were begun and not finished", `run "sehat print": it finishes them`,
		`SELECT count(*) FROM print_batches WHERE state IN ('making', 'sealing') AND origin = ` + thisDevice,
	},
	{
		"piles", "no card lies in two piles", "copies of cards that lie in two piles", `see them with "sehat print reconcile --list two-piles", destroy one and report it spoiled`,
		`SELECT count(*) ` + copies + ` WHERE NOT ` + wasSpoiled + ` AND ` + anotherCopy,
	},
	{
		"imports", "every import is finished", "imports that were cut off", "import the same file again, and it goes on from there; or a mended one under the same name",
		`SELECT count(*) FROM imports i WHERE i.finished_at = '' AND i.undone_at = '' AND NOT EXISTS (
			SELECT 1 FROM imports l WHERE (l.file_hash = i.file_hash OR l.file = i.file AND l.started_at > i.started_at) AND l.finished_at <> '')`,
	},
	{
		"ledger", "the counts of every applied batch add up", "applied batches whose counts do not add up", "tell the makers: this must not happen",
		`SELECT count(*) FROM ledger WHERE rows_total <> stored + unchanged + conflicts + rejects`,
	},
	{
		"forks", "no laptop was cloned or restored", "batches of a cloned or restored laptop", `see "sehat sync status", find both laptops, and enrol one anew`,
		`SELECT count(*) FROM inbox WHERE status = 'fork'`,
	},
	{
		"refused batches", "every batch received can be read", "batches that cannot be read or are not signed by their laptop", `see "sehat sync status"`,
		`SELECT count(*) FROM inbox WHERE status = 'refused'`,
	},
	{
		"conflicts", "no row has two versions", "rows with two versions", `list them with "sehat sync conflicts", decide with "sehat sync resolve"`,
		`SELECT count(*) FROM conflicts WHERE status = 'open'`,
	},
}

// Invariants counts what must not be there.
func (s *Store) Invariants(ctx context.Context) ([]records.Check, error) {
	checks := make([]records.Check, 0, len(invariants))
	for _, inv := range invariants {
		var n int
		if err := s.read.QueryRowContext(ctx, inv.query).Scan(&n); err != nil {
			return nil, fmt.Errorf("checking %s: %w", inv.name, err)
		}
		check := records.Check{Name: inv.name, OK: n == 0, Found: inv.good}
		if n > 0 {
			check.Found, check.Remedy = fmt.Sprintf("%s: %d", inv.bad, n), inv.remedy
		}
		checks = append(checks, check)
	}
	return checks, nil
}

// Latest returns the latest time that an import, a decision or a card event carries; empty if there is none.
func (s *Store) Latest(ctx context.Context) (string, error) {
	var latest string
	err := s.read.QueryRowContext(ctx, `SELECT COALESCE(max(t), '') FROM (SELECT max(started_at) AS t FROM imports
	UNION ALL SELECT max(decided_at) FROM decisions UNION ALL SELECT max(decided_at) FROM card_events) times`).Scan(&latest)
	if err != nil {
		return "", fmt.Errorf("reading times: %w", err)
	}
	return latest, nil
}
