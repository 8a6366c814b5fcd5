package linkage

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"
)

// Options change what Link does. The zero value is the one configuration used for all data.
type Options struct {
	Extra    []string       // names of the extra text columns, parallel to Record.Extra; at most MaxExtra
	Decided  []Decided      // what people decided about pairs: it overrules the weights
	Model    *Model         // a frozen model; nil learns one
	Keep     bool           // keep what Result.Save needs
	Progress func(Progress) // called now and then from one goroutine
	Report   bool           // fill in Result.Report, which takes a little longer
}

// A Decided pair was decided by a person.
type Decided struct {
	Left, Right string // record ids; those not among the records are ignored
	Same        bool
}

// Progress tells how far a run is.
type Progress struct {
	Stage string // read, train, compare, households, cluster
	Done  int
	Of    int
}

// A Pair is two records the engine decided on.
type Pair struct {
	Left, Right uint32   // records by their place in the input
	Decision    Decision // Match or Review
	Weight      float32  // log2 odds of one person, all evidence together
	Probability float32
	Household   float32 // the part of Weight that comes from the other members of the two households
	Decided     bool    // by a person
	Bridge      bool    // held for review because the groups behind the two records disagree
	Joined      bool    // below the threshold itself, matched through a third record
	pattern     pattern
}

// A Result is the outcome of Link.
type Result struct {
	Records  int
	Compared int64
	Pairs    []Pair // best first
	Persons  int    // clusters, single records among them
	Model    *Model
	Blocks   BlockReport
	Refused  *ErrImplausible // why no weights were trusted; nil where they were
	Report   *Report         // with Options.Report

	l       *linker
	person  []uint32 // record whose id names the person, by record
	fresh   []edge   // that this run found; kept for Save
	touched []bool   // records of whom Extend tells; nil for all
	sizes   []int    // Standing.sizes, where Extend made it
}

// ID is the id of record i.
func (r *Result) ID(i uint32) string { return r.l.t.ids.at(i) }

// Person is the id of the person whom record i belongs to: the id of one of its records, kept from run to run where
// Record.Person told it, else the smallest.
func (r *Result) Person(i uint32) string { return r.l.t.ids.at(r.person[i]) }

// An edge is a pair worth remembering.
type edge struct {
	a, b    uint32
	odds    float32
	home    float32 // what the household added to odds
	pattern pattern
	passes  uint32 // that brought them together, a bit for each
	met     bool   // their households met over another pair, too
	barred  bool   // by a never-match rule
	bridge  bool
}

// A linker carries one run from stage to stage.
type linker struct {
	opts   Options
	t      *table
	fr     *frequencies
	b      *blocks
	m      *Model
	w      *weights
	c      *comparer
	edges  []edge
	same   [][2]uint32
	apart  map[uint64]bool
	forest *forest
	gone   []uint32 // rows that Extend took away
	stood  []uint32 // table.person as it was saved
}

// Link reads all records, decides which are one person, and explains. It is deterministic, and the order of the records
// does not change who is put together. A model that cannot be trusted is reported in Result.Refused, beside a result that
// merges only what people decided. Errors are those of the records, of ctx, and ErrRecord.
func Link(ctx context.Context, records iter.Seq2[Record, error], opts Options) (*Result, error) {
	if len(opts.Extra) > MaxExtra {
		return nil, fmt.Errorf("%d extra columns: at most %d can be compared", len(opts.Extra), MaxExtra)
	}
	l := &linker{opts: opts, apart: map[uint64]bool{}}
	var err error
	l.progress("read", 0, 0)
	l.t = newTable(len(opts.Extra))
	if err = l.t.read(ctx, records); err != nil {
		return nil, err
	}
	if err = l.t.finish(opts.Model, opts.Keep); err != nil {
		return nil, err
	}
	l.decided()
	l.c = newComparer(l.t)
	fr, counts := newFrequencies(l.t, opts.Model)
	l.fr = fr
	l.b = newBlocks(l.t, opts.Model.passes())
	l.progress("train", 0, 0)
	var refused *ErrImplausible
	if l.m = opts.Model; l.m == nil {
		ls, err := train(ctx, l.c, l.b, l.fr, l.same, l.apart)
		if err != nil {
			return nil, err
		}
		l.m = learn(ls)
		l.m.Counts, l.m.Sharing, l.m.Communities, l.m.Passes, l.m.Taught = counts, l.t.sharing, l.t.communities, l.b.passes, len(l.same)+len(l.apart)
		refused = l.m.check(ls)
	}
	l.w = l.m.weights()
	if refused == nil {
		if err := l.score(ctx); err != nil {
			return nil, err
		}
		l.progress("households", 0, 0)
		l.households()
	}
	l.b.mark(l.edges)
	if !opts.Keep && !opts.Report {
		l.b.keys = nil
	}
	l.progress("cluster", 0, 0)
	l.cluster()
	kept := l.edges
	if opts.Report {
		kept = slices.Clone(l.edges)
	}
	r := l.result(refused, l.edges, nil, nil)
	if opts.Report {
		r.Report = l.report(r, kept)
	}
	return r, nil
}

