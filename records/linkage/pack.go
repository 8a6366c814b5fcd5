package linkage

import (
	"bufio"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// What is packed ends with a checksum after each frame: CRC-32C, which the processors we know compute as fast as they read.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A packer writes little-endian numbers and texts; the first error stays.
type packer struct {
	w   *bufio.Writer
	sum uint32 // of the frame so far
	err error
}

func newPacker(w io.Writer) *packer { return &packer{w: bufio.NewWriterSize(w, 1<<16)} }

func (p *packer) number(v uint32) { p.numbers([]uint32{v}) }

// numbers writes values without their count.
func (p *packer) numbers(list []uint32) {
	var buf [4096]byte
	for len(list) > 0 && p.err == nil {
		n := min(len(list), len(buf)/4)
		for i, v := range list[:n] {
			binary.LittleEndian.PutUint32(buf[4*i:], v)
		}
		p.raw(buf[:4*n])
		list = list[n:]
	}
}

func (p *packer) list(values []uint32) {
	p.number(uint32(len(values)))
	p.numbers(values)
}

func (p *packer) bytes(b []byte) {
	p.number(uint32(len(b)))
	p.raw(b)
}

func (p *packer) raw(b []byte) {
	p.sum = crc32.Update(p.sum, castagnoli, b)
	if p.err == nil {
		_, p.err = p.w.Write(b)
	}
}

// close ends a frame with its checksum.
func (p *packer) close() error {
	p.number(p.sum)
	if p.err != nil {
		return p.err
	}
	return p.w.Flush()
}

// An unpacker reads what a packer wrote. After the first error it gives zeros. It knows how many bytes are left, so that a
// damaged count cannot ask for more memory than there is content.
type unpacker struct {
	r       io.Reader
	left    int64 // bytes that were not handed out yet
	buf     []byte
	at, end int // what is read and not handed out
	summed  int // up to where sum was computed
	sum     uint32
	err     error
	trust   bool // leave the checksums unread: a fuzz test could not guess them
}

func newUnpacker(r io.Reader, size int64) *unpacker {
	return &unpacker{r: r, left: size, buf: make([]byte, 1<<18)}
}

// ErrStanding says that what was saved of a linkage cannot be read; everything has to be linked anew.
var ErrStanding = errors.New("it is damaged, or of another version")

// next hands out n bytes, at most len(u.buf), until the next call.
func (u *unpacker) next(n int) []byte {
	if int64(n) > u.left {
		u.fail(ErrStanding)
	}
	if u.err == nil && u.end-u.at < n {
		u.checksum()
		copy(u.buf, u.buf[u.at:u.end])
		u.at, u.end, u.summed = 0, u.end-u.at, 0
		read, err := io.ReadAtLeast(u.r, u.buf[u.end:], n-u.end)
		u.end += read
		if err != nil {
			u.fail(err)
		}
	}
	if u.err != nil {
		return make([]byte, n)
	}
	b := u.buf[u.at : u.at+n]
	u.at += n
	u.left -= int64(n)
	return b
}

// checksum brings sum up to what was handed out.
func (u *unpacker) checksum() uint32 {
	u.sum = crc32.Update(u.sum, castagnoli, u.buf[u.summed:u.at])
	u.summed = u.at
	return u.sum
}

// close checks a frame's checksum.
func (u *unpacker) close() {
	want := u.checksum()
	if got := u.number(); got != want && !u.trust {
		u.fail(ErrStanding)
	}
	u.sum, u.summed = 0, u.at
}

func (u *unpacker) number() uint32 { return binary.LittleEndian.Uint32(u.next(4)) }

// fail keeps the first error; an end in the middle is damage.
func (u *unpacker) fail(err error) {
	if u.err != nil {
		return
	}
	u.err = err
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		u.err = ErrStanding
	}
}

// count reads how many values follow, each of at least width bytes.
func (u *unpacker) count(width int64) int {
	n := u.number()
	if int64(n)*width > u.left {
		u.fail(ErrStanding)
		return 0
	}
	return int(n)
}

// room makes room for n more values, and a little more: the next frame adds to them.
func room[T any](list []T, n int) []T {
	if need := len(list) + n; need > cap(list) {
		return append(make([]T, 0, need+need/16), list...)
	}
	return list
}

// list appends values to a list.
func (u *unpacker) list(to []uint32) []uint32 {
	n := u.count(4)
	to = room(to, n)
	for n > 0 && u.err == nil {
		b := u.next(4 * min(n, 1<<14))
		for ; len(b) >= 4; b = b[4:] {
			to = append(to, binary.LittleEndian.Uint32(b))
			n--
		}
	}
	return to
}

// bytes appends bytes to a text.
func (u *unpacker) bytes(to []byte) []byte {
	n := u.count(1)
	to = room(to, n)
	for n > 0 && u.err == nil {
		piece := u.next(min(n, 1<<16))
		to = append(to, piece...)
		n -= len(piece)
	}
	return to
}

// more reports whether another frame follows.
func (u *unpacker) more() bool { return u.err == nil && u.left > 0 }
