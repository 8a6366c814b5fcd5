package linkage

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
}

// Words that stand in a name column when no name was told, or when someone tried the form.
var junkWords = map[string]bool{
	"test": true, "testing": true, "tester": true, "xyz": true, "abc": true, "abcd": true, "asdf": true, "qwerty": true, "na": true, "nil": true, "none": true, "null": true,
	"unknown": true, "unnamed": true, "dummy": true, "sample": true, "xxx": true, "xx": true, "aaa": true, "zzz": true, "demo": true, "naam": true,
	"nan": true, "noname": true, "name": true, "user": true, "no": true, "not": true, "available": true, "x": true, "xy": true, "pqr": true, "lmn": true,
	"temp": true, "tmp": true, "fake": true, "example": true, "asd": true, "asdfgh": true, "person": true, "entry": true, "delete": true, "ignore": true,
	"parikshan": true, "agyat": true,
}

// A name is one parsed name: token numbers, 0 where there is none.
type name struct {
	given  uint32 // the first core word
	mid    uint32 // given and the further words before the family name, joined ("ram prakash" is ramprakash)
	family uint32 // the last word where there is more than one; its token knows whether it is a mere suffix
	father uint32 // the given name after s/o, d/o, w/o
	junk   bool   // words, but none that names anyone
}

// linkWords may begin what splitName looks for.
var linkWords = map[string]bool{
	"s": true, "w": true, "d": true, "c": true, "so": true, "wo": true, "do": true, "son": true, "wife": true, "daughter": true,
	"urf": true, "alias": true, "putra": true, "patni": true, "putri": true,
}

// splitName parts the words of a name. tail holds what follows s/o, w/o, d/o or c/o.
func (x *lexicon) splitName(words []uint32) (own, tail []uint32) {
	for i := 1; i+1 < len(words); i++ {
		if x.words[words[i]].is&isLink == 0 {
			continue
		}
		w, next := x.words[words[i]].text, x.words[words[i+1]].text
		cut := 0
		switch {
		case len(w) == 1 && next == "o" && i+2 < len(words):
			cut = 2
		case w == "so" || w == "wo" || w == "do":
			cut = 1
		case next == "of" && (w == "son" || w == "wife" || w == "daughter") && i+2 < len(words):
			cut = 2
		case w == "urf" || w == "alias":
			return words[:i], nil
		case w == "putra" || w == "patni" || w == "putri":
			cut = 1
		}
		if cut > 0 {
			return words[:i], words[i+cut:]
		}
	}
	return words, nil
}

