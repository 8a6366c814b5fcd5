package records

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// A PrintEvent tells what became of a printed card: that it was spoiled, dispatched, handed over or came back. A card is named
// by its place in a print batch, by its number, or by both, which then must agree.
type PrintEvent struct {
	Batch    string // of the copy that this is about; empty for the card's last one
	Position int    // from 1; 0 with a batch and no number is every card of the batch that is still there
	Number   string // 15 digits
	Version  int    // 0 for the slot's version, or without a batch for the latest
	Event    string // CardSpoiled, CardDispatched, CardHandedOver or CardReturned
	Why      string
	To       string // where it was dispatched to, or who took it
	Relation string // of who took it to the holder: self, wife, neighbour, …
	By       string // who dispatched it, handed it over or saw it
	At       string // a [Stamp]
	AsOf     string // a [Stamp]: who tells this knew the card as it was then, such as from a workbook; empty for now
	// Genuine says that the card was in somebody's hand and its credential verified. It is taken down where this store has no such
	// card, or did not hear of its print: the centre may.
	Genuine bool
}

// How applying a [PrintEvent] to a card ended.
type PrintHow string

// Ends of an event. Of these, the first changed something; the second did before; the others cannot be.
const (
	PrintApplied    PrintHow = "applied"
	PrintAlready    PrintHow = "already"     // it was so already
	PrintUnknown    PrintHow = "unknown"     // no such batch, slot or card here
	PrintNotThere   PrintHow = "not_there"   // another card lies in that slot
	PrintNotPrinted PrintHow = "not_printed" // nobody printed it yet
	PrintSpoiled    PrintHow = "spoiled"     // that copy was spoiled
	PrintInHand     PrintHow = "in_hand"     // it was handed over
	PrintEnded      PrintHow = "ended"       // it is lost, revoked, replaced, expired or held: nobody may be given it
	PrintTooEarly   PrintHow = "too_early"   // it tells of a time before the card was issued
	PrintCameBack   PrintHow = "came_back"   // it came back after AsOf
	PrintBadEvent   PrintHow = "bad_event"   // it is no event of a printed card, or has no time
)

// Refused reports whether an event could not be applied.
func (h PrintHow) Refused() bool { return h != PrintApplied && h != PrintAlready }

// A PrintAnswer says what came of one event on one card.
type PrintAnswer struct {
	Index    int // of the event
	Batch    string
	Position int // 0 where the card's place is not known
	Number   string
	Version  int
	How      PrintHow
	Why      string // in words, where it could not be applied
	State    string // of the card now; empty where it is not known here
}

// A PrintOutcome is what came of a report: an answer for each card that an event is about, in the order of the events.
type PrintOutcome struct {
	Applied, Already, Refused int // these add up to the answers
	Answers                   []PrintAnswer
}

// Piles is what one transaction on printed cards sees.
type Piles interface {
	// PrintBatch returns a print batch with its slots, or ErrNotFound.
	PrintBatch(ctx context.Context, id string) (PrintBatch, error)
	// Printed returns every stored version of numbers, with its copies and all that happened to it, by [CardKey]. A version of which
	// only events are known has the state "".
	Printed(ctx context.Context, numbers []string) (map[string]*PrintedCard, error)
	// Add stores events and moves the cards to the states that follow.
	Add(ctx context.Context, events []CardEvent) error
}

// A PrintedCard is one version of a card with its copies and what happened to it.
type PrintedCard struct {
	Number   string
	Version  int
	IssuedAt string
	Expires  string // a [Stamp]; empty for never
	State    string
	Copies   []PrintCopy // in print batches that were not dropped, oldest first
	Events   []CardEvent // in no particular order
}

// A PrintCopy is the place of one copy of a card.
type PrintCopy struct {
	Batch    string
	Position int
}

// A DeliveryStore keeps what became of printed cards.
type DeliveryStore interface {
	// WithPiles runs f in one transaction, while no other changes what happened to cards. Nothing is stored if f returns an error.
	WithPiles(ctx context.Context, f func(Piles) error) error
}

// cardsAtOnce is how many cards are read together.
const cardsAtOnce = 500

