package linkage

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"
)

// Extend links further records with all that stand, under the frozen model. A listing is replaced whole: the rows of the
// households named go, and those among records stand in their place; a household that is not named must be new. The order in
// which batches come does not change who is put together: every step depends on the records alone, and the clusters are formed
// anew from all pairs. s is used up.
//
// Result.Pairs and Result.Memberships then tell only of what may have changed: the people in the batch, and whoever is tied
// to them or was.
func (s *Standing) Extend(ctx context.Context, households []string, records iter.Seq2[Record, error], opts Options) (*Result, error) {
	if len(opts.Extra) != len(s.t.extra) {
		return nil, fmt.Errorf("%d extra columns, and %d stand: %w", len(opts.Extra), len(s.t.extra), ErrStanding)
	}
	opts.Model, opts.Keep = s.m, true
	l := &linker{opts: opts, t: s.t, m: s.m, apart: map[uint64]bool{}}
	l.stood = slices.Clone(s.t.person)
	l.progress("read", 0, 0)
	l.replace(households)
	if err := l.t.read(ctx, records); err != nil {
		return nil, err
	}
	l.inherit()
	if err := l.t.finish(s.m, true); err != nil {
		return nil, err
	}
	l.decided()
	l.c = newComparer(l.t)
	l.fr, _ = newFrequencies(l.t, s.m)
	l.b = &blocks{t: l.t, passes: s.m.Passes, keys: grow(s.keys, l.t.rows.n*len(s.m.Passes), 0)}
	for i := l.t.from; i < uint32(l.t.rows.n); i++ {
		for k := range l.b.passes {
			l.b.keys[int(i)*len(l.b.passes)+k] = l.b.key(i, k)
		}
	}
	for _, p := range s.m.Passes {
		l.b.report.Passes = append(l.b.report.Passes, PassReport{Name: p.Name, Split: len(p.Split)})
	}
	l.w = l.m.weights()
	if err := l.scoreNew(ctx); err != nil {
		return nil, err
	}
	l.progress("households", 0, 0)
	l.households()
	fresh := l.edges
	touched := make([]bool, l.t.rows.n)
	l.edges = slices.Clone(fresh)
	for _, e := range s.edges {
		gone := false
		for _, i := range [2]uint32{e.a, e.b} {
			gone = gone || l.t.row(i).flags&rowGone != 0
		}
		if gone {
			touched[e.a], touched[e.b] = true, true
			continue
		}
		l.edges = append(l.edges, e)
	}
	for i := int(l.t.from); i < l.t.rows.n; i++ {
		touched[i] = true
	}
	l.tied(touched)
	l.progress("cluster", 0, 0)
	l.cluster()
	return l.result(nil, fresh, touched, s.sizes), nil
}

// replace takes the rows of listings away.
func (l *linker) replace(households []string) {
	t := l.t
	going := make([]bool, t.households.len()+len(households))
	for _, h := range households {
		n, _ := t.households.add(h)
		going[n] = h != ""
	}
	for i := range uint32(t.rows.n) {
		if r := t.row(i); r.flags&rowGone == 0 && going[r.household] {
			r.flags |= rowGone
			l.gone = append(l.gone, i)
		}
	}
}

// inherit gives a row that stands in another's place its person, unless the batch told one, and its name.
func (l *linker) inherit() {
	t := l.t
	if len(l.gone) == 0 {
		return
	}
	was := make(map[string]uint32, len(l.gone))
	for _, i := range l.gone {
		was[t.ids.at(i)] = i
	}
	t.person = grow(t.person, t.rows.n, nobody)
	now := make(map[uint32]uint32, len(l.gone))
	for i := t.from; i < uint32(t.rows.n); i++ {
		if old, ok := was[t.ids.at(i)]; ok {
			now[old] = i
			if t.person[i] == nobody {
				t.person[i] = t.person[old]
			}
		}
	}
	for i, p := range t.person {
		if p == nobody || t.row(p).flags&rowGone == 0 {
			continue
		}
		if stands, ok := now[p]; ok {
			t.person[i] = stands
		} else {
			t.person[i] = nobody
		}
	}
}

