package records

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"strconv"
	"testing"
	"time"
)

// waiting is a store in which so many cards wait.
type waiting struct {
	PrintStore
	cards int
	saved PrintBatch
}

func (w *waiting) UnfinishedPrintBatch(context.Context) (PrintBatch, error) {
	return PrintBatch{}, ErrNotFound
}

func (w *waiting) Unprinted(context.Context, string, string) iter.Seq2[Stop, error] {
	return func(yield func(Stop, error) bool) {
		for i := range w.cards {
			s := Stop{Ward: strconv.Itoa(i / 1000), House: strconv.Itoa(1000 - i%1000)}
			s.Number = strconv.Itoa(i)
			if !yield(s, nil) {
				return
			}
		}
	}
}

func (w *waiting) SavePrintBatch(_ context.Context, b PrintBatch) error {
	w.saved = b
	return nil
}

func TestNextPrintBatch(t *testing.T) {
	for name, c := range map[string]struct {
		waiting, limit int
		seal           func(PrintBatch) ([]byte, error)
		cards          int
		state          string
		fails          bool
	}{
		"all that wait":                      {waiting: 2500, cards: 2500, state: PrintMaking},
		"no more than were asked for":        {waiting: 2500, limit: 1200, cards: 1200, state: PrintMaking},
		"no more than a batch takes":         {waiting: MaxPrintBatch + 5, cards: MaxPrintBatch, state: PrintMaking},
		"never more, however many are asked": {waiting: MaxPrintBatch + 5, limit: MaxPrintBatch + 2, cards: MaxPrintBatch, state: PrintMaking},
		"sealed to a print centre":           {waiting: 3, seal: func(PrintBatch) ([]byte, error) { return []byte("header"), nil }, cards: 3, state: PrintSealing},
		"what cannot be sealed is not kept":  {waiting: 3, seal: func(PrintBatch) ([]byte, error) { return nil, errors.New("no key") }, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := &waiting{cards: c.waiting}
			b, err := NextPrintBatch(t.Context(), s, PrintOrder{Limit: c.limit, Seal: c.seal, Now: time.Unix(0, 0), Random: bytes.NewReader(make([]byte, 9))})
			if (err != nil) != c.fails || len(s.saved.Slots) != c.cards || s.saved.State != c.state {
				t.Fatalf("%d cards, state %q, %v", len(s.saved.Slots), s.saved.State, err)
			}
			if !c.fails && (b.Slots[0].Number != strconv.Itoa(min(999, c.waiting-1)) || b.Slots[len(b.Slots)-1].Position != c.cards) {
				t.Errorf("it begins with card %s", b.Slots[0].Number)
			}
		})
	}
}
