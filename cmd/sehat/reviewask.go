package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"sehat/records"
	"sehat/records/store"
)

// A reviewing is somebody who goes through the pairs that wait.
type reviewing struct {
	*app
	ctx     context.Context
	store   *store.Store
	by      string // who decides
	pairs   [][2]string
	answer  answers
	decided map[[2]string]string // what came of each pair that was decided here
	notes   []string             // what is to be read on the next page; where pages are not cleared it is told at once
}

// A reviewReport is what a review came to.
type reviewReport struct {
	Decided  int `json:"decided"`
	Proposed int `json:"proposed"` // by whoever reviewed, now or before: they wait for a second person
	Waiting  int `json:"waiting"`  // pairs that are still to be decided by whoever reviewed
}

// runReview asks for one pair after the other until none is left or the person stops.
func runReview(ctx context.Context, a *app, sample int) error {
	s, _, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	by, err := a.by(ctx, s)
	if err != nil {
		return err
	}
	r := reviewing{app: a, ctx: ctx, by: by, store: s, decided: map[[2]string]string{}}
	if sample > 0 {
		r.pairs, err = s.SampleMatches(ctx, sample)
	} else {
		r.pairs, err = waitingPairs(ctx, s, by)
	}
	if err != nil {
		return err
	}
	if len(r.pairs) > 0 {
		r.note(fmt.Sprintf("%s to decide; you decide as %s", count(len(r.pairs), "pair"), by))
	}
	r.answer = a.answers()
	err = r.all()
	r.tell()
	if err != nil {
		return err
	}
	if sample > 0 {
		return r.result(map[string]int{"decided": len(r.decided), "drawn": len(r.pairs)}, "%d of %s decided", len(r.decided), count(len(r.pairs), "matched pair"))
	}
	return r.report()
}

// note keeps a sentence for the next page.
func (r *reviewing) note(text string) {
	r.notes = append(r.notes, text)
	if _, pages := r.terminal(); !pages {
		r.tell()
	}
}

// tell says what was noted.
func (r *reviewing) tell() {
	for _, text := range r.notes {
		r.say("%s", text)
	}
	r.notes = nil
}

// all goes through the pairs, forward and back.
func (r *reviewing) all() error {
	back := false
	for i := 0; i >= 0 && i < len(r.pairs); {
		m, err := r.store.Match(r.ctx, r.pairs[i][0], r.pairs[i][1])
		if errors.Is(err, records.ErrNotFound) { // dedupe ran meanwhile
			i++
			continue
		}
		if err != nil {
			return err
		}
		p, err := pairOf(r.ctx, r.store, m)
		if err != nil {
			return err
		}
		if verdict := p.ruling.Decided(); !back && verdict != "" && len(p.ruling.Proposals) == 0 {
			r.note(fmt.Sprintf("pair %s was decided meanwhile, by %s", p.key, aloud(names(p.ruling.Stands))))
			i++
			continue
		}
		step, err := r.one(p, i)
		if err != nil || step == stop {
			return err
		}
		back = step != forward
		if i += int(step); i < 0 {
			r.note("this is the first pair")
			i = 0
		}
	}
	return nil
}

// A reviewStep is where a review goes on.
type reviewStep int

const (
	backward reviewStep = -1
	stay     reviewStep = 0
	forward  reviewStep = 1
	stop     reviewStep = 2
)

// one shows a pair and does what the person says.
func (r *reviewing) one(p reviewPair, i int) (reviewStep, error) {
	if !r.json {
		if _, ok := r.terminal(); ok {
			r.screen().clear()
		} else {
			fmt.Fprintln(r.stdout)
		}
	}
	if err := p.show(r.app, fmt.Sprintf("%d of %d", i+1, len(r.pairs))); err != nil {
		return stop, err
	}
	prompt := "one person? y yes  n no  s skip  b back  q stop: "
	said := len(p.ruling.Stands)+len(p.ruling.Proposals) > 0
	if said {
		prompt = "one person? y yes  n no  s skip  b back  u undo  q stop: "
	}
	r.tell()
	for {
		fmt.Fprint(r.stderr, prompt)
		switch key := r.answer(); {
		case key == "y":
			return r.decide(p, records.DecidedSame)
		case key == "n":
			return r.decide(p, records.DecidedDifferent)
		case key == "u" && said:
			return r.decide(p, records.DecidedUndo)
		case key == "s":
			return forward, nil
		case key == "b":
			return backward, nil
		case key == "q" || key == "":
			return stop, nil
		}
	}
}

