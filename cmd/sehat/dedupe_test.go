package main

import "testing"

func TestDedupeTellsHowManyTruePairsItCompared(t *testing.T) {
	for _, c := range []struct {
		name         string
		completeness float64
		left         int64
		want         string
	}{
		{"it cannot be told", 0, 0, ""},
		{"some were never brought together", 0.9714, 0, "\nof all true pairs about 97.1 % were among those compared"},
		{"too many records are alike", 0.5, 12, "\nof all true pairs about 50.0 % were among those compared\nnot compared: 12 pairs of records that agree with too many others"},
	} {
		if got := reachSummary(c.completeness, c.left); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
