package linkage

import (
	"slices"
	"strings"
	"unicode"
)

// A role says what a word does in a name. "Mohd Arif Khan" is prefix, core, core; "Sunita Devi" is core, suffix.
type role uint8

const (
	roleCore   role = iota
	rolePrefix      // religious prefixes that come and go: mohd, md, syed
	roleSuffix      // words many people share and may leave out: devi, kumar, singh, khatoon
	roleTitle       // no part of the name: shri, smt, dr
)

// Words with a role, as transliterated. The lists are short on purpose: an unlisted word is treated as a name and the term
// frequencies notice by themselves that many people bear it.
var nameRoles = map[string]role{
	"mohd": rolePrefix, "mohammad": rolePrefix, "mohammed": rolePrefix, "mohamad": rolePrefix, "mohamed": rolePrefix, "muhammad": rolePrefix,
	"muhammed": rolePrefix, "md": rolePrefix, "mo": rolePrefix, "mohmmad": rolePrefix, "mohmad": rolePrefix, "mohummad": rolePrefix, "muhamad": rolePrefix,
	"syed": rolePrefix, "sayed": rolePrefix, "saiyad": rolePrefix, "sayyed": rolePrefix, "saiyed": rolePrefix, "sk": rolePrefix,

	"devi": roleSuffix, "debi": roleSuffix, "kumar": roleSuffix, "kr": roleSuffix, "kumari": roleSuffix, "kaur": roleSuffix, "kour": roleSuffix,
	"singh": roleSuffix, "sing": roleSuffix, "lal": roleSuffix, "bai": roleSuffix, "begum": roleSuffix, "begam": roleSuffix, "bano": roleSuffix,
	"banu": roleSuffix, "bibi": roleSuffix, "khatoon": roleSuffix, "khatun": roleSuffix, "prasad": roleSuffix, "chand": roleSuffix, "nath": roleSuffix,
	"ben": roleSuffix, "bhai": roleSuffix, "wati": roleSuffix, "vati": roleSuffix, "rani": roleSuffix, "nisha": roleSuffix, "parveen": roleSuffix,
	"praveen": roleCore, "parvin": roleSuffix, "ram": roleSuffix, "chandra": roleSuffix, "mal": roleSuffix, "dei": roleSuffix, "ahmad": roleSuffix, "ahmed": roleSuffix,
	"das": roleSuffix, "dass": roleSuffix,

	"mr": roleTitle, "mrs": roleTitle, "ms": roleTitle, "miss": roleTitle, "dr": roleTitle, "shri": roleTitle, "sri": roleTitle, "shree": roleTitle,
	"smt": roleTitle, "shrimati": roleTitle, "shrimti": roleTitle, "srimati": roleTitle, "late": roleTitle, "lt": roleTitle, "km": roleTitle,
	"prof": roleTitle, "sir": roleTitle, "ji": roleTitle, "janab": roleTitle, "haji": roleTitle, "hafiz": roleTitle, "maulana": roleTitle, "pandit": roleTitle, "sardar": roleTitle, "lala": roleTitle, "sh": roleTitle, "master": roleTitle, "baby": roleTitle, "of": roleTitle,
	"rev": roleTitle, "revd": roleTitle, "reverend": roleTitle, "lord": roleTitle, "lady": roleTitle, "dame": roleTitle, "hon": roleTitle, "capt": roleTitle,
	"lieut": roleTitle, "lieutenant": roleTitle, "admiral": roleTitle, "esq": roleTitle, "jr": roleTitle, "sr": roleTitle, "junior": roleTitle, "senior": roleTitle,
}

// Words that stand in a name column when no name was told, or when someone tried the form.
var junkWords = map[string]bool{
	"test": true, "testing": true, "tester": true, "xyz": true, "abc": true, "abcd": true, "asdf": true, "qwerty": true, "na": true, "nil": true, "none": true, "null": true,
	"unknown": true, "unnamed": true, "dummy": true, "sample": true, "xxx": true, "xx": true, "aaa": true, "zzz": true, "demo": true, "naam": true,
	"nan": true, "noname": true, "name": true, "user": true, "no": true, "not": true, "available": true, "x": true, "xy": true, "pqr": true, "lmn": true,
	"temp": true, "tmp": true, "fake": true, "example": true, "asd": true, "asdfgh": true, "person": true, "entry": true, "delete": true, "ignore": true,
	"parikshan": true, "agyat": true, "ajnat": true, "ajnyat": true, "new": true, "born": true, "newborn": true, "guest": true, "member": true, "visitor": true,
	"qwe": true, "zxcv": true, "asdfg": true, "testa": true, "navjat": true, "navajat": true, "blank": true, "nobody": true, "someone": true, "anonymous": true, "nothing": true,
}

