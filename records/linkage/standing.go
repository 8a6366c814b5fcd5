package linkage

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
)

// A Standing is what a run leaves for the next: the records, packed; the keys under which they are compared; the pairs worth
// remembering; the person of each; and the frozen model. Extend compares new records with it.
//
// It is saved as a stream of frames, little-endian: the first is whole, and each run that extends it appends another. A list is
// its length and its values.
//
//	frame   = kind model rows-before rows-after dictionaries rows columns ids hashes keys gone edges persons END. checksum
//	kind    = 'S' 'L' 'K' version: the first frame of a stream; 'S' 'L' 'K' '+': one that is appended
//	model   = JSON and the number of extra columns; left out of a frame that is appended
//	dictionary = how many texts it held before, the lengths of those added, and all their bytes
//	ids     = bytes as idStore keeps them
//	gone    = rows that another row stands for now, or none: their edges go with them
//	persons = pairs of a row and the row whose id names its person, where that is not the row itself, or was another before
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

	rowNumbers  = 16
	edgeNumbers = 6
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
	n := uint32(t.rows.n)
	p.numbers([]uint32{t.from, n})
	for i, y := range t.symbolTables() {
		p.number(uint32(sizes[i]))
		lengths := make([]uint32, 0, y.len()-sizes[i])
		for k := sizes[i]; k < y.len(); k++ {
			lengths = append(lengths, y.ends[k]-y.ends[k-1])
		}
		p.list(lengths)
		p.bytes([]byte(y.whole[y.ends[sizes[i]-1]:]))
	}
	for i := t.from; i < n; i++ {
		c := t.row(i).packed()
		p.numbers(c[:])
	}
	for _, column := range append([][]uint32{t.epic, t.abha}, t.extra...) {
		if column != nil {
			column = column[t.from:]
		}
		p.list(column)
	}
	for i := t.from; i < n; i++ {
		p.raw(t.ids.coded(i))
	}
	hashes := make([]uint32, 0, n-t.from)
	for i := t.from; i < n; i++ {
		hashes = append(hashes, *t.idHash.at(i))
	}
	p.numbers(hashes)
	l.b.complete(t.from)
	p.list(l.b.keys[int(t.from)*len(l.b.passes):])
	p.list(l.gone)
	p.number(uint32(len(r.fresh)))
	for _, e := range r.fresh {
		p.numbers([]uint32{e.a, e.b, math.Float32bits(e.odds), math.Float32bits(e.home), uint32(e.pattern), uint32(e.pattern >> 32)})
	}
	p.list(r.renamed())
	p.number(frameEnd)
	return p.close()
}

// complete computes the keys of the rows from one on that stand alone in their block, which Link leaves out.
func (b *blocks) complete(from uint32) {
	if from == 0 { // else they are few
		b.t.hashTexts()
		defer b.t.dropHashes()
	}
	for k := range b.passes {
		for i := from; i < uint32(b.t.rows.n); i++ {
			if at := &b.keys[int(i)*len(b.passes)+k]; *at == 0 {
				*at = b.key(i, k)
			}
		}
	}
}

// renamed lists the rows, each with the row that names its person, of which Restore would not know it.
func (r *Result) renamed() (list []uint32) {
	t := r.l.t
	for i, m := range r.person {
		i := uint32(i)
		if t.row(i).flags&rowGone != 0 {
			continue
		}
		if i >= t.from && m != i || i < t.from && r.l.stood[i] != m {
			list = append(list, i, m)
		}
	}
	return list
}

// packed is a row in sixteen numbers.
func (r *row) packed() [rowNumbers]uint32 {
	return [rowNumbers]uint32{
		r.given, r.family, r.mid, r.altGiven, r.altFamily, r.father, r.mobile, r.house, r.street, r.locality, r.pin, r.ward,
		uint32(r.birth), r.household, r.line, uint32(r.sex) | uint32(r.kin)<<8 | uint32(r.flags)<<16,
	}
}

