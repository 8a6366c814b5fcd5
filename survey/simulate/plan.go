package simulate

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
)

// A ward is one ward that is surveyed.
type ward struct {
	code  string
	place *place
}

// A crew is a team in a ward. It lists the units from first up to end, and now and then a household that was listed before.
type crew struct {
	index      int
	ward       *ward
	no         int // of the team in its ward, from 1
	team       string
	first, end int
	again      []relisting // sorted by at
}

// rows is how many households the crew lists.
func (c *crew) rows() int { return c.end - c.first + len(c.again) }

// A relisting is a household that is listed once more, by this crew before it comes to the unit at.
type relisting struct {
	at, unit int
	nth      int // 1 for the second listing of the unit, 2 for the third
	moved    bool
}

// A guest is a person who is listed in a household that is not, or no longer, the one they are listed in too.
type guest struct {
	unit, person int
	why          Reason
}

// A Reason says why one person was listed twice.
type Reason string

// The reasons, as the truth names them.
const (
	SurveyedTwice Reason = "surveyed_twice" // the whole household, by another team or enumerator
	Moved         Reason = "moved"          // the whole household, at its old and at its new address
	MarriedAway   Reason = "married_away"   // a daughter at her parents' and at her in-laws'
	LivesIn       Reason = "lives_in"       // a domestic worker at home and where she works
	Lodges        Reason = "lodges"         // a son who studies or works: at his parents' and where he lodges
)

// A plan says who lists what. It is small: one entry for each crew and each trap.
type plan struct {
	wards  []ward
	crews  []crew
	units  int
	guests map[int]guest // by the unit of the host
	absent map[int]int   // by unit: who of it is a guest elsewhere
	// relisted holds the second and third listings by unit.
	relisted map[int][]listing
}

// crewOf is the index of the crew that lists a unit first.
func (p *plan) crewOf(unit int) int {
	return sort.Search(len(p.crews)-1, func(i int) bool { return p.crews[i].end > unit })
}

// layOut shares o.Households listings among wards and teams. The second listings are among them.
func (w *world) layOut(o *Options) error {
	p := &w.plan
	if err := w.chooseWards(o); err != nil {
		return err
	}
	again := 0
	for again+p.units < o.Households {
		p.units++
		again = min(again+w.againOf(p.units-1), o.Households-p.units)
	}
	perWard := (p.units + len(p.wards) - 1) / len(p.wards)
	teams := max(2, (perWard+1399)/1400)
	n := len(p.wards) * teams
	for i := range n {
		wd := &p.wards[i/teams]
		p.crews = append(p.crews, crew{
			index: i, ward: wd, no: i%teams + 1, team: fmt.Sprintf("%s-T%d", wd.code, i%teams+1),
			first: i * p.units / n, end: (i + 1) * p.units / n,
		})
	}
	w.placeAgain(o.Households - p.units)
	w.placeGuests()
	return nil
}

func (w *world) chooseWards(o *Options) error {
	codes := o.Wards
	if len(codes) == 0 {
		// The wards of the Municipal Corporation since 2022 by number, and the two towns beside it.
		for i := range 250 {
			codes = append(codes, fmt.Sprintf("%03d", i+1))
		}
		codes = append(codes, "NDMC", "CANT")
		n := clamp(o.Households/400, 2, len(codes))
		offset := newStream(w.seed, forWard).intn(len(codes))
		chosen := make([]string, n)
		for i := range chosen {
			chosen[i] = codes[(offset+i*len(codes)/n)%len(codes)]
		}
		slices.Sort(chosen)
		codes = chosen
	}
	for i, c := range codes {
		if c == "" || slices.Contains(codes[:i], c) {
			return fmt.Errorf("wards: %q is empty or named twice", c)
		}
		w.plan.wards = append(w.plan.wards, ward{c, w.placeOf(c)})
	}
	return nil
}

