package records

import "testing"

func TestSourceRevisions(t *testing.T) {
	for name, c := range map[string]struct {
		in, had string
		order   int
		next    string
	}{
		"a later edit":                           {"0002", "0001", 1, "0002"},
		"an earlier edit":                        {"0001", "0002", -1, "0001"},
		"a source without revisions":             {"", "0002", 0, "0002"},
		"a first revision":                       {"0002", "", 0, "0002"},
		"the same name":                          {"=b", "=b a", 0, "=b a"},
		"a name that was never seen":             {"=c", "=b a", 1, "=c b a"},
		"a name that was seen before":            {"=a", "=b a", -1, "=a b"},
		"a name after a count says nothing":      {"=a", "0002", 0, "=a"},
		"a count after a name says nothing":      {"0002", "=a", 0, "0002"},
		"a list without names says nothing":      {"=", "=a", 0, "=a"},
		"two names come in for two that stand":   {"=d c", "=b a", 1, "=d c b a"},
		"two names of which the second is known": {"=d b", "=b a", 1, "=d b a"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := compareSourceRevs(c.in, c.had); got != c.order {
				t.Errorf("order %d, want %d", got, c.order)
			}
			if got := nextSourceRev(c.in, c.had); got != c.next {
				t.Errorf("next %q, want %q", got, c.next)
			}
		})
	}
}
