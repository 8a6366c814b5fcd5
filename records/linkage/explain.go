package linkage

import (
	"math"
	"strconv"
)

// A Step is one bar of the waterfall: a piece of evidence and what it adds to the log2 odds.
type Step struct {
	Field  string  `json:"field"`           // prior, given name, family name, …, household
	Words  string  `json:"words"`           // what was found, never the values themselves
	Level  int     `json:"level,omitempty"` // 0 where the step is no comparison
	Weight float64 `json:"weight"`
}

// An Explanation is the whole waterfall; its weights add up to the pair's.
type Explanation []Step

// String is one line: each step that matters with its weight in bits.
func (e Explanation) String() string {
	b := make([]byte, 0, 512)
	sum := 0.0
	for _, s := range e {
		sum += s.Weight
		if math.Abs(s.Weight) < 0.05 && s.Field != noteField {
			continue
		}
		if len(b) > 0 {
			b = append(b, "; "...)
		}
		if s.Field == noteField {
			b = append(b, s.Words...)
			continue
		}
		b = append(append(append(append(b, s.Field...), ' '), s.Words...), ' ')
		if s.Weight > 0 {
			b = append(b, '+')
		}
		b = strconv.AppendFloat(b, s.Weight, 'f', 1, 64)
	}
	return string(strconv.AppendFloat(append(b, " = "...), sum, 'f', 1, 64))
}

// Explain tells how the weight of a pair came about.
func (r *Result) Explain(p Pair) Explanation {
	l := r.l
	if p.Decided {
		return Explanation{{Field: "review", Words: "decided by a person", Weight: float64(p.Weight)}}
	}
	w := l.w
	steps := append(make(Explanation, 0, fieldCount+5), Step{Field: "prior", Words: "of any two records", Weight: w.prior})
	sum := w.prior
	for f := field(0); f < fieldCount; f++ {
		lv := p.pattern.level(f)
		if lv == 0 {
			continue
		}
		weight := float64(w.stranger[companion(f, p.pattern)][f][lv])
		steps = append(steps, Step{Field: l.fieldName(f), Words: levelWords(f, lv), Level: int(lv), Weight: weight})
		sum += weight
	}
	if tf := l.fr.of(l.t, p.Left, p.Right, p.pattern); tf != 0 {
		words := "rarer than usual"
		if tf < 0 {
			words = "commoner than usual"
		}
		steps = append(steps, Step{Field: "shared values", Words: words, Weight: tf})
		sum += tf
	}
	alone := float64(p.Weight - p.Household)
	if d := alone - sum; math.Abs(d) > 0.01 {
		steps = append(steps, Step{Field: "family", Words: "may be a relative", Weight: d})
	}
	if p.Household != 0 {
		words := "other members agree"
		if p.Household < 0 {
			words = "other members do not agree, or fit better"
		}
		steps = append(steps, Step{Field: "household", Words: words, Weight: float64(p.Household)})
	}
	switch {
	case p.Bridge:
		steps = append(steps, Step{Field: noteField, Words: "held back: the records behind the two disagree"})
	case p.Joined:
		steps = append(steps, Step{Field: noteField, Words: "joined through a third record"})
	}
	return steps
}

// noteField marks a step that carries words and no weight.
const noteField = "note"

func (l *linker) fieldName(f field) string {
	if f >= fieldExtra {
		if k := int(f - fieldExtra); k < len(l.opts.Extra) {
			return l.opts.Extra[k]
		}
		return "text"
	}
	return fieldNames[f]
}

var fieldNames = [...]string{"given name", "family name", "father or husband", "birth", "sex", "area", "house number", "address", "mobile", "voter card", "ABHA number"}

var nameWords = [...]string{
	"", "the same", "sounds the same", "a slip apart", "a short form", "a letter apart but both common", "somewhat alike", "differs",
	"given and family exchanged", "differs, may be a husband's",
}

var birthWords = [...]string{
	"", "the same date", "the same first of January", "a slip apart", "two of year, month, day agree", "year and month agree", "year agrees", "ages agree",
	"ages within three years", "round ages within five years", "only the year agrees", "years one apart", "differs", "differs by more than ten years",
	"ages differ", "ages differ by more than ten years",
}

var areaWords = [...]string{
	"", "the same", "the same locality", "PIN agrees, locality spelt otherwise", "PIN agrees", "locality spelt otherwise", "a neighbouring PIN", "only the ward agrees", "differs",
}

var numberWords = [...]string{"", "the same", "a digit apart", "", "differs"}

var textWords = [...]string{"", "the same", "nearly the same", "agrees in part", "differs"}

func levelWords(f field, level uint8) string {
	words := textWords[:]
	switch f {
	case fieldGiven, fieldFather:
		if f == fieldGiven && level == nameCrossed {
			return "given and family exchanged, one of them not told"
		}
		words = nameWords[:]
	case fieldFamily:
		if level == nameSuffix {
			return "a suffix against a surname"
		}
		words = nameWords[:]
	case fieldBirth:
		words = birthWords[:]
	case fieldSex:
		return pick(level == sexSame, "the same", "differs")
	case fieldArea:
		words = areaWords[:]
	case fieldMobile, fieldEPIC, fieldABHA:
		words = numberWords[:]
	}
	if int(level) < len(words) {
		return words[level]
	}
	return ""
}
