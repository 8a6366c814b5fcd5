package linkage

import (
	"cmp"
	"math"
	"slices"
)

// A Report is a run in numbers, for whoever wants to judge it: Options.Report asks for one. It holds ids of records and no
// values of theirs. What it says of true pairs is either reviewed by people (Stratum.Reviewed) or the model's own belief
// (Expected), and never the truth.
type Report struct {
	Records  int
	Persons  int
	Compared int64
	Matches  int // pairs matched, those that people decided among them
	Asked    int // pairs put to review
	Decided  int // pairs decided by people whose records are both here
	Refused  string
	Families bool // relatives are in the data, and the model has a class for them

	Match, Review, Keep float64 // log2 odds from which a pair is matched, put to review, remembered at all

	Prior  float64 // log2 odds of one person against strangers, of any two records
	Kin    float64 // log2 odds of one person against family, of any two records
	Fields []FieldReport
	Bins   []Bin    // without gaps, in order of weight
	Looked int      // pairs lighter than Keep that were weighed whole to estimate their bins
	Home   HomeGain // what the households changed

	Strata    []Stratum // the heaviest first; only those that hold pairs
	Precision *Estimate // of what the engine matches by itself; nil where it matches nothing
	Recall    *Estimate // matched, of the true pairs at Review and above: reviews can tell no more than that
	Reached   Reached   // of all true pairs, by the model and the blocks' completeness alone

	Examples []Example // by weight, the heaviest first
	Blocks   BlockReport
}

// A FieldReport tells what each level of a field is worth.
type FieldReport struct {
	Name   string
	Given  string // what Companion is conditioned on; empty: nothing
	Levels []LevelReport
}

// A LevelReport is one outcome of a comparison: how often it is seen among the pairs of each class, and its weight.
type LevelReport struct {
	Words                             string
	Same, Stranger, Companion, Family float64 // probabilities; Companion: of strangers where FieldReport.Given agrees
	Bits, CompanionBits, FamilyBits   float64 // log2 of Same over each
}

// A Bin counts the pairs whose weight lies from From up to BinWidth bits more. The outermost bins hold all beyond them.
type Bin struct {
	From                 float64
	Before               float64 // by weight before the household was looked at
	Match, Review, Apart float64 // by weight at the end, and what the engine made of them
}

// Bins are as wide as BinWidth and go from -OutermostBin to OutermostBin bits.
const (
	BinWidth     = 1
	OutermostBin = 40
)

// HomeGain counts the remembered pairs by where their weight lay before the household was looked at and after it: 0 is below
// Review, 1 in doubt, 2 from Match up.
type HomeGain struct {
	Moved [3][3]int
	Found int // pairs that no block brought together and the households did
}

// Reached is the model's own belief in how many of all true pairs it found. No review can check it, for nobody can look at
// the pairs that were never brought together.
type Reached struct {
	Matched, Asked float64 // shares of all true pairs
	Known          bool    // false where too few matches tell how complete the blocks are
}

func reached(strata []Stratum, completeness float64) (r Reached) {
	all := 0.0
	for _, s := range strata {
		all += s.Expected
		switch {
		case s.matched():
			r.Matched += s.Expected
		case s.Fate == FateAsked:
			r.Asked += s.Expected
		}
	}
	if r.Known = completeness > 0 && all > 0; !r.Known {
		return Reached{}
	}
	r.Matched *= completeness / all
	r.Asked *= completeness / all
	return r
}

// An Example is a pair of one band of weight.
type Example struct {
	Left, Right         string   // record ids
	LeftWith, RightWith []string // ids of some of those listed with each
	From, To            float64  // the band of weight it stands for; ±Inf where there is no bound
	Fate                Fate
	Weight              float64
	Probability         float64
	Steps               Explanation
}

// exampleBands are the bands of weight that examples are taken from.
func (l *linker) exampleBands() []float64 {
	return []float64{math.Inf(-1), keepOdds, reviewOdds, 0, float64(l.matchOdds()), 10, 20, math.Inf(1)}
}

// stratumBounds part the strata. People review the likeliest first: where pairs are in doubt, narrow strata keep those looked at
// alike to the others.
func (l *linker) stratumBounds() []float64 {
	cuts := []float64{math.Inf(-1), keepOdds}
	for c := reviewOdds; c < float64(l.matchOdds())-0.5; c = math.Ceil(c/2+0.5) * 2 {
		cuts = append(cuts, c)
	}
	return append(cuts, float64(l.matchOdds()), 10, 20, math.Inf(1))
}

