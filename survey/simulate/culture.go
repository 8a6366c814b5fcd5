package simulate

import (
	"fmt"
	"strings"
)

// A culture is a community's way of naming people.
type culture uint8

const (
	hindu culture = iota
	muslim
	sikh
	punjabi
	christian
	bengali
	south
	northeast
	cultures
)

var cultureNames = [cultures]string{"hindu", "muslim", "sikh", "punjabi", "christian", "bengali", "south", "northeast"}

func (c culture) String() string { return cultureNames[c] }

// A cohort is the time in which someone was named: names have fashions.
type cohort uint8

const (
	old   cohort = iota // born before about 1966
	mid                 // born before about 1994
	young               // born since
)

var cohortNames = [...]string{"old", "mid", "young"}

// names are the pools of one culture. A pool that a culture does not have is nil.
type names struct {
	given     [2][3]*pool // by sex (1 is female) and cohort
	surname   [2]*pool    // by sex; the same pool where women carry the men's
	second    [2]*pool    // Kumar, Devi
	compound  [2]*pool    // rarer names made of two parts
	honorific [2]*pool
	prefix    *pool // Mohd
}

// people holds all names and how communities mix in the places of the city.
type people struct{ of [cultures]*names }

func readPeople() (*people, error) {
	files := map[string]map[string]*pool{}
	for _, f := range []string{"hindu", "muslim", "punjabi", "christian", "bengali", "south", "northeast"} {
		pools, err := readPools(f + ".txt")
		if err != nil {
			return nil, err
		}
		files[f] = pools
	}
	p := &people{}
	for c := range cultures {
		file := files[cultureNames[c]]
		switch c {
		case sikh:
			p.of[c] = sikhNames(files["punjabi"])
			continue
		case punjabi: // the given names of their neighbours, surnames of their own
			file = files["hindu"]
		}
		p.of[c] = plainNames(file)
		if c == punjabi {
			p.of[c].surname = [2]*pool{files["punjabi"]["surname punjabi"], files["punjabi"]["surname punjabi"]}
		}
	}
	for c, n := range p.of {
		if n == nil || n.surname[0] == nil || n.given[0][young] == nil || n.given[1][old] == nil {
			return nil, fmt.Errorf("names: %s lacks a section", cultureNames[c])
		}
	}
	return p, nil
}

func plainNames(file map[string]*pool) *names {
	n := &names{prefix: file["prefix male"]}
	for sex, label := range []string{"male", "female"} {
		for t := range cohortNames {
			n.given[sex][t] = file[label+" "+cohortNames[t]]
		}
		n.surname[sex] = file["surname"]
		if file["surname"] == nil {
			n.surname[sex] = file["surname "+label]
		}
		n.second[sex] = file[label+" second"]
		n.honorific[sex] = file["honorific "+label]
		n.compound[sex] = compounds(file[label+" compound first"], file[label+" compound second"])
	}
	return n
}

// sikhNames joins the names for both sexes with those for one.
func sikhNames(file map[string]*pool) *names {
	n := &names{}
	for sex, label := range []string{"male", "female"} {
		all := &pool{}
		for _, p := range []*pool{file["sikh"], file["sikh "+label]} {
			for _, w := range p.words {
				all.add(w)
			}
		}
		n.given[sex] = [3]*pool{all, all, all}
		n.surname[sex] = file["surname sikh"]
		n.second[sex] = &pool{}
		n.honorific[sex] = file["honorific "+label]
	}
	n.second[0].add(&word{[]string{"Singh", "Singh", "Singh", "Singh", "Sing"}, []string{"सिंह"}})
	n.second[1].add(&word{[]string{"Kaur", "Kaur", "Kaur", "Kour"}, []string{"कौर"}})
	return n
}

// compounds makes the names of two parts, such as Ram Niwas: written apart or in one, and each way is usual.
func compounds(first, second *pool) *pool {
	if first == nil || second == nil {
		return nil
	}
	all := &pool{}
	// Diagonals keep the common parts together at the front.
	for sum := 0; sum < len(first.words)+len(second.words)-1; sum++ {
		for i := max(0, sum-len(second.words)+1); i <= min(sum, len(first.words)-1); i++ {
			a, b := first.words[i], second.words[sum-i]
			if a.latin[0] != b.latin[0] {
				all.add(compound(a, b))
			}
		}
	}
	return all
}

func compound(a, b *word) *word {
	w := &word{}
	apart := strings.ToUpper(b.latin[0][:1]) == b.latin[0][:1] // "wati" joins, "Niwas" may stand alone
	for i := range max(len(a.latin), len(b.latin)) {
		x, y := a.latin[i%len(a.latin)], b.latin[i%len(b.latin)]
		if apart {
			w.latin = append(w.latin, x+" "+y)
		}
		w.latin = append(w.latin, x+strings.ToLower(y))
	}
	if apart {
		w.hindi = append(w.hindi, a.hindi[0]+" "+b.hindi[0])
	}
	w.hindi = append(w.hindi, a.hindi[0]+b.hindi[0])
	return w
}

// mixes says how the communities mix where a place's people column says so; "-" is the city as a whole.
var mixes = map[string][cultures]float64{
	"-": {70, 12, 2, 7, 1.2, 2.6, 2.6, 1.6},
	"m": {33, 58, 1, 4, 0.5, 1.5, 1, 1},
	"p": {60, 6, 6, 22, 1, 2, 2, 1},
	"s": {45, 5, 20, 25, 1, 1.5, 2, 0.5},
	"e": {55, 7, 4, 14, 2.5, 6, 9, 2.5},
	"b": {52, 7, 3, 11, 1.5, 20, 4, 1.5},
	"n": {64, 9, 2, 7, 2, 4, 3, 9},
}
