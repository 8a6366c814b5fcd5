package linkage

// Some people write the family name first, and no list of words could know them all. The listings themselves tell: a family
// name is shared by those listed together, a given name is not.

// clan counts how often a word of a name is shared within its listing.
type clan struct{ shared, seen uint32 }

// unshared is what is believed of a word that is seldom met.
const unshared = 0.25

// sharing is the chance that a bearer's listing holds another bearer, at least unshared.
func (c clan) sharing() float64 { return max((float64(c.shared)+1)/(float64(c.seen)+4), unshared) }

// learnClans counts the sharing of all words.
func (t *table) learnClans() map[string]float64 {
	clans := make([]clan, len(t.names.list))
	for h := uint32(1); h <= t.houseCount; h++ {
		m := t.members(h)
		if len(m) < 2 || len(m) > largestHome {
			continue
		}
		for _, i := range m {
			t.meetClan(clans, m, i, t.row(i).given)
			t.meetClan(clans, m, i, t.row(i).family)
		}
	}
	learned := map[string]float64{}
	for w, c := range clans {
		if c.seen >= 3 && c.sharing() > unshared {
			learned[string(t.names.words.bytesOf(uint32(w)))] = c.sharing()
		}
	}
	return learned
}

// turnNames exchanges given and family name where sharing says that they stand the other way about.
func (t *table) turnNames(sharing map[string]float64) {
	by := make([]float64, len(t.names.list))
	for w := range by {
		by[w] = max(sharing[string(t.names.words.bytesOf(uint32(w)))], unshared)
	}
	turn := func(given *uint32, next uint32, family *uint32) bool {
		first := *given
		if first == 0 || next == 0 || t.names.list[next].suffix || len(t.names.words.bytesOf(next)) < 2 {
			return false
		}
		if g, f := by[first], by[next]; g < 0.4 || g < f+0.2 {
			return false
		}
		*given, *family = next, first
		return true
	}
	rd := t.reading
	more := rd.second
	for k := range rd.whole {
		r := t.row(t.from + uint32(k))
		next := secondWords{k, r.family, r.altFamily}
		if len(more) > 0 && more[0].at == k {
			next, more = more[0], more[1:]
		}
		if rd.whole[k] == 0 {
			continue
		}
		if turn(&r.given, next.name, &r.family) {
			r.mid = r.given
		}
		turn(&r.altGiven, next.alt, &r.altFamily)
		var family uint32
		turn(&r.father, rd.fatherSecond[k], &family)
	}
}

// meetClan counts one bearer of a word.
func (t *table) meetClan(clans []clan, listed []uint32, i, word uint32) {
	if word == 0 {
		return
	}
	clans[word].seen++
	sound := t.names.list[word].sound
	for _, j := range listed {
		o := t.row(j)
		if j != i && (t.names.list[o.given].sound == sound || t.names.list[o.family].sound == sound) {
			clans[word].shared++
			return
		}
	}
}
