package linkage

import (
	"math"
	"slices"
)

// The household is evidence. Two listings of one household show the same people again, whatever was typed wrong; two
// neighbours with common names do not. For each two listings that share a promising pair, every member of one is compared
// with every member of the other, and the pairs are judged together:
//
//	S: both listings are one household. Each member of the smaller is listed in the other with probability present, few
//	   others are, and a pair's evidence is same person against same family, for in such a house everyone shares address,
//	   phone and surname.
//	N: they are two households. A pair in them stands alone, as it did before; a bride or a lodger may be in both.
//
// The odds of S are its prior, times the evidence of what a household shares (counted once, not once a member), times for
// each member the chance of finding what was found, less what the names owe to a common community, times that of the sizes of
// the two. Prior and present are learned from the meetings themselves. A pair is one person with the weight of S times its share among its
// rivals there, plus the weight of N times its own odds. A sibling who has a better partner across is explained away by the
// same sum. Each listing is looked at once with each other one, so the work is bounded and nothing can run in circles.
type homes struct {
	t       *table
	c       *comparer
	w       *weights
	fr      *frequencies
	meets   []meeting
	cells   []cell
	priorS  float64 // log2 odds that two listings are one household
	alone   float64 // what the prior of a lone pair loses: log2
	present float64
	kinds   *kinds
	sizes   []float64
	sounds  []uint32  // scratch
	numbers []float64 // scratch
}

// A meeting is two listings that may be one household.
type meeting struct {
	from, to int32 // its cells
	n1, n2   int32 // members, n1 <= n2
	known    int32 // pairs that blocks had brought together
	shared   float32
	sure     float64 // posterior of S
	found    float64 // members of the smaller listing who are in the other, if S
}

// A cell is one pair across a meeting.
type cell struct {
	a, b uint32  // a in the smaller listing
	kin  float32 // log2 same against family, in what is a person's own
	far  float32 // log2 family against strangers in the same: twins share a birthday
	odds float32 // log2 odds alone
	edge int32   // of the edge list, or -1
	p    pattern
}

// startPresent is believed of how many members of a listing stand in another one of the same household, and counts as much as
// priorPresent of them seen; mostPresent leaves room for those who were away.
const (
	startPresent = 0.85
	priorPresent = 100
	mostPresent  = 0.97
)

// largestHome is the largest listing compared whole; a hostel's is not a family's.
const largestHome = 24

// faint is the log2 same-against-family weight below which a cell cannot matter.
const faint = -4

func (l *linker) households() {
	t := l.t
	if t.houseCount == 0 {
		return
	}
	h := &homes{t: t, c: l.c, w: l.w, fr: l.fr, present: l.m.HomePresent, priorS: l.m.HomePrior, alone: l.m.HomeAlone, kinds: l.m.Communities.kinds(t), sizes: l.m.HomeSizes}
	var hits []hit
	for i, e := range l.edges {
		x, y := t.row(e.a).household, t.row(e.b).household
		if x == 0 || y == 0 || x == y {
			continue
		}
		hits = append(hits, hit{uint64(min(x, y))<<32 | uint64(max(x, y)), int32(i)})
	}
	slices.SortFunc(hits, func(a, b hit) int {
		if a.key != b.key {
			return compareUint(a.key, b.key)
		}
		return int(a.edge - b.edge)
	})
	if l.opts.Model == nil {
		h.learn(l, hits)
	}
	for len(hits) > 0 {
		n := min(fetchAhead/4, len(hits))
		for n < len(hits) && hits[n].key == hits[n-1].key {
			n++
		}
		_ = t.fetch(hits[:n])
		eachMeeting(hits[:n], func(known []hit) {
			h.meets, h.cells = h.meets[:0], h.cells[:0]
			h.meet(l, known)
			h.conclude(l)
		})
		hits = hits[n:]
	}
}

// A hit is an edge between two listings.
type hit struct {
	key  uint64 // the numbers of both
	edge int32
}

// eachMeeting calls f with all edges between two listings.
func eachMeeting(hits []hit, f func([]hit)) {
	for i := 0; i < len(hits); {
		j := i + 1
		for j < len(hits) && hits[j].key == hits[i].key {
			j++
		}
		f(hits[i:j])
		i = j
	}
}

// sampleMeetings is how many meetings the priors are learned from.
const sampleMeetings = 16_000

