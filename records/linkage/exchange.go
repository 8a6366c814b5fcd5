package linkage

// A list that keeps an address in two columns has them exchanged here and there. So where the address and a further text both
// differ, each is looked for in the other's place.

// An exchange is the standard form of the texts of the address column and of one further column, as hashes by value.
type exchange struct {
	street []uint32
	extra  [][]uint32
}

// newExchange hashes the dictionaries; it is nil where one of the columns is missing.
func newExchange(t *table) *exchange {
	if t.streets.total == 0 || len(t.extras) == 0 {
		return nil
	}
	hash := func(d *texts, standard func(string) string) []uint32 {
		list := make([]uint32, d.values.len())
		for n := 1; n < len(list); n++ {
			list[n] = hash32(standard(d.text(uint32(n))))
		}
		return list
	}
	e := &exchange{street: hash(t.streets, func(s string) string { return s })}
	for _, d := range t.extras {
		e.extra = append(e.extra, hash(d, standardAddress))
	}
	return e
}

// exchanged reports that two records have address and further text k in each other's place, one of them letter by letter.
func (c *comparer) exchanged(a, b uint32, k int) bool {
	e, t := c.t.exchange, c.t
	if e == nil || t.extra[k] == nil {
		return false
	}
	x, y, v, w := t.row(a).street, t.row(b).street, t.extra[k][a], t.extra[k][b]
	if x == 0 || y == 0 || v == 0 || w == 0 {
		return false
	}
	switch first, second := e.street[x] == e.extra[k][w], e.street[y] == e.extra[k][v]; {
	case first && second:
		return true
	case first:
		return compareTexts(t.streets.text(y), t.extras[k].text(v)) <= textAlike
	case second:
		return compareTexts(t.streets.text(x), t.extras[k].text(w)) <= textAlike
	}
	return false
}