func unpackRow(b []byte) row {
	at := func(i int) uint32 { return binary.LittleEndian.Uint32(b[4*i:]) }
	last := at(15)
	return row{
		given: at(0), family: at(1), mid: at(2), altGiven: at(3), altFamily: at(4), father: at(5), mobile: at(6), house: at(7), street: at(8),
		locality: at(9), pin: at(10), ward: at(11), birth: birth(at(12)), household: at(13), line: at(14),
		sex: uint8(last), kin: kin(last >> 8), flags: uint8(last >> 16),
	}
}

// Restore reads what Save wrote, size bytes of it. What is damaged, and what another version wrote, is ErrStanding: then
// everything has to be linked anew.
func Restore(r io.Reader, size int64) (*Standing, error) {
	return restore(newUnpacker(r, size), nil, 0)
}

// restore reads frames until the end: with a model that is known already, the body of the first.
func restore(u *unpacker, known *Model, extra int) (*Standing, error) {
	s := &Standing{m: known}
	if known == nil {
		extra = s.head(u)
	}
	s.t = newTable(extra)
	s.frame(u)
	for u.more() {
		if u.number() != frameMore {
			u.fail(ErrStanding)
		}
		s.frame(u)
	}
	if u.err != nil {
		return nil, fmt.Errorf("reading the linkage that stands: %w", u.err)
	}
	s.open()
	return s, nil
}

// head reads the model and returns the number of extra columns.
func (s *Standing) head(u *unpacker) (extra int) {
	s.m = &Model{}
	if u.number() != frameWhole {
		u.fail(ErrStanding)
	}
	err := json.Unmarshal(u.bytes(nil), s.m)
	extra = int(u.number())
	if err != nil || s.m.Version != ModelVersion || len(s.m.Passes) > maxPasses || extra > MaxExtra {
		u.fail(ErrStanding)
		return 0
	}
	return extra
}

func (s *Standing) frame(u *unpacker) {
	t := s.t
	from := t.rows.n
	before, n := u.number(), int(u.number())
	if int(before) != from || n < from || int64(n-from)*4*rowNumbers > u.left {
		u.fail(ErrStanding)
		return
	}
	for i, y := range t.symbolTables() {
		s.texts(u, i, y)
	}
	for t.rows.n < n && u.err == nil {
		piece := u.next(4 * rowNumbers * min(n-t.rows.n, 1<<10))
		for ; len(piece) > 0; piece = piece[4*rowNumbers:] {
			t.rows.add(unpackRow(piece))
		}
	}
	s.columns(u, n)
	for t.ids.where.n < n && u.err == nil {
		t.ids.read(u)
	}
	for t.idHash.n < n && u.err == nil {
		piece := u.next(4 * min(n-t.idHash.n, 1<<14))
		for ; len(piece) > 0; piece = piece[4:] {
			t.idHash.add(binary.LittleEndian.Uint32(piece))
		}
	}
	s.keys = u.list(s.keys)
	s.gone(u, from)
	s.pairs(u, n)
	s.persons(u, n)
	if u.number() != frameEnd {
		u.fail(ErrStanding)
	}
	u.close()
	if u.err == nil && !s.sound(uint32(from)) {
		u.fail(ErrStanding)
	}
}

// texts adds to a dictionary.
func (s *Standing) texts(u *unpacker, which int, y *symbols) {
	if int(u.number()) != y.len() {
		u.fail(ErrStanding)
		return
	}
	lengths := u.list(nil)
	y.bytes = u.bytes(y.bytes)
	end := y.ends[len(y.ends)-1]
	y.ends = room(y.ends, len(lengths))
	for _, n := range lengths {
		if n == 0 || int64(end)+int64(n) > int64(len(y.bytes)) {
			u.fail(ErrStanding)
			return
		}
		end += n
		y.ends = append(y.ends, end)
		if which == 0 {
			s.t.names.describe(string(y.bytes[end-n : end]))
		}
	}
	if int(end) != len(y.bytes) {
		u.fail(ErrStanding)
	}
	if which >= 2 {
		d := s.t.dictionaries()[which-2]
		d.counts = grow(room(d.counts, len(lengths)), y.len(), 0)
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
		added := u.list(nil)
		switch {
		case u.err != nil || len(added) == 0 && *c == nil:
			continue
		case len(added) > n-len(*c):
			u.fail(ErrStanding)
			return
		}
		*c = append(grow(room(*c, n-len(*c)), n-len(added), 0), added...)
	}
}

