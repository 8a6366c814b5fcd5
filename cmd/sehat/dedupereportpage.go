package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"sehat/records/linkage"
)

// A reportPage is what the template of "dedupe --report" shows. Places in charts are percent of their width, so that a chart fits
// a phone, a desk and a sheet of paper.
type reportPage struct {
	reportSource
	By, Made string
	*linkage.Report
	Figures  []reportFigure
	Strata   []reportStratum
	Reviewed bool // somebody has decided on at least one pair
	Weights  reportWeights
	Odds     reportOdds
	Bands    []reportBand
}

// A reportFigure is an estimate with its place on a line from From to 1.
type reportFigure struct {
	Name, Question string
	*linkage.Estimate
	From float64
	Plan []string // what to review next
	More int
}

// A reportStratum is a row of the table behind the estimates.
type reportStratum struct {
	linkage.Stratum
	Band     string
	Share    float64 // as reviewed
	Believed float64 // by the model
}

// reportWeights are the bars of all fields, on one scale of bits.
type reportWeights struct {
	Zero   float64
	Ticks  []reportTick
	Fields []reportField
}

type reportTick struct {
	At    float64
	Label string
	Words string // the odds
	Odd   bool   // may be left out where there is no room
}

type reportField struct {
	Name, Given string
	Levels      []reportLevel
}

type reportLevel struct {
	linkage.LevelReport
	Stranger, Family reportBar
	Companion        float64 // place of the mark
}

// A reportBar lies between zero and a weight.
type reportBar struct{ From, Width float64 }

// reportOdds is the histogram.
type reportOdds struct {
	Columns       []reportColumn
	Steps         []reportStep // outline of the weights before the household
	Ticks         []reportTick
	Counts        []reportCount
	Review, Match float64 // places of the thresholds
	Keep          float64
}

// A reportColumn is one decision's bar in one bin; Height counts from below, in percent.
type reportColumn struct {
	Class                    string
	From, Width, Top, Height float64
	Title                    string
}

// A reportStep is a line of the outline.
type reportStep struct{ X1, Y1, X2, Y2 float64 }

type reportCount struct {
	Y     float64
	Label string
}

// A reportBand holds the examples of one band of weight.
type reportBand struct {
	Name     string
	Examples []reportExample
}

type reportExample struct {
	linkage.Example
	Lines []reportPair
	Fall  []reportWeight // the waterfall
	Zero  float64
}

// A reportPair is one line of two records side by side.
type reportPair struct {
	Label, Left, Right string
	Differs            bool
}

// A reportWeight is a step of the waterfall: a bar from the sum before it to the sum after it.
type reportWeight struct {
	linkage.Step
	From, Width float64
	Note        bool
}

// AllPairs is how many pairs the records make.
func (p *reportPage) AllPairs() float64 { return float64(p.Records) * float64(p.Records-1) / 2 }

// Households tells whether the households of the records changed any weight.
func (p *reportPage) Households() bool {
	m := p.Home.Moved
	return p.Home.Found+m[0][1]+m[0][2]+m[1][0]+m[1][2]+m[2][0]+m[2][1] > 0
}

// Joined is how many pairs were matched through a third record.
func (p *reportPage) Joined() int {
	for _, s := range p.Strata {
		if s.Fate == linkage.FateJoined {
			return int(s.Pairs)
		}
	}
	return 0
}

// Given names the fields whose agreement the marks of the weights suppose.
func (p *reportPage) Given() string {
	var names []string
	for _, f := range p.Fields {
		if f.Given != "" && !slices.Contains(names, f.Given) {
			names = append(names, f.Given)
		}
	}
	return strings.Join(names, " or ")
}

