package importer_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"

	"sehat/records"
	"sehat/survey"
	"sehat/survey/form"
	"sehat/survey/simulate"
	"sehat/templates"
)

// A submission is what the XLSForm holds about one visit, by the names of its questions.
type submission struct {
	household map[string]string
	members   []map[string]string
}

// simulated gives submissions as an app on a phone would make them of invented households: only what the form asks of each, and
// nothing that its constraints refuse.
func simulated(t *testing.T, households int) []submission {
	t.Helper()
	areas, err := survey.ReadAreas(templates.Areas)
	if err != nil {
		t.Fatal(err)
	}
	c := survey.Checker{Areas: areas, Today: survey.DateOf(now)}
	rates := simulate.DefaultRates()
	rates.Bad, rates.Junk, rates.Aadhaar, rates.DummyPhones = 0, 0, 0, 0
	var out []submission
	for h, err := range simulate.Households(simulate.Options{Households: households, Seed: 5, Rates: rates}) {
		if err != nil {
			t.Fatal(err)
		}
		row, fs := c.Household(h.Answers)
		if survey.HasError(fs) {
			continue
		}
		s := submission{household: householdAnswers(row)}
		for i := range h.Members {
			m, fs := c.Member(h.Members[i].Answers, &row)
			if !survey.HasError(fs) && row.Consent == "yes" {
				s.members = append(s.members, memberAnswers(m, row.Visit.Date, row.Key, len(s.members)+1))
			}
		}
		out = append(out, s)
	}
	return out
}

func householdAnswers(h survey.HouseholdRow) map[string]string {
	a := others(h.Other)
	maps.Copy(a, map[string]string{
		"survey_code": h.SurveyCode, "household_id": h.Key, "ward_code": h.WardCode, "block_no": h.BlockNo, "house_no": h.HouseNo, "address_line": h.AddressLine,
		"locality": h.Locality, "pin_code": h.PinCode, "visit_date": h.Visit.Date.String(), "visit_no": strconv.Itoa(h.Visit.No), "visit_outcome": h.Visit.Outcome,
		"consent": h.Consent, "contact_mobile": tenDigits(h.ContactMobile), "team_id": h.TeamID, "enumerator_id": h.Visit.EnumeratorID,
	})
	if a["latitude"] != "" {
		a["location"] = strings.Join([]string{a["latitude"], a["longitude"], "0", a["gps_accuracy"]}, " ")
	}
	a["at_door"] = h.Visit.Outcome
	switch {
	case h.Visit.Met():
		a["at_door"], a["finished"], a["notice_version"] = "met", "yes", "app-1"
		if h.Visit.Outcome == "partial" {
			a["finished"] = "no"
		}
	default:
		delete(a, "notice_version")
		delete(a, "consent_language")
		delete(a, "consent")
	}
	if a["consent"] != "yes" {
		delete(a, "members_total")
		delete(a, "contact_mobile")
	}
	return a
}

func memberAnswers(m survey.MemberRow, visit survey.Date, household string, line int) map[string]string {
	a := others(m.Other)
	number := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	age := m.Age
	if m.Birth.Year != 0 {
		_, age = m.Birth.AgesOn(visit)
	} else {
		a["age_years"] = strconv.Itoa(m.Age)
	}
	maps.Copy(a, map[string]string{
		"member_id": uuid.NewSHA1(uuid.NameSpaceOID, []byte(household+"/"+number(line))).String(), "line_no": number(line), "age": strconv.Itoa(age),
		"full_name": m.FullName, "full_name_hi": m.FullNameHi, "father_or_husband_name": m.FatherOrHusband, "relation": m.Relation, "sex": m.Sex,
		"birth_year": number(m.Birth.Year), "birth_month": number(m.Birth.Month), "birth_day": number(m.Birth.Day), "mobile": tenDigits(m.Mobile),
		"guardian_line": number(m.GuardianLine), "epic_no": m.EPIC, "abha_number": m.ABHA,
	})
	if age >= 18 || m.GuardianLine == line {
		delete(a, "guardian_line")
	}
	if age < 18 {
		delete(a, "epic_no")
	}
	if m.Sex != "F" || age < 12 || age > 55 {
		delete(a, "pregnant")
	}
	if (a["blood_group"] == "" || a["blood_group"] == "unknown") && a["allergies"] == "" {
		delete(a, "health_on_card")
	}
	return a
}

