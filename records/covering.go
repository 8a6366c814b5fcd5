package records

import (
	"context"
	"fmt"
	"hash/maphash"
	"math"
	"slices"
	"strconv"

	"sehat/survey"
)

// A Covered round is what coverage tells of it.
type Covered struct {
	*survey.Coverage
	Frame    Frame
	Measures []survey.Comparison // of the enumerators' work; nil where it was not asked for
}

// Cover adds up how far a round has come against its latest frame and, with work, holds the enumerators' work beside each other. It returns
// no resident's data: counts by place, day and staff id only.
//
// It reads the tables from end to end and keeps some 60 bytes of each household, 80 with work.
func Cover(ctx context.Context, s CoverageStore, round Round, work bool) (Covered, error) {
	frame, err := s.LatestFrame(ctx, round.Survey)
	if err != nil {
		return Covered{}, err
	}
	c := newCovering(round.Households, work)
	if err := c.read(ctx, s, round.Survey); err != nil {
		return Covered{}, err
	}
	sum := survey.NewCoverer(frame.Frame)
	c.addUp(sum)
	out := Covered{Coverage: sum.Coverage(round.Survey), Frame: frame}
	if work {
		facts := out.Facts()
		c.facts(facts)
		if err := c.ages(ctx, s, facts); err != nil {
			return out, err
		}
		out.Measures = survey.Compare(facts)
	}
	return out, nil
}

// A covering joins households, visits and residents in memory.
type covering struct {
	seed   maphash.Seed
	at     map[uint64]uint32 // a household's place in houses, by the hash of its id
	houses []covered
	names  names // of teams, enumerators, days, places: everything that many households share
	places map[[3]uint32]uint32
	place  [][3]uint32 // ward, block, team
	work   bool
	phones []uint64 // with work, of each household: the hash of its number; 0: none
	spots  []uint64 // and of its place
}

// A covered household, with the visit that counts.
type covered struct {
	place, enumerator, day, worker uint32 // worker: its enumerator's place among the facts
	outcome, no, rank, latest      uint8  // rank 0: nobody has called
	minutes, ownMinutes            int16  // of the visit that counts, of the household's own columns; -1: not timed
	phone                          bool
}

// names gives each text a number, and back.
type names struct {
	number map[string]uint32
	text   []string
}

func (n *names) of(text string) uint32 {
	i, ok := n.number[text]
	if !ok {
		i = uint32(len(n.text))
		n.number[text], n.text = i, append(n.text, text)
	}
	return i
}

// newCovering makes room for so many households.
func newCovering(n int, work bool) *covering {
	c := &covering{
		seed: maphash.MakeSeed(), at: make(map[uint64]uint32, n), houses: make([]covered, 0, n), names: names{number: map[string]uint32{}},
		places: map[[3]uint32]uint32{}, work: work,
	}
	if work {
		c.phones, c.spots = make([]uint64, 0, n), make([]uint64, 0, n)
	}
	return c
}

// hash stands for a text that each household has one of. That two of 4.5 million are equal happens once in two million runs.
func (c *covering) hash(text string) uint64 { return max(maphash.String(c.seed, text), 1) }

func (c *covering) read(ctx context.Context, s CoverageStore, surveyCode string) error {
	for h, err := range s.SurveyedHouseholds(ctx, surveyCode, c.work) {
		if err != nil {
			return fmt.Errorf("reading households: %w", err)
		}
		c.household(h)
	}
	for v, err := range s.VisitsMade(ctx, c.work) {
		if err != nil {
			return fmt.Errorf("reading visits: %w", err)
		}
		if i, ok := c.at[c.hash(v.HouseholdID)]; ok {
			c.visit(&c.houses[i], v)
		}
	}
	return nil
}

func (c *covering) household(h SurveyedHousehold) {
	key := [3]uint32{c.names.of(h.Ward), c.names.of(h.Block), c.names.of(h.Team)}
	place, ok := c.places[key]
	if !ok {
		place = uint32(len(c.place))
		c.places[key], c.place = place, append(c.place, key)
	}
	c.at[c.hash(h.ID)] = uint32(len(c.houses))
	c.houses = append(c.houses, covered{place: place, phone: h.HasPhone, minutes: -1, ownMinutes: timed(h.Start, h.End)})
	if !c.work {
		return
	}
	phone, spot := uint64(0), uint64(0)
	if h.Mobile != "" {
		phone = c.hash(h.Mobile)
	}
	if h.Latitude != "" && h.Longitude != "" {
		spot = c.hash(h.Latitude + " " + h.Longitude)
	}
	c.phones, c.spots = append(c.phones, phone), append(c.spots, spot)
}

// visit takes a visit in the place of the one before if it counts more: the last decisive one, else the last.
func (c *covering) visit(h *covered, v VisitMade) {
	const decisive = 100 // numbers of visits are below
	no := uint8(min(max(v.No, 1), decisive-1))
	rank := no
	if !slices.Contains(survey.Undecided(), v.Outcome) {
		rank += decisive
	}
	h.latest = max(h.latest, no)
	if rank <= h.rank {
		return
	}
	h.rank, h.no = rank, no
	h.enumerator, h.day, h.outcome = c.names.of(v.Enumerator), c.names.of(v.Date), uint8(slices.Index(visitOutcomes, v.Outcome)+1)
	h.minutes = timed(v.Start, v.End)
}

