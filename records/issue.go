package records

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"sehat/cards"
)

// Why a resident gets no card yet.
const (
	HeldReview       = "review"        // a doubtful match waits for a person
	HeldTwoCards     = "two_cards"     // dedupe took two holders of permanent cards for one person: two people must say so
	HeldConflict     = "conflict"      // two versions of the record wait for a person
	HeldNotLinked    = "not_linked"    // dedupe has not seen the record
	HeldNoName       = "no_name"       // there is no name to print
	HeldNoLease      = "no_lease"      // the lease has no number left
	HeldNoFit        = "no_fit"        // the card cannot print the name as it is, or the QR has no room for it
	HeldNumberInHand = "number_double" // two documents claim the number
	HeldAtCentre     = "at_centre"     // the centre knows the card, and gives its next version
)

// A Holder is a resident who has a card or may be given one.
type Holder struct {
	Resident
	Ward     string
	Block    string
	PersonID string // empty if dedupe has not seen the record
	Photo    string // hash of the photo that the next card shows; empty without one
	Held     string // HeldReview, HeldConflict or empty
	Card     *Card  // the one that stands: not ended, or held; nil if there is none
	Surplus  []Card // further cards that stand, where two stores gave one resident two numbers
}

// An IssueStore keeps cards.
type IssueStore interface {
	// Holders streams every active resident, those of one person together, in the order of person and resident id.
	Holders(ctx context.Context) iter.Seq2[Holder, error]
	// SaveCards reserves the numbers, stores the cards and the events that go with them in one transaction: all or
	// nothing. It returns ErrExists, and stores nothing, where a number is taken, and ErrConflict where somebody else gave one
	// of the residents a card meanwhile.
	SaveCards(ctx context.Context, issued []Card, events []CardEvent) error
	// Unsent returns the keys, by CardKey, of the cards issued here that are in no batch for the centre yet; none at a centre.
	Unsent(ctx context.Context) ([]string, error)
	// Leases returns a device's leases, those with numbers left first.
	Leases(ctx context.Context, deviceID string) ([]Lease, error)
}

// An Issuer gives cards. A centre's issuer gives permanent cards to the canonical records of persons; a device's gives
// temporary ones, valid a year, to the residents it knows.
type Issuer struct {
	Store    IssueStore
	Key      ed25519.PrivateKey
	DeviceID string
	Centre   bool
	URI      string // who issues: a short URI, in the QR
	By       string
	Now      time.Time
	Random   io.Reader
	Ward     string // only this ward; empty for all
	Limit    int    // at most so many cards; 0 for all
	// Corrected gives the next version to cards that say something else than the register does now. A device does so only as long as
	// the centre does not know the card: both would give a version 2, and both would be held.
	Corrected bool
	// Clinical puts blood group and allergies into the QR of those who allowed it.
	Clinical bool
	// Fits says whether a card can print a face, whose number and QR are not known yet, as it is; nil if all can.
	Fits func(cards.Face) error
}

// An IssueReport says what an issue run did.
type IssueReport struct {
	Issued     int            `json:"issued"`
	Already    int            `json:"already"`             // have a card of the kind given here
	Outdated   int            `json:"outdated"`            // of these, cards that say something else than the register does now
	AtCentre   int            `json:"at_centre,omitempty"` // on a device: further such cards, which the centre knows and corrects
	Duplicates int            `json:"duplicates"`          // records of a person whose canonical record has or gets the card
	Held       int            `json:"held"`
	Retired    int            `json:"retired"`           // temporary cards of duplicates that were replaced by the person's card
	NoRoom     int            `json:"no_room,omitempty"` // cards whose QR has no room for all; their first event says for what
	Instead    []Retirement   `json:"retired_cards,omitempty"`
	LeaseLeft  int            `json:"lease_left"`
	HeldWhy    map[string]int `json:"held_why,omitempty"`
}

// A Retirement is a card that was retired because its holder is a person who has another.
type Retirement struct {
	Number  string `json:"number"`
	Version int    `json:"version"`
	Instead string `json:"instead"` // the number of the person's card
}

