package importer_test

import (
	"archive/zip"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	_ "modernc.org/sqlite"
)

// zipped writes an archive of text files: names and texts in turn.
func (b *bench) zipped(name string, parts ...string) string {
	b.Helper()
	path := filepath.Join(b.dir, name)
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	z := zip.NewWriter(f)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.Create(parts[i])
		if err != nil {
			b.Fatal(err)
		}
		if _, err := w.Write([]byte(parts[i+1])); err != nil {
			b.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	return path
}

// heldOf lists the rules of what is held back of a file, as "sheet row rule column".
func (b *bench) heldOf(file string) string {
	b.Helper()
	var out []string
	for r, err := range b.store.Importing().RejectsOf(b.Context(), filepath.Base(file)) {
		if err != nil {
			b.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%s %d %s %s", r.Sheet, r.Row, r.Reasons[0].Rule, r.Reasons[0].Column))
	}
	return strings.Join(out, "; ")
}

// people lists residents as "key name sex other", households as "key ward other".
func (b *bench) people() string {
	b.Helper()
	var out []string
	for r, err := range b.store.Residents(b.Context()) {
		if err != nil {
			b.Fatal(err)
		}
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", r.Key, r.FullName, r.Sex, r.Other)))
	}
	for h, err := range b.store.Households(b.Context()) {
		if err != nil {
			b.Fatal(err)
		}
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s/%s %s %s", h.Profile, h.Key, h.WardCode, h.Other)))
	}
	return strings.Join(out, "\n")
}

func (b *bench) knows(lines ...string) {
	b.Helper()
	got := b.people()
	for _, line := range lines {
		if !strings.Contains("\n"+got+"\n", "\n"+line+"\n") {
			b.Errorf("there is no line %q in\n%s", line, got)
		}
	}
}

const (
	koboRoot = "start,end,household_id,ward_code,team_id,house_no,visit_date,visit_outcome,consent,gps,_gps_latitude,_gps_longitude,_gps_altitude,_gps_precision,_id,_uuid,_submission_time,_validation_status,_notes,_status,_submitted_by,__version__,_tags,_index\n" +
		"2026-08-15T10:00,2026-08-15T10:20,,12,T4,B-12,2026-08-15,complete,yes,28.6 77.2 0 5,28.6,77.2,0,5,900001,u-1,2026-08-15T10:30:00,,,submitted_via_web,,v1,,1\n" +
		"2026-08-15T11:00,2026-08-15T11:20,,12,T4,B-13,2026-08-15,locked,,,,,,,900002,u-2,2026-08-15T11:30:00,,,submitted_via_web,,v1,,2\n"
	koboLoop = "member_id,line_no,full_name,relation,sex,age_years,mobile,conditions,conditions/none,conditions/diabetes,conditions/heart,_index,_parent_table_name,_parent_index,_submission__id,_submission__uuid,_submission__submission_time\n" +
		"m-1,1,Ramesh Kumar,head,M,40,9876501234,diabetes heart,0,1,1,1,survey,1,900001,u-1,2026-08-15T10:30:00\n" +
		"m-2,2,Sunita Devi,spouse,F,38.0,,,,,,2,survey,1,900001,u-1,2026-08-15T10:30:00\n"
)

func TestKoboExportsOfOurForm(t *testing.T) {
	english := strings.NewReplacer("household_id", "Household ID", "ward_code", "Ward", "team_id", "Team", "house_no", "House number", "visit_date", "Date of visit",
		"visit_outcome", "Outcome of visit", "consent", "Consent given", "member_id", "Member ID", "line_no", "Line number", "full_name", "Full name",
		"relation", "Relation to head", "conditions", "Long-term illnesses", ",sex", ",Sex", "age_years", "Age in years", "mobile", "Mobile number")
	hindi := strings.NewReplacer("household_id", "परिवार आईडी", "ward_code", "वार्ड", "team_id", "टीम", "house_no", "मकान नंबर", "visit_date", "दौरे की तारीख",
		"visit_outcome", "दौरे का नतीजा", "consent", "सहमति दी", "member_id", "सदस्य आईडी", "line_no", "क्रम संख्या", "full_name", "पूरा नाम",
		"relation", "मुखिया से रिश्ता", "conditions", "पुरानी बीमारियाँ", ",sex", ",लिंग", "age_years", "उम्र (पूरे साल)", "mobile", "मोबाइल नंबर")
	paths := strings.NewReplacer("ward_code", "household/place/ward_code", "visit_date", "household/visit_date", "full_name", "members/full_name", "conditions", "members/health/conditions")
	for name, c := range map[string]struct{ root, loop string }{
		"names as headers":                {koboRoot, koboLoop},
		"labels in English as headers":    {english.Replace(koboRoot), strings.ReplaceAll(english.Replace(koboLoop), "diabetes heart", "Diabetes Heart disease")},
		"labels in Hindi as headers":      {hindi.Replace(koboRoot), strings.ReplaceAll(hindi.Replace(koboLoop), "diabetes heart", "शुगर (मधुमेह) दिल की बीमारी")},
		"names with their groups":         {paths.Replace(koboRoot), paths.Replace(koboLoop)},
		"split answers only":              {koboRoot, strings.NewReplacer(",conditions,", ",", ",diabetes heart,0", ",0", ",,,,,,2,", ",,,,,2,").Replace(koboLoop)},
		"answers that are not split":      {koboRoot, strings.NewReplacer(",conditions/none,conditions/diabetes,conditions/heart", "", ",0,1,1,1,survey", ",1,survey", ",,,,,,2,", ",,,2,").Replace(koboLoop)},
		"without the id of submissions":   {koboRoot, strings.NewReplacer("_submission__id,", "", ",900001,", ",").Replace(koboLoop)},
		"a second header row of HXL tags": {strings.Replace(koboRoot, "\n", "\n,,,#adm1+code,,,#date,,,,,,,,,,,,,,,,,\n", 1), strings.Replace(koboLoop, "\n", "\n,,#name,,,,,,,,,,,,,,\n", 1)},
	} {
		t.Run(name, func(t *testing.T) {
			b := sqlite(t)
			path := b.workbook("export.xlsx", "Ward survey of the whole cit...", c.root, "members", c.loop)
			r := b.want(path, nil, 4, 0, 0, 0)
			if r.Profile != "kobo" {
				t.Errorf("profile %s", r.Profile)
			}
			b.knows(`m-1 Ramesh Kumar M {"conditions":["diabetes","heart"]}`, "m-2 Sunita Devi F",
				`kobo/900001 012 {"gps_accuracy":5,"latitude":28.6,"longitude":77.2,"source":{"end":"2026-08-15T10:20","gps":"28.6 77.2 0 5","start":"2026-08-15T10:00"}}`)
			b.want(path, nil, 0, 0, 4, 0)
			corrected := b.workbook("export.xlsx", "Ward survey of the whole cit...", c.root, "members", strings.Replace(c.loop, "Sunita Devi", "Sunita Rani", 1))
			b.want(corrected, nil, 0, 1, 3, 0)
		})
	}
}

func TestAKoboExportWithoutMembersHasNoSheetForThem(t *testing.T) {
	b := sqlite(t)
	b.want(b.workbook("export.xlsx", "survey", koboRoot), nil, 2, 0, 0, 0)
}

func TestAnOlderKoboExportNeverWins(t *testing.T) {
	b := sqlite(t)
	const first, second = "bbbbbbbb-1111-4111-8111-111111111111", "aaaaaaaa-2222-4222-8222-222222222222"
	export := func(uuid, name string) string {
		fill := strings.NewReplacer("u-1", uuid, "Sunita Devi", name)
		return b.workbook("export.xlsx", "survey", fill.Replace(koboRoot), "members", fill.Replace(koboLoop))
	}
	b.want(export(first, "Sunita Devi"), nil, 4, 0, 0, 0)
	b.want(export(second, "Sunita Rani"), nil, 0, 1, 3, 0)
	b.want(export(first, "Sunita Devi"), nil, 0, 0, 4, 0)
	b.knows("m-2 Sunita Rani F")
	b.want(export(second, "Sunita Rani"), nil, 0, 0, 4, 0)
}

func TestAKoboSubmissionThatWasNotApproved(t *testing.T) {
	b := sqlite(t)
	path := b.workbook("export.xlsx", "survey", strings.Replace(koboRoot, "10:30:00,,", "10:30:00,validation_status_not_approved,", 1), "members", koboLoop)
	b.want(path, nil, 1, 0, 0, 3)
	if got := b.heldOf(path); got != "members 2 household_held _submission__id; members 3 household_held _submission__id; survey 2 source_rejected _validation_status" {
		t.Error(got)
	}
}

const (
	odkRoot = "SubmissionDate,household_id,ward_code,team_id,visit_date,visit_outcome,consent,gps-Latitude,gps-Longitude,gps-Altitude,gps-Accuracy,meta-instanceID,KEY,SubmitterID,SubmitterName,AttachmentsPresent,AttachmentsExpected,Status,ReviewState,DeviceID,Edits,FormVersion\n" +
		"2026-08-15T10:30:00.000Z,H1,12,T4,2026-08-15,complete,yes,28.6,77.2,0,5,uuid:1,uuid:1,5,Team 4,0,0,,,collect:1,0,1\n" +
		"2026-08-15T11:30:00.000Z,H2,12,T4,2026-08-15,complete,yes,,,,,uuid:2,uuid:2,5,Team 4,0,0,,approved,collect:1,0,1\n"
	odkLoop = "member_id,line_no,full_name,relation,sex,age_years,conditions,conditions/none,conditions/diabetes,conditions/heart,PARENT_KEY,KEY\n" +
		"m-1,1,Ramesh Kumar,head,M,40,diabetes heart,0,1,1,uuid:1,uuid:1/members[1]\n" +
		"m-2,2,Sunita Devi,spouse,F,38,,0,0,0,uuid:1,uuid:1/members[2]\n" +
		"m-3,1,Mohan Lal,head,M,50,none,1,0,0,uuid:2,uuid:2/members[1]\n"
)

func TestODKCentralExportsOfOurForm(t *testing.T) {
	groups := strings.NewReplacer("ward_code", "place-ward_code", "visit_date", "visit-visit_date", "gps-L", "place-gps-L", "gps-A", "place-gps-A", "full_name", "who-full_name", "conditions", "health-conditions")
	for name, c := range map[string]struct{ root, loop, altitude string }{
		"without groups":        {odkRoot, odkLoop, "gps-Altitude"},
		"with groups":           {groups.Replace(odkRoot), groups.Replace(odkLoop), "gps-Altitude"},
		"split answers":         {odkRoot, odkLoop, "gps-Altitude"},
		"answers are not split": {odkRoot, strings.NewReplacer(",conditions/none,conditions/diabetes,conditions/heart", "", ",0,1,1,", ",", ",0,0,0,", ",", ",1,0,0,", ",").Replace(odkLoop), "gps-Altitude"},
	} {
		t.Run(name, func(t *testing.T) {
			b := sqlite(t)
			export := func(root, loop string) string {
				return b.zipped("ward-survey.zip", "ward_survey.csv", root, "ward_survey-members.csv", loop, "media/1.jpg", "x")
			}
			r := b.want(export(c.root, c.loop), nil, 5, 0, 0, 0)
			if r.Profile != "odk" {
				t.Errorf("profile %s", r.Profile)
			}
			b.knows(`m-1 Ramesh Kumar M {"conditions":["diabetes","heart"]}`, "m-2 Sunita Devi F", `m-3 Mohan Lal M {"conditions":["none"]}`,
				`odk/H1 012 {"gps_accuracy":5,"latitude":28.6,"longitude":77.2,"source":{"`+c.altitude+`":"0"}}`)
			b.want(export(c.root, c.loop), nil, 0, 0, 5, 0)

			// Edited: KEY stays, Edits grows. Members are known by their own ids, whatever place they stand at.
			lines := strings.Split(c.loop, "\n")
			swapped := strings.NewReplacer("[1]", "[2]", "[2]", "[1]", "Ramesh Kumar", "Ramesh Kumar Verma").Replace(strings.Join([]string{lines[0], lines[2], lines[1], lines[3]}, "\n"))
			edited := strings.Replace(c.root, "collect:1,0,1", "collect:1,2,1", 1)
			b.want(export(edited, swapped), nil, 0, 1, 4, 0)
			b.want(export(c.root, c.loop), nil, 0, 0, 5, 0) // older
			b.knows(`m-1 Ramesh Kumar Verma M {"conditions":["diabetes","heart"]}`)
		})
	}
}

func TestODKSubmissionsThatDoNotCount(t *testing.T) {
	for name, c := range map[string]struct {
		old, new string
		added    int
		want     string
	}{
		"rejected": {
			",0,0,,,collect", ",0,0,,rejected,collect", 2,
			"form 2 source_rejected ReviewState; form-members 2 household_held PARENT_KEY; form-members 3 household_held PARENT_KEY",
		},
		"with issues, which counts": {",0,0,,,collect", ",0,0,,hasIssues,collect", 5, ""},
		"not decrypted": {
			"H1,12,T4,2026-08-15,complete,yes,28.6,77.2,0,5,uuid:1,uuid:1,5,Team 4,0,0,,", ",,,,,,,,,,,uuid:1,5,Team 4,0,0,not decrypted,", 2,
			"form 2 source_encrypted Status; form-members 2 no_consent PARENT_KEY; form-members 3 no_consent PARENT_KEY",
		},
		"missing form data": {",0,0,,,collect", ",0,0,missing encrypted form data,,collect", 2, "form 2 source_encrypted Status; form-members 2 household_held PARENT_KEY; form-members 3 household_held PARENT_KEY"},
	} {
		t.Run(name, func(t *testing.T) {
			b := sqlite(t)
			path := b.zipped("form.zip", "form.csv", strings.Replace(odkRoot, c.old, c.new, 1), "form-members.csv", odkLoop)
			b.want(path, nil, c.added, 0, 0, 5-c.added)
			if got := b.heldOf(path); got != c.want {
				t.Error(got)
			}
			b.want(path, nil, 0, 0, c.added, 5-c.added)
			b.want(b.zipped("form.zip", "form.csv", odkRoot, "form-members.csv", odkLoop), nil, 5-c.added, 0, c.added, 0)
			if n := b.census().HeldBack; n != 0 {
				t.Errorf("%d rows are still held back", n)
			}
		})
	}
}

// A CSV of the submissions alone says nothing about people: who imports it is told so.
func TestAnExportWithoutItsRepeats(t *testing.T) {
	b := sqlite(t)
	if r := b.want(b.file("submissions.csv", odkRoot), nil, 2, 0, 0, 0); !r.NoMembers {
		t.Error("nobody is told that the members are missing")
	}
	if r := b.want(b.zipped("form.zip", "form.csv", odkRoot, "form-members.csv", odkLoop), nil, 3, 0, 2, 0); r.NoMembers {
		t.Error("the members are there")
	}
}

func TestUnpackedExportsAreReadTogether(t *testing.T) {
	b := sqlite(t)
	b.file("form-members.csv", odkLoop)
	b.file("form-other.csv", "household_id,ward_code\n")
	b.want(b.file("form.csv", odkRoot), nil, 5, 0, 0, 0)
	if _, err := b.try(filepath.Join(b.dir, "form-members.csv"), nil); err == nil || !strings.Contains(err.Error(), "repeat of form.csv") {
		t.Errorf("got %v", err)
	}
}

const (
	ctoWide = "SubmissionDate,starttime,household_id,ward_code,team_id,visit_date,visit_outcome,consent,members_count,member_id_1,full_name_1,relation_1,sex_1,age_years_1,conditions_1,conditions_diabetes_1,conditions_heart_1,hobby_1," +
		"member_id_2,full_name_2,relation_2,sex_2,age_years_2,conditions_2,conditions_diabetes_2,conditions_heart_2,hobby_2,member_id_3,full_name_3,relation_3,sex_3,age_years_3,conditions_3,conditions_diabetes_3,conditions_heart_3,hobby_3,instanceID,formdef_version,KEY\n" +
		`"Aug 15, 2026 10:30:00 AM",10:00,H1,12,T4,15-08-2026,complete,yes,2,m-1,Ramesh Kumar,head,M,40,diabetes heart,1,1,chess,m-2,Sunita Devi,spouse,F,38,,0,0,,,,,,,,0,0,,uuid:1,7,uuid:1` + "\n" +
		`"Aug 15, 2026 11:30:00 AM",11:00,H2,12,T4,15-08-2026,complete,yes,1,m-3,Mohan Lal,head,X,50,,0,0,,,,,,,,0,0,,,,,,,,0,0,,uuid:2,7,uuid:2` + "\n"
	ctoRoot = "SubmissionDate,household_id,ward_code,team_id,visit_date,visit_outcome,consent,SET-OF-members,instanceID,formdef_version,KEY\n" +
		`"Aug 15, 2026 10:30:00 AM",H1,12,T4,15-08-2026,complete,yes,uuid:1/members,uuid:1,7,uuid:1` + "\n"
	ctoLoop = "member_id,full_name,relation,sex,age_years,PARENT_KEY,SET-OF-members,KEY\n" +
		"m-1,Ramesh Kumar,head,M,40,uuid:1,uuid:1/members,uuid:1/members[1]\nm-2,Sunita Devi,spouse,F,38,uuid:1,uuid:1/members,uuid:1/members[2]\n"
)

func TestSurveyCTOWide(t *testing.T) {
	b := sqlite(t)
	path := b.file("wide.csv", ctoWide)
	r := b.want(path, nil, 4, 0, 0, 1)
	if r.Profile != "surveycto" || len(r.Messages) != 1 || !strings.HasPrefix(r.Messages[0].String(), "row 3, column M (sex_#)") {
		t.Errorf("%s, %v", r.Profile, r.Messages)
	}
	b.knows(`m-1 Ramesh Kumar M {"conditions":["diabetes","heart"],"source":{"hobby":"chess"}}`, "m-2 Sunita Devi F",
		`surveycto/H1 012 {"source":{"members_count":"2","starttime":"10:00"}}`)
	b.want(path, nil, 0, 0, 4, 1)
	b.want(b.file("wide.csv", strings.NewReplacer("head,X", "head,M", "Sunita Devi", "Sunita Rani").Replace(ctoWide)), nil, 1, 1, 3, 0)
	if n := b.census().HeldBack; n != 0 {
		t.Errorf("%d rows are still held back", n)
	}
}

// The workbook of what is held back shows the members below each other; it goes in like any other.
func TestTheRejectsOfAWideFileGoInOnceCorrected(t *testing.T) {
	b := sqlite(t)
	r := b.want(b.file("wide.csv", ctoWide), nil, 4, 0, 0, 1)
	b.correct(r.RejectsFile, "members", "sex_#", 2, "M")
	b.want(r.RejectsFile, nil, 1, 0, 1, 0)
	if n := b.census().HeldBack; n != 0 {
		t.Errorf("%d rows are still held back", n)
	}
	b.knows("m-3 Mohan Lal M")
}

func TestSurveyCTOLong(t *testing.T) {
	b := sqlite(t)
	b.file("long-members.csv", ctoLoop)
	path := b.file("long.csv", ctoRoot)
	if r := b.want(path, nil, 3, 0, 0, 0); r.Profile != "surveycto" {
		t.Error(r.Profile)
	}
	b.want(path, nil, 0, 0, 3, 0)
	b.file("long-members.csv", strings.Replace(ctoLoop, "Sunita Devi", "Sunita Rani", 1))
	b.want(path, nil, 0, 1, 2, 0)
	b.want(b.workbook("long.xlsx", "long", strings.Replace(ctoRoot, `"Aug 15, 2026 10:30:00 AM"`, "2026", 1), "members", strings.Replace(ctoLoop, "Sunita Devi", "Sunita Rani", 1)), nil, 0, 0, 3, 0)
}

func TestSurveySolutions(t *testing.T) {
	b := sqlite(t)
	tab := func(s string) string { return strings.ReplaceAll(s, ",", "\t") }
	path := b.zipped("survey_1_Tabular_All.zip",
		"ward.tab", tab("interview__key,interview__id,household_id,ward_code,team_id,visit_date,visit_outcome,consent,interview__status\n11-22-33-44,ab12,H1,12,T4,2026-08-15,complete,yes,100\n"),
		"members.tab", tab("interview__key,members__id,full_name,relation,sex,age_years,interview__id,member_id\n11-22-33-44,1,Ramesh Kumar,head,M,40,ab12,m-1\n11-22-33-44,2,Sunita Devi,spouse,F,38,ab12,m-2\n"),
		"interview__errors.tab", tab("interview__id,message\nab12,x\n"), "export__readme.txt", "x")
	if r := b.want(path, nil, 3, 0, 0, 0); r.Profile != "survey-solutions" {
		t.Error(r.Profile)
	}
	b.want(path, nil, 0, 0, 3, 0)
}

// cspro writes a data file of CSPro 8 with our questions, laid out as the real one in ../shared is.
func (b *bench) cspro(name string, statements ...string) string {
	b.Helper()
	path := filepath.Join(b.dir, name)
	os.Remove(path)
	db, err := sql.Open("sqlite", path)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	for _, s := range append([]string{
		"CREATE TABLE meta (schema_version INTEGER NOT NULL,cspro_version TEXT NOT NULL,dictionary TEXT NOT NULL)",
		"CREATE TABLE cases (id TEXT NOT NULL,`key` TEXT NOT NULL,last_modified_revision INTEGER NOT NULL,deleted INTEGER NOT NULL DEFAULT 0,file_order REAL NOT NULL UNIQUE,verified INTEGER NOT NULL DEFAULT 0,partial_save_mode TEXT NULL)",
		"CREATE TABLE `level-1`(`level-1-id` INTEGER PRIMARY KEY NOT NULL,`case-id` TEXT NOT NULL,`ward_code` INTEGER,`house_no` TEXT)",
		"CREATE TABLE `visit_record`(`visit_record-id` INTEGER PRIMARY KEY NOT NULL,`level-1-id` INTEGER NOT NULL,`team_id` TEXT,`visit_date` TEXT,`visit_outcome` INTEGER,`consent` INTEGER)",
		"CREATE TABLE `members`(`members-id` INTEGER PRIMARY KEY NOT NULL,`level-1-id` INTEGER NOT NULL,`occ` INTEGER NOT NULL DEFAULT 1,`full_name` TEXT,`relation` INTEGER,`sex` INTEGER,`age_years` INTEGER)",
		"INSERT INTO cases VALUES ('g1','0121',1,0,1,0,NULL),('g2','0122',1,1,2,0,NULL),('g3','0123',1,0,3,0,'add'),('g4','0124',1,0,4,0,'')",
		"INSERT INTO `level-1` VALUES (1,'g1',12,'B-1 '),(2,'g2',12,'B-2'),(3,'g3',12,'B-3'),(4,'g4',12,'B-4')",
		"INSERT INTO visit_record VALUES (1,1,'T4','15-08-2026',1,1),(2,2,'T4','15-08-2026',1,1),(3,3,'T4','15-08-2026',1,1),(4,4,'T4','15-08-2026',3,NULL)",
		"INSERT INTO members VALUES (1,1,1,'RAMESH KUMAR     ',1,1,40),(2,1,2,'SUNITA DEVI      ',2,2,38),(3,2,1,'MOHAN LAL',1,1,50),(4,1,3,'       ',NULL,NULL,NULL)",
	}, statements...) {
		if _, err := db.Exec(s); err != nil {
			b.Fatal(err)
		}
	}
	return path
}

const dictionary = "\ufeff" + `{"software":"CSPro","levels":[{"name":"WARD_QUEST","ids":{"items":[{"name":"WARD_CODE","labels":[{"text":"Ward"}]}]},"records":[
 {"name":"VISIT_RECORD","items":[
  {"name":"VISIT_OUTCOME","labels":[{"text":"Outcome"}],"valueSets":[{"values":[{"labels":[{"text":"Complete"}],"pairs":[{"value":"01"}]},{"labels":[{"text":"House locked"}],"pairs":[{"value":"03"}]}]}]}]},
 {"name":"MEMBERS","items":[
  {"name":"RELATION","labels":[{"text":"Relation"}],"valueSets":[{"values":[{"labels":[{"text":"Head"}],"pairs":[{"value":"01"}]},{"labels":[{"text":"Wife"}],"pairs":[{"value":"02"}]}]}]},
  {"name":"SEX","labels":[{"text":"Sex"}],"valueSets":[{"values":[{"labels":[{"text":"Male"}],"pairs":[{"value":"1"}]},{"labels":[{"text":"Female"}],"pairs":[{"value":"2"}]}]}]}]}]}]}`

func TestACSProFileOfOurForm(t *testing.T) {
	b := sqlite(t)
	b.file("ward.dcf", dictionary)
	path := b.cspro("ward.csdb")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r := b.want(path, nil, 4, 0, 0, 3)
	if r.Profile != "cspro" {
		t.Error(r.Profile)
	}
	if got := b.heldOf(path); got != "members 5 household_held case_id; ward_quest 3 source_deleted case_deleted; ward_quest 4 source_partial case_partial" {
		t.Error(got)
	}
	b.knows("1 RAMESH KUMAR M", "2 SUNITA DEVI F", "cspro/g1 012")
	b.want(path, nil, 0, 0, 4, 3)
	after, err := os.ReadFile(path)
	if err != nil || string(before) != string(after) {
		t.Error("the data file was changed")
	}
	b.want(b.cspro("ward.csdb", "UPDATE members SET age_years = 41 WHERE occ = 1", "UPDATE cases SET deleted = 0, last_modified_revision = 2"), nil, 2, 1, 3, 1)
	b.want(b.cspro("ward.csdb"), nil, 0, 0, 6, 1) // an older copy: what was corrected since is not held back again
}

func TestACSProFileThatIsStillOpen(t *testing.T) {
	b := sqlite(t)
	path := b.cspro("ward.csdb")
	b.file("ward.csdb-journal", "x")
	if _, err := b.try(path, nil); err == nil || !strings.Contains(err.Error(), "still being written") {
		t.Errorf("got %v", err)
	}
}

// correct writes into one cell of a workbook.
func (b *bench) correct(path, sheet, header string, row int, text string) {
	b.Helper()
	f, err := excelize.OpenFile(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows(sheet)
	if err != nil {
		b.Fatal(err)
	}
	col := slices.Index(rows[0], header)
	if col < 0 {
		b.Fatalf("no column %s in %v", header, rows[0])
	}
	cell, _ := excelize.CoordinatesToCellName(col+1, row)
	if err := f.SetCellStr(sheet, cell, text); err != nil {
		b.Fatal(err)
	}
	if err := f.Save(); err != nil {
		b.Fatal(err)
	}
}
