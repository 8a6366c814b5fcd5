package linkage

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

func TestAReportCountsEveryPairOnce(t *testing.T) {
	s := newTown(t, 3000, 21, 1).build()
	r := run(t, s.records, Options{Report: true})
	p := r.Report
	byFate := map[Fate]float64{}
	inStrata, believed := 0.0, 0.0
	for _, s := range p.Strata {
		byFate[s.Fate] += s.Pairs
		inStrata += s.Pairs
		believed += s.Expected
	}
	var before, match, review, apart float64
	for _, b := range p.Bins {
		before += b.Before
		match += b.Match
		review += b.Review
		apart += b.Apart
	}
	near := func(what string, a, b float64) {
		t.Helper()
		if math.Abs(a-b) > 1e-6*max(a, b) {
			t.Errorf("%s: %.1f and %.1f", what, a, b)
		}
	}
	near("matched pairs, and those of the strata", float64(p.Matches), byFate[FateMatched]+byFate[FateJoined])
	near("matched pairs, and those of the bins", float64(p.Matches), match)
	near("pairs put to review, and those of the strata", float64(p.Asked), byFate[FateAsked])
	near("pairs put to review, and those of the bins", float64(p.Asked), review)
	near("other pairs of strata and bins", byFate[FateApart], apart)
	near("pairs before and after the household", before, inStrata)
	if outside := inStrata - float64(p.Compared); outside < 0 || outside > 200 {
		t.Errorf("%.0f pairs are counted and %d were compared", inStrata, p.Compared)
	}
	if p.Home.Found == 0 || p.Home.Moved[1][2] == 0 || p.Home.Moved[1][0] == 0 {
		t.Errorf("the households changed nothing: %+v", p.Home)
	}
	if e := p.Precision; e.Reviewed > 0 || e.Value != e.Expected {
		t.Errorf("nobody decided, and the precision is %+v", *e)
	}
	if !p.Reached.Known || p.Reached.Matched < 0.5 || p.Reached.Matched+p.Reached.Asked > 1 {
		t.Errorf("reached: %+v", p.Reached)
	}
	for _, f := range p.Fields {
		sum := 0.0
		for _, l := range f.Levels {
			sum += l.Same
			if l.Words == "" || math.Abs(l.Bits-math.Log2(l.Same/l.Stranger)) > 0.01 {
				t.Errorf("%s: level %+v", f.Name, l)
			}
		}
		if sum > 1.0001 || sum < 0.5 {
			t.Errorf("%s: the levels of one person sum to %.3f", f.Name, sum)
		}
	}
}

func TestAReportChangesNoDecision(t *testing.T) {
	s := newTown(t, 600, 22, 1).build()
	decided := []Decided{{Left: s.records[0].ID, Right: s.records[9].ID, Same: true}, {Left: s.records[1].ID, Right: s.records[8].ID}}
	for _, d := range [][]Decided{nil, decided} {
		plain, told := run(t, s.records, Options{Decided: d}), run(t, s.records, Options{Decided: d, Report: true})
		if plain.Report != nil {
			t.Error("a report came unasked")
		}
		if !reflect.DeepEqual(plain.Pairs, told.Pairs) || !slices.Equal(plain.person, told.person) || !reflect.DeepEqual(plain.Blocks, told.Blocks) {
			t.Error("a run with a report decides otherwise")
		}
	}
}

