package survey

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
