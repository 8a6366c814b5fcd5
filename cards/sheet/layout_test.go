package sheet

import (
	"math"
	"testing"
)

func TestCardsLieOnThePageAndTheBackMatchesTheFront(t *testing.T) {
	for _, l := range Layouts() {
		t.Run(l.Name, func(t *testing.T) {
			for slot := range l.PerSheet() {
				x, y := l.front(slot)
				if x < l.Bleed-1e-9 || y < l.Bleed-1e-9 || x+CardWidth+l.Bleed > l.PageWidth+1e-9 || y+CardHeight+l.Bleed > l.PageHeight+1e-9 {
					t.Errorf("slot %d with its bleed is not on the page: %v, %v", slot+1, x, y)
				}
				bx, by := l.back(slot)
				if math.Abs(l.PageWidth-bx-CardWidth-x) > 1e-9 || by != y {
					t.Errorf("slot %d: turned over, the back is at %v, %v and the front at %v, %v", slot+1, l.PageWidth-bx-CardWidth, by, x, y)
				}
				for other := range slot {
					ox, oy := l.front(other)
					if math.Abs(x-ox) < CardWidth+2*l.Bleed-1e-9 && math.Abs(y-oy) < CardHeight+2*l.Bleed-1e-9 {
						t.Errorf("slots %d and %d lie on each other", other+1, slot+1)
					}
				}
			}
		})
	}
}

func TestCropMarksKeepClearOfInkAndStayOnThePage(t *testing.T) {
	for _, l := range Layouts() {
		for _, m := range l.cropMarks() {
			for i := 0; i < 4; i += 2 {
				x, y := m[i], m[i+1]
				if x < 0 || y < 0 || x > l.PageWidth || y > l.PageHeight {
					t.Errorf("%s: a mark ends off the page at %v, %v", l.Name, x, y)
				}
				for slot := range l.PerSheet() {
					cx, cy := l.front(slot)
					if x > cx-l.Bleed && x < cx+CardWidth+l.Bleed && y > cy-l.Bleed && y < cy+CardHeight+l.Bleed {
						t.Errorf("%s: a mark ends on card %d", l.Name, slot+1)
					}
				}
			}
		}
	}
	// Butt-cut cards share their cuts; with bleed each card has its own.
	for name, want := range map[string]int{"a4-10": 2*3 + 2*6, "a4-8": 2*4 + 2*8, "cr80": 0} {
		l, err := LayoutNamed(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(l.cropMarks()); got != want {
			t.Errorf("%s has %d crop marks, want %d", name, got, want)
		}
	}
}
