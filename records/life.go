package records

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"sehat/cards"
)

// A LifeStore keeps cards through their life.
type LifeStore interface {
	IssueStore
	RevokeStore
	// HoldersOf returns the active records of the person that a resident is, in the order of their ids, as Holders would.
	HoldersOf(ctx context.Context, residentID string) ([]Holder, error)
	// Resident returns a resident in whatever state, or ErrNotFound.
	Resident(ctx context.Context, id string) (Resident, error)
}

// A Life ends cards one at a time and gives others in their stead.
type Life struct {
	Store   LifeStore
	Revoker Revoker
	Issuer  *Issuer // what it issues follows the same rules as all others
}

// A Stead tells what became of a card, and which card the person has now.
type Stead struct {
	Number  string `json:"number"`
	State   string `json:"state"`             // of the number's latest version, now
	Already bool   `json:"already,omitempty"` // it had ended before
	Card    *Card  `json:"-"`                 // the one that the person has now; nil if none
	New     bool   `json:"new,omitempty"`     // it was given now
	Held    string `json:"held,omitempty"`    // why no card is given now: HeldReview and its like, or HeldLeft
}

// HeldLeft says that the resident died, moved away or withdrew: there is no card to give.
const HeldLeft = "left"

// Lost ends a card that its holder lost, for good, and gives the person a new number, in one transaction. Where the person may
// have no card yet, the old one ends all the same, and Held says why. Doing it again changes nothing and tells the same; where
// no card could be given the first time, it is given as soon as it may. It returns ErrNotFound where the number was never given.
func (l Life) Lost(ctx context.Context, number, why string) (Stead, error) {
	if strings.TrimSpace(why) == "" {
		return Stead{}, errors.New("say why: it stands beside the card for good")
	}
	for range tries {
		stead, change, err := l.lose(ctx, number, why)
		if err != nil || len(change.Events)+len(change.Issued) == 0 {
			return stead, err
		}
		err = l.Store.SaveRevocation(ctx, change)
		if err == nil || !errors.Is(err, ErrConflict) && !errors.Is(err, ErrExists) {
			return stead, err
		}
	}
	return Stead{}, fmt.Errorf("card %s: %w: somebody else works on it", Card{Number: number}.Printed(), ErrConflict)
}

// lose makes the change.
func (l Life) lose(ctx context.Context, number, why string) (Stead, Revocation, error) {
	done, change, err := l.Revoker.prepare(ctx, CardLost, []string{number}, why, l.Revoker.By)
	if err != nil {
		return Stead{}, change, err
	}
	stead := Stead{Number: number, State: CardLost}
	if len(done.Ended) > 0 {
		stead.Already, stead.State = true, done.Ended[0].State
	}
	person, err := l.Store.HoldersOf(ctx, change.Seen[0].ResidentID)
	if err != nil {
		return stead, change, err
	}
	letGo(number, person)
	card, held, events, err := l.Issuer.instead(ctx, person)
	if err != nil {
		return stead, change, err
	}
	stead.Card, stead.Held = card, held
	if stead.New = len(events) > 0; stead.New {
		change.Issued = []Card{*card}
		change.Events = append(change.Events, events...)
	}
	return stead, change, nil
}

// letGo takes a number off the hands of those who hold it.
func letGo(number string, person []Holder) {
	for i := range person {
		h := &person[i]
		stand := h.Surplus
		if h.Card != nil {
			stand = append([]Card{*h.Card}, stand...)
		}
		stand = slices.DeleteFunc(stand, func(c Card) bool { return c.Number == number })
		h.Card, h.Surplus = nil, nil
		if len(stand) > 0 {
			h.Card, h.Surplus = &stand[0], stand[1:]
		}
	}
}

// instead returns the card that a person has, or makes one, with the events that go with it, or says why there is none.
func (is *Issuer) instead(ctx context.Context, person []Holder) (card *Card, held string, events []CardEvent, err error) {
	if len(person) == 0 {
		return nil, HeldLeft, nil, nil
	}
	holder := person[CanonicalRecord(person)]
	run, err := is.begin(ctx)
	if err != nil {
		return nil, "", nil, err
	}
	if run.has(holder) {
		return holder.Card, "", nil, nil
	}
	if why := run.held(person, holder); why != "" {
		return nil, why, nil, nil
	}
	if run.Fits != nil && run.Fits(faceOf(holder, run.credential(holder, 0, 1), run.kind())) != nil {
		return nil, HeldNoFit, nil, nil
	}
	run.pending = []Holder{holder}
	issued, events, err := run.cards()
	if err != nil || len(issued) == 0 {
		for why := range run.report.HeldWhy {
			held = why
		}
		return nil, held, nil, err
	}
	return &issued[0], "", events, nil
}

