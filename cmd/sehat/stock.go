package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"sehat/records"
	"sehat/records/store"
)

func newStockCommand(a *app) *cobra.Command {
	cmd := group("stock", "Keep the book of blanks, sheets, ribbons and envelopes",
		`Stock alone shows what lies here, how much of it goes a day, how long it lasts, and what
to order now. A print batch takes what it uses off the book by itself, once, whoever makes
its sheets again; everything else is entered by hand. Nothing is ever deleted: a count of
what really lies there corrects the book. The book never stops anybody from printing.

Order at: the use of the days until a delivery comes, and on top what covers nineteen of
twenty such times as unevenly as it has been used over the last four weeks. An order lasts
four weeks more, in whole packs. At the centre, the stock of every print centre that syncs
is shown.`,
		newStockEntryCommand(a, "receive", "Add what was delivered", records.StockReceived),
		newStockEntryCommand(a, "use", "Take off what was used by hand", records.StockUsed),
		newStockEntryCommand(a, "spoil", "Take off what was spoiled, by a jam or by water", records.StockSpoiled),
		newStockEntryCommand(a, "count", "Say how much really lies there: the book is corrected", records.StockCounted),
		newStockItemCommand(a), newStockLogCommand(a))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return runStock(cmd.Context(), a) }
	return cmd
}

type stockEntryOptions struct {
	note  string
	again bool
}

