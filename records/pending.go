package records

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Kinds of pending decision.
const PendingRevocation = "revocation" // revoke a list of cards

// States of a pending decision.
const (
	PendingOpen      = "open"
	PendingConfirmed = "confirmed" // by another person than the one who proposed it, and carried out with that
	PendingWithdrawn = "withdrawn"
)

// A Pending is a decision that one person proposed and another has to confirm before anything happens.
type Pending struct {
	ID         string
	Kind       string
	Subject    json.RawMessage // what is to be done: for a revocation a [RevocationSubject]
	Why        string
	ProposedBy string
	ProposedAt string
	State      string
	SettledBy  string // who confirmed or withdrew it
	SettledAt  string
	Outcome    json.RawMessage // what came of it: for a revocation a [Revoked]; empty while it is open
}

// A RevocationSubject is what a pending revocation is about.
type RevocationSubject struct {
	Numbers []string `json:"numbers"`         // in order
	Event   string   `json:"event,omitempty"` // CardLost; else they are revoked
}

// A PendingStore keeps pending decisions.
type PendingStore interface {
	// AddPending stores an open decision. Where one of the same kind and subject is open it returns that one and ErrExists.
	AddPending(ctx context.Context, p Pending) (Pending, error)
	// PendingByID returns a decision by its id, or by the first letters of it, or ErrNotFound; ErrExists if the letters fit several.
	PendingByID(ctx context.Context, id string) (Pending, error)
	// SettlePending keeps an open decision as it ended. It returns ErrConflict where it is not open any more.
	SettlePending(ctx context.Context, p Pending) error
}

// ErrSettled is what confirming or withdrawing a decision comes to that was withdrawn or confirmed before.
var ErrSettled = errors.New("it was settled before")

// ProposeRevocation keeps that somebody wants these cards to end as CardRevoked or CardLost, until another person confirms it. It returns ErrNotFound where a
// number was never given, and the open decision and ErrExists where the same is proposed already. Where none of the cards stands any
// more nothing is kept: then would names them all as ended. Otherwise would is what confirming it at once would come to.
func (r Revoker) ProposeRevocation(ctx context.Context, s PendingStore, event string, numbers []string, why string) (p Pending, would Revoked, err error) {
	numbers = slices.Compact(slices.Sorted(slices.Values(numbers)))
	would, _, err = r.prepare(ctx, event, numbers, why, r.By)
	if err != nil || len(would.Numbers) == 0 {
		return p, would, err
	}
	about := RevocationSubject{Numbers: numbers}
	if event == CardLost {
		about.Event = event
	}
	subject, err := Canonical(about)
	if err != nil {
		return p, would, err
	}
	p, err = s.AddPending(ctx, Pending{
		ID: NewID(), Kind: PendingRevocation, Subject: subject, Why: why, ProposedBy: r.By, ProposedAt: Stamp(r.Now), State: PendingOpen,
	})
	return p, would, err
}

// ConfirmRevocation revokes the cards of a pending decision and settles it, in one transaction. Cards that ended meanwhile are left
// as they are and named in what it returns. It returns ErrSecondPerson to whoever proposed it, and ErrSettled where it was withdrawn;
// one that was confirmed before returns what came of it then, and ErrExists.
func (r Revoker) ConfirmRevocation(ctx context.Context, s PendingStore, id string) (Pending, Revoked, error) {
	p, err := s.PendingByID(ctx, id)
	if err != nil {
		return p, Revoked{}, err
	}
	var done Revoked
	switch {
	case p.Kind != PendingRevocation:
		return p, done, fmt.Errorf("pending decision %.8s is no revocation", p.ID)
	case p.State == PendingConfirmed:
		if err := json.Unmarshal(p.Outcome, &done); err != nil {
			return p, done, fmt.Errorf("pending decision %.8s: %w", p.ID, err)
		}
		return p, done, fmt.Errorf("pending decision %.8s: confirmed: %w", p.ID, ErrExists)
	case p.State != PendingOpen:
		return p, done, fmt.Errorf("pending decision %.8s: %s: %w", p.ID, p.State, ErrSettled)
	case SameOperator(p.ProposedBy, r.By):
		return p, done, fmt.Errorf("pending decision %.8s: %s proposed it: %w", p.ID, r.By, ErrSecondPerson)
	}
	var subject RevocationSubject
	if err := json.Unmarshal(p.Subject, &subject); err != nil {
		return p, done, fmt.Errorf("pending decision %.8s: %w", p.ID, err)
	}
	done, err = r.carryOut(ctx, cmp.Or(subject.Event, CardRevoked), subject.Numbers, fmt.Sprintf("%s (proposed by %s)", p.Why, p.ProposedBy), r.By, func(came Revoked) (*Pending, error) {
		outcome, err := Canonical(came)
		p.State, p.SettledBy, p.SettledAt, p.Outcome = PendingConfirmed, r.By, Stamp(r.Now), outcome
		return &p, err
	})
	return p, done, err
}

// Withdraw ends a pending decision; nothing is done. Whoever proposed it may take it back, and anybody else may refuse it. It
// returns ErrSettled where it was confirmed before; one that was withdrawn stays so.
func Withdraw(ctx context.Context, s PendingStore, id, by, at string) (Pending, error) {
	p, err := s.PendingByID(ctx, id)
	switch {
	case err != nil || p.State == PendingWithdrawn:
		return p, err
	case p.State != PendingOpen:
		return p, fmt.Errorf("pending decision %.8s: %s: %w", p.ID, p.State, ErrSettled)
	}
	p.State, p.SettledBy, p.SettledAt = PendingWithdrawn, by, at
	return p, s.SettlePending(ctx, p)
}
