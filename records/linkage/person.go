package linkage

// Persons keep their ids: a person is known by the id of one of its records, and a cluster that holds the namesake of a person
// who stood before keeps that name. Of several the one with most of its records here stays, then the smallest id. A cluster of
// new records is named by its smallest id. So a person only loses its name to another when the two become one, and no name is
// ever given to two.

// namePersons finds the rows that named the persons of before.
func (t *table) namePersons() {
	stood := t.person != nil
	if !stood && len(t.reading.persons) == 0 {
		return
	}
	for len(t.person) < t.rows.n {
		t.person = append(t.person, nobody)
	}
	rows := t.find(func(yield func(string)) {
		for _, p := range t.reading.persons {
			yield(p)
		}
	})
	for i, p := range t.reading.persons {
		if r, ok := rows[p]; ok {
			t.person[i] = r
		}
	}
}

// find returns the living rows that have the ids that each yields; ids that no row has are left out.
func (t *table) find(each func(yield func(id string))) map[string]uint32 {
	hashes := map[uint32]bool{}
	found := map[string]uint32{}
	each(func(id string) {
		hashes[hashID(id)] = true
		found[id] = nobody
	})
	if len(found) == 0 {
		return found
	}
	var sieve [1 << 10]uint64 // most hashes are in nobody's
	for h := range hashes {
		sieve[h>>16&0x3ff] |= 1 << (h >> 26)
	}
	for i := range uint32(t.rows.n) {
		h := *t.idHash.at(i)
		if sieve[h>>16&0x3ff]&(1<<(h>>26)) == 0 || !hashes[h] || t.row(i).flags&rowGone != 0 {
			continue
		}
		id := t.ids.at(i)
		if _, wanted := found[id]; wanted {
			found[id] = i
		}
	}
	for id, i := range found {
		if i == nobody {
			delete(found, id)
		}
	}
	return found
}

// nameOf returns the member of a cluster whose id the person has.
func (t *table) nameOf(members []uint32) uint32 {
	best, most := members[0], 0
	for _, m := range members {
		n := 0
		if t.person != nil && t.person[m] == m {
			for _, o := range members {
				if t.person[o] == m {
					n++
				}
			}
		}
		if n > most || n == most && t.ids.at(m) < t.ids.at(best) {
			best, most = m, n
		}
	}
	return best
}
