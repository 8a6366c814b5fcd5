package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"slices"

	"sehat/records"
)

const matchColumns = `m.left_id, m.right_id, m.status, m.weight, m.probability, m.explanation, m.steps`

func scanMatch(row scanner) (records.Match, error) {
	var m records.Match
	var steps string
	err := row.Scan(&m.Left, &m.Right, &m.Status, &m.Weight, &m.Probability, &m.Explanation, &steps)
	m.Steps = []byte(steps)
	return m, err
}

// waiting selects the pairs that wait for a person: matches in review on which no decision stands, or opposite ones do, those that
// somebody proposed to be one person, and the undecided matches by which linkage made one person of two with a permanent card each.
const waiting = `SELECT m.left_id, m.right_id FROM matches m WHERE m.status = 'review' AND 1 <> (
	SELECT count(DISTINCT d.decision) FROM decisions d WHERE d.left_id = m.left_id AND d.right_id = m.right_id AND ` + stood + `)
UNION SELECT m.left_id, m.right_id FROM decisions d JOIN matches m ON m.left_id = d.left_id AND m.right_id = d.right_id WHERE ` + proposed + `
UNION SELECT m.left_id, m.right_id FROM matches m JOIN persons p ON p.resident_id = m.left_id
JOIN persons q ON q.resident_id = m.right_id AND q.person_id = p.person_id
WHERE m.status = 'match' AND 1 < (SELECT count(*) FROM persons o JOIN cards c ON c.resident_id = o.resident_id
	WHERE o.person_id = p.person_id AND c.kind = 'permanent' AND ` + stands + `)
AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.left_id = m.left_id AND d.right_id = m.right_id AND ` + stood + `)`

// opposed selects the pairs on which people decided the opposite.
const opposed = `SELECT d.left_id, d.right_id FROM decisions d WHERE ` + stood + `
GROUP BY d.left_id, d.right_id HAVING count(DISTINCT d.decision) > 1`

// Reviews streams the matches that wait for a person, the heaviest first.
func (s *Store) Reviews(ctx context.Context) iter.Seq2[records.Match, error] {
	return query(ctx, s.read, scanMatch, `SELECT `+matchColumns+` FROM (`+waiting+`) w
JOIN matches m ON m.left_id = w.left_id AND m.right_id = w.right_id ORDER BY m.weight DESC, m.left_id, m.right_id`)
}

// SampleMatches draws up to n matched pairs on which nobody has decided: a third each of the lighter, the middling and the heavy
// ones, in the order of their keys, which is none. Drawing again goes on where the last draw was decided.
func (s *Store) SampleMatches(ctx context.Context, n int) ([][2]string, error) {
	var drawn [][2]string
	bounds := []float64{-1000, 10, 20, 1000} // log2 odds, as the report of a linkage has them
	for band := range len(bounds) - 1 {
		more := (n - len(drawn)) / (len(bounds) - 1 - band)
		list, err := collect(query(ctx, s.read, func(row scanner) ([2]string, error) {
			var p [2]string
			err := row.Scan(&p[0], &p[1])
			return p, err
		}, `SELECT m.left_id, m.right_id FROM matches m WHERE m.status = 'match' AND m.weight >= $1 AND m.weight < $2
AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.left_id = m.left_id AND d.right_id = m.right_id AND `+stood+`)
ORDER BY m.pair_key LIMIT $3`, bounds[band], bounds[band+1], more))
		if err != nil {
			return nil, fmt.Errorf("drawing matches: %w", err)
		}
		drawn = append(drawn, list...)
	}
	return drawn, nil
}

// CountReviews counts the matches that wait for a person.
func (s *Store) CountReviews(ctx context.Context) (int, error) {
	var n int
	if err := s.read.QueryRowContext(ctx, `SELECT count(*) FROM (`+waiting+`) w`).Scan(&n); err != nil {
		return 0, fmt.Errorf("counting the pairs in doubt: %w", err)
	}
	return n, nil
}

// Match returns the match of a pair, or records.ErrNotFound.
func (s *Store) Match(ctx context.Context, left, right string) (records.Match, error) {
	if left > right {
		left, right = right, left
	}
	m, err := scanMatch(s.read.QueryRowContext(ctx, `SELECT `+matchColumns+` FROM matches m WHERE m.left_id = $1 AND m.right_id = $2`, left, right))
	if errors.Is(err, sql.ErrNoRows) {
		return m, fmt.Errorf("pair %s: %w", records.PairKey(left, right), records.ErrNotFound)
	}
	if err != nil {
		return m, fmt.Errorf("reading a match: %w", err)
	}
	return m, nil
}

