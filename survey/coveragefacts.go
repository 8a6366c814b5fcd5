package survey

import (
	"cmp"
	"slices"
)

// Facts gives what the coverage itself knows of each enumerator, by team and id; the rest is for the caller to fill in.
func (c *Coverage) Facts() []Facts {
	out := make([]Facts, 0, len(c.Enumerators))
	for _, r := range c.Enumerators {
		p := person{r.Team, r.Enumerator}
		f := Facts{
			Team: r.Team, Enumerator: r.Enumerator,
			Interviews: r.Complete + r.Partial, Refused: r.Refused, NoPhone: c.noPhone[p],
		}
		for _, n := range c.working[p] {
			f.Busiest = max(f.Busiest, n)
		}
		out = append(out, f)
	}
	return out
}

// FactsOf finds an enumerator among facts sorted by team and id, or returns nil.
func FactsOf(all []Facts, team, enumerator string) *Facts {
	i, ok := slices.BinarySearchFunc(all, person{team, enumerator}, func(f Facts, p person) int {
		return cmp.Or(cmp.Compare(f.Team, p.team), cmp.Compare(f.Enumerator, p.enumerator))
	})
	if !ok {
		return nil
	}
	return &all[i]
}
