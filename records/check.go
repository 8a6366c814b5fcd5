package records

// A Check is one thing that doctor looked at.
type Check struct {
	Name   string `json:"check"`
	OK     bool   `json:"ok"`
	Found  string `json:"found"`            // what was seen, with counts
	Remedy string `json:"remedy,omitempty"` // what to do, where it is not OK
}
