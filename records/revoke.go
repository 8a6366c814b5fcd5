package records

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sehat/cards"
)

// A RevokeStore keeps cards, and the list that says which were taken back.
type RevokeStore interface {
	// CardsNumbered returns every version of the cards of these numbers, in the order of number, the latest version first.
	CardsNumbered(ctx context.Context, numbers []string) ([]Card, error)
	// EndedCredentials returns the credentials of these numbers, or with none of all numbers, of which no version stands, with the day
	// on which each ended.
	EndedCredentials(ctx context.Context, numbers ...string) ([]cards.Revocation, error)
	// Unpublished returns the keys of the cards that ended and may not be in the revocation list yet, in order: those that anything but
	// SaveRevocation ended. It costs nothing where there are none.
	Unpublished(ctx context.Context) ([]string, error)
	// SaveRevocation stores it in one transaction, all or nothing. It returns ErrConflict where a card, the list or the pending
	// decision is no longer as the revocation was made from, and ErrAlone where it is too much for one person.
	SaveRevocation(ctx context.Context, r Revocation) error
}

// A RevocationSigner signs the centre's revocation list.
type RevocationSigner interface {
	// Revocations returns the list that follows the one that stands, with further credentials, as it is to be kept; nil where all
	// of them are in it already.
	Revocations(ctx context.Context, revoked []cards.Revocation) (*Document, error)
}

// A Revocation is what taking cards back changes in a store.
type Revocation struct {
	Seen    []Card      // the cards as they were when it was made
	Events  []CardEvent // each moves its card to the state it names
	Issued  []Card      // cards that are given in the stead of others
	Leave   []string    // residents who are kept in the state LeaveAs from now on: none of them is to be in it yet
	LeaveAs string
	List    *Document // the signed list; nil where it stays as it is
	// Published are the keys of cards that the list names from now on, if they ended.
	Published []string
	Alone     string   // who ends the cards without a second person, where that is limited; else empty
	Settles   *Pending // the pending decision that it carries out, as it is to be kept; nil if none
	At        string
}

// What one operator of a centre may end without a second person: AloneLimit cards in AloneFor, a rolling day, so that midnight doubles
// nothing. It is more than a counter or a telephone hears of in a day, and harms twenty people, not a ward, until somebody looks.
const (
	AloneLimit = 20
	AloneFor   = 24 * time.Hour
)

// ErrAlone is what ending a further card comes to: that is for two people.
var ErrAlone = fmt.Errorf("%d cards within 24 hours are what one person may end alone", AloneLimit)

// A Revoker takes cards back for good: a card that was lost, or that should not have been given. Whoever holds one is given a new
// number by the next issue, or by whoever revokes it.
type Revoker struct {
	Store RevokeStore
	List  RevocationSigner
	By    string
	Now   time.Time
	// Limited bounds what By ends alone; see [AloneLimit]. Where names are taken on trust it would bound nobody.
	Limited bool
}

// A Revoked tells what came of a revocation.
type Revoked struct {
	Numbers []string // taken back now, in order
	Ended   []Card   // the latest version of those that stood no more: nothing was to do
}

// Revoke takes the cards of these numbers back: the version that stands gets the event (CardRevoked or CardLost) with the reason,
// and the credentials of all versions go into the revocation list, in one transaction. Doing it again changes nothing. It returns
// ErrNotFound, and does nothing, where a number was never given.
//
// One person revokes one card; more than one at a time is for two people: see [ProposeRevocation]. So is what Revoke returns ErrAlone for.
func (r Revoker) Revoke(ctx context.Context, event string, numbers []string, why string) (Revoked, error) {
	return r.carryOut(ctx, event, numbers, why, r.By, nil)
}