const (
	examplesPerBand = 2
	lookedAt        = 100_000 // light pairs that are weighed whole
)

// A surveyor goes over all pairs of a run once.
type surveyor struct {
	*linker
	r        *Report
	bands    []float64
	bounds   []float64
	strata   []Stratum
	samples  [][]sampled // by band, the smallest hash first
	verdicts map[uint64]bool
	inBlocks int64
}

type sampled struct {
	hash uint64
	fate Fate
	pair Pair
}

// report tells what a run did. kept are the edges as clustering left them, before result dropped them.
func (l *linker) report(r *Result, kept []edge) *Report {
	s := &surveyor{linker: l, bands: l.exampleBands(), bounds: l.stratumBounds(), r: &Report{
		Records: r.Records, Persons: r.Persons, Compared: r.Compared, Blocks: r.Blocks, Families: r.Model.PFamily > 0,
		Match: float64(l.matchOdds()), Review: reviewOdds, Keep: keepOdds,
	}}
	for _, p := range r.Pairs {
		if p.Decision == Match {
			s.r.Matches++
		} else {
			s.r.Asked++
		}
	}
	s.verdicts = make(map[uint64]bool, len(l.same)+len(l.apart))
	for _, d := range l.same {
		s.verdicts[pairKey(d[0], d[1])] = true
	}
	for k := range l.apart {
		s.verdicts[k] = false
	}
	s.r.Decided = len(s.verdicts)
	if r.Refused != nil {
		s.r.Refused = r.Refused.Reason
		return s.r
	}
	s.r.Prior, s.r.Kin, s.r.Fields = l.w.prior, l.w.kin, l.fieldReports()
	s.samples = make([][]sampled, len(s.bands)-1)
	for from := -OutermostBin; from < OutermostBin; from += BinWidth {
		s.r.Bins = append(s.r.Bins, Bin{From: float64(from)})
	}
	s.survey(l.byItself(r, kept), kept)
	s.light()
	s.finish(r)
	return s.r
}

// byItself is what the engine would have decided had nobody told it anything: the pairs that people decided are only then a
// check on it.
func (l *linker) byItself(r *Result, kept []edge) *Result {
	if len(l.same)+len(l.apart) == 0 {
		return r
	}
	alone, b := *l, *l.b
	b.report.Passes = slices.Clone(b.report.Passes)
	alone.b, alone.same, alone.apart, alone.edges = &b, nil, nil, slices.Clone(kept)
	for i := range alone.edges {
		alone.edges[i].barred, alone.edges[i].bridge = false, false
	}
	alone.cluster()
	return alone.result(nil, nil, nil, nil)
}

// survey counts every pair that was remembered.
func (s *surveyor) survey(alone *Result, kept []edge) {
	asked := map[uint64]bool{}
	links := alone.l.weakestLinks(alone.Pairs)
	for _, p := range alone.Pairs {
		odds, fate := float64(p.Weight), FateMatched
		believed := float64(p.Probability)
		switch {
		case p.Decision == Review:
			fate = FateAsked
			asked[pairKey(p.Left, p.Right)] = true
		case p.Joined:
			fate = FateJoined
			believed = max(believed, links[alone.l.forest.root(p.Left)])
		}
		s.add(p, odds, believed, fate)
	}
	for _, e := range kept {
		if alone.l.forest.root(e.a) != alone.l.forest.root(e.b) && !asked[pairKey(e.a, e.b)] {
			p := s.pair(e, false)
			p.Decision = 0
			s.add(p, float64(e.odds), probability(float64(e.odds)), FateApart)
		}
	}
}

// weakestLinks gives the probability of the lightest match that each cluster hangs on: records joined through a third one are
// taken to be one person as surely as that. Their own weight is below the threshold and says less.
func (l *linker) weakestLinks(pairs []Pair) map[uint32]float64 {
	seen := newForest(l.t.rows.n)
	least := map[uint32]float64{}
	for _, p := range pairs { // the heaviest first
		if p.Decision == Match && !p.Joined && seen.root(p.Left) != seen.root(p.Right) {
			seen.join(p.Left, p.Right)
			least[l.forest.root(p.Left)] = float64(p.Probability)
		}
	}
	return least
}

