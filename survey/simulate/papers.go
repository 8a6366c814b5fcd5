package simulate

import (
	"fmt"

	"sehat/survey"
)

func personID(unit, i int) string { return fmt.Sprintf("P%07d-%02d", unit, i) }

// papers gives a person what they could show at the door: a birth date, a voter card, a health account, a phone.
func (b *builder) papers(p *person, age int) {
	p.papers = p.born
	switch {
	case age > 14 && b.s.chance(0.09): // a clerk wrote 1 January when only the year was known
		p.papers.Month, p.papers.Day = 1, 1
		p.papers.Year += b.s.between(-2, 2)
	case age > 25 && b.s.chance(0.07):
		p.papers.Year += pick(b.s, []int{-2, -1, 1, 2})
		p.papers.Day = min(p.papers.Day, 28) // 29 February has no neighbour
	case age < 4 && b.s.chance(0.1):
		p.papers.Day = min(28, p.papers.Day+1)
	}
	if p.papers.Compare(b.start) > 0 {
		p.papers = p.born
	}
	know := [...][3]float64{{46, 22, 32}, {34, 20, 46}, {22, 15, 63}}[p.cohort]
	p.knows = told(b.s.weighted(know[:]...))
	if age >= 18 && b.s.chance(0.8) {
		p.epic = string([]byte{letter(b.s), letter(b.s), letter(b.s)}) + b.s.digits(7)
	}
	if b.s.chance(0.24) {
		n := "91" + b.s.digits(11)
		p.abha = n + string(survey.VerhoeffDigit(n))
	}
	own := [2]float64{0.84, 0.5}[index(p.female)]
	if age < 18 {
		own = [2]float64{0.25, 0.12}[index(p.female)]
	}
	if p.cohort == old {
		own *= 0.7
	}
	if age >= 14 && b.s.chance(own) {
		p.mobile = mobile(b.s)
	}
	p.third = age >= 18 && b.s.chance(0.0008)
}

func letter(s *stream) byte { return byte('A' + s.intn(26)) }

// mobile is an invented Indian mobile number.
func mobile(s *stream) string {
	return string("99998887776"[s.intn(11)]) + s.digits(9)
}

// contacts chooses the phone by which the household is reached: the head's, another adult's, or none.
func (b *builder) contacts() {
	if b.f.mobile = b.f.people[b.f.head].mobile; b.f.mobile != "" && b.s.chance(0.85) {
		return
	}
	for i := range b.f.people {
		if p := &b.f.people[i]; !p.away && p.mobile != "" {
			b.f.mobile = p.mobile
		}
	}
}

// plusDays moves a full date by whole days.
func plusDays(d survey.Date, days int) survey.Date { return fromDays(toDays(d) + days) }

// toDays counts days from 1 March of year 0 (the civil calendar of Richards 1998 and Hinnant).
func toDays(d survey.Date) int {
	y, m := d.Year, d.Month
	if m <= 2 {
		y--
		m += 12
	}
	return 365*y + y/4 - y/100 + y/400 + (153*(m-3)+2)/5 + d.Day - 1
}

func fromDays(n int) survey.Date {
	y := (10000*n + 14780) / 3652425
	rest := n - (365*y + y/4 - y/100 + y/400)
	if rest < 0 {
		y--
		rest = n - (365*y + y/4 - y/100 + y/400)
	}
	m := (100*rest + 52) / 3060
	d := survey.Date{Year: y, Month: m + 3, Day: rest - (m*306+5)/10 + 1}
	if d.Month > 12 {
		d.Year, d.Month = d.Year+1, d.Month-12
	}
	return d
}
