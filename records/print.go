package records

import (
	"context"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"
)

// A PrintStore keeps print batches.
type PrintStore interface {
	// Unprinted streams the cards that were issued, have not expired at now, a [Stamp], and are in no print batch, or were spoiled in
	// every one, ward by ward. Positions are zero.
	Unprinted(ctx context.Context, ward, now string) iter.Seq2[Stop, error]
	// SavePrintBatch stores a batch, its slots and its job, if it has one, in one transaction. It returns ErrExists if a card went into
	// another batch meanwhile.
	SavePrintBatch(ctx context.Context, b PrintBatch) error
	// UnfinishedPrintBatch returns the oldest batch still in state PrintMaking or PrintSealing, with its job, or ErrNotFound.
	UnfinishedPrintBatch(ctx context.Context) (PrintBatch, error)
	// ClosePrintBatch moves a batch that is in the making to the state that e tells and adds the events, in one transaction.
	// A batch that is there, made or dropped stays as it is.
	ClosePrintBatch(ctx context.Context, e PrintBatchEvent, printed []CardEvent) error
}

// ErrNothingToPrint says that every card is in a print batch.
var ErrNothingToPrint = errors.New("every card is in a print batch")

// MaxPrintBatch is the most cards of one batch: ten thousand A4 sheets, more than anybody carries. It bounds memory.
const MaxPrintBatch = 100_000

// A PrintOrder says what to print.
type PrintOrder struct {
	Layout string
	Face   string                   // the card face file; empty for what sehat comes with
	Ward   string                   // only this ward; empty for all
	Limit  int                      // at most so many cards; 0 for as many as a batch takes
	Except func(number string) bool // cards to leave out; nil for none
	// Seal makes the signed header of a job, where the sheets are made elsewhere; nil where they are made here.
	Seal   func(PrintBatch) ([]byte, error)
	By     string
	Now    time.Time
	Random io.Reader
}

// NextPrintBatch returns the batch that a crash left unfinished, or fixes a new one of the cards that wait. It returns
// ErrNothingToPrint if none does. The batch is stored before the first sheet is made.
func NextPrintBatch(ctx context.Context, s PrintStore, order PrintOrder) (PrintBatch, error) {
	b, err := s.UnfinishedPrintBatch(ctx)
	if !errors.Is(err, ErrNotFound) {
		return b, err
	}
	b = PrintBatch{Layout: order.Layout, MadeAt: Stamp(order.Now), By: order.By, State: PrintMaking, Face: order.Face}
	limit := MaxPrintBatch
	if order.Limit > 0 {
		limit = min(limit, order.Limit)
	}
	for stop, err := range InWalkingOrder(s.Unprinted(ctx, order.Ward, Stamp(order.Now))) {
		if err != nil {
			return b, err
		}
		if len(b.Slots) == limit {
			break
		}
		if order.Except != nil && order.Except(stop.Number) {
			continue
		}
		b.Slots = append(b.Slots, PrintSlot{Position: len(b.Slots) + 1, Number: stop.Number, Version: stop.Version})
	}
	if len(b.Slots) == 0 {
		return b, ErrNothingToPrint
	}
	if b.ID, err = batchID(order.Now, order.Random); err != nil {
		return b, err
	}
	if order.Seal != nil {
		b.State = PrintSealing
		if b.Job, err = order.Seal(b); err != nil {
			return b, err
		}
	}
	return b, s.SavePrintBatch(ctx, b)
}

// batchID makes a print batch's id: the day and four random letters or digits, short enough for the edge of a sheet.
func batchID(now time.Time, random io.Reader) (string, error) {
	var b [5]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("naming the print batch: %w", err)
	}
	return now.UTC().Format("20060102") + "-" + strings.ToLower(base32.StdEncoding.EncodeToString(b[:])[:4]), nil
}

// FinishPrintBatch records that the sheets of a batch are made: its cards are printed. Doing it again changes nothing.
func FinishPrintBatch(ctx context.Context, s PrintStore, b PrintBatch, by string, now time.Time) error {
	if b.State == PrintMade {
		return nil
	}
	made := PrintBatchEvent{ID: NewID(), BatchID: b.ID, Event: PrintMade, By: by, At: Stamp(now)}
	printed := make([]CardEvent, 0, len(b.Slots))
	for _, slot := range b.Slots {
		printed = append(printed, CardEvent{
			ID: NewID(), Number: slot.Number, Version: slot.Version, Event: CardPrinted, By: by, At: made.At, Batch: b.ID,
		})
	}
	return s.ClosePrintBatch(ctx, made, printed)
}

// SealedPrintBatch records that the job of a batch is sealed: its sheets are made at a print centre.
func SealedPrintBatch(ctx context.Context, s PrintStore, b PrintBatch, by, to string, now time.Time) error {
	return s.ClosePrintBatch(ctx, PrintBatchEvent{ID: NewID(), BatchID: b.ID, Event: PrintSealed, By: by, At: Stamp(now), Why: to}, nil)
}

// DropPrintBatch gives a batch up of which no sheet can be made: its cards wait again.
func DropPrintBatch(ctx context.Context, s PrintStore, b PrintBatch, by, why string, now time.Time) error {
	return s.ClosePrintBatch(ctx, PrintBatchEvent{ID: NewID(), BatchID: b.ID, Event: PrintDropped, By: by, At: Stamp(now), Why: why}, nil)
}
