package main

import (
	"archive/zip"
	"bytes"
	"database/sql"
	"encoding/csv"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
	_ "modernc.org/sqlite"
)

// canaryExports are exports of every kind with a number hidden wherever people might write one.
var canaryExports = []struct {
	name string
	make func(c *cage) []string // what follows "import"; the file stands last
}{
	{"form-xlsx", func(c *cage) []string {
		h, m := c.tables()
		return []string{c.workbook("form-xlsx", "ward @filename.xlsx", "Households", h, "Members", m, "Team @sheet/4", c.repeated(canaryFlat()))}
	}},
	{"form-csv", func(c *cage) []string {
		return []string{c.text("form-csv", "ward @csvname/4.csv", c.repeated(canaryFlat()))}
	}},
	{"kobo", func(c *cage) []string {
		h, m := c.tables()
		return []string{c.workbook("kobo", "kobo @koboname/-.xlsx", "Survey @kobosheet", besideEach(h, koboColumns), "members @koboloop", membersOf(m, h, koboLink))}
	}},
	{"odk", func(c *cage) []string {
		h, m := c.tables()
		return []string{c.archive("odk", "odk @zipname.zip", "form @partname.csv", besideEach(h, odkColumns), "form @partname-members.csv", membersOf(m, h, odkLink))}
	}},
	{"cto-wide", func(c *cage) []string {
		h, m := c.tables()
		return []string{c.text("cto-wide", "wide @widename.csv", widened(besideEach(h, ctoColumns), m))}
	}},
	{"cto-long", func(c *cage) []string {
		h, m := c.tables()
		c.text("cto-long", "long @longname-members.csv", membersOf(m, h, odkLink))
		return []string{c.text("cto-long", "long @longname.csv", besideEach(h, ctoColumns))}
	}},
	{"cspro", func(c *cage) []string { return []string{c.cspro("cspro", "cases @csproname.csdb")} }},
	{"mapped", func(c *cage) []string {
		mapping := c.write("mapped", "list.yaml", []byte(c.hide("sehat_mapping: 1\nname: list\nrows:\n  source_rev: Edited\n  fields:\n    household_id: Form No\n    ward_code: Ward No\n"+
			"    visit_date: {constant: 15-08-2026}\n    visit_outcome: {constant: complete}\n    consent: {constant: yes}\n    line_no: {count: true}\n    full_name: Name @mapheader\n"+
			"    sex: Gender\n    relation: {constant: head}\n    age_years: Age\n    address_line: {constant: 'near @constant/4'}\n    mobile: Phone\n")))
		return []string{"--profile", mapping, c.text("mapped", "list @listname.csv", c.repeated([][]string{
			{"Form No", "Ward No", "Name @mapheader", "Gender", "Age", "Phone", "Edited", "Else @mapelse"},
			{"17", "12", canaryName, "F", "46", canaryPhone, "1", "@mapcell"},
			{"18", "12", "Asha Devi", "F", "41", "@mapphone", "@maprev", "uid @maptext/hi"},
			{"19", "12", "Mohan @mapname", "M", "41", "", "3", ""},
			{"@mapkey/4", "12", "Mohan Lal", "M", "41", "", "3", ""},
			{"20", "12", "Sohan Lal", "?", "41", "", "3", "@mapheld/e"},
		}))}
	}},
}

// tables are the tables below, with as many copies of each household as the cage asks for.
func (c *cage) tables() (households, members [][]string) {
	households, members = canaryTables()
	return c.repeated(households), c.repeated(members)
}

// repeated copies the rows of a table, with a household number of its own for each copy.
func (c *cage) repeated(table [][]string) [][]string {
	out := slices.Clone(table)
	for n := range c.copies {
		for _, row := range table[1:] {
			copied := slices.Clone(row)
			if !strings.HasPrefix(row[0], "@") {
				copied[0] = fmt.Sprintf("%s-%d", row[0], n)
			}
			out = append(out, copied)
		}
	}
	return out
}

