package sheet

import (
	"fmt"
	"image"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"sehat/cards"
)

// The preview is what a viewer shows of the PDF: Poppler is the oracle. It moves letters and bar codes by parts of a pixel, so that
// the two are compared by squares of a millimetre and a half.
func TestPreviewShowsWhatThePDFShows(t *testing.T) {
	tool(t, "pdftoppm", "poppler-utils")
	const dpi = 150
	for _, l := range Layouts() {
		t.Run(l.Name, func(t *testing.T) {
			faces := sampleFaces(l.PerSheet())
			pdf := printed(t, l.Name, faces)
			front, back, err := Preview(Job{Batch: "W12-0001", Layout: l.Name, Made: made, Faces: Faces(faces)}, dpi)
			if err != nil {
				t.Fatal(err)
			}
			for i, ours := range []*image.RGBA{front, back} {
				stem := filepath.Join(t.TempDir(), "page")
				page := fmt.Sprint(i + 1)
				if out, err := exec.Command("pdftoppm", "-png", "-singlefile", "-r", fmt.Sprint(dpi), "-f", page, "-l", page, pdf, stem).CombinedOutput(); err != nil {
					t.Fatalf("%v: %s", err, out)
				}
				theirs := readPNG(t, stem+".png")
				if ours.Rect != theirs.Bounds() {
					t.Fatalf("page %s is %v, Poppler's %v", page, ours.Rect, theirs.Bounds())
				}
				mean, most := difference(ours, theirs, dpi*1.5/25.4)
				t.Logf("page %s: the mean difference is %.2f of 255, the greatest %.0f", page, mean, most)
				if mean > 4 || most > 60 {
					t.Errorf("page %s: the mean difference is %.2f of 255, the greatest %.0f", page, mean, most)
				}
			}
		})
	}
}

func readPNG(t *testing.T, path string) image.Image {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	picture, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

// difference returns the mean and the greatest difference of two pictures in gray, of 255, by squares of so many pixels.
func difference(a, b image.Image, square float64) (mean, most float64) {
	side := int(square)
	r := a.Bounds()
	columns := r.Dx() / side
	sums := make([]float64, columns*(r.Dy()/side))
	for y := range r.Dy() / side * side {
		for x := range columns * side {
			sums[y/side*columns+x/side] += gray(a, x, y) - gray(b, x, y)
		}
	}
	for _, sum := range sums {
		d := math.Abs(sum) / float64(side*side)
		mean, most = mean+d, max(most, d)
	}
	return mean / float64(len(sums)), most
}

func gray(m image.Image, x, y int) float64 {
	r, g, b, _ := m.At(x, y).RGBA()
	return float64(r+g+b) / 3 / 257
}

// Turned over its long edge, a sheet has the back of each card behind its front: here the amber of the one temporary card.
func TestEachBackIsBehindItsFront(t *testing.T) {
	const dpi = 50
	for _, l := range Layouts() {
		for slot := range l.PerSheet() {
			faces := Specimens(l.PerSheet())
			for i := range faces {
				faces[i].Kind, faces[i].ValidUntil = cards.Permanent, ""
			}
			faces[slot].Kind, faces[slot].ValidUntil = cards.Temporary, "1 Jan 2027"
			if slot%3 != 0 { // every third is enough
				continue
			}
			front, back, err := Preview(Job{Batch: "B1", Layout: l.Name, Made: made, Faces: Faces(faces)}, dpi)
			if err != nil {
				t.Fatal(err)
			}
			x, y := l.front(slot)
			at := func(mm float64) int { return int(mm * dpi / 25.4) }
			amber := shown([4]float64{0, 36, 94, 0})
			for _, dx := range []float64{2, CardWidth - 2} {
				if got := front.RGBAAt(at(x+dx), at(y+1)); got != amber {
					t.Errorf("%s, slot %d: the front is %v at %v", l.Name, slot+1, got, dx)
				}
				if got := back.RGBAAt(at(l.PageWidth-x-dx), at(y+1)); got != amber {
					t.Errorf("%s, slot %d: behind it the back is %v at %v", l.Name, slot+1, got, dx)
				}
			}
		}
	}
}

// Whoever looks at a preview may hold a phone to it.
func TestQRCodeOfAPreviewIsRead(t *testing.T) {
	face := Specimens(1)[0]
	front, _, err := Preview(Job{Batch: "B1", Layout: "cr80", Made: made, Faces: Faces([]cards.Face{face})}, 192)
	if err != nil {
		t.Fatal(err)
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(front)
	if err != nil {
		t.Fatal(err)
	}
	found, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil || found.GetText() != face.QR {
		t.Errorf("read %v (%v)", found, err)
	}
}