// add counts one pair.
func (s *surveyor) add(p Pair, odds, believed float64, fate Fate) {
	before := odds - float64(p.Household)
	met := s.b.earlier(p.Left, p.Right, len(s.b.passes))
	if met {
		s.inBlocks++
	}
	if !met && p.Household != 0 {
		s.r.Home.Found++
	}
	s.r.Home.Moved[s.side(before)][s.side(odds)]++
	s.bin(before).Before++
	switch bin := s.bin(odds); fate {
	case FateMatched, FateJoined:
		bin.Match++
	case FateAsked:
		bin.Review++
	case FateApart:
		bin.Apart++
	}
	t := s.stratum(fate, odds)
	t.Pairs++
	t.Expected += believed
	if same, ok := s.verdicts[pairKey(p.Left, p.Right)]; ok {
		t.review(same)
		delete(s.verdicts, pairKey(p.Left, p.Right))
	}
	s.example(p, odds, fate)
}

func (s *surveyor) side(odds float64) int {
	switch {
	case odds >= s.r.Match:
		return 2
	case odds >= s.r.Review:
		return 1
	}
	return 0
}

func (s *surveyor) bin(odds float64) *Bin {
	i := int(math.Floor((odds + OutermostBin) / BinWidth))
	return &s.r.Bins[min(max(i, 0), len(s.r.Bins)-1)]
}

// stratum finds or makes the stratum of a pair. Pairs joined through a third record have one of their own, whatever they weigh.
func (s *surveyor) stratum(fate Fate, odds float64) *Stratum {
	from, to := math.Inf(-1), s.r.Match
	if fate != FateJoined {
		i := within(s.bounds, odds)
		from, to = s.bounds[i], s.bounds[i+1]
	}
	for i := range s.strata {
		if t := &s.strata[i]; t.Fate == fate && t.From == from {
			return t
		}
	}
	s.strata = append(s.strata, Stratum{Fate: fate, From: from, To: to})
	return &s.strata[len(s.strata)-1]
}

func (s *Stratum) review(same bool) {
	s.Reviewed++
	if same {
		s.Same++
	}
}

// within is the place of odds among rising edges.
func within(edges []float64, odds float64) int {
	i := 0
	for i+2 < len(edges) && odds >= edges[i+1] {
		i++
	}
	return i
}

// example keeps the pairs of each band whose ids hash to the least: a choice that neither chance nor the order of the input
// changes.
func (s *surveyor) example(p Pair, odds float64, fate Fate) {
	list := &s.samples[within(s.bands, odds)]
	h := mix(s.t.hash(p.Left) + s.t.hash(p.Right))
	if len(*list) == examplesPerBand && h >= (*list)[examplesPerBand-1].hash {
		return
	}
	if len(*list) == examplesPerBand {
		*list = (*list)[:examplesPerBand-1]
	}
	*list = append(*list, sampled{h, fate, p})
	slices.SortFunc(*list, func(a, b sampled) int { return compareUint(a.hash, b.hash) })
}

// light weighs some of the compared pairs whole that the scoring loop gave up early, and lets them stand for all of these.
func (s *surveyor) light() {
	rest := float64(s.b.report.Compared - s.inBlocks)
	every := uint64(max(1, 2*s.b.report.Compared/lookedAt))
	chosen := func(i uint32) bool { return mix(s.t.hash(i)^0x1197)%every == 0 }
	type weighed struct {
		a, b uint32
		odds float64
		p    pattern
	}
	var found []weighed
	list, spare := make([]keyed, 0, s.t.rows.n), make([]keyed, s.t.rows.n)
	for k := range s.b.passes {
		eachRun(s.b.members(k, list, spare), func(run []keyed) {
			for i := range run {
				x := run[i].record()
				if len(run) < 2 || !chosen(x) {
					continue
				}
				for j := range run {
					y := run[j].record()
					if i == j || j > i && chosen(y) || s.t.coListed(x, y) || s.b.earlier(x, y, k) {
						continue
					}
					p := s.c.compare(x, y)
					if odds := s.w.odds(p, s.fr.of(s.t, x, y, p)); odds <= keepOdds {
						found = append(found, weighed{x, y, odds, p})
					}
				}
			}
		})
	}
	s.r.Looked = len(found)
	for _, w := range found {
		n := rest / float64(len(found))
		s.bin(w.odds).Before += n
		s.bin(w.odds).Apart += n
		t := s.stratum(FateApart, w.odds)
		t.Pairs += n
		t.Expected += n * probability(w.odds)
		p := s.pair(edge{a: w.a, b: w.b, odds: float32(w.odds), pattern: w.p}, false)
		p.Decision = 0
		s.example(p, w.odds, FateApart)
	}
}

