package importer_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"sehat/importer"
)

// What is held back of an export comes back in the export's own columns, and goes in once it is corrected.
func TestRejectsOfExportsGoInOnceCorrected(t *testing.T) {
	bad := func(s string) string { return strings.Replace(s, "spouse,F", "spouse,?", 1) }
	for name, c := range map[string]struct {
		file  func(b *bench) string
		sheet string
		good  int
	}{
		"KoboToolbox": {func(b *bench) string { return b.workbook("export.xlsx", "survey", koboRoot, "members", bad(koboLoop)) }, "members", 3},
		"ODK Central": {func(b *bench) string {
			return b.zipped("export.zip", "a form with a name that is longer than a sheet's may be.csv", odkRoot, "a form with a name that is longer than a sheet's may be-members.csv", bad(odkLoop))
		}, "a form with a name that is lo~1", 4},
		"SurveyCTO, long": {func(b *bench) string {
			b.file("export-members.csv", bad(ctoLoop))
			return b.file("export.csv", ctoRoot)
		}, "export-members", 2},
	} {
		t.Run(name, func(t *testing.T) {
			b := sqlite(t)
			r := b.want(c.file(b), nil, c.good, 0, 0, 1)
			b.correct(r.RejectsFile, c.sheet, "sex", 2, "F")
			b.want(r.RejectsFile, nil, 1, 0, 1, 0)
			if n := b.census().HeldBack; n != 0 {
				t.Errorf("%d rows are still held back", n)
			}
			b.want(c.file(b), nil, 0, 0, c.good+1, 0) // known to be corrected
		})
	}
}

func TestTwoSubmissionsAboutOneVisit(t *testing.T) {
	b := sqlite(t)
	twice := strings.Replace(odkRoot, "H2,12,T4,2026-08-15,complete", "H1,12,T4,2026-08-16,complete", 1)
	path := b.zipped("form.zip", "form.csv", twice, "form-members.csv", odkLoop)
	b.want(path, nil, 3, 0, 0, 2)
	if got := b.heldOf(path); got != "form 3 household_repeated household_id; form-members 4 household_held PARENT_KEY" {
		t.Error(got)
	}
	b = sqlite(t)
	again := strings.Replace(odkRoot, "household_id,ward_code,team_id", "household_id,ward_code,visit_no,team_id", 1)
	again = strings.NewReplacer("H1,12,", "H1,12,1,", "H2,12,T4,2026-08-15", "H1,12,2,T4,2026-08-20").Replace(again)
	b.want(b.zipped("form.zip", "form.csv", again, "form-members.csv", strings.Replace(odkLoop, "m-3,1", "m-3,3", 1)), nil, 4, 1, 0, 0)
	if c := b.census(); c.Households != 1 || c.Visits != 2 || c.Residents != 3 {
		t.Errorf("%+v", c)
	}
}

// A second visit tells more than an edit of the first, in whatever order they come.
func TestAnEditedFirstVisitDoesNotHideTheSecond(t *testing.T) {
	b := sqlite(t)
	root := strings.Replace(odkRoot, "household_id,ward_code,team_id", "household_id,ward_code,visit_no,team_id", 1)
	root = strings.NewReplacer("H1,12,T4,2026-08-15,complete,yes", "H1,12,1,T4,2026-08-15,locked,", "H2,12,T4,2026-08-15", "H1,12,2,T4,2026-08-20",
		",,collect:1,0,1", ",,collect:1,3,1").Replace(root)
	loop := strings.Join([]string{strings.SplitN(odkLoop, "\n", 2)[0], "m-3,1,Mohan Lal,head,M,50,none,1,0,0,uuid:2,uuid:2/members[1]"}, "\n")
	path := b.zipped("form.zip", "form.csv", root, "form-members.csv", loop)
	b.want(path, nil, 2, 1, 0, 0)
	b.want(path, nil, 0, 0, 3, 0)
	for h, err := range b.store.Households(t.Context()) {
		if err != nil || h.Consent != "yes" {
			t.Errorf("consent %q, %v", h.Consent, err)
		}
	}
}

func TestAKeyIsTheSameAsANumberAndAsText(t *testing.T) {
	b := sqlite(t)
	b.want(b.workbook("export.xlsx", "survey", koboRoot, "members", koboLoop), nil, 4, 0, 0, 0)
	number := strings.NewReplacer("900001,", "900001.0,", "900002,", "900002.0,")
	b.want(b.workbook("export.xlsx", "survey", number.Replace(koboRoot), "members", number.Replace(koboLoop)), nil, 0, 0, 4, 0)
}

