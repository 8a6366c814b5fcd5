package xlsx

import "fmt"

// A Kind says what sort of trouble a workbook is.
type Kind uint8

// The kinds of trouble.
const (
	Damaged Kind = iota // cut off, overwritten, or written by a program that did not know how
	Hostile             // made to exhaust or deceive its reader
	TooLarge
	Locked // with a password
	// Unusual is what the format allows, or other readers forgive, and this one leaves to them: an encoding that is neither
	// UTF-8 nor UTF-16, cells or texts with parts that nobody writes. It is found before the first row is given.
	Unusual
)

// An Error says in a sentence why a workbook is not read. It never holds what stands in a cell.
type Error struct {
	Kind Kind
	What string
}

func (e *Error) Error() string { return e.What }

func fail(k Kind, format string, args ...any) error { return &Error{k, fmt.Sprintf(format, args...)} }
