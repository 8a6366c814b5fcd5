package form

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"sehat/survey"
)

// sampleAnswers are good answers; each test case changes some of them.
func sampleAnswers() map[string]string {
	return map[string]string{
		"survey_code": "2026-1", "household_id": "H1", "ward_code": "012", "house_no": "B-12", "visit_date": "2026-08-15", "visit_no": "1", "at_door": "met", "visit_outcome": "complete",
		"finished": "yes", "consent": "yes", "team_id": "T1", "enumerator_id": "E1", "member_id": "m", "line_no": "1", "full_name": "Asha Devi", "relation": "head", "sex": "F",
		"birth_year": "1985",
	}
}

// checked gives the rules that the survey package finds broken at a field, or at a part of the birth for any part of it. Of an answer
// that the form takes, only errors count: the package also warns of what is rare.
func checked(t *testing.T, answers map[string]string, field string, warnings bool) (found []string) {
	t.Helper()
	c := survey.Checker{Areas: areas(t), Today: survey.Date{Year: 2026, Month: 8, Day: 20}}
	fill := func(l survey.Level) survey.Answers {
		a := make(survey.Answers, len(survey.Fields(l)))
		for i, f := range survey.Fields(l) {
			a[i] = answers[f.Name]
		}
		return a
	}
	h, fs := c.Household(fill(survey.Household))
	_, more := c.Member(fill(survey.Member), &h)
	for _, f := range append(fs, more...) {
		at := f.Field == field || strings.HasPrefix(field, "birth_") && strings.HasPrefix(f.Field, "birth_")
		if at && (warnings || f.Severity == survey.Error) {
			found = append(found, f.Rule)
		}
	}
	return found
}

// samples are answers to one question, good and bad, where the others are as in sampleAnswers but for those of instead.
type samples struct {
	field     string
	good, bad []string
	instead   map[string]string
}

func allSamples() []samples {
	digits := func(n int) string { return strings.Repeat("9", n) }
	return []samples{
		{field: "visit_date", good: []string{"2026-08-15", "2026-08-20", "2000-01-01"}, bad: []string{"2026-08-21", "2027-01-01", "1999-12-31"}},
		{field: "visit_no", good: []string{"1", "20"}, bad: []string{"0", "21"}},
		{field: "household_id", good: []string{"H1", "1234", "12-3456"}, bad: []string{"234123412346", "2341 2341 2346", "2341-2341-2346", strings.Repeat("x", 81)}},
		{field: "block_no", good: []string{"12A"}, bad: []string{strings.Repeat("x", 21)}},
		{field: "pin_code", good: []string{"110001", "110096"}, bad: []string{"11001", "1100011", "201301", "110o01"}},
		{field: "house_no", good: []string{"B-12/3, पहली मंज़िल"}, bad: []string{strings.Repeat("x", 61), "2341 2341 2346", "A 234123412346"}},
		{field: "members_total", good: []string{"0", "7", "100"}, bad: []string{"-1", "101"}},
		{
			field: "contact_mobile", good: []string{"9876501234", "6012345601", "01123456701"},
			bad: []string{"987650123", "98765012345", "5876501234", "9999999999", "6666666666", "9800000000", "9876543210", "1234567890", "22"},
		},
		{field: "full_name", good: []string{"Asha Devi", "आशा देवी", "Mohd. Arif"}, bad: []string{"Asha 2", "आशा २", strings.Repeat("ab", 51)}},
		{field: "birth_year", good: []string{"1985", "2026", "1906"}, bad: []string{"2027", "1905", "85", "9999"}},
		{field: "birth_month", good: []string{"1", "12"}, bad: []string{"0", "13"}},
		{field: "birth_month", good: []string{"1", "8"}, bad: []string{"9", "12"}, instead: map[string]string{"birth_year": "2026"}},
		{field: "birth_day", good: []string{"1", "31"}, bad: []string{"0", "32"}, instead: map[string]string{"birth_month": "7"}},
		{field: "birth_day", good: []string{"30"}, bad: []string{"31"}, instead: map[string]string{"birth_month": "11"}},
		{field: "birth_day", good: []string{"28"}, bad: []string{"29", "30"}, instead: map[string]string{"birth_month": "2"}},
		{field: "birth_day", good: []string{"29"}, bad: []string{"30"}, instead: map[string]string{"birth_month": "2", "birth_year": "2000"}},
		{field: "birth_day", good: []string{"28"}, bad: []string{"29"}, instead: map[string]string{"birth_month": "2", "birth_year": "1900", "visit_date": "2010-01-01"}},
		{field: "birth_day", good: []string{"15"}, bad: []string{"16"}, instead: map[string]string{"birth_month": "8", "birth_year": "2026"}},
		{field: "age_years", good: []string{"0", "120"}, bad: []string{"-1", "121"}, instead: map[string]string{"birth_year": ""}},
		{field: "guardian_line", good: []string{"2", "100"}, bad: []string{"1", "0", "101"}, instead: map[string]string{"birth_year": "2020", "line_no": "1"}},
		{field: "epic_no", good: []string{"ABC1234567", "abc1234567"}, bad: []string{"AB1234567", "ABCD123456", "1231234567"}},
		{field: "abha_number", good: []string{withCheckDigit("1234567890123"), withCheckDigit("9100000000001")}, bad: []string{digits(13), digits(15), "x" + digits(13)}},
		{field: "conditions", good: []string{"none", "diabetes", "diabetes heart"}, bad: []string{"none diabetes"}},
		{field: "disability", good: []string{"none", "seeing hearing"}, bad: []string{"seeing none"}},
		{field: "allergies", good: []string{"penicillin, 500 mg"}, bad: []string{"234123412346"}},
	}
}

