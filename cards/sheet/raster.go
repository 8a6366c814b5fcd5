package sheet

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"
	"slices"
	"strconv"

	"github.com/go-text/typesetting/font"
	ot "github.com/go-text/typesetting/font/opentype"
	"golang.org/x/image/vector"
)

// A canvas shows drawings as a viewer would: it reads the PDF operators that [content] writes, and no others, so that a picture of
// a sheet is made of the very bytes that go into the file.
type canvas struct {
	doc    *document
	image  *image.RGBA
	scale  float64 // pixels to a point
	height float64 // of the page, in pixels
	raster *vector.Rasterizer
	faces  []*font.Face // of the document's fonts
	glyphs []map[uint16]uint16

	state
	saved []state
	path  outline
}

// A state is what q keeps and Q brings back.
type state struct {
	matrix       [6]float64 // of the drawing, to points from the page's bottom left
	clip         image.Rectangle
	fill, stroke [4]float64
	line         float64
	font         int
	size, rise   float64
	at           [6]float64 // of the text
}

// An outline is a path in pixels.
type outline struct {
	steps                    []step
	left, top, right, bottom float64
}

// A step is one of M, L, Q, C and Z with its points.
type step struct {
	op     byte
	points [3][2]float64
}

func newCanvas(doc *document, width, height, dpi float64) *canvas {
	pixels := image.Rect(0, 0, int(math.Ceil(width/25.4*dpi-1e-6)), int(math.Ceil(height/25.4*dpi-1e-6)))
	c := &canvas{
		doc: doc, image: image.NewRGBA(pixels), scale: dpi / 72, height: height / 25.4 * dpi, raster: vector.NewRasterizer(1, 1),
		faces: make([]*font.Face, len(doc.fonts)), glyphs: make([]map[uint16]uint16, len(doc.fonts)),
	}
	draw.Draw(c.image, pixels, image.White, image.Point{}, draw.Src)
	c.state = state{matrix: [6]float64{1, 0, 0, 1, 0, 0}, clip: pixels, fill: black, stroke: black, line: 1}
	return c
}

// page draws the forms of a page and what is above them. height is the page's, in millimetres.
func (c *canvas) page(p *page, height float64) error {
	for _, f := range p.forms {
		before := c.state
		x, y := f.x*pointsPerMM, (height-f.y-f.form.size.Ht)*pointsPerMM
		c.matrix = multiply([6]float64{1, 0, 0, 1, x, y}, c.matrix)
		x0, y0 := c.pixel(0, f.form.size.Ht*pointsPerMM)
		x1, y1 := c.pixel(f.form.size.Wd*pointsPerMM, 0)
		c.clip = c.clip.Intersect(image.Rect(int(math.Floor(x0)), int(math.Floor(y0)), int(math.Ceil(x1)), int(math.Ceil(y1))))
		if err := c.draw(f.form.drawing); err != nil {
			return err
		}
		c.state = before
	}
	return c.draw(p.b)
}

// draw runs the operators of one drawing (ISO 32000-1, annex A).
func (c *canvas) draw(drawing []byte) error {
	r := operands{rest: drawing}
	for {
		op, err := r.next()
		if err != nil || op == "" {
			return err
		}
		n := r.numbers
		want, known := operatorArity[op]
		if !known || len(n) < want {
			return fmt.Errorf("a drawing has %q with %d numbers", op, len(n))
		}
		switch op {
		case "q":
			c.saved = append(c.saved, c.state)
		case "Q":
			c.state = c.saved[len(c.saved)-1]
			c.saved = c.saved[:len(c.saved)-1]
		case "cm":
			c.matrix = multiply([6]float64(n), c.matrix)
		case "k":
			c.fill = [4]float64{100 * n[0], 100 * n[1], 100 * n[2], 100 * n[3]}
		case "K":
			c.stroke = [4]float64{100 * n[0], 100 * n[1], 100 * n[2], 100 * n[3]}
		case "w":
			c.line = n[0]
		case "m":
			c.add('M', n[0], n[1])
		case "l":
			c.add('L', n[0], n[1])
		case "c":
			c.add('C', n[0], n[1], n[2], n[3], n[4], n[5])
		case "h":
			c.add('Z')
		case "re":
			c.rectangle(n[0], n[1], n[2], n[3])
		case "f":
			c.paint(c.fill)
		case "S":
			c.strokeLine()
		case "Tf":
			c.font, c.size = slices.Index(c.doc.names, r.name), n[0]
		case "Tm":
			c.at = [6]float64(n)
		case "Ts":
			c.rise = n[0]
		case "TJ":
			c.text(r.array)
		case "BT":
			c.rise = 0
		case "EI":
			c.mask(r.picture, r.columns, r.rows)
		case "Do":
			if err := c.photo(r.name); err != nil {
				return err
			}
		}
		r.clear()
	}
}

