package linkage

import (
	"math/bits"
)

// A field is one comparison. A pattern holds the level of each in four bits; level 0 is "not told on one side", which
// says nothing.
type field uint8

const (
	fieldGiven field = iota
	fieldFamily
	fieldFather
	fieldBirth
	fieldSex
	fieldArea // locality, PIN and ward are one fact told three ways
	fieldHouse
	fieldStreet
	fieldMobile
	fieldEPIC
	fieldABHA
	fieldExtra // and on, one for each extra column
	fieldCount = 16
)

// MaxExtra is how many extra text columns one run can compare.
const MaxExtra = int(fieldCount - fieldExtra)

const levelCount = 16

// A pattern is the levels of all fields of one pair.
type pattern uint64

func (p pattern) level(f field) uint8 { return uint8(p>>(4*f)) & 15 }

// first is the first field that was told on both sides; p is not 0.
func (p pattern) first() field { return field(bits.TrailingZeros64(uint64(p)) / 4) }

func (f field) at(level uint8) pattern { return pattern(level) << (4 * f) }

// Levels of name fields.
const (
	nameExact   = 1
	nameSound   = 2 // one name, spelt by ear
	nameTypo    = 3
	nameShort   = 4 // an initial, a beginning, a nickname, or two words joined
	nameRival   = 5 // a letter apart, and both are names that others bear: ramesh, rakesh
	nameAlike   = 6
	nameDiffers = 7
	nameSwapped = 8 // given and family name change places
	nameCrossed = 9 // one does, and the other was not told
	nameSuffix  = 8 // family: both have one and one is a mere suffix (devi against sharma)
	nameOther   = 9 // father: differs, and may be a husband on one side
)

// Levels of birth.
const (
	birthExact     = 1
	birthJanuary   = 2 // the same 1 January: a date made up for a year
	birthTypo      = 3 // one digit wrong, or day and month exchanged
	birthTwoParts  = 4 // two of year, month, day agree
	birthSameMonth = 5 // year and month agree, a day was told on one side at most
	birthSameYear  = 6 // year agrees, no more was told on one side
	birthAgeNear   = 7 // within a year, by age
	birthAgeClose  = 8 // within three years, by age
	birthAgeHeaped = 9 // a round age, within five
	birthYearOnly  = 10
	birthYearNear  = 11 // told years one apart, or partly alike
	birthDiffers   = 12 // by no more than ten years
	birthFar       = 13
	birthAgeOff    = 14 // by age, by no more than ten years
	birthAgeFar    = 15
)

// Levels of place and number fields.
const (
	sexSame    = 1
	sexDiffers = 2

	areaExact    = 1 // locality and PIN
	areaLocality = 2
	areaBoth     = 3 // PIN, and a locality spelt otherwise
	areaPIN      = 4
	areaAlike    = 5 // the locality spelt otherwise, no PIN to help
	areaNear     = 6 // PIN off by one digit or in its neighbourhood
	areaWard     = 7
	areaDiffers  = 8

	textExact   = 1
	textAlike   = 2
	textPart    = 3
	textDiffers = 4
)

// A comparer compares pairs of one table. It is not safe for use by two goroutines; the caches are its own.
type comparer struct {
	t     *table
	seen  levelCache // token pairs
	texts []textCache
}

func newComparer(t *table) *comparer {
	c := &comparer{t: t, seen: newLevelCache(tokenCacheBits)}
	for _, d := range append([]*texts{t.localities, t.streets}, t.extras...) {
		c.texts = append(c.texts, newTextCache(d))
	}
	return c
}

// Places in comparer.texts.
const (
	cacheLocality = iota
	cacheStreet
	cacheExtra // and on
)

// A textCache remembers levels of one dictionary: all of them where they are few, else the latest.
type textCache struct {
	n      uint32 // values, where there is room for every pair
	levels []uint8
	latest levelCache
}

func newTextCache(d *texts) textCache {
	if n := d.values.len(); n <= 1<<11 {
		return textCache{n: uint32(n), levels: make([]uint8, n*n)}
	}
	return textCache{latest: newLevelCache(textCacheBits)}
}

