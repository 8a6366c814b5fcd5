package form

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"sehat/survey"
)

type engineCase struct {
	Household map[string]string   `json:"household"`
	Members   []map[string]string `json:"members"`
	Remove    int                 `json:"remove"` // a member to take off the list again, from 1
}

type engineRead struct {
	Values          map[string]string
	Relevant        map[string]bool
	Broken, Missing []string
}

type engineResult struct {
	Household       engineRead
	Members         []engineRead
	MembersRelevant bool
	Stable          bool
	After           []engineRead // members, once one was taken off
}

// inNode runs a script of testdata, which needs an npm package, on input and output in JSON. NODE_PATH says where packages are.
func inNode(t *testing.T, script, needs string, input, output any) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("SKIPPED: no node on this machine, so no one but ourselves read the expressions of the XLSForm")
	}
	packages := os.Getenv("NODE_PATH")
	for _, p := range []string{needs, "jsdom"} {
		if _, err := os.Stat(filepath.Join(packages, p)); packages == "" || err != nil {
			t.Skipf("SKIPPED: no %s in NODE_PATH=%q, so it did not read the expressions of the XLSForm", p, packages)
		}
	}
	told, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(node, filepath.Join("testdata", script))
	cmd.Stdin = bytes.NewReader(told)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%.3000s", err, stderr.String())
	}
	if err := json.Unmarshal(out, output); err != nil {
		t.Fatal(err)
	}
}

// inEngine fills the form with the answers in ODK's own engine.
func inEngine(t *testing.T, cases []engineCase) []engineResult {
	t.Helper()
	_, sheets := xlsformOf(t, "2026-1")
	var results []engineResult
	inNode(t, "xform.mjs", "@getodk/xforms-engine", map[string]any{"sheets": sheets, "cases": cases}, &results)
	if len(results) != len(cases) {
		t.Fatalf("%d results for %d cases", len(results), len(cases))
	}
	return results
}

// split parts answers by the level at which they are asked.
func split(answers map[string]string) engineCase {
	c := engineCase{Household: map[string]string{}, Members: []map[string]string{{}}}
	asked := map[string]bool{}
	for _, q := range questions("2026-1") {
		asked[q.name] = q.calculation == "" && q.kind != "note"
	}
	for _, name := range []string{"at_door", "finished"} { // which are questions of the form alone
		c.Household[name] = answers[name]
	}
	for _, l := range []survey.Level{survey.Household, survey.Member} {
		for _, f := range survey.Fields(l) {
			switch v := answers[f.Name]; {
			case v == "" || !asked[f.Name]:
			case l == survey.Household:
				c.Household[f.Name] = v
			default:
				c.Members[0][f.Name] = v
			}
		}
	}
	return c
}

// ODK's engine, which is not ours, reads every expression of the form and finds what the survey's rules find.
func TestTheEngineOfODKAgreesWithTheRules(t *testing.T) {
	var cases []engineCase
	type told struct {
		field, value string
		good         bool
		of           survey.Level
	}
	var tolds []told
	for _, s := range allSamples() {
		for i, value := range append(slices.Clone(s.good), s.bad...) {
			answers := sampleAnswers()
			for name, other := range s.instead {
				answers[name] = other
			}
			answers[s.field] = value
			if s.field == "visit_date" && value == "2026-08-21" {
				continue // the engine's today is the true one
			}
			level := survey.Household
			if slices.ContainsFunc(survey.Fields(survey.Member), func(f survey.Field) bool { return f.Name == s.field }) {
				level = survey.Member
			}
			cases = append(cases, split(answers))
			tolds = append(tolds, told{s.field, value, i < len(s.good), level})
		}
	}
	for i, r := range inEngine(t, cases) {
		at := r.Household
		if tolds[i].of == survey.Member {
			at = r.Members[0]
		}
		if got := !slices.Contains(at.Broken, tolds[i].field); got != tolds[i].good {
			t.Errorf("%s %q: the engine says %v; broken %v, answers %v", tolds[i].field, tolds[i].value, got, at.Broken, at.Values)
		}
		if at.Values[tolds[i].field] == "" {
			t.Errorf("%s %q: not asked", tolds[i].field, tolds[i].value)
		}
	}
}

