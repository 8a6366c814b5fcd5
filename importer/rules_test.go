package importer_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"sehat/importer"
	"sehat/records"
	"sehat/records/store"
)

// held lists what is in quarantine as "sheet row rule".
func (b *bench) held() string {
	b.Helper()
	var all []string
	for r, err := range b.store.Rejects(b.Context()) {
		if err != nil {
			b.Fatal(err)
		}
		text := fmt.Sprintf("%s %d", r.Sheet, r.Row)
		for _, reason := range r.Reasons {
			text += " " + reason.Rule
		}
		if r.Cells == nil {
			text += " without cells"
		}
		all = append(all, text)
	}
	return strings.Join(all, "\n")
}

func (b *bench) wantHeld(want ...string) {
	b.Helper()
	if got := b.held(); got != strings.Join(want, "\n") {
		b.Errorf("held back:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
}

func TestAPersonIsNotOverwrittenByWhoStandsAtTheLine(t *testing.T) {
	b := sqlite(t)
	b.want(b.workbook("ward.xlsx", "Households", households, "Members", members), nil, 5, 0, 0, 0)
	// A newborn was put in at line 2, and everybody below moved down.
	shifted := strings.Split(members, "\n")
	shifted = []string{shifted[0], shifted[1], "H1,2,Aarav Kumar,son,M,2026", "H1,3,Sunita Devi,spouse,F,1985", "H1,4,Asha Kumari,daughter,F,2010"}
	b.want(b.workbook("later.xlsx", "Households", households, "Members", strings.Join(shifted, "\n")), nil, 1, 0, 3, 2)
	b.wantHeld("Members 3 position_key", "Members 4 position_key")
	// Corrections of one thing at a time are the same person.
	b.want(b.workbook("ward.xlsx", "Households", households, "Members", strings.Replace(members, "Sunita Devi", "Suneeta", 1)), nil, 0, 1, 4, 0)
}

func TestAMemberIDIsNoPosition(t *testing.T) {
	b := sqlite(t)
	with := strings.NewReplacer("household_id,line_no", "household_id,member_id,line_no", "H1,1", "H1,m-1,1", "H1,2", "H1,m-2,2", "H1,3", "H1,m-3,3").Replace(members)
	b.want(b.workbook("ward.xlsx", "Households", households, "Members", with), nil, 5, 0, 0, 0)
	b.want(b.workbook("ward.xlsx", "Households", households, "Members", strings.Replace(with, "Sunita Devi,spouse,F,1985", "Ravi Kumar,son,M,2001", 1)), nil, 0, 1, 4, 0)
}

func TestRowsThatContradictEachOtherAreHeldBack(t *testing.T) {
	b := sqlite(t)
	path := b.workbook("ward.xlsx",
		"Households", households+"\nH1,012,T4,99,15-08-2026,1,complete,yes\nH2,012,T4,14,15-08-2026,1,locked,\nH2,013,T4,14,15-08-2026,1,locked,",
		"Members", members+"\nH1,3,Asha Kumari,daughter,F,2011\nH1,2,Sunita Devi,spouse,F,1985,9876501234")
	b.want(path, nil, 5, 0, 2, 3)
	b.wantHeld("Households 4 household_repeated", "Households 6 household_repeated", "Members 5 member_repeated")
	b.want(path, nil, 0, 0, 7, 3)
	b.wantHeld("Households 4 household_repeated", "Households 6 household_repeated", "Members 5 member_repeated")
}

func TestFlatRowsThatContradictEachOtherAreHeldBack(t *testing.T) {
	b := sqlite(t)
	text := flat + "H1,012,T4,99,15-08-2026,1,complete,yes,4,Mohan Kumar,son,M,2012,,\n" + "H1,012,T4,12,15-08-2026,1,complete,yes,3,Asha Kumari,daughter,F,2011,,\n"
	b.want(b.file("ward.csv", text), nil, 4, 0, 0, 2)
	b.wantHeld(" 6 household_repeated", " 7 member_repeated")
	b.want(b.file("ward.csv", text), nil, 0, 0, 4, 2)
}

func TestMembersNeedTheirHouseholdAndItsConsent(t *testing.T) {
	b := sqlite(t)
	path := b.workbook("ward.xlsx",
		"Households", "household_id,ward_code,team_id,house_no,visit_date,visit_outcome,consent\nH1,999,T4,12,15-08-2026,complete,yes\nH2,012,T4,14,15-08-2026,refused,no\nH3,012,T4,15,,complete,yes\nH4,012,T4,16,15-08-2026,complete,",
		"Members", "household_id,line_no,full_name,relation,sex,birth_year\nH2,1,Ramesh,head,M,1980\nH3,1,Mohan,head,M,1981\nH4,1,Sohan,head,M,1982\nH5,1,Rohan,head,M,1983\nH3,2,Gita,spouse,F,10")
	r := b.want(path, nil, 2, 0, 0, 7)
	b.wantHeld("Households 4 required", "Households 5 consent_missing",
		"Members 2 no_consent without cells", "Members 3 household_held", "Members 4 no_consent without cells", "Members 5 no_household", "Members 6 date_two_digit_year household_held")
	f, err := excelize.OpenFile(r.RejectsFile)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows("Members")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(rows[1][:3], "|"); got != "H2|1|" {
		t.Errorf("of a member without consent there is %q in the workbook", got)
	}
	rows, err = f.GetRows("Households")
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 4 || rows[1][0] != "H2" || rows[1][len(rows[1])-1] == "" && len(rows[1]) > 7 {
		t.Errorf("the household of a held member stands in the workbook for context: %q", rows)
	}
}

func TestMembersMayComeAloneWhenTheirHouseholdIsKnown(t *testing.T) {
	b := sqlite(t)
	b.want(b.workbook("h.xlsx", "Households", households), nil, 2, 0, 0, 0)
	b.want(b.workbook("m.xlsx", "Members", members+"\nH7,1,Ramesh Kumar,head,M,1980"), nil, 3, 0, 0, 1)
	b.wantHeld("Members 5 no_household")
	b.want(b.workbook("both.xlsx", "Households", households, "Members", members), nil, 0, 0, 5, 0)
}

func TestALaterVisitTakesTheHouseholdOver(t *testing.T) {
	b := sqlite(t)
	first := "household_id,ward_code,team_id,house_no,visit_date,visit_no,visit_outcome,consent\nH1,012,T4,12,01-08-2026,1,locked,"
	second := first + "\nH1,012,T4,12,15-08-2026,2,complete,yes"
	b.want(b.workbook("1.xlsx", "Households", first), nil, 1, 0, 0, 0)
	b.want(b.workbook("2.xlsx", "Households", second, "Members", "household_id,line_no,full_name,relation,sex,age_years\nH1,1,Ramesh,head,M,40"), nil, 1, 1, 1, 0)
	b.want(b.workbook("2.xlsx", "Households", second), nil, 0, 0, 2, 0)
	b.want(b.workbook("1.xlsx", "Households", first), nil, 0, 0, 1, 0) // an older export never overwrites a newer one
	for h, err := range b.store.Households(t.Context()) {
		if err != nil || h.Consent != "yes" {
			t.Errorf("household %+v, %v", h, err)
		}
	}
	for r, err := range b.store.Residents(t.Context()) {
		if err != nil || r.VisitDate != "2026-08-15" || *r.AgeYears != 40 {
			t.Errorf("resident %+v, %v", r, err)
		}
	}
}

func TestTwoBadRowsWithTheSameKeysAreTwoRows(t *testing.T) {
	b := sqlite(t)
	text := flat + "H1,012,T4,12,15-08-2026,1,complete,yes,4,Mohan Kumar,son,M,61,,\n" + "H1,012,T4,12,15-08-2026,1,complete,yes,4,Sohan Kumar,son,M,62,,\n" +
		"H1,012,T4,12,15-08-2026,1,complete,yes,4,Rohan Kumar,son,M,2013,,\n"
	path := b.file("ward.csv", text)
	b.want(path, nil, 5, 0, 0, 2)
	b.wantHeld(" 6 date_two_digit_year", " 7 date_two_digit_year")
	r := b.want(path, nil, 0, 0, 5, 2)
	b.wantHeld(" 6 date_two_digit_year", " 7 date_two_digit_year")
	b.want(b.fix(r.RejectsFile, "Rows", map[string]string{"61": "1961"}), nil, 0, 0, 0, 2) // another person than line 4 of the register
	b.wantHeld("Rows 2 position_key", "Rows 3 date_two_digit_year")
}

func TestSheetsAreWhatTheirNamesSay(t *testing.T) {
	b := sqlite(t)
	hh := strings.NewReplacer("visit_no", "mobile", ",1,complete", ",9876501234,complete", ",1,locked", ",,locked").Replace(households)
	mm := strings.NewReplacer("epic_no", "epic_no,ward_code,team_id").Replace(members)
	b.want(b.workbook("ward.xlsx", "Members", mm, "Households", hh), nil, 5, 0, 0, 0)
}

const aadhaar = "234567890124"

func TestAadhaarIsNowhere(t *testing.T) {
	b := sqlite(t)
	text := strings.NewReplacer("\n", ",allergies,remark\n", "line_no", "member_id").Replace(flatHeader) +
		"H1,012,T4,12,15-08-2026,1,complete,yes,1,Ramesh Kumar,head,M,1980,9876501234,," + "2345 6789 0124,uid २३४५-६७८९-०१२४\n" +
		"H1,012,T4,12,15-08-2026,1,complete,yes,2,Sunita 234567890124,spouse,F,1985,2.34567890124E+11,234567890124,,\n" +
		"H1,012,T4,12,15-08-2026,1,complete,yes," + aadhaar + ",Mohan,head,M,1985,,,,\n"
	path := b.file("ward.csv", text)
	r := b.want(path, nil, 1, 0, 0, 2)
	if r.AadhaarMasked != 6 {
		t.Errorf("%d numbers masked", r.AadhaarMasked)
	}
	for reject, err := range b.store.Rejects(t.Context()) {
		if err != nil || reject.Row == 4 && reject.Key != "" {
			t.Errorf("reject %+v, %v", reject, err)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenFile(r.RejectsFile)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet)
		if err != nil || strings.Contains(fmt.Sprint(rows), "67890124") || strings.Contains(fmt.Sprint(rows), "6789 0124") {
			t.Errorf("sheet %s: %v %v", sheet, rows, err)
		}
	}
	b.want(r.RejectsFile, nil, 0, 0, 0, 2) // a key that was blanked must be written by a person
	b.canary("234567890124", "2345 6789 0124", "२३४५-६७८९-०१२४", "2.34567890124E+11")
}

// canary looks for texts in every file that the store and the import left behind.
func (b *bench) canary(texts ...string) {
	b.Helper()
	for _, dir := range []string{b.dir, filepath.Dir(b.storePath())} {
		err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, text := range texts {
				if strings.Contains(string(content), text) {
					b.Errorf("%s holds %q", path, text)
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func (b *bench) storePath() string { return b.url }

func TestATombstoneIsNotBroughtBack(t *testing.T) {
	b := sqlite(t)
	path := b.file("ward.csv", flat)
	b.want(path, nil, 4, 0, 0, 0)
	db, err := sql.Open("sqlite", b.storePath())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`UPDATE residents SET state = 'withdrawn', full_name = '', content_hash = 'gone' WHERE line_no = 2`); err != nil {
		t.Fatal(err)
	}
	b.want(b.file("ward.csv", strings.Replace(flat, "Sunita", "Suneeta", 1)), nil, 0, 0, 4, 0)
	if c := b.census(); c.Residents != 2 || c.Withdrawn != 1 {
		t.Errorf("census %+v", c)
	}
}

func TestAnEditedRejectsWorkbookIsNotWrittenOver(t *testing.T) {
	b := sqlite(t)
	path := b.file("ward.csv", strings.Replace(flat, "F,1985", "F,85", 1))
	first := b.want(path, nil, 3, 0, 0, 1).RejectsFile
	if again := b.want(path, nil, 0, 0, 3, 1).RejectsFile; again != first || !importer.Untouched(first) {
		t.Errorf("nobody touched %s, and the rejects went to %s", first, again)
	}
	b.fix(first, "Rows", map[string]string{"85": "1985"})
	if again := b.want(path, nil, 0, 0, 3, 1).RejectsFile; again == first {
		t.Errorf("%s was edited and written over", first)
	}
	b.want(first, nil, 1, 0, 0, 0)
	if c := b.census(); c.HeldBack != 0 {
		t.Errorf("census %+v", c)
	}
}

func TestNoFormulaComesBack(t *testing.T) {
	b := sqlite(t)
	text := strings.Replace(flat, "Ramesh Kumar,head,M,1980,9876501234", `"=HYPERLINK(""x"")",head,M,80,+919876501234`, 1)
	r := b.want(b.file("ward.csv", text), nil, 3, 0, 0, 1)
	f, err := excelize.OpenFile(r.RejectsFile)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := f.GetRows("Rows")
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	if got := rows[1][9] + "|" + rows[1][13]; got != `'=HYPERLINK("x")|'+919876501234` {
		t.Errorf("cells %s", got)
	}
	b.want(b.fix(r.RejectsFile, "Rows", map[string]string{`'=HYPERLINK("x")`: "Ramesh Kumar", "80": "1980"}), nil, 1, 0, 0, 0)
	b.want(b.file("good.csv", strings.Replace(flat, "9876501234", "+919876501234", 1)), nil, 0, 0, 4, 0)
}

func TestAnImportThatWasCutOffGoesOn(t *testing.T) {
	b := sqlite(t)
	var text strings.Builder
	text.WriteString(flatHeader)
	for i := range 43_000 { // 40,000 are committed together
		year := "1980"
		if i%430 == 7 {
			year = "80"
		}
		fmt.Fprintf(&text, "H%d,012,T4,12,15-08-2026,1,complete,yes,%d,Ramesh Kumar,head,M,%s,2345 6789 0124,\n", i/4, i%4+1, year)
	}
	path := b.file("ward.csv", text.String())
	cut := errors.New("the plug was pulled")
	im := importer.Importer{Store: &cutStore{b.store.Importing(), 21, cut}, Now: now, TempDir: filepath.Join(b.dir, "tmp")}
	if _, err := im.Import(t.Context(), importer.File{Path: path, Survey: "2026-1"}); !errors.Is(err, cut) {
		t.Fatalf("got %v", err)
	}
	if c := b.census(); c.Residents == 0 || c.Residents > 40_000 {
		t.Fatalf("census %+v: the test cuts nothing off", c)
	}
	r := b.want(path, nil, 42_900, 0, 0, 100)
	if r.Resumed == 0 || r.AadhaarMasked != 43_000 {
		t.Errorf("report %+v", r)
	}
	f, err := excelize.OpenFile(r.RejectsFile)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if rows, err := f.GetRows("Rows"); err != nil || len(rows) != 101 {
		t.Errorf("%d rows in the workbook, %v", len(rows)-1, err)
	}
	b.want(path, nil, 0, 0, 42_900, 100)
}

// cutStore fails after so many batches, as a store does that lost its power.
type cutStore struct {
	*store.Importing
	batches int
	err     error
}

func (s *cutStore) Rows(ctx context.Context, imp records.Import, rows []records.ImportRow) (records.Import, []records.Outcome, error) {
	if s.batches--; s.batches < 0 {
		return imp, nil, s.err
	}
	return s.Importing.Rows(ctx, imp, rows)
}

func TestTemporaryFolderIsSwept(t *testing.T) {
	b := sqlite(t)
	for name, left := range map[string]string{
		"of a process that runs no more":                    "import-999999999-0a0b0c0d-1",
		"of an earlier process with the number of this one": fmt.Sprintf("import-%d-0a0b0c0d-1", os.Getpid()),
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(b.dir, "tmp", left)
			if err := os.MkdirAll(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			half := b.file(".sehat-"+left+".xlsx", "Asha Devi")
			other := b.file("other.xlsx", "Asha Devi")
			if err := os.WriteFile(filepath.Join(dir, "beside"), []byte(b.dir), 0o600); err != nil {
				t.Fatal(err)
			}
			importer.Sweep(filepath.Join(b.dir, "tmp"), now)
			for path, there := range map[string]bool{dir: false, half: false, other: true} {
				if _, err := os.Stat(path); (err == nil) != there {
					t.Errorf("%s: %v", path, err)
				}
			}
		})
	}
	b.want(b.workbook("ward.xlsx", "Households", households, "Members", members), nil, 5, 0, 0, 0)
	entries, err := os.ReadDir(filepath.Join(b.dir, "tmp"))
	if err != nil || len(entries) != 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}
