package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/mattn/go-isatty"
)

// A pace tells on stderr how far a long job is and how long it will still take: one line that changes at a terminal, elsewhere a
// line now and then. The estimate is what the last half minute says, and it is not told before there is something to go by.
type pace struct {
	w        io.Writer
	now      func() time.Time
	terminal bool
	what     string
	total    int
	shown    time.Time
	marks    []mark // one a second, of the last half minute
}

// A mark is what was made by a time.
type mark struct {
	at   time.Time
	made int
}

const (
	paceWindow = 30 * time.Second // what the estimate looks back on
	paceLine   = 15 * time.Second // between lines that stay
	paceRedraw = 200 * time.Millisecond
)

// pace begins to tell of a job of total steps.
func (a *app) pace(what string, total int) *pace {
	f, ok := a.stderr.(*os.File)
	start := a.now()
	return &pace{
		w: a.stderr, now: a.now, terminal: ok && isatty.IsTerminal(f.Fd()), what: what, total: total, shown: start, marks: []mark{{start, 0}},
	}
}

// at tells that done steps are done, of which an earlier run had done kept.
func (p *pace) at(done, kept int) {
	now, made := p.now(), done-kept
	if now.Sub(p.marks[len(p.marks)-1].at) >= time.Second {
		p.marks = append(p.marks, mark{now, made})
	}
	for len(p.marks) > 2 && now.Sub(p.marks[1].at) >= paceWindow {
		p.marks = p.marks[1:]
	}
	every := paceLine
	if p.terminal {
		every = paceRedraw
	}
	if now.Sub(p.shown) < every {
		return
	}
	p.shown = now
	text := fmt.Sprintf("%s %d of %d", p.what, done, p.total)
	if left, ok := p.left(now, done, made); ok {
		text += ", " + roughly(left) + " left"
	}
	if p.terminal {
		fmt.Fprintf(p.w, "\r\x1b[K%s", text)
	} else {
		fmt.Fprintf(p.w, "sehat: %s\n", text)
	}
}

// left estimates how long the rest takes.
func (p *pace) left(now time.Time, done, made int) (time.Duration, bool) {
	since := p.marks[0]
	took, steps := now.Sub(since.at), made-since.made
	if took < 2*time.Second || steps <= 0 {
		return 0, false
	}
	return time.Duration(float64(took) / float64(steps) * float64(p.total-done)), true
}

// end wipes the line that changes.
func (p *pace) end() {
	if p.terminal {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

// roughly says a duration no more exactly than it is known.
func roughly(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return "a few seconds"
	case d < 90*time.Second:
		return fmt.Sprintf("about %d seconds", int(d.Round(10*time.Second).Seconds()))
	case d < 90*time.Minute:
		return fmt.Sprintf("about %d minutes", int(d.Round(time.Minute).Minutes()))
	}
	return fmt.Sprintf("about %.1f hours", d.Hours())
}