// placeOf finds where a ward lies. Ward numbers run through the city as the constituencies of its assembly do, of which two are
// not the corporation's. A code that is no such number lies anywhere.
func (w *world) placeOf(code string) *place {
	const cantonment, newDelhi = 37, 39 // in places.txt
	n, err := strconv.Atoi(code)
	switch {
	case code == "CANT":
		return &w.places[cantonment]
	case code == "NDMC":
		return &w.places[newDelhi]
	case err != nil || n < 1 || n > 250:
		return &w.places[len(code)*7%len(w.places)]
	}
	i := (n - 1) * (len(w.places) - 2) / 250
	if i >= cantonment {
		i++
	}
	if i >= newDelhi {
		i++
	}
	return &w.places[i]
}

// trap is what befalls a unit as a whole.
type trap uint8

const (
	noTrap trap = iota
	twice
	thrice
	moves
	daughterAway
	workerAway
	sonAway
)

func (w *world) trapOf(unit int) trap {
	r := &w.rates
	at := newStream(w.seed, forTrap, uint64(unit)).float()
	for _, t := range [...]struct {
		kind  trap
		share float64
	}{
		{twice, r.SurveyedTwice * 0.93},
		{thrice, r.SurveyedTwice * 0.07},
		{moves, r.Moved},
		{daughterAway, r.MarriedAway},
		{workerAway, r.LivesIn},
		{sonAway, r.Lodges},
	} {
		if at -= t.share; at < 0 {
			return t.kind
		}
	}
	return noTrap
}

// againOf is how often a unit is listed again.
func (w *world) againOf(unit int) int {
	switch w.trapOf(unit) {
	case twice, moves:
		return 1
	case thrice:
		return 2
	}
	return 0
}

// placeAgain gives the n second listings to crews: those of a household listed twice to another team of its ward, those of a
// household that moved to any.
func (w *world) placeAgain(n int) {
	p := &w.plan
	for unit := 0; unit < p.units && n > 0; unit++ {
		for nth := 1; nth <= w.againOf(unit) && n > 0; nth++ {
			s := newStream(w.seed, forTarget, uint64(unit), uint64(nth))
			home, to := p.crewOf(unit), 0
			moved := w.trapOf(unit) == moves
			if moved {
				to = s.intn(len(p.crews))
			} else {
				teams := len(p.crews) / len(p.wards)
				start := home - home%teams
				to = start + (home-start+s.between(nth, max(nth, teams-1)))%teams
			}
			c := &p.crews[to]
			at := c.first
			if c.end > c.first {
				at = s.between(c.first, c.end-1)
			}
			c.again = append(c.again, relisting{at, unit, nth, moved})
			n--
		}
	}
	for i := range p.crews {
		slices.SortFunc(p.crews[i].again, func(a, b relisting) int {
			if a.at != b.at {
				return a.at - b.at
			}
			return (a.unit-b.unit)*4 + a.nth - b.nth
		})
	}
	p.relisted = map[int][]listing{}
	for i := range p.crews {
		c := &p.crews[i]
		for k, r := range c.again {
			p.relisted[r.unit] = append(p.relisted[r.unit], listing{r.unit, r.nth, r.moved, c, r.at - c.first + k})
		}
	}
	for _, all := range p.relisted {
		slices.SortFunc(all, func(a, b listing) int { return a.nth - b.nth })
	}
}

// placeGuests finds a host for each guest: a daughter's in-laws of her community with a son of her age, a worker's and a lodger's
// landlord wherever they are.
func (w *world) placeGuests() {
	p := &w.plan
	p.guests, p.absent = map[int]guest{}, map[int]int{}
	for unit := range p.units {
		t := w.trapOf(unit)
		if t < daughterAway {
			continue
		}
		f := w.family(unit)
		person := f.leaver(t, w)
		if person < 0 {
			continue
		}
		s := newStream(w.seed, forTarget, uint64(unit), 0)
		for range 24 {
			host := s.intn(p.units)
			if host == unit || w.trapOf(host) != noTrap || p.guests[host].why != "" {
				continue
			}
			why, ok := w.wouldHost(host, f, person, t)
			if ok {
				p.guests[host] = guest{unit, person, why}
				p.absent[unit] = person
				break
			}
		}
	}
}

