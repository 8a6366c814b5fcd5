package importer_test

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"sehat/importer"
	"sehat/records"
	"sehat/records/store/storetest"
)

// rework gives the rows of a sheet to change and writes what comes back in their place.
func (b *bench) rework(path, sheet string, change func(rows [][]string) [][]string) string {
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
	before := len(rows)
	for i, row := range rows { // of one width, so that what was there is written over
		rows[i] = append(row, make([]string, len(rows[0])-len(row))...)
	}
	rows = change(rows)
	for len(rows) < before {
		rows = append(rows, make([]string, len(rows[0])))
	}
	for i, row := range rows {
		for j, text := range row {
			name, _ := excelize.CoordinatesToCellName(j+1, i+1)
			if err := f.SetCellStr(sheet, name, text); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := f.Save(); err != nil {
		b.Fatal(err)
	}
	return path
}

// heldList counts what is held back, and writes it to a workbook where a name is given.
func (b *bench) heldList(f records.HeldFilter, name string) importer.HeldReport {
	b.Helper()
	im := importer.Importer{Now: now, TempDir: filepath.Join(b.dir, "tmp")}
	path := ""
	if name != "" {
		path = filepath.Join(b.dir, name)
	}
	r, err := im.Held(b.Context(), b.store, f, path)
	if err != nil {
		b.Fatal(err)
	}
	return r
}

const heldBad = flatHeader +
	`007,012,T4,0012,15-08-2026,1,complete,yes,1,Ramesh Kumar,head,M,62,9876501234,
007,012,T4,0012,15-08-2026,1,complete,yes,2,Sunita Devi,spouse,F,63,9876501234,
007,012,T4,0012,15-08-2026,1,complete,yes,3,Asha Kumari,daughter,F,64,,
008,012,T5,0014,15-08-2026,1,complete,yes,1,Iqbal Khan,head,M,65,,
`

var heldFix = strings.NewReplacer("62", "1962", "63", "1963", "64", "1994", "65", "1965")

func TestARejectsWorkbookMayBeSortedAndItsColumnsMoved(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		b := newBench(t, url, records.RoleDevice)
		path := b.want(b.file("ward.csv", heldBad), nil, 0, 0, 0, 4).RejectsFile
		b.rework(path, "Rows", func(rows [][]string) [][]string {
			slices.Reverse(rows[1:])
			for i, row := range rows {
				rows[i] = append(slices.Clone(row[1:]), row[0]) // the first column goes last
			}
			year := slices.Index(rows[0], "birth_year")
			for _, row := range rows[1:3] { // the household 008, and one of 007
				row[year] = heldFix.Replace(row[year])
			}
			return rows[:4] // the last row is deleted
		})
		again := b.want(path, nil, 2, 0, 0, 1)
		if c := b.census(); c.Residents != 2 || c.HeldBack != 2 {
			t.Fatalf("two are mended, one is not, one row was deleted: %+v", c)
		}
		for h, err := range b.store.Households(b.Context()) {
			if err != nil || h.Key[:2] != "00" || h.HouseNo[:2] != "00" {
				t.Errorf("household %q, house %q, %v", h.Key, h.HouseNo, err)
			}
		}
		// What is left comes out once more: of the workbook, and of the register, where the deleted row is still known.
		b.rework(again.RejectsFile, "Rows", func(rows [][]string) [][]string {
			if len(rows) != 2 {
				t.Fatalf("%d rows in %s", len(rows)-1, again.RejectsFile)
			}
			year := slices.Index(rows[0], "birth_year")
			rows[1][year] = heldFix.Replace(rows[1][year])
			return rows
		})
		b.want(again.RejectsFile, nil, 1, 0, 0, 0)
		left := b.heldList(records.HeldFilter{}, "left.xlsx")
		if left.Rows != 1 || len(left.RejectsFiles) != 1 {
			t.Fatalf("%+v", left)
		}
		b.want(b.rework(left.RejectsFiles[0], "Rows", func(rows [][]string) [][]string {
			year := slices.Index(rows[0], "birth_year")
			rows[1][year] = heldFix.Replace(rows[1][year])
			return rows
		}), nil, 1, 0, 0, 0)
		if c := b.census(); c.Residents != 4 || c.HeldBack != 0 {
			t.Fatalf("census %+v", c)
		}
	})
}

