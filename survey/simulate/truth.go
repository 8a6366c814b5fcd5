package simulate

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"

	"sehat/survey"
)

// truthHeaders are the columns of the truth's files: see the package's documentation.
var truthHeaders = map[string][]string{
	"people.csv": {"file", "row", "ward_code", "team_id", "household_id", "member_id", "line_no", "resident_id", "person_id", "why", "community", "sex", "born", "twin"},
	"pairs.csv":  {"left_resident_id", "right_resident_id", "person_id", "why", "left_household", "left_line", "right_household", "right_line"},
	"bad_rows.csv": {
		"file", "level", "row", "ward_code", "team_id", "household_id", "member_id", "line_no", "household_uuid", "resident_id", "field", "rule", "severity", "kind",
	},
}

// A truthPart is the truth about one file.
type truthPart struct {
	people, pairs, bad [][]string
	report             Report
}

// tell adds the truth about a household.
func (w *world) tell(t *truthPart, h *Household) {
	t.report.Households++
	key := secret(h.Bad, h.Key)
	t.count(h.Bad)
	for _, b := range h.Bad {
		t.bad = append(t.bad, []string{
			h.File, "household", strconv.Itoa(h.Row), h.Ward, h.Team, key, "", "", h.ID, "", b.Field, b.Rule, b.Severity.String(), b.Kind,
		})
	}
	for i := range h.Members {
		m := &h.Members[i]
		line, row := strconv.Itoa(m.Line), strconv.Itoa(m.Row)
		link, member := m.HouseholdKey, secret(m.Bad, m.Key)
		if link == h.Key {
			link = key
		}
		t.people = append(t.people, []string{
			h.File, row, h.Ward, h.Team, link, member, line, m.ID, m.Person, string(m.Why), m.Culture, m.Sex, m.Born.String(), yes(m.Twin),
		})
		t.report.Members++
		if m.Why != "" {
			t.report.Duplicates++
		} else if m.Person[0] != '?' {
			t.report.Persons++
		}
		t.count(m.Bad)
		for _, b := range m.Bad {
			t.bad = append(t.bad, []string{
				h.File, "member", row, h.Ward, h.Team, link, member, line, h.ID, m.ID, b.Field, b.Rule, b.Severity.String(), b.Kind,
			})
		}
	}
	w.tellPairs(t, h)
}

// secret hides a key that is an Aadhaar-like number.
func secret(bad []Bad, key string) string {
	for _, b := range bad {
		if b.Rule == survey.RuleAadhaarInKey {
			return ""
		}
	}
	return key
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

func (t *truthPart) count(bad []Bad) {
	switch {
	case len(bad) == 0:
	case slices.ContainsFunc(bad, func(b Bad) bool { return b.Severity == survey.Error }):
		t.report.BadRows++
	default:
		t.report.Warnings++
	}
}

// tellPairs adds the pairs of this household's members with their earlier listings, which are made once more for it.
func (w *world) tellPairs(t *truthPart, h *Household) {
	pair := func(earlier *Household, why Reason) {
		for i := range earlier.Members {
			a := &earlier.Members[i]
			for j := range h.Members {
				if b := &h.Members[j]; a.Person == b.Person {
					t.pairs = append(t.pairs, []string{
						a.ID, b.ID, b.Person, string(why), secret(earlier.Bad, earlier.Key), strconv.Itoa(a.Line), secret(h.Bad, h.Key), strconv.Itoa(b.Line),
					})
				}
			}
		}
	}
	if g, ok := w.plan.guests[h.unit]; ok && h.nth == 0 {
		at := w.visit(w.plan.firstListing(g.unit))
		pair(&at, g.why)
	}
	if h.nth == 0 {
		return
	}
	for _, l := range w.listings(h.unit)[:h.nth] {
		at := w.visit(l)
		why := SurveyedTwice
		if w.trapOf(h.unit) == moves {
			why = Moved
		}
		pair(&at, why)
	}
}

// A truth writes the parts in the order of the files, whatever the order in which they come.
type truth struct {
	mu      sync.Mutex
	dir     string
	files   map[string]*os.File
	waiting map[int]truthPart
	next    int
	report  Report
}

func newTruth(dir string) (*truth, error) {
	t := &truth{dir: dir, files: map[string]*os.File{}, waiting: map[int]truthPart{}}
	for name, header := range truthHeaders {
		f, err := os.CreateTemp(dir, temporary)
		if err != nil {
			t.abandon()
			return nil, err
		}
		t.files[name] = f
		if err := t.write(name, [][]string{header}); err != nil {
			t.abandon()
			return nil, err
		}
	}
	return t, nil
}

func (t *truth) add(i int, part truthPart) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting[i] = part
	for {
		p, ok := t.waiting[t.next]
		if !ok {
			return nil
		}
		delete(t.waiting, t.next)
		t.next++
		t.report.add(p.report)
		for name, rows := range map[string][][]string{"people.csv": p.people, "pairs.csv": p.pairs, "bad_rows.csv": p.bad} {
			if err := t.write(name, rows); err != nil {
				return err
			}
		}
	}
}

func (t *truth) write(name string, rows [][]string) error {
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	if err := out.WriteAll(rows); err != nil {
		return err
	}
	_, err := t.files[name].Write(b.Bytes())
	return err
}

// close gives the files their names.
func (t *truth) close() error {
	for name, f := range t.files {
		err := f.Chmod(0o644)
		if err == nil {
			err = f.Sync()
		}
		if e := f.Close(); err == nil {
			err = e
		}
		if err == nil {
			err = os.Rename(f.Name(), filepath.Join(t.dir, name))
		}
		if err != nil {
			return err
		}
		delete(t.files, name)
	}
	return nil
}

// abandon removes what has no name yet.
func (t *truth) abandon() {
	for _, f := range t.files {
		f.Close()           //nolint:errcheck // it goes away
		os.Remove(f.Name()) //nolint:errcheck // as above
	}
}