// issueBatch is how many cards are committed together: few enough that a crash repeats little, enough that a commit costs
// little a card.
const issueBatch = 500

// temporaryFor is how long a doorstep card is valid.
const temporaryFor = 365 * 24 * time.Hour

// Issue gives a card to every resident who may have one and has none. A number is drawn from the lease, the card's content
// signed, and both are stored in one transaction before anybody sees them: a crash loses nothing and repeats nothing. It
// returns [cards.ErrNoLease], beside what was done so far, when the lease has no numbers left.
func (is *Issuer) Issue(ctx context.Context) (IssueReport, error) {
	run, err := is.begin(ctx)
	if err != nil {
		return run.report, err
	}
	err = run.all(ctx)
	run.report.LeaseLeft = run.draw.left()
	if err == nil && run.report.HeldWhy[HeldNoLease] > 0 {
		err = cards.ErrNoLease
	}
	return run.report, err
}

// begin starts a run with the leases as they are.
func (is *Issuer) begin(ctx context.Context) (*issueRun, error) {
	run := &issueRun{Issuer: is, report: IssueReport{HeldWhy: map[string]int{}}}
	leases, err := is.Store.Leases(ctx, is.DeviceID)
	if err != nil {
		return run, err
	}
	run.draw.add(leases)
	unsent, err := is.Store.Unsent(ctx)
	run.unsent = make(map[string]bool, len(unsent))
	for _, key := range unsent {
		run.unsent[key] = true
	}
	return run, err
}

// issueRun is one run of an issuer.
type issueRun struct {
	*Issuer
	report  IssueReport
	draw    drawing
	unsent  map[string]bool // cards that the centre does not know, by CardKey; of a device
	pending []Holder        // who get a card with the next commit
	retired []CardEvent     // what happens to the cards of their other records
	instead []Retirement
}

func (run *issueRun) all(ctx context.Context) error {
	for person, err := range persons(run.Store.Holders(ctx)) {
		if err != nil {
			return err
		}
		if run.Limit > 0 && run.report.Issued+len(run.pending) >= run.Limit {
			break
		}
		run.person(person)
		if len(run.pending)+len(run.retired) >= issueBatch {
			if err := run.commit(ctx); err != nil {
				return err
			}
		}
	}
	return run.commit(ctx)
}

// persons groups holders who are one person. Records that dedupe has not seen stand alone.
func persons(holders iter.Seq2[Holder, error]) iter.Seq2[[]Holder, error] {
	return func(yield func([]Holder, error) bool) {
		var group []Holder
		for h, err := range holders {
			if err != nil {
				yield(nil, err)
				return
			}
			if len(group) > 0 && (h.PersonID == "" || h.PersonID != group[0].PersonID) {
				if !yield(group, nil) {
					return
				}
				group = nil
			}
			group = append(group, h)
		}
		if len(group) > 0 {
			yield(group, nil)
		}
	}
}

// CanonicalRecord returns the index of a person's canonical record among all the person's records, which come in the order of
// their ids: the one whose card outranks the others', else the smallest id.
func CanonicalRecord(person []Holder) int {
	best := 0
	for i, h := range person {
		if h.Card != nil && (person[best].Card == nil || h.Card.Outranks(*person[best].Card)) {
			best = i
		}
	}
	return best
}

// person decides what one person's records get: the canonical one a card, the others none.
func (run *issueRun) person(records []Holder) {
	keep := CanonicalRecord(records)
	holder := records[keep]
	if run.Ward != "" && holder.Ward != run.Ward {
		return
	}
	run.report.Duplicates += len(records) - 1
	if why := run.held(records, holder); why != "" {
		run.hold(why)
		return
	}
	if run.Centre {
		run.retire(records, keep)
	}
	if run.has(holder) {
		outdated := run.outdated(holder)
		atCentre := !run.Centre && !run.unsent[CardKey(holder.Card.Number, holder.Card.Version)]
		if !outdated || atCentre || !run.Corrected {
			run.report.Already++
			switch {
			case outdated && atCentre:
				run.report.AtCentre++
			case outdated:
				run.report.Outdated++
			}
			return
		}
	}
	if run.Fits != nil && run.Fits(faceOf(holder, run.credential(holder, 0, 1), run.kind())) != nil {
		run.hold(HeldNoFit)
		return
	}
	run.pending = append(run.pending, holder)
}

