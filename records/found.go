package records

import (
	"time"

	"sehat/survey"
)

// A Found is the person whom a card number or a public id led to, as one of the person's records tells it.
type Found struct {
	PublicID   string // see PublicIDs; the only id that leaves the register
	Resident   Resident
	Household  Household
	Cards      []Card // the latest version of every number of the person, newest first; without credential and face
	SurvivorID string // public id of the person's canonical record, where this record is another one; else empty
}

// Card returns the latest version of a number of the person.
func (f Found) Card(number string) (Card, bool) {
	for _, c := range f.Cards {
		if c.Number == number {
			return c, true
		}
	}
	return Card{}, false
}

// Ages returns the range of ages, in full years, that the person can have on a day: equal where day, month and year of
// birth were told. It is false where neither birth nor age was told.
func (f Found) Ages(on time.Time) (least, most int, known bool) {
	r := f.Resident
	today := survey.DateOf(on)
	if r.BirthYear != 0 {
		least, most = survey.Date{Year: r.BirthYear, Month: r.BirthMonth, Day: r.BirthDay}.AgesOn(today)
		return least, most, true
	}
	visit, err := time.Parse(time.DateOnly, r.VisitDate)
	if r.AgeYears == nil || err != nil {
		return 0, 0, false
	}
	// Somebody told 41 on the day of the visit had a birthday in the year before it: one year of doubt that never goes away.
	born := visit.AddDate(-*r.AgeYears, 0, 0)
	youngest, _ := survey.DateOf(born).AgesOn(today)
	oldest, _ := survey.DateOf(born.AddDate(-1, 0, 1)).AgesOn(today)
	return youngest, oldest, true
}
