package linkage

import (
	"context"
	"errors"
	"fmt"
	"iter"
)

// A row is one record, packed: dictionary numbers in place of text, 0 where a value is missing. 64 bytes, a cache line.
type row struct {
	given, family, mid  uint32 // of the name
	altGiven, altFamily uint32 // of the name in the second script, where it says something else
	father              uint32 // given name of father or husband
	mobile              uint32
	house, street       uint32
	locality, pin, ward uint32
	birth               birth
	household           uint32
	line                uint32
	sex                 uint8
	kin                 kin
	flags               uint8
	_                   uint8
}

const (
	rowVoid = 1 << iota // no name but a junk word: never in a cluster
)

// A table holds all records, packed, and the dictionaries they refer to.
type table struct {
	rows   column[row]
	epic   []uint32 // parallel to rows, or nil where no record has one
	abha   []uint32
	extra  [][]uint32 // one column for each of Options.Extra
	ids    idStore
	idHash column[uint32]

	names                                *tokens
	mobiles, houses, streets, localities *texts
	pins, wards, epics, abhas            *texts
	extras                               []*texts
	houseCount                           uint32
	rowsOf                               []uint32 // record numbers by household
	rowsFrom                             []uint32 // where each household's begin in rowsOf
	sharers                              []uint32 // households (or records) that share each mobile

	sharing map[string]float64 // Model.Sharing

	reading *reading // nil when all is read
}

// reading is what only reading needs.
type reading struct {
	names         *lexicon
	fatherFamily  []uint32 // the other word of the father's name, by record
	whole         []uint8  // which names came as one text and may be turned about
	relations     *symbols
	kins          []kin // by relation
	households    *symbols
	lastHousehold []byte
	lastNo        uint32
}

// ErrRecord says that the input cannot be linked as it stands: an id is missing or comes twice.
var ErrRecord = errors.New("record cannot be linked")

func newTable(extra int) *table {
	t := &table{
		names: newTokens(), mobiles: newCodes(standardMobile), houses: newTexts(standardHouse), streets: newTexts(standardAddress),
		localities: newTexts(standardAddress), pins: newCodes(standardCode), wards: newCodes(standardCode), epics: newCodes(standardCode),
		abhas: newCodes(standardCode),
	}
	t.reading = &reading{names: newLexicon(t.names), households: newSymbols(), relations: newSymbols(), kins: make([]kin, 1)}
	for range extra {
		t.extras = append(t.extras, newTexts(plainText))
		t.extra = append(t.extra, nil)
	}
	return t
}

func (t *table) row(i uint32) *row { return t.rows.at(i) }

// hash is the hash of a record's id: it stands for the record wherever an order is needed that input order does not change.
func (t *table) hash(i uint32) uint64 { return mix(uint64(*t.idHash.at(i))) }

// readTable packs all records. It checks ctx now and then.
func readTable(ctx context.Context, records iter.Seq2[Record, error], extra int, m *Model) (*table, error) {
	t := newTable(extra)
	for r, err := range records {
		if err != nil {
			return nil, fmt.Errorf("record %d: %w", t.rows.n+1, err)
		}
		if t.rows.n&0xfff == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if r.ID == "" {
			return nil, fmt.Errorf("record %d has no id: %w", t.rows.n+1, ErrRecord)
		}
		if len(r.ID) > longestID {
			return nil, fmt.Errorf("record %d has an id of %d bytes: %w", t.rows.n+1, len(r.ID), ErrRecord)
		}
		t.add(&r)
	}
	if err := t.finish(m); err != nil {
		return nil, err
	}
	return t, nil
}

func (t *table) add(r *Record) {
	n := t.reading.name(r)
	alt := t.reading.names.fullName(r.FullNameAlt)
	if n.given == 0 && n.family == 0 && !n.junk {
		n, alt = alt, name{}
	}
	if alt.given == n.given && alt.family == n.family {
		alt = name{}
	}
	father := t.reading.names.fullName(r.FatherOrHusband)
	w := row{
		given: n.given, family: n.family, mid: n.mid, altGiven: alt.given, altFamily: alt.family, father: father.given,
		mobile: t.mobiles.add(r.Mobile), house: t.houses.add(r.HouseNo), street: t.streets.add(r.Address),
		locality: t.localities.add(r.Locality), pin: t.pins.add(r.PIN), ward: t.wards.add(r.Ward),
		birth: newBirth(r), sex: sexOf(r.Sex), kin: t.reading.kin(r.Relation),
	}
	if w.father == 0 {
		w.father = n.father
	}
	t.reading.fatherFamily = append(t.reading.fatherFamily, father.family)
	t.reading.whole = append(t.reading.whole, uint8(level(r.GivenName == "" && r.FamilyName == "", 1, 0)))
	if n.junk {
		w.flags |= rowVoid
	}
	w.household = t.reading.household(r.Household)
	if r.Line != "" {
		w.line = hash32(r.Line)
	}
	i := t.rows.n
	t.rows.add(w)
	t.epic = sparse(t.epic, i, t.epics.add(r.EPIC))
	t.abha = sparse(t.abha, i, t.abhas.add(r.ABHA))
	for k := range t.extra {
		if k < len(r.Extra) {
			t.extra[k] = sparse(t.extra[k], i, t.extras[k].add(r.Extra[k]))
		}
	}
	t.ids.add(r.ID)
	t.idHash.add(uint32(hash64(r.ID) >> 32))
}

