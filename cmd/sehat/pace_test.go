package main

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sehat/importer"
)

// A clock is set by the test.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func (c *clock) pass(d time.Duration) { c.at = c.at.Add(d) }

func newClock() *clock { return &clock{time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)} }

// testBar begins a bar over files of these sizes.
func testBar(t *testing.T, c *clock, w *bytes.Buffer, sizes ...int) (*importBar, []string) {
	t.Helper()
	dir := t.TempDir()
	var files []string
	for i, size := range sizes {
		path := filepath.Join(dir, string(rune('a'+i))+".xlsx")
		if err := os.WriteFile(path, make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, path)
	}
	return (&app{stderr: w, now: c.now}).importBar(files), files
}

func TestImportBarSaysNothingUntilItKnows(t *testing.T) {
	var w bytes.Buffer
	c := newClock()
	b, files := testBar(t, c, &w, 1000, 3000)
	b.terminal = true
	b.begin(files[0])
	c.pass(2 * time.Second)
	b.at(importer.Progress{Rows: 80, Part: 0.5})
	c.pass(2 * time.Second)
	b.at(importer.Progress{Rows: 160, Part: 1})
	b.finish(true)
	b.end()
	b.begin(files[1])
	c.pass(56 * time.Second)
	b.at(importer.Progress{Rows: 1, Part: 0.5})
	want := "" +
		"\r[----------------] file 1 of 2, 0 rows, 0 %" +
		"\r[#---------------] file 1 of 2, 80 rows, 12 %" +
		"\r[####------------] file 1 of 2, 160 rows, 25 %, about 10 seconds left" +
		"\r" + strings.Repeat(" ", 69) + "\r" +
		"\r[####------------] file 2 of 2, 160 rows, 25 %, about 10 seconds left" +
		"\r[#########-------] file 2 of 2, 161 rows, 62 %, about a minute left  "
	if got := w.String(); got != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

// A log is not filled with bars: a line now and then.
func TestImportBarInALog(t *testing.T) {
	var w bytes.Buffer
	c := newClock()
	b, files := testBar(t, c, &w, 100_000)
	b.begin(files[0])
	for i := range 60 {
		c.pass(time.Second)
		b.at(importer.Progress{Rows: 10 * i, Part: float64(i) / 100})
	}
	want := "" +
		"sehat: 140 rows, 14 %, about 2 minutes left\n" +
		"sehat: 290 rows, 28 %, about a minute left\n" +
		"sehat: 440 rows, 44 %, about a minute left\n" +
		"sehat: 590 rows, 59 %, about 40 seconds left\n"
	if got := w.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// What an earlier import had taken in is passed over in no time. It says nothing about the rest.
func TestImportBarDoesNotHopeForMoreThanItSaw(t *testing.T) {
	for what, begin := range map[string]func(b *importBar, c *clock, files []string){
		"rows that an earlier import took in": func(b *importBar, c *clock, files []string) {
			b.begin(files[0])
			c.pass(100 * time.Millisecond)
			b.at(importer.Progress{Rows: 5000, Kept: 5000, Part: 0.5})
			c.pass(50 * time.Second)
			b.at(importer.Progress{Rows: 7500, Kept: 5000, Part: 0.75})
		},
		"a file that cannot be read": func(b *importBar, c *clock, files []string) {
			b.begin(files[0])
			b.finish(false)
			b.begin(files[1])
			c.pass(50 * time.Second)
			b.at(importer.Progress{Rows: 7500, Part: 0.5})
		},
	} {
		t.Run(what, func(t *testing.T) {
			var w bytes.Buffer
			c := newClock()
			sizes := []int{100_000}
			if strings.HasPrefix(what, "a file") {
				sizes = []int{50_000, 50_000}
			}
			b, files := testBar(t, c, &w, sizes...)
			begin(b, c, files)
			if got := w.String(); !strings.HasSuffix(got, "75 %, about 50 seconds left\n") {
				t.Errorf("got %q", got)
			}
		})
	}
}

// Files differ: some are in the register already, others are slow. The estimate follows, and never leaps.
func TestEstimateDoesNotLeap(t *testing.T) {
	c := newClock()
	e := newEstimate(c.at)
	const total = 1_000_000
	made, last := 0.0, math.NaN()
	speed := func(made float64) float64 { // a second, wavering around a trend
		return 2500 + 800*math.Sin(made/20_000) - made/1000
	}
	rest := func(from float64) (seconds float64) {
		for from < total {
			from += speed(from)
			seconds++
		}
		return seconds
	}
	for made < total {
		c.pass(time.Second)
		made += speed(made)
		e.mark(c.at, int64(made))
		left, ok := e.left(c.at, total-int64(made))
		if !ok {
			continue
		}
		now, truth := left.Seconds(), rest(made)
		if truth > 60 && (now < truth/2 || now > truth*2) {
			t.Errorf("after %.0f: %.0f seconds are left, it says %.0f", made, truth, now)
		}
		if !math.IsNaN(last) && truth > 60 && math.Abs(now-last) > 0.2*last {
			t.Errorf("after %.0f it leaps from %.0f to %.0f seconds", made, last, now)
		}
		last = now
	}
}

func TestRoughly(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                         "a few seconds",
		14 * time.Second:          "about 10 seconds",
		54 * time.Second:          "about 50 seconds",
		70 * time.Second:          "about a minute",
		89*time.Second + 5e8:      "about a minute",
		90 * time.Second:          "about 2 minutes",
		89 * time.Minute:          "about 89 minutes",
		2*time.Hour + time.Hour/2: "about 2.5 hours",
	} {
		if got := roughly(d); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}
