package linkage

import (
	"math/bits"
	"slices"
)

// Groups of records are weighed against each other before they are joined, for the best pair of two groups is the pair that errs
// most: a father's row without its date fits his son. Pairs across are not independent evidence, so they do not add up. A field
// speaks for one person with the mean of its weights over all pairs. It speaks against with that mean once for each record that
// repeats it, up to the fewer on either side: one wrong date of birth is a slip of the pen, and three against three are two people.

// groupMembers is how many records of each group are looked at.
const groupMembers = 6

// groupSlack is how far below the odds of a match the records of two groups may be as a whole. The pairs that agreed best were
// joined before, so those left across are the worse ones.
const groupSlack = 6.0

// disagree reports whether the groups behind a pair speak against it.
func (l *linker) disagree(e *edge) bool {
	left, right := l.speakers(e.a), l.speakers(e.b)
	return len(left)*len(right) > 1 && l.between(left, right) < float64(l.matchOdds())-groupSlack
}

// speakers are the records of i's group that are looked at: i, and others whatever the order in which the group came together.
func (l *linker) speakers(i uint32) []uint32 {
	list := l.forest.members(i)
	slices.SortFunc(list[1:], func(a, b uint32) int { return compareUint(l.t.hash(a), l.t.hash(b)) })
	return list[:min(len(list), groupMembers)]
}

// meeting is which groups of which sizes an edge would join.
func (l *linker) meeting(e *edge) [4]uint32 {
	a, b := l.forest.root(e.a), l.forest.root(e.b)
	if a > b {
		a, b = b, a
	}
	return [4]uint32{a, b, uint32(l.forest.count(a)), uint32(l.forest.count(b))}
}

// between are the log2 odds that two groups of records are one person.
func (l *linker) between(left, right []uint32) float64 {
	var stranger, family [fieldCount]float64
	var told [2][fieldCount]uint8 // which members have the field
	var n [fieldCount]float64
	rare := 0.0
	for i, x := range left {
		for j, y := range right {
			p := l.c.compare(x, y)
			rare += l.fr.of(l.t, x, y, p)
			for f := range fieldCount {
				lv := p.level(field(f))
				if lv == 0 {
					continue
				}
				stranger[f] += float64(l.w.stranger[companion(field(f), p)][f][lv])
				family[f] += float64(l.w.family[f][lv])
				n[f]++
				told[0][f] |= 1 << i
				told[1][f] |= 1 << j
			}
		}
	}
	s, k := rare/float64(len(left)*len(right)), 0.0
	for f := range fieldCount {
		if n[f] > 0 {
			repeats := float64(min(bits.OnesCount8(told[0][f]), bits.OnesCount8(told[1][f])))
			s += repeated(stranger[f]/n[f], repeats)
			k += repeated(family[f]/n[f], repeats)
		}
	}
	return l.w.combine(s, k)
}

func repeated(weight, times float64) float64 {
	if weight < 0 {
		return weight * times
	}
	return weight
}
