package sheet

import (
	"slices"
	"unicode"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/harfbuzz"
	"github.com/go-text/typesetting/language"
)

// A glyph is one drawn letter or part of one, in thousandths of an em, as HarfBuzz gives it: where the pen goes on, and how
// far from the pen the glyph stands.
type glyph struct {
	id      uint16
	advance int32
	dx, dy  int32
	pen     int32 // where the pen is, from the beginning of the run
}

// A run is a stretch of a line in one font, its glyphs from left to right.
type run struct {
	font   int // into the fonts of loadFonts
	glyphs []glyph
	width  int32
	spans  []span // every glyph once
}

// A span says which characters the glyphs from start to end stand for, as a whole.
type span struct {
	start, end int
	text       string
	plain      bool // the code of each glyph is its character, and text is empty
	framed     bool // the place of the text is that of the pen, whatever its glyphs do
}

// A line is shaped text.
type line struct {
	runs    []run
	width   int  // thousandths of an em
	missing rune // a character no font has; else 0
}

// A shaper turns text into glyphs. One goroutine at a time: go-text's faces and buffers cache as they work.
type shaper struct {
	fonts  []*fontFile
	faces  []*harfbuzz.Font
	buffer *harfbuzz.Buffer
	lines  [weights]map[string]*line
	pieces []map[string]*piece // of each font
}

// cachedLines bounds the memory of a shaper. Dates and given names come back often within a ward, labels always.
const cachedLines = 2048

func newShaper(fonts []*fontFile) *shaper {
	s := &shaper{fonts: fonts, buffer: harfbuzz.NewBuffer()}
	for i, f := range fonts {
		if i > 0 && f == fonts[i-1] {
			s.faces = append(s.faces, s.faces[i-1])
			continue
		}
		s.faces = append(s.faces, harfbuzz.NewFont(font.NewFace(f.shaping)))
	}
	for range fonts {
		s.pieces = append(s.pieces, map[string]*piece{})
	}
	for w := range s.lines {
		s.lines[w] = map[string]*line{}
	}
	return s
}

// line shapes one line of text. The result is shared and must not be changed.
func (s *shaper) line(text string, weight int) *line {
	cache := s.lines[weight]
	if l := cache[text]; l != nil {
		return l
	}
	if len(cache) >= cachedLines {
		clear(cache)
	}
	l := s.shape(text, weight)
	cache[text] = l
	return l
}

func (s *shaper) shape(text string, weight int) *line {
	l := &line{}
	runes := []rune(text)
	for start := 0; start < len(runes); {
		family, end := s.stretch(runes, start, weight)
		r := s.run(l, runes, start, end, family, weight)
		l.width += int(r.width)
		l.runs = append(l.runs, r)
		start = end
	}
	if len(l.runs) > 1 && fontNames[l.runs[0].font/weights].script == language.Arabic {
		// A line that begins in Urdu runs from right to left: what comes first in it stands last on the page.
		slices.Reverse(l.runs)
	}
	return l
}

// stretch returns the script of the text at start (an index into fontNames) and where it ends. Signs that belong to no script
// (spaces, full stops, digits) stay with the letters around them where the font has them; digits never join Urdu, which runs
// the other way.
func (s *shaper) stretch(runes []rune, start, weight int) (family, end int) {
	family = -1
	signs := true // those before the first letter are in the font of the first letter
	for end = start; end < len(runes); end++ {
		r := runes[end]
		of := scriptOf(r)
		switch {
		case of < 0 && family < 0:
			continue
		case of < 0 && s.has(family, weight, r) && !(fontNames[family].script == language.Arabic && unicode.IsDigit(r)):
			continue
		case of < 0:
			of = 0
		}
		if family < 0 {
			for _, sign := range runes[start:end] {
				signs = signs && s.has(of, weight, sign)
			}
			if !signs {
				return 0, end
			}
			family = of
		}
		if of != family {
			return family, end
		}
	}
	return max(family, 0), end
}

func (s *shaper) has(family, weight int, r rune) bool {
	_, ok := s.faces[family*weights+weight].Face().NominalGlyph(r)
	return ok || language.LookupScript(r) == language.Inherited
}

// scriptOf returns an index into fontNames, or -1 for what every script uses. Letters of scripts without a font count as
// Latin, whose font will not have them.
func scriptOf(r rune) int {
	switch script := language.LookupScript(r); script {
	case language.Common, language.Inherited:
		return -1
	default:
		for i := range fontNames {
			if fontNames[i].script == script {
				return i
			}
		}
		return 0
	}
}

