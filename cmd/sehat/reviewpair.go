package main

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"sehat/records"
	"sehat/records/linkage"
)

// show prints a pair: both records side by side with the households around them, then what speaks for and against. Where the
// screen has no room for all, the weights become two sentences, and then what matters most comes last, above the prompt.
func (p reviewPair) show(a *app, place string) error {
	if a.json {
		return a.result(p.view(), "")
	}
	return p.draw(a.screen(), place)
}

func (p reviewPair) draw(s screen, place string) error {
	const below = 3 // what was said last, and the prompt
	pages := [][]func(screen){
		{p.head(place), p.records, p.members, gap, p.waterfall},
		{p.head(place), p.records, p.members, gap, p.briefly},
		{p.members, p.briefly, gap, p.head(place), p.records},
	}
	for i, blocks := range pages {
		var page bytes.Buffer
		in := s
		in.w = &page
		for _, block := range blocks {
			block(in)
		}
		if last := i == len(pages)-1; last || s.height == 0 || bytes.Count(page.Bytes(), []byte("\n"))+below <= s.height {
			_, err := page.WriteTo(s.w)
			return err
		}
	}
	return nil
}

func gap(s screen) { fmt.Fprintln(s.w) }

// head prints which pair it is, and what was said about it.
func (p reviewPair) head(place string) func(screen) {
	return func(s screen) {
		title := "pair " + p.key + ": " + strings.TrimSpace(wholePercent(p.Probability)) + " likely one person"
		if place != "" {
			title = place + "  " + title
		}
		fmt.Fprintln(s.w, s.paint(title, styleBold))
		for _, line := range wrap(p.standing(), s.width) {
			if line != "" {
				fmt.Fprintln(s.w, s.paint(line, styleYellow))
			}
		}
	}
}

// A pairView is a pair as --json shows it.
type pairView struct {
	Pair        string              `json:"pair"`
	Status      string              `json:"status"` // match or review, by the linkage
	Weight      float64             `json:"weight"` // log2 odds
	Probability float64             `json:"probability"`
	Decided     string              `json:"decided,omitempty"` // same or different, where that stands
	DecidedBy   []string            `json:"decided_by,omitempty"`
	ProposedBy  []string            `json:"proposed_by,omitempty"`
	Retires     string              `json:"would_retire,omitempty"` // the card that would be retired if they are one person
	Left        records.Dossier     `json:"left"`
	Right       records.Dossier     `json:"right"`
	Lines       []records.Line      `json:"lines"`   // both records, field by field
	Members     []records.Couple    `json:"members"` // of the two households, the likest beside each other
	Steps       linkage.Explanation `json:"steps"`
}

func (p reviewPair) view() pairView {
	v := pairView{
		Pair: p.key, Status: p.Status, Weight: p.Weight, Probability: p.Probability, Decided: p.ruling.Decided(), DecidedBy: names(p.ruling.Stands),
		ProposedBy: names(p.ruling.Proposals), Left: p.left, Right: p.right,
		Lines: records.SideBySide(p.left, p.right, p.steps), Members: records.LineUp(p.left.Others, p.right.Others), Steps: p.steps,
	}
	if _, retired, ok := records.WouldRetire(p.left, p.right); ok {
		v.Retires = retired.Number
	}
	return v
}

// standing says what was decided or proposed so far, and what it would cost to make one person of the two.
func (p reviewPair) standing() string {
	var parts []string
	switch by := aloud(names(p.ruling.Stands)); {
	case p.ruling.Decided() == records.DecidedSame:
		parts = append(parts, by+" decided: one person.")
	case p.ruling.Decided() == records.DecidedDifferent:
		parts = append(parts, by+" decided: two people.")
	case len(p.ruling.Stands) > 0:
		parts = append(parts, "Decided both ways, by "+by+": the centre must settle it (sehat sync conflicts).")
	}
	if len(p.ruling.Proposals) > 0 {
		parts = append(parts, aloud(names(p.ruling.Proposals))+" proposes: one person; needs a second person.")
	}
	if keeps, retired, ok := records.WouldRetire(p.left, p.right); ok {
		parts = append(parts, fmt.Sprintf("As one person they would keep card %s, and %s would be retired for good: two people must say so.", keeps.Printed(), retired.Printed()))
	}
	return strings.Join(parts, " ")
}

// marks are shown beside a line; colours are never all there is to see.
var marks = map[records.Likeness]screenCell{
	records.Equal: {"=", styleGreen}, records.Similar: {"~", styleYellow}, records.Different: {"≠", styleRed},
}

// sides are the columns of what stands side by side: mark, label, left and right.
func (s screen) sides() []screenColumn {
	const first = 18
	width := (s.width - first - 2) / 2
	return []screenColumn{{0, 1}, {2, first - 3}, {first, width}, {first + width + 2, width}}
}

// records prints both records, field by field.
func (p reviewPair) records(s screen) {
	for _, line := range records.SideBySide(p.left, p.right, p.steps) {
		style := marks[line.Like].style
		if line.Like == records.Equal {
			style = stylePlain
		}
		s.row(s.sides(), marks[line.Like], screenCell{line.Field, styleFaint}, screenCell{cmp.Or(line.Left, "–"), style}, screenCell{cmp.Or(line.Right, "–"), style})
	}
}

