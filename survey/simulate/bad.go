package simulate

import (
	"fmt"
	"strconv"
	"strings"

	"sehat/survey"
)

// A spoiler is one way in which a row goes bad. It reports false where the row cannot go bad so.
type spoiler struct {
	kind     string
	field    string
	rule     string
	severity survey.Severity
	spoil    func(v *visitor, m *Member) bool
}

// spoil makes rows bad, adds lines about nobody and writes Aadhaar-like numbers where they do not belong. It draws from a stream
// of its own: without it the other rows are the same.
func (v *visitor) spoil() {
	s := newStream(v.seed, forBad, uint64(v.l.unit), uint64(v.l.nth))
	v.s = s
	if s.chance(v.rates.Junk) && met(v.outcome()) {
		v.junk()
	}
	for i := range v.out.Members {
		m := &v.out.Members[i]
		switch {
		case m.Person[0] == '?':
		case s.chance(v.rates.Bad):
			v.apply(memberSpoilers(), m)
		case s.chance(v.rates.Aadhaar):
			v.apply(aadhaarSpoilers(), m)
		}
	}
	if s.chance(v.rates.Bad) {
		v.apply(householdSpoilers(), nil)
	}
}

func (v *visitor) apply(all []spoiler, m *Member) {
	for range 20 {
		k := &all[v.s.intn(len(all))]
		if k.rule == "no_household" && v.format == CSV || !k.spoil(v, m) {
			continue
		}
		switch {
		case k.rule == "": // the spoiler has flagged other rows itself
		case m == nil:
			v.out.flag(k.field, k.rule, k.severity, k.kind)
		default:
			m.flag(k.field, k.rule, k.severity, k.kind)
		}
		return
	}
}

// write puts a text into the member's field.
func write(field string, texts ...string) func(v *visitor, m *Member) bool {
	return func(v *visitor, m *Member) bool {
		v.memberColumns.set(m.Answers, field, pick(v.s, texts))
		return true
	}
}

// writeHousehold puts a text into the household's field.
func writeHousehold(field string, texts ...string) func(v *visitor, m *Member) bool {
	return func(v *visitor, _ *Member) bool {
		v.householdColumns.set(v.out.Answers, field, pick(v.s, texts))
		return true
	}
}

