package records

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// stockWindow is over how many days use is averaged: four weeks, so that each day of the week counts the same. A book that is
// younger is averaged over its days, but over a week at least: one busy day says little about the next.
const (
	stockWindow = 28
	stockWeek   = 7
)

// serviceFactor is the one-sided standard normal quantile of 95 %: of twenty deliveries one may find the shelf empty before
// it comes.
const serviceFactor = 1.645

// coverDays is how many days an order should last.
const coverDays = 28

// A StockLine is one item in one home: what lies there, how fast it goes, and what to order.
type StockLine struct {
	Origin   string   `json:"home"` // device id
	Item     string   `json:"item"`
	Title    string   `json:"title"`
	OnHand   Quantity `json:"on_hand_thousandths"`
	Kept     bool     `json:"kept"`                // it was ever received or counted: what is on hand is meant
	PerDay   float64  `json:"used_a_day"`          // over the last four weeks; over those since the first move, but a week at least, in a younger book
	DaysLeft *int     `json:"days_left,omitempty"` // nil where nothing is used
	OrderAt  Quantity `json:"order_at_thousandths"`
	Order    int      `json:"order_now"` // units, in whole packs; 0 where there is enough
}

// StockLines sums up days, which come by origin, item and day: home after home, the items in the order of the list. An item that
// this home does not know has the lead time of the first and no packs.
//
// It is the (s, Q) rule of inventory control (Silver, Pyke and Thomas, Inventory and Production Management in Supply Chains,
// chapter 6): order Q when what is on hand falls to s = d L + z σ √L, where d is the mean and σ the standard deviation of a
// day's use, L the days until a delivery, and z the normal quantile of the share of deliveries that must come in time.
func StockLines(days []StockDay, items []StockItem, now time.Time) []StockLine {
	byName := map[string]StockItem{}
	for _, i := range items {
		byName[i.Name] = i
	}
	var lines []StockLine
	for len(days) > 0 {
		n := 1
		for n < len(days) && days[n].Origin == days[0].Origin && days[n].Item == days[0].Item {
			n++
		}
		item, ok := byName[days[0].Item]
		if !ok {
			item = StockItem{Name: days[0].Item, Title: days[0].Item, LeadDays: items[0].LeadDays, Pack: 1}
		}
		lines = append(lines, stockLine(days[:n], item, now))
		days = days[n:]
	}
	place := func(l StockLine) int {
		return slices.IndexFunc(items, func(i StockItem) bool { return i.Name == l.Item })
	}
	slices.SortStableFunc(lines, func(a, b StockLine) int { return cmp.Or(cmp.Compare(a.Origin, b.Origin), place(a)-place(b)) })
	return lines
}

// stockLine sums up one item in one home.
func stockLine(days []StockDay, item StockItem, now time.Time) StockLine {
	line := StockLine{Origin: days[0].Origin, Item: item.Name, Title: item.Title}
	today := now.UTC().Truncate(24 * time.Hour)
	use := make([]float64, stockWeek, stockWindow) // units on each of the last days, today first
	for _, d := range days {
		line.OnHand += d.Change
		line.Kept = line.Kept || d.Entered
		day, err := time.Parse(time.DateOnly, d.Day)
		if err != nil {
			continue
		}
		ago := max(0, int(today.Sub(day)/(24*time.Hour)))
		for len(use) < min(ago+1, stockWindow) {
			use = append(use, 0)
		}
		if ago < stockWindow {
			use[ago] += float64(d.Used) / float64(Unit)
		}
	}
	mean, deviation := spread(use)
	line.PerDay = math.Round(mean*100) / 100
	if mean == 0 || !line.Kept {
		return line
	}
	left := int(math.Max(0, float64(line.OnHand)/float64(Unit)/mean))
	line.DaysLeft = &left
	lead := float64(item.LeadDays)
	point := mean*lead + serviceFactor*deviation*math.Sqrt(lead)
	line.OrderAt = Quantity(math.Ceil(point)) * Unit
	if line.OnHand <= line.OrderAt {
		units := mean*coverDays + float64(line.OrderAt-line.OnHand)/float64(Unit)
		pack := max(1, item.Pack)
		line.Order = int(math.Ceil(units/float64(pack))) * pack
	}
	return line
}

// spread returns the mean and the sample standard deviation.
func spread(values []float64) (mean, deviation float64) {
	n := float64(len(values))
	if n == 0 {
		return 0, 0
	}
	for _, v := range values {
		mean += v / n
	}
	for _, v := range values {
		deviation += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(deviation / math.Max(1, n-1))
}
