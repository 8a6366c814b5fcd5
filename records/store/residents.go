package store

import (
	"context"
	"fmt"
	"iter"

	"sehat/records"
)

// Everything but the keys of a row that travels: what Meta says beside the content.
const metaColumns = `origin, rev, source_rev, content_hash, base_hash`

var metaNames = []string{"origin", "rev", "source_rev", "content_hash", "base_hash"}

func metaDest(m *records.Meta) []any {
	return []any{&m.Origin, &m.Rev, &m.SourceRev, &m.Hash, &m.Base}
}

func metaArgs(m records.Meta) []any { return addMeta(nil, &m) }

func addMeta(args []any, m *records.Meta) []any {
	return append(args, m.Origin, m.Rev, m.SourceRev, m.Hash, m.Base)
}

var householdInsert = upsert("households", 1, append([]string{
	"id", "profile", "survey_code", "ward_code", "team_id", "household_key", "block_no", "house_no", "address_line", "locality",
	"pin_code", "contact_mobile", "consent", "other",
}, metaNames...)...)

const householdColumns = `id, profile, survey_code, ward_code, team_id, household_key, block_no, house_no, address_line, locality,
	pin_code, contact_mobile, consent, other, ` + metaColumns

func scanHousehold(row scanner) (records.Household, error) {
	var h records.Household
	var other string
	err := row.Scan(append([]any{
		&h.ID, &h.Profile, &h.SurveyCode, &h.WardCode, &h.TeamID, &h.Key, &h.BlockNo, &h.HouseNo, &h.AddressLine, &h.Locality,
		&h.PinCode, &h.Mobile, &h.Consent, &other,
	}, metaDest(&h.Meta)...)...)
	if other != "" {
		h.Other = []byte(other)
	}
	return h, err
}

// saveHouseholds writes households as they are, over what is stored under their ids, and notes them to be linked anew. No id may
// come twice. There says which ids are stored already.
func saveHouseholds(ctx context.Context, q querier, relink *relinking, list []*records.Household, there func(id string) bool) error {
	err := saveOver(ctx, q, householdInsert, list, func(h *records.Household) bool { return there(h.ID) }, func(args []any, h *records.Household) []any {
		return addMeta(append(args, h.ID, h.Profile, h.SurveyCode, h.WardCode, h.TeamID, h.Key, h.BlockNo, h.HouseNo, h.AddressLine, h.Locality,
			h.PinCode, h.Mobile, h.Consent, string(h.Other)), &h.Meta)
	})
	if err != nil {
		return err
	}
	return relink.households(ctx, q, func(yield func(string) bool) {
		for i := range list {
			if !yield(list[i].ID) {
				return
			}
		}
	})
}

var residentInsert = upsert("residents", 1, append([]string{
	"id", "household_id", "member_key", "line_no", "full_name", "full_name_hi", "father_or_husband_name", "relation", "sex",
	"birth_year", "birth_month", "birth_day", "age_years", "visit_date", "guardian_line", "mobile", "epic_no", "abha_number",
	"other", "state",
}, metaNames...)...)

const residentColumns = `id, household_id, member_key, line_no, full_name, full_name_hi, father_or_husband_name, relation, sex,
	birth_year, birth_month, birth_day, age_years, visit_date, guardian_line, mobile, epic_no, abha_number,
	other, state, ` + metaColumns

func scanResident(row scanner) (records.Resident, error) {
	var r records.Resident
	var other string
	err := row.Scan(append([]any{
		&r.ID, &r.HouseholdID, &r.Key, &r.LineNo, &r.FullName, &r.FullNameHi, &r.FatherOrHusband, &r.Relation, &r.Sex,
		&r.BirthYear, &r.BirthMonth, &r.BirthDay, &r.AgeYears, &r.VisitDate, &r.GuardianLine, &r.Mobile, &r.EPIC, &r.ABHA,
		&other, &r.State,
	}, metaDest(&r.Meta)...)...)
	if other != "" {
		r.Other = []byte(other)
	}
	return r, err
}

// saveResidents writes residents as they are, over what is stored under their ids, and notes the households in which they stand,
// and stood, to be linked anew. No id may come twice. There says which ids are stored already.
func saveResidents(ctx context.Context, q querier, relink *relinking, list []*records.Resident, there func(id string) bool) error {
	var known []string
	for i := range list {
		if id := list[i].ID; there(id) {
			known = append(known, id)
		}
	}
	if err := relink.residents(ctx, q, known); err != nil {
		return err
	}
	err := saveOver(ctx, q, residentInsert, list, func(r *records.Resident) bool { return there(r.ID) }, func(args []any, r *records.Resident) []any {
		return addMeta(append(args, r.ID, r.HouseholdID, r.Key, r.LineNo, r.FullName, r.FullNameHi, r.FatherOrHusband, r.Relation, r.Sex,
			r.BirthYear, r.BirthMonth, r.BirthDay, r.AgeYears, r.VisitDate, r.GuardianLine, r.Mobile, r.EPIC, r.ABHA,
			string(r.Other), r.State), &r.Meta)
	})
	if err != nil {
		return err
	}
	return relink.households(ctx, q, func(yield func(string) bool) {
		for i := range list {
			if !yield(list[i].HouseholdID) {
				return
			}
		}
	})
}

