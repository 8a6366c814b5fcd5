package records

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"sehat/cards"
)

// Kinds of card.
const (
	CardTemporary = cards.Temporary // a doorstep slip, signed by a device, valid one year
	CardPermanent = cards.Permanent // signed by the centre after the whole population was deduplicated
)

// A Card is one version of a card: a number, the signed credential and the frozen face. It never changes; what happens to
// it is a [CardEvent].
type Card struct {
	Number         string          `json:"number"` // 15 digits, never reused
	Version        int             `json:"version"`
	ResidentID     string          `json:"resident_id"`
	Kind           string          `json:"kind"`
	Credential     string          `json:"credential"`      // the text of the QR
	CredentialHash string          `json:"credential_hash"` // SHA-256 of the COSE bytes, hex
	Face           json.RawMessage `json:"face"`            // every field the card prints, as frozen at issue
	KeyID          string          `json:"kid"`             // hex
	LeaseID        string          `json:"lease_id"`
	IssuedAt       string          `json:"issued_at"`
	ExpiresAt      string          `json:"expires_at,omitempty"`
	Meta

	State      string `json:"-"` // the state after the last event
	Since      string `json:"-"` // when it came into this state, where whoever reads it asks for that
	ReservedAt string `json:"-"` // when the number was given: the date of its first version
}

// Printed is the number in the groups in which cards print it.
func (c Card) Printed() string {
	n, err := cards.ParseNumber(c.Number)
	if err != nil {
		return c.Number
	}
	return n.Printed()
}

// Expired reports whether a temporary card is past its date. Nobody has to say so: the clock does.
func (c Card) Expired(now time.Time) bool { return c.ExpiresAt != "" && c.ExpiresAt <= Stamp(now) }

// StateAt is the state of a card at a time: that after its last event, or expired.
func (c Card) StateAt(now time.Time) string {
	if c.Expired(now) && !CardEnded(c.State) {
		return CardExpired
	}
	return c.State
}

// Outranks reports whether a person keeps card c rather than card o: a permanent card before a temporary one, then the number
// that was given earlier.
func (c Card) Outranks(o Card) bool {
	return cmp.Or(cmp.Compare(c.Kind, o.Kind), cmp.Compare(c.ReservedAt, o.ReservedAt), cmp.Compare(c.Number, o.Number), cmp.Compare(o.Version, c.Version)) < 0
}

// byRank returns cards in the order in which a person would keep them.
func byRank(cards []Card) []Card {
	return slices.SortedFunc(slices.Values(cards), func(a, b Card) int {
		switch {
		case a.Outranks(b):
			return -1
		case b.Outranks(a):
			return 1
		}
		return 0
	})
}

// What can happen to a card. Each is an event; [StateOf] says what they come to. A card is issued, and its number reserved, in
// one transaction. One that was handed over is active as soon as the centre knows it: there the two are one.
const (
	CardIssued     = "issued"
	CardPrinted    = "printed"
	CardSpoiled    = "spoiled"
	CardDispatched = "dispatched"
	CardHandedOver = "handed_over"
	CardReturned   = "returned"
	CardActive     = "active"
	CardLost       = "lost"
	CardRevoked    = "revoked"  // final
	CardReplaced   = "replaced" // by a later version, or by the card of the person's canonical record
	CardExpired    = "expired"
	CardHeld       = "held"     // two documents claim the number: neither is active
	CardReleased   = "released" // that was decided for this document; never a state
)

// CardStands reports whether a card in this state keeps its holder from being given another. A held card stands.
func CardStands(state string) bool { return state == CardHeld || !CardEnded(state) }

// CardTakenBack reports whether a card in this state ended before its date: it belongs in the revocation list, unless its number goes
// on with a later version.
func CardTakenBack(state string) bool {
	return state == CardLost || state == CardRevoked || state == CardReplaced
}

// CardEnded reports whether a card in this state can not, or not now, be used.
func CardEnded(state string) bool {
	switch state {
	case CardLost, CardRevoked, CardReplaced, CardExpired, CardHeld:
		return true
	}
	return false
}

// A CardEvent is something that happened to a card.
type CardEvent struct {
	ID      string `json:"id"`
	Number  string `json:"number"`
	Version int    `json:"version"`
	Event   string `json:"event"`
	By      string `json:"by"`
	At      string `json:"at"`
	Why     string `json:"why,omitempty"`

	Batch    string `json:"print_batch,omitempty"` // the print batch of the copy that this is about, where that is known
	To       string `json:"to,omitempty"`          // where it was dispatched to, or who took it
	Relation string `json:"relation,omitempty"`    // of who took it to the holder; self for the holder

	Origin string `json:"-"`
}

// A PrintBatch is a pile of cards printed together, in walking order. It is fixed before the first sheet is made, so that a
// crash can neither drop a card nor print one twice.
type PrintBatch struct {
	ID     string      `json:"id"` // short and readable: 20260131-k7f3
	Layout string      `json:"layout"`
	MadeAt string      `json:"made_at"`
	By     string      `json:"by"`
	Slots  []PrintSlot `json:"slots"`
	State  string      `json:"-"` // making, sealing, sealed, made or dropped
	Job    []byte      `json:"-"` // the signed header of the job, where the sheets are made at a print centre
	Face   string      `json:"-"` // the card face file it is made with; empty for what sehat comes with. It stays in this store
}

// States of a print batch.
const (
	PrintMaking  = "making"
	PrintSealing = "sealing" // a job for a print centre, whose file may not be written yet
	PrintSealed  = "sealed"  // at a print centre, which will report
	PrintMade    = "made"
	PrintDropped = "dropped" // before a sheet was made: its cards wait again
)

// A PrintSlot is the place of one card in a print batch, counted from 1.
type PrintSlot struct {
	Position int    `json:"position"`
	Number   string `json:"number"`
	Version  int    `json:"version"`
}

// A PrintBatchEvent is something that happened to a whole print batch.
type PrintBatchEvent struct {
	ID      string `json:"id"`
	BatchID string `json:"batch_id"`
	Event   string `json:"event"` // made, dropped, dispatched, …
	By      string `json:"by"`
	At      string `json:"at"`
	Why     string `json:"why,omitempty"`
	Origin  string `json:"-"`
}

// CardKey is the key under which one version of a card travels: the number and the version.
func CardKey(number string, version int) string { return number + "/" + strconv.Itoa(version) }
