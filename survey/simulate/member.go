package simulate

import (
	"fmt"
	"strconv"
	"strings"

	"sehat/survey"
)

// members writes a row for each member who is told of.
func (v *visitor) members() {
	v.lines = v.order()
	partial := v.outcome() == "partial"
	if partial && len(v.lines) > 2 {
		v.lines = v.lines[:len(v.lines)-v.s.between(1, len(v.lines)-2)]
	}
	total := len(v.lines)
	if partial {
		total += v.s.between(1, 2)
	}
	v.householdColumns.set(v.out.Answers, "members_total", strconv.Itoa(total))
	v.out.Members = make([]Member, 0, len(v.lines))
	for n := range v.lines {
		v.out.Members = append(v.out.Members, v.member(n))
	}
}

// order lists who is told of: the head, the head's spouse and children, then the rest; elders first or last, as it comes.
func (v *visitor) order() []int {
	var out, rest []int
	take := func(i int) {
		m := &v.f.people[i]
		forgotten := v.l.nth > 0 && i != v.head && v.s.chance(0.06)
		if m.away || forgotten || m.late && (v.l.nth == 0 || m.born.Compare(v.date) > 0) {
			return
		}
		out = append(out, i)
	}
	take(v.head)
	for i := range v.f.people {
		switch {
		case i == v.head:
		case v.f.people[i].spouse == v.head, v.f.childOf(i, v.head):
			take(i)
		default:
			rest = append(rest, i)
		}
	}
	for _, i := range rest {
		take(i)
	}
	return out
}

// member writes the row of the n-th line.
func (v *visitor) member(n int) Member {
	i := v.lines[n]
	p := &v.f.people[i]
	line := n + 1
	m := Member{
		HouseholdKey: v.out.Key, Key: v.paper.memberKey(v.out.Key, line), Line: line, Person: p.id, Why: v.why(p),
		Culture: p.naming.culture.String(), Twin: p.twin, Sex: by(p, "M", "F"), Born: p.born,
	}
	a := make(survey.Answers, len(v.memberColumns))
	m.Answers = a
	set := func(field, value string) { v.memberColumns.set(a, field, value) }
	s := newStream(v.seed, forMember, hash(p.id), uint64(v.l.unit), uint64(v.l.nth))
	v.s, v.hand.s = s, s

	set("member_id", m.Key)
	set("line_no", strconv.Itoa(line))
	rel := v.f.relation(v.head, i)
	set("relation", rel)
	v.names(set, p, rel, i)
	sex := by(p, "M", "F")
	switch {
	case p.third:
		sex, m.Sex = "O", "O"
	case s.chance(0.0015):
		sex = by(p, "F", "M")
	}
	set("sex", sex)
	age := v.birth(set, p)
	if age < 18 {
		if g := v.guardian(i); g > 0 && !s.chance(0.05) {
			set("guardian_line", strconv.Itoa(g))
		}
	}
	v.ids(set, p, age)
	v.answersOnHealth(set, p, sex, age)
	return m
}

func (v *visitor) why(p *person) Reason {
	if g, ok := v.plan.guests[v.l.unit]; ok && v.l.nth == 0 && p.id == personID(g.unit, g.person) {
		return g.why
	}
	switch {
	case v.l.nth == 0:
		return ""
	case v.l.moved:
		return Moved
	}
	return SurveyedTwice
}

// names writes the person's name and the father's or husband's.
func (v *visitor) names(set func(field, value string), p *person, rel string, i int) {
	s := v.s
	n := &p.naming
	if rel == "daughter" || rel == "granddaughter" {
		n = &p.maiden
	}
	latin, hindi := v.hand.name(n, false)
	onlyHindi := v.h.devanagari || s.chance(v.rates.OnlyHindi)
	switch {
	case onlyHindi && v.h.spell%2 == 0:
		set("full_name", hindi)
	case onlyHindi:
		set("full_name_hi", hindi)
	default:
		set("full_name", latin)
		if s.chance(v.h.hindi) {
			set("full_name_hi", hindi)
		}
	}
	if s.chance(0.05) {
		return // the father's name was not told
	}
	father, away := &p.dad, s.chance(0.15)
	if p.father >= 0 {
		father, away = &v.f.people[p.father].naming, v.f.people[p.father].away
	}
	inLaw := rel != "daughter" && rel != "granddaughter" && rel != "sister"
	if p.female && p.spouse >= 0 && inLaw && !s.chance(0.035) { // one in thirty is asked for the father
		father, away = &v.f.people[p.spouse].naming, v.f.people[p.spouse].away
	}
	if father.isZero() {
		return
	}
	latin, hindi = v.hand.name(father, true)
	if away && s.chance(0.2) {
		latin, hindi = "Late "+latin, "स्व. "+hindi
	}
	if onlyHindi {
		latin = hindi
	} else if s.chance(0.012) {
		latin = by(p, "S/o ", [...]string{"D/o ", "W/o "}[index(p.female && p.spouse >= 0)]) + latin
	}
	set("father_or_husband_name", latin)
}

