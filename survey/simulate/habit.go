package simulate

import (
	"fmt"
	"strings"
)

// A habit is how one enumerator writes. It differs more between enumerators than between the rows of one.
type habit struct {
	id         string
	spell      uint64  // which spelling they give a word that they only heard
	capitals   bool    // WRITES LIKE THIS
	small      bool    // writes like this
	hindi      float64 // how often they fill the Hindi name
	devanagari bool    // write every name in Hindi and leave the English one empty
	slips      float64 // typing errors a name
	heap       float64 // how often they round an age they are told
	newYear    bool    // write 1 January where only the year is known
	honorific  float64
	phone      int     // how they write phones
	address    int     // how they write addresses
	shows      float64 // how often they ask for papers
}

func (w *world) habit(c *crew, nth int) habit {
	s := newStream(w.seed, forEnumerator, uint64(c.index), uint64(nth))
	h := habit{id: fmt.Sprintf("E%s%d%d", c.ward.code, c.no, nth+1), spell: s.next()}
	switch s.weighted(80, 16, 4) {
	case 1:
		h.capitals = true
	case 2:
		h.small = true
	}
	h.hindi = pick(s, []float64{0, 0.5, 0.9, 0.97, 0.99, 1})
	h.devanagari = s.chance(0.03)
	h.slips = (0.008 + 0.04*s.float()*s.float()) * w.rates.Typing
	h.heap = 0.05 + 0.4*s.float()
	h.newYear = s.chance(0.08)
	h.honorific = pick(s, []float64{0, 0, 0.01, 0.02, 0.15})
	h.phone = s.weighted(80, 4, 4, 4, 4, 4)
	h.address = s.intn(60)
	h.shows = 0.45 + 0.45*s.float()
	return h
}

// A hand writes the names of one household: an enumerator, who may have seen papers.
type hand struct {
	*habit
	*people
	s      *stream
	papers bool
	rate   float64 // how much is misheard; 1 is usual
}

// name writes a name in both scripts, with the parts that were told and the errors that were made.
func (h *hand) name(n *naming, father bool) (latin, hindi string) {
	var room [5]string
	var roomHi [5]string
	lat, hin := room[:0], roomHi[:0]
	put := func(w *word, fate uint64) {
		l, d := h.word(w, fate)
		lat, hin = append(lat, l), append(hin, d)
	}
	loose := h.rate
	if h.papers {
		loose *= 0.35
	}
	if father {
		loose *= 2.2 // fathers are named in short
	}
	if n.prefix != nil && !h.s.chance(0.3*loose) {
		l, d := h.word(n.prefix, mix(n.usual))
		if !h.papers {
			l = usual(n.prefix.latin, mix(h.spell+n.usual%5))
		}
		lat, hin = append(lat, l), append(hin, d)
	}
	if n.initial != nil && !h.s.chance(0.25*loose) {
		c := n.initial.latin[0][:1]
		lat, hin = append(lat, c+[...]string{".", "", "."}[h.spell%3]), append(hin, letters[c[0]-'A']+".")
	}
	put(n.given, mix(n.usual+1))
	if n.second != nil && !h.s.chance(0.16*loose) {
		put(n.second, mix(n.usual+2))
	}
	if n.surname != nil && !h.s.chance(0.15*loose) {
		put(n.surname, mix(n.clan))
	}
	last := len(lat) - 1
	swap := h.s.chance(0.012 * h.rate)
	if last > 0 && (n.surname != nil && n.surnameFirst != swap || n.initial != nil && swap) {
		first, firstHi := lat[last], hin[last]
		copy(lat[1:], lat[:last])
		copy(hin[1:], hin[:last])
		lat[0], hin[0] = first, firstHi
	}
	if h.s.chance(h.honorific) {
		if p := h.people.of[n.culture].honorific[index(n.female)]; p != nil {
			t := p.draw(h.s)
			lat, hin = append([]string{t.latin[0]}, lat...), append([]string{t.hindi[0]}, hin...)
		}
	}
	return h.finish(strings.Join(lat, " ")), strings.Join(hin, " ")
}

// word writes one part of a name: as on the papers where they were shown, else by the enumerator's habit and ear.
func (h *hand) word(w *word, fate uint64) (latin, hindi string) {
	latin = usual(w.latin, fate)
	if fate%1000 < 60 { // a family that spells its name as few others do
		latin = heard(&stream{fate}, latin)
	}
	hindi = usual(w.hindi, mix(fate))
	if !h.papers {
		latin = usual(w.latin, mix(h.spell^uint64(len(w.latin[0]))<<32^uint64(w.latin[0][0])))
		if h.s.chance(0.14 * h.rate) {
			latin = heard(h.s, latin)
		}
		if h.s.chance(0.06 * h.rate) {
			hindi = misspeltHindi(h.s, hindi)
		} else if h.s.chance(0.15) {
			hindi = w.hindi[0]
		}
	}
	return latin, hindi
}

// finish adds what the keyboard does to a name.
func (h *hand) finish(name string) string {
	if h.s.chance(h.slips) {
		name = slip(h.s, name)
	}
	switch {
	case h.capitals:
		name = strings.ToUpper(name)
	case h.small:
		name = strings.ToLower(name)
	}
	switch h.s.intn(400) {
	case 0:
		name += " "
	case 1:
		name = strings.Replace(name, " ", "  ", 1)
	case 2:
		name = strings.ReplaceAll(name, " ", "")
	}
	return name
}
