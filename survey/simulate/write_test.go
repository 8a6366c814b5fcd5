package simulate

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"sehat/survey"
)

// tree reads a folder: path to content.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		out[filepath.ToSlash(rel)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func mustWrite(t *testing.T, dir string, o Options) Report {
	t.Helper()
	r, err := Write(t.Context(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func readCSV(t *testing.T, text string) []map[string]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, r := range rows[1:] {
		m := map[string]string{}
		for i, name := range rows[0] {
			m[name] = r[i]
		}
		out = append(out, m)
	}
	return out
}

func TestSameOptionsGiveTheSameBytesWhateverTheWorkers(t *testing.T) {
	for _, format := range []Format{XLSX, CSV} {
		t.Run(string(format), func(t *testing.T) {
			one, four := t.TempDir(), t.TempDir()
			a := mustWrite(t, one, Options{Households: 600, Seed: 3, Format: format, PerFile: 100, Workers: 1})
			b := mustWrite(t, four, Options{Households: 600, Seed: 3, Format: format, PerFile: 100, Workers: 4})
			if a != b {
				t.Errorf("reports differ: %+v and %+v", a, b)
			}
			x, y := tree(t, one), tree(t, four)
			if !slices.Equal(slices.Sorted(maps.Keys(x)), slices.Sorted(maps.Keys(y))) {
				t.Fatalf("files differ: %v and %v", slices.Sorted(maps.Keys(x)), slices.Sorted(maps.Keys(y)))
			}
			for name := range x {
				if x[name] != y[name] {
					t.Errorf("%s differs", name)
				}
			}
			if len(x) != a.Files+4 {
				t.Errorf("%d files for %d and the four of the truth", len(x), a.Files)
			}
		})
	}
}

func TestFolderThatHoldsSomethingElseIsRefused(t *testing.T) {
	o := Options{Households: 40, Seed: 3, Format: CSV}
	t.Run("a file of someone's", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "mine.txt"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Write(t.Context(), dir, o); !errors.Is(err, ErrNotEmpty) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("a simulation with another seed", func(t *testing.T) {
		dir := t.TempDir()
		mustWrite(t, dir, o)
		o := o
		o.Seed++
		if _, err := Write(t.Context(), dir, o); !errors.Is(err, ErrNotEmpty) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("the same simulation is written again, and what was lost comes back", func(t *testing.T) {
		dir := t.TempDir()
		mustWrite(t, dir, o)
		before := tree(t, dir)
		for name := range before {
			if strings.HasSuffix(name, ".csv") {
				if err := os.Remove(filepath.Join(dir, filepath.FromSlash(name))); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := os.WriteFile(filepath.Join(dir, ".part-123"), []byte("half a file"), 0o600); err != nil {
			t.Fatal(err)
		}
		o := o
		o.Workers = 3
		mustWrite(t, dir, o)
		if !maps.Equal(before, tree(t, dir)) {
			t.Error("the folder is not as it was")
		}
	})
	t.Run("a run that is cancelled leaves no half files", func(t *testing.T) {
		dir := t.TempDir()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := Write(ctx, dir, o); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		for name := range tree(t, dir) {
			if name != "truth/options.json" {
				t.Errorf("%s was left", name)
			}
		}
	})
}

func TestWorkbooksOpenWithTheHeadersOfTheForm(t *testing.T) {
	dir := t.TempDir()
	r := mustWrite(t, dir, Options{Households: 300, Seed: 4, Survey: "2026-7"})
	files, _ := filepath.Glob(filepath.Join(dir, "*.xlsx"))
	if len(files) != r.Files || r.Files == 0 {
		t.Fatalf("%d workbooks, reported %d", len(files), r.Files)
	}
	want := map[string][]string{}
	for _, f := range survey.Fields(survey.Household) {
		if f.Name == survey.LinkField {
			want[survey.SheetMembers] = append(want[survey.SheetMembers], f.Header())
		}
		if f.Name != "survey_code" {
			want[survey.SheetHouseholds] = append(want[survey.SheetHouseholds], f.Header())
		}
	}
	for _, f := range survey.Fields(survey.Member) {
		want[survey.SheetMembers] = append(want[survey.SheetMembers], f.Header())
	}
	households, members := 0, 0
	for _, path := range files {
		book, err := excelize.OpenFile(path)
		if err != nil {
			t.Fatal(err)
		}
		defer book.Close()
		for sheet, header := range want {
			rows, err := book.GetRows(sheet)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(rows[0], header) {
				t.Errorf("%s has the headers %q, want %q", sheet, rows[0], header)
			}
			dim, _ := book.GetSheetDimension(sheet)
			end, _ := excelize.CoordinatesToCellName(len(header), len(rows))
			if dim != "A1:"+end {
				t.Errorf("%s says it is %s, and ends at %s", sheet, dim, end)
			}
			if sheet == survey.SheetMembers {
				members += len(rows) - 1
			} else {
				households += len(rows) - 1
			}
			kind, _ := book.GetCellType(sheet, "A2")
			style, _ := book.GetCellStyle(sheet, "A2")
			format, _ := book.GetStyle(style)
			if kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString || format.NumFmt != 49 {
				t.Errorf("%s: the keys are no text cells (type %v, format %d)", sheet, kind, format.NumFmt)
			}
		}
		code, _ := book.GetCellValue(survey.SheetSettings, "B2")
		visible, _ := book.GetSheetVisible(survey.SheetSettings)
		if code != "2026-7" || visible {
			t.Errorf("settings say %q, visible %v", code, visible)
		}
	}
	if households != r.Households || members != r.Members {
		t.Errorf("%d households and %d members on the sheets, reported %+v", households, members, r)
	}
}

// TestTruthIsComplete holds files and truth against each other, in both formats.
func TestTruthIsComplete(t *testing.T) {
	for _, format := range []Format{CSV, XLSX} {
		t.Run(string(format), func(t *testing.T) {
			dir := t.TempDir()
			r := mustWrite(t, dir, Options{Households: 1500, Seed: 9, Format: format, PerFile: 200})
			files := tree(t, dir)
			people := readCSV(t, files["truth/people.csv"])
			if len(people) != r.Members {
				t.Fatalf("%d rows of truth for %d members", len(people), r.Members)
			}
			rows := memberRows(t, dir, files)
			ids := map[string]int{}
			by := map[string][]map[string]string{}
			for _, p := range people {
				row, ok := rows[p["file"]+" "+p["row"]]
				if !ok || row["line_no"] != p["line_no"] || p["household_id"] != "" && row["household_id"] != p["household_id"] {
					t.Errorf("%s row %s: truth says line %s of %s, the file line %s of %s", p["file"], p["row"], p["line_no"], p["household_id"], row["line_no"], row["household_id"])
				}
				if p["resident_id"] != "" {
					ids[p["resident_id"]]++
				}
				by[p["person_id"]] = append(by[p["person_id"]], p)
			}
			for id, n := range ids {
				if n != 1 {
					t.Errorf("resident id %s stands %d times", id, n)
				}
			}
			for _, of := range by {
				at := map[string]bool{}
				for _, p := range of {
					home := p["ward_code"] + " " + p["team_id"] + " " + p["household_id"]
					if at[home] && p["household_id"] != "" {
						t.Errorf("%s is listed twice in household %s", p["person_id"], home)
					}
					at[home] = true
				}
			}
			pairs := map[string]bool{}
			for _, p := range readCSV(t, files["truth/pairs.csv"]) {
				if p["left_resident_id"] == p["right_resident_id"] && p["left_resident_id"] != "" || p["why"] == "" {
					t.Errorf("pair of %s: %v", p["person_id"], p)
				}
				pairs[p["person_id"]+" "+p["left_resident_id"]+" "+p["right_resident_id"]] = true
			}
			expected := 0
			for person, of := range by {
				if strings.HasPrefix(person, "?") && len(of) > 1 {
					t.Errorf("%s is nobody, and has %d rows", person, len(of))
				}
				for i := range of {
					for j := range i {
						a, b := of[j]["resident_id"], of[i]["resident_id"]
						expected++
						if !pairs[person+" "+a+" "+b] && !pairs[person+" "+b+" "+a] {
							t.Errorf("%s: the pair %s and %s is not in the truth", person, a, b)
						}
					}
				}
			}
			if expected == 0 || len(readCSV(t, files["truth/pairs.csv"])) != expected {
				t.Errorf("%d pairs, want %d", len(pairs), expected)
			}
			if len(by) != r.Persons+len(junk(by)) {
				t.Errorf("%d people, reported %d", len(by), r.Persons)
			}
			for _, b := range readCSV(t, files["truth/bad_rows.csv"]) {
				if b["level"] == "member" {
					if _, ok := rows[b["file"]+" "+b["row"]]; !ok {
						t.Errorf("bad row %v is not in its file", b)
					}
				}
			}
			twelve := regexp.MustCompile(`[0-9]{12}`)
			for name, text := range files {
				if !strings.HasPrefix(name, "truth/") {
					continue
				}
				for _, found := range twelve.FindAllString(text, -1) {
					if masked, n := survey.MaskAadhaar(" " + found + " "); n > 0 && name != "truth/options.json" && !inUUID(text, found) {
						t.Errorf("%s holds a number like %s", name, masked)
					}
				}
			}
		})
	}
}

func inUUID(text, digits string) bool {
	at := strings.Index(text, digits)
	return at > 0 && text[at-1] == '-'
}

func junk(by map[string][]map[string]string) (out []string) {
	for p := range by {
		if strings.HasPrefix(p, "?") {
			out = append(out, p)
		}
	}
	return out
}

// memberRows reads all member rows of the files by machine name; the key is the file and the row.
func memberRows(t *testing.T, dir string, files map[string]string) map[string]map[string]string {
	t.Helper()
	out := map[string]map[string]string{}
	for name, text := range files {
		switch {
		case strings.HasPrefix(name, "truth/"):
		case strings.HasSuffix(name, ".csv"):
			for i, row := range readCSV(t, text) {
				if row["line_no"] != "" {
					out[fmt.Sprintf("%s %d", name, i+2)] = row
				}
			}
		default:
			book, err := excelize.OpenFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			rows, err := book.GetRows(survey.SheetMembers)
			if err != nil {
				t.Fatal(err)
			}
			book.Close()
			for i, cells := range rows[1:] {
				row := map[string]string{survey.LinkField: cells[0]}
				for k, f := range survey.Fields(survey.Member) {
					if k+1 < len(cells) {
						row[f.Name] = cells[k+1]
					}
				}
				out[name+" "+strconv.Itoa(i+2)] = row
			}
		}
	}
	return out
}

func TestFlatFileHasAllColumnsOnce(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, Options{Households: 30, Seed: 6, Format: CSV})
	for name, text := range tree(t, dir) {
		if strings.HasPrefix(name, "truth/") {
			continue
		}
		head, _, _ := strings.Cut(strings.TrimPrefix(text, "\ufeff"), "\r\n")
		var want []string
		for _, l := range []survey.Level{survey.Household, survey.Member} {
			for _, f := range survey.Fields(l) {
				want = append(want, f.Name)
			}
		}
		if head != strings.Join(want, ",") {
			t.Errorf("%s has the header %s", name, head)
		}
	}
}
