package importer_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"sehat/importer"
	"sehat/records"
	"sehat/records/store"
	"sehat/records/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

var now = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// A bench is a store with an importer on it.
type bench struct {
	*testing.T
	store *store.Store
	url   string
	dir   string

	rejects string // where rejects go, if not beside the file
}

func newBench(t *testing.T, url, role string) *bench {
	t.Helper()
	s, err := store.Create(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := s.SaveHome(t.Context(), records.Home{ID: "home", Role: role, Device: "device", Name: "test", Centre: "home"}); err != nil {
		t.Fatal(err)
	}
	return &bench{T: t, store: s, url: url, dir: t.TempDir()}
}

func sqlite(t *testing.T) *bench {
	return newBench(t, filepath.Join(t.TempDir(), "store.db"), records.RoleCentre)
}

// file writes a file into the bench's folder.
func (b *bench) file(name, text string) string {
	b.Helper()
	path := filepath.Join(b.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}

// workbook writes sheets of rows.
func (b *bench) workbook(name string, sheets ...any) string {
	b.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i := 0; i < len(sheets); i += 2 {
		sheet := sheets[i].(string)
		if i == 0 {
			f.SetSheetName("Sheet1", sheet)
		} else if _, err := f.NewSheet(sheet); err != nil {
			b.Fatal(err)
		}
		for n, line := range strings.Split(strings.TrimSpace(sheets[i+1].(string)), "\n") {
			var row []any
			for _, c := range strings.Split(line, ",") {
				row = append(row, strings.TrimSpace(c))
			}
			cell, _ := excelize.CoordinatesToCellName(1, n+1)
			if err := f.SetSheetRow(sheet, cell, &row); err != nil {
				b.Fatal(err)
			}
		}
	}
	path := filepath.Join(b.dir, name)
	if err := f.SaveAs(path); err != nil {
		b.Fatal(err)
	}
	return path
}

// try imports a file, and sees that the progress it tells of never goes back and ends at the whole, whatever kind of file it is.
func (b *bench) try(path string, m *importer.Mapping) (importer.Report, error) {
	b.Helper()
	var far importer.Progress
	im := importer.Importer{Store: b.store.Importing(), Now: now, By: "tester", TempDir: filepath.Join(b.dir, "tmp"), Progress: func(p importer.Progress) {
		if p.Part < far.Part || p.Rows < far.Rows || p.Part > 1 {
			b.Errorf("%s: the progress was %+v and is %+v", filepath.Base(path), far, p)
		}
		far = p
	}}
	r, err := im.Import(context.Background(), importer.File{Path: path, Mapping: m, Survey: "2026-1", Rejects: b.rejects})
	if err == nil && (far.Rows != r.RowsRead || far.Part < 0.999) {
		b.Errorf("%s: it ended at %+v of %d rows", filepath.Base(path), far, r.RowsRead)
	}
	return r, err
}

// want imports a file and compares the four numbers.
func (b *bench) want(path string, m *importer.Mapping, added, updated, unchanged, quarantined int) importer.Report {
	b.Helper()
	r, err := b.try(path, m)
	if err != nil {
		b.Fatalf("%s: %v", filepath.Base(path), err)
	}
	c := r.ImportCounts
	if c.New != added || c.Updated != updated || c.Unchanged != unchanged || c.Quarantined != quarantined || !c.Balanced() {
		b.Fatalf("%s: got %+v, want %d new, %d updated, %d unchanged, %d quarantined; %v", filepath.Base(path), c, added, updated, unchanged, quarantined, r.Messages)
	}
	return r
}

func (b *bench) census() store.Census {
	b.Helper()
	c, err := b.store.Census(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return c
}

const flatHeader = "household_id,ward_code,team_id,house_no,visit_date,visit_no,visit_outcome,consent,line_no,full_name,relation,sex,birth_year,mobile,epic_no\n"

const flat = flatHeader +
	`H1,012,T4,12,15-08-2026,1,complete,yes,1,Ramesh Kumar,head,M,1980,9876501234,ABC1234567
H1,012,T4,12,15-08-2026,1,complete,yes,2,Sunita Devi,spouse,F,1985,9876501234,
H1,012,T4,12,15-08-2026,1,complete,yes,3,Asha Kumari,daughter,F,2010,,
H2,012,T4,14,15-08-2026,1,locked,,,,,,,,
`

func TestFlatCSVGoesInOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		b := newBench(t, url, records.RoleDevice)
		path := b.file("ward.csv", flat)
		b.want(path, nil, 4, 0, 0, 0)
		if c := b.census(); c != (store.Census{Households: 2, Residents: 3, Visits: 2}) {
			t.Fatalf("census %+v", c)
		}
		before := b.rows()
		b.want(path, nil, 0, 0, 4, 0)
		if after := b.rows(); after != before {
			t.Fatalf("the second import changed rows:\n%s\n%s", before, after)
		}
		b.want(b.file("ward.csv", strings.Replace(flat, "Asha Kumari", "Asha Kumar", 1)), nil, 0, 1, 3, 0)
		b.want(b.file("fewer.csv", flatHeader+strings.Split(flat, "\n")[1]+"\n"), nil, 0, 0, 1, 0)
		if c := b.census(); c.Residents != 3 {
			t.Fatalf("a row that is missing from a later file was deleted: %+v", c)
		}
	})
}

