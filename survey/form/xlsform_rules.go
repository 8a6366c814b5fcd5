package form

import (
	"fmt"
	"strconv"
	"strings"

	"sehat/survey"
)

// The expressions of the form are the part of XPath that KoboToolbox and ODK share. Both match a regular expression differently (one as a
// whole, one anywhere), so each is anchored at both ends.

// Who is asked: where somebody was met; and of these, who agreed. The door stands in both, because an app may keep an answer that was
// given before what was found there was changed.
const (
	met     = "${at_door} = 'met'"
	agreed  = met + " and ${consent} = 'yes'"
	outcome = "if(" + met + ", if(${consent} = 'no', 'refused', if(${finished} = 'no', 'partial', 'complete')), ${at_door})"
	located = "${location} != ''"
)

// The parts of the day of the visit, as numbers.
const (
	visitYear  = "number(format-date(${visit_date}, '%Y'))"
	visitMonth = "number(format-date(${visit_date}, '%m'))"
	visitDay   = "number(format-date(${visit_date}, '%d'))"
)

// relevantIf tells when a field is asked.
var relevantIf = map[string]string{
	"birth_month":    "${birth_year} != ''",
	"birth_day":      "${birth_year} != '' and ${birth_month} != ''",
	"age_years":      "${birth_year} = ''",
	"guardian_line":  "${age} != '' and ${age} < 18",
	"epic_no":        "${age} != '' and ${age} >= 18",
	"pregnant":       "${sex} = 'F' and ${age} >= 12 and ${age} <= 55",
	"health_on_card": "(${blood_group} != '' and ${blood_group} != 'unknown') or ${allergies} != ''",
}

// ageOnVisit is the age in full years on the day of the visit: of a birth that is known by its year alone, the higher of the two that it may be.
func ageOnVisit() string {
	return "if(${birth_year} = '', ${age_years}, " + visitYear + " - ${birth_year} - if(${birth_month} != '' and (${birth_month} > " + visitMonth +
		" or (${birth_month} = " + visitMonth + " and ${birth_day} != '' and ${birth_day} > " + visitDay + ")), 1, 0))"
}

// A check is a condition on an answer, and the rule of the survey package that it keeps. Where that rule's words speak of a sheet, say
// stands in their place.
type check struct {
	condition string
	rule      string
	say       text
}

// constraintOf is the condition on a field's answer, and what to say where it does not hold. Whatever passes it passes the
// rules of the survey package.
func constraintOf(f survey.Field) (string, text) {
	var conditions []string
	var say [2][]string
	for _, c := range checksOf(f) {
		condition := c.condition
		if strings.Contains(condition, " or ") {
			condition = "(" + condition + ")"
		}
		conditions = append(conditions, condition)
		en, hi := c.say[0], c.say[1]
		if en == "" {
			en, hi = f.Message(c.rule)
		}
		if len(say[0]) == 0 || say[0][len(say[0])-1] != en {
			say[0], say[1] = append(say[0], en), append(say[1], hi)
		}
	}
	return strings.Join(conditions, " and "), text{strings.Join(say[0], " "), strings.Join(say[1], " ")}
}

// The words that a form on a phone needs in place of a rule's.
var (
	sayPhone = text{
		"Write the ten digits of the number. Leave it empty if there is none or nobody knows it; never make one up.",
		"नंबर के दस अंक लिखें। न हो या पता न हो तो खाली छोड़ें; अपने मन से नंबर न लिखें।",
	}
	notInDelhi = text{
		"This place is not in Delhi. Stand in the open and take it again, or leave it out.",
		"यह जगह दिल्ली में नहीं है। खुले में खड़े होकर दोबारा लें, या छोड़ दें।",
	}
)

