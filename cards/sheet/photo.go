package sheet

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"
	"strings"

	xdraw "golang.org/x/image/draw"

	"sehat/cards"
)

// A photo is one that pages of a file show. It is embedded as it is: JPEG is a filter of PDF (ISO 32000-1, 7.4.8).
type photo struct {
	jpeg          string
	width, height int
	grey          bool
}

// photos are those of one file, each once.
type photos struct {
	list  []photo
	known map[string]int // by hash: which of the list
}

// add returns the name that a face's photo has in drawings.
func (p *photos) add(face *cards.Face) (name string, err error) {
	i, ok := p.known[face.Photo]
	if !ok {
		if i, err = len(p.list), p.read(face); err != nil {
			return "", fmt.Errorf("card %s: its photo %w", face.Number.Printed(), err)
		}
	}
	return fmt.Sprintf("/P%d", i+1), nil
}

func (p *photos) read(face *cards.Face) error {
	if sum := sha256.Sum256([]byte(face.Picture)); hex.EncodeToString(sum[:]) != face.Photo {
		return fmt.Errorf("is not the one that it was issued with")
	}
	c, err := jpeg.DecodeConfig(strings.NewReader(face.Picture))
	if err != nil {
		return fmt.Errorf("cannot be read: %w", err)
	}
	if c.ColorModel == color.CMYKModel {
		return fmt.Errorf("cannot be read: it is for a printing press")
	}
	if p.known == nil {
		p.known = map[string]int{}
	}
	p.known[face.Photo] = len(p.list)
	p.list = append(p.list, photo{face.Picture, c.Width, c.Height, c.ColorModel == color.GrayModel})
	return nil
}

// removed is the ink in the place of a photo that was removed: its holder withdrew.
var removed = [4]float64{0, 0, 0, 12}

// photo draws the photo of a card in its place.
func (f *printing) photo(c *content, it *Item, face *cards.Face) error {
	if face.Photo == "" {
		return nil
	}
	x, y, w, h := it.X*pointsPerMM, (f.design.Height-it.Y-it.H)*pointsPerMM, it.W*pointsPerMM, it.H*pointsPerMM
	if face.Picture == "" {
		c.box(x, y, w, h, 0, removed)
		return nil
	}
	name, err := f.doc.photos.add(face)
	if err != nil {
		return err
	}
	c.b = append(c.b, "q "...)
	for _, v := range []float64{w, 0, 0, h, x, y} {
		c.b = appendNumber(c.b, v)
	}
	c.b = append(c.b, "cm "...)
	c.b = append(c.b, name...)
	c.b = append(c.b, " Do Q\n"...)
	return nil
}

// ShowsPhotos tells whether cards with this face show a photo where there is one.
func (d *Design) ShowsPhotos() bool {
	for _, items := range [][]Item{d.Front, d.Back} {
		for i := range items {
			if items[i].Photo {
				return true
			}
		}
	}
	return false
}

// resources is the object of gofpdf's files that names what all pages use.
const resources = 2

// withPhotos adds photos to those resources, their objects numbered from first on.
func withPhotos(object []byte, photos []photo, first int) []byte {
	before, after, _ := bytes.Cut(object, []byte("/XObject <<\n"))
	out := append(bytes.Clone(before), "/XObject <<\n"...)
	for i := range photos {
		out = fmt.Appendf(out, "/P%d %d 0 R\n", i+1, first+i)
	}
	return append(out, after...)
}

// photo writes the object of a photo.
func (p *packer) photo(number int, ph *photo) {
	space := "DeviceRGB"
	if ph.grey {
		space = "DeviceGray"
	}
	p.write(fmt.Sprintf("%d 0 obj\n<</Type /XObject\n/Subtype /Image\n/Width %d\n/Height %d\n/ColorSpace /%s\n/BitsPerComponent 8\n/Filter /DCTDecode\n/Length %d>>\nstream\n",
		number, ph.width, ph.height, space, len(ph.jpeg)))
	p.write(ph.jpeg)
	p.write("\nendstream\nendobj\n")
}

// photo shows a photo in the unit square of the drawing.
func (c *canvas) photo(name string) error {
	var i int
	if _, err := fmt.Sscanf(name, "/P%d", &i); err != nil || i < 1 || i > len(c.doc.photos.list) {
		return fmt.Errorf("a drawing shows %q, which is no photo", name)
	}
	shown, err := jpeg.Decode(strings.NewReader(c.doc.photos.list[i-1].jpeg))
	if err != nil {
		return fmt.Errorf("a photo cannot be read: %w", err)
	}
	left, top := c.pixel(0, 1)
	right, bottom := c.pixel(1, 0)
	place := image.Rect(int(math.Round(left)), int(math.Round(top)), int(math.Round(right)), int(math.Round(bottom)))
	if seen, ok := c.image.SubImage(c.clip).(draw.Image); ok {
		xdraw.CatmullRom.Scale(seen, place, shown, shown.Bounds(), draw.Src, nil)
	}
	return nil
}
