package survey

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// What a visit came to (visit_outcome).
const (
	OutcomeComplete = "complete"
	OutcomePartial  = "partial"
	OutcomeLocked   = "locked"
	OutcomeRefused  = "refused"
	OutcomeVacant   = "vacant"
	OutcomeNotFound = "not_found"
	OutcomeRevisit  = "revisit"
)

// Undecided lists the outcomes that only say to come again. Of several visits of one household the last one counts, by visit
// number, whose outcome is none of these; where there is no such visit, the last of all.
func Undecided() []string { return []string{OutcomeLocked, OutcomeRevisit} }

// A Tally counts households by the visit that counts, see [Undecided].
type Tally struct {
	Expected int  `json:"expected"` // by the frame
	Framed   bool `json:"in_frame"` // false: the frame does not say how many there are
	Complete int  `json:"complete"`
	Partial  int  `json:"partial"`
	Locked   int  `json:"locked"`
	Revisit  int  `json:"revisit"`
	Refused  int  `json:"refused"`
	Vacant   int  `json:"vacant"`
	NotFound int  `json:"not_found"`
	// Of the expected households, those at which nobody has called; and how many more were found than expected. Of a whole
	// city it is the sum over its wards: what one has too many does not make up for another.
	Unvisited int `json:"not_visited"`
	Beyond    int `json:"more_than_expected"`
}

// Visited is how many households anybody has called at.
func (t Tally) Visited() int { return t.Settled() + t.Partial + t.Due() }

// Due is how many households asked for another visit without an interview: locked, or come again.
func (t Tally) Due() int { return t.Locked + t.Revisit }

// Gone is how many doors had nobody behind them: vacant, or not found.
func (t Tally) Gone() int { return t.Vacant + t.NotFound }

// Settled is how many households nobody need call at again.
func (t Tally) Settled() int { return t.Complete + t.Refused + t.Gone() }

// Whole is how many households there are as far as anybody knows: those visited and those not yet visited.
func (t Tally) Whole() int { return t.Visited() + t.Unvisited }

// Left is how many households are still to be settled.
func (t Tally) Left() int { return t.Whole() - t.Settled() }

// Share is the share of the whole that is complete; ok is false where the frame does not tell how many there are.
func (t Tally) Share() (share float64, ok bool) {
	if !t.Framed || t.Whole() == 0 {
		return 0, false
	}
	return float64(t.Complete) / float64(t.Whole()), true
}

// close sets what follows from the counts.
func (t *Tally) close() {
	if t.Framed {
		t.Unvisited, t.Beyond = max(t.Expected-t.Visited(), 0), max(t.Visited()-t.Expected, 0)
	}
}

func (t *Tally) add(outcome string, n int) {
	switch outcome {
	case OutcomeComplete:
		t.Complete += n
	case OutcomePartial:
		t.Partial += n
	case OutcomeLocked:
		t.Locked += n
	case OutcomeRefused:
		t.Refused += n
	case OutcomeVacant:
		t.Vacant += n
	case OutcomeNotFound:
		t.NotFound += n
	case OutcomeRevisit:
		t.Revisit += n
	}
}

// A CoverageCell counts households of one place, team, enumerator, day and outcome, by the visit that counts.
type CoverageCell struct {
	Ward, Block, Team, Enumerator, Day, Outcome string
	Households                                  int
	NoPhone                                     int // of the interviewed ones, those without a phone
}

// A CoverageRow is one line of a coverage table; of its names only those are set by which the table is made.
type CoverageRow struct {
	Ward       string `json:"ward,omitempty"`
	Block      string `json:"block,omitempty"`
	Team       string `json:"team,omitempty"`
	Enumerator string `json:"enumerator,omitempty"` // a staff id
	Day        string `json:"day,omitempty"`        // ISO 8601
	Tally
	Blocks int `json:"blocks,omitempty"` // of a ward: blocks in the frame
	Begun  int `json:"begun,omitempty"`  // of these, those where somebody has called
}

// A Coverage is how far a round has come. Its tables are sorted by name.
type Coverage struct {
	Survey      string        `json:"survey_code"`
	Total       CoverageRow   `json:"total"`
	Wards       []CoverageRow `json:"wards"`
	Blocks      []CoverageRow `json:"blocks"`
	Teams       []CoverageRow `json:"teams"`
	Enumerators []CoverageRow `json:"enumerators"`
	Days        []CoverageRow `json:"days"`
	// Outside counts the households in blocks that the frame does not have, in wards that it has by block.
	Outside int `json:"outside_frame"`

	working map[person]map[string]int // interviews of each enumerator by day
	noPhone map[person]int
	settled map[string]map[string]int // households of each ward by day
}

// A person is an enumerator: two teams may both have an E1.
type person struct{ team, enumerator string }

// A Coverer adds up cells: first the frame, then every cell, then [Coverer.Coverage]. It keeps a line for each ward, block,
// team, enumerator and day, not for each household.
type Coverer struct {
	total   Tally
	tables  [5]map[CoverageRow]*Tally // keyed by the names
	byBlock map[string]bool           // wards that the frame lists by block
	working map[person]map[string]int
	noPhone map[person]int
	settled map[string]map[string]int
	outside int
	written map[CoverageRow]string // blocks as they are written: in the frame, else the first in order
}

const (
	coverWards = iota
	coverBlocks
	coverTeams
	coverEnumerators
	coverDays
)

