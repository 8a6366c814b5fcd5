package records

import (
	"cmp"
	"slices"
	"strings"
)

// A source revision ([Meta].SourceRev) orders the versions of a row: "VISIT" or "VISIT EDIT". VISIT is the number of the visit, in four
// digits; a later visit tells more than any edit of an earlier one. EDIT is how the source counts or dates its edits. Some sources only
// give each version a name (KoboToolbox a new _uuid); then it is a list of names after "=", the latest first, and a version is older
// if its name stands further back in the list of the stored one.

// maxNames is how many versions of a row are remembered by name.
const maxNames = 24

func cutRev(rev string) (visit, edit string, names []string) {
	visit, edit, _ = strings.Cut(rev, " ")
	if list, ok := strings.CutPrefix(edit, "="); ok {
		names = strings.Fields(list)
	}
	return visit, edit, names
}

// compareSourceRevs is below 0 if a row that comes in is older than the stored one, above if it is newer, and 0 if it is the same version or
// nothing is known.
func compareSourceRevs(in, had string) int {
	if in == "" || had == "" {
		return 0
	}
	visit, edit, names := cutRev(in)
	hadVisit, hadEdit, hadNames := cutRev(had)
	if visit != hadVisit {
		return cmp.Compare(visit, hadVisit)
	}
	if edit == "" || hadEdit == "" || (names == nil) != (hadNames == nil) {
		return 0
	}
	if len(names) == 0 || len(hadNames) == 0 {
		return cmp.Compare(edit, hadEdit)
	}
	switch i := slices.Index(hadNames, names[0]); {
	case i < 0:
		return 1
	case i > 0:
		return -1
	}
	return 0
}

// isEarlierEdit reports whether a row that comes in is an earlier edit of the same visit than the stored one.
func isEarlierEdit(in, had string) bool {
	visit, _, _ := strings.Cut(in, " ")
	hadVisit, _, _ := strings.Cut(had, " ")
	return visit == hadVisit && compareSourceRevs(in, had) < 0
}

// nextSourceRev is the revision of a row that takes the place of another.
func nextSourceRev(in, had string) string {
	if in == "" {
		return had
	}
	visit, edit, names := cutRev(in)
	hadVisit, hadEdit, hadNames := cutRev(had)
	switch {
	case visit != hadVisit:
		return in
	case edit == "" && hadEdit != "":
		return had
	case names == nil:
		return in
	}
	for _, name := range hadNames {
		if !slices.Contains(names, name) && len(names) < maxNames {
			names = append(names, name)
		}
	}
	return visit + " =" + strings.Join(names, " ")
}