func newStockEntryCommand(a *app, name, short, kind string) *cobra.Command {
	var opts stockEntryOptions
	cmd := &cobra.Command{
		Use:     name + " ITEM QUANTITY",
		Short:   short,
		Example: fmt.Sprintf(`  sehat stock %s blanks 5000 --note "challan 118"`, name),
		Args:    usage(cobra.ExactArgs(2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			q, err := records.ParseQuantity(args[1])
			if err == nil && q == 0 && kind != records.StockCounted {
				err = errors.New("the quantity is above 0")
			}
			if err != nil {
				return usageError{err}
			}
			entry := records.StockEntry{Item: args[0], Kind: kind, Quantity: q, Why: opts.note, Again: opts.again, Now: a.now()}
			return runStockEntry(cmd.Context(), a, entry)
		},
	}
	cmd.Flags().StringVar(&opts.note, "note", "", "where it came from or why: a delivery note, a jam")
	if kind != records.StockCounted { // a count may be repeated: the second one changes nothing
		cmd.Flags().BoolVar(&opts.again, "again", false, "this is another one, although the same was entered today")
	}
	return cmd
}

// A stockEntered is what came of an entry.
type stockEntered struct {
	Move   records.StockMove `json:"move"`
	OnHand records.Quantity  `json:"on_hand_thousandths"`
	New    bool              `json:"new"` // false: it was entered before
}

func runStockEntry(ctx context.Context, a *app, e records.StockEntry) error {
	s, _, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	item, err := stockItem(ctx, s, e.Item)
	if err != nil {
		return err
	}
	if item.Whole && e.Quantity%records.Unit != 0 {
		return usageError{fmt.Errorf("%s are counted in whole units, not %s", item.Title, e.Quantity)}
	}
	if e.By, err = a.by(ctx, s); err != nil {
		return err
	}
	move, onHand, err := s.EnterStock(ctx, e)
	switch {
	case errors.Is(err, records.ErrExists):
		return a.result(stockEntered{Move: move, OnHand: onHand}, "%s: the same was entered today at %s by %s; nothing is added, %s on hand\nif this is another one, add --again",
			item.Title, move.At[11:16], move.By, quantityText(onHand))
	case err != nil:
		return err
	}
	return a.result(stockEntered{Move: move, OnHand: onHand, New: true}, "%s: %s; %s on hand", item.Title, enteredText(move), quantityText(onHand))
}

func enteredText(m records.StockMove) string {
	if m.Kind != records.StockCounted {
		return fmt.Sprintf("%s %s", quantityText(max(m.Change, -m.Change)), m.Kind)
	}
	switch counted := quantityText(*m.Counted); {
	case m.Change < 0:
		return fmt.Sprintf("%s counted, %s fewer than the book said", counted, quantityText(-m.Change))
	case m.Change > 0:
		return fmt.Sprintf("%s counted, %s more than the book said", counted, quantityText(m.Change))
	default:
		return counted + " counted, as the book said"
	}
}

// stockItem returns an item by its name.
func stockItem(ctx context.Context, s *store.Store, name string) (records.StockItem, error) {
	items, err := s.StockItems(ctx)
	if err != nil {
		return records.StockItem{}, err
	}
	names := make([]string, 0, len(items))
	for _, i := range items {
		if i.Name == name {
			return i, nil
		}
		names = append(names, i.Name)
	}
	return records.StockItem{}, withHint(usageError{fmt.Errorf("there is no item %q: there are %s", name, strings.Join(names, ", "))},
		`"sehat stock item NAME --title …" adds one`)
}

// A stockReport is the book of one home.
type stockReport struct {
	Home  string              `json:"home"` // device id
	Name  string              `json:"name"`
	Items []records.StockLine `json:"items"`
}

func runStock(ctx context.Context, a *app) error {
	s, h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	reports, err := stockReports(ctx, a, s, h)
	if err != nil {
		return err
	}
	if len(reports) == 0 {
		return a.result(stockReport{Home: h.Device, Name: h.Name, Items: []records.StockLine{}},
			"nothing is in the book yet: enter what lies here, for example \"sehat stock count blanks 5000\"")
	}
	for i, r := range reports {
		if a.json {
			if err := a.result(r, ""); err != nil {
				return err
			}
			continue
		}
		if i > 0 {
			fmt.Fprintln(a.stdout)
		}
		fmt.Fprintf(a.stdout, "stock of %s\n", r.Name)
		t := newTable(a.stdout)
		t.row("item", "on hand", "used a day", "days left", "order at", "order now")
		for _, l := range r.Items {
			t.row(stockCells(l)...)
		}
		t.flush()
	}
	return nil
}

// stockReports sums up the book of this home, and after it those of the homes that sync with it.
func stockReports(ctx context.Context, a *app, s *store.Store, h home) ([]stockReport, error) {
	days, err := s.StockDays(ctx)
	if err != nil {
		return nil, err
	}
	items, err := s.StockItems(ctx)
	if err != nil {
		return nil, err
	}
	names, err := homeNames(ctx, s, h)
	if err != nil {
		return nil, err
	}
	var reports []stockReport
	for _, l := range records.StockLines(days, items, a.now()) {
		if n := len(reports); n == 0 || reports[n-1].Home != l.Origin {
			reports = append(reports, stockReport{Home: l.Origin, Name: names[l.Origin]})
		}
		last := &reports[len(reports)-1]
		last.Items = append(last.Items, l)
	}
	if i := slices.IndexFunc(reports, func(r stockReport) bool { return r.Home == h.Device }); i > 0 {
		own := reports[i]
		reports = slices.Insert(slices.Delete(reports, i, i+1), 0, own)
	}
	return reports, nil
}

// homeNames returns what this home and those that it enrolled are called, by their device ids.
func homeNames(ctx context.Context, s *store.Store, h home) (map[string]string, error) {
	devices, err := s.Devices(ctx)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, d := range devices {
		names[d.ID] = d.Name
	}
	names[h.Device] = h.Name
	return names, nil
}

func stockCells(l records.StockLine) []string {
	onHand, left, at, order := quantityText(l.OnHand), "-", "-", "-"
	if !l.Kept {
		onHand = "not counted"
	}
	if l.DaysLeft != nil {
		left, at = strconv.Itoa(*l.DaysLeft), quantityText(l.OrderAt)
	}
	if l.Order > 0 {
		order = quantityText(records.Quantity(l.Order) * records.Unit)
	}
	return []string{l.Title, onHand, strconv.FormatFloat(l.PerDay, 'f', -1, 64), left, at, order}
}

// quantityText writes a quantity with a comma at every thousand.
func quantityText(q records.Quantity) string {
	text, sign := q.String(), ""
	if rest, ok := strings.CutPrefix(text, "-"); ok {
		text, sign = rest, "-"
	}
	whole, part, dotted := strings.Cut(text, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if dotted {
		whole += "." + part
	}
	return sign + whole
}

// warnOfStock says which of the items that a layout uses are short by the book. Nobody is kept from printing.
func warnOfStock(ctx context.Context, a *app, s *store.Store, h home, layout string) error {
	days, err := s.StockDays(ctx)
	if err != nil {
		return err
	}
	items, err := s.StockItems(ctx)
	if err != nil {
		return err
	}
	for _, l := range records.StockLines(days, items, a.now()) {
		i := slices.IndexFunc(items, func(i records.StockItem) bool { return i.Name == l.Item })
		if l.Origin != h.Device || !l.Kept || i < 0 || items[i].Uses[layout] == 0 {
			continue
		}
		switch {
		case l.OnHand < 0:
			a.say("by the book there are %s too few %s for this batch: count them (sehat stock count %s …) or get more", quantityText(-l.OnHand), l.Title, l.Item)
		case l.Order > 0:
			a.say("%s are getting low: %s on hand; order %s", l.Title, quantityText(l.OnHand), quantityText(records.Quantity(l.Order)*records.Unit))
		}
	}
	return nil
}
