package linkage

import "hash/maphash"

// symbols numbers distinct strings from 1 in order of appearance. It keeps them end to end in one piece of memory without
// a pointer each, so that millions cost the garbage collector nothing.
type symbols struct {
	bytes []byte
	whole string   // all of it, once closed
	ends  []uint32 // ends[n] is where string n stops; ends[0] is 0
	slots []uint64 // open addressing: the string's hash above its number, 0 is free
	seed  maphash.Seed
}

func newSymbols() *symbols {
	return &symbols{ends: make([]uint32, 1, 64), slots: make([]uint64, 128), seed: maphash.MakeSeed()}
}

// add returns the number of s and whether it is new. The empty string is 0.
func (y *symbols) add(s string) (n uint32, fresh bool) {
	if s == "" {
		return 0, false
	}
	h := uint32(maphash.String(y.seed, s))
	mask := uint32(len(y.slots) - 1)
	i := h & mask
	for ; y.slots[i] != 0; i = (i + 1) & mask {
		if uint32(y.slots[i]>>32) == h {
			if n := uint32(y.slots[i]); string(y.bytes[y.ends[n-1]:y.ends[n]]) == s {
				return n, false
			}
		}
	}
	n = uint32(len(y.ends))
	y.slots[i] = uint64(h)<<32 | uint64(n)
	y.bytes = append(y.bytes, s...)
	y.ends = append(y.ends, uint32(len(y.bytes)))
	if 4*len(y.ends) > 3*len(y.slots) {
		y.grow()
	}
	return n, true
}

// likely is the number before that of s if s is known and nothing stands in its way, else any number.
func (y *symbols) likely(s string) uint32 {
	if s == "" {
		return 0
	}
	slot := y.slots[uint32(maphash.String(y.seed, s))&uint32(len(y.slots)-1)]
	return max(uint32(slot), 1) - 1
}

func (y *symbols) grow() {
	old := y.slots
	y.slots = make([]uint64, 2*len(old))
	mask := uint32(len(y.slots) - 1)
	for _, s := range old {
		if s == 0 {
			continue
		}
		i := uint32(s>>32) & mask
		for y.slots[i] != 0 {
			i = (i + 1) & mask
		}
		y.slots[i] = s
	}
}

// at is string n; only after close.
func (y *symbols) at(n uint32) string {
	if n == 0 {
		return ""
	}
	return y.whole[y.ends[n-1]:y.ends[n]]
}

// bytesOf is string n before close.
func (y *symbols) bytesOf(n uint32) []byte {
	if n == 0 {
		return nil
	}
	return y.bytes[y.ends[n-1]:y.ends[n]]
}

func (y *symbols) len() int { return len(y.ends) }

// index makes adding possible after the texts were put in by hand.
func (y *symbols) index() {
	size := len(y.slots)
	for 4*len(y.ends) > 3*size {
		size *= 2
	}
	y.slots = make([]uint64, size)
	mask := uint32(size - 1)
	for n := 1; n < len(y.ends); n++ {
		h := uint32(maphash.Bytes(y.seed, y.bytes[y.ends[n-1]:y.ends[n]]))
		i := h & mask
		for y.slots[i] != 0 {
			i = (i + 1) & mask
		}
		y.slots[i] = uint64(h)<<32 | uint64(n)
	}
}

// close ends adding and drops what only adding needs.
func (y *symbols) close() {
	y.whole = string(y.bytes)
	y.bytes, y.slots = nil, nil
}