// leaver is who of a family lives elsewhere too, or -1. A married daughter has left her parents' household; they name her all the same.
func (f *family) leaver(t trap, w *world) int {
	for i := range f.people {
		m := &f.people[i]
		age := m.age(w.start)
		switch {
		case m.standing != kin || i == f.head:
		case t == daughterAway && m.female && !m.married && age >= 19 && age <= 33 && m.father >= 0,
			t == workerAway && !m.away && age >= 17 && age <= 50 && (m.female || !m.married),
			t == sonAway && !m.female && !m.married && age >= 18 && age <= 34:
			return i
		}
	}
	return -1
}

// wouldHost says whether the household of a unit would take a guest in.
func (w *world) wouldHost(unit int, from *family, person int, t trap) (Reason, bool) {
	if t == daughterAway { // asked before a family is made, because most are of another community
		c := w.community(newStream(w.seed, forFamily, uint64(unit)), w.laneOf(unit))
		if c != from.custom.culture {
			return "", false
		}
	}
	f := w.family(unit)
	switch t {
	case daughterAway:
		return MarriedAway, f.groom(&from.people[person], w) >= 0
	case workerAway:
		return LivesIn, len(f.people) > 2 && f.lane.place.kind != "dense" && f.people[f.head].age(w.start) > 30
	}
	return Lodges, f.people[f.head].age(w.start) > 28 && f.people[f.head].standing == kin
}

// groom is the son of the house whom a bride would have married, or -1.
func (f *family) groom(bride *person, w *world) int {
	for i := range f.people {
		m := &f.people[i]
		gap := m.age(w.start) - bride.age(w.start)
		if !m.female && !m.away && m.standing == kin && m.father >= 0 && gap >= -1 && gap <= 8 && (m.spouse < 0 || f.newlyWed(i, w)) {
			return i
		}
	}
	return -1
}

// newlyWed reports whether a man of the family has a wife but no child yet.
func (f *family) newlyWed(man int, w *world) bool {
	for i := range f.people {
		if f.people[i].father == man {
			return false
		}
	}
	return f.people[man].age(w.start) < 32
}

// takeIn makes the guest of a host part of its family, and lets a family name who has left it, for the listing only.
func (w *world) takeIn(f *family) {
	if person, ok := w.plan.absent[f.unit]; ok {
		f.people[person].away = false
	}
	g, ok := w.plan.guests[f.unit]
	if !ok {
		return
	}
	from := w.family(g.unit)
	p := from.people[g.person]
	p.away = false
	if p.father >= 0 {
		p.dad = from.people[p.father].naming
	}
	p.father, p.mother, p.spouse = -1, -1, -1
	switch g.why {
	case MarriedAway:
		man := f.groom(&p, w)
		if wife := f.people[man].spouse; wife >= 0 {
			f.people[wife].away = true // she never was: the bride stands in her place
			f.people[wife].spouse = -1
		}
		f.people = append(f.people, p)
		b := builder{w, newStream(w.seed, forFamily, uint64(f.unit), 1), f}
		b.marry(man, len(f.people)-1)
	case LivesIn:
		p.standing = worker
		f.people = append(f.people, p)
	default:
		p.standing = tenant
		f.people = append(f.people, p)
	}
}

// A listing is one visit that ended in a row: who was sought, and by whom.
type listing struct {
	unit, nth int
	moved     bool
	crew      *crew
	seq       int // in the crew's list, from 0
}

// listing is the crew's row number seq.
func (c *crew) listing(seq int) listing {
	// The k-th relisting stands before unit at, and after all units before it and k relistings.
	k := sort.Search(len(c.again), func(k int) bool { return c.again[k].at-c.first+k >= seq })
	if k < len(c.again) && c.again[k].at-c.first+k == seq {
		r := c.again[k]
		return listing{r.unit, r.nth, r.moved, c, seq}
	}
	return listing{c.first + seq - k, 0, false, c, seq}
}

// firstListing is where a unit was listed first.
func (p *plan) firstListing(unit int) listing {
	c := &p.crews[p.crewOf(unit)]
	k := sort.Search(len(c.again), func(k int) bool { return c.again[k].at > unit })
	return listing{unit, 0, false, c, unit - c.first + k}
}

// listings are all listings of a unit, in the order of nth.
func (w *world) listings(unit int) []listing {
	return append([]listing{w.plan.firstListing(unit)}, w.plan.relisted[unit]...)
}