// MatchByKey returns the match whose pair has the given key (records.PairKey, or the first digits of it), or
// records.ErrNotFound. It returns records.ErrExists if the digits fit several.
func (s *Store) MatchByKey(ctx context.Context, key string) (records.Match, error) {
	const past = "g" // sorts after every hex digit
	found, err := collect(query(ctx, s.read, scanMatch,
		`SELECT `+matchColumns+` FROM matches m WHERE m.pair_key >= $1 AND m.pair_key < $2 ORDER BY m.pair_key LIMIT 2`, key, key+past))
	switch {
	case err != nil:
		return records.Match{}, fmt.Errorf("reading matches: %w", err)
	case key == "" || len(found) == 0:
		return records.Match{}, fmt.Errorf("pair %s: %w", key, records.ErrNotFound)
	case len(found) > 1:
		return records.Match{}, fmt.Errorf("pair %s: more than one begins so: %w", key, records.ErrExists)
	}
	return found[0], nil
}

// Ruling returns what people said about a pair so far.
func (s *Store) Ruling(ctx context.Context, left, right string) (records.Ruling, error) {
	if left > right {
		left, right = right, left
	}
	r, err := ruling(ctx, s.read, left, right)
	if err != nil {
		return r, fmt.Errorf("reading the decisions on pair %s: %w", records.PairKey(left, right), err)
	}
	return r, nil
}

func ruling(ctx context.Context, q querier, left, right string) (r records.Ruling, err error) {
	const decided = `SELECT ` + decisionColumns + ` FROM decisions d WHERE d.left_id = $1 AND d.right_id = $2 AND `
	const oldestFirst = ` ORDER BY d.decided_at, d.id`
	if r.Stands, err = collect(query(ctx, q, scanDecision, decided+stood+oldestFirst, left, right)); err != nil {
		return r, err
	}
	if r.Proposals, err = collect(query(ctx, q, scanDecision, decided+proposed+oldestFirst, left, right)); err != nil {
		return r, err
	}
	err = q.QueryRowContext(ctx, `SELECT count(*) FROM decisions WHERE left_id = $1 AND right_id = $2`, left, right).Scan(&r.Events)
	return r, err
}

// Proposals returns the proposals that wait for a second person, oldest first.
func (s *Store) Proposals(ctx context.Context) ([]records.Decision, error) {
	list, err := collect(query(ctx, s.read, scanDecision,
		`SELECT `+decisionColumns+` FROM decisions d WHERE `+proposed+` ORDER BY d.decided_at, d.id`))
	if err != nil {
		return nil, fmt.Errorf("reading proposals: %w", err)
	}
	return list, nil
}

// Retired returns the numbers of residents whose card was retired in favour of another record's, and who have no other. Retired is
// final: such a resident gets a new number.
func (s *Store) Retired(ctx context.Context, residents []string) ([]string, error) {
	if len(residents) == 0 {
		return nil, nil
	}
	list, err := collect(query(ctx, s.read, scanText, `SELECT DISTINCT c.number FROM cards c WHERE c.state = 'replaced'
AND c.resident_id IN `+placeholders(1, len(residents))+`
AND NOT EXISTS (SELECT 1 FROM cards o WHERE o.resident_id = c.resident_id AND o.state NOT IN ('lost', 'revoked', 'replaced', 'expired'))
ORDER BY c.number`, anys(residents)...))
	if err != nil {
		return nil, fmt.Errorf("reading retired cards: %w", err)
	}
	return list, nil
}

// DecideOn gives decide the persons around two residents and stores the verdict that it returns, in one transaction.
func (s *Store) DecideOn(ctx context.Context, left, right string, decide func(records.Neighbourhood) (records.Verdict, error)) error {
	return s.inTx(ctx, func(tx querier) error {
		if err := s.lock(ctx, tx, "persons"); err != nil {
			return err
		}
		h, err := home(ctx, tx)
		if err != nil {
			return err
		}
		around, err := neighbourhood(ctx, tx, left, right)
		if err != nil {
			return err
		}
		verdict, err := decide(around)
		if err != nil {
			return err
		}
		events := verdict.Events
		keys := make([]string, 0, len(events))
		for i := range events {
			events[i].Origin = h.Device
			keys = append(keys, events[i].ID)
		}
		if err := writeDecisions(ctx, tx, events); err != nil {
			return err
		}
		if err := enqueue(ctx, tx, h, records.NounDecision, keys...); err != nil {
			return err
		}
		if len(events) > 0 {
			if err := newRelinking().residents(ctx, tx, around.Members); err != nil {
				return err
			}
		}
		if err := addCardEvents(ctx, tx, h, verdict.Cards); err != nil {
			return err
		}
		return savePersons(ctx, tx, slices.Values(verdict.Persons))
	})
}