// learn estimates from a sample of the meetings what is believed of all of them. They are drawn and ordered by hashes of ids.
func (h *homes) learn(l *linker, hits []hit) {
	type drawn struct {
		hash  uint64
		known []hit
	}
	n := 0
	eachMeeting(hits, func([]hit) { n++ })
	every := uint64(max(1, n/sampleMeetings))
	var sample []drawn
	eachMeeting(hits, func(known []hit) {
		hash := mix(h.t.leastHash(h.t.members(uint32(known[0].key>>32))) + h.t.leastHash(h.t.members(uint32(known[0].key))))
		if hash%every == 0 {
			sample = append(sample, drawn{hash, known})
		}
	})
	slices.SortFunc(sample, func(a, b drawn) int { return compareUint(a.hash, b.hash) })
	for _, d := range sample {
		h.meet(l, d.known)
	}
	h.sizes = h.t.listingSizes()
	h.settle(float64(h.t.houseCount), float64(every))
	l.m.HomeSizes, l.m.HomePrior, l.m.HomeAlone, l.m.HomePresent = h.sizes, h.priorS, h.alone, h.present
}

// meet compares two listings whole.
func (h *homes) meet(l *linker, known []hit) {
	a, b := h.t.members(uint32(known[0].key>>32)), h.t.members(uint32(known[0].key))
	if len(a) > len(b) || len(a) == len(b) && h.t.leastHash(a) > h.t.leastHash(b) {
		a, b = b, a
	}
	m := meeting{from: int32(len(h.cells)), n1: int32(len(a)), n2: int32(len(b)), known: int32(len(known)), shared: -100}
	add := func(i, j uint32, p pattern, edge int32) {
		if (h.t.row(i).flags|h.t.row(j).flags)&rowVoid != 0 {
			return
		}
		tf := h.fr.of(h.t, i, j, p)
		s, k := h.w.against(p)
		m.shared = max(m.shared, float32(h.shared(i, j, p)))
		kin, far := h.own(i, j, p)
		if kin < faint && edge < 0 {
			return
		}
		h.cells = append(h.cells, cell{a: i, b: j, kin: float32(kin), far: float32(far), odds: float32(h.w.combine(s+tf, k)), edge: edge, p: p})
	}
	if len(b) > largestHome {
		for _, k := range known {
			e := &l.edges[k.edge]
			i, j := e.a, e.b
			if !slices.Contains(a, i) {
				i, j = j, i
			}
			add(i, j, e.pattern, k.edge)
		}
	} else {
		for _, i := range a {
			for _, j := range b {
				edge := int32(-1)
				for _, k := range known {
					if e := &l.edges[k.edge]; e.a == i && e.b == j || e.a == j && e.b == i {
						edge = k.edge
						break
					}
				}
				if edge >= 0 {
					add(i, j, l.edges[edge].pattern, edge)
					continue
				}
				p, alike := h.c.alikePersons(h.t.row(i), h.t.row(j), h.w)
				if !alike {
					continue
				}
				if kin, _ := h.own(i, j, p); kin >= faint {
					add(i, j, p|h.c.rest(i, j), edge)
				}
			}
		}
	}
	m.to = int32(len(h.cells))
	slices.SortFunc(h.cells[m.from:m.to], func(p, q cell) int {
		return compareIDs(h.t, p.a, p.b, q.a, q.b)
	})
	h.meets = append(h.meets, m)
}

// leastHash orders listings of one size by something that the order of the input does not change.
func (t *table) leastHash(rows []uint32) uint64 {
	least := uint64(math.MaxUint64)
	for _, i := range rows {
		least = min(least, t.hash(i))
	}
	return least
}

// agreed notes the names on which a pair agrees.
func (h *homes) agreed(c *cell) {
	x := h.t.row(c.a)
	note := func(f field, word uint32) {
		if l := c.p.level(f); l >= nameExact && l <= nameTypo && word > 0 {
			if s := h.t.names.list[word].sound; !slices.Contains(h.sounds, s) {
				h.sounds = append(h.sounds, s)
			}
		}
	}
	note(fieldGiven, x.given)
	note(fieldFamily, x.family)
	note(fieldFather, x.father)
}

