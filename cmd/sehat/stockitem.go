package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"sehat/cards/sheet"
	"sehat/records"
)

type stockItemOptions struct {
	title    string
	whole    bool
	uses     []string
	leadDays int
	pack     int
}

func newStockItemCommand(a *app) *cobra.Command {
	var opts stockItemOptions
	cmd := &cobra.Command{
		Use:   "item [NAME]",
		Short: "List the items, change one, or add one",
		Long: `Item lists what is kept in the book and what a print batch uses of it. With a name and
flags it changes that item, or adds it. --uses tells how many cards one unit serves in each
layout: cr80=250 is a ribbon for 250 cards.`,
		Example: `  sehat stock item ribbons --uses cr80=300 --lead-days 30
  sehat stock item pouches --title "laminate pouches" --uses a4-10=1 --pack 100`,
		Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			changed := cmd.Flags().Changed
			if len(args) == 0 {
				if changed("title") || changed("whole") || changed("uses") || changed("lead-days") || changed("pack") {
					return usageError{errors.New("name the item to change")}
				}
				return runStockItems(cmd.Context(), a)
			}
			return runStockItem(cmd.Context(), a, args[0], func(i *records.StockItem) error { return opts.onto(i, changed) })
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.title, "title", "", "what people call it")
	flags.BoolVar(&opts.whole, "whole", true, "a batch uses up the unit it began: sheets, not ribbons")
	flags.StringSliceVar(&opts.uses, "uses", nil, "LAYOUT=CARDS that one unit serves; LAYOUT=0 for none")
	flags.IntVar(&opts.leadDays, "lead-days", 0, "days from the order to the delivery")
	flags.IntVar(&opts.pack, "pack", 0, "units in a pack, in which it is ordered")
	return cmd
}

// onto puts the flags that were typed onto an item.
func (o stockItemOptions) onto(i *records.StockItem, changed func(string) bool) error {
	if changed("title") {
		i.Title = strings.TrimSpace(o.title)
	}
	if changed("whole") {
		i.Whole = o.whole
	}
	if changed("lead-days") {
		i.LeadDays = o.leadDays
	}
	if changed("pack") {
		i.Pack = o.pack
	}
	switch {
	case i.LeadDays < 0 || i.LeadDays > 365:
		return errors.New("--lead-days is from 0 to 365")
	case i.Pack < 1 || i.Pack > 1_000_000:
		return errors.New("--pack is from 1 to 1,000,000")
	case i.Title == "" || len(i.Title) > 100:
		return errors.New("--title says what people call it, in at most 100 bytes")
	}
	for _, use := range o.uses {
		layout, text, _ := strings.Cut(use, "=")
		if _, err := sheet.LayoutNamed(layout); err != nil || layout == "" {
			return fmt.Errorf("--uses %s: %w", use, errors.Join(err, errors.New("write LAYOUT=CARDS, for example cr80=250")))
		}
		cards, err := strconv.Atoi(text)
		if err != nil || cards < 0 || cards > 1_000_000 {
			return fmt.Errorf("--uses %s: the number of cards that one unit serves is from 0 to 1,000,000", use)
		}
		if i.Uses == nil {
			i.Uses = map[string]int{}
		}
		i.Uses[layout] = cards
		if cards == 0 {
			delete(i.Uses, layout)
		}
	}
	return nil
}

func runStockItems(ctx context.Context, a *app) error {
	s, _, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	items, err := s.StockItems(ctx)
	if err != nil {
		return err
	}
	for _, i := range items {
		if err := a.result(i, "%s", itemText(i)); err != nil {
			return err
		}
	}
	return nil
}

func runStockItem(ctx context.Context, a *app, name string, change func(*records.StockItem) error) error {
	if !records.IsStockName(name) {
		return usageError{errors.New("an item's name is of small letters, digits and hyphens, 40 at most")}
	}
	s, _, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	items, err := s.StockItems(ctx)
	if err != nil {
		return err
	}
	item := records.StockItem{Name: name, Title: name, Whole: true, LeadDays: 7, Pack: 1}
	for _, i := range items {
		if i.Name == name {
			item = i
		}
	}
	if err := change(&item); err != nil {
		return usageError{err}
	}
	if err := s.SaveStockItem(ctx, item); err != nil {
		return err
	}
	return a.result(item, "%s", itemText(item))
}

func itemText(i records.StockItem) string {
	text := fmt.Sprintf("%s (%s): delivered in %s, in packs of %d", i.Title, i.Name, count(i.LeadDays, "day"), i.Pack)
	if len(i.Uses) == 0 {
		return text + "; used by hand"
	}
	for _, layout := range sortedKeys(i.Uses) {
		text += fmt.Sprintf("; %s: one for %s", layout, count(i.Uses[layout], "card"))
	}
	return text
}

func newStockLogCommand(a *app) *cobra.Command {
	var limit int
	cmd := &cobra.Command{
		Use:   "log [ITEM]",
		Short: "List what came and went, the latest first",
		Args:  usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if limit < 1 {
				return usageError{errors.New("--limit is at least 1")}
			}
			return runStockLog(cmd.Context(), a, strings.Join(args, ""), limit)
		},
	}
	cmd.Flags().IntVar(&limit, "limit", 50, "at most so many")
	return cmd
}

func runStockLog(ctx context.Context, a *app, item string, limit int) error {
	s, h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	if item != "" {
		if _, err := stockItem(ctx, s, item); err != nil {
			return err
		}
	}
	moves, err := s.StockMoves(ctx, h.Device, item, limit)
	if err != nil {
		return err
	}
	t := newTable(a.stdout)
	for _, m := range moves {
		if a.json {
			if err := a.result(m, ""); err != nil {
				return err
			}
			continue
		}
		why := m.Why
		if m.PrintBatch != "" {
			why = "print batch " + m.PrintBatch
		}
		t.row(m.At[:16], m.Item, enteredText(m), "by "+m.By, why)
	}
	t.flush()
	return nil
}
