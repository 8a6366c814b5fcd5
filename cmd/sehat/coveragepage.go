package main

import (
	"cmp"
	"context"
	"fmt"
	"html/template"
	"io"
	"maps"
	"math"
	"slices"

	"sehat/records"
	"sehat/records/store"
	"sehat/survey"
	"sehat/templates"
)

// A coveragePage is what the template of the page is given.
type coveragePage struct {
	coverageReport
	Name, Made, By string
	Notes          []string
	Whole          coverageBar
	WardRows       []wardRow
	Behind         []wardRow  // the wards furthest behind
	OutsideBlocks  []blockDue // households in blocks that the frame does not have, the most first
	BeyondBlocks   []blockDue // and how many more than expected were found in those that it has
	Slowest        *slowestWard
	Silent         int // days since the last visit, if they are many
	Pace           *paceChart
	Revisits       []teamRevisits
	Due            teamRevisits // all of them
	MoreTeams      int          // that are left out of Revisits
	Groups         []survey.Look
	MoreLooks      int
	Charts         []measureChart
	Chance         float64
	Compared       int // enumerators that were compared by anything
}

// How many lines of people's work fit a page that one still reads; the rest is in the CSV files.
const (
	mostTeams = 400
	mostLooks = 60
)

// silentDays is how long a running survey may be silent before the page says so.
const silentDays = 7

// A wardRow is one ward's line.
type wardRow struct {
	survey.CoverageRow
	Name string
	coverageBar
}

// A slowestWard is the ward that would end last by itself.
type slowestWard struct{ Ward, Name, End string }

// A coverageBar is a bar of segments in percent of the whole.
type coverageBar struct {
	Segments []segment
	Mark     float64 // where the expected households end, if more were found; else 0
}

type segment struct {
	Class, Title string
	From, Width  float64
}

// barOf draws how the households of a tally stand; its whole is what is visited and what is not yet.
func barOf(t survey.Tally) coverageBar {
	var bar coverageBar
	whole, at := float64(max(t.Whole(), 1)), 0
	for _, s := range []struct {
		class, words string
		n            int
	}{
		{"complete", "complete", t.Complete},
		{"partial", "partly done", t.Partial},
		{"due", "locked or to come again", t.Due()},
		{"refused", "refused", t.Refused},
		{"gone", "vacant or not found", t.Gone()},
		{"unvisited", "not yet visited", t.Unvisited},
	} {
		if s.n > 0 {
			bar.Segments = append(bar.Segments, segment{s.class, fmt.Sprintf("%s: %s", s.words, grouped(s.n)), 100 * float64(at) / whole, 100 * float64(s.n) / whole})
		}
		at += s.n
	}
	if t.Beyond > 0 && t.Unvisited == 0 {
		bar.Mark = 100 * float64(t.Expected) / whole
	}
	return bar
}

// teamRevisits is one team's line of the revisit list.
type teamRevisits struct {
	Team                     string
	Locked, Revisit, Partial int
	Once, Twice, Often       int // by visits so far
	Since                    string
	Blocks                   []blockDue
	MoreBlocks               int
}

type blockOf struct{ ward, block string }

type blockDue struct {
	Name string
	N    int
}

func (t teamRevisits) All() int { return t.Locked + t.Revisit + t.Partial }

func (t *teamRevisits) add(c records.RevisitCount) {
	switch c.Outcome {
	case survey.OutcomeLocked:
		t.Locked += c.Households
	case survey.OutcomeRevisit:
		t.Revisit += c.Households
	default:
		t.Partial += c.Households
	}
	switch {
	case c.Calls <= 1:
		t.Once += c.Households
	case c.Calls == 2:
		t.Twice += c.Households
	default:
		t.Often += c.Households
	}
	if t.Since == "" || c.Since < t.Since {
		t.Since = c.Since
	}
}

// writeCoveragePage writes the page. It holds counts, places and staff ids.
func writeCoveragePage(ctx context.Context, a *app, s *store.Store, h home, r coverageReport, path string) error {
	p := &coveragePage{
		coverageReport: r, Name: h.Name, Made: a.now().Format("2 January 2006, 15:04"), By: cmp.Or(a.named(), login()),
		Notes: coverageNotes(r), Whole: barOf(r.Total.Tally), Pace: newPaceChart(r),
	}
	areas, err := wards()
	if err != nil {
		return err
	}
	for _, w := range r.Wards {
		area, _ := areas.Ward(w.Ward, survey.Date{})
		p.WardRows = append(p.WardRows, wardRow{w, area.Name, barOf(w.Tally)})
	}
	p.Behind = furthestBehind(p.WardRows)
	p.oddBlocks()
	if ward, last, ok := r.Slowest(); ok && r.Projection.End != "" {
		area, _ := areas.Ward(ward, survey.Date{})
		p.Slowest = &slowestWard{ward, area.Name, last.End}
	}
	if last, ok := dayNumber(r.Projection.AsOf); ok {
		if days := int(a.now().Unix()/86400) - last; days > silentDays {
			p.Silent = days
		}
	}
	if err := p.revisits(ctx, s); err != nil {
		return err
	}
	p.quality()
	t, err := template.New("coverage.html").Funcs(reportWords()).Funcs(coverageWords()).ParseFS(templates.Reports, "reports/coverage.html", "reports/base.html")
	if err != nil {
		return fmt.Errorf("reading the page's template: %w", err)
	}
	if err := writeStream(path, func(w io.Writer) error { return t.Execute(w, p) }); err != nil {
		return err
	}
	a.say("%s is written: it names staff by their ids, and no resident", path)
	return nil
}

