package sheet

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"sehat/cards"
)

const (
	// maxInk is how much of the four inks paper takes before it smears, in percent.
	maxInk = 300
	// minQR is the width of a QR code of a full credential, in millimetres; a smaller one is not read from every phone.
	minQR = 29
	// minSize is the smallest letter that may be asked for, in points.
	minSize = 4
)

// decodeDesign reads the JSON of a card face file, with or without the mark that Windows puts in front. Its errors name the line.
func decodeDesign(data []byte) (*Design, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	for n, line := range bytes.Split(data, []byte("\n")) {
		if !utf8.Valid(line) {
			return nil, fmt.Errorf("card face: line %d is no UTF-8: save the file as UTF-8", n+1)
		}
	}
	d := Design{source: bytes.Clone(data)}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	err := dec.Decode(&d)
	if err == nil && dec.More() {
		return nil, fmt.Errorf("card face: line %d: something follows its end", lineOf(data, dec.InputOffset()))
	}
	if err == nil {
		return &d, nil
	}
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	at := int64(len(data)) // where it ends, if it ends too early
	if word, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		at = int64(bytes.Index(data, []byte(word)))
		err = fmt.Errorf("unknown field %s: see templates/cards/README.md for those there are", word)
	} else if errors.As(err, &syntax) {
		at = syntax.Offset
	} else if errors.As(err, &kind) {
		at, err = kind.Offset, fmt.Errorf("%s is a %s and must be a %s", kind.Field, kind.Value, kind.Type)
	}
	return nil, fmt.Errorf("card face: line %d: %w", lineOf(data, at), err)
}

func lineOf(data []byte, offset int64) int {
	return 1 + bytes.Count(data[:min(max(offset, 0), int64(len(data)))], []byte("\n"))
}

// checkWords checks what stands above the items.
func (d *Design) checkWords() error {
	if d.Width == 0 && d.Height == 0 {
		d.Width, d.Height = CardWidth, CardHeight
	}
	if d.Width < 20 || d.Height < 20 || d.Width > 300 || d.Height > 300 {
		return fmt.Errorf("%v by %v mm is no size for a card, a sticker or a slip", d.Width, d.Height)
	}
	for name, colour := range d.Colours {
		total := 0.0
		for _, percent := range colour {
			if percent < 0 || percent > 100 {
				return fmt.Errorf("colour %s: %v is not from 0 to 100 percent", name, percent)
			}
			total += percent
		}
		if total > maxInk {
			return fmt.Errorf("colour %s: its inks add up to %v percent, more than the %d that paper takes", name, total, maxInk)
		}
	}
	for field := range d.Values {
		if !slices.Contains(fields, field) {
			return fmt.Errorf("values: %s is no field: there are %s", field, strings.Join(fields, ", "))
		}
	}
	return nil
}

// checkNumbers checks that nothing is larger than a sheet: what comes of such a mistake is not seen, or takes all memory.
func (it *Item) checkNumbers() error {
	const sheet, points = 350, 150
	reach := 0.0
	for word := range strings.FieldsFuncSeq(it.Path, func(r rune) bool { return strings.ContainsRune(" ,\n\t", r) }) {
		if v, err := strconv.ParseFloat(word, 64); err == nil {
			reach = max(reach, math.Abs(v)*it.Scale)
		}
	}
	for _, rule := range []struct {
		what       string
		value, max float64
	}{
		{"x", math.Abs(it.X), sheet},
		{"y", math.Abs(it.Y), sheet},
		{"w", it.W, sheet},
		{"h", it.H, sheet},
		{"round", it.Round, sheet},
		{"path", reach, sheet},
		{"size", it.Size, points},
		{"leading", it.Leading, 10},
		{"lines", float64(it.Lines), 50},
	} {
		if rule.value < 0 || rule.value > rule.max {
			return fmt.Errorf("%s is %v and may be 0 to %v", rule.what, rule.value, rule.max)
		}
	}
	return nil
}

// checkPlace checks that a bar code and its quiet zone lie on the card, and that letters are not too small.
func (d *Design) checkPlace(it *Item) error {
	switch {
	case it.Text != "" && it.Min < minSize:
		return fmt.Errorf("letters of %v points are too small to read: %d at least", it.Min, minSize)
	case it.QR && it.Module == 0 && it.W < minQR:
		return fmt.Errorf("a QR code of %v mm is too small to read: %d at least", it.W, minQR)
	case it.QR && !d.inside(it.X, it.Y, it.W, it.W, it.least()*QuietZone, it.least()*QuietZone):
		return fmt.Errorf("the QR code and the white around it do not lie on the card")
	case it.Code128 && !d.inside(it.X, it.Y, it.W, it.H, 10*dotMM, 0):
		return fmt.Errorf("the bars and the white beside them do not lie on the card")
	case it.Photo && math.Abs(it.W*photoHeight-it.H*photoWidth) > 0.01*it.W*photoHeight:
		return fmt.Errorf("a photo is four wide to five high, and its place %v by %v", it.W, it.H)
	case it.Photo && !d.inside(it.X, it.Y, it.W, it.H, 0, 0):
		return fmt.Errorf("the photo does not lie on the card")
	case it.Text != "" && !d.inside(it.X, it.Y, it.W, 0, 0, 0):
		return fmt.Errorf("the text does not lie on the card")
	}
	return nil
}

// inside tells whether a box with so much white beside it, and above and below, lies on the card.
func (d *Design) inside(x, y, w, h, beside, above float64) bool {
	const rounding = 1e-6
	return x >= beside-rounding && y >= above-rounding && x+w+beside <= d.Width+rounding && y+h+above <= d.Height+rounding
}

// Check returns what can be found wrong with a card face file before any card is printed, beside what [ParseDesign] finds: it
// shows no number or no QR code, or a text that is the same on all cards does not fit or has a letter the fonts do not know.
// The error names the item.
func (d *Design) Check() error {
	fitter, err := NewFitter(d)
	if err != nil {
		return err
	}
	for _, f := range checkedSpecimens() {
		kind := f.Kind
		var codes, numbers int
		for _, side := range []struct {
			name  string
			items []Item
		}{{"front", d.Front}, {"back", d.Back}} {
			for i := range side.items {
				it := &side.items[i]
				if !it.on(d, &f) {
					continue
				}
				if it.QR {
					codes++
				}
				if slices.ContainsFunc(it.parts, func(p part) bool { return p.field == "number" }) {
					numbers++
				}
				if it.Text == "" || !it.static() {
					continue
				}
				if _, why := fitter.shaper.set(it, d.write(it, &f, "")); why != "" {
					return fmt.Errorf("card face %s: %s, item %d: %q %s", d.Name, side.name, i+1, d.write(it, &f, ""), why)
				}
			}
		}
		if codes != 1 {
			return fmt.Errorf("card face %s: %s cards have %d QR codes and must have one", d.Name, kind, codes)
		}
		if numbers == 0 {
			return fmt.Errorf("card face %s: %s cards do not show {number}", d.Name, kind)
		}
		if err := fitter.Fits(f); err != nil {
			return fmt.Errorf("card face %s: not even the card of the invented %s fits: %w", d.Name, f.Name, err)
		}
	}
	return nil
}

// checkedSpecimens are one card of each kind, with a photo and without.
func checkedSpecimens() []cards.Face {
	var list []cards.Face
	for _, kind := range []string{cards.Permanent, cards.Temporary} {
		bare := specimen(0, kind)
		shown := bare
		shown.Photo = "specimen" // what stands beside it is checked, not the photo
		list = append(list, bare, shown)
	}
	return list
}
