package linkage

import (
	"fmt"
	"math"
	"slices"
)

// A class is what two records can be to each other.
type class uint8

const (
	classSame     class = iota // one person
	classFamily                // two people of one household or family
	classStranger              // two people with nothing to do with each other
	classes
)

// levels are probabilities of the levels of every field.
type levels [fieldCount][levelCount]float64

// A Model is all that was learned: how often each level is seen among pairs of one person, of one family and of
// strangers, and how common the first two are. It serialises to JSON; a frozen model gives the same weights to the same
// pair in any batch.
type Model struct {
	Version  int                // of the way levels and blocks are made
	Records  int                // it was learned from
	Taught   int                // pairs that people had decided by then
	Same     levels             // P(level | one person), levels of a field sum to 1
	Family   levels             // P(level | two people of one family)
	Stranger [2]levels          // P(level | strangers); the second where the field's companion agrees (see companion)
	PSame    float64            // share of all pairs that are one person
	PFamily  float64            // share of all pairs that are of one family, not of one listing
	Fields   []bool             // which fields take part
	Kin      bool               // families stand together in the data
	Passes   []Pass             // which records are compared
	Counts   map[string]Counts  // how common values are, by column
	Sharing  map[string]float64 // words of names that are often shared within a listing: family names (see turn.go)

	Communities                       *communities // of names; see community.go
	HomePrior, HomeAlone, HomePresent float64      // of two listings that may be one household; see household.go
	HomeSizes                         []float64    // share of the listings that have so many members
}

// ModelVersion changes with the meaning of anything in a Model.
const ModelVersion = 2

// passes is the plan of a frozen model, nil without one.
func (m *Model) passes() []Pass {
	if m == nil {
		return nil
	}
	return m.Passes
}

// companion returns the condition under which a field is looked up in the second set of stranger probabilities. Strangers
// who share a given name more often share sex, age, community and so surname and father's name than two strangers at
// random, and those on one street share its locality: taken as independent, such agreements would count twice.
func companion(f field, p pattern) int {
	switch f {
	case fieldFamily, fieldFather, fieldBirth, fieldSex:
		if l := p.level(fieldGiven); l == nameExact || l == nameSound {
			return 1
		}
	case fieldArea:
		if sameStreet(p) {
			return 1
		}
	case fieldHouse:
		if l := p.level(fieldArea); sameStreet(p) && l != 0 && l <= areaAlike {
			return 1
		}
	}
	return 0
}

func sameStreet(p pattern) bool {
	l := p.level(fieldStreet)
	return l == textExact || l == textAlike
}

// startSame and startFamily are what is believed before the data speak: error rates seen in surveys of the kind. They
// count as priorWeight pairs each (a Dirichlet prior), so that a small file keeps to them and a large one outgrows them.
const (
	priorWeight = 30
	priorShare  = 0.1 // and a tenth of what was seen on top, so that no amount of data may turn a class into another
)

// leastCertain is the posterior from which a pair counts for a class. Millions of strangers, each a thousandth of a match,
// would teach the class of one person to look like theirs.
const leastCertain = 0.3

