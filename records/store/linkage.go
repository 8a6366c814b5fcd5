package store

import (
	"context"
	"fmt"
	"iter"
	"strconv"

	"sehat/records"
	"sehat/records/linkage"
)

const linkRecords = `
SELECT r.id, r.household_id, r.line_no, r.full_name, r.full_name_hi, r.father_or_husband_name, r.relation, r.sex,
	r.birth_year, r.birth_month, r.birth_day, r.age_years, r.visit_date, r.mobile, r.epic_no, r.abha_number,
	h.house_no, h.address_line, h.locality, h.pin_code, h.ward_code, h.contact_mobile, COALESCE(p.person_id, u.person_id, '')
FROM residents r JOIN households h ON h.id = r.household_id
LEFT JOIN persons p ON p.resident_id = r.id LEFT JOIN unlinked u ON u.resident_id = r.id
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

// stood holds for a decision that was neither undone nor replaced, proposed for such a proposal, which changes nothing yet.
const (
	stood     = `d.decision IN ('same', 'different') AND ` + untouched
	proposed  = `d.decision = 'proposed' AND ` + untouched
	untouched = `NOT EXISTS (SELECT 1 FROM decisions n WHERE n.supersedes = d.id)`
)

// standing selects the decisions that stand.
const standing = `SELECT ` + decisionColumns + ` FROM decisions d WHERE ` + stood

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

// Persons streams which person each deduplicated resident belongs to.
func (s *Store) Persons(ctx context.Context) iter.Seq2[records.PersonOf, error] {
	return query(ctx, s.read, scanPersonOf, `SELECT resident_id, person_id FROM persons ORDER BY resident_id`)
}

func scanPersonOf(row scanner) (records.PersonOf, error) {
	var p records.PersonOf
	err := row.Scan(&p.ResidentID, &p.PersonID)
	return p, err
}
