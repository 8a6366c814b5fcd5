package linkage

// fetchAhead is how many records are fetched at a time: enough to wait for memory seldom, few enough to stay in a
// processor's first cache until they are compared.
const fetchAhead = 64

// eachRun calls f with every run of equal keys. Before that it reads, for many records one after the other, what comparing
// will look at: nothing depends on these reads, so the processor waits for all of them at once and not for each in turn.
func (b *blocks) eachRun(sorted []keyed, f func([]keyed)) {
	for len(sorted) > 0 {
		n := min(fetchAhead, len(sorted))
		for n < len(sorted) && sorted[n].key() == sorted[n-1].key() {
			n++
		}
		_ = b.fetch(sorted[:n])
		eachRun(sorted[:n], f)
		sorted = sorted[n:]
	}
}

// fetch reads a little of all that belongs to each record. What it returns means nothing: it keeps the reads from being left
// out, as does that it is not inlined.
//
//go:noinline
func (b *blocks) fetch(list []keyed) (sum uint32) {
	passes := len(b.passes)
	for _, r := range list {
		i := r.record()
		sum ^= b.t.row(i).household ^ b.keys[int(i)*passes]
	}
	for _, r := range list {
		x := b.t.row(r.record())
		sum ^= b.t.names.list[x.given].sound ^ b.t.names.list[x.family].sound ^ b.t.names.list[x.father].sound
	}
	if b.t.epic != nil {
		for _, r := range list {
			sum ^= b.t.epic[r.record()]
		}
	}
	if b.t.abha != nil {
		for _, r := range list {
			sum ^= b.t.abha[r.record()]
		}
	}
	return sum
}
