package importer

import (
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"sehat/survey"
)

// A house is what the members of a household need to know about it. A city has millions: it is kept small.
type house struct {
	key                                     string // the source's key, as checked
	rev                                     string // source revision
	survey, ward, team, outcome, enumerator word
	date                                    int32 // of the latest visit: yyyymmdd
	visit                                   int32 // its number
	print                                   uint64
	members                                 int32 // rows seen so far
	consent                                 bool
	held                                    bool // its row is held back
}

// A word is a text that many households share: a ward, a team.
type word uint32

// houses are the households of a file, by the key under which its members find them.
type houses struct {
	byKey map[string]int32
	all   []house
	words map[string]word
	texts []string
	extra map[visitKey]uint64 // further visits of a household: fingerprint of the row
	bare  survey.HouseholdRow // room for member
}

type visitKey struct{ house, visit int32 }

func newHouses() houses {
	return houses{byKey: map[string]int32{}, words: map[string]word{"": 0}, texts: []string{""}, extra: map[visitKey]uint64{}}
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

// find returns a household, or nil.
func (hs *houses) find(key string) *house {
	i, ok := hs.byKey[key]
	if !ok {
		return nil
	}
	return &hs.all[i]
}

func (hs *houses) add(key string, h house) *house {
	if i, ok := hs.byKey[key]; ok {
		hs.all[i] = h
		return &hs.all[i]
	}
	hs.byKey[strings.Clone(key)] = int32(len(hs.all))
	hs.all = append(hs.all, h)
	return &hs.all[len(hs.all)-1]
}

// of makes the house of a checked row.
func (hs *houses) of(h *survey.HouseholdRow, rev string, print uint64, held bool) house {
	d := h.Visit.Date
	return house{
		key: strings.Clone(h.Key), rev: strings.Clone(rev), survey: hs.word(h.SurveyCode), ward: hs.word(h.WardCode), team: hs.word(h.TeamID),
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
func (hs *houses) clash(key string, next house) bool {
	i := hs.byKey[key]
	was := &hs.all[i]
	if was.survey != next.survey || was.ward != next.ward || was.team != next.team || was.key != next.key {
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
	next.members = was.members
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
