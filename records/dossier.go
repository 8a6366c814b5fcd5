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
	Others    []Resident `json:"others"`  // the other residents of the household, by line
	Records   int        `json:"records"` // of the person; 0 if dedupe has not seen the resident
	Cards     []Card     `json:"-"`       // of the person: those that stand
}

// Name is the resident's name in Latin letters, or in the only script told.
func (d Dossier) Name() string { return cmp.Or(d.Resident.FullName, d.Resident.FullNameHi) }

// Birth says when the resident was born, as precisely as it was told, or the age.
func (d Dossier) Birth() string {
	r := d.Resident
	switch {
	case r.BirthDay > 0:
		return fmt.Sprintf("%04d-%02d-%02d", r.BirthYear, r.BirthMonth, r.BirthDay)
	case r.BirthMonth > 0:
		return fmt.Sprintf("%04d-%02d", r.BirthYear, r.BirthMonth)
	case r.BirthYear > 0:
		return strconv.Itoa(r.BirthYear)
	case r.AgeYears != nil:
		return "age " + strconv.Itoa(*r.AgeYears)
	}
	return ""
}

// Address is the household's address on one line.
func (d Dossier) Address() string {
	h := d.Household
	var parts []string
	for _, p := range []string{h.HouseNo, h.AddressLine, h.Locality, h.PinCode} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	text := strings.Join(parts, ", ")
	if h.WardCode != "" {
		text += " (ward " + h.WardCode + ")"
	}
	return text
}
