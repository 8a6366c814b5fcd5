package importer_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"sehat/importer"
)

func TestTheRealCSProFileGoesInByItsProposal(t *testing.T) {
	shared(t, "import", "cspro_popstan_Household.dcf")
	data, err := os.ReadFile(shared(t, "import", "cspro_popstan_Household.csdb"))
	if err != nil {
		t.Fatal(err)
	}
	b := sqlite(t)
	path := b.file("popstan.csdb", string(data))
	if _, err := b.try(path, nil); err == nil {
		t.Error("another form's file went in without a mapping")
	}
	p, err := importer.SuggestMapping(path, "r")
	if err != nil {
		t.Fatal(err)
	}
	text, err := p.Mapping.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	m, err := importer.ParseMapping(text)
	if err != nil {
		t.Fatal(err)
	}
	for field, constant := range map[string]string{"ward_code": "012", "visit_outcome": "complete", "consent": "yes"} {
		m.Households.Fields[field] = importer.FieldMapping{Constant: &constant}
	}
	m.Members.Fields["relation"].Codes["3"] = "daughter" // the dictionary says Son/Daughter
	b.want(path, m, 9, 0, 0, 1)                          // one interview was broken off
	b.want(path, m, 0, 0, 9, 1)
}

// Columns are found by their headers in two languages, by what stands under them, or by both.
func TestSuggestions(t *testing.T) {
	for name, c := range map[string]struct{ header, row, want string }{
		"our own names":                     {"household_id,full_name,sex", "H1,Asha Devi,F", "full_name=full_name 1.00; household_id=household_id 1.00; sex=sex 1.00"},
		"usual English headers":             {"Form No,Respondent Name,Gender,Age (yrs),Contact No.,Relationship with Head", "7,Asha Devi,Female,41,9876501234,Self", "age_years=Age (yrs) 0.90; full_name=Respondent Name 0.90; household_id=Form No 0.90; mobile=Contact No. 0.90; relation=Relationship with Head 0.90; sex=Gender 0.90"},
		"usual Hindi headers":               {"परिवार क्रमांक,नाम,लिंग,आयु,मोबाइल,पिता/पति का नाम", "7,आशा देवी,महिला,41,9876501234,राम लाल", "age_years=आयु 0.90; father_or_husband_name=पिता/पति का नाम 0.90; full_name=नाम 0.90; household_id=परिवार क्रमांक 0.90; mobile=मोबाइल 0.90; sex=लिंग 1.00"},
		"Hindi with and without nukta":      {"फोन,मोहल्ला,नाम हिंदी में", "9876501234,नया बाज़ार,आशा देवी", "full_name_hi=नाम हिंदी में 0.90; locality=मोहल्ला 0.90; mobile=फोन 0.90"},
		"numbers and groups before headers": {"Q1. Household ID,group/q2_3_member_sex,4) Date of birth,hh_members_name", "7,M,15-08-1985,Asha Devi", "birth_year=4) Date of birth 0.90; full_name=hh_members_name 0.80; household_id=Q1. Household ID 0.90; sex=group/q2_3_member_sex 0.90"},
		"values without a header that says": {"hhid,name,x1,x2,x3", "7,Asha Devi,9876501234,ABC1234567,महिला", "epic_no=x2 0.60; full_name=name 0.90; household_id=hhid 0.90; mobile=x1 0.60; sex=x3 0.60"},
		"a header that the values belie":    {"hhid,name,mobile", "7,Asha Devi,yes please", "full_name=name 0.90; household_id=hhid 0.90"},
		"numbers for the sexes":             {"hhid,name,sex", "7,Asha Devi,2", "full_name=name 0.90; household_id=hhid 0.90; sex=sex{2:F} 0.50"},
		"days without marks":                {"hhid,name,survey date", "7,Asha Devi,20260815", "full_name=name 0.90; household_id=hhid 0.90; visit_date=survey date(compact) 0.90"},
		"a hint in brackets":                {"hhid,name,Date of Survey (DD/MM/YYYY),Consent (Y/N)", "7,Asha Devi,15/08/2026,Y", "consent=Consent (Y/N) 0.80; full_name=name 0.90; household_id=hhid 0.90; visit_date=Date of Survey (DD/MM/YYYY) 0.80"},
		"months before days":                {"hhid,name,visit date", "7,Asha Devi,8/15/2026", "full_name=name 0.90; household_id=hhid 0.90; visit_date=visit date(mdy) 1.00"},
		"a name in three columns":           {"hhid,First Name,Middle Name,Surname", "7,Asha,Rani,Devi", "full_name=First Name+Middle Name+Surname 0.90; household_id=hhid 0.90"},
		"the family's phone and a member's": {"hhid,Contact No,Name,Mobile No.", "7,9876501234,Asha Devi,9876501235", "contact_mobile=Contact No 0.90; full_name=Name 0.90; household_id=hhid 0.90; mobile=Mobile No. 0.90"},
		"several answers of several words":  {"hhid,name,illness", `7,Asha Devi,"Heart disease, हाई बीपी"`, "conditions=illness 0.90; full_name=name 0.90; household_id=hhid 0.90"},
		"a column for each answer":          {"hhid,name,BP,Sugar", "7,Asha Devi,Yes,No", "conditions={BP:hypertension}{Sugar:diabetes} 0.70; full_name=name 0.90; household_id=hhid 0.90"},
		"numbers within the headers":        {"hhid,Member 1 Name,Member 1 Year of birth,Member 2 Name,Member 2 Year of birth", "7,Asha Devi,1985,Ram Lal,1983", "birth_year=Member # Year of birth 0.70; full_name=Member # Name 0.80; household_id=hhid 0.90; line_no=# 0.90"},
		"members side by side":              {"hhid,name_1,age_1,name_2,age_2", "7,Asha Devi,41,Ram Lal,43", "age_years=age_# 0.80; full_name=name_# 0.80; household_id=hhid 0.90; line_no=# 0.90"},
	} {
		t.Run(name, func(t *testing.T) {
			b := sqlite(t)
			path := b.file("list.csv", c.header+"\n"+c.row+"\n"+strings.Replace(c.row, "7", "8", 1)+"\n"+strings.Replace(c.row, "7", "9", 1)+"\n")
			p, err := importer.SuggestMapping(path, "r")
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, table := range []*importer.TableMapping{p.Mapping.Households, p.Mapping.Members, p.Mapping.Rows} {
				if table == nil {
					continue
				}
				for field, f := range table.Fields {
					columns := f.Column + strings.Join(f.Columns, "+")
					for _, c := range slices.Sorted(maps.Keys(f.Choices)) {
						columns += "{" + c + ":" + f.Choices[c] + "}"
					}
					if columns == "" {
						continue
					}
					text := field + "=" + columns
					if f.Date != "" {
						text += "(" + f.Date + ")"
					}
					for from, to := range f.Codes {
						text += "{" + from + ":" + to + "}"
					}
					got = append(got, fmt.Sprintf("%s %.2f", text, f.Confidence))
				}
			}
			slices.Sort(got)
			if text := strings.Join(got, "; "); text != c.want {
				t.Errorf("got  %s\nwant %s", text, c.want)
			}
			text, err := p.Mapping.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := importer.ParseMapping(text); err != nil {
				t.Errorf("%v\n%s", err, text)
			}
		})
	}
}

