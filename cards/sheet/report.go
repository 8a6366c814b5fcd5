package sheet

import (
	"cmp"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode"
	"unicode/utf8"

	"sehat/cards"
)

// Errors of a report.
var (
	ErrNotAReport    = errors.New("not a report of a print centre")
	ErrForgedReport  = errors.New("the report was not signed by the print centre that the job was sealed to, or was changed after that")
	ErrReportDiffers = errors.New("the report does not fit the job")
)

// A Report is what a print centre says of a job: all that it knows by then. It names slots by their position in the job, counted from 1,
// and no card or person. See JOB.md.
type Report struct {
	Job        string       `json:"job"` // hash of the job's header
	Batch      string       `json:"batch"`
	Made       time.Time    `json:"made"` // when the sheets were made
	By         string       `json:"by"`   // who made them
	Cards      int          `json:"cards"`
	Files      []ReportFile `json:"files"`
	Spoiled    []Spoiled    `json:"spoiled,omitempty"` // in the order of positions
	Dispatched []Dispatched `json:"dispatched,omitempty"`
}

// A ReportFile is a PDF as it was made.
type ReportFile struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

// A Spoiled card cannot be handed out.
type Spoiled struct {
	Position int       `json:"position"`
	Why      string    `json:"why,omitempty"`
	At       time.Time `json:"at"`
	By       string    `json:"by"`
}

// Dispatched are the cards from one position to another, both included, but the spoiled ones, that left the print centre together.
type Dispatched struct {
	From int       `json:"from"`
	To   int       `json:"to"`
	With string    `json:"with"` // who took them
	At   time.Time `json:"at"`
	By   string    `json:"by"`
}

// Spoil adds a spoiled card. One that is spoiled already stays as it is; false is returned.
func (r *Report) Spoil(s Spoiled) bool {
	at, found := r.spoiled(s.Position)
	if !found {
		r.Spoiled = slices.Insert(r.Spoiled, at, s)
	}
	return !found
}

// IsSpoiled tells whether the card at a position is spoiled.
func (r *Report) IsSpoiled(position int) bool {
	_, found := r.spoiled(position)
	return found
}

func (r *Report) spoiled(position int) (at int, found bool) {
	return slices.BinarySearchFunc(r.Spoiled, position, func(s Spoiled, p int) int { return cmp.Compare(s.Position, p) })
}

// Dispatch adds the cards from one position to another that are not dispatched yet, and returns how many they are. Those that are
// spoiled are left out.
func (r *Report) Dispatch(d Dispatched) int {
	n := 0
	run := Dispatched{With: d.With, At: d.At, By: d.By}
	var runs []Dispatched
	for p := d.From; p <= d.To; p++ {
		switch {
		case r.IsSpoiled(p): // it may lie within
			continue
		case r.IsDispatched(p):
			if run.From > 0 {
				runs = append(runs, run)
			}
			run.From = 0
			continue
		case run.From == 0:
			run.From = p
		}
		run.To = p
		n++
	}
	if run.From > 0 {
		runs = append(runs, run)
	}
	r.Dispatched = append(r.Dispatched, runs...)
	return n
}

// IsDispatched tells whether the card at a position left the print centre.
func (r *Report) IsDispatched(position int) bool {
	return !r.IsSpoiled(position) && slices.ContainsFunc(r.Dispatched, func(d Dispatched) bool { return d.From <= position && position <= d.To })
}

// Left counts the cards that left the print centre.
func (r *Report) Left() int {
	n := 0
	for p := 1; p <= r.Cards; p++ {
		if r.IsDispatched(p) {
			n++
		}
	}
	return n
}

// Sign returns the report as a signed file.
func (r Report) Sign(key ed25519.PrivateKey) ([]byte, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	payload, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("report of print batch %s: %w", r.Batch, err)
	}
	return cards.SignEnvelope(key, domainReport, payload)
}

// OpenReport verifies a report and reads it. find returns the key for the id that the file names; the id is returned, too: whether the job
// was sealed to that key is the caller's question.
func OpenReport(file []byte, find func(cards.KeyID) (ed25519.PublicKey, error)) (r Report, by cards.KeyID, err error) {
	payload, err := cards.OpenEnvelope(file, domainReport, func(id cards.KeyID) (ed25519.PublicKey, error) {
		by = id
		return find(id)
	})
	switch {
	case errors.Is(err, cards.ErrNotAnEnvelope):
		return r, by, ErrNotAReport
	case errors.Is(err, cards.ErrBadSignature):
		return r, by, ErrForgedReport
	case err != nil:
		return r, by, fmt.Errorf("%w: %w", ErrForgedReport, err)
	}
	if err := json.Unmarshal(payload, &r); err != nil {
		return r, by, ErrNotAReport
	}
	return r, by, r.check()
}

func (r *Report) check() error {
	bad := func(what string) error { return fmt.Errorf("%w: %s", ErrReportDiffers, what) }
	if r.Cards < 1 || !batchForm.MatchString(r.Batch) || !shortText(r.By) {
		return ErrNotAReport
	}
	last := 0
	for _, s := range r.Spoiled {
		if s.Position <= last || s.Position > r.Cards || !shortText(s.Why) || !shortText(s.By) {
			return bad("a spoiled card is none of the job's, or out of order")
		}
		last = s.Position
	}
	for _, d := range r.Dispatched {
		if d.From < 1 || d.To < d.From || d.To > r.Cards || !shortText(d.With) || !shortText(d.By) {
			return bad("cards were dispatched that are none of the job's")
		}
	}
	return nil
}

// shortText tells whether s can be stored and shown.
func shortText(s string) bool {
	if len(s) > 200 || !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if unicode.IsControl(r) {
			return false
		}
	}
	return true
}
