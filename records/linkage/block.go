package linkage

import "slices"

// A part is one ingredient of a blocking key.
type part uint8

const (
	partGiven  part = iota // consonants of the given name
	partFamily             // consonants of the family name
	partFather             // consonants of the father's or husband's given name
	partBirth              // the full date
	partYears              // the year of birth, told or by age, in bands of four
	partSex
	partInitial // first consonant of the given name
	partMobile
	partHouse
	partStreet
	partArea // locality, else PIN
	partPIN
	partLocality
	partNames  // given and family name in either order
	partDay    // day and month of birth
	partPostal // where the PIN is of letters and digits, without its last part
	partEPIC
	partABHA
	partExtra // and on
)

// A Pass is a way of bringing records together: those that agree on its first parts form a block, and a block that is too
// large is split by the next part, and the next, as far as needed. So one plan serves a thousand records and ten million.
//
// Which blocks were split is part of the plan: under a frozen model a record's key depends on the record alone, so that the
// same pairs are compared whatever came before.
type Pass struct {
	Name  string
	First []part
	Then  []part
	Split map[uint32]uint32 // keys of blocks that were split, and into how many pieces; 0 for as many as the next part has values
}

const maxPasses = 24

// smallFile is up to how many records single fields are blocked on too: few records cost little, and a record with errors in
// three fields is found by the fourth.
const smallFile = 100_000

// plan lists the passes that the columns at hand allow, the most telling first: a pair belongs to the first that finds it.
func plan(t *table) []Pass {
	pass := func(name string, first []part, then ...part) Pass {
		return Pass{name, first, then, map[uint32]uint32{}}
	}
	all := []Pass{
		pass("ABHA number", []part{partABHA}),
		pass("voter card", []part{partEPIC}),
		pass("mobile", []part{partMobile}, partGiven, partFamily),
		pass("date of birth", []part{partBirth}, partGiven, partFamily),
		pass("house", []part{partHouse, partStreet}, partArea, partGiven),
		pass("given and family name", []part{partGiven}, partFamily, partFather, partYears, partArea),
		pass("given and father's name", []part{partGiven, partFather}, partYears, partArea, partSex),
		pass("given name and area", []part{partGiven, partArea}, partYears, partHouse, partFamily),
	}
	if t.houseCount == 0 { // matched households lead to the rest of their members; a list of lone people has no such help
		all = append(all, pass("family name and area", []part{partFamily, partArea}, partYears, partInitial, partFather, partHouse))
	}
	if t.streets.total == 0 {
		all[4] = pass("house", []part{partHouse, partArea}, partGiven)
	}
	if t.rows.n <= smallFile && t.houseCount == 0 {
		all = append(all,
			pass("names in either order", []part{partNames}, partYears),
			pass("family name", []part{partFamily}, partYears, partInitial),
			pass("given name", []part{partGiven}, partYears, partPostal),
			pass("day and month of birth", []part{partDay}, partInitial, partSex),
			pass("year of birth", []part{partYears}, partGiven, partPostal),
			pass("address", []part{partStreet}, partHouse, partYears),
			pass("PIN", []part{partPIN}, partHouse, partYears),
			pass("postal area", []part{partPostal}, partYears, partInitial),
			pass("locality", []part{partLocality}, partHouse, partYears),
		)
	}
	for k := range t.extra {
		all = append(all, pass("extra column", []part{partExtra + part(k)}, partGiven, partFamily, partArea))
	}
	var use []Pass
	for _, p := range all {
		missing := slices.ContainsFunc(p.First, func(f part) bool { return !t.has(f) })
		if missing || len(use) == maxPasses {
			continue
		}
		p.Then = slices.DeleteFunc(p.Then, func(f part) bool { return !t.has(f) })
		use = append(use, p)
	}
	return use
}

