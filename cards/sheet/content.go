package sheet

import (
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
)

const pointsPerMM = 72 / 25.4

// A content is the drawing of a page or a form, in points from the bottom left. It remembers colour and font, so that they
// are written only where they change.
type content struct {
	doc    *document // whose fonts are used
	b      []byte
	colour [4]float64
	font   int
	size   float64
	known  bool // colour, font and size are those in force
}

// push keeps the state and moves the origin by x, y points.
func (c *content) push(x, y float64) {
	c.b = append(c.b, "q 1 0 0 1 "...)
	c.b = appendNumber(c.b, x)
	c.b = appendNumber(c.b, y)
	c.b = append(c.b, "cm\n"...)
	c.known = false
}

// pop goes back to the state before push.
func (c *content) pop() {
	c.b = append(c.b, "Q\n"...)
	c.known = false
}

// fill sets the colour of letters and areas, in percent of each ink.
func (c *content) fill(colour [4]float64) {
	if !c.known {
		c.font = -1
	} else if colour == c.colour {
		return
	}
	c.known, c.colour = true, colour
	for _, v := range colour {
		c.b = appendNumber(c.b, v/100)
	}
	c.b = append(c.b, "k\n"...)
}

// line writes shaped text with its baseline starting at x, y points. Positions stay in thousandths of an em, as shaped.
func (c *content) line(l *line, x, y, size float64, colour [4]float64) {
	c.fill(colour)
	c.b = append(c.b, "BT 1 0 0 1 "...)
	c.b = appendNumber(c.b, x)
	c.b = appendNumber(c.b, y)
	c.b = append(c.b, "Tm\n"...)
	for i := range l.runs {
		r := &l.runs[i]
		if c.font != r.font || c.size != size {
			c.font, c.size = r.font, size
			c.b = append(c.b, c.doc.font(r.font)...)
			c.b = append(c.b, ' ')
			c.b = appendNumber(c.b, size)
			c.b = append(c.b, "Tf\n"...)
		}
		c.run(r, size)
	}
	c.b = append(c.b, "ET\n"...)
}

// run writes the glyphs of one font.
func (c *content) run(r *run, size float64) {
	f := c.doc.fonts[r.font]
	w := textWriter{content: c, size: size}
	draw := func(glyph uint16, x, y int32) {
		c.doc.use(r.font, glyph)
		w.glyph(f.codes[glyph], x, y, f.advances[glyph])
	}
	for _, s := range r.spans {
		if !s.plain {
			// ISO 32000-1, 14.9.4: what a reader finds and copies in place of the glyphs.
			c.b = append(c.b, "/Span<</ActualText"...)
			c.b = appendText(c.b, s.text)
			c.b = append(c.b, ">>BDC\n"...)
		}
		if s.framed {
			// Poppler takes the text to stand from the first glyph to the last: here the dot of a letter, there a letter high above
			// the line. A glyph without ink or width at either end puts it right.
			draw(f.blank, r.glyphs[s.start].pen, 0)
		}
		for _, g := range r.glyphs[s.start:s.end] {
			draw(g.id, g.pen+g.dx, g.dy)
		}
		if s.framed {
			end := r.glyphs[s.end-1]
			draw(f.blank, end.pen+end.advance, 0)
		}
		w.close()
		if !s.plain {
			c.b = append(c.b, "EMC\n"...)
		}
	}
	w.moveTo(r.width, 0)
	w.close()
}

// A textWriter writes glyphs in thousandths of an em from where the pen was at first. In TJ a number moves the pen back by as
// many (ISO 32000-1, 9.4.3); Ts lifts what follows.
type textWriter struct {
	*content
	size     float64
	at, rise int32
	inArray  bool // of TJ
	inText   bool // in that
}

func (w *textWriter) moveTo(x, y int32) {
	if w.inText && (x != w.at || y != w.rise) {
		w.b = append(w.b, ')')
		w.inText = false
	}
	if y != w.rise {
		w.close()
		w.b = appendNumber(w.b, float64(y)*w.size/unitsPerEm)
		w.b = append(w.b, "Ts"...)
		w.rise = y
	}
	if x != w.at {
		if !w.inArray {
			w.b = append(w.b, '[')
			w.inArray = true
		}
		w.b = strconv.AppendInt(w.b, int64(w.at-x), 10)
		w.at = x
	}
}

// glyph draws the glyph of a code, after which the pen is its width further.
func (w *textWriter) glyph(code uint16, x, y, width int32) {
	w.moveTo(x, y)
	if !w.inArray {
		w.b = append(w.b, '[')
		w.inArray = true
	}
	if !w.inText {
		w.b = append(w.b, '(')
		w.inText = true
	}
	w.b = appendByte(w.b, byte(code>>8))
	w.b = appendByte(w.b, byte(code))
	w.at += width
}