func checksOf(f survey.Field) []check {
	length := check{condition: "string-length(.) <= " + strconv.Itoa(f.MaxRunes), rule: "text_too_long"}
	between := check{condition: fmt.Sprintf(". >= %v and . <= %v", f.Min, f.Max), rule: "number_outside"}
	afterVisit := func(condition string) check { return check{condition: condition, rule: "birth_after_visit"} }
	switch f.Name {
	case "ward_code":
		return nil // only what the list offers can be chosen
	case "pin_code":
		return []check{{condition: "regex(., '^110[0-9]{3}$')", rule: "pin_invalid"}}
	case "epic_no":
		return []check{{condition: "regex(., '^[A-Za-z]{3}[0-9]{7}$')", rule: "epic_invalid"}}
	case "abha_number":
		return []check{{condition: "regex(., '^[0-9]{14}$')", rule: "abha_invalid"}, {condition: verhoeff(14) + " = 0", rule: "abha_check_digit"}}
	case "birth_year":
		return []check{afterVisit(". <= " + visitYear), {condition: visitYear + " - . <= 120", rule: "birth_too_old"}}
	case "birth_month":
		return []check{between, afterVisit("${birth_year} < " + visitYear + " or . <= " + visitMonth)}
	case "birth_day":
		return []check{
			{condition: ". >= 1 and . <= " + daysInBirthMonth, rule: "birth_no_such_day"},
			afterVisit("${birth_year} < " + visitYear + " or ${birth_month} < " + visitMonth + " or . <= " + visitDay),
		}
	case "guardian_line":
		return []check{between, {condition: ". != ${line_no}", rule: "guardian_self"}}
	}
	switch f.Type {
	case survey.Text:
		return []check{{condition: "not(regex(., '^.*[2-9२-९]([ -]?[0-9०-९]){11}.*$'))", say: noAadhaar}, length}
	case survey.Name:
		return []check{{condition: "regex(., '^[^0-9०-९]*$')", rule: "name_has_digits"}, length}
	case survey.Key:
		return []check{{condition: "not(regex(., '^[2-9२-९]([ -]?[0-9०-९]){11}$'))", rule: survey.RuleAadhaarInKey}, length}
	case survey.Whole, survey.Decimal:
		return []check{between}
	case survey.Day:
		return []check{{condition: ". <= today()", rule: "date_future"}, {condition: ". >= date('2000-01-01')", rule: "date_too_old"}}
	case survey.Phone:
		return []check{{condition: "regex(., '^([6-9][0-9]{9}|011[2-7][0-9]{7})$') and not(regex(., '" + dummies + "'))", say: sayPhone}}
	case survey.Many:
		if f.Codes[0].Code == "none" {
			return []check{{condition: "not(selected(., 'none') and count-selected(.) > 1)", rule: "none_with_others"}}
		}
	}
	return nil
}

// dummies are the commonest numbers that people make up; survey.IsDummyPhone knows more.
const dummies = "^(6{10}|7{10}|8{10}|9{10}|.*000000|.*12345678.*|.*23456789.*|.*98765432.*|.*87654321.*)$"

// daysInBirthMonth is how many days the month of birth has.
const daysInBirthMonth = "if(${birth_month} = 2, " +
	"if((${birth_year} mod 4 = 0 and ${birth_year} mod 100 != 0) or ${birth_year} mod 400 = 0, 29, 28), " +
	"if(${birth_month} = 4 or ${birth_month} = 6 or ${birth_month} = 9 or ${birth_month} = 11, 30, 31))"

// inDelhi is the condition on a geopoint, "latitude longitude altitude accuracy".
func inDelhi() string {
	var out []string
	for _, f := range survey.Fields(survey.Household) {
		for i, name := range []string{"latitude", "longitude"} {
			if f.Name == name {
				out = append(out, fmt.Sprintf("number(selected-at(., %d)) >= %v and number(selected-at(., %d)) <= %v", i, f.Min, i, f.Max))
			}
		}
	}
	return strings.Join(out, " and ")
}

// The tables of Verhoeff's check digit (J. Verhoeff, Error Detecting Decimal Codes, 1969): the group's multiplication, row by row,
// and what each place does to its digit, from the right.
const (
	verhoeffTimes = "0 1 2 3 4 5 6 7 8 9 1 2 3 4 0 6 7 8 9 5 2 3 4 0 1 7 8 9 5 6 3 4 0 1 2 8 9 5 6 7 4 0 1 2 3 9 5 6 7 8 " +
		"5 9 8 7 6 0 4 3 2 1 6 5 9 8 7 1 0 4 3 2 7 6 5 9 8 2 1 0 4 3 8 7 6 5 9 3 2 1 0 4 9 8 7 6 5 4 3 2 1 0"
	verhoeffPlaces = "0123456789 1576283094 5803796142 8916043527 9453126870 4286573901 2793806415 7046913258"
)

// verhoeff is the expression for the check sum of so many digits; it is 0 where the last digit is right. There are no loops in a form, so
// each digit's step stands around the step of the digit to its right.
func verhoeff(digits int) string {
	places := strings.Fields(verhoeffPlaces)
	sum := fmt.Sprintf("number(substr(., %d, %d))", digits-1, digits)
	for i := 1; i < digits; i++ {
		at := fmt.Sprintf("substr(., %d, %d)", digits-1-i, digits-i)
		sum = fmt.Sprintf("number(selected-at('%s', 10 * %s + number(translate(%s, '0123456789', '%s'))))", verhoeffTimes, sum, at, places[i%8])
	}
	return sum
}

// quote makes a text a string of XPath. With double quotes, because a spreadsheet takes a single one at the beginning for a sign of its own.
func quote(s string) string { return `"` + s + `"` }
