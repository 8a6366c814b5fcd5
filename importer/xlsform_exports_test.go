package importer_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"sehat/survey"
	"sehat/survey/form"
	"sehat/templates"
)

// A formColumn is a question of the form as it was written: the groups it stands in, and its labels.
type formColumn struct {
	groups, groupLabels []string
	name, label, kind   string
	choices             [][2]string // code, label
}

// formColumns reads the questions of the XLSForm itself: of the household, and of the repeat without the repeat's own name.
// The labels are of a language: 0 is English, 1 Hindi.
func formColumns(t *testing.T, language int) (household, member []formColumn) {
	t.Helper()
	areas, err := survey.ReadAreas(templates.Areas)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := form.WriteXLSForm(&b, form.Options{SurveyCode: "2026-1", Areas: areas, Day: survey.DateOf(now)}); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	choices := map[string][][2]string{}
	rows, err := f.GetRows("choices")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows[1:] {
		choices[r[0]] = append(choices[r[0]], [2]string{r[1], r[2+language]})
	}
	if rows, err = f.GetRows("survey"); err != nil {
		t.Fatal(err)
	}
	var groups, labels []string
	repeat := false
	for _, r := range rows[1:] {
		r = append(r, make([]string, 4)...)
		switch kind, list, _ := strings.Cut(r[0], " "); kind {
		case "begin_group":
			groups, labels = append(groups, r[1]), append(labels, r[2+language])
		case "end_group":
			groups, labels = groups[:len(groups)-1], labels[:len(labels)-1]
		case "begin_repeat", "end_repeat":
			repeat = kind == "begin_repeat"
		case "audit":
		default:
			c := formColumn{slices.Clone(groups), slices.Clone(labels), r[1], r[2+language], kind, choices[list]}
			if c.label == "" {
				c.label = c.name
			}
			if repeat {
				member = append(member, c)
			} else {
				household = append(household, c)
			}
		}
	}
	return household, member
}

// A layout is one way in which a tool lays its columns out.
type layout struct {
	header func(formColumn) string // of the question's column
	split  string                  // before a choice's own column: "/" or "_"; empty: there is none
	zeros  bool                    // an unanswered question's choices are 0, not empty
	only   bool                    // the choices' columns alone, without the question's
	label  bool                    // answers are labels
	// language of the labels: 0 is English, 1 Hindi.
	language int
	point    func(formColumn) []string
}

// columns gives the headers of the questions, and answers the same of a row.
func (l layout) columns(of []formColumn) (header []string, row func(map[string]string) []string) {
	for _, c := range of {
		header = append(header, l.cells(c, nil)...)
	}
	return header, func(a map[string]string) []string {
		var out []string
		for _, c := range of {
			out = append(out, l.cells(c, a)...)
		}
		return out
	}
}

// cells are the headers of a question's columns, or with answers what stands in them.
func (l layout) cells(c formColumn, a map[string]string) []string {
	answer := a[c.name]
	var out []string
	own := l.header(c)
	switch {
	case c.kind == "geopoint":
		if a == nil {
			return l.point(c)
		}
		parts := append(strings.Fields(answer), "", "", "", "")[:4]
		return append([]string{answer}, parts...)[5-len(l.point(c)):]
	case c.kind == "select_multiple" && l.split != "":
		if !l.only {
			out = append(out, own)
		}
		for _, choice := range c.choices {
			name := choice[0]
			if l.label {
				name = choice[1]
			}
			out = append(out, own+l.split+name)
		}
	default:
		out = []string{own}
	}
	if a == nil {
		return out
	}
	ticked := strings.Fields(answer)
	told := answer
	if l.label && c.choices != nil {
		var labels []string
		for _, choice := range c.choices {
			if slices.Contains(ticked, choice[0]) {
				labels = append(labels, choice[1])
			}
		}
		told = strings.Join(labels, " ")
	}
	cells := []string{told}
	if len(out) > 1 || l.only && c.kind == "select_multiple" {
		if l.only {
			cells = nil
		}
		for _, choice := range c.choices {
			switch {
			case slices.Contains(ticked, choice[0]):
				cells = append(cells, "1")
			case answer != "" || l.zeros:
				cells = append(cells, "0")
			default:
				cells = append(cells, "")
			}
		}
	}
	return cells
}

