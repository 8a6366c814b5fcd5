package survey

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

func areas(t testing.TB) *Areas {
	t.Helper()
	a, err := ReadAreas(os.DirFS(filepath.Join("..", "templates")))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// with changes some answers, given as name, value, name, value.
func with(l Level, a Answers, changes ...string) Answers {
	for i := 0; i < len(changes); i += 2 {
		place, ok := Lookup(l, changes[i])
		if !ok {
			panic(changes[i])
		}
		a[place] = changes[i+1]
	}
	return a
}

// brief gives the findings as "field:rule", warnings with a question mark.
func brief(fs []Finding) string {
	var out []string
	for _, f := range fs {
		mark := ""
		if f.Severity == Warning {
			mark = "?"
		}
		out = append(out, f.Field+":"+f.Rule+mark)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

const sameAadhaar = "2345 6789 0124"

func TestHouseholdRules(t *testing.T) {
	c := Checker{Areas: areas(t), Today: Date{2026, 12, 31}}
	for _, tt := range []struct {
		name    string
		changes []string
		want    string
	}{
		{"a good household", nil, ""},
		{"no key", []string{"household_id", ""}, "household_id:required"},
		{"a key of spaces", []string{"household_id", " \u00a0"}, "household_id:required"},
		{"an Aadhaar number as the key", []string{"household_id", sameAadhaar}, "household_id:aadhaar_in_key"},
		{"a masked Aadhaar number as the key", []string{"household_id", "XXXX XXXX 0124"}, "household_id:aadhaar_in_key"},
		{"an Aadhaar number in the address", []string{"address_line", "Gali 4, card " + sameAadhaar}, "address_line:aadhaar_masked?"},
		{"an Aadhaar number as a PIN code", []string{"pin_code", sameAadhaar}, "pin_code:aadhaar_masked?"},
		{
			"no ward, round, date or outcome",
			[]string{"ward_code", "", "team_id", "", "survey_code", "", "visit_date", "", "visit_outcome", ""},
			"survey_code:required visit_date:required visit_outcome:required ward_code:required",
		},
		{"a ward that is not there", []string{"ward_code", "251"}, "ward_code:ward_unknown"},
		{"a ward of two digits", []string{"ward_code", "12"}, ""},
		{"a ward in Hindi digits", []string{"ward_code", "१२"}, ""},
		{"a ward in words", []string{"ward_code", "Ward No. 12"}, ""},
		{"the cantonment", []string{"ward_code", "cant"}, ""},
		{"a ward before its time", []string{"visit_date", "01-08-2022"}, "ward_code:ward_unknown"},
		{"a PIN code of Mumbai", []string{"pin_code", "400001"}, "pin_code:pin_invalid"},
		{"a PIN code of five digits", []string{"pin_code", "11000"}, "pin_code:pin_invalid"},
		{"a PIN code with a space, as a float, in Hindi digits", []string{"pin_code", "110 007"}, ""},
		{"a PIN code as a float", []string{"pin_code", "110007.0"}, ""},
		{"a PIN code in Hindi digits", []string{"pin_code", "११०००७"}, ""},
		{"nobody knows the PIN code", []string{"pin_code", "पता नहीं"}, ""},
		{"coordinates in Jaipur", []string{"latitude", "26.9", "longitude", "75.8"}, "latitude:coordinate_outside longitude:coordinate_outside"},
		{"coordinates exchanged", []string{"latitude", "77.2", "longitude", "28.6"}, "latitude:coordinate_outside longitude:coordinate_outside"},
		{"coordinates of nought", []string{"latitude", "0", "longitude", "0"}, "latitude:coordinate_outside longitude:coordinate_outside"},
		{"a latitude alone", []string{"longitude", ""}, "longitude:coordinate_alone"},
		{"a longitude alone", []string{"latitude", "NA"}, "latitude:coordinate_alone"},
		{"a latitude in words", []string{"latitude", "near the temple"}, "latitude:number_invalid"},
		{"no coordinates", []string{"latitude", "", "longitude", ""}, ""},
		{"a poor position", []string{"gps_accuracy", "350"}, "gps_accuracy:gps_poor?"},
		{"a visit in the future", []string{"visit_date", "01-01-2027"}, "visit_date:date_future"},
		{"a visit in the last century", []string{"visit_date", "15-08-1947"}, "visit_date:date_too_old"},
		{"a visit on 31 February", []string{"visit_date", "31-02-2026"}, "visit_date:date_no_such_day"},
		{"a year of two digits", []string{"visit_date", "15-08-26"}, "visit_date:date_two_digit_year"},
		{"the month first", []string{"visit_date", "08/15/2026"}, "visit_date:date_month_first"},
		{"a serial day of a spreadsheet", []string{"visit_date", "46249"}, "visit_date:date_serial"},
		{"a month without a day", []string{"visit_date", "08-2026"}, "visit_date:date_incomplete"},
		{"words for a date", []string{"visit_date", "yesterday"}, "visit_date:date_invalid"},
		{"a date in Hindi", []string{"visit_date", "१५ अगस्त २०२६"}, ""},
		{"an ISO time", []string{"visit_date", "2026-08-15T10:30:00.000+05:30"}, ""},
		{"an unknown outcome", []string{"visit_outcome", "perhaps"}, "visit_outcome:code_unknown"},
		{"an outcome in Hindi", []string{"visit_outcome", "पूरा हुआ"}, ""},
		{"visit nought", []string{"visit_no", "0"}, "visit_no:number_outside"},
		{"a hundred and one members", []string{"members_total", "101"}, "members_total:number_outside"},
		{"members in words", []string{"members_total", "five"}, "members_total:number_invalid"},
		{"no consent told", []string{"consent", ""}, "consent:consent_missing contact_mobile:mobile_without_consent?"},
		{"consent refused and yet an interview", []string{"consent", "no"}, "consent:no_consent contact_mobile:mobile_without_consent?"},
		{"consent in words", []string{"consent", "later"}, "consent:code_unknown contact_mobile:mobile_without_consent?"},
		{"a refusal", []string{"visit_outcome", "refused", "consent", "no", "contact_mobile", ""}, ""},
		{"a locked house", []string{"visit_outcome", "locked", "consent", "", "contact_mobile", "", "house_no", "", "address_line", "", "locality", ""}, ""},
		{"a number from a neighbour of a locked house", []string{"visit_outcome", "locked", "consent", ""}, "contact_mobile:mobile_without_consent?"},
		{"no address at all", []string{"house_no", "", "address_line", "", "locality", ""}, "address_line:address_missing?"},
		{"an unknown phone", []string{"contact_mobile", "unknown"}, ""},
		{"no phone, in Hindi", []string{"contact_mobile", "नहीं"}, ""},
		{"a made-up phone", []string{"contact_mobile", "9999999999"}, "contact_mobile:phone_dummy?"},
		{"a phone of nine digits", []string{"contact_mobile", "987650123"}, "contact_mobile:phone_invalid"},
		{"a phone that Excel destroyed", []string{"contact_mobile", "9.87654E+09"}, "contact_mobile:excel_destroyed"},
		{"two phones", []string{"contact_mobile", "9876501234 / 9876505678"}, "contact_mobile:phone_several?"},
		{"a broken formula", []string{"house_no", "#N/A"}, "house_no:excel_error"},
		{"a narrow column", []string{"visit_date", "########"}, "visit_date:excel_error"},
		{"a house number that is a hash", []string{"house_no", "#12"}, ""},
		{"U+0000", []string{"locality", "Malka\x00Ganj"}, "locality:text_invalid"},
		{"invalid UTF-8", []string{"locality", "Malka\xffGanj"}, "locality:text_invalid"},
		{"Hindi after Excel saved it as plain CSV", []string{"address_line", "??? ????, 5"}, "address_line:letters_lost"},
		{"a question in an address", []string{"address_line", "Gali 5, near the mill???"}, ""},
		{"an old Hindi font", []string{"address_line", "xyh ua 4 jkts'k edku ds ikl"}, "address_line:legacy_hindi_font"},
		{"an address with slashes", []string{"address_line", "H.No. 12/k-3, Gali No 4; near [temple], opp. school"}, ""},
		{"a long address", []string{"address_line", strings.Repeat("गली ", 51)}, "address_line:text_too_long"},
		{"a key that Excel destroyed", []string{"household_id", "1.23457E+14"}, "household_id:excel_destroyed"},
		{"a language that is not listed", []string{"consent_language", "Klingon"}, "consent_language:code_unknown"},
	} {
		if _, fs := c.Household(with(Household, goodHousehold(), tt.changes...)); brief(fs) != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, brief(fs), tt.want)
		}
	}
}

func TestMemberRules(t *testing.T) {
	c := Checker{Areas: areas(t), Today: Date{2026, 12, 31}}
	h, _ := c.Household(goodHousehold())
	child := []string{"birth_year", "2016", "birth_month", "", "age_years", "", "epic_no", "", "relation", "daughter", "pregnant", "", "guardian_line", "1"}
	for _, tt := range []struct {
		name    string
		changes []string
		want    string
	}{
		{"a good member", nil, ""},
		{"no keys", []string{"member_id", "", "line_no", ""}, "line_no:required"},
		{"a member id and no line", []string{"line_no", ""}, ""},
		{"an Aadhaar number as the key", []string{"member_id", strings.ReplaceAll(sameAadhaar, " ", "")}, "member_id:aadhaar_in_key"},
		{"no name", []string{"full_name", "", "full_name_hi", ""}, "full_name:required"},
		{"a name in Hindi only", []string{"full_name", ""}, ""},
		{"a name with digits", []string{"full_name", "Sunita 2"}, "full_name:name_has_digits"},
		{"a name with an Aadhaar number", []string{"full_name", "Sunita " + sameAadhaar}, "full_name:aadhaar_masked? full_name:name_has_digits"},
		{"a name typed to fill the field", []string{"full_name", "test"}, "full_name:name_doubtful?"},
		{"one letter over and over", []string{"full_name", "aaaa"}, "full_name:name_doubtful?"},
		{"a Hindi name after Excel saved it as plain CSV", []string{"full_name_hi", "????? ????"}, "full_name_hi:letters_lost"},
		{"a name in an old Hindi font", []string{"full_name", "lquhrk nsoh"}, "full_name:legacy_hindi_font"},
		{"a name in an old Hindi font in the Hindi column", []string{"full_name_hi", "dqekj flag"}, "full_name_hi:legacy_hindi_font"},
		{"names with marks", []string{"full_name", "D'Souza O'Brien-Khan", "father_or_husband_name", "Ram S/o Shyam (late)"}, ""},
		{"a relation in Hindi", []string{"relation", "पत्नी"}, ""},
		{"an unknown relation", []string{"relation", "landlord"}, "relation:code_unknown"},
		{"no relation and no sex", []string{"relation", "", "sex", "NA"}, "relation:required sex:required"},
		{"a son who is female", []string{"relation", "son"}, "relation:relation_sex?"},
		{"a sex in Hindi", []string{"sex", "स्त्री"}, ""},
		{"no birth and no age", []string{"birth_year", "", "birth_month", "", "age_years", ""}, "birth_year:required"},
		{"an age alone", []string{"birth_year", "", "birth_month", "", "age_years", "४१"}, ""},
		{"an age in words", []string{"birth_year", "", "birth_month", "", "age_years", "41 साल"}, ""},
		{"an age of 121", []string{"birth_year", "", "birth_month", "", "age_years", "121", "pregnant", ""}, "age_years:number_outside"},
		{"an age of 101", []string{"birth_year", "", "birth_month", "", "age_years", "101", "pregnant", ""}, "age_years:age_over_100?"},
		{"a year of two digits", []string{"birth_year", "85"}, "birth_year:date_two_digit_year"},
		{"a birth after the visit", []string{"birth_year", "2062", "birth_month", "", "age_years", ""}, "birth_year:birth_after_visit"},
		{"a birth in the month after the visit", []string{"birth_year", "2026", "birth_month", "9", "age_years", ""}, "birth_year:birth_after_visit"},
		{"a birth in 1890", []string{"birth_year", "1890", "birth_month", "", "age_years", ""}, "birth_year:birth_too_old"},
		{"the 31st of February", []string{"birth_month", "2", "birth_day", "31"}, "birth_day:birth_no_such_day"},
		{"the 29th of February in a common year", []string{"birth_month", "2", "birth_day", "29"}, "birth_day:birth_no_such_day"},
		{"the 29th of February in a leap year", []string{"birth_year", "1984", "birth_month", "2", "birth_day", "29", "age_years", "42"}, ""},
		{"a day without a month", []string{"birth_month", "", "birth_day", "4"}, "birth_day:birth_day_without_month"},
		{"a month without a year", []string{"birth_year", ""}, "birth_month:birth_month_without_year"},
		{"month 13", []string{"birth_month", "13"}, "birth_month:number_outside"},
		{"the name of a month", []string{"birth_month", "अगस्त"}, ""},
		{"an age one year off", []string{"age_years", "39"}, ""},
		{"an age three years off", []string{"age_years", "37"}, "age_years:age_birth_differ?"},
		{"an age ten years off", []string{"age_years", "30"}, "age_years:age_contradicts_birth"},
		{"a child", child, ""},
		{"a child without a guardian", append(child, "guardian_line", ""), "guardian_line:guardian_missing?"},
		{"a child as its own guardian", append(child, "guardian_line", "2"), "guardian_line:guardian_self"},
		{"a child with a voter card", append(child, "epic_no", "ABC1234567"), "epic_no:epic_minor?"},
		{"a grown-up with a guardian", []string{"guardian_line", "1"}, "guardian_line:guardian_not_minor?"},
		{"a voter card with spaces in small letters", []string{"epic_no", "abc 123-4567"}, ""},
		{"a voter card of six digits", []string{"epic_no", "ABC123456"}, "epic_no:epic_invalid"},
		{"an Aadhaar number as a voter card", []string{"epic_no", sameAadhaar}, "epic_no:aadhaar_masked?"},
		{"an ABHA number", []string{"abha_number", "91-2345-6789-0125"[:16] + string(VerhoeffDigit("9123456789012"))}, ""},
		{"an ABHA number with a wrong digit", []string{"abha_number", "9123456789012" + string('0'+(VerhoeffDigit("9123456789012")-'0'+1)%10)}, "abha_number:abha_check_digit"},
		{"an ABHA number of 13 digits", []string{"abha_number", "9123456789012"}, "abha_number:abha_invalid"},
		{"an ABHA number that Excel destroyed", []string{"abha_number", "9.12346E+13"}, "abha_number:excel_destroyed"},
		{"an Aadhaar number as an ABHA number", []string{"abha_number", sameAadhaar}, "abha_number:aadhaar_masked?"},
		{"blood groups as people write them", []string{"blood_group", "b +ve"}, ""},
		{"a blood group in words", []string{"blood_group", "O Positive"}, ""},
		{"a blood group without a sign", []string{"blood_group", "AB"}, "blood_group:code_unknown"},
		{"conditions by spaces", []string{"conditions", "hypertension diabetes"}, ""},
		{"conditions as labels in Hindi", []string{"conditions", "हाई बीपी; शुगर"}, ""},
		{"none and a condition", []string{"conditions", "none, diabetes"}, "conditions:none_with_others"},
		{"a condition that is not listed", []string{"conditions", "diabetes, love"}, "conditions:code_unknown"},
		{"no disability, in Hindi", []string{"disability", "नहीं"}, ""},
		{"a pregnant woman", []string{"pregnant", "yes"}, ""},
		{"a pregnant man", []string{"pregnant", "हाँ", "sex", "M", "relation", "spouse"}, "pregnant:pregnant_not_female"},
		{"pregnant at 60", []string{"pregnant", "yes", "birth_year", "1966", "age_years", "60"}, "pregnant:pregnant_age?"},
		{"pregnant at ten", append(child, "pregnant", "yes"), "pregnant:pregnant_age?"},
		{"an unknown phone", []string{"mobile", "NA"}, ""},
		{"a staircase for a phone", []string{"mobile", "1234567890"}, "mobile:phone_dummy?"},
		{"an Aadhaar number as a phone", []string{"mobile", sameAadhaar}, "mobile:aadhaar_masked?"},
		{"a phone with 91 that passes Verhoeff", []string{"mobile", valid("91987650123")}, ""},
		{"an error of the spreadsheet", []string{"age_years", "#VALUE!"}, "age_years:excel_error"},
		{"U+0000 in a name", []string{"full_name", "Sun\x00ita"}, "full_name:text_invalid"},
	} {
		if _, fs := c.Member(with(Member, goodMember(), tt.changes...), &h); brief(fs) != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, brief(fs), tt.want)
		}
	}
}

