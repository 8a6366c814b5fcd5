package sheet

import (
	"fmt"

	"rsc.io/qr/coding"
)

const (
	// dotMM is one dot of a 300 dpi card printer. Modules of whole dots come out all alike.
	dotMM = 25.4 / 300
	// minModuleMM is the smallest module that phone cameras and desk scanners read without fuss.
	minModuleMM = 0.40
	// minStickerMM is the smallest that an item may ask for: four dots of 300 dpi.
	minStickerMM = 0.33
	// QuietZone is the white that a QR code needs around it, in modules (ISO/IEC 18004).
	QuietZone = 4
	// maxVersion bounds the work: version 16 holds 450 bytes, more than a card has room for.
	maxVersion = 16
)

// A qrMaker makes QR codes. It keeps the plan of each size: making it costs three times what filling it costs.
type qrMaker struct {
	plans [maxVersion + 1]*coding.Plan
}

// fit returns the smallest version at level M for a text of QR's 45 characters, and the size of its modules in the place of an item,
// which may ask for more modules or smaller ones. why is empty, or why there is none.
func (q *qrMaker) fit(text string, it *Item) (v coding.Version, module float64, why string) {
	content := coding.Alpha(text)
	if content.Check() != nil {
		return 0, 0, "has a character that is not one of the 45 of base45"
	}
	for v = coding.Version(max(1, (it.Modules-17)/4)); content.Bits(v) > 8*v.DataBytes(coding.M); v++ {
		if v >= maxVersion {
			return 0, 0, fmt.Sprintf("is %d characters long, too long for a card", len(text))
		}
	}
	modules := 17 + 4*int(v)
	if module = moduleMM(modules, it.W, it.least()); module == 0 {
		return 0, 0, fmt.Sprintf("needs %d modules, too many for %.0f mm", modules, it.W)
	}
	return v, module, ""
}

// encode returns the QR code of a text in a version that has room for it. The mask is 0: base45 text is as good as random, so
// that no mask is better than another.
func (q *qrMaker) encode(text string, v coding.Version) (*coding.Code, error) {
	if q.plans[v] == nil {
		plan, err := coding.NewPlan(v, coding.M, 0)
		if err != nil {
			return nil, err
		}
		q.plans[v] = plan
	}
	return q.plans[v].Encode(coding.Alpha(text))
}

// least returns the smallest module of an item's QR code, in millimetres.
func (it *Item) least() float64 {
	if it.Module > 0 {
		return it.Module
	}
	return minModuleMM
}

// moduleMM returns the size of a module for a code of size modules in a box of this width; 0 if it would be smaller than least.
func moduleMM(size int, width, least float64) float64 {
	m := width / float64(size)
	if dots := float64(int(m/dotMM + 1e-9)); dots*dotMM >= least {
		return dots * dotMM
	}
	if m < least {
		return 0
	}
	return m
}

// qr draws a code with its bottom left corner at x, y points.
func (c *content) qr(code *coding.Code, x, y, module float64) {
	perRow := (code.Size + 7) / 8
	bits := make([]byte, 0, perRow*code.Size)
	for row := range code.Size {
		bits = append(bits, code.Bitmap[row*code.Stride:][:perRow]...)
	}
	size := float64(code.Size) * module
	c.mask(bits, code.Size, code.Size, x, y, size, size)
}
