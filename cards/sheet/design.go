package sheet

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"sehat/cards"
	"sehat/templates"
)

// A Design is a card face file: everything about a card that is not the resident. A state or a hospital group changes it
// without touching code. Lengths are millimetres from the top left corner, sizes of letters are points.
type Design struct {
	Name            string                       `json:"name"`
	Width           float64                      `json:"width"` // both 0 for a card; else what a layout is made for
	Height          float64                      `json:"height"`
	Programme       string                       `json:"programme"`        // the title
	ProgrammeSecond string                       `json:"programme_second"` // in the second language
	Colours         map[string][4]float64        `json:"colours"`          // percent of cyan, magenta, yellow and black
	Values          map[string]map[string]string `json:"values"`           // how the codes of a field are printed: sex: F: Female
	Front           []Item                       `json:"front"`
	Back            []Item                       `json:"back"`

	source []byte
}

// An Item is one thing on a side of a card. Exactly one of Text, Box, Path, QR, Code128 and Photo says what.
type Item struct {
	// Text is what to write; {name} stands for a field of the face, and {place} for the sheet and slot code. Where all fields
	// of a text are empty it is left out.
	Text    string  `json:"text,omitempty"`
	Box     bool    `json:"box,omitempty"`     // a filled rectangle; an edge on the card's edge goes on into the bleed
	Path    string  `json:"path,omitempty"`    // a filled drawing: M, L, C and Z with absolute coordinates, y down, as in SVG
	QR      bool    `json:"qr,omitempty"`      // the QR code, at the right bottom of its place, W wide at most, quiet zone outside
	Code128 bool    `json:"code128,omitempty"` // the number as bars, W at most by H, quiet zone outside
	Photo   bool    `json:"photo,omitempty"`   // the holder's photo, four wide to five high; nothing on cards without one
	Modules int     `json:"modules,omitempty"` // a QR code has at least so many on a side, so that those of all cards are alike
	Module  float64 `json:"module,omitempty"`  // the least size of a module; 0.40 without, which is for cards that live long

	// When tells on which cards: permanent or temporary ones, those that have a field ("name_second") or lack it ("no
	// name_second"), or several of these, all of which must hold ("sex, no birth").
	When   string  `json:"when,omitempty"`
	X      float64 `json:"x"`
	Y      float64 `json:"y"` // of a text: its (first) baseline
	W      float64 `json:"w,omitempty"`
	H      float64 `json:"h,omitempty"`
	Colour string  `json:"colour,omitempty"` // a name in Colours; black (K alone) without
	Round  float64 `json:"round,omitempty"`  // the radius of a box's corners
	Scale  float64 `json:"scale,omitempty"`  // millimetres to one unit of a path

	Weight  string  `json:"weight,omitempty"`  // regular (without) or semibold
	Size    float64 `json:"size,omitempty"`    // points
	Wrap    float64 `json:"wrap,omitempty"`    // a text shrinks to this size before it takes more lines
	Min     float64 `json:"min,omitempty"`     // and then to this one, never below. Both are Size without
	Lines   int     `json:"lines,omitempty"`   // at most; 1 without
	Leading float64 `json:"leading,omitempty"` // from line to line, in sizes; 1.3 without
	Align   string  `json:"align,omitempty"`   // left (without), right or centre, of X to X + W
	Anchor  string  `json:"anchor,omitempty"`  // where several lines go: down (without), up, or middle, around Y

	parts  []part
	when   []condition
	colour [4]float64
}

// A condition holds for cards of a kind, or for those that have a field, or for those that lack it.
type condition struct {
	kind, field string
	lacks       bool
}

// black is K alone, in percent of each ink.
var black = [4]float64{0, 0, 0, 100}

// A part of a text is a field or, where that is empty, itself.
type part struct{ literal, field string }

// DefaultDesign returns the card face that sehat comes with.
func DefaultDesign() (*Design, error) { return DesignNamed("default") }

// DesignNames returns the names of the embedded card faces.
func DesignNames() []string {
	files, _ := fs.Glob(templates.Cards, "cards/*.json") // the pattern is sound
	for i, file := range files {
		files[i] = strings.TrimSuffix(path.Base(file), ".json")
	}
	return files
}

// DesignNamed returns one of the embedded card faces.
func DesignNamed(name string) (*Design, error) {
	data, err := fs.ReadFile(templates.Cards, "cards/"+name+".json")
	if err != nil {
		return nil, fmt.Errorf("no card face %q comes with sehat: there are %s", name, strings.Join(DesignNames(), ", "))
	}
	return ParseDesign(data)
}

// ParseDesign reads a card face file and checks all that can be checked without a card. The error names the item by its side
// and its place in the list, counted from 1.
func ParseDesign(data []byte) (*Design, error) {
	d, err := decodeDesign(data)
	if err != nil {
		return nil, err
	}
	if err := d.checkWords(); err != nil {
		return nil, fmt.Errorf("card face %s: %w", d.Name, err)
	}
	for i := range d.Front {
		if err := d.compile(&d.Front[i]); err != nil {
			return nil, fmt.Errorf("card face %s: front, item %d: %w", d.Name, i+1, err)
		}
	}
	for i := range d.Back {
		if err := d.compile(&d.Back[i]); err != nil {
			return nil, fmt.Errorf("card face %s: back, item %d: %w", d.Name, i+1, err)
		}
	}
	return d, nil
}

