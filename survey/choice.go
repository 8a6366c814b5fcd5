package survey

import (
	"strings"
)

// choices finds the code that an answer means, for one field.
type choices struct {
	codes  []Code
	exact  map[string]int // code, labels and drop-down text as they are
	folded map[string]int // the same and the further spellings, folded; -1 where two codes would share one
}

// fieldChoices are the choices of both levels' fields, by place; made once, never changed.
var fieldChoices = [2][]choices{choicesOf(householdFields), choicesOf(memberFields)}

func choicesOf(fields []Field) []choices {
	out := make([]choices, len(fields))
	for i, f := range fields {
		c := choices{codes: f.Codes, exact: map[string]int{}, folded: map[string]int{}}
		for k, code := range f.Codes {
			for _, s := range []string{code.Code, code.Label, code.LabelHi, code.Choice()} {
				c.exact[s] = k
				c.learn(s, k)
			}
			for _, s := range code.Also {
				c.learn(s, k)
			}
		}
		out[i] = c
	}
	return out
}

func (c *choices) learn(s string, k int) {
	key := fold(s)
	if old, ok := c.folded[key]; ok && old != k {
		k = -1
	}
	c.folded[key] = k
}

// find gives the place of the code that s means.
func (c *choices) find(s string) (k int, ok bool) {
	if k, ok = c.exact[s]; ok {
		return k, true
	}
	if k, ok = c.folded[fold(s)]; ok && k >= 0 {
		return k, true
	}
	return 0, false
}

// findAll gives the codes that a cell of several answers means, as a bit set. Answers stand between commas, semicolons, bars or line
// breaks; codes also between spaces.
func (c *choices) findAll(s string) (set uint64, ok bool) {
	if k, ok := c.find(s); ok {
		return 1 << k, true
	}
	for piece := range strings.FieldsFuncSeq(s, func(r rune) bool { return strings.ContainsRune(",;|\n،।", r) }) {
		piece = strings.TrimSpace(piece)
		if piece == "" {
			continue
		}
		if k, ok := c.find(piece); ok {
			set |= 1 << k
			continue
		}
		more, ok := c.findWords(strings.Fields(piece))
		if !ok {
			return 0, false
		}
		set |= more
	}
	return set, set != 0
}

// findWords gives the codes that words without a comma between them mean: codes as survey apps list them, or labels of several words,
// the longest first.
func (c *choices) findWords(words []string) (set uint64, ok bool) {
	if len(words) > 60 {
		return 0, false
	}
	for i := 0; i < len(words); {
		j := len(words)
		for ; j > i; j-- {
			if k, ok := c.find(strings.Join(words[i:j], " ")); ok {
				set |= 1 << k
				break
			}
		}
		if j == i {
			return 0, false
		}
		i = j
	}
	return set, true
}

// bloodGroup rewrites the ways of writing a blood group: "B positive", "b +ve", "O neg" and a nought for the letter O.
func bloodGroup(s string) string {
	t := strings.ToUpper(strings.ReplaceAll(s, " ", ""))
	t = bloodSigns.Replace(t)
	if strings.HasPrefix(t, "0") {
		t = "O" + t[1:]
	}
	switch t {
	case "A+", "A-", "B+", "B-", "AB+", "AB-", "O+", "O-":
		return t
	}
	return s
}

var bloodSigns = strings.NewReplacer("(", "", ")", "", "RH", "", "GROUP", "", "POSITIVE", "+", "NEGATIVE", "-", "+VE", "+", "-VE", "-", "+IVE", "+",
	"-IVE", "-", "POS", "+", "NEG", "-", "−", "-", "–", "-", "पॉज़िटिव", "+", "पॉजिटिव", "+", "पोजिटिव", "+", "नेगेटिव", "-", "निगेटिव", "-")
