package linkage

import (
	"math"
	"slices"
)

// A Fate is what the engine makes of a pair when nobody tells it otherwise.
type Fate uint8

const (
	FateMatched Fate = iota // one person, by its own weight
	FateJoined              // one person, through a third record
	FateAsked               // in doubt: put to a person
	FateApart               // two people
)

// A Stratum is the pairs of one fate whose weight lies in one band. What people found of some of them speaks for the others.
type Stratum struct {
	Fate      Fate
	From, To  float64 // log2 odds of one person; ±Inf where there is no bound
	Pairs     float64 // how many there are; estimated from a sample below Report.Keep
	Expected  float64 // how many of them are one person by the model's own probabilities: what it believes, not what was checked
	Reviewed  int     // decided by people
	Same      int     // of those, found to be one person
	Low, High float64 // 95 % limits of the share of one person, as far as pairs were reviewed

	planned int // pairs that more supposes to be reviewed too, without another share
}

func (s Stratum) matched() bool { return s.Fate == FateMatched || s.Fate == FateJoined }

// looked is how many pairs somebody has looked at, or is planned to.
func (s Stratum) looked() float64 { return float64(s.Reviewed + s.planned) }

// share is the part of the pairs that is one person, as reviewed, or as the model expects where nobody has looked.
func (s Stratum) share() float64 {
	switch {
	case s.Reviewed > 0:
		return float64(s.Same) / float64(s.Reviewed)
	case s.Pairs > 0:
		return s.Expected / s.Pairs
	}
	return 0
}

// interval holds the share with 95 % confidence: from 0 to 1 where nobody has looked, and of no width where all pairs were
// looked at (the finite population correction: Cochran, Sampling Techniques 1977). Reviewed pairs count as drawn at random.
func (s Stratum) interval() (low, high float64) {
	n := s.looked()
	if n >= s.Pairs {
		return s.share(), s.share()
	}
	if n > 0 {
		n *= (s.Pairs - 1) / (s.Pairs - n)
	}
	return wilson(s.share(), n)
}

// shares are the share of one person in each stratum and its limits.
type shares struct{ at, low, high []float64 }

// sharesOf takes the limits of each stratum from its own reviews. People review the likeliest first; so where pairs are in
// doubt, the next heavier and lighter strata that were looked at bound it too: a lighter pair is not likelier one person.
func sharesOf(strata []Stratum) (s shares) {
	for _, t := range strata {
		low, high := t.interval()
		s.at, s.low, s.high = append(s.at, t.share()), append(s.low, low), append(s.high, high)
	}
	low, high := slices.Clone(s.low), slices.Clone(s.high)
	for i, t := range strata {
		if t.Fate != FateAsked {
			continue
		}
		heavier, lighter := math.Inf(1), math.Inf(-1)
		for j, other := range strata {
			switch from := other.From; {
			case other.Fate != t.Fate || other.looked() == 0:
			case from > t.From && from < heavier:
				heavier, s.high[i] = from, min(high[i], high[j])
			case from < t.From && from > lighter:
				lighter, s.low[i] = from, max(low[i], low[j])
			}
		}
		if t.Reviewed == 0 {
			s.at[i] = min(max(s.at[i], s.low[i]), s.high[i])
		}
		s.low[i], s.high[i] = min(s.low[i], s.at[i]), max(s.high[i], s.at[i])
	}
	return s
}

// sum gives the point and the 95 % limits of a sum of shares, each times a coefficient, from their own limits: the squares of
// the distances to these add up (MOVER: Zou and Donner, Statistics in Medicine 2008; Newcombe 1998 for a difference).
func (s shares) sum(coefficient func(i int) float64) (value, low, high float64) {
	var down, up float64
	for i, p := range s.at {
		c, l, h := coefficient(i), s.low[i], s.high[i]
		if c < 0 {
			l, h = h, l
		}
		value += c * p
		down += c * c * (p - l) * (p - l)
		up += c * c * (h - p) * (h - p)
	}
	return value, value - math.Sqrt(down), value + math.Sqrt(up)
}

// confidence is the normal quantile of 95 %.
const confidence = 1.959964

// wilson is the score interval of a proportion p of n (Wilson, JASA 1927): it keeps its promise at 0 and 1 too, where most
// strata lie.
func wilson(p, n float64) (low, high float64) {
	z2 := confidence * confidence
	if n == 0 {
		return 0, 1
	}
	mid := (p + z2/(2*n)) / (1 + z2/n)
	half := confidence / (1 + z2/n) * math.Sqrt(p*(1-p)/n+z2/(4*n*n))
	if low, high = mid-half, mid+half; p == 0 {
		low = 0 // and not what rounding leaves of it
	} else if p == 1 {
		high = 1
	}
	return low, high
}

