package records_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"sehat/records"
)

func TestParseQuantity(t *testing.T) {
	for text, want := range map[string]records.Quantity{
		"5000": 5_000_000, "5,000": 5_000_000, "5,00,000": 500_000_000, " 0.4 ": 400, "1.125": 1125, "0": 0,
	} {
		if got, err := records.ParseQuantity(text); err != nil || got != want {
			t.Errorf("%q: %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "-5", "+5", "ten", "1.", ".5", "1.2345", "1e6", "5 000", "999999999999", "1.2.3"} {
		if got, err := records.ParseQuantity(text); !errors.Is(err, records.ErrQuantity) {
			t.Errorf("%q: %d, %v", text, got, err)
		}
	}
}

func TestWhatABatchUses(t *testing.T) {
	items := records.MergeStockItems([]records.StockItem{{Name: "ribbons", Title: "ribbons", Uses: map[string]int{"cr80": 300}, Pack: 1}})
	for name, c := range map[string]struct {
		layout string
		cards  int
		want   map[string]records.Quantity
	}{
		"a sheet that is begun is used":        {"a4-10", 101, map[string]records.Quantity{"sheets": -11_000}},
		"eight to a sheet":                     {"a4-8", 16, map[string]records.Quantity{"sheets": -2_000}},
		"a blank a card, and part of a ribbon": {"cr80", 100, map[string]records.Quantity{"blanks": -100_000, "ribbons": -333}},
		"a layout that nobody knows":           {"poster", 5, nil},
	} {
		moves := records.StockUse(items, records.PrintBatchEvent{BatchID: "b", By: "me", At: "now"}, c.layout, c.cards)
		if len(moves) != len(c.want) {
			t.Errorf("%s: %+v", name, moves)
		}
		for _, m := range moves {
			if m.Change != c.want[m.Item] || m.Kind != records.StockUsed || m.PrintBatch != "b" || m.Fault() != "" {
				t.Errorf("%s: %+v, %s", name, m, m.Fault())
			}
		}
	}
}

func TestWhenToOrder(t *testing.T) {
	now := time.Date(2026, 3, 29, 15, 0, 0, 0, time.UTC)
	items := []records.StockItem{{Name: "sheets", Title: "A4 sheets", Whole: true, LeadDays: 9, Pack: 500}}
	days := func(onHand records.Quantity, use ...int) []records.StockDay {
		list := []records.StockDay{{Origin: "me", Item: "sheets", Day: "2026-01-01", Change: onHand * records.Unit, Entered: true}}
		for i, u := range use {
			day := now.AddDate(0, 0, i-len(use)+1).Format(time.DateOnly)
			q := records.Quantity(u) * records.Unit
			list = append(list, records.StockDay{Origin: "me", Item: "sheets", Day: day, Change: -q, Used: q})
		}
		return list
	}
	steady := make([]int, 28)
	uneven := make([]int, 28)
	for i := range steady {
		steady[i] = 100
		uneven[i] = 200 * (i % 2)
	}
	line := func(onHand records.Quantity, use []int) records.StockLine {
		t.Helper()
		lines := records.StockLines(days(onHand, use...), items, now)
		if len(lines) != 1 {
			t.Fatalf("%+v", lines)
		}
		return lines[0]
	}

	l := line(5000, steady)
	if l.PerDay != 100 || l.OnHand != 2200*records.Unit || *l.DaysLeft != 22 || l.OrderAt != 900*records.Unit || l.Order != 0 {
		t.Errorf("steady use needs no safety: %+v", l)
	}
	l = line(3700, steady)
	if l.OnHand != 900*records.Unit || l.Order != 3000 {
		t.Errorf("at the point, four weeks more in whole packs: %+v", l)
	}
	l = line(5000, uneven)
	deviation := 100 * math.Sqrt(28.0/27)
	if want := records.Quantity(math.Ceil(900+1.645*deviation*3)) * records.Unit; l.OrderAt != want {
		t.Errorf("uneven use orders earlier: at %s, want %s", l.OrderAt, want)
	}
	l = line(2000, steady)
	if l.OnHand >= 0 || *l.DaysLeft != 0 || l.Order == 0 {
		t.Errorf("less than nothing by the book: %+v", l)
	}
	unkept := days(0, 10)
	unkept[0].Entered = false
	if l := records.StockLines(unkept, items, now)[0]; l.Kept || l.DaysLeft != nil || l.Order != 0 {
		t.Errorf("a home that keeps no book is told nothing: %+v", l)
	}
	if l := records.StockLines(days(10), items, now)[0]; l.DaysLeft != nil || l.Order != 0 || l.PerDay != 0 {
		t.Errorf("nothing is used: %+v", l)
	}
}
