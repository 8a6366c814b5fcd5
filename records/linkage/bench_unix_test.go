//go:build unix

package linkage

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"syscall"
	"testing"
)

func cpuSeconds() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

func benchLink(b *testing.B, s labelled) {
	b.ReportAllocs()
	before := cpuSeconds()
	n := 0
	var r *Result
	for b.Loop() {
		var err error
		if r, err = Link(context.Background(), s.seq(), Options{Extra: s.extra}); err != nil {
			b.Fatal(err)
		}
		n += len(s.records)
	}
	b.ReportMetric(float64(n)/(cpuSeconds()-before), "rows/cpu-s")
	got := s.clusters(r)
	reviews, right := s.reviews(r)
	b.ReportMetric(got.precision(), "precision")
	b.ReportMetric(got.recall(), "recall")
	b.ReportMetric(got.f1(), "F1")
	b.ReportMetric((got.right+right)/got.there, "recall+review")
	b.ReportMetric(1000*reviews/float64(len(s.records)), "reviews/1000")
	b.ReportMetric(float64(r.Compared)/float64(len(s.records)), "pairs/row")
}

func BenchmarkLinkFebrl1_1000(b *testing.B) { benchLink(b, febrl(b, "linkage/febrl_dataset1.csv")) }

func BenchmarkLinkFebrl2_5000(b *testing.B)    { benchLink(b, febrl(b, "linkage/febrl_dataset2.csv")) }
func BenchmarkLinkFake_1000(b *testing.B)      { benchLink(b, fake1000(b)) }
func BenchmarkLinkHomes_90000(b *testing.B)    { benchLink(b, newTown(b, 20_000, 1, 1).build()) }
func BenchmarkLinkBadHomes_90000(b *testing.B) { benchLink(b, newTown(b, 20_000, 1, 2).build()) }

// BenchmarkFairness prints how well each kind of person is served.
func BenchmarkFairness_90000(b *testing.B) {
	s := newTown(b, 20_000, 2, 1.5).build()
	r := link(b, s, Options{})
	kinds := map[string]func(Record) bool{
		"women":                   func(r Record) bool { return r.Sex == "F" },
		"men":                     func(r Record) bool { return r.Sex == "M" },
		"Muslim surnames":         func(r Record) bool { return hasSurname(r, townMuslim) },
		"no full date of birth":   func(r Record) bool { return r.BirthDay == 0 },
		"full date of birth":      func(r Record) bool { return r.BirthDay > 0 },
		"Devanagari only":         func(r Record) bool { return r.FullName == "" },
		"no father's name":        func(r Record) bool { return r.FatherOrHusband == "" },
		"no mobile or a dummy":    func(r Record) bool { return standardMobile(r.Mobile) == "" },
		"children under fifteen":  func(r Record) bool { return r.HasAge && r.Age < 15 || r.BirthYear > 2010 },
		"sixty and older":         func(r Record) bool { return r.HasAge && r.Age >= 60 || r.BirthYear > 0 && r.BirthYear <= 1965 },
		"everyone (for the rest)": func(Record) bool { return true },
	}
	var names []string
	for k := range kinds {
		names = append(names, k)
	}
	sort.Strings(names)
	for b.Loop() {
	}
	for _, k := range names {
		var c scorecard
		byTruth := map[string][]int{}
		for i := range s.records {
			byTruth[s.truth[i]] = append(byTruth[s.truth[i]], i)
		}
		for _, g := range byTruth {
			for x := range g {
				for y := range x {
					if kinds[k](s.records[g[x]]) || kinds[k](s.records[g[y]]) {
						c.there++
						if r.Person(uint32(g[x])) == r.Person(uint32(g[y])) {
							c.right++
						}
					}
				}
			}
		}
		for _, p := range r.Pairs {
			if p.Decision == Match && (kinds[k](s.records[p.Left]) || kinds[k](s.records[p.Right])) {
				c.found++
			}
		}
		fmt.Printf("%-26s pairs %6.0f recall %.4f precision %.4f\n", k, c.there, c.recall(), min(c.precision(), 1))
	}
}

func hasSurname(r Record, names []named) bool {
	for _, n := range names {
		if strings.Contains(r.FullName, n.latin) || n.hindi != "" && strings.Contains(r.FullNameAlt, n.hindi) {
			return true
		}
	}
	return false
}
