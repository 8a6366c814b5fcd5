package form

import (
	"bytes"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"sehat/survey"
)

func xlsformOf(t *testing.T, code string) (data []byte, sheets map[string][][]string) {
	t.Helper()
	var b bytes.Buffer
	if err := WriteXLSForm(&b, Options{SurveyCode: code, Areas: areas(t), Day: survey.Date{Year: 2026, Month: 8, Day: 15}}); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sheets = map[string][][]string{}
	for _, name := range f.GetSheetList() {
		if sheets[name], err = f.GetRows(name); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes(), sheets
}

// table gives the rows under the header, each by the names of its columns.
func table(t *testing.T, rows [][]string) []map[string]string {
	t.Helper()
	var out []map[string]string
	for _, cells := range rows[1:] {
		row := map[string]string{}
		for i, name := range rows[0] {
			if row[name] = ""; i < len(cells) {
				row[name] = cells[i]
			}
		}
		out = append(out, row)
	}
	return out
}

// The rules of XLSForm as its own reference and its converter have them: https://xlsform.org/en/, https://xlsform.org/en/ref-table/,
// https://docs.getodk.org/xlsform/ and pyxform (validators/pyxform/unique_names.py, xls2json.py).
func TestTheXLSFormKeepsTheRulesOfXLSForm(t *testing.T) {
	_, sheets := xlsformOf(t, "2026-1")
	rows := table(t, sheets["survey"])
	lists := map[string]int{}
	seen := map[string]bool{}
	for _, c := range table(t, sheets["choices"]) {
		key := c["list_name"] + " " + c["name"]
		if seen[key] || c["name"] == "" || strings.ContainsAny(c["name"], " \t\n") {
			t.Errorf("choice %q: twice, empty, or with a space", key)
		}
		if c["label::English (en)"] == "" || c["label::Hindi (hi)"] == "" {
			t.Errorf("choice %q lacks a label", key)
		}
		seen[key] = true
		lists[c["list_name"]]++
	}
	if lists["ward_code"] < 250 {
		t.Errorf("%d wards", lists["ward_code"])
	}
	columns := []string{
		"type", "name", "label", "hint", "required", "required_message", "relevant", "constraint", "constraint_message", "calculation", "appearance", "default",
	}
	for _, h := range sheets["survey"][0] {
		base, language, told := strings.Cut(h, "::")
		if !slices.Contains(columns, base) || told && language != "English (en)" && language != "Hindi (hi)" {
			t.Errorf("column %q is none of XLSForm's", h)
		}
	}
	types := "start end deviceid username audit calculate note text integer decimal date geopoint begin_group end_group begin_repeat end_repeat"
	names := map[string]bool{}
	var open []string
	name := regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)
	for i, r := range rows {
		kind, list, selects := strings.Cut(r["type"], " ")
		switch {
		case selects && (kind != "select_one" && kind != "select_multiple" || lists[list] == 0):
			t.Errorf("row %d: type %q", i+2, r["type"])
		case !selects && !slices.Contains(strings.Fields(types), kind):
			t.Errorf("row %d: type %q", i+2, kind)
		}
		if strings.HasPrefix(kind, "end_") {
			if len(open) == 0 || open[len(open)-1] != kind[4:]+" "+r["name"] {
				t.Fatalf("row %d: %s %s closes %v", i+2, kind, r["name"], open)
			}
			open = open[:len(open)-1]
			continue
		}
		if strings.HasPrefix(kind, "begin_") {
			if len(open) > 0 && kind == "begin_repeat" {
				t.Errorf("row %d: a repeat inside of %v; in a field-list ODK takes none", i+2, open)
			}
			open = append(open, kind[6:]+" "+r["name"])
		}
		lower := strings.ToLower(r["name"])
		if !name.MatchString(r["name"]) || names[lower] || lower == "meta" || lower == "data" || strings.HasPrefix(lower, "_") || lower == "audit" && kind != "audit" {
			t.Errorf("row %d: name %q is no name of XML, is reserved, or stands twice", i+2, r["name"])
		}
		names[lower] = true
		silent := slices.Contains([]string{"start", "end", "deviceid", "username", "audit", "calculate"}, kind)
		if (r["label::English (en)"] == "" || r["label::Hindi (hi)"] == "") != silent {
			t.Errorf("%s: a label is missing, or too much", r["name"])
		}
		if (kind == "calculate") != (r["calculation"] != "") {
			t.Errorf("%s: calculation %q", r["name"], r["calculation"])
		}
		for _, pair := range [][2]string{{"constraint", "constraint_message"}, {"required", "required_message"}} {
			for _, language := range []string{"::English (en)", "::Hindi (hi)"} {
				if (r[pair[0]] == "") != (r[pair[1]+language] == "") {
					t.Errorf("%s: %s and %s do not go together", r["name"], pair[0], pair[1]+language)
				}
			}
		}
		for column, text := range r {
			if strings.Contains(text, "{label}") || strings.Contains(text, "{min}") || strings.Contains(text, "{runes}") || len(text) > 32767 {
				t.Errorf("%s: %s is not filled in, or too long for a cell", r["name"], column)
			}
		}
	}
	if len(open) > 0 {
		t.Errorf("%v is not closed", open)
	}
	set := table(t, sheets["settings"])[0]
	if set["form_id"] != "sehat_2026_1" || set["default_language"] != "Hindi (hi)" || !strings.HasPrefix(set["version"], "2026-1-") || set["form_title"] == "" {
		t.Errorf("settings %v", set)
	}
	references(t, rows, set, names)
}