func memberSpoilers() []spoiler {
	clear := func(field string) func(v *visitor, m *Member) bool { return write(field, "") }
	return []spoiler{
		{"no name", "full_name", "required", survey.Error, func(v *visitor, m *Member) bool {
			v.memberColumns.set(m.Answers, "full_name", "")
			v.memberColumns.set(m.Answers, "full_name_hi", "")
			return true
		}},
		{"no sex", "sex", "required", survey.Error, clear("sex")},
		{"no relation", "relation", "required", survey.Error, clear("relation")},
		{"no age and no year of birth", "birth_year", "required", survey.Error, func(v *visitor, m *Member) bool {
			return v.born(m, "", "", "", "")
		}},
		{"unknown sex", "sex", "code_unknown", survey.Error, write("sex", "X", "G", "5", "Unknown sex")},
		{"unknown relation", "relation", "code_unknown", survey.Error, write("relation", "relativ", "99", "padosi", "sun")},
		{"unknown blood group", "blood_group", "code_unknown", survey.Error, write("blood_group", "C+", "O++", "positive")},
		{"unknown illness", "conditions", "code_unknown", survey.Error, write("conditions", "feverish", "xx", "hypertension, abc")},
		{"no such day", "birth_day", "birth_no_such_day", survey.Error, func(v *visitor, m *Member) bool {
			return v.born(m, strconv.Itoa(v.s.between(1950, 2015)), pick(v.s, []string{"2", "4", "6", "9", "11"}), "31", "")
		}},
		{"no such month", "birth_month", "number_outside", survey.Error, func(v *visitor, m *Member) bool {
			return v.born(m, strconv.Itoa(v.s.between(1950, 2015)), strconv.Itoa(v.s.between(13, 31)), "7", "")
		}},
		{"born after the visit", "birth_year", "birth_after_visit", survey.Error, func(v *visitor, m *Member) bool {
			return v.born(m, strconv.Itoa(v.date.Year+v.s.between(1, 60)), "", "", "")
		}},
		{"born in another century", "birth_year", "birth_too_old", survey.Error, func(v *visitor, m *Member) bool {
			return v.born(m, strconv.Itoa(v.s.between(1750, 1880)), "", "", "")
		}},
		{"year of two digits", "birth_year", "date_two_digit_year", survey.Error, func(v *visitor, m *Member) bool {
			return v.born(m, strconv.Itoa(v.s.between(50, 99)), "", "", "")
		}},
		{"a day without its month", "birth_day", "birth_day_without_month", survey.Error, func(v *visitor, m *Member) bool {
			return v.born(m, strconv.Itoa(v.s.between(1950, 2015)), "", strconv.Itoa(v.s.between(2, 28)), "")
		}},
		{"impossible age", "age_years", "number_outside", survey.Error, func(v *visitor, m *Member) bool {
			return v.born(m, "", "", "", pick(v.s, []string{"250", "199", "340", "999"}))
		}},
		{"age in words", "age_years", "number_invalid", survey.Error, func(v *visitor, m *Member) bool {
			return v.born(m, "", "", "", pick(v.s, []string{"forty", "old", "18+", "bachha"}))
		}},
		{"age against birth", "age_years", "age_contradicts_birth", survey.Error, func(v *visitor, m *Member) bool {
			y := v.s.between(1950, 1985)
			return v.born(m, strconv.Itoa(y), "", "", strconv.Itoa(max(0, v.date.Year-y-v.s.between(20, 35))))
		}},
		{"digits in the name", "full_name", "name_has_digits", survey.Error, func(v *visitor, m *Member) bool {
			n := v.memberColumns.get(m.Answers, "full_name")
			v.memberColumns.set(m.Answers, "full_name", n+strconv.Itoa(v.s.between(1, 9)))
			return n != ""
		}},
		{"old Hindi font", "full_name", "legacy_hindi_font", survey.Error, write("full_name", "jkes'k dqekj", "lqfurk nsoh", "fouksn 'kekZ", "eqds'k ;kno")},
		{"a formula's error", "full_name", "excel_error", survey.Error, write("full_name", "#N/A", "#REF!", "#VALUE!", "#NAME?")},
		{"phone in scientific notation", "mobile", "excel_destroyed", survey.Error, func(v *visitor, m *Member) bool {
			return write("mobile", scientific(mobile(v.s)))(v, m)
		}},
		{"phone too short", "mobile", "phone_invalid", survey.Error, func(v *visitor, m *Member) bool {
			return write("mobile", mobile(v.s)[:v.s.between(7, 9)])(v, m)
		}},
		{"no voter card number", "epic_no", "epic_invalid", survey.Error, write("epic_no", "ABC12345", "12/34/567", "DL/01/002", "applied")},
		{"ABHA with a wrong digit", "abha_number", "abha_check_digit", survey.Error, func(v *visitor, m *Member) bool {
			n := "91" + v.s.digits(11)
			wrong := '0' + (survey.VerhoeffDigit(n)-'0'+byte(v.s.between(1, 9)))%10
			return write("abha_number", n+string(wrong))(v, m)
		}},
		{"pregnant man", "pregnant", "pregnant_not_female", survey.Error, func(v *visitor, m *Member) bool {
			v.memberColumns.set(m.Answers, "pregnant", "yes")
			return v.memberColumns.get(m.Answers, "sex") == "M"
		}},
		{"orphan", survey.LinkField, "no_household", survey.Error, func(_ *visitor, m *Member) bool {
			m.HouseholdKey += "X"
			m.Bad = nil
			return true
		}},
		{"Aadhaar as member ID", "member_id", "aadhaar_in_key", survey.Error, func(v *visitor, m *Member) bool {
			m.Key = aadhaar(v.s)
			return write("member_id", m.Key)(v, m)
		}},
	}
}

