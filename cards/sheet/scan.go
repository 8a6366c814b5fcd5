package sheet

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"image"
	"image/draw"
	_ "image/jpeg" // scans
	_ "image/png"  // likewise
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"golang.org/x/sync/errgroup"

	"sehat/cards"
)

const (
	// maxScan bounds what is decoded: A4 at 1,200 dpi has 140 million pixels.
	maxScan = 150_000_000
	// scanMargin is how far from its place a card is looked for, in millimetres.
	scanMargin = 3
	// maxShift is how far a page may be printed from where it should be: butt-cut cards have less than this of white around what matters.
	maxShift = 1.5
)

// Scans reads scans of printed sheets in a folder: PNG or JPEG, one page a picture, upright or upside down, in the order of their
// names. It tells which cards cannot be read, which lie in another slot than the manifest says, which backs are behind another
// sheet's front, which pages are shifted, and which sheets are missing. Cards are counted that were read on both sides.
func (c *Checker) Scans(ctx context.Context, dir string) (Check, int, error) {
	var out Check
	layout, err := LayoutNamed(c.Manifest.Layout)
	if err != nil {
		return out, 0, err
	}
	names, err := pictures(dir)
	if err != nil {
		return out, 0, err
	}
	s := scanning{Checker: c, layout: layout, slots: map[cards.Number]Slot{}, positions: map[cards.Number]int{}, pages: make([]scannedPage, len(names))}
	for _, f := range c.Manifest.Files {
		for _, slot := range f.Slots {
			s.slots[slot.Number], s.positions[slot.Number] = slot, len(s.positions)+1
			s.order = append(s.order, slot)
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(2) // a scan at 600 dpi is 35 million pixels
	for i, name := range names {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			var err error
			s.pages[i], err = s.read(filepath.Join(dir, name))
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return out, 0, err
	}
	s.compare(&out)
	return out, len(names), nil
}

func pictures(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		switch strings.ToLower(filepath.Ext(e.Name())) {
		case ".png", ".jpg", ".jpeg":
			names = append(names, e.Name())
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: there are no PNG or JPEG pictures", dir)
	}
	return names, nil
}

// scanning is a folder of scans being read.
type scanning struct {
	*Checker
	layout    Layout
	slots     map[cards.Number]Slot
	positions map[cards.Number]int
	order     []Slot // of the job
	pages     []scannedPage

	fileName     string // the made file read last
	fileDrawings [][]byte
}

// A scannedPage is what was read on one scan.
type scannedPage struct {
	name   string
	back   bool
	sheet  int                  // most of its cards are of this sheet; 0 where none was read
	found  map[int]cards.Number // by slot of the layout, from 1
	faults map[int]string       // likewise: what is wrong with one that was read
	at     map[int][2]float64   // likewise: where the QR was seen, in millimetres from where its card's top left corner belongs
}

// read reads the cards of a scan. A page is a front if a QR is read, else a back if a bar code is.
func (s *scanning) read(path string) (scannedPage, error) {
	page := scannedPage{name: filepath.Base(path)}
	img, err := loadScan(path)
	if err != nil {
		return page, err
	}
	for _, back := range []bool{false, true} {
		page.back = back
		if s.readSide(&page, img) {
			s.readSide(&page, turned(img))
		}
		if len(page.found) > 0 {
			page.sheet = s.mostly(page.found)
			return page, nil
		}
	}
	page.back = false
	return page, nil
}

func loadScan(path string) (*image.Gray, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("%s: this is no PNG or JPEG picture", path)
	}
	if config.Width*config.Height > maxScan {
		return nil, fmt.Errorf("%s: the picture is too large: %d × %d", path, config.Width, config.Height)
	}
	img, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("%s: the picture cannot be read", path)
	}
	gray := image.NewGray(image.Rect(0, 0, img.Bounds().Dx(), img.Bounds().Dy()))
	draw.Draw(gray, gray.Bounds(), img, img.Bounds().Min, draw.Src)
	return gray, nil
}

// turned returns a picture upside down.
func turned(img *image.Gray) *image.Gray {
	out := image.NewGray(img.Bounds())
	n := len(img.Pix)
	for i, p := range img.Pix { // its rows have no gaps
		out.Pix[n-1-i] = p
	}
	return out
}

