package records

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func match(l, r string, w float64) Match {
	return Match{Left: l, Right: r, Status: MatchMatch, Weight: w}
}

func said(by, l, r, d string) Decision {
	return Decision{ID: by + l + r + d, Left: l, Right: r, Decision: d, By: by}
}

// eachAlone makes every member a person of its own.
func eachAlone(members ...string) map[string]string {
	standing := map[string]string{}
	for _, m := range members {
		standing[m] = m
	}
	return standing
}

func TestPersonsOfANeighbourhood(t *testing.T) {
	two, three := []string{"a", "b"}, []string{"a", "b", "c"}
	cases := []struct {
		name string
		n    Neighbourhood
		want string
	}{
		{"nobody matches: everyone alone", Neighbourhood{Members: two, Standing: eachAlone(two...)}, "a=a b=b"},
		{"a chain of matches is one person", Neighbourhood{Members: three, Standing: eachAlone(three...), Matches: []Match{match("a", "b", 9), match("b", "c", 8)}}, "a=a b=a c=a"},
		{"a pair in review does not join", Neighbourhood{Members: two, Standing: eachAlone(two...), Matches: []Match{{Left: "a", Right: "b", Status: MatchReview, Weight: 3}}}, "a=a b=b"},
		{"a decision joins two", Neighbourhood{Members: two, Standing: eachAlone(two...), Decisions: []Decision{said("x", "a", "b", DecidedSame)}}, "a=a b=a"},
		{
			"who is different stays apart, and the weaker match gives way",
			Neighbourhood{
				Members: three, Standing: eachAlone(three...), Matches: []Match{match("a", "b", 5), match("b", "c", 9)},
				Decisions: []Decision{said("x", "a", "c", DecidedDifferent)},
			},
			"a=a b=b c=b",
		},
		{
			"opposite decisions keep the two apart",
			Neighbourhood{Members: two, Standing: eachAlone(two...), Decisions: []Decision{said("x", "a", "b", DecidedDifferent), said("y", "a", "b", DecidedSame)}},
			"a=a b=b",
		},
		{
			"the larger person keeps its name when two become one",
			Neighbourhood{
				Members: three, Standing: map[string]string{"a": "a", "b": "c", "c": "c"},
				Matches: []Match{match("b", "c", 9)}, Decisions: []Decision{said("x", "a", "b", DecidedSame)},
			},
			"a=c b=c c=c",
		},
		{
			"who waits for dedupe gets no person and names none",
			Neighbourhood{Members: three, Standing: map[string]string{"b": "b", "c": "c"}, Decisions: []Decision{said("x", "a", "c", DecidedSame)}},
			"b=b c=c",
		},
		{
			"nor does who waits to be linked anew",
			Neighbourhood{Members: three, Standing: map[string]string{"a": "a", "b": "b", "c": "a"}, Unlinked: []string{"a", "c"}, Decisions: []Decision{said("x", "a", "b", DecidedSame)}},
			"b=b",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := written(c.n.Persons()); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// written writes persons as "resident=person …".
func written(persons []PersonOf) string {
	var words []string
	for _, p := range persons {
		words = append(words, p.ResidentID+"="+p.PersonID)
	}
	return strings.Join(words, " ")
}

// A desk is a review store that holds one neighbourhood.
type desk struct {
	n       Neighbourhood
	written []Decision
	persons []PersonOf
}

func (s *desk) DecideOn(_ context.Context, left, right string, decide func(Neighbourhood) (Verdict, error)) error {
	v, err := decide(s.n)
	if err != nil {
		return err
	}
	events, persons := v.Events, v.Persons
	s.n.Cards = slices.DeleteFunc(slices.Clone(s.n.Cards), func(c Card) bool {
		return slices.ContainsFunc(v.Cards, func(e CardEvent) bool { return e.Number == c.Number && e.Event == CardReplaced })
	})
	s.n = s.n.with(events)
	for _, e := range events {
		s.n.Said++
		s.n.Proposals = slices.DeleteFunc(slices.Clone(s.n.Proposals), func(p Decision) bool { return p.ID == e.Supersedes })
		if e.Decision == DecidedProposed {
			s.n.Proposals = append(s.n.Proposals, e)
		}
	}
	for _, p := range persons {
		s.n.Standing[p.ResidentID] = p.PersonID
	}
	s.written, s.persons = append(s.written, events...), persons
	return nil
}

func TestDecisions(t *testing.T) {
	const ravi, asha = "Ravi", "Asha"
	card := func(number, resident string) Card {
		return Card{Number: number, Version: 1, ResidentID: resident, Kind: CardPermanent, State: CardIssued, ReservedAt: number}
	}
	both := []Card{card("1", "a"), card("2", "b")}
	slip := card("2", "b")
	slip.Kind = CardTemporary
	type step struct {
		by, decision string
		want         string // how it settled, or part of the error
	}
	cases := []struct {
		name  string
		n     Neighbourhood
		steps []step
		want  string // persons at the end
	}{
		{"one person is enough where nobody holds a card", Neighbourhood{}, []step{{ravi, DecidedSame, SettledTaken}}, "a=a b=a"},
		{"one person is enough where one of the two holds a card", Neighbourhood{Cards: both[:1]}, []step{{ravi, DecidedSame, SettledTaken}}, "a=a b=a"},
		{"one person is enough to say different", Neighbourhood{Cards: both}, []step{{ravi, DecidedDifferent, SettledTaken}}, "a=a b=b"},
		{"deciding the same again changes nothing", Neighbourhood{}, []step{{ravi, DecidedSame, SettledTaken}, {asha, DecidedSame, SettledAlready}}, "a=a b=a"},
		{"deciding otherwise replaces what stood", Neighbourhood{}, []step{{ravi, DecidedSame, SettledTaken}, {asha, DecidedDifferent, SettledTaken}}, "a=a b=b"},
		{"an undo takes a decision back", Neighbourhood{}, []step{{ravi, DecidedSame, SettledTaken}, {asha, DecidedUndo, SettledUndone}}, "a=a b=b"},
		{"there is nothing to undo", Neighbourhood{}, []step{{ravi, DecidedUndo, "nothing is decided"}}, "a=a b=b"},
		{"where both hold a card the first only proposes", Neighbourhood{Cards: both}, []step{{ravi, DecidedSame, SettledProposed}}, "a=a b=b"},
		{"a slip takes no second person", Neighbourhood{Cards: []Card{both[0], slip}}, []step{{ravi, DecidedSame, SettledTaken}}, "a=a b=a"},
		{
			"what linkage joined is proposed, too, where both hold a card",
			Neighbourhood{Cards: both, Matches: []Match{match("a", "b", 9)}, Standing: map[string]string{"a": "a", "b": "a"}},
			[]step{{ravi, DecidedSame, SettledProposed}, {ravi, DecidedSame, "a second person"}, {asha, DecidedSame, SettledConfirmed}, {ravi, DecidedSame, SettledAlready}},
			"a=a b=a",
		},
		{
			"what linkage joined through a third, who holds no card",
			Neighbourhood{
				Members: []string{"a", "b", "c"}, Cards: []Card{card("1", "a"), card("2", "c")}, Matches: []Match{match("a", "b", 9), match("b", "c", 8)},
				Standing: map[string]string{"a": "a", "b": "a", "c": "a"},
			},
			[]step{{ravi, DecidedSame, SettledProposed}, {asha, DecidedSame, SettledConfirmed}},
			"a=a b=a c=a",
		},
		{
			"one person parts what linkage joined",
			Neighbourhood{Cards: both, Matches: []Match{match("a", "b", 9)}, Standing: map[string]string{"a": "a", "b": "a"}},
			[]step{{ravi, DecidedDifferent, SettledTaken}},
			"a=a b=b",
		},
		{"a second person confirms", Neighbourhood{Cards: both}, []step{{ravi, DecidedSame, SettledProposed}, {asha, DecidedSame, SettledConfirmed}}, "a=a b=a"},
		{"the same name cannot confirm", Neighbourhood{Cards: both}, []step{{ravi, DecidedSame, SettledProposed}, {ravi, DecidedSame, "Ravi proposed it already: a second person must confirm it"}}, "a=a b=b"},
		{"letter case does not make a second person", Neighbourhood{Cards: both}, []step{{ravi, DecidedSame, SettledProposed}, {" RAVI ", DecidedSame, "a second person"}}, "a=a b=b"},
		{
			"a second person's different ends it",
			Neighbourhood{Cards: both},
			[]step{{ravi, DecidedSame, SettledProposed}, {asha, DecidedDifferent, SettledTaken}, {asha, DecidedSame, SettledProposed}},
			"a=a b=b",
		},
		{"who proposed may think better of it", Neighbourhood{Cards: both}, []step{{ravi, DecidedSame, SettledProposed}, {ravi, DecidedDifferent, SettledTaken}}, "a=a b=b"},
		{
			"an undo takes a proposal back, and it must be proposed anew",
			Neighbourhood{Cards: both},
			[]step{{ravi, DecidedSame, SettledProposed}, {ravi, DecidedUndo, SettledUndone}, {asha, DecidedSame, SettledProposed}},
			"a=a b=b",
		},
		{
			"an undo takes a confirmed decision back",
			Neighbourhood{Cards: both},
			[]step{{ravi, DecidedSame, SettledProposed}, {asha, DecidedSame, SettledConfirmed}, {ravi, DecidedUndo, SettledUndone}},
			"a=a b=b",
		},
		{
			"two proposals from two laptops: either name confirms the other's",
			Neighbourhood{Cards: both, Proposals: []Decision{said(ravi, "a", "b", DecidedProposed), said(asha, "a", "b", DecidedProposed)}},
			[]step{{ravi, DecidedSame, SettledConfirmed}},
			"a=a b=a",
		},
		{
			"a decision stands until the proposal against it is confirmed, and an undo takes the proposal back first",
			Neighbourhood{Cards: both},
			[]step{{ravi, DecidedDifferent, SettledTaken}, {ravi, DecidedSame, SettledProposed}, {ravi, DecidedUndo, SettledUndone}, {ravi, DecidedDifferent, SettledAlready}},
			"a=a b=b",
		},
		{
			"an undo of different that would let a match retire a card is refused",
			Neighbourhood{Cards: both, Matches: []Match{match("a", "b", 9)}, Decisions: []Decision{said(ravi, "a", "b", DecidedDifferent)}},
			[]step{{asha, DecidedUndo, "the two would be one person again, and a card retired"}},
			"a=a b=b",
		},
		{
			"no card is lost where a decision about somebody else keeps the two apart",
			Neighbourhood{Members: []string{"a", "b", "c"}, Cards: both, Decisions: []Decision{said(ravi, "a", "c", DecidedDifferent), said(ravi, "b", "c", DecidedSame)}},
			[]step{{ravi, DecidedSame, SettledTaken}},
			"a=a b=b c=b",
		},
		{
			"the opposite of two people is a conflict",
			Neighbourhood{Decisions: []Decision{said(ravi, "a", "b", DecidedSame), said(asha, "a", "b", DecidedDifferent)}},
			[]step{{ravi, DecidedSame, "two people decided the opposite"}},
			"a=a b=b",
		},
		{"nobody decides without a name", Neighbourhood{}, []step{{" ", DecidedSame, "needs the name of who decides"}}, "a=a b=b"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if c.n.Members == nil {
				c.n.Members = []string{"a", "b"}
			}
			if c.n.Standing == nil {
				c.n.Standing = eachAlone(c.n.Members...)
			}
			s := &desk{n: c.n}
			for i, st := range c.steps {
				settled, err := Decide(t.Context(), s, Decision{Left: "b", Right: "a", Decision: st.decision, By: st.by}, AnySeen)
				if got := settled.How + fmt.Sprint(err); !strings.Contains(got, st.want) || (err != nil) == slices.Contains(outcomes, st.want) {
					t.Fatalf("step %d, %s by %s: %s, %v; want %s", i+1, st.decision, st.by, settled.How, err, st.want)
				}
			}
			if got := written(s.n.Persons()); got != c.want {
				t.Errorf("persons %s, want %s", got, c.want)
			}
		})
	}
}

var outcomes = []string{SettledTaken, SettledAlready, SettledProposed, SettledConfirmed, SettledUndone}

func TestWhichCardStays(t *testing.T) {
	own := Card{Number: "1", Version: 1, ResidentID: "a", Kind: CardPermanent, ReservedAt: "2026-04-01"}
	slip := Card{Number: "4", Version: 1, ResidentID: "a", Kind: CardTemporary, ReservedAt: "2026-01-01"}
	later := Card{Number: "2", Version: 1, ResidentID: "b", Kind: CardPermanent, ReservedAt: "2026-03-01"}
	earlier := Card{Number: "3", Version: 1, ResidentID: "c", Kind: CardPermanent, ReservedAt: "2026-02-01"}
	n := Neighbourhood{
		Members: []string{"a", "b", "c"}, Standing: map[string]string{"a": "a", "b": "b", "c": "b"},
		Cards: []Card{own, slip, later, earlier}, Matches: []Match{match("b", "c", 9)},
	}
	settled, _, err := n.decide(Decision{Left: "a", Right: "b", Decision: DecidedSame, By: "Ravi"}, AnySeen)
	// The slip goes with the next issue, and of the two cards of b and c, who are one person already, nothing is said here.
	if err != nil || settled.Keeps.Number != "3" || len(settled.Retires) != 1 || settled.Retires[0].Number != "1" {
		t.Errorf("%v, keeps %v, retires %v", err, settled.Keeps, settled.Retires)
	}
}

func TestTheConfirmingEventNamesTheOthersProposal(t *testing.T) {
	own, others := said("Ravi", "a", "b", DecidedProposed), said("Asha", "a", "b", DecidedProposed)
	n := Neighbourhood{
		Members: []string{"a", "b"}, Standing: eachAlone("a", "b"), Proposals: []Decision{own, others},
		Cards: []Card{{Number: "1", ResidentID: "a", Kind: CardPermanent}, {Number: "2", ResidentID: "b", Kind: CardPermanent}},
	}
	_, events, err := n.decide(Decision{Left: "a", Right: "b", Decision: DecidedSame, By: "Ravi"}, AnySeen)
	if err != nil || len(events) != 2 || events[0].Supersedes != others.ID || events[1].Supersedes != own.ID || events[1].Decision != DecidedUndo {
		t.Errorf("%v, %+v", err, events)
	}
}

func TestWhatWasDecidedSinceIsNotReplaced(t *testing.T) {
	same, different, proposed := said("Asha", "a", "b", DecidedSame), said("Asha", "a", "b", DecidedDifferent), said("Asha", "a", "b", DecidedProposed)
	cases := []struct {
		name string
		n    Neighbourhood
		seen int
		how  string // empty: a conflict
	}{
		{"nothing happened since", Neighbourhood{}, 0, SettledTaken},
		{"it was decided before, and that was seen", Neighbourhood{Decisions: []Decision{different}, Said: 1}, 1, SettledTaken},
		{"somebody decided the same since", Neighbourhood{Decisions: []Decision{same}, Said: 1}, 0, SettledAlready},
		{"somebody decided otherwise since", Neighbourhood{Decisions: []Decision{different}, Said: 1}, 0, ""},
		{"somebody took a decision back since", Neighbourhood{Said: 2}, 0, ""},
		{"somebody proposed it since", Neighbourhood{Proposals: []Decision{proposed}, Said: 1}, 0, SettledTaken},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.n.Members, c.n.Standing = []string{"a", "b"}, eachAlone("a", "b")
			settled, _, err := c.n.decide(Decision{Left: "a", Right: "b", Decision: DecidedSame, By: "Ravi"}, c.seen)
			if c.how == "" && !errors.Is(err, ErrConflict) || c.how != "" && (err != nil || settled.How != c.how) {
				t.Errorf("%s, %v", settled.How, err)
			}
		})
	}
}

