package lookup

import (
	"context"
	"errors"
	"strings"
	"time"

	"sehat/cards"
	"sehat/records"
)

// tones of an answer: the page shows each with its own sign and colour.
const (
	toneGood  = "good"  // a genuine card
	tonePlain = "plain" // who holds a number
	toneWarn  = "warn"  // there is something to mind
	toneBad   = "bad"   // do not rely on it
)

// An answer is what the desk is shown.
type answer struct {
	tone string
	message
	detail string        // in English only: more exact than the message
	lists  cards.ListAge // of revoked cards, by which a QR was judged; zero where none was
	person *person
}

// A person is what the desk is told about somebody.
type person struct {
	name, second     string
	sex              string // a key of texts
	least, most      int    // full years
	ageKnown         bool
	year, month, day int // of birth, as told; 0 where not
	number           string
	kind, state      string // keys of texts; empty where only the card tells
	issued, until    string // stamps
}

// qrLength is more than anybody types, and less than any card's QR text.
const qrLength = 40

// readField tells what stands in the field: the QR text that a scanner typed, or else a number. A QR text has capital letters
// only, so that a keyboard whose caps lock is on does no harm.
func readField(typed string) (qr string, isQR bool) {
	text := strings.ToUpper(strings.Trim(typed, "\r\n\t"))
	isQR = len(text) >= qrLength && strings.ContainsAny(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	return text, isQR
}

// answerField looks up what stands in the field. Its errors are those of which nothing may be shown.
func (s *Service) answerField(ctx context.Context, q question, typed string) (answer, error) {
	if strings.TrimSpace(typed) == "" {
		return answer{tone: tonePlain, message: sayEmpty}, nil
	}
	if qr, ok := readField(typed); ok {
		q.detail = "scanned"
		return s.answerQR(ctx, q, qr)
	}
	q.detail = "typed"
	number, err := cards.ParseNumber(typed)
	switch {
	case errors.Is(err, cards.ErrCheckDigits):
		return answer{tone: toneWarn, message: sayMistyped}, nil
	case err != nil:
		return answer{tone: toneWarn, message: sayNoNumber, detail: strings.TrimPrefix(err.Error(), cards.ErrNumber.Error()+": ")}, nil
	}
	found, err := s.ask(ctx, q, s.Finder.ByCard, number.String())
	if errors.Is(err, records.ErrNotFound) {
		return answer{tone: toneWarn, message: sayNobody}, nil
	}
	if err != nil {
		return answer{}, err
	}
	card, _ := found.Card(number.String())
	now := s.Now()
	a := answer{tone: tonePlain, message: sayTyped, person: personOf(found, card, now)}
	if e := endingOf(found, card, 0, now); e.state != "" {
		a.tone, a.message = toneWarn, e.message()
	}
	return a, nil
}

// answerQR verifies a QR text before anything is looked up with it.
func (s *Service) answerQR(ctx context.Context, q question, qr string) (answer, error) {
	if s.Verifier == nil {
		return answer{tone: toneWarn, message: sayNoKeys}, nil
	}
	verified, bad := s.Verifier.Verify(qr)
	if errors.Is(bad, ErrNoLists) {
		return answer{}, bad
	}
	if bad != nil && !errors.Is(bad, cards.ErrExpired) && !errors.Is(bad, cards.ErrRevoked) {
		a := answer{tone: toneBad, message: sayNotGenuine}
		switch {
		case errors.Is(bad, cards.ErrNotACard) || errors.Is(bad, cards.ErrTooLarge):
			a.message = sayNotACard
		case verified.Hash != "": // a key that is known did sign it
			a.message, a.lists = sayNotValid, verified.Revoked
		}
		return a, s.refuse(ctx, q)
	}
	q.genuine = true
	number := verified.Credential.Number.String()
	found, err := s.ask(ctx, q, s.Finder.ByCard, number)
	now := s.Now()
	if err != nil && !errors.Is(err, records.ErrNotFound) {
		return answer{}, err
	}
	card, known := found.Card(number)
	a := answer{tone: toneGood, message: sayGenuine, lists: verified.Revoked, person: personOf(found, card, now)}
	if !known {
		a.message, a.person = sayNotArrived, personOnCard(verified.Credential, now)
		if errors.Is(bad, cards.ErrRevoked) {
			a.person = nil // the holder may have withdrawn consent: nobody is told anything
		}
	}
	if e := endOf(verified, bad, found, card, now); e.state != "" {
		a.tone, a.message = toneWarn, e.message()
		return a, nil
	}
	switch astray, ok := sayAstray[card.State]; {
	case ok:
		a.tone, a.message = toneWarn, astray
	case known && card.State != records.CardHandedOver && card.State != records.CardActive:
		a.message = sayOnItsWay
	}
	return a, nil
}

// endOf says why a genuine card is valid no more. card is what the register knows of its number; zero if nothing.
func endOf(verified cards.Verified, bad error, found records.Found, card records.Card, now time.Time) ending {
	c := verified.Credential
	e := endingOf(found, card, c.Version, now)
	switch {
	case e.state != "" && e.version == 0:
		return e
	case errors.Is(bad, cards.ErrRevoked):
		return ending{state: records.CardRevoked}
	case e.state != "":
		return e
	case c.Version == card.Version && card.CredentialHash != verified.Hash:
		return ending{state: records.CardHeld} // the register has another document of this number
	case errors.Is(bad, cards.ErrExpired):
		return ending{state: records.CardExpired, since: records.Stamp(c.Expires)}
	}
	return ending{}
}

// personOf tells a person of the register, and of the card asked for.
func personOf(found records.Found, card records.Card, now time.Time) *person {
	r := found.Resident
	p := &person{
		name: r.FullName, second: r.FullNameHi, sex: r.Sex,
		year: r.BirthYear, month: r.BirthMonth, day: r.BirthDay,
		number: card.Number, kind: card.Kind, state: card.StateAt(now), issued: card.IssuedAt, until: card.ExpiresAt,
	}
	p.least, p.most, p.ageKnown = found.Ages(now)
	return p
}

// personOnCard tells only what stands on a genuine card.
func personOnCard(c cards.Credential, now time.Time) *person {
	found := records.Found{Resident: records.Resident{
		FullName: c.Name, FullNameHi: c.SecondName, Sex: c.Sex.String(),
		BirthYear: c.Birth.Year, BirthMonth: c.Birth.Month, BirthDay: c.Birth.Day,
	}}
	card := records.Card{Number: c.Number.String(), Kind: records.CardPermanent, IssuedAt: records.Stamp(c.Issued)}
	if c.Temporary() {
		card.Kind, card.ExpiresAt = records.CardTemporary, records.Stamp(c.Expires)
	}
	return personOf(found, card, now)
}
