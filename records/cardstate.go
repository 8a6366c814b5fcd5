package records

import (
	"cmp"
	"slices"
)

// lifecycle is the order in which things happen to a card: of two events in one millisecond the later one here counts.
var lifecycle = [...]string{
	CardIssued, CardPrinted, CardSpoiled, CardDispatched, CardHandedOver, CardActive, CardReturned, CardHeld, CardReleased,
	CardExpired, CardReplaced, CardLost, CardRevoked,
}

// KnownCardEvent reports whether this version of the program knows what such an event means.
func KnownCardEvent(event string) bool { return slices.Contains(lifecycle[:], event) }

// StateOf returns the state of one version of a card to which the given events happened, in any order; without events it is
// issued. Laptops, print centres and the centre learn of events late and in different orders, so the state is a function of
// the set of events and nothing else:
//
//  1. A card that ended stays so. Of several ends the gravest counts: revoked, lost, replaced, expired.
//  2. Else it is held if the last of its held and released events is held.
//  3. Else it is where the other events left it, taken by their time (of equal times, in the order of a card's life, then of
//     ids), as far as they are possible: a card in somebody's hand leaves it only by coming back, so a report of the print
//     centre or of the post that comes late, or from a clock that runs fast, takes it from nobody. A copy that was spoiled
//     is neither printed nor dispatched; the card is spoiled, and waits for its next print, unless another copy is whole.
//
// So a further event moves a card only if it tells of something later, or graver, than all that is known.
func StateOf(events []CardEvent) string {
	end, held := -1, CardEvent{}
	for _, e := range events {
		switch e.Event {
		case CardRevoked, CardLost, CardReplaced, CardExpired:
			end = max(end, slices.Index(lifecycle[:], e.Event))
		case CardHeld, CardReleased:
			if held.ID == "" || CompareEvents(held, e) < 0 {
				held = e
			}
		}
	}
	switch {
	case end >= 0:
		return lifecycle[end]
	case held.Event == CardHeld:
		return CardHeld
	}
	return whereabouts(events)
}

// CompareEvents orders events by when they happened: by time, of equal times in the order of a card's life, then by id.
func CompareEvents(a, b CardEvent) int {
	return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(slices.Index(lifecycle[:], a.Event), slices.Index(lifecycle[:], b.Event)), cmp.Compare(a.ID, b.ID))
}

// whereabouts is the third rule of [StateOf]: where a card is, whether or not it may be used.
func whereabouts(events []CardEvent) string {
	spoiled := spoiledCopies(events)
	whole := slices.ContainsFunc(events, func(e CardEvent) bool { return e.Event == CardPrinted && !spoiled[e.Batch] })
	at := CardIssued
	for _, e := range slices.SortedFunc(slices.Values(events), CompareEvents) {
		inHand := at == CardHandedOver
		switch e.Event {
		case CardPrinted, CardDispatched:
			if !inHand && !(spoiled[e.Batch] && e.Batch != "") {
				at = e.Event
			}
		case CardSpoiled:
			if !inHand && !whole {
				at = CardSpoiled
			}
		case CardHandedOver, CardActive:
			at = CardHandedOver
		case CardReturned:
			at = CardReturned
		}
	}
	return at
}

// spoiledCopies returns the print batches whose copy of a card was spoiled.
func spoiledCopies(events []CardEvent) map[string]bool {
	var batches map[string]bool
	for _, e := range events {
		if e.Event == CardSpoiled {
			if batches == nil {
				batches = map[string]bool{}
			}
			batches[e.Batch] = true
		}
	}
	return batches
}
