package records

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Facts that callers branch on.
var (
	ErrNotFound = errors.New("not in the register")
	ErrConflict = errors.New("in conflict with what is stored")
	ErrExists   = errors.New("already there")
)

// A Noun names a kind of row that travels between stores.
type Noun string

// The nouns that travel, in the order in which they are applied: parents first.
const (
	NounHousehold       Noun = "household"
	NounResident        Noun = "resident"
	NounVisit           Noun = "visit"
	NounDecision        Noun = "decision"
	NounCard            Noun = "card"
	NounCardEvent       Noun = "card_event"
	NounPrintBatch      Noun = "print_batch"
	NounPrintBatchEvent Noun = "print_batch_event"
	NounStockMove       Noun = "stock_move"
)

// Nouns lists every noun that travels, parents first.
func Nouns() []Noun {
	return []Noun{
		NounHousehold, NounResident, NounVisit, NounDecision,
		NounCard, NounCardEvent, NounPrintBatch, NounPrintBatchEvent, NounStockMove,
	}
}

// Meta is what a store keeps beside a row's content. None of it takes part in the content hash.
type Meta struct {
	Origin    string `json:"-"` // device that wrote the row
	Rev       int64  `json:"-"` // counts the changes made to the row in this store, from 1
	SourceRev string `json:"-"` // the visit and the source's own edit count, time or name of the version; empty if it has none
	Hash      string `json:"-"` // SHA-256 of the canonical content, hex
	Base      string `json:"-"` // hash of the version this one was made from, as the centre last knew it; empty for a new row
}

// Canonical returns the canonical JSON of a row's content: the struct's fields in declared order, empty ones left out,
// no HTML escaping. The content hash, the frozen batches and the conflicts all use these bytes.
func Canonical(content any) ([]byte, error) {
	if row, ok := content.(canonicalizer); ok {
		c := canonicalRow{b: make([]byte, 0, 1024)}
		row.canonical(&c)
		if c.err != nil {
			return nil, fmt.Errorf("encoding a row: %w", c.err)
		}
		return c.b, nil
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(content); err != nil {
		return nil, fmt.Errorf("encoding a row: %w", err)
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// Hash returns the content hash of canonical bytes: SHA-256 in hex.
func Hash(canonical []byte) string {
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:])
}

// NewID returns a random id (UUIDv4) for an event, an import, a batch or a device.
func NewID() string { return uuid.NewString() }

// Stamp formats a time as the store keeps it: UTC, RFC 3339 with milliseconds, which sorts as text.
func Stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// ParseStamp reads what [Stamp] wrote.
func ParseStamp(s string) (time.Time, error) { return time.Parse("2006-01-02T15:04:05.000Z", s) }
