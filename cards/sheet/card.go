package sheet

import (
	"fmt"

	"sehat/cards"
)

// side draws one side of one card, its trimmed corner at x, y millimetres from the page's top left.
func (f *printing) side(p *page, items []Item, name string, face *cards.Face, place string, x, y float64) error {
	same, err := f.form(items, name, face)
	if err != nil {
		return err
	}
	p.forms = append(p.forms, placed{same, x - f.layout.Bleed, y - f.layout.Bleed})
	p.push(x*pointsPerMM, (f.layout.PageHeight-y-f.design.Height)*pointsPerMM)
	for i := range items {
		it := &items[i]
		switch {
		case it.static() || !it.on(f.design, face):
		case it.QR:
			if why := f.drawQR(&p.content, it, face); why != "" {
				f.misfits = append(f.misfits, Misfit{face.Number, "qr", why})
			}
		case it.Photo:
			if err := f.photo(&p.content, it, face); err != nil {
				return err
			}
		case it.Code128:
			bottom := (f.design.Height - it.Y - it.H) * pointsPerMM
			if err := p.code128(face.Number.String(), it.X*pointsPerMM, bottom, it.W*pointsPerMM, it.H*pointsPerMM); err != nil {
				return err
			}
		default:
			if why := f.text(&p.content, it, f.design.write(it, face, place)); why != "" {
				f.misfits = append(f.misfits, Misfit{face.Number, it.field(), why})
			}
		}
	}
	p.pop()
	return nil
}

// drawQR draws the QR code of a card at the right bottom of its place.
func (f *printing) drawQR(c *content, it *Item, face *cards.Face) (why string) {
	version, module, why := f.qr.fit(face.QR, it)
	if why != "" {
		return why
	}
	code, err := f.qr.encode(face.QR, version)
	if err != nil {
		return err.Error()
	}
	x := (it.X + it.W - float64(code.Size)*module) * pointsPerMM
	y := (f.design.Height - it.Y - it.W) * pointsPerMM
	c.qr(code, x, y, module*pointsPerMM)
	return ""
}

// text draws a text in its place.
func (f *printing) text(c *content, it *Item, text string) (why string) {
	if text == "" {
		return ""
	}
	set, why := f.shaper.set(it, text)
	if why != "" {
		return why
	}
	leading := it.Leading * set.size
	y := (f.design.Height - it.Y) * pointsPerMM
	switch it.Anchor {
	case "up":
		y += float64(len(set.lines)-1) * leading
	case "middle":
		y += float64(len(set.lines)-1) * leading / 2
	}
	for _, l := range set.lines {
		x := it.X * pointsPerMM
		spare := it.W*pointsPerMM - float64(l.width)*set.size/unitsPerEm
		switch it.Align {
		case "right":
			x += spare
		case "centre":
			x += spare / 2
		}
		c.line(l, x, y, set.size, it.colour)
		y -= leading
	}
	return ""
}

// form returns what is equal on this side of all cards of a kind, with a photo or without, and draws it the first time. It is larger than the card by
// the bleed.
func (f *printing) form(items []Item, side string, face *cards.Face) (*form, error) {
	key := side + " " + face.Kind
	if face.Photo != "" {
		key += " " + photoField
	}
	if known, ok := f.forms[key]; ok {
		return known, nil
	}
	c := content{doc: f.doc}
	c.push(f.layout.Bleed*pointsPerMM, f.layout.Bleed*pointsPerMM)
	for i := range items {
		it := &items[i]
		if !it.static() || !it.on(f.design, face) {
			continue
		}
		y := (f.design.Height - it.Y) * pointsPerMM
		switch {
		case it.Box:
			c.box(f.boxWithBleed(it))
		case it.Path != "":
			c.fill(it.colour)
			var err error
			if c.b, err = appendPath(c.b, it.Path, it.X*pointsPerMM, y, it.Scale*pointsPerMM); err != nil {
				return nil, err
			}
			c.b = append(c.b, "f\n"...)
		default:
			if why := f.text(&c, it, f.design.write(it, face, "")); why != "" {
				return nil, fmt.Errorf("card face %s: %s, item %d: %s", f.design.Name, side, i+1, why)
			}
		}
	}
	c.pop()
	f.forms[key] = f.doc.form(f.design.Width+2*f.layout.Bleed, f.design.Height+2*f.layout.Bleed, c.b)
	return f.forms[key], nil
}

// boxWithBleed returns a box in points; an edge on the card's edge goes on into the bleed.
func (f *printing) boxWithBleed(it *Item) (x, y, w, h, round float64, colour [4]float64) {
	const touching = 0.005
	left, top, right, bottom := it.X, it.Y, it.X+it.W, it.Y+it.H
	if left <= touching {
		left -= f.layout.Bleed
	}
	if top <= touching {
		top -= f.layout.Bleed
	}
	if right >= f.design.Width-touching {
		right += f.layout.Bleed
	}
	if bottom >= f.design.Height-touching {
		bottom += f.layout.Bleed
	}
	return left * pointsPerMM, (f.design.Height - bottom) * pointsPerMM, (right - left) * pointsPerMM, (bottom - top) * pointsPerMM,
		it.Round * pointsPerMM, it.colour
}