func newReportPage(r *linkage.Report, from reportSource) (*reportPage, error) {
	p := &reportPage{reportSource: from, Report: r}
	for _, s := range r.Strata {
		row := reportStratum{Stratum: s, Band: bandWords(s.From, s.To), Believed: s.Expected / s.Pairs}
		if s.Reviewed > 0 {
			p.Reviewed = true
			row.Share = float64(s.Same) / float64(s.Reviewed)
		}
		p.Strata = append(p.Strata, row)
	}
	p.figure("Precision", "Of the pairs that were matched, how many are really one person?", r.Precision)
	p.figure("Recall", fmt.Sprintf("Of the true pairs that weigh %s bits or more, how many were matched?", bits(r.Review)), r.Recall)
	p.Weights = weightBars(r.Fields)
	p.Odds = oddsChart(r)
	for _, e := range r.Examples {
		x, err := newReportExample(r, e, from.read)
		if err != nil {
			return nil, err
		}
		if name := bandWords(e.From, e.To); len(p.Bands) == 0 || p.Bands[len(p.Bands)-1].Name != name {
			p.Bands = append(p.Bands, reportBand{Name: name})
		}
		b := &p.Bands[len(p.Bands)-1]
		b.Examples = append(b.Examples, x)
	}
	return p, nil
}

// figure adds an estimate, if there is one.
func (p *reportPage) figure(name, question string, e *linkage.Estimate) {
	if e == nil {
		return
	}
	f := reportFigure{Name: name, Question: question, Estimate: e}
	least := e.Expected
	if e.Reviewed > 0 {
		least = min(least, e.Low)
	}
	f.From = max(math.Floor(least*10-0.5)/10, 0)
	for i, n := range e.More {
		if f.More += n; n > 0 {
			f.Plan = append(f.Plan, fmt.Sprintf("%s %s (%s)", grouped(n), fateWords(p.Strata[i].Fate), p.Strata[i].Band))
		}
	}
	p.Figures = append(p.Figures, f)
}

// At is the place of a share on the figure's line.
func (f reportFigure) At(share float64) float64 {
	return 100 * (min(max(share, f.From), 1) - f.From) / (1 - f.From)
}

// Span is the width of the interval on the figure's line.
func (f reportFigure) Span() float64 { return max(f.At(f.High)-f.At(f.Low), 0.4) }

// Ticks divide the figure's line.
func (f reportFigure) Ticks() (ticks []reportTick) {
	for i := range 3 {
		share := f.From + (1-f.From)*float64(i)/2
		ticks = append(ticks, reportTick{At: f.At(share), Label: fmt.Sprintf("%.0f %%", 100*share)})
	}
	return ticks
}

// weightBars puts the weights of all fields on one scale.
func weightBars(fields []linkage.FieldReport) reportWeights {
	low, high := -5.0, 5.0
	for _, f := range fields {
		for _, l := range f.Levels {
			low = min(low, l.Bits, l.FamilyBits)
			high = max(high, l.Bits, l.FamilyBits)
		}
	}
	low, high = math.Floor(low), math.Ceil(high)
	at := func(v float64) float64 { return 100 * (v - low) / (high - low) }
	bar := func(v float64) reportBar { return reportBar{at(min(v, 0)), at(max(v, 0)) - at(min(v, 0))} }
	w := reportWeights{Zero: at(0), Ticks: ticks(low, high, 5, at)}
	for _, f := range fields {
		row := reportField{Name: f.Name, Given: f.Given}
		for _, l := range f.Levels {
			row.Levels = append(row.Levels, reportLevel{LevelReport: l, Stranger: bar(l.Bits), Family: bar(l.FamilyBits), Companion: at(min(max(l.CompanionBits, low), high))})
		}
		w.Fields = append(w.Fields, row)
	}
	return w
}

// ticks are the multiples of step from low to high.
func ticks(low, high, step float64, at func(float64) float64) (list []reportTick) {
	for v := math.Ceil(low/step) * step; v <= high; v += step {
		list = append(list, reportTick{At: at(v), Label: bits(v), Words: oddsWords(v), Odd: math.Mod(v, 2*step) != 0})
	}
	return list
}

// oddsWords says log2 odds in words, where they are round.
func oddsWords(v float64) string {
	return map[float64]string{
		-30: "1 in 100 crore", -20: "1 in 10 lakh", -10: "1 in 1,000", 0: "even", 10: "1,000 to 1", 20: "10 lakh to 1", 30: "100 crore to 1",
	}[v]
}

