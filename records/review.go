package records

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Neighbourhood is the persons around a pair: all their resident records, and what ties them or keeps them apart.
type Neighbourhood struct {
	Members   []string          // resident ids
	Standing  map[string]string // which person each belongs to, or belonged to until it was taken apart; who is missing is new
	Unlinked  []string          // of these, those who wait for dedupe: they are given no person
	Matches   []Match           // among the members
	Decisions []Decision        // same and different, among the members: those that stand
	Proposals []Decision        // on the pair: those that wait for a second person
	Cards     []Card            // of the members: those that stand
	Said      int               // how many events people ever made on the pair
}

// A ReviewStore keeps what people decide.
type ReviewStore interface {
	// DecideOn gives decide the persons around two residents, and stores the verdict that it returns in the same transaction: nobody
	// else decides or links meanwhile.
	DecideOn(ctx context.Context, left, right string, decide func(Neighbourhood) (Verdict, error)) error
}

// A Verdict is what a decision changes in a store.
type Verdict struct {
	Events  []Decision
	Persons []PersonOf  // formed anew
	Cards   []CardEvent // permanent cards that are retired with it
}

// What came of a decision.
const (
	SettledTaken     = "taken"
	SettledAlready   = "already"   // it stood already
	SettledProposed  = "proposed"  // a permanent card would be retired: it takes effect when a second person says so, too
	SettledConfirmed = "confirmed" // taken, as the second person
	SettledUndone    = "undone"
)

// A Settled tells what came of a decision.
type Settled struct {
	How     string
	Before  []Decision // what stood on the pair until now, or stands already: same, different or proposals
	Keeps   Card       // where cards are retired: the one that stays
	Retires []Card     // the permanent ones that are retired, with the decision or as soon as a second person confirms the proposal
	Around  []string   // the resident ids of the persons around the pair
}

// Facts about a decision that callers branch on.
var (
	ErrSecondPerson = errors.New("a second person must confirm it")
	ErrNotDecided   = errors.New("nothing is decided that could be taken back")
)

// AnySeen lets a decision be made whatever was decided before.
const AnySeen = -1

// Decide records what a person decided on a pair, same, different or undo, and forms the persons around the pair anew. d needs
// both residents in any order, the decision, who and when.
//
// Deciding the same again changes nothing; deciding otherwise replaces what stood. Where two persons who both hold a permanent card
// would become one, or linkage made them one and nobody said so, one of the cards is lost: the first to say same only proposes it; the
// pair waits until somebody else says the same, which confirms it and retires the card, or different, which ends it. A temporary card
// is a slip for the doorstep: it takes no second person, and the next issue retires it. The same name again is refused with ErrSecondPerson, as is an undo that
// would bring two such persons together. An undo takes an open proposal back, else the decision.
//
// Seen is how many events on the pair the person knew of ([Neighbourhood.Said]): what was decided otherwise or taken back since is
// ErrConflict; AnySeen asks for nothing. It is ErrConflict, too, where two people have decided the opposite, and ErrNotDecided
// where there is nothing to undo.
func Decide(ctx context.Context, s ReviewStore, d Decision, seen int) (Settled, error) {
	if d.Left > d.Right {
		d.Left, d.Right = d.Right, d.Left
	}
	if d.Left == d.Right {
		return Settled{}, errors.New("a pair has two residents")
	}
	if d.By = strings.TrimSpace(d.By); d.By == "" {
		return Settled{}, errors.New("a decision needs the name of who decides")
	}
	var settled Settled
	err := s.DecideOn(ctx, d.Left, d.Right, func(around Neighbourhood) (v Verdict, err error) {
		settled, v.Events, err = around.decide(d, seen)
		if err != nil {
			return v, fmt.Errorf("pair %s: %w", PairKey(d.Left, d.Right), err)
		}
		if len(v.Events) > 0 {
			v.Persons = around.with(v.Events).Persons()
		}
		if settled.How == SettledConfirmed {
			v.Cards = d.retiring(settled.Keeps, settled.Retires, d.At)
		}
		return v, nil
	})
	return settled, err
}