// born overwrites all that was told about a birth.
func (v *visitor) born(m *Member, year, month, day, age string) bool {
	for i, field := range []string{"birth_year", "birth_month", "birth_day", "age_years"} {
		v.memberColumns.set(m.Answers, field, [...]string{year, month, day, age}[i])
	}
	// What hangs on the age would be a second thing that is wrong.
	for _, field := range []string{"guardian_line", "epic_no", "pregnant"} {
		v.memberColumns.set(m.Answers, field, "")
	}
	return true
}

func scientific(n string) string { return n[:1] + "." + n[1:6] + "E+09" }

// aadhaar is an invented number of the form of Aadhaar numbers; not one that starts with 91, which could be a phone.
func aadhaar(s *stream) string {
	n := string(rune('2'+s.intn(7))) + s.digits(10)
	return n + string(survey.VerhoeffDigit(n))
}

// aadhaarText writes such a number in one of the usual ways.
func aadhaarText(s *stream) string {
	n := aadhaar(s)
	switch s.intn(5) {
	case 0:
		return n
	case 1:
		return n[:4] + "-" + n[4:8] + "-" + n[8:]
	case 2:
		return devanagari(n)
	}
	return n[:4] + " " + n[4:8] + " " + n[8:]
}

// aadhaarSpoilers write an Aadhaar-like number beside or in place of the answer.
func aadhaarSpoilers() []spoiler {
	at := func(field, form string) spoiler {
		return spoiler{"Aadhaar number", field, "aadhaar_masked", survey.Warning, func(v *visitor, m *Member) bool {
			if strings.HasSuffix(field, "_name") { // digits in a name hold its row back, masked or not
				m.flag(field, "name_has_digits", survey.Error, "Aadhaar number in a name")
			}
			return write(field, strings.TrimSpace(fmt.Sprintf(form, aadhaarText(v.s))))(v, m)
		}}
	}
	return []spoiler{at("epic_no", "%s"), at("abha_number", "%s"), at("allergies", "%s"), at("allergies", "none, aadhar %s"), at("mobile", "%s"), at("father_or_husband_name", "UID %s")}
}

