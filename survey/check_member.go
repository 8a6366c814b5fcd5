package survey

import (
	"strconv"
	"strings"
	"unicode"
)

// Member checks the answers of one member of household h and gives its row. An [Error] among the findings holds the row back. Without
// consent (rule [RuleNoConsent]), without a household (h is nil), or where nobody was met, the row holds the key and nothing about the person.
// Aadhaar numbers in a are masked in place.
func (c *Checker) Member(a Answers, h *HouseholdRow) (MemberRow, []Finding) {
	r := row{level: Member, fields: memberFields, cells: a}
	m := MemberRow{Age: -1}
	m.Key, m.Line = r.key(mbKey), r.whole(mbLine)
	if m.Key == "" && m.Line > 0 && !hasFinding(r.out, "member_id") {
		m.Key, m.Position = strconv.Itoa(m.Line), true
	}
	if barred := barrier(h); barred != nil {
		for i := range min(len(a), len(memberFields)) {
			masked, found := memberFields[i].Mask(a[i])
			a[i] = masked
			r.masked += found
		}
		m.Masked = r.masked
		return m, append(r.out, *barred)
	}
	m.FullName = r.name(mbName)
	m.FullNameHi = r.name(mbNameHi)
	m.FatherOrHusband = r.name(mbFather)
	m.Relation = r.one(mbRelation)
	m.Sex = r.one(mbSex)
	m.Birth = r.birth(h.Visit.Date)
	m.Age = r.age()
	m.GuardianLine = r.whole(mbGuardian)
	m.Mobile = r.phone(mbMobile)
	m.EPIC = r.epic()
	m.ABHA = r.abha()
	m.Other = r.readOthers()
	r.together(&m, h.Visit.Date)
	m.Masked = r.masked
	return m, r.out
}

// barrier tells why nothing may be kept about a member of h; nil if it may.
func barrier(h *HouseholdRow) *Finding {
	field, rule := hhConsent, noConsent
	switch {
	case h == nil:
		field, rule = hhKey, noHousehold
	case h.Consent != "yes":
	case h.Visit.Outcome == "locked", h.Visit.Outcome == "refused", h.Visit.Outcome == "vacant", h.Visit.Outcome == "not_found":
		field, rule = hhOutcome, memberNotMet
	default:
		return nil
	}
	f := findingOf(&householdFields[field], rule)
	return &f
}

// birth reads year, month and day as precisely as they were told. A whole date in the year's cell is taken apart.
func (r *row) birth(visit Date) Date {
	d := Date{Year: r.birthYear(), Month: r.birthMonth(), Day: r.whole(mbBirthDay)}
	switch {
	case hasFinding(r.out, "birth_year") || hasFinding(r.out, "birth_month") || hasFinding(r.out, "birth_day"):
		return Date{} // already said, and half of a wrong date is a wrong date
	case d.Year > 9999:
		return Date{}
	case d.IsZero():
		return d
	}
	if s := r.at(mbBirthYear); len(s) > 4 && d.Month == 0 && d.Day == 0 {
		if whole, err := ParseDate(s); err == nil {
			d = whole
		}
	}
	switch {
	case d.Day != 0 && d.Month == 0:
		r.bad(mbBirthDay, birthDayAlone)
	case d.Month != 0 && d.Year == 0:
		r.bad(mbBirthMonth, birthMonthAlone)
	case !d.Valid():
		r.bad(mbBirthDay, birthNoSuchDay)
	case !visit.IsZero() && d.Compare(visit) > 0:
		r.bad(mbBirthYear, birthAfterVisit)
	case !visit.IsZero() && visit.Year-d.Year > int(r.fields[mbAge].Max):
		r.bad(mbBirthYear, birthTooOld)
	default:
		return d
	}
	return Date{}
}

func (r *row) birthYear() int {
	s := r.cell(mbBirthYear)
	if s == "" {
		return 0
	}
	n, ok := wholeNumber(s)
	if !ok {
		d, err := ParseDate(s)
		if err != nil || d.Month == 0 {
			r.badNumber(mbBirthYear, s)
			return 0
		}
		n = d.Year
	}
	if n < 1000 || n > 9999 {
		r.bad(mbBirthYear, dateTwoDigitYear)
		return 0
	}
	return n
}

// birthMonth also takes the name of a month.
func (r *row) birthMonth() int {
	s := r.cell(mbBirthMonth)
	if s == "" {
		return 0
	}
	n, ok := wholeNumber(s)
	if !ok {
		if n = monthOf(s); n == 0 {
			r.badNumber(mbBirthMonth, s)
			return 0
		}
	}
	return r.inside(mbBirthMonth, n)
}

