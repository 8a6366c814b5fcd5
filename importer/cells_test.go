package importer_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"sehat/survey"
)

// Cells as people and programs fill them: real dates, numbers, yes as a tick, titles above the header, blank rows between.
func TestCellsOfAWorkbook(t *testing.T) {
	for name, mac := range map[string]bool{"dates from 1900": false, "dates from 1904": true} {
		t.Run(name, func(t *testing.T) {
			b := sqlite(t)
			f := excelize.NewFile()
			defer f.Close()
			if err := f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &mac}); err != nil {
				t.Fatal(err)
			}
			set := func(sheet, cell string, v any) {
				t.Helper()
				if err := f.SetCellValue(sheet, cell, v); err != nil {
					t.Fatal(err)
				}
			}
			day := func(y, m, d int) float64 {
				base := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
				if mac {
					base = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
				}
				return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Sub(base).Hours() / 24
			}
			f.SetSheetName("Sheet1", survey.SheetHouseholds)
			if _, err := f.NewSheet(survey.SheetMembers); err != nil {
				t.Fatal(err)
			}
			set(survey.SheetHouseholds, "A1", "Survey of ward 12, team 4")
			for i, h := range []string{"Household ID *\nपरिवार आईडी", "Ward", "टीम", "House number", "Date of visit", "visit_outcome", "Consent given", "latitude", "longitude"} {
				cell, _ := excelize.CoordinatesToCellName(i+1, 3)
				set(survey.SheetHouseholds, cell, h)
			}
			for i, v := range []any{17, 12, "T4", 12, day(2026, 8, 15), "Complete / पूरा हुआ", true, 28.6139, 77.209} {
				cell, _ := excelize.CoordinatesToCellName(i+1, 5)
				set(survey.SheetHouseholds, cell, v)
			}
			for i, h := range []string{"household_id", "line_no", "Full name", "Relation to head", "Sex", "Year of birth", "Mobile number", "abha_number"} {
				cell, _ := excelize.CoordinatesToCellName(i+1, 1)
				set(survey.SheetMembers, cell, h)
			}
			for i, v := range []any{"17.0", 1, "Asha Devi", "self", "Female / महिला", day(1985, 3, 9), 9876501234, ""} {
				cell, _ := excelize.CoordinatesToCellName(i+1, 2)
				set(survey.SheetMembers, cell, v)
			}
			path := filepath.Join(b.dir, "typed.xlsx")
			if err := f.SaveAs(path); err != nil {
				t.Fatal(err)
			}
			b.want(path, nil, 2, 0, 0, 0)
			for h, err := range b.store.Households(t.Context()) {
				if err != nil || h.Key != "17" || h.WardCode != "012" || h.Consent != "yes" || string(h.Other) != `{"latitude":28.6139,"longitude":77.209}` {
					t.Errorf("household %+v %s, %v", h, h.Other, err)
				}
			}
			for r, err := range b.store.Residents(t.Context()) {
				if err != nil || r.BirthYear != 1985 || r.BirthMonth != 3 || r.BirthDay != 9 || r.Mobile != "+919876501234" || r.VisitDate != "2026-08-15" {
					t.Errorf("resident %+v, %v", r, err)
				}
			}
		})
	}
}
