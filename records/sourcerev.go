package records

import (
	"slices"
	"strings"
)

// A source revision ([Meta].SourceRev) orders the versions of a row: by its text, where the source counts or dates its edits. Some
// sources only give each version a name (KoboToolbox a new _uuid); then it is a list of names after "=", the latest first, and a
// version is older if its name stands further back in the list of the stored one.

// maxNames is how many versions of a row are remembered by name.
const maxNames = 24

func revNames(rev string) []string {
	if !strings.HasPrefix(rev, "=") {
		return nil
	}
	return strings.Fields(rev[1:])
}

// compareSourceRevs is below 0 if a row that comes in is older than the stored one, above if it is newer, and 0 if it is the same version or
// nothing is known.
func compareSourceRevs(in, had string) int {
	if in == "" || had == "" || (in[0] == '=') != (had[0] == '=') {
		return 0
	}
	if in[0] != '=' {
		return strings.Compare(in, had)
	}
	now, old := revNames(in), revNames(had)
	if len(now) == 0 || len(old) == 0 {
		return 0
	}
	switch i := slices.Index(old, now[0]); {
	case i < 0:
		return 1
	case i > 0:
		return -1
	}
	return 0
}

// nextSourceRev is the revision of a row that takes the place of another.
func nextSourceRev(in, had string) string {
	if in == "" {
		return had
	}
	names := revNames(in)
	if names == nil {
		return in
	}
	for _, name := range revNames(had) {
		if !slices.Contains(names, name) && len(names) < maxNames {
			names = append(names, name)
		}
	}
	return "=" + strings.Join(names, " ")
}