// ApplyPrintEvents takes down what became of printed cards, in one transaction: all of it, or nothing if it returns an error.
// Events apply in the order in which they are given. Applying any of them again, or twice in one report, changes nothing: an
// event that tells what is so already, or that was taken down before, is answered with PrintAlready. What cannot be is left out
// and answered with the reason; it is no error.
//
// An event on a whole batch is about the cards that still lie in its pile: those that were spoiled, ended or handed over are
// answered as such.
func ApplyPrintEvents(ctx context.Context, s DeliveryStore, events []PrintEvent) (PrintOutcome, error) {
	var out PrintOutcome
	err := s.WithPiles(ctx, func(p Piles) error {
		out = PrintOutcome{}
		d := delivery{piles: p, out: &out, batches: map[string]PrintBatch{}}
		for i, e := range events {
			if err := d.expand(ctx, i, e); err != nil {
				return err
			}
		}
		return d.flush(ctx)
	})
	if err != nil {
		return PrintOutcome{}, fmt.Errorf("taking down what became of printed cards: %w", err)
	}
	return out, nil
}

// delivery is one report being applied.
type delivery struct {
	piles   Piles
	out     *PrintOutcome
	batches map[string]PrintBatch
	pending []target
}

// A target is an event on one card.
type target struct {
	PrintEvent
	index int
	slot  int    // 0 where the event does not name it
	fault string // why it is about no card
	how   PrintHow
}

// expand turns an event into one for each card.
func (d *delivery) expand(ctx context.Context, index int, e PrintEvent) error {
	t := target{PrintEvent: e, index: index, slot: e.Position}
	if e.Batch == "" {
		return d.push(ctx, t)
	}
	b, ok := d.batches[e.Batch]
	if !ok {
		var err error
		b, err = d.piles.PrintBatch(ctx, e.Batch)
		if errors.Is(err, ErrNotFound) {
			t.how, t.fault = PrintUnknown, "there is no such print batch here"
			return d.push(ctx, t)
		}
		if err != nil {
			return err
		}
		d.batches[e.Batch] = b
	}
	switch {
	case e.Position == 0 && e.Number == "":
		for _, slot := range b.Slots {
			one := t
			one.Number, one.Version, one.slot = slot.Number, slot.Version, slot.Position
			if err := d.push(ctx, one); err != nil {
				return err
			}
		}
		return nil
	case e.Position < 0 || e.Position > len(b.Slots):
		t.how, t.fault = PrintUnknown, fmt.Sprintf("print batch %s has %d cards", b.ID, len(b.Slots))
	case e.Position == 0:
		i := slices.IndexFunc(b.Slots, func(s PrintSlot) bool { return s.Number == e.Number && (e.Version == 0 || e.Version == s.Version) })
		if i < 0 {
			t.how, t.fault = PrintNotThere, "it is not in print batch "+b.ID
			break
		}
		t.Version, t.slot = b.Slots[i].Version, b.Slots[i].Position
	default:
		slot := b.Slots[e.Position-1]
		if e.Number != "" && e.Number != slot.Number || e.Version != 0 && e.Version != slot.Version {
			t.how, t.fault = PrintNotThere, "another card lies in that slot"
			break
		}
		t.Number, t.Version = slot.Number, slot.Version
	}
	return d.push(ctx, t)
}

func (d *delivery) push(ctx context.Context, t target) error {
	d.pending = append(d.pending, t)
	if len(d.pending) < cardsAtOnce {
		return nil
	}
	return d.flush(ctx)
}

// flush applies what is pending.
func (d *delivery) flush(ctx context.Context) error {
	numbers := make([]string, 0, len(d.pending))
	for _, t := range d.pending {
		if t.fault == "" && t.Number != "" {
			numbers = append(numbers, t.Number)
		}
	}
	slices.Sort(numbers)
	known, err := d.piles.Printed(ctx, slices.Compact(numbers))
	if err != nil {
		return err
	}
	latest := map[string]int{}
	for _, c := range known {
		if c.State != "" {
			latest[c.Number] = max(latest[c.Number], c.Version)
		}
	}
	var add []CardEvent
	for _, t := range d.pending {
		if t.fault == "" && t.Version == 0 {
			t.Version = latest[t.Number]
		}
		how, why, state := t.how, t.fault, ""
		if how == "" {
			c := known[CardKey(t.Number, t.Version)]
			if c == nil {
				c = &PrintedCard{Number: t.Number, Version: t.Version}
				known[CardKey(t.Number, t.Version)] = c
			}
			var e CardEvent
			if e, how, why = c.apply(t); how == PrintApplied {
				c.Events = append(c.Events, e)
				add = append(add, e)
			}
			t.Batch, t.slot = c.place(t)
			if len(c.Events) > 0 || c.State != "" {
				state = StateOf(c.Events)
			}
		}
		d.answer(PrintAnswer{Index: t.index, Batch: t.Batch, Position: t.slot, Number: t.Number, Version: t.Version, How: how, Why: why, State: state})
	}
	d.pending = d.pending[:0]
	return d.piles.Add(ctx, add)
}

