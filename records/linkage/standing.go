package linkage

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
)

// A Standing is what a run leaves for the next: the records, packed; the keys under which they are compared; the pairs worth
// remembering; the person of each; and the frozen model. Extend compares new records with it.
//
// It is saved as a stream of frames, little-endian: the first is whole, and each run that extends it appends another.
//
//	frame   = kind model rows-before rows-after texts… rows columns… ids hashes keys gone edges persons end
//	kind    = 'S' 'L' 'K' version: the first frame of a stream; 'S' 'L' 'K' '+': one that is appended
//	model   = JSON, empty in a frame that is appended
//	texts   = for each dictionary how many it held before, and the texts that were added
//	gone    = rows that another row stands for now, or none: their edges go with them
//	persons = pairs of a row and the row whose id names its person
type Standing struct {
	t     *table
	m     *Model
	keys  []uint32
	edges []edge
	sizes []int // of the dictionaries, as saved
}

// Model is the frozen model.
func (s *Standing) Model() *Model { return s.m }

// Rows is how many rows are kept, those among them for which others stand now.
func (s *Standing) Rows() int { return s.t.rows.n }

const (
	frameWhole = 'S' | 'L'<<8 | 'K'<<16 | '1'<<24
	frameMore  = 'S' | 'L'<<8 | 'K'<<16 | '+'<<24
	frameEnd   = 0x2e444e45 // "END."

	mostRows = math.MaxUint32 - 1
	mostText = 1 << 30
)

// symbolTables are the dictionaries whose numbers stand in rows.
func (t *table) symbolTables() []*symbols {
	list := []*symbols{t.names.words, t.households}
	for _, d := range t.dictionaries() {
		list = append(list, d.values)
	}
	return list
}

// Save writes what the next run needs: everything after Link with Options.Keep, and after Extend what is to be appended to
// what its Standing was restored from.
func (r *Result) Save(w io.Writer) error {
	l := r.l
	t := l.t
	if t.households == nil {
		return fmt.Errorf("saving a linkage that was not kept")
	}
	p := newPacker(w)
	sizes := r.sizes
	if sizes == nil {
		p.number(frameWhole)
		model, err := json.Marshal(l.m)
		if err != nil {
			return fmt.Errorf("saving the model: %w", err)
		}
		p.bytes(model)
		p.number(uint32(len(t.extra)))
		sizes = make([]int, len(t.symbolTables()))
		for i := range sizes {
			sizes[i] = 1
		}
	} else {
		p.number(frameMore)
	}
	p.number(t.from)
	p.number(uint32(t.rows.n))
	for i, y := range t.symbolTables() {
		p.number(uint32(sizes[i]))
		p.number(uint32(y.len()))
		for n := sizes[i]; n < y.len(); n++ {
			p.bytes([]byte(y.at(uint32(n))))
		}
	}
	for i := t.from; i < uint32(t.rows.n); i++ {
		c := t.row(i).packed()
		p.numbers(c[:])
	}
	for _, column := range append([][]uint32{t.epic, t.abha}, t.extra...) {
		if column != nil {
			p.list(column[t.from:])
		} else {
			p.list(nil)
		}
	}
	for i := t.from; i < uint32(t.rows.n); i++ {
		p.bytes([]byte(t.ids.at(i)))
	}
	for k := range l.b.passes { // records alone in their block have no key yet
		for i := t.from; i < uint32(t.rows.n); i++ {
			if at := &l.b.keys[int(i)*len(l.b.passes)+k]; *at == 0 {
				*at = l.b.key(i, k)
			}
		}
	}
	p.list(l.b.keys[int(t.from)*len(l.b.passes):])
	p.list(l.gone)
	p.number(uint32(len(r.fresh)))
	for _, e := range r.fresh {
		p.numbers([]uint32{e.a, e.b, math.Float32bits(e.odds), math.Float32bits(e.home), uint32(e.pattern), uint32(e.pattern >> 32)})
	}
	var persons []uint32
	for i, m := range r.person {
		if t.row(uint32(i)).flags&rowGone == 0 && (t.person == nil || uint32(i) >= t.from || t.person[i] != m) {
			persons = append(persons, uint32(i), m)
		}
	}
	p.list(persons)
	p.number(frameEnd)
	return p.close()
}

// packed is a row in sixteen numbers.
func (r *row) packed() [16]uint32 {
	return [16]uint32{
		r.given, r.family, r.mid, r.altGiven, r.altFamily, r.father, r.mobile, r.house, r.street, r.locality, r.pin, r.ward,
		uint32(r.birth), r.household, r.line, uint32(r.sex) | uint32(r.kin)<<8 | uint32(r.flags)<<16,
	}
}

func unpackRow(c [16]uint32) row {
	return row{
		given: c[0], family: c[1], mid: c[2], altGiven: c[3], altFamily: c[4], father: c[5], mobile: c[6], house: c[7], street: c[8],
		locality: c[9], pin: c[10], ward: c[11], birth: birth(c[12]), household: c[13], line: c[14],
		sex: uint8(c[15]), kin: kin(c[15] >> 8), flags: uint8(c[15] >> 16),
	}
}