// run puts a stretch of text together from its pieces.
func (s *shaper) run(l *line, runes []rune, start, end, family, weight int) run {
	r := run{font: family*weights + weight}
	if fontNames[family].script == language.Arabic { // from right to left, and letters may reach over a space
		p := s.piece(runes, start, end, r.font)
		l.miss(p)
		r.glyphs, r.width, r.spans = p.glyphs, p.width, p.spans
		return r
	}
	plain := family == 0
	for start := start; start < end; {
		to := pieceEnd(runes, start, end)
		p := s.cachedPiece(runes, start, to, r.font)
		start = to
		l.miss(p)
		plain = plain && p.plain
		for _, g := range p.glyphs {
			g.pen += r.width
			r.glyphs = append(r.glyphs, g)
		}
		r.width += p.width
	}
	if plain {
		r.spans = []span{{end: len(r.glyphs), plain: true}}
	} else {
		r.spans = []span{{end: len(r.glyphs), text: string(runes[start:end])}}
	}
	return r
}

// miss notes the first character that no font has.
func (l *line) miss(p *piece) {
	if l.missing == 0 {
		l.missing = p.missing
	}
}

// A piece is a word, a space, or a digit of a number. In the fonts of the scripts that run from left to right no rule reaches over the end of a
// piece, which a test holds, so that a piece is shaped once and used wherever it stands.
type piece struct {
	glyphs  []glyph
	width   int32
	spans   []span // only from right to left
	plain   bool
	missing rune
}

// cachedPieces bounds the memory of a shaper: some 4 MB. Names are made of the same few thousand words.
const cachedPieces = 1 << 13

// pieceEnd returns where the piece that begins at start ends. A mark behind a space stays with it.
func pieceEnd(runes []rune, start, end int) int {
	marked := start+1 < end && unicode.Is(unicode.M, runes[start+1])
	if runes[start] == ' ' && !marked {
		return start + 1
	}
	to, number := start, true
	for ; to < end && (runes[to] != ' ' || to == start); to++ {
		number = number && '0' <= runes[to] && runes[to] <= '9'
	}
	if number {
		return start + 1
	}
	return to
}

func (s *shaper) cachedPiece(runes []rune, start, end, font int) *piece {
	word := string(runes[start:end])
	cache := s.pieces[font]
	if p := cache[word]; p != nil {
		return p
	}
	if len(cache) >= cachedPieces {
		clear(cache)
	}
	p := s.piece(runes, start, end, font)
	cache[word] = p
	return p
}

// piece shapes some characters.
func (s *shaper) piece(runes []rune, start, end, font int) *piece {
	b := s.buffer
	b.Clear()
	b.Props = harfbuzz.SegmentProperties{Script: fontNames[font/weights].script, Direction: harfbuzz.LeftToRight}
	switch b.Props.Script {
	case language.Latin:
		b.Props.Language = "en"
	case language.Devanagari:
		b.Props.Language = "hi"
	case language.Gurmukhi:
		b.Props.Language = "pa"
	case language.Arabic:
		b.Props.Language = "ur"
		b.Props.Direction = harfbuzz.RightToLeft
	}
	b.AddRunes(runes, start, end-start)
	b.Shape(s.faces[font], nil)

	p := &piece{glyphs: make([]glyph, len(b.Info)), plain: true}
	rtl := b.Props.Direction == harfbuzz.RightToLeft
	for i, info := range b.Info {
		at := b.Pos[i]
		g := glyph{id: uint16(info.Glyph), advance: at.XAdvance, dx: at.XOffset, dy: at.YOffset, pen: p.width}
		if g.id == 0 && p.missing == 0 {
			p.missing = runes[info.Cluster]
		}
		p.plain = p.plain && alone(b.Info, i) && clusterEnd(b.Info, i, end, rtl) == info.Cluster+1 &&
			rune(s.fonts[font].codes[g.id]) == runes[info.Cluster]
		p.glyphs[i] = g
		p.width += g.advance
	}
	if rtl {
		p.spans = clusterSpans(b.Info, runes, end)
	}
	return p
}

// clusterSpans returns the spans of a run from right to left, one for each cluster. Readers put the characters of such a run in
// order by where they stand, so each must stand where its glyphs are.
func clusterSpans(info []harfbuzz.GlyphInfo, runes []rune, end int) []span {
	var spans []span
	start := 0
	for i := range info {
		if i == len(info)-1 || info[i+1].Cluster != info[i].Cluster {
			spans = append(spans, span{start: start, end: i + 1, text: string(runes[info[i].Cluster:clusterEnd(info, i, end, true)]), framed: true})
			start = i + 1
		}
	}
	return spans
}

// alone tells whether a glyph is the only one of its cluster: of the characters that were shaped together.
func alone(info []harfbuzz.GlyphInfo, i int) bool {
	return (i == 0 || info[i-1].Cluster != info[i].Cluster) && (i == len(info)-1 || info[i+1].Cluster != info[i].Cluster)
}

// clusterEnd returns the character after the cluster of a glyph. end is the character after the run.
func clusterEnd(info []harfbuzz.GlyphInfo, i, end int, rtl bool) int {
	step := 1
	if rtl {
		step = -1
	}
	for j := i + step; j >= 0 && j < len(info); j += step {
		if info[j].Cluster != info[i].Cluster {
			return info[j].Cluster
		}
	}
	return end
}
