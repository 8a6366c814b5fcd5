package linkage

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// toLatin writes text of any of the scripts met in Delhi in lower-case ASCII letters, digits and spaces. Devanagari and
// Gurmukhi are transliterated with their silent vowels left out (राम is ram, not rama); Arabic script writes no short vowels,
// so only its consonants and long vowels come through. Accents are dropped. Everything else becomes a space.
func toLatin(s string) string {
	if isASCII(s) {
		return asciiLatin(s)
	}
	s = norm.NFKC.String(strings.ToValidUTF8(s, " "))
	var b strings.Builder
	b.Grow(len(s))
	runes := []rune(s)
	for i := 0; i < len(runes); {
		r := runes[i]
		j := i + 1
		switch {
		case isIndic(r):
			for j < len(runes) && isIndic(runes[j]) {
				j++
			}
			b.WriteString(indicWord(runes[i:j]))
		case r >= 0x600 && r < 0x700:
			for j < len(runes) && runes[j] >= 0x600 && runes[j] < 0x700 {
				j++
			}
			arabicWord(&b, runes[i:j])
		case r == '\u200c' || r == '\u200d' || r == '\u00ad':
			// joiners and soft hyphens are invisible
		default:
			for _, d := range norm.NFD.String(string(r)) {
				latinRune(&b, d)
			}
		}
		i = j
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// asciiLatin lowers letters, keeps digits, drops apostrophes and turns the rest into single spaces. It returns s itself
// where there is nothing to do.
func asciiLatin(s string) string {
	clean := true
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == ' ' && i > 0 && i < len(s)-1 && s[i-1] != ' ') {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	out := make([]byte, 0, len(s))
	space := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			if space && len(out) > 0 {
				out = append(out, ' ')
			}
			space = false
			out = append(out, c)
		case c == '\'' || c == '`':
		default:
			space = true
		}
	}
	return string(out)
}

func latinRune(b *strings.Builder, r rune) {
	switch {
	case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
		b.WriteByte(byte(r))
	case r >= 'A' && r <= 'Z':
		b.WriteByte(byte(r - 'A' + 'a'))
	case unicode.Is(unicode.Mn, r) || r == '\'' || r == '’' || r == '`':
	case r == 'ß':
		b.WriteString("ss")
	case r == 'æ' || r == 'Æ':
		b.WriteString("ae")
	case r == 'ø' || r == 'Ø':
		b.WriteByte('o')
	case r == 'đ' || r == 'Đ' || r == 'ð':
		b.WriteByte('d')
	case r == 'ł' || r == 'Ł':
		b.WriteByte('l')
	default:
		if d := digitOf(r); d >= 0 {
			b.WriteByte(byte('0' + d))
			return
		}
		b.WriteByte(' ')
	}
}

// Gurmukhi's block lies 0x100 above Devanagari's with nearly the same layout, so one table serves both.
const gurmukhiOffset = 0x100

func isIndic(r rune) bool {
	return r >= 0x900 && r < 0x980 && r != 0x964 && r != 0x965 || r >= 0xa00 && r < 0xa80
}

var indicConsonants = map[rune]string{
	'क': "k", 'ख': "kh", 'ग': "g", 'घ': "gh", 'ङ': "n", 'च': "ch", 'छ': "chh", 'ज': "j", 'झ': "jh", 'ञ': "n",
	'ट': "t", 'ठ': "th", 'ड': "d", 'ढ': "dh", 'ण': "n", 'त': "t", 'थ': "th", 'द': "d", 'ध': "dh", 'न': "n", 'ऩ': "n",
	'प': "p", 'फ': "ph", 'ब': "b", 'भ': "bh", 'म': "m", 'य': "y", 'र': "r", 'ऱ': "r", 'ल': "l", 'ळ': "l", 'ऴ': "l", 'व': "v",
	'श': "sh", 'ष': "sh", 'स': "s", 'ह': "h",
}

// With a nukta (a dot below) a letter stands for a sound of Persian or a flapped r.
var indicNukta = map[string]string{"k": "q", "kh": "kh", "g": "g", "j": "z", "d": "r", "dh": "rh", "ph": "f", "s": "sh", "l": "l"}

var indicVowels = map[rune]string{
	'अ': "a", 'आ': "a", 'इ': "i", 'ई': "i", 'उ': "u", 'ऊ': "u", 'ऋ': "ri", 'ए': "e", 'ऐ': "ai", 'ओ': "o", 'औ': "au", 'ऑ': "o", 'ऍ': "e", 'ऎ': "e", 'ऒ': "o",
	'ा': "a", 'ि': "i", 'ी': "i", 'ु': "u", 'ू': "u", 'ृ': "ri", 'े': "e", 'ै': "ai", 'ो': "o", 'ौ': "au", 'ॉ': "o", 'ॅ': "e", 'ॆ': "e", 'ॊ': "o",
}

// A syllable is consonants and the vowel after them; silent marks an inherent vowel that may be left out.
type syllable struct {
	onset, vowel string
	inherent     bool
	nasal        bool
}