func TestASubmissionForEachPerson(t *testing.T) {
	b := sqlite(t)
	path := b.file("export.csv", "household_id;ward_code;team_id;visit_date;visit_outcome;consent;line_no;full_name;relation;sex;age_years;_id;_uuid;_submission_time;_index\n"+
		"H1;12;T4;2026-08-15;complete;yes;1;Ramesh Kumar;head;M;40;1;u-1;2026-08-15T10:00:00;1\nH1;12;T4;2026-08-15;complete;yes;2;Sunita Devi;spouse;F;38;2;u-2;2026-08-15T10:00:00;2\n")
	b.want(path, nil, 2, 0, 0, 0)
	if c := b.census(); c.Households != 1 || c.Residents != 2 {
		t.Errorf("%+v", c)
	}
}

func TestColumnsThatAnswerNoQuestion(t *testing.T) {
	b := sqlite(t)
	table := "household_id,ward_code,team_id,house_no,visit_date,visit_outcome,consent,Remarks,line_no,full_name,relation,sex,age_years,Caste \"self\"\n" +
		"H1,12,T4,B-1,15-08-2026,complete,yes,Card " + aadhaarText + " seen,1,Ramesh Kumar,head,M,40,\n" +
		"H1,12,T4,B-1,15-08-2026,complete,yes,,2,Sunita Devi,spouse,F,38,\"a \"\"b\"\"\\\"\n" +
		"H2,12,T4,B-2,15-08-2026,refused,no,said no,,,,,,\n"
	path := b.file("list.csv", table)
	r := b.want(path, nil, 3, 0, 0, 0)
	if got := strings.Join(r.Ignored, "; "); got != `column H (Remarks); column N (Caste "self")` || r.AadhaarMasked != 1 {
		t.Errorf("%s, %d masked", got, r.AadhaarMasked)
	}
	b.knows(`1 Ramesh Kumar M {"source":{"Remarks":"Card XXXX XXXX 0124 seen"}}`, `2 Sunita Devi F {"source":{"Caste \"self\"":"a \"b\"\\"}}`, "sehat/H2 012")
	b.want(path, nil, 0, 0, 3, 0)
	b.want(b.file("list.csv", strings.Replace(table, "seen", "not seen", 1)), nil, 0, 1, 2, 0)

	m, err := importer.ParseMapping([]byte(`{"sehat_mapping": 1, "name": "x", "rows": {"drop_unknown": true, "fields": {"household_id": "household_id", "ward_code": "ward_code",
		"team_id": "team_id", "visit_date": "visit_date", "visit_outcome": "visit_outcome", "consent": "consent", "line_no": "line_no", "full_name": "full_name",
		"relation": "relation", "sex": "sex", "age_years": "age_years"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	b = sqlite(t)
	b.want(path, m, 3, 0, 0, 0)
	b.knows("1 Ramesh Kumar M")
}

const aadhaarText = "2345 6789 0124"

func TestHouseholdsAloneThroughAMapping(t *testing.T) {
	b := sqlite(t)
	m, err := importer.ParseMapping([]byte("sehat_mapping: 1\nname: doors\nhouseholds: {fields: {household_id: no, ward_code: w, visit_date: d, visit_outcome: {column: o, codes: {L: locked, C: complete}}, consent: {column: o, codes: {C: yes}, otherwise: ''}}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	path := b.file("doors.csv", "no,w,d,o\n1,12,15-08-2026,L\n2,12,15-08-2026,C\n3,12,15-08-2026,?\n1,12,15-08-2026,C\n")
	b.want(path, m, 2, 0, 0, 2)
	b.want(path, m, 0, 0, 2, 2)
}

// A table of another form with members side by side, told by a mapping in which # is the member's number.
func TestMembersSideBySideThroughAMapping(t *testing.T) {
	b := sqlite(t)
	m, err := importer.ParseMapping([]byte(`
sehat_mapping: 1
name: wide-list
households:
  fields: {household_id: no, ward_code: ward, visit_date: {constant: 15-08-2026}, visit_outcome: {constant: complete}, consent: {constant: yes}}
members:
  melt: true
  fields:
    line_no: "#"
    full_name: m#_name
    sex: {column: m#_sex, codes: {1: M, 2: F}}
    relation: m#_rel
    age_years: m#_age
    conditions: {choices: {m#_bp: hypertension, m#_sugar: diabetes}}
`))
	if err != nil {
		t.Fatal(err)
	}
	const table = "no,ward,m1_name,m1_sex,m1_rel,m1_age,m1_bp,m1_sugar,m2_name,m2_sex,m2_rel,m2_age,m2_bp,m2_sugar,m10_name,m10_sex,m10_rel,m10_age,m10_bp,m10_sugar\n" +
		"7,12,Ramesh Kumar,1,head,40,yes,1,,,,,0,0,Asha Devi,2,mother,70,0,0\n8,12,,,,,0,0,,,,,0,0,,,,,0,0\n"
	path := b.file("wide.csv", table)
	b.want(path, m, 4, 0, 0, 0)
	b.knows(`1 Ramesh Kumar M {"conditions":["hypertension","diabetes"]}`, "10 Asha Devi F")
	b.want(path, m, 0, 0, 4, 0)

	b = sqlite(t)
	r := b.want(b.file("wide.csv", strings.Replace(table, "Asha Devi,2", "Asha Devi,3", 1)), m, 3, 0, 0, 1)
	if got := r.Messages[0].String(); !strings.HasPrefix(got, "row 2, column P (m#_sex): ") {
		t.Error(got)
	}
	b.correct(r.RejectsFile, "members", "m#_sex", 2, "2")
	b.want(r.RejectsFile, nil, 1, 0, 1, 0)
}

// What is damaged at its end does not go in at its beginning.
func TestDamagedExportsLeaveNothing(t *testing.T) {
	for name, c := range map[string]struct {
		path func(b *bench) string
		want string
	}{
		"an archive with a part that was changed": {func(b *bench) string {
			path := b.zipped("a.zip", "form.csv", odkRoot, "form-members.csv", odkLoop)
			data, err := os.ReadFile(path)
			if err != nil {
				b.Fatal(err)
			}
			i := bytes.LastIndex(data[:len(data)*3/4], []byte("form-members.csv")) + 60
			data[i] ^= 0xFF
			return b.file("a.zip", string(data))
		}, "the archive is damaged"},
		"a data file that was cut off": {func(b *bench) string {
			data, err := os.ReadFile(b.cspro("w.csdb"))
			if err != nil {
				b.Fatal(err)
			}
			return b.file("cut.csdb", string(data[:len(data)*2/3]))
		}, "damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			b := sqlite(t)
			if _, err := b.try(c.path(b), nil); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
			if n := b.census(); n.Households+n.Residents+n.HeldBack != 0 {
				t.Errorf("%+v", n)
			}
		})
	}
}

func TestArchivesThatAreNoExport(t *testing.T) {
	b := sqlite(t)
	for name, c := range map[string]struct {
		parts []string
		want  string
	}{
		"nothing but media":     {[]string{"media/1.jpg", "x"}, "this is an archive, not a workbook"},
		"data files of Stata":   {[]string{"survey.dta", "x", "members.dta", "x"}, "Stata or SPSS"},
		"a packed data file":    {[]string{"ward.csdb", "x"}, "a data file of CSPro"},
		"encrypted submissions": {[]string{"form.csv", odkRoot, "submission.xml.enc", "x"}, "encrypted"},
		"a repeat alone":        {[]string{"form-members.csv", odkLoop}, "this is a repeat of an export of ODK Central"},
		"another form":          {[]string{"form.csv", "q1,q2,KEY,SubmitterID\na,b,uuid:1,5\n"}, "an export of ODK Central of another form"},
		"two columns alike":     {[]string{"form.csv", strings.Replace(odkRoot, "team_id", "ward_code", 1)}, "the same header (ward_code)"},
		"two columns for one":   {[]string{"form.csv", strings.NewReplacer("ward_code", "a-ward_code", "team_id", "b-ward_code").Replace(odkRoot)}, "both hold ward_code"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := b.try(b.zipped("a.zip", c.parts...), nil); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q in it", err, c.want)
			}
		})
	}
}

func TestFilesThatOtherProgramsTurnIntoOurs(t *testing.T) {
	b := sqlite(t)
	for name, c := range map[string]struct{ text, want string }{
		"ward.csdbe":  {"\x01\x02\x03\x04", "encrypted"},
		"ward.dat":    {"P012000101RAMESH KUMAR   1040\n", "as CSPro may write its data"},
		"survey.sav":  {"$FL2", "Stata or SPSS"},
		"export.json": {`{"results": []}`, "JSON"},
		"table.dat":   {"a,b\n1,2\n", "headers are not those of our form"},
	} {
		if _, err := b.try(b.file(name, c.text), nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q in it", name, err, c.want)
		}
	}
}
