package sheet

import (
	"fmt"
	"strings"

	"sehat/cards"
)

// A Misfit is one field of one card that cannot be printed as it is. It never holds the text itself.
type Misfit struct {
	Number cards.Number `json:"number"`
	Field  string       `json:"field"` // as in [Face]
	Why    string       `json:"why"`
}

// An OverflowError stops a job before any file is left: these cards cannot be printed whole. They are in the order of the job.
type OverflowError struct{ Misfits []Misfit }

// Error names the first ten cards and how many there are.
func (e *OverflowError) Error() string {
	const shown = 10
	parts := make([]string, 0, shown+1)
	for i, m := range e.Misfits {
		if i == shown {
			parts = append(parts, fmt.Sprintf("and %d more", len(e.Misfits)-shown))
			break
		}
		parts = append(parts, fmt.Sprintf("card %s: %s %s", m.Number.Printed(), m.Field, m.Why))
	}
	return "nothing was printed: " + strings.Join(parts, "; ")
}