func TestARowThatWasEmptiedIsDeleted(t *testing.T) {
	b := sqlite(t)
	path := b.want(b.file("ward.csv", heldBad), nil, 0, 0, 0, 4).RejectsFile
	b.rework(path, "Rows", func(rows [][]string) [][]string {
		for i := range rows[0] {
			if !strings.HasPrefix(rows[0][i], "sehat_") {
				rows[1][i] = ""
			}
		}
		return rows
	})
	b.want(path, nil, 0, 0, 0, 3)
	if c := b.census(); c.HeldBack != 4 {
		t.Errorf("census %+v", c)
	}
}

func TestHeldRowsOfAllFilesComeOutTogether(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		b := newBench(t, url, records.RoleCentre)
		b.want(b.file("ward.csv", heldBad), nil, 0, 0, 0, 4)
		b.want(b.file("other.csv", strings.NewReplacer("007", "107", "008", "108").Replace(heldBad)), nil, 0, 0, 0, 4)
		b.want(b.workbook("form.xlsx", "Households", households, "Members", strings.Replace(members, "F,1985", "F,2062", 1)), nil, 4, 0, 0, 1)
		for _, c := range []struct {
			f    records.HeldFilter
			rows int
		}{
			{records.HeldFilter{}, 9},
			{records.HeldFilter{Team: "T5"}, 2},
			{records.HeldFilter{File: "other.csv"}, 4},
			{records.HeldFilter{Rule: "no_such_rule"}, 0},
		} {
			if r := b.heldList(c.f, ""); r.Rows != c.rows || r.RejectsFiles != nil {
				t.Errorf("%+v: %+v", c.f, r)
			}
		}
		r := b.heldList(records.HeldFilter{}, "all.xlsx")
		if len(r.RejectsFiles) != 2 || filepath.Base(r.RejectsFiles[1]) != "all-2.xlsx" || r.NotWritten != 0 {
			t.Fatalf("files of two layouts: %+v", r)
		}
		if again := b.heldList(records.HeldFilter{}, "all.xlsx"); len(again.RejectsFiles) != 2 {
			t.Fatalf("nobody touched them: %+v", again)
		}
		b.rework(r.RejectsFiles[0], "Rows", func(rows [][]string) [][]string {
			year := slices.Index(rows[0], "birth_year")
			for _, row := range rows[1:] {
				row[year] = heldFix.Replace(row[year])
			}
			return rows
		})
		im := importer.Importer{Now: now, TempDir: filepath.Join(b.dir, "tmp")}
		var refused *importer.FileError
		if _, err := im.Held(b.Context(), b.store, records.HeldFilter{}, r.RejectsFiles[0]); !errors.As(err, &refused) {
			t.Fatalf("a workbook that was worked in: %v", err)
		}
		b.want(r.RejectsFiles[0], nil, 8, 0, 0, 0)
		b.want(b.fix(r.RejectsFiles[1], "Members", map[string]string{"2062": "1985"}), nil, 1, 0, 0, 0)
		if c := b.census(); c.HeldBack != 0 {
			t.Fatalf("census %+v", c)
		}
	})
}

func TestARejectsWorkbookOffersAnswersAndSaysWhatIsWrong(t *testing.T) {
	b := sqlite(t)
	path := b.want(b.file("ward.csv", heldBad), nil, 0, 0, 0, 4).RejectsFile
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lists, err := f.GetDataValidations("Rows")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range lists {
		if v.Sqref == "L2:L5" { // sex
			from := strings.NewReplacer("sehat_lists!", "", "$", "").Replace(v.Formula1)
			first, _, _ := strings.Cut(from, ":")
			if text, err := f.GetCellValue("sehat_lists", first); err != nil || text != "Male / पुरुष" {
				t.Errorf("the list %s begins with %q, %v", from, text, err)
			}
			break
		}
	}
	rows, err := f.GetRows("Rows")
	if err != nil {
		t.Fatal(err)
	}
	note := rows[1][slices.Index(rows[0], "sehat_note")]
	if !strings.HasPrefix(note, "birth_year: ") || !strings.Contains(note, " / ") {
		t.Errorf("note %q", note)
	}
	if len(lists) < 4 {
		t.Errorf("%d drop-downs", len(lists))
	}
}
