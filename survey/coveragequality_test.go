package survey

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// crowd makes n enumerators of ordinary work.
func crowd(n int) []Facts {
	all := make([]Facts, n)
	for i := range all {
		f := Facts{
			Team: "T1", Enumerator: fmt.Sprintf("E%02d", i), Interviews: 100, Refused: 2 + i%3, NoPhone: 5 + i%5, Busiest: 11 + i%4,
			Phones: 90, Shared: 4 + i%3, Located: 80, SameSpot: i % 2, Residents: 400, NoBirth: 100 + 7*(i%4),
		}
		for age := range f.Ages {
			f.Ages[age] = 4
			if age%5 == 0 {
				f.Ages[age] = 6 + i%2
			}
		}
		for m := 12; m < 30; m++ {
			f.Minutes[m+i%3] = 5
		}
		all[i] = f
	}
	return all
}

func looksOf(all []Facts) map[Measure]int {
	n := map[Measure]int{}
	for _, l := range Looks(Compare(all)) {
		for _, p := range l.At {
			n[p.Measure]++
		}
	}
	return n
}

func TestCompare(t *testing.T) {
	if n := looksOf(crowd(20)); len(n) != 0 {
		t.Errorf("ordinary work stands out: %v", n)
	}
	for _, c := range []struct {
		name string
		m    Measure
		make func(*Facts)
	}{
		{"interviews of three minutes", MeasureLength, func(f *Facts) { f.Minutes = [241]int{3: 90} }},
		{"every age is round", MeasureHeaping, func(f *Facts) { f.Ages = [100]int{25: 30, 30: 40, 35: 30, 40: 50, 50: 50} }},
		{"one phone for many", MeasureShared, func(f *Facts) { f.Shared = 40 }},
		{"one spot for many", MeasureSpot, func(f *Facts) { f.SameSpot = 60 }},
		{"a third refuses", MeasureRefused, func(f *Facts) { f.Refused = 50 }},
		{"no phones", MeasureNoPhone, func(f *Facts) { f.NoPhone = 60 }},
		{"no births", MeasureNoBirth, func(f *Facts) { f.NoBirth = 390 }},
		{"ninety a day", MeasureBusiest, func(f *Facts) { f.Busiest = 90 }},
	} {
		all := crowd(20)
		c.make(&all[7])
		looks := Looks(Compare(all))
		if len(looks) != 1 || looks[0].Enumerator != "E07" || len(looks[0].At) != 1 || looks[0].At[0].Measure != c.m {
			t.Errorf("%s: %+v", c.name, looks)
		}
		few := crowd(7)
		c.make(&few[3])
		if n := looksOf(few); len(n) != 0 {
			t.Errorf("%s, among seven: %v", c.name, n)
		}
	}
	small := crowd(20)
	small[3] = Facts{Team: "T1", Enumerator: "E03", Interviews: 12, Refused: 6, Busiest: 12}
	if n := looksOf(small); len(n) != 0 {
		t.Errorf("one who has hardly begun: %v", n)
	}
	good := crowd(20)
	good[3].Refused, good[3].NoPhone, good[3].Minutes = 0, 0, [241]int{200: 90}
	if n := looksOf(good); len(n) != 0 {
		t.Errorf("one who does better than the others: %v", n)
	}
}