// has reports whether any record could give a key part.
func (t *table) has(p part) bool {
	switch p {
	case partGiven, partInitial:
		return t.names.givens > 0
	case partFamily:
		return t.names.families > 0
	case partNames:
		return t.names.families > 0 && t.names.givens > 0
	case partLocality:
		return t.localities.total > 0
	case partFather:
		return t.names.fathers > 0
	case partMobile:
		return t.mobiles.total > 0
	case partHouse:
		return t.houses.total > 0
	case partStreet:
		return t.streets.total > 0
	case partArea:
		return t.localities.total > 0 || t.pins.total > 0
	case partPIN, partPostal:
		return t.pins.total > 0
	case partEPIC:
		return t.epic != nil
	case partABHA:
		return t.abha != nil
	case partBirth, partYears, partDay, partSex:
		return true
	}
	return t.extra[p-partExtra] != nil
}

// part is the hashed value of one key part of a record, 0 where it has none. It depends on the text alone and not on the
// number that a dictionary gave it, so that it is the same in every run.
func (t *table) part(i uint32, p part) uint32 {
	r := t.row(i)
	switch p {
	case partGiven:
		return t.names.list[r.given].skeleton
	case partFamily:
		return t.names.list[r.family].skeleton
	case partFather:
		return t.names.list[r.father].skeleton
	case partNames:
		if r.given > 0 && r.family > 0 {
			return nonzero(t.names.list[r.given].skeleton + t.names.list[r.family].skeleton)
		}
	case partLocality:
		return t.localities.hash(r.locality)
	case partInitial:
		return t.initial(r.given)
	case partBirth:
		if r.birth.known() && r.birth.full() {
			return uint32(r.birth &^ (birthKind | birthHeap))
		}
	case partDay:
		if r.birth.known() && r.birth.full() && !r.birth.heaped() {
			return uint32(r.birth & 0x3fff)
		}
	case partYears:
		if r.birth.known() {
			return uint32(r.birth.year()/4) + 1
		}
	case partSex:
		return uint32(r.sex)
	case partMobile:
		return t.mobiles.hash(r.mobile)
	case partHouse:
		return t.houses.hash(r.house)
	case partStreet:
		return t.streets.hash(r.street)
	case partArea:
		if r.locality > 0 {
			return t.localities.hash(r.locality)
		}
		return t.pins.hash(r.pin)
	case partPIN:
		return t.pins.hash(r.pin)
	case partPostal:
		if area := postalArea(t.pins.text(r.pin)); area != "" {
			return hash32(area)
		}
	case partEPIC:
		return t.epics.hash(valueAt(t.epic, i))
	case partABHA:
		return t.abhas.hash(valueAt(t.abha, i))
	default:
		if k := int(p - partExtra); k < len(t.extra) {
			return t.extras[k].hash(valueAt(t.extra[k], i))
		}
	}
	return 0
}

// valueAt is a value of a sparse column.
func valueAt(column []uint32, i uint32) uint32 {
	if column == nil {
		return 0
	}
	return column[i]
}

func (t *table) initial(token uint32) uint32 {
	if s := t.names.text(token); s != "" {
		return uint32(s[0])
	}
	return 0
}

// blocks holds the final key of every record in every pass; 0 is none.
type blocks struct {
	t      *table
	passes []Pass
	keys   []uint32 // one for each pass, record by record
	limit  int
	report BlockReport
}

// A BlockReport says what was compared and what was not.
type BlockReport struct {
	Passes       []PassReport
	Compared     int64   // pairs compared, each once
	Left         int64   // pairs that agree on a whole key and were still too many to compare
	Spread       int64   // matches that no block brought together, but their households
	Completeness float64 // estimated share of the true pairs that were compared; 0 where it cannot be told
}

// A PassReport describes one blocking pass.
type PassReport struct {
	Name    string
	Blocks  int   // of two records or more
	Largest int   // records in the largest
	Split   int   // blocks too large to compare whole, split by a further key
	Pairs   int64 // pairs in blocks, before those of earlier passes are left out
	New     int64 // pairs first found here
	Matches int64 // of those, in one cluster at the end
}

// blockLimit is the largest block compared whole: small files can afford more.
func blockLimit(records int) int {
	return min(max(12_000_000/max(records, 1), 12), 1000)
}