// The form's constraint on a field and the survey's rules say the same of these answers.
func TestAConstraintAndTheRuleOfTheSurveyAgree(t *testing.T) {
	for _, c := range allSamples() {
		for i, value := range append(slices.Clone(c.good), c.bad...) {
			answers := sampleAnswers()
			for name, other := range c.instead {
				answers[name] = other
			}
			answers[c.field] = value
			want := i < len(c.good)
			if got := passes(t, c.field, answers); got != want {
				t.Errorf("%s %q with %v: the form says %v", c.field, value, c.instead, got)
			}
			switch rules := checked(t, answers, c.field, !want); {
			case want && len(rules) > 0:
				t.Errorf("%s %q with %v: the form takes it, the survey finds %v", c.field, value, c.instead, rules)
			case !want && len(rules) == 0:
				t.Errorf("%s %q with %v: the form refuses it, the survey finds nothing", c.field, value, c.instead)
			}
		}
	}
}

// passes reports whether an answer passes its constraint. An app asks nothing of an empty answer.
func passes(t *testing.T, field string, answers map[string]string) bool {
	t.Helper()
	for _, q := range questions("2026-1") {
		if q.name != field || q.constraint == "" {
			continue
		}
		v, err := evalXPath(q.constraint, xenv{self: answers[field], answers: withBlanks(answers), today: "2026-08-20"})
		if err != nil {
			t.Fatalf("%s: %v", field, err)
		}
		return truth(v)
	}
	t.Fatalf("%s has no constraint", field)
	return false
}

// withBlanks adds the questions that have no answer.
func withBlanks(answers map[string]string) map[string]string {
	out := map[string]string{}
	for _, q := range questions("2026-1") {
		out[q.name] = answers[q.name]
	}
	return out
}

func withCheckDigit(s string) string {
	for d := '0'; d <= '9'; d++ {
		if survey.ValidVerhoeff(s + string(d)) {
			return s + string(d)
		}
	}
	return ""
}

func TestTheCheckDigitOfAnABHANumberIsSeenAtTheDoor(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for range 300 {
		s := fmt.Sprintf("%014d", r.Int64N(1e14))
		if r.IntN(2) == 0 {
			s = withCheckDigit(s[:13])
		}
		answers := sampleAnswers()
		answers["abha_number"] = s
		if got, want := passes(t, "abha_number", answers), survey.ValidVerhoeff(s); got != want {
			t.Errorf("%s: the form says %v, Verhoeff %v", s, got, want)
		}
	}
}

func TestAPlaceOutsideOfDelhiIsRefused(t *testing.T) {
	for place, want := range map[string]bool{"28.6139 77.2090 210 8.5": true, "28.39 77.36 0 0": true, "77.2090 28.6139 0 5": false, "19.07 72.87 5 5": false, "0 0 0 0": false} {
		if got := passes(t, "location", map[string]string{"location": place, "visit_date": "2026-08-15"}); got != want {
			t.Errorf("%s: %v", place, got)
		}
	}
}