func path(sep string, lead ...string) func(formColumn) string {
	return func(c formColumn) string { return strings.Join(append(slices.Concat(lead, c.groups), c.name), sep) }
}

func labelPath(lead ...string) func(formColumn) string {
	return func(c formColumn) string {
		return strings.Join(append(slices.Concat(lead, c.groupLabels), c.label), "/")
	}
}

func bare(c formColumn) string { return c.name }

// An export is the sheets or files of a tool.
type export struct {
	names  []string
	tables [][][]string
}

func koboPoint(header func(formColumn) string) func(formColumn) []string {
	return func(c formColumn) []string {
		return []string{header(c), "_location_latitude", "_location_longitude", "_location_altitude", "_location_precision"}
	}
}

// koboExport lays submissions out as KoboToolbox does: a sheet for the form, one for the repeat if anybody is in it.
func koboExport(t *testing.T, all []submission, root, loop layout, edits map[int]int) export {
	hh, mb := formColumns(t, root.language)
	header, row := root.columns(hh)
	memberHeader, memberRow := loop.columns(mb)
	a := [][]string{append(header, "_id", "_uuid", "_submission_time", "_validation_status", "_notes", "_status", "_submitted_by", "__version__", "_tags", "_index")}
	b := [][]string{append(
		memberHeader, "_index", "_parent_table_name", "_parent_index", "_submission__id", "_submission__uuid", "_submission__submission_time",
		"_submission__validation_status", "_submission__notes", "_submission__status", "_submission__submitted_by", "_submission___version__", "_submission__tags",
	)}
	const sheet = "Household health survey · घर-घर"
	for i, s := range all {
		id, uid, at := strconv.Itoa(700001+i), fmt.Sprintf("u-%d-%d", i, edits[i]), fmt.Sprintf("2026-08-%02dT10:%02d:00", 1+i%28, edits[i])
		a = append(a, append(row(stamped(s.household, i, edits[i])), id, uid, at, "", "", "submitted_via_web", "team", "v1", "", strconv.Itoa(i+1)))
		for _, m := range s.members {
			b = append(b, append(memberRow(m), strconv.Itoa(len(b)), sheet, strconv.Itoa(i+1), id, uid, at, "", "", "submitted_via_web", "team", "v1", ""))
		}
	}
	if len(b) == 1 {
		return export{[]string{sheet}, [][][]string{a}}
	}
	return export{[]string{sheet, "members"}, [][][]string{a, b}}
}

// odkExport lays submissions out as ODK Central does; withPaths tells whether group paths are switched on.
func odkExport(t *testing.T, all []submission, l layout, edits map[int]int) export {
	hh, mb := formColumns(t, l.language)
	header, row := l.columns(hh)
	memberHeader, memberRow := l.columns(mb)
	meta := "meta-"
	if l.header(formColumn{groups: []string{"g"}, name: "q"}) == "q" { // group paths are off for these, too
		meta = ""
	}
	a := [][]string{slices.Concat([]string{"SubmissionDate"}, header, []string{
		meta + "instanceID", meta + "instanceName", "KEY", "SubmitterID", "SubmitterName", "AttachmentsPresent", "AttachmentsExpected", "Status", "ReviewState", "DeviceID", "Edits", "FormVersion",
	})}
	b := [][]string{append(memberHeader, "PARENT_KEY", "KEY")}
	for i, s := range all {
		key := fmt.Sprintf("uuid:%d", i)
		a = append(a, slices.Concat([]string{"2026-08-15T10:30:00.000Z"}, row(stamped(s.household, i, edits[i])), []string{
			key, "x", key, "5", "Team", "0", "0", "", "", "collect:1", strconv.Itoa(edits[i]), "2026-1",
		}))
		for n, m := range s.members {
			b = append(b, append(memberRow(m), key, fmt.Sprintf("%s/members[%d]", key, n+1)))
		}
	}
	return export{[]string{"sehat_2026_1", "sehat_2026_1-members"}, [][][]string{a, b}}
}

