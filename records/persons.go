package records

import (
	"cmp"
	"slices"
)

// NamePersons gives each cluster of resident ids, which share none, a person id and returns who belongs to whom, in the order of
// the resident ids. A person id is always the id of one of its members, and it persists: a cluster that holds the record after
// which a standing person is named keeps that name; of several such persons, that of which the cluster holds the most members,
// and of equals the smallest. Any other cluster is named after its smallest id. Standing tells which person residents belong to
// so far; who is missing is new. It need not know more than the residents of the clusters, but a caller that gives some
// of the clusters must give all that hold a resident of the persons it touches.
func NamePersons(clusters [][]string, standing map[string]string) []PersonOf {
	var persons []PersonOf
	for _, members := range clusters {
		if len(members) == 0 {
			continue
		}
		name := personName(members, standing)
		for _, m := range members {
			persons = append(persons, PersonOf{m, name})
		}
	}
	slices.SortFunc(persons, func(a, b PersonOf) int { return cmp.Compare(a.ResidentID, b.ResidentID) })
	return persons
}

// personName names one cluster after a member of its own, so that no two clusters share a name.
func personName(members []string, standing map[string]string) string {
	belong := map[string]int{} // how many members each standing person has here
	for _, m := range members {
		belong[standing[m]]++
	}
	return slices.MinFunc(members, func(a, b string) int {
		return cmp.Or(cmp.Compare(belong[b], belong[a]), cmp.Compare(a, b))
	})
}
