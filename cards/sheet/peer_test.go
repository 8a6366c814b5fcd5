//go:build unix

package sheet

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"testing"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/qr"
	"github.com/jung-kurt/gofpdf"

	"sehat/cards"
)

// BenchmarkPeer100 is what a straightforward program does with the usual libraries: gofpdf, boombuler's bar codes as pictures,
// no Hindi (gofpdf does not shape) and the same QR texts. It is here so that our figure has a measure beside it.
func BenchmarkPeer100(b *testing.B) {
	faces := manyNames(100)
	size := 0
	start := cpu()
	for b.Loop() {
		var out bytes.Buffer
		if err := peer(faces).Output(&out); err != nil {
			b.Fatal(err)
		}
		size = out.Len()
	}
	b.ReportMetric(float64(b.N*len(faces))/(cpu()-start).Seconds(), "cards/CPU-s")
	b.ReportMetric(float64(size)/float64(len(faces)), "B/card")
}

func peer(faces []cards.Face) *gofpdf.Fpdf {
	l := Layouts()[0]
	pdf := gofpdf.New("P", "mm", "A4", "")
	pdf.SetFont("Helvetica", "", 9)
	picture := func(name string, code barcode.Barcode, err error, w, h int, x, y, mm float64) {
		if err != nil {
			pdf.SetError(err)
			return
		}
		if code, err = barcode.Scale(code, w, h); err != nil {
			pdf.SetError(err)
			return
		}
		var buf bytes.Buffer
		if err := png.Encode(&buf, toGray(code)); err != nil {
			pdf.SetError(err)
			return
		}
		options := gofpdf.ImageOptions{ImageType: "PNG"}
		pdf.RegisterImageOptionsReader(name, options, &buf)
		pdf.ImageOptions(name, x, y, mm, 0, false, options, 0, "")
	}
	for start := 0; start < len(faces); start += l.PerSheet() {
		sheet := faces[start:min(start+l.PerSheet(), len(faces))]
		pdf.AddPage()
		for slot, f := range sheet {
			x, y := l.front(slot)
			pdf.Text(x+5, y+8, "Delhi Health Card")
			pdf.Text(x+5, y+26, f.Name)
			pdf.Text(x+5, y+37, f.Birth+"  "+f.Sex)
			pdf.Text(x+5, y+48, f.Number.Printed())
			code, err := qr.Encode(f.QR, qr.M, qr.AlphaNumeric)
			picture(fmt.Sprint("q", start+slot), code, err, 244, 244, x+49, y+18, 31)
		}
		pdf.AddPage()
		for slot, f := range sheet {
			x, y := l.back(slot)
			pdf.Text(x+5, y+19, f.Number.Printed())
			code, err := code128.Encode(f.Number.String())
			picture(fmt.Sprint("c", start+slot), code, err, 268, 60, x+5, y+5, 45)
		}
	}
	return pdf
}

// toGray copies a bar code to eight bits: gofpdf refuses the sixteen that boombuler gives.
func toGray(code barcode.Barcode) *image.Gray {
	gray := image.NewGray(code.Bounds())
	for y := range gray.Rect.Dy() {
		for x := range gray.Rect.Dx() {
			gray.Set(x, y, code.At(x, y))
		}
	}
	return gray
}
