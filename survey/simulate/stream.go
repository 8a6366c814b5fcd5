package simulate

import "math/bits"

// A stream is a deterministic sequence of random numbers: SplitMix64 (Steele, Lea and Flood 2014). It is our own so that a
// seed means the same population in every version of Go.
type stream struct{ state uint64 }

// What a stream is for. Each household draws from streams of its own, so that any of them can be made without the others, in
// any order, by any number of workers.
const (
	forFamily uint64 = iota + 1
	forTrap
	forTarget
	forLane
	forShop
	forTeam
	forEnumerator
	forVisit
	forMember
	forBad
	forWard
)

// newStream is the stream of one purpose and of the things it is about, in order.
func newStream(seed, purpose uint64, about ...uint64) *stream {
	h := mix(seed ^ mix(purpose))
	for _, a := range about {
		h = mix(h ^ mix(a+0x632be59bd9b4e019))
	}
	return &stream{h}
}

func (s *stream) next() uint64 {
	s.state += 0x9e3779b97f4a7c15
	return mix(s.state)
}

func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// intn is a number from 0 to n-1.
func (s *stream) intn(n int) int {
	hi, _ := bits.Mul64(s.next(), uint64(n))
	return int(hi)
}

// between is a number from a to b, both included.
func (s *stream) between(a, b int) int { return a + s.intn(b-a+1) }

// float is a number from 0 up to 1.
func (s *stream) float() float64 { return float64(s.next()>>11) / (1 << 53) }

// chance is true with probability p.
func (s *stream) chance(p float64) bool { return s.float() < p }

// around is a whole number near mean: a sum of four uniform numbers, close enough to the bell curve and without its tails.
func (s *stream) around(mean, deviation float64) int {
	sum := s.float() + s.float() + s.float() + s.float() - 2 // deviation 0.577
	return int(mean + sum*deviation*1.732 + 0.5)
}

// digits is a text of n decimal digits.
func (s *stream) digits(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + s.intn(10))
	}
	return string(b)
}

// weighted is an index of weights, which need not sum to one.
func (s *stream) weighted(weights ...float64) int {
	var sum float64
	for _, w := range weights {
		sum += w
	}
	at := s.float() * sum
	for i, w := range weights {
		if at -= w; at < 0 {
			return i
		}
	}
	return len(weights) - 1
}

func pick[T any](s *stream, from []T) T { return from[s.intn(len(from))] }