func (l *linker) progress(stage string, done, of int) {
	if l.opts.Progress != nil {
		l.opts.Progress(Progress{stage, done, of})
	}
}

// decided finds the records of reviewed pairs.
func (l *linker) decided() {
	if len(l.opts.Decided) == 0 {
		return
	}
	rows := l.t.find(func(yield func(string)) {
		for _, d := range l.opts.Decided {
			yield(d.Left)
			yield(d.Right)
		}
	})
	same := map[uint64]bool{}
	for _, d := range l.opts.Decided {
		a, known := rows[d.Left]
		b, both := rows[d.Right]
		if !known || !both || a == b {
			continue
		}
		if d.Same {
			same[pairKey(a, b)] = true
		} else {
			l.apart[pairKey(a, b)] = true
		}
	}
	for k := range same {
		if !l.apart[k] { // opposite decisions keep the two apart
			l.same = append(l.same, [2]uint32{uint32(k >> 32), uint32(k)})
		}
	}
	slices.SortFunc(l.same, func(p, q [2]uint32) int { return compareIDs(l.t, p[0], p[1], q[0], q[1]) })
}

// score compares every pair of every block once and keeps those that may be one person.
func (l *linker) score(ctx context.Context) error {
	n := l.t.rows.n
	list, spare := make([]keyed, 0, n), make([]keyed, n)
	workers := runtime.GOMAXPROCS(0)
	comparers := make(chan *comparer, workers)
	comparers <- l.c
	for range workers - 1 {
		comparers <- newComparer(l.t)
	}
	for k := range l.b.passes {
		l.progress("compare", k, len(l.b.passes))
		sorted := l.b.members(k, list, spare)
		parts := cut(sorted, 4*workers)
		found := make([]scored, len(parts))
		g, gctx := errgroup.WithContext(ctx)
		g.SetLimit(workers)
		for i, part := range parts {
			g.Go(func() error {
				if err := gctx.Err(); err != nil {
					return err
				}
				c := <-comparers
				found[i] = l.scorePart(c, k, part)
				comparers <- c
				return nil
			})
		}
		if err := g.Wait(); err != nil {
			return err
		}
		rep := &l.b.report.Passes[k]
		for _, f := range found {
			l.edges = append(l.edges, f.edges...)
			rep.New += f.compared
		}
		l.b.report.Compared += rep.New
	}
	return nil
}

// cut divides a sorted list at run boundaries.
func cut(sorted []keyed, parts int) [][]keyed {
	var out [][]keyed
	for len(sorted) > 0 {
		n := max(len(sorted)/max(parts-len(out), 1), 1)
		for n < len(sorted) && sorted[n].key() == sorted[n-1].key() {
			n++
		}
		out = append(out, sorted[:n])
		sorted = sorted[n:]
	}
	return out
}

type scored struct {
	edges    []edge
	compared int64
	byPass   []int64 // compared, by pass, where several are looked at together
}

func (l *linker) scorePart(c *comparer, k int, part []keyed) (s scored) {
	l.b.eachRun(part, func(run []keyed) {
		for i := range run {
			x := run[i].record()
			for j := range i {
				y := run[j].record()
				if l.t.coListed(x, y) || l.b.earlier(x, y, k) {
					continue
				}
				s.compared++
				l.scorePair(c, x, y, &s)
			}
		}
	})
	return s
}

// scorePair compares two records and keeps them if they may be one person. The dearest comparisons come last, and most pairs are
// hopeless before: nearly all lie in another street, and what street it is need not be asked of those who have no more in common.
func (l *linker) scorePair(c *comparer, x, y uint32, s *scored) {
	near, open := c.surroundings(x, y)
	p := c.person(x, y) | near
	bound := c.restBound(x, y)
	if !open {
		bound &^= fieldStreet.at(15)
	}
	room := func() float64 { return l.fr.of(l.t, x, y, p|exactOnly(bound)) }
	if l.w.hopeless(p, bound, room, keepOdds) {
		return
	}
	if bound.level(fieldStreet) != 0 {
		p |= c.street(x, y)
		bound &^= fieldStreet.at(15)
		if l.w.hopeless(p, bound, room, keepOdds) {
			return
		}
	}
	p |= c.numbers(x, y)
	if odds := l.w.odds(p, l.fr.of(l.t, x, y, p)); odds > keepOdds {
		s.edges = append(s.edges, edge{a: x, b: y, odds: float32(odds), pattern: p})
	}
}

