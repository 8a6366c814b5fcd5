package linkage

import (
	"context"
	"encoding/csv"
	"io"
	"iter"
	"os"
	"strings"
	"testing"
)

// A labelled set is records with the true person of each.
type labelled struct {
	records []Record
	truth   []string
	extra   []string
}

func (s labelled) seq() iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for _, r := range s.records {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// A scorecard compares pairs found with pairs there are.
type scorecard struct{ found, right, there float64 }

func (s scorecard) precision() float64 { return s.right / max(s.found, 1) }
func (s scorecard) recall() float64    { return s.right / max(s.there, 1) }
func (s scorecard) f1() float64        { return 2 * s.right / max(s.found+s.there, 1) }

// clusters scores all pairs inside the clusters found against all pairs inside the true ones.
func (s labelled) clusters(r *Result) scorecard {
	var c scorecard
	pairs := func(n int) float64 { return float64(n) * float64(n-1) / 2 }
	byPerson, byTruth, both := map[string]int{}, map[string]int{}, map[[2]string]int{}
	for i := range s.records {
		p := r.Person(uint32(i))
		byPerson[p]++
		byTruth[s.truth[i]]++
		both[[2]string{p, s.truth[i]}]++
	}
	for _, n := range byPerson {
		c.found += pairs(n)
	}
	for _, n := range byTruth {
		c.there += pairs(n)
	}
	for _, n := range both {
		c.right += pairs(n)
	}
	return c
}

// reviews counts review pairs and the true pairs among them.
func (s labelled) reviews(r *Result) (n, right float64) {
	for _, p := range r.Pairs {
		if p.Decision == Review {
			n++
			if s.truth[p.Left] == s.truth[p.Right] {
				right++
			}
		}
	}
	return n, right
}

func link(t testing.TB, s labelled, opts Options) *Result {
	t.Helper()
	opts.Extra = s.extra
	r, err := Link(context.Background(), s.seq(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func readCSV(t testing.TB, name string) (header map[string]int, rows [][]string) {
	t.Helper()
	f, err := os.Open(sharedData(t, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.TrimLeadingSpace = true
	header = map[string]int{}
	for {
		row, err := r.Read()
		if err == io.EOF {
			return header, rows
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(header) == 0 {
			for i, h := range row {
				header[h] = i
			}
			continue
		}
		rows = append(rows, row)
	}
}

func febrl(t testing.TB, name string) labelled {
	h, rows := readCSV(t, name)
	s := labelled{extra: []string{"address_2", "state"}}
	for _, row := range rows {
		get := func(c string) string { return strings.TrimSpace(row[h[c]]) }
		r := Record{
			ID: get("rec_id"), GivenName: get("given_name"), FamilyName: get("surname"), HouseNo: get("street_number"), Address: get("address_1"),
			Locality: get("suburb"), PIN: get("postcode"), Extra: []string{get("address_2"), get("state")},
		}
		r.BirthYear, r.BirthMonth, r.BirthDay, _ = ParseBirth(get("date_of_birth"))
		s.records = append(s.records, r)
		s.truth = append(s.truth, strings.Split(r.ID, "-")[1])
	}
	return s
}

func fake1000(t testing.TB) labelled {
	h, rows := readCSV(t, "linkage/fake_1000.csv")
	s := labelled{extra: []string{"email"}}
	for _, row := range rows {
		get := func(c string) string { return row[h[c]] }
		r := Record{ID: get("unique_id"), GivenName: get("first_name"), FamilyName: get("surname"), Locality: get("city"), Extra: []string{get("email")}}
		r.BirthYear, r.BirthMonth, r.BirthDay, _ = ParseBirth(get("dob"))
		s.records = append(s.records, r)
		s.truth = append(s.truth, get("cluster"))
	}
	return s
}

func TestTheLearningSetsAreLinkedWell(t *testing.T) {
	for _, c := range []struct {
		name  string
		set   func(testing.TB) labelled
		floor float64
	}{
		{"febrl 1", func(t testing.TB) labelled { return febrl(t, "linkage/febrl_dataset1.csv") }, 0.995},
		{"febrl 2", func(t testing.TB) labelled { return febrl(t, "linkage/febrl_dataset2.csv") }, 0.995},
		{"fake 1000", fake1000, 0.95},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := c.set(t)
			r := link(t, s, Options{})
			got := s.clusters(r)
			n, right := s.reviews(r)
			t.Logf("precision %.4f recall %.4f F1 %.4f; %d compared, reviews %.0f of which true %.0f, refused %v", got.precision(), got.recall(), got.f1(), r.Compared, n, right, r.Refused)
			if got.f1() < c.floor {
				t.Errorf("F1 is %.4f, below %.3f", got.f1(), c.floor)
			}
		})
	}
}