// readSide looks for each card in its place. It tells whether most of what it read is upside down.
func (s *scanning) readSide(page *scannedPage, img *image.Gray) bool {
	scale := float64(img.Bounds().Dx()) / s.layout.PageWidth // pixels a millimetre
	page.found, page.faults, page.at = map[int]cards.Number{}, map[int]string{}, map[int][2]float64{}
	turned := 0
	for slot := range s.layout.PerSheet() {
		x, y := s.layout.front(slot)
		if page.back {
			x, y = s.layout.back(slot)
		}
		area := image.Rect(
			int((x-scanMargin)*scale), int((y-scanMargin)*scale), int((x+CardWidth+scanMargin)*scale), int((y+CardHeight+scanMargin)*scale),
		).Intersect(img.Bounds())
		code, ok := readQR(img.SubImage(area))
		if page.back {
			code, ok = readBars(img.SubImage(area))
		}
		if !ok {
			continue
		}
		if code.turned {
			turned++
		}
		number, version, err := s.numberOf(code.text, page.back)
		if err != nil {
			page.faults[slot+1] = err.Error()
			continue
		}
		page.found[slot+1] = number
		if known, ok := s.slots[number]; ok && !page.back && int(known.Version) != version {
			page.faults[slot+1] = fmt.Sprintf("it is version %d of the card, and the batch has version %d", version, known.Version)
		}
		page.at[slot+1] = [2]float64{code.x/scale - x, code.y/scale - y}
	}
	return turned > len(page.found)/2
}

// numberOf returns the card that a code names.
func (s *scanning) numberOf(text string, back bool) (cards.Number, int, error) {
	if back {
		n, err := cards.ParseNumber(text)
		return n, 0, err
	}
	u, err := cards.Decode(text)
	if err != nil {
		return 0, 0, fmt.Errorf("its QR is no card's: %w", err)
	}
	if s.Judge != nil {
		if err := s.Judge(u.Credential.Number, text); err != nil {
			return 0, 0, err
		}
	}
	return u.Credential.Number, u.Credential.Version, nil
}

// A seen code is one on a scan, the middle of its marks in pixels.
type seen struct {
	text   string
	x, y   float64
	turned bool // upside down
}

// readQR reads the one QR on a part of a scan.
func readQR(img image.Image) (seen, bool) {
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		return seen{}, false
	}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
	if err != nil {
		return seen{}, false
	}
	marks := result.GetResultPoints()
	if len(marks) < 3 { // the lower left, the upper left and the upper right one
		return seen{}, false
	}
	code := seen{text: result.GetText(), turned: marks[2].GetX() < marks[1].GetX()}
	for _, m := range marks[:3] {
		code.x += m.GetX() / 3
		code.y += m.GetY() / 3
	}
	code.x += float64(img.Bounds().Min.X)
	code.y += float64(img.Bounds().Min.Y)
	return code, true
}

// readBars reads the one Code 128 on a part of a scan, row by row.
func readBars(img image.Image) (seen, bool) {
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		return seen{}, false
	}
	bits, err := bitmap.GetBlackMatrix()
	if err != nil {
		return seen{}, false
	}
	const step = 3 // bars are tall
	for y := 0; y < bits.GetHeight(); y += step {
		row := bits.GetRow(y, nil)
		for _, turned := range []bool{false, true} {
			if turned {
				row.Reverse()
			}
			if text, err := decodeBars(row); err == nil {
				return seen{text: text, y: float64(img.Bounds().Min.Y + y), turned: turned}, true
			}
		}
	}
	return seen{}, false
}

// mostly returns the sheet that most of the cards are on.
func (s *scanning) mostly(found map[int]cards.Number) int {
	votes := map[int]int{}
	best := 0
	for _, n := range found {
		if slot, ok := s.slots[n]; ok {
			votes[int(slot.Sheet)]++
			if at := int(slot.Sheet); votes[at] > votes[best] || votes[at] == votes[best] && at < best {
				best = at
			}
		}
	}
	return best
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	slices.Sort(v)
	return v[len(v)/2]
}

// compare says what of the batch the scans show and what not.
func (s *scanning) compare(out *Check) {
	sides := [2]map[int]*scannedPage{{}, {}} // by sheet
	for i := range s.pages {
		p := &s.pages[i]
		if p.sheet == 0 {
			out.Faults = append(out.Faults, Fault{File: p.name, What: "no card of this batch can be read on this page"})
			continue
		}
		side := 0
		if p.back {
			side = 1
		}
		if other := sides[side][p.sheet]; other != nil {
			out.Faults = append(out.Faults, Fault{File: p.name, Sheet: p.sheet, What: fmt.Sprintf("the %s of this sheet is also on %s", p.side(), other.name)})
			continue
		}
		sides[side][p.sheet] = p
		if dx, dy := s.shift(p); math.Hypot(dx, dy) > maxShift {
			out.Faults = append(out.Faults, Fault{File: p.name, Sheet: p.sheet, What: fmt.Sprintf("the page is shifted by %.1f mm to the %s and %.1f mm %s", math.Abs(dx), pick(dx > 0, "right", "left"), math.Abs(dy), pick(dy > 0, "down", "up"))})
		}
		if i%2 == 1 && p.back != s.pages[i-1].back && s.pages[i-1].sheet != 0 && s.pages[i-1].sheet != p.sheet {
			out.Faults = append(out.Faults, Fault{File: p.name, Sheet: p.sheet, What: fmt.Sprintf("on the other side of the paper is sheet %d: do not cut it", s.pages[i-1].sheet)})
		}
	}
	s.compareSlots(sides, out)
	slices.SortStableFunc(out.Faults, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Sheet, b.Sheet), cmp.Compare(a.Slot, b.Slot))
	})
}