// exactOnly keeps the exact levels of a bound.
func exactOnly(p pattern) pattern {
	const low = 0x1111111111111111
	inexact := p >> 3 & low // 15 has the top bit, 1 has not
	return p &^ (inexact * 15)
}

// result writes down what was decided.
func (l *linker) result(refused *ErrImplausible, fresh []edge, touched []bool, sizes []int) *Result {
	r := &Result{Records: l.t.living(), Model: l.m, Refused: refused, l: l, touched: touched, sizes: sizes}
	r.person, r.Persons = l.persons()
	if l.opts.Keep {
		r.fresh = slices.Clone(fresh)
	}
	reviews, mostReviews := 0, max(10, reviewsPerThousand*l.t.rows.n/1000)
	known := map[uint64]bool{}
	for _, d := range l.same {
		known[pairKey(d[0], d[1])] = true
	}
	for _, e := range l.edges {
		if touched != nil && !touched[e.a] {
			continue
		}
		together := l.forest.root(e.a) == l.forest.root(e.b)
		key := pairKey(e.a, e.b)
		if known[key] {
			continue
		}
		if together {
			known[key] = true
		}
		switch {
		case together:
		case e.odds < reviewOdds, e.barred, reviews >= mostReviews, l.forbidden(e.a, e.b):
			continue
		default:
			reviews++
		}
		r.Pairs = append(r.Pairs, l.pair(e, together))
	}
	for _, d := range l.same {
		if touched != nil && !touched[d[0]] {
			continue
		}
		e := edge{a: d[0], b: d[1], odds: decidedOdds, pattern: l.c.compare(d[0], d[1])}
		p := l.pair(e, true)
		p.Decided = true
		r.Pairs = append(r.Pairs, p)
	}
	r.Pairs = append(r.Pairs, l.implied(known, touched)...)
	if touched == nil {
		l.b.reach(l.edges, func(e edge) bool { return l.forest.root(e.a) == l.forest.root(e.b) })
	}
	r.Blocks = l.b.report
	r.Compared = r.Blocks.Compared
	l.edges = nil
	return r
}

// decidedOdds stands for certainty where a person decided.
const decidedOdds = 40

func (l *linker) pair(e edge, together bool) Pair {
	p := Pair{Decision: Review, Weight: e.odds, Probability: float32(probability(float64(e.odds))), Household: e.home, pattern: e.pattern, Bridge: e.bridge}
	if together {
		p.Decision = Match
		p.Joined = e.odds < l.matchOdds()
	}
	p.Left, p.Right = l.byID(e.a, e.b)
	return p
}

// largestImplied is the largest cluster whose pairs are all written down.
const largestImplied = 20

// implied gives the pairs of a cluster that were never weighed, or too light to be kept: they are one person through others.
func (l *linker) implied(known map[uint64]bool, touched []bool) (pairs []Pair) {
	for i := range uint32(l.t.rows.n) {
		if touched != nil && !touched[i] || l.forest.root(uint32(i)) != uint32(i) || l.forest.count(uint32(i)) < 3 || l.forest.count(uint32(i)) > largestImplied {
			continue
		}
		ring := l.forest.members(uint32(i))
		for x := range ring {
			for y := range x {
				a, b := l.byID(ring[x], ring[y])
				if known[pairKey(a, b)] {
					continue
				}
				e := edge{a: a, b: b, pattern: l.c.compare(a, b)}
				e.odds = float32(l.w.odds(e.pattern, l.fr.of(l.t, a, b, e.pattern)))
				p := l.pair(e, true)
				p.Joined = true
				pairs = append(pairs, p)
			}
		}
	}
	slices.SortFunc(pairs, func(p, q Pair) int { return compareIDs(l.t, p.Left, p.Right, q.Left, q.Right) })
	return pairs
}

// persons names each record's person by a record of its cluster, and counts them.
func (l *linker) persons() (person []uint32, count int) {
	person = make([]uint32, l.t.rows.n)
	for i := range person {
		if l.forest.root(uint32(i)) != uint32(i) || l.t.row(uint32(i)).flags&rowGone != 0 {
			continue
		}
		count++
		ring := l.forest.members(uint32(i))
		best := ring[0]
		if len(ring) > 1 {
			best = l.t.nameOf(ring)
		}
		for _, m := range ring {
			person[m] = best
		}
	}
	return person, count
}

// reviewsPerThousand is what people can be asked to look at, for each thousand records; the likeliest come first.
const reviewsPerThousand = 25

// byID puts the record with the smaller id on the left.
func (l *linker) byID(a, b uint32) (uint32, uint32) {
	if l.t.ids.at(a) <= l.t.ids.at(b) {
		return a, b
	}
	return b, a
}
