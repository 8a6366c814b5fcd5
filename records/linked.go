package records

import "encoding/json"

// Decisions of a person on a pair of residents.
const (
	DecidedSame      = "same"
	DecidedDifferent = "different"
	DecidedUndo      = "undo"     // takes the decision named by Supersedes back
	DecidedProposed  = "proposed" // same, once a second person says so: until then it changes nothing
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

// A Ruling is what people said about one pair so far.
type Ruling struct {
	Stands    []Decision // same or different; several where laptops decided alike, or the opposite
	Proposals []Decision // those that wait for a second person
	Events    int        // how many decisions were ever made, those that were taken back and undos included
}

// Decided returns what stands on the pair; empty if nothing does, or opposite decisions do.
func (r Ruling) Decided() string {
	if len(r.Stands) == 0 || opposed(r.Stands) {
		return ""
	}
	return r.Stands[0].Decision
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

// PairKey names a pair in commands and workbooks: the first twelve hex digits of the hash of its two ids, which makes a clash
// unlikely among a city's millions of matches.
func PairKey(left, right string) string { return Hash([]byte(left + "|" + right))[:12] }

// A PersonOf tells which person a resident record belongs to.
type PersonOf struct {
	ResidentID, PersonID string
}
