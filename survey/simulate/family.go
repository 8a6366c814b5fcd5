package simulate

import "sehat/survey"

// How a person belongs to the household beside kinship.
type standing uint8

const (
	kin standing = iota
	worker
	tenant
	unrelated
)

// A person as they are, not as they were written down.
type person struct {
	id       string
	naming   naming // what they are called now
	maiden   naming // what a married woman was called before, and still is in her parents' house
	dad      naming // their father, where father is -1
	female   bool
	third    bool // of the third gender
	married  bool
	away     bool // dead, married elsewhere or gone: part of the family, not of the household
	late     bool // born after the first listing
	twin     bool
	standing standing
	cohort   cohort
	born     survey.Date

	father, mother, spouse int // places in the family, -1 for none

	papers survey.Date // the birth date on their papers; the true one, 1 January, or a year beside it
	knows  told        // how much of it they can tell
	mobile string      // their own, ten digits; empty for none
	epic   string
	abha   string
	health health
	mind   uint64 // for what they do the same way each time
}

// told is how much of a date a person knows.
type told uint8

const (
	onlyAge told = iota
	onlyYear
	wholeDate
)

func (p *person) age(on survey.Date) int {
	years := on.Year - p.born.Year
	if on.Month < p.born.Month || on.Month == p.born.Month && on.Day < p.born.Day {
		years--
	}
	return years
}

// A family is a household as it is, with those of its members who are away.
type family struct {
	unit   int
	people []person
	head   int
	custom custom
	lane   *lane
	home   home
	mobile string // by which the household can be reached; empty for none
}

// A builder makes one family.
type builder struct {
	*world
	s *stream
	f *family
}

// family makes the family of a unit, always the same one.
func (w *world) family(unit int) *family {
	ln := w.laneOf(unit)
	b := &builder{w, newStream(w.seed, forFamily, uint64(unit)), &family{unit: unit, lane: ln}}
	b.f.custom = w.people.custom(b.s, w.community(b.s, ln))
	b.f.people = make([]person, 0, 12)
	switch b.s.weighted(3.5, 5, 45, 19, 20, 4, 2.5, 2) {
	case 0:
		b.alone()
	case 1:
		b.pair(b.s.between(21, 68), false)
	case 2:
		b.nuclear(clamp(b.s.around(39, 9), 22, 72))
	case 3:
		b.withParents(clamp(b.s.around(36, 7), 24, 52))
	case 4:
		b.joint(clamp(b.s.around(58, 7), 47, 82))
	case 5:
		b.loneParent()
	case 6:
		b.brothers(clamp(b.s.around(40, 6), 28, 58))
	default:
		b.lodgers()
	}
	b.f.home = w.homeOf(b.s, ln, unit-ln.first)
	b.contacts()
	if w.againOf(unit) > 0 && b.s.chance(0.12) {
		b.newborn()
	}
	return b.f
}

// newborn adds a child who is born during the season.
func (b *builder) newborn() {
	for i := range b.f.people {
		m := &b.f.people[i]
		if m.female && m.spouse >= 0 && !m.away && m.age(b.start) < 36 && !b.f.people[m.spouse].away {
			k := b.child(m.spouse, i, 0, b.s.chance(0.475))
			p := &b.f.people[k]
			p.born = plusDays(b.start, b.s.between(3, 40))
			p.papers, p.late = p.born, true
			return
		}
	}
}

// community is the first thing that a family's stream decides: mostly that of the lane.
func (w *world) community(s *stream, ln *lane) culture {
	if s.chance(0.4) {
		return w.culture(s, ln.place)
	}
	return ln.culture
}

func clamp(n, low, high int) int { return max(low, min(n, high)) }

// born is a day that makes someone this old at the start of the season.
func (b *builder) born(age int) survey.Date {
	days := age*365 + age/4 + b.s.intn(365)
	return plusDays(b.start, -days-1)
}

// add puts someone into the family; the caller names them.
func (b *builder) add(female bool, age int) int {
	p := person{female: female, born: b.born(age), father: -1, mother: -1, spouse: -1, mind: b.s.next()}
	fashion := p.born.Year + b.s.between(-4, 4)
	switch {
	case fashion < 1966:
		p.cohort = old
	case fashion < 1994:
		p.cohort = mid
	default:
		p.cohort = young
	}
	b.f.people = append(b.f.people, p)
	i := len(b.f.people) - 1
	b.f.people[i].id = personID(b.f.unit, i)
	b.papers(&b.f.people[i], age)
	b.f.people[i].health = b.illnesses(&b.f.people[i], age)
	return i
}