// operatorArity lists the operators that content writes, and how many numbers each takes.
var operatorArity = map[string]int{
	"q": 0, "Q": 0, "cm": 6, "k": 4, "K": 4, "w": 1, "m": 2, "l": 2, "c": 6, "h": 0, "re": 4, "f": 0, "S": 0,
	"BT": 0, "ET": 0, "Tf": 1, "Tm": 6, "Ts": 1, "TJ": 0, "BDC": 0, "EMC": 0, "EI": 0, "Do": 0,
}

func (c *canvas) pixel(x, y float64) (px, py float64) {
	m := c.matrix
	return (m[0]*x + m[2]*y + m[4]) * c.scale, c.height - (m[1]*x+m[3]*y+m[5])*c.scale
}

// add appends a step with its coordinates, x and y in turn.
func (c *canvas) add(op byte, at ...float64) {
	s := step{op: op}
	for i := 0; i < len(at); i += 2 {
		x, y := c.pixel(at[i], at[i+1])
		s.points[i/2] = [2]float64{x, y}
		p := &c.path
		if len(p.steps) == 0 && i == 0 {
			p.left, p.top, p.right, p.bottom = x, y, x, y
		}
		p.left, p.top, p.right, p.bottom = min(p.left, x), min(p.top, y), max(p.right, x), max(p.bottom, y)
	}
	c.path.steps = append(c.path.steps, s)
}

func (c *canvas) rectangle(x, y, w, h float64) {
	c.add('M', x, y)
	c.add('L', x+w, y)
	c.add('L', x+w, y+h)
	c.add('L', x, y+h)
	c.add('Z')
}

// strokeLine draws the one straight line of the path: a crop mark.
func (c *canvas) strokeLine() {
	steps := c.path.steps
	c.path = outline{}
	if len(steps) != 2 {
		return
	}
	from, to, half := steps[0].points[0], steps[1].points[0], max(c.line*c.scale, 1)/2
	across := [2]float64{half, 0}
	if from[1] == to[1] {
		across = [2]float64{0, half}
	}
	matrix := c.matrix
	c.matrix = [6]float64{1 / c.scale, 0, 0, -1 / c.scale, 0, c.height / c.scale} // to pixels
	c.rectangle(from[0]-across[0], from[1]-across[1], to[0]-from[0]+2*across[0], to[1]-from[1]+2*across[1])
	c.matrix = matrix
	c.paint(c.stroke)
}

// paint fills the path with an ink and forgets it.
func (c *canvas) paint(ink [4]float64) {
	p := c.path
	c.path = outline{}
	if len(p.steps) == 0 {
		return
	}
	box := image.Rect(int(math.Floor(p.left)), int(math.Floor(p.top)), int(math.Ceil(p.right)), int(math.Ceil(p.bottom)))
	if box.Empty() || box.Intersect(c.clip).Empty() {
		return
	}
	c.raster.Reset(box.Dx(), box.Dy())
	at := func(p [2]float64) (x, y float32) {
		return float32(p[0] - float64(box.Min.X)), float32(p[1] - float64(box.Min.Y))
	}
	for _, s := range p.steps {
		ax, ay := at(s.points[0])
		bx, by := at(s.points[1])
		cx, cy := at(s.points[2])
		switch s.op {
		case 'M':
			c.raster.MoveTo(ax, ay)
		case 'L':
			c.raster.LineTo(ax, ay)
		case 'Q':
			c.raster.QuadTo(ax, ay, bx, by)
		case 'C':
			c.raster.CubeTo(ax, ay, bx, by, cx, cy)
		case 'Z':
			c.raster.ClosePath()
		}
	}
	covered := image.NewAlpha(image.Rect(0, 0, box.Dx(), box.Dy()))
	c.raster.Draw(covered, covered.Rect, image.Opaque, image.Point{})
	seen := box.Intersect(c.clip)
	draw.DrawMask(c.image, seen, image.NewUniform(shown(ink)), image.Point{}, covered, seen.Min.Sub(box.Min), draw.Over)
}