func TestASameThatComesFromALaptop(t *testing.T) {
	cards := []Card{{Number: "1", ResidentID: "a", Kind: CardPermanent}, {Number: "2", ResidentID: "b", Kind: CardPermanent}}
	same := said("Ravi", "a", "b", DecidedSame)
	proposal := func(by string) *Decision {
		d := said(by, "a", "b", DecidedProposed)
		return &d
	}
	different := said("Asha", "a", "b", DecidedDifferent)
	cases := []struct {
		name     string
		cards    []Card
		d        Decision
		replaced *Decision
		open     []Decision
		want     string // the answer: decision and what it supersedes
	}{
		{"both hold a card here: it becomes a proposal", cards, same, nil, nil, "[proposed of " + same.ID + "]"},
		{"one of the cards is temporary", []Card{cards[0], {Number: "2", ResidentID: "b", Kind: CardTemporary}}, same, nil, nil, "[]"},
		{"one holds a card", cards[:1], same, nil, nil, "[]"},
		{"it confirmed somebody else's proposal there", cards, same, proposal("Asha"), nil, "[2 replaced]"},
		{"it confirmed the same name's proposal, which does not count", cards, same, proposal("ravi"), nil, "[proposed of " + same.ID + "]"},
		{"it replaced somebody else's different, which does not count", cards, same, &different, nil, "[proposed of " + same.ID + "]"},
		{"it confirms somebody else's proposal here", cards, same, nil, []Decision{*proposal("Asha")}, "[undo of " + proposal("Asha").ID + " 2 replaced]"},
		{"the same name proposed here", cards, same, nil, []Decision{*proposal("ravi")}, "[proposed of " + same.ID + "]"},
		{"a proposal is closed where no card is lost any more", nil, same, nil, []Decision{*proposal("ravi")}, "[undo of " + proposal("ravi").ID + "]"},
		{"it says different, and a proposal stays open beside it", cards, different, nil, []Decision{*proposal("Ravi")}, "[]"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			n := Neighbourhood{
				Members: []string{"a", "b"}, Standing: eachAlone("a", "b"), Cards: c.cards, Decisions: []Decision{c.d}, Proposals: c.open,
			}
			words := []string{}
			v := n.Arrived(c.d, c.replaced, "now")
			for _, e := range v.Events {
				words = append(words, e.Decision+" of "+e.Supersedes)
			}
			for _, e := range v.Cards {
				words = append(words, e.Number+" "+e.Event)
			}
			if got := fmt.Sprint(words); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
