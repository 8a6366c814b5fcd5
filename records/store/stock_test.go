package store_test

import (
	"crypto/rand"
	"errors"
	"slices"
	"testing"
	"time"

	"sehat/records"
	"sehat/records/store/storetest"
)

func TestStock(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleDevice)
		enter := func(kind string, q records.Quantity, note string, again bool) (records.Quantity, error) {
			_, onHand, err := s.EnterStock(t.Context(), records.StockEntry{
				Item: "blanks", Kind: kind, Quantity: q * records.Unit, By: "tester", Why: note, Again: again, Now: noon,
			})
			return onHand / records.Unit, err
		}
		steps := []struct {
			name  string
			kind  string
			q     records.Quantity
			note  string
			again bool
			want  records.Quantity
			err   error
		}{
			{"a delivery", records.StockReceived, 500, "challan 1", false, 500, nil},
			{"the same typed again", records.StockReceived, 500, "challan 1", false, 500, records.ErrExists},
			{"another delivery", records.StockReceived, 500, "challan 2", false, 1000, nil},
			{"a jam", records.StockSpoiled, 1, "", false, 999, nil},
			{"another jam of the same day", records.StockSpoiled, 1, "", true, 998, nil},
			{"a count corrects", records.StockCounted, 990, "", false, 990, nil},
			{"the same count again", records.StockCounted, 990, "", false, 990, nil},
			{"more used than there is", records.StockUsed, 1000, "", false, -10, nil},
		}
		for _, c := range steps {
			if got, err := enter(c.kind, c.q, c.note, c.again); got != c.want || !errors.Is(err, c.err) {
				t.Errorf("%s: %d on hand, %v", c.name, got, err)
			}
		}
		if moves, err := s.StockMoves(t.Context(), "", "blanks", 100); err != nil || len(moves) != 7 {
			t.Errorf("%d moves, %v", len(moves), err)
		}
	})
}

func TestAPrintBatchUsesStockOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		ctx := t.Context()
		s := create(t, url, records.RoleDevice)
		people(t, s, 12)
		mustIssue(t, issuer(t, s, false, 100))
		order := records.PrintOrder{Layout: "a4-10", By: "tester", Now: noon, Random: rand.Reader}
		batch, err := records.NextPrintBatch(ctx, s, order)
		if err != nil {
			t.Fatal(err)
		}
		if err := records.DropPrintBatch(ctx, s, batch, "tester", "no fit", noon); err != nil {
			t.Fatal(err)
		}
		if batch, err = records.NextPrintBatch(ctx, s, order); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := records.FinishPrintBatch(ctx, s, batch, "tester", noon); err != nil {
				t.Fatal(err)
			}
		}
		moves, err := s.StockMoves(ctx, "", "", 100)
		if err != nil || len(moves) != 1 || moves[0].Change != -2*records.Unit || moves[0].PrintBatch != batch.ID {
			t.Errorf("%+v, %v", moves, err)
		}
		days, err := s.StockDays(ctx)
		if err != nil || len(days) != 1 || days[0].Used != 2*records.Unit || days[0].Entered || days[0].Day != noon.Format(time.DateOnly) {
			t.Errorf("%+v, %v", days, err)
		}
		out, err := s.Outgoing(ctx, 2000)
		if err != nil || !slices.ContainsFunc(out, func(c records.Change) bool { return c.Noun == records.NounStockMove }) {
			t.Errorf("the move does not travel: %v", err)
		}
	})
}

func TestStockItemsCanBeChanged(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleCentre)
		own := []records.StockItem{
			{Name: "ribbons", Title: "ribbons, monochrome", Uses: map[string]int{"cr80": 1000}, LeadDays: 30, Pack: 5},
			{Name: "lanyards", Title: "lanyards", Whole: true, Pack: 50},
		}
		for range 2 {
			for _, i := range own {
				if err := s.SaveStockItem(t.Context(), i); err != nil {
					t.Fatal(err)
				}
			}
		}
		items, err := s.StockItems(t.Context())
		if err != nil || len(items) != len(records.KnownStockItems())+1 || items[len(items)-1].Name != "lanyards" {
			t.Fatalf("%+v, %v", items, err)
		}
		if got := items[1]; got.Uses["cr80"] != 1000 || got.Pack != 5 || got.Whole {
			t.Errorf("%+v", got)
		}
	})
}
