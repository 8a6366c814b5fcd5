package records

import "strings"

// An ImportEntry is an import as a list shows it.
type ImportEntry struct {
	ID         string `json:"id"`
	File       string `json:"file"` // base name
	Profile    string `json:"profile"`
	SurveyCode string `json:"survey_code,omitempty"`
	By         string `json:"by"`
	StartedAt  string `json:"started_at"`
	FinishedAt string `json:"finished_at,omitempty"` // empty: it was cut off, or runs
	ImportCounts
	StillHeld int    `json:"still_held"` // rows that it was the last to hold back, and that are held back still
	UndoneBy  string `json:"undone_by,omitempty"`
	UndoneAt  string `json:"undone_at,omitempty"` // empty while it stands
}

// An Undone import says what was taken back.
type Undone struct {
	Import   ImportEntry `json:"import"`
	Again    bool        `json:"again,omitempty"` // it had been taken back before, and nothing was done now
	Removed  UndoneRows  `json:"removed"`
	Restored UndoneRows  `json:"restored"`
	// Rejects of the import that are gone, and rows that are held back again because it had corrected them.
	RejectsRemoved int `json:"rejects_removed"`
	HeldAgain      int `json:"held_again"`
}

// UndoneRows counts rows by what they are.
type UndoneRows struct {
	Households int `json:"households"`
	Residents  int `json:"residents"`
	Visits     int `json:"visits"`
}

// Sum counts them all.
func (u UndoneRows) Sum() int { return u.Households + u.Residents + u.Visits }

// A BuiltOnError says why an import cannot be taken back: what was built on it, each reason in words with its count.
type BuiltOnError struct {
	Reasons []string
	Later   []ImportEntry // the imports that have to be taken back first, the latest first
}

func (e *BuiltOnError) Error() string { return strings.Join(e.Reasons, "; ") }

// A HeldFilter names rows that are held back; an empty field leaves all.
type HeldFilter struct {
	Team, Rule, File string // File is a base name
}

// A HeldRow is a row that is held back, with the import that was the last to meet it.
type HeldRow struct {
	Import string
	Reject
}

// A Revision is what one import did to one row.
type Revision struct {
	At       string        `json:"at"`
	By       string        `json:"by"`
	File     string        `json:"file"`
	Import   string        `json:"import"`
	New      bool          `json:"new,omitempty"`
	Changes  []FieldChange `json:"changes,omitempty"` // of an update, by field
	UndoneBy string        `json:"undone_by,omitempty"`
	UndoneAt string        `json:"undone_at,omitempty"`
}

// A FieldChange is an answer before and after; empty where there was none.
type FieldChange struct {
	Field string `json:"field"`
	From  string `json:"from"`
	To    string `json:"to"`
}

// A RowHistory is what is known of one row: of a household, a visit to it or a resident.
type RowHistory struct {
	Noun      Noun       `json:"noun"`
	ID        string     `json:"id"`
	Key       string     `json:"key"`              // the source's own: "H1", of a member "H1/2", of a visit "H1 visit 1"
	Name      string     `json:"name,omitempty"`   // of a resident
	State     string     `json:"state,omitempty"`  // of a resident who left
	Origin    string     `json:"origin,omitempty"` // the device that wrote the version that stands
	Revisions []Revision `json:"revisions"`        // oldest first; none where the row came with a batch of sync, or before histories were kept
}
