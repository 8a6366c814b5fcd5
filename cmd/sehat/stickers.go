package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sehat/cards"
	"sehat/cards/sheet"
	"sehat/records"
	"sehat/records/store"
)

const (
	stickerFace = "stickers"
	slipFace    = "slip"
)

type paperOptions struct {
	out    string
	column int
}

func newCardStickersCommand(a *app) *cobra.Command {
	var opts paperOptions
	cmd := &cobra.Command{
		Use:   "stickers NUMBER…",
		Short: "Make ten small QR stickers for each of up to four residents",
		Long: `Stickers makes a sheet of labels, A4 with 40 of 45.7 by 25.4 mm (L7654 and its like): a
column of ten for each card, for files, prescriptions and samples. The QR is the card's
own, so that a desk verifies a sticker as it verifies the card. Numbers are typed
without spaces, or in quotes. --column begins on a sheet of which some were used.

A file stickers.json in the home changes what stands on them.`,
		Args: usage(cobra.RangeArgs(1, sheet.Stickers().Columns)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if free := sheet.Stickers().Columns - opts.column + 1; opts.column < 1 || len(args) > free {
				return usageError{fmt.Errorf("a sheet has %d columns: %s do not go on it from column %d", sheet.Stickers().Columns, count(len(args), "card"), opts.column)}
			}
			return runPaper(cmd.Context(), a, args, opts, stickerFace)
		},
	}
	cmd.Flags().StringVar(&opts.out, "out", "", "PDF file to write (default print/stickers-NUMBER.pdf in the home)")
	cmd.Flags().IntVar(&opts.column, "column", 1, "the first column of the sheet to print on")
	return cmd
}

func newCardSlipCommand(a *app) *cobra.Command {
	var opts paperOptions
	cmd := &cobra.Command{
		Use:   "slip NUMBER…",
		Short: "Make the letter that goes with a card: the number, and how the data are used",
		Long: `Slip makes a letter for the doorstep, half a sheet of A4: the number, the QR, and what was
collected, why, who sees it, how to correct it and how to withdraw, in two languages.
For all cards of a print batch, in the order in which they are handed out: sehat print --slips.

A file slip.json in the home changes its words.`,
		Args: usage(cobra.RangeArgs(1, sheet.CardsPerFile)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runPaper(cmd.Context(), a, args, opts, slipFace)
		},
	}
	cmd.Flags().StringVar(&opts.out, "out", "", "PDF file to write (default print/slip-NUMBER.pdf in the home)")
	return cmd
}

// A paperReport says which stickers or slips were made.
type paperReport struct {
	Kind    string   `json:"kind"` // stickers or slip
	Numbers []string `json:"numbers"`
	File    string   `json:"file"`
}

// runPaper makes stickers or slips for the cards with these numbers.
func runPaper(ctx context.Context, a *app, args []string, opts paperOptions, kind string) error {
	numbers := make([]cards.Number, 0, len(args))
	for _, arg := range args {
		n, err := parseNumber([]string{arg})
		if err != nil {
			return err
		}
		numbers = append(numbers, n)
	}
	s, h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	job := sheet.Job{Batch: kind, Layout: sheet.Slips().Name}
	if kind == stickerFace {
		job.Layout, job.Skip = sheet.Stickers().Name, (opts.column-1)*sheet.Stickers().Rows
	}
	if job.Design, err = h.faceFor(kind); err != nil {
		return err
	}
	report := paperReport{Kind: kind}
	var list []records.Card
	for _, n := range numbers {
		card, err := cardInHand(ctx, s, n)
		if err != nil {
			return err
		}
		copies := 1
		if kind == stickerFace {
			copies = sheet.Stickers().Rows
		}
		list = append(list, slices.Repeat([]records.Card{card}, copies)...)
		report.Numbers = append(report.Numbers, n.String())
	}
	if job.Made, err = records.ParseStamp(list[0].IssuedAt); err != nil {
		return err
	}
	job.Faces = faces(ctx, s, job.Design, func(yield func(records.Card, error) bool) {
		for _, c := range list {
			if !yield(c, nil) {
				return
			}
		}
	})
	report.File = opts.out
	if report.File == "" {
		report.File = h.path("print", kind+"-"+report.Numbers[0]+".pdf")
		if err := os.MkdirAll(filepath.Dir(report.File), 0o700); err != nil {
			return fmt.Errorf("making the folder of the sheets: %w", err)
		}
	}
	if err := writeStream(report.File, func(w io.Writer) error { return sheet.Render(ctx, w, job) }); err != nil {
		return err
	}
	return a.result(report, "%s for %s\n  %s", kind, count(len(numbers), "card"), report.File)
}

// cardInHand returns the latest version of a card that may be in somebody's hand.
func cardInHand(ctx context.Context, s *store.Store, n cards.Number) (records.Card, error) {
	versions, err := s.Cards(ctx, n.String())
	if errors.Is(err, records.ErrNotFound) {
		return records.Card{}, withHint(err, "see that the number is typed as it is printed, and that its laptop has pushed")
	}
	if err != nil {
		return records.Card{}, err
	}
	card := versions[0]
	if records.CardEnded(card.State) {
		return card, withHint(fmt.Errorf("card %s is %s", n.Printed(), card.State), `"sehat card show %s" tells what happened to it`, n)
	}
	return card, nil
}

// makeSlips makes the letters of a print batch beside its sheets, in the same order.
func makeSlips(ctx context.Context, s *store.Store, h home, batch records.PrintBatch, dir string) (*sheet.Manifest, error) {
	made, err := records.ParseStamp(batch.MadeAt)
	if err != nil {
		return nil, fmt.Errorf("print batch %s: %w", batch.ID, err)
	}
	face, err := h.faceFor(slipFace)
	if err != nil {
		return nil, err
	}
	return sheet.Make(ctx, dir, sheet.Job{
		Batch: batch.ID + "-slips", Layout: sheet.Slips().Name, Design: face, Made: made, Faces: faces(ctx, s, face, s.BatchCards(ctx, batch.ID)),
	})
}

// slipLines says where the slips of a batch are.
func slipLines(m *sheet.Manifest, dir string) (files []string, text string) {
	for _, f := range m.Files {
		files = append(files, filepath.Join(dir, f.Name))
	}
	return files, fmt.Sprintf("\n%s on %s, in the same order\n  %s", count(m.Cards, "slip"), count(m.Sheets, "sheet"), strings.Join(files, "\n  "))
}
