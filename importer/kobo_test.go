package importer_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"sehat/importer"
)

// shared returns a file of the shared test data, or skips the test.
func shared(t testing.TB, parts ...string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test")
		}
	}
	path := filepath.Join(append([]string{dir, "..", "shared", "data"}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("SKIPPED: the shared test data is not there: %s", path)
	}
	return path
}

func koboMapping(t testing.TB) *importer.Mapping {
	t.Helper()
	m, err := importer.LoadMapping(filepath.Join("testdata", "kobo-household-loop.mapping.json"))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The real export has 150 households and 365 members in a repeat sheet. Its form asks neither a member's name nor the
// relation to the head: no resident can honestly be made of it, and every member comes back in the workbook with two
// columns to fill in.
func TestTheRealKoboExportIsAccountedFor(t *testing.T) {
	path := shared(t, "import", "kobo_real_household_loop_150hh_redacted.xlsx")
	b := sqlite(t)
	b.rejects = filepath.Join(b.dir, "kobo.rejects.xlsx")
	m := koboMapping(t)
	r := b.want(path, m, 150, 0, 0, 365)
	if got := strings.Join(r.Missing, " "); got != "full_name relation" {
		t.Errorf("fields without a column: %s", got)
	}
	if len(r.Rules) != 1 || r.Rules[0] != (importer.Tally{Rule: "required", Rows: 365}) {
		t.Errorf("rules %+v", r.Rules)
	}
	b.want(path, m, 0, 0, 150, 365)

	// Filled in as the team could from its paper, with invented names, the workbook goes in by itself.
	f, err := excelize.OpenFile(r.RejectsFile)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := f.GetRows("loop")
	if err != nil {
		t.Fatal(err)
	}
	header := rows[0]
	if got := strings.Join(header[len(header)-4:], " "); got != "full_name relation sehat_note sehat_row" || header[0] != "ind_pos" {
		t.Fatalf("columns %s", got)
	}
	for i, row := range rows[1:] {
		for col, text := range map[int]string{len(header) - 3: "Asha " + given[i%len(given)], len(header) - 2: relationOf(row[0])} {
			cell, _ := excelize.CoordinatesToCellName(col, i+2)
			if err := f.SetCellStr("loop", cell, text); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := f.Save(); err != nil {
		t.Fatal(err)
	}
	f.Close()
	b.rejects = ""
	b.want(r.RejectsFile, nil, 365, 0, 147, 0) // three households refused: they have no members
	if c := b.census(); c.Residents != 365 || c.Households != 150 || c.Visits != 150 || c.HeldBack != 0 {
		t.Errorf("census %+v", c)
	}
	b.want(r.RejectsFile, nil, 0, 0, 512, 0)
}

var given = []string{"Devi", "Kumari", "Rani", "Bala", "Lata"}

func relationOf(line string) string {
	if line == "1" {
		return "head"
	}
	return "other_relative"
}

// The mapping that is proposed for the real export needs what its form does not ask: a ward, and what a refusal is called.
func TestTheRealKoboExportGoesInByItsProposal(t *testing.T) {
	path := shared(t, "import", "kobo_real_household_loop_150hh_redacted.xlsx")
	p, err := importer.SuggestMapping(path, "r")
	if err != nil {
		t.Fatal(err)
	}
	text, err := p.Mapping.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	m, err := importer.ParseMapping(text)
	if err != nil {
		t.Fatalf("the proposal is no mapping: %v\n%s", err, text)
	}
	if m.Members == nil || m.Members.Link == nil || m.Households.Fields["household_id"].Column != "_id" || m.Members.Fields["sex"].Column != "q2_1_2_members_sex" {
		t.Errorf("mapping %+v %+v", m.Households, m.Members)
	}
	ward, refused := "012", "no"
	m.Households.Fields["ward_code"] = importer.FieldMapping{Constant: &ward}
	m.Households.Fields["visit_outcome"] = importer.FieldMapping{Column: "q1_3_asking_for_starting_interview", Codes: map[string]string{"yes": "complete", "no": "refused"}}
	m.Households.Fields["consent"] = importer.FieldMapping{First: []string{"q1_4_consent", "q1_5_consent"}, Codes: map[string]string{"yes": "yes"}, Otherwise: &refused}
	b := sqlite(t)
	b.rejects = filepath.Join(b.dir, "kobo.rejects.xlsx")
	b.want(path, m, 150, 0, 0, 365) // the form asks no names
	b.want(path, m, 0, 0, 150, 365)
}

func TestAKoboExportWithoutAMappingSaysSo(t *testing.T) {
	b := sqlite(t)
	_, err := b.try(shared(t, "import", "kobo_real_household_loop_150hh_redacted.xlsx"), nil)
	if err == nil || !strings.Contains(err.Error(), "KoboToolbox") {
		t.Errorf("got %v", err)
	}
}

// An export of a form of ours in Kobo: repeats, positions, codes, several columns for one answer, and revisions.
func TestAKoboExport(t *testing.T) {
	b := sqlite(t)
	m, err := importer.ParseMapping([]byte(`{
		"sehat_mapping": 1, "name": "kobo-ward", "survey_code": "2026-1",
		"households": {"sheet": "Ward survey of the whole city of Delhi", "source_rev": "edits", "fields": {
			"household_id": "_id", "ward_code": {"constant": "12"}, "team_id": "group/team", "visit_date": "today",
			"visit_outcome": {"constant": "complete"}, "consent": {"first": ["agree_hi", "agree_en"], "codes": {"1": "yes"}, "otherwise": "no"},
			"address_line": {"columns": ["street", "landmark"], "join": ", "}}},
		"members": {"sheet": "members", "link": {"column": "_parent_index", "household": "_index"}, "fields": {
			"line_no": {"count": true}, "full_name": "name", "sex": {"column": "sex", "codes": {"1": "M", "2": "F"}}, "relation": "rel", "age_years": "age",
			"conditions": {"column": "ill", "codes": {"bp": "hypertension", "sugar": "diabetes", "none_of_these": ""}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	root := "today,group/team,agree_hi,agree_en,street,landmark,edits,_id,_index\n2026-08-15,T4,,1,Gali 4,temple,%,900001,1\n2026-08-15,T4,1,,Gali 5,,0,900002,2"
	loop := "name,sex,rel,age,ill,_index,_parent_index\nRamesh Kumar,1,head,40,bp sugar,1,1\nMohan Lal,1,head,50,none_of_these,2,2\nSunita Devi,2,spouse,38,,3,1"
	export := func(edits, loop string) string {
		return b.workbook("export.xlsx", "Ward survey of the whole cit...", strings.Replace(root, "%", edits, 1), "members", loop)
	}
	b.want(export("2", loop), m, 5, 0, 0, 0)
	b.want(export("2", loop), m, 0, 0, 5, 0)
	for r, err := range b.store.Residents(t.Context()) {
		if err != nil || r.FullName == "Ramesh Kumar" && string(r.Other) != `{"conditions":["hypertension","diabetes"]}` || r.FullName == "Sunita Devi" && r.Key != "2" {
			t.Errorf("resident %+v, %v", r, err)
		}
	}
	for h, err := range b.store.Households(t.Context()) {
		if err != nil || h.Key == "900001" && h.AddressLine != "Gali 4, temple" || h.Profile != "kobo-ward" || h.WardCode != "012" {
			t.Errorf("household %+v, %v", h, err)
		}
	}
	b.want(export("1", strings.Replace(loop, "Ramesh Kumar,1,head,40", "Ramesh Kumar,1,head,41", 1)), m, 0, 0, 5, 0) // older
	b.want(export("10", strings.Replace(loop, "Ramesh Kumar,1,head,40", "Ramesh Kumar,1,head,41", 1)), m, 0, 1, 4, 0)
}
