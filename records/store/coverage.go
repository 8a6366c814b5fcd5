package store

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"sehat/records"
	"sehat/survey"
)

// countedVisit joins each household h of the round $1 with the visit v that counts: the last decisive one, else the last.
var countedVisit = `
FROM households h JOIN visits v ON v.household_id = h.id
WHERE h.survey_code = $1
	AND NOT EXISTS (SELECT 1 FROM visits w WHERE w.household_id = h.id AND ` + visitRank("w") + ` > ` + visitRank("v") + `)`

// visitRank orders the visits of a household. Their numbers are small (at most 20).
func visitRank(v string) string {
	return `(CASE WHEN ` + v + `.visit_outcome IN ('` + strings.Join(survey.Undecided(), "', '") + `') THEN 0 ELSE 1000 END + ` + v + `.visit_no)`
}

// metVisit keeps the visits with an interview.
const metVisit = ` AND v.visit_outcome IN ('` + survey.OutcomeComplete + `', '` + survey.OutcomePartial + `')`

// dueVisit keeps the households at which somebody has to call again.
const dueVisit = ` AND v.visit_outcome IN ('` + survey.OutcomePartial + `', '` + survey.OutcomeLocked + `', '` + survey.OutcomeRevisit + `')`

// Rounds lists the survey rounds, the one with the latest visit first.
func (s *Store) Rounds(ctx context.Context) ([]records.Round, error) {
	list, err := collect(query(ctx, s.read, func(row scanner) (records.Round, error) {
		var r records.Round
		err := row.Scan(&r.Survey, &r.Households)
		return r, err
	}, `SELECT survey_code, COUNT(*) FROM households GROUP BY survey_code`))
	if err != nil {
		return nil, fmt.Errorf("reading the survey rounds: %w", err)
	}
	if len(list) < 2 {
		return list, nil
	}
	for i := range list {
		err := s.read.QueryRowContext(ctx, `SELECT COALESCE(MAX(v.visit_date), '') FROM households h JOIN visits v ON v.household_id = h.id
WHERE h.survey_code = $1`, list[i].Survey).Scan(&list[i].Latest)
		if err != nil {
			return nil, fmt.Errorf("reading the survey rounds: %w", err)
		}
	}
	slices.SortFunc(list, func(a, b records.Round) int {
		return cmp.Or(cmp.Compare(b.Latest, a.Latest), cmp.Compare(b.Survey, a.Survey))
	})
	return list, nil
}

// SaveFrame keeps a frame as the next version of its round, and returns it with its number. A frame with the rows of the
// latest version is not kept again: then fresh is false.
func (s *Store) SaveFrame(ctx context.Context, f records.Frame) (saved records.Frame, fresh bool, err error) {
	err = s.inTx(ctx, func(tx querier) error {
		if err := s.lock(ctx, tx, "frame"); err != nil {
			return err
		}
		last, err := latestFrame(ctx, tx, f.Survey)
		if err != nil {
			return err
		}
		if last.Version > 0 && last.Hash == f.Hash {
			saved = last
			return nil
		}
		f.Version, fresh = last.Version+1, true
		saved = f
		in := plain("frames", "survey_code", "version", "file", "content_hash", "decided_by", "decided_at")
		if _, err := in.rows(ctx, tx, [][]any{{f.Survey, f.Version, f.File, f.Hash, f.By, f.At}}); err != nil {
			return err
		}
		rows := make([][]any, 0, len(f.Frame.Rows))
		for _, r := range f.Frame.Rows {
			rows = append(rows, []any{f.Survey, f.Version, r.Ward, r.Block, r.Team, r.Expected})
		}
		_, err = plain("frame_rows", "survey_code", "version", "ward_code", "block_no", "team_id", "expected").rows(ctx, tx, rows)
		return err
	})
	return saved, fresh, err
}

