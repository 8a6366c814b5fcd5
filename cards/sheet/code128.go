package sheet

import (
	"fmt"
	"image/color"
	"math"

	"github.com/boombuler/barcode/code128"
)

// code128 draws the bars of text with their bottom left corner at x, y points, at most width wide. The white that they need on
// both sides, ten modules (ISO/IEC 15417), is outside.
func (c *content) code128(text string, x, y, width, height float64) error {
	code, err := code128.Encode(text)
	if err != nil {
		return fmt.Errorf("code 128: %w", err)
	}
	modules := code.Bounds().Dx()
	const dot = dotMM * pointsPerMM
	module := width / float64(modules)
	if module >= dot {
		module = dot * math.Floor(module/dot+1e-9)
	}
	bits := make([]byte, (modules+7)/8)
	for i := range modules {
		if code.At(i, 0) == color.Black {
			bits[i/8] |= 0x80 >> (i % 8)
		}
	}
	c.mask(bits, modules, 1, x, y, float64(modules)*module, height)
	return nil
}
