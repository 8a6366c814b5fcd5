package linkage

import (
	"fmt"
	"math"
)

// frequencies turn the commonness of a value into bits: agreement on a rare name says more than on a common one (Newcombe
// 1959). Each entry is log2 of the usual chance that two strangers agree in the field over the chance for this value; it is
// added to the weight against strangers, never against family, who share a surname whatever it is.
type frequencies struct {
	given, family, father                []float32
	givenSound, familySound, fatherSound []float32
	mobile, house, street, locality, pin []float32
	extra                                [][]float32
	exact                                [fieldCount]float64 // chance that two strangers agree exactly
}

// Counts tell how common the values of one column were where a model was learned. Values borne by fewer than Least
// records are left out: at a million records they are all equally rare.
type Counts struct {
	Total uint32 // records that had a value
	Exact float64
	Least uint32
	Of    map[string]uint32
}

// counter makes and applies Counts, column by column.
type counter struct {
	frozen map[string]Counts // nil: count this table
	made   map[string]Counts
	least  uint32
}

// column gives the adjustments of one column and the chance that two strangers agree in it. Under a frozen model the counts
// are overwritten with those it was learned from.
func (c *counter) column(name string, counts []uint32, text func(uint32) string) (bits []float32, exact float64) {
	if c.frozen != nil {
		f := c.frozen[name]
		if f.Total < 2 {
			return make([]float32, len(counts)), f.Exact
		}
		for i := range counts {
			counts[i] = f.Of[text(uint32(i))]
		}
		return rarer(counts, float64(f.Total), f.Exact, 0.35*float64(f.Least)), f.Exact
	}
	bits, exact = rarity(counts)
	made := Counts{Exact: exact, Least: c.least, Of: map[string]uint32{}}
	for i, n := range counts {
		if i == 0 {
			continue
		}
		made.Total += n
		if n >= c.least {
			made.Of[text(uint32(i))] = n
		}
	}
	c.made[name] = made
	return bits, exact
}

// newFrequencies counts the values of a table, or takes them from a frozen model.
func newFrequencies(t *table, m *Model) (*frequencies, map[string]Counts) {
	c := &counter{made: map[string]Counts{}, least: uint32(max(2, t.rows.n/50_000))}
	if m != nil {
		c.frozen = m.Counts
		t.names.rare = rareName(m.Records)
	}
	n, f := t.names, &frequencies{}
	f.given, f.exact[fieldGiven] = c.column("given", n.given, n.text)
	f.family, f.exact[fieldFamily] = c.column("family", n.family, n.text)
	f.father, f.exact[fieldFather] = c.column("father", n.father, n.text)
	f.givenSound, _ = c.column("given sound", n.givenSound, n.sounds.at)
	f.familySound, _ = c.column("family sound", n.familySound, n.sounds.at)
	f.fatherSound, _ = c.column("father sound", n.fatherSound, n.sounds.at)
	f.mobile, f.exact[fieldMobile] = c.column("mobile", t.sharers, t.mobiles.text)
	f.house, f.exact[fieldHouse] = c.column("house", t.houses.counts, t.houses.text)
	f.street, f.exact[fieldStreet] = c.column("street", t.streets.counts, t.streets.text)
	f.pin, f.exact[fieldArea] = c.column("pin", t.pins.counts, t.pins.text)
	locality, e := c.column("locality", t.localities.counts, t.localities.text)
	if f.locality = locality; e > 0 && (f.exact[fieldArea] == 0 || e < f.exact[fieldArea]) {
		f.exact[fieldArea] = e
	}
	_, f.exact[fieldEPIC] = rarity(t.epics.counts)
	_, f.exact[fieldABHA] = rarity(t.abhas.counts)
	for k, d := range t.extras {
		bits, e := c.column(fmt.Sprint("extra ", k), d.counts, d.text)
		f.extra = append(f.extra, bits)
		f.exact[fieldExtra+field(k)] = e
	}
	return f, c.made
}

// rarity gives the adjustment of each value, and the chance that two random records agree exactly. A value's own record is
// not counted: it says nothing about how many others have it.
func rarity(counts []uint32) (bits []float32, exact float64) {
	total := 0.0
	for _, c := range counts[min(1, len(counts)):] {
		total += float64(c)
	}
	if total < 2 {
		return make([]float32, len(counts)), 0
	}
	for _, c := range counts[1:] {
		if c > 1 {
			exact += float64(c) / total * (float64(c) - 1) / (total - 1)
		}
	}
	exact = max(exact, 0.1/total)
	return rarer(counts, total, exact, loneBearer), exact
}

// loneBearer is how many other bearers are believed of a value that is met once.
const loneBearer = 0.7

func rarer(counts []uint32, total, exact, least float64) []float32 {
	bits := make([]float32, len(counts))
	for i, c := range counts {
		if i > 0 {
			bits[i] = float32(math.Log2(exact / (max(float64(c)-1, least) / total)))
		}
	}
	return bits
}

// of adds up the adjustments of one pair.
func (f *frequencies) of(t *table, a, b uint32, p pattern) float64 {
	x, y := t.row(a), t.row(b)
	given, family := f.name(t, x.given, y.given, p.level(fieldGiven), f.given, f.givenSound), float32(0)
	switch p.level(fieldGiven) {
	case nameSwapped:
		given, family = f.swapped(x, y)
	case nameCrossed:
	default:
		family = f.name(t, x.family, y.family, p.level(fieldFamily), f.family, f.familySound)
	}
	s := together(given, family,
		f.name(t, x.father, y.father, p.level(fieldFather), f.father, f.fatherSound),
	)
	if p.level(fieldMobile) == textExact {
		s += f.mobile[x.mobile]
	}
	if p.level(fieldHouse) == textExact {
		s += f.house[x.house]
	}
	street := p.level(fieldStreet) == textExact
	if street {
		s += f.street[x.street]
	}
	switch p.level(fieldArea) {
	case areaExact, areaLocality:
		if !street {
			s += f.locality[x.locality]
		}
	case areaPIN:
		if !street {
			s += f.pin[x.pin]
		}
	}
	for k := range t.extra {
		if p.level(fieldExtra+field(k)) == textExact {
			s += f.extra[k][valueAt(t.extra[k], a)]
		}
	}
	return float64(s)
}

// swapped is the rarity of names that changed places, in whichever order they are the commoner.
func (f *frequencies) swapped(x, y *row) (given, family float32) {
	g, h := f.given[x.given]+f.family[x.family], f.given[y.given]+f.family[y.family]
	if h < g {
		x = y
	}
	return f.given[x.given], f.family[x.family]
}

// together adds up the rarity of a person's names. Rare names come in communities: of those that are rarer than usual, the
// rarest counts whole and the others half.
func together(bits ...float32) (sum float32) {
	most := float32(0)
	for _, b := range bits {
		if b > 0 {
			sum += b / 2
			most = max(most, b)
		} else {
			sum += b
		}
	}
	return sum + most/2
}

func (f *frequencies) name(t *table, a, b uint32, level uint8, exact, sound []float32) float32 {
	switch level {
	case nameExact:
		if a == b {
			return exact[a]
		}
	case nameSound:
		if a > 0 && b > 0 {
			return min(sound[t.names.list[a].sound], sound[t.names.list[b].sound])
		}
	case nameTypo, nameRival, nameShort:
		if a > 0 && b > 0 { // a slip says who was meant: the commoner of the two
			return max(min(min(exact[a], exact[b]), 3), -3)
		}
	}
	return 0
}
