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
	Title      string  // one line for people
	Width      float64 // of a card, a slip or a sticker
	Height     float64
	PageWidth  float64
	PageHeight float64
	Columns    int
	Rows       int
	Left, Top  float64 // the trimmed corner of the first card
	StepX      float64 // from one card to the next, trimmed edge to trimmed edge
	StepY      float64
	Bleed      float64 // how far ink at an edge goes on beyond it
	Marks      bool    // crop marks and a line that names the sheet
	Down       bool    // slots are counted down the columns, not along the rows
	OneSided   bool    // there is no back
}

const a4Width, a4Height = 210, 297

// Layouts returns every layout of cards there is, the default first.
func Layouts() []Layout {
	const bleed = 3
	return []Layout{
		centred(Layout{
			Name: "a4-10", Title: "A4, ten cards, butt-cut", Width: CardWidth, Height: CardHeight,
			PageWidth: a4Width, PageHeight: a4Height, Columns: 2, Rows: 5,
			StepX: CardWidth, StepY: CardHeight, Marks: true,
		}),
		centred(Layout{
			Name: "a4-8", Title: "A4, eight cards with 3 mm bleed", Width: CardWidth, Height: CardHeight,
			PageWidth: a4Width, PageHeight: a4Height, Columns: 2, Rows: 4,
			StepX: CardWidth + 2*bleed, StepY: CardHeight + 2*bleed, Bleed: bleed, Marks: true,
		}),
		{
			Name: "cr80", Title: "one card a page, for card printers", Width: CardWidth, Height: CardHeight,
			PageWidth: CardWidth, PageHeight: CardHeight, Columns: 1, Rows: 1,
			StepX: CardWidth, StepY: CardHeight,
		},
	}
}

// Stickers is the sheet of labels for stickers: 40 of 45.7 × 25.4 mm on A4, four columns of ten (sold as L7654 and its like). A column
// is one resident's.
func Stickers() Layout {
	return centred(Layout{
		Name: "stickers", Title: "A4, 40 labels of 45.7 × 25.4 mm", Width: 45.7, Height: 25.4,
		PageWidth: a4Width, PageHeight: a4Height, Columns: 4, Rows: 10, StepX: 48.3, StepY: 25.4, Down: true, OneSided: true,
	})
}

// Slips is the sheet of letters for the doorstep: two on A4, parted by one cut.
func Slips() Layout {
	return Layout{
		Name: "slips", Title: "A4, two letters", Width: a4Width, Height: a4Height / 2.0,
		PageWidth: a4Width, PageHeight: a4Height, Columns: 1, Rows: 2, StepX: a4Width, StepY: a4Height / 2.0, OneSided: true,
	}
}

// LayoutNamed returns a layout of cards by its name, or that of stickers or slips; "" is the default.
func LayoutNamed(name string) (Layout, error) {
	all := Layouts()
	for _, l := range []Layout{Stickers(), Slips()} {
		if name == l.Name {
			return l, nil
		}
	}
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
	l.Left = (l.PageWidth - l.Width - float64(l.Columns-1)*l.StepX) / 2
	l.Top = (l.PageHeight - l.Height - float64(l.Rows-1)*l.StepY) / 2
	return l
}

// Takes returns an error if a face is not made for the size of a layout's cards.
func (l Layout) Takes(d *Design) error {
	if l.Width == d.Width && l.Height == d.Height {
		return nil
	}
	return fmt.Errorf("the face %s is made for %v by %v mm, and the layout %s for %v by %v", d.Name, d.Width, d.Height, l.Name, l.Width, l.Height)
}

// LayoutFor returns the layout of this name, or where it does not take a face the first that does.
func LayoutFor(name string, d *Design) (Layout, error) {
	l, err := LayoutNamed(name)
	if err != nil {
		return l, err
	}
	if l.Takes(d) != nil {
		for _, other := range append(Layouts(), Stickers(), Slips()) {
			if other.Takes(d) == nil {
				return other, nil
			}
		}
	}
	return l, l.Takes(d)
}

// PerSheet is the number of cards on a sheet.
func (l Layout) PerSheet() int { return l.Columns * l.Rows }

// front returns the trimmed top left corner of a slot, counted from 0.
func (l Layout) front(slot int) (x, y float64) {
	if l.Down {
		slot = slot%l.Rows*l.Columns + slot/l.Rows
	}
	return l.Left + float64(slot%l.Columns)*l.StepX, l.Top + float64(slot/l.Columns)*l.StepY
}

// back is front with the columns mirrored: behind the same slot when the sheet is turned over its long edge.
func (l Layout) back(slot int) (x, y float64) {
	x, y = l.front(slot)
	return l.PageWidth - x - l.Width, y
}

// cropMarks returns the lines that tell where to cut, x1 y1 x2 y2 each. They keep clear of ink and bleed.
func (l Layout) cropMarks() [][4]float64 {
	const gap, length = 1.5, 4
	if !l.Marks {
		return nil
	}
	var marks [][4]float64
	left, top := l.front(0)
	right := left + float64(l.Columns-1)*l.StepX + l.Width
	bottom := top + float64(l.Rows-1)*l.StepY + l.Height
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
		if c == l.Columns-1 || l.StepX > l.Width {
			vertical(x + l.Width)
		}
	}
	for r := range l.Rows {
		y := top + float64(r)*l.StepY
		horizontal(y)
		if r == l.Rows-1 || l.StepY > l.Height {
			horizontal(y + l.Height)
		}
	}
	return marks
}
