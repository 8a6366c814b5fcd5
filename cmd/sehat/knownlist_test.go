package main

import (
	"cmp"
	"encoding/csv"
	"errors"
	"hash/fnv"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sehat/survey"
	"sehat/survey/simulate"
)

// A knownList is a list for "dedupe --file" of which the truth is known. No column of it is named as the id, so that sehat knows
// a row by its number, and so does this.
type knownList struct {
	name    string
	path    string
	columns string   // for --columns
	who     []uint64 // hash of the person of each row
	kinds   []uint64 // of each row: a bit for each of kindNames that it is

	kindNames []string // the first is everyone
	kindBits  map[string]int
}

// nobody is the kind of rows that are about nobody: "test", "xyz".
const nobody = "nobody"

func newKnownList(name string) *knownList {
	return &knownList{name: name, kindNames: []string{"everyone"}, kindBits: map[string]int{"everyone": 0}}
}

// add tells who the next row is, and of what kinds.
func (l *knownList) add(person string, kinds ...string) {
	h := fnv.New64a()
	io.WriteString(h, person) //nolint:errcheck // it cannot fail
	mask := uint64(1)
	for _, k := range kinds {
		bit, known := l.kindBits[k]
		if !known {
			bit = len(l.kindNames)
			l.kindBits[k], l.kindNames = bit, append(l.kindNames, k)
		}
		mask |= 1 << bit
	}
	l.who, l.kinds = append(l.who, h.Sum64()), append(l.kinds, mask)
}

// learningSets are the labelled lists beside the checkout, and the names of those that are absent.
func learningSets(t testing.TB) (lists []*knownList, absent []string) {
	febrl := "given_name=given_name,family_name=surname,house_no=street_number,address_line=address_1,locality=suburb,pin_code=postcode," +
		"birth_date=date_of_birth,text:address_2=address_2,text:state=state" // and no soc_sec_id
	for _, set := range []struct{ name, file, columns, truth string }{
		{"FEBRL 1", "febrl_dataset1.csv", febrl, "rec_id"},
		{"FEBRL 2", "febrl_dataset2.csv", febrl, "rec_id"},
		{"fake_1000", "fake_1000.csv", "given_name=first_name,family_name=surname,birth_date=dob,locality=city,text:email=email", "cluster"},
	} {
		path, err := filepath.Abs(filepath.Join("..", "..", "..", "shared", "data", "linkage", set.file))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(path); err != nil {
			absent = append(absent, "../shared/data/linkage/"+set.file)
			continue
		}
		l := newKnownList(set.name)
		l.path, l.columns = path, set.columns
		eachRow(t, path, func(cell func(string) string) {
			person := cell(set.truth)
			if set.truth == "rec_id" { // rec-223-dup-0
				person = strings.Split(person, "-")[1]
			}
			l.add(person)
		})
		lists = append(lists, l)
	}
	return lists, absent
}

