package linkage

import "slices"

// Decision is what the engine makes of a pair.
type Decision uint8

const (
	Match  Decision = iota + 1 // one person
	Review                     // for a person to decide
)

func (d Decision) String() string {
	switch d {
	case Match:
		return "match"
	case Review:
		return "review"
	}
	return ""
}

// Thresholds in log2 odds. They are fixed: the odds are meant to be probabilities, so that they serve all data alike. Where
// families are in the data (see hasKin) a wrong match gives a card to a relative: there more is asked for than
// of a bare list, where a missed match costs as much as a wrong one.
const (
	homeMatchOdds = 5.0  // probability 0.97
	listMatchOdds = 0.0  // probability 0.5
	reviewOdds    = -5.6 // probability 0.02
	keepOdds      = -7.0 // below this a pair is forgotten
)

// matchOdds is the threshold of a match.
func (l *linker) matchOdds() float32 {
	if l.m.Kin {
		return homeMatchOdds
	}
	return listMatchOdds
}

// A forest is a set of clusters under construction.
type forest struct {
	parent []uint32
	next   []uint32 // members of a cluster in a ring
	size   map[uint32]int
}

func newForest(n int) *forest {
	f := &forest{parent: make([]uint32, n), next: make([]uint32, n), size: map[uint32]int{}}
	for i := range f.parent {
		f.parent[i], f.next[i] = uint32(i), uint32(i)
	}
	return f
}

func (f *forest) root(i uint32) uint32 {
	for f.parent[i] != i {
		f.parent[i] = f.parent[f.parent[i]]
		i = f.parent[i]
	}
	return i
}

func (f *forest) count(root uint32) int { return max(f.size[root], 1) }

// members lists the cluster of i.
func (f *forest) members(i uint32) []uint32 {
	list := []uint32{i}
	for j := f.next[i]; j != i; j = f.next[j] {
		list = append(list, j)
	}
	return list
}

func (f *forest) join(a, b uint32) {
	ra, rb := f.root(a), f.root(b)
	if ra == rb {
		return
	}
	n := f.count(ra) + f.count(rb)
	if f.count(ra) < f.count(rb) {
		ra, rb = rb, ra
	}
	f.parent[rb] = ra
	f.next[ra], f.next[rb] = f.next[rb], f.next[ra]
	f.size[ra] = n
	delete(f.size, rb)
}

// cluster joins records best edge first (Kruskal's order), never against a rule: two lines of one listing are two people,
// and so are two records a person kept apart. A bridge that joins two groups whose other members do not agree goes to review.
func (l *linker) cluster() {
	slices.SortFunc(l.edges, func(p, q edge) int {
		if p.odds != q.odds {
			if p.odds > q.odds {
				return -1
			}
			return 1
		}
		pa, pb := l.ordered(p)
		qa, qb := l.ordered(q)
		return compareIDs(l.t, pa, pb, qa, qb)
	})
	l.forest = newForest(l.t.rows.n)
	for _, d := range l.same {
		if !l.forbidden(d[0], d[1]) {
			l.forest.join(d[0], d[1])
		}
	}
	held := map[[4]uint32]bool{}
	for i := range l.edges {
		e := &l.edges[i]
		if e.odds < l.matchOdds() {
			break
		}
		if l.forest.root(e.a) == l.forest.root(e.b) {
			continue
		}
		if l.forbidden(e.a, e.b) {
			e.barred = true
			continue
		}
		if held[l.meeting(e)] || l.disagree(e) {
			held[l.meeting(e)] = true
			e.bridge = true
			continue
		}
		l.forest.join(e.a, e.b)
	}
}

func (l *linker) ordered(e edge) (uint32, uint32) {
	if l.t.hash(e.a) <= l.t.hash(e.b) {
		return e.a, e.b
	}
	return e.b, e.a
}

// forbidden reports whether joining the clusters of a and b would put together what must stay apart.
func (l *linker) forbidden(a, b uint32) bool {
	left, right := l.forest.members(a), l.forest.members(b)
	for _, x := range left {
		for _, y := range right {
			if l.t.coListed(x, y) || l.apart[pairKey(x, y)] {
				return true
			}
		}
	}
	return false
}

func pairKey(a, b uint32) uint64 { return uint64(min(a, b))<<32 | uint64(max(a, b)) }
