package linkage

import (
	"context"
	"maps"
)

// How many pairs of each kind a model is learned from.
const (
	sampleCandidates = 360_000
	sampleRandom     = 120_000
	sampleLike       = 40_000
	sampleListed     = 60_000
)

// sharedNumber is the chance that a number meant for one person stands on a stranger's row.
const sharedNumber = 1e-7

// train draws the pairs that a model is learned from. Draws are by hashes of keys or ids, never by position, so that
// the order of the input does not matter.
func train(ctx context.Context, c *comparer, b *blocks, fr *frequencies, same [][2]uint32, apart map[uint64]bool) (*lesson, error) {
	t := b.t
	n := t.rows.n
	ls := &lesson{records: n, pairs: max(float64(n)*float64(n-1)/2, 1), exact: fr.exact, fields: t.fields(), kin: t.hasKin()}
	ls.exact[fieldBirth] = t.birthChance()
	for _, f := range []field{fieldEPIC, fieldABHA} {
		if ls.exact[f] > 0 { // no two people are given one number; a few copy another's
			ls.exact[f] = min(ls.exact[f], sharedNumber)
		}
	}
	taught := maps.Clone(apart) // what people decided is no guess
	for _, d := range same {
		taught[pairKey(d[0], d[1])] = true
	}

	// Each pass gives its share of the sample, so that a crowded pass cannot drown the telling ones; what was drawn one in
	// so many counts so many times.
	got := tally{}
	list, spare := make([]keyed, 0, n), make([]keyed, n)
	for k := range b.passes {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		every := uint64(max(1, b.report.Passes[k].Pairs*int64(len(b.passes))/sampleCandidates))
		eachRun(b.sample(k, every, list, spare), func(run []keyed) {
			for i := range run {
				for j := range i {
					x, y := run[i].record(), run[j].record()
					if t.coListed(x, y) || b.earlier(x, y, k) || taught[pairKey(x, y)] {
						continue
					}
					p := c.compare(x, y)
					got.add(p, fr.of(t, x, y, p), float64(every))
				}
			}
		})
	}
	ls.candidates = got.sorted()

	order := make([]keyed, 0, n)
	for i := range uint32(t.rows.n) {
		h := t.hash(i)
		if t.row(i).flags&rowVoid == 0 {
			order = append(order, keyed(h>>32)<<32|keyed(i))
		}
	}
	order = append([]keyed(nil), sortKeyed(order, spare)...)
	ls.random = drawRandom(c, fr, order)
	ls.likeNamed = drawLike(c, fr, order, list, spare, func(r *row) uint32 { return t.names.list[r.given].sound })
	ls.sameStreet = drawLike(c, fr, order, list, spare, func(r *row) uint32 { return r.street })
	ls.sameLane = drawLike(c, fr, order, list, spare, func(r *row) uint32 {
		if r.street == 0 || r.locality == 0 {
			return 0
		}
		return nonzero(uint32(mix(uint64(r.street)<<32|uint64(r.locality)) >> 32))
	})
	ls.coListed = drawListed(c, order)
	one, two := tally{}, tally{}
	for _, d := range same {
		one.add(c.compare(d[0], d[1]), 0, 1)
	}
	for key := range apart {
		x, y := uint32(key>>32), uint32(key)
		p := c.compare(x, y)
		two.add(p, fr.of(t, x, y, p), 1)
	}
	ls.same, ls.apart = one.sorted(), two.sorted()
	return ls, nil
}

// hasKin reports data in which families stand together: listings are told, or phones, or fathers, by more than a few. Bare lists
// of people are not looked at with relatives in mind, for nothing in them would tell relatives apart.
func (t *table) hasKin() bool {
	few := uint32(t.rows.n / 50)
	return t.houseCount > 0 || t.mobiles.total > few || t.names.fathers > few
}