// Restore reads what Save wrote. Damage, and what another version wrote, is an error: then everything has to be linked anew.
func Restore(r io.Reader) (*Standing, error) {
	s := &Standing{}
	u := newUnpacker(r)
	for first := true; first || u.more(); first = false {
		if err := s.frame(u, first); err != nil {
			return nil, fmt.Errorf("reading the linkage that stands: %w", err)
		}
	}
	if u.err != nil {
		return nil, fmt.Errorf("reading the linkage that stands: %w", u.err)
	}
	for _, y := range s.t.symbolTables() {
		s.sizes = append(s.sizes, y.len())
	}
	s.t.from = uint32(s.t.rows.n)
	return s, nil
}

func (s *Standing) frame(u *unpacker, first bool) error {
	switch kind := u.number(); {
	case first && kind == frameWhole:
		s.m = &Model{}
		if err := json.Unmarshal(u.bytes(nil, mostText), s.m); u.err == nil && (err != nil || s.m.Version != ModelVersion) {
			return errPacked
		}
		s.t = newTable(u.count(MaxExtra))
	case first || kind != frameMore:
		u.fail(errPacked)
		return u.err
	}
	t := s.t
	if from := u.number(); int(from) != t.rows.n || u.err != nil {
		u.fail(errPacked)
		return u.err
	}
	n := u.count(mostRows)
	s.texts(u)
	for t.rows.n < n && u.err == nil {
		var c [16]uint32
		u.numbers(c[:])
		t.rows.add(unpackRow(c))
	}
	s.columns(u, n)
	var id []byte
	for t.idHash.n < n && u.err == nil {
		id = u.bytes(id, longestID)
		t.ids.add(string(id))
		t.idHash.add(hashID(string(id)))
	}
	s.keys = append(s.keys, u.list(math.MaxUint32)...)
	s.drop(u.list(n))
	for m := u.count(math.MaxUint32); m > 0 && u.err == nil; m-- {
		var c [6]uint32
		u.numbers(c[:])
		s.edges = append(s.edges, edge{
			a: c[0], b: c[1], odds: math.Float32frombits(c[2]), home: math.Float32frombits(c[3]), pattern: pattern(c[4]) | pattern(c[5])<<32,
		})
	}
	t.person = grow(t.person, n, nobody)
	persons := u.list(2 * n)
	for i := 0; i+1 < len(persons); i += 2 {
		if int(persons[i]) >= n || int(persons[i+1]) >= n {
			return errPacked
		}
		t.person[persons[i]] = persons[i+1]
	}
	if u.number() != frameEnd {
		u.fail(errPacked)
	}
	return s.sound(u, n)
}

// texts adds to the dictionaries.
func (s *Standing) texts(u *unpacker) {
	var text []byte
	for i, y := range s.t.symbolTables() {
		if before := int(u.number()); before != y.len() {
			u.fail(errPacked)
		}
		for n := u.count(mostRows); y.len() < n && u.err == nil; {
			text = u.bytes(text, mostText)
			if _, fresh := y.add(string(text)); !fresh {
				u.fail(errPacked)
				return
			}
			switch {
			case i == 0:
				s.t.names.describe(string(text))
			case i >= 2:
				d := s.t.dictionaries()[i-2]
				d.counts = append(d.counts, 0)
			}
		}
	}
}

// columns reads the values that few rows have.
func (s *Standing) columns(u *unpacker, n int) {
	t := s.t
	columns := []*[]uint32{&t.epic, &t.abha}
	for k := range t.extra {
		columns = append(columns, &t.extra[k])
	}
	for _, c := range columns {
		added := u.list(n)
		if len(added) == 0 && *c == nil {
			continue
		}
		*c = append(grow(*c, n-len(added), 0), added...)
		*c = grow(*c, n, 0)
	}
}

// grow lengthens a list to n values.
func grow(list []uint32, n int, value uint32) []uint32 {
	for len(list) < n {
		list = append(list, value)
	}
	return list
}

// drop takes rows and their edges away.
func (s *Standing) drop(rows []uint32) {
	for _, i := range rows {
		if int(i) < s.t.rows.n {
			s.t.row(i).flags |= rowGone
		}
	}
	if len(rows) > 0 {
		kept := s.edges[:0]
		for _, e := range s.edges {
			if (s.t.row(e.a).flags|s.t.row(e.b).flags)&rowGone == 0 {
				kept = append(kept, e)
			}
		}
		s.edges = kept
	}
}

// sound reports numbers that point nowhere.
func (s *Standing) sound(u *unpacker, n int) error {
	if u.err != nil {
		return u.err
	}
	t := s.t
	if t.rows.n != n || t.idHash.n != n || len(s.keys) != n*len(s.m.Passes) {
		return errPacked
	}
	most := [16]int{}
	for i, y := range []*symbols{
		t.names.words, t.names.words, t.names.words, t.names.words, t.names.words, t.names.words, t.mobiles.values, t.houses.values,
		t.streets.values, t.localities.values, t.pins.values, t.wards.values,
	} {
		most[i] = y.len()
	}
	most[13] = t.households.len()
	for i := range uint32(n) {
		c := t.row(i).packed()
		for k, m := range most {
			if m > 0 && int(c[k]) >= m {
				return errPacked
			}
		}
	}
	for _, e := range s.edges {
		if int(e.a) >= n || int(e.b) >= n {
			return errPacked
		}
	}
	return nil
}