func TestAReportDoesNotDependOnTheOrderOfTheInput(t *testing.T) {
	s := newTown(t, 600, 23, 1).build()
	want := run(t, s.records, Options{Report: true}).Report
	if len(want.Examples) < 8 {
		t.Fatalf("only %d examples", len(want.Examples))
	}
	other := slices.Clone(s.records)
	rand.New(rand.NewPCG(5, 1)).Shuffle(len(other), func(i, j int) { other[i], other[j] = other[j], other[i] })
	got := run(t, other, Options{Report: true}).Report
	for i, e := range got.Examples {
		w := want.Examples[i]
		if e.Left != w.Left || e.Right != w.Right || e.Fate != w.Fate || !slices.Equal(e.LeftWith, w.LeftWith) {
			t.Errorf("example %d is %s %s, and %s %s in another order", i, w.Left, w.Right, e.Left, e.Right)
		}
		if e.Weight < e.From || e.Weight >= e.To || i > 0 && e.Weight > got.Examples[i-1].Weight {
			t.Errorf("example %d weighs %.2f and stands for %.2f to %.2f", i, e.Weight, e.From, e.To)
		}
	}
	if got.Looked != want.Looked || len(got.Strata) != len(want.Strata) {
		t.Errorf("%d pairs looked at and %d strata; in another order %d and %d", want.Looked, len(want.Strata), got.Looked, len(got.Strata))
	}
}

// People review what is in doubt, the likeliest first, and a sample of the matches.
func TestReviewedPairsTellHowGoodTheEngineIs(t *testing.T) {
	s := newTown(t, 6_000, 24, 1.5).build()
	first := run(t, s.records, Options{Report: true})
	var decided []Decided
	matched, right, there := 0.0, 0.0, 0.0
	reviews := first.Report.Asked * 2 / 3
	for _, p := range first.Pairs {
		same := s.truth[p.Left] == s.truth[p.Right]
		pick := p.Decision == Review && reviews > 0
		if same {
			there++
		}
		if p.Decision == Match {
			matched++
			if same {
				right++
			}
			pick = mix(first.l.t.hash(p.Left)+first.l.t.hash(p.Right))%15 == 0
		} else {
			reviews--
		}
		if pick {
			decided = append(decided, Decided{Left: first.ID(p.Left), Right: first.ID(p.Right), Same: same})
		}
	}
	p := run(t, s.records, Options{Report: true, Decided: decided}).Report
	t.Logf("precision %.4f, estimated %+v", right/matched, *p.Precision)
	t.Logf("recall %.4f, estimated %+v", right/there, *p.Recall)
	if p.Decided != len(decided) || p.Precision.Reviewed < 50 || p.Recall.Reviewed <= p.Precision.Reviewed {
		t.Errorf("%d decided, of which %d of %d count", p.Decided, p.Precision.Reviewed, p.Recall.Reviewed)
	}
	if e := p.Precision; right/matched < e.Low || right/matched > e.High || e.High-e.Low > 0.1 {
		t.Errorf("the precision is %.4f, estimated %.4f to %.4f", right/matched, e.Low, e.High)
	}
	if e := p.Recall; right/there < e.Low || right/there > e.High || e.High-e.Low > 0.08 {
		t.Errorf("the recall is %.4f, estimated %.4f to %.4f", right/there, e.Low, e.High)
	}
	matchedAlone := 0.0
	for _, s := range p.Strata {
		if s.matched() {
			matchedAlone += s.Pairs
		}
	}
	if math.Abs(matchedAlone-matched) > 0.05*matched { // the model learned from the decisions, too
		t.Errorf("the engine alone matches %.0f pairs, before anybody decided %.0f", matchedAlone, matched)
	}
}

func TestRecordsJoinedThroughAThirdAreBelievedLikeTheirWeakestLink(t *testing.T) {
	for _, s := range link(t, fake1000(t), Options{Report: true}).Report.Strata {
		if s.Fate != FateJoined {
			continue
		}
		if s.Pairs < 5 || s.share() < 0.8 {
			t.Errorf("%.0f pairs are joined, of which %.1f are believed", s.Pairs, s.Expected)
		}
		return
	}
	t.Error("no pair is joined through a third record")
}

func TestARefusedRunIsReportedWithoutFigures(t *testing.T) {
	for name, records := range map[string][]Record{"no record": nil, "one record": {{ID: "1", FullName: "Asha Devi"}}} {
		p := run(t, records, Options{Report: true}).Report
		if p.Refused == "" || p.Precision != nil || len(p.Strata)+len(p.Fields)+len(p.Examples) > 0 {
			t.Errorf("%s: %+v", name, *p)
		}
	}
}