// canaryTables are the households and the members of our own form.
func canaryTables() (households, members [][]string) {
	households = [][]string{
		{"household_id", "ward_code", "team_id", "house_no", "address_line", "locality", "visit_date", "visit_outcome", "consent", "contact_mobile", "enumerator_id", "remark @header"},
		{"H1", "012", "T4", "12", "uid @address/4 lane 3", "Vasant @locality", "15-08-2026", "complete", "yes", canaryPhone, "E1", "seen @remark/-"},
		{"H2", "012", "T4", "14", "@refused/hi", "", "15-08-2026", "refused", "no", canaryPhone, "E1", "@refusedremark"},
		{"@household", "012", "T4", "15", "", "", "15-08-2026", "complete", "yes", "", "E1", ""},
		{"@locked", "012", "T4", "15", "", "", "15-08-2026", "locked", "", "", "E1", ""},
		{"H3", "012", "@team", "16", "", "", "15-08-2026", "complete", "yes", "", "@enumerator", ""},
		{"H4", "@ward", "T4", "@houseno/-", "", "", "15-08-2026", "complete", "yes", "", "E1", ""},
		{"H5", "012", "T4", "17", "", "", "@visitdate", "complete", "yes", "@contact", "E1", "@heldremark/e"},
		{"H6", "012", "T4", "18", "@again", "", "15-08-2026", "locked", "", "", "E1", ""},
	}
	members = [][]string{
		{"household_id", "line_no", "full_name", "father_or_husband_name", "relation", "sex", "birth_year", "mobile", "epic_no", "allergies", "note @memberheader/4"},
		{"H1", "1", canaryName, "Father of " + canaryName, "head", "F", "1980", canaryPhone, "", "dust @allergies/hi", "@note"},
		{"H1", "2", "Sunita @name", "", "spouse", "F", "1985", "@mobile", "", "", "@notetext/e"},
		{"H1", "3", "Asha Devi", "w/o @father/-", "daughter", "?", "2010", canaryPhone, "@epic", "", ""},
		{"H1", "@line", "Mohan Lal", "", "son", "M", "2012", "", "", "", ""},
		{"H2", "1", canaryName, "", "head", "M", "1980", "@refusedmobile", "", "", ""},
		{"@household", "1", "Ramesh Kumar", "", "head", "M", "1980", "", "", "", ""},
		{"@stranger/4", "1", "Ramesh Kumar", "", "head", "M", "1980", "", "", "", ""},
		{"H3", "1", "Ramesh Kumar", "", "head", "M", "@birth", "", "", "", "@birthnote"},
		{"H5", "1", canaryName, "", "head", "M", "1980", canaryPhone, "", "", ""},
	}
	return households, members
}

// canaryFlat is a table with a household and a member in each row.
func canaryFlat() [][]string {
	return [][]string{
		{"household_id", "ward_code", "team_id", "visit_date", "visit_outcome", "consent", "line_no", "full_name", "relation", "sex", "birth_year", "mobile", "remark @flatheader"},
		{"F1", "012", "T4", "15-08-2026", "complete", "yes", "1", canaryName, "head", "F", "1980", canaryPhone, "seen @flatremark/hi"},
		{"F1", "012", "T4", "15-08-2026", "complete", "yes", "2", "Asha Devi @flatname/4", "daughter", "F", "2010", "", ""},
		{"F1", "012", "T4", "15-08-2026", "complete", "yes", "@flatline/-", "Mohan Lal", "son", "M", "2011", "", ""},
		{"@flatkey/hi", "012", "T4", "15-08-2026", "complete", "yes", "1", "Ramesh Kumar", "head", "M", "1980", "", ""},
		{"F2", "012", "@flatteam/-", "15-08-2026", "complete", "yes", "1", "Ramesh Kumar", "head", "M", "1980", "@flatmobile/e", ""},
		{"F3", "@flatward", "T4", "15-08-2026", "complete", "yes", "1", canaryName, "head", "M", "1980", canaryPhone, "@flatheld"},
	}
}

// besideEach adds the columns that a tool writes: the header, and the cells of a row.
func besideEach(table [][]string, of func(row int) []string) [][]string {
	var out [][]string
	for i, row := range table {
		out = append(out, append(slices.Clone(row), of(i)...))
	}
	return out
}

