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

// readAhead is how many records are read before they are packed.
const readAhead = 32

// fetch reads a little of what is remembered of each record's names and phone, as blocks.fetch does.
//
//go:noinline
func (rd *reading) fetch(list []Record, mobiles *symbols) (sum uint32) {
	var names [readAhead][3]uint32
	var phones [readAhead]uint32
	for i := range list {
		r := &list[i]
		names[i] = [3]uint32{rd.full.number(r.FullName), rd.full.number(r.FullNameAlt), rd.full.number(r.FatherOrHusband)}
		phones[i] = mobiles.likely(r.Mobile)
	}
	for i := range list {
		for _, n := range names[i] {
			sum ^= rd.fullNames.at(n).given
		}
		phones[i] = mobiles.ends[phones[i]]
	}
	for i := range list {
		if at := int(phones[i]); at < len(mobiles.bytes) {
			sum ^= uint32(mobiles.bytes[at])
		}
	}
	return sum
}

// fetch reads a little of each member of listings that meet, as blocks.fetch does; of a hostel not all.
//
//go:noinline
func (t *table) fetch(hits []hit) (sum uint32) {
	for _, k := range hits {
		sum ^= t.rowsFrom[uint32(k.key)] ^ t.rowsFrom[k.key>>32]
	}
	each := func(f func(i uint32)) {
		for _, k := range hits {
			for _, house := range [2]uint32{uint32(k.key >> 32), uint32(k.key)} {
				members := t.members(house)
				for _, i := range members[:min(len(members), largestHome)] {
					f(i)
				}
			}
		}
	}
	each(func(i uint32) { sum ^= t.row(i).household ^ *t.idHash.at(i) })
	each(func(i uint32) {
		r := t.row(i)
		sum ^= t.names.list[r.given].sound ^ t.names.list[r.family].sound ^ t.names.list[r.father].sound
	})
	return sum
}