func startLevels() (same, family levels) {
	set := func(l *levels, f field, v ...float64) {
		for i, x := range v {
			l[f][i+1] = x
		}
	}
	//                     exact sound typo short rival alike differs swap/suffix crossed/other
	set(&same, fieldGiven, .68, .10, .08, .03, .01, .02, .05, .02, .01)
	set(&family, fieldGiven, .004, .006, .005, .01, .025, .05, .89, .005, .005)
	set(&same, fieldFamily, .70, .09, .07, .01, .01, .02, .08, .03)
	set(&family, fieldFamily, .70, .06, .03, .01, .01, .02, .11, .06)
	set(&same, fieldFather, .64, .12, .08, .03, .01, .02, .05, 0, .05)
	set(&family, fieldFather, .35, .05, .02, .01, .01, .03, .30, 0, .23)
	//                     exact jan typo two month year near close heap yonly ynear off far ageoff agefar
	set(&same, fieldBirth, .50, .02, .08, .06, .02, .05, .12, .04, .02, .01, .02, .02, .003, .02, .003)
	set(&family, fieldBirth, .01, .005, .003, .01, .004, .02, .05, .07, .03, .01, .03, .12, .288, .10, .25)
	set(&same, fieldSex, .98, .02)
	set(&family, fieldSex, .45, .55)
	set(&same, fieldArea, .60, .10, .08, .06, .03, .04, .02, .07)
	set(&family, fieldArea, .60, .10, .08, .06, .03, .04, .02, .07)
	set(&same, fieldHouse, .72, .06, .08, .14)
	set(&family, fieldHouse, .72, .06, .08, .14)
	set(&same, fieldStreet, .66, .14, .08, .12)
	set(&family, fieldStreet, .66, .14, .08, .12)
	set(&same, fieldMobile, .50, .05, 0, .45)
	set(&family, fieldMobile, .55, .02, 0, .43)
	for _, f := range []field{fieldEPIC, fieldABHA} {
		set(&same, f, .87, .07, 0, .06)
		set(&family, f, .001, .02, 0, .979)
	}
	for f := fieldExtra; f < fieldCount; f++ {
		set(&same, f, .62, .14, .08, .16)
		set(&family, f, .30, .05, .05, .60)
	}
	return same, family
}

// usedLevels says which levels a field has.
func usedLevels(same *levels, f field) (n int) {
	for l := 1; l < levelCount; l++ {
		if same[f][l] > 0 {
			n = l
		}
	}
	return n
}

// A seen is a pattern with its term-frequency adjustment, rounded, and how often it was met.
type seen struct {
	pattern pattern
	tf      int8 // in half bits: how much rarer than usual the values are on which the pair agrees
}

const tfStep = 0.5

// A tally counts patterns. Sums over it are taken in a fixed order, so that input order cannot change the last digit.
type tally map[seen]float64

// add counts a pair n times.
func (t tally) add(p pattern, tf, n float64) {
	t[seen{p, int8(math.Round(max(min(tf, 40), -40) / tfStep))}] += n
}

type counted struct {
	seen
	n float64
}

func (t tally) sorted() []counted {
	list := make([]counted, 0, len(t))
	for s, n := range t {
		list = append(list, counted{s, n})
	}
	slices.SortFunc(list, func(a, b counted) int {
		if a.pattern != b.pattern {
			if a.pattern < b.pattern {
				return -1
			}
			return 1
		}
		return int(a.tf) - int(b.tf)
	})
	return list
}

// A lesson is what a model is learned from.
type lesson struct {
	records    int
	pairs      float64 // all pairs there are
	candidates []counted
	random     []counted // pairs drawn blindly: nearly all strangers
	likeNamed  []counted // pairs drawn among those of one given name
	sameStreet []counted // pairs drawn among those of one street
	sameLane   []counted // the same, of one locality too
	coListed   []counted // pairs of one listing: family
	kin        bool      // families are in the data
	same       []counted // pairs that a person found to be one
	apart      []counted // pairs that a person found to be two
	exact      [fieldCount]float64
	fields     []bool
}

// Rounds of EM; it has settled long before.
const rounds = 16

// learn estimates a model by expectation–maximisation over pattern counts (Dempster, Laird and Rubin 1977; Winkler 2000),
// in three classes. Strangers are anchored by random pairs, family by pairs that were listed together, and one person by
// the prior; the E-step assigns every sampled pair to the classes by Bayes' rule.
func learn(ls *lesson) *Model {
	// Families without listings: nothing in the data tells one person from a relative but what is believed beforehand, and EM
	// would soon teach one class the other's looks.
	blind := ls.kin && len(ls.coListed) == 0
	m := estimate(ls, blind)
	if !blind && m.Same[fieldGiven][nameDiffers] > mostRenamed {
		m = estimate(ls, true)
	}
	return m
}

// mostRenamed is the share of one person's pairs whose given names may differ; beyond it, another class has taken the place.
const mostRenamed = 0.35

