package importer_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sehat/importer"
	"sehat/records"
	"sehat/records/store"
	"sehat/records/store/storetest"
)

// An exporting is a way in which a source tells the versions of its submissions: edits[h] is how often household h was edited before
// this export.
type exporting struct {
	name   string
	export func(b *bench, name string, edits []int) string
	m      *importer.Mapping
}

// told is what household h answers in an edit: everything but who lives there may change, somebody may come, and somebody is left out
// once.
func told(h, edit int) (house string, members [][4]string) {
	house = fmt.Sprintf("%d-%d", h, edit)
	members = [][4]string{{"1", "Ramesh Kumar", "M", fmt.Sprintf("98765012%d%d", h, edit)}}
	if edit != 2 {
		members = append(members, [4]string{"2", "Sunita Devi", "F", fmt.Sprintf("98765013%d%d", h, edit%2)})
	}
	if edit > 0 {
		members = append(members, [4]string{"3", "Asha Kumari", "F", ""})
	}
	return house, members
}

func relationAt(line string) string {
	return map[string]string{"1": "head", "2": "spouse", "3": "daughter"}[line]
}

func exportings(t *testing.T) []exporting {
	t.Helper()
	mapped := func() *importer.Mapping {
		m, err := importer.ParseMapping([]byte(`{"sehat_mapping": 1, "name": "other", "survey_code": "2026-1", "rows": {"source_rev": "edited", "fields": {
			"household_id": "hh", "ward_code": {"constant": "012"}, "team_id": {"constant": "T4"}, "house_no": "house", "visit_date": {"constant": "15-08-2026"},
			"visit_outcome": {"constant": "complete"}, "consent": {"constant": "yes"}, "line_no": "line", "full_name": "name", "sex": "sex", "relation": "rel", "birth_year": {"constant": "1980"}, "mobile": "phone"}}}`))
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	table := func(stamp func(edit int) string) func(b *bench, name string, edits []int) string {
		return func(b *bench, name string, edits []int) string {
			text := "hh,house,line,name,sex,rel,phone,edited\n"
			for h, edit := range edits {
				house, members := told(h, edit)
				for _, m := range members {
					text += strings.Join([]string{fmt.Sprintf("H%d", h), house, m[0], m[1], m[2], relationAt(m[0]), m[3], stamp(edit)}, ",") + "\n"
				}
			}
			return b.file(name+".csv", text)
		}
	}
	return []exporting{
		{"ODK Central, by its count of edits", func(b *bench, name string, edits []int) string {
			root := "SubmissionDate,household_id,ward_code,team_id,house_no,visit_date,visit_outcome,consent,KEY,SubmitterID,ReviewState,DeviceID,Edits,FormVersion\n"
			loop := "member_id,line_no,full_name,relation,sex,birth_year,mobile,PARENT_KEY,KEY\n"
			for h, edit := range edits {
				house, members := told(h, edit)
				root += fmt.Sprintf("2026-08-15T10:30:00.000Z,H%d,12,T4,%s,2026-08-15,complete,yes,uuid:%d,5,,collect:1,%d,1\n", h, house, h, edit)
				for i, m := range members {
					loop += fmt.Sprintf("m-%d-%s,%s,%s,%s,%s,1980,%s,uuid:%d,uuid:%d/members[%d]\n", h, m[0], m[0], m[1], relationAt(m[0]), m[2], m[3], h, h, i+1)
				}
			}
			return b.zipped(name+".zip", "ward.csv", root, "ward-members.csv", loop)
		}, nil},
		{"a table, by a count of two digits", table(func(edit int) string { return fmt.Sprint(8 + edit) }), mapped()},
		{"a table, by a time", table(func(edit int) string { return fmt.Sprintf("2026-08-%02dT10:00:00", 28+edit) }), mapped()},
		{"our own form, by the number of the visit", func(b *bench, name string, edits []int) string {
			text := flatHeader
			for h, edit := range edits {
				house, members := told(h, edit)
				for _, m := range members {
					text += fmt.Sprintf("H%d,012,T4,%s,%02d-08-2026,%d,complete,yes,%s,%s,%s,%s,1980,%s,\n", h, house, 10+edit, edit+1, m[0], m[1], relationAt(m[0]), m[2], m[3])
				}
			}
			return b.file(name+".csv", text)
		}, nil},
	}
}

// content is all answers in the register, without how they came there.
func (b *bench) content() string {
	b.Helper()
	var lines []string
	add := func(row any) {
		text, err := json.Marshal(row)
		if err != nil {
			b.Fatal(err)
		}
		lines = append(lines, string(text))
	}
	for h, err := range b.store.Households(b.Context()) {
		if err != nil {
			b.Fatal(err)
		}
		visits, err := b.store.VisitsOf(b.Context(), h.ID)
		if err != nil {
			b.Fatal(err)
		}
		for _, v := range visits {
			v.Meta = records.Meta{}
			add(v)
		}
		h.Meta = records.Meta{}
		add(h)
	}
	for r, err := range b.store.Residents(b.Context()) {
		if err != nil {
			b.Fatal(err)
		}
		r.Meta = records.Meta{}
		add(r)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// Wherever a source tells which version of a submission is the newer one, the register holds the newest, whatever the order in which the
// exports are imported; and importing one of them again changes nothing.
func TestTheOrderOfExportsDoesNotMatter(t *testing.T) {
	for _, e := range exportings(t) {
		t.Run(e.name, func(t *testing.T) {
			for seed := range uint64(3) {
				rng := rand.New(rand.NewPCG(seed, 7))
				var versions [][]int
				edits := make([]int, 3)
				for range 3 {
					versions = append(versions, slices.Clone(edits))
					for h := range edits {
						edits[h] += rng.IntN(2)
					}
				}
				want := ""
				for i, order := range permutations(len(versions)) {
					b := sqlite(t)
					for _, v := range append(order, order[0]) {
						if r, err := b.try(e.export(b, fmt.Sprintf("export-%d", v), versions[v]), e.m); err != nil || !r.Balanced() || r.Quarantined > 0 {
							t.Fatalf("%+v, %v, %v", r.ImportCounts, r.Messages, err)
						}
					}
					got := b.content()
					if i == 0 {
						want = got
					}
					if got != want {
						t.Fatalf("seed %d: versions %v in the order %v:\n%s\nand in their own order:\n%s", seed, versions, order, got, want)
					}
				}
			}
		})
	}
}

// What an earlier edit had wrong and a later one has right is nobody's work any more, in whichever order the two exports come.
func TestABadRowOfAnEarlierEditNeedsNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		b := newBench(t, url, records.RoleDevice)
		for _, e := range exportings(t)[1:3] {
			damage := func(path string) string { // of the second member
				text, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				return b.file(filepath.Base(path), strings.Replace(string(text), "Sunita Devi,F", "Sunita Devi,X", 1))
			}
			b.want(e.export(b, "later", []int{1}), e.m, 3, 0, 0, 0)
			r := b.want(damage(e.export(b, "earlier", []int{0})), e.m, 0, 0, 2, 0)
			if r.RejectsFile != "" || b.census().HeldBack != 0 {
				t.Errorf("%s: %+v", e.name, b.census())
			}
			r = b.want(damage(e.export(b, "latest", []int{3})), e.m, 0, 1, 1, 1) // a later edit that is bad is held back
			if _, err := b.store.UndoImport(t.Context(), r.Import, "tester", "2026-12"); err != nil {
				t.Fatal(err)
			}
			list, err := b.store.Imports(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, entry := range list {
				if entry.UndoneAt != "" {
					continue
				}
				if _, err := b.store.UndoImport(t.Context(), entry.ID, "tester", "2026-12"); err != nil {
					t.Fatal(err)
				}
			}
			if c := b.census(); c != (store.Census{}) {
				t.Fatalf("census %+v", c)
			}
		}
		export := func(root, loop string) string {
			return b.zipped("ward.zip", "ward.csv", root, "ward-members.csv", loop)
		}
		edited := strings.Replace(odkRoot, "collect:1,0,1", "collect:1,2,1", 1)
		bad := strings.NewReplacer("Ramesh Kumar,head,M", "Ramesh Kumar,head,X")
		b.want(export(edited, odkLoop), nil, 5, 0, 0, 0)
		b.want(export(odkRoot, bad.Replace(odkLoop)), nil, 0, 0, 5, 0)
	})
}

func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var all [][]int
	for _, p := range permutations(n - 1) {
		for i := range n {
			all = append(all, slices.Insert(slices.Clone(p), i, n-1))
		}
	}
	slices.SortFunc(all, slices.Compare)
	return all
}

// What every import changed stays known: a history tells each version that the register has held.
func TestEveryVersionThatWasHeldIsInTheHistory(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		b := newBench(t, url, records.RoleCentre)
		e := exportings(t)[1]
		for _, v := range []int{0, 1, 3, 2} {
			if _, err := b.try(e.export(b, fmt.Sprintf("export-%d", v), []int{v}), e.m); err != nil {
				t.Fatal(err)
			}
		}
		list, err := b.store.Histories(t.Context(), "H0/1")
		if err != nil || len(list) != 1 {
			t.Fatalf("%+v, %v", list, err)
		}
		var told []string
		for _, r := range list[0].Revisions {
			change := "new"
			for _, c := range r.Changes {
				change = c.From + " " + c.To
			}
			told = append(told, r.File+": "+change)
		}
		want := []string{"export-0.csv: new", "export-1.csv: +919876501200 +919876501201", "export-3.csv: +919876501201 +919876501203"}
		if !slices.Equal(told, want) {
			t.Errorf("history %q", told)
		}
	})
}
