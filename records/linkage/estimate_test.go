package linkage

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Published limits: Newcombe, Statistics in Medicine 1998, table I, method 3.
func TestWilsonGivesThePublishedLimits(t *testing.T) {
	for _, c := range []struct {
		name      string
		same, n   float64
		low, high float64
	}{
		{"a third of many", 81, 263, 0.2553, 0.3662},
		{"a tenth of some", 15, 148, 0.0624, 0.1605},
		{"none of twenty", 0, 20, 0, 0.1611},
		{"one of a few", 1, 29, 0.0061, 0.1718},
		{"all of twenty", 20, 20, 0.8389, 1},
		{"nobody has looked", 0, 0, 0, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			low, high := wilson(c.same/max(c.n, 1), c.n)
			if math.Abs(low-c.low) > 5e-5 || math.Abs(high-c.high) > 5e-5 {
				t.Errorf("%.4f to %.4f, want %.4f to %.4f", low, high, c.low, c.high)
			}
		})
	}
}

func TestAStratumIsKnownAsFarAsItWasReviewed(t *testing.T) {
	for _, c := range []struct {
		name      string
		s         Stratum
		low, high float64
	}{
		{"nobody has looked", Stratum{Pairs: 500, Expected: 499}, 0, 1},
		{"every pair was looked at", Stratum{Pairs: 40, Reviewed: 40, Same: 30}, 0.75, 0.75},
		{"half of a small one says more than as many of a large one", Stratum{Pairs: 40, Reviewed: 20, Same: 20}, 0.9103, 1},
		{"twenty of many", Stratum{Pairs: 1e9, Reviewed: 20, Same: 20}, 0.8389, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			if low, high := c.s.interval(); math.Abs(low-c.low) > 5e-4 || math.Abs(high-c.high) > 5e-4 {
				t.Errorf("%.4f to %.4f, want %.4f to %.4f", low, high, c.low, c.high)
			}
		})
	}
}

func TestPairsInDoubtThatNobodyCameToAreBoundedByTheirNeighbours(t *testing.T) {
	strata := []Stratum{
		{Fate: FateMatched, From: 20, Pairs: 1000, Expected: 1000},
		{Fate: FateAsked, From: 2, Pairs: 100, Expected: 90, Reviewed: 100, Same: 50},
		{Fate: FateAsked, From: 0, Pairs: 100, Expected: 60},
		{Fate: FateAsked, From: -2, Pairs: 100, Expected: 20, Reviewed: 100, Same: 10},
		{Fate: FateAsked, From: -4, Pairs: 100, Expected: 5},
	}
	s := sharesOf(strata)
	for _, c := range []struct {
		name          string
		i             int
		low, at, high float64
	}{
		{"a matched band is not", 0, 0, 1, 1},
		{"between two", 2, 0.1, 0.5, 0.5},
		{"below the last", 4, 0, 0.05, 0.1},
	} {
		if s.low[c.i] != c.low || s.at[c.i] != c.at || s.high[c.i] != c.high {
			t.Errorf("%s: %v, %v to %v, want %v, %v to %v", c.name, s.at[c.i], s.low[c.i], s.high[c.i], c.at, c.low, c.high)
		}
	}
}

// reviewedAtRandom draws strata with known shares and has some of the pairs reviewed by lot.
func reviewedAtRandom(r *rand.Rand) (strata []Stratum, matched, right, there float64) {
	for _, s := range []struct {
		fate     Fate
		from     float64
		pairs, n int
		share    float64
	}{
		{FateMatched, 20, 900, 60, 0.998},
		{FateMatched, 10, 3000, 60, 0.995},
		{FateMatched, 4, 800, 60, 0.95},
		{FateAsked, 2, 90, 80, 0.7},
		{FateAsked, 0, 120, 80, 0.4},
		{FateAsked, -2, 300, 80, 0.15},
	} {
		t := Stratum{Fate: s.fate, From: s.from, Pairs: float64(s.pairs), Expected: float64(s.pairs) / 2, Reviewed: s.n}
		same := 0
		for i := range s.pairs { // the first n are those reviewed: the pairs come in no order
			if r.Float64() < s.share {
				same++
				if i < s.n {
					t.Same++
				}
			}
		}
		there += float64(same)
		if s.fate == FateMatched {
			matched += t.Pairs
			right += float64(same)
		}
		strata = append(strata, t)
	}
	return strata, matched, right, there
}

func TestIntervalsHoldTheTruthAboutNineteenTimesInTwenty(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const rounds = 2000
	precise, found := 0, 0
	for range rounds {
		strata, matched, right, there := reviewedAtRandom(r)
		if e := precisionAlone(strata); e.Low <= right/matched && right/matched <= e.High {
			precise++
		}
		if e := recallAlone(strata); e.Low <= right/there && right/there <= e.High {
			found++
		}
	}
	for name, n := range map[string]int{"precision": precise, "recall": found} {
		if share := float64(n) / rounds; share < 0.92 || share > 0.99 {
			t.Errorf("the interval of %s held the truth in %.1f %% of draws", name, 100*share)
		}
	}
}

func everyPair(Stratum) bool { return true }

func precisionAlone(strata []Stratum) *Estimate { return precision(strata) }
func recallAlone(strata []Stratum) *Estimate    { return recall(strata, everyPair) }

func TestThePlannedReviewHalvesTheInterval(t *testing.T) {
	strata, _, _, _ := reviewedAtRandom(rand.New(rand.NewPCG(3, 4)))
	for name, f := range map[string]func([]Stratum) *Estimate{"precision": precisionAlone, "recall": recallAlone} {
		before := f(strata)
		more := append([]Stratum(nil), strata...)
		for i, n := range before.More {
			s := &more[i]
			share := s.share()
			s.Reviewed += n
			s.Same = int(math.Round(share * float64(s.Reviewed)))
			if float64(s.Reviewed) > s.Pairs {
				t.Errorf("%s: %d of %.0f pairs are to be reviewed", name, s.Reviewed, s.Pairs)
			}
		}
		after := f(more)
		if got := (after.High - after.Low) / (before.High - before.Low); got < 0.35 || got > 0.6 {
			t.Errorf("%s: the plan of %v makes the interval %.2f as wide", name, before.More, got)
		}
	}
}

func TestWhatNobodyReviewedIsOnlyBelieved(t *testing.T) {
	strata := []Stratum{{Fate: FateMatched, From: 4, Pairs: 1000, Expected: 990}, {Fate: FateAsked, From: 0, Pairs: 100, Expected: 60}}
	e := precision(strata)
	if e.Reviewed != 0 || e.Low != 0 || e.High != 1 || e.Value != 0.99 || e.Expected != 0.99 {
		t.Errorf("%+v", *e)
	}
	if e.More[0] < 100 || e.More[1] != 0 {
		t.Errorf("a first review is planned as %v", e.More)
	}
	if precision(strata[1:]) != nil {
		t.Error("nothing was matched, and it has a precision")
	}
	if recall([]Stratum{{Fate: FateAsked, Pairs: 10}}, everyPair) != nil {
		t.Error("no true pair is expected, and there is a recall")
	}
}
