package records

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// A Likeness says how far two answers agree. It is for the eye of somebody who reviews a pair; the weights come from linkage.
type Likeness uint8

// The degrees of likeness.
const (
	NotTold   Likeness = iota // by one of the two or by both, or it says nothing
	Equal                     // but for letter case, spaces and punctuation
	Similar                   // as one name in two spellings
	Different                 //
)

// String is the likeness in a word, as in JSON; empty for NotTold.
func (l Likeness) String() string { return [...]string{"", "equal", "similar", "different"}[l] }

// MarshalText is [Likeness.String].
func (l Likeness) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// similarFrom is the similarity from which two texts are shown as similar.
const similarFrom = 0.75

// textLikeness compares two texts of one script.
func textLikeness(a, b string) Likeness {
	x, y := words(a), words(b)
	switch {
	case len(x) == 0 || len(y) == 0:
		return NotTold
	case strings.Join(x, "") == strings.Join(y, ""):
		return Equal
	case similarity(x, y) >= similarFrom:
		return Similar
	}
	return Different
}

// digitsLikeness compares two numbers: similar are such that differ in one digit or by an exchange of neighbours.
func digitsLikeness(a, b string) Likeness {
	switch {
	case a == "" || b == "":
		return NotTold
	case a == b:
		return Equal
	case edits([]rune(a), []rune(b)) == 1 || exchanged(a, b):
		return Similar
	}
	return Different
}

// exchanged reports whether two neighbouring bytes of a changed places in b.
func exchanged(a, b string) bool {
	for i := 0; i+1 < len(a) && len(a) == len(b); i++ {
		if a[i] != b[i] {
			return a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
		}
	}
	return false
}

// words are the words of a text in lower case, without punctuation.
func words(s string) []string {
	return strings.FieldsFunc(strings.ToLower(norm.NFC.String(s)), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r)
	})
}

// similarity compares two texts word by word, in any order, from 0 to 1: each word of the shorter with the likest of the other. Long
// words count for more and the first for twice, as it is the given name. A word that only one has takes a little off.
func similarity(a, b []string) float64 {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) == 0 {
		return 0
	}
	used := make([]bool, len(b))
	sum, weight := 0.0, 0.0
	for i, word := range a {
		best, at := -1.0, 0
		for j, other := range b {
			if s := wordSimilarity([]rune(word), []rune(other)); !used[j] && s > best {
				best, at = s, j
			}
		}
		used[at] = true
		n := float64(len([]rune(word)))
		if i == 0 {
			n *= 2
		}
		sum += best * n
		weight += n
	}
	return max(0, sum/weight-0.05*float64(len(b)-len(a)))
}

// wordSimilarity is the share of letters that need no edit.
func wordSimilarity(a, b []rune) float64 {
	return 1 - float64(edits(a, b))/float64(max(len(a), len(b), 1))
}

// edits is the Levenshtein distance of two words.
func edits(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		corner := row[0]
		row[0] = i + 1
		for j, y := range b {
			cost := corner
			if x != y {
				cost = 1 + min(corner, row[j], row[j+1])
			}
			corner, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
