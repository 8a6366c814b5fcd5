package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/mattn/go-isatty"
)

// A pace tells on stderr how far a long job is and how long it will still take.
type pace struct {
	statusLine
	estimate
	what  string
	total int
}

// pace begins to tell of a job of total steps.
func (a *app) pace(what string, total int) *pace {
	line := a.statusLine()
	return &pace{statusLine: line, estimate: newEstimate(line.shown), what: what, total: total}
}

// at tells that done steps are done, of which an earlier run had done kept.
func (p *pace) at(done, kept int) {
	now := p.now()
	p.mark(now, int64(done-kept))
	if !p.due(now) {
		return
	}
	text := fmt.Sprintf("%s %d of %d", p.what, done, p.total)
	if left, ok := p.left(now, int64(p.total-done)); ok {
		text += ", " + roughly(left) + " left"
	}
	p.show(text)
}

// A statusLine is a line on stderr that says how far a job is: it changes in its place at a terminal; elsewhere it is printed anew
// now and then.
type statusLine struct {
	w        io.Writer
	now      func() time.Time
	terminal bool
	shown    time.Time
	width    int // of what stands there
}

const (
	lineEvery   = 15 * time.Second // between lines that stay
	redrawEvery = 200 * time.Millisecond
)

func (a *app) statusLine() statusLine {
	f, ok := a.stderr.(*os.File)
	return statusLine{w: a.stderr, now: a.now, terminal: ok && isatty.IsTerminal(f.Fd()), shown: a.now()}
}

// due reports whether it is time to say something again.
func (l *statusLine) due(now time.Time) bool {
	every := lineEvery
	if l.terminal {
		every = redrawEvery
	}
	if now.Sub(l.shown) < every {
		return false
	}
	l.shown = now
	return true
}

// show says it. What stood there before is overwritten with blanks: not every terminal of Windows knows how to erase.
func (l *statusLine) show(text string) {
	if !l.terminal {
		fmt.Fprintf(l.w, "sehat: %s\n", text)
		return
	}
	fmt.Fprintf(l.w, "\r%-*s", l.width, text)
	l.width = len(text)
}

// end wipes the line, so that something else can be said in its place.
func (l *statusLine) end() {
	if l.width > 0 {
		fmt.Fprintf(l.w, "\r%s\r", strings.Repeat(" ", l.width))
		l.width = 0
	}
}

// An estimate knows how long the rest of a job takes. It is what the later half of the time since the start says, so that it follows
// a job that gets slower and does not leap with every file; and nothing before there is something to go by.
type estimate struct {
	start time.Time
	marks []mark
}

// A mark is what was made by a time.
type mark struct {
	at   time.Time
	made int64
}

const (
	estimateWindow = 30 * time.Second // what it looks back on at least
	estimateFrom   = 3 * time.Second  // what it must have seen
)

func newEstimate(start time.Time) estimate { return estimate{start, []mark{{start, 0}}} }

// mark notes what was made by now, which does not count what was found done.
func (e *estimate) mark(now time.Time, made int64) {
	if last := e.marks[len(e.marks)-1]; now.Sub(last.at) >= time.Second {
		e.marks = append(e.marks, mark{now, made})
	}
	window := max(estimateWindow, now.Sub(e.start)/2)
	for len(e.marks) > 2 && now.Sub(e.marks[1].at) >= window {
		e.marks = e.marks[1:]
	}
}

// left is how long the rest takes; false where nobody can know.
func (e *estimate) left(now time.Time, rest int64) (time.Duration, bool) {
	first, last := e.marks[0], e.marks[len(e.marks)-1]
	took, made := last.at.Sub(first.at), last.made-first.made
	if took < estimateFrom || made <= 0 {
		return 0, false
	}
	left := time.Duration(float64(took) / float64(made) * float64(rest))
	return max(left-now.Sub(last.at), 0), true
}

// roughly says a duration no more exactly than it is known.
func roughly(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return "a few seconds"
	case d < 55*time.Second:
		return fmt.Sprintf("about %d seconds", int(d.Round(10*time.Second).Seconds()))
	case d < 90*time.Second:
		return "about a minute"
	case d < 90*time.Minute:
		return fmt.Sprintf("about %d minutes", int(d.Round(time.Minute).Minutes()))
	}
	return fmt.Sprintf("about %.1f hours", d.Hours())
}
