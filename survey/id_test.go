package survey

import (
	"encoding/csv"
	"os"
	"testing"

	"github.com/google/uuid"
)

// testdata/ids.csv was written by a program in another language, from the words of HouseholdID's comment.
func TestIDsEqualTheVectors(t *testing.T) {
	f, err := os.Open("testdata/ids.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows[1:] {
		src := Source{Profile: r[1], Survey: r[2]}
		got := HouseholdID(src, r[3], r[4], r[5])
		if r[0] == "member" {
			got = MemberID(src, r[3], r[4], r[5], r[6])
		}
		if got != r[7] {
			t.Errorf("%q: %s, want %s", r[:7], got, r[7])
		}
		if u, err := uuid.Parse(got); err != nil || u.Version() != 5 || u.Variant() != uuid.RFC4122 {
			t.Errorf("%s is no UUID of version 5: %v", got, err)
		}
	}
}

func TestIDsOfDifferentPartsDiffer(t *testing.T) {
	seen := map[string][]string{}
	for _, p := range [][5]string{
		{"p", "s", "w", "t", "h"},
		{"ps", "", "w", "t", "h"},
		{"p", "s", "wt", "", "h"},
		{"p", "s", "w", "t,1:h", ""},
		{"p", "s", "w", "t1:", "h"},
		{"p", "s", "w", "", "th"},
		{"", "ps", "w", "t", "h"},
		{"P", "s", "w", "t", "h"},
	} {
		for _, id := range []string{HouseholdID(Source{p[0], p[1]}, p[2], p[3], p[4]), MemberID(Source{p[0], p[1]}, p[2], p[3], p[4], "")} {
			if old, ok := seen[id]; ok {
				t.Errorf("%q and %q share %s", old, p, id)
			}
			seen[id] = p[:]
		}
	}
}
