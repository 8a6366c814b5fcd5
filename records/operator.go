package records

import (
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// OperatorKey is the form of a name by which people are told apart: compatibility characters composed (NFKC), letters folded, runs
// of white space one space.
func OperatorKey(name string) string {
	return strings.Join(strings.Fields(cases.Fold().String(norm.NFKC.String(name))), " ")
}
