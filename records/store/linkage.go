package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"sehat/records"
	"sehat/records/linkage"
)

const linkRecords = `
SELECT r.id, r.household_id, r.line_no, r.full_name, r.full_name_hi, r.father_or_husband_name, r.relation, r.sex,
	r.birth_year, r.birth_month, r.birth_day, r.age_years, r.visit_date, r.mobile, r.epic_no, r.abha_number,
	h.house_no, h.address_line, h.locality, h.pin_code, h.ward_code, h.contact_mobile, COALESCE(p.person_id, '')
FROM residents r JOIN households h ON h.id = r.household_id LEFT JOIN persons p ON p.resident_id = r.id
WHERE r.state = 'active'`

// LinkRecords streams the active residents, with their household's address and their person so far: those of the households
// named, or everybody if households is nil.
func (s *Store) LinkRecords(ctx context.Context, households []string) iter.Seq2[linkage.Record, error] {
	if households == nil {
		return query(ctx, s.read, scanLinkRecord, linkRecords) // in no order: households stand together as they came
	}
	return func(yield func(linkage.Record, error) bool) {
		for ids := range chunks(households) {
			for r, err := range query(ctx, s.read, scanLinkRecord, linkRecords+` AND r.household_id IN `+s.list(1, len(ids)), anys(ids)...) {
				if !yield(r, err) {
					return
				}
			}
		}
	}
}

func scanLinkRecord(row scanner) (linkage.Record, error) {
	var (
		r               linkage.Record
		line            int
		age             *int
		visit, houseTel string
	)
	err := row.Scan(&r.ID, &r.Household, &line, &r.FullName, &r.FullNameAlt, &r.FatherOrHusband, &r.Relation, &r.Sex,
		&r.BirthYear, &r.BirthMonth, &r.BirthDay, &age, &visit, &r.Mobile, &r.EPIC, &r.ABHA,
		&r.HouseNo, &r.Address, &r.Locality, &r.PIN, &r.Ward, &houseTel, &r.Person)
	if err != nil {
		return r, fmt.Errorf("reading a resident: %w", err)
	}
	if line > 0 {
		r.Line = strconv.Itoa(line)
	}
	if age != nil {
		r.Age, r.HasAge = *age, true
	}
	if len(visit) >= 4 {
		r.VisitYear, _ = strconv.Atoi(visit[:4]) //nolint:errcheck // 0 means not told
	}
	if r.Mobile == "" {
		r.Mobile = houseTel // the household's phone is the best there is; linkage discounts shared ones
	}
	return r, nil
}

const decisionColumns = `id, left_id, right_id, decision, supersedes, decided_by, decided_at, why, origin`

// standing selects the decisions that were neither undone nor replaced.
const standing = `SELECT ` + decisionColumns + ` FROM decisions d
WHERE d.decision <> 'undo' AND NOT EXISTS (SELECT 1 FROM decisions n WHERE n.supersedes = d.id)`

func scanDecision(row scanner) (records.Decision, error) {
	var d records.Decision
	err := row.Scan(&d.ID, &d.Left, &d.Right, &d.Decision, &d.Supersedes, &d.By, &d.At, &d.Why, &d.Origin)
	return d, err
}

// Decisions returns the review decisions that stand, oldest first.
func (s *Store) Decisions(ctx context.Context) ([]records.Decision, error) {
	list, err := collect(query(ctx, s.read, scanDecision, standing+` ORDER BY d.decided_at, d.id`))
	if err != nil {
		return nil, fmt.Errorf("reading decisions: %w", err)
	}
	return list, nil
}

// DecideOn gives decide the persons around two residents and stores what it returns, in one transaction.
func (s *Store) DecideOn(ctx context.Context, left, right string, decide func(records.Neighbourhood) ([]records.Decision, []records.PersonOf, error)) error {
	return s.inTx(ctx, func(tx querier) error {
		if err := s.lock(ctx, tx, "persons"); err != nil {
			return err
		}
		h, err := home(ctx, tx)
		if err != nil {
			return err
		}
		around, linked, err := neighbourhood(ctx, tx, left, right)
		if err != nil {
			return err
		}
		events, persons, err := decide(around)
		if err != nil {
			return err
		}
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
			if err := relinkResidents(ctx, tx, records.NewID(), around.Members); err != nil {
				return err
			}
		}
		return savePersons(ctx, tx, slices.Values(slices.DeleteFunc(persons, func(p records.PersonOf) bool { return !slices.Contains(linked, p.ResidentID) })))
	})
}

// writeDecisions writes new decisions as they are.
func writeDecisions(ctx context.Context, tx querier, list []records.Decision) error {
	rows := make([][]any, 0, len(list))
	for _, d := range list {
		rows = append(rows, []any{d.ID, d.Left, d.Right, d.Decision, d.Supersedes, d.By, d.At, d.Why, d.Origin})
	}
	in := plain("decisions", "id", "left_id", "right_id", "decision", "supersedes", "decided_by", "decided_at", "why", "origin")
	_, err := in.rows(ctx, tx, rows)
	return err
}

