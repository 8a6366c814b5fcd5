package survey

import (
	"cmp"
	"math"
	"slices"
)

// Facts are what is known of an enumerator's work in a round: counts only. An enumerator is told by team and id, which are
// the survey's own names for its staff.
type Facts struct {
	Team, Enumerator string

	Interviews int      // households complete or partial
	Refused    int      // households that refused
	NoPhone    int      // interviews without the household's phone
	Busiest    int      // interviews on the busiest day
	Phones     int      // interviews with a phone
	Shared     int      // of these, with a phone that another household has, too
	Located    int      // interviews with GPS
	SameSpot   int      // of these, at exactly the place of another household of the same enumerator
	Residents  int      // listed
	NoBirth    int      // of these, with an age at most: not even the year of birth was told
	Ages       [100]int // residents by age in whole years
	Minutes    [241]int // interviews by length in whole minutes, as far as start and end were recorded; 240 and more in the last
}

// A Measure is a question about an enumerator's work that can be asked of the others, too.
type Measure string

// The measures. All look to one side: few refusals, or long interviews, are nobody's worry.
const (
	MeasureLength  Measure = "length"        // half of the interviews are shorter than this, in minutes
	MeasureHeaping Measure = "heaping"       // share of ages from 23 to 62 that end in 0 or 5: a fifth of Whipple's index / 100
	MeasureShared  Measure = "shared_phones" // share of phones that another household has, too
	MeasureRefused Measure = "refused"       // share of refusals among those who were met
	MeasureNoPhone Measure = "no_phone"      // share of interviews without a phone
	MeasureNoBirth Measure = "no_birth"      // share of residents without a year of birth
	MeasureBusiest Measure = "busiest_day"   // interviews on the busiest day
	MeasureSpot    Measure = "same_spot"     // share of households at exactly the place of another one
)

// A Point is one enumerator under one measure.
type Point struct {
	Team       string  `json:"team"`
	Enumerator string  `json:"enumerator"`
	Of         int     `json:"of"`    // how many it was measured on
	Value      float64 `json:"value"` // a share, minutes or interviews
	Z          float64 `json:"z"`     // how far from the others, in their own spread; positive is the side to look at
	Look       bool    `json:"look"`
	seen       int     // of a share, what it counts
}

// A Comparison is one measure over all enumerators who did enough for it.
type Comparison struct {
	Measure Measure `json:"measure"`
	Others  float64 `json:"others"`         // what is usual: of a share, all together but for those far from it; the median else
	Spread  float64 `json:"spread"`         // of a share: how much more they differ than by chance, 1 or more (√φ); else the typical distance from the median, of logarithms
	Limit   float64 `json:"limit"`          // of z, from which on one is worth a look
	Chance  float64 `json:"by_chance"`      // how many would be past it by chance alone
	Points  []Point `json:"points"`         // by team and enumerator
	Few     bool    `json:"few,omitempty"`  // fewer than eight to compare: nothing is said
	Told    bool    `json:"told,omitempty"` // anybody recorded it at all
}

// Enough to compare: enumerators, and for each of them households, or ages and residents. Of three refusals nothing follows.
const (
	leastCompared   = 8
	leastHouseholds = 20
	leastPeople     = 50
	leastSeen       = 3

	// In a well drilled team all are alike; an interview that is a tenth shorter than the others is still nothing to look at.
	leastSpread = 0.1
)

// Compare holds the enumerators beside each other. What it finds is where to look first, and no more: a hard ward, a new phone
// or a good reason look the same from here.
//
// Shares are put on a funnel plot: with small numbers the limits are wide. The limit is three standard errors from the share of
// all the others (D. J. Spiegelhalter, Funnel plots for comparing institutional performance, Statistics in Medicine 24, 2005,
// 1185–1202), by the exact binomial tail, mid-p, because refusals are few; widened where all differ from each other more
// than chance by the multiplicative factor φ, from winsorised z-scores (D. J. Spiegelhalter, Handling over-dispersion of
// performance indicators, Quality and Safety in Health Care 14, 2005, 347–351). He winsorises at a tenth; here it is a fifth, because in a
// ward of twelve enumerators two who make things up would otherwise widen the limits until neither is past them. For the same reason
// whoever is past the limit is no longer among the others by whom the rest is measured.
//
// Lengths and busiest days, as logarithms, are held against the median by the median of the distances from it: a modified z-score
// above 3.5 (B. Iglewicz and D. C. Hoaglin, How to detect and handle outliers, 1993).
//
// Where many are compared, all limits are wider: no more than one of all these points should be past them by chance alone
// (Bonferroni's bound with one for the number of false alarms that a supervisor bears in a report).
//
// Heaping is Whipple's index, 500 times this share: 100 where nobody rounds, 500 where everybody does (United Nations, Methods of
// appraisal of quality of basic data for population estimates, Manual II, 1955).
func Compare(all []Facts) []Comparison {
	shares := []struct {
		m     Measure
		least int
		of    func(*Facts) (seen, of int)
	}{
		{MeasureHeaping, leastPeople, (*Facts).heaped},
		{MeasureShared, leastHouseholds, func(f *Facts) (int, int) { return f.Shared, f.Phones }},
		{MeasureSpot, leastHouseholds, func(f *Facts) (int, int) { return f.SameSpot, f.Located }},
		{MeasureRefused, leastHouseholds, func(f *Facts) (int, int) { return f.Refused, f.Refused + f.Interviews }},
		{MeasureNoPhone, leastHouseholds, func(f *Facts) (int, int) { return f.NoPhone, f.Interviews }},
		{MeasureNoBirth, leastPeople, func(f *Facts) (int, int) { return f.NoBirth, f.Residents }},
	}
	out := []Comparison{compareLevels(MeasureLength, all), compareLevels(MeasureBusiest, all)}
	for _, s := range shares {
		out = append(out, compareShares(s.m, all, s.least, s.of))
	}
	points := 0
	for i := range out {
		if !out[i].Few {
			points += len(out[i].Points)
		}
	}
	for i := range out {
		out[i].judge(points)
	}
	return out
}