func TestWithoutConsentNothingIsKeptOfAMember(t *testing.T) {
	c := Checker{Today: Date{2026, 12, 31}}
	for _, tt := range []struct {
		name    string
		changes []string
		want    string
	}{
		{"no consent", []string{"consent", "no", "visit_outcome", "refused"}, "consent:no_consent"},
		{"consent not told", []string{"consent", ""}, "consent:no_consent"},
		{"consent, but nobody met", []string{"visit_outcome", "locked"}, "visit_outcome:member_not_met"},
	} {
		h, _ := c.Household(with(Household, goodHousehold(), tt.changes...))
		a := with(Member, goodMember(), "allergies", "card "+sameAadhaar)
		m, fs := c.Member(a, &h)
		if brief(fs) != tt.want {
			t.Errorf("%s: %q", tt.name, brief(fs))
		}
		if want := (MemberRow{Key: m.Key, Line: 2, Age: -1, Masked: 1}); m != want || m.Key == "" {
			t.Errorf("%s: kept %+v", tt.name, m)
		}
		if a[mbAllergies] != "card XXXX XXXX 0124" {
			t.Errorf("%s: the number stays in the answers", tt.name)
		}
	}
	if _, fs := c.Member(goodMember(), nil); brief(fs) != "household_id:no_household" {
		t.Errorf("no household: %q", brief(fs))
	}
	h, _ := c.Household(with(Household, goodHousehold(), "visit_outcome", "revisit"))
	if _, fs := c.Member(goodMember(), &h); len(fs) != 0 {
		t.Errorf("a second visit is needed, and there is consent: %q", brief(fs))
	}
}