// decide returns what comes of a decision and the events to store.
func (n Neighbourhood) decide(d Decision, seen int) (Settled, []Decision, error) {
	stood := n.on(d.Left, d.Right)
	settled := Settled{How: SettledTaken, Before: slices.Concat(stood, n.Proposals), Around: n.Members}
	if opposed(stood) {
		return settled, nil, fmt.Errorf("two people decided the opposite: %w", ErrConflict)
	}
	if d.Decision == DecidedUndo {
		return n.undo(d, settled, stood)
	}
	if len(stood) > 0 && stood[0].Decision == d.Decision && len(n.Proposals) == 0 {
		settled.How = SettledAlready
		return settled, nil, nil
	}
	if err := n.since(stood, d, seen); err != nil {
		return settled, nil, err
	}
	others := slices.DeleteFunc(slices.Clone(n.Proposals), func(p Decision) bool { return p.isBy(d.By) })
	events := d.replacing(slices.Concat(others, stood, without(n.Proposals, others))) // it names the proposal that it confirms
	settled.Keeps, settled.Retires = n.with(events).retires(d.Left, d.Right)
	switch {
	case len(settled.Retires) == 0:
		return settled, events, nil
	case len(others) > 0:
		settled.How = SettledConfirmed
		return settled, events, nil
	case len(n.Proposals) > 0:
		return settled, nil, fmt.Errorf("%s proposed it already: %w", d.By, ErrSecondPerson)
	}
	settled.How = SettledProposed
	d.ID, d.Decision = NewID(), DecidedProposed
	return settled, []Decision{d}, nil
}

// retiring returns the events that retire cards for another one's sake.
func (d Decision) retiring(keeps Card, retired []Card, at string) []CardEvent {
	var events []CardEvent
	for _, c := range retired {
		events = append(events, CardEvent{
			ID: NewID(), Number: c.Number, Version: c.Version, Event: CardReplaced, By: d.By, At: at,
			Why: "the person's card is that of resident " + keeps.ResidentID + ", as two people decided",
		})
	}
	return events
}

// undo takes back the proposals that are open, or else what stands.
func (n Neighbourhood) undo(d Decision, settled Settled, stood []Decision) (Settled, []Decision, error) {
	settled.How, settled.Before = SettledUndone, n.Proposals
	if len(n.Proposals) == 0 {
		settled.Before = stood
	}
	if len(settled.Before) == 0 {
		return settled, nil, ErrNotDecided
	}
	events := d.replacing(settled.Before)
	if _, retired := n.with(events).retires(d.Left, d.Right); len(retired) > 0 {
		return settled, nil, fmt.Errorf("without the decision the two would be one person again, and a card retired: %w", ErrSecondPerson)
	}
	return settled, events, nil
}

// since returns ErrConflict where the pair was decided otherwise, or a decision taken back, after seen events on it.
func (n Neighbourhood) since(stood []Decision, d Decision, seen int) error {
	switch {
	case seen == AnySeen || n.Said == seen || len(n.Proposals) > 0:
		return nil
	case len(stood) == 0:
		return fmt.Errorf("a decision was taken back meanwhile: %w", ErrConflict)
	case stood[0].Decision != d.Decision:
		return fmt.Errorf("%s decided otherwise meanwhile: %w", stood[0].By, ErrConflict)
	}
	return nil
}

// opposed reports whether decisions on one pair differ.
func opposed(stood []Decision) bool {
	return slices.ContainsFunc(stood, func(d Decision) bool { return d.Decision != stood[0].Decision })
}

// isBy reports whether a person of this name decided. [SameOperator].
func (d Decision) isBy(name string) bool {
	return SameOperator(d.By, name)
}

// SecondPerson reports whether somebody of this name can confirm proposals: another person made one of them.
func SecondPerson(proposals []Decision, name string) bool {
	return slices.ContainsFunc(proposals, func(p Decision) bool { return !p.isBy(name) })
}

