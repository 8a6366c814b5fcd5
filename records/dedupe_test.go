package records

import (
	"testing"

	"sehat/records/linkage"
)

func TestManyDecisionsAreWorthLearningFrom(t *testing.T) {
	for name, tt := range map[string]struct{ same, different, taught, want int }{
		"none":                               {0, 0, 0, 0},
		"a few":                              {19, 0, 0, 0},
		"many":                               {20, 0, 0, 20},
		"many who are not one":               {0, 50, 0, 50},
		"few beside those learned from":      {520, 0, 500, 0},
		"many beside those learned from":     {620, 9, 500, 129},
		"fewer than those, taken back since": {10, 0, 50, 0},
	} {
		var decided []linkage.Decided
		for i := range tt.same + tt.different {
			decided = append(decided, linkage.Decided{Same: i < tt.same})
		}
		if got := untaught(decided, tt.taught); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
}