func TestRowsHoldCanonicalAnswers(t *testing.T) {
	c := Checker{Areas: areas(t), Today: Date{2026, 12, 31}}
	h, _ := c.Household(with(Household, goodHousehold(), "ward_code", "वार्ड १२", "house_no", "  B-12/3\u00a0 first\tfloor ", "visit_no", "",
		"latitude", "28.67890000004", "contact_mobile", "+91 98765-01234"))
	want := HouseholdRow{
		SurveyCode: "2026-1", Key: "H17", WardCode: "012", BlockNo: "4", HouseNo: "B-12/3 first floor", AddressLine: "Gali No 4, near temple",
		Locality: "Malka Ganj", PinCode: "110007", ContactMobile: "+919876501234", Consent: "yes", TeamID: "T4",
		Visit: Visit{Date: Date{2026, 8, 15}, No: 1, Outcome: "complete", EnumeratorID: "E9"},
		Other: `{"consent_language":"hi","gps_accuracy":4.5,"latitude":28.6789,"longitude":77.2012,"members_total":5,"notice_version":"3"}`,
	}
	if h != want {
		t.Errorf("household\n got %+v\nwant %+v", h, want)
	}
	m, fs := c.Member(with(Member, goodMember(), "full_name_hi", norm.NFD.String("सुनीता ज़ैदी"), "conditions", "diabetes; हाई बीपी, diabetes",
		"allergies", "penicillin \"strong\"\n& sulfa\\", "birth_month", "Aug", "epic_no", "abc-1234567", "member_id", "", "abha_number", ""), &h)
	if len(fs) != 0 {
		t.Error(brief(fs))
	}
	wantMember := MemberRow{
		Key: "2", Position: true, Line: 2, FullName: "Sunita Devi", FullNameHi: norm.NFC.String("सुनीता ज़ैदी"), FatherOrHusband: "Ramesh Kumar", Relation: "spouse",
		Sex: "F", Birth: Date{Year: 1985, Month: 8}, Age: 41, Mobile: "+919876501234", EPIC: "ABC1234567",
		Other: `{"allergies":"penicillin \"strong\" & sulfa\\","blood_group":"B+","conditions":["hypertension","diabetes"],"disability":["none"],"pregnant":"no"}`,
	}
	if m != wantMember {
		t.Errorf("member\n got %+v\nwant %+v", m, wantMember)
	}
	m, _ = c.Member(with(Member, make(Answers, len(memberFields)), "line_no", "1", "full_name", "Asha", "relation", "self", "sex", "f", "birth_year", "15/8/1985"), &h)
	if m.Birth != (Date{1985, 8, 15}) || m.Age != -1 || m.Other != "{}" || m.Relation != "head" || m.Sex != "F" {
		t.Errorf("a short row: %+v", m)
	}
}

