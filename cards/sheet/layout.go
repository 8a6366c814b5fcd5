package sheet

import (
	"fmt"
	"strings"
)

// The size of a card: ID-1 of ISO/IEC 7810, in millimetres.
const (
	CardWidth  = 85.60
	CardHeight = 53.98
)

// A Layout places cards on a page. All lengths are millimetres, from the top left corner.
type Layout struct {
	Name       string
	Title      string // one line for people
	PageWidth  float64
	PageHeight float64
	Columns    int
	Rows       int
	Left, Top  float64 // the trimmed corner of the first card
	StepX      float64 // from one card to the next, trimmed edge to trimmed edge
	StepY      float64
	Bleed      float64 // how far ink at an edge goes on beyond it
	Marks      bool    // crop marks and a line that names the sheet
}

// Layouts returns every layout there is, the default first.
func Layouts() []Layout {
	const a4Width, a4Height = 210, 297
	const bleed = 3
	return []Layout{
		centred(Layout{
			Name: "a4-10", Title: "A4, ten cards, butt-cut",
			PageWidth: a4Width, PageHeight: a4Height, Columns: 2, Rows: 5,
			StepX: CardWidth, StepY: CardHeight, Marks: true,
		}),
		centred(Layout{
			Name: "a4-8", Title: "A4, eight cards with 3 mm bleed",
			PageWidth: a4Width, PageHeight: a4Height, Columns: 2, Rows: 4,
			StepX: CardWidth + 2*bleed, StepY: CardHeight + 2*bleed, Bleed: bleed, Marks: true,
		}),
		{
			Name: "cr80", Title: "one card a page, for card printers",
			PageWidth: CardWidth, PageHeight: CardHeight, Columns: 1, Rows: 1,
			StepX: CardWidth, StepY: CardHeight,
		},
	}
}

// LayoutNamed returns a layout by its name; "" is the default.
func LayoutNamed(name string) (Layout, error) {
	all := Layouts()
	if name == "" {
		return all[0], nil
	}
	names := make([]string, len(all))
	for i, l := range all {
		if l.Name == name {
			return l, nil
		}
		names[i] = l.Name
	}
	return Layout{}, fmt.Errorf("no layout %q: there are %s", name, strings.Join(names, ", "))
}

func centred(l Layout) Layout {
	l.Left = (l.PageWidth - CardWidth - float64(l.Columns-1)*l.StepX) / 2
	l.Top = (l.PageHeight - CardHeight - float64(l.Rows-1)*l.StepY) / 2
	return l
}

// PerSheet is the number of cards on a sheet.
func (l Layout) PerSheet() int { return l.Columns * l.Rows }

// front returns the trimmed top left corner of a slot, counted from 0 along the rows.
func (l Layout) front(slot int) (x, y float64) {
	return l.Left + float64(slot%l.Columns)*l.StepX, l.Top + float64(slot/l.Columns)*l.StepY
}

// back is front with the columns mirrored: behind the same slot when the sheet is turned over its long edge.
func (l Layout) back(slot int) (x, y float64) {
	x, y = l.front(slot)
	return l.PageWidth - x - CardWidth, y
}

// cropMarks returns the lines that tell where to cut, x1 y1 x2 y2 each. They keep clear of ink and bleed.
func (l Layout) cropMarks() [][4]float64 {
	const gap, length = 1.5, 4
	if !l.Marks {
		return nil
	}
	var marks [][4]float64
	left, top := l.front(0)
	right := left + float64(l.Columns-1)*l.StepX + CardWidth
	bottom := top + float64(l.Rows-1)*l.StepY + CardHeight
	out := l.Bleed + gap
	vertical := func(x float64) {
		marks = append(marks, [4]float64{x, top - out - length, x, top - out}, [4]float64{x, bottom + out, x, bottom + out + length})
	}
	horizontal := func(y float64) {
		marks = append(marks, [4]float64{left - out - length, y, left - out, y}, [4]float64{right + out, y, right + out + length, y})
	}
	for c := range l.Columns {
		x := left + float64(c)*l.StepX
		vertical(x)
		if c == l.Columns-1 || l.StepX > CardWidth {
			vertical(x + CardWidth)
		}
	}
	for r := range l.Rows {
		y := top + float64(r)*l.StepY
		horizontal(y)
		if r == l.Rows-1 || l.StepY > CardHeight {
			horizontal(y + CardHeight)
		}
	}
	return marks
}