// alikePersons is person for two people of two listings, as long as they may be one; it breaks off where they are not: of another
// given name, and of another sex or age. What the other names may still add is bounded by the best of it; who may have exchanged
// names or joined them is looked at whole.
func (c *comparer) alikePersons(x, y *row, w *weights) (p pattern, alike bool) {
	p = c.self(x, y)
	self := w.family[fieldBirth][p.level(fieldBirth)] + w.family[fieldSex][p.level(fieldSex)]
	if (x.altGiven | y.altGiven) == 0 {
		l := c.token(x.given, y.given)
		switch own := self + w.family[fieldGiven][l]; {
		case l < nameAlike:
		case self < faint && own < 2*faint:
			return p, false
		case own+w.names >= faint, x.mid != x.given, y.mid != y.given:
		case !good(c.token(x.given, y.family)) && !good(c.token(x.family, y.given)):
			return p, false
		}
	}
	p |= c.names(x, y)
	self += w.family[fieldGiven][p.level(fieldGiven)] + w.family[fieldFamily][p.level(fieldFamily)]
	if self+w.father < faint-rounding {
		return p, false
	}
	return p | fieldFather.at(c.father(x, y)), true
}

// rounding is more than sums of weights differ by that are added up in another order.
const rounding = 1e-3

// compareIDs orders pairs by the hashes of their ids.
func compareIDs(t *table, a, b, c, d uint32) int {
	if a != c {
		return compareUint(t.hash(a), t.hash(c))
	}
	return compareUint(t.hash(b), t.hash(d))
}

