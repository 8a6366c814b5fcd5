package cards

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestAListGrowsAndLosesNothing(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 3, d, 0, 0, 0, 0, time.UTC) }
	hash := func(n int) string { return fmt.Sprintf("%064x", n) }
	high := func(n int) string { return fmt.Sprintf("%02x%062x", n, 0) } // the first 16 bytes differ
	first, err := NewRevocationList(4, day(1), []Revocation{{high(9), day(1)}, {high(3), day(1)}})
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name   string
		add    []Revocation
		serial uint64
		days   map[string]int // day of March, by hash; 0 for who is not in it
	}{
		{"nothing new: the same list", nil, 4, map[string]int{high(3): 1, high(9): 1, high(5): 0}},
		{"one that is in it keeps its day, and the list its serial", []Revocation{{high(9), day(7)}}, 4, map[string]int{high(9): 1}},
		{"before, between and after", []Revocation{{high(200), day(7)}, {high(5), day(7)}, {high(1), day(7)}}, 5, map[string]int{high(1): 7, high(3): 1, high(5): 7, high(9): 1, high(200): 7}},
		{"old and new together", []Revocation{{high(3), day(7)}, {high(4), day(7)}}, 5, map[string]int{high(3): 1, high(4): 7}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := first.And(c.add, day(8))
			if err != nil || got.check() != nil || got.Serial != c.serial {
				t.Fatalf("serial %d, %v, %v", got.Serial, err, got.check())
			}
			for h, want := range c.days {
				on, revoked := got.Find(h)
				if revoked != (want > 0) || revoked && on.Day() != want {
					t.Errorf("%.4s…: %v, %v, want %d March", h, on, revoked, want)
				}
			}
		})
	}
	if _, err := first.And([]Revocation{{"zz", day(1)}}, day(8)); err == nil {
		t.Error("a hash that is none was taken")
	}
	all, err := first.And([]Revocation{{hash(1), day(2)}}, day(8))
	packed, _ := NewRevocationList(5, day(8), []Revocation{{high(9), day(1)}, {high(3), day(1)}, {hash(1), day(2)}})
	if err != nil || !slices.Equal(all.Hashes, packed.Hashes) || !slices.Equal(all.Days, packed.Days) {
		t.Errorf("not the list that is packed at once: %v", err)
	}
}
