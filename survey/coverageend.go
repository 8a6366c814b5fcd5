package survey

import (
	"math"
	"time"
)

// A Projection says when the last expected household will be settled if the teams go on as in the last weeks.
type Projection struct {
	Left    int     `json:"left"`           // households still to be settled
	AsOf    string  `json:"as_of"`          // the last day of visits
	Weeks   int     `json:"weeks"`          // that it is made from
	PerWeek float64 `json:"per_week"`       // households settled in each of them, on the average
	End     string  `json:"end"`            // the likeliest day; empty where it cannot be projected
	First   string  `json:"first"`          // in four futures of five the end lies from here …
	Last    string  `json:"last"`           // … to here; empty where that day cannot be told
	Why     string  `json:"why,omitempty"`  // it cannot be projected
	Done    bool    `json:"done,omitempty"` // nothing is left
}

// Weeks that a projection is made from. Before the third week, nobody can know how much one differs from the next; weeks
// longer ago than the sixth say little about how many people work now.
const (
	leastWeeks = 3
	mostWeeks  = 6
	farDays    = 2 * 365 // an end further away is no forecast
)

// students holds the 0.9 quantile of Student's t by degrees of freedom: 80 % of futures lie between its two limits. Source: any
// table, for example NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2.
var students = [...]float64{2: 1.886, 3: 1.638, 4: 1.533, 5: 1.476}

// Project foretells the end of the whole round from what was settled day by day.
//
// It takes the last three to six whole weeks before the last day of visits, so that Sundays even out, and the mean m and the
// standard deviation s of what they settled: s at least √m, by which counts differ by chance alone, so that no pace is so even that its
// end is known to the day. A first week that began after a day of rest is whole. After n more weeks the sum lies, four times in five, within
//
//	n·m ± t·s·√(n + n²/K)
//
// for K weeks observed: the limits for the sum of n future observations from a normal population (G. J. Hahn, Factors for
// calculating two-sided prediction intervals for samples from a normal distribution, JASA 64, 1969, 878–888; for a mean, here
// times n). The range of the end is where these limits reach what is left, on a weekday on which people work. It supposes that teams who are through go and help
// elsewhere, see [Coverage.Slowest]. It knows nothing of holidays, and of how slowly the last doors open: a survey tends to end
// late in its range or after it.
func (c *Coverage) Project() Projection {
	days := map[string]int{}
	for _, d := range c.Days {
		days[d.Day] = d.Settled()
	}
	return c.calendar().project(c.Total.Tally, days)
}

// Slowest is the ward that would end last if every ward went on at its own pace. A ward whose end cannot be projected is later
// than any that can. Ok is false where the frame tells of fewer than two wards with households left.
func (c *Coverage) Slowest() (ward string, p Projection, ok bool) {
	days := c.calendar()
	left := 0
	for _, w := range c.Wards {
		if !w.Framed || w.Left() == 0 {
			continue
		}
		left++
		q := days.project(w.Tally, c.settled[w.Ward])
		switch later := q.End > p.End; {
		case left == 1, p.End != "" && (q.End == "" || later), p.End == "" && q.End == "" && q.Left > p.Left:
			ward, p = w.Ward, q
		}
	}
	return ward, p, left > 1
}

// A calendar is when people worked, in days counted from 1970.
type calendar struct {
	first, last int // days of visits; 0, 0 where there is none
	worked      [7]bool
}

func (c *Coverage) calendar() calendar {
	var out calendar
	for _, d := range c.Days {
		n, ok := dayNumber(d.Day)
		if !ok || d.Visited() == 0 {
			continue
		}
		if out.first == 0 || n < out.first {
			out.first = n
		}
		out.last = max(out.last, n)
		out.worked[n%7] = true
	}
	return out
}

// weeks is how many whole weeks there are before the last day. The days before the first on which nobody ever works belong to them.
func (c calendar) weeks() int {
	first := c.first
	for first > c.first-6 && first > 1 && !c.worked[(first-1)%7] {
		first--
	}
	return (c.last - first + 1) / 7
}

func dayNumber(day string) (n int, ok bool) {
	t, err := time.Parse(time.DateOnly, day)
	return int(t.Unix() / 86400), err == nil
}

// project foretells when t is settled, from what was settled on each day.
func (c calendar) project(t Tally, settled map[string]int) Projection {
	date := func(n int) string { return time.Unix(int64(n)*86400, 0).UTC().Format(time.DateOnly) }
	p := Projection{Left: t.Left()}
	last := c.last
	if last > 0 {
		p.AsOf = date(last)
	}
	weeks := min(c.weeks(), mostWeeks)
	switch {
	case !t.Framed:
		p.Why = "nobody has said how many households are expected"
		return p
	case p.Left == 0:
		p.Done = true
		return p
	case last == 0:
		p.Why = "nobody has been visited yet"
		return p
	case weeks < leastWeeks:
		p.Why = "there are visits of less than three weeks"
		return p
	}
	p.Weeks = weeks
	sums := make([]float64, weeks)
	for day, n := range settled {
		if at, ok := dayNumber(day); ok && (last-at)/7 < weeks {
			sums[(last-at)/7] += float64(n)
		}
	}
	m, s := meanAndDeviation(sums)
	p.PerWeek, s = m, max(s, math.Sqrt(m))
	if m <= 0 {
		p.Why = "nothing was settled in the last weeks"
		return p
	}
	// The first day on which a limit reaches what is left.
	reach := func(side float64) (day string, ok bool) {
		for day := 1; day <= farDays; day++ {
			n := float64(day) / 7
			if c.worked[(last+day)%7] && n*m+side*students[weeks-1]*s*math.Sqrt(n+n*n/float64(weeks)) >= float64(p.Left) {
				return date(last + day), true
			}
		}
		return "", false
	}
	var ok bool
	if p.End, ok = reach(0); !ok {
		p.Why = "at this pace it would take more than two years"
		return p
	}
	p.First, _ = reach(1)
	p.Last, _ = reach(-1)
	return p
}

// meanAndDeviation is the mean and the standard deviation of a sample of at least two.
func meanAndDeviation(x []float64) (m, s float64) {
	for _, v := range x {
		m += v / float64(len(x))
	}
	for _, v := range x {
		s += (v - m) * (v - m)
	}
	return m, math.Sqrt(s / float64(len(x)-1))
}
