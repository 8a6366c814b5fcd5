package records

// A PileCount says where the copies of a print batch, or of a ward, are now. Each copy is counted once, so the parts add up to
// Copies.
type PileCount struct {
	Batch      string `json:"print_batch,omitempty"`
	Ward       string `json:"ward,omitempty"`
	Layout     string `json:"layout,omitempty"`
	MadeAt     string `json:"made_at,omitempty"`
	Copies     int    `json:"copies"`      // = the sum of all below but Reprinted
	Making     int    `json:"making"`      // in a batch whose sheets are not made yet
	Printed    int    `json:"printed"`     // where they were printed
	Dispatched int    `json:"dispatched"`  // on their way
	HandedOver int    `json:"handed_over"` // in somebody's hand
	Returned   int    `json:"returned"`    // came back
	Ended      int    `json:"ended"`       // lost, revoked, replaced, expired or held, and in no hand
	Spoiled    int    `json:"spoiled"`
	Reprinted  int    `json:"reprinted"` // of the spoiled, those of whose card another copy is there
}

// Add adds another count.
func (p *PileCount) Add(o PileCount) {
	p.Copies += o.Copies
	p.Making += o.Making
	p.Printed += o.Printed
	p.Dispatched += o.Dispatched
	p.HandedOver += o.HandedOver
	p.Returned += o.Returned
	p.Ended += o.Ended
	p.Spoiled += o.Spoiled
	p.Reprinted += o.Reprinted
}

// Balanced reports whether every copy is somewhere.
func (p PileCount) Balanced() bool {
	return p.Copies == p.Making+p.Printed+p.Dispatched+p.HandedOver+p.Returned+p.Ended+p.Spoiled
}

// A CardCount says which versions of cards lie in a pile and why the others do not. The parts add up to Cards.
type CardCount struct {
	Cards     int `json:"cards"`
	InAPile   int `json:"in_a_pile"`  // one copy, at least, is not spoiled
	ToPrint   int `json:"to_print"`   // issued, and in no pile yet
	ToReprint int `json:"to_reprint"` // every copy was spoiled
	Ended     int `json:"ended"`      // lost, revoked, replaced, expired or held, and in no pile
	Elsewhere int `json:"elsewhere"`  // issued by a laptop, which prints it, or printed in a batch of which nothing is known here
}

// Balanced reports whether every card is counted once.
func (c CardCount) Balanced() bool {
	return c.Cards == c.InAPile+c.ToPrint+c.ToReprint+c.Ended+c.Elsewhere
}

// A Mismatch is a way in which printed cards do not add up.
type Mismatch string

// What may not add up.
const (
	MismatchLate            Mismatch = "late"            // dispatched long ago and not handed over
	MismatchIdle            Mismatch = "idle"            // printed long ago and not dispatched
	MismatchNotDispatched   Mismatch = "not-dispatched"  // handed over, though only others of its batch were dispatched
	MismatchTwoPiles        Mismatch = "two-piles"       // printed twice: two copies, and none of them spoiled
	MismatchToReprint       Mismatch = "to-reprint"      // spoiled, and not printed again
	MismatchTwice           Mismatch = "twice"           // handed over twice, and not returned between
	MismatchEnded           Mismatch = "ended"           // lost, revoked, replaced or expired, and still in a pile
	MismatchSpoiledInHand   Mismatch = "spoiled-in-hand" // reported spoiled, and handed over
	MismatchClock           Mismatch = "clock"           // handed over before it was printed: a clock was wrong
	MismatchReturnedWaiting Mismatch = "returned"        // came back long ago, and neither sent again nor ended
)

// Mismatches lists them, those first that may put a card into wrong hands.
func Mismatches() []Mismatch {
	return []Mismatch{
		MismatchTwice, MismatchTwoPiles, MismatchSpoiledInHand, MismatchEnded, MismatchNotDispatched, MismatchClock,
		MismatchLate, MismatchIdle, MismatchReturnedWaiting, MismatchToReprint,
	}
}

// A PileFilter narrows what is counted. The zero value narrows nothing.
type PileFilter struct {
	Batch  string
	Ward   string
	Before string // for what happened long ago: before this [Stamp]; empty for ever
	Now    string // a [Stamp]: a card past its date by then expired, whether or not anybody said so; empty for none
}

// A PileRow is a copy that does not add up, or one of a batch.
type PileRow struct {
	Batch    string `json:"print_batch"`
	Position int    `json:"position"`
	Number   string `json:"number"`
	Version  int    `json:"version"`
	Ward     string `json:"ward,omitempty"`
	State    string `json:"state"`
	Since    string `json:"since"`
}

// A HandoutRow is a card that waits to be handed over, with what one needs to find its holder.
type HandoutRow struct {
	PileRow
	Name, NameHi, FatherOrHusband string
	Block, House, Address         string
	Mobile                        string
}