// given draws a given name that no one in the family has yet.
func (b *builder) given(c culture, female bool, t cohort) *word {
	for try := 0; ; try++ {
		w := b.world.people.givenName(b.s, c, female, t)
		if try == 8 || !b.taken(w) {
			return w
		}
	}
}

func (b *builder) taken(w *word) bool {
	for i := range b.f.people {
		if g := b.f.people[i].naming.given; g != nil && g.latin[0] == w.latin[0] {
			return true
		}
	}
	return false
}

// man adds a man of a family whose own father is not listed.
func (b *builder) man(k custom, age int) int {
	i := b.add(false, age)
	p := &b.f.people[i]
	p.dad = b.world.people.boy(b.s, k, b.given(k.culture, false, earlier(p.cohort)), earlier(p.cohort), nil)
	p.naming = b.world.people.boy(b.s, k, b.given(k.culture, false, p.cohort), p.cohort, &p.dad)
	return i
}

func earlier(t cohort) cohort {
	if t == old {
		return old
	}
	return t - 1
}

// wifeOf adds a wife from another family of the same community.
func (b *builder) wifeOf(man, age int) int {
	own := b.world.people.custom(b.s, b.f.custom.culture)
	i := b.add(true, age)
	p := &b.f.people[i]
	p.dad = b.world.people.boy(b.s, own, b.given(own.culture, false, earlier(p.cohort)), earlier(p.cohort), nil)
	p.maiden = b.world.people.girl(b.s, own, b.given(own.culture, true, p.cohort), p.cohort, &p.dad)
	b.marry(man, i)
	return i
}

// marry joins two people of the family and gives her the name she goes by now.
func (b *builder) marry(man, woman int) {
	m, f := &b.f.people[man], &b.f.people[woman]
	f.naming = b.world.people.wife(b.s, b.f.custom, f.maiden, f.cohort)
	m.spouse, f.spouse, m.married, f.married = woman, man, true, true
}

// child adds a child of two people of the family.
func (b *builder) child(father, mother, age int, female bool) int {
	i := b.add(female, age)
	p := &b.f.people[i]
	p.father, p.mother = father, mother
	b.nameChild(i, b.given(b.f.custom.culture, female, p.cohort))
	return i
}

func (b *builder) nameChild(i int, given *word) {
	p := &b.f.people[i]
	dad := &b.f.people[p.father].naming
	if p.female {
		p.naming = b.world.people.girl(b.s, b.f.custom, given, p.cohort, dad)
	} else {
		p.naming = b.world.people.boy(b.s, b.f.custom, given, p.cohort, dad)
	}
	p.maiden = p.naming
}

// children gives a couple the children they would have by now.
func (b *builder) children(father, mother int) []int {
	motherAge := b.f.people[mother].age(b.start)
	mean := 2.45
	switch year := b.f.people[mother].born.Year; {
	case year < 1966:
		mean = 3.5
	case year < 1982:
		mean = 2.9
	}
	if b.f.custom.culture == muslim {
		mean += 0.6
	}
	var kids []int
	at := clamp(b.s.around(20.5, 2.8), 16, 32) + b.s.between(1, 3)
	for n := clamp(b.s.around(mean, 1.15), 0, 7); n > 0 && at < motherAge && at < 42; n-- {
		age := motherAge - at - 1
		k := b.child(father, mother, age, b.s.chance(0.475))
		kids = append(kids, k)
		if b.s.chance(0.011) {
			kids = append(kids, b.twinOf(k))
		}
		at += b.s.between(2, 4)
	}
	return kids
}

// twinOf adds a twin: the same day, often a name that rhymes or starts alike.
func (b *builder) twinOf(k int) int {
	first := b.f.people[k]
	female := first.female
	if b.s.chance(0.35) {
		female = !female
	}
	i := b.child(first.father, first.mother, 0, female)
	p := &b.f.people[i]
	p.born, p.papers, p.knows, p.cohort = first.born, first.papers, first.knows, first.cohort
	given := b.given(b.f.custom.culture, female, p.cohort)
	for try := 0; try < 12 && given.latin[0][0] != first.naming.given.latin[0][0]; try++ {
		given = b.given(b.f.custom.culture, female, p.cohort)
	}
	b.nameChild(i, given)
	p.twin, b.f.people[k].twin = true, true
	p.mobile, p.epic = "", ""
	return i
}

// pair adds a couple without children at home.
func (b *builder) pair(age int, children bool) (man, woman int) {
	man = b.man(b.f.custom, age)
	woman = b.wifeOf(man, max(18, age-clamp(b.s.around(3.5, 2), -2, 11)))
	if children {
		b.grown(b.children(man, woman), 0)
	}
	b.widow(man, woman, age)
	return man, woman
}