// others takes the canonical JSON of a row apart: several codes with spaces between them, as apps write them.
func others(text string) map[string]string {
	var in map[string]any
	if err := json.Unmarshal([]byte(text), &in); err != nil {
		panic(err)
	}
	out := map[string]string{}
	for name, v := range in {
		if list, ok := v.([]any); ok {
			for _, code := range list {
				out[name] = strings.TrimSpace(out[name] + " " + code.(string))
			}
			continue
		}
		out[name] = fmt.Sprint(v)
	}
	return out
}

func tenDigits(e164 string) string {
	if s, ok := strings.CutPrefix(e164, "+91"); ok && s[0] >= '6' {
		return s
	}
	return strings.Replace(e164, "+91", "0", 1)
}

// ownForm writes the same answers into the CSV twin of our own form.
func (b *bench) ownForm(all []submission) string {
	b.Helper()
	rows := [][]string{form.Header()}
	for _, s := range all {
		members := s.members
		if len(members) == 0 {
			members = []map[string]string{{}}
		}
		for _, m := range members {
			var row []string
			for _, name := range form.Header() {
				row = append(row, s.household[name]+m[name]) // no name is of both
			}
			rows = append(rows, row)
		}
	}
	return b.file("own.csv", csvText(b.T, rows))
}

// contents gives every household, visit and member by the source's keys, without what says where a row came from.
func (b *bench) contents() map[string]string {
	b.Helper()
	out, keys := map[string]string{}, map[string]string{}
	put := func(key string, v any, of *json.RawMessage) {
		var answers map[string]any
		if len(*of) > 0 {
			if err := json.Unmarshal(*of, &answers); err != nil {
				b.Fatal(err)
			}
		}
		delete(answers, "source")
		*of, _ = json.Marshal(answers)
		text, err := json.Marshal(v)
		if err != nil {
			b.Fatal(err)
		}
		if out[key] != "" {
			b.Fatalf("%s twice", key)
		}
		out[key] = strings.Replace(string(text), `"other":{}`, `"other":null`, 1)
	}
	for h, err := range b.store.Households(b.Context()) {
		if err != nil {
			b.Fatal(err)
		}
		key := strings.Join([]string{h.WardCode, h.TeamID, h.Key}, "/")
		keys[h.ID] = key
		visits, err := b.store.VisitsOf(b.Context(), h.ID)
		if err != nil {
			b.Fatal(err)
		}
		for _, v := range visits {
			no := fmt.Sprintf("visit %s/%d", key, v.No)
			v.ID, v.HouseholdID, v.Meta = "", "", records.Meta{}
			put(no, &v, &v.Other)
		}
		h.ID, h.Profile, h.Meta = "", "", records.Meta{}
		put("household "+key, &h, &h.Other)
	}
	for r, err := range b.store.Residents(b.Context()) {
		if err != nil {
			b.Fatal(err)
		}
		key := "member " + keys[r.HouseholdID] + "/" + r.Key
		r.ID, r.HouseholdID, r.Meta = "", "", records.Meta{}
		put(key, &r, &r.Other)
	}
	return out
}

