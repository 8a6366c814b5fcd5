package form

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"sehat/survey"
)

func areas(t *testing.T) *survey.Areas {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "templates", "areas", "wards.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	a, err := survey.ParseAreas(f)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func workbook(t *testing.T) ([]byte, *excelize.File) {
	t.Helper()
	var b bytes.Buffer
	if err := WriteXLSX(&b, Options{SurveyCode: "2026-1", Areas: areas(t), Day: survey.Date{Year: 2026, Month: 8, Day: 15}}); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return b.Bytes(), f
}

func TestEveryHeaderOfTheWorkbookIsLookedUp(t *testing.T) {
	_, f := workbook(t)
	for sheet, level := range map[string]survey.Level{survey.SheetHouseholds: survey.Household, survey.SheetMembers: survey.Member} {
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		var got, want []string
		for _, h := range rows[0] {
			if i, ok := survey.Lookup(level, h); ok {
				got = append(got, survey.Fields(level)[i].Name)
			} else if i, ok := survey.Lookup(survey.Household, h); ok && survey.Fields(survey.Household)[i].Name == survey.LinkField {
				got = append(got, survey.LinkField)
			} else {
				t.Errorf("%s: header %q is not known", sheet, h)
			}
		}
		if level == survey.Member {
			want = append(want, survey.LinkField)
		}
		for _, field := range survey.Fields(level) {
			if field.Name != "survey_code" {
				want = append(want, field.Name)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n got %v\nwant %v", sheet, got, want)
		}
	}
}

func TestTheRoundStandsOnAHiddenSheet(t *testing.T) {
	_, f := workbook(t)
	rows, err := f.GetRows(survey.SheetSettings)
	if err != nil || len(rows) < 2 || !slices.Equal(rows[1], []string{"survey_code", "2026-1"}) {
		t.Errorf("settings are %v, %v", rows, err)
	}
	for _, sheet := range []string{survey.SheetSettings, survey.SheetLists} {
		if visible, err := f.GetSheetVisible(sheet); err != nil || visible {
			t.Errorf("%s is in sight: %v", sheet, err)
		}
	}
	if err := WriteXLSX(&bytes.Buffer{}, Options{}); err == nil {
		t.Error("a form without a round")
	}
}

func TestEveryDropDownIsUnderstoodAndEveryIDIsText(t *testing.T) {
	_, f := workbook(t)
	c := survey.Checker{Areas: areas(t)}
	lists, err := f.GetCols(survey.SheetLists)
	if err != nil {
		t.Fatal(err)
	}
	if len(lists) < 10 {
		t.Fatalf("%d lists", len(lists))
	}
	for _, list := range lists {
		level := survey.Household
		place, ok := survey.Lookup(level, list[0])
		if !ok {
			level = survey.Member
			place, _ = survey.Lookup(level, list[0])
		}
		for _, answer := range list[1:] {
			if answer == "" {
				break // GetCols fills the shorter lists up
			}
			a := make(survey.Answers, len(survey.Fields(level)))
			a[place] = answer
			var findings []survey.Finding
			if level == survey.Household {
				_, findings = c.Household(a)
			} else {
				h := survey.HouseholdRow{Consent: "yes", Visit: survey.Visit{Outcome: "complete"}}
				_, findings = c.Member(a, &h)
			}
			for _, finding := range findings {
				if finding.Field == list[0] && finding.Rule != "consent_missing" && finding.Rule != survey.RuleNoConsent {
					t.Errorf("%s: %q: %s", list[0], answer, finding.Rule)
				}
			}
		}
	}
	for sheet, columns := range map[string][]column{survey.SheetHouseholds: householdColumns(), survey.SheetMembers: memberColumns()} {
		validations, err := f.GetDataValidations(sheet)
		if err != nil || len(validations) != len(columns) {
			t.Errorf("%s: %d validations for %d columns, %v", sheet, len(validations), len(columns), err)
		}
		for i, col := range columns {
			letter, _ := excelize.ColumnNumberToName(i + 1)
			for _, at := range []func() (int, error){
				func() (int, error) { return f.GetColStyle(sheet, letter) },
				func() (int, error) { return f.GetCellStyle(sheet, letter+"2") },
			} {
				id, err := at()
				if err != nil {
					t.Fatal(err)
				}
				style, err := f.GetStyle(id)
				if err != nil {
					t.Fatal(err)
				}
				if (style.NumFmt == 49) != isText(col.Field) {
					t.Errorf("%s %s: number format %d", sheet, col.Name, style.NumFmt)
				}
			}
		}
		if p, err := f.GetPanes(sheet); err != nil || !p.Freeze || p.YSplit != 1 {
			t.Errorf("%s: the header is not frozen", sheet)
		}
		if d, err := f.GetSheetDimension(sheet); err != nil || !strings.HasSuffix(d, "31") {
			t.Errorf("%s: dimension %q, %v", sheet, d, err)
		}
	}
}

func TestHintsFitWhatExcelShows(t *testing.T) {
	_, f := workbook(t)
	for _, sheet := range []string{survey.SheetHouseholds, survey.SheetMembers} {
		validations, err := f.GetDataValidations(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range validations {
			for _, s := range []*string{v.Prompt, v.Error} {
				if s != nil && len([]rune(*s)) > 255 {
					t.Errorf("%s %s: %d characters", sheet, v.Sqref, len([]rune(*s)))
				}
			}
			for _, s := range []*string{v.PromptTitle, v.ErrorTitle} {
				if s != nil && len([]rune(*s)) > 32 {
					t.Errorf("%s %s: title %q", sheet, v.Sqref, *s)
				}
			}
		}
	}
}

func TestTheHelpExplainsEveryFieldAndCodeInBothLanguages(t *testing.T) {
	_, f := workbook(t)
	rows, err := f.GetRows(survey.SheetHelp)
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, r := range rows {
		all.WriteString(strings.Join(r, "\n") + "\n")
	}
	for _, c := range append(householdColumns(), memberColumns()...) {
		for _, s := range []string{c.Name, c.Label, c.LabelHi, c.Help, c.HelpHi} {
			if !strings.Contains(all.String(), s) {
				t.Errorf("help lacks %q", s)
			}
		}
		for _, code := range c.Codes {
			if !strings.Contains(all.String(), code.Code+"\n"+code.Label+"\n"+code.LabelHi) {
				t.Errorf("help lacks %s %s", c.Name, code.Code)
			}
		}
	}
}

func TestTheSameOptionsGiveTheSameBytes(t *testing.T) {
	a, _ := workbook(t)
	b, _ := workbook(t)
	if !bytes.Equal(a, b) {
		t.Error("two workbooks differ")
	}
}

func TestTheCSVFormIsOneHeaderRow(t *testing.T) {
	var b bytes.Buffer
	if err := WriteCSV(&b, Options{}); err != nil {
		t.Fatal(err)
	}
	text, ok := strings.CutPrefix(b.String(), "\ufeff")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if !ok || err != nil || len(rows) != 1 || len(rows[0]) != len(Header()) {
		t.Fatalf("%v, %v", rows, err)
	}
	seen := map[string]bool{}
	for _, h := range rows[0] {
		if seen[h] {
			t.Errorf("%s stands twice", h)
		}
		seen[h] = true
	}
	if rows[0][0] != "survey_code" || !seen["household_id"] || !seen["full_name"] {
		t.Errorf("header %v", rows[0])
	}
}
