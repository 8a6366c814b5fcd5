package records

import "encoding/json"

// Decisions of a person on a pair of residents.
const (
	DecidedSame      = "same"
	DecidedDifferent = "different"
	DecidedUndo      = "undo" // takes the decision named by Supersedes back
)

// A Decision is the event of a person deciding whether two resident records are one person. Left sorts before Right.
type Decision struct {
	ID         string `json:"id"`
	Left       string `json:"left_id"`
	Right      string `json:"right_id"`
	Decision   string `json:"decision"`
	Supersedes string `json:"supersedes,omitempty"` // the earlier decision that this one replaces
	By         string `json:"by"`
	At         string `json:"at"`
	Why        string `json:"why,omitempty"`
	Origin     string `json:"-"`
}

// Statuses of a match.
const (
	MatchMatch  = "match"  // the engine is sure
	MatchReview = "review" // a person must decide
)

// A Match is a pair of residents that linkage found alike. It is derived, stays in the store that made it, and is made
// anew by each run of dedupe.
type Match struct {
	Left, Right string // Left sorts before Right
	Status      string
	Weight      float64 // log2 odds
	Probability float64
	Explanation string          // one line
	Steps       json.RawMessage // the waterfall: linkage steps as JSON
}

// PairKey names a pair in commands: the first ten hex digits of the hash of its two ids.
func PairKey(left, right string) string { return Hash([]byte(left + "|" + right))[:10] }

// A PersonOf tells which person a resident record belongs to.
type PersonOf struct {
	ResidentID, PersonID string
}