// compare gives the pattern of two records.
func (c *comparer) compare(a, b uint32) pattern {
	return c.person(a, b) | c.rest(a, b)
}

// rest compares places, numbers and extra columns.
func (c *comparer) rest(a, b uint32) pattern {
	return c.place(a, b) | c.numbers(a, b)
}

// person compares what is a person's own: names, birth and sex.
func (c *comparer) person(a, b uint32) pattern {
	x, y := c.t.row(a), c.t.row(b)
	return c.names(x, y) | c.self(x, y) | fieldFather.at(c.father(x, y))
}

// self compares birth and sex.
func (c *comparer) self(x, y *row) pattern {
	p := fieldBirth.at(compareBirth(x.birth, y.birth))
	if x.sex > 0 && y.sex > 0 {
		p |= fieldSex.at(level(x.sex == y.sex, sexSame, sexDiffers))
	}
	return p
}

// numbers compares phones, documents and extra columns.
func (c *comparer) numbers(a, b uint32) (p pattern) {
	x, y := c.t.row(a), c.t.row(b)
	if x.mobile > 0 && y.mobile > 0 {
		p |= fieldMobile.at(c.code(x.mobile, y.mobile, c.t.mobiles))
	}
	if c.t.epic != nil {
		if e, g := c.t.epic[a], c.t.epic[b]; e > 0 && g > 0 {
			p |= fieldEPIC.at(c.code(e, g, c.t.epics))
		}
	}
	if c.t.abha != nil {
		if e, g := c.t.abha[a], c.t.abha[b]; e > 0 && g > 0 {
			p |= fieldABHA.at(c.code(e, g, c.t.abhas))
		}
	}
	for k, col := range c.t.extra {
		if col != nil && col[a] > 0 && col[b] > 0 {
			l := c.text(col[a], col[b], c.t.extras[k], cacheExtra+k)
			if l >= textPart && c.exchanged(a, b, k) {
				l = textAlike
			}
			p |= (fieldExtra + field(k)).at(l)
		}
	}
	return p
}

// place compares area, house and street.
func (c *comparer) place(a, b uint32) pattern {
	p, open := c.surroundings(a, b)
	if open {
		p |= c.street(a, b)
	}
	return p
}

// surroundings compares area and house. Elsewhere in the city the same house number is chance and another street no news: where
// the area differs, house and street count only if both are the same; open tells whether the street counts.
func (c *comparer) surroundings(a, b uint32) (p pattern, open bool) {
	x, y := c.t.row(a), c.t.row(b)
	area := c.area(x, y)
	p = fieldArea.at(area)
	if area == areaDiffers && (x.house != y.house || x.street != y.street) {
		return p, false
	}
	if x.house > 0 && y.house > 0 {
		p |= fieldHouse.at(c.house(x.house, y.house))
	}
	return p, true
}

func (c *comparer) street(a, b uint32) pattern {
	x, y := c.t.row(a).street, c.t.row(b).street
	if x == 0 || y == 0 {
		return 0
	}
	l := c.text(x, y, c.t.streets, cacheStreet)
	for k := range c.t.extra {
		if l >= textPart && c.exchanged(a, b, k) {
			l = textAlike
		}
	}
	return fieldStreet.at(l)
}

// restBound gives the levels of street and numbers as far as equality tells them, and 15 where a level below exact is possible.
func (c *comparer) restBound(a, b uint32) (p pattern) {
	x, y := c.t.row(a), c.t.row(b)
	guess := func(f field, v, w uint32) {
		if v > 0 && w > 0 {
			p |= f.at(level(v == w, textExact, levelInexact))
		}
	}
	guess(fieldMobile, x.mobile, y.mobile)
	guess(fieldStreet, x.street, y.street)
	if c.t.epic != nil {
		guess(fieldEPIC, c.t.epic[a], c.t.epic[b])
	}
	if c.t.abha != nil {
		guess(fieldABHA, c.t.abha[a], c.t.abha[b])
	}
	for k, col := range c.t.extra {
		if col != nil {
			guess(fieldExtra+field(k), col[a], col[b])
		}
	}
	return p
}

