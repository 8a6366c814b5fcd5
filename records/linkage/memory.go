package linkage

import "hash/maphash"

// mostRemembered is how many texts are remembered as they were written, so as not to read them again: those of a city are mostly
// written once, and would take more room than all else.
const mostRemembered = 1 << 20

// A memory numbers distinct texts from 1 in order of appearance, and knows them again by their hash alone. Of 64 bits under a
// seed of this run's own: that two of mostRemembered texts share one has a chance of 3 in 100 million.
type memory struct {
	slots []remembered // open addressing
	n     uint32
	seed  maphash.Seed
}

// A remembered text; number 0 is a free slot.
type remembered struct {
	hash uint64
	no   uint32
}

func newMemory() *memory { return &memory{slots: make([]remembered, 128), seed: maphash.MakeSeed()} }

// add returns the number of s and whether it is new. It is 0 for the empty string, and for a new one when mostRemembered are known.
func (m *memory) add(s string) (no uint32, fresh bool) {
	if s == "" {
		return 0, false
	}
	hash := maphash.String(m.seed, s)
	slot := m.find(hash)
	switch {
	case slot.no > 0:
		return slot.no, false
	case m.n == mostRemembered:
		return 0, false
	}
	m.n++
	*slot = remembered{hash, m.n}
	if 4*int(m.n) > 3*len(m.slots) {
		m.grow()
	}
	return m.n, true
}

// number is that of s, 0 where it is not known.
func (m *memory) number(s string) uint32 {
	if s == "" {
		return 0
	}
	return m.find(maphash.String(m.seed, s)).no
}

// find returns the slot of a hash, or the free one where it belongs.
func (m *memory) find(hash uint64) *remembered {
	mask := uint64(len(m.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		if s := &m.slots[i]; s.hash == hash && s.no > 0 || s.no == 0 {
			return s
		}
	}
}

func (m *memory) grow() {
	old := m.slots
	m.slots = make([]remembered, 2*len(old))
	for _, s := range old {
		if s.no > 0 {
			*m.find(s.hash) = s
		}
	}
}
