package sync_test

import (
	"testing"

	"sehat/records"
	"sehat/records/store/storetest"
)

func TestTheStockOfAPrintCentreShowsAtTheCentre(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		l := newLaptop(t, c, "one")
		enter := func(kind string, q records.Quantity) {
			e := records.StockEntry{Item: "blanks", Kind: kind, Quantity: q * records.Unit, By: "tester", Now: noon}
			if _, _, err := l.store.EnterStock(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		enter(records.StockReceived, 500)
		enter(records.StockSpoiled, 3)
		enter(records.StockCounted, 490)
		l.push(t, c)
		if r := c.apply(t); r.Stored != 3 || r.Rejects != 0 {
			t.Fatalf("applied %+v", r)
		}
		same(t, l.store, c.store)
		days, err := c.store.StockDays(t.Context())
		if err != nil || len(days) != 1 || days[0].Origin != l.ID || days[0].Change != 490*records.Unit || days[0].Used != 3*records.Unit || !days[0].Entered {
			t.Fatalf("%+v, %v", days, err)
		}

		move := func(id, item, kind string, by records.Quantity, at string) records.Change {
			return change(t, records.NounStockMove, id, records.StockMove{ID: id, Item: item, Kind: kind, Change: by, By: "x", At: at})
		}
		at := records.Stamp(noon)
		deliver(t, c, l, 2, lastHash(t, c, l), []records.Change{
			move("m1", "blanks", records.StockReceived, 1, at), move("m2", "blanks", records.StockReceived, -1, at), move("m3", "blanks", "eaten", -1, at),
			move("m4", "Blanks?", records.StockUsed, -1, at), move("m5", "blanks", records.StockUsed, -1, "noon"), move("m6", "blanks", records.StockCounted, 5, at),
			move("m7", "blanks", records.StockReceived, 1<<60, at),
		})
		if r := c.apply(t); r.Stored != 1 || r.Rejects != 6 {
			t.Fatalf("of the moves that cannot be, one was taken: %+v", r)
		}
	})
}