func compareUint(a, b uint64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// shared is the evidence for one home in what a household shares: place, phone and surname.
func (h *homes) shared(a, b uint32, p pattern) float64 {
	const common = 15<<(4*fieldArea) | 15<<(4*fieldHouse) | 15<<(4*fieldStreet) | 15<<(4*fieldMobile) | 15<<(4*fieldFamily)
	q := p & common
	s, _ := h.w.against(q)
	return s + h.fr.of(h.t, a, b, q)
}

// own weighs what is a person's own. A father's name is a family's: its agreement tells one person from a relative, but
// each brother repeats it, so against strangers it is left out.
func (h *homes) own(a, b uint32, p pattern) (kin, far float64) {
	const own = 15<<(4*fieldGiven) | 15<<(4*fieldBirth) | 15<<(4*fieldSex) | 15<<(4*fieldEPIC) | 15<<(4*fieldABHA)
	const kins = own | 15<<(4*fieldFather) | 15<<(4*fieldFamily)
	_, kin = h.w.against(p & kins)
	s, k := h.w.against(p & own)
	far = s + h.fr.of(h.t, a, b, p&own) - k
	return kin, far
}

// settle estimates the priors from meetings, of which one in every was drawn, in a few rounds.
func (h *homes) settle(houses, every float64) {
	pairs := max(houses*(houses-1)/2, 1)
	h.priorS, h.present = math.Log2(0.05*houses/pairs), startPresent
	for range 4 {
		sure, lone, all := 0.0, 0.0, 0.0
		found, there := 0.0, 0.0
		for i := range h.meets {
			h.judge(&h.meets[i], func(c *cell, same, sameAlone float64) {
				all += same
				lone += sameAlone
			})
			m := &h.meets[i]
			sure += m.sure
			if m.sure > 0.9 {
				found, there = found+m.found, there+float64(m.n1)
			}
		}
		h.priorS = math.Log2(max(every*sure, 1) / pairs)
		h.present = min((startPresent*priorPresent+found)/(priorPresent+there), mostPresent)
		if all > 0 {
			h.alone = math.Log2(max(lone/all, 0.02))
		}
	}
}

// conclude gives the pairs of each meeting their odds.
func (h *homes) conclude(l *linker) {
	for i := range h.meets {
		m := &h.meets[i]
		h.judge(m, func(c *cell, same, _ float64) {
			odds := float32(max(min(math.Log2(max(same, 1e-12)/max(1-same, 1e-12)), 40), -40))
			switch {
			case c.edge >= 0:
				e := &l.edges[c.edge]
				e.home = odds - e.odds
				e.odds = odds
				e.met = m.known > 1
			case odds > keepOdds:
				l.edges = append(l.edges, edge{a: c.a, b: c.b, odds: odds, home: odds - c.odds, pattern: c.p, met: true})
			}
		})
	}
}

// extra is the evidence in how many the larger listing has over those found: few if both are one household.
func (h *homes) extra(n1, n2 int, found float64) float64 {
	if len(h.sizes) == 0 {
		return 0
	}
	x := max(n2-int(math.Round(found)), 0)
	lambda := float64(n1)*(1-h.present)/h.present + 0.2
	p := math.Exp(-lambda)
	for i := 1; i <= x; i++ {
		p *= lambda / float64(i)
	}
	part := 0.05
	p = (1-part)*p + part/8
	return math.Log2(p / h.sizes[min(n2, len(h.sizes)-1)])
}

// listingSizes is the share of the listings that have so many members.
func (t *table) listingSizes() []float64 {
	sizes := make([]float64, largestHome+2)
	n := 0.0
	for h := uint32(1); h <= t.houseCount; h++ {
		if m := len(t.members(h)); m > 0 {
			sizes[min(m, largestHome+1)]++
			n++
		}
	}
	for i := range sizes {
		sizes[i] = max(sizes[i], 1) / max(n, 1)
		if i > largestHome {
			sizes[i] = max(sizes[i], 0.01)
		}
		sizes[i] = max(sizes[i], 0.002)
	}
	return sizes
}

// scratch returns four lists of n numbers that the next call uses again.
func (h *homes) scratch(n int) (a, b, c, d []float64) {
	if len(h.numbers) < 4*n {
		h.numbers = make([]float64, 8*n)
	}
	return h.numbers[:n], h.numbers[n : 2*n], h.numbers[2*n : 3*n], h.numbers[3*n : 4*n]
}

// judge computes the posterior of S for a meeting and of every cell in it; f is told each cell's probability of one person,
// and the part of it that does not rest on the household.
func (h *homes) judge(m *meeting, f func(c *cell, same, alone float64)) {
	cells := h.cells[m.from:m.to]
	if len(cells) == 0 {
		return
	}
	share, free, taken, alone := h.scratch(len(cells))
	// share is each cell's weight in its member's sum.
	base := h.present / float64(m.n2)
	for i, c := range cells {
		share[i] = base * math.Exp2(min(float64(c.kin+min(c.far, 0)), 60))
	}
	// A partner taken by another member is less free: two rounds of soft assignment.
	for i := range free {
		free[i] = 1
	}
	sums := func(i int) (sum float64) {
		sum = 1 - h.present
		for j := range cells {
			if cells[j].a == cells[i].a {
				sum += share[j] * free[j]
			}
		}
		return sum
	}
	for range 2 {
		for i := range cells {
			taken[i] = share[i] * free[i] / sums(i)
		}
		for i := range cells {
			free[i] = 1
			for j := range cells {
				if j != i && cells[j].b == cells[i].b {
					free[i] *= 1 - min(taken[j], 0.999)
				}
			}
		}
	}
	// Under N every member may still have been listed in both places for a reason of its own: a bride, a lodger.
	for i := range cells {
		alone[i] = math.Exp2(min(float64(cells[i].odds)+h.alone, 60))
	}
	lone := func(i int) (sum float64) {
		sum = 1
		for j := range cells {
			if cells[j].a == cells[i].a {
				sum += alone[j] * free[j]
			}
		}
		return sum
	}
	members := 0
	h.sounds = h.sounds[:0]
	home, apart := h.priorS+float64(m.shared), 0.0
	for i := 0; i < len(cells); { // cells stand in order of a
		lift, j, best := float32(0), i, i
		for ; j < len(cells) && cells[j].a == cells[i].a; j++ {
			lift = max(lift, cells[j].far)
			if share[j]*free[j] > share[best]*free[best] {
				best = j
			}
		}
		h.agreed(&cells[best])
		home += math.Log2(sums(i)) + float64(lift)
		apart += math.Log2(lone(i))
		members++
		i = j
	}
	home += float64(int(m.n1)-members) * math.Log2(1-h.present)
	home -= h.kinds.excess(h.sounds)
	m.found = 0
	for i := range cells {
		m.found += share[i] * free[i] / sums(i)
	}
	home += h.extra(int(m.n1), int(m.n2), m.found)
	m.sure = probability(home - apart)
	for i := range cells {
		inHome := m.sure * share[i] * free[i] / sums(i)
		byItself := (1 - m.sure) * alone[i] * free[i] / lone(i)
		f(&cells[i], inHome+byItself, byItself)
	}
}