// What KoboToolbox and ODK Central export of our XLSForm comes in exactly as the same answers in our own form do.
func TestWhatTheXLSFormCollectsComesInExactly(t *testing.T) {
	all := simulated(t, 60)
	households, members := len(all), 0
	for _, s := range all {
		members += len(s.members)
	}
	if households < 50 || members < 150 {
		t.Fatalf("%d households, %d members", households, members)
	}
	own := sqlite(t)
	if r, err := own.try(own.ownForm(all), nil); err != nil || r.Quarantined > 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	want := own.contents()
	kobo := func(root, loop func(formColumn) string, l layout, numbers bool) func(*bench, []submission, map[int]int) string {
		return func(b *bench, s []submission, edits map[int]int) string {
			a, m := l, l
			a.header, m.header = root, loop
			a.point = koboPoint(root)
			return b.xlsx(koboExport(b.T, s, a, m, edits), numbers)
		}
	}
	koboLayout := func(sep string, l layout) func(*bench, []submission, map[int]int) string {
		l.split = sep
		return kobo(path(sep), path(sep, "members"), l, false)
	}
	odk := func(l layout) func(*bench, []submission, map[int]int) string {
		l.point = func(c formColumn) []string {
			return []string{"location-Latitude", "location-Longitude", "location-Altitude", "location-Accuracy"}
		}
		return func(b *bench, s []submission, edits map[int]int) string { return b.zip(odkExport(b.T, s, l, edits)) }
	}
	briefcase := func(b *bench, s []submission, edits map[int]int) string {
		l := layout{header: path("-"), point: func(c formColumn) []string {
			return []string{"location-Latitude", "location-Longitude", "location-Altitude", "location-Accuracy"}
		}}
		e := odkExport(b.T, s, l, edits)
		for i, row := range e.tables[0] {
			set := "SET-OF-members"
			if i > 0 {
				set = row[len(row)-9] + "/members"
			}
			e.tables[0][i] = append(slices.Clone(row[:len(row)-8]), set)
		}
		return b.folder(e)
	}
	surveyCTO := func(lay func(*testing.T, []submission, layout, map[int]int) export, header func(formColumn) string) func(*bench, []submission, map[int]int) string {
		l := layout{header: header, split: "_", point: func(formColumn) []string {
			return []string{"location-Latitude", "location-Longitude", "location-Altitude", "location-Accuracy"}
		}}
		return func(b *bench, s []submission, _ map[int]int) string { return b.folder(lay(b.T, s, l, nil)) }
	}
	for name, write := range map[string]func(*bench, []submission, map[int]int) string{
		"kobo with group paths":                       kobo(path("/"), path("/", "members"), layout{split: "/"}, false),
		"kobo without groups, numbers as numbers":     kobo(bare, bare, layout{split: "/"}, true),
		"kobo with split answers alone":               kobo(path("/"), path("/", "members"), layout{split: "/", only: true}, false),
		"kobo with unsplit answers":                   kobo(path("/"), path("/", "members"), layout{}, false),
		"kobo with English labels":                    kobo(labelPath(), labelPath("Member"), layout{split: "/", label: true}, false),
		"surveycto, wide":                             surveyCTO(surveyCTOWide, bare),
		"surveycto, long":                             surveyCTO(surveyCTOLong, bare),
		"surveycto, wide, with group names":           surveyCTO(surveyCTOWide, path("-")),
		"surveycto, long, with group names":           surveyCTO(surveyCTOLong, path("-")),
		"kobo with Hindi labels":                      kobo(labelPath(), labelPath("सदस्य"), layout{split: "/", label: true, language: 1}, false),
		"kobo with groups behind a full stop":         koboLayout(".", layout{}),
		"kobo with groups behind two lines":           koboLayout("__", layout{}),
		"survey solutions":                            solutions(false),
		"survey solutions before 2017":                solutions(true),
		"cspro":                                       csproFile(csproLevels(t, "household"), false),
		"cspro, persons as a level, old dictionary":   csproFile(csproLevels(t, "persons"), true),
		"cspro, households in an area":                csproFile(csproLevels(t, "area"), false),
		"odk briefcase":                               briefcase,
		"odk with group paths":                        odk(layout{header: path("-")}),
		"odk without group paths, with split answers": odk(layout{header: bare, split: "/", zeros: true}),
	} {
		t.Run(name, func(t *testing.T) {
			b := sqlite(t)
			file := write(b, all, nil)
			if r := b.want(file, nil, households+members, 0, 0, 0); !strings.HasPrefix(name, strings.ReplaceAll(r.Profile, "-", " ")) {
				t.Errorf("taken for %s", r.Profile)
			}
			compare(t, want, b.contents())
			b.want(file, nil, 0, 0, households+members, 0)

			// One submission is edited: a name is corrected. The phone notes the end of the interview anew, which only some tell here.
			edited := edit(all)
			changed := 2
			if !strings.HasPrefix(name, "kobo") && !strings.HasPrefix(name, "odk") {
				changed = 1
			}
			b.want(write(b, edited.all, map[int]int{edited.at: 1}), nil, 0, changed, households+members-changed, 0)
			got := b.contents()
			if !strings.Contains(got[edited.key], `"full_name":"Asha Rani"`) {
				t.Errorf("%s: %s", edited.key, got[edited.key])
			}
			got[edited.key] = want[edited.key]
			compare(t, want, got)
			b.want(write(b, edited.all, map[int]int{edited.at: 1}), nil, 0, 0, households+members, 0)
		})
	}
}

