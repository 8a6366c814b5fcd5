package records

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"time"

	"sehat/survey"
)

// A Frame is one version of the households expected in a round.
type Frame struct {
	Survey  string       `json:"survey_code"`
	Version int          `json:"version"` // from 1; 0: nobody has said what to expect
	File    string       `json:"file"`
	By      string       `json:"by"`
	At      string       `json:"at"`
	Hash    string       `json:"-"` // of the rows
	Frame   survey.Frame `json:"-"`
}

// Seal sorts the rows and sets their hash.
func (f *Frame) Seal() error {
	slices.SortFunc(f.Frame.Rows, func(a, b survey.FrameRow) int {
		return cmp.Or(cmp.Compare(a.Ward, b.Ward), cmp.Compare(a.Block, b.Block), cmp.Compare(a.Team, b.Team))
	})
	b, err := Canonical(f.Frame)
	if err != nil {
		return fmt.Errorf("hashing a frame: %w", err)
	}
	f.Hash = Hash(b)
	return nil
}

// A Round is one survey round of a store.
type Round struct {
	Survey     string `json:"survey_code"`
	Households int    `json:"households"`
	Latest     string `json:"latest_visit,omitempty"` // told where there are several rounds
}

// A Revisit is a household at which somebody has to call again. It holds an address and no name.
type Revisit struct {
	Team, Ward, Block, House, Address, Locality, PIN, Key string
	Outcome                                               string // of the visit that counts
	Calls                                                 int    // visits so far
	Last                                                  string // day of the last one
}

// A RevisitCount counts them by block.
type RevisitCount struct {
	Team, Ward, Block, Outcome string
	Calls                      int
	Households                 int
	Since                      string // the day of the visit that lies longest ago
}

// A SurveyedHousehold is what coverage reads of a household. Mobile, the place and the times are only told where they are asked for.
type SurveyedHousehold struct {
	ID, Ward, Block, Team string
	HasPhone              bool
	Mobile                string
	Latitude, Longitude   string // as they were written
	Start, End            string // of its latest interview, as the device wrote them among the columns of the source
}

// A VisitMade is what coverage reads of a visit.
type VisitMade struct {
	HouseholdID               string
	No                        int
	Date, Outcome, Enumerator string
	Start, End                string // as the device wrote them; only where they are asked for
}

// A ResidentAge is what coverage reads of a resident who is listed.
type ResidentAge struct {
	HouseholdID string
	Age         int    // -1: not told
	BirthYear   int    // 0: not told
	VisitDate   string // ISO 8601
	Start, End  string // of the interview, where the source told it with each member
}

// CoverageStore is what coverage reads: few columns of every household, visit and resident in the order in which they lie there. Joining
// and adding up in SQL costs four times as much in SQLite; see the figures at [Cover].
type CoverageStore interface {
	// Rounds lists the rounds, the one with the latest visit first.
	Rounds(ctx context.Context) ([]Round, error)
	// LatestFrame returns version 0 if there is none for the round.
	LatestFrame(ctx context.Context, surveyCode string) (Frame, error)
	// RevisitCounts counts households by the visit that [survey.Undecided] tells.
	RevisitCounts(ctx context.Context, surveyCode string) iter.Seq2[RevisitCount, error]
	// SurveyedHouseholds gives the households of a round; those of others are left out.
	SurveyedHouseholds(ctx context.Context, surveyCode string, work bool) iter.Seq2[SurveyedHousehold, error]
	// VisitsMade and ResidentAges give those of all rounds.
	VisitsMade(ctx context.Context, work bool) iter.Seq2[VisitMade, error]
	ResidentAges(ctx context.Context) iter.Seq2[ResidentAge, error]
}

// minutes is the length of an interview. One that ends before it began, or on another day, was timed by nobody.
func minutes(start, end string) (int, bool) {
	from, ok := moment(start)
	to, ok2 := moment(end)
	if !ok || !ok2 || to.Before(from) || to.Sub(from) > 12*time.Hour {
		return 0, false
	}
	return int(to.Sub(from) / time.Minute), true
}

// moment reads what devices write: ISO 8601 with or without a zone (ODK's start and end have one), SurveyCTO's American time, or the day
// and its fraction that Excel makes of a time in a cell, as real workbooks of KoboToolbox have it.
func moment(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "Jan 2, 2006 3:04:05 PM"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	if days, err := strconv.ParseFloat(s, 64); err == nil && days >= 36526 && days < 73051 { // 2000 to 2099
		return time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).Add(time.Duration(days * float64(24*time.Hour)).Round(time.Second)), true
	}
	return time.Time{}, false
}