// fields tells which comparisons the data allow.
func (t *table) fields() []bool {
	f := make([]bool, fieldCount)
	f[fieldGiven], f[fieldFamily], f[fieldFather] = t.names.givens > 0, t.names.families > 0, t.names.fathers > 0
	for i := range uint32(t.rows.n) {
		f[fieldBirth] = f[fieldBirth] || t.row(i).birth.known()
		f[fieldSex] = f[fieldSex] || t.row(i).sex > 0
	}
	f[fieldArea] = t.localities.total > 0 || t.pins.total > 0 || t.wards.total > 0
	f[fieldHouse], f[fieldStreet], f[fieldMobile] = t.houses.total > 0, t.streets.total > 0, t.mobiles.total > 0
	f[fieldEPIC], f[fieldABHA] = t.epic != nil, t.abha != nil
	for k := range t.extra {
		f[fieldExtra+field(k)] = t.extra[k] != nil
	}
	return f
}

// birthChance is the chance that two strangers have one full date of birth, other than a first of January.
func (t *table) birthChance() float64 {
	list := make([]keyed, 0, t.rows.n)
	told := 0.0
	for i := range uint32(t.rows.n) {
		b := t.row(i).birth
		if !b.known() {
			continue
		}
		told++
		if b.full() && !b.byAge() && !(b.month() == 1 && b.day() == 1) {
			list = append(list, keyed(b)<<32|keyed(i))
		}
	}
	if told < 2 {
		return 0
	}
	same := 0.0
	eachRun(sortKeyed(list, make([]keyed, len(list))), func(run []keyed) {
		same += float64(len(run)) * float64(len(run)-1)
	})
	return max(same, 0.1) / told / (told - 1)
}

// coListed reports two different lines of one listing.
func (t *table) coListed(a, b uint32) bool {
	x, y := t.row(a), t.row(b)
	return x.household != 0 && x.household == y.household && (x.line != y.line || x.line == 0)
}

func drawRandom(c *comparer, fr *frequencies, order []keyed) []counted {
	got := tally{}
	n := uint64(len(order))
	if n < 2 {
		return nil
	}
	draw := func(x, y uint32) {
		if x != y && !c.t.coListed(x, y) {
			p := c.compare(x, y)
			got.add(p, fr.of(c.t, x, y, p), 1)
		}
	}
	if n*(n-1)/2 <= sampleRandom {
		for i := range order {
			for j := range i {
				draw(order[i].record(), order[j].record())
			}
		}
		return got.sorted()
	}
	for k := uint64(0); k < sampleRandom; k++ {
		draw(order[mix(2*k)%n].record(), order[mix(2*k+1)%n].record())
	}
	return got.sorted()
}

// drawLike draws pairs of records that share a value. list and spare are scratch.
func drawLike(c *comparer, fr *frequencies, order, list, spare []keyed, value func(*row) uint32) []counted {
	list = list[:0]
	for _, o := range order {
		if v := value(c.t.row(o.record())); v > 0 {
			list = append(list, keyed(v)<<32|keyed(o.record()))
		}
	}
	list = sortKeyed(list, spare)
	got := tally{}
	every := uint64(max(1, len(list)/sampleLike))
	eachRun(list, func(run []keyed) {
		if len(run) < 2 {
			return
		}
		for i, r := range run {
			h := mix(c.t.hash(r.record()))
			if h%every != 0 {
				continue
			}
			j := int(h >> 8 % uint64(len(run)-1))
			if j >= i {
				j++
			}
			x, y := r.record(), run[j].record()
			if !c.t.coListed(x, y) {
				p := c.compare(x, y)
				got.add(p, fr.of(c.t, x, y, p), 1)
			}
		}
	})
	return got.sorted()
}

// drawListed draws pairs of one listing.
func drawListed(c *comparer, order []keyed) []counted {
	if c.t.houseCount == 0 {
		return nil
	}
	got := tally{}
	every := uint64(max(1, len(order)/sampleListed))
	for _, o := range order {
		h := mix(c.t.hash(o.record()) ^ 0x77)
		r := c.t.row(o.record())
		if h%every != 0 || r.household == 0 {
			continue
		}
		for _, other := range c.t.members(r.household) {
			if c.t.hash(other) > c.t.hash(o.record()) && c.t.coListed(other, o.record()) {
				got.add(c.compare(o.record(), other), 0, 1)
			}
		}
	}
	return got.sorted()
}