// age reads the age told; -1 if none was.
func (r *row) age() int {
	s := r.cell(mbAge)
	if s == "" {
		return -1
	}
	n, ok := age(s)
	if !ok {
		r.badNumber(mbAge, s)
		return -1
	}
	if n = r.inside(mbAge, n); !r.isTold(mbAge) {
		return -1
	}
	return n
}

// epic reads a voter card number: three letters and seven digits.
func (r *row) epic() string {
	s := r.cell(mbEPIC)
	if s == "" {
		return ""
	}
	s = strings.ToUpper(strings.Map(func(c rune) rune {
		if parting(c) || c == '/' || c == '.' {
			return -1
		}
		return c
	}, asciiDigits(s)))
	if len(s) != 10 || !allDigits(s[3:]) {
		r.bad(mbEPIC, epicInvalid)
		return ""
	}
	for i := 0; i < 3; i++ {
		if s[i] < 'A' || s[i] > 'Z' {
			r.bad(mbEPIC, epicInvalid)
			return ""
		}
	}
	return s
}

// abha reads an ABHA number: 14 digits, the last of them Verhoeff's.
func (r *row) abha() string {
	s := r.digits(mbABHA)
	switch {
	case s == "":
	case len(s) != 14 || !allDigits(s):
		r.bad(mbABHA, abhaInvalid)
		return ""
	case !ValidVerhoeff(s):
		r.bad(mbABHA, abhaCheckDigit)
		return ""
	}
	return s
}

// together checks answers against each other.
func (r *row) together(m *MemberRow, visit Date) {
	least, most := 0, 200 // the ages that fit what was told
	if m.Age >= 0 {
		least, most = m.Age, m.Age
	}
	if m.Birth.Year != 0 && !visit.IsZero() {
		young, old := m.Birth.AgesOn(visit)
		if m.Age >= 0 {
			switch gap := max(young-m.Age, m.Age-old); {
			case gap >= 5:
				r.add(mbAge, ageContradictsBirth)
			case gap >= 2:
				r.add(mbAge, ageBirthDiffer)
			}
		}
		least, most = young, old
	}
	if least > 100 {
		r.add(mbAge, ageOver100)
	}
	switch minor, adult := most < 18, least >= 18; {
	case minor && m.GuardianLine == 0 && !r.isTold(mbGuardian) && !hasFinding(r.out, "guardian_line"):
		r.add(mbGuardian, guardianMissing)
	case m.GuardianLine != 0 && m.GuardianLine == m.Line:
		r.add(mbGuardian, guardianSelf)
	case adult && m.GuardianLine != 0:
		r.add(mbGuardian, guardianNotMinor)
	}
	if most < 18 && m.EPIC != "" {
		r.add(mbEPIC, epicMinor)
	}
	if sex := sexOf(m.Relation); sex != "" && m.Sex != "" && m.Sex != "O" && m.Sex != sex {
		r.add(mbRelation, relationSex)
	}
	if r.isTold(mbPregnant) {
		if k, ok := fieldChoices[Member][mbPregnant].find(r.at(mbPregnant)); ok && memberFields[mbPregnant].Codes[k].Code == "yes" {
			switch {
			case m.Sex == "M":
				r.add(mbPregnant, pregnantNotFemale)
			case most < 12 || least > 55:
				r.add(mbPregnant, pregnantAge)
			}
		}
	}
}

// sexOf is the sex that a relation to the head tells; "" where it tells none.
func sexOf(relation string) string {
	switch relation {
	case "son", "son_in_law", "grandson", "father", "brother", "father_in_law", "brother_in_law", "nephew", "grandfather":
		return "M"
	case "daughter", "daughter_in_law", "granddaughter", "mother", "sister", "mother_in_law", "sister_in_law", "niece", "grandmother":
		return "F"
	}
	return ""
}

// isDoubtfulName reports whether a name looks like something typed to fill the field.
func isDoubtfulName(s string) bool {
	if len(s) > 24 {
		return false
	}
	first, letters, same := rune(-1), 0, true
	for _, c := range s {
		if !unicode.IsLetter(c) && !unicode.Is(unicode.M, c) {
			continue
		}
		if c = unicode.ToLower(c); first < 0 {
			first = c
		}
		same = same && c == first
		letters++
	}
	if letters < 2 || same && letters > 2 {
		return true
	}
	var room [16]byte
	switch string(appendFolded(room[:0], s)) {
	case "test", "testing", "testtest", "tester", "xyz", "abc", "abcd", "abcxyz", "asdf", "qwerty", "dummy", "sample", "demo", "name", "noname":
		return true
	}
	return s == "टेस्ट" || s == "परीक्षण" || s == "नाम"
}