func (d *delivery) answer(a PrintAnswer) {
	switch {
	case a.How == PrintApplied:
		d.out.Applied++
	case a.How == PrintAlready:
		d.out.Already++
	default:
		d.out.Refused++
	}
	d.out.Answers = append(d.out.Answers, a)
}

// place returns the copy that an event is about: the one it names, else the last that is whole, else the last.
func (c *PrintedCard) place(t target) (batch string, position int) {
	spoiled := spoiledCopies(c.Events)
	for _, p := range c.Copies {
		if t.Batch == p.Batch {
			return p.Batch, p.Position
		}
		if t.Batch == "" && (batch == "" || !spoiled[p.Batch] || spoiled[batch]) {
			batch, position = p.Batch, p.Position
		}
	}
	if batch == "" {
		return t.Batch, t.slot
	}
	return batch, position
}

// apply judges an event by all that is known of its card, and returns what to take down.
func (c *PrintedCard) apply(t target) (e CardEvent, how PrintHow, why string) {
	switch {
	case !slices.Contains([]string{CardSpoiled, CardDispatched, CardHandedOver, CardReturned}, t.Event):
		return e, PrintBadEvent, "that is no event of a printed card"
	case t.At == "":
		return e, PrintBadEvent, "it has no time"
	case c.State == "" && !t.Genuine:
		return e, PrintUnknown, "there is no such card here"
	case c.IssuedAt != "" && t.At < c.IssuedAt:
		return e, PrintTooEarly, "that is before the card was issued: see the clock and the date"
	}
	batch, _ := c.place(t)
	e = CardEvent{
		Number: c.Number, Version: c.Version, Event: t.Event, By: t.By, At: t.At, Why: t.Why, Batch: batch, To: t.To, Relation: t.Relation,
	}
	e.ID = printEventID(e)
	if slices.ContainsFunc(c.Events, func(o CardEvent) bool { return o.ID == e.ID }) {
		return e, PrintAlready, ""
	}
	if back := c.last(CardReturned); t.AsOf != "" && t.Event == CardHandedOver && back.At > t.AsOf && whereabouts(c.Events) == CardReturned {
		return e, PrintCameBack, "it came back since that was written: " + back.Why
	}
	how, why = c.judge(e, t.Genuine)
	return e, how, why
}

// judge says whether an event that was not heard of before can be.
func (c *PrintedCard) judge(e CardEvent, genuine bool) (PrintHow, string) {
	at := whereabouts(c.Events)
	state := StateOf(c.Events)
	spoiled := spoiledCopies(c.Events)[e.Batch] && e.Batch != ""
	switch {
	case e.Event == CardSpoiled && spoiled, e.Event == CardReturned && at == CardReturned, e.Event == CardHandedOver && at == CardHandedOver:
		return PrintAlready, ""
	case at == CardIssued && !genuine:
		return PrintNotPrinted, "it was not printed yet"
	case spoiled:
		return PrintSpoiled, "that copy was reported spoiled"
	case e.Event == CardSpoiled && at == CardHandedOver:
		return PrintInHand, "it was handed over"
	case e.Event == CardDispatched && at == CardHandedOver:
		return PrintInHand, "it was handed over already"
	case e.Event == CardDispatched && at == CardDispatched && e.To == c.last(CardDispatched).To:
		return PrintAlready, ""
	case (e.Event == CardDispatched || e.Event == CardHandedOver) && CardEnded(state):
		return PrintEnded, "it is " + state + ": nobody may be given it"
	case (e.Event == CardDispatched || e.Event == CardHandedOver) && c.Expires != "" && e.At >= c.Expires:
		return PrintEnded, "it expired on " + c.Expires[:10] + ": nobody may be given it"
	}
	return PrintApplied, ""
}

// last returns the last event of a kind, or none.
func (c *PrintedCard) last(event string) CardEvent {
	var found CardEvent
	for _, e := range c.Events {
		if e.Event == event && (found.ID == "" || CompareEvents(found, e) < 0) {
			found = e
		}
	}
	return found
}

// printEvents is the namespace of the ids of events on printed cards.
var printEvents = uuid.NewSHA1(uuid.NameSpaceURL, []byte("urn:sehat:card-event"))

// printEventID names an event after all that it tells, so that a report that is read again says nothing new, and two stores that
// make the same id of the same words mean the same.
func printEventID(e CardEvent) string {
	return uuid.NewSHA1(printEvents, []byte(strings.Join([]string{
		CardKey(e.Number, e.Version), e.Event, e.By, e.At, e.Why, e.Batch, e.To, e.Relation,
	}, "\n"))).String()
}