// members prints the others of both households, the likest beside each other.
func (p reviewPair) members(s screen) {
	label := "listed with"
	for _, c := range records.LineUp(p.left.Others, p.right.Others) {
		texts := [2]string{"–", "–"}
		for i, r := range []*records.Resident{c.Left, c.Right} {
			if r != nil {
				texts[i] = r.Brief()
			}
		}
		s.row(s.sides(), marks[c.Like], screenCell{label, styleFaint}, screenCell{texts[0], stylePlain}, screenCell{texts[1], stylePlain})
		label = ""
	}
}

// smallStep is the weight, in bits, below which a step is summed up with the other small ones: a factor of 1.2.
const smallStep = 0.27

// waterfall prints the weights in words: what each piece of evidence multiplies the odds by, and how likely one person is
// with all down to it.
func (p reviewPair) waterfall(s screen) {
	words := min(s.width-57, 42)
	columns := []screenColumn{{2, 17}, {20, words}, {21 + words, 8}, {30 + words, 11}, {42 + words, 14}}
	s.row(columns, screenCell{"evidence", styleFaint}, screenCell{"", styleFaint}, screenCell{"", styleFaint}, screenCell{"odds", styleFaint}, screenCell{"likely", styleFaint})
	sum, small, seen := 0.0, 0.0, 0
	line := func(field, words string, weight float64) {
		sum += weight
		style := styleGreen
		if weight < 0 {
			style = styleRed
		}
		s.row(columns, screenCell{field, stylePlain}, screenCell{words, stylePlain}, screenCell{bar(weight), style}, screenCell{factor(weight), style}, screenCell{likely(sum), stylePlain})
	}
	for _, step := range p.steps {
		switch {
		case step.Field == "prior":
			sum += step.Weight
			s.row(columns, screenCell{"at the start", stylePlain}, screenCell{"any two records", stylePlain}, screenCell{}, screenCell{}, screenCell{likely(sum), stylePlain})
		case step.Weight == 0 && step.Level == 0:
			s.row([]screenColumn{{2, s.width - 2}}, screenCell{step.Field + ": " + step.Words, stylePlain})
		case math.Abs(step.Weight) < smallStep:
			small += step.Weight
			seen++
		default:
			line(step.Field, step.Words, step.Weight)
		}
	}
	if seen > 0 {
		line("the rest", "says little", small)
	}
}

// briefly prints the weights as two sentences, for want of room.
func (p reviewPair) briefly(s screen) {
	speaksFor, against := p.speaks()
	columns := []screenColumn{{2, 8}, {11, s.width - 11}}
	s.row(columns, screenCell{"for", styleGreen}, screenCell{cmp.Or(strings.Join(speaksFor, ", "), "nothing"), stylePlain})
	s.row(columns, screenCell{"against", styleRed}, screenCell{cmp.Or(strings.Join(against, ", "), "nothing"), stylePlain})
}

// speaks says what speaks for one person and what against, the weightiest first.
func (p reviewPair) speaks() (speaksFor, against []string) {
	heaviest := slices.SortedStableFunc(slices.Values(p.steps), func(a, b linkage.Step) int {
		return cmp.Compare(math.Abs(b.Weight), math.Abs(a.Weight))
	})
	for _, step := range heaviest {
		switch {
		case step.Field == "prior" || step.Weight != 0 && math.Abs(step.Weight) < smallStep:
		case step.Weight < 0:
			against = append(against, step.Field+" "+step.Words+" "+factor(step.Weight))
		case step.Weight > 0:
			speaksFor = append(speaksFor, step.Field+" "+step.Words+" "+factor(step.Weight))
		case step.Level == 0:
			against = append(against, step.Words)
		}
	}
	return speaksFor, against
}

// bar draws a weight: a sign for every two bits.
func bar(weight float64) string {
	sign := "+"
	if weight < 0 {
		sign = "-"
	}
	return strings.Repeat(sign, min(8, int(math.Ceil(math.Abs(weight)/2))))
}

// factor says what a weight multiplies the odds by.
func factor(weight float64) string {
	sign := "× "
	if weight < 0 {
		sign = "÷ "
	}
	f := math.Exp2(math.Abs(weight))
	if f < 9.95 {
		return sign + strconv.FormatFloat(f, 'f', 1, 64)
	}
	return sign + rounded(f)
}

// likely says how likely log2 odds are.
func likely(weight float64) string {
	odds := math.Exp2(weight)
	switch p := odds / (1 + odds); {
	case p < 0.001:
		return "1 in " + rounded(1/p)
	case p < 0.1:
		return strconv.FormatFloat(100*p, 'f', 1, 64) + " %"
	case p > 0.99:
		return "> 99 %"
	default:
		return strconv.FormatFloat(100*p, 'f', 0, 64) + " %"
	}
}

// rounded writes a number to two digits.
func rounded(f float64) string {
	switch {
	case f >= 1e9:
		return "billions"
	case f >= 999_500:
		return strconv.FormatFloat(math.Round(f/1e6), 'f', 0, 64) + " million"
	case f >= 100:
		unit := math.Pow(10, math.Floor(math.Log10(f))-1)
		f = math.Round(f/unit) * unit
	}
	text := strconv.FormatFloat(f, 'f', 0, 64)
	if len(text) > 3 {
		text = text[:len(text)-3] + "," + text[len(text)-3:]
	}
	return text
}