func (w *textWriter) close() {
	if w.inText {
		w.b = append(w.b, ')')
	}
	if w.inArray {
		w.b = append(w.b, "]TJ\n"...)
	}
	w.inText, w.inArray = false, false
}

// mask inks the bits that are set of a picture, its rows from the top and each in whole bytes, in a rectangle whose bottom left
// corner is x, y points. It is written as hexadecimal digits: binary data may by chance hold what ends an inline picture for
// readers that only search for it.
func (c *content) mask(bits []byte, columns, rows int, x, y, w, h float64) {
	c.fill(black)
	c.b = append(c.b, "q "...)
	for _, v := range []float64{w, 0, 0, h, x, y} {
		c.b = appendNumber(c.b, v)
	}
	c.b = fmt.Appendf(c.b, "cm\nBI/IM true/W %d/H %d/BPC 1/D[1 0]/F/AHx ID\n", columns, rows)
	c.b = hex.AppendEncode(c.b, bits)
	c.b = append(c.b, ">\nEI Q\n"...)
}

// box fills a rectangle whose bottom left corner is x, y, with corners of radius r; all in points.
func (c *content) box(x, y, w, h, r float64, colour [4]float64) {
	c.fill(colour)
	if r <= 0 {
		for _, v := range []float64{x, y, w, h} {
			c.b = appendNumber(c.b, v)
		}
		c.b = append(c.b, "re f\n"...)
		return
	}
	// How far a Bézier curve's handles reach to make a quarter of a circle.
	const handle = 0.5523
	r = min(r, w/2, h/2)
	k := r * (1 - handle)
	op := func(op string, v ...float64) {
		for _, n := range v {
			c.b = appendNumber(c.b, n)
		}
		c.b = append(c.b, op...)
		c.b = append(c.b, '\n')
	}
	op("m", x+r, y)
	op("l", x+w-r, y)
	op("c", x+w-k, y, x+w, y+k, x+w, y+r)
	op("l", x+w, y+h-r)
	op("c", x+w, y+h-k, x+w-k, y+h, x+w-r, y+h)
	op("l", x+r, y+h)
	op("c", x+k, y+h, x, y+h-k, x, y+h-r)
	op("l", x, y+r)
	op("c", x, y+k, x+k, y, x+r, y)
	op("h f")
}

// appendPath appends the drawing of an SVG path of absolute M, L, C and Z with its origin at x, y points and scale points to a
// unit, y down.
func appendPath(b []byte, path string, x, y, scale float64) ([]byte, error) {
	words := strings.FieldsFunc(path, func(r rune) bool { return r == ' ' || r == ',' || r == '\n' || r == '\t' })
	for i := 0; i < len(words); i++ {
		var coordinates int
		op := strings.ToLower(words[i])
		switch words[i] {
		case "M", "L":
			coordinates = 2
		case "C":
			coordinates = 6
		case "Z":
			op = "h"
		default:
			return nil, fmt.Errorf("path: %q is not M, L, C or Z", words[i])
		}
		for n := range coordinates {
			i++
			if i == len(words) {
				return nil, fmt.Errorf("path: it ends inside a %s", op)
			}
			v, err := strconv.ParseFloat(words[i], 64)
			if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("path: %q is no number", words[i])
			}
			if n%2 == 0 {
				b = appendNumber(b, x+v*scale)
			} else {
				b = appendNumber(b, y-v*scale)
			}
		}
		b = append(b, op...)
		b = append(b, '\n')
	}
	return b, nil
}

// appendText appends a text string: UTF-16 with its mark in front (ISO 32000-1, 7.9.2.2).
func appendText(b []byte, s string) []byte {
	b = append(b, '(', 0xfe, 0xff)
	for _, u := range utf16.Encode([]rune(s)) {
		b = appendByte(b, byte(u>>8))
		b = appendByte(b, byte(u))
	}
	return append(b, ')')
}

// appendByte appends one byte of a literal string. A bare carriage return would be read as a line feed.
func appendByte(b []byte, c byte) []byte {
	switch c {
	case '(', ')', '\\':
		return append(b, '\\', c)
	case '\r':
		return append(b, '\\', 'r')
	}
	return append(b, c)
}

// appendNumber appends v with at most three decimals and a space: a thousandth of a point is a third of a micrometre.
func appendNumber(b []byte, v float64) []byte {
	if v < 0 {
		b = append(b, '-')
		v = -v
	}
	n := int64(v*1000 + 0.5)
	b = strconv.AppendInt(b, n/1000, 10)
	if d := n % 1000; d != 0 {
		b = append(b, '.', byte('0'+d/100))
		if d %= 100; d != 0 {
			b = append(b, byte('0'+d/10))
			if d %= 10; d != 0 {
				b = append(b, byte('0'+d))
			}
		}
	}
	return append(b, ' ')
}