func TestWhoIsAsked(t *testing.T) {
	for _, c := range []struct {
		name   string
		change map[string]string
		asked  string // of those below
	}{
		{"a woman born in 1985", nil, "birth_month epic_no pregnant"},
		{"nobody opened", map[string]string{"at_door": "locked", "consent": "", "finished": ""}, ""},
		{"an answer that an app kept from before the door was changed", map[string]string{"at_door": "locked"}, ""},
		{"met, and refused to be listed", map[string]string{"consent": "no"}, "agreement"},
		{"a man", map[string]string{"sex": "M"}, "birth_month epic_no"},
		{"a girl of 11", map[string]string{"birth_year": "", "age_years": "11"}, "age_years guardian_line"},
		{"a girl of 12", map[string]string{"birth_year": "", "age_years": "12"}, "age_years guardian_line pregnant"},
		{"a woman of 56", map[string]string{"birth_year": "", "age_years": "56"}, "age_years epic_no"},
		{"18 tomorrow", map[string]string{"birth_year": "2008", "birth_month": "8", "birth_day": "16"}, "birth_month birth_day guardian_line pregnant"},
		{"18 today", map[string]string{"birth_year": "2008", "birth_month": "8", "birth_day": "15"}, "birth_month birth_day epic_no pregnant"},
		{"an allergy", map[string]string{"allergies": "penicillin"}, "birth_month epic_no pregnant health_on_card"},
		{"a blood group", map[string]string{"blood_group": "O+"}, "birth_month epic_no pregnant health_on_card"},
		{"no blood group", map[string]string{"blood_group": "unknown"}, "birth_month epic_no pregnant"},
	} {
		answers := sampleAnswers()
		for k, v := range c.change {
			answers[k] = v
		}
		answers = withBlanks(answers)
		relevant := map[string]bool{}
		var groups []string // those closed to this household
		for _, q := range questions("2026-1") {
			env := xenv{answers: answers, today: "2026-08-20", at: 1}
			if q.calculation != "" {
				v, err := evalXPath(q.calculation, env)
				if err != nil {
					t.Fatalf("%s: %v", q.name, err)
				}
				if q.name == "age" {
					answers["age"] = words(v)
				}
			}
			if strings.HasPrefix(q.kind, "end_") {
				groups = slices.DeleteFunc(groups, func(g string) bool { return g == q.name })
				continue
			}
			is := len(groups) == 0
			if is && q.relevant != "" {
				v, err := evalXPath(q.relevant, env)
				if err != nil {
					t.Fatalf("%s: %v", q.name, err)
				}
				is = truth(v)
			}
			if relevant[q.name] = is; !is && strings.HasPrefix(q.kind, "begin_") {
				groups = append(groups, q.name)
			}
		}
		want := strings.Fields(c.asked)
		if relevant["members"] {
			want = append(want, "agreement", "members", "family")
		}
		for _, name := range []string{"agreement", "family", "members", "birth_month", "birth_day", "age_years", "guardian_line", "epic_no", "pregnant", "health_on_card"} {
			if relevant[name] != slices.Contains(want, name) {
				t.Errorf("%s: %s is asked: %v", c.name, name, relevant[name])
			}
		}
		if met := answers["at_door"] == "met" && answers["consent"] == "yes"; relevant["members"] != met {
			t.Errorf("%s: members are asked: %v", c.name, relevant["members"])
		}
	}
}

func TestTheOutcomeFollowsFromTheDoorTheConsentAndTheEnd(t *testing.T) {
	for _, c := range []struct{ name, door, consent, finished, want string }{
		{"nothing is known yet", "", "", "", ""},
		{"nobody opened", "locked", "", "", "locked"},
		{"asked to come again", "revisit", "", "", "revisit"},
		{"refused at the door", "refused", "", "", "refused"},
		{"nobody lives there", "vacant", "", "", "vacant"},
		{"the house was not found", "not_found", "", "", "not_found"},
		{"heard the notice and refused", "met", "no", "", "refused"},
		{"everybody is listed", "met", "yes", "yes", "complete"},
		{"somebody is missing", "met", "yes", "no", "partial"},
		{"locked, and an app kept what was said before", "locked", "yes", "yes", "locked"},
	} {
		answers := withBlanks(map[string]string{"at_door": c.door, "consent": c.consent, "finished": c.finished})
		v, err := evalXPath(outcome, xenv{answers: answers, today: "2026-08-20"})
		if err != nil || words(v) != c.want {
			t.Errorf("%s: %q, %v", c.name, words(v), err)
		}
		answers["visit_outcome"] = words(v)
		if v, err = evalXPath(thanks.relevant, xenv{answers: answers, today: "2026-08-20"}); err != nil || truth(v) != (c.want == survey.OutcomeRefused) {
			t.Errorf("%s: thanked %v, %v", c.name, v, err)
		}
		if c.want == "" {
			continue
		}
		// What the form makes of it, the survey takes.
		told := make(survey.Answers, len(survey.Fields(survey.Household)))
		for i, f := range survey.Fields(survey.Household) {
			told[i] = sampleAnswers()[f.Name]
			switch f.Name {
			case "visit_outcome":
				told[i] = c.want
			case "consent":
				told[i] = c.consent
			}
		}
		checker := survey.Checker{Areas: areas(t), Today: survey.Date{Year: 2026, Month: 8, Day: 20}}
		if _, fs := checker.Household(told); survey.HasError(fs) {
			t.Errorf("%s: the survey finds %v", c.name, fs)
		}
	}
	outcomes := survey.Fields(survey.Household)[slices.IndexFunc(survey.Fields(survey.Household), func(f survey.Field) bool { return f.Name == "visit_outcome" })].Codes
	reached := []string{"complete", "partial"} // by the two last questions
	for _, c := range doorChoices() {
		reached = append(reached, c[1])
	}
	for _, o := range outcomes {
		if !slices.Contains(reached, o.Code) {
			t.Errorf("no answer leads to %s", o.Code)
		}
	}
}