// judge marks who is past the limit, where so many points are compared in all.
func (c *Comparison) judge(points int) {
	if c.Few {
		return
	}
	c.Limit = max(c.Limit, quantileAbove(1/float64(max(points, 2))))
	for i := range c.Points {
		p := &c.Points[i]
		p.Look = p.Z > c.Limit && (!c.IsShare() || p.seen >= leastSeen)
	}
	if c.Others > 0 {
		c.Chance = float64(len(c.Points)) * upperTail(c.Limit)
	}
}

// heaped counts the ages of Whipple's index.
func (f *Facts) heaped() (seen, of int) {
	for age := 23; age <= 62; age++ {
		of += f.Ages[age]
		if age%5 == 0 {
			seen += f.Ages[age]
		}
	}
	return seen, of
}

// minutes is the median length of the interviews, and how many were timed.
func (f *Facts) minutes() (median float64, timed int) {
	for _, n := range f.Minutes {
		timed += n
	}
	sum := 0
	for m, n := range f.Minutes {
		if sum += n; 2*sum >= timed && timed > 0 {
			return float64(m), timed
		}
	}
	return 0, timed
}

// Edge is the value from which on one is worth a look that was measured on n.
func (c Comparison) Edge(n float64) float64 {
	switch c.Measure {
	case MeasureLength:
		return c.Others * math.Exp(-c.Limit*c.Spread/0.6745)
	case MeasureBusiest:
		return c.Others * math.Exp(c.Limit*c.Spread/0.6745)
	}
	return c.Others + c.Limit*c.Spread*math.Sqrt(c.Others*(1-c.Others)/n)
}

// IsShare reports whether the values are shares.
func (c Comparison) IsShare() bool { return c.Measure != MeasureLength && c.Measure != MeasureBusiest }

func compareShares(m Measure, all []Facts, least int, of func(*Facts) (int, int)) Comparison {
	c := Comparison{Measure: m, Limit: 3, Spread: 1}
	type counted struct{ seen, of int }
	var counts []counted
	seen, sum := 0, 0
	for i := range all {
		f := &all[i]
		s, n := of(f)
		c.Told = c.Told || n > 0
		if n >= least {
			seen, sum = seen+s, sum+n
			counts = append(counts, counted{s, n})
			c.Points = append(c.Points, Point{Team: f.Team, Enumerator: f.Enumerator, Of: n, Value: float64(s) / float64(n)})
		}
	}
	if c.Few = len(counts) < leastCompared; c.Few {
		return c
	}
	whole := sum // of those measured, half at least stay the others
	if seen == 0 || seen == sum {
		c.Others = float64(seen) / float64(sum)
		return c // all alike
	}
	far := make([]bool, len(counts))
	for range counts { // until nobody more is far from the others; mostly once or twice
		z := make([]float64, len(counts))
		plain := make([]float64, len(counts))
		for i, k := range counts {
			others, of := seen, sum
			if !far[i] {
				others, of = seen-k.seen, sum-k.of
			}
			usual := (float64(others) + 0.5) / (float64(of) + 1)
			plain[i] = (float64(k.seen)/float64(k.of) - usual) / math.Sqrt(usual*(1-usual)/float64(k.of))
			if z[i] = exactZ(k.seen, k.of, usual); z[i] == farthest { // where the tail can no longer be counted
				z[i] = max(z[i], plain[i])
			}
		}
		c.Others, c.Spread = float64(seen)/float64(sum), overdispersion(plain)
		more := false
		for i, k := range counts {
			p := &c.Points[i]
			p.Z, p.seen = z[i]/c.Spread, k.seen
			if p.Z > c.Limit && k.seen >= leastSeen && !far[i] && seen > k.seen && 2*(sum-k.of) > whole {
				far[i], more = true, true
				seen, sum = seen-k.seen, sum-k.of
			}
		}
		if !more {
			break
		}
	}
	return c
}

