package sheet

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func testShaper(t testing.TB) *shaper {
	t.Helper()
	fonts, err := loadFonts()
	if err != nil {
		t.Fatal(err)
	}
	return newShaper(fonts)
}

func TestTextShrinksThenBreaksThenStops(t *testing.T) {
	s := testShaper(t)
	name := Item{W: 41, Size: 11, Wrap: 8.5, Min: 6.5, Lines: 2}
	number := Item{W: 41, Size: 12, Wrap: 10, Min: 10, Lines: 1}
	for _, c := range []struct {
		what  string
		it    Item
		text  string
		size  float64
		lines int
		why   string
	}{
		{"a short name has the full size", name, "Rani", 11, 1, ""},
		{"a longer one shrinks", name, "Krishnakant Shrivastava", 10.25, 1, ""},
		{"a long one takes a second line at the wrap size", name, "Venkata Subrahmanyam Lakshminarasimhan", 8.5, 2, ""},
		{"a very long one shrinks on two lines", name, "Venkata Subrahmanyam Lakshminarasimhan Chandra", 8.25, 2, ""},
		{"then it stops", name, strings.Repeat("Lakshminarasimhan ", 6), 0, 0, "does not fit at the smallest size"},
		{"one line is never two", number, strings.Repeat("12345 ", 6), 0, 0, "does not fit at the smallest size"},
		{"a letter without a font stops at once", name, "Rani 🙂", 0, 0, "has a letter that the fonts do not know, U+1F642"},
	} {
		t.Run(c.what, func(t *testing.T) {
			set, why := s.set(&c.it, c.text)
			if set.size != c.size || len(set.lines) != c.lines || why != c.why {
				t.Errorf("%d lines of %v points, %q", len(set.lines), set.size, why)
			}
			for _, l := range set.lines {
				if float64(l.width)*set.size > c.it.W*pointsPerMM*unitsPerEm {
					t.Error("a line is wider than its place")
				}
			}
		})
	}
}

func TestLinesOfSeveralScripts(t *testing.T) {
	s := testShaper(t)
	for text, want := range map[string]string{
		"Born · जन्म":    "0 2",
		"डॉ. आशा":        "2",
		"(जन्म) 1987":    "2",
		"रानी Rani":      "2 0",
		"محمد خان":       "6",
		"وارڈ 12":        "0 6", // begins from the right: the digits stand left of the word
		"ਹਰਪ੍ਰੀਤ · Kaur": "4 0",
		"":               "",
		" ":              "0",
	} {
		var got []string
		for _, r := range s.shape(text, regular).runs {
			got = append(got, fmt.Sprint(r.font))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q is set in fonts %v, want %s", text, got, want)
		}
	}
}

// What is written in the file must put every glyph where shaping put it, to a thousandth of an em.
func TestContentPutsGlyphsWhereShapingDid(t *testing.T) {
	s := testShaper(t)
	for _, text := range []string{
		"Avtar Tasveer", "आशा कुमारी", "त्र्यंबक र्\u200dहस्व", "ਹਰਪ੍ਰੀਤ ਕੌਰ", "محمد عرفان خان", "زینب فاطمہ", "Born · जन्म",
	} {
		l := s.shape(text, regular)
		c := content{doc: newDocument("B1-1", "", 210, 297, made, s.fonts)}
		c.line(l, 0, 0, 10, black)
		var want []string
		x := 0
		for _, r := range l.runs {
			for _, g := range r.glyphs {
				want = append(want, fmt.Sprintf("%d:%d@%d,%d", r.font, g.id, x+int(g.pen+g.dx), g.dy))
			}
			x += int(r.width)
		}
		if got := replay(t, c.doc, c.b, 10); strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%q:\n got %v\nwant %v", text, got, want)
		}
	}
}

var operators = regexp.MustCompile(`(?s)/Span<</ActualText\((?:\\.|[^\\)])*\)>>BDC|(/F[0-9a-f]+) \S+ Tf|(-?[0-9.]+) Ts|\[((?:-?\d+|\((?:\\.|[^\\)])*\))*)\]TJ`)

var elements = regexp.MustCompile(`(?s)-?\d+|\((?:\\.|[^\\)])*\)`)

// replay reads a content stream as a viewer does, and lists the glyphs that it would draw. Blank ones are left out.
func replay(t *testing.T, doc *document, stream []byte, size float64) []string {
	t.Helper()
	var got []string
	font, x, rise := 0, 0, 0
	for _, m := range operators.FindAllSubmatch(stream, -1) {
		switch {
		case m[1] != nil:
			font = slices.Index(doc.names, string(m[1]))
		case m[2] != nil:
			v, err := strconv.ParseFloat(string(m[2]), 64)
			if err != nil {
				t.Fatal(err)
			}
			rise = int(v*unitsPerEm/size+1000.5) - 1000
		case m[3] != nil:
			for _, e := range elements.FindAll(m[3], -1) {
				if e[0] != '(' {
					n, _ := strconv.Atoi(string(e))
					x -= n
					continue
				}
				text := unescape(e[1 : len(e)-1])
				for ; len(text) > 1; text = text[2:] {
					g := slices.Index(doc.fonts[font].codes, uint16(text[0])<<8|uint16(text[1]))
					if g != int(doc.fonts[font].blank) {
						got = append(got, fmt.Sprintf("%d:%d@%d,%d", font, g, x, rise))
					}
					x += int(doc.fonts[font].advances[g])
				}
			}
		}
	}
	return got
}

func unescape(b []byte) []byte {
	var out bytes.Buffer
	for i := 0; i < len(b); i++ {
		if b[i] == '\\' {
			i++
			if b[i] == 'r' {
				out.WriteByte('\r')
				continue
			}
		}
		out.WriteByte(b[i])
	}
	return out.Bytes()
}

func TestStringsHoldEveryByte(t *testing.T) {
	var written []byte
	for _, b := range everyByte() {
		written = appendByte(written, b)
	}
	if bytes.ContainsRune(written, '\r') {
		t.Error("a bare carriage return would be read as a line feed")
	}
	if got := unescape(written); !bytes.Equal(got, everyByte()) {
		t.Errorf("read back as %q", got)
	}
}

func TestInkOnAnEdgeGoesOnIntoTheBleed(t *testing.T) {
	p := &printing{printer: &printer{design: &Design{Width: CardWidth, Height: CardHeight}, layout: Layout{Bleed: 3}}}
	x, y, w, h, _, _ := p.boxWithBleed(&Item{X: 0, Y: 0, W: CardWidth, H: 10})
	want := [4]float64{-3, CardHeight - 10, CardWidth + 6, 13}
	for i, v := range []float64{x, y, w, h} {
		if math.Abs(v-want[i]*pointsPerMM) > 1e-9 {
			t.Errorf("edge %d is at %v mm, want %v", i, v/pointsPerMM, want[i])
		}
	}
	x, y, w, h, _, _ = p.boxWithBleed(&Item{X: 5, Y: 20, W: 10, H: 10})
	want = [4]float64{5, CardHeight - 30, 10, 10}
	for i, v := range []float64{x, y, w, h} {
		if math.Abs(v-want[i]*pointsPerMM) > 1e-9 {
			t.Errorf("inside, edge %d is at %v mm, want %v", i, v/pointsPerMM, want[i])
		}
	}
}

func everyByte() []byte {
	b := make([]byte, 256)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}
