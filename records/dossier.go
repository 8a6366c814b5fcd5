package records

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// A Dossier is a resident as somebody who decides needs to see it: with the household, who else is listed there, and the cards.
type Dossier struct {
	Resident  Resident   `json:"resident"`
	Household Household  `json:"household"`
	Others    []Resident `json:"-"`       // the other residents of the household, by line
	Records   int        `json:"records"` // of the person; 0 if dedupe has not seen the resident
	Cards     []Card     `json:"-"`       // of the person: those that stand
}

// Name is the resident's name in Latin letters, or in the only script told.
func (d Dossier) Name() string { return cmp.Or(d.Resident.FullName, d.Resident.FullNameHi) }

// Birth says when a resident was born, as precisely as it was told, or the age and what follows from it.
func (r Resident) Birth() string {
	switch {
	case r.BirthDay > 0:
		return fmt.Sprintf("%04d-%02d-%02d", r.BirthYear, r.BirthMonth, r.BirthDay)
	case r.BirthMonth > 0:
		return fmt.Sprintf("%04d-%02d", r.BirthYear, r.BirthMonth)
	case r.BirthYear > 0:
		return strconv.Itoa(r.BirthYear)
	case r.AgeYears != nil:
		if year, _ := r.born(); year > 0 {
			return fmt.Sprintf("age %d (about %d)", *r.AgeYears, year)
		}
		return "age " + strconv.Itoa(*r.AgeYears)
	}
	return ""
}

// Brief is a member of a household on one line: name, relation, sex and birth.
func (r Resident) Brief() string {
	var parts []string
	for _, part := range []string{cmp.Or(r.FullName, r.FullNameHi, "no name"), relationWords(r.Relation), r.Sex, r.Birth()} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ", ")
}

// relationWords reads a survey code aloud.
func relationWords(code string) string { return strings.ReplaceAll(code, "_", " ") }
