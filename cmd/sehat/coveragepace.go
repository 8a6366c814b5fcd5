package main

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"sehat/survey"
)

// A pathWriter writes the d attribute of an SVG path in a field of 1000 by 1000.
type pathWriter struct{ strings.Builder }

func (w *pathWriter) to(x, y float64) {
	command := "L"
	if w.Len() == 0 {
		command = "M"
	}
	fmt.Fprintf(w, "%s%.1f %.1f", command, x, y)
}

// dot is a line of no length, which a round cap makes a dot.
func (w *pathWriter) dot(x, y float64) { fmt.Fprintf(w, "M%.0f %.0fh0", x, y) }

func (w *pathWriter) close() { w.WriteString("Z") }

// attr is the attribute. There is nothing in it but numbers that this program made.
func (w *pathWriter) attr() template.HTMLAttr { return template.HTMLAttr(`d="` + w.String() + `"`) } //nolint:gosec // see above

// A paceChart is what was settled day by day, with the projection. Places are in percent.
type paceChart struct {
	Complete, Settled, Line template.HTMLAttr
	Fan                     template.HTMLAttr
	Ahead                   template.HTMLAttr // the line of the projection
	HasFan                  bool
	Expected                float64 // place of the expected households; 0 where they are not known
	ExpectedLabel           string
	EndAt                   float64
	EndLabel                string
	Counts                  []paceTick
	Dates                   []paceTick
	Days                    []paceDay
	MostDay                 string
}

type paceTick struct {
	At    float64
	Label string
}

type paceDay struct {
	X, Width, Top, Height float64
	Title                 string
}

// newPaceChart returns nil where there are fewer than two days.
func newPaceChart(r coverageReport) *paceChart {
	type day struct{ complete, settled int }
	days := map[int]day{}
	first, last, most := 0, 0, 0
	for _, d := range r.Days {
		n, ok := dayNumber(d.Day)
		if !ok || d.Visited() == 0 {
			continue
		}
		days[n] = day{d.Complete, d.Settled()}
		if first == 0 || n < first {
			first = n
		}
		last, most = max(last, n), max(most, d.Settled())
	}
	if last == first {
		return nil
	}
	c := &paceChart{}
	p := r.Projection
	end := last
	final, hasEnd := dayNumber(p.End)
	late, hasLast := dayNumber(p.Last)
	if hasEnd { // as far as the range, but not so far that the past becomes a sliver
		if !hasLast {
			late = max(final+(final-last)/2, last+28)
		}
		end = min(late, last+max(2*(last-first), 28))
	}
	from, span := first-1, float64(end-first+1)
	x := func(n int) float64 { return 1000 * float64(n-from) / span }
	whole := max(r.Total.Whole(), 1)
	top := 1.04 * float64(whole)
	if !r.Total.Framed {
		top = 1.04 * float64(max(r.Total.Settled(), 1))
	}
	y := func(n int) float64 { return 1000 - 1000*float64(n)/top }
	var complete, settled, line pathWriter
	sum := day{}
	for _, w := range []*pathWriter{&complete, &settled, &line} {
		w.to(x(from), y(0))
	}
	for n := first; n <= last; n++ {
		sum = day{sum.complete + days[n].complete, sum.settled + days[n].settled}
		complete.to(x(n), y(sum.complete))
		settled.to(x(n), y(sum.settled))
		line.to(x(n), y(sum.settled))
		if d := days[n]; d.settled > 0 {
			h := 100 * float64(d.settled) / float64(most)
			c.Days = append(c.Days, paceDay{x(n-1)/10 + 8/span, 84 / span, 100 - h, h, fmt.Sprintf("%s: %s settled", dayWords(n), countGrouped(d.settled, "household"))})
		}
	}
	for _, w := range []*pathWriter{&complete, &settled} {
		w.to(x(last), y(0))
		w.close()
	}
	c.Complete, c.Settled, c.Line = complete.attr(), settled.attr(), line.attr()
	c.MostDay = grouped(most)
	if r.Total.Framed {
		c.Expected, c.ExpectedLabel = y(whole)/10, grouped(whole)+" expected"
		if r.Total.Expected < whole {
			c.ExpectedLabel = grouped(whole) + " expected or found"
		}
	}
	if hasEnd {
		c.project(p, sum.settled, whole, last, end, x, y)
	}
	c.Counts = countTicks(top, y)
	c.Dates = dateTicks(first, end, x)
	return c
}

// project draws the likeliest course, and the fan of the others around it.
func (c *paceChart) project(p survey.Projection, settled, whole, last, end int, x func(int) float64, y func(int) float64) {
	final, _ := dayNumber(p.End)
	left := float64(whole - settled)
	cut := func(w *pathWriter, target int) { // where a course that ends on target leaves the picture
		if target <= end {
			w.to(x(target), y(whole))
			return
		}
		w.to(x(end), y(settled+int(left*float64(end-last)/float64(target-last))))
	}
	var ahead, fan pathWriter
	ahead.to(x(last), y(settled))
	cut(&ahead, final)
	c.Ahead = ahead.attr()
	if early, ok := dayNumber(p.First); ok {
		fan.to(x(last), y(settled))
		cut(&fan, early)
		late, ok := dayNumber(p.Last)
		switch {
		case ok && late <= end:
			fan.to(x(late), y(whole))
		case ok:
			fan.to(x(end), y(whole))
			cut(&fan, late)
		default:
			fan.to(x(end), y(whole))
			fan.to(x(end), y(settled))
		}
		fan.close()
		c.Fan, c.HasFan = fan.attr(), true
	}
	if final <= end {
		c.EndAt, c.EndLabel = x(final)/10, dayWords(final)
	}
}

func dayNumber(day string) (int, bool) {
	t, err := time.Parse(time.DateOnly, day)
	return int(t.Unix() / 86400), err == nil
}

func dayTime(n int) time.Time { return time.Unix(int64(n)*86400, 0).UTC() }

func dayWords(n int) string { return dayTime(n).Format("2 Jan 2006") }

// countTicks divide the height into about four.
func countTicks(top float64, y func(int) float64) (list []paceTick) {
	step := 1
	for i := 0; float64(5*step) < top; i++ {
		step = step * [...]int{2, 5, 2}[i%3] / [...]int{1, 2, 1}[i%3] // 1, 2, 5, 10
	}
	for n := 0; float64(n) <= top; n += step {
		list = append(list, paceTick{y(n) / 10, grouped(n)})
	}
	return list
}

// dateTicks divide the width into at most nine: days, weeks from Monday, or months.
func dateTicks(first, last int, x func(int) float64) (list []paceTick) {
	weeks := (last-first)/7/8 + 1
	month := last-first > 200
	for n := first; n <= last; n++ {
		t := dayTime(n)
		switch {
		case month && t.Day() == 1 && (last-first < 330 || (int(t.Month())-1)%3 == 0):
			list = append(list, paceTick{x(n) / 10, t.Format("Jan 2006")})
		case !month && last-first < 10, !month && t.Weekday() == time.Monday && (n/7)%weeks == 0:
			list = append(list, paceTick{x(n) / 10, t.Format("2 Jan")})
		}
	}
	return list
}