// NewCoverer begins to add up against a frame, which may be empty.
func NewCoverer(f Frame) *Coverer {
	c := &Coverer{byBlock: map[string]bool{}, working: map[person]map[string]int{}, noPhone: map[person]int{}, settled: map[string]map[string]int{}, written: map[CoverageRow]string{}}
	for i := range c.tables {
		c.tables[i] = map[CoverageRow]*Tally{}
	}
	expect := func(t *Tally, n int) { t.Expected, t.Framed = t.Expected+n, true }
	for _, r := range f.Rows {
		expect(&c.total, r.Expected)
		expect(c.at(coverWards, CoverageRow{Ward: r.Ward}), r.Expected)
		if r.Block != "" {
			c.byBlock[r.Ward] = true
			key := CoverageRow{Ward: r.Ward, Block: BlockCode(r.Block)}
			expect(c.at(coverBlocks, key), r.Expected)
			c.written[key] = r.Block
		}
		if r.Team != "" {
			expect(c.at(coverTeams, CoverageRow{Team: r.Team}), r.Expected)
		}
	}
	return c
}

func (c *Coverer) at(table int, key CoverageRow) *Tally {
	t := c.tables[table][key]
	if t == nil {
		t = new(Tally)
		c.tables[table][key] = t
	}
	return t
}

// Add counts a cell.
func (c *Coverer) Add(cell CoverageCell) {
	c.total.add(cell.Outcome, cell.Households)
	key := CoverageRow{Ward: cell.Ward, Block: BlockCode(cell.Block)}
	block := c.at(coverBlocks, key)
	if was, ok := c.written[key]; !ok || !block.Framed && cell.Block < was {
		c.written[key] = cell.Block
	}
	if c.byBlock[cell.Ward] && !block.Framed {
		c.outside += cell.Households
	}
	for _, t := range []*Tally{
		c.at(coverWards, CoverageRow{Ward: cell.Ward}),
		block,
		c.at(coverTeams, CoverageRow{Team: cell.Team}),
		c.at(coverEnumerators, CoverageRow{Team: cell.Team, Enumerator: cell.Enumerator}),
		c.at(coverDays, CoverageRow{Day: cell.Day}),
	} {
		t.add(cell.Outcome, cell.Households)
	}
	var one Tally
	one.add(cell.Outcome, cell.Households)
	if c.settled[cell.Ward] == nil {
		c.settled[cell.Ward] = map[string]int{}
	}
	c.settled[cell.Ward][cell.Day] += one.Settled()
	if one.Complete+one.Partial == 0 {
		return
	}
	p := person{cell.Team, cell.Enumerator}
	if c.working[p] == nil {
		c.working[p] = map[string]int{}
	}
	c.working[p][cell.Day] += cell.Households
	c.noPhone[p] += cell.NoPhone
}

// Coverage sums up.
func (c *Coverer) Coverage(surveyCode string) *Coverage {
	out := &Coverage{Survey: surveyCode, Total: CoverageRow{Tally: c.total}, Outside: c.outside, working: c.working, noPhone: c.noPhone, settled: c.settled}
	for i, rows := range []*[]CoverageRow{&out.Wards, &out.Blocks, &out.Teams, &out.Enumerators, &out.Days} {
		*rows = make([]CoverageRow, 0, len(c.tables[i]))
		for key, t := range c.tables[i] {
			if i == coverBlocks {
				key.Block = c.written[key]
			}
			key.Tally = *t
			key.close()
			*rows = append(*rows, key)
		}
		slices.SortFunc(*rows, func(a, b CoverageRow) int {
			return cmp.Or(cmp.Compare(a.Ward, b.Ward), natural(a.Block, b.Block), cmp.Compare(a.Team, b.Team),
				cmp.Compare(a.Enumerator, b.Enumerator), cmp.Compare(a.Day, b.Day))
		})
	}
	ward := map[string]*CoverageRow{}
	for i := range out.Wards {
		w := &out.Wards[i]
		ward[w.Ward] = w
		out.Total.Unvisited, out.Total.Beyond = out.Total.Unvisited+w.Unvisited, out.Total.Beyond+w.Beyond
	}
	for _, b := range out.Blocks {
		if !b.Framed {
			continue
		}
		for _, w := range []*CoverageRow{ward[b.Ward], &out.Total} {
			w.Blocks++
			if b.Visited() > 0 {
				w.Begun++
			}
		}
	}
	return out
}

// BlockCode is the form in which blocks of a ward are compared: "EB-012", "eb 12" and "EB12" are one block, because Excel
// drops leading zeros and people write the rest as they like.
func BlockCode(s string) string {
	s = strings.ToUpper(asciiDigits(s))
	var b strings.Builder
	digit := func(r rune) bool { return r >= '0' && r <= '9' }
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return !digit(r) && !unicode.IsLetter(r) && !unicode.Is(unicode.M, r) }) {
		for word != "" {
			n := strings.IndexFunc(word, func(r rune) bool { return digit(r) != digit(rune(word[0])) })
			if n < 0 {
				n = len(word)
			}
			part := word[:n]
			if digit(rune(part[0])) {
				part = cmp.Or(strings.TrimLeft(part, "0"), "0")
				if text := b.String(); text != "" && digit(rune(text[len(text)-1])) {
					b.WriteByte('-') // 1-2 is not 12
				}
			}
			b.WriteString(part)
			word = word[n:]
		}
	}
	return b.String()
}

// natural compares as people count: EB2 before EB10.
func natural(a, b string) int {
	for a != "" && b != "" {
		da, db := leadingDigits(a), leadingDigits(b)
		if da > 0 && db > 0 {
			if c := cmp.Or(cmp.Compare(da, db), strings.Compare(a[:da], b[:db])); c != 0 {
				return c
			}
			a, b = a[da:], b[db:]
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

func leadingDigits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}