// estimate runs the rounds; blind keeps the personal fields of one person as they are believed beforehand.
func estimate(ls *lesson, blind bool) *Model {
	same0, family0 := startLevels()
	m := &Model{Version: ModelVersion, Records: ls.records, Same: same0, Family: family0, Fields: ls.fields, Kin: ls.kin}
	if len(ls.coListed) > 0 {
		learnFamily(&m.Family, &family0, ls.coListed)
		family0 = m.Family
	}
	m.Stranger[0] = strangers(ls, ls.random, nil, nil)
	m.Stranger[1] = strangers(ls, ls.random, nil, nil)
	n := float64(ls.records)
	m.PSame = 0.1 * n / ls.pairs
	m.PFamily = 0.2 * n / ls.pairs
	if !ls.kin {
		m.PFamily = 0
	}
	candidates := slices.Clone(ls.candidates)
	for round := range rounds {
		w := m.weights()
		if round == 6 { // by now most pairs are strangers for certain
			candidates = slices.DeleteFunc(candidates, func(c counted) bool {
				return w.posterior(c.pattern, float64(c.tf)*tfStep)[classStranger] > 1-1e-7
			})
		}
		var sum [classes]float64
		var got [2]levels
		for _, c := range candidates {
			post := w.posterior(c.pattern, float64(c.tf)*tfStep)
			for k := classSame; k < classStranger; k++ {
				if post[k] < leastCertain {
					continue
				}
				q := c.n * post[k]
				sum[k] += q
				for f := field(0); f < fieldCount; f++ {
					got[k][f][c.pattern.level(f)] += q
				}
			}
		}
		m.PSame = max(sum[classSame], 1e-3) / ls.pairs
		if ls.kin {
			m.PFamily = max(sum[classFamily], 1e-3) / ls.pairs
		}
		for _, c := range ls.same {
			for f := field(0); f < fieldCount; f++ {
				got[classSame][f][c.pattern.level(f)] += c.n
			}
		}
		for _, c := range ls.apart { // family or strangers, as they look
			post := w.posterior(c.pattern, float64(c.tf)*tfStep)
			q := c.n * post[classFamily] / max(post[classFamily]+post[classStranger], 1e-12)
			for f := field(0); f < fieldCount; f++ {
				got[classFamily][f][c.pattern.level(f)] += q
			}
		}
		for f := field(0); f < fieldCount; f++ {
			if !blind || sharedByFamily(f) {
				normalise(&m.Same[f], &got[classSame][f], &same0[f], priorWeight+priorShare*sum[classSame])
			}
			if ls.kin && sharedByFamily(f) {
				normalise(&m.Family[f], &got[classFamily][f], &family0[f], priorWeight+priorShare*sum[classFamily])
			}
		}
		plain := strangers(ls, ls.random, w, nil)
		m.Stranger[0] = plain
		named := strangers(ls, ls.likeNamed, w, &plain)
		streets := strangers(ls, ls.sameStreet, w, &plain)
		m.Stranger[1] = named
		m.Stranger[1][fieldArea] = streets[fieldArea]
		lanes := strangers(ls, ls.sameLane, w, &plain)
		m.Stranger[1][fieldHouse] = lanes[fieldHouse]
	}
	return m
}

// sharedByFamily tells the fields that a listing copies to all its members: how they agree between two listings of one
// family cannot be learned from pairs of one listing.
func sharedByFamily(f field) bool {
	switch f {
	case fieldArea, fieldHouse, fieldStreet, fieldMobile:
		return true
	}
	return f >= fieldExtra
}

// learnFamily takes the levels of personal fields from pairs of one listing.
func learnFamily(to, prior *levels, listed []counted) {
	var got levels
	for _, c := range listed {
		for f := field(0); f < fieldCount; f++ {
			got[f][c.pattern.level(f)] += c.n
		}
	}
	for f := field(0); f < fieldCount; f++ {
		if !sharedByFamily(f) {
			normalise(&to[f], &got[f], &prior[f], priorWeight)
		}
	}
}

// normalise turns counts and a prior into probabilities of the levels from 1 up.
func normalise(to, got, prior *[levelCount]float64, weight float64) {
	n, p := 0.0, 0.0
	for l := 1; l < levelCount; l++ {
		n += got[l]
		p += prior[l]
	}
	for l := 1; l < levelCount; l++ {
		to[l] = (got[l] + weight*prior[l]/p) / (n + weight)
	}
}

