package sheet

import "sehat/cards"

// A Fitter tells whether a card can be printed before it is made: before a number is spent on it. One goroutine at a time.
type Fitter struct {
	design *Design
	shaper *shaper
	qr     qrMaker
}

// NewFitter returns a fitter for a design; nil is DefaultDesign.
func NewFitter(d *Design) (*Fitter, error) {
	if d == nil {
		var err error
		if d, err = DefaultDesign(); err != nil {
			return nil, err
		}
	}
	fonts, err := loadFonts()
	if err != nil {
		return nil, err
	}
	return &Fitter{design: d, shaper: newShaper(fonts)}, nil
}

// Fits returns nil if the card can be printed whole, else an *OverflowError with every field that cannot. Number and QR may be
// missing yet: any number fits, and the QR of a credential that was signed to fit does too. The place on the sheet is not known
// here.
func (ft *Fitter) Fits(f cards.Face) error {
	misfits := checkFace(&f)
	if misfits == nil {
		for _, items := range [][]Item{ft.design.Front, ft.design.Back} {
			for i := range items {
				if field, why := ft.item(&items[i], &f); why != "" {
					misfits = append(misfits, Misfit{f.Number, field, why})
				}
			}
		}
	}
	if misfits != nil {
		return &OverflowError{misfits}
	}
	return nil
}

// item returns what does not fit of an item, and why.
func (ft *Fitter) item(it *Item, f *cards.Face) (field, why string) {
	switch {
	case it.static() || it.Code128 || it.Photo || !it.on(ft.design, f):
	case it.QR:
		if f.QR != "" {
			_, _, why = ft.qr.fit(f.QR, it)
		}
		return "qr", why
	default:
		if text := ft.design.write(it, f, ""); text != "" {
			_, why = ft.shaper.set(it, text)
		}
		return it.field(), why
	}
	return "", ""
}
