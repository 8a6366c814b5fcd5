package linkage

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

// A packer writes little-endian numbers and texts; the first error stays.
type packer struct {
	w   *bufio.Writer
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
		_, p.err = p.w.Write(buf[:4*n])
		list = list[n:]
	}
}

func (p *packer) list(values []uint32) {
	p.number(uint32(len(values)))
	p.numbers(values)
}

func (p *packer) bytes(b []byte) {
	p.number(uint32(len(b)))
	if p.err == nil {
		_, p.err = p.w.Write(b)
	}
}

func (p *packer) close() error {
	if p.err != nil {
		return p.err
	}
	return p.w.Flush()
}

// An unpacker reads what a packer wrote. After the first error it gives zeros.
type unpacker struct {
	r   *bufio.Reader
	err error
}

func newUnpacker(r io.Reader) *unpacker { return &unpacker{r: bufio.NewReaderSize(r, 1<<16)} }

// errPacked says that what was saved cannot be read.
var errPacked = errors.New("it is damaged, or of another version")

func (u *unpacker) number() uint32 {
	var v [1]uint32
	u.numbers(v[:])
	return v[0]
}

func (u *unpacker) numbers(to []uint32) {
	var buf [4096]byte
	for len(to) > 0 && u.err == nil {
		n := min(len(to), len(buf)/4)
		if _, err := io.ReadFull(u.r, buf[:4*n]); err != nil {
			u.fail(err)
			return
		}
		for i := range to[:n] {
			to[i] = binary.LittleEndian.Uint32(buf[4*i:])
		}
		to = to[n:]
	}
}

// fail keeps the first error; an end in the middle is damage.
func (u *unpacker) fail(err error) {
	if u.err != nil {
		return
	}
	u.err = err
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		u.err = errPacked
	}
}

// count reads how many values follow; more than most is damage.
func (u *unpacker) count(most int) int {
	n := int(u.number())
	if n > most {
		u.fail(errPacked)
		return 0
	}
	return n
}

// list reads values in pieces, so that a damaged count cannot ask for more memory than there are bytes.
func (u *unpacker) list(most int) (values []uint32) {
	var buf [1024]uint32
	for n := u.count(most); n > 0 && u.err == nil; {
		piece := buf[:min(n, len(buf))]
		u.numbers(piece)
		values = append(values, piece...)
		n -= len(piece)
	}
	return values
}

// bytes reads into buf, which grows as needed.
func (u *unpacker) bytes(buf []byte, most int) []byte {
	n := u.count(most)
	buf = buf[:0]
	for len(buf) < n && u.err == nil {
		have := len(buf)
		buf = append(buf, make([]byte, min(n-have, 1<<20))...)
		if _, err := io.ReadFull(u.r, buf[have:]); err != nil {
			u.fail(err)
		}
	}
	return buf
}

// more reports whether another byte follows.
func (u *unpacker) more() bool {
	if u.err != nil {
		return false
	}
	_, err := u.r.Peek(1)
	if err != nil && !errors.Is(err, io.EOF) {
		u.fail(err)
	}
	return err == nil
}
