package survey

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Lookup finds the field of a level that a column header names: by machine name, English label, Hindi label or both labels
// together ([Field.Header], [Code.Choice] style). Case, spaces, punctuation, nukta and the Unicode form do not matter. It returns the
// field's place in [Fields].
func Lookup(l Level, header string) (place int, ok bool) {
	place, ok = headers()[l].names[fold(header)]
	return place, ok
}

// LookupSynonym is Lookup that also knows other usual headers for a field, in English and Hindi, such as "gender" for sex.
// They are a suggestion to be shown to a person, not a certainty.
func LookupSynonym(l Level, header string) (place int, ok bool) {
	if place, ok = Lookup(l, header); ok {
		return place, ok
	}
	place, ok = headers()[l].synonyms[fold(header)]
	return place, ok
}

type headerIndex struct {
	names    map[string]int
	synonyms map[string]int
}

var headers = sync.OnceValue(func() [2]headerIndex {
	var out [2]headerIndex
	for _, l := range []Level{Household, Member} {
		x := headerIndex{names: map[string]int{}, synonyms: map[string]int{}}
		for i, f := range table(l) {
			for _, s := range []string{f.Name, f.Label, f.LabelHi, f.Label + f.LabelHi} {
				x.names[fold(s)] = i
			}
			for _, s := range f.Also {
				x.synonyms[fold(s)] = i
			}
		}
		out[l] = x
	}
	return out
})

// fold reduces a header or a label to the letters and digits that tell it from others: NFC, lower case, without spaces,
// punctuation and invisible characters, digits of every script as 0–9, and without nukta and with anusvara for chandrabindu,
// because people type "जरूरी" for "ज़रूरी" and "हां" for "हाँ".
func fold(s string) string {
	const nukta, chandrabindu, anusvara = '़', 'ँ', 'ं'
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFC.String(s) {
		switch d, ok := digitValue(r); {
		case ok:
			b.WriteByte('0' + d)
		case r == chandrabindu:
			b.WriteRune(anusvara)
		case r == nukta:
		case unicode.IsLetter(r) || unicode.Is(unicode.M, r):
			b.WriteRune(unicode.ToLower(r))
		}
	}
	// The composed letters with nukta (क़ U+0958 …) are taken apart by NFC, except these three, which have their own code point.
	return nuktaLetters.Replace(b.String())
}

var nuktaLetters = strings.NewReplacer("ऩ", "न", "ऱ", "र", "ऴ", "ळ")

// digitValue is the value of a decimal digit in the scripts of the city's languages: European, Devanagari, Gurmukhi, Bengali,
// Arabic and Urdu, and the full-width forms.
func digitValue(r rune) (byte, bool) {
	if r < 0x80 {
		return byte(r - '0'), r >= '0' && r <= '9'
	}
	if r >= 0x966 && r <= 0x96F {
		return byte(r - 0x966), true
	}
	if r >= 0x900 && r < 0x966 {
		return 0, false // most of what is not ASCII here is Devanagari
	}
	for _, zero := range [...]rune{0xA66, 0x9E6, 0x660, 0x6F0, 0xFF10} {
		if r >= zero && r <= zero+9 {
			return byte(r - zero), true
		}
	}
	return 0, false
}

// asciiDigits rewrites the digits of every script as 0–9 and leaves the rest alone.
func asciiDigits(s string) string {
	if isASCII(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if d, ok := digitValue(r); ok {
			return rune('0' + d)
		}
		return r
	}, s)
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
