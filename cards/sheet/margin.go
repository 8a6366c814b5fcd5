package sheet

import (
	"fmt"
	"slices"
	"strings"

	"sehat/cards"
)

// margin draws crop marks and the line that names the sheet.
func (f *printing) margin(p *page, faces []cards.Face, number int, side string) {
	if !f.layout.Marks {
		return
	}
	const gap, size = 1.5, 6.5
	p.forms = append(p.forms, placed{form: f.marks()})
	what := fmt.Sprintf("%s · sheet %d · %s · %d cards", f.batch, number, side, len(faces))
	var wards []string
	for i := range faces {
		if w := faces[i].Ward; w != "" && !slices.Contains(wards, w) {
			wards = append(wards, w)
		}
	}
	if len(wards) > 0 {
		what += " · ward " + strings.Join(wards, ", ")
	}
	what += " · print at 100 %, turn over the long edge"
	l := f.shaper.line(what, regular)
	room := (f.layout.PageWidth - 2*f.layout.Left) * pointsPerMM
	fits := min(size, room*unitsPerEm/float64(l.width))
	x, y := f.layout.Left*pointsPerMM, (f.layout.PageHeight-f.layout.Top+f.layout.Bleed+gap+6)*pointsPerMM
	// The margin is for the people at the press: a ward whose name the fonts do not know is no reason to stop.
	p.line(l, x, y, fits, black)
}

// marks returns the form that holds the crop marks.
func (f *printing) marks() *form {
	const key, lineWidth = "marks", 0.25
	if known, ok := f.forms[key]; ok {
		return known
	}
	b := append([]byte("0 0 0 1 K "), appendNumber(nil, lineWidth)...)
	b = append(b, "w\n"...)
	for _, m := range f.layout.cropMarks() {
		for i, op := range []string{"m ", "l S\n"} {
			b = appendNumber(b, m[2*i]*pointsPerMM)
			b = appendNumber(b, (f.layout.PageHeight-m[2*i+1])*pointsPerMM)
			b = append(b, op...)
		}
	}
	f.forms[key] = f.doc.form(f.layout.PageWidth, f.layout.PageHeight, b)
	return f.forms[key]
}
