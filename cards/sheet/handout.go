package sheet

import (
	"fmt"
	"io"
	"time"

	"sehat/cards"
)

// A Door is a row of a hand-out list: a card, and where it goes.
type Door struct {
	Number  cards.Number
	Sheet   int // where the card lies in the pile
	Slot    int
	Heading string // of the lane or block: a row with another one than the row before begins a new part of the list
	House   string
	Name    string
	Note    string // why it is not in the pile, or not handed out; such a row has no box to tick
}

// DoorsPerList is the most rows of one list: some forty pages.
const DoorsPerList = 1000

// doorsPerPage is how many rows a page has, headings among them.
const doorsPerPage = 31

// Columns of a hand-out list, in millimetres from the left edge.
const (
	doorLeft, doorRight              = 12.0, 198.0
	doorTick, doorPlace              = 12.0, 19.0
	doorHouse, doorName, doorNumber  = 38.0, 74.0, 140.0
	doorSign                         = 160.0
	doorTop, doorStep                = 30.0, 8.0
	doorSize, doorSmall, doorHeading = 9.0, 7.0, 10.5
)

// Handout writes a list for whoever hands cards out, door by door: a box to tick, where the card lies in the pile, house, name, the last digits
// of the number, and room for a signature. It has DoorsPerList rows at most.
func Handout(w io.Writer, title string, made time.Time, doors []Door) error {
	if len(doors) == 0 || len(doors) > DoorsPerList {
		return fmt.Errorf("a hand-out list has 1 to %d rows, not %d", DoorsPerList, len(doors))
	}
	fonts, err := loadFonts()
	if err != nil {
		return err
	}
	h := handout{
		title: title, shaper: newShaper(fonts),
		doc: newDocument("handout", title, 210, 297, made, fonts),
	}
	h.pages = h.layOut(doors)
	for i, rows := range h.pages {
		h.page(i+1, rows)
	}
	return h.doc.write(w, true)
}

// handout is one list in the making.
type handout struct {
	title  string
	doc    *document
	shaper *shaper
	pages  [][]handoutRow
}

// A handoutRow is a heading or a door.
type handoutRow struct {
	heading string
	door    *Door
}

// layOut parts the rows into pages. A heading is repeated on the next page, and is never the last row of one.
func (h *handout) layOut(doors []Door) (pages [][]handoutRow) {
	var page []handoutRow
	heading := ""
	for i := range doors {
		d := &doors[i]
		if len(page) == doorsPerPage || d.Heading != heading && len(page)+2 > doorsPerPage {
			pages = append(pages, page)
			page = nil
		}
		if d.Heading != "" && (d.Heading != heading || page == nil) {
			page = append(page, handoutRow{heading: d.Heading})
		}
		heading = d.Heading
		page = append(page, handoutRow{door: d})
	}
	return append(pages, page)
}

func (h *handout) page(number int, rows []handoutRow) {
	c := content{doc: h.doc}
	h.text(&c, h.title, semibold, doorLeft, 14, doorRight-doorLeft-30, 12)
	h.text(&c, fmt.Sprintf("page %d of %d", number, len(h.pages)), regular, doorRight-24, 14, 24, doorSmall)
	for _, head := range []struct {
		x    float64
		text string
	}{{doorPlace, "sheet-slot"}, {doorHouse, "house"}, {doorName, "name"}, {doorNumber, "number"}, {doorSign, "received: signature, date"}} {
		h.text(&c, head.text, regular, head.x, 24, 40, doorSmall)
	}
	y := doorTop
	for _, row := range rows {
		if row.heading != "" {
			h.text(&c, row.heading, semibold, doorLeft, y+4, doorRight-doorLeft, doorHeading)
		} else {
			h.door(&c, row.door, y)
		}
		y += doorStep
	}
	h.doc.page(nil, c.b)
}

func (h *handout) door(c *content, d *Door, y float64) {
	base := y + 4
	if d.Note == "" {
		h.frame(c, doorTick, y, 4.5)
		h.rule(c, doorSign, doorRight, y+5.5)
	} else {
		h.text(c, d.Note, regular, doorSign, base, doorRight-doorSign, doorSmall)
	}
	h.text(c, fmt.Sprintf("%d-%d", d.Sheet, d.Slot), regular, doorPlace, base, doorHouse-doorPlace-1, doorSize)
	h.text(c, d.House, semibold, doorHouse, base, doorName-doorHouse-2, doorSize)
	h.text(c, d.Name, regular, doorName, base, doorNumber-doorName-2, doorSize)
	h.text(c, "… "+d.Number.Printed()[12:], regular, doorNumber, base, doorSign-doorNumber-2, doorSize)
}

// text writes a text, smaller where it would be wider than width millimetres: it is a list, and a long name is better small than cut.
func (h *handout) text(c *content, text string, weight int, x, y, width, size float64) {
	if text == "" {
		return
	}
	l := h.shaper.line(text, weight)
	if l.width > 0 {
		size = min(size, width*pointsPerMM*unitsPerEm/float64(l.width))
	}
	c.line(l, x*pointsPerMM, (297-y)*pointsPerMM, size, black)
}

// frame draws an empty square.
func (h *handout) frame(c *content, x, y, side float64) {
	const line = 0.25
	for _, r := range [][4]float64{{x, y, side, line}, {x, y + side - line, side, line}, {x, y, line, side}, {x + side - line, y, line, side}} {
		c.box(r[0]*pointsPerMM, (297-r[1]-r[3])*pointsPerMM, r[2]*pointsPerMM, r[3]*pointsPerMM, 0, black)
	}
}

// rule draws a thin line to write on.
func (h *handout) rule(c *content, from, to, y float64) {
	c.box(from*pointsPerMM, (297-y)*pointsPerMM, (to-from)*pointsPerMM, 0.2*pointsPerMM, 0, black)
}

// PlaceOf returns the sheet and slot, each from 1, of a position of a job, from 1, in a layout.
func PlaceOf(l Layout, position int) (sheet, slot int) {
	file, rest := (position-1)/CardsPerFile, (position-1)%CardsPerFile
	return file*sheetsFor(CardsPerFile, l) + rest/l.PerSheet() + 1, rest%l.PerSheet() + 1
}