// decide records what the person said. What cannot be is said and passed over; nothing is lost.
func (r *reviewing) decide(p reviewPair, decision string) (reviewStep, error) {
	result, err := settle(r.ctx, r.app, r.store, p.Match, records.Decision{Decision: decision, By: r.by}, p.ruling.Events)
	switch {
	case errors.Is(err, records.ErrSecondPerson), errors.Is(err, records.ErrConflict):
		r.note(err.Error())
		return forward, nil
	case err != nil:
		return stop, err
	}
	r.decided[[2]string{p.Left, p.Right}] = result.How
	if r.json {
		err = r.result(result, "")
	} else {
		r.note(result.words(p.Match))
	}
	if result.How == records.SettledUndone {
		delete(r.decided, [2]string{p.Left, p.Right})
		return stay, err
	}
	return forward, err
}

// report says what was done and what is left.
func (r *reviewing) report() error {
	var report reviewReport
	for _, how := range r.decided {
		if how != records.SettledProposed {
			report.Decided++
		}
	}
	left, err := waitingPairs(r.ctx, r.store, r.by)
	if err != nil {
		return err
	}
	all, err := r.store.CountReviews(r.ctx)
	if err != nil {
		return err
	}
	report.Waiting, report.Proposed = len(left), all-len(left)
	if r.json || report.Waiting+report.Proposed == 0 {
		if err := r.result(report, "no pair waits for a decision"); err != nil {
			return err
		}
	}
	switch {
	case report.Waiting > 0:
		return needsPerson{count(report.Waiting, "pair") + " still to decide" + r.others(report), `go on with "sehat review"`}
	case report.Proposed > 0:
		return needsPerson{count(report.Proposed, "pair") + " that you proposed wait for a second person", `somebody else decides them with "sehat review --as NAME"`}
	}
	return nil
}

// others says what waits for others.
func (r *reviewing) others(report reviewReport) string {
	if report.Proposed == 0 {
		return ""
	}
	return "; " + count(report.Proposed, "pair") + " that you proposed wait for a second person"
}

// answers reads one answer in lower case: a key at a terminal, else a line; "" when there are no more.
type answers func() string

func (a *app) answers() answers {
	if terminal, ok := a.terminal(); ok {
		t := typing{terminal: terminal, echo: a.stderr}
		return t.key
	}
	lines := bufio.NewScanner(a.stdin)
	return func() string {
		more := lines.Scan()
		fmt.Fprintln(a.stderr) // what was typed is not to be seen
		if !more {
			return ""
		}
		if text := strings.ToLower(strings.TrimSpace(lines.Text())); text != "" {
			return text
		}
		return noAnswer
	}
}

// noAnswer is a key or line that means nothing.
const noAnswer = " "

// A typing reads keys from a terminal without waiting for Enter, and shows them.
type typing struct {
	terminal *os.File
	echo     io.Writer
	ahead    []byte // typed and not read yet
}

// key returns the next key. Ctrl-C and Ctrl-D end the review as q does.
func (t *typing) key() string {
	if len(t.ahead) == 0 {
		fd := int(t.terminal.Fd())
		was, err := term.MakeRaw(fd)
		if err != nil {
			return ""
		}
		b := make([]byte, 64)
		n, err := t.terminal.Read(b)
		term.Restore(fd, was) //nolint:errcheck // there is nothing else to do
		if err != nil || n == 0 {
			return ""
		}
		t.ahead = b[:n]
	}
	c := t.ahead[0]
	t.ahead = t.ahead[1:]
	const escape, ctrlC, ctrlD = 27, 3, 4
	switch {
	case c == ctrlC || c == ctrlD:
		fmt.Fprintln(t.echo)
		return ""
	case c == escape: // an arrow key or its kind is several bytes
		t.ahead = nil
		fallthrough
	case c <= ' ' || c > '~':
		fmt.Fprintln(t.echo)
		return noAnswer
	}
	fmt.Fprintf(t.echo, "%c\n", c)
	return strings.ToLower(string(c))
}