func koboColumns(i int) []string {
	if i == 0 {
		return []string{"_id", "_uuid", "_submission_time", "_notes", "_submitted_by", "_index"}
	}
	cells := []string{fmt.Sprint(900000 + i), fmt.Sprintf("u-%d", i), "2026-08-15T10:30:00", "@kobonotes", "@kobosubmitter/4", fmt.Sprint(i)}
	if i == 6 {
		cells[0], cells[2] = "@koboid", "@kobotime"
	}
	return cells
}

func odkColumns(i int) []string {
	if i == 0 {
		return []string{"SubmissionDate", "KEY", "SubmitterID", "SubmitterName", "AttachmentsPresent", "AttachmentsExpected", "Status", "ReviewState", "DeviceID", "Edits", "FormVersion"}
	}
	cells := []string{"2026-08-15T10:30:00.000Z", fmt.Sprintf("uuid:%d", i), "5", "@odksubmitter", "0", "0", "", "", "collect:@odkdevice", "0", "1"}
	if i == 1 {
		cells[9] = "@odkedits"
	}
	if i == 7 {
		cells[1], cells[7] = "uuid:@odkkey", "rejected"
	}
	return cells
}

func ctoColumns(i int) []string {
	if i == 0 {
		return []string{"SubmissionDate", "instanceID", "formdef_version", "KEY"}
	}
	key := fmt.Sprintf("uuid:%d", i)
	if i == 7 {
		key = "@ctokey"
	}
	return []string{"Aug 15, 2026 10:30:00 AM", key, "@ctoversion", key}
}

// membersOf replaces the number of the household by the columns with which a tool joins members to households.
func membersOf(members, households [][]string, link func(row, household int) []string) [][]string {
	place := map[string]int{}
	for i, row := range households {
		place[row[0]] = i
	}
	var out [][]string
	for i, row := range members {
		at, ok := place[row[0]]
		if !ok {
			at = len(households)
		}
		out = append(out, append(slices.Clone(row[1:]), link(i, at)...))
	}
	return out
}

func koboLink(row, household int) []string {
	if row == 0 {
		return []string{"_index", "_parent_table_name", "_parent_index", "_submission__id", "_submission__uuid", "_submission__submission_time"}
	}
	return []string{fmt.Sprint(row), "survey", fmt.Sprint(household), koboColumns(household)[0], fmt.Sprintf("u-%d", household), "2026-08-15T10:30:00"}
}

func odkLink(row, household int) []string {
	if row == 0 {
		return []string{"PARENT_KEY", "KEY"}
	}
	key := fmt.Sprintf("uuid:%d", household)
	return []string{key, fmt.Sprintf("%s/members[%d]", key, row)}
}

// widened puts members beside each other into the rows of their households.
func widened(households, members [][]string) [][]string {
	const most = 4
	width := len(members[0]) - 1
	out := [][]string{slices.Clone(households[0])}
	for n := 1; n <= most; n++ {
		for _, name := range members[0][1:] {
			out[0] = append(out[0], fmt.Sprintf("%s_%d", name, n))
		}
	}
	for _, h := range households[1:] {
		row := slices.Clone(h)
		n := 0
		for _, m := range members[1:] {
			if m[0] == h[0] && n < most {
				row = append(row, m[1:]...)
				n++
			}
		}
		out = append(out, append(row, make([]string, (most-n)*width)...))
	}
	return out
}

// text writes a CSV.
func (c *cage) text(dir, name string, table [][]string) string {
	return c.write(dir, name, c.csv(table))
}

func (c *cage) csv(table [][]string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.WriteAll(table); err != nil {
		c.t.Fatal(err)
	}
	return []byte(c.hide(b.String()))
}

// workbook writes sheets: names and tables in turn.
func (c *cage) workbook(dir, name string, sheets ...any) string {
	f := excelize.NewFile()
	defer f.Close()
	for i := 0; i < len(sheets); i += 2 {
		sheet := c.hide(sheets[i].(string))
		if _, err := f.NewSheet(sheet); err != nil {
			c.t.Fatal(err)
		}
		for n, row := range sheets[i+1].([][]string) {
			var cells []any
			for _, text := range row {
				cells = append(cells, c.hide(text))
			}
			if err := f.SetSheetRow(sheet, fmt.Sprintf("A%d", n+1), &cells); err != nil {
				c.t.Fatal(err)
			}
		}
	}
	if err := f.DeleteSheet("Sheet1"); err != nil {
		c.t.Fatal(err)
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		c.t.Fatal(err)
	}
	return c.write(dir, name, b.Bytes())
}