// LatestFrame returns the frame of a round that counts; version 0 if there is none.
func (s *Store) LatestFrame(ctx context.Context, surveyCode string) (records.Frame, error) {
	f, err := latestFrame(ctx, s.read, surveyCode)
	if err != nil || f.Version == 0 {
		return f, err
	}
	f.Frame.Rows, err = collect(query(ctx, s.read, func(row scanner) (survey.FrameRow, error) {
		var r survey.FrameRow
		err := row.Scan(&r.Ward, &r.Block, &r.Team, &r.Expected)
		return r, err
	}, `SELECT ward_code, block_no, team_id, expected FROM frame_rows WHERE survey_code = $1 AND version = $2
ORDER BY ward_code, block_no, team_id`, f.Survey, f.Version))
	if err != nil {
		return f, fmt.Errorf("reading the expected households: %w", err)
	}
	return f, nil
}

func latestFrame(ctx context.Context, q querier, surveyCode string) (records.Frame, error) {
	list, err := collect(query(ctx, q, func(row scanner) (records.Frame, error) {
		var f records.Frame
		err := row.Scan(&f.Survey, &f.Version, &f.File, &f.Hash, &f.By, &f.At)
		return f, err
	}, `SELECT survey_code, version, file, content_hash, decided_by, decided_at FROM frames WHERE survey_code = $1
ORDER BY version DESC LIMIT 1`, surveyCode))
	if err != nil {
		return records.Frame{}, fmt.Errorf("reading the expected households: %w", err)
	}
	if len(list) == 0 {
		return records.Frame{Survey: surveyCode}, nil
	}
	return list[0], nil
}

// CoverageCells counts the households of a round by everything that a coverage table is made by.
func (s *Store) CoverageCells(ctx context.Context, surveyCode string) iter.Seq2[survey.CoverageCell, error] {
	return query(ctx, s.read, func(row scanner) (survey.CoverageCell, error) {
		var c survey.CoverageCell
		err := row.Scan(&c.Ward, &c.Block, &c.Team, &c.Enumerator, &c.Day, &c.Outcome, &c.Households, &c.NoPhone)
		return c, err
	}, `SELECT h.ward_code, h.block_no, h.team_id, v.enumerator_id, v.visit_date, v.visit_outcome, COUNT(*),
	SUM(CASE WHEN h.contact_mobile = '' THEN 1 ELSE 0 END)`+countedVisit+`
GROUP BY h.ward_code, h.block_no, h.team_id, v.enumerator_id, v.visit_date, v.visit_outcome`, surveyCode)
}

// revisits are the households to call at again; its columns come first.
var revisits = `SELECT h.team_id, h.ward_code, h.block_no, v.visit_outcome,
	(SELECT COUNT(*) FROM visits c WHERE c.household_id = h.id) AS calls,
	(SELECT MAX(c.visit_date) FROM visits c WHERE c.household_id = h.id) AS last`

// RevisitCounts counts the households at which somebody has to call again.
func (s *Store) RevisitCounts(ctx context.Context, surveyCode string) iter.Seq2[records.RevisitCount, error] {
	return query(ctx, s.read, func(row scanner) (records.RevisitCount, error) {
		var c records.RevisitCount
		err := row.Scan(&c.Team, &c.Ward, &c.Block, &c.Outcome, &c.Calls, &c.Households, &c.Since)
		return c, err
	}, `SELECT team_id, ward_code, block_no, visit_outcome, calls, COUNT(*), MIN(last) FROM (`+revisits+countedVisit+dueVisit+`) due
GROUP BY team_id, ward_code, block_no, visit_outcome, calls
ORDER BY team_id, ward_code, block_no, visit_outcome, calls`, surveyCode)
}

// Revisits lists the households at which somebody has to call again, with their addresses, in walking order.
func (s *Store) Revisits(ctx context.Context, surveyCode string) iter.Seq2[records.Revisit, error] {
	return query(ctx, s.read, func(row scanner) (records.Revisit, error) {
		var r records.Revisit
		err := row.Scan(&r.Team, &r.Ward, &r.Block, &r.Outcome, &r.Calls, &r.Last, &r.House, &r.Address, &r.Locality, &r.PIN, &r.Key)
		return r, err
	}, revisits+`, h.house_no, h.address_line, h.locality, h.pin_code, h.household_key`+countedVisit+dueVisit+`
ORDER BY h.team_id, h.ward_code, h.block_no, h.locality, h.address_line, h.house_no, h.id`, surveyCode)
}