// birth writes as much of the birth as is told, and gives the age that is believed.
func (v *visitor) birth(set func(field, value string), p *person) int {
	s := v.s
	truly := max(0, p.age(v.date))
	shown := p.knows == wholeDate && (v.hand.papers || s.chance(0.45))
	year := func(y int) { set("birth_year", strconv.Itoa(y)) }
	switch {
	case shown:
		d := p.papers
		if s.chance(0.4 * v.h.slips) { // month and day exchanged, or a digit wrong
			if d.Day <= 12 && s.chance(0.6) {
				d.Day, d.Month = d.Month, d.Day
			} else {
				d.Year -= pick(s, []int{1, 10, 2})
				d.Day = min(d.Day, 30)
				if d.Month == 2 {
					d.Day = min(d.Day, 28)
				}
			}
		}
		if d.Compare(v.date) > 0 {
			d = p.papers
		}
		year(d.Year)
		set("birth_month", strconv.Itoa(d.Month))
		set("birth_day", strconv.Itoa(d.Day))
		told := person{born: d}
		age := max(0, told.age(v.date))
		if s.chance(0.4) {
			set("age_years", strconv.Itoa(age))
		}
		return age
	case p.knows >= onlyYear && s.chance(0.75):
		y := p.papers.Year
		year(y)
		switch {
		case v.h.newYear:
			set("birth_month", "1")
			set("birth_day", "1")
		case s.chance(0.15) && (survey.Date{Year: y, Month: p.papers.Month}).Compare(v.date) <= 0:
			set("birth_month", strconv.Itoa(p.papers.Month))
		}
		return max(0, v.date.Year-y-s.intn(2))
	}
	age := v.toldAge(truly)
	text := strconv.Itoa(age)
	if v.h.devanagari && v.h.address%2 == 0 {
		text = devanagari(text)
	}
	set("age_years", text)
	return age
}

// devanagari writes a number in the digits of Hindi.
func devanagari(digits string) string {
	return strings.Map(func(r rune) rune { return '०' + r - '0' }, digits)
}

// toldAge is the age that is said when nobody looks at papers: near the truth, and often a round number.
func (v *visitor) toldAge(age int) int {
	s := v.s
	if age < 10 {
		if s.chance(0.12) {
			age = max(0, age+pick(s, []int{-1, 1}))
		}
		return age
	}
	off := 1
	if age > 30 {
		off = 2
	}
	if age > 55 {
		off = 4
	}
	if s.chance(0.5) {
		age += s.between(-off, off)
	}
	if age >= 18 && s.chance(v.h.heap) {
		age = (age + 2) / 5 * 5
	}
	return clamp(age, 0, 99)
}

// guardian is the line of a minor's parent, or of another adult of the household; 0 if there is none.
func (v *visitor) guardian(child int) int {
	c := &v.f.people[child]
	adult := 0
	for n, i := range v.lines {
		switch p := &v.f.people[i]; {
		case i == c.father || i == c.mother:
			return n + 1
		case adult == 0 && i != child && p.age(v.date) >= 21:
			adult = n + 1
		}
	}
	return adult
}

// ids writes phone, voter card and health account.
func (v *visitor) ids(set func(field, value string), p *person, age int) {
	s := v.s
	switch {
	case age >= 14 && s.chance(v.rates.DummyPhones/2):
		set("mobile", pick(s, dummyPhones))
	case p.mobile != "" && s.chance(0.85):
		set("mobile", v.phone(p.mobile))
	case v.f.mobile != "" && s.chance(0.3):
		set("mobile", v.phone(v.f.mobile))
	}
	if p.epic != "" && age >= 18 && (v.hand.papers && s.chance(0.85) || s.chance(0.2)) {
		e := p.epic
		if s.chance(0.3 * v.h.slips) {
			i := s.between(3, 9)
			e = e[:i] + s.digits(1) + e[i+1:]
		}
		if v.h.small {
			e = strings.ToLower(e)
		}
		set("epic_no", e)
	}
	if p.abha != "" && s.chance(0.7) {
		n := p.abha
		if v.h.address%3 == 0 {
			n = fmt.Sprintf("%s-%s-%s-%s", n[:2], n[2:6], n[6:10], n[10:])
		}
		set("abha_number", n)
	}
}

// answersOnHealth writes what is told of it; a second teller leaves out more.
func (v *visitor) answersOnHealth(set func(field, value string), p *person, sex string, age int) {
	s, h := v.s, &p.health
	if s.chance(0.8) {
		set("blood_group", h.blood)
	}
	if s.chance(0.9) {
		set("disability", h.disability)
	}
	var told []string
	for _, c := range h.conditions {
		if !s.chance(0.12) {
			told = append(told, c)
		}
	}
	switch {
	case len(told) > 0:
		set("conditions", strings.Join(told, ", "))
	case s.chance(0.85):
		set("conditions", "none")
	}
	if h.allergies != "" && s.chance(0.85) {
		set("allergies", h.allergies)
	}
	if sex == "F" && age >= 15 && age < 50 {
		switch {
		case h.pregnant:
			set("pregnant", "yes")
		case s.chance(0.7):
			set("pregnant", "no")
		}
	}
	switch (v.h.address + age) % 4 { // not drawn, so that a city keeps its other answers
	case 0:
		set("health_on_card", "yes")
	case 1:
		set("health_on_card", "no")
	}
}
