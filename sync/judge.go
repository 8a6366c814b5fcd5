package sync

import (
	"encoding/json"
	"time"

	"sehat/cards"
	"sehat/records"
)

// maxTemporary is how long a device's card may be valid, a leap day included.
const maxTemporary = 366 * 24 * time.Hour

// judge tells why a row must not be stored although its batch is good, or nothing. A device is held to what it may sign:
// temporary cards with numbers of its own leases.
func (s *sender) judge(c records.Change) string {
	if c.Noun != records.NounCard {
		return ""
	}
	var card records.Card
	if err := json.Unmarshal(c.Row, &card); err != nil {
		return "the card cannot be read"
	}
	number, err := cards.ParseNumber(card.Number)
	if err != nil || number.String() != card.Number {
		return "the card's number is none"
	}
	if why := s.judgeLease(card, number); why != "" {
		return why
	}
	u, err := cards.Decode(card.Credential)
	if err != nil {
		return "the card's QR cannot be read"
	}
	q := u.Credential
	switch {
	case !u.SignedBy(s.PublicKey) || card.KeyID != s.KeyID:
		return "the card's QR is not signed by its device"
	case u.Hash != card.CredentialHash || q.Number != number || q.Version != card.Version:
		return "the card's QR is another card's"
	case card.Kind != records.CardTemporary || !q.Temporary() || q.Expires.Sub(q.Issued) > maxTemporary:
		return "a device gives temporary cards only, for a year at most"
	}
	return ""
}

func (s *sender) judgeLease(card records.Card, number cards.Number) string {
	for _, l := range s.leases {
		if number.Body() < l.First || number.Body() > l.Last {
			continue
		}
		switch {
		case l.ID != card.LeaseID:
			return "the card names another lease than its number's"
		case l.Status == string(cards.LeaseVoid):
			return "the card's lease is void"
		}
		return ""
	}
	return "the card's number is outside its device's leases"
}
