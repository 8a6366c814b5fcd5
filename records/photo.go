package records

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"sehat/cards"
)

// A Photo is one taken of a resident at a counter. It stays in the store where it was taken down: photos do not sync, as what prints
// them, the centre, is where they are taken down. A card names the one that it shows by its hash, and that goes with the card.
type Photo struct {
	ResidentID string
	Hash       string // SHA-256 of JPEG, in hex
	JPEG       []byte // as cards show it; see sheet.Portrait
	By         string
	At         string
}

// A PhotoStore keeps photos.
type PhotoStore interface {
	// CardsNumbered returns every version of the cards of these numbers, the latest version first.
	CardsNumbered(ctx context.Context, numbers []string) ([]Card, error)
	// HoldersOf returns the active records of the person that a resident is, in the order of their ids.
	HoldersOf(ctx context.Context, residentID string) ([]Holder, error)
	// SavePhoto makes a photo the one that the resident's next card shows. Its earlier ones stay as long as a card shows them.
	SavePhoto(ctx context.Context, p Photo) error
	// DropPhoto lets the resident's next card show none.
	DropPhoto(ctx context.Context, residentID string) error
}

// ErrLeft is what a photo of somebody comes to who died, moved away or withdrew consent.
var ErrLeft = errors.New("the holder died, moved away or withdrew consent")

// Photographed returns the record that a photo belongs to: that of the person's card, where a card number or a resident's id is given. It
// returns ErrNotFound where there is no such card or resident, and ErrLeft where the person is given no card any more.
func Photographed(ctx context.Context, s PhotoStore, number, residentID string) (Holder, error) {
	if number != "" {
		versions, err := s.CardsNumbered(ctx, []string{number})
		if err != nil {
			return Holder{}, err
		}
		if len(versions) == 0 {
			return Holder{}, fmt.Errorf("card %s: %w", Card{Number: number}.Printed(), ErrNotFound)
		}
		residentID = versions[0].ResidentID
	}
	person, err := s.HoldersOf(ctx, residentID)
	switch {
	case err != nil:
		return Holder{}, err
	case len(person) == 0 && number != "":
		return Holder{}, ErrLeft
	case len(person) == 0:
		return Holder{}, fmt.Errorf("resident %s: %w", residentID, ErrNotFound)
	}
	return person[CanonicalRecord(person)], nil
}

// TakePhoto makes a photo the one that the holder's next card shows, and tells whether it was not that already.
func TakePhoto(ctx context.Context, s PhotoStore, h Holder, jpeg []byte, by, at string) (taken bool, err error) {
	sum := sha256.Sum256(jpeg)
	p := Photo{ResidentID: h.ID, Hash: hex.EncodeToString(sum[:]), JPEG: jpeg, By: by, At: at}
	if p.Hash == h.Photo {
		return false, nil
	}
	return true, s.SavePhoto(ctx, p)
}

// Shows tells whether a card shows the photo with this hash; with an empty one, whether it shows none.
func (c Card) Shows(photo string) bool {
	var f cards.Face
	return json.Unmarshal(c.Face, &f) == nil && f.Photo == photo
}
