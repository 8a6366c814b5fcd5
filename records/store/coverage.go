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

// SurveyedHouseholds gives what coverage reads of the households of a round, in the order in which they lie in the store.
func (s *Store) SurveyedHouseholds(ctx context.Context, surveyCode string, work bool) iter.Seq2[records.SurveyedHousehold, error] {
	more := `'', '', '', '', ''`
	if work {
		more = `contact_mobile, ` + s.told("other", `"latitude":`, "latitude") + `, ` + s.told("other", `"longitude":`, "longitude") + `, ` +
			s.timeOf("start") + `, ` + s.timeOf("end")
	}
	return query(ctx, s.read, func(row scanner) (records.SurveyedHousehold, error) {
		var h records.SurveyedHousehold
		err := row.Scan(&h.ID, &h.Ward, &h.Block, &h.Team, &h.HasPhone, &h.Mobile, &h.Latitude, &h.Longitude, &h.Start, &h.End)
		return h, err
	}, `SELECT id, ward_code, block_no, team_id, contact_mobile <> '', `+more+` FROM households WHERE survey_code = $1`, surveyCode)
}

// told is a field of a column of JSON, or ”. The text is looked for first: most rows have no such field, and taking JSON apart is dear.
func (s *Store) told(column, text string, path ...string) string {
	return `CASE WHEN ` + column + ` LIKE '%` + text + `%' THEN COALESCE(` + s.dialect.field(column, path...) + `, '') ELSE '' END`
}

// timeOf is when the device began or ended an interview, among the columns of the source: in ODK's words or in SurveyCTO's.
func (s *Store) timeOf(name string) string {
	return `CASE WHEN other LIKE '%"source":{%"start%' THEN COALESCE(` + s.dialect.field("other", "source", name) + `, ` + s.dialect.field("other", "source", name+"time") + `, '') ELSE '' END`
}

// VisitsMade gives what coverage reads of the visits of all rounds.
func (s *Store) VisitsMade(ctx context.Context, work bool) iter.Seq2[records.VisitMade, error] {
	more := `'', ''`
	if work {
		more = s.told("other", `"start":`, "start") + `, ` + s.told("other", `"end":`, "end")
	}
	return query(ctx, s.read, func(row scanner) (records.VisitMade, error) {
		var v records.VisitMade
		err := row.Scan(&v.HouseholdID, &v.No, &v.Date, &v.Outcome, &v.Enumerator, &v.Start, &v.End)
		return v, err
	}, `SELECT household_id, visit_no, visit_date, visit_outcome, enumerator_id, `+more+` FROM visits`)
}

// ResidentAges gives how old the residents of all rounds are, but for those who withdrew.
func (s *Store) ResidentAges(ctx context.Context) iter.Seq2[records.ResidentAge, error] {
	return query(ctx, s.read, func(row scanner) (records.ResidentAge, error) {
		var r records.ResidentAge
		err := row.Scan(&r.HouseholdID, &r.Age, &r.BirthYear, &r.VisitDate, &r.Start, &r.End)
		return r, err
	}, `SELECT household_id, COALESCE(age_years, -1), birth_year, visit_date, `+s.timeOf("start")+`, `+s.timeOf("end")+` FROM residents WHERE state <> '`+records.ResidentWithdrawn+`'`)
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

// Revisits lists the households at which somebody has to call again, with their addresses, team by team and
// ward by ward.
func (s *Store) Revisits(ctx context.Context, surveyCode string) iter.Seq2[records.Revisit, error] {
	return query(ctx, s.read, func(row scanner) (records.Revisit, error) {
		var r records.Revisit
		err := row.Scan(&r.Team, &r.Ward, &r.Block, &r.Outcome, &r.Calls, &r.Last, &r.House, &r.Address, &r.Locality, &r.PIN, &r.Key)
		return r, err
	}, revisits+`, h.house_no, h.address_line, h.locality, h.pin_code, h.household_key`+countedVisit+dueVisit+`
ORDER BY h.team_id, h.ward_code, h.id`, surveyCode)
}
