package simulate

import "strings"

// Names reach paper by ear, by habit and by a keyboard: three sources of error that have little in common.

// usual is the spelling that a person's own papers use: mostly the common one, always the same one.
func usual(spellings []string, fate uint64) string {
	if len(spellings) > 1 && fate%100 < 30 {
		return spellings[1+int(fate/100)%(len(spellings)-1)]
	}
	return spellings[0]
}

// bySound are pairs of letters between which transliteration wavers. Each replaces the other.
var bySound = [...][2]string{
	{"ee", "i"},
	{"i", "ee"},
	{"oo", "u"},
	{"u", "oo"},
	{"aa", "a"},
	{"a", "aa"},
	{"v", "w"},
	{"w", "v"},
	{"v", "b"},
	{"sh", "s"},
	{"s", "sh"},
	{"ph", "f"},
	{"f", "ph"},
	{"z", "j"},
	{"j", "z"},
	{"q", "k"},
	{"kh", "k"},
	{"gh", "g"},
	{"th", "t"},
	{"t", "th"},
	{"dh", "d"},
	{"bh", "b"},
	{"ksh", "x"},
	{"x", "ksh"},
	{"chh", "ch"},
	{"ch", "chh"},
	{"y", "i"},
	{"ai", "e"},
	{"au", "o"},
	{"ou", "au"},
	{"ya", "ia"},
	{"ia", "iya"},
	{"tt", "t"},
	{"ll", "l"},
	{"l", "ll"},
	{"nn", "n"},
	{"mm", "m"},
	{"ss", "s"},
	{"sw", "shw"},
	{"een", "in"},
	{"esh", "ish"},
	{"dra", "der"},
	{"ndra", "nder"},
	{"kr", "kir"},
	{"pr", "par"},
	{"shr", "sr"},
	{"ck", "k"},
	{"gy", "gn"},
}

// heard respells a word as another ear would: one change, never of the first letter. A word in which nothing wavers stays.
func heard(s *stream, word string) string {
	if len(word) < 3 {
		return word
	}
	low := strings.ToLower(word)
	start := s.intn(len(bySound))
	for i := range bySound {
		r := bySound[(start+i)%len(bySound)]
		at := strings.Index(low[1:], r[0]) + 1
		if at > 0 && wavers(low, at, r) {
			return word[:at] + r[1] + word[at+len(r[0]):]
		}
	}
	return word
}

// wavers reports whether a change makes a spelling that people use: not "aaa", not an "h" torn from its consonant.
func wavers(low string, at int, r [2]string) bool {
	if len(r[0]) > 1 {
		return true
	}
	vowel := func(i int) bool { return i < len(low) && strings.IndexByte("aeiou", low[i]) >= 0 }
	if vowel(at) {
		return !vowel(at-1) && !vowel(at+1) && (at < len(low)-1 || r[1] == "i")
	}
	next := byte(0)
	if at+1 < len(low) {
		next = low[at+1]
	}
	return next != 'h' && next != low[at] && low[at-1] != low[at]
}

// keyboard has each letter's neighbours on a QWERTY keyboard; a slip to q is left out, because the checker takes it for an old Hindi font.
var keyboard = map[byte]string{
	'q': "wa", 'w': "es", 'e': "wrd", 'r': "etf", 't': "ryg", 'y': "tuh", 'u': "yij", 'i': "uok", 'o': "ipl", 'p': "ol",
	'a': "sz", 's': "adw", 'd': "sfe", 'f': "dgr", 'g': "fht", 'h': "gy", 'j': "hku", 'k': "jli", 'l': "ko",
	'z': "xa", 'x': "zcs", 'c': "xvd", 'v': "cbf", 'b': "vng", 'n': "bmh", 'm': "nj",
}

// slip makes one typing error behind the first letter: a neighbouring key, a letter lost, doubled, or two exchanged.
func slip(s *stream, text string) string {
	if len(text) < 4 {
		return text
	}
	i := s.between(1, len(text)-2)
	c := text[i]
	if c < 'a' || c > 'z' || text[i+1] == ' ' {
		return text
	}
	switch s.intn(4) {
	case 0:
		near := keyboard[c]
		return text[:i] + string(near[s.intn(len(near))]) + text[i+1:]
	case 1:
		return text[:i] + text[i+1:]
	case 2:
		return text[:i+1] + text[i:]
	}
	return text[:i] + text[i+1:i+2] + text[i:i+1] + text[i+2:]
}

// inHindi are the ways in which Hindi spelling wavers on a phone's keyboard.
var inHindi = [...][2]string{
	{"ी", "ि"}, {"ि", "ी"}, {"ू", "ु"}, {"ु", "ू"}, {"ं", "न्"}, {"न्", "ं"}, {"म्", "ं"}, {"श", "स"}, {"ष", "श"}, {"ण", "न"}, {"व", "ब"}, {"ज़", "ज"}, {"फ", "फ़"}, {"ख", "ख़"}, {"ँ", "ं"}, {"ड़", "ड"}, {"ै", "े"}, {"ौ", "ो"}, {"क्ष", "छ"},
}

// misspeltHindi changes one sign of a Hindi word, never the first and never so that a sign stands alone.
func misspeltHindi(s *stream, word string) string {
	start := s.intn(len(inHindi))
	for i := range inHindi {
		r := inHindi[(start+i)%len(inHindi)]
		at := strings.Index(word, r[0])
		end := at + len(r[0])
		if at <= 0 || r[1] == "न्" && end == len(word) {
			continue
		}
		return word[:at] + r[1] + word[end:]
	}
	return word
}

// letters are the names of the Latin letters in Hindi, for initials.
var letters = [26]string{
	"ए", "बी", "सी", "डी", "ई", "एफ", "जी", "एच", "आई", "जे", "के", "एल", "एम", "एन", "ओ", "पी", "क्यू", "आर", "एस", "टी", "यू", "वी", "डब्ल्यू", "एक्स", "वाई", "जेड",
}
