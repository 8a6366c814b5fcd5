package sheet

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"

	"github.com/go-text/typesetting/font"
	ot "github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/language"

	"sehat/templates"
)

// Weights of letters.
const (
	regular = iota
	semibold
	weights
)

// A fontFile is one embedded font. In a PDF its glyphs are addressed by codes of 16 bits, which for a viewer are characters:
// the first character that a glyph stands for alone, else one of the private use area. Every glyph has one, whatever shaping
// chooses.
type fontFile struct {
	name     string // PostScript name
	shaping  *font.Font
	data     []byte   // the file, with a character map of these codes
	codes    []uint16 // of each glyph
	advances []int32  // of each glyph
	blank    uint16   // a glyph without ink or width
}

const (
	// unitsPerEm of every font here. PDF measures glyphs in thousandths of an em, so that positions stay whole numbers.
	unitsPerEm = 1000
	// privateUse is the first character of Unicode's private use area, which has 6,400.
	privateUse, privateUses = 0xe000, 6400
)

// fontNames by script and weight. Nastaliq has one weight: its bold is too dark at this size.
var fontNames = [...]struct {
	script language.Script
	files  [weights]string
}{
	{language.Latin, [weights]string{"NotoSans-Regular", "NotoSans-SemiBold"}},
	{language.Devanagari, [weights]string{"NotoSansDevanagari-Regular", "NotoSansDevanagari-SemiBold"}},
	{language.Gurmukhi, [weights]string{"NotoSansGurmukhi-Regular", "NotoSansGurmukhi-SemiBold"}},
	{language.Arabic, [weights]string{"NotoNastaliqUrdu-Regular", "NotoNastaliqUrdu-Regular"}},
}

// loadFonts reads the embedded fonts, two for each script (the same one twice where there is one weight).
func loadFonts() ([]*fontFile, error) {
	var all []*fontFile
	for _, family := range fontNames {
		for w, name := range family.files {
			if w > 0 && name == family.files[w-1] {
				all = append(all, all[len(all)-1])
				continue
			}
			data, err := templates.Fonts.ReadFile("fonts/" + name + ".ttf")
			if err != nil {
				return nil, fmt.Errorf("font %s: %w", name, err)
			}
			f, err := parseFont(name, data)
			if err != nil {
				return nil, fmt.Errorf("font %s: %w", name, err)
			}
			all = append(all, f)
		}
	}
	return all, nil
}

// parseFont reads a TrueType file that is our own, so it checks no more than what a wrong file under templates would need.
func parseFont(name string, data []byte) (*fontFile, error) {
	loader, err := ot.NewLoader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	f := &fontFile{name: name}
	if f.shaping, err = font.NewFont(loader); err != nil {
		return nil, err
	}
	if em := f.shaping.Upem(); em != unitsPerEm {
		return nil, fmt.Errorf("%d units to the em, want %d", em, unitsPerEm)
	}
	maxp, err := loader.RawTable(ot.MustNewTag("maxp"))
	if err != nil {
		return nil, fmt.Errorf("table maxp: %w", err)
	}
	glyphs := int(binary.BigEndian.Uint16(maxp[4:]))
	if glyphs > privateUses {
		return nil, fmt.Errorf("%d glyphs, at most %d can be addressed", glyphs, privateUses)
	}
	face := font.NewFace(f.shaping)
	f.advances, f.codes = make([]int32, glyphs), make([]uint16, glyphs)
	for g := range glyphs {
		f.advances[g], f.codes[g] = int32(face.HorizontalAdvance(font.GID(g))), uint16(privateUse+g)
		if f.blank == 0 && g > 0 && f.advances[g] == 0 {
			if outline, ok := face.GlyphData(font.GID(g)).(font.GlyphOutline); ok && len(outline.Segments) == 0 {
				f.blank = uint16(g)
			}
		}
	}
	if f.blank == 0 {
		return nil, fmt.Errorf("no glyph is blank")
	}
	for chars := f.shaping.Cmap.Iter(); chars.Next(); {
		if char, g := chars.Char(); char >= ' ' && char < rune(f.codes[g]) {
			f.codes[g] = uint16(char)
		}
	}
	f.data, err = withCharacters(data, f.codes)
	return f, err
}

// withCharacters returns a TrueType file whose character map has these codes of its glyphs and no other (OpenType, cmap, format 4).
func withCharacters(data []byte, codes []uint16) ([]byte, error) {
	type char struct{ code, glyph uint16 }
	chars := make([]char, len(codes))
	for g, code := range codes {
		chars[g] = char{code, uint16(g)}
	}
	slices.SortFunc(chars, func(a, b char) int { return cmp.Compare(a.code, b.code) })
	var first, last, delta []uint16 // of each stretch of codes whose glyphs follow each other, and of the end that must be there
	for _, c := range append(chars, char{0xffff, 0}) {
		if n := len(last) - 1; n >= 0 && c.code == last[n]+1 && c.glyph-c.code == delta[n] {
			last[n]++
			continue
		}
		first, last, delta = append(first, c.code), append(last, c.code), append(delta, c.glyph-c.code)
	}

	n := uint16(len(first))
	power := uint16(1) << (bits.Len16(n) - 1)
	table := []uint16{0, 1, 3, 1, 0, 12} // version 0, one map: Windows, Unicode, at byte 12
	table = append(table, 4, 16+8*n, 0, 2*n, 2*power, uint16(bits.Len16(power)-1), 2*(n-power))
	table = append(table, last...)
	table = append(table, 0)
	table = append(table, first...)
	table = append(table, delta...)
	table = append(table, make([]uint16, n)...) // no glyph is listed by itself

	out := bytes.Clone(data)
	for len(out)%4 != 0 {
		out = append(out, 0)
	}
	for i := range int(binary.BigEndian.Uint16(out[4:])) {
		if entry := out[12+16*i:]; string(entry[:4]) == "cmap" {
			binary.BigEndian.PutUint32(entry[8:], uint32(len(out)))
			binary.BigEndian.PutUint32(entry[12:], uint32(2*len(table)))
			return binary.Append(out, binary.BigEndian, table)
		}
	}
	return nil, fmt.Errorf("no table cmap")
}
