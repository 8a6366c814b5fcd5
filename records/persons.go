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
		name := personName(members, standing)
		for _, m := range members {
			persons = append(persons, PersonOf{m, name})
		}
	}
	slices.SortFunc(persons, func(a, b PersonOf) int { return cmp.Compare(a.ResidentID, b.ResidentID) })
	return persons
}

// personName names one cluster. Two clusters never get one name, as each is named after a member of its own.
func personName(members []string, standing map[string]string) string {
	held := map[string]int{} // members of each standing person
	for _, m := range members {
		if name := standing[m]; name != "" {
			held[name]++
		}
	}
	var best string
	for _, m := range members {
		if standing[m] != m { // no person is named after it
			continue
		}
		if best == "" || cmp.Or(cmp.Compare(held[best], held[m]), cmp.Compare(m, best)) < 0 {
			best = m
		}
	}
	if best == "" && len(members) > 0 {
		best = slices.Min(members)
	}
	return best
}
