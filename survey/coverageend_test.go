package survey

import (
	"testing"
	"time"
)

// pace makes a round of ward 012 in which each day's number is settled, from 5 January 2026, a Monday.
func pace(expected int, days ...int) *Coverage {
	var f Frame
	if expected > 0 {
		f.Rows = []FrameRow{{Ward: "012", Expected: expected}}
	}
	c := NewCoverer(f)
	for i, n := range days {
		if n > 0 {
			day := time.Date(2026, 1, 5+i, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
			c.Add(CoverageCell{Ward: "012", Day: day, Outcome: OutcomeComplete, Households: n})
		}
	}
	return c.Coverage("r")
}

// weeks repeats six days of work and a Sunday.
func weeks(perDay ...int) (days []int) {
	for _, n := range perDay {
		days = append(days, n, n, n, n, n, n, 0)
	}
	return days[:len(days)-1] // up to Saturday, the last day of visits
}

func TestProject(t *testing.T) {
	for _, c := range []struct {
		name             string
		c                *Coverage
		end, first, last string
		why              string
	}{
		// 24 days are three weeks and three days; each whole week holds 60, and 120 are left: two weeks after Wednesday 28 January.
		{"an even pace is known no better than counts are", pace(330, append(weeks(10, 10, 10), 0, 10, 10, 10)...), "2026-02-11", "2026-02-09", "2026-02-16", ""},
		{"uneven weeks give a range", pace(900, append(weeks(10, 14, 9, 12), 0)...), "2026-04-07", "2026-03-27", "2026-04-22", ""},
		{"a wild pace tells no last day", pace(2000, append(weeks(1, 40, 2), 0, 1)...), "2026-06-17", "2026-03-24", "", ""},
		{"less than three weeks", pace(500, weeks(10, 10, 10)[:19]...), "", "", "", "there are visits of less than three weeks"},
		{"three weeks from Monday to Saturday are three weeks", pace(330, weeks(10, 10, 10)...), "2026-02-11", "2026-02-09", "2026-02-16", ""},
		{"nobody knows how many", pace(0, weeks(10, 10, 10, 10)...), "", "", "", "nobody has said how many households are expected"},
		{"slower than two years", pace(1_000_000, append(weeks(10, 10, 10), 0, 1)...), "", "", "", "at this pace it would take more than two years"},
		{"no visit at all", pace(10), "", "", "", "nobody has been visited yet"},
	} {
		p := c.c.Project()
		if p.End != c.end || p.First != c.first || p.Last != c.last || p.Why != c.why {
			t.Errorf("%s: %+v", c.name, p)
		}
	}
	if p := pace(60, weeks(10)...).Project(); !p.Done || p.Left != 0 {
		t.Errorf("all is settled: %+v", p)
	}
}

// The range of a steady random pace must hold the true end about four times in five.
func TestTheRangeHoldsTheEndFourTimesInFive(t *testing.T) {
	seed := uint64(1)
	random := func() float64 { // splitmix64
		seed += 0x9e3779b97f4a7c15
		z := seed
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		return float64((z^z>>31)>>11) / (1 << 53)
	}
	const runs, expected = 400, 10_000
	held := 0
	for range runs {
		var days []int
		sum, end := 0, ""
		for d := 0; sum < expected; d++ {
			n := 0
			if d%7 != 6 {
				for range 4 { // teams that come or do not
					n += int(60 * random())
				}
			}
			sum += n
			if d < 34 {
				days = append(days, n)
			}
			end = time.Date(2026, 1, 5+d, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
		}
		p := pace(expected, days...).Project()
		if p.First <= end && end <= p.Last {
			held++
		}
	}
	t.Logf("held in %d of %d futures", held, runs)
	if share := float64(held) / runs; share < 0.72 || share > 0.90 {
		t.Errorf("the range held the end in %.0f %% of %d futures", 100*share, runs)
	}
}

func TestSlowestWard(t *testing.T) {
	c := NewCoverer(Frame{Rows: []FrameRow{{Ward: "001", Expected: 500}, {Ward: "002", Expected: 500}, {Ward: "003", Expected: 60}}})
	for d := range 45 { // of which the projection looks at the last six weeks
		day := time.Date(2026, 1, 1+d, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
		for i, ward := range []string{"001", "002", "003"} {
			if n := []int{10, 5, 20}[i]; ward != "003" || d < 3 {
				c.Add(CoverageCell{Ward: ward, Day: day, Outcome: OutcomeComplete, Households: n})
			}
		}
	}
	ward, p, ok := c.Coverage("r").Slowest()
	if ward != "002" || !ok || p.End != "2026-04-10" { // 275 left at 35 a week
		t.Errorf("ward %s, %+v, %v", ward, p, ok)
	}
	c.Add(CoverageCell{Ward: "003", Day: "2026-01-03", Outcome: OutcomeLocked, Households: 2})
	if ward, p, ok = c.Coverage("r").Slowest(); ward != "003" || !ok || p.End != "" {
		t.Errorf("a ward in which nothing is settled any more: ward %s, %+v, %v", ward, p, ok)
	}
}
