package sheet

import (
	"encoding/hex"
	"math"
	"strings"
	"testing"
)

func TestModulesAreWholeDotsAndNeverTooSmall(t *testing.T) {
	for _, c := range []struct {
		what    string
		modules int
		width   float64
		want    float64
	}{
		{"a full credential in its place: six dots", 61, 31, 6 * dotMM},
		{"a shorter one has the same modules", 57, 31, 6 * dotMM},
		{"five dots in the smallest place it may have", 61, 26, 5 * dotMM},
		{"no whole number of dots is above the limit", 61, 25, 25.0 / 61},
		{"too small a place", 61, 24, 0},
	} {
		if got := moduleMM(c.modules, c.width, minModuleMM); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: %v mm, want %v", c.what, got, c.want)
		}
	}
}

func TestFullCredentialHas61Modules(t *testing.T) {
	var q qrMaker
	for length, want := range map[int]int{1: 21, 311: 57, 312: 61, 340: 61} {
		text := string(make30(length))
		version, _, why := q.fit(text, &Item{W: 31})
		if why != "" {
			t.Errorf("%d characters: %s", length, why)
			continue
		}
		code, err := q.encode(text, version)
		if err != nil || code.Size != want {
			t.Errorf("%d characters take %d modules (%v), want %d", length, code.Size, err, want)
		}
	}
}

func make30(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = "0123456789ABCDEFGHIJKLMNOPQRST"[i%30]
	}
	return b
}

// Readers forgive a mirrored code, so the drawing is compared with the code itself.
func TestDrawnQRIsTheCodeUpright(t *testing.T) {
	var q qrMaker
	code, err := q.encode("HEALTH", 1)
	if err != nil {
		t.Fatal(err)
	}
	var c content
	c.qr(code, 0, 0, 1)
	_, digits, _ := strings.Cut(string(c.b), "BI/IM true/W 21/H 21/BPC 1/D[1 0]/F/AHx ID\n")
	digits, _, _ = strings.Cut(digits, ">\nEI Q\n")
	bits, err := hex.DecodeString(digits)
	if err != nil || len(bits) != 21*3 {
		t.Fatalf("%d bytes (%v) in %s", len(bits), err, c.b)
	}
	for i := range code.Size * code.Size {
		x, y := i%code.Size, i/code.Size
		if drawn := bits[3*y+x/8]<<(x%8)&0x80 != 0; drawn != code.Black(x, y) {
			t.Fatalf("the module at %d, %d is wrong", x, y)
		}
	}
}