func TestAadhaarNumbersLeaveTheAnswersToo(t *testing.T) {
	c := Checker{Today: Date{2026, 12, 31}}
	a := with(Household, goodHousehold(), "address_line", "card "+sameAadhaar, "household_id", sameAadhaar, "notice_version", sameAadhaar+" "+sameAadhaar)
	h, _ := c.Household(a)
	if h.Masked != 4 || h.Key != "" || h.AddressLine != "card XXXX XXXX 0124" {
		t.Errorf("%+v", h)
	}
	for i, s := range a {
		if strings.Contains(s, "2345 6789") {
			t.Errorf("%s: %q stays", householdFields[i].Name, s)
		}
	}
}

func TestWithoutConsentNoPhoneIsKept(t *testing.T) {
	c := Checker{Today: Date{2026, 12, 31}}
	if h, _ := c.Household(with(Household, goodHousehold(), "visit_outcome", "refused", "consent", "no")); h.ContactMobile != "" {
		t.Error("the phone of a household that refused is kept")
	}
}

func TestAFindingNeverHoldsTheValue(t *testing.T) {
	c := Checker{Today: Date{2026, 12, 31}}
	h, _ := c.Household(goodHousehold())
	a := make(Answers, len(memberFields))
	for i := range a {
		a[i] = "zqzq77"
	}
	_, fs := c.Member(a, &h)
	if len(fs) < 10 {
		t.Errorf("only %q", brief(fs))
	}
	for _, f := range fs {
		if strings.Contains(f.Message+f.MessageHi, "zqzq") {
			t.Errorf("%s: %s", f.Rule, f.Message)
		}
	}
}