// has reports whether a holder has a card of the kind given here, and not one past its date.
func (run *issueRun) has(h Holder) bool {
	return h.Card != nil && (h.Card.Kind == CardPermanent || !run.Centre && !h.Card.Expired(run.Now))
}

// renews reports whether a holder's card goes on as the next version of its number. On a laptop one past its date does not: the
// centre may have given its next version long ago.
func (run *issueRun) renews(h Holder) bool {
	return h.Card != nil && (run.Centre || !h.Card.Expired(run.Now))
}

// outdated reports whether a card prints something else than the register says of its holder now.
func (run *issueRun) outdated(h Holder) bool {
	var printed cards.Face
	if err := json.Unmarshal(h.Card.Face, &printed); err != nil {
		return true
	}
	now := faceOf(h, run.credential(h, printed.Number, printed.Version), printed.Kind)
	now.IssuedOn, now.ValidUntil, now.Ward = printed.IssuedOn, printed.ValidUntil, printed.Ward
	return now != printed
}

// kind is the kind of card that is given here.
func (run *issueRun) kind() string {
	if run.Centre {
		return CardPermanent
	}
	return CardTemporary
}

// retire ends every card of a person but the one that its canonical record keeps. The others are temporary: see held.
func (run *issueRun) retire(records []Holder, keep int) {
	for i, r := range records {
		surplus := r.Surplus
		if i != keep && r.Card != nil {
			surplus = append(surplus, *r.Card)
		}
		for _, c := range surplus {
			run.retired = append(run.retired, run.event(c, CardReplaced, "the person's card is that of resident "+records[keep].ID))
			run.instead = append(run.instead, Retirement{c.Number, c.Version, records[keep].Card.Number})
		}
	}
}

func (run *issueRun) hold(why string) {
	run.report.Held++
	run.report.HeldWhy[why]++
}

// held says why a person gets no card now, or nothing.
func (run *issueRun) held(records []Holder, holder Holder) string {
	if permanentCards(records) > 1 {
		return HeldTwoCards
	}
	for _, r := range records {
		if r.Held != "" {
			return r.Held
		}
	}
	switch {
	case run.Centre && holder.PersonID == "":
		return HeldNotLinked
	case holder.FullName == "" && holder.FullNameHi == "":
		return HeldNoName
	case holder.Card != nil && holder.Card.State == CardHeld:
		return HeldNumberInHand
	}
	return ""
}

// permanentCards counts the permanent cards that stand among a person's records. Two of them mean that linkage joined what were two
// persons, and nobody has confirmed it: a card in somebody's hand is not ended by a machine.
func permanentCards(records []Holder) int {
	n := 0
	for _, r := range records {
		for _, c := range r.Surplus {
			if c.Kind == CardPermanent {
				n++
			}
		}
		if r.Card != nil && r.Card.Kind == CardPermanent {
			n++
		}
	}
	return n
}

// commit gives the pending holders their cards in one transaction. A number that turns out to be taken is drawn again.
func (run *issueRun) commit(ctx context.Context) error {
	if len(run.pending)+len(run.retired) == 0 {
		return nil
	}
	for range 3 {
		issued, events, err := run.cards()
		if err != nil {
			return err
		}
		err = run.Store.SaveCards(ctx, issued, append(events, run.retired...))
		if errors.Is(err, ErrExists) {
			continue
		}
		if err != nil {
			return fmt.Errorf("storing cards: %w", err)
		}
		run.report.Issued += len(issued)
		for _, e := range events {
			if e.Event == CardIssued && e.Why != "" {
				run.report.NoRoom++
			}
		}
		run.report.Retired += len(run.retired)
		run.report.Instead = append(run.report.Instead, run.instead...)
		run.pending, run.retired, run.instead = nil, nil, nil
		return nil
	}
	return fmt.Errorf("storing cards: %w: somebody else draws from this lease", ErrExists)
}

