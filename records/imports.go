package records

import (
	"encoding/json"
	"strconv"

	"github.com/google/uuid"

	"sehat/survey"
)

// An Outcome is what became of one input row. Every row ends as exactly one of these.
type Outcome string

// The four outcomes.
const (
	New         Outcome = "new"
	Updated     Outcome = "updated"
	Unchanged   Outcome = "unchanged"
	Quarantined Outcome = "quarantined"
)

// An Import is one run over one file.
type Import struct {
	ID          string
	File        string // base name only
	FileHash    string // SHA-256 of the file, hex
	Profile     string
	MappingHash string // SHA-256 of the mapping that the file was read with, hex; empty for our own form
	SurveyCode  string
	By          string
	StartedAt   string
	FinishedAt  string // empty while it runs, or after it was cut off
	RowsDone    int    // checkpoint: rows of the file that are committed
	Layout      string // how its rows are read, JSON of the importer; noted when it begins
	Counts      ImportCounts
}

// ImportCounts adds up one import. New, Updated, Unchanged and Quarantined sum to RowsRead.
type ImportCounts struct {
	RowsRead      int `json:"rows_read"`
	New           int `json:"new"`
	Updated       int `json:"updated"`
	Unchanged     int `json:"unchanged"`
	Quarantined   int `json:"quarantined"`
	Warnings      int `json:"warnings"`
	AadhaarMasked int `json:"aadhaar_masked"`
}

// Add counts one row.
func (c *ImportCounts) Add(o Outcome) {
	c.RowsRead++
	switch o {
	case New:
		c.New++
	case Updated:
		c.Updated++
	case Unchanged:
		c.Unchanged++
	case Quarantined:
		c.Quarantined++
	}
}

// Balanced reports whether every row that was read has an outcome.
func (c ImportCounts) Balanced() bool {
	return c.RowsRead == c.New+c.Updated+c.Unchanged+c.Quarantined
}

// An ImportRow is one good or bad input row on its way into the store. A row of a flat file holds a household, its visit
// and a resident at once; a row of a sheet only some of them. A row with Reject set holds nothing else.
type ImportRow struct {
	Household *Household
	Visit     *Visit
	Resident  *Resident
	// PositionKey tells that the resident's key is only a position in the source: where another person stands under the
	// same id (see [SamePerson]), this row is a reject with rule "position_key", never an update.
	PositionKey bool
	// Source makes the reject of this row, without reasons. It is asked only where the store must hold the row back.
	Source func() Reject
	// Closes are the ids that this row has, or had, in quarantine: a row that goes in closes them.
	Closes []string
	Reject *Reject
	// Of says which version of whom a reject is, as far as that can be told: where the register holds a later edit, there is nothing left to
	// correct.
	Of RejectOf
}

// A RejectOf is the version of a row that is held back.
type RejectOf struct {
	HouseholdID string // empty: not known
	ResidentID  string // empty: the row is about the household itself
	SourceRev   string
}

// A Reject is a row held back, with reasons. Its cells hold what the source held, with Aadhaar numbers masked; a row
// without consent keeps only file, row and key.
type Reject struct {
	ID         string          // UUIDv5, see [RejectID]
	File       string          // base name
	Sheet      string          // sheet or part name; empty in a CSV
	Row        int             // as Excel numbers it: the header is row 1
	Key        string          // the source's key; empty if it looked like an Aadhaar number
	TeamID     string          //
	Enumerator string          //
	Reasons    []Reason        // at least one
	Cells      json.RawMessage // the source's cells as a JSON array, in the source's order; null without consent
}

// A Reason says why a row is held back: the column, the rule, and how to fix it in English and Hindi. It never holds the value.
type Reason struct {
	Column    string `json:"column"` // the source's header
	Rule      string `json:"rule"`
	Message   string `json:"message"`
	MessageHi string `json:"message_hi,omitempty"`
}

// RulePositionKey is the rule of a row that would overwrite one person with another: see [SamePerson].
const RulePositionKey = "position_key"

// rejectSpace is the UUIDv5 namespace of rejects.
var rejectSpace = uuid.MustParse("0b7f1f3c-9f0e-5d41-8f0a-6f2c3c6f6a52")

// RejectID returns the id of a row in quarantine: UUIDv5 over its parts. A row with keys of its own is known by them, as the
// source spells them, so that the corrected row closes it from whichever file it comes. A row without is known by what
// stands in its cells.
func RejectID(parts ...string) string {
	var room [256]byte
	name := room[:0]
	for _, p := range parts {
		name = strconv.AppendInt(name, int64(len(p)), 10)
		name = append(name, ':')
		name = append(name, p...)
	}
	return survey.UUIDv5(rejectSpace, name)
}
