package records

import (
	"slices"
	"strings"
	"testing"
)

func TestWalkingOrder(t *testing.T) {
	for name, want := range map[string][]string{
		"house numbers count as numbers":        {"9", "9A", "10", "10/2", "10/10", "100"},
		"the ways of writing one do not differ": {"9", "H.No. 10", "H No 11", "House 12", "Jhuggi No. 13", "Flat No. 14", "15", "मकान नं १६"},
		"a letter before it is a block of its":  {"3", "A-2", "A-10", "B 1", "B/2"},
		"floors stand in a house":               {"12", "12, Ground Floor", "12, FF", "12, 2nd Floor", "12A", "12A, First Floor", "13"},
		"no number at all comes first":          {"", "1"},
		"a number of thirty digits is a number": {"2", strings.Repeat("9", 30)},
	} {
		t.Run(name, func(t *testing.T) { walks(t, want, func(s *Stop, v string) { s.House = v }) })
	}
	for name, want := range map[string][]string{
		"lanes count as numbers": {"near the temple", "Gali No. 2, opp. Park", "Gali 9", "G.No. 10", "Street 11", "near the well, Gali No 12"},
		"lanes with names":       {"", "Gali 3", "Ashoka Marg", "Link Road"},
	} {
		t.Run(name, func(t *testing.T) { walks(t, want, func(s *Stop, v string) { s.Address = v }) })
	}
	t.Run("blocks count as numbers", func(t *testing.T) {
		walks(t, []string{"2", "10", "EB-2", "EB-010", "EB-11"}, func(s *Stop, v string) { s.Block = v })
	})
	t.Run("where no block is told, the locality is one", func(t *testing.T) {
		walks(t, []string{"Aman Vihar", "Malka Ganj"}, func(s *Stop, v string) { s.Locality = v })
	})
}

// walks shuffles what is in order and puts it in order again.
func walks(t *testing.T, want []string, set func(*Stop, string)) {
	t.Helper()
	stops := make([]Stop, len(want))
	for i, v := range want {
		s := &stops[len(want)-1-i]
		s.Name = v
		set(s, v)
	}
	WalkingOrder(stops)
	var got []string
	for _, s := range stops {
		got = append(got, s.Name)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestAHouseholdStaysTogether(t *testing.T) {
	stops := []Stop{{House: "1", Household: "b", Line: 1}, {House: "1", Household: "a", Line: 2}, {House: "1", Household: "b", Line: 0}, {House: "1", Household: "a", Line: 1}}
	WalkingOrder(stops)
	for i, want := range []struct {
		household string
		line      int
	}{{"a", 1}, {"a", 2}, {"b", 0}, {"b", 1}} {
		if stops[i].Household != want.household || stops[i].Line != want.line {
			t.Errorf("%d is %+v", i, stops[i])
		}
	}
}

func TestRevisitsAreInWalkingOrderTeamByTeam(t *testing.T) {
	revisit := func(team, ward, block, address, house string) Revisit {
		return Revisit{Team: team, Ward: ward, Block: block, Address: address, House: house}
	}
	want := []Revisit{
		revisit("T1", "012", "EB-2", "Gali 9", "10"), revisit("T1", "012", "eb 02", "Gali 9", "12"), revisit("T1", "012", "EB-2", "Gali 10", "2"),
		revisit("T1", "012", "EB-10", "Gali 1", "9"), revisit("T1", "012", "EB-10", "Gali 1", "9A"), revisit("T1", "012", "EB-10", "Gali 1", "10"),
		revisit("T1", "013", "EB-1", "Gali 1", "1"),
		revisit("T2", "012", "EB-1", "Gali 1", "1"),
	}
	mixed := slices.Clone(want)
	slices.Reverse(mixed[:6])
	var got []Revisit
	for r, err := range RevisitsInWalkingOrder(each(mixed)) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, r)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}
