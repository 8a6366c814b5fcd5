package importer_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"sehat/importer"
	"sehat/records"
	"sehat/records/store/storetest"
)

// loopMapping is a form of which the members are a repeat: they find their household by a position, and are numbered by their place.
const loopMapping = `{"sehat_mapping": 1, "name": "kobo-ward", "survey_code": "2026-1",
	"households": {"sheet": "ward", "fields": {"household_id": "_id", "ward_code": {"constant": "12"}, "team_id": "team", "visit_date": "today",
		"visit_outcome": {"constant": "complete"}, "consent": "agree", "house_no": "house"}},
	"members": {"sheet": "loop", "link": {"column": "_parent_index", "household": "_index"}, "fields": {
		"line_no": {"count": true}, "full_name": "name", "sex": "sex", "relation": "rel", "age_years": "age"}}}`

func loopOf(t *testing.T) *importer.Mapping {
	t.Helper()
	m, err := importer.ParseMapping([]byte(loopMapping))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

const (
	loopRoot = "today,team,agree,house,_id,_index\n15-08-2026,T4,yes,12,900001,1\n%,T4,yes,14,900002,2"
	loopRows = "name,sex,rel,age,_index,_parent_index\n" +
		"Ramesh Kumar,M,head,40,1,1\nSunita Devi,F,spouse,400,2,1\nAsha Kumari,F,daughter,14,3,1\nMohan Lal,M,head,50,4,2\nGita Devi,F,spouse,48,5,2"
)

// loop is a workbook of that form; date is that of the second household's visit.
func (b *bench) loop(name, date string) string {
	return b.workbook(name, "ward", strings.Replace(loopRoot, "%", date, 1), "loop", loopRows)
}

// lines are the residents as "900001/2 Sunita Devi", in order.
func (b *bench) lines() string {
	b.Helper()
	keys := map[string]string{}
	for h, err := range b.store.Households(b.Context()) {
		if err != nil {
			b.Fatal(err)
		}
		keys[h.ID] = h.Key
	}
	var list []string
	for r, err := range b.store.Residents(b.Context()) {
		if err != nil {
			b.Fatal(err)
		}
		list = append(list, keys[r.HouseholdID]+"/"+r.Key+" "+r.FullName)
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

const loopPeople = "900001/1 Ramesh Kumar, 900001/2 Sunita Devi, 900001/3 Asha Kumari, 900002/1 Mohan Lal, 900002/2 Gita Devi"

func TestMembersNumberedByTheirPlaceKeepItInARejectsWorkbook(t *testing.T) {
	b := sqlite(t)
	r := b.want(b.loop("export.xlsx", "15-08-2026"), loopOf(t), 6, 0, 0, 1)
	b.want(b.fix(r.RejectsFile, "loop", map[string]string{"400": "40"}), nil, 1, 0, 1, 0)
	if got := b.lines(); got != loopPeople {
		t.Errorf("residents: %s", got)
	}
	b.want(b.loop("export.xlsx", "15-08-2026"), loopOf(t), 0, 0, 7, 0)
}

func TestHeldRowsOfARepeatComeOutWithoutTheirFile(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		b := newBench(t, url, records.RoleCentre)
		b.want(b.loop("one.xlsx", ""), loopOf(t), 3, 0, 0, 4) // the second household has no date of visit
		b.want(b.workbook("two.xlsx", "ward", strings.NewReplacer("%", "", "90000", "80000").Replace(loopRoot), "loop", strings.Replace(loopRows, "400", "500", 1)), loopOf(t), 3, 0, 0, 4)
		report := b.heldList(records.HeldFilter{}, "held.xlsx")
		if report.Rows != 8 || len(report.RejectsFiles) != 1 || report.NotWritten != 0 {
			t.Fatalf("%+v", report)
		}
		path := b.fix(report.RejectsFiles[0], "loop", map[string]string{"400": "40", "500": "40"})
		again := b.want(path, nil, 2, 0, 0, 6) // the households wait
		path = b.rework(again.RejectsFile, "ward", func(rows [][]string) [][]string {
			date := slices.Index(rows[0], "today")
			for _, row := range rows[1:] {
				row[date] = "15-08-2026"
			}
			slices.Reverse(rows[1:])
			return rows
		})
		b.want(path, nil, 6, 0, 0, 0)
		if got, want := b.lines(), strings.ReplaceAll(loopPeople, "90000", "80000")+", "+loopPeople; got != want {
			t.Errorf("residents: %s", got)
		}
		if c := b.census(); c.HeldBack != 0 {
			t.Errorf("census %+v", c)
		}
		b.want(b.loop("one.xlsx", "15-08-2026"), loopOf(t), 0, 0, 7, 0) // its bad age was corrected since
	})
}

func TestHeldMembersOfAnyToolComeOutAndGoInCorrected(t *testing.T) {
	bad := strings.NewReplacer("Ramesh Kumar,head,M", "Ramesh Kumar,head,X")
	for name, c := range map[string]struct {
		export func(b *bench) string
		sheet  string
	}{
		"KoboToolbox": {func(b *bench) string {
			return b.workbook("export.xlsx", "survey", koboRoot, "members", bad.Replace(koboLoop))
		}, "members"},
		"KoboToolbox without the id of submissions": {func(b *bench) string {
			return b.workbook("export.xlsx", "survey", koboRoot, "members", bad.Replace(strings.NewReplacer("_submission__id,", "", ",900001,", ",").Replace(koboLoop)))
		}, "members"},
		"ODK Central": {func(b *bench) string {
			return b.zipped("ward.zip", "ward.csv", odkRoot, "ward-members.csv", bad.Replace(odkLoop))
		}, "ward-members"},
		"SurveyCTO, wide": {func(b *bench) string { return b.file("wide.csv", ctoWide) }, "members"},
	} {
		t.Run(name, func(t *testing.T) {
			b := sqlite(t)
			path := c.export(b)
			if _, err := b.try(path, nil); err != nil || b.census().HeldBack != 1 {
				t.Fatalf("%+v, %v", b.census(), err)
			}
			before := b.census().Residents
			report := b.heldList(records.HeldFilter{}, "held.xlsx")
			if len(report.RejectsFiles) != 1 || report.NotWritten != 0 {
				t.Fatalf("%+v", report)
			}
			b.want(report.RejectsFiles[0], nil, 0, 0, 0, 1) // nobody corrected it
			report = b.heldList(records.HeldFilter{}, "held.xlsx")
			b.want(b.fix(report.RejectsFiles[0], c.sheet, map[string]string{"X": "M"}), nil, 1, 0, 0, 0)
			if now := b.census(); now.HeldBack != 0 || now.Residents != before+1 {
				t.Errorf("census %+v", now)
			}
			if r, err := b.try(path, nil); err != nil || r.Quarantined != 0 || r.New+r.Updated != 0 {
				t.Errorf("its file again: %+v, %v", r.ImportCounts, err)
			}
		})
	}
}

func TestAMemberWhoseHouseholdIsNotAtHandIsNotWrittenOut(t *testing.T) {
	b := sqlite(t)
	b.want(b.loop("one.xlsx", ""), loopOf(t), 3, 0, 0, 4)
	report := b.heldList(records.HeldFilter{Rule: "household_held"}, "held.xlsx")
	if report.Rows != 2 || report.NotWritten != 2 || len(report.RejectsFiles) != 0 {
		t.Errorf("%+v", report)
	}
}

func TestASheetOfARejectsWorkbookAsCSVSaysWhatToDo(t *testing.T) {
	b := sqlite(t)
	var refused *importer.FileError
	_, err := b.try(b.file("members.csv", strings.Replace(koboLoop, "\n", ",sehat_note,sehat_row\n", 1)), nil)
	if !errors.As(err, &refused) || !strings.Contains(refused.What, "out of a rejects workbook") || !strings.Contains(refused.Hint, "(.xlsx)") {
		t.Errorf("%v", err)
	}
}

func TestAVeryWideTableShowsWhatMatters(t *testing.T) {
	b := sqlite(t)
	rows := strings.Split(strings.TrimSpace(heldBad), "\n")
	for i := range rows {
		for k := range 70 {
			rows[i] += fmt.Sprintf(",%s%d", []string{"extra_", "value "}[min(i, 1)], k)
		}
	}
	path := b.want(b.file("wide.csv", strings.Join(rows, "\n")), nil, 0, 0, 0, 4).RejectsFile
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for column, want := range map[string]bool{"A": true, "M": true, "P": false, "CG": false, "CH": true} {
		if visible, err := f.GetColVisible("Rows", column); err != nil || visible != want {
			t.Errorf("column %s is visible: %v, %v", column, visible, err)
		}
	}
	b.want(b.fix(path, "Rows", map[string]string{"62": "1962", "63": "1963", "64": "1994", "65": "1965"}), nil, 4, 0, 0, 0)
}

func TestTheHandoutNamesWhoMustMendWhat(t *testing.T) {
	b := sqlite(t)
	path := b.want(b.file("ward.csv", heldBad), nil, 0, 0, 0, 4).RejectsFile
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows("Hand out")
	if err != nil || len(rows) != 7 {
		t.Fatalf("%q, %v", rows, err)
	}
	if !strings.HasPrefix(rows[1][0], "Team / टीम T4") || !strings.HasSuffix(rows[1][0], "· 3") || !strings.HasPrefix(rows[5][0], "Team / टीम T5") {
		t.Errorf("%q", rows)
	}
	if row := rows[2]; row[0] != "007/1" || row[1] != "Ramesh Kumar, 0012" || row[2] != "2" || !strings.HasPrefix(row[3], "birth_year: ") {
		t.Errorf("%q", row)
	}
}