// indicWord transliterates one Devanagari or Gurmukhi word. The inherent vowel is silent at the end of a word, and inside
// it between a syllable with a vowel and one with a vowel (Ohala's rule, read from the right: कमला is kamla).
func indicWord(rs []rune) string {
	var syl []syllable
	var out strings.Builder
	open := false // the last syllable's vowel is still inherent and may be replaced
	double := false
	for _, r := range rs {
		g := r
		if r >= 0xa00 {
			switch r {
			case 0xa70, 0xa02: // tippi, bindi
				g = 'ं'
			case 0xa71: // addak doubles the next consonant
				double = true
				continue
			case 0xa72:
				g = 'इ'
			case 0xa73:
				g = 'उ'
			default:
				g = r - gurmukhiOffset
			}
		}
		switch {
		case indicConsonants[g] != "":
			c := indicConsonants[g]
			if double {
				c = c[:1] + c
				double = false
			}
			if n := len(syl); n > 0 && syl[n-1].vowel == "" && !syl[n-1].inherent && !syl[n-1].nasal {
				syl[n-1].onset += c // after a virama: a conjunct
				syl[n-1].inherent = true
			} else {
				syl = append(syl, syllable{onset: c, inherent: true})
			}
			open = true
		case g == '़':
			if n := len(syl); n > 0 && open {
				on := syl[n-1].onset
				for k := min(2, len(on)); k > 0; k-- {
					if to, ok := indicNukta[on[len(on)-k:]]; ok {
						syl[n-1].onset = on[:len(on)-k] + to
						break
					}
				}
			}
		case g == '्':
			if n := len(syl); n > 0 && open {
				syl[n-1].inherent = false
			}
			open = false
		case g == 'ं' || g == 'ँ':
			if n := len(syl); n > 0 {
				syl[n-1].nasal = true
			}
			open = false
		case g == 'ः':
			open = false
		case indicVowels[g] != "":
			if open {
				syl[len(syl)-1].vowel, syl[len(syl)-1].inherent = indicVowels[g], false
			} else {
				syl = append(syl, syllable{vowel: indicVowels[g]})
			}
			open = false
		case digitOf(r) >= 0:
			syl = append(syl, syllable{onset: string(rune('0' + digitOf(r)))})
			open = false
		}
	}
	n := len(syl)
	sounded := func(i int) bool { return i >= 0 && i < n && (syl[i].vowel != "" || syl[i].inherent || syl[i].nasal) }
	for i := n - 1; i >= 0; i-- {
		if !syl[i].inherent || syl[i].nasal {
			continue
		}
		switch {
		case i == n-1:
			if n > 1 && !cluster(syl[i].onset) {
				syl[i].inherent = false
			}
		case i > 0 && sounded(i-1) && sounded(i+1) && !cluster(syl[i].onset) && !heavy(syl[i+1].onset):
			syl[i].inherent = false
		}
	}
	for i, s := range syl {
		out.WriteString(s.onset)
		out.WriteString(s.vowel)
		if s.inherent {
			out.WriteByte('a')
		}
		if s.nasal {
			if i+1 < n && syl[i+1].onset != "" && strings.IndexByte("pbm", syl[i+1].onset[0]) >= 0 {
				out.WriteByte('m')
			} else if i+1 < n || s.vowel == "" || s.inherent {
				out.WriteByte('n')
			} else {
				out.WriteByte('n')
			}
		}
	}
	return out.String()
}

// cluster reports whether an onset holds more than one consonant (aspirates count as one).
func cluster(onset string) bool {
	n := 0
	for i := 0; i < len(onset); i++ {
		if onset[i] == 'h' && i > 0 {
			continue
		}
		n++
	}
	return n > 1
}

// heavy reports an onset before which a vowel is kept: a cluster other than one with r (गुरप्रीत is gurprit).
func heavy(onset string) bool {
	return cluster(onset) && onset[len(onset)-1] != 'r'
}

var arabicLetters = map[rune]string{
	'ا': "a", 'آ': "a", 'أ': "a", 'إ': "i", 'ب': "b", 'پ': "p", 'ت': "t", 'ٹ': "t", 'ث': "s", 'ج': "j", 'چ': "ch", 'ح': "h", 'خ': "kh",
	'د': "d", 'ڈ': "d", 'ذ': "z", 'ر': "r", 'ڑ': "r", 'ز': "z", 'ژ': "z", 'س': "s", 'ش': "sh", 'ص': "s", 'ض': "z", 'ط': "t", 'ظ': "z",
	'ع': "a", 'غ': "gh", 'ف': "f", 'ق': "q", 'ک': "k", 'ك': "k", 'گ': "g", 'ل': "l", 'م': "m", 'ن': "n", 'ں': "n", 'ہ': "h", 'ه': "h", 'ۃ': "h",
	'ة': "h", 'ھ': "h", 'ے': "e", 'ئ': "i", 'ؤ': "o", 'َ': "a", 'ِ': "i", 'ُ': "u",
}

// arabicWord writes Arabic script; و and ی are consonants at the start of a word and vowels elsewhere.
func arabicWord(b *strings.Builder, rs []rune) {
	start := true
	for _, r := range rs {
		switch {
		case r == 'و':
			b.WriteString(pick(start, "v", "u"))
		case r == 'ی' || r == 'ي' || r == 'ى':
			b.WriteString(pick(start, "y", "i"))
		case arabicLetters[r] != "":
			b.WriteString(arabicLetters[r])
		case digitOf(r) >= 0:
			b.WriteByte(byte('0' + digitOf(r)))
		case unicode.Is(unicode.Mn, r) || r == 'ء' || r == 'ـ':
			continue
		default:
			b.WriteByte(' ')
			start = true
			continue
		}
		start = false
	}
}

func pick(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}
