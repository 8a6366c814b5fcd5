package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"sehat/records"
	"sehat/records/store"
	"sehat/records/store/storetest"
	"sehat/survey"
)

// call makes a row of one visit at one household of round r, ward 012, block EB-1, team T1.
func call(household string, no int, day, outcome, enumerator string) records.ImportRow {
	return records.ImportRow{
		Household: &records.Household{
			ID: household, Profile: "sehat", SurveyCode: "r", WardCode: "012", BlockNo: "EB-1", TeamID: "T1", Key: household,
			HouseNo: household + "/7", AddressLine: "Gali 4", Locality: "Ram Nagar", PinCode: "110001",
		},
		Visit: &records.Visit{ID: records.VisitID(household, no), HouseholdID: household, No: no, Date: day, Outcome: outcome, EnumeratorID: enumerator},
	}
}

func TestTheLastDecisiveVisitCounts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		ctx := t.Context()
		s := create(t, url, records.RoleCentre)
		cases := []struct {
			name   string
			visits []string // their outcomes, from the first
			want   string
		}{
			{"one visit", []string{"complete"}, "complete"},
			{"locked, then complete", []string{"locked", "complete"}, "complete"},
			{"complete, then locked", []string{"complete", "locked"}, "complete"},
			{"partial, then locked twice", []string{"partial", "locked", "locked"}, "partial"},
			{"partial, then complete", []string{"partial", "revisit", "complete"}, "complete"},
			{"refused, then complete", []string{"refused", "complete"}, "complete"},
			{"complete, then refused", []string{"complete", "refused"}, "refused"},
			{"locked three times", []string{"locked", "revisit", "locked"}, "locked"},
			{"locked, then come again", []string{"locked", "revisit"}, "revisit"},
			{"not found, then vacant", []string{"not_found", "vacant"}, "vacant"},
		}
		var rows []records.ImportRow
		for i, c := range cases {
			for v, outcome := range c.visits {
				// Later visits come first into the store: the order of arrival does not matter.
				row := call(fmt.Sprintf("h%02d", i), v+1, fmt.Sprintf("2026-01-%02d", 5+v), outcome, c.name)
				row.Household.SourceRev, row.Visit.SourceRev = fmt.Sprintf("%04d", v+1), fmt.Sprintf("%04d", v+1)
				rows = slices.Insert(rows, 0, row)
			}
		}
		other := call("x1", 1, "2025-01-05", "complete", "E9")
		other.Household.SurveyCode = "last year"
		importRows(t, s.Importing(), append(rows, other)...)
		covered, err := records.Cover(ctx, s, records.Round{Survey: "r"}, false)
		if err != nil || covered.Total.Visited() != len(cases) || len(covered.Blocks) != 1 || covered.Blocks[0].Block != "EB-1" {
			t.Fatalf("%+v, %v", covered.Total, err)
		}
		got := map[string]string{}
		for _, e := range covered.Enumerators {
			for outcome, n := range map[string]int{
				"complete": e.Complete, "partial": e.Partial, "locked": e.Locked, "refused": e.Refused, "vacant": e.Vacant, "not_found": e.NotFound, "revisit": e.Revisit,
			} {
				got[e.Enumerator] += strings.Repeat(outcome, n)
			}
		}
		for i, c := range cases {
			if got[c.name] != c.want {
				t.Errorf("%s: %s counts, want %s", c.name, got[c.name], c.want)
			}
			visits, err := s.VisitsOf(ctx, fmt.Sprintf("h%02d", i))
			if err != nil || len(visits) != len(c.visits) {
				t.Errorf("%s: %d visits are kept, %v", c.name, len(visits), err)
			}
		}
		rounds, err := s.Rounds(ctx)
		if err != nil || len(rounds) != 2 || rounds[0].Survey != "r" || rounds[0].Households != len(cases) || rounds[1].Latest != "2025-01-05" {
			t.Errorf("rounds %+v, %v", rounds, err)
		}
		due := map[string]int{}
		for c, err := range s.RevisitCounts(ctx, "r") {
			if err != nil {
				t.Fatal(err)
			}
			due[fmt.Sprint(c.Outcome, c.Calls, c.Since)] += c.Households
		}
		if len(due) != 3 || due["partial32026-01-07"] != 1 || due["locked32026-01-07"] != 1 || due["revisit22026-01-06"] != 1 {
			t.Errorf("to call at again: %v", due)
		}
		var list []records.Revisit
		for r, err := range s.Revisits(ctx, "r") {
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, r)
		}
		want := records.Revisit{
			Team: "T1", Ward: "012", Block: "EB-1", House: "h03/7", Address: "Gali 4", Locality: "Ram Nagar", PIN: "110001", Key: "h03",
			Outcome: "partial", Calls: 3, Last: "2026-01-07",
		}
		if len(list) != 3 || list[0] != want {
			t.Errorf("revisits %+v", list)
		}
	})
}