// An Estimate is a share with its 95 % interval.
type Estimate struct {
	Value     float64 // from reviewed pairs; a stratum without any counts as the model expects, and widens the interval
	Low, High float64
	Expected  float64 // by the model's own probabilities alone
	Reviewed  int     // pairs that Value rests on; 0: it is the model's own, and nobody has checked
	More      []int   // further pairs of each stratum to review, to halve the interval, or for a first one of ±1 %
}

// precision is the share of one person among the pairs that the engine matched; nil where it matched none.
func precision(strata []Stratum) *Estimate {
	matched := 0.0
	for _, s := range strata {
		if s.matched() {
			matched += s.Pairs
		}
	}
	if matched == 0 {
		return nil
	}
	weight := func(s Stratum, _ float64) float64 {
		if s.matched() {
			return 1
		}
		return 0
	}
	return estimateOf(strata, weight, func(strata []Stratum) (value, low, high float64) {
		value, low, high = sharesOf(strata).sum(func(i int) float64 {
			return weight(strata[i], 1) * strata[i].Pairs / matched
		})
		return value, max(low, 0), min(high, 1)
	})
}

// recall is the share of the true pairs of some strata that were matched; nil where none is expected. It is every ratio r for
// which the matched less r times all may be zero: Fieller's theorem over the limits of the sum (Fieller 1954; Newcombe,
// Statistical Methods in Medical Research 2016, for MOVER).
func recall(strata []Stratum, among func(Stratum) bool) *Estimate {
	there := 0.0
	for _, s := range strata {
		if among(s) {
			there += s.Pairs * s.share()
		}
	}
	if there == 0 {
		return nil
	}
	part := func(s Stratum, r float64) float64 {
		switch {
		case s.matched():
			return 1 - r
		case among(s):
			return -r
		}
		return 0
	}
	weight := func(s Stratum, r float64) float64 { return math.Abs(part(s, r)) }
	return estimateOf(strata, weight, func(strata []Stratum) (value, low, high float64) {
		shares := sharesOf(strata)
		difference := func(r float64) (value, low, high float64) {
			return shares.sum(func(i int) float64 { return part(strata[i], r) * strata[i].Pairs })
		}
		return fallsToZero(func(r float64) float64 { v, _, _ := difference(r); return v }),
			fallsToZero(func(r float64) float64 { _, l, _ := difference(r); return l }),
			fallsToZero(func(r float64) float64 { _, _, h := difference(r); return h })
	})
}

// fallsToZero finds where f, which falls, is zero between 0 and 1.
func fallsToZero(f func(float64) float64) float64 {
	low, high := 0.0, 1.0
	for range 40 {
		if mid := (low + high) / 2; f(mid) > 0 {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}

// estimateOf makes an estimate by f. weight tells how much a stratum's share moves the figure, for each of its pairs; 0 where it
// has no part in it.
func estimateOf(strata []Stratum, weight func(s Stratum, value float64) float64, f func([]Stratum) (value, low, high float64)) *Estimate {
	var e Estimate
	bare := slices.Clone(strata)
	for i, s := range strata {
		if weight(s, 0.5) > 0 {
			e.Reviewed += s.Reviewed
		}
		bare[i].Reviewed, bare[i].Same = 0, 0
	}
	e.Value, e.Low, e.High = f(strata)
	e.Expected, _, _ = f(bare)
	goal := firstWidth
	if e.Reviewed > 0 {
		goal = (e.High - e.Low) / 2
	}
	e.More = more(strata, func(s Stratum) float64 { return weight(s, e.Value) }, f, goal)
	return &e
}

// firstWidth is the width asked of a first interval: ±1 %.
const firstWidth = 0.02

// more plans a review that makes the interval no wider than goal: from each stratum in proportion to its pairs, to how much
// they move the figure and to how unsure their share is (Neyman, Journal of the Royal Statistical Society 1934), and as many in
// all as it takes. Each stratum is taken to go on as it began, or as the model expects.
func more(strata []Stratum, weight func(Stratum) float64, f func([]Stratum) (value, low, high float64), goal float64) []int {
	trial := slices.Clone(strata)
	plan := func(scale float64) (width float64) {
		for i, s := range strata {
			p := (20*s.share() + 1) / 22 // nothing is certain before it was looked at
			n := scale * weight(s) * s.Pairs * math.Sqrt(p*(1-p))
			trial[i].planned = max(int(math.Round(min(n, s.Pairs)))-s.Reviewed, 0)
		}
		_, low, high := f(trial)
		return high - low
	}
	enough, scale := 0.0, 1e-6
	for plan(enough) > goal && scale < 1e9 {
		enough, scale = scale, 2*scale
	}
	if enough > 0 {
		few := enough / 2
		for range 20 {
			if mid := (few + enough) / 2; plan(mid) > goal {
				few = mid
			} else {
				enough = mid
			}
		}
	}
	plan(enough)
	more := make([]int, len(strata))
	for i, s := range trial {
		more[i] = s.planned
	}
	return more
}
