package linkage

import (
	"fmt"
	"testing"

	"github.com/xrash/smetrics"
)

// BenchmarkLinkageNames prints how many spellings of one name each method takes for one, and how many of different names: names
// drawn at random, and each name beside the one that is written most like it. Names are different if no spelling of Devanagari
// goes with both; some of these, too, are one name to those who bear it.
func BenchmarkLinkageNames(b *testing.B) {
	latin, cross, names, native := spellings(b)
	rare, common := wordsOf(latin, cross, names), wordsOf(latin, cross, names)
	for i := range common.c.t.names.given {
		common.c.t.names.given[i] = 1000
	}
	methods := []struct {
		name string
		same func(a, b string) bool
	}{
		{"Soundex", func(x, y string) bool { return smetrics.Soundex(x) == smetrics.Soundex(y) }},
		{"Jaro–Winkler ≥ 0.92", func(x, y string) bool { return jaroWinkler(x, y) >= 0.92 }},
		{"the Indic sound key", func(x, y string) bool { return soundKey(x) == soundKey(y) }},
		{"its consonants (for blocks)", func(x, y string) bool { return skeletonKey(x) == skeletonKey(y) }},
		{"the engine, up to a slip", rare.same},
		{"the same, of names many bear", common.same},
	}
	random, near := differentNames(names, native)
	for range b.N {
		fmt.Printf("\n\nNames: pairs taken for one name, of %d of one Devanagari spelling, %d of a Latin and a Devanagari one,\n"+
			"%d of different names at random, %d of different names that are written most alike\n", len(latin), len(cross), len(random), len(near))
		fmt.Printf("  %-28s  %9s  %9s  %18s  %7s\n", "method", "one name", "Hindi", "random per million", "nearest")
		for _, m := range methods {
			of := func(pairs []spellingPair) float64 {
				n := 0
				for _, p := range pairs {
					if m.same(p.a, p.b) {
						n++
					}
				}
				return float64(n) / float64(len(pairs))
			}
			fmt.Printf("  %-28s  %9.4f  %9.4f  %18.0f  %7.4f\n", m.name, of(latin), of(cross), 1e6*of(random), of(near))
		}
	}
}

// words compares words as the engine does.
type words struct {
	c  *comparer
	no map[string]uint32
}

func wordsOf(latin, cross []spellingPair, names []string) words {
	w := words{&comparer{t: &table{names: newTokens()}, seen: newLevelCache(tokenCacheBits)}, map[string]uint32{}}
	for _, n := range names {
		w.no[n] = w.c.t.names.add(n)
	}
	for _, p := range append(latin[:len(latin):len(latin)], cross...) {
		w.no[p.a], w.no[p.b] = w.c.t.names.add(p.a), w.c.t.names.add(p.b)
	}
	w.c.t.names.words.close()
	w.c.t.names.count(&column[row]{})
	return w
}

func (w words) same(a, b string) bool { return good(w.c.token(w.no[a], w.no[b])) }

// differentNames gives pairs of different names at random, as far as a walk in steps is that, and pairs of each fifth name with the
// different one that Jaro–Winkler finds nearest.
func differentNames(names, native []string) (random, near []spellingPair) {
	variants := map[[2]string]bool{} // a Latin and a Devanagari spelling of one name
	of := map[string][]string{}
	for i, n := range names {
		variants[[2]string{n, native[i]}] = true
		of[n] = append(of[n], native[i])
	}
	different := func(i, j int) bool {
		if names[i] == names[j] {
			return false
		}
		for _, d := range of[names[i]] {
			if variants[[2]string{names[j], d}] {
				return false
			}
		}
		return true
	}
	for i := 0; i < len(names); i += 3 {
		for j := i + 1; j < len(names); j += 7 {
			if different(i, j) {
				random = append(random, spellingPair{names[i], names[j]})
			}
		}
	}
	for i := 0; i < len(names); i += 5 {
		best, at := 0.0, i
		for j := range names {
			if jw := jaroWinkler(names[i], names[j]); jw > best && different(i, j) {
				best, at = jw, j
			}
		}
		if at != i {
			near = append(near, spellingPair{names[i], names[at]})
		}
	}
	return random, near
}

// BenchmarkLinkageReach prints which share of the true pairs of invented towns was compared at all, as it is and as the engine
// estimates it.
func BenchmarkLinkageReach(b *testing.B) {
	for range b.N {
		fmt.Print("\n\nCandidates: the share of all true pairs that was compared, in invented towns\n")
		fmt.Printf("  %-40s  %6s  %6s  %12s  %9s  %9s\n", "town", "rows", "pairs", "blocks alone", "in truth", "estimated")
		for _, c := range []struct {
			name   string
			houses int
			noise  float64
			listed bool
		}{
			{"usual errors", 10_000, 1, true},
			{"more errors, few names", 10_000, 1.5, true},
			{"many errors, few names", 10_000, 2, true},
			{"usual errors, listings not told", 10_000, 1, false},
		} {
			s := newTown(b, c.houses, 1, c.noise).build()
			for i := range s.records {
				if !c.listed {
					s.records[i].Household, s.records[i].Line = "", ""
				}
			}
			r := link(b, s, Options{Keep: true})
			there, blocked, met := s.reached(r)
			fmt.Printf("  %-40s  %6d  %6.0f  %12.4f  %9.4f  %9.4f\n", c.name, len(s.records), there, blocked/there, met/there, r.Blocks.Completeness)
		}
	}
}

// reached counts the true pairs, those that blocks brought together, and those that blocks or their households did.
func (s labelled) reached(r *Result) (there, blocked, met float64) {
	homes := func(a, b uint32) uint64 { return pairKey(r.l.t.row(a).household, r.l.t.row(b).household) }
	together := map[uint64]bool{}
	for _, e := range r.fresh {
		together[homes(e.a, e.b)] = r.l.t.houseCount > 0
	}
	rows := map[string][]uint32{}
	for i, who := range s.truth {
		for _, j := range rows[who] {
			there++
			if r.l.b.earlier(uint32(i), j, len(r.l.b.passes)) {
				blocked++
				met++
			} else if together[homes(uint32(i), j)] {
				met++
			}
		}
		rows[who] = append(rows[who], uint32(i))
	}
	return there, blocked, met
}