// oddsChart draws the bins on a logarithmic scale of counts that begins at half a pair, so that one pair is seen.
func oddsChart(r *linkage.Report) (c reportOdds) {
	if len(r.Bins) == 0 {
		return c
	}
	low, high := min(r.Bins[0].From, math.Floor(r.Review)-2), max(r.Bins[len(r.Bins)-1].From+linkage.BinWidth, math.Ceil(r.Match)+5)
	most := 10.0
	for _, b := range r.Bins {
		most = max(most, b.Before, b.Match, b.Review, b.Apart)
	}
	const least = 0.5
	at := func(v float64) float64 { return 100 * (min(max(v, low), high) - low) / (high - low) }
	height := func(n float64) float64 { return max(100*math.Log(n/least)/math.Log(most/least), 0) }
	c.Review, c.Match, c.Keep = at(r.Review), at(r.Match), at(r.Keep)
	c.Ticks = ticks(low, high, 10, at)
	for i, t := range c.Ticks { // what lies farther out is counted in the outermost bin
		switch {
		case t.At == 0 && low == -linkage.OutermostBin:
			c.Ticks[i].Label = "≤ " + t.Label
		case t.At == 100 && high == linkage.OutermostBin:
			c.Ticks[i].Label = "≥ " + t.Label
		}
	}
	for n := 1.0; n <= most; n *= 10 {
		c.Counts = append(c.Counts, reportCount{100 - height(n), roundCount(n)})
	}
	last := 0.0
	for _, b := range r.Bins {
		x, end := at(b.From), at(b.From+linkage.BinWidth)
		c.Columns = append(c.Columns, columns(r, b, x, end-x, height)...)
		if h := height(b.Before); h > 0 || last > 0 {
			c.Steps = append(c.Steps, reportStep{x, 100 - last, x, 100 - h}, reportStep{x, 100 - h, end, 100 - h})
			last = h
		}
	}
	end := at(r.Bins[len(r.Bins)-1].From + linkage.BinWidth)
	c.Steps = append(c.Steps, reportStep{end, 100 - last, end, 100})
	return c
}

// columns are the bars of one bin, the tallest behind.
func columns(r *linkage.Report, b linkage.Bin, x, width float64, height func(float64) float64) (list []reportColumn) {
	for _, d := range []struct {
		class, words string
		n            float64
	}{{"apart", "two people", b.Apart}, {"review", "in doubt", b.Review}, {"match", "one person", b.Match}} {
		h := height(d.n)
		if h == 0 {
			continue
		}
		class := d.class
		if b.From < r.Keep && class == "apart" {
			class = "apart light"
		}
		title := fmt.Sprintf("%s to %s bits: %s, %s", bits(b.From), bits(b.From+linkage.BinWidth), pairs(d.n), d.words)
		list = append(list, reportColumn{class, x, width, 100 - h, h, title})
	}
	for i := 1; i < len(list); i++ { // three at most
		for j := i; j > 0 && list[j].Height > list[j-1].Height; j-- {
			list[j], list[j-1] = list[j-1], list[j]
		}
	}
	return list
}

func newReportExample(r *linkage.Report, e linkage.Example, read reader) (reportExample, error) {
	x := reportExample{Example: e}
	left, right, err := read(e)
	if err != nil {
		return x, err
	}
	for i := range min(len(left), len(right)) {
		a, b := left[i], right[i]
		if a.Shown != "" || b.Shown != "" {
			differs := a.value != "" && b.value != "" && !strings.EqualFold(a.value, b.value)
			x.Lines = append(x.Lines, reportPair{a.Label, a.Shown, b.Shown, differs})
		}
	}
	low, high, sum := min(r.Review, 0), r.Match, 0.0
	for _, s := range e.Steps {
		sum += s.Weight
		low, high = min(low, sum), max(high, sum)
	}
	at := func(v float64) float64 { return 100 * (v - low) / (high - low) }
	x.Zero = at(0)
	sum = 0
	for _, s := range e.Steps {
		from, to := at(sum), at(sum+s.Weight)
		sum += s.Weight
		step := reportWeight{Step: s, From: min(from, to), Note: s.Weight == 0 && s.Level == 0}
		if s.Weight != 0 {
			step.Width = max(math.Abs(to-from), 0.6)
		}
		x.Fall = append(x.Fall, step)
	}
	return x, nil
}