// shift returns how far a front is printed from where it belongs, in millimetres to the right and down: where its QR codes were seen
// against where the made file has them.
func (s *scanning) shift(p *scannedPage) (dx, dy float64) {
	if p.back {
		return 0, 0
	}
	var xs, ys []float64
	for slot, want := range s.madeAt(p.sheet) {
		if at, ok := p.at[slot]; ok {
			xs, ys = append(xs, at[0]-want[0]), append(ys, at[1]-want[1])
		}
	}
	return median(xs), median(ys)
}

// madeAt returns where the QR of each card of a sheet is in the made file: the middle of its three corner marks, in millimetres from the
// card's top left corner, by slot.
func (s *scanning) madeAt(sheet int) map[int][2]float64 {
	first := 1
	for _, f := range s.Manifest.Files {
		if sheet >= first+f.Sheets {
			first += f.Sheets
			continue
		}
		if s.fileName != f.Name {
			data, err := os.ReadFile(filepath.Join(s.Dir, f.Name))
			if err != nil {
				return nil // the scans can be read without it
			}
			s.fileName, s.fileDrawings = f.Name, drawings(data)
		}
		if at := 2 * (sheet - first); at < len(s.fileDrawings) {
			return s.cornerMarks(s.fileDrawings[at])
		}
	}
	return nil
}

func (s *scanning) cornerMarks(drawing []byte) map[int][2]float64 {
	found, err := readPage(drawing)
	if err != nil {
		return nil
	}
	places := map[int][2]float64{}
	r := rereading{layout: s.layout}
	for slot := range s.layout.PerSheet() {
		card := found[r.corner(s.layout.front(slot))]
		if card == nil {
			continue
		}
		for _, p := range card.pictures {
			if n := float64(p.columns); p.rows == p.columns {
				width, left, top := p.place[0]/pointsPerMM, p.place[4]/pointsPerMM, CardHeight-(p.place[5]+p.place[3])/pointsPerMM
				middle := (n + 3.5) / 3 / n * width // the marks' centres are 3.5 modules from three corners
				places[slot+1] = [2]float64{left + middle, top + middle}
			}
		}
	}
	return places
}

func (p *scannedPage) side() string { return pick(p.back, "back", "front") }

func pick(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}

// compareSlots looks for every card of the batch.
func (s *scanning) compareSlots(sides [2]map[int]*scannedPage, out *Check) {
	missing := map[int]bool{}
	for i, slot := range s.order {
		sheet := int(slot.Sheet)
		front, back := sides[0][sheet], sides[1][sheet]
		if front == nil || back == nil {
			if !missing[sheet] {
				missing[sheet] = true
				out.Faults = append(out.Faults, Fault{Sheet: sheet, What: missingSides(front, back)})
			}
			continue
		}
		if slot.Slot == 1 {
			out.Sheets++
		}
		read := true
		for _, p := range []*scannedPage{front, back} {
			if why := s.wrong(p, slot); why != "" {
				read = false
				out.Faults = append(out.Faults, Fault{File: p.name, Sheet: sheet, Slot: int(slot.Slot), Number: slot.Number, Position: i + 1, What: why})
				break
			}
		}
		if read {
			out.Cards++
		}
	}
}

func missingSides(front, back *scannedPage) string {
	switch {
	case front == nil && back == nil:
		return "no scan shows this sheet"
	case front == nil:
		return "no scan shows the front of this sheet"
	}
	return "no scan shows the back of this sheet"
}

// wrong says what is wrong with a card on one side of its sheet, or nothing.
func (s *scanning) wrong(p *scannedPage, slot Slot) string {
	code := pick(p.back, "bar code", "QR")
	number, ok := p.found[int(slot.Slot)]
	other, known := s.slots[number]
	switch {
	case p.faults[int(slot.Slot)] != "":
		return p.faults[int(slot.Slot)]
	case !ok:
		return "its " + code + " cannot be read"
	case number == slot.Number:
		return ""
	case !known:
		return "its " + code + " is that of a card of another batch"
	}
	return fmt.Sprintf("its %s is that of sheet %d, slot %d", code, other.Sheet, other.Slot)
}