// references: every ${name} names a question, outside of a repeat none within it but the repeat itself, and every expression can be read.
func references(t *testing.T, rows []map[string]string, set map[string]string, names map[string]bool) {
	t.Helper()
	answers := map[string]string{}
	inside := map[string]bool{}
	repeat := false
	for _, r := range rows {
		answers[r["name"]] = ""
		if r["type"] == "begin_repeat" {
			repeat = true
		} else if r["type"] == "end_repeat" {
			repeat = false
		}
		inside[r["name"]] = inside[r["name"]] || repeat && r["type"] != "begin_repeat"
	}
	delete(inside, "members")
	reference := regexp.MustCompile(`\$\{([^}]*)\}`)
	rows = append(slices.Clone(rows), map[string]string{"name": "settings", "calculation": set["instance_name"]})
	for _, r := range rows {
		for column, text := range r {
			for _, m := range reference.FindAllStringSubmatch(text, -1) {
				if !names[m[1]] {
					t.Errorf("%s: %s names ${%s}, which there is not", r["name"], column, m[1])
				}
				if inside[m[1]] && !inside[r["name"]] {
					t.Errorf("%s: %s names ${%s} of the repeat from outside", r["name"], column, m[1])
				}
			}
		}
		for _, column := range []string{"relevant", "constraint", "calculation", "required", "default"} {
			if expr := r[column]; expr != "" && expr != "yes" {
				if _, err := evalXPath(expr, xenv{answers: answers, today: "2026-08-15"}); err != nil {
					t.Errorf("%s: %s: %v", r["name"], column, err)
				}
			}
		}
	}
}

func TestEveryFieldOfTheSurveyIsInTheXLSFormOnce(t *testing.T) {
	_, sheets := xlsformOf(t, "2026-1")
	members := false
	level := map[string]survey.Level{}
	for _, r := range table(t, sheets["survey"]) {
		if members = (members || r["type"] == "begin_repeat") && r["type"] != "end_repeat"; members {
			level[r["name"]] = survey.Member
		} else {
			level[r["name"]] = survey.Household
		}
	}
	for _, l := range []survey.Level{survey.Household, survey.Member} {
		for _, f := range survey.Fields(l) {
			if is, ok := level[f.Name]; !ok || is != l {
				t.Errorf("%s is not asked, or not at its level", f.Name)
			}
		}
	}
	for _, name := range append(slices.Clone(fromElsewhere), "no_aadhaar", "notice") {
		if _, ok := level[name]; !ok {
			t.Errorf("%s is not in the form", name)
		}
	}
	for _, r := range table(t, sheets["survey"]) {
		if strings.Contains(r["name"], "aadhaar") && r["type"] != "note" {
			t.Errorf("%s asks for Aadhaar", r["name"])
		}
	}
}

func TestTheSameOptionsGiveTheSameXLSFormAndAnotherRoundAnotherVersion(t *testing.T) {
	a, sheets := xlsformOf(t, "2026-1")
	b, _ := xlsformOf(t, "2026-1")
	if !bytes.Equal(a, b) {
		t.Error("the bytes differ")
	}
	_, other := xlsformOf(t, "2026-2")
	if sheets["settings"][1][1] == other["settings"][1][1] || sheets["settings"][1][2] == other["settings"][1][2] {
		t.Errorf("form ids and versions %v, %v", sheets["settings"][1], other["settings"][1])
	}
	for code, want := range map[string]error{"": ErrNoSurveyCode, "it's": ErrQuotedSurveyCode} {
		if err := WriteXLSForm(&bytes.Buffer{}, Options{SurveyCode: code}); !errors.Is(err, want) {
			t.Errorf("%q: %v", code, err)
		}
	}
}