// furthestBehind are three of at least six wards, those with the smallest complete share.
func furthestBehind(rows []wardRow) []wardRow {
	list := slices.DeleteFunc(slices.Clone(rows), func(w wardRow) bool { _, ok := w.Share(); return !ok })
	if len(list) < 6 {
		return nil
	}
	slices.SortStableFunc(list, func(a, b wardRow) int {
		x, _ := a.Share()
		y, _ := b.Share()
		return cmp.Compare(x, y)
	})
	return list[:3]
}

// oddBlocks lists the blocks in which something does not agree with the frame. A ward that it has only as a whole has none.
func (p *coveragePage) oddBlocks() {
	byBlock := map[string]bool{}
	for _, b := range p.Blocks {
		byBlock[b.Ward] = byBlock[b.Ward] || b.Framed
	}
	for _, b := range p.Blocks {
		name := cmp.Or(b.Ward, "no ward") + " " + cmp.Or(b.Block, "no block")
		switch {
		case b.Framed && b.Beyond > 0:
			p.BeyondBlocks = append(p.BeyondBlocks, blockDue{name, b.Beyond})
		case !b.Framed && byBlock[b.Ward]:
			p.OutsideBlocks = append(p.OutsideBlocks, blockDue{name, b.Visited()})
		}
	}
	for _, list := range [][]blockDue{p.OutsideBlocks, p.BeyondBlocks} {
		slices.SortStableFunc(list, func(a, b blockDue) int { return cmp.Compare(b.N, a.N) })
	}
}

func (p *coveragePage) revisits(ctx context.Context, s *store.Store) error {
	teams := map[string]*teamRevisits{}
	blocks := map[string]map[blockOf]int{}
	for c, err := range s.RevisitCounts(ctx, p.Survey) {
		if err != nil {
			return fmt.Errorf("counting revisits: %w", err)
		}
		if teams[c.Team] == nil {
			teams[c.Team], blocks[c.Team] = &teamRevisits{Team: c.Team}, map[blockOf]int{}
		}
		teams[c.Team].add(c)
		p.Due.add(c)
		blocks[c.Team][blockOf{c.Ward, c.Block}] += c.Households
	}
	for _, name := range slices.Sorted(maps.Keys(teams)) {
		t := teams[name]
		wards := map[string]bool{}
		for b := range blocks[name] {
			wards[b.ward] = true
		}
		for b, n := range blocks[name] {
			place := cmp.Or(b.block, "no block")
			if len(wards) > 1 {
				place = b.ward + " " + place
			}
			t.Blocks = append(t.Blocks, blockDue{place, n})
		}
		slices.SortFunc(t.Blocks, func(a, b blockDue) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Name, b.Name)) })
		if most := 2; len(t.Blocks) > most {
			t.MoreBlocks = len(t.Blocks) - most
			t.Blocks = t.Blocks[:most]
		}
		p.Revisits = append(p.Revisits, *t)
	}
	if len(p.Revisits) > mostTeams {
		p.MoreTeams = len(p.Revisits) - mostTeams
		slices.SortStableFunc(p.Revisits, func(a, b teamRevisits) int { return cmp.Compare(b.All(), a.All()) })
		p.Revisits = p.Revisits[:mostTeams]
	}
	return nil
}

func (p *coveragePage) quality() {
	p.Groups = p.Looks
	if len(p.Groups) > mostLooks {
		p.MoreLooks = len(p.Groups) - mostLooks
		p.Groups = p.Groups[:mostLooks]
	}
	for _, c := range p.Measures {
		p.Chance += c.Chance
		if !c.Few {
			p.Compared = max(p.Compared, len(c.Points))
		}
		p.Charts = append(p.Charts, newMeasureChart(c))
	}
}

// A measureChart is a funnel plot: how much an enumerator did to the right, what came out upwards. Places are in percent.
type measureChart struct {
	survey.Comparison
	Dots    template.HTMLAttr // the ordinary ones, one path
	Marked  []markedDot
	Edge    template.HTMLAttr // the limit, a path
	Usual   float64           // place of what is usual
	Top     string            // the value at the top
	Right   string            // how much was done at the right
	Flagged int
}

type markedDot struct {
	X, Y  float64
	Title string
}

func newMeasureChart(c survey.Comparison) measureChart {
	m := measureChart{Comparison: c}
	if c.Few || len(c.Points) == 0 {
		return m
	}
	right, top := 0.0, 1.6*c.Others
	for _, p := range c.Points {
		right, top = max(right, float64(p.Of)), max(top, p.Value)
	}
	if c.IsShare() {
		top = max(top, 1.1*c.Edge(right/2))
		top = min(top*1.06, 1)
	} else {
		top *= 1.06
	}
	if top == 0 {
		top = 1
	}
	right *= 1.04
	x := func(n float64) float64 { return 1000 * n / right }
	y := func(v float64) float64 { return 1000 - 1000*min(max(v, 0), top)/top }
	var dots, edge pathWriter
	for _, p := range c.Points {
		px, py := x(float64(p.Of)), y(p.Value)
		if !p.Look {
			dots.dot(px, py)
			continue
		}
		m.Flagged++
		m.Marked = append(m.Marked, markedDot{px / 10, py / 10, fmt.Sprintf("%s, team %s: %s of %s", cmp.Or(p.Enumerator, "(no id)"), cmp.Or(p.Team, "(none)"), measureValue(c.Measure, p.Value), measureOf(c.Measure, p.Of))})
	}
	for n := right / 200; n <= right; n += right / 200 {
		if v := c.Edge(n); v <= top && c.Others > 0 {
			edge.to(x(n), y(v))
		}
	}
	m.Dots, m.Edge = dots.attr(), edge.attr()
	m.Usual, m.Top, m.Right = y(c.Others)/10, measureValue(c.Measure, top), measureOf(c.Measure, int(right))
	if math.IsNaN(m.Usual) {
		m.Usual = 100
	}
	return m
}