// Source returns the card face file as it was read.
func (d *Design) Source() []byte { return d.source }

func (d *Design) compile(it *Item) error {
	kinds := 0
	for _, is := range []bool{it.Text != "", it.Box, it.Path != "", it.QR, it.Code128, it.Photo} {
		if is {
			kinds++
		}
	}
	if kinds != 1 {
		return fmt.Errorf("is %d of text, box, path, qr, code128 and photo and must be one", kinds)
	}
	it.colour = black
	if it.Colour != "" {
		c, ok := d.Colours[it.Colour]
		if !ok {
			return fmt.Errorf("colour %q is not in the list of colours", it.Colour)
		}
		it.colour = c
	}
	for _, rule := range []struct {
		what string
		ok   bool
	}{
		{"when", it.compileWhen()},
		{"module", it.Module == 0 || it.QR && it.Module >= minStickerMM},
		{"modules", it.Modules == 0 || it.QR && it.Modules >= 21 && (it.Modules-17)%4 == 0},
		{"weight", slices.Contains([]string{"", "regular", "semibold"}, it.Weight)},
		{"align", slices.Contains([]string{"", "left", "right", "centre"}, it.Align)},
		{"anchor", slices.Contains([]string{"", "down", "up", "middle"}, it.Anchor)},
		{"w", it.W > 0 || it.Path != ""},
		{"h", it.H > 0 || !it.Box && !it.Code128 && !it.Photo},
		{"scale", it.Scale > 0 || it.Path == ""},
		{"size", it.Size > 0 || it.Text == ""},
		{"lines", it.Lines >= 0},
	} {
		if !rule.ok {
			return fmt.Errorf("%s is missing or not a word this version knows", rule.what)
		}
	}
	if err := it.checkNumbers(); err != nil {
		return err
	}
	if it.Lines == 0 {
		it.Lines = 1
	}
	if it.Wrap == 0 {
		it.Wrap = it.Size
	}
	if it.Min == 0 {
		it.Min = it.Wrap
	}
	if it.Leading == 0 {
		it.Leading = 1.3
	}
	if it.Min > it.Wrap || it.Wrap > it.Size {
		return fmt.Errorf("sizes must not grow from size to wrap to min")
	}
	if it.Path != "" {
		if _, err := appendPath(nil, it.Path, 0, 0, 1); err != nil {
			return err
		}
	}
	if err := d.checkPlace(it); err != nil {
		return err
	}
	return it.compileText()
}

func (it *Item) compileText() error {
	rest := it.Text
	for rest != "" {
		before, after, found := strings.Cut(rest, "{")
		if before != "" {
			it.parts = append(it.parts, part{literal: before})
		}
		if !found {
			return nil
		}
		field, after, found := strings.Cut(after, "}")
		if !found || !slices.Contains(fields, field) {
			return fmt.Errorf("{%s} is no field: there are %s", field, strings.Join(fields, ", "))
		}
		it.parts = append(it.parts, part{field: field})
		rest = after
	}
	return nil
}

// field returns the first field of a text, for the list of what did not fit.
func (it *Item) field() string {
	for _, p := range it.parts {
		if p.field != "" {
			return p.field
		}
	}
	return "text"
}

// compileWhen reads the conditions of an item, and tells whether it knows all of them.
func (it *Item) compileWhen() bool {
	it.when = nil
	if it.When == "" {
		return true
	}
	for word := range strings.SplitSeq(it.When, ",") {
		word = strings.TrimSpace(word)
		if word == cards.Permanent || word == cards.Temporary {
			it.when = append(it.when, condition{kind: word})
			continue
		}
		field, lacks := strings.CutPrefix(word, "no ")
		if field != photoField && !slices.Contains(fields, field) {
			return false
		}
		it.when = append(it.when, condition{field: field, lacks: lacks})
	}
	return true
}

// on tells whether an item is on a card.
func (it *Item) on(d *Design, f *cards.Face) bool {
	for _, c := range it.when {
		if c.kind != "" && c.kind != f.Kind || c.field != "" && (d.value(f, c.field, "") == "") != c.lacks {
			return false
		}
	}
	return true
}

// static tells whether an item looks the same on all cards of one kind that have a photo, and on all that have none.
func (it *Item) static() bool {
	if it.QR || it.Code128 || it.Photo || slices.ContainsFunc(it.when, func(c condition) bool { return c.field != "" && c.field != photoField }) {
		return false
	}
	for _, p := range it.parts {
		if p.field != "" && p.field != "programme" && p.field != "programme_second" {
			return false
		}
	}
	return true
}

// write returns the text of an item on a card, "" where it has none.
func (d *Design) write(it *Item, f *cards.Face, place string) string {
	if len(it.parts) == 1 && it.parts[0].field == "" {
		return it.parts[0].literal
	}
	var b strings.Builder
	some := false
	for _, p := range it.parts {
		if p.field == "" {
			b.WriteString(p.literal)
			continue
		}
		v := d.value(f, p.field, place)
		if names, ok := d.Values[p.field]; ok {
			if name, ok := names[v]; ok {
				v = name
			}
		}
		some = some || v != ""
		b.WriteString(v)
	}
	if !some {
		return ""
	}
	return b.String()
}