// newBlocks plans the passes and splits what is too large; under a frozen plan it only looks the keys up.
func newBlocks(t *table, frozen []Pass) *blocks {
	t.hashTexts()
	defer t.dropHashes()
	b := &blocks{t: t, passes: frozen, limit: blockLimit(t.rows.n)}
	if frozen == nil {
		b.passes = plan(t)
	}
	b.keys = make([]uint32, t.rows.n*len(b.passes))
	list := make([]keyed, 0, t.rows.n)
	spare := make([]keyed, t.rows.n)
	for k, p := range b.passes {
		rep := PassReport{Name: p.Name}
		list = list[:0]
		for i := range uint32(t.rows.n) {
			if frozen != nil {
				b.keys[int(i)*len(b.passes)+k] = b.key(i, k)
			} else if h := b.first(i, p); h != 0 {
				list = append(list, keyed(h)<<32|keyed(i))
			}
		}
		if frozen == nil {
			eachRun(sortKeyed(list, spare), func(run []keyed) { b.split(k, run, p.Then, &rep, false) })
		} else {
			rep.Split = len(p.Split)
			eachRun(b.members(k, list, spare), func(run []keyed) { rep.block(len(run)) })
		}
		b.report.Passes = append(b.report.Passes, rep)
	}
	return b
}

// block counts a block of n records.
func (p *PassReport) block(n int) {
	if n < 2 {
		return
	}
	p.Blocks++
	p.Largest = max(p.Largest, n)
	p.Pairs += int64(n) * int64(n-1) / 2
}

// key is the final key of a record in pass k under the plan: it goes on to the next part wherever the plan split a block.
func (b *blocks) key(i uint32, k int) uint32 {
	p := &b.passes[k]
	h := b.first(i, *p)
	then := p.Then
	for h != 0 {
		pieces, split := p.Split[h]
		switch {
		case !split:
			return h
		case pieces > 0:
			return b.piece(h, i, k, pieces)
		case len(then) == 0: // no plan of ours
			return h
		}
		h = further(h, b.t.part(i, then[0]))
		then = then[1:]
	}
	return 0
}

// further is the key of a block's part in which the next value is v.
func further(key, v uint32) uint32 {
	return nonzero(uint32(mix(uint64(key)<<32^uint64(v)^0x9e37) >> 32))
}

// piece is the key of a block's part to which a record belongs by nothing but the hash of its id.
func (b *blocks) piece(key uint32, i uint32, k int, pieces uint32) uint32 {
	return nonzero(uint32(mix(uint64(key)<<20^mix(b.t.hash(i)+uint64(k))%uint64(pieces)) >> 32))
}

func (b *blocks) first(i uint32, p Pass) uint32 {
	if b.t.row(i).flags&(rowVoid|rowGone) != 0 {
		return 0
	}
	h := uint64(0x51)
	for _, f := range p.First {
		v := b.t.part(i, f)
		if v == 0 {
			return 0
		}
		h = mix(h ^ uint64(v))
	}
	return nonzero(uint32(h >> 32))
}

// eachRun calls f with every run of equal keys.
func eachRun(sorted []keyed, f func([]keyed)) {
	for i := 0; i < len(sorted); {
		j := i + 1
		for j < len(sorted) && sorted[j].key() == sorted[i].key() {
			j++
		}
		f(sorted[i:j])
		i = j
	}
}