// finish puts the strata in order, gives the verdicts on pairs never met to theirs, and makes the estimates.
func (s *surveyor) finish(r *Result) {
	for k, same := range s.verdicts {
		a, b := uint32(k>>32), uint32(k)
		p := s.c.compare(a, b)
		t := s.stratum(FateApart, s.w.odds(p, s.fr.of(s.t, a, b, p)))
		t.Pairs = max(t.Pairs, float64(t.Reviewed+1))
		t.review(same)
	}
	slices.SortFunc(s.strata, func(a, b Stratum) int {
		return cmp.Or(cmp.Compare(a.Fate, b.Fate), cmp.Compare(b.From, a.From))
	})
	for i, shares := 0, sharesOf(s.strata); i < len(s.strata); i++ {
		s.strata[i].Low, s.strata[i].High = shares.low[i], shares.high[i]
	}
	s.r.Strata = s.strata
	above := func(t Stratum) bool { return t.matched() || t.From >= reviewOdds }
	s.r.Precision = precision(s.strata)
	s.r.Recall = recall(s.strata, above)
	s.r.Reached = reached(s.strata, r.Blocks.Completeness)
	for i := len(s.samples) - 1; i >= 0; i-- {
		slices.SortFunc(s.samples[i], func(a, b sampled) int {
			return cmp.Or(cmp.Compare(b.pair.Weight, a.pair.Weight), compareUint(a.hash, b.hash))
		})
		for _, e := range s.samples[i] {
			s.r.Examples = append(s.r.Examples, Example{
				From: s.bands[i], To: s.bands[i+1], Left: r.ID(e.pair.Left), Right: r.ID(e.pair.Right), LeftWith: s.listedWith(e.pair.Left), RightWith: s.listedWith(e.pair.Right),
				Fate: e.fate, Weight: float64(e.pair.Weight), Probability: float64(e.pair.Probability), Steps: r.Explain(e.pair),
			})
		}
	}
	s.trim()
}

// listedWith gives the ids of the other lines of a record's listing, no more than a page has room for.
func (s *surveyor) listedWith(i uint32) (ids []string) {
	const most = 9
	h := s.t.row(i).household
	if h == 0 {
		return nil
	}
	for _, m := range s.t.members(h) {
		if m != i {
			ids = append(ids, s.t.ids.at(m))
		}
	}
	slices.Sort(ids)
	return ids[:min(len(ids), most)]
}

// trim drops the empty bins at both ends.
func (s *surveyor) trim() {
	empty := func(b Bin) bool { return b.Before+b.Match+b.Review+b.Apart == 0 }
	for len(s.r.Bins) > 0 && empty(s.r.Bins[0]) {
		s.r.Bins = s.r.Bins[1:]
	}
	for n := len(s.r.Bins); n > 0 && empty(s.r.Bins[n-1]); n-- {
		s.r.Bins = s.r.Bins[:n-1]
	}
}

// fieldReports tells what every level of every field in use is worth.
func (l *linker) fieldReports() (list []FieldReport) {
	for f := field(0); f < fieldCount; f++ {
		if int(f) >= len(l.m.Fields) || !l.m.Fields[f] {
			continue
		}
		fr := FieldReport{Name: l.fieldName(f)}
		switch f {
		case fieldFamily, fieldFather, fieldBirth, fieldSex:
			fr.Given = l.fieldName(fieldGiven)
		case fieldArea:
			fr.Given = l.fieldName(fieldStreet)
		case fieldHouse:
			fr.Given = l.fieldName(fieldStreet) + " and " + l.fieldName(fieldArea)
		}
		for lv := range uint8(levelCount) {
			if same, words := l.m.Same[f][lv], levelWords(f, lv); words != "" && same > 0 {
				fr.Levels = append(fr.Levels, LevelReport{
					Words: words, Same: same, Stranger: l.m.Stranger[0][f][lv], Companion: l.m.Stranger[1][f][lv],
					Family: l.m.Family[f][lv], Bits: float64(l.w.stranger[0][f][lv]), CompanionBits: float64(l.w.stranger[1][f][lv]),
					FamilyBits: float64(l.w.family[f][lv]),
				})
			}
		}
		list = append(list, fr)
	}
	return list
}