type editedOne struct {
	all []submission
	at  int
	key string
}

// edit corrects the name of somebody in the middle.
func edit(all []submission) editedOne {
	e := editedOne{all: slices.Clone(all)}
	for e.at = len(all) / 2; len(all[e.at].members) < 2; e.at++ {
	}
	s := &e.all[e.at]
	s.members = slices.Clone(s.members)
	s.members[1] = maps.Clone(s.members[1])
	s.members[1]["full_name"] = "Asha Rani"
	e.key = strings.Join([]string{"member " + s.household["ward_code"], s.household["team_id"], s.household["household_id"], s.members[1]["member_id"]}, "/")
	return e
}

func compare(t *testing.T, want, got map[string]string) {
	t.Helper()
	shown := 0
	for key, w := range want {
		if g := got[key]; g != w && shown < 5 {
			t.Errorf("%s:\n got %s\nwant %s", key, g, w)
			shown++
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d rows, want %d", len(got), len(want))
	}
}

// A member who was listed by mistake is taken off in the form, and those below move up a line: each stays who it is, and nobody is deleted.
func TestAMemberTakenOffTheXLSFormLeavesTheOthersWhoTheyAre(t *testing.T) {
	all := simulated(t, 30)
	at := slices.IndexFunc(all, func(s submission) bool { return len(s.members) >= 4 })
	members := 0
	for _, s := range all {
		members += len(s.members)
	}
	b := sqlite(t)
	l := layout{header: bare, split: "/", point: koboPoint(bare)}
	b.want(b.xlsx(koboExport(t, all, l, l, nil), false), nil, len(all)+members, 0, 0, 0)
	before := b.contents()

	edited := slices.Clone(all)
	s := &edited[at]
	s.members = slices.Delete(slices.Clone(s.members), 1, 2)
	moved := 0
	for i, m := range s.members {
		if line := strconv.Itoa(i + 1); m["line_no"] != line {
			s.members[i] = maps.Clone(m)
			s.members[i]["line_no"] = line
			moved++
		}
	}
	b.want(b.xlsx(koboExport(t, edited, l, l, map[int]int{at: 1}), false), nil, 0, 1+moved, len(all)+members-2-moved, 0)
	after := b.contents()
	if len(after) != len(before) {
		t.Errorf("%d rows became %d", len(before), len(after))
	}
	name := func(text string) string {
		_, rest, _ := strings.Cut(text, `"full_name":"`)
		is, _, _ := strings.Cut(rest, `"`)
		return is
	}
	for key, was := range before {
		if strings.HasPrefix(key, "member ") && name(was) != name(after[key]) {
			t.Errorf("%s was %s and is %s", key, name(was), name(after[key]))
		}
	}
}
