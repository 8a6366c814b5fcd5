package records

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// A Neighbourhood is the persons around a pair: all their resident records, and what ties them or keeps them apart.
type Neighbourhood struct {
	Members   []string   // resident ids
	Matches   []Match    // among the members
	Decisions []Decision // among the members, those that stand
}

// A ReviewStore keeps what people decide.
type ReviewStore interface {
	// DecideOn gives decide the persons around two residents, and stores the decisions and persons that it returns, if any,
	// in the same transaction: nobody else decides or links meanwhile. Residents whom dedupe has not seen, or has to see
	// again, stay without a person.
	DecideOn(ctx context.Context, left, right string, decide func(Neighbourhood) ([]Decision, []PersonOf, error)) error
}

// Decide records what a person decided on a pair, DecidedSame, DecidedDifferent or DecidedUndo, and forms the persons around
// the pair anew. Deciding the same again changes nothing; deciding otherwise replaces what stood. DecidedUndo returns
// ErrNotFound where nothing was decided, and every decision ErrConflict where two people have decided the opposite.
func Decide(ctx context.Context, s ReviewStore, left, right, decision, by, why string, now time.Time) error {
	if left > right {
		left, right = right, left
	}
	if left == right {
		return errors.New("a pair has two residents")
	}
	return s.DecideOn(ctx, left, right, func(around Neighbourhood) ([]Decision, []PersonOf, error) {
		stood := around.on(left, right)
		for _, d := range stood {
			if d.Decision != stood[0].Decision {
				return nil, nil, fmt.Errorf("pair %s: two people decided the opposite: %w", PairKey(left, right), ErrConflict)
			}
		}
		switch {
		case len(stood) == 0 && decision == DecidedUndo:
			return nil, nil, fmt.Errorf("a decision on pair %s: %w", PairKey(left, right), ErrNotFound)
		case len(stood) > 0 && stood[0].Decision == decision:
			return nil, nil, nil
		}
		d := Decision{Left: left, Right: right, Decision: decision, By: by, At: Stamp(now), Why: why}
		events := d.replacing(stood)
		return events, around.with(events).Persons(), nil
	})
}

// replacing returns the events that put d in the place of what stood: d itself, and one that takes back each further decision,
// as where two laptops decided alike.
func (d Decision) replacing(stood []Decision) []Decision {
	d.ID = NewID()
	events := []Decision{d}
	for i, old := range stood {
		if i == 0 {
			events[0].Supersedes = old.ID
			continue
		}
		undo := d
		undo.ID, undo.Decision, undo.Supersedes = NewID(), DecidedUndo, old.ID
		events = append(events, undo)
	}
	return events
}

// on returns the decisions that stand on a pair.
func (n Neighbourhood) on(left, right string) []Decision {
	var stood []Decision
	for _, d := range n.Decisions {
		if d.Left == left && d.Right == right {
			stood = append(stood, d)
		}
	}
	return stood
}

// with returns the neighbourhood after further decisions.
func (n Neighbourhood) with(events []Decision) Neighbourhood {
	n.Decisions = slices.Clone(n.Decisions)
	for _, e := range events {
		n.Decisions = slices.DeleteFunc(n.Decisions, func(d Decision) bool { return d.ID == e.Supersedes })
		if e.Decision != DecidedUndo {
			n.Decisions = append(n.Decisions, e)
		}
	}
	return n
}

// Persons forms the persons of a neighbourhood: decided pairs first, then matches, the heaviest first. No step may bring two
// residents together whom somebody decided to be different. A person's id is the smallest id of its members.
func (n Neighbourhood) Persons() []PersonOf {
	parent := make(map[string]string, len(n.Members))
	for _, m := range n.Members {
		parent[m] = m
	}
	find := func(x string) string {
		for parent[x] != x {
			x = parent[x]
		}
		return x
	}
	decided := verdicts(n.Decisions)
	join := func(left, right string) {
		a, b := find(left), find(right)
		if a == b {
			return
		}
		for pair, verdict := range decided {
			if verdict != DecidedDifferent {
				continue
			}
			if l, r := find(pair[0]), find(pair[1]); (l == a && r == b) || (l == b && r == a) {
				return
			}
		}
		parent[max(a, b)] = min(a, b)
	}
	for _, d := range n.Decisions {
		if d.Decision == DecidedSame {
			join(d.Left, d.Right)
		}
	}
	matches := slices.Clone(n.Matches)
	slices.SortFunc(matches, func(a, b Match) int {
		return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.Left, b.Left), cmp.Compare(a.Right, b.Right))
	})
	for _, m := range matches {
		if m.Status == MatchMatch {
			join(m.Left, m.Right)
		}
	}
	persons := make([]PersonOf, 0, len(n.Members))
	for _, m := range n.Members {
		persons = append(persons, PersonOf{m, find(m)})
	}
	return persons
}
