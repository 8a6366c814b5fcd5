package store_test

import (
	"errors"
	"testing"
	"time"

	"sehat/records"
	"sehat/records/store"
	"sehat/records/store/storetest"
)

// joined is what a linkage found that takes neighbouring residents of a list for one person.
func joined(ids ...string) (matches []records.Match, persons []records.PersonOf) {
	for i, id := range ids {
		persons = append(persons, records.PersonOf{ResidentID: id, PersonID: ids[0]})
		if i > 0 {
			matches = append(matches, records.Match{Left: ids[i-1], Right: id, Status: records.MatchMatch, Weight: 9, Steps: []byte("[]")})
		}
	}
	return matches, persons
}

// lastStates returns the states of the latest cards of residents.
func lastStates(t *testing.T, s *store.Store, ids ...string) (list []string) {
	t.Helper()
	for _, id := range ids {
		all, err := s.CardsOf(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		state := "none"
		if len(all) > 0 {
			state = all[len(all)-1].State
		}
		list = append(list, state)
	}
	return list
}

func TestNoPermanentCardIsEndedByAMachine(t *testing.T) {
	cases := []struct {
		name   string
		chain  bool                                  // through a third record, which has no card
		decide func(say func(word, by string) error) // what people do
		want   []string
		held   int
	}{
		{"nobody decides: both stand, and nobody is given another", false, func(func(string, string) error) {}, []string{"issued", "issued"}, 1},
		{"one person says same: both stand", false, func(say func(string, string) error) { say(records.DecidedSame, "Ravi") }, []string{"issued", "issued"}, 1},
		{"one person says it twice: both stand", false, func(say func(string, string) error) {
			say(records.DecidedSame, "Ravi")
			if err := say(records.DecidedSame, "RAVI"); !errors.Is(err, records.ErrSecondPerson) {
				t.Error(err)
			}
		}, []string{"issued", "issued"}, 1},
		{"two people say same: one stays", false, func(say func(string, string) error) {
			say(records.DecidedSame, "Ravi")
			say(records.DecidedSame, "Asha")
		}, []string{"issued", "replaced"}, 0},
		{"one person says different: both stand, and rightly", false, func(say func(string, string) error) { say(records.DecidedDifferent, "Ravi") }, []string{"issued", "issued"}, 0},
		{"joined through a third record: two people", true, func(say func(string, string) error) {
			say(records.DecidedSame, "Ravi")
			say(records.DecidedSame, "Asha")
		}, []string{"issued", "replaced"}, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, url string) {
				s := create(t, url, records.RoleCentre)
				ids := people(t, s, 3)
				a, b, third := ids[0], ids[1], ids[2]
				saveLinked(t, s, nil, alone(ids[:2]))
				is := issuer(t, s, true, 10)
				if r := mustIssue(t, is); r.Issued != 2 {
					t.Fatalf("%+v", r)
				}
				chain := []string{a, b}
				if c.chain {
					chain = []string{a, third, b}
				}
				matches, persons := joined(chain...)
				for i := range matches { // in order, as every pair is
					m := &matches[i]
					m.Left, m.Right = min(m.Left, m.Right), max(m.Left, m.Right)
				}
				if !c.chain {
					persons = append(persons, records.PersonOf{ResidentID: third, PersonID: third})
				}
				saveLinked(t, s, matches, persons)
				waits(t, s, len(matches), 0)
				r := mustIssue(t, is)
				if r.HeldWhy[records.HeldTwoCards] != 1 || r.Retired != 0 {
					t.Fatalf("before anybody decided: %+v", r)
				}
				at := noon
				c.decide(func(word, by string) error {
					at = at.Add(time.Minute)
					return decide(t, s, matches[0].Left, matches[0].Right, word, by, at)
				})
				r = mustIssue(t, is)
				got := lastStates(t, s, a, b)
				if r.HeldWhy[records.HeldTwoCards] != c.held || got[0] != c.want[0] && got[1] != c.want[0] || got[1] != c.want[1] && got[0] != c.want[1] {
					t.Errorf("%v, want %v; %+v", got, c.want, r)
				}
				if c.held == 0 {
					waits(t, s, 0, 0)
				}
			})
		})
	}
}

// A slip is no card for life: a machine may retire it, and one person is enough.
func TestATemporaryCardOfADuplicateIsRetiredByAMachine(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleCentre)
		ids := people(t, s, 2)
		slips := issuer(t, s, false, 10)
		if r := mustIssue(t, slips); r.Issued != 2 {
			t.Fatalf("%+v", r)
		}
		saveLinked(t, s, nil, alone(ids))
		matches, persons := joined(ids...)
		saveLinked(t, s, matches, persons)
		waits(t, s, 0, 0)
		is := *slips
		is.Centre = true
		r := mustIssue(t, &is)
		if r.Retired != 1 || r.Issued != 1 || r.Held != 0 {
			t.Errorf("%+v", r)
		}
		if len(r.Instead) != 1 || r.Instead[0].Number == r.Instead[0].Instead || r.Instead[0].Instead == "" {
			t.Errorf("it does not say which card stands for which: %+v", r.Instead)
		}
	})
}
