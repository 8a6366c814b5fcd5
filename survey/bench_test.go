package survey

import (
	"strings"
	"testing"
)

// The rows are what a form of ours holds: drop-down texts as they are chosen, and one name in Hindi.
func goodMember() Answers {
	a := make(Answers, len(memberFields))
	for name, v := range map[string]string{
		"member_id": "6f1c2a34-8b1d-4c2e-9a3f-112233445566", "line_no": "2", "full_name": "Sunita Devi", "full_name_hi": "सुनीता देवी",
		"father_or_husband_name": "Ramesh Kumar", "relation": "Wife or husband / पत्नी या पति", "sex": "Female / महिला", "birth_year": "1985", "birth_month": "8",
		"age_years": "41", "mobile": "9876501234", "epic_no": "ABC1234567", "blood_group": "B+", "disability": "none",
		"conditions": "hypertension, diabetes", "allergies": "penicillin", "pregnant": "No / नहीं",
	} {
		i, ok := Lookup(Member, name)
		if !ok {
			panic(name)
		}
		a[i] = v
	}
	return a
}

func goodHousehold() Answers {
	a := make(Answers, len(householdFields))
	for name, v := range map[string]string{
		"survey_code": "2026-1", "household_id": "H17", "ward_code": "012", "block_no": "4", "house_no": "B-12/3", "address_line": "Gali No 4, near temple",
		"locality": "Malka Ganj", "pin_code": "110007", "latitude": "28.6789", "longitude": "77.2012", "gps_accuracy": "4.5", "visit_date": "15-08-2026",
		"visit_no": "1", "visit_outcome": "Complete / पूरा हुआ", "members_total": "5", "contact_mobile": "9876501234", "consent": "Yes / हाँ",
		"consent_language": "Hindi / हिन्दी", "notice_version": "3", "team_id": "T4", "enumerator_id": "E9",
	} {
		i, ok := Lookup(Household, name)
		if !ok {
			panic(name)
		}
		a[i] = v
	}
	return a
}

func BenchmarkMember(b *testing.B) {
	c := Checker{Today: Date{2026, 12, 31}}
	h, _ := c.Household(goodHousehold())
	good := goodMember()
	a := make(Answers, len(good))
	b.ReportAllocs()
	for b.Loop() {
		copy(a, good)
		if _, fs := c.Member(a, &h); len(fs) != 0 {
			b.Fatal(fs)
		}
	}
}

func BenchmarkMemberWithWarnings(b *testing.B) {
	c := Checker{Today: Date{2026, 12, 31}}
	h, _ := c.Household(goodHousehold())
	good := goodMember()
	good[mbMobile], good[mbAge] = "9999999999", "38"
	good[mbAllergies] = "see card 2345 6789 0124"
	a := make(Answers, len(good))
	b.ReportAllocs()
	for b.Loop() {
		copy(a, good)
		if _, fs := c.Member(a, &h); len(fs) == 0 {
			b.Fatal("no warnings")
		}
	}
}

func BenchmarkHousehold(b *testing.B) {
	c := Checker{Today: Date{2026, 12, 31}}
	a := goodHousehold()
	b.ReportAllocs()
	for b.Loop() {
		if _, fs := c.Household(a); len(fs) != 0 {
			b.Fatal(fs)
		}
	}
}

func BenchmarkMaskAadhaar(b *testing.B) {
	for name, s := range map[string]string{
		"no digits": "Gali Number Four, near the temple",
		"Hindi":     "गली नंबर चार, मंदिर के पास",
		"found":     "card 2345 6789 0124",
		"UUID":      "6f1c2a34-8b1d-4c2e-9a3f-112233445566",
		"long":      strings.Repeat("near the temple 12 ", 20),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				MaskAadhaar(s)
			}
		})
	}
}

func BenchmarkMemberID(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		MemberID(Source{"sehat", "2026-1"}, "012", "T4", "H17", "2")
	}
}
