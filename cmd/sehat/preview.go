package main

import (
	"context"
	"fmt"
	"image"
	"image/png"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"sehat/cards"
	"sehat/cards/sheet"
	"sehat/records"
	"sehat/records/store"
)

// previewOptions say how to look at sheets before they are printed.
type previewOptions struct {
	show bool
	zoom int // percent of the true size at 96 dots an inch, as browsers show it
}

const maxZoom = 800 // of a whole A4 sheet: 200 MB of pixels

func (o *previewOptions) flags(flags *pflag.FlagSet) {
	flags.BoolVar(&o.show, "preview", false, "show the first sheet as pictures and print nothing; one card with --layout cr80")
	flags.IntVar(&o.zoom, "zoom", 200, "size of the preview, in percent")
}

func (o *previewOptions) check() error {
	if o.zoom < 25 || o.zoom > maxZoom {
		return usageError{fmt.Errorf("--zoom is from 25 to %d", maxZoom)}
	}
	return nil
}

// A previewReport says what a preview shows and where.
type previewReport struct {
	Shows string   `json:"shows"` // print_batch, waiting or invented
	Batch string   `json:"print_batch,omitempty"`
	Face  string   `json:"face"`
	Cards int      `json:"cards"`
	Files []string `json:"files"` // the front, and the back where there is one
}

// runPreview shows the first sheet of a batch, or of the cards that wait, or of invented people where none waits. It changes
// nothing in the store.
func runPreview(ctx context.Context, a *app, opts printOptions) error {
	s, h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	job, report, err := previewJob(ctx, a, s, h, opts)
	if err != nil {
		return err
	}
	const screen = 96
	front, back, err := sheet.Preview(job, screen*float64(opts.look.zoom)/100)
	if err != nil {
		return err
	}
	dir := opts.out
	if dir == "" {
		dir = h.path("preview")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making the folder of the pictures: %w", err)
	}
	report.Face = job.Design.Name
	for _, side := range []struct {
		name    string
		picture *image.RGBA
	}{{"front", front}, {"back", back}} {
		if side.picture == nil {
			continue
		}
		path := filepath.Join(dir, side.name+".png")
		report.Files = append(report.Files, path)
		if err := writeStream(path, func(w io.Writer) error { return png.Encode(w, side.picture) }); err != nil {
			return err
		}
	}
	what := map[string]string{"print_batch": "the first of print batch " + report.Batch, "waiting": "cards that wait", "invented": "invented people, for nobody waits for a card"}
	return a.result(report, "%s with the face %q: %s; nothing was printed\n  %s",
		count(report.Cards, "card"), report.Face, what[report.Shows], strings.Join(report.Files, "\n  "))
}

// previewJob gathers the cards of the first sheet.
func previewJob(ctx context.Context, a *app, s *store.Store, h home, opts printOptions) (sheet.Job, previewReport, error) {
	batch := records.PrintBatch{ID: "PREVIEW", Layout: opts.layout}
	report := previewReport{Shows: "waiting"}
	var face *sheet.Design
	var err error
	if opts.batch != "" {
		report.Shows, report.Batch = "print_batch", opts.batch
		if batch, err = s.PrintBatch(ctx, opts.batch); err == nil {
			face, err = faceOfBatch(batch)
		}
	} else {
		face, err = h.face(opts.face)
	}
	if err != nil {
		return sheet.Job{}, report, err
	}
	layout, err := sheet.LayoutFor(batch.Layout, face) // letters and stickers have a layout of their own
	if err != nil {
		return sheet.Job{}, report, err
	}
	var list []cards.Face
	source := s.BatchCards(ctx, opts.batch)
	if opts.batch == "" {
		source = waitingCards(ctx, s, opts, layout.PerSheet(), records.Stamp(a.now()))
	}
	for f, err := range faces(ctx, s, face, source) {
		if err != nil {
			return sheet.Job{}, report, err
		}
		if list = append(list, f); len(list) == layout.PerSheet() {
			break
		}
	}
	if len(list) == 0 {
		report.Shows, list = "invented", sheet.Specimens(layout.PerSheet())
	}
	report.Cards = len(list)
	return sheet.Job{Batch: batch.ID, Layout: layout.Name, Design: face, Made: a.now(), Faces: sheet.Faces(list)}, report, nil
}

// waitingCards streams the first cards that print would put into a new batch now, n at most.
func waitingCards(ctx context.Context, s *store.Store, opts printOptions, n int, now string) iter.Seq2[records.Card, error] {
	return func(yield func(records.Card, error) bool) {
		except, err := opts.excepted()
		if err != nil {
			yield(records.Card{}, err)
			return
		}
		if opts.limit > 0 {
			n = min(n, opts.limit)
		}
		var slots []records.PrintSlot
		for slot, err := range records.InWalkingOrder(s.Unprinted(ctx, opts.ward, now)) {
			if err != nil {
				yield(records.Card{}, err)
				return
			}
			if !except(slot.Number) {
				slots = append(slots, slot.PrintSlot)
			}
			if len(slots) == n {
				break
			}
		}
		for _, slot := range slots {
			versions, err := s.Cards(ctx, slot.Number)
			for _, c := range versions {
				if c.Version == slot.Version && !yield(c, nil) {
					return
				}
			}
			if err != nil && !yield(records.Card{}, err) {
				return
			}
		}
	}
}
