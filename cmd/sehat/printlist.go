package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"sehat/cards/sheet"
	"sehat/records"
)

func newPrintListCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the print batches and where their cards are",
		Args:  usage(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return runPrintList(cmd.Context(), a) },
	}
}

func runPrintList(ctx context.Context, a *app) error {
	s, _, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	piles, err := s.PileCounts(ctx, records.PileFilter{Now: records.Stamp(a.now())}, false)
	if err != nil {
		return err
	}
	if len(piles) == 0 && !a.json {
		return a.result(nil, "nothing was printed yet")
	}
	table := newTable(a.stdout)
	for _, p := range piles {
		if a.json {
			if err := a.result(p, ""); err != nil {
				return err
			}
			continue
		}
		table.row(p.Batch, p.Layout, dayText(p.MadeAt), count(p.Copies, "card"), pileWords(p))
	}
	table.flush()
	return nil
}

// pileWords says where the cards of a pile are, leaving out where none is.
func pileWords(p records.PileCount) string {
	var parts []string
	for _, part := range []struct {
		n    int
		what string
	}{
		{p.Making, "not made yet"},
		{p.Printed, "printed"},
		{p.Dispatched, "dispatched"},
		{p.HandedOver, "handed over"},
		{p.Returned, "returned"},
		{p.Ended, "ended"},
		{p.Spoiled, "spoiled"},
	} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.what))
		}
	}
	return aloud(parts)
}

func newPrintShowCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "show BATCH",
		Short: "Show where each card of a print batch is",
		Args:  usage(cobra.ExactArgs(1)),
		RunE:  func(cmd *cobra.Command, args []string) error { return runPrintShow(cmd.Context(), a, args[0]) },
	}
}

// A pileLine is one copy as "print show" and "print reconcile --list" print it.
type pileLine struct {
	records.PileRow
	Place string `json:"place"` // sheet and slot, as on the card
}

func runPrintShow(ctx context.Context, a *app, id string) error {
	s, _, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	b, err := s.PrintBatch(ctx, id)
	if errors.Is(err, records.ErrNotFound) {
		return withHint(fmt.Errorf("print batch %s is not in the register", id), `"sehat print list" names them`)
	}
	if err != nil {
		return err
	}
	if !a.json {
		fmt.Fprintf(a.stdout, "print batch %s: %s, %s, %s by %s\n", b.ID, count(len(b.Slots), "card"), b.Layout, dayText(b.MadeAt), b.By)
	}
	layout, err := sheet.LayoutNamed(b.Layout)
	if err != nil {
		return err
	}
	table := newTable(a.stdout)
	for r, err := range s.PileRows(ctx, b.ID, records.Stamp(a.now())) {
		if err != nil {
			return fmt.Errorf("reading print batch %s: %w", b.ID, err)
		}
		line := pileLine{r, place(layout, r.Position)}
		if a.json {
			if err := a.result(line, ""); err != nil {
				return err
			}
			continue
		}
		table.row(line.Place, records.Card{Number: r.Number}.Printed(), wardWord(r.Ward), stateWord(r.State), dayText(r.Since))
	}
	table.flush()
	return nil
}

func wardWord(ward string) string {
	if ward == "" {
		return ""
	}
	return "ward " + ward
}

// stateWord is a card's state as one says it.
func stateWord(state string) string {
	switch state {
	case records.CardHandedOver, records.CardActive:
		return "handed over"
	}
	return state
}