// split gives the records of one block their key, dividing it by further parts while it is too large. Records that agree
// on every part are divided by a hash of their ids as a last resort, and the pairs so lost are counted.
func (b *blocks) split(k int, run []keyed, then []part, rep *PassReport, again bool) {
	if len(run) < 2 {
		return
	}
	if len(run) <= b.limit {
		for _, r := range run {
			b.keys[int(r.record())*len(b.passes)+k] = r.key()
		}
		rep.block(len(run))
		return
	}
	if !again {
		rep.Split++
	}
	list := make([]keyed, len(run))
	if len(then) == 0 {
		pieces := uint32((len(run) + b.limit - 1) / b.limit * 2)
		b.passes[k].Split[run[0].key()] = pieces
		for i, r := range run {
			list[i] = keyed(b.piece(r.key(), r.record(), k, pieces))<<32 | keyed(r.record())
		}
		n := int64(len(run))
		b.report.Left += n * (n - 1) / 2
		eachRun(sortKeyed(list, make([]keyed, len(list))), func(sub []keyed) {
			n := int64(len(sub))
			b.report.Left -= n * (n - 1) / 2
			for _, r := range sub {
				b.keys[int(r.record())*len(b.passes)+k] = r.key()
			}
			rep.block(len(sub))
		})
		return
	}
	b.passes[k].Split[run[0].key()] = 0
	for i, r := range run {
		list[i] = keyed(further(r.key(), b.t.part(r.record(), then[0])))<<32 | keyed(r.record())
	}
	eachRun(sortKeyed(list, make([]keyed, len(list))), func(sub []keyed) { b.split(k, sub, then[1:], rep, true) })
}

// members returns the records of pass k in order of their keys, those in a block of their own left out by eachRun's caller.
func (b *blocks) members(k int, list, spare []keyed) []keyed { return b.sample(k, 1, list, spare) }

// sample is members of one block in every, whole. They are drawn by their keys, which the order of the input does not change.
func (b *blocks) sample(k int, every uint64, list, spare []keyed) []keyed {
	list = list[:0]
	n := len(b.passes)
	for i := range uint32(b.t.rows.n) {
		h := b.keys[int(i)*n+k]
		if h != 0 && (every == 1 || mix(uint64(h)^uint64(k)<<32)%every == 0) {
			list = append(list, keyed(h)<<32|keyed(i))
		}
	}
	return sortKeyed(list, spare)
}

// earlier reports whether a pass before k brought x and y together.
func (b *blocks) earlier(x, y uint32, k int) bool {
	n := len(b.passes)
	kx, ky := b.keys[int(x)*n:int(x)*n+k], b.keys[int(y)*n:int(y)*n+k]
	for j := 0; j < k; j++ {
		if kx[j] == ky[j] && kx[j] != 0 {
			return true
		}
	}
	return false
}

// mark notes on each pair which passes brought it together.
func (b *blocks) mark(edges []edge) {
	n := len(b.passes)
	for i := range edges {
		e := &edges[i]
		for k := range n {
			if x := b.keys[int(e.a)*n+k]; x != 0 && x == b.keys[int(e.b)*n+k] {
				e.passes |= 1 << k
			}
		}
	}
}

// reach notes which passes found the matches, and estimates from it how many true pairs nothing brought together. Households
// that met over one member had all the others compared, so only pairs that stood alone can have been missed. Of these the
// passes that need a name and those that need none are two samples: of what one found, the share that the other found too is
// the other's share of all (Petersen 1896). Each pair counts by its probability. What is spelt otherwise everywhere is found by
// neither: the estimate leans to the hopeful side.
func (b *blocks) reach(edges []edge, together func(e edge) bool) {
	const byName, byOther = 1, 2
	ways := make([]int, len(b.passes))
	for k, p := range b.passes {
		ways[k] = byOther
		if slices.ContainsFunc(p.First, func(f part) bool { return f <= partFather || f == partInitial || f == partNames }) {
			ways[k] = byName
		}
	}
	var alone [byName | byOther + 1]float64
	all := 0.0
	for _, e := range edges {
		match, found := together(e), 0
		for k := range b.passes {
			if e.passes&(1<<k) != 0 {
				if found == 0 && match {
					b.report.Passes[k].Matches++
				}
				found |= ways[k]
			}
		}
		if match && found == 0 {
			b.report.Spread++
		}
		p := probability(float64(e.odds))
		all += p
		if !e.met {
			alone[found] += p
		}
	}
	if all < 20 {
		return // too few to tell
	}
	missed := alone[byName] * alone[byOther] / max(alone[byName|byOther], 1)
	b.report.Completeness = all / (all + missed)
}
