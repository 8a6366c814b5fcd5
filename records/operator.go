package records

import (
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// An Operator is a person who decides in this home, known by a PIN. Operators are a home's own and do not travel: elsewhere
// what somebody decided is known by the name and by the device it came from. Who retired stays, so that the name is never
// somebody else's.
type Operator struct {
	Name      string // as it was added; goes on every event
	PINHash   string // [sehat/records/access.HashPIN]; empty once retired
	AddedBy   string
	AddedAt   string
	PINBy     string // who set the PIN: the operator, or who let them in or back in
	PINAt     string
	RetiredBy string
	RetiredAt string // empty while they may decide
	Wrong     int    // PINs tried since the last right one
	WaitUntil string // no PIN is looked at before; empty: now
}

// OperatorKey is the form of a name by which people are told apart: compatibility characters composed (NFKC), letters folded, runs
// of white space one space.
func OperatorKey(name string) string {
	return strings.Join(strings.Fields(cases.Fold().String(norm.NFKC.String(name))), " ")
}

// SameOperator reports whether two names are one person's: names are typed, and letter case, spaces and the way in which an accent
// is encoded do not make two people of one.
func SameOperator(a, b string) bool { return OperatorKey(a) == OperatorKey(b) }
