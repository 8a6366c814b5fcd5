package records

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
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

// An AgeCount counts residents of one birth, as it was told.
type AgeCount struct {
	Team, Enumerator string
	Age              int    // -1: not told
	BirthYear        int    // 0: not told
	VisitYear        string // of the visit
	Residents        int
}

// A Portion is how many of an enumerator's households have something.
type Portion struct {
	Team, Enumerator string
	Of, Have         int
}

// A Timed interview has a start and an end, as the device wrote them.
type Timed struct{ Team, Enumerator, Start, End string }

// CoverageStore is what coverage reads. Everything is added up by the store; only lengths of interviews come one by one. A
// household counts by the visit that [survey.Undecided] tells.
type CoverageStore interface {
	// Rounds lists the rounds, the one with the latest visit first.
	Rounds(ctx context.Context) ([]Round, error)
	// LatestFrame returns version 0 if there is none for the round.
	LatestFrame(ctx context.Context, surveyCode string) (Frame, error)
	CoverageCells(ctx context.Context, surveyCode string) iter.Seq2[survey.CoverageCell, error]
	RevisitCounts(ctx context.Context, surveyCode string) iter.Seq2[RevisitCount, error]

	AgeCounts(ctx context.Context, surveyCode string) iter.Seq2[AgeCount, error]
	SharedPhones(ctx context.Context, surveyCode string) iter.Seq2[Portion, error]
	SameSpots(ctx context.Context, surveyCode string) iter.Seq2[Portion, error]
	TimedInterviews(ctx context.Context, surveyCode string) iter.Seq2[Timed, error]
}

// Cover adds up how far a round has come against its latest frame.
func Cover(ctx context.Context, s CoverageStore, surveyCode string) (*survey.Coverage, Frame, error) {
	frame, err := s.LatestFrame(ctx, surveyCode)
	if err != nil {
		return nil, frame, err
	}
	c := survey.NewCoverer(frame.Frame)
	for cell, err := range s.CoverageCells(ctx, surveyCode) {
		if err != nil {
			return nil, frame, fmt.Errorf("adding up visits: %w", err)
		}
		c.Add(cell)
	}
	return c.Coverage(surveyCode), frame, nil
}

// CompareEnumerators gathers what is known of every enumerator's work and holds them beside each other. It returns no
// resident's data: counts by enumerator only.
func CompareEnumerators(ctx context.Context, s CoverageStore, c *survey.Coverage) ([]survey.Comparison, error) {
	all := c.Facts()
	for n, err := range s.AgeCounts(ctx, c.Survey) {
		if err != nil {
			return nil, fmt.Errorf("counting ages: %w", err)
		}
		if f := survey.FactsOf(all, n.Team, n.Enumerator); f != nil {
			addAges(f, n)
		}
	}
	for n, err := range s.SharedPhones(ctx, c.Survey) {
		if err != nil {
			return nil, fmt.Errorf("counting phones: %w", err)
		}
		if f := survey.FactsOf(all, n.Team, n.Enumerator); f != nil {
			f.Phones, f.Shared = n.Of, n.Have
		}
	}
	for n, err := range s.SameSpots(ctx, c.Survey) {
		if err != nil {
			return nil, fmt.Errorf("counting places: %w", err)
		}
		if f := survey.FactsOf(all, n.Team, n.Enumerator); f != nil {
			f.Located, f.SameSpot = n.Of, n.Have
		}
	}
	for t, err := range s.TimedInterviews(ctx, c.Survey) {
		if err != nil {
			return nil, fmt.Errorf("reading lengths of interviews: %w", err)
		}
		if f := survey.FactsOf(all, t.Team, t.Enumerator); f != nil {
			if m, ok := minutes(t.Start, t.End); ok {
				f.Minutes[min(m, len(f.Minutes)-1)]++
			}
		}
	}
	return survey.Compare(all), nil
}

func addAges(f *survey.Facts, n AgeCount) {
	f.Residents += n.Residents
	if n.BirthYear == 0 {
		f.NoBirth += n.Residents
	}
	age := n.Age
	if age < 0 && n.BirthYear > 0 {
		// Give or take one: who was told by a year of birth was told by the year, and that is what people round.
		if at, err := time.Parse("2006", n.VisitYear); err == nil {
			age = at.Year() - n.BirthYear
		}
	}
	if age >= 0 && age < len(f.Ages) {
		f.Ages[age] += n.Residents
	}
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

// moment reads what devices write: ISO 8601 with or without a zone (ODK's start and end have one), or SurveyCTO's American time.
func moment(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "Jan 2, 2006 3:04:05 PM"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