// grow lengthens a list to n values.
func grow(list []uint32, n int, value uint32) []uint32 {
	for len(list) < n {
		list = append(list, value)
	}
	return list
}

// gone reads which rows of those before are no more.
func (s *Standing) gone(u *unpacker, from int) {
	for _, i := range u.list(nil) {
		if int(i) >= from {
			u.fail(ErrStanding)
			return
		}
		s.t.row(i).flags |= rowGone
	}
}

// pairs reads the edges.
func (s *Standing) pairs(u *unpacker, n int) {
	for k := u.count(4 * edgeNumbers); k > 0 && u.err == nil; k-- {
		b := u.next(4 * edgeNumbers)
		at := func(i int) uint32 { return binary.LittleEndian.Uint32(b[4*i:]) }
		e := edge{
			a: at(0), b: at(1), odds: math.Float32frombits(at(2)), home: math.Float32frombits(at(3)), pattern: pattern(at(4)) | pattern(at(5))<<32,
		}
		if int(e.a) >= n || int(e.b) >= n {
			u.fail(ErrStanding)
			return
		}
		s.edges = append(s.edges, e)
	}
}

// persons reads who is whom.
func (s *Standing) persons(u *unpacker, n int) {
	t := s.t
	renamed := u.list(nil)
	if u.err != nil {
		return
	}
	t.person = room(t.person, n-len(t.person))
	for len(t.person) < n {
		t.person = append(t.person, uint32(len(t.person)))
	}
	for i := 0; i+1 < len(renamed); i += 2 {
		if int(renamed[i]) >= n || int(renamed[i+1]) >= n {
			u.fail(ErrStanding)
			return
		}
		t.person[renamed[i]] = renamed[i+1]
	}
}

// sound reports whether the numbers of the rows from one on point somewhere.
func (s *Standing) sound(from uint32) bool {
	t, n := s.t, s.t.rows.n
	if t.ids.where.n != n || t.idHash.n != n || len(s.keys) != n*len(s.m.Passes) {
		return false
	}
	words := uint32(t.names.words.len())
	mobiles, houses, streets, localities := uint32(t.mobiles.values.len()), uint32(t.houses.values.len()), uint32(t.streets.values.len()), uint32(t.localities.values.len())
	pins, wards, households := uint32(t.pins.values.len()), uint32(t.wards.values.len()), uint32(t.households.len())
	for i := from; i < uint32(n); i++ {
		r := t.row(i)
		if max(r.given, r.family, r.mid, r.altGiven, r.altFamily, r.father) >= words || r.mobile >= mobiles || r.house >= houses ||
			r.street >= streets || r.locality >= localities || r.pin >= pins || r.ward >= wards || r.household >= households {
			return false
		}
	}
	for i, column := range append([][]uint32{t.epic, t.abha}, t.extra...) {
		most := uint32(t.dictionaries()[6+i].values.len())
		for _, v := range column[min(int(from), len(column)):] {
			if v >= most {
				return false
			}
		}
	}
	return true
}

// open makes a Standing ready to be extended.
func (s *Standing) open() {
	for _, y := range s.t.symbolTables() {
		s.sizes = append(s.sizes, y.len())
		y.index()
	}
	s.edges = slices.DeleteFunc(s.edges, func(e edge) bool { return (s.t.row(e.a).flags|s.t.row(e.b).flags)&rowGone != 0 })
	s.t.from = uint32(s.t.rows.n)
}
