package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
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
	pairs   [][2]string
	keys    answers
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
func runReview(ctx context.Context, a *app) error {
	s, _, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	r := reviewing{app: a, ctx: ctx, store: s, decided: map[[2]string]string{}}
	if r.pairs, err = a.toDecide(ctx, s); err != nil {
		return err
	}
	if len(r.pairs) > 0 {
		r.note(fmt.Sprintf("%s to decide; you decide as %s", count(len(r.pairs), "pair"), a.by()))
	}
	r.keys = a.keys()
	err = r.all()
	r.tell()
	if err != nil {
		return err
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

// toDecide returns the pairs that wait for whoever reviews: first those that somebody else proposed, then the likeliest. What one
// proposed oneself waits for somebody else.
func (a *app) toDecide(ctx context.Context, s *store.Store) ([][2]string, error) {
	proposals, err := proposalsByPair(ctx, s)
	if err != nil {
		return nil, err
	}
	var second, first [][2]string
	for m, err := range s.Reviews(ctx) {
		if err != nil {
			return nil, fmt.Errorf("reading matches: %w", err)
		}
		p := [2]string{m.Left, m.Right}
		switch waits := proposals[p]; {
		case len(waits) == 0:
			first = append(first, p)
		case records.SecondPerson(waits, a.by()):
			second = append(second, p)
		}
	}
	return append(second, first...), nil
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
		switch key := r.keys(); {
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
	result, err := settle(r.ctx, r.app, r.store, p.Match, decision, "", p.ruling.Events)
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
	left, err := r.toDecide(r.ctx, r.store)
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

func (a *app) keys() answers {
	if terminal, ok := a.terminal(); ok {
		return func() string { return a.key(terminal) }
	}
	lines := bufio.NewScanner(a.stdin)
	return func() string {
		if !lines.Scan() {
			fmt.Fprintln(a.stderr)
			return ""
		}
		if text := strings.ToLower(strings.TrimSpace(lines.Text())); text != "" {
			return text
		}
		return " "
	}
}

// key reads one key without waiting for Enter, and shows it. Ctrl-C and Ctrl-D end the review as q does.
func (a *app) key(terminal *os.File) string {
	fd := int(terminal.Fd())
	was, err := term.MakeRaw(fd)
	if err != nil {
		return ""
	}
	b := make([]byte, 16) // an arrow key is several bytes
	n, err := terminal.Read(b)
	term.Restore(fd, was) //nolint:errcheck // there is nothing else to do
	if err != nil || n == 0 || b[0] == 3 || b[0] == 4 {
		fmt.Fprintln(a.stderr)
		return ""
	}
	key := strings.ToLower(string(b[:1]))
	if b[0] < ' ' || b[0] > '~' {
		key = " "
	}
	fmt.Fprintln(a.stderr, key)
	return key
}
