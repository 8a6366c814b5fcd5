package xlsx

import (
	"archive/zip"
	"bytes"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"strconv"
	"strings"
)

// notes are the comments of a sheet: their texts in one part of the archive, the boxes in which they are shown in another. Both are
// written while the sheet is, compressed: a comment says what hundreds say, and takes some ten bytes of memory.
type notes struct {
	sheet        int
	texts, boxes *packed
	widths       []Column
	n            int
	open         []box // whose lower end is not known yet
}

// A box is where a comment is shown, in pixels from the corner of its cell's row.
type box struct{ col, row, rows, left int }

const (
	boxWidth    = 340
	boxLine     = 20 // pixels
	boxGap      = 15 // from the cell
	blankWidth  = 64 // of a column that nothing is said of
	blankHeight = 20
)

// Shapes are numbered through the workbook: 1024 to a block, and each sheet has blocks of its own.
const (
	blockShapes = 1024
	sheetBlocks = 64
)

func newNotes(sheet int, widths []Column) *notes {
	n := &notes{sheet: sheet, widths: widths, texts: newPacked(), boxes: newPacked()}
	n.texts.text(xmlHead, `<comments `, mainNS, `><authors><author>sehat</author></authors><commentList>`)
	var blocks []string
	for i := range sheetBlocks {
		blocks = append(blocks, strconv.Itoa(n.block()+i))
	}
	n.boxes.text(`<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel">`,
		`<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="`, strings.Join(blocks, ","), `"/></o:shapelayout>`,
		`<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>`,
		`<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>`)
	return n
}

// block is the first block of the sheet.
func (n *notes) block() int { return (n.sheet-1)*sheetBlocks + 1 }

// add notes a comment on a cell of the row that was written last; rows and their heights in points as a spreadsheet tells them.
func (n *notes) add(col, row int, height float64, text string) error {
	n.texts.text(`<comment ref="`, CellName(col, row), `" authorId="0"><text><t xml:space="preserve">`)
	n.texts.b = appendXML(n.texts.b, shorten(text))
	n.texts.text(`</t></text></comment>`)
	if err := n.texts.flush(16 << 10); err != nil {
		return err
	}
	lines := 1
	for part := range strings.SplitSeq(text, "\n") {
		lines += len([]rune(part))/50 + 1
	}
	b := box{col: col, row: row - 1, left: min(max(lines, 4), 20) * boxLine}
	if b.reaches(height) {
		return n.put(b)
	}
	n.open = append(n.open, b)
	return nil
}

// reaches reports whether a box ends in a row of this height; otherwise it goes on in the next one.
func (b *box) reaches(height float64) bool {
	h := blankHeight
	if height > 0 {
		h = int(height * 4 / 3)
	}
	if b.left <= h {
		return true
	}
	b.left -= h
	b.rows++
	return false
}

// row tells the boxes that are open how high the next row is.
func (n *notes) row(height float64) error {
	still := n.open[:0]
	for _, b := range n.open {
		if !b.reaches(height) {
			still = append(still, b)
		} else if err := n.put(b); err != nil {
			return err
		}
	}
	n.open = still
	return nil
}

// put writes a box: it begins beside its cell.
func (n *notes) put(b box) error {
	n.n++
	col, left := b.col+1, boxGap+boxWidth
	for left > n.width(col) {
		left -= n.width(col)
		col++
	}
	n.boxes.b = fmt.Appendf(n.boxes.b, `<v:shape id="_x0000_s%d" type="#_x0000_t202" style="position:absolute;visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">`+
		`<v:fill color2="#ffffe1"/><v:shadow color="black" obscured="t"/><v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"/>`+
		`<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>%d,%d,%d,0,%d,%d,%d,%d</x:Anchor><x:AutoFill>False</x:AutoFill>`+
		`<x:Row>%d</x:Row><x:Column>%d</x:Column></x:ClientData></v:shape>`,
		n.block()*blockShapes+n.n, b.col+1, boxGap, b.row, col, left, b.row+b.rows, b.left, b.row, b.col)
	return n.boxes.flush(16 << 10)
}

func (n *notes) width(col int) int {
	if col < len(n.widths) && n.widths[col].Folded {
		return 0
	}
	if col < len(n.widths) {
		return int(n.widths[col].Width*7) + 5
	}
	return blankWidth
}

// write puts both parts into the archive.
func (n *notes) write(z *zip.Writer) error {
	for len(n.open) > 0 {
		if err := n.row(0); err != nil {
			return err
		}
	}
	n.texts.text(`</commentList></comments>`)
	n.boxes.text(`</xml>`)
	if err := n.texts.write(z, fmt.Sprintf("xl/comments%d.xml", n.sheet)); err != nil {
		return err
	}
	return n.boxes.write(z, fmt.Sprintf("xl/drawings/vmlDrawing%d.vml", n.sheet))
}

// packed is a part of an archive that is compressed while another part is being written.
type packed struct {
	b    []byte
	to   bytes.Buffer
	flat *deflater
	sum  hash.Hash32
	size uint64
}

func newPacked() *packed {
	p := &packed{sum: crc32.NewIEEE()}
	p.flat = newDeflater(&p.to)
	return p
}

func (p *packed) text(parts ...string) {
	for _, s := range parts {
		p.b = append(p.b, s...)
	}
}

func (p *packed) flush(more int) error {
	if len(p.b) <= more {
		return nil
	}
	p.sum.Write(p.b)
	p.size += uint64(len(p.b))
	_, err := p.flat.Write(p.b)
	p.b = p.b[:0]
	return err
}

func (p *packed) write(z *zip.Writer, name string) error {
	if err := p.flush(0); err != nil {
		return err
	}
	if err := p.flat.Close(); err != nil {
		return err
	}
	part, err := z.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Deflate, CRC32: p.sum.Sum32(), CompressedSize64: uint64(p.to.Len()), UncompressedSize64: p.size})
	if err != nil {
		return err
	}
	_, err = io.Copy(part, &p.to)
	return err
}