// dropTitles removes honorifics and bare numbers.
func (x *lexicon) dropTitles(words []uint32) []uint32 {
	kept := words[:0:len(words)]
	for _, n := range words {
		if x.words[n].is&isTitle == 0 {
			kept = append(kept, n)
		}
	}
	return kept
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

const longestWord = 40

// fullName finds the roles in a whole name.
func (x *lexicon) fullName(written string) name {
	x.line = x.read(x.line[:0], written)
	return x.rolesOf(x.line)
}

func (x *lexicon) rolesOf(words []uint32) name {
	digits := x.all(words, isNumber)
	words, tail := x.splitName(words)
	all := len(words)
	words = x.dropTitles(words)
	n := name{junk: all > 0 && len(words) == 0 && digits || x.all(words, isJunk)}
	if len(tail) > 0 {
		n.father = x.rolesOf(tail).given
	}
	if len(words) == 0 || n.junk {
		return n
	}
	for i, w := range words {
		if letter := x.words[w].letter; letter > 0 && len(words) > 1 {
			words[i] = letter
		}
	}
	for len(words) > 1 && x.words[words[0]].role == rolePrefix {
		words = words[1:]
	}
	if len(words) > 1 && x.words[words[0]].text == "abdul" { // abdul binds the next word: abdul rahman
		words = words[1:]
		words[0] = x.word("abdul" + x.words[words[0]].text)
	}
	if i := x.firstWhole(words); i > 0 { // "P. Ramesh": the initial stands for a father or a house
		words = append(append([]uint32{}, words[i:]...), words[:i]...)
	}
	n.given = x.token(words[0])
	last := len(words) - 1
	if last > 0 {
		n.family = x.token(words[last])
	}
	n.mid = x.token(words[:max(last, 1)]...)
	if last == 1 && x.words[words[1]].role == roleSuffix {
		n.mid = x.token(words...) // "ram lal" may be written "ramlal"
	}
	return n
}

// letterNames are the English letters as Hindi writes an initial: के. is k.
var letterNames = map[string]string{
	"bi": "b", "si": "c", "di": "d", "ef": "f", "eph": "f", "ji": "", "ech": "h", "je": "j", "ke": "k", "el": "l", "em": "m", "en": "n", "pi": "p",
	"kyu": "q", "ar": "r", "es": "s", "ti": "t", "yu": "u", "vi": "v", "dablyu": "w", "vai": "y", "jed": "z", "ai": "i",
}

// firstWhole is the place of the first word that is more than an initial, if there is one.
func (x *lexicon) firstWhole(words []uint32) int {
	for i, n := range words {
		if x.words[n].is&isInitial == 0 {
			return i
		}
	}
	return 0
}

// apartName takes given and family name from columns of their own.
func (x *lexicon) apartName(given, family string) name {
	x.line, x.second = x.read(x.line[:0], given), x.read(x.second[:0], family)
	g, tail := x.splitName(x.line)
	hadGiven := len(g) > 0
	g, f := x.dropTitles(g), x.dropTitles(x.second)
	n := name{junk: hadGiven && x.all(g, isJunk) && x.all(f, isJunk) || x.all(g, isJunk) && len(f) == 0 || x.all(f, isJunk) && len(g) == 0}
	if len(tail) > 0 {
		n.father = x.rolesOf(tail).given
	}
	if n.junk {
		return n
	}
	for len(g) > 1 && x.words[g[0]].role == rolePrefix {
		g = g[1:]
	}
	for len(g) > 1 && x.words[g[len(g)-1]].role == roleSuffix {
		g = g[:len(g)-1]
	}
	if len(g) > 0 {
		n.given = x.token(g[0])
		n.mid = x.token(g...)
		if len(g) > 1 && (len(x.words[g[0]].text) <= 2 || len(x.words[g[1]].text) <= 2) { // a stray space, not a second name
			n.given = n.mid
		}
	}
	if len(f) > 0 {
		n.family = x.token(f...)
	}
	return n
}

// nicknames groups English short forms with their long ones; Indian names have few that are not plain beginnings.
// Agreement through them is weak evidence, in the same level as an initial.
var nicknames = map[string]string{
	"bob": "robert", "rob": "robert", "bobby": "robert", "robbie": "robert", "bill": "william", "will": "william", "billy": "william", "willy": "william",
	"dick": "richard", "rick": "richard", "jim": "james", "jimmy": "james", "jack": "john", "johnny": "john", "harry": "henry", "hal": "henry",
	"ted": "edward", "ned": "edward", "ed": "edward", "eddie": "edward", "peggy": "margaret", "maggie": "margaret", "meg": "margaret", "liz": "elizabeth",
	"lizzie": "elizabeth", "betty": "elizabeth", "eliza": "elizabeth", "beth": "elizabeth", "kate": "catherine", "katie": "catherine", "kitty": "catherine",
	"tom": "thomas", "tommy": "thomas", "mike": "michael", "dave": "david", "joe": "joseph", "tony": "anthony", "andy": "andrew", "drew": "andrew",
	"charlie": "charles", "chuck": "charles", "sam": "samuel", "ben": "benjamin", "dan": "daniel", "matt": "matthew", "fred": "frederick", "freddie": "frederick",
	"alex": "alexander", "sandy": "alexander", "chris": "christopher", "kit": "christopher", "nick": "nicholas", "steve": "stephen", "peter": "peter",
	"pete": "peter", "polly": "mary", "molly": "mary", "nancy": "anne", "annie": "anne", "ann": "anne", "anna": "anne", "sally": "sarah", "sadie": "sarah",
	"fanny": "frances", "frank": "francis", "larry": "lawrence", "gus": "augustus", "nell": "helen", "nellie": "helen", "jenny": "jane", "janet": "jane",
	"pappu": "pappu", "guddu": "guddu", "munna": "munna", "babloo": "bablu", "monu": "manoj", "sonu": "sonu", "raju": "rajesh", "sanju": "sanjay",
	"ajju": "ajay", "vicky": "vikas", "rinku": "rinku", "pinky": "pinki", "bittoo": "bittu", "vijju": "vijay",
}

func sameNickname(a, b string) bool {
	x, y := nicknames[a], nicknames[b]
	return x != "" && (x == b || x == y) || y != "" && y == a
}

// isLongForm has the names that nicknames stand for.
var isLongForm = func() map[string]bool {
	m := map[string]bool{}
	for _, long := range nicknames {
		m[long] = true
	}
	return m
}()
