package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"sehat/cards"
	"sehat/cards/sheet"
	"sehat/records"
)

func newPrintHandoutCommand(a *app) *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "handout BATCH",
		Short: "List a batch's cards for whoever hands them out, door by door",
		Long: `Handout lists the cards of a batch in the order in which they lie in the pile and in which a
person walks: block by block, lane by lane, house by house. For each there is a box to
tick, the house, the name, the last digits of the number and room for a signature. Cards
that were spoiled or handed over by now are marked. It writes PDF lists to print, and a
table of the same rows.

The lists name people and where they live: give them to those who walk, and burn them after.`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return runDoorList(cmd.Context(), a, args[0], out) },
	}
	cmd.Flags().StringVar(&out, "out", "", "folder for the lists (default print/BATCH in the home)")
	return cmd
}

// doorListReport is what handout wrote.
type doorListReport struct {
	Batch string   `json:"print_batch"`
	Cards int      `json:"cards"` // that are to be handed out
	Files []string `json:"files"`
	Table string   `json:"table"`
}

func runDoorList(ctx context.Context, a *app, id, dir string) error {
	s, h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	batch, err := s.PrintBatch(ctx, id)
	if err != nil {
		return err
	}
	layout, err := sheet.LayoutNamed(batch.Layout)
	if err != nil {
		return err
	}
	made, err := records.ParseStamp(batch.MadeAt)
	if err != nil {
		return fmt.Errorf("print batch %s: %w", id, err)
	}
	if dir == "" {
		dir = h.path("print", id)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making the folder of the lists: %w", err)
	}
	report := doorListReport{Batch: id, Table: filepath.Join(dir, id+"-handout.csv")}
	var doors []sheet.Door
	list := func() error {
		path := filepath.Join(dir, fmt.Sprintf("%s-handout-%04d.pdf", id, len(report.Files)+1))
		report.Files = append(report.Files, path)
		title := fmt.Sprintf("Hand-out list %d of print batch %s", len(report.Files), id)
		err := writeStream(path, func(w io.Writer) error { return sheet.Handout(w, title, made, doors) })
		doors = doors[:0]
		return err
	}
	err = writeStream(report.Table, func(w io.Writer) error {
		rows := csv.NewWriter(w)
		_ = rows.Write([]string{"sheet", "slot", "ward", "block", "lane", "house", "name", "number_ends", "state"}) // Flush tells
		for stop, err := range s.BatchStops(ctx, id) {
			if err != nil {
				return err
			}
			d, err := doorOf(stop, layout)
			if err != nil {
				return err
			}
			if d.Note == "" {
				report.Cards++
			}
			_ = rows.Write([]string{
				strconv.Itoa(d.Sheet), strconv.Itoa(d.Slot), plainCell(stop.Ward), plainCell(stop.Block), plainCell(stop.Lane()), plainCell(stop.House),
				plainCell(stop.Name), d.Number.Printed()[12:], stop.State,
			})
			if doors = append(doors, d); len(doors) == sheet.DoorsPerList {
				if err := list(); err != nil {
					return err
				}
			}
		}
		rows.Flush()
		return rows.Error()
	})
	if err == nil && len(doors) > 0 {
		err = list()
	}
	if err != nil {
		return err
	}
	return a.result(report, "print batch %s: %s to hand out\n  %s\n  %s", id, count(report.Cards, "card"), fileLines(report.Files), report.Table)
}

// doorOf is a card's row on a hand-out list.
func doorOf(s records.Stop, l sheet.Layout) (sheet.Door, error) {
	number, err := cards.ParseNumber(s.Number)
	if err != nil {
		return sheet.Door{}, fmt.Errorf("card in slot %d: %w", s.Position, err)
	}
	d := sheet.Door{Number: number, House: s.House, Name: s.Name}
	d.Sheet, d.Slot = sheet.PlaceOf(l, s.Position)
	var parts []string
	for _, part := range []struct{ word, value string }{{"ward ", s.Ward}, {"block ", s.Block}, {"", s.Lane()}} {
		if part.value != "" {
			parts = append(parts, part.word+part.value)
		}
	}
	d.Heading = strings.Join(parts, " · ")
	switch s.State {
	case records.CardIssued, records.CardPrinted, records.CardDispatched, records.CardReturned:
	case records.CardHandedOver, records.CardActive:
		d.Note = "handed over already"
	case records.CardSpoiled:
		d.Note = "spoiled: comes with a later batch"
	default:
		d.Note = s.State + ": do not hand out"
	}
	return d, nil
}

// plainCell keeps a spreadsheet from taking a text for a formula.
func plainCell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