const levelInexact = 15

func level(yes bool, a, b uint8) uint8 {
	if yes {
		return a
	}
	return b
}

// names compares given and family names, straight, in the second script, and changed about.
func (c *comparer) names(x, y *row) pattern {
	g := c.given(x, y)
	f := c.family(x.family, y.family)
	if g == nameExact && (f <= nameTypo) {
		return fieldGiven.at(g) | fieldFamily.at(f)
	}
	if g != nameExact && (x.altGiven > 0 || y.altGiven > 0) {
		a := c.alternative(0, x.given, y.altGiven)
		b := c.alternative(0, x.altGiven, y.given)
		d := c.alternative(0, x.altGiven, y.altGiven)
		if y.flags&rowForename != 0 {
			a, d = weaker(a), weaker(d)
		}
		if x.flags&rowForename != 0 {
			b, d = weaker(b), weaker(d)
		}
		g = better(better(g, a), better(b, d))
	}
	if f > nameExact && (x.altFamily > 0 || y.altFamily > 0) {
		for _, p := range [3][2]uint32{{x.family, y.altFamily}, {x.altFamily, y.family}, {x.altFamily, y.altFamily}} {
			if l := c.family(p[0], p[1]); l > 0 && l < f {
				f = l
			}
		}
	}
	if g == 0 || g >= nameRival {
		// sharma rajesh against rajesh sharma
		s, u := c.token(x.given, y.family), c.token(x.family, y.given)
		if good(s) && good(u) {
			return fieldGiven.at(nameSwapped)
		}
		if good(s) && u == 0 || good(u) && s == 0 {
			return fieldGiven.at(nameCrossed)
		}
	}
	return fieldGiven.at(g) | fieldFamily.at(f)
}

func good(l uint8) bool { return l >= nameExact && l <= nameTypo }

// better is the level that speaks more for one name; 0 says nothing.
func better(a, b uint8) uint8 {
	if a == 0 || b > 0 && b < a {
		return b
	}
	return a
}

// weaker is what agreement is worth by a name that is not the first.
func weaker(l uint8) uint8 {
	if good(l) {
		return nameShort
	}
	return l
}

func (c *comparer) alternative(best uint8, a, b uint32) uint8 {
	if l := c.token(a, b); l > 0 && (best == 0 || l < best) {
		return l
	}
	return best
}

func (c *comparer) given(x, y *row) uint8 {
	l := c.token(x.given, y.given)
	if l >= nameRival && (x.mid != x.given || y.mid != y.given) {
		for _, p := range [3][2]uint32{{x.mid, y.given}, {x.given, y.mid}, {x.mid, y.mid}} {
			if good(c.token(p[0], p[1])) {
				return nameTypo // a space more or less
			}
		}
	}
	return l
}

func (c *comparer) family(a, b uint32) uint8 {
	l := c.token(a, b)
	if l >= nameAlike && (c.t.names.list[a].suffix || c.t.names.list[b].suffix) {
		return nameSuffix
	}
	return l
}

func (c *comparer) father(x, y *row) uint8 {
	l := c.token(x.father, y.father)
	if l < nameAlike {
		return l
	}
	if x.sex == sexFemale && y.sex == sexFemale {
		if x.kin != kinUnknown && y.kin != kinUnknown && x.kin != y.kin {
			return 0 // her father on one side, her husband on the other
		}
		return nameOther
	}
	return l
}

// token compares two words of names.
func (c *comparer) token(a, b uint32) uint8 {
	if a == 0 || b == 0 {
		return 0
	}
	if a == b {
		return nameExact
	}
	x, y := &c.t.names.list[a], &c.t.names.list[b]
	if x.sound == y.sound {
		return nameSound
	}
	if unlike(x, y) {
		return nameDiffers
	}
	if a > b {
		a, b = b, a
	}
	s, pair := c.seen.at(a, b)
	if *s&^15 != pair {
		l := compareWords(c.t.names.text(a), c.t.names.text(b), x.skeleton == y.skeleton)
		if l == nameTypo && c.t.names.common(a) && c.t.names.common(b) {
			l = nameRival
		}
		*s = pair | uint64(l)
	}
	return uint8(*s & 15)
}

