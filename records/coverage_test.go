package records

import (
	"context"
	"fmt"
	"iter"
	"testing"

	"sehat/survey"
)

func TestMinutes(t *testing.T) {
	for _, c := range []struct {
		name, start, end string
		want             int
		ok               bool
	}{
		{"as ODK writes it", "2026-01-05T10:02:00.000+05:30", "2026-01-05T10:31:40.000+05:30", 29, true},
		{"as KoboToolbox writes it in a workbook", "2026-01-05 10:02:00", "2026-01-05 10:22:00", 20, true},
		{"as SurveyCTO writes it", "Jan 5, 2026 11:50:00 AM", "Jan 5, 2026 12:10:00 PM", 20, true},
		{"as a cell of Excel holds it", "45070.60260590278", "45070.61895289352", 23, true},
		{"two numbers that are no days", "5", "7", 0, false},
		{"a zone without a colon", "2026-01-05T10:02:00.000+0530", "2026-01-05T10:12:00.000+0530", 10, true},
		{"at once", "2026-01-05T10:02:00", "2026-01-05T10:02:00", 0, true},
		{"ends before it begins", "2026-01-05T10:02:00", "2026-01-05T10:01:00", 0, false},
		{"finished the next day", "2026-01-05T10:02:00", "2026-01-06T10:01:00", 0, false},
		{"no end", "2026-01-05T10:02:00", "", 0, false},
		{"not a time", "ten", "eleven", 0, false},
	} {
		if got, ok := minutes(c.start, c.end); got != c.want || ok != c.ok {
			t.Errorf("%s: %d, %v", c.name, got, ok)
		}
	}
}

// A told is a CoverageStore of what it holds.
type told struct {
	CoverageStore
	households []SurveyedHousehold
	visits     []VisitMade
	residents  []ResidentAge
}

func each[T any](list []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range list {
			if !yield(v, nil) {
				return
			}
		}
	}
}

func (s told) SurveyedHouseholds(context.Context, string, bool) iter.Seq2[SurveyedHousehold, error] {
	return each(s.households)
}

func (s told) VisitsMade(context.Context, bool) iter.Seq2[VisitMade, error] { return each(s.visits) }

func (s told) ResidentAges(context.Context) iter.Seq2[ResidentAge, error] { return each(s.residents) }

func TestWhatIsKnownOfAnEnumeratorsWork(t *testing.T) {
	house := func(id, team, mobile, place string) SurveyedHousehold {
		return SurveyedHousehold{ID: id, Ward: "012", Block: "1", Team: team, Mobile: mobile, HasPhone: mobile != "", Latitude: place, Longitude: place}
	}
	own := func(h SurveyedHousehold, start, end string) SurveyedHousehold {
		h.Start, h.End = "2026-01-05T"+start, "2026-01-05T"+end
		return h
	}
	visit := func(household string, no int, outcome, enumerator string, times ...string) VisitMade {
		v := VisitMade{HouseholdID: household, No: no, Date: fmt.Sprintf("2026-01-%02d", no), Outcome: outcome, Enumerator: enumerator}
		if len(times) > 0 {
			v.Start, v.End = "2026-01-05T"+times[0], "2026-01-05T"+times[1]
		}
		return v
	}
	s := told{
		households: []SurveyedHousehold{
			house("a", "T1", "98", "28.1"), house("b", "T1", "98", "28.1"), house("c", "T1", "", "28.2"), // E1
			house("d", "T1", "97", "28.1"), own(house("e", "T1", "96", ""), "12:00:00", "12:20:00"), // E2; d is where E1 was
			own(house("f", "T2", "98", ""), "12:00:00", "12:20:00"), house("g", "T2", "96", "28.3"), // E1 of another team
		},
		visits: []VisitMade{
			visit("a", 1, "locked", "E2"), visit("a", 2, "complete", "E1", "10:02:00", "10:31:40"), visit("a", 3, "locked", "E2"),
			visit("b", 1, "complete", "E1", "11:00:00", "10:00:00"), visit("c", 1, "partial", "E1", "10:00:00", "10:10:00"),
			visit("d", 1, "complete", "E2"), visit("e", 1, "complete", "E2"),
			visit("f", 1, "complete", "E1"), visit("f", 2, "locked", "E1"), // whose columns are those of the second visit
			visit("g", 1, "refused", "E1"), visit("of another round", 1, "complete", "E1"),
		},
		residents: []ResidentAge{
			{"a", 40, 0, "2026-01-02", "2026-01-05T10:00:00", "2026-01-05T10:10:00"},
			{"a", -1, 1996, "2026-01-02", "", ""},
			{"b", 41, 1985, "2026-01-01", "", ""},
			{"d", -1, 0, "2026-01-01", "2026-01-05T10:00:00", "2026-01-05T10:12:00"},
			{"d", -1, 0, "2026-01-01", "2026-01-05T10:00:00", "2026-01-05T10:12:00"},
			{"g", 30, 0, "2026-01-01", "", ""},
			{"of another round", 30, 0, "2026-01-01", "", ""},
		},
	}
	c := newCovering(len(s.households), true)
	if err := c.read(t.Context(), s, "r"); err != nil {
		t.Fatal(err)
	}
	sum := survey.NewCoverer(survey.Frame{})
	c.addUp(sum)
	all := sum.Coverage("r").Facts()
	c.facts(all)
	if err := c.ages(t.Context(), s, all); err != nil {
		t.Fatal(err)
	}
	for i, want := range []survey.Facts{
		{Team: "T1", Enumerator: "E1", Interviews: 3, NoPhone: 1, Busiest: 2, Phones: 2, Shared: 2, Located: 3, SameSpot: 2, Residents: 3, NoBirth: 1},
		{Team: "T1", Enumerator: "E2", Interviews: 2, Busiest: 2, Phones: 2, Shared: 1, Located: 1, Residents: 2, NoBirth: 2}, // d is told with each member
		{Team: "T2", Enumerator: "E1", Interviews: 1, Refused: 1, Busiest: 1, Phones: 1, Shared: 1},
	} {
		switch i {
		case 0:
			want.Ages[40], want.Ages[30], want.Ages[41], want.Minutes[29] = 1, 1, 1, 1
		case 1:
			want.Minutes[20], want.Minutes[12] = 1, 1
		}
		if i >= len(all) || all[i] != want {
			t.Errorf("got  %+v\nwant %+v", all[i], want)
		}
	}
}