// strangers estimates P(level | strangers) from drawn pairs, leaving out by their posterior the few that are one person or
// family. Exact agreement on what takes many values is too rare to be counted; it is the sum of squared frequencies.
func strangers(ls *lesson, drawn []counted, w *weights, plain *levels) levels {
	var got levels
	for _, c := range drawn {
		q := c.n
		if w != nil {
			q *= w.posterior(c.pattern, float64(c.tf)*tfStep)[classStranger]
		}
		for f := field(0); f < fieldCount; f++ {
			got[f][c.pattern.level(f)] += q
		}
	}
	same, _ := startLevels()
	var out levels
	for f := field(0); f < fieldCount; f++ {
		if plain != nil {
			companioned(&out[f], &got[f], &plain[f])
			continue
		}
		top := usedLevels(&same, f)
		var prior [levelCount]float64
		for l := 1; l <= top; l++ {
			if same[f][l] > 0 {
				prior[l] = 1 / float64(top)
			}
		}
		normalise(&out[f], &got[f], &prior, 1)
		if e := ls.exact[f]; e > 0 {
			fixLevel(&out[f], 1, e)
		}
		if e := ls.exact[fieldGiven] * ls.exact[fieldFamily]; f == fieldGiven && e > 0 {
			fixLevel(&out[f], nameSwapped, goodPerExact*e)
		}
	}
	return out
}

// goodPerExact is how many strangers' pairs agree in both names within a slip for each that agrees in both exactly.
const goodPerExact = 3

// companioned scales each plain probability by how much oftener the level was met than it foretells. Where next to nothing
// is foretold nothing can be learned, and the plain probability stays (a gamma prior worth priorMeetings).
func companioned(to, got, plain *[levelCount]float64) {
	const priorMeetings = 5
	n := 0.0
	for l := 1; l < levelCount; l++ {
		n += got[l]
	}
	for l := 1; l < levelCount; l++ {
		to[l] = plain[l] * (got[l] + priorMeetings) / (n*plain[l] + priorMeetings)
	}
}

// fixLevel sets one level and scales the others to keep the sum 1.
func fixLevel(p *[levelCount]float64, l int, v float64) {
	rest := 1 - p[l]
	for k := 1; k < levelCount; k++ {
		if k != l && rest > 0 {
			p[k] *= (1 - v) / rest
		}
	}
	p[l] = v
}

// weights are a model's logarithms, ready for adding up.
type weights struct {
	stranger [2][fieldCount][levelCount]float32 // log2 P(level | same) / P(level | stranger)
	family   [fieldCount][levelCount]float32    // log2 P(level | same) / P(level | family)
	most     [2][fieldCount][levelCount]float32 // bounds for restBound's levels, against strangers and family
	alike    [fieldCount][levelCount]float32    // what area and house gain, if anything, should the streets turn out to be alike
	names    float32                            // the most that family and father's name may count against family
	father   float32                            // the part of it that is the father's
	prior    float64                            // log2 odds of one person against strangers
	kin      float64                            // log2 odds of one person against family
}

func (m *Model) weights() *weights {
	w := &weights{prior: math.Log2(m.PSame / max(1-m.PSame-m.PFamily, 1e-9)), kin: 1000}
	if m.PFamily > 0 {
		w.kin = math.Log2(m.PSame / m.PFamily)
	}
	for f := field(0); f < fieldCount; f++ {
		for l := 1; l < levelCount; l++ {
			if s := m.Same[f][l]; s > 0 {
				w.stranger[0][f][l] = float32(math.Log2(s / max(m.Stranger[0][f][l], 1e-9)))
				w.stranger[1][f][l] = float32(math.Log2(s / max(m.Stranger[1][f][l], 1e-9)))
				w.family[f][l] = float32(math.Log2(s / max(m.Family[f][l], 1e-9)))
				if f == fieldArea || f == fieldHouse {
					w.alike[f][l] = max(w.stranger[1][f][l]-w.stranger[0][f][l], 0)
				}
			}
		}
		w.bound(f)
	}
	w.father = max(slices.Max(w.family[fieldFather][:]), 0)
	w.names = max(slices.Max(w.family[fieldFamily][:]), 0) + w.father
	return w
}