// sparse sets column[i], leaving a column that holds nothing nil.
func sparse(column []uint32, i int, v uint32) []uint32 {
	if column == nil && v == 0 {
		return nil
	}
	for len(column) < i {
		column = append(column, 0)
	}
	return append(column, v)
}

func (rd *reading) household(s string) uint32 {
	if s != string(rd.lastHousehold) {
		rd.lastHousehold = append(rd.lastHousehold[:0], s...)
		rd.lastNo, _ = rd.households.add(s)
	}
	return rd.lastNo
}

func (rd *reading) kin(relation string) kin {
	n, fresh := rd.relations.add(relation)
	if fresh {
		rd.kins = append(rd.kins, kinOf(relation))
	}
	return rd.kins[n]
}

func (rd *reading) name(r *Record) name {
	if r.GivenName == "" && r.FamilyName == "" {
		return rd.names.fullName(r.FullName)
	}
	return rd.names.apartName(r.GivenName, r.FamilyName)
}

// finish drops what only reading needed, counts, and groups rows by household.
func (t *table) finish(m *Model) error {
	t.houseCount = uint32(t.reading.households.len() - 1)
	t.groupHouseholds()
	if m != nil {
		t.sharing = m.Sharing
	} else {
		t.sharing = t.learnClans()
	}
	t.turnNames(t.sharing)
	t.reading = nil
	t.names.count(&t.rows)
	t.names.words.close()
	t.names.sounds.close()
	n := t.rows.n
	for _, c := range []*[]uint32{&t.epic, &t.abha} {
		if *c != nil {
			*c = pad(*c, n)
		}
	}
	for k := range t.extra {
		if t.extra[k] != nil {
			t.extra[k] = pad(t.extra[k], n)
		}
	}
	for _, d := range append([]*texts{t.mobiles, t.houses, t.streets, t.localities, t.pins, t.wards, t.epics, t.abhas}, t.extras...) {
		d.close()
	}
	t.countSharers()
	return t.checkIDs()
}

func pad(c []uint32, n int) []uint32 {
	for len(c) < n {
		c = append(c, 0)
	}
	return c
}

func (t *table) groupHouseholds() {
	if t.houseCount == 0 {
		return
	}
	t.rowsFrom = make([]uint32, t.houseCount+2)
	for i := range uint32(t.rows.n) {
		if h := t.row(i).household; h > 0 {
			t.rowsFrom[h+1]++
		}
	}
	for h := 1; h < len(t.rowsFrom); h++ {
		t.rowsFrom[h] += t.rowsFrom[h-1]
	}
	t.rowsOf = make([]uint32, t.rowsFrom[t.houseCount+1])
	next := append([]uint32(nil), t.rowsFrom...)
	for i := range uint32(t.rows.n) {
		if h := t.row(i).household; h > 0 {
			t.rowsOf[next[h]] = uint32(i)
			next[h]++
		}
	}
}

// members are the record numbers of one household.
func (t *table) members(h uint32) []uint32 {
	return t.rowsOf[t.rowsFrom[h]:t.rowsFrom[h+1]]
}

// countSharers counts for each mobile the households that give it; a record without a household counts as one.
func (t *table) countSharers() {
	t.sharers = make([]uint32, t.mobiles.values.len())
	for h := uint32(1); h <= t.houseCount; h++ {
		m := t.members(h)
		for i, a := range m {
			mob := t.row(a).mobile
			seen := mob == 0
			for _, b := range m[:min(i, 64)] {
				seen = seen || t.row(b).mobile == mob
			}
			if !seen {
				t.sharers[mob]++
			}
		}
	}
	for i := range uint32(t.rows.n) {
		if t.row(i).household == 0 {
			t.sharers[t.row(i).mobile]++
		}
	}
}

func (t *table) checkIDs() error {
	list := make([]keyed, t.rows.n)
	for i := range list {
		list[i] = keyed(*t.idHash.at(uint32(i)))<<32 | keyed(i)
	}
	var err error
	eachRun(sortKeyed(list, make([]keyed, len(list))), func(run []keyed) {
		for i := range run {
			for j := range i {
				a, b := run[j].record(), run[i].record()
				if t.ids.at(a) == t.ids.at(b) {
					err = fmt.Errorf("records %d and %d have one id: %w", a+1, b+1, ErrRecord)
				}
			}
		}
	})
	return err
}
