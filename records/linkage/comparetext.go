package linkage

import (
	"slices"
	"strings"
)

// samePostalArea reports postcodes of letters and digits with one outward part: tq13 8df, tq13 8hu.
func samePostalArea(a, b string) bool {
	area := postalArea(a)
	return area != "" && area == postalArea(b)
}

// postalArea is the outward part of a postcode of letters and digits, empty for others.
func postalArea(s string) string {
	if len(s) < 5 || len(s) > 8 || s[0] < 'a' || s[0] > 'z' {
		return ""
	}
	return s[:len(s)-3]
}

func leadingDigits(s string) string {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return s[:i]
}

func compareTexts(a, b string) uint8 {
	if len(a) > len(b) || len(a) == len(b) && a > b { // Jaro's matching is not symmetric
		a, b = b, a
	}
	if len(a) >= 3 && (oneTypo(a, b) && !numbersDiffer(a, b) || numberedWithin(a, b)) {
		return textAlike
	}
	if len(a) == len(b) && letterMask(a) == letterMask(b) && sameWords(a, b) {
		return textAlike
	}
	jw := jaroWinkler(a, b)
	if numbersDiffer(a, b) {
		return level(jw >= 0.85, textPart, textDiffers)
	}
	switch {
	case jw >= 0.92 || len(a) >= 8 && len(b) <= 64 && levenshtein(a, b) <= len(a)/5:
		return textAlike
	case jw >= 0.8 || shareWords(a, b):
		return textPart
	}
	return textDiffers
}

// sameWords reports one set of words in whatever order: crescent daintree, daintree crescent.
func sameWords(a, b string) bool {
	v, w := strings.Fields(a), strings.Fields(b)
	slices.Sort(v)
	slices.Sort(w)
	return slices.Equal(v, w)
}

// numberedWithin reports that all words of a stand in b too, and one of them has a number: gali26 in blockc gali26.
func numberedWithin(a, b string) bool {
	numbered := false
	for w := range strings.FieldsSeq(a) {
		if !containsWord(b, w) {
			return false
		}
		numbered = numbered || strings.ContainsAny(w, "0123456789")
	}
	return numbered
}

// numbersDiffer reports whether both texts hold digits and not the same ones: gali 4 is not gali 5.
func numbersDiffer(a, b string) bool {
	i, j, da, db := 0, 0, false, false
	for {
		for i < len(a) && (a[i] < '0' || a[i] > '9') {
			i++
		}
		for j < len(b) && (b[j] < '0' || b[j] > '9') {
			j++
		}
		da, db = da || i < len(a), db || j < len(b)
		if i >= len(a) || j >= len(b) {
			return da && db && (i < len(a) || j < len(b))
		}
		if a[i] != b[j] {
			return true
		}
		i++
		j++
	}
}

// shareWords reports whether the texts share at least half of the shorter one's longer words.
func shareWords(a, b string) bool {
	words, shared := 0, 0
	for i := 0; i < len(a); {
		j := i
		for j < len(a) && a[j] != ' ' {
			j++
		}
		if j-i >= 4 {
			words++
			if containsWord(b, a[i:j]) {
				shared++
			}
		}
		i = j + 1
	}
	return shared > 0 && 2*shared >= words
}

func containsWord(s, w string) bool {
	for i := 0; i+len(w) <= len(s); i++ {
		if s[i:i+len(w)] == w && (i == 0 || s[i-1] == ' ') && (i+len(w) == len(s) || s[i+len(w)] == ' ') {
			return true
		}
	}
	return false
}
