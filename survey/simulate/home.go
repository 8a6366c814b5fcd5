package simulate

import (
	"strconv"
	"strings"
)

// Households of one lane live side by side, share a shop and are more alike than those of the next.
const laneLength = 14

type lane struct {
	first    int // its first unit
	place    *place
	culture  culture
	locality []string // with its spellings
	pin      string
	block    string // B, RZ, or empty
	gali     int    // 0 where lanes have no number
	landmark string
	number   int // of the first house
	lat, lon float64
	shop     string // the shopkeeper's phone
	eb       int    // enumeration block
}

// laneOf is the lane in which a unit lives.
func (w *world) laneOf(unit int) *lane {
	c := &w.plan.crews[w.plan.crewOf(unit)]
	nth := (unit - c.first) / laneLength
	return w.lane(c, nth)
}

func (w *world) lane(c *crew, nth int) *lane {
	s := newStream(w.seed, forLane, uint64(c.index), uint64(nth))
	p := c.ward.place
	ln := &lane{first: c.first + nth*laneLength, place: p, culture: w.culture(s, p), eb: nth/6 + 1}
	ln.locality = pick(s, p.localities)
	ln.pin = pick(s, p.pins)
	ln.lat = p.lat + (s.float()-0.5)*0.016
	ln.lon = p.lon + (s.float()-0.5)*0.018
	ln.number = s.between(1, 400)
	ln.shop = mobile(s)
	switch p.kind {
	case "colony":
		ln.block = string(rune('A' + s.intn(16)))
	case "flats":
		ln.block = pick(s, []string{"Pocket A-1", "Pocket B-4", "Pocket 2", "Pocket C-9", "Block C", "Block D-2", "Sector 3 Pocket 1"})
		ln.number = s.between(1, 180)
	case "dense":
		ln.block = pick(s, []string{"", "", "A", "B", "C", "D", "E", "H", "J", "RZ", "WZ", "X", "T"})
	}
	if p.kind != "flats" && s.chance(0.7) {
		ln.gali = s.between(1, 24)
	}
	ln.landmark = pick(s, []string{
		"Shiv Mandir", "Hanuman Mandir", "Durga Mandir", "Jama Masjid", "Gurudwara", "Govt School", "MCD School", "Primary School", "Mother Dairy",
		"Ration Shop", "Water Tank", "Community Centre", "Dispensary", "Bus Stand", "Metro Station", "Chaupal", "Park", "Police Chowki", "Anganwadi", "Sabzi Mandi", "Peepal Tree", "Petrol Pump", "Nala", "Barat Ghar", "Post Office",
	})
	return ln
}

func (w *world) culture(s *stream, p *place) culture {
	m := mixes[p.people]
	return culture(s.weighted(m[:]...))
}

// A home is one door.
type home struct {
	lane          *lane
	number, floor int
	sub           int // a part of the house number, 0 for none
	hut           bool
	lat, lon      float64
}

func (w *world) homeOf(s *stream, ln *lane, nth int) home {
	h := home{lane: ln, number: ln.number + nth, lat: ln.lat + float64(nth)*0.00008, lon: ln.lon + (s.float()-0.5)*0.0002}
	switch ln.place.kind {
	case "dense":
		h.number = ln.number + nth/2 // several households at one door
		h.sub = s.intn(4)
		h.floor = s.intn(4)
		h.hut = s.chance(0.08)
	case "colony":
		h.floor = s.intn(3)
		if s.chance(0.3) {
			h.sub = s.between(1, 40)
		}
	}
	return h
}

var floors = [...][3]string{{}, {"First Floor", "1st Floor", "FF"}, {"Second Floor", "2nd Floor", "SF"}, {"Third Floor", "3rd Floor", "TF"}}

// houseNo writes the house number in one of the ways in which people do; the way is the enumerator's.
func (h *home) houseNo(s *stream, way int) string {
	n := strconv.Itoa(h.number)
	ln := h.lane
	switch {
	case h.hut:
		return pick(s, []string{"Jhuggi No. ", "Jhuggi ", "Jhuggi No "}) + n
	case ln.place.kind == "flats":
		n = pick(s, []string{"", "", "", "Flat ", "Flat No. "}) + n
	case ln.block != "":
		n = ln.block + [...]string{"-", "-", " ", "", "/"}[way%5] + n
	case way%4 == 1:
		n = "H.No. " + n
	case way%4 == 2:
		n = "H No " + n
	}
	if h.sub > 0 {
		if ln.place.kind == "dense" && way%3 == 0 {
			n += string(rune('A' + h.sub - 1))
		} else {
			n += "/" + strconv.Itoa(h.sub)
		}
	}
	if h.floor > 0 && s.chance(0.45) {
		n += ", " + floors[h.floor][way%3]
	}
	return n
}

// address writes the lane and what helps to find it.
func (h *home) address(s *stream, way int) string {
	ln := h.lane
	var parts []string
	if ln.place.kind == "flats" {
		parts = append(parts, ln.block)
	}
	if ln.gali > 0 && s.chance(0.9) {
		parts = append(parts, [...]string{"Gali No. ", "Gali No ", "Gali ", "G.No. ", "Street "}[way%5]+strconv.Itoa(ln.gali))
	}
	if s.chance(0.55) {
		parts = append(parts, [...]string{"near ", "Near ", "opp. ", "behind ", "Nr. "}[way%5]+ln.landmark)
	}
	return strings.Join(parts, ", ")
}

// localityName writes the locality as the enumerator does: in one of its spellings, or shortened.
func (h *home) localityName(s *stream, habit uint64) string {
	all := h.lane.locality
	l := all[0]
	if len(all) > 1 && mix(habit)%3 == 0 {
		l = all[1]
	}
	switch s.intn(40) {
	case 0:
		l = strings.ReplaceAll(l, " ", "")
	case 1:
		l = strings.Replace(l, "Nagar", "Ngr", 1)
	case 2:
		l = strings.Replace(l, "Vihar", "Bihar", 1)
	case 3:
		l = strings.Replace(l, "Extension", "Extn", 1)
	case 4:
		l += ", Delhi"
	}
	return l
}
