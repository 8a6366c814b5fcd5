package sheet

import (
	"fmt"
	"strings"
)

// A setting is a text as it is going to be printed: its lines and their size.
type setting struct {
	lines []*line
	size  float64 // points
}

// sizeStep is by how much a text shrinks at a time, in points.
const sizeStep = 0.25

// set finds the setting of a text by the rule of its item: on one line at the largest size down to wrap; where that is not
// enough at the wrap size on as few lines as it takes; and with all of its lines at the largest size down to min. why is
// empty, or what is wrong.
func (s *shaper) set(it *Item, text string) (_ setting, why string) {
	weight := regular
	if it.Weight == "semibold" {
		weight = semibold
	}
	whole := s.line(text, weight)
	if whole.missing != 0 {
		return setting{}, missingLetter(whole.missing)
	}
	room := it.W * pointsPerMM * unitsPerEm
	least := it.Wrap
	if it.Lines == 1 {
		least = it.Min
	}
	for size := it.Size; size >= least-1e-9; size -= sizeStep {
		if float64(whole.width)*size <= room {
			return setting{[]*line{whole}, size}, ""
		}
	}
	if it.Lines > 1 {
		for size := it.Wrap; size >= it.Min-1e-9; size -= sizeStep {
			if lines := s.breakLines(text, weight, room/size, it.Lines); lines != nil {
				return setting{lines, size}, ""
			}
		}
	}
	return setting{}, "does not fit at the smallest size"
}

// breakLines breaks a text at spaces into at most this many lines, none wider than room thousandths of an em; nil if it cannot.
func (s *shaper) breakLines(text string, weight int, room float64, most int) []*line {
	var lines []*line
	for rest := strings.Fields(text); len(rest) > 0; {
		n, fits := 0, (*line)(nil)
		for n < len(rest) {
			l := s.shape(strings.Join(rest[:n+1], " "), weight)
			if float64(l.width) > room {
				break
			}
			n, fits = n+1, l
		}
		if fits == nil || len(lines) == most {
			return nil
		}
		lines = append(lines, fits)
		rest = rest[n:]
	}
	return lines
}

func missingLetter(r rune) string {
	return fmt.Sprintf("has a letter that the fonts do not know, %U", r)
}