// simulated writes a list of about n invented people. More than a million are several cities in one list.
func simulated(c *city, n int) *knownList {
	const rowsPerHousehold = 4.15
	l := newKnownList("households")
	l.path = c.path(strconv.Itoa(n) + ".csv")
	known, at := fieldSetters(), map[string]int{} // places in the answers of a household and a member, end to end
	var header []string
	for i, f := range slices.Concat(survey.Fields(survey.Household), survey.Fields(survey.Member)) {
		at[f.Name] = i
		if known[f.Name] != nil || f.Name == "household_id" || f.Name == "contact_mobile" {
			header = append(header, f.Name)
		}
	}
	cities, listings := (n+999_999)/1_000_000, 0
	cells := make([]string, len(header))
	write := func(row func(...string) error, seed int) error {
		o := simulate.Options{Households: int(float64(n/cities) / rowsPerHousehold), Seed: uint64(seed) + 1, Format: simulate.CSV}
		for h, err := range simulate.Households(o) {
			if err != nil {
				return err
			}
			listings++
			h.Answers[at["household_id"]] = strconv.Itoa(listings) // a team's key is no city's key
			for i := range h.Members {
				m := &h.Members[i]
				answers := slices.Concat(h.Answers, m.Answers)
				for k, name := range header {
					cells[k] = answers[at[name]]
				}
				if err := row(cells...); err != nil {
					return err
				}
				l.add(strconv.Itoa(seed)+" "+m.Person, kindsOf(m, func(field string) string { return answers[at[field]] })...)
			}
		}
		return nil
	}
	err := writeCSV(l.path, header, func(row func(...string) error) (err error) {
		for seed := 0; seed < cities && err == nil; seed++ {
			err = write(row, seed)
		}
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return l
}

// kindsOf says for whom a row tests fairness: who the person is, and what was told.
func kindsOf(m *simulate.Member, told func(field string) string) []string {
	either := func(yes bool, a, b string) string {
		if yes {
			return a
		}
		return b
	}
	if m.Person[0] == '?' {
		return []string{nobody}
	}
	age := 2026 - m.Born.Year
	kinds := []string{
		"sex: " + m.Sex, "community: " + m.Culture,
		"age: " + either(age < 15, "under 15", either(age < 60, "15 to 59", "60 and over")),
		"birth told: " + either(told("birth_day") != "", "day", either(told("birth_year") != "", "year or month", "age only")),
		"script: " + either(told("full_name") == "", "Devanagari only", either(told("full_name_hi") == "", "Latin only", "both")),
		"mobile: " + either(told("mobile")+told("contact_mobile") == "", "none told", "told"),
	}
	if m.Why != "" {
		kinds = append(kinds, "listed again: "+strings.ReplaceAll(string(m.Why), "_", " "))
	}
	return kinds
}

// A tally counts pairs of rows.
type tally struct {
	there float64 // of one person
	found float64 // in one cluster
	right float64 // both
	asked float64 // of one person, and put to review
}

func (t tally) precision() float64  { return t.right / max(t.found, 1) }
func (t tally) recall() float64     { return t.right / max(t.there, 1) }
func (t tally) withReview() float64 { return (t.right + t.asked) / max(t.there, 1) }
func (t tally) f1() float64         { return 2 * t.right / max(t.found+t.there, 1) }

// A score is what a run found, held against the truth.
type score struct {
	tallies []tally // by knownList.kindNames: a pair counts for the kinds of either row
	reviews int     // pairs put to review
	junk    int     // rows about nobody that were put together with another row
}

// judge reads what "dedupe --file" wrote.
func (l *knownList) judge(t testing.TB, clusters, pairs string) score {
	s := score{tallies: make([]tally, len(l.kindNames))}
	count := func(i, j int, add func(*tally)) {
		for k := range s.tallies {
			if (l.kinds[i]|l.kinds[j])>>k&1 == 1 {
				add(&s.tallies[k])
			}
		}
	}
	number := func(text string) int { // of a row, from 0
		n, err := strconv.Atoi(text)
		if err != nil || n < 2 || n >= len(l.who)+2 {
			t.Fatalf("%s: no row is called %q", l.name, text)
		}
		return n - 2
	}
	cluster, junk := make([]uint64, len(l.who)), map[int]bool{}
	eachRow(t, clusters, func(cell func(string) string) {
		cluster[number(cell("record_id"))] = uint64(number(cell("person_id")))
	})
	pairsWithin(l.who, func(i, j int) {
		count(i, j, func(t *tally) { t.there++ })
		if cluster[i] == cluster[j] {
			count(i, j, func(t *tally) { t.right++ })
		}
	})
	bit, any := l.kindBits[nobody]
	pairsWithin(cluster, func(i, j int) {
		count(i, j, func(t *tally) { t.found++ })
		for _, row := range []int{i, j} {
			if any && l.kinds[row]>>bit&1 == 1 {
				junk[row] = true
			}
		}
	})
	s.junk = len(junk)
	eachRow(t, pairs, func(cell func(string) string) {
		if cell("decision") != "review" {
			return
		}
		s.reviews++
		if i, j := number(cell("left_id")), number(cell("right_id")); l.who[i] == l.who[j] {
			count(i, j, func(t *tally) { t.asked++ })
		}
	})
	return s
}

func TestARunIsHeldAgainstTheTruth(t *testing.T) {
	l := newKnownList("five rows")
	for _, r := range [][]string{{"asha", "women"}, {"asha", "women"}, {"ravi", "men"}, {"ravi", "men"}, {"?1", nobody}} {
		l.add(r[0], r[1:]...)
	}
	c := newCity(t, false)
	for name, text := range map[string]string{
		"clusters": "record_id,person_id\n2,2\n3,2\n4,4\n5,5\n6,4\n", // ravi is missed, and nobody is taken for him
		"pairs":    "left_id,right_id,decision\n4,5,review\n2,5,review\n2,3,match\n",
	} {
		if err := os.WriteFile(c.path(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got := l.judge(t, c.path("clusters"), c.path("pairs"))
	want := score{tallies: []tally{{2, 2, 1, 1}, {1, 1, 1, 0}, {1, 1, 0, 1}, {0, 1, 0, 0}}, reviews: 2, junk: 1}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// pairsWithin calls f with each two rows of one group.
func pairsWithin(group []uint64, f func(i, j int)) {
	order := make([]uint32, len(group))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return cmp.Compare(group[a], group[b]) })
	for i := range order {
		for j := i - 1; j >= 0 && group[order[j]] == group[order[i]]; j-- {
			f(int(order[i]), int(order[j]))
		}
	}
}

// eachRow reads a CSV with a header row by row.
func eachRow(t testing.TB, path string, f func(cell func(header string) string)) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r := csv.NewReader(file)
	r.ReuseRecord, r.TrimLeadingSpace = true, true
	column := map[string]int{}
	for {
		row, err := r.Read()
		switch {
		case errors.Is(err, io.EOF):
			return
		case err != nil:
			t.Fatal(err)
		case len(column) == 0:
			for i, h := range row {
				column[strings.Clone(h)] = i
			}
			continue
		}
		f(func(header string) string { return row[column[header]] })
	}
}
