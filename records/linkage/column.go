package linkage

import "encoding/hex"

// A column is a growing list in pieces of equal size: unlike append it never copies what it holds, so that twenty million
// records need their own room and no more.
type column[T any] struct {
	pieces [][]T
	n      int
}

const pieceBits = 16

func (c *column[T]) add(v T) {
	if c.n&(1<<pieceBits-1) == 0 {
		size := 1 << pieceBits
		if c.n == 0 {
			size = 256 // a small file needs little
		}
		c.pieces = append(c.pieces, make([]T, 0, size))
	}
	last := len(c.pieces) - 1
	c.pieces[last] = append(c.pieces[last], v)
	c.n++
}

func (c *column[T]) at(i uint32) *T { return &c.pieces[i>>pieceBits][i&(1<<pieceBits-1)] }

// idStore keeps record ids in pages. A UUID in its usual form takes 17 bytes in place of 36.
type idStore struct {
	pages [][]byte
	where column[uint32] // page and place of each id
}

const (
	pageBits  = 20
	longestID = 1<<15 - 2
)

// add keeps an id of at most longestID bytes.
func (s *idStore) add(id string) {
	var buf [17]byte
	coded := buf[:0]
	if packUUID(&buf, id) {
		coded = buf[:]
	}
	if len(coded) == 0 { // length plus one in seven-bit halves; a UUID begins with 0
		coded = append(make([]byte, 0, len(id)+2), byte((len(id)+1)>>8|0x80), byte(len(id)+1))
		coded = append(coded, id...)
	}
	s.put(coded, nil)
}

// put keeps an id as it is coded, in one piece or two.
func (s *idStore) put(coded, rest []byte) {
	if n := len(s.pages); n == 0 || len(s.pages[n-1])+len(coded)+len(rest) > cap(s.pages[n-1]) {
		size := 1 << pageBits
		if n == 0 {
			size = 1 << 16
		}
		s.pages = append(s.pages, make([]byte, 0, size))
	}
	last := len(s.pages) - 1
	s.where.add(uint32(last)<<pageBits | uint32(len(s.pages[last])))
	s.pages[last] = append(append(s.pages[last], coded...), rest...)
}

// read keeps the next id of those that were saved.
func (s *idStore) read(u *unpacker) {
	head := [2]byte(u.next(2))
	n := 15
	if head[0] != 0 {
		n = codedLength(head[:])
		if head[0] < 0x80 || n < 1 {
			u.fail(ErrStanding)
			return
		}
	}
	s.put(head[:], u.next(n))
}

// coded is what put was given.
func (s *idStore) coded(i uint32) []byte {
	w := *s.where.at(i)
	p := s.pages[w>>pageBits][w&(1<<pageBits-1):]
	if p[0] == 0 {
		return p[:17]
	}
	return p[:2+codedLength(p)]
}

func codedLength(p []byte) int { return int(p[0]&0x7f)<<8 + int(p[1]) - 1 }

func (s *idStore) at(i uint32) string {
	w := *s.where.at(i)
	p := s.pages[w>>pageBits][w&(1<<pageBits-1):]
	if p[0] == 0 {
		var out [36]byte
		hex.Encode(out[0:8], p[1:5])
		hex.Encode(out[9:13], p[5:7])
		hex.Encode(out[14:18], p[7:9])
		hex.Encode(out[19:23], p[9:11])
		hex.Encode(out[24:36], p[11:17])
		out[8], out[13], out[18], out[23] = '-', '-', '-', '-'
		return string(out[:])
	}
	return string(p[2 : 2+codedLength(p)])
}

// packUUID writes 0 and the 16 bytes of a UUID in lower case with hyphens; it reports false for anything else.
func packUUID(to *[17]byte, id string) bool {
	if len(id) != 36 || id[8] != '-' || id[13] != '-' || id[18] != '-' || id[23] != '-' {
		return false
	}
	to[0] = 0
	n, half := 1, byte(0)
	high := true
	for i := 0; i < len(id); i++ {
		c := id[i]
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			continue
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		default:
			return false
		}
		if high {
			half = c << 4
		} else {
			to[n] = half | c
			n++
		}
		high = !high
	}
	return true
}