// AgeCounts counts the residents listed by each enumerator by age and year of birth.
func (s *Store) AgeCounts(ctx context.Context, surveyCode string) iter.Seq2[records.AgeCount, error] {
	return query(ctx, s.read, func(row scanner) (records.AgeCount, error) {
		var c records.AgeCount
		err := row.Scan(&c.Team, &c.Enumerator, &c.Age, &c.BirthYear, &c.VisitYear, &c.Residents)
		return c, err
	}, `SELECT h.team_id, v.enumerator_id, COALESCE(r.age_years, -1), r.birth_year, substr(r.visit_date, 1, 4), COUNT(*)`+
		strings.Replace(countedVisit, "WHERE", "JOIN residents r ON r.household_id = h.id WHERE", 1)+metVisit+` AND r.state <> '`+records.ResidentWithdrawn+`'
GROUP BY h.team_id, v.enumerator_id, COALESCE(r.age_years, -1), r.birth_year, substr(r.visit_date, 1, 4)`, surveyCode)
}

func scanPortion(row scanner) (records.Portion, error) {
	var p records.Portion
	err := row.Scan(&p.Team, &p.Enumerator, &p.Of, &p.Have)
	return p, err
}

// SharedPhones counts each enumerator's households with a phone, and those whose phone another household has, too.
func (s *Store) SharedPhones(ctx context.Context, surveyCode string) iter.Seq2[records.Portion, error] {
	return query(ctx, s.read, scanPortion, `SELECT h.team_id, v.enumerator_id, COUNT(*), SUM(CASE WHEN d.contact_mobile IS NULL THEN 0 ELSE 1 END)`+
		strings.Replace(countedVisit, "WHERE", `
LEFT JOIN (SELECT contact_mobile FROM households WHERE survey_code = $1 AND contact_mobile <> '' GROUP BY contact_mobile HAVING COUNT(*) > 1) d
	ON d.contact_mobile = h.contact_mobile
WHERE`, 1)+metVisit+` AND h.contact_mobile <> ''
GROUP BY h.team_id, v.enumerator_id`, surveyCode)
}

// SameSpots counts each enumerator's households with GPS, and those at exactly the place of another one of that enumerator.
func (s *Store) SameSpots(ctx context.Context, surveyCode string) iter.Seq2[records.Portion, error] {
	lat, lon := s.dialect.field("h.other", "latitude"), s.dialect.field("h.other", "longitude")
	return query(ctx, s.read, scanPortion, `SELECT team_id, enumerator_id, CAST(SUM(n) AS BIGINT), CAST(SUM(CASE WHEN n > 1 THEN n ELSE 0 END) AS BIGINT)
FROM (SELECT h.team_id, v.enumerator_id, COUNT(*) AS n`+countedVisit+metVisit+` AND h.other LIKE '%"latitude":%' AND h.other LIKE '%"longitude":%'
	GROUP BY h.team_id, v.enumerator_id, `+lat+`, `+lon+`) spots
GROUP BY team_id, enumerator_id`, surveyCode)
}

// TimedInterviews lists the complete interviews of which the device wrote down start and end: among the visit's other answers, or
// as columns of the source that the household keeps from its latest visit.
func (s *Store) TimedInterviews(ctx context.Context, surveyCode string) iter.Seq2[records.Timed, error] {
	moment := func(name string) string {
		return `COALESCE(` + s.dialect.field("v.other", name) + `, CASE WHEN v.visit_no = (SELECT MAX(w.visit_no) FROM visits w WHERE w.household_id = h.id) THEN COALESCE(` +
			s.dialect.field("h.other", "source", name) + `, ` + s.dialect.field("h.other", "source", name+"time") + `) END, '')`
	}
	return query(ctx, s.read, func(row scanner) (records.Timed, error) {
		var t records.Timed
		err := row.Scan(&t.Team, &t.Enumerator, &t.Start, &t.End)
		return t, err
	}, `SELECT h.team_id, v.enumerator_id, `+moment("start")+`, `+moment("end")+
		countedVisit+` AND v.visit_outcome = '`+survey.OutcomeComplete+`' AND (v.other LIKE '%"start":%' OR h.other LIKE '%"source":{%"start%')`, surveyCode)
}