// widow lets a man be dead by the odds of his age, and then the woman heads the household.
func (b *builder) widow(man, woman, age int) {
	if age > 52 && b.s.chance(float64(age-52)*0.011) {
		b.f.people[man].away = true
		if b.f.head == man {
			b.f.head = woman
		}
	}
}

func (b *builder) nuclear(age int) { b.pair(age, true) }

// grown lets daughters marry away and married sons leave or, with the chance stay, bring a wife home.
func (b *builder) grown(kids []int, stay float64) {
	for _, k := range kids {
		p := &b.f.people[k]
		age := p.age(b.start)
		gone := [...]float64{19: 0.15, 20: 0.25, 21: 0.35, 22: 0.45, 23: 0.55, 24: 0.63, 25: 0.7, 26: 0.78, 27: 0.84, 28: 0.9}
		switch {
		case age < 19:
		case p.female:
			p.away = b.s.chance(gone[min(age, 28)])
		case age >= 22 && b.s.chance(gone[min(age-2, 28)]):
			if !b.s.chance(stay) {
				p.away = true
				continue
			}
			w := b.wifeOf(k, max(18, age-clamp(b.s.around(3, 2), -1, 8)))
			b.children(k, w)
		}
	}
}

// alone is one person: a man who came to work, an old man or woman, a woman who works.
func (b *builder) alone() {
	if b.s.chance(0.6) {
		b.man(b.f.custom, b.s.between(20, 58))
		return
	}
	man, woman := b.pair(b.s.between(58, 82), false)
	b.f.people[man].away, b.f.head = true, woman
}

func (b *builder) withParents(age int) {
	dadAge := age + b.s.between(21, 30)
	dad := b.man(b.f.custom, dadAge)
	mum := b.wifeOf(dad, dadAge-b.s.between(1, 6))
	me := b.child(dad, mum, age, false)
	b.f.head = me
	if b.s.chance(0.4) { // a brother or sister who is not married yet
		b.child(dad, mum, max(14, age-b.s.between(2, 8)), b.s.chance(0.4))
	}
	b.grown(b.children(me, b.wifeOf(me, max(18, age-b.s.between(0, 7)))), 0)
	b.f.people[dad].away = b.s.chance(min(0.9, 0.3+float64(max(0, dadAge-60))*0.02))
	b.f.people[mum].away = !b.f.people[dad].away && b.s.chance(0.25)
	if !b.f.people[dad].away && b.s.chance(0.35) {
		b.f.head = dad
	}
}

func (b *builder) joint(age int) {
	dad := b.man(b.f.custom, age)
	mum := b.wifeOf(dad, max(40, age-b.s.between(1, 7)))
	b.grown(b.children(dad, mum), 0.72)
	b.widow(dad, mum, age)
}

func (b *builder) loneParent() {
	age := b.s.between(28, 56)
	man, woman := b.pair(age, true)
	if b.s.chance(0.75) {
		b.f.people[man].away, b.f.head = true, woman
	} else {
		b.f.people[woman].away = true
	}
}

// brothers share a house after their father's death.
func (b *builder) brothers(age int) {
	dad := b.man(b.f.custom, age+b.s.between(22, 30))
	mum := b.wifeOf(dad, b.f.people[dad].age(b.start)-3)
	b.f.people[dad].away = true
	b.f.people[mum].away = b.s.chance(0.5)
	for n := b.s.between(2, 3); n > 0; n-- {
		me := b.child(dad, mum, age, false)
		if b.f.head == dad {
			b.f.head = me
		}
		b.grown(b.children(me, b.wifeOf(me, max(18, age-b.s.between(0, 6)))), 0)
		age = max(22, age-b.s.between(2, 5))
	}
}

// lodgers are men, sometimes women, who share a room for work or study.
func (b *builder) lodgers() {
	female := b.s.chance(0.22)
	for n := b.s.between(2, 4); n > 0; n-- {
		k := b.world.people.custom(b.s, b.f.custom.culture)
		i := b.add(female, b.s.between(18, 34))
		p := &b.f.people[i]
		p.dad = b.world.people.boy(b.s, k, b.given(k.culture, false, mid), mid, nil)
		if female {
			p.naming = b.world.people.girl(b.s, k, b.given(k.culture, true, p.cohort), p.cohort, &p.dad)
		} else {
			p.naming = b.world.people.boy(b.s, k, b.given(k.culture, false, p.cohort), p.cohort, &p.dad)
		}
		p.maiden = p.naming
		p.standing = unrelated
	}
	b.f.people[0].standing = kin
}
