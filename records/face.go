package records

import (
	"fmt"
	"time"
	"unicode"

	"sehat/cards"
)

// faceOf is what the card prints of a holder.
func faceOf(h Holder, c cards.Credential, kind string) cards.Face {
	f := cards.Face{
		Number: c.Number, Version: c.Version, Kind: kind, Name: h.FullName, NameSecond: h.FullNameHi, Sex: h.Sex, Ward: h.Ward,
		Birth: printedBirth(h.Resident), Photo: h.Photo, IssuedOn: c.Issued.UTC().Format(printedDay),
	}
	if f.Name == "" {
		f.Name, f.NameSecond = f.NameSecond, ""
	}
	if f.NameSecond != "" {
		f.NameLang = scriptOf(f.NameSecond).bcp47
	}
	if c.Temporary() {
		f.ValidUntil = c.Expires.UTC().Format(printedDay)
	}
	return f
}

// printedDay is how cards print a day: no reader takes the month for the day.
const printedDay = "2 Jan 2006"

// printedBirth says when somebody was born as precisely as it was told. A day is never invented; an age becomes a year.
func printedBirth(r Resident) string {
	month := time.Month(r.BirthMonth)
	switch {
	case r.BirthDay > 0:
		return fmt.Sprintf("%d %.3s %04d", r.BirthDay, month, r.BirthYear)
	case r.BirthMonth > 0:
		return fmt.Sprintf("%.3s %04d", month, r.BirthYear)
	case r.BirthYear > 0:
		return fmt.Sprintf("%04d", r.BirthYear)
	case r.AgeYears != nil:
		if visit, err := time.Parse(time.DateOnly, r.VisitDate); err == nil {
			return fmt.Sprintf("about %04d", visit.Year()-*r.AgeYears)
		}
	}
	return ""
}

// A script is one in which Delhi writes names, with the language that it stands for on a card.
type script struct {
	table  *unicode.RangeTable
	iso639 string // three letters, in the QR
	bcp47  string // two letters, on the card
}

// scriptOf returns the script of a name's first letter.
func scriptOf(name string) script {
	scripts := []script{
		{unicode.Latin, "eng", "en"},
		{unicode.Devanagari, "hin", "hi"},
		{unicode.Gurmukhi, "pan", "pa"},
		{unicode.Arabic, "urd", "ur"},
		{unicode.Bengali, "ben", "bn"},
		{unicode.Tamil, "tam", "ta"},
		{unicode.Telugu, "tel", "te"},
		{unicode.Malayalam, "mal", "ml"},
	}
	for _, r := range name {
		for _, s := range scripts {
			if unicode.Is(s.table, r) {
				return s
			}
		}
	}
	return script{iso639: "und", bcp47: "und"}
}