// unlike proves cheaply that two words differ: they begin differently and share too few letters.
func unlike(x, y *token) bool {
	if x.start == y.start || x.short || y.short {
		return false
	}
	shared := bits.OnesCount32(x.mask & y.mask)
	return 5*shared < 3*max(bits.OnesCount32(x.mask), bits.OnesCount32(y.mask))
}

func compareWords(a, b string, sameBones bool) uint8 {
	if len(a) > len(b) || len(a) == len(b) && a > b { // Jaro's matching is not symmetric
		a, b = b, a
	}
	switch {
	case len(a) == 1:
		return level(a[0] == b[0], nameShort, nameDiffers)
	case len(a) >= 3 && oneTypo(a, b):
		return level(len(a) >= 4, nameTypo, nameAlike)
	}
	jw := jaroWinkler(a, b)
	switch {
	case sameBones && jw >= 0.8 && len(a) >= 4:
		return nameSound
	case jw >= 0.92 && len(a) >= 4:
		return nameTypo
	case len(a) >= 3 && b[:len(a)] == a, sameNickname(a, b):
		return nameShort
	case len(a) >= 8 && levenshtein(a, b) <= 2:
		return nameTypo
	case jw >= 0.82 || sameBones:
		return nameAlike
	}
	return nameDiffers
}

// area compares locality, PIN and ward together.
func (c *comparer) area(x, y *row) uint8 {
	var loc, pin uint8
	if x.pin > 0 && y.pin > 0 {
		pin = c.code(x.pin, y.pin, c.t.pins)
		if pin == textDiffers && samePostalArea(c.t.pins.text(x.pin), c.t.pins.text(y.pin)) {
			pin = textPart
		}
	}
	if x.locality > 0 && y.locality > 0 {
		loc = c.text(x.locality, y.locality, c.t.localities, cacheLocality)
	}
	switch {
	case loc == textExact && pin == textExact:
		return areaExact
	case loc == textExact:
		return areaLocality
	case pin == textExact && (loc == textAlike || loc == textPart):
		return areaBoth
	case pin == textExact:
		return areaPIN
	case loc == textAlike:
		return areaAlike
	case pin == textAlike || pin == textPart:
		return areaNear
	case x.ward > 0 && x.ward == y.ward:
		return areaWard
	case loc == 0 && pin == 0 && (x.ward == 0 || y.ward == 0):
		return 0
	}
	return areaDiffers
}

// code compares numbers and codes: exact, one slip, or different.
func (c *comparer) code(a, b uint32, d *texts) uint8 {
	if a == b {
		return textExact
	}
	x, y := d.text(a), d.text(b)
	if oneTypo(x, y) {
		return textAlike
	}
	return textDiffers
}

// house compares house numbers: 12a and 12 agree in part.
func (c *comparer) house(a, b uint32) uint8 {
	if a == b {
		return textExact
	}
	x, y := c.t.houses.text(a), c.t.houses.text(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	if leadingDigits(x) == leadingDigits(y) && leadingDigits(x) != "" {
		return textAlike
	}
	if len(x) >= 2 && oneTypo(x, y) || len(x) >= 2 && len(y) > len(x) && y[len(y)-len(x):] == x {
		return textPart
	}
	return textDiffers
}

// text compares two values of a text column.
func (c *comparer) text(a, b uint32, d *texts, cache int) uint8 {
	if a == b {
		return textExact
	}
	if a > b {
		a, b = b, a
	}
	m := &c.texts[cache]
	if m.levels != nil {
		l := &m.levels[a*m.n+b]
		if *l == 0 {
			*l = compareTexts(d.text(a), d.text(b))
		}
		return *l
	}
	s, pair := m.latest.at(a, b)
	if *s&^15 != pair {
		*s = pair | uint64(compareTexts(d.text(a), d.text(b)))
	}
	return uint8(*s & 15)
}