func FuzzMember(f *testing.F) {
	f.Add("Sunita\x00", "15-8-1985", "9.8E+9", "२३४५ ६७८९ ०१२४", "diabetes|none")
	f.Add("#N/A", "१९८५", "+91 98765 01234;9876501234", "x\u200bx", "हाँ")
	c := Checker{Today: Date{2026, 12, 31}}
	h, _ := c.Household(goodHousehold())
	f.Fuzz(func(t *testing.T, s1, s2, s3, s4, s5 string) {
		in := []string{s1, s2, s3, s4, s5}
		for shift := range in {
			a := make(Answers, len(memberFields))
			for i := range a {
				a[i] = in[(i+shift)%len(in)]
			}
			m, fs := c.Member(a, &h)
			var other map[string]any
			if err := json.Unmarshal([]byte(m.Other), &other); err != nil {
				t.Fatalf("%q is not JSON: %v", m.Other, err)
			}
			for _, s := range []string{m.Key, m.FullName, m.FullNameHi, m.FatherOrHusband, m.EPIC, m.ABHA, m.Mobile, m.Other} {
				if strings.Contains(s, "\x00") || !norm.NFC.IsNormalString(s) {
					t.Fatalf("%q is not clean", s)
				}
				if _, n := MaskAadhaar(s); n > 0 && s != m.Mobile && s != m.ABHA {
					t.Fatalf("%q holds an Aadhaar number; findings %s", s, brief(fs))
				}
			}
			if !m.Birth.Valid() || m.Birth.Compare(h.Visit.Date) > 0 {
				t.Fatalf("birth %v", m.Birth)
			}
			hh := make(Answers, len(householdFields))
			for i := range hh {
				hh[i] = in[(i+shift)%len(in)]
			}
			row, _ := c.Household(hh)
			if err := json.Unmarshal([]byte(row.Other), &other); err != nil {
				t.Fatalf("%q is not JSON: %v", row.Other, err)
			}
		}
	})
}