// cards signs a card for each pending holder. Those whose card cannot be made are held.
func (run *issueRun) cards() (issued []Card, events []CardEvent, err error) {
	made := run.pending[:0:0]
	for _, h := range run.pending {
		card, note, err := run.card(h)
		switch {
		case errors.Is(err, cards.ErrTooLong):
			run.hold(HeldNoFit)
			continue
		case errors.Is(err, cards.ErrNoLease):
			run.hold(HeldNoLease)
			continue
		case err != nil:
			return nil, nil, err
		}
		made = append(made, h)
		issued = append(issued, card)
		events = append(events, run.event(card, CardIssued, note))
		switch {
		case run.renews(h):
			events = append(events, run.event(*h.Card, CardReplaced, "by version "+strconv.Itoa(card.Version)))
		case h.Card != nil:
			events = append(events, run.event(*h.Card, CardExpired, "past its date; the new card is "+card.Number))
		}
	}
	run.pending = made
	return issued, events, nil
}

// card signs a card for a holder: the next version of the number it has, else a new number. The note says what its QR has no room
// for, or nothing.
func (run *issueRun) card(h Holder) (card Card, note string, err error) {
	card = Card{Version: 1, ResidentID: h.ID, Kind: run.kind(), State: CardIssued}
	var number cards.Number
	var leftOut []string
	if run.renews(h) {
		card.Version, card.LeaseID = h.Card.Version+1, h.Card.LeaseID
		number, err = cards.ParseNumber(h.Card.Number)
	} else {
		number, card.LeaseID, err = run.draw.next(run.Random)
	}
	if err != nil {
		return card, "", err
	}
	credential := run.credential(h, number, card.Version)
	if credential.Temporary() {
		card.ExpiresAt = Stamp(credential.Expires)
	}
	card.Credential, card.CredentialHash, leftOut, err = cards.SignToFit(run.Key, credential)
	if err != nil {
		return card, "", fmt.Errorf("resident %s: %w", h.ID, err)
	}
	if len(leftOut) > 0 {
		note = "its QR has no room for " + strings.Join(leftOut, " and ")
	}
	if card.Face, err = json.Marshal(faceOf(h, credential, card.Kind)); err != nil {
		return card, "", fmt.Errorf("resident %s: %w", h.ID, err)
	}
	card.Number, card.IssuedAt = number.String(), Stamp(run.Now)
	card.KeyID = cards.NewKeyID(run.Key.Public().(ed25519.PublicKey)).String()
	return card, note, nil
}

func (run *issueRun) event(c Card, event, why string) CardEvent {
	return CardEvent{ID: NewID(), Number: c.Number, Version: c.Version, Event: event, By: run.By, At: Stamp(run.Now), Why: why}
}

// credential is what the QR says about a holder.
func (run *issueRun) credential(h Holder, number cards.Number, version int) cards.Credential {
	c := cards.Credential{
		Number: number, Version: version, Language: scriptOf(h.FullName).iso639, Name: h.FullName,
		Birth:  cards.Date{Year: h.BirthYear, Month: h.BirthMonth, Day: h.BirthDay},
		Issuer: run.URI, Issued: run.Now,
	}
	if !run.Centre {
		c.Expires = run.Now.Add(temporaryFor)
	}
	if sex, err := cards.ParseSex(h.Sex); err == nil {
		c.Sex = sex
	}
	if run.Clinical {
		c.Clinical = clinicalOf(h.Resident)
	}
	if h.FullName == "" {
		c.Name, c.Language = h.FullNameHi, scriptOf(h.FullNameHi).iso639
	} else if h.FullNameHi != "" {
		c.SecondName, c.SecondLanguage = h.FullNameHi, scriptOf(h.FullNameHi).iso639
	}
	return c
}