// A name is one parsed name: token numbers, 0 where there is none.
type name struct {
	given  uint32 // the first core word
	mid    uint32 // given and the further words before the family name, joined ("ram prakash" is ramprakash)
	second uint32 // the word after the first that is no mere prefix: the given name of those who write the family name first
	family uint32 // the last word where there is more than one; its token knows whether it is a mere suffix
	father uint32 // the given name after s/o, d/o, w/o
	other  otherReading
	junk   bool // words, but none that names anyone
}

// An otherReading is how else the words may be meant: the second forename is the one in use, "G. W. Wells" is no Mr G, the title
// is what a peer goes by.
type otherReading struct {
	given, family uint32
	forename      bool // given is a further forename: weaker evidence than the first
}

// beside settles what a record's two names say: the first, filled up from the second, and what the second says otherwise, or how
// else the first may be read.
func (n name) beside(alt name) (first, second name) {
	if n.given == 0 && n.family == 0 && !n.junk {
		n, alt = alt, name{}
	}
	if n.given == 0 && alt.family == n.family {
		n.given, n.mid = alt.given, alt.mid
	}
	if n.family == 0 && alt.given == n.given {
		n.family = alt.family
	}
	other := n.other
	if other == (otherReading{}) {
		other = alt.other
	}
	alt.other = otherReading{}
	if alt.given == n.given || alt.given == 0 {
		alt.given = other.given
		alt.other.forename = other.forename && other.given != 0
	}
	if alt.family == n.family || alt.family == 0 {
		alt.family = other.family
	}
	return n, alt
}

// splitName reads the words of a transliterated name. tail holds what follows s/o, w/o, d/o or c/o.
func splitName(latin string) (words, tail []string) {
	words = strings.Fields(latin)
	for i := 1; i+1 < len(words); i++ {
		w, next := words[i], words[i+1]
		cut := 0
		switch {
		case len(w) == 1 && strings.Contains("swdc", w) && next == "o" && i+2 < len(words):
			cut = 2
		case (w == "so" || w == "wo" || w == "do") && i+1 < len(words):
			cut = 1
		case next == "of" && (w == "son" || w == "wife" || w == "daughter") && i+2 < len(words):
			cut = 2
		case w == "urf" || w == "alias" || w == "putra" || w == "patni" || w == "putri":
			cut = 1
		}
		if cut > 0 {
			if w == "urf" || w == "alias" {
				return words[:i], nil
			}
			return words[:i], words[i+cut:]
		}
	}
	return words, nil
}

// dropTitles removes honorifics and bare numbers, unless nothing would be left.
func dropTitles(words []string) []string {
	kept := words[:0:len(words)]
	for _, w := range words {
		if nameRoles[w] != roleTitle && !(w[0] >= '0' && w[0] <= '9') {
			kept = append(kept, w)
		}
	}
	return kept
}

// isJunk reports words that name nobody: all of them stand in the list, or a word that only a tester types stands beside one
// that many bear ("test kumar").
func isJunk(words []string) bool {
	tried := false
	for _, w := range words {
		switch {
		case junkWords[w] || isKeyMash(w):
			tried = tried || len(w) > 2 && w != "new" && w != "not" && w != "name"
		case nameRoles[w] != roleSuffix:
			return false
		}
	}
	return tried || len(words) > 0 && !slices.ContainsFunc(words, func(w string) bool { return !junkWords[w] })
}

// isKeyMash reports a word of one repeated letter ("aaaa", "kkk").
func isKeyMash(w string) bool {
	if len(w) < 3 {
		return false
	}
	for i := 1; i < len(w); i++ {
		if w[i] != w[0] {
			return false
		}
	}
	return true
}

// isDash reports that something stands where a record's name belongs, and no letter of any script: "." or "--". A form that demands
// a name gets these for people nobody named.
func isDash(r *Record) bool {
	told := strings.TrimSpace(r.FullName + r.FullNameAlt + r.GivenName + r.FamilyName)
	return told != "" && !strings.ContainsFunc(told, unicode.IsLetter)
}

const longestWord = 40

