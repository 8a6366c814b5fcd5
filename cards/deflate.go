package cards

import (
	"encoding/binary"
	"hash/adler32"
	"math/bits"
)

// Signed content is some 220 bytes, a third of them random (the signature): no Huffman table pays for its own header there,
// so the fixed one is used, and all that is left to win is the best choice of repeats. compress/zlib searches less
// hard and costs several times as much at this size, and writes stored blocks, on which a published decoder fails.

// maxPlain is the longest input of appendZlib: far more than fits a QR.
const maxPlain = 1024

const (
	minMatch   = 3
	maxMatch   = 257 // 258 has a length code of its own; one less keeps the formula below whole
	endOfBlock = 256
	hashBits   = 10
)

// appendZlib appends src as a zlib stream (RFC 1950) that holds one block of fixed Huffman codes (RFC 1951, 3.2.6), with
// the repeats chosen so that the block is as short as such a block can be. src must be at most maxPlain long.
func appendZlib(dst, src []byte) []byte {
	var steps [maxPlain]step
	parse(src, &steps)
	w := bitWriter{out: append(dst, 0x78, 0x9c)}
	w.bits(1|1<<1, 3) // the last block; fixed codes
	for i := 0; i < len(src); {
		if s := steps[i]; s.length >= minMatch {
			w.length(int(s.length))
			w.distance(int(s.distance))
			i += int(s.length)
		} else {
			w.symbol(int(src[i]))
			i++
		}
	}
	w.symbol(endOfBlock)
	return binary.BigEndian.AppendUint32(w.flush(), adler32.Checksum(src))
}

// A step is what to write at one position: a repeat of length bytes from distance back, or (length 1) the byte itself.
type step struct{ length, distance uint16 }

// parse sets for each position of src the step that begins the shortest encoding of the rest. It works from the end: the
// rest after each possible step is known by then.
func parse(src []byte, steps *[maxPlain]step) {
	var (
		head     [1 << hashBits]int16 // the latest position with this hash, plus one
		previous [maxPlain]int16      // the one before it
		cost     [maxPlain + 1]uint16 // bits needed from here to the end
	)
	for i := 0; i+minMatch <= len(src); i++ {
		h := hash3(src[i:])
		previous[i] = head[h]
		head[h] = int16(i + 1)
	}
	for i := len(src) - 1; i >= 0; i-- {
		cost[i] = cost[i+1] + literalBits(src[i])
		steps[i] = step{length: 1}
		if i+minMatch > len(src) {
			continue
		}
		longest := minMatch - 1
		for j := int(previous[i]) - 1; j >= 0; j = int(previous[j]) - 1 {
			n := matchLength(src[j:], src[i:])
			// Nearer repeats were seen first and cost no more, so only what is longer than all of them is new.
			for l := longest + 1; l <= n; l++ {
				if c := cost[i+l] + repeatBits(l, i-j); c < cost[i] {
					cost[i] = c
					steps[i] = step{uint16(l), uint16(i - j)}
				}
			}
			longest = max(longest, n)
		}
	}
}

func hash3(b []byte) uint32 {
	v := uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16
	return v * 2654435761 >> (32 - hashBits)
}

// matchLength counts how far a and b agree. b is a's later part, so that a repeat may overlap itself.
func matchLength(a, b []byte) int {
	n := min(len(b), maxMatch)
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

func literalBits(b byte) uint16 {
	if b < 144 {
		return 8
	}
	return 9
}

func repeatBits(length, distance int) uint16 {
	symbol, lengthExtra, _ := lengthCode(length)
	_, distanceExtra, _ := distanceCode(distance)
	code := 7
	if symbol >= 280 {
		code = 8
	}
	return uint16(code + lengthExtra + 5 + distanceExtra)
}

// lengthCode returns the symbol of a repeat's length, how many extra bits follow it, and their value (RFC 1951, 3.2.5).
func lengthCode(length int) (symbol, extra, value int) {
	x := length - minMatch
	if x < 8 {
		return 257 + x, 0, 0
	}
	top := bits.Len(uint(x)) - 1
	extra = top - 2
	return 257 + 4*(top-1) + x>>extra&3, extra, x & (1<<extra - 1)
}

// distanceCode is lengthCode for distances.
func distanceCode(distance int) (symbol, extra, value int) {
	x := distance - 1
	if x < 4 {
		return x, 0, 0
	}
	top := bits.Len(uint(x)) - 1
	extra = top - 1
	return 2*top + x>>extra&1, extra, x & (1<<extra - 1)
}

// A bitWriter packs bits from the lowest of each byte up, as deflate does.
type bitWriter struct {
	out  []byte
	acc  uint64
	held int
}

func (w *bitWriter) bits(v, n int) {
	w.acc |= uint64(v) << w.held
	for w.held += n; w.held >= 8; w.held -= 8 {
		w.out = append(w.out, byte(w.acc))
		w.acc >>= 8
	}
}

// code writes a Huffman code, which goes highest bit first.
func (w *bitWriter) code(v, n int) { w.bits(int(bits.Reverse16(uint16(v))>>(16-n)), n) }

// symbol writes a literal, a length symbol or the end of the block by the fixed table (RFC 1951, 3.2.6).
func (w *bitWriter) symbol(s int) {
	switch {
	case s < 144:
		w.code(0x30+s, 8)
	case s < 256:
		w.code(0x190+s-144, 9)
	case s < 280:
		w.code(s-256, 7)
	default:
		w.code(0xc0+s-280, 8)
	}
}

func (w *bitWriter) length(n int) {
	symbol, extra, value := lengthCode(n)
	w.symbol(symbol)
	w.bits(value, extra)
}

func (w *bitWriter) distance(n int) {
	symbol, extra, value := distanceCode(n)
	w.code(symbol, 5)
	w.bits(value, extra)
}

func (w *bitWriter) flush() []byte {
	if w.held > 0 {
		w.out = append(w.out, byte(w.acc))
	}
	return w.out
}