var visitInsert = upsert("visits", 1, append([]string{
	"id", "household_id", "visit_no", "visit_date", "visit_outcome", "enumerator_id", "members_total", "other",
}, metaNames...)...)

const visitColumns = `id, household_id, visit_no, visit_date, visit_outcome, enumerator_id, members_total, other, ` + metaColumns

func scanVisit(row scanner) (records.Visit, error) {
	var v records.Visit
	var other string
	err := row.Scan(append([]any{
		&v.ID, &v.HouseholdID, &v.No, &v.Date, &v.Outcome, &v.EnumeratorID, &v.MembersTotal, &other,
	}, metaDest(&v.Meta)...)...)
	if other != "" {
		v.Other = []byte(other)
	}
	return v, err
}

// saveVisits writes visits as they are, over what is stored under their ids. No id may come twice. There says which are stored.
func saveVisits(ctx context.Context, q querier, list []*records.Visit, there func(id string) bool) error {
	return saveOver(ctx, q, visitInsert, list, func(v *records.Visit) bool { return there(v.ID) }, func(args []any, v *records.Visit) []any {
		return addMeta(append(args, v.ID, v.HouseholdID, v.No, v.Date, v.Outcome, v.EnumeratorID, v.MembersTotal, string(v.Other)), &v.Meta)
	})
}

// saveSourceRevs notes newer source revisions of rows whose content is equal.
func saveSourceRevs(ctx context.Context, q querier, table string, revs map[string]string) error {
	for id, rev := range revs {
		if _, err := q.ExecContext(ctx, `UPDATE `+table+` SET source_rev = $1 WHERE id = $2`, rev, id); err != nil {
			return fmt.Errorf("noting a source revision in %s: %w", table, err)
		}
	}
	return nil
}

// Household returns a household, or records.ErrNotFound.
func (s *Store) Household(ctx context.Context, id string) (records.Household, error) {
	h, err := scanHousehold(s.read.QueryRowContext(ctx, `SELECT `+householdColumns+` FROM households WHERE id = $1`, id))
	return h, notFound(err, "household "+id)
}

// Resident returns a resident, withdrawn or not, or records.ErrNotFound.
func (s *Store) Resident(ctx context.Context, id string) (records.Resident, error) {
	r, err := scanResident(s.read.QueryRowContext(ctx, `SELECT `+residentColumns+` FROM residents WHERE id = $1`, id))
	return r, notFound(err, "resident "+id)
}

// Households streams every household in the order of ids.
func (s *Store) Households(ctx context.Context) iter.Seq2[records.Household, error] {
	return query(ctx, s.read, scanHousehold, `SELECT `+householdColumns+` FROM households ORDER BY id`)
}

// Residents streams every resident, withdrawn ones too, in the order of ids.
func (s *Store) Residents(ctx context.Context) iter.Seq2[records.Resident, error] {
	return query(ctx, s.read, scanResident, `SELECT `+residentColumns+` FROM residents ORDER BY id`)
}

// ResidentsOf returns the residents of a household in the order of their lines.
func (s *Store) ResidentsOf(ctx context.Context, householdID string) ([]records.Resident, error) {
	list, err := collect(query(ctx, s.read, scanResident,
		`SELECT `+residentColumns+` FROM residents WHERE household_id = $1 ORDER BY line_no, id`, householdID))
	if err != nil {
		return nil, fmt.Errorf("reading household %s: %w", householdID, err)
	}
	return list, nil
}

// VisitsOf returns the visits to a household, first to last.
func (s *Store) VisitsOf(ctx context.Context, householdID string) ([]records.Visit, error) {
	list, err := collect(query(ctx, s.read, scanVisit,
		`SELECT `+visitColumns+` FROM visits WHERE household_id = $1 ORDER BY visit_no`, householdID))
	if err != nil {
		return nil, fmt.Errorf("reading visits to household %s: %w", householdID, err)
	}
	return list, nil
}

// A Census counts what a store holds.
type Census struct {
	Households int `json:"households"`
	Residents  int `json:"residents"` // active
	Withdrawn  int `json:"withdrawn"`
	Visits     int `json:"visits"`
	HeldBack   int `json:"held_back"` // rows in quarantine
}

// Census counts households, residents, visits and rows in quarantine.
func (s *Store) Census(ctx context.Context) (Census, error) {
	var c Census
	err := s.read.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM households),
	(SELECT COUNT(*) FROM residents WHERE state = 'active'), (SELECT COUNT(*) FROM residents WHERE state <> 'active'),
	(SELECT COUNT(*) FROM visits), (SELECT COUNT(*) FROM quarantine WHERE status = 'open')`,
	).Scan(&c.Households, &c.Residents, &c.Withdrawn, &c.Visits, &c.HeldBack)
	if err != nil {
		return c, fmt.Errorf("counting: %w", err)
	}
	return c, nil
}