// surveyCTOWide lays submissions out as SurveyCTO does in its wide form: members side by side, as many as the largest household has.
func surveyCTOWide(t *testing.T, all []submission, l layout, _ map[int]int) export {
	hh, mb := formColumns(t, l.language)
	header, row := l.columns(hh)
	most := 0
	for _, s := range all {
		most = max(most, len(s.members))
	}
	numbered := make([]layout, most)
	for n := range most {
		numbered[n] = l
		numbered[n].split = ""
		numbered[n].header = func(c formColumn) string { return fmt.Sprintf("%s_%d", l.header(c), n+1) }
		names, _ := numbered[n].columns(mb)
		header = append(header, names...)
	}
	rows := [][]string{slices.Concat([]string{"SubmissionDate"}, header, []string{"instanceID", "formdef_version", "KEY"})}
	for i, s := range all {
		cells := append([]string{"Aug 15, 2026 10:30:00 AM"}, row(stamped(s.household, i, 0))...)
		for n := range most {
			_, member := numbered[n].columns(mb)
			if n < len(s.members) {
				cells = append(cells, member(s.members[n])...)
			} else {
				cells = append(cells, member(map[string]string{})...)
			}
		}
		key := fmt.Sprintf("uuid:%d", i)
		rows = append(rows, append(cells, key, "7", key))
	}
	return export{[]string{"sehat_2026_1_WIDE"}, [][][]string{rows}}
}

// surveyCTOLong is the long form of the same: a file for each repeat.
func surveyCTOLong(t *testing.T, all []submission, l layout, _ map[int]int) export {
	hh, mb := formColumns(t, l.language)
	header, row := l.columns(hh)
	memberHeader, memberRow := l.columns(mb)
	a := [][]string{slices.Concat([]string{"SubmissionDate"}, header, []string{"SET-OF-members", "instanceID", "formdef_version", "KEY"})}
	b := [][]string{append(memberHeader, "PARENT_KEY", "SET-OF-members", "KEY")}
	for i, s := range all {
		key := fmt.Sprintf("uuid:%d", i)
		a = append(a, slices.Concat([]string{"Aug 15, 2026 10:30:00 AM"}, row(stamped(s.household, i, 0)), []string{key + "/members", key, "7", key}))
		for n, m := range s.members {
			b = append(b, append(memberRow(m), key, key+"/members", fmt.Sprintf("%s/members[%d]", key, n+1)))
		}
	}
	return export{[]string{"sehat_2026_1", "sehat_2026_1-members"}, [][][]string{a, b}}
}

// stamped adds what the phone itself notes; an edit gives a later end.
func stamped(a map[string]string, i, edit int) map[string]string {
	out := maps.Clone(a)
	out["start"], out["end"] = "2026-08-15T10:00:00.000+05:30", fmt.Sprintf("2026-08-15T10:%02d:00.000+05:30", 20+edit)
	out["deviceid"], out["username"] = fmt.Sprintf("collect:%d", i%3), "team"
	return out
}

func (b *bench) xlsx(e export, numbers bool) string {
	b.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, name := range e.names {
		if i == 0 {
			f.SetSheetName("Sheet1", name)
		} else if _, err := f.NewSheet(name); err != nil {
			b.Fatal(err)
		}
		for n, cells := range e.tables[i] {
			row := make([]any, len(cells))
			for j, c := range cells {
				if c == "" {
					continue
				}
				row[j] = c
				if x, err := strconv.ParseFloat(c, 64); err == nil && numbers && n > 0 && len(c) < 15 && (c[0] != '0' || len(c) == 1) {
					row[j] = x
				}
			}
			at, _ := excelize.CoordinatesToCellName(1, n+1)
			if err := f.SetSheetRow(name, at, &row); err != nil {
				b.Fatal(err)
			}
		}
	}
	path := filepath.Join(b.dir, "export.xlsx")
	if err := f.SaveAs(path); err != nil {
		b.Fatal(err)
	}
	return path
}

func csvText(t *testing.T, rows [][]string) string {
	t.Helper()
	var b strings.Builder
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func (b *bench) zip(e export) string {
	b.Helper()
	var parts []string
	for i, name := range e.names {
		parts = append(parts, name+".csv", csvText(b.T, e.tables[i]))
	}
	return b.zipped("export.zip", parts...)
}

// folder writes the tables as files beside each other and returns the first.
func (b *bench) folder(e export) string {
	b.Helper()
	for i, name := range e.names[1:] {
		b.file(name+".csv", csvText(b.T, e.tables[i+1]))
	}
	return b.file(e.names[0]+".csv", csvText(b.T, e.tables[0]))
}
