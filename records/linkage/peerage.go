package linkage

import "slices"

// ranks stand before the title of a peer. Some are names too, and count as a rank only behind a name or a number.
var ranks = map[string]bool{
	"baron": false, "baroness": true, "baronet": true, "viscount": true, "viscountess": true, "earl": false, "count": false, "countess": true, "marquess": true,
	"marquis": false, "marchioness": true, "duke": false, "duchess": true, "lord": true, "lady": true, "laird": true, "prince": false, "princess": false,
}

// splitPeerage parts a name from the title behind it: "thomas clifford 1st baron clifford of chudleigh" is thomas clifford, and
// clifford chudleigh. What follows "the" is no name: the elder.
func splitPeerage(words []string) (name, title []string) {
	if i := slices.Index(words, "the"); i > 0 {
		words = words[:i]
	}
	for i, w := range words {
		sure, rank := ranks[w]
		ordinal := i > 0 && isOrdinal(words[i-1])
		last := i == len(words)-1
		switch {
		case !rank, i == 0 && !sure, last && w != "baronet" && !ordinal:
			continue
		case i == 0 && (w == "lord" || w == "lady") && len(words) > 2 && words[2] != "of": // "lady anne clifford"
			continue
		}
		name = words[:i]
		if ordinal {
			name = words[:i-1]
		}
		for _, t := range words[i+1:] {
			if _, rank := ranks[t]; !rank && !isOrdinal(t) && t != "and" && t != "of" {
				title = append(title, t)
			}
		}
		return name, title
	}
	return words, nil
}

// isOrdinal reports 1st, 2nd, 3rd, 4th.
func isOrdinal(w string) bool {
	n := len(w)
	if n < 3 || w[0] < '0' || w[0] > '9' {
		return false
	}
	switch w[n-2:] {
	case "st", "nd", "rd", "th":
		return true
	}
	return false
}