func householdSpoilers() []spoiler {
	return []spoiler{
		{"unknown ward", "ward_code", "ward_unknown", survey.Error, writeHousehold("ward_code", "251", "272", "999", "000")},
		{"no date of visit", "visit_date", "required", survey.Error, writeHousehold("visit_date", "")},
		{"no such day", "visit_date", "date_no_such_day", survey.Error, writeHousehold("visit_date", "31-02-2026", "30-02-2026", "31/11/2025")},
		{"year of two digits", "visit_date", "date_two_digit_year", survey.Error, writeHousehold("visit_date", "12-01-26", "15/02/26")},
		{"month before day", "visit_date", "date_month_first", survey.Error, writeHousehold("visit_date", "01-25-2026", "2/17/2026")},
		{"visit in the future", "visit_date", "date_future", survey.Error, writeHousehold("visit_date", "12-01-2062", "05-02-2106")},
		{"date as a number", "visit_date", "date_serial", survey.Error, writeHousehold("visit_date", "46037", "46058")},
		{"no outcome", "visit_outcome", "required", survey.Error, writeHousehold("visit_outcome", "")},
		{"unknown outcome", "visit_outcome", "code_unknown", survey.Error, writeHousehold("visit_outcome", "8", "ok", "finish")},
		{"PIN outside Delhi", "pin_code", "pin_invalid", survey.Error, writeHousehold("pin_code", "201301", "122001", "121003", "201010", "11009")},
		{"coordinates exchanged", "latitude", "coordinate_outside", survey.Error, func(v *visitor, _ *Member) bool {
			a, c := v.out.Answers, v.householdColumns
			lat, lon := c.get(a, "latitude"), c.get(a, "longitude")
			c.set(a, "latitude", lon)
			c.set(a, "longitude", lat)
			return lat != ""
		}},
		{"phone in scientific notation", "contact_mobile", "excel_destroyed", survey.Error, func(v *visitor, m *Member) bool {
			return v.quiet() && writeHousehold("contact_mobile", scientific(mobile(v.s)))(v, m)
		}},
		{"phone too short", "contact_mobile", "phone_invalid", survey.Error, func(v *visitor, m *Member) bool {
			return v.quiet() && writeHousehold("contact_mobile", mobile(v.s)[:8])(v, m)
		}},
		{"consent not noted", "consent", "consent_missing", survey.Error, func(v *visitor, m *Member) bool {
			return met(v.outcome()) && v.withhold("")
		}},
		{"answers without consent", "consent", "no_consent", survey.Error, func(v *visitor, m *Member) bool {
			return met(v.outcome()) && v.withhold("no")
		}},
		{"members of a locked house", "visit_outcome", "", survey.Error, func(v *visitor, m *Member) bool {
			if !met(v.outcome()) {
				return false
			}
			v.bar("visit_outcome", "member_not_met", "members of a locked house")
			return writeHousehold("visit_outcome", "locked", "vacant", "not_found")(v, m)
		}},
		{"Aadhaar as household ID", survey.LinkField, "aadhaar_in_key", survey.Error, func(v *visitor, m *Member) bool {
			key := aadhaar(v.s)
			for i := range v.out.Members {
				if v.out.Members[i].HouseholdKey == v.out.Key {
					v.out.Members[i].HouseholdKey = key
				}
			}
			v.out.Key = key
			return writeHousehold("household_id", key)(v, m)
		}},
	}
}

// quiet reports whether nothing was said about the household's phone yet.
func (v *visitor) quiet() bool { return met(v.outcome()) && len(v.out.Bad) == 0 }

// withhold takes the consent away and leaves the members: none of them may be kept.
func (v *visitor) withhold(consent string) bool {
	v.householdColumns.set(v.out.Answers, "consent", consent)
	v.bar("consent", "no_consent", "member without consent")
	return true
}

// bar makes each member's row bad for its household's sake; nothing else in it will be looked at.
func (v *visitor) bar(field, rule, kind string) {
	for i := range v.out.Members {
		if m := &v.out.Members[i]; m.HouseholdKey == v.out.Key { // no orphan
			m.Bad = nil
			m.flag(field, rule, survey.Error, kind)
		}
	}
}

// junk adds a line about nobody: someone tried the form out, or had to fill it.
func (v *visitor) junk() {
	line := len(v.out.Members) + 1
	m := Member{HouseholdKey: v.out.Key, Key: v.paper.memberKey(v.out.Key, line), Line: line, Person: fmt.Sprintf("?%07d-%d", v.l.unit, v.l.nth)}
	m.Answers = make(survey.Answers, len(v.memberColumns))
	set := func(field, value string) { v.memberColumns.set(m.Answers, field, value) }
	set("member_id", m.Key)
	set("line_no", strconv.Itoa(line))
	set("full_name", pick(v.s, []string{"test", "Test", "xyz", "XYZ", "abc", "asdf", "aaa", "demo", "Test Test", "dummy"}))
	set("relation", "not_related")
	set("sex", pick(v.s, []string{"M", "M", "F"}))
	set("age_years", pick(v.s, []string{"20", "30", "25", "50", "1", "99"}))
	if v.s.chance(0.4) {
		set("mobile", pick(v.s, dummyPhones))
	}
	m.flag("full_name", "name_doubtful", survey.Warning, "line about nobody")
	v.out.Members = append(v.out.Members, m)
}
