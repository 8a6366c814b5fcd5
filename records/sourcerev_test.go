package records

import "testing"

func TestSourceRevisions(t *testing.T) {
	for name, c := range map[string]struct {
		in, had string
		order   int
		next    string
	}{
		"a later visit":                          {"0002", "0001", 1, "0002"},
		"an earlier visit":                       {"0001", "0002", -1, "0001"},
		"a later edit":                           {"0001 0002", "0001 0001", 1, "0001 0002"},
		"an earlier edit":                        {"0001 0001", "0001 0002", -1, "0001 0001"},
		"an edit of an earlier visit":            {"0001 0005", "0002 0000", -1, "0001 0005"},
		"a later visit that nobody edited":       {"0002 0000", "0001 0005", 1, "0002 0000"},
		"a source without revisions":             {"", "0002", 0, "0002"},
		"a first revision":                       {"0002", "", 0, "0002"},
		"a visit whose edits are not told":       {"0001", "0001 0003", 0, "0001 0003"},
		"the same name":                          {"0001 =b", "0001 =b a", 0, "0001 =b a"},
		"a name that was never seen":             {"0001 =c", "0001 =b a", 1, "0001 =c b a"},
		"a name that was seen before":            {"0001 =a", "0001 =b a", -1, "0001 =a b"},
		"a name of a later visit":                {"0002 =a", "0001 =b a", 1, "0002 =a"},
		"a name after a count says nothing":      {"0001 =a", "0001 0002", 0, "0001 =a"},
		"a count after a name says nothing":      {"0001 0002", "0001 =a", 0, "0001 0002"},
		"two names of which the second is known": {"0001 =d b", "0001 =b a", 1, "0001 =d b a"},
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
