package sheet

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/klauspost/compress/zlib"
)

// pack writes a file that gofpdf made with its photos, which gofpdf never sees: they go out as they are, and are in memory once. It does
// three things more for which gofpdf has no call: streams are compressed by one
// compressor (making a new one for each page was a sixth of all the work), sheets are to be printed at their true size, on both
// sides, turned over the long edge, and the version is the first that knows of this.
func pack(w io.Writer, file []byte, oneSided bool, photos []photo) error {
	table, objects, err := readTable(file)
	if err != nil {
		return fmt.Errorf("making the PDF: its end is not as gofpdf 1.16 writes it: %w", err)
	}
	out := packer{duplex: "DuplexFlipLongEdge", w: bufio.NewWriterSize(w, 1<<16)}
	out.zlib, _ = zlib.NewWriterLevel(&out.packed, zlib.BestSpeed) // the level is one that there is
	if oneSided {
		out.duplex = "Simplex"
	}
	order := slices.Clone(objects)
	slices.SortFunc(order, func(a, b object) int { return cmp.Compare(a.start, b.start) })

	out.write("%PDF-1.7")
	out.bytes(file[len("%PDF-1.3"):order[0].start])
	for i, o := range order {
		end := table
		if i+1 < len(order) {
			end = order[i+1].start
		}
		objects[o.number-1].start = out.at
		content := file[o.start:end]
		if o.number == resources && len(photos) > 0 {
			content = withPhotos(content, photos, len(objects)+1)
		}
		if err := out.object(content); err != nil {
			return fmt.Errorf("making the PDF: object %d: %w", o.number, err)
		}
	}
	trailer := file[bytes.LastIndex(file, []byte("trailer\n")):bytes.LastIndex(file, []byte(startOfTable))]
	if n := len(objects); len(photos) > 0 {
		trailer = bytes.Replace(trailer, fmt.Appendf(nil, "/Size %d\n", n+1), fmt.Appendf(nil, "/Size %d\n", n+1+len(photos)), 1)
	}
	for i := range photos {
		objects = append(objects, object{len(objects) + 1, out.at})
		out.photo(len(objects), &photos[i])
	}
	start := out.at
	out.write(fmt.Sprintf("xref\n0 %d\n0000000000 65535 f \n", len(objects)+1))
	for _, o := range objects {
		out.write(fmt.Sprintf("%010d 00000 n \n", o.start))
	}
	out.bytes(trailer)
	out.write(fmt.Sprintf("%s%d\n%%%%EOF\n", startOfTable, start))
	return out.w.Flush()
}

const startOfTable = "startxref\n"

// An object is one of a file, with where it starts.
type object struct{ number, start int }

// readTable reads where the table of objects is, and where they are, in the order of their numbers from 1.
func readTable(file []byte) (table int, objects []object, err error) {
	end := bytes.LastIndex(file, []byte(startOfTable))
	if end < 0 || bytes.LastIndex(file, []byte("trailer\n")) < 0 || !bytes.HasPrefix(file, []byte("%PDF-1.3")) {
		return 0, nil, io.ErrUnexpectedEOF
	}
	number, _, _ := bytes.Cut(file[end+len(startOfTable):], []byte("\n"))
	if table, err = strconv.Atoi(string(number)); err != nil || table > end {
		return 0, nil, io.ErrUnexpectedEOF
	}
	lines := bytes.Split(file[table:end], []byte("\n"))
	for i, line := range lines[min(3, len(lines)):] {
		if len(line) != 19 || line[17] != 'n' {
			break
		}
		start, err := strconv.Atoi(string(line[:10]))
		if err != nil || start > table {
			return 0, nil, io.ErrUnexpectedEOF
		}
		objects = append(objects, object{i + 1, start})
	}
	if len(objects) == 0 {
		return 0, nil, io.ErrUnexpectedEOF
	}
	return table, objects, nil
}

// A packer writes objects and counts bytes. The writer remembers its first error until it is flushed.
type packer struct {
	w      *bufio.Writer
	at     int
	zlib   *zlib.Writer
	packed bytes.Buffer
	duplex string // how the sheets are turned
}

func (p *packer) write(s string) {
	p.at += len(s)
	_, _ = p.w.WriteString(s)
}

func (p *packer) bytes(b []byte) {
	p.at += len(b)
	_, _ = p.w.Write(b)
}

// object writes one object: a stream that is not compressed yet is, and the catalog gets its preferences.
func (p *packer) object(o []byte) error {
	const catalog = "/Type /Catalog\n"
	if before, after, found := bytes.Cut(o, []byte(catalog)); found {
		p.bytes(before)
		p.write(catalog + "/Lang (en-IN)\n/ViewerPreferences <</PrintScaling /None /Duplex /" + p.duplex + ">>\n")
		p.bytes(after)
		return nil
	}
	head, rest, found := bytes.Cut(o, []byte("stream\n"))
	before, length, told := bytes.Cut(head, []byte("/Length "))
	if !found || !told || bytes.Contains(head, []byte("/Filter")) {
		p.bytes(o)
		return nil
	}
	digits := len(length) - len(bytes.TrimLeft(length, "0123456789"))
	n, err := strconv.Atoi(string(length[:digits]))
	if err != nil || n > len(rest) {
		return fmt.Errorf("its length is %q", length[:digits])
	}
	p.packed.Reset()
	p.zlib.Reset(&p.packed)
	if _, err := p.zlib.Write(rest[:n]); err != nil {
		return err
	}
	if err := p.zlib.Close(); err != nil {
		return err
	}
	p.bytes(before)
	p.write(fmt.Sprintf("/Filter /FlateDecode /Length %d", p.packed.Len()))
	p.bytes(length[digits:])
	p.write("stream\n")
	p.bytes(p.packed.Bytes())
	p.bytes(rest[n:])
	return nil
}
