package linkage

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"strings"
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
	rowVoid     = 1 << iota // no name but a junk word: never in a cluster
	rowGone                 // another row stands in its place, or none
	rowForename             // altGiven is a further forename
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
	person                               []uint32 // the row whose id named each row's person before this run, or nobody; nil if none did
	sharers                              []uint32 // households (or records) that share each mobile

	exchange *exchange

	sharing     map[string]float64 // Model.Sharing
	communities *communities       // Model.Communities

	from       uint32   // the first row that is read now; those before stood already
	households *symbols // ids of the listings; nil when all is read, unless they are wanted
	reading    *reading // nil when all is read
}

// nobody stands for no row.
const nobody = math.MaxUint32

// reading is what only reading needs: names already parsed, by how they were written.
type reading struct {
	full          *memory
	words         *memory  // that are not of ASCII
	latin         []string // of each, by number
	line          []byte   // scratch
	given, family *symbols
	fullNames     column[name]
	apartNames    map[uint64]name // by numbers of given and family
	second        []secondWords
	fatherSecond  []uint32 // name.second of the father's name, by record
	whole         []uint8  // which names came as one text and may be turned about
	relations     *symbols
	kins          []kin // by relation
	lastHousehold []byte
	lastNo        uint32
	persons       map[uint32]string // of rows whose person has another row's id
}

// secondWords are name.second of a record's names, where they are more than the family names.
type secondWords struct {
	at        int // as whole is numbered
	name, alt uint32
}

func newReading() *reading {
	rd := &reading{
		full: newMemory(), words: newMemory(), latin: make([]string, 1), given: newSymbols(), family: newSymbols(), apartNames: map[uint64]name{},
		relations: newSymbols(), kins: make([]kin, 1), persons: map[uint32]string{},
	}
	rd.fullNames.add(name{}) // of the empty text
	return rd
}

// ErrRecord says that the input cannot be linked as it stands: an id is missing or comes twice.
var ErrRecord = errors.New("record cannot be linked")

func newTable(extra int) *table {
	t := &table{
		names: newTokens(), mobiles: newCodes(standardMobile), houses: newTexts(standardHouse), streets: newTexts(standardAddress),
		localities: newTexts(standardAddress), pins: newCodes(standardCode), wards: newCodes(standardCode), epics: newCodes(standardCode),
		abhas:      newCodes(standardCode),
		households: newSymbols(),
		reading:    newReading(),
	}
	for range extra {
		t.extras = append(t.extras, newTexts(plainText))
		t.extra = append(t.extra, nil)
	}
	return t
}

func (t *table) row(i uint32) *row { return t.rows.at(i) }

// hash is the hash of a record's id: it stands for the record wherever an order is needed that input order does not change.
func (t *table) hash(i uint32) uint64 { return mix(uint64(*t.idHash.at(i))) }

// read packs all records. It checks ctx now and then.
func (t *table) read(ctx context.Context, records iter.Seq2[Record, error]) error {
	ahead := make([]Record, 0, readAhead)
	for r, err := range records {
		n := t.rows.n - int(t.from) + len(ahead) + 1
		if err != nil {
			return fmt.Errorf("record %d: %w", n, err)
		}
		if n&0xfff == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if r.ID == "" {
			return fmt.Errorf("record %d has no id: %w", n, ErrRecord)
		}
		if len(r.ID) > longestID {
			return fmt.Errorf("record %d has an id of %d bytes: %w", n, len(r.ID), ErrRecord)
		}
		if ahead = append(ahead, r); len(ahead) == readAhead {
			t.addAll(ahead)
			ahead = ahead[:0]
		}
	}
	t.addAll(ahead)
	return nil
}

func (t *table) addAll(list []Record) {
	_ = t.reading.fetch(list, t.mobiles.values)
	for i := range list {
		t.add(&list[i])
	}
}

func (t *table) add(r *Record) {
	n := t.name(r)
	alt := t.parse(r.FullNameAlt)
	if r.FullNameAlt == "" && (r.GivenName != "" || r.FamilyName != "") {
		alt = t.parse(r.FullName)
	}
	n, alt = n.beside(alt)
	father := t.parse(r.FatherOrHusband)
	w := row{
		given: n.given, family: n.family, mid: n.mid, altGiven: alt.given, altFamily: alt.family, father: father.given,
		mobile: t.mobiles.add(r.Mobile), house: t.houses.add(r.HouseNo), street: t.streets.add(r.Address),
		locality: t.localities.add(r.Locality), pin: t.pins.add(r.PIN), ward: t.wards.add(r.Ward),
		birth: newBirth(r), sex: sexOf(r.Sex), kin: t.reading.kin(r.Relation),
	}
	if w.father == 0 {
		w.father = n.father
	}
	rd := t.reading
	if n.second != n.family || alt.second != alt.family {
		rd.second = append(rd.second, secondWords{len(rd.whole), n.second, alt.second})
	}
	rd.fatherSecond = append(rd.fatherSecond, father.second)
	t.reading.whole = append(t.reading.whole, uint8(level(r.GivenName == "" && r.FamilyName == "", 1, 0)))
	if n.junk || n.given == 0 && n.family == 0 && isDash(r) {
		w.flags |= rowVoid
	}
	if alt.other.forename {
		w.flags |= rowForename
	}
	w.household = t.household(r.Household)
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
	t.idHash.add(hashID(r.ID))
	switch r.Person {
	case "":
	case r.ID: // most people are alone
		t.person = append(grow(t.person, i, nobody), uint32(i))
	default:
		t.reading.persons[uint32(i)] = r.Person
	}
}