// scoreNew compares every new record with whatever shares a key with it.
func (l *linker) scoreNew(ctx context.Context) error {
	t, n := l.t, len(l.b.passes)
	byKey := make([]map[uint32][]uint32, n)
	var sieve [1 << 14]uint64 // nearly all keys are not among those looked for
	for k := range n {
		byKey[k] = map[uint32][]uint32{}
		for i := t.from; i < uint32(t.rows.n); i++ {
			if h := l.b.keys[int(i)*n+k]; h != 0 {
				byKey[k][h] = append(byKey[k][h], i)
				sieve[h>>6&(1<<14-1)] |= 1 << (h & 63)
			}
		}
	}
	workers := runtime.GOMAXPROCS(0)
	parts := make([]scored, 4*workers)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(workers)
	for p := range parts {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			c := newComparer(t)
			s := &parts[p]
			s.byPass = make([]int64, n)
			for i := uint32(t.rows.n * p / len(parts)); i < uint32(t.rows.n*(p+1)/len(parts)); i++ {
				if t.row(i).flags&rowGone != 0 {
					continue
				}
				for k, h := range l.b.keys[int(i)*n : int(i+1)*n] {
					if h == 0 || sieve[h>>6&(1<<14-1)]&(1<<(h&63)) == 0 {
						continue
					}
					for _, y := range byKey[k][h] {
						if i < y && !t.coListed(i, y) && !l.b.earlier(i, y, k) {
							s.byPass[k]++
							l.scorePair(c, i, y, s)
						}
					}
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for _, s := range parts {
		l.edges = append(l.edges, s.edges...)
		for k, c := range s.byPass {
			l.b.report.Passes[k].New += c
			l.b.report.Compared += c
		}
	}
	return nil
}

// tied spreads a mark to all that hang together, by pairs that people may see or by what people decided.
func (l *linker) tied(marked []bool) {
	f := newForest(l.t.rows.n)
	for _, e := range l.edges {
		if e.odds >= reviewOdds {
			f.join(e.a, e.b)
		}
	}
	for _, d := range l.same {
		f.join(d[0], d[1])
	}
	groups := map[uint32]bool{}
	for i, m := range marked {
		if m {
			groups[f.root(uint32(i))] = true
		}
	}
	for i := range marked {
		marked[i] = l.t.row(uint32(i)).flags&rowGone == 0 && (marked[i] || groups[f.root(uint32(i))])
	}
}

// Memberships yields the id of every record whose person may have changed, and its person's, in the order of ids: a store takes
// a million faster so. After Link it yields all records.
func (r *Result) Memberships() iter.Seq2[string, string] {
	t := r.l.t
	return func(yield func(string, string) bool) {
		rows := make([]uint32, 0, t.rows.n)
		for i := range uint32(t.rows.n) {
			if r.touched == nil || r.touched[i] {
				rows = append(rows, i)
			}
		}
		slices.SortFunc(rows, func(a, b uint32) int { return bytes.Compare(t.ids.coded(a), t.ids.coded(b)) })
		for _, i := range rows {
			id := r.ID(i)
			person := id
			if r.person[i] != i {
				person = r.Person(i)
			}
			if !yield(id, person) {
				return
			}
		}
	}
}

// Gone lists the ids of the records that Extend took away and that nothing stands for.
func (r *Result) Gone() []string {
	t := r.l.t
	there := map[string]bool{}
	for i := t.from; i < uint32(t.rows.n); i++ {
		there[t.ids.at(i)] = true
	}
	var list []string
	for _, i := range r.l.gone {
		if id := t.ids.at(i); !there[id] {
			list = append(list, id)
		}
	}
	return list
}