// without returns the decisions of a list that are not in another.
func without(list, other []Decision) []Decision {
	return slices.DeleteFunc(slices.Clone(list), func(d Decision) bool {
		return slices.ContainsFunc(other, func(o Decision) bool { return o.ID == d.ID })
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
		if e.Decision == DecidedSame || e.Decision == DecidedDifferent {
			n.Decisions = append(n.Decisions, e)
		}
	}
	return n
}

// retires tells which permanent cards lose their place where a pair is one person, and both of the persons that they were so far, or
// would be without what linkage found, hold one: of the cards that each person would keep alone, the first stays. It returns no cards
// where nothing is lost.
func (n Neighbourhood) retires(left, right string) (keeps Card, retired []Card) {
	person := func(id string) string { return cmp.Or(n.Standing[id], id) } // so far
	if person(left) == person(right) {
		person = n.apart(left, right)
	}
	for _, members := range n.clusters() {
		if !slices.Contains(members, left) || !slices.Contains(members, right) {
			continue
		}
		held := map[string][]Card{}
		for _, c := range n.Cards {
			if c.Kind == CardPermanent && slices.Contains(members, c.ResidentID) {
				held[person(c.ResidentID)] = append(held[person(c.ResidentID)], c)
			}
		}
		if held[person(left)] == nil || held[person(right)] == nil {
			return Card{}, nil
		}
		var kept []Card
		for _, cards := range held {
			kept = append(kept, byRank(cards)[0])
		}
		kept = byRank(kept)
		return kept[0], kept[1:]
	}
	return Card{}, nil
}

// apart returns which person each member would belong to if a pair were two people.
func (n Neighbourhood) apart(left, right string) func(id string) string {
	n.Decisions = slices.DeleteFunc(slices.Clone(n.Decisions), func(d Decision) bool { return d.Left == left && d.Right == right })
	n.Decisions = append(n.Decisions, Decision{Left: left, Right: right, Decision: DecidedDifferent})
	person := map[string]string{}
	for _, members := range n.clusters() {
		for _, m := range members {
			person[m] = members[0]
		}
	}
	return func(id string) string { return person[id] }
}

// Arrived returns the verdict that a store which knows the cards answers with when somebody's "same" comes from a store that does
// not. Where a permanent card would be lost, it becomes a proposal; unless it confirmed somebody else's there, or does so here: then
// the card is retired, and the proposals that are open are closed. The neighbourhood is that in which the decision stands already; replaced is what it took
// the place of, nil if nothing.
func (n Neighbourhood) Arrived(d Decision, replaced *Decision, at string) (v Verdict) {
	if d.Decision != DecidedSame {
		return v
	}
	answer := func(decision, of, why string) Decision {
		return Decision{ID: NewID(), Left: d.Left, Right: d.Right, Decision: decision, Supersedes: of, By: d.By, At: at, Why: why}
	}
	keeps, retired := n.retires(d.Left, d.Right)
	confirmed := replaced != nil && replaced.Decision == DecidedProposed && !replaced.isBy(d.By)
	if len(retired) > 0 && !confirmed && !SecondPerson(n.Proposals, d.By) {
		v.Events = []Decision{answer(DecidedProposed, d.ID, "both hold a card here: a second person must confirm it")}
		return v
	}
	for _, p := range n.Proposals {
		v.Events = append(v.Events, answer(DecidedUndo, p.ID, "decided by "+d.ID))
	}
	v.Cards = d.retiring(keeps, retired, at)
	return v
}

// Persons forms the persons of a neighbourhood anew. Those who wait for dedupe are left out. A person keeps its id as
// [NamePersons] says.
func (n Neighbourhood) Persons() []PersonOf {
	clusters := n.clusters()
	for i, members := range clusters {
		clusters[i] = slices.DeleteFunc(members, func(m string) bool { return n.Standing[m] == "" || slices.Contains(n.Unlinked, m) })
	}
	return NamePersons(clusters, n.Standing)
}

// clusters puts the members together who are one person: decided pairs first, then matches, the heaviest first. No step may
// bring two residents together whom somebody decided to be different.
func (n Neighbourhood) clusters() [][]string {
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
	index := map[string]int{}
	var clusters [][]string
	for _, m := range n.Members {
		root := find(m)
		if _, ok := index[root]; !ok {
			index[root] = len(clusters)
			clusters = append(clusters, nil)
		}
		clusters[index[root]] = append(clusters[index[root]], m)
	}
	return clusters
}