// neighbourhood returns the persons that two residents belong to, the residents themselves if they belong to none, and all that
// ties them or keeps them apart.
func neighbourhood(ctx context.Context, q querier, left, right string) (n records.Neighbourhood, err error) {
	of, err := personsOf(ctx, q, left, right)
	if err != nil {
		return n, err
	}
	n.Standing = make(map[string]string, len(of))
	for _, p := range of {
		n.Standing[p.ResidentID] = p.PersonID
		n.Members = append(n.Members, p.ResidentID)
		if p.unlinked {
			n.Unlinked = append(n.Unlinked, p.ResidentID)
		}
	}
	for _, id := range []string{left, right} {
		if !slices.Contains(n.Members, id) {
			n.Members = append(n.Members, id)
		}
	}
	in, args := placeholders(1, len(n.Members)), anys(n.Members)
	n.Matches, err = collect(query(ctx, q, scanMatch,
		`SELECT `+matchColumns+` FROM matches m WHERE m.left_id IN `+in+` AND m.right_id IN `+in, args...))
	if err != nil {
		return n, fmt.Errorf("reading matches: %w", err)
	}
	n.Decisions, err = collect(query(ctx, q, scanDecision,
		standing+` AND d.left_id IN `+in+` AND d.right_id IN `+in+` ORDER BY d.decided_at, d.id`, args...))
	if err != nil {
		return n, fmt.Errorf("reading decisions: %w", err)
	}
	r, err := ruling(ctx, q, left, right)
	if err != nil {
		return n, fmt.Errorf("reading decisions: %w", err)
	}
	n.Proposals, n.Said = r.Proposals, r.Events
	if n.Cards, err = standingCards(ctx, q, n.Members); err != nil {
		return n, fmt.Errorf("reading cards: %w", err)
	}
	return n, nil
}

// A memberOf is a record of a person, which stands or was taken apart and waits for dedupe.
type memberOf struct {
	records.PersonOf
	unlinked bool
}

// personsOf returns the persons that residents belong to, or did until they were taken apart, with all their records in the order
// of ids.
func personsOf(ctx context.Context, q querier, residents ...string) ([]memberOf, error) {
	ids := placeholders(1, len(residents))
	list, err := collect(query(ctx, q, func(row scanner) (memberOf, error) {
		var m memberOf
		var unlinked int
		err := row.Scan(&m.ResidentID, &m.PersonID, &unlinked)
		m.unlinked = unlinked != 0
		return m, err
	}, `SELECT resident_id, person_id, 0 FROM persons WHERE person_id IN (SELECT person_id FROM persons WHERE resident_id IN `+ids+`)
UNION ALL SELECT resident_id, person_id, 1 FROM unlinked WHERE person_id IN (SELECT person_id FROM unlinked WHERE resident_id IN `+ids+`)
ORDER BY resident_id`, anys(residents)...))
	if err != nil {
		return nil, fmt.Errorf("reading persons: %w", err)
	}
	return list, nil
}

// fillPairKeys gives the matches of an older store their keys, some at a time, as SQL has no hash that all databases share.
func fillPairKeys(ctx context.Context, tx querier) error {
	in := plain("matches", "left_id", "right_id", "status", "weight", "probability", "explanation", "steps", "pair_key")
	in.suffix = " ON CONFLICT (left_id, right_id) DO UPDATE SET pair_key = excluded.pair_key"
	last := [2]string{}
	for {
		pairs, err := collect(query(ctx, tx, func(row scanner) (p [2]string, err error) {
			err = row.Scan(&p[0], &p[1])
			return p, err
		}, `SELECT left_id, right_id FROM matches WHERE (left_id, right_id) > ($1, $2) ORDER BY left_id, right_id LIMIT 1000`, last[0], last[1]))
		if err != nil {
			return fmt.Errorf("reading matches: %w", err)
		}
		if len(pairs) == 0 {
			return nil
		}
		last = pairs[len(pairs)-1]
		rows := make([][]any, 0, len(pairs))
		for _, p := range pairs { // the other columns keep what they hold: every pair is there
			rows = append(rows, []any{p[0], p[1], "", 0.0, 0.0, "", "", records.PairKey(p[0], p[1])})
		}
		if _, err := in.rows(ctx, tx, rows); err != nil {
			return err
		}
	}
}
