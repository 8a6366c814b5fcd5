package records

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"strings"
	"unicode"
)

// A Stop is a card on the way of whoever hands cards out: where it goes, and to whom.
type Stop struct {
	PrintSlot
	Ward      string
	Block     string
	Locality  string
	Address   string // the lane, and what helps to find the door
	House     string
	Household string // id
	Line      int    // of the resident in the household; 0 if not told
	Resident  string // id
	Name      string
	State     string // of the card
}

// WalkingOrder puts the stops of one ward in the order in which a person walks: block, lane, house, household, line. Numbers
// within names count as numbers: 9, 9A, 10, 10/2, 10/10. How people write the same door does not count: H.No. 12 is 12.
func WalkingOrder(stops []Stop) {
	byDoor(stops, func(s Stop) door { return doorOf(s.Block, s.Locality, s.Address, s.House) }, func(a, b Stop) int {
		return cmp.Or(cmp.Compare(a.Household, b.Household), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Resident, b.Resident))
	})
}

// InWalkingOrder puts stops that come ward by ward in walking order. One ward is in memory at a time.
func InWalkingOrder(stops iter.Seq2[Stop, error]) iter.Seq2[Stop, error] {
	return ordered(stops, func(a, b Stop) bool { return a.Ward == b.Ward }, WalkingOrder)
}

// RevisitsInWalkingOrder puts revisits that come team by team and ward by ward in walking order, as [WalkingOrder] has it.
func RevisitsInWalkingOrder(revisits iter.Seq2[Revisit, error]) iter.Seq2[Revisit, error] {
	return ordered(revisits, func(a, b Revisit) bool { return a.Team == b.Team && a.Ward == b.Ward }, func(ward []Revisit) {
		byDoor(ward, func(r Revisit) door { return doorOf(r.Block, r.Locality, r.Address, r.House) }, func(a, b Revisit) int { return cmp.Compare(a.Key, b.Key) })
	})
}

// ordered puts each run of a stream in order. One run is in memory at a time.
func ordered[T any](stream iter.Seq2[T, error], same func(a, b T) bool, order func([]T)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var run []T
		walk := func() bool {
			order(run)
			for _, v := range run {
				if !yield(v, nil) {
					return false
				}
			}
			run = run[:0]
			return true
		}
		for v, err := range stream {
			if err != nil {
				yield(v, err)
				return
			}
			if len(run) > 0 && !same(v, run[0]) && !walk() {
				return
			}
			run = append(run, v)
		}
		walk()
	}
}

// A door is a place in a ward, in steps.
type door struct{ block, lane, house []step }

func doorOf(block, locality, address, number string) door {
	return door{steps(cmp.Or(block, locality)), lane(address), house(number)}
}

// byDoor sorts by door, and behind one door by then.
func byDoor[T any](list []T, of func(T) door, then func(a, b T) int) {
	type way struct {
		door
		at T
	}
	ways := make([]way, len(list))
	for i, v := range list {
		ways[i] = way{of(v), v}
	}
	slices.SortStableFunc(ways, func(a, b way) int {
		return cmp.Or(
			slices.CompareFunc(a.block, b.block, step.compare), slices.CompareFunc(a.lane, b.lane, step.compare),
			slices.CompareFunc(a.house, b.house, step.compare), then(a.at, b.at),
		)
	})
	for i, w := range ways {
		list[i] = w.at
	}
}

// Lane returns the lane of a stop as it is written in the address, or "".
func (s Stop) Lane() string {
	part, _ := lanePart(s.Address)
	return strings.TrimSpace(part)
}

// A step is a run of letters or of digits in a name. Numbers come before words.
type step struct {
	word   string // in small letters; empty for a number
	number uint64
}

func (a step) compare(b step) int {
	return cmp.Or(strings.Compare(a.word, b.word), cmp.Compare(a.number, b.number))
}

// steps cuts a name into runs of letters and of digits. What parts them does not count: 9-A is 9A.
func steps(name string) []step {
	var list []step
	start := true // of a run
	for _, r := range strings.ToLower(name) {
		digit, isDigit := decimal(r)
		if !isDigit && !unicode.IsLetter(r) && !unicode.IsMark(r) {
			start = true
			continue
		}
		if start || isDigit != (list[len(list)-1].word == "") {
			list = append(list, step{})
		}
		start = false
		last := &list[len(list)-1]
		switch {
		case !isDigit:
			last.word += string(r)
		case last.number < math.MaxUint64/10:
			last.number = 10*last.number + digit
		}
	}
	return list
}

// decimal reads one decimal digit, of any script.
func decimal(r rune) (uint64, bool) {
	if !unicode.IsDigit(r) {
		return 0, false
	}
	zero := r
	for unicode.IsDigit(zero-1) && r-zero < 9 {
		zero--
	}
	return uint64(r - zero), true
}

// sayNothing are words before a house number that are no part of it.
var sayNothing = []string{"house", "hno", "flat", "plot", "makan", "jhuggi", "no", "number", "मकान", "घर", "नं", "नंबर", "संख्या"}

// house is the place of a house number in a lane. A letter before the number is part of it: B-12 is not 12. What comes behind a comma
// is a floor.
func house(number string) []step {
	door, floor, _ := strings.Cut(number, ",")
	list := steps(door)
	if len(list) > 1 && list[0].word == "h" && list[1].word == "no" {
		list = list[2:]
	}
	for len(list) > 0 && slices.Contains(sayNothing, list[0].word) {
		list = list[1:]
	}
	if floor != "" {
		list = append(list, step{}, storey(floor)) // behind the door alone, before 12A
	}
	return list
}

// storey is the place of a floor in a house.
func storey(floor string) step {
	list := steps(floor)
	if len(list) == 0 {
		return step{}
	}
	for i, names := range [][]string{{"ground", "gf"}, {"first", "ff"}, {"second", "sf"}, {"third", "tf"}, {"fourth"}, {"fifth"}} {
		if slices.Contains(names, list[0].word) {
			return step{number: uint64(i)}
		}
	}
	return list[0]
}

// lanes are words that name a lane.
var lanes = []string{"gali", "galli", "gully", "lane", "street", "road", "marg", "pocket", "गली", "मार्ग"}

// lane is the place of a lane in a block: its number or name. An address without one has none.
func lane(address string) []step {
	_, list := lanePart(address)
	return slices.DeleteFunc(list, func(s step) bool { return slices.Contains(lanes, s.word) || slices.Contains(sayNothing, s.word) })
}

// lanePart returns the part of an address that names a lane, as it stands and in steps.
func lanePart(address string) (string, []step) {
	for part := range strings.SplitSeq(address, ",") {
		list := steps(part)
		if len(list) > 2 && list[0].word == "g" && list[1].word == "no" { // G.No. 14
			return part, list[2:]
		}
		for _, s := range list {
			if slices.Contains(lanes, s.word) {
				return part, list
			}
		}
	}
	return "", nil
}
