package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
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

type printOptions struct {
	layout string
	out    string
	ward   string
	limit  int
	except []string
	batch  string
	face   string
	slips  bool
	look   previewOptions
	chosen bool // some of the above but out and batch were typed
}

func newPrintCommand(a *app) *cobra.Command {
	var opts printOptions
	names := make([]string, 0, 3)
	for _, l := range sheet.Layouts() {
		names = append(names, l.Name+" ("+l.Title+")")
	}
	cmd := &cobra.Command{
		Use:   "print",
		Short: "Make the sheets of a print batch",
		Long: `Print puts the issued cards that wait into a print batch, in walking order (ward, block,
house), and makes its PDF sheets, front and back, with a manifest beside them that
names the card in each slot. Print them double-sided, turned over the long edge.

--face prints with a card face file of your own: colours, logo, texts, places. A file
face.json in the home is used without being named. "sehat template face" writes one to
start from; --preview shows the next sheet as pictures, before anything is printed.

After a crash the same command finishes the batch that was begun. --batch makes the
sheets of an earlier batch again, byte for byte. A card whose text does not fit is
never cut: the batch stops with the list of such cards; correct them, or leave them
out with --except.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := sheet.LayoutNamed(opts.layout); err != nil {
				return usageError{err}
			}
			if opts.limit < 0 {
				return usageError{errors.New("--limit is at least 0")}
			}
			for _, name := range []string{"layout", "ward", "limit", "except", "face"} {
				if opts.batch != "" && cmd.Flags().Changed(name) {
					return usageError{fmt.Errorf("--batch makes a batch again as it was: --%s does not go with it", name)}
				}
				opts.chosen = opts.chosen || cmd.Flags().Changed(name)
			}
			if err := opts.look.check(); err != nil {
				return err
			}
			if opts.look.show {
				return runPreview(cmd.Context(), a, opts)
			}
			return runPrint(cmd.Context(), a, opts)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.layout, "layout", sheet.Layouts()[0].Name, strings.Join(names, ", "))
	flags.StringVar(&opts.out, "out", "", "folder for the sheets (default print/BATCH in the home)")
	flags.StringVar(&opts.ward, "ward", "", "only this ward")
	flags.IntVar(&opts.limit, "limit", 0, "at most so many cards (0: all)")
	flags.StringSliceVar(&opts.except, "except", nil, "card numbers to leave out")
	flags.StringVar(&opts.batch, "batch", "", "make this batch's sheets again")
	flags.StringVar(&opts.face, "face", "", "card face file (default face.json in the home, else the one that sehat comes with)")
	flags.BoolVar(&opts.slips, "slips", false, "also make the letters that go with the cards, in the same order")
	opts.look.flags(flags)
	cmd.AddCommand(newPrintListCommand(a), newPrintShowCommand(a), newPrintSpoiledCommand(a), newPrintDispatchCommand(a), newPrintReconcileCommand(a))
	return cmd
}

// A printReport is what print did.
type printReport struct {
	Batch    string   `json:"print_batch"`
	Cards    int      `json:"cards"`
	Reprints int      `json:"reprints"` // of these, cards of which an earlier copy was spoiled
	Sheets   int      `json:"sheets"`
	Files    []string `json:"files"`
	Manifest string   `json:"manifest"`
	Slips    []string `json:"slips,omitempty"`
}

func runPrint(ctx context.Context, a *app, opts printOptions) error {
	s, h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	by, err := a.by(ctx, s)
	if err != nil {
		return err
	}
	batch, err := batchToPrint(ctx, a, s, h, opts, by)
	if errors.Is(err, records.ErrNothingToPrint) {
		return a.result(printReport{Files: []string{}}, "nothing to print: no card that was issued here waits")
	}
	if err != nil {
		return err
	}
	dir := opts.out
	if dir == "" {
		dir = h.path("print", batch.ID)
	}
	manifest, err := makeSheets(ctx, a, s, batch, dir)
	if misfit := new(sheet.OverflowError); errors.As(err, &misfit) {
		if batch.State == records.PrintMaking {
			err = errors.Join(err, records.DropPrintBatch(ctx, s, batch, by, "text does not fit", a.now()))
		}
		return withHint(err, "correct these residents and issue again, or leave the cards out with --except")
	}
	if err != nil {
		return err
	}
	var slips string
	report := printReport{Batch: batch.ID, Cards: manifest.Cards, Sheets: manifest.Sheets, Manifest: manifest.CSV}
	if opts.slips {
		letters, err := makeSlips(ctx, s, h, batch, dir)
		if err != nil {
			return err
		}
		report.Slips, slips = slipLines(letters, dir)
	}
	if err := records.FinishPrintBatch(ctx, s, batch, by, a.now()); err != nil {
		return err
	}
	if batch.State == records.PrintMaking { // until now
		if err := warnOfStock(ctx, a, s, h, batch); err != nil {
			return err
		}
	}
	for _, f := range manifest.Files {
		report.Files = append(report.Files, filepath.Join(dir, f.Name))
	}
	if report.Reprints, err = s.Reprints(ctx, batch.ID); err != nil {
		return err
	}
	among := ""
	if report.Reprints > 0 {
		among = fmt.Sprintf(" (%s among them)", count(report.Reprints, "reprint"))
	}
	return a.result(report, "print batch %s: %s%s on %s\n  %s\n  %s%s", batch.ID, count(report.Cards, "card"), among, count(report.Sheets, "sheet"),
		strings.Join(report.Files, "\n  "), report.Manifest, slips)
}

// batchToPrint returns the named batch, the one that a crash left, or a new one.
func batchToPrint(ctx context.Context, a *app, s *store.Store, h home, opts printOptions, by string) (records.PrintBatch, error) {
	if opts.batch != "" {
		b, err := s.PrintBatch(ctx, opts.batch)
		if err == nil && b.State == records.PrintDropped {
			err = fmt.Errorf("print batch %s was dropped before a sheet was made; its cards are in another or wait", b.ID)
		}
		return b, err
	}
	if b, err := s.UnfinishedPrintBatch(ctx); err == nil {
		if opts.chosen {
			return b, withHint(fmt.Errorf("print batch %s was begun and not finished", b.ID), `finish it first: "sehat print" with no other flags`)
		}
		a.say("finishing print batch %s, which was begun earlier", b.ID)
	}
	except, err := opts.excepted()
	if err != nil {
		return records.PrintBatch{}, err
	}
	face, err := h.face(opts.face)
	if err != nil {
		return records.PrintBatch{}, err
	}
	return records.NextPrintBatch(ctx, s, records.PrintOrder{
		Layout: opts.layout, Face: string(face.Source()), Ward: opts.ward, Limit: opts.limit, By: by, Now: a.now(), Random: a.random,
		Except: except,
	})
}

// excepted returns whether a card is to be left out.
func (opts printOptions) excepted() (func(number string) bool, error) {
	left := make([]string, 0, len(opts.except))
	for _, text := range opts.except {
		n, err := cards.ParseNumber(text)
		if err != nil {
			return nil, usageError{fmt.Errorf("--except: %w", err)}
		}
		left = append(left, n.String())
	}
	return func(number string) bool { return slices.Contains(left, number) }, nil
}

// makeSheets makes the files of a batch in dir.
func makeSheets(ctx context.Context, a *app, s *store.Store, batch records.PrintBatch, dir string) (*sheet.Manifest, error) {
	made, err := records.ParseStamp(batch.MadeAt)
	if err != nil {
		return nil, fmt.Errorf("print batch %s: %w", batch.ID, err)
	}
	face, err := faceOfBatch(batch)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder of the sheets: %w", err)
	}
	bar := a.progress("printing", len(batch.Slots))
	defer bar.done()
	return sheet.Make(ctx, dir, sheet.Job{
		Batch: batch.ID, Layout: batch.Layout, Design: face, Made: made, Faces: faces(s.BatchCards(ctx, batch.ID)), Progress: bar.set,
	})
}

// faces reads what is printed from the cards as they were frozen.
func faces(list iter.Seq2[records.Card, error]) iter.Seq2[cards.Face, error] {
	return func(yield func(cards.Face, error) bool) {
		for c, err := range list {
			var f cards.Face
			if err == nil {
				err = json.Unmarshal(c.Face, &f)
			}
			f.QR = c.Credential
			if err != nil {
				err = fmt.Errorf("card %s: %w", c.Number, err)
			}
			if !yield(f, err) || err != nil {
				return
			}
		}
	}
}
