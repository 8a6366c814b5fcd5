package records

// A Facility is a hospital or clinic that may ask the register.
type Facility struct {
	ID        string
	Name      string
	CreatedAt string
	By        string
}

// A FacilityKey is a secret by which a facility's system or desk is known. Only its hash is kept.
type FacilityKey struct {
	ID         string // public part, sent with the secret
	FacilityID string
	Facility   string // its name; filled when the key is read
	Hash       string // SHA-256 of the 256 random bits, hex
	Scopes     string // space-separated
	CreatedAt  string
	By         string
	RevokedAt  string // empty while it is good
	RevokedBy  string
}

// A Session is a person at a desk who traded a facility key for a short while. ExpiresAt moves on while they work.
type Session struct {
	Hash      string // SHA-256 of the token, hex
	KeyID     string
	CreatedAt string
	ExpiresAt string
}

// An AuditEntry is one answer, or refusal, given to somebody. Entries of one chain are numbered from 1 without gaps and
// each holds the hash of the one before it.
type AuditEntry struct {
	Chain      string `json:"chain"` // one for each home that serves: its device id
	Seq        int64  `json:"seq"`
	At         string `json:"at"`
	FacilityID string `json:"facility"`
	KeyID      string `json:"key"`
	Action     string `json:"action"` // read, search, desk, verify, login, logout
	Purpose    string `json:"purpose"`
	ResidentID string `json:"resident,omitempty"`
	Outcome    string `json:"outcome"`
	Detail     string `json:"detail,omitempty"` // never a number, a name or a QR
	Prev       string `json:"prev"`             // Hash of the entry before it; empty for the first
	Hash       string `json:"-"`                // SHA-256 over Canonical of the entry, hex
}

// Outcomes of an audit entry.
const (
	AuditAnswered = "answered"
	AuditNotFound = "not_found"
	AuditRefused  = "refused"
)