func TestFramesAreKeptInVersions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		ctx := t.Context()
		s := create(t, url, records.RoleCentre)
		if f, err := s.LatestFrame(ctx, "r"); err != nil || f.Version != 0 || len(f.Frame.Rows) != 0 {
			t.Fatalf("no frame: %+v, %v", f, err)
		}
		a := survey.FrameRow{Ward: "012", Block: "EB-1", Expected: 120}
		b := survey.FrameRow{Ward: "012", Block: "EB-2", Team: "T1", Expected: 0}
		for _, c := range []struct {
			name    string
			round   string
			rows    []survey.FrameRow
			version int
			fresh   bool
		}{
			{"the first list", "r", []survey.FrameRow{b, a}, 1, true},
			{"the same in another order", "r", []survey.FrameRow{a, b}, 1, false},
			{"another round", "s", []survey.FrameRow{a}, 1, true},
			{"a correction", "r", []survey.FrameRow{a}, 2, true},
			{"the first again takes the place of the correction", "r", []survey.FrameRow{a, b}, 3, true},
		} {
			f := records.Frame{Survey: c.round, File: c.name, By: "tester", At: "2026", Frame: survey.Frame{Rows: slices.Clone(c.rows)}}
			if err := f.Seal(); err != nil {
				t.Fatal(err)
			}
			saved, fresh, err := s.SaveFrame(ctx, f)
			if err != nil || saved.Version != c.version || fresh != c.fresh {
				t.Errorf("%s: version %d, fresh %v, %v", c.name, saved.Version, fresh, err)
			}
		}
		f, err := s.LatestFrame(ctx, "r")
		if err != nil || f.Version != 3 || !slices.Equal(f.Frame.Rows, []survey.FrameRow{a, b}) {
			t.Errorf("latest %+v, %v", f, err)
		}
	})
}

func TestWhatIsKnownOfEnumerators(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		ctx := t.Context()
		s := create(t, url, records.RoleCentre)
		house := func(id, enumerator, phone, other, timed string, ages ...int) (rows []records.ImportRow) {
			row := call(id, 1, "2026-01-05", "complete", enumerator)
			row.Household.Mobile, row.Household.Other, row.Visit.Other = phone, []byte(other), []byte(timed)
			rows = append(rows, row)
			for i, age := range ages {
				r := &records.Resident{ID: fmt.Sprint(id, "-", i), HouseholdID: id, Key: fmt.Sprint(i), VisitDate: "2026-01-05", AgeYears: &age}
				if age > 1900 {
					r.BirthYear, r.AgeYears = age, nil
				}
				if age == 7 { // a table with a line for each member
					r.Other = []byte(`{"source":{"end":"b","start":"a"}}`)
				}
				rows = append(rows, records.ImportRow{Resident: r})
			}
			return rows
		}
		here, there := `{"latitude":28.61,"longitude":77.2,"members_total":2}`, `{"latitude":28.62,"longitude":77.2}`
		rows := slices.Concat(
			house("h1", "E1", "+919812345670", here, `{"end":"2026-01-05T10:31:40.000+05:30","start":"2026-01-05T10:02:00.000+05:30"}`, 40, 1996),
			house("h2", "E1", "+919812345670", here, `{"end":"2026-01-05T10:00:00","start":"2026-01-05T11:00:00"}`, 40),
			house("h3", "E1", "", there, ""),
			house("h4", "E2", "+919812345671", here, "", 7),
			house("h5", "E2", "+919812345672", "", `{"start":"2026-01-05T10:02:00.000+05:30"}`),
			house("h6", "E3", "", `{"source":{"end":"2026-01-05T12:20:00.000+05:30","start":"2026-01-05T12:00:00.000+05:30"}}`, ""),
			house("h7", "E3", "", `{"source":{"endtime":"Jan 5, 2026 1:30:00 PM","starttime":"Jan 5, 2026 1:05:00 PM"}}`, ""),
			house("h8", "E3", "", `{"source":{"note":"we start again"}}`, ""),
		)
		importRows(t, s.Importing(), rows...)
		c, err := records.Cover(ctx, s, records.Round{Survey: "r"}, true)
		if err != nil || c.Frame.Version != 0 || c.Total.Complete != 8 {
			t.Fatalf("%+v, %v", c, err)
		}
		for _, m := range c.Measures {
			if !m.Few || !m.Told {
				t.Errorf("three enumerators are too few to compare: %+v", m)
			}
		}
		var got []string
		for h, err := range s.SurveyedHouseholds(ctx, "r", true) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, strings.Join([]string{h.ID, h.Mobile, h.Latitude, h.Longitude, h.Start, h.End}, "|"))
		}
		for v, err := range s.VisitsMade(ctx, true) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, strings.Join([]string{v.HouseholdID, v.Enumerator, v.Start, v.End}, "|"))
		}
		for r, err := range s.ResidentAges(ctx) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprint(r.HouseholdID, "|", r.Age, "|", r.BirthYear, "|", r.VisitDate, r.Start, r.End))
		}
		want := []string{
			"h1|+919812345670|28.61|77.2||", "h2|+919812345670|28.61|77.2||", "h3||28.62|77.2||", "h4|+919812345671|28.61|77.2||", "h5|+919812345672||||",
			"h6||||2026-01-05T12:00:00.000+05:30|2026-01-05T12:20:00.000+05:30", "h7||||Jan 5, 2026 1:05:00 PM|Jan 5, 2026 1:30:00 PM", "h8|||||",
			"h1|E1|2026-01-05T10:02:00.000+05:30|2026-01-05T10:31:40.000+05:30", "h2|E1|2026-01-05T11:00:00|2026-01-05T10:00:00", "h3|E1||", "h4|E2||",
			"h5|E2|2026-01-05T10:02:00.000+05:30|", "h6|E3||", "h7|E3||", "h8|E3||",
			"h1|40|0|2026-01-05", "h1|-1|1996|2026-01-05", "h2|40|0|2026-01-05", "h4|7|0|2026-01-05ab",
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
		for h, err := range s.SurveyedHouseholds(ctx, "r", false) {
			if err != nil || h.Mobile+h.Latitude+h.Start != "" || h.HasPhone == slices.Contains([]string{"h3", "h6", "h7", "h8"}, h.ID) {
				t.Errorf("%+v, %v", h, err)
			}
		}
	})
}

var _ records.CoverageStore = (*store.Store)(nil)
