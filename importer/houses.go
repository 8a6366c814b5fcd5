package importer

import (
	"hash/maphash"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"sehat/survey"
)

// A house is what the members of a household need to know about it. A city has millions: it is kept small, and without pointers,
// which the garbage collector would follow again and again.
type house struct {
	link                                    span // the key under which its members find it
	key                                     span // the source's key, as checked
	rev                                     span // source revision
	print                                   uint64
	survey, ward, team, outcome, enumerator word
	date                                    int32 // of the latest visit: yyyymmdd
	visit                                   int32 // its number
	members                                 int32 // rows seen so far
	next                                    int32 // the house with the same hash of its link, from 1; 0 if none
	consent                                 bool
	held                                    bool // its row is held back
}

// A word is a text that many households share: a ward, a team.
type word uint32

// houses are the households of a file, by the key under which its members find them.
type houses struct {
	seed   maphash.Seed
	byLink map[uint64]int32 // by the hash of the link: the house, from 1
	all    []house
	words  map[string]word
	texts  []string
	spans  spans
	extra  map[visitKey]uint64 // further visits of a household: fingerprint of the row
	bare   survey.HouseholdRow // room for member
}

type visitKey struct{ house, visit int32 }

func newHouses() houses {
	return houses{
		seed: maphash.MakeSeed(), byLink: map[uint64]int32{}, words: map[string]word{"": 0}, texts: []string{""}, extra: map[visitKey]uint64{},
	}
}

// spans keep many short texts end to end.
type spans struct {
	full []string
	last strings.Builder
}

// A span is where a text stands: its piece, the first byte there and its length.
type span struct {
	piece      uint32
	first, len uint16
}

const pieceSize = 1 << 16

// keep stores a text; what is longer than a piece is cut, as no cell is (32,767 characters).
func (p *spans) keep(s string) span {
	s = s[:min(len(s), pieceSize-1)]
	if p.last.Len()+len(s) >= pieceSize {
		p.full = append(p.full, p.last.String())
		p.last = strings.Builder{}
	}
	if p.last.Cap() == 0 {
		p.last.Grow(pieceSize)
	}
	at := span{uint32(len(p.full)), uint16(p.last.Len()), uint16(len(s))}
	p.last.WriteString(s)
	return at
}

func (p *spans) text(s span) string {
	piece := p.last.String()
	if int(s.piece) < len(p.full) {
		piece = p.full[s.piece]
	}
	return piece[s.first : int(s.first)+int(s.len)]
}

func (hs *houses) word(s string) word {
	if w, ok := hs.words[s]; ok {
		return w
	}
	s = strings.Clone(s) // not the whole row that it was cut from
	w := word(len(hs.texts))
	hs.words[s] = w
	hs.texts = append(hs.texts, s)
	return w
}

func (hs *houses) text(w word) string { return hs.texts[w] }

// at returns the place of a household, or -1.
func (hs *houses) at(link string) int32 {
	for i := hs.byLink[maphash.String(hs.seed, link)]; i > 0; i = hs.all[i-1].next {
		if hs.spans.text(hs.all[i-1].link) == link {
			return i - 1
		}
	}
	return -1
}

// find returns a household, or nil. It is good until the next one is added.
func (hs *houses) find(link string) *house {
	i := hs.at(link)
	if i < 0 {
		return nil
	}
	return &hs.all[i]
}

func (hs *houses) add(link string, h house) {
	if was := hs.find(link); was != nil {
		h.link, h.next = was.link, was.next
		*was = h
		return
	}
	hash := maphash.String(hs.seed, link)
	h.link, h.next = hs.spans.keep(link), hs.byLink[hash]
	hs.all = append(hs.all, h)
	hs.byLink[hash] = int32(len(hs.all))
}

// of makes the house of a checked row.
func (hs *houses) of(h *survey.HouseholdRow, rev string, print uint64, held bool) house {
	d := h.Visit.Date
	return house{
		key: hs.spans.keep(h.Key), rev: hs.spans.keep(rev), survey: hs.word(h.SurveyCode), ward: hs.word(h.WardCode), team: hs.word(h.TeamID),
		outcome: hs.word(h.Visit.Outcome), enumerator: hs.word(h.Visit.EnumeratorID), date: int32(d.Year*10000 + d.Month*100 + d.Day),
		visit: int32(h.Visit.No), print: print, consent: h.Consent == "yes", held: held,
	}
}

// row is the household as a checker of members asks for it; it is good until the next call.
func (hs *houses) row(h *house) *survey.HouseholdRow {
	if h == nil {
		return nil
	}
	hs.bare.Consent = ""
	if h.consent {
		hs.bare.Consent = "yes"
	}
	hs.bare.Visit.Date = h.day()
	hs.bare.Visit.Outcome = hs.text(h.outcome)
	return &hs.bare
}

func (h *house) day() survey.Date {
	return survey.Date{Year: int(h.date / 10000), Month: int(h.date / 100 % 100), Day: int(h.date % 100)}
}

// clash reports whether a further row of a known household contradicts an earlier one of the same file: another household
// under the same key, or other content for the same visit. A later visit takes the household over.
func (hs *houses) clash(link string, next house) bool {
	i := hs.at(link)
	was := &hs.all[i]
	if was.survey != next.survey || was.ward != next.ward || was.team != next.team ||
		hs.spans.text(was.key) != hs.spans.text(next.key) {
		return true
	}
	visit := visitKey{i, next.visit}
	if next.visit == was.visit {
		return next.print != was.print
	}
	if print, ok := hs.extra[visit]; ok {
		return print != next.print
	}
	if next.visit < was.visit {
		hs.extra[visit] = next.print
		return false
	}
	hs.extra[visitKey{i, was.visit}] = was.print
	next.members, next.link, next.next = was.members, was.link, was.next
	*was = next
	return false
}

// linkKey makes the keys of households and of their members comparable: NFC, no white space around, no apostrophe before, no
// fraction of nought that a spreadsheet added.
func linkKey(s string) string {
	s = strings.TrimSpace(s)
	for i := range len(s) {
		if s[i] >= 0x80 {
			s = norm.NFC.String(s)
			break
		}
	}
	s = strings.TrimPrefix(s, "'")
	if whole, fraction, ok := strings.Cut(s, "."); ok && strings.Trim(fraction, "0") == "" {
		if _, err := strconv.ParseUint(whole, 10, 64); err == nil {
			return whole
		}
	}
	return s
}
