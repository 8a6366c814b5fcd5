package sheet

import (
	"fmt"

	"sehat/cards"
)

// checkFace finds what no layout can put right. A card that has no number yet has no QR either.
func checkFace(f *cards.Face) []Misfit {
	var found []Misfit
	add := func(field, why string) { found = append(found, Misfit{f.Number, field, why}) }
	if f.Version < 1 {
		add("version", "is not counted from 1")
	}
	if f.Kind != cards.Permanent && f.Kind != cards.Temporary {
		add("kind", fmt.Sprintf("is neither %s nor %s", cards.Permanent, cards.Temporary))
	}
	if f.Name == "" {
		add("name", "is empty")
	}
	if (f.Kind == cards.Temporary) != (f.ValidUntil != "") {
		add("valid_until", "belongs on temporary cards, and only there")
	}
	return found
}

// checkIssued is checkFace for a card that has its number and its credential.
func checkIssued(f *cards.Face) []Misfit {
	var found []Misfit
	if !f.Number.Valid() {
		found = append(found, Misfit{f.Number, "number", "is not a card number"})
	}
	found = append(found, checkFace(f)...)
	if f.QR == "" {
		found = append(found, Misfit{f.Number, "qr", "is empty"})
	}
	return found
}

// value returns a field by its name in a design. place is the sheet and slot code.
func (d *Design) value(f *cards.Face, field, place string) string {
	switch field {
	case "number":
		return f.Number.Printed()
	case "version":
		return fmt.Sprint(f.Version)
	case "programme":
		return d.Programme
	case "programme_second":
		return d.ProgrammeSecond
	case "name":
		return f.Name
	case "name_second":
		return f.NameSecond
	case "birth":
		return f.Birth
	case "sex":
		return f.Sex
	case "issued_on":
		return f.IssuedOn
	case "valid_until":
		return f.ValidUntil
	case photoField:
		return f.Photo
	case "place":
		return place
	}
	return ""
}

// fields are the names that value knows.
var fields = []string{
	"number", "version", "programme", "programme_second", "name", "name_second", "birth", "sex", "issued_on", "valid_until", "place",
}

// photoField stands in conditions alone: nothing of a photo can be written.
const photoField = "photo"