// visitOutcomes are told by their place here, from 1.
var visitOutcomes = []string{
	survey.OutcomeComplete, survey.OutcomePartial, survey.OutcomeLocked, survey.OutcomeRefused, survey.OutcomeVacant, survey.OutcomeNotFound, survey.OutcomeRevisit,
}

func (h *covered) is(outcome string) bool {
	return h.outcome > 0 && visitOutcomes[h.outcome-1] == outcome
}

func (h *covered) met() bool { return h.is(survey.OutcomeComplete) || h.is(survey.OutcomePartial) }

func timed(start, end string) int16 {
	if m, ok := minutes(start, end); ok {
		return int16(m)
	}
	return -1
}

// addUp counts the households by everything that they share.
func (c *covering) addUp(sum *survey.Coverer) {
	type cell struct {
		place, enumerator, day uint32
		outcome                uint8
	}
	type counts struct{ households, noPhone int }
	cells := map[cell]counts{}
	for i := range c.houses {
		h := &c.houses[i]
		if h.outcome == 0 {
			continue
		}
		k := cell{h.place, h.enumerator, h.day, h.outcome}
		n := cells[k]
		n.households++
		if !h.phone {
			n.noPhone++
		}
		cells[k] = n
	}
	text := c.names.text
	for k, n := range cells {
		p := c.place[k.place]
		sum.Add(survey.CoverageCell{
			Ward: text[p[0]], Block: text[p[1]], Team: text[p[2]], Enumerator: text[k.enumerator], Day: text[k.day], Outcome: visitOutcomes[k.outcome-1],
			Households: n.households, NoPhone: n.noPhone,
		})
	}
}

// facts fills in what is known of each enumerator's interviews.
func (c *covering) facts(all []survey.Facts) {
	type person struct{ team, enumerator uint32 }
	workers := map[person]uint32{}
	for i := range all {
		workers[person{c.names.of(all[i].Team), c.names.of(all[i].Enumerator)}] = uint32(i)
	}
	for i := range c.houses {
		h := &c.houses[i]
		if h.outcome == 0 {
			continue
		}
		h.worker = workers[person{c.place[h.place][2], h.enumerator}]
		if c.spots[i] != 0 && h.met() { // a place counts for one enumerator
			c.spots[i] = c.hash(strconv.FormatUint(c.spots[i], 16) + " " + strconv.Itoa(int(h.worker)))
		} else {
			c.spots[i] = 0
		}
	}
	shared, same := repeated(c.phones), repeated(c.spots)
	for i := range c.houses {
		h := &c.houses[i]
		if !h.met() {
			continue
		}
		f := &all[h.worker]
		if c.phones[i] != 0 {
			f.Phones++
			f.Shared += one(shared[c.phones[i]])
		}
		if c.spots[i] != 0 {
			f.Located++
			f.SameSpot += one(same[c.spots[i]])
		}
		if h.minutes < 0 && h.no == h.latest { // the household keeps the columns of its latest visit
			h.minutes = h.ownMinutes
		}
		countMinutes(f, h)
	}
}

// countMinutes counts the length of a complete interview that was timed.
func countMinutes(f *survey.Facts, h *covered) {
	if h.minutes >= 0 && h.is(survey.OutcomeComplete) {
		f.Minutes[min(int(h.minutes), len(f.Minutes)-1)]++
	}
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

// repeated are the values but 0 that stand more than once in a list.
func repeated(list []uint64) map[uint64]bool {
	sorted := slices.Clone(list)
	slices.Sort(sorted)
	out := map[uint64]bool{}
	for i := 1; i < len(sorted); i++ {
		if sorted[i] == sorted[i-1] && sorted[i] != 0 {
			out[sorted[i]] = true
		}
	}
	return out
}

// ages counts the residents of interviewed households to those who listed them.
func (c *covering) ages(ctx context.Context, s CoverageStore, all []survey.Facts) error {
	for r, err := range s.ResidentAges(ctx) {
		if err != nil {
			return fmt.Errorf("reading ages: %w", err)
		}
		i, ok := c.at[c.hash(r.HouseholdID)]
		if !ok || !c.houses[i].met() {
			continue
		}
		h := &c.houses[i]
		f := &all[h.worker]
		// In a table with a line for each member the times of the interview stand beside each of them.
		if h.minutes < 0 && r.Start != "" && r.VisitDate == c.names.text[h.day] {
			h.minutes = timed(r.Start, r.End)
			countMinutes(f, h)
		}
		f.Residents++
		if r.BirthYear == 0 {
			f.NoBirth++
		}
		if age := r.age(); age >= 0 && age < len(f.Ages) {
			f.Ages[age]++
		}
	}
	return nil
}

// age is the age in years; give or take one where only the year of birth was told.
func (r ResidentAge) age() int {
	if r.Age >= 0 || r.BirthYear == 0 {
		return r.Age
	}
	year, err := strconv.Atoi(r.VisitDate[:min(4, len(r.VisitDate))])
	if err != nil {
		return math.MinInt
	}
	return year - r.BirthYear
}
