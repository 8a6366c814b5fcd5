package lookup

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"sehat/records"
	"sehat/records/access"
)

// Systems of identifiers, and our own extensions.
const (
	SystemCard = "urn:sehat:card"               // the 15 digits of a card number
	SystemEPIC = "urn:sehat:epic"               // the voter card's number; it has no URI of its own
	SystemABHA = "https://healthid.ndhm.gov.in" // as the national profiles (NRCeS) write it

	extCardState = "urn:sehat:fhir:card-state" // valueCode: issued, printed, active, lost, revoked, replaced, …
	extAgeTold   = "urn:sehat:fhir:age-told"   // age (valueAge) and on (valueDate), where no birth was told
	extLanguage  = "http://hl7.org/fhir/StructureDefinition/language"

	systemIdentifierType = "http://terminology.hl7.org/CodeSystem/v2-0203"
	systemUnits          = "http://unitsofmeasure.org"
)

// patient tells a person as a FHIR Patient, as far as the caller's scopes go. now decides which temporary cards have expired.
func patient(found records.Found, scopes access.Scopes, now time.Time) (fhirPatient, error) {
	r := found.Resident
	p := fhirPatient{
		ResourceType: "Patient", ID: found.PublicID, Active: found.SurvivorID == "",
		Name: names(r), Gender: gender(r.Sex), BirthDate: birthDate(r), Deceased: r.State == records.ResidentDied, Extension: ageTold(r),
	}
	for _, c := range found.Cards {
		if found.SurvivorID != "" && c.ResidentID != r.ID {
			continue // a number names one Patient: the others' are the survivor's
		}
		p.Identifier = append(p.Identifier, cardIdentifier(c, c.StateAt(now)))
	}
	if scopes.Has(access.ScopeIdentifiers) {
		p.Identifier = append(p.Identifier, otherIdentifiers(r)...)
	}
	if scopes.Has(access.ScopeContact) {
		p.Telecom, p.Address = telecom(found), address(found.Household)
	}
	if found.SurvivorID != "" {
		p.Link = []fhirLink{{Other: fhirReference{"Patient/" + found.SurvivorID}, Type: "replaced-by"}}
	}
	content, err := json.Marshal(p)
	if err != nil {
		return p, fmt.Errorf("encoding a patient: %w", err)
	}
	p.Meta.VersionID = records.Hash(content)[:16]
	return p, nil
}

// names gives the name as the resident writes it, then the one in the second script. It is not split into given and family
// names: nobody asked which is which.
func names(r records.Resident) []fhirName {
	var all []fhirName
	use := "official"
	for _, text := range []string{r.FullName, r.FullNameHi} {
		if text == "" {
			continue
		}
		name := fhirName{Use: use, Text: text}
		if lang := scriptOf(text).lang; lang != "" {
			name.Extension = []fhirExtension{{URL: extLanguage, Code: lang}}
		}
		all = append(all, name)
		use = "usual"
	}
	return all
}

func gender(sex string) string {
	switch sex {
	case "M":
		return "male"
	case "F":
		return "female"
	case "O":
		return "other"
	}
	return "unknown"
}

// birthDate is as precise as it was told; a day is never invented.
func birthDate(r records.Resident) string {
	switch {
	case r.BirthYear == 0:
		return ""
	case r.BirthMonth == 0:
		return fmt.Sprintf("%04d", r.BirthYear)
	case r.BirthDay == 0:
		return fmt.Sprintf("%04d-%02d", r.BirthYear, r.BirthMonth)
	}
	return fmt.Sprintf("%04d-%02d-%02d", r.BirthYear, r.BirthMonth, r.BirthDay)
}

// ageTold is all that is known of the birth of many: an age on the day of the visit.
func ageTold(r records.Resident) []fhirExtension {
	if r.BirthYear != 0 || r.AgeYears == nil {
		return nil
	}
	told := []fhirExtension{{URL: "age", Age: &fhirQuantity{Value: *r.AgeYears, Unit: "years", System: systemUnits, Code: "a"}}}
	if r.VisitDate != "" {
		told = append(told, fhirExtension{URL: "on", Date: r.VisitDate})
	}
	return []fhirExtension{{URL: extAgeTold, Extension: told}}
}

func cardIdentifier(c records.Card, state string) fhirIdentifier {
	id := fhirIdentifier{
		Extension: []fhirExtension{{URL: extCardState, Code: state}},
		Use:       "official",
		Type:      &fhirConcept{Coding: []fhirCoding{{System: systemIdentifierType, Code: "HC", Display: "Health Card Number"}}},
		System:    SystemCard,
		Value:     c.Number,
		Period:    &fhirPeriod{Start: day(c.IssuedAt), End: day(c.ExpiresAt)},
	}
	switch {
	case records.CardEnded(state):
		id.Use = "old"
	case c.Kind == records.CardTemporary:
		id.Use = "temp"
	}
	return id
}

func otherIdentifiers(r records.Resident) []fhirIdentifier {
	var all []fhirIdentifier
	if r.ABHA != "" {
		all = append(all, fhirIdentifier{Use: "secondary", System: SystemABHA, Value: r.ABHA})
	}
	if r.EPIC != "" {
		all = append(all, fhirIdentifier{Use: "secondary", System: SystemEPIC, Value: r.EPIC})
	}
	return all
}

func telecom(found records.Found) []fhirContact {
	var all []fhirContact
	if n := found.Resident.Mobile; n != "" {
		all = append(all, fhirContact{"phone", n, "mobile"})
	}
	if n := found.Household.Mobile; n != "" && n != found.Resident.Mobile {
		all = append(all, fhirContact{"phone", n, "home"})
	}
	return all
}

func address(h records.Household) []fhirAddress {
	a := fhirAddress{Use: "home", PostalCode: h.PinCode, Country: "IN"}
	for _, line := range []string{strings.TrimSpace(h.HouseNo + " " + h.AddressLine), h.Locality} {
		if line != "" {
			a.Line = append(a.Line, line)
		}
	}
	if len(a.Line) == 0 && a.PostalCode == "" {
		return nil
	}
	return []fhirAddress{a}
}

// day is the date of a time as the store keeps it, in UTC.
func day(stamp string) string {
	if len(stamp) < len(time.DateOnly) {
		return ""
	}
	return stamp[:len(time.DateOnly)]
}

// A script is how the name of a language is written in attributes and extensions.
type script struct {
	lang string // BCP 47; empty for Latin, and where the script does not tell
	dir  string // rtl or empty
}

// scriptOf tells by its first letter that is not Latin which language a name is written in, among those of Delhi.
func scriptOf(name string) script {
	for _, r := range name {
		switch {
		case r >= 0x0900 && r <= 0x097F:
			return script{lang: "hi"}
		case r >= 0x0A00 && r <= 0x0A7F:
			return script{lang: "pa"}
		case r >= 0x0600 && r <= 0x06FF, r >= 0x0750 && r <= 0x077F, r >= 0xFB50 && r <= 0xFDFF, r >= 0xFE70 && r <= 0xFEFF:
			return script{lang: "ur", dir: "rtl"}
		case r >= 0x0980 && r <= 0x09FF:
			return script{lang: "bn"}
		case r > 0x024F && r < 0x2000:
			return script{} // another script
		}
	}
	return script{}
}