// archive writes CSV files into an archive: names and tables in turn.
func (c *cage) archive(dir, name string, parts ...any) string {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.Create(c.hide(parts[i].(string)))
		if err != nil {
			c.t.Fatal(err)
		}
		if _, err := w.Write(c.csv(parts[i+1].([][]string))); err != nil {
			c.t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		c.t.Fatal(err)
	}
	return c.write(dir, name, b.Bytes())
}

// cspro writes a data file of CSPro: a case for each household, with its members.
func (c *cage) cspro(dir, name string) string {
	path := c.write(dir, name, nil)
	db, err := sql.Open("sqlite", filepath.ToSlash(path))
	if err != nil {
		c.t.Fatal(err)
	}
	defer db.Close()
	tx, err := db.Begin()
	if err != nil {
		c.t.Fatal(err)
	}
	do := func(statement string, args ...any) {
		c.t.Helper()
		for i := range args {
			if text, ok := args[i].(string); ok {
				args[i] = c.hide(text)
			}
		}
		if _, err := tx.Exec(c.hide(statement), args...); err != nil {
			c.t.Fatal(err)
		}
	}
	do("CREATE TABLE cases (id TEXT NOT NULL,`key` TEXT NOT NULL,last_modified_revision INTEGER NOT NULL,deleted INTEGER NOT NULL DEFAULT 0,file_order REAL NOT NULL UNIQUE,verified INTEGER NOT NULL DEFAULT 0,partial_save_mode TEXT NULL)")
	do("CREATE TABLE `level-1`(`level-1-id` INTEGER PRIMARY KEY NOT NULL,`case-id` TEXT NOT NULL,`ward_code` TEXT,`house_no` TEXT,`remark @csproheader` TEXT)")
	do("CREATE TABLE `visit_record`(`visit_record-id` INTEGER PRIMARY KEY NOT NULL,`level-1-id` INTEGER NOT NULL,`team_id` TEXT,`visit_date` TEXT,`visit_outcome` TEXT,`consent` TEXT)")
	do("CREATE TABLE `members @csprorecord`(`members @csprorecord-id` INTEGER PRIMARY KEY NOT NULL,`level-1-id` INTEGER NOT NULL,`occ` INTEGER NOT NULL DEFAULT 1,`full_name` TEXT,`relation` TEXT,`sex` TEXT,`age_years` TEXT,`mobile` TEXT,`note` TEXT)")
	for i, h := range c.repeated([][]string{
		{"case"},
		{"g1", "0121", "012", "12", "@csproremark/4", "T4", "complete", "yes"},
		{"g2", "@csprokey", "012", "13", "", "T4", "complete", "yes"},
		{"@csprocase", "0123", "012", "14", "", "T4", "complete", "yes"},
		{"g4", "0124", "@csproward", "@csprohouse/hi", "", "@csproteam", "refused", "no"},
	})[1:] {
		if i > 4 && strings.HasPrefix(h[0], "@") {
			continue // no two cases have one id
		}
		do("INSERT INTO cases (id, `key`, last_modified_revision, file_order) VALUES (?, ?, 1, ?)", h[0], h[1], i)
		do("INSERT INTO `level-1` VALUES (?, ?, ?, ?, ?)", i, h[0], h[2], h[3], h[4])
		do("INSERT INTO visit_record VALUES (?, ?, ?, '15-08-2026', ?, ?)", i, i, h[5], h[6], h[7])
		do("INSERT INTO `members @csprorecord` VALUES (?, ?, 1, ?, 'head', 'F', '40', ?, '@cspronote')", 2*i, i, canaryName, canaryPhone)
		do("INSERT INTO `members @csprorecord` VALUES (?, ?, 2, 'Asha @csproname/-', 'spouse', 'F', '40', '@cspromobile', '@csprotext/e')", 2*i+1, i)
	}
	do("UPDATE cases SET last_modified_revision = @csprorev WHERE id = 'g1'")
	if err := tx.Commit(); err != nil {
		c.t.Fatal(err)
	}
	return path
}