// text draws the array of TJ: codes of two bytes, and by how much the pen goes back.
func (c *canvas) text(array []textPart) {
	f := c.doc.fonts[c.font]
	if c.faces[c.font] == nil {
		c.faces[c.font] = font.NewFace(f.shaping)
		c.glyphs[c.font] = make(map[uint16]uint16, len(f.codes))
		for g, code := range f.codes {
			c.glyphs[c.font][code] = uint16(g)
		}
	}
	for _, part := range array {
		c.at[4] -= part.back * c.size / unitsPerEm
		for s := part.codes; len(s) > 1; s = s[2:] {
			g := c.glyphs[c.font][uint16(s[0])<<8|uint16(s[1])]
			if drawing, ok := c.faces[c.font].GlyphData(font.GID(g)).(font.GlyphOutline); ok {
				c.glyph(drawing.Segments)
			}
			c.at[4] += float64(f.advances[g]) * c.size / unitsPerEm
		}
	}
	c.paint(c.fill)
}

func (c *canvas) glyph(segments []font.Segment) {
	const em = 1.0 / unitsPerEm
	x := func(p ot.SegmentPoint) float64 { return c.at[4] + float64(p.X)*c.size*em }
	y := func(p ot.SegmentPoint) float64 { return c.at[5] + c.rise + float64(p.Y)*c.size*em }
	for i, s := range segments {
		a := s.Args
		switch s.Op {
		case ot.SegmentOpMoveTo:
			if i > 0 {
				c.add('Z')
			}
			c.add('M', x(a[0]), y(a[0]))
		case ot.SegmentOpLineTo:
			c.add('L', x(a[0]), y(a[0]))
		case ot.SegmentOpQuadTo:
			c.add('Q', x(a[0]), y(a[0]), x(a[1]), y(a[1]))
		case ot.SegmentOpCubeTo:
			c.add('C', x(a[0]), y(a[0]), x(a[1]), y(a[1]), x(a[2]), y(a[2]))
		}
	}
	if len(segments) > 0 {
		c.add('Z')
	}
}

// mask inks the bits of a picture that are set, as one path, so that there is no seam between them.
func (c *canvas) mask(bits []byte, columns, rows int) {
	perRow := (columns + 7) / 8
	w, h := 1/float64(columns), 1/float64(rows)
	for row := range rows {
		for from := 0; from < columns; {
			if bits[row*perRow+from/8]&(0x80>>(from%8)) == 0 {
				from++
				continue
			}
			to := from
			for to < columns && bits[row*perRow+to/8]&(0x80>>(to%8)) != 0 {
				to++
			}
			c.rectangle(float64(from)*w, 1-float64(row+1)*h, float64(to-from)*w, h)
			from = to
		}
	}
	c.paint(c.fill)
}

// multiply returns the matrix that does a first and then b.
func multiply(a, b [6]float64) [6]float64 {
	return [6]float64{
		a[0]*b[0] + a[1]*b[2], a[0]*b[1] + a[1]*b[3],
		a[2]*b[0] + a[3]*b[2], a[2]*b[1] + a[3]*b[3],
		a[4]*b[0] + a[5]*b[2] + b[4], a[4]*b[1] + a[5]*b[3] + b[5],
	}
}

