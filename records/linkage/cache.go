package linkage

// A levelCache remembers the levels of the latest pairs of values of one dictionary. A pair is two numbers of 30 bits with
// the level below them, in one word.
type levelCache []uint64

// Sizes of the caches, as powers of two: larger ones gain nothing, smaller ones compare more often.
const (
	tokenCacheBits = 16
	textCacheBits  = 16
)

func newLevelCache(bits uint) levelCache { return make(levelCache, 1<<bits) }

// at is the place of a pair, and the pair as it stands there, its level left 0, if it is remembered. Both numbers are above 0.
func (c levelCache) at(a, b uint32) (place *uint64, pair uint64) {
	pair = uint64(a)<<34 | uint64(b)<<4
	return &c[mix(pair)&uint64(len(c)-1)], pair
}