func hashID(id string) uint32 { return uint32(hash64(id) >> 32) }

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

func (t *table) household(s string) uint32 {
	rd := t.reading
	if s != string(rd.lastHousehold) {
		rd.lastHousehold = append(rd.lastHousehold[:0], s...)
		rd.lastNo, _ = t.households.add(s)
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

func (t *table) name(r *Record) name {
	if r.GivenName == "" && r.FamilyName == "" {
		return t.parse(r.FullName)
	}
	rd := t.reading
	g, _ := rd.given.add(r.GivenName)
	f, _ := rd.family.add(r.FamilyName)
	key := uint64(g)<<32 | uint64(f)
	n, ok := rd.apartNames[key]
	if !ok {
		n = t.names.apartName(rd.toLatin(r.GivenName), rd.toLatin(r.FamilyName))
		rd.apartNames[key] = n
	}
	return n
}

func (t *table) parse(full string) name {
	rd := t.reading
	n, fresh := rd.full.add(full)
	switch {
	case fresh:
		rd.fullNames.add(t.names.fullName(rd.toLatin(full)))
	case n == 0 && full != "":
		return t.names.fullName(rd.toLatin(full))
	}
	return *rd.fullNames.at(n)
}

// toLatin is toLatin word by word: no script reads a word otherwise for its neighbours, and the names of a city are put together
// from few words.
func (rd *reading) toLatin(s string) string {
	if isASCII(s) {
		return asciiLatin(s)
	}
	rd.line = rd.line[:0]
	for word := range strings.FieldsSeq(s) {
		n, fresh := rd.words.add(word)
		if fresh {
			rd.latin = append(rd.latin, toLatin(word))
		}
		latin := rd.latin[n]
		if n == 0 {
			latin = toLatin(word)
		}
		if len(rd.line) > 0 && latin != "" {
			rd.line = append(rd.line, ' ')
		}
		rd.line = append(rd.line, latin...)
	}
	return string(rd.line)
}

// finish drops what only reading needed, counts, and groups rows by household. The ids of the listings stay if keep is set.
func (t *table) finish(m *Model, keep bool) error {
	t.houseCount = uint32(t.households.len() - 1)
	t.groupHouseholds()
	if m != nil {
		t.sharing = m.Sharing
	} else {
		t.sharing = t.learnClans()
	}
	t.turnNames(t.sharing)
	if m != nil {
		t.communities = m.Communities
	} else {
		t.communities = learnCommunities(t)
	}
	t.namePersons()
	t.reading = nil
	if keep {
		t.households.close()
	} else {
		t.households = nil
	}
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
	for _, d := range t.dictionaries() {
		d.close()
	}
	t.exchange = newExchange(t)
	t.sharers = make([]uint32, t.mobiles.values.len())
	if m == nil {
		t.countSharers()
	}
	return t.checkIDs()
}

// dictionaries are those of the text columns.
func (t *table) dictionaries() []*texts {
	return append([]*texts{t.mobiles, t.houses, t.streets, t.localities, t.pins, t.wards, t.epics, t.abhas}, t.extras...)
}

// hashTexts keeps the hash of every text at hand until dropHashes.
func (t *table) hashTexts() {
	for _, d := range t.dictionaries() {
		d.hashes = make([]uint32, d.values.len())
		for n := 1; n < len(d.hashes); n++ {
			d.hashes[n] = hash32(d.text(uint32(n)))
		}
	}
}

func (t *table) dropHashes() {
	for _, d := range t.dictionaries() {
		d.hashes = nil
	}
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
		if h := t.row(i).listed(); h > 0 {
			t.rowsFrom[h+1]++
		}
	}
	for h := 1; h < len(t.rowsFrom); h++ {
		t.rowsFrom[h] += t.rowsFrom[h-1]
	}
	t.rowsOf = make([]uint32, t.rowsFrom[t.houseCount+1])
	next := append([]uint32(nil), t.rowsFrom...)
	for i := range uint32(t.rows.n) {
		if h := t.row(i).listed(); h > 0 {
			t.rowsOf[next[h]] = uint32(i)
			next[h]++
		}
	}
}

// living counts the rows that stand.
func (t *table) living() int {
	n := 0
	for i := range uint32(t.rows.n) {
		if t.row(i).flags&rowGone == 0 {
			n++
		}
	}
	return n
}

// listed is the household whose listing a row stands in, 0 for none.
func (r *row) listed() uint32 {
	if r.flags&rowGone != 0 {
		return 0
	}
	return r.household
}

// members are the record numbers of one household.
func (t *table) members(h uint32) []uint32 {
	return t.rowsOf[t.rowsFrom[h]:t.rowsFrom[h+1]]
}

// countSharers counts for each mobile the households that give it; a record without a household counts as one.
func (t *table) countSharers() {
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
	list := make([]keyed, 0, t.rows.n)
	for i := range uint32(t.rows.n) {
		if t.row(i).flags&rowGone == 0 {
			list = append(list, keyed(*t.idHash.at(i))<<32|keyed(i))
		}
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