// Publish puts into the revocation list what ended without the list being signed in the same transaction: cards that issue or a
// review retired, and what laptops told. Whatever was cut off before is made good. It goes by the marks that such cards have, which costs
// nothing where there are none, or with all by every card in the store. It returns whether the list changed.
func (r Revoker) Publish(ctx context.Context, all bool) (bool, error) {
	for range tries {
		keys, err := r.Store.Unpublished(ctx)
		if err != nil || len(keys) == 0 && !all {
			return false, err
		}
		numbers := make([]string, 0, len(keys))
		for _, key := range keys {
			number, _, _ := strings.Cut(key, "/")
			numbers = append(numbers, number)
		}
		if numbers = slices.Compact(numbers); all {
			numbers = nil
		}
		changed, err := r.publish(ctx, keys, numbers)
		if err == nil || !errors.Is(err, ErrConflict) {
			return changed, err
		}
	}
	return false, fmt.Errorf("publishing revocations: %w", ErrConflict)
}

// publish puts those of the numbers, or with none of all, that ended into the list, and takes their marks away.
func (r Revoker) publish(ctx context.Context, keys, numbers []string) (bool, error) {
	ended, err := r.Store.EndedCredentials(ctx, numbers...)
	if err != nil {
		return false, err
	}
	list, err := r.List.Revocations(ctx, ended)
	if err != nil || list == nil && len(keys) == 0 {
		return false, err
	}
	return list != nil, r.Store.SaveRevocation(ctx, Revocation{List: list, Published: keys, At: Stamp(r.Now)})
}

// tries is how often a change is made anew where somebody else changed something meanwhile.
const tries = 3

// carryOut revokes, and settles a pending decision in the same transaction. settle is given what came of it.
func (r Revoker) carryOut(ctx context.Context, event string, numbers []string, why, by string, settle func(Revoked) (*Pending, error)) (Revoked, error) {
	numbers = slices.Compact(slices.Sorted(slices.Values(numbers)))
	if strings.TrimSpace(why) == "" {
		return Revoked{}, errors.New("a revocation needs a reason")
	}
	if event != CardRevoked && event != CardLost {
		return Revoked{}, fmt.Errorf("%q does not end a card", event)
	}
	for range tries {
		done, change, err := r.prepare(ctx, event, numbers, why, by)
		if err == nil && settle != nil {
			change.Alone = ""
			change.Settles, err = settle(done)
		}
		if err != nil || len(change.Events) == 0 && change.Settles == nil {
			return done, err
		}
		err = r.Store.SaveRevocation(ctx, change)
		if err == nil || !errors.Is(err, ErrConflict) {
			return done, err
		}
	}
	return Revoked{}, fmt.Errorf("revoking cards: %w: somebody else works on them", ErrConflict)
}

// prepare looks at the cards as they are and makes the change.
func (r Revoker) prepare(ctx context.Context, event string, numbers []string, why, by string) (done Revoked, change Revocation, err error) {
	change.At = Stamp(r.Now)
	if r.Limited {
		change.Alone = by
	}
	if change.Seen, err = r.Store.CardsNumbered(ctx, numbers); err != nil {
		return done, change, err
	}
	versions := map[string][]Card{}
	for _, c := range change.Seen {
		versions[c.Number] = append(versions[c.Number], c)
	}
	var gone []cards.Revocation
	for _, n := range numbers {
		all := versions[n]
		if len(all) == 0 {
			return done, change, fmt.Errorf("card %s: %w", Card{Number: n}.Printed(), ErrNotFound)
		}
		stood := slices.DeleteFunc(slices.Clone(all), func(c Card) bool { return !CardStands(c.State) })
		if len(stood) == 0 {
			done.Ended = append(done.Ended, all[0])
			continue
		}
		done.Numbers = append(done.Numbers, n)
		for _, c := range stood {
			change.Events = append(change.Events, CardEvent{ID: NewID(), Number: n, Version: c.Version, Event: event, By: by, At: change.At, Why: why})
			change.Published = append(change.Published, CardKey(n, c.Version))
		}
		for _, c := range all {
			gone = append(gone, cards.Revocation{Hash: c.CredentialHash, On: r.Now})
		}
	}
	if len(gone) > 0 {
		change.List, err = r.List.Revocations(ctx, gone)
	}
	return done, change, err
}