// fullName finds the roles in a whole name.
func (d *tokens) fullName(latin string) name {
	words, tail := splitName(latin)
	all := len(words)
	words, title := splitPeerage(words)
	words, title = dropTitles(words), dropTitles(title)
	switch {
	case len(words) == 0 && len(title) > 0: // "lord palmerston"
		n := name{family: d.add(title[0])}
		n.other.family = d.add(title[len(title)-1])
		return n
	case len(words) == 1 && len(title) > 0: // "henry, viscount palmerston"
		words, title = append(words, title[0]), title[1:]
	}
	n := name{junk: all > 0 && (len(words) == 0 && !strings.ContainsAny(latin, "abcdefghijklmnopqrstuvwxyz") || isJunk(words))}
	if len(tail) > 0 {
		n.father = d.fullName(strings.Join(tail, " ")).given
	}
	if len(words) == 0 || n.junk {
		return n
	}
	for i, w := range words {
		if letter := letterNames[w]; letter != "" && len(words) > 1 {
			words[i] = letter
		}
	}
	for len(words) > 1 && isPrefix(words[0]) {
		words = words[1:]
	}
	if words[0] == "abdul" && len(words) > 1 { // abdul binds the next word: abdul rahman
		words = append([]string{"abdul" + words[1]}, words[2:]...)
	}
	if i := firstWhole(words); i > 0 { // "P. Ramesh": the initial stands for a father or a house, or "G. W. Wells" for a forename
		n.other = otherReading{given: d.add(words[0]), family: d.add(words[len(words)-1])}
		words = append(append([]string{}, words[i:]...), words[:i]...)
	} else if len(words) > 2 {
		n.other = d.forename(words[1])
	}
	n.given = d.add(words[0])
	n.mid = n.given
	last := len(words) - 1
	if last > 0 {
		n.family = d.add(words[last])
		n.second = n.family
	}
	if last > 1 {
		for _, w := range words[1:] {
			if n.second = d.add(w); !isPrefix(w) {
				break
			}
		}
		n.mid = d.add(strings.Join(words[:last], ""))
	}
	if last == 1 && nameRoles[words[1]] == roleSuffix {
		n.mid = d.add(words[0] + words[1]) // "ram lal" may be written "ramlal"
	}
	for _, w := range title {
		if n.other.family == 0 && w != words[last] {
			n.other.family = d.add(w)
		}
	}
	return n
}

// forename is the reading in which a further forename is the one in use.
func (d *tokens) forename(word string) otherReading {
	if len(word) < 2 || nameRoles[word] != roleCore {
		return otherReading{}
	}
	return otherReading{given: d.add(word), forename: true}
}

// isPrefix reports a religious prefix: those listed, and Mohammad in all its spellings (mhd, mohemmd, mohammda), which are too many
// to list. Mahmood is another name.
func isPrefix(word string) bool {
	if nameRoles[word] == rolePrefix {
		return true
	}
	if len(word) < 2 || word[0] != 'm' || strings.Contains(word, "oo") || strings.HasSuffix(word, "ud") && !strings.HasSuffix(word, "mud") {
		return false
	}
	var bones []byte
	for i := 0; i < len(word); i++ {
		if c := word[i]; !isVowel(c) && (len(bones) == 0 || bones[len(bones)-1] != c) {
			bones = append(bones, c)
		}
	}
	switch string(bones) {
	case "mhd", "mhmd", "mhm":
		return len(word) <= 4 || string(bones) == "mhmd"
	}
	return false
}

// letterNames are the English letters as Hindi writes an initial: के. is k.
var letterNames = map[string]string{
	"bi": "b", "si": "c", "di": "d", "ef": "f", "eph": "f", "ji": "", "ech": "h", "je": "j", "ke": "k", "el": "l", "em": "m", "en": "n", "pi": "p",
	"kyu": "q", "ar": "r", "es": "s", "ti": "t", "yu": "u", "vi": "v", "dablyu": "w", "vai": "y", "jed": "z", "ai": "i",
}

// firstWhole is the place of the first word that is more than an initial, if there is one.
func firstWhole(words []string) int {
	for i, w := range words {
		if len(w) > 1 {
			return i
		}
	}
	return 0
}

// apartName takes given and family name from columns of their own.
func (d *tokens) apartName(given, family string) name {
	g, tail := splitName(given)
	hadGiven := len(g) > 0
	g = dropTitles(g)
	f := dropTitles(strings.Fields(family))
	n := name{junk: hadGiven && isJunk(g) && isJunk(f) || isJunk(g) && len(f) == 0 || isJunk(f) && len(g) == 0}
	if len(tail) > 0 {
		n.father = d.fullName(strings.Join(tail, " ")).given
	}
	if n.junk {
		return n
	}
	for len(g) > 1 && isPrefix(g[0]) {
		g = g[1:]
	}
	for len(g) > 1 && nameRoles[g[len(g)-1]] == roleSuffix {
		g = g[:len(g)-1]
	}
	if len(g) > 0 {
		n.given = d.add(g[0])
		n.mid = d.add(strings.Join(g, ""))
		if len(g) > 1 && (len(g[0]) <= 2 || len(g[1]) <= 2) { // a stray space, not a second name
			n.given = n.mid
		} else if len(g) > 1 {
			n.other = d.forename(g[1])
		}
	}
	if len(f) > 0 {
		n.family = d.add(strings.Join(f, ""))
	}
	return n
}
