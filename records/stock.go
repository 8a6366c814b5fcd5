package records

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// A Quantity counts an item of stock in thousandths of a unit: 2,000 is two sheets, 400 four tenths of a ribbon.
type Quantity int64

// Unit is one whole of an item.
const Unit Quantity = 1000

// maxQuantity bounds one entry: whoever types more has typed something else.
const maxQuantity = 100_000_000 * Unit

// String writes a quantity with as many decimals as it needs: "4870", "3.6", "-12".
func (q Quantity) String() string {
	sign := ""
	if q < 0 {
		sign, q = "-", -q
	}
	text := fmt.Sprintf("%s%d", sign, q/Unit)
	if rest := q % Unit; rest != 0 {
		text += strings.TrimRight(fmt.Sprintf(".%03d", rest), "0")
	}
	return text
}

// ErrQuantity says that a text is not a quantity of stock.
var ErrQuantity = errors.New("not a quantity")

// ParseQuantity reads what a person typed: digits, with commas where they like, and up to three decimals.
func ParseQuantity(text string) (Quantity, error) {
	whole, part, dotted := strings.Cut(strings.ReplaceAll(strings.TrimSpace(text), ",", ""), ".")
	if whole == "" || dotted && (part == "" || len(part) > 3) || len(whole) > 12 {
		return 0, fmt.Errorf("%q is %w: write a number such as 5000 or 0.5", text, ErrQuantity)
	}
	var q Quantity
	for _, d := range whole + (part + "000")[:3] {
		if d < '0' || d > '9' {
			return 0, fmt.Errorf("%q is %w: write a number such as 5000 or 0.5", text, ErrQuantity)
		}
		q = 10*q + Quantity(d-'0')
	}
	if q > maxQuantity {
		return 0, fmt.Errorf("%q is %w: more than 100 million", text, ErrQuantity)
	}
	return q, nil
}

// A StockItem is something that cards are made of or sent in, as one home keeps it.
type StockItem struct {
	Name     string         `json:"item"`  // one word: blanks
	Title    string         `json:"title"` // as people call it
	Whole    bool           `json:"whole"` // counted in whole units, and a batch uses up the one it began: sheets, not ribbons
	Uses     map[string]int `json:"uses"`  // cards that one unit serves, by layout; none where it is used by hand only
	LeadDays int            `json:"lead_days"`
	Pack     int            `json:"pack"` // it is ordered in packs of so many units
}

// KnownStockItems returns the items as they are until a home changes them. A ribbon's yield is that of a common two-sided
// colour ribbon; every print centre has its own.
func KnownStockItems() []StockItem {
	return []StockItem{
		{Name: "blanks", Title: "CR80 blanks", Whole: true, Uses: map[string]int{"cr80": 1}, LeadDays: 21, Pack: 500},
		{Name: "ribbons", Title: "ribbons", Uses: map[string]int{"cr80": 250}, LeadDays: 21, Pack: 1},
		{Name: "sheets", Title: "A4 sheets", Whole: true, Uses: map[string]int{"a4-10": 10, "a4-8": 8}, LeadDays: 7, Pack: 500},
		{Name: "laminate", Title: "laminate pouches", Whole: true, LeadDays: 14, Pack: 100},
		{Name: "envelopes", Title: "envelopes", Whole: true, LeadDays: 7, Pack: 500},
		{Name: "slips", Title: "doorstep slips", Whole: true, LeadDays: 7, Pack: 500},
	}
}

// Of returns how much of an item cards in a layout use.
func (i StockItem) Of(layout string, cards int) Quantity {
	serves := i.Uses[layout]
	switch {
	case serves <= 0:
		return 0
	case i.Whole:
		return Quantity((cards+serves-1)/serves) * Unit
	}
	return (Quantity(cards)*Unit + Quantity(serves)/2) / Quantity(serves)
}

// Kinds of stock move.
const (
	StockReceived = "received"
	StockUsed     = "used"
	StockSpoiled  = "spoiled"
	StockCounted  = "counted" // somebody counted what lies there: the change corrects the book
)

// A StockMove is something that came or went. It never changes: what was entered wrong is corrected by a count.
type StockMove struct {
	ID         string    `json:"id"`
	Item       string    `json:"item"`
	Kind       string    `json:"kind"`
	Change     Quantity  `json:"change"`            // in thousandths; below zero where something went
	Counted    *Quantity `json:"counted,omitempty"` // what a count found
	PrintBatch string    `json:"print_batch,omitempty"`
	By         string    `json:"by"`
	At         string    `json:"at"`
	Why        string    `json:"why,omitempty"`
	Origin     string    `json:"-"`
}

