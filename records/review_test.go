package records

import (
	"fmt"
	"slices"
	"testing"
)

func TestPersonsOfANeighbourhood(t *testing.T) {
	match := func(l, r string, w float64) Match { return Match{Left: l, Right: r, Status: MatchMatch, Weight: w} }
	decided := func(l, r, d string) Decision { return Decision{ID: l + r + d, Left: l, Right: r, Decision: d} }
	cases := []struct {
		name string
		n    Neighbourhood
		want string
	}{
		{"nobody matches: everyone alone", Neighbourhood{Members: []string{"a", "b"}}, "a=a b=b"},
		{"a chain of matches is one person", Neighbourhood{Members: []string{"a", "b", "c"}, Matches: []Match{match("a", "b", 9), match("b", "c", 8)}}, "a=a b=a c=a"},
		{"a pair in review does not join", Neighbourhood{Members: []string{"a", "b"}, Matches: []Match{{Left: "a", Right: "b", Status: MatchReview, Weight: 3}}}, "a=a b=b"},
		{"a person joins two", Neighbourhood{Members: []string{"a", "b"}, Decisions: []Decision{decided("a", "b", DecidedSame)}}, "a=a b=a"},
		{
			"who is different stays apart, and the weaker match gives way",
			Neighbourhood{
				Members: []string{"a", "b", "c"}, Matches: []Match{match("a", "b", 5), match("b", "c", 9)},
				Decisions: []Decision{decided("a", "c", DecidedDifferent)},
			},
			"a=a b=b c=b",
		},
		{
			"opposite decisions keep the two apart",
			Neighbourhood{Members: []string{"a", "b"}, Decisions: []Decision{decided("a", "b", DecidedDifferent), decided("a", "b", DecidedSame)}},
			"a=a b=b",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, p := range c.n.Persons() {
				got = append(got, p.ResidentID+"="+p.PersonID)
			}
			slices.Sort(got)
			if text := fmt.Sprintf("%v", got); text != "["+c.want+"]" {
				t.Errorf("got %s, want %s", text, c.want)
			}
		})
	}
}
