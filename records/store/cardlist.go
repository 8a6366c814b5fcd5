package store

import (
	"context"
	"iter"

	"sehat/records"
)

// CardList streams the latest version of every number that a filter takes, in the order of numbers. A temporary card past its date is
// expired.
func (s *Store) CardList(ctx context.Context, f records.CardFilter) iter.Seq2[records.CardLine, error] {
	return query(ctx, s.read, func(row scanner) (records.CardLine, error) {
		var c records.CardLine
		err := row.Scan(&c.Number, &c.Version, &c.Kind, &c.State, &c.IssuedAt, &c.ExpiresAt, &c.ResidentID, &c.Ward, &c.Name, &c.NameSecond, &c.Since, &c.Instead)
		return c, err
	}, `
SELECT l.number, l.version, l.kind, l.state, l.issued_at, l.expires_at, l.resident_id, l.ward_code, l.full_name, l.full_name_hi, l.since,
	CASE WHEN l.state IN `+endedStates+` THEN COALESCE(
		(SELECT MIN(k.number) FROM persons o JOIN persons q ON q.person_id = o.person_id JOIN cards k ON k.resident_id = q.resident_id
			WHERE o.resident_id = l.resident_id AND k.number <> l.number AND k.state NOT IN `+endedStates+`),
		(SELECT MIN(k.number) FROM cards k WHERE k.resident_id = l.resident_id AND k.number <> l.number AND k.state NOT IN `+endedStates+`), '') ELSE '' END
FROM (
	SELECT c.number, c.version, c.kind, c.issued_at, c.expires_at, c.resident_id, COALESCE(h.ward_code, '') AS ward_code,
		COALESCE(r.full_name, '') AS full_name, COALESCE(r.full_name_hi, '') AS full_name_hi,
		CASE WHEN c.expires_at <> '' AND c.expires_at <= $1 AND c.state NOT IN `+endedStates+` AND c.state <> 'held' THEN 'expired' ELSE c.state END AS state,
		COALESCE((SELECT MAX(e.decided_at) FROM card_events e WHERE e.number = c.number AND e.version = c.version), c.issued_at) AS since
	FROM cards c LEFT JOIN residents r ON r.id = c.resident_id LEFT JOIN households h ON h.id = r.household_id
	WHERE NOT EXISTS (SELECT 1 FROM cards n WHERE n.number = c.number AND n.version > c.version) AND ($2 = '' OR h.ward_code = $2)
) l
WHERE ($3 = '' OR l.state = $3) AND l.since >= $4 AND ($5 = 0 OR l.state IN ('lost', 'revoked', 'replaced')) ORDER BY l.number`,
		f.Now, f.Ward, f.State, f.Since, boolInt(f.Retired))
}

const endedStates = `('lost', 'revoked', 'replaced', 'expired')`

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