func TestAHouseholdInTheEngineOfODK(t *testing.T) {
	household := map[string]string{
		"visit_date": "2026-08-15", "visit_no": "1", "team_id": "T1", "enumerator_id": "E1", "ward_code": "012", "household_id": "H1", "location": "28.6139 77.209 210 8.5",
		"at_door": "met", "consent_language": "hi", "consent": "yes", "members_total": "3", "finished": "yes",
	}
	locked := map[string]string{"visit_date": "2026-08-15", "team_id": "T1", "enumerator_id": "E1", "ward_code": "012", "household_id": "H2", "at_door": "locked"}
	refused := maps.Clone(locked)
	refused["at_door"], refused["consent"] = "met", "no"
	got := inEngine(t, []engineCase{
		{household, []map[string]string{
			{"full_name": "Ramesh Kumar", "relation": "head", "sex": "M", "birth_year": "1980", "birth_month": "8", "birth_day": "16"},
			{"full_name_hi": "सुनीता", "relation": "spouse", "sex": "F", "age_years": "40", "blood_group": "O+"},
			{"full_name": "Asha", "relation": "daughter", "sex": "F", "birth_year": "2015"},
		}, 0},
		{locked, []map[string]string{{}}, 0},
		{refused, []map[string]string{{}}, 0},
	})
	r := got[0]
	if len(r.Household.Broken)+len(r.Household.Missing) > 0 || !r.MembersRelevant || !r.Stable {
		t.Errorf("household %+v", r)
	}
	for name, want := range map[string]string{
		"survey_code": "2026-1", "visit_outcome": "complete", "members_listed": "3", "latitude": "28.6139", "longitude": "77.209", "gps_accuracy": "8.5", "notice_version": noticeVersion,
	} {
		if r.Household.Values[name] != want {
			t.Errorf("%s is %q", name, r.Household.Values[name])
		}
	}
	if r.Household.Relevant["count_differs"] {
		t.Error("three of three members are listed, and the form complains")
	}
	ids := map[string]bool{}
	for i, want := range []struct {
		line, age string
		asked     map[string]bool
	}{
		{"1", "45", map[string]bool{"guardian_line": false, "epic_no": true, "pregnant": false, "age_years": false, "birth_day": true, "health_on_card": false}},
		{"2", "40", map[string]bool{"guardian_line": false, "epic_no": true, "pregnant": true, "age_years": true, "birth_day": false, "health_on_card": true}},
		{"3", "11", map[string]bool{"guardian_line": true, "epic_no": false, "pregnant": false, "age_years": false, "birth_month": true, "birth_day": false}},
	} {
		m := r.Members[i]
		ids[m.Values["member_id"]] = true
		if m.Values["line_no"] != want.line || m.Values["age"] != want.age || len(m.Values["member_id"]) < 30 || len(m.Broken)+len(m.Missing) > 0 {
			t.Errorf("member %d: %+v", i, m)
		}
		for name, is := range want.asked {
			if m.Relevant[name] != is {
				t.Errorf("member %d: %s is asked: %v", i, name, !is)
			}
		}
	}
	if len(ids) != 3 {
		t.Errorf("member ids %v", ids)
	}
	if r := got[1]; r.MembersRelevant || r.Household.Relevant["consent"] || r.Household.Values["notice_version"] != "" || len(r.Household.Missing) > 0 ||
		r.Household.Values["visit_outcome"] != "locked" || r.Household.Relevant["thanks"] {
		t.Errorf("a locked house: %+v", r)
	}
	if r := got[2]; r.MembersRelevant || r.Household.Relevant["finished"] || !r.Household.Relevant["thanks"] || r.Household.Values["visit_outcome"] != "refused" ||
		len(r.Household.Broken)+len(r.Household.Missing) > 0 {
		t.Errorf("a refusal: %+v", r)
	}
}

// A member taken off the list moves the others up, and each keeps the id by which the register knows it.
func TestAMemberTakenOffTheListLeavesTheOthersTheirIDs(t *testing.T) {
	household := map[string]string{
		"visit_date": "2026-08-15", "team_id": "T1", "enumerator_id": "E1", "ward_code": "012", "household_id": "H1", "at_door": "met", "consent": "yes", "finished": "yes",
	}
	r := inEngine(t, []engineCase{{household, []map[string]string{
		{"full_name": "Ramesh", "relation": "head", "sex": "M", "age_years": "50"},
		{"full_name": "Twice", "relation": "other", "sex": "M", "age_years": "30"},
		{"full_name": "Sunita", "relation": "spouse", "sex": "F", "age_years": "45"},
		{"full_name": "Asha", "relation": "daughter", "sex": "F", "age_years": "9", "guardian_line": "4"},
	}, 2}})[0]
	if len(r.After) != 3 || len(r.Members) != 4 {
		t.Fatalf("%d members, then %d", len(r.Members), len(r.After))
	}
	for i, was := range []int{0, 2, 3} {
		a, b := r.Members[was], r.After[i]
		if b.Values["member_id"] != a.Values["member_id"] || b.Values["full_name"] != a.Values["full_name"] || b.Values["line_no"] != strconv.Itoa(i+1) {
			t.Errorf("%v became %v", a.Values, b.Values)
		}
	}
	if len(r.Members[3].Broken) == 0 || r.After[2].Relevant["no_such_guardian"] != true {
		t.Errorf("a guardian that is the child itself: %v; one that is on no line: %v", r.Members[3].Broken, r.After[2].Relevant)
	}
}