// overdispersion is √φ, at least 1: the mean square of z from its median, winsorised at a fifth, over what that is of a normal distribution.
func overdispersion(z []float64) float64 {
	const ofNormal = 0.412 // ∫z² within ±0.842, and 0.842² for the two fifths outside
	sorted := slices.Sorted(slices.Values(z))
	low, high, middle := sorted[len(z)/5], sorted[len(z)-1-len(z)/5], median(sorted)
	sum := 0.0
	for _, v := range z {
		v = min(max(v, low), high) - middle
		sum += v * v
	}
	return math.Sqrt(max(sum/float64(len(z))/ofNormal, 1))
}

// quantileAbove is the z beyond which such a share of a normal distribution lies.
func quantileAbove(share float64) float64 { return math.Sqrt2 * math.Erfinv(1-2*share) }

// farthest is as far as exactZ can count.
const farthest = 7

// exactZ is the normal quantile of the mid-p of k or more in n draws of probability p; at most farthest either way.
func exactZ(k, n int, p float64) float64 {
	choose := func(i int) float64 {
		a, _ := math.Lgamma(float64(n + 1))
		b, _ := math.Lgamma(float64(i + 1))
		c, _ := math.Lgamma(float64(n - i + 1))
		return math.Exp(a - b - c + float64(i)*math.Log(p) + float64(n-i)*math.Log1p(-p))
	}
	above := float64(k) > float64(n)*p // the smaller tail is the exact one
	tail := choose(k) / 2
	if above {
		for i := k + 1; i <= n; i++ {
			t := choose(i)
			if tail += t; t < tail*1e-16 {
				break
			}
		}
	} else {
		for i := k - 1; i >= 0; i-- {
			t := choose(i)
			if tail += t; t < tail*1e-16 {
				break
			}
		}
	}
	z := min(quantileAbove(min(tail, 0.5)), farthest)
	if above {
		return z
	}
	return -z
}

// upperTail is the share of a normal distribution beyond z.
func upperTail(z float64) float64 { return math.Erfc(z/math.Sqrt2) / 2 }

func compareLevels(m Measure, all []Facts) Comparison {
	c := Comparison{Measure: m, Limit: 3.5}
	var x []float64 // logarithms
	side := 1.0
	if m == MeasureLength {
		side = -1
	}
	for i := range all {
		f := &all[i]
		value, n := float64(f.Busiest), f.Interviews
		if m == MeasureLength {
			value, n = f.minutes()
		}
		c.Told = c.Told || n > 0
		if n < leastHouseholds {
			continue
		}
		c.Points = append(c.Points, Point{Team: f.Team, Enumerator: f.Enumerator, Of: n, Value: value})
		x = append(x, math.Log(max(value, 0.5)))
	}
	if c.Few = len(x) < leastCompared; c.Few {
		return c
	}
	middle := median(x)
	away := make([]float64, len(x))
	for i, v := range x {
		away[i] = math.Abs(v - middle)
	}
	typical := max(median(away), leastSpread)
	c.Others, c.Spread = math.Exp(middle), typical
	for i, v := range x {
		p := &c.Points[i]
		p.Z = side * 0.6745 * (v - middle) / typical
	}
	return c
}

func median(x []float64) float64 {
	s := slices.Sorted(slices.Values(x))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// A Look is an enumerator with everything that is worth a look, the strongest first.
type Look struct {
	Team       string      `json:"team"`
	Enumerator string      `json:"enumerator"`
	At         []LookPoint `json:"at"`
}

// A LookPoint is one reason to look.
type LookPoint struct {
	Measure Measure `json:"measure"`
	Others  float64 `json:"others"`
	Point   `json:"point"`
}

// Looks gathers what is worth a look by enumerator: those with the most reasons first, then the strongest.
func Looks(all []Comparison) []Look {
	found := map[person]*Look{}
	for _, c := range all {
		for _, p := range c.Points {
			if !p.Look {
				continue
			}
			who := person{p.Team, p.Enumerator}
			if found[who] == nil {
				found[who] = &Look{Team: p.Team, Enumerator: p.Enumerator}
			}
			found[who].At = append(found[who].At, LookPoint{c.Measure, c.Others, p})
		}
	}
	list := make([]Look, 0, len(found))
	for _, l := range found {
		slices.SortFunc(l.At, func(a, b LookPoint) int { return cmp.Or(cmp.Compare(b.Z, a.Z), cmp.Compare(a.Measure, b.Measure)) })
		list = append(list, *l)
	}
	slices.SortFunc(list, func(a, b Look) int {
		return cmp.Or(cmp.Compare(len(b.At), len(a.At)), cmp.Compare(b.At[0].Z, a.At[0].Z), cmp.Compare(a.Team, b.Team), cmp.Compare(a.Enumerator, b.Enumerator))
	})
	return list
}