const matchColumns = `left_id, right_id, status, weight, probability, explanation, steps`

func scanMatch(row scanner) (records.Match, error) {
	var m records.Match
	var steps string
	err := row.Scan(&m.Left, &m.Right, &m.Status, &m.Weight, &m.Probability, &m.Explanation, &steps)
	m.Steps = []byte(steps)
	return m, err
}

// undecided holds for a match in review on whose pair no decision stands, or opposite ones do.
const undecided = `m.status = 'review' AND 1 <> (
	SELECT count(DISTINCT d.decision) FROM decisions d WHERE d.left_id = m.left_id AND d.right_id = m.right_id AND d.decision <> 'undo'
	AND NOT EXISTS (SELECT 1 FROM decisions n WHERE n.supersedes = d.id))`

// opposed selects the pairs on which people decided the opposite.
const opposed = `SELECT d.left_id, d.right_id FROM decisions d
WHERE d.decision <> 'undo' AND NOT EXISTS (SELECT 1 FROM decisions n WHERE n.supersedes = d.id)
GROUP BY d.left_id, d.right_id HAVING count(DISTINCT d.decision) > 1`

// Reviews streams the matches that wait for a person, the heaviest first.
func (s *Store) Reviews(ctx context.Context) iter.Seq2[records.Match, error] {
	return query(ctx, s.read, scanMatch,
		`SELECT `+matchColumns+` FROM matches m WHERE `+undecided+` ORDER BY weight DESC, left_id, right_id`)
}

// Match returns the match of a pair, or records.ErrNotFound.
func (s *Store) Match(ctx context.Context, left, right string) (records.Match, error) {
	if left > right {
		left, right = right, left
	}
	m, err := scanMatch(s.read.QueryRowContext(ctx, `SELECT `+matchColumns+` FROM matches WHERE left_id = $1 AND right_id = $2`, left, right))
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
	var found *records.Match
	for m, err := range query(ctx, s.read, scanMatch, `SELECT `+matchColumns+` FROM matches`) {
		if err != nil {
			return m, fmt.Errorf("reading matches: %w", err)
		}
		if key == "" || !strings.HasPrefix(records.PairKey(m.Left, m.Right), key) {
			continue
		}
		if found != nil {
			return m, fmt.Errorf("pair %s: more than one begins so: %w", key, records.ErrExists)
		}
		found = &m
	}
	if found == nil {
		return records.Match{}, fmt.Errorf("pair %s: %w", key, records.ErrNotFound)
	}
	return *found, nil
}

// neighbourhood returns the persons that the residents belong to, with the matches and the standing decisions among their
// members, and which of these dedupe has seen.
func neighbourhood(ctx context.Context, q querier, residents ...string) (n records.Neighbourhood, linked []string, err error) {
	linked, err = collect(query(ctx, q, scanText, `SELECT resident_id FROM persons WHERE person_id IN (
	SELECT person_id FROM persons WHERE resident_id IN `+placeholders(1, len(residents))+`) ORDER BY resident_id`, anys(residents)...))
	if err != nil {
		return n, nil, fmt.Errorf("reading persons: %w", err)
	}
	n.Members = union(slices.Clone(linked), residents)
	in, args := placeholders(1, len(n.Members)), anys(n.Members)
	n.Matches, err = collect(query(ctx, q, scanMatch,
		`SELECT `+matchColumns+` FROM matches WHERE left_id IN `+in+` AND right_id IN `+in, args...))
	if err != nil {
		return n, nil, fmt.Errorf("reading matches: %w", err)
	}
	n.Decisions, err = collect(query(ctx, q, scanDecision,
		standing+` AND d.left_id IN `+in+` AND d.right_id IN `+in+` ORDER BY d.decided_at, d.id`, args...))
	if err != nil {
		return n, nil, fmt.Errorf("reading decisions: %w", err)
	}
	return n, linked, nil
}

// union returns a with the elements of b that it lacks.
func union(a, b []string) []string {
	have := make(map[string]bool, len(a))
	for _, v := range a {
		have[v] = true
	}
	for _, v := range b {
		if !have[v] {
			a = append(a, v)
		}
	}
	return a
}

// Persons streams which person each deduplicated resident belongs to.
func (s *Store) Persons(ctx context.Context) iter.Seq2[records.PersonOf, error] {
	return query(ctx, s.read, func(row scanner) (records.PersonOf, error) {
		var p records.PersonOf
		err := row.Scan(&p.ResidentID, &p.PersonID)
		return p, err
	}, `SELECT resident_id, person_id FROM persons ORDER BY resident_id`)
}