func TestASuggestionListsWhatItDoesNotKnow(t *testing.T) {
	b := sqlite(t)
	p, err := importer.SuggestMapping(b.file("list.csv", "hhid,name,favourite colour\n1,Asha Devi,blue\n"), "r")
	if err != nil || len(p.Unknown) != 1 || p.Unknown[0] != "column C (favourite colour)" {
		t.Errorf("%+v, %v", p, err)
	}
	_, err = importer.SuggestMapping(b.file("twice.csv", "hhid,name,Name\n1,Asha Devi,blue\n"), "r")
	if err == nil || !strings.Contains(err.Error(), "columns B and C have the same header (Name)") {
		t.Errorf("got %v", err)
	}
}

// Another form of Survey Solutions has names of its own; what they mean stands in the .do files.
func TestASuggestionReadsTheLabelsOfSurveySolutions(t *testing.T) {
	b := sqlite(t)
	tab := func(s string) string { return strings.ReplaceAll(s, ",", "\t") }
	path := b.zipped("survey_1_Tabular_All.zip",
		"survey.tab", tab("interview__key,interview__id,q1,q2,q3,q4,interview__status\n11-22-33-44,ab12,45,2026-08-15,1,1,100\n11-22-33-45,ab13,45,2026-08-15,3,-999999999,100\n"),
		"survey.do", "label variable q1 `\"Ward number\"'\nlabel variable q2 `\"Date of interview\"'\nlabel define q3 1 `\"Complete\"' 3 `\"House locked\"' \nlabel values q3 q3\nlabel variable q3 `\"Result of interview\"'\n"+
			"label define q4 1 `\"Yes\"' 2 `\"No\"' \nlabel values q4 q4\nlabel variable q4 `\"Consent given\"'\n",
		"roster.tab", tab("interview__key,interview__id,roster__id,p1,p2,p3,p4,p5__1,p5__2\n11-22-33-44,ab12,1,Ramesh Kumar,1,1,40,1,0\n11-22-33-44,ab12,4,Sunita Devi,2,2,38,-999999999,-999999999\n"),
		"roster.do", "label variable p1 `\"Full name\"'\nlabel define lp2 1 `\"Head\"' 2 `\"Wife\"' \nlabel values p2 lp2\nlabel variable p2 `\"Relation to head\"'\nlabel define lp3 1 `\"Male\"' 2 `\"Female\"' \nlabel values p3 lp3\n"+
			"label variable p3 `\"Sex\"'\nlabel variable p4 `\"Age in years\"'\nlabel variable p5__1 `\"Long-term illnesses:Diabetes\"'\nlabel variable p5__2 `\"Long-term illnesses:TB\"'\n")
	p, err := importer.SuggestMapping(path, "2026-1")
	if err != nil {
		t.Fatal(err)
	}
	b.want(path, p.Mapping, 4, 0, 0, 0)
	b.knows(`1 Ramesh Kumar M {"conditions":["diabetes"]}`, "4 Sunita Devi F")
	b.want(path, p.Mapping, 0, 0, 4, 0)
}
