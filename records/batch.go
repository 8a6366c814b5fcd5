package records

import "encoding/json"

// A Change is one row on its way to the centre: the content at the time its batch was frozen.
type Change struct {
	Noun      Noun            `json:"noun"`
	Key       string          `json:"key"`            // the row's id; number/version for a card
	Base      string          `json:"base,omitempty"` // content hash that the writer had last given to the centre
	Hash      string          `json:"hash"`
	SourceRev string          `json:"source_rev,omitempty"`
	Row       json.RawMessage `json:"row"` // canonical content; its hash is Hash
}

// A Frozen is a batch of changes as a device stored it before the first byte left. It is sent again byte for byte.
type Frozen struct {
	DeviceID  string
	Number    int64  // from 1, without gaps
	Hash      string // SHA-256 of Bytes, hex
	Prev      string // Hash of the batch before it; empty for the first
	Rows      int
	Bytes     []byte
	FrozenAt  string
	Receipt   []byte // signed, once it came back
	ReceiptAt string
}

// Statuses of a batch in the centre's inbox.
const (
	InboxWaiting = "waiting"
	InboxApplied = "applied"
	InboxFork    = "fork"    // another batch with this number was applied: a cloned or restored laptop
	InboxRefused = "refused" // it cannot be read, or is not signed by its device
)

// An Inbound is a batch in the centre's inbox.
type Inbound struct {
	DeviceID   string
	Number     int64
	Hash       string
	Bytes      []byte
	ReceivedAt string
	Status     string
	Why        string
}

// Applied is what became of one batch at the centre: the ledger's row. Its four counts of rows add up to Rows.
type Applied struct {
	DeviceID  string `json:"device"`
	Number    int64  `json:"batch"`
	Hash      string `json:"hash"`
	Prev      string `json:"prev,omitempty"`
	Rows      int    `json:"rows"`
	Stored    int    `json:"stored"`    // new or updated
	Unchanged int    `json:"unchanged"` // equal content
	Conflicts int    `json:"conflicts"`
	Rejects   int    `json:"rejects"`
	AppliedAt string `json:"applied_at"`
}

// Balanced reports whether every row of the batch is counted once.
func (a Applied) Balanced() bool {
	return a.Rows == a.Stored+a.Unchanged+a.Conflicts+a.Rejects
}

// A RowReject is a row of a batch that the centre did not take.
type RowReject struct {
	Row  int    `json:"row"` // from 1, within the batch
	Noun Noun   `json:"noun"`
	Key  string `json:"key"`
	Why  string `json:"why"`
}

// An Application is a batch on its way into the registry, verified and read.
type Application struct {
	DeviceID string
	Number   int64
	Hash     string
	Prev     string
	Changes  []Change
	Why      []string // for each change: why it must not be stored, or nothing
	By       string
	At       string
	// Seal signs the receipt; it is called once, inside the transaction.
	Seal func(Applied, []RowReject) ([]byte, error)
}

// An Answer is what a centre says to a batch.
type Answer struct {
	Status  string  // InboxApplied, InboxFork, or InboxWaiting for a gap
	Again   bool    // it was applied before
	Applied Applied // if it is applied
	Receipt []byte  // if it is applied
	Wants   int64   // if it waits: the number that must come first
	Why     string  // if it is a fork
}

// A Progress is how far a device has come at the centre.
type Progress struct {
	DeviceID   string
	Batches    int
	Last       int64  // number of the batch applied last; 0 before the first
	AppliedAt  string // of the batch applied last
	ReceivedAt string // of the batch that came last
	Rows       int    // of all applied batches, as the four below
	Stored     int
	Unchanged  int
	Conflicts  int
	Rejects    int
	Unbalanced int // batches whose counts do not add up: none, ever
	Waiting    int // batches in the inbox
	Forks      int
	Refused    int
}

// A Conflict is two versions of one row that only a person can choose between. The stored one stands meanwhile.
type Conflict struct {
	ID         string
	Noun       Noun
	Key        string
	StoredHash string
	Base       string // what the incoming version was made from
	Hash       string // the incoming version's
	Row        json.RawMessage
	Origin     string
	Batch      int64
	At         string
	Why        string
	Status     string // open, kept (the stored one), taken (the incoming one), or a claim
	By         string
	DecidedAt  string
}

// Statuses of a conflict.
const (
	ConflictOpen  = "open"
	ConflictKept  = "kept"
	ConflictTaken = "taken"
	ConflictClaim = "claim" // a card of a fork, whose number nobody else has so far: nothing to decide yet
)