// Fault says why a move cannot be one, or nothing. It is what a centre asks of the moves that devices send.
func (m StockMove) Fault() string {
	switch {
	case !IsStockName(m.Item):
		return "it names no item of stock"
	case !slices.Contains([]string{StockReceived, StockUsed, StockSpoiled, StockCounted}, m.Kind):
		return "it is no stock move that this version of the program knows"
	case m.Change > maxQuantity || m.Change < -maxQuantity || m.Counted != nil && (*m.Counted < 0 || *m.Counted > maxQuantity):
		return "its quantity is out of range"
	case (m.Kind == StockCounted) != (m.Counted != nil):
		return "a count says what was counted, and nothing else does"
	case m.Kind == StockReceived && m.Change <= 0, (m.Kind == StockUsed || m.Kind == StockSpoiled) && m.Change >= 0:
		return "what is received is more, and what is used or spoiled is less"
	}
	return ""
}

// IsStockName reports whether a word can name an item: small Latin letters, digits and hyphens, 40 at most.
func IsStockName(name string) bool {
	return name != "" && len(name) <= 40 && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// stockSpace is the UUIDv5 namespace of stock moves that must not be made twice.
var stockSpace = uuid.MustParse("0c8f4f1e-93d5-5a3b-8a53-7c1d5a0e2b9f")

// StockUse returns what a print batch that is made used: one move for each item that its layout uses. The ids say batch and item, so that
// a batch uses its stock once, whoever makes its sheets again.
func StockUse(items []StockItem, made PrintBatchEvent, layout string, cards int) []StockMove {
	var moves []StockMove
	for _, item := range items {
		q := item.Of(layout, cards)
		if q == 0 {
			continue
		}
		moves = append(moves, StockMove{
			ID: stockID("print", made.BatchID, item.Name), Item: item.Name, Kind: StockUsed, Change: -q, PrintBatch: made.BatchID, By: made.By, At: made.At,
		})
	}
	return moves
}

func stockID(parts ...string) string {
	return uuid.NewSHA1(stockSpace, []byte(strings.Join(parts, "\x00"))).String()
}

// A StockEntry is what a person says of an item.
type StockEntry struct {
	Item     string
	Kind     string
	Quantity Quantity // received, used, spoiled, or found by a count
	By, Why  string
	Again    bool // it is not the same entry as an equal one of the same day
	Now      time.Time
}

// Move returns the move that an entry makes in a home, where the book says that so much is on hand. Two equal entries of one
// day are the same move, as when a command is typed again, unless the second one says Again.
func (e StockEntry) Move(device string, onHand Quantity) StockMove {
	m := StockMove{Item: e.Item, Kind: e.Kind, Change: e.Quantity, By: e.By, At: Stamp(e.Now), Why: e.Why}
	m.ID = stockID(device, e.Item, e.Kind, e.Quantity.String(), e.Why, e.Now.UTC().Format(time.DateOnly))
	switch e.Kind {
	case StockCounted:
		counted := e.Quantity
		m.ID, m.Counted, m.Change = NewID(), &counted, counted-onHand
	case StockUsed, StockSpoiled:
		m.Change = -e.Quantity
	}
	if e.Again {
		m.ID = NewID()
	}
	return m
}

// A StockDay sums up one item in one home on one day.
type StockDay struct {
	Origin  string
	Item    string
	Day     string   // ISO 8601, UTC
	Change  Quantity // of all moves
	Used    Quantity // and spoiled; as a number above zero
	Entered bool     // something was received or counted: the book is kept
}

// MergeStockItems lays a home's own items over the known ones: these first, then the others by name.
func MergeStockItems(own []StockItem) []StockItem {
	all := KnownStockItems()
	known := len(all)
	for _, item := range own {
		i := slices.IndexFunc(all, func(k StockItem) bool { return k.Name == item.Name })
		if i >= 0 {
			all[i] = item
		} else {
			all = append(all, item)
		}
	}
	slices.SortStableFunc(all[known:], func(a, b StockItem) int { return cmp.Compare(a.Name, b.Name) })
	return all
}