// rows is all that an import must not touch where nothing changed.
func (b *bench) rows() string {
	b.Helper()
	var text strings.Builder
	for r, err := range b.store.Residents(b.Context()) {
		if err != nil {
			b.Fatal(err)
		}
		text.WriteString(strings.Join([]string{r.ID, r.Hash, r.Base, r.SourceRev, string(rune('0' + r.Rev)), r.EPIC, r.ABHA}, " ") + "\n")
	}
	for h, err := range b.store.Households(b.Context()) {
		if err != nil {
			b.Fatal(err)
		}
		text.WriteString(strings.Join([]string{h.ID, h.Hash, h.Base, h.SourceRev, string(rune('0' + h.Rev))}, " ") + "\n")
	}
	return text.String()
}

const households = `household_id,ward_code,team_id,house_no,visit_date,visit_no,visit_outcome,consent
H1,012,T4,12,15-08-2026,1,complete,yes
H2,012,T4,14,15-08-2026,1,locked,`

const members = `household_id,line_no,full_name,relation,sex,birth_year,mobile,epic_no
H1,1,Ramesh Kumar,head,M,1980,9876501234,ABC1234567
H1,2,Sunita Devi,spouse,F,1985,9876501234,
H1,3,Asha Kumari,daughter,F,2010`

func TestTheWorkbookAndItsCSVTwinAreTheSameHouseholds(t *testing.T) {
	b := sqlite(t)
	b.want(b.workbook("ward.xlsx", "Households", households, "Members", members), nil, 5, 0, 0, 0)
	b.want(b.file("ward.csv", flat), nil, 0, 0, 4, 0)
}

func TestHeadersInBothLanguages(t *testing.T) {
	b := sqlite(t)
	hindi := "परिवार आईडी;वार्ड;टीम;मकान नंबर;दौरे की तारीख;दौरे का नतीजा;सहमति दी;क्रम संख्या;पूरा नाम;मुखिया से रिश्ता;लिंग;जन्म का साल\n" +
		"H1;०१२;T4;12;१५-०८-२०२६;पूरा हुआ;हाँ;१;रमेश कुमार;मुखिया;पुरुष;१९८०\n"
	b.want(b.file("hindi.csv", "\xEF\xBB\xBF"+hindi), nil, 1, 0, 0, 0)
}

func TestRejectsComeBackAndAreCorrected(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		b := newBench(t, url, records.RoleCentre)
		bad := strings.NewReplacer("Sunita Devi,spouse,F,1985", "Sunita Devi,spouse,F,2062", "H1,3,Asha", "H9,3,Asha").Replace(members)
		path := b.workbook("ward.xlsx", "Households", households, "Members", bad)
		r := b.want(path, nil, 3, 0, 0, 2)
		if len(r.Messages) != 2 || !strings.HasPrefix(r.Messages[0].String(), "Members row 3, column F (birth_year): ") {
			t.Errorf("messages %v", r.Messages)
		}
		if c := b.census(); c.HeldBack != 2 {
			t.Fatalf("census %+v", c)
		}
		b.want(path, nil, 0, 0, 3, 2)
		if c := b.census(); c.HeldBack != 2 {
			t.Fatalf("the same rows are held back twice: %+v", c)
		}
		fixed := b.fix(r.RejectsFile, "Members", map[string]string{"2062": "1985", "H9": "H1"})
		b.want(fixed, nil, 2, 0, 1, 0)
		if c := b.census(); c.HeldBack != 0 || c.Residents != 3 {
			t.Fatalf("census %+v", c)
		}
		b.want(path, nil, 0, 0, 5, 0) // corrected since: nothing left to do
		b.want(b.workbook("ward.xlsx", "Households", households, "Members", members), nil, 0, 0, 5, 0)
	})
}

// fix replaces cells of a sheet and returns the path.
func (b *bench) fix(path, sheet string, cells map[string]string) string {
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
	for i, row := range rows {
		for j, c := range row {
			if to, ok := cells[c]; ok {
				name, _ := excelize.CoordinatesToCellName(j+1, i+1)
				if err := f.SetCellStr(sheet, name, to); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	if err := f.Save(); err != nil {
		b.Fatal(err)
	}
	return path
}

func TestTheCorrectedOriginalClosesItsRejects(t *testing.T) {
	b := sqlite(t)
	bad := strings.NewReplacer("H1,012,T4,12,15-08-2026,1,complete,yes,2", ",012,T4,12,15-08-2026,1,complete,yes,2", "F,2010", "F,10").Replace(flat)
	b.want(b.file("ward.csv", bad), nil, 2, 0, 0, 2)
	if c := b.census(); c.HeldBack != 2 {
		t.Fatalf("census %+v", c)
	}
	b.want(b.file("ward.csv", flat), nil, 2, 0, 2, 0)
	if c := b.census(); c.HeldBack != 0 {
		t.Fatalf("a corrected key leaves its reject open: %+v", c)
	}
}
