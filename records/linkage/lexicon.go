package linkage

import "strings"

// A word is one distinct word of names in Latin letters, and what it does there.
type word struct {
	text   string
	token  uint32 // its number among the tokens, 0 until a name needs it
	letter uint32 // the word it stands for where it is the name of a letter, else 0
	role   role
	is     wordKind
}

// A wordKind is a set of marks.
type wordKind uint8

const (
	isTitle   wordKind = 1 << iota // an honorific or a bare number: no part of a name
	isJunk                         // no name but a try of the form
	isInitial                      // one letter
	isNumber                       // digits only
	isLink                         // may begin what leads over to a father, husband or alias: see splitName
)

// A lexicon holds every word of every name read so far, under each of its spellings. Names are many and words are few: a name
// is read by looking up its words, which stay at hand, and not by remembering names.
type lexicon struct {
	tokens  *tokens
	written *symbols // what stands between spaces, as written
	of      []uint32 // words of all spellings, one after the other: "W/o" is two
	from    []uint32 // where each spelling's begin in of
	latin   *symbols
	words   []word // by number of latin
	line    []uint32 // words of the name at hand
	second  []uint32 // of the other where it has two columns
	joined  []byte
}

func newLexicon(t *tokens) *lexicon {
	return &lexicon{tokens: t, written: newSymbols(), from: make([]uint32, 2, 64), latin: newSymbols(), words: make([]word, 1, 64)}
}

// read adds the words of a name, written in any script, to a list.
func (x *lexicon) read(list []uint32, name string) []uint32 {
	for name != "" {
		piece, rest := name, ""
		if i := strings.IndexByte(name, ' '); i >= 0 {
			piece, rest = name[:i], name[i+1:]
		}
		n, fresh := x.written.add(piece)
		if fresh {
			for _, w := range strings.Fields(toLatin(piece)) {
				x.of = append(x.of, x.word(w))
			}
			x.from = append(x.from, uint32(len(x.of)))
		}
		list = append(list, x.of[x.from[n]:x.from[n+1]]...)
		name = rest
	}
	return list
}

// word returns the number of a word in Latin letters.
func (x *lexicon) word(text string) uint32 {
	n, fresh := x.latin.add(text)
	if !fresh {
		return n
	}
	w := word{text: strings.Clone(text), role: nameRoles[text]}
	mark := func(yes bool, k wordKind) {
		if yes {
			w.is |= k
		}
	}
	mark(w.role == roleTitle || text[0] >= '0' && text[0] <= '9', isTitle)
	mark(junkWords[text] || isKeyMash(text), isJunk)
	mark(len(text) == 1, isInitial)
	mark(!strings.ContainsAny(text, "abcdefghijklmnopqrstuvwxyz"), isNumber)
	mark(linkWords[text], isLink)
	x.words = append(x.words, w)
	if letter := letterNames[text]; letter != "" {
		l := x.word(letter)
		x.words[n].letter = l
	}
	return n
}

// token returns the number of the token that some words make when they are written together.
func (x *lexicon) token(words ...uint32) uint32 {
	if len(words) == 1 {
		w := &x.words[words[0]]
		if w.token == 0 {
			w.token = x.tokens.add(w.text)
		}
		return w.token
	}
	x.joined = x.joined[:0]
	for _, n := range words {
		x.joined = append(x.joined, x.words[n].text...)
	}
	return x.tokens.add(string(x.joined))
}

// all reports that there are words and that each has a mark.
func (x *lexicon) all(words []uint32, k wordKind) bool {
	for _, n := range words {
		if x.words[n].is&k == 0 {
			return false
		}
	}
	return len(words) > 0
}