// inks are the colours of full inks on paper, as Poppler 22 was seen to show them: by black, cyan, magenta and yellow in the bits
// of the index from the highest.
var inks = [16][3]float64{
	{255, 255, 255},
	{255, 242, 0},
	{236, 0, 140},
	{237, 28, 36},
	{0, 173, 239},
	{0, 166, 80},
	{46, 49, 146},
	{54, 54, 57},
	{35, 31, 32},
	{28, 26, 0},
	{36, 0, 0},
	{34, 0, 0},
	{0, 15, 36},
	{0, 19, 0},
	{0, 0, 2},
	{0, 0, 0},
}

// shown returns how a screen shows inks given in percent: between full inks by how much of the paper each mixture covers.
func shown(ink [4]float64) color.RGBA {
	var sum [3]float64
	for i, full := range inks {
		part := 1.0
		for bit, percent := range [4]float64{ink[3], ink[0], ink[1], ink[2]} {
			if i&(8>>bit) != 0 {
				part *= percent / 100
			} else {
				part *= 1 - percent/100
			}
		}
		for k := range sum {
			sum[k] += part * full[k]
		}
	}
	return color.RGBA{uint8(sum[0] + 0.5), uint8(sum[1] + 0.5), uint8(sum[2] + 0.5), 255}
}

// operands reads a drawing and collects what stands before each operator.
type operands struct {
	rest    []byte
	numbers []float64
	name    string
	array   []textPart
	picture []byte
	columns int
	rows    int
	span    []byte // the dictionary before the span that began last; who reads it sets it to nil
}

// A textPart is one element of the array of TJ.
type textPart struct {
	codes []byte
	back  float64
}

func (r *operands) clear() {
	r.numbers, r.array, r.name = r.numbers[:0], r.array[:0], ""
}

// next returns the next operator, "" at the end.
func (r *operands) next() (string, error) {
	const delimiters = " \n[]()<>/"
	inArray := false
	for {
		r.rest = bytes.TrimLeft(r.rest, " \n")
		if len(r.rest) == 0 {
			return "", nil
		}
		switch first := r.rest[0]; {
		case first == '[' || first == ']':
			inArray, r.rest = first == '[', r.rest[1:]
		case first == '(':
			r.array = append(r.array, textPart{codes: r.literal()})
		case first == '<': // the dictionary of a span: what it holds is read, not seen
			span, after, found := bytes.Cut(r.rest, []byte(">>BDC"))
			if !found {
				return "", fmt.Errorf("a drawing ends inside a span")
			}
			r.span, r.rest = span, after
		default:
			end := 1 + bytes.IndexAny(r.rest[1:], delimiters)
			if end == 0 {
				end = len(r.rest)
			}
			word := string(r.rest[:end])
			r.rest = r.rest[end:]
			v, err := strconv.ParseFloat(word, 64)
			switch {
			case err == nil && inArray:
				r.array = append(r.array, textPart{back: v})
			case err == nil:
				r.numbers = append(r.numbers, v)
			case first == '/':
				r.name = word
			case word == "BI":
				return "EI", r.inline()
			default:
				return word, nil
			}
		}
	}
}

// literal reads a string in round brackets.
func (r *operands) literal() []byte {
	var text []byte
	for i := 1; i < len(r.rest); i++ {
		switch b := r.rest[i]; b {
		case ')':
			r.rest = r.rest[i+1:]
			return text
		case '\\':
			i++
			if b = r.rest[i]; b == 'r' {
				b = '\r'
			}
			text = append(text, b)
		default:
			text = append(text, b)
		}
	}
	r.rest = nil
	return text
}

// inline reads a picture as mask writes it.
func (r *operands) inline() error {
	head, rest, found := bytes.Cut(r.rest, []byte("ID\n"))
	digits, rest, closed := bytes.Cut(rest, []byte(">\nEI"))
	if _, err := fmt.Sscanf(string(head), "/IM true/W %d/H %d/", &r.columns, &r.rows); err != nil || !found || !closed {
		return fmt.Errorf("a drawing has a picture that is no mask")
	}
	r.rest = rest
	r.picture = make([]byte, hex.DecodedLen(len(digits)))
	if _, err := hex.Decode(r.picture, digits); err != nil || len(r.picture) < (r.columns+7)/8*r.rows {
		return fmt.Errorf("a drawing has a picture that is cut off")
	}
	return nil
}