// bound prepares most: for exact agreement the best of what it may turn out to be, else the best of the lesser levels. A
// phone one digit off is left out, or nothing would ever be hopeless.
func (w *weights) bound(f field) {
	for l := 1; l < levelCount; l++ {
		to := levelInexact
		switch {
		case l == textExact:
			to = textExact
		case f == fieldMobile:
			continue
		}
		w.most[0][f][to] = max(w.most[0][f][to], w.stranger[0][f][l], w.stranger[1][f][l])
		w.most[1][f][to] = max(w.most[1][f][to], w.family[f][l])
	}
}

// hopeless reports that no outcome of the remaining comparisons can bring a pair's odds to least. room tells what rarity of
// the values may add; it is asked only where family does not settle it.
func (w *weights) hopeless(told, bound pattern, room func() float64, least float64) bool {
	s, k := w.against(told)
	var ms, mk float32
	if bound.level(fieldStreet) != 0 {
		ms = w.alike[fieldArea][told.level(fieldArea)] + w.alike[fieldHouse][told.level(fieldHouse)]
	}
	for q := bound; q != 0; {
		f := q.first()
		l := q.level(f)
		q &^= f.at(15)
		ms += w.most[0][f][l]
		mk += w.most[1][f][l]
	}
	return k+float64(mk)+w.kin < least || s+float64(ms)+w.prior+room() < least
}

// against sums the weights of a pattern against strangers and against family, without priors and term frequencies.
func (w *weights) against(p pattern) (stranger, family float64) {
	var s, k float32
	for q := p; q != 0; {
		f := q.first()
		l := q.level(f)
		q &^= f.at(15)
		s += w.stranger[companion(f, p)][f][l]
		k += w.family[f][l]
	}
	return float64(s), float64(k)
}

// odds are the log2 odds of one person against everything else.
func (w *weights) odds(p pattern, tf float64) float64 {
	s, k := w.against(p)
	return w.combine(s+tf, k)
}

func (w *weights) combine(stranger, family float64) float64 {
	s, k := stranger+w.prior, family+w.kin
	if s > k {
		s, k = k, s
	}
	if k-s > 30 {
		return s
	}
	return s - math.Log2(1+math.Exp2(s-k))
}

// posterior shares a pair among the classes.
func (w *weights) posterior(p pattern, tf float64) (post [classes]float64) {
	s, k := w.against(p)
	a, b := math.Exp2(-min(s+tf+w.prior, 500)), math.Exp2(-min(k+w.kin, 500))
	if w.kin >= 1000 {
		b = 0
	}
	post[classSame] = 1 / (1 + a + b)
	post[classStranger] = a / (1 + a + b)
	post[classFamily] = b / (1 + a + b)
	if math.IsInf(a, 1) || math.IsInf(b, 1) || math.IsNaN(post[classSame]) {
		return [classes]float64{0, 0, 1}
	}
	return post
}

func probability(odds float64) float64 { return 1 / (1 + math.Exp2(-odds)) }

// ErrImplausible says that no model worth trusting could be learned, and why. The result beside it is safe to use: it
// merges nothing on the strength of that model.
type ErrImplausible struct{ Reason string }

func (e *ErrImplausible) Error() string { return "linkage model is implausible: " + e.Reason }

// check refuses a model that no honest data would give.
func (m *Model) check(ls *lesson) *ErrImplausible {
	telling := 0
	for f := field(0); f < fieldCount; f++ {
		if m.Fields[f] && ls.exact[f] < 0.5 {
			telling++
		}
	}
	pairs := m.PSame * ls.pairs
	switch {
	case ls.records < 2:
		return &ErrImplausible{"fewer than two records"}
	case telling == 0:
		return &ErrImplausible{"no column tells people apart: every column is empty or nearly constant"}
	case telling < 2:
		return &ErrImplausible{"only one column tells people apart"}
	case pairs > 20*float64(ls.records)+100:
		return &ErrImplausible{fmt.Sprintf("it holds %.0f pairs of %d records for one person", pairs, ls.records)}
	}
	return nil
}
