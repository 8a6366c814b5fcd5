package records

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestNamesOfPersons(t *testing.T) {
	cases := []struct {
		name     string
		clusters [][]string
		standing map[string]string
		want     string
	}{
		{"nobody", nil, nil, ""},
		{"new people are named after their smallest record", [][]string{{"c", "b"}, {"a"}}, nil, "a=a b=b c=b"},
		{"a smaller record that joins changes no name", [][]string{{"a", "b"}}, map[string]string{"b": "b"}, "a=b b=b"},
		{"of two persons who become one the larger keeps its name", [][]string{{"a", "b", "c"}}, map[string]string{"a": "a", "b": "b", "c": "b"}, "a=b b=b c=b"},
		{"of two equal persons who become one the smaller name stays", [][]string{{"a", "b"}}, map[string]string{"a": "a", "b": "b"}, "a=a b=a"},
		{"a split leaves the name with its record", [][]string{{"a"}, {"b", "c"}}, map[string]string{"a": "b", "b": "b", "c": "b"}, "a=a b=b c=b"},
		{"a part without the name's record is new, however large", [][]string{{"a", "c"}, {"b"}}, map[string]string{"a": "b", "b": "b", "c": "b"}, "a=a b=b c=a"},
		{
			"a part that joins another person takes that name",
			[][]string{{"a", "d", "e"}, {"b"}},
			map[string]string{"a": "b", "b": "b", "d": "e", "e": "e"},
			"a=e b=b d=e e=e",
		},
		{"who was named after a record that is gone gets a new name", [][]string{{"b", "c"}}, map[string]string{"b": "a", "c": "a"}, "b=b c=b"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := written(NamePersons(c.clusters, c.standing)); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// A population is a partition of residents into persons, and how they are named so far.
type population struct {
	clusters [][]string
	standing map[string]string
}

// drawPopulation draws a partition of residents, some of whom stand in persons that an earlier partition formed.
func drawPopulation(t *rapid.T) population {
	n := rapid.IntRange(1, 12).Draw(t, "residents")
	standing := map[string]string{}
	var earlier [][]string
	for _, members := range drawPartition(t, n, "earlier") {
		if rapid.Bool().Draw(t, "known") {
			earlier = append(earlier, members)
		}
	}
	for range rapid.IntRange(0, 2).Draw(t, "rounds") { // so that names are not always the smallest ids
		for _, p := range NamePersons(earlier, standing) {
			standing[p.ResidentID] = p.PersonID
		}
		known := slices.Concat(earlier...)
		earlier = nil
		for _, members := range drawPartition(t, n, "next") {
			members = slices.DeleteFunc(members, func(m string) bool { return !slices.Contains(known, m) })
			if len(members) > 0 {
				earlier = append(earlier, members)
			}
		}
	}
	return population{drawPartition(t, n, "now"), standing}
}

func drawPartition(t *rapid.T, n int, label string) [][]string {
	clusters := make([][]string, n)
	for i := range n {
		k := rapid.IntRange(0, n-1).Draw(t, label)
		clusters[k] = append(clusters[k], fmt.Sprintf("r%02d", i))
	}
	return slices.DeleteFunc(clusters, func(members []string) bool { return len(members) == 0 })
}

// byResident returns who belongs to whom.
func byResident(persons []PersonOf) map[string]string {
	of := make(map[string]string, len(persons))
	for _, p := range persons {
		of[p.ResidentID] = p.PersonID
	}
	return of
}

func TestEachPersonHasANameOfItsOwnFromItsMembers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPopulation(t)
		of := byResident(NamePersons(p.clusters, p.standing))
		taken := map[string]bool{}
		for _, members := range p.clusters {
			name := of[members[0]]
			if !slices.Contains(members, name) || taken[name] {
				t.Fatalf("%v is named %s", members, name)
			}
			taken[name] = true
			for _, m := range members {
				if of[m] != name {
					t.Fatalf("%s of %v is in %s", m, members, of[m])
				}
			}
		}
	})
}

func TestAPersonThatOnlyGrowsKeepsItsName(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPopulation(t)
		before := byResident(NamePersons(p.clusters, p.standing))
		grown := slices.Clone(p.clusters)
		for i := range rapid.IntRange(1, 4).Draw(t, "new") {
			k := rapid.IntRange(0, len(grown)-1).Draw(t, "to")
			id := rapid.SampledFrom([]string{"a", "r05x", "z"}).Draw(t, "id") + fmt.Sprint(i) // before, among and after the others
			grown[k] = append(slices.Clone(grown[k]), id)
		}
		after := byResident(NamePersons(grown, before))
		for m, name := range before {
			if after[m] != name {
				t.Fatalf("%s was in %s and is in %s", m, name, after[m])
			}
		}
	})
}

func TestASplitLeavesTheNameWithItsRecord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPopulation(t)
		before := byResident(NamePersons(p.clusters, p.standing))
		var parts [][]string
		for _, members := range p.clusters {
			cut := rapid.IntRange(0, len(members)).Draw(t, "cut")
			parts = append(parts, members[:cut], members[cut:])
		}
		after := byResident(NamePersons(parts, before))
		for _, name := range before {
			if after[name] != name {
				t.Fatalf("the record %s is in %s", name, after[name])
			}
		}
	})
}

func TestNamesDoNotDependOnTheOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPopulation(t)
		want := written(NamePersons(p.clusters, p.standing))
		mixed := rapid.Permutation(p.clusters).Draw(t, "clusters")
		for i, members := range mixed {
			mixed[i] = rapid.Permutation(members).Draw(t, "members")
		}
		if got := written(NamePersons(mixed, p.standing)); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	})
}