// In a ward of twelve, one or two who make things up do not hide each other by widening what is usual.
func TestTheFewInASmallTeamStandOut(t *testing.T) {
	for _, c := range []struct {
		name string
		m    Measure
		make func(*Facts)
	}{
		{"every age is round", MeasureHeaping, func(f *Facts) {
			f.Ages = [100]int{}
			for age := 25; age < 65; age += 5 {
				f.Ages[age] = 25
			}
		}},
		{"one phone for half of them", MeasureShared, func(f *Facts) { f.Shared = 45 }},
		{"nobody's year of birth", MeasureNoBirth, func(f *Facts) { f.NoBirth = 395 }},
		{"a third refuses", MeasureRefused, func(f *Facts) { f.Refused = 50 }},
		{"interviews of three minutes", MeasureLength, func(f *Facts) { f.Minutes = [241]int{3: 90} }},
	} {
		for _, who := range [][]int{{5}, {2, 9}} {
			all := crowd(12)
			for _, i := range who {
				c.make(&all[i])
			}
			looks := Looks(Compare(all))
			if len(looks) != len(who) || len(looks[0].At) != 1 || looks[0].At[0].Measure != c.m {
				t.Errorf("%s, by %d of 12: %+v", c.name, len(who), looks)
			}
			for _, m := range Compare(all) {
				for _, p := range m.Points {
					if m.Measure == c.m && m.IsShare() && p.Look != (p.Value > m.Edge(float64(p.Of))) {
						t.Errorf("%s: the picture and the words differ over %+v, edge %g", c.name, p, m.Edge(float64(p.Of)))
					}
				}
			}
		}
	}
}

// Quarters differ: where each enumerator's people have a share of their own, hardly anybody stands out for it.
func TestQuartersThatDifferMakeFewStandOut(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	looked, compared := 0, 0
	for range 300 {
		all := crowd(12)
		for i := range all {
			share := min(max(0.15+0.06*r.NormFloat64(), 0.01), 0.9)
			all[i].NoPhone = 0
			for range all[i].Interviews {
				if r.Float64() < share {
					all[i].NoPhone++
				}
			}
		}
		looked, compared = looked+looksOf(all)[MeasureNoPhone], compared+len(all)
	}
	if looked > compared/100 {
		t.Errorf("%d of %d stand out", looked, compared)
	}
}

// Where everybody draws from one urn, about one of all who are compared stands out by chance.
func TestChanceAloneMakesFewStandOut(t *testing.T) {
	all := crowd(2000)
	state := uint64(9)
	random := func() float64 {
		state = state*6364136223846793005 + 1442695040888963407
		return float64(state>>11) / (1 << 53)
	}
	draw := func(n int, p float64) (k int) {
		for range n {
			if random() < p {
				k++
			}
		}
		return k
	}
	for i := range all {
		all[i].Refused = draw(100, 0.03)
		all[i].NoPhone = draw(100, 0.07)
		all[i].NoBirth = draw(400, 0.3)
	}
	n := looksOf(all)
	for _, m := range []Measure{MeasureRefused, MeasureNoPhone, MeasureNoBirth} {
		if n[m] > 2 {
			t.Errorf("%s: %d of 2000 stand out by chance", m, n[m])
		}
	}
}

// An urn's exact tails, by counting: at 10 draws of 0.1, P(X ≥ 5) = 0.0016349, P(X = 5) = 0.0014880.
func TestExactZ(t *testing.T) {
	for _, c := range []struct {
		k, n int
		p    float64
		tail float64
	}{
		{5, 10, 0.1, 0.0016349 - 0.0014880/2},
		{0, 10, 0.1, 1 - 0.3486784/2},
		{1, 1, 0.5, 0.25},
	} {
		if got := upperTail(exactZ(c.k, c.n, c.p)); math.Abs(got-c.tail) > 1e-5 {
			t.Errorf("%d of %d at %g: tail %g, want %g", c.k, c.n, c.p, got, c.tail)
		}
	}
	if z := exactZ(5000, 5000, 0.01); z != 7 {
		t.Errorf("all of 5000 at 0.01: z = %g", z)
	}
}

// Whipple's index is 100 without rounding and 500 where every age is round.
func TestHeaping(t *testing.T) {
	var even, round Facts
	for age := range even.Ages {
		even.Ages[age] = 3
		if age%5 == 0 {
			round.Ages[age] = 3
		}
	}
	for _, c := range []struct {
		f    *Facts
		want float64
	}{{&even, 100}, {&round, 500}} {
		if seen, of := c.f.heaped(); 500*float64(seen)/float64(of) != c.want {
			t.Errorf("%d of %d, want an index of %g", seen, of, c.want)
		}
	}
}