// Correct gives the next version to a card that prints something else than the register says of its holder now, under the same
// number. It changes nothing where the card says what the register says. It returns ErrNotFound where no such number was given,
// and ErrConflict where the card is not, or no longer, the one that the person has.
func (l Life) Correct(ctx context.Context, number string) (Stead, error) {
	versions, err := l.Store.CardsNumbered(ctx, []string{number})
	if err != nil {
		return Stead{}, err
	}
	if len(versions) == 0 {
		return Stead{}, fmt.Errorf("card %s: %w", Card{Number: number}.Printed(), ErrNotFound)
	}
	person, err := l.Store.HoldersOf(ctx, versions[0].ResidentID)
	if err != nil {
		return Stead{}, err
	}
	stead := Stead{Number: number, State: versions[0].State, Card: &versions[0]}
	if len(person) == 0 {
		stead.Held = HeldLeft
		return stead, nil
	}
	holder := person[CanonicalRecord(person)]
	if holder.Card == nil || holder.Card.Number != number {
		return stead, fmt.Errorf("card %s is not the one that the person has: %w", versions[0].Printed(), ErrConflict)
	}
	run, err := l.Issuer.begin(ctx)
	if err != nil {
		return stead, err
	}
	run.Corrected = true
	run.person(person)
	for why := range run.report.HeldWhy {
		stead.Held = why
	}
	if run.report.AtCentre > 0 {
		stead.Held = HeldAtCentre
	}
	if len(run.pending) == 0 {
		stead.Already = stead.Held == ""
		return stead, nil
	}
	if err := run.commit(ctx); err != nil {
		return stead, err
	}
	versions, err = l.Store.CardsNumbered(ctx, []string{number})
	stead.Card, stead.New, stead.State = &versions[0], true, versions[0].State
	return stead, err
}

// An Ending is why somebody has a card no more.
type Ending struct {
	State string // ResidentDied, ResidentMoved or ResidentWithdrawn
	Note  string
}

// End ends the card of a resident who died, moved away or withdrew consent, and keeps all records of the person in that state, in
// one transaction: they are given no card any more, and no import brings them back. Doing it again changes nothing. Who died or
// moved away may still withdraw consent. It returns ErrNotFound where the number was never given, and ErrConflict where the person
// left for another reason before.
func (l Life) End(ctx context.Context, number string, e Ending) (Stead, error) {
	if !slices.Contains(ResidentEnds(), e.State) {
		return Stead{}, fmt.Errorf("%q does not end a card: there are %s", e.State, strings.Join(ResidentEnds(), ", "))
	}
	why := e.State
	if e.Note != "" {
		why += ": " + e.Note
	}
	for range tries {
		stead, change, err := l.end(ctx, number, e.State, why)
		if err != nil || len(change.Events)+len(change.Leave) == 0 {
			return stead, err
		}
		if err = l.Store.SaveRevocation(ctx, change); err == nil || !errors.Is(err, ErrConflict) {
			return stead, err
		}
	}
	return Stead{}, fmt.Errorf("card %s: %w: somebody else works on it", Card{Number: number}.Printed(), ErrConflict)
}

func (l Life) end(ctx context.Context, number, state, why string) (Stead, Revocation, error) {
	var change Revocation
	versions, err := l.Store.CardsNumbered(ctx, []string{number})
	if err != nil {
		return Stead{}, change, err
	}
	if len(versions) == 0 {
		return Stead{}, change, fmt.Errorf("card %s: %w", Card{Number: number}.Printed(), ErrNotFound)
	}
	person, err := l.Store.HoldersOf(ctx, versions[0].ResidentID)
	if err != nil {
		return Stead{}, change, err
	}
	numbers := []string{number}
	for _, h := range person {
		if h.Card != nil {
			numbers = append(numbers, h.Card.Number)
		}
		for _, c := range h.Surplus {
			numbers = append(numbers, c.Number)
		}
	}
	slices.Sort(numbers)
	done, change, err := l.Revoker.prepare(ctx, CardRevoked, slices.Compact(numbers), why, l.Revoker.By)
	if err != nil {
		return Stead{}, change, err
	}
	holder, err := l.Store.Resident(ctx, versions[0].ResidentID)
	if err != nil {
		return Stead{}, change, err
	}
	stead := Stead{Number: number, State: CardRevoked, Held: HeldLeft, Already: holder.State == state}
	for _, c := range done.Ended {
		if c.Number == number {
			stead.State = c.State
		}
	}
	change.LeaveAs = state
	switch {
	case holder.State == state:
	case holder.State == ResidentActive:
		for _, h := range person {
			change.Leave = append(change.Leave, h.ID)
		}
	case state == ResidentWithdrawn:
		change.Leave = []string{holder.ID}
	default:
		return stead, change, fmt.Errorf("card %s: the holder %s before: %w", versions[0].Printed(), holder.State, ErrConflict)
	}
	return stead, change, nil
}

// Back takes an end back that was told in error: the person's records are active again. The card stays revoked, and a new number
// is given as to everybody who has none. Whoever withdrew consent stays away.
func (l Life) Back(ctx context.Context, number string) (Stead, error) {
	versions, err := l.Store.CardsNumbered(ctx, []string{number})
	if err != nil {
		return Stead{}, err
	}
	if len(versions) == 0 {
		return Stead{}, fmt.Errorf("card %s: %w", Card{Number: number}.Printed(), ErrNotFound)
	}
	stead := Stead{Number: number, State: versions[0].State}
	person, err := l.Store.HoldersOf(ctx, versions[0].ResidentID)
	if err != nil {
		return stead, err
	}
	if len(person) > 0 {
		stead.Already = true
		return stead, nil
	}
	return stead, l.Store.SaveRevocation(ctx, Revocation{Leave: []string{versions[0].ResidentID}, LeaveAs: ResidentActive, At: Stamp(l.Revoker.Now)})
}

// NoList is the signer of a home that signs no revocation list: a laptop, whose centre does so when it hears of the card.
type NoList struct{}

// Revocations returns nil: nothing is published here.
func (NoList) Revocations(context.Context, []cards.Revocation) (*Document, error) { return nil, nil }
