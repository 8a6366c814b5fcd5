package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"

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
	chosen bool   // some of the above but out and batch were typed
	job    string // seal a job to this file instead of making sheets
	press  string // the request of the print centre that it is for
}

func newPrintCommand(a *app) *cobra.Command {
	var opts printOptions
	names := make([]string, 0, 3)
	for _, l := range sheet.Layouts() {
		names = append(names, l.Name+" ("+l.Title+")")
	}
	cmd := &cobra.Command{
		Use:   "print [JOB-FILE]",
		Short: "Make the sheets of a print batch",
		Long: `Print puts the issued cards that wait into a print batch, in walking order (ward, block, lane,
house), and makes its PDF sheets, front and back, with a manifest beside them that names
the card in each slot. Print them double-sided, turned over the long edge.

--face prints with a card face file of your own: colours, logo, texts, places. A file
face.json in the home is used without being named. "sehat template face" writes one to
start from; --preview shows the next sheet as pictures, before anything is printed.

After a crash the same command finishes the batch that was begun; files that were whole
are kept. --batch makes the sheets of an earlier batch again, byte for byte. A card whose
text does not fit is never cut: the batch stops with the list of such cards; correct
them, or leave them out with --except.

A print centre of its own needs no register. It makes a home with "sehat init --device",
and is enrolled like a laptop, with --quota 1. Then

  at the centre          sehat print --job FILE --for REQUEST   seals a job to it
  at the print centre    sehat print FILE                       makes the sheets there
  at the print centre    sehat print report BATCH --out FILE    says what was spoiled, dispatched
  at the centre          sehat print report FILE                takes that in`,
		Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := opts.check(cmd, args); err != nil {
				return usageError{err}
			}
			switch {
			case len(args) == 1:
				return runPrintJob(cmd.Context(), a, args[0], opts.out)
			case opts.job != "":
				return runSealJob(cmd.Context(), a, opts)
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
	flags.IntVar(&opts.limit, "limit", 0, "at most so many cards (0: all, up to 100,000 a batch)")
	flags.StringSliceVar(&opts.except, "except", nil, "card numbers to leave out")
	flags.StringVar(&opts.batch, "batch", "", "make this batch's sheets again; with --job, seal it again")
	flags.StringVar(&opts.job, "job", "", "make no sheets: seal all that they need into this file, for a print centre")
	flags.StringVar(&opts.press, "for", "", "with --job: the enrolment request of the print centre")
	flags.StringVar(&opts.face, "face", "", "card face file (default face.json in the home, else the one that sehat comes with)")
	flags.BoolVar(&opts.slips, "slips", false, "also make the letters that go with the cards, in the same order")
	opts.look.flags(flags)
	cmd.AddCommand(newPrintReportCommand(a), newPrintCheckCommand(a), newPrintHandoutCommand(a), newPrintListCommand(a), newPrintShowCommand(a),
		newPrintSpoiledCommand(a), newPrintDispatchCommand(a), newPrintReconcileCommand(a))
	return cmd
}

// check tells what is wrong with the arguments, and notes whether cards were chosen.
func (opts *printOptions) check(cmd *cobra.Command, args []string) error {
	given := cmd.Flags().Changed
	if _, err := sheet.LayoutNamed(opts.layout); err != nil {
		return err
	}
	if len(args) == 1 {
		if _, err := os.Stat(args[0]); errors.Is(err, os.ErrNotExist) {
			text := fmt.Sprintf("%s: there is no such job file", args[0])
			if near := suggestions(cmd, args[0]); len(near) > 0 {
				text += fmt.Sprintf("; did you mean %q?", "print "+near[0])
			}
			return errors.New(text)
		}
	}
	switch {
	case opts.limit < 0:
		return errors.New("--limit is at least 0")
	case (opts.job == "") != (opts.press == ""):
		return errors.New("--job FILE and --for REQUEST go together: the file, and the enrolment request of the print centre that it is for")
	case opts.job != "" && (given("out") || given("slips") || given("preview")):
		return errors.New("--out, --slips and --preview are about what is made here, and --job makes nothing here")
	}
	for _, name := range []string{"layout", "ward", "limit", "except", "face", "slips", "batch", "job"} {
		if len(args) == 1 && given(name) {
			return fmt.Errorf("a job file says itself what to print: --%s does not go with it", name)
		}
		if name == "batch" || name == "job" || name == "slips" {
			continue
		}
		if opts.batch != "" && given(name) {
			return fmt.Errorf("--batch makes a batch again as it was: --%s does not go with it", name)
		}
		opts.chosen = opts.chosen || given(name)
	}
	return nil
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

func (r printReport) text() string {
	among := ""
	if r.Reprints > 0 {
		among = fmt.Sprintf(" (%s among them)", count(r.Reprints, "reprint"))
	}
	return fmt.Sprintf("print batch %s: %s%s on %s\n  %s\n  %s", r.Batch, count(r.Cards, "card"), among, count(r.Sheets, "sheet"), fileLines(r.Files), r.Manifest)
}

// fileLines names files one a line, of many only the first and the last.
func fileLines(files []string) string {
	const all = 6
	if len(files) > all {
		return fmt.Sprintf("%s\n  … %d more\n  %s", files[0], len(files)-2, files[len(files)-1])
	}
	return strings.Join(files, "\n  ")
}

// madeReport is the report of a job that was made in dir.
func madeReport(m *sheet.Manifest, dir string) printReport {
	r := printReport{Batch: m.Batch, Cards: m.Cards, Sheets: m.Sheets, Manifest: m.CSV}
	for _, f := range m.Files {
		r.Files = append(r.Files, filepath.Join(dir, f.Name))
	}
	return r
}

func runPrint(ctx context.Context, a *app, opts printOptions) error {
	s, h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	decides := a.by
	if made, err := s.PrintBatch(ctx, opts.batch); err == nil && made.State == records.PrintMade {
		decides = a.attended // whoever makes sheets again decides nothing
	}
	by, err := decides(ctx, s)
	if err != nil {
		return err
	}
	batch, err := batchToPrint(ctx, a, s, h, opts, by, nil)
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
		return dropMisfits(ctx, a, s, batch, by, err)
	}
	if err != nil {
		return err
	}
	if err := records.FinishPrintBatch(ctx, s, batch, by, a.now()); err != nil {
		return err
	}
	if batch.State == records.PrintMaking { // until now
		if err := warnOfStock(ctx, a, s, h, batch.Layout); err != nil {
			return err
		}
	}
	var slips string
	report := madeReport(manifest, dir)
	if opts.slips {
		letters, err := makeSlips(ctx, s, h, batch, dir)
		if err != nil {
			return withHint(fmt.Errorf("the sheets of print batch %s are made, the slips are not: %w", batch.ID, err), "then: sehat print --batch %s --slips", batch.ID)
		}
		report.Slips, slips = slipLines(letters, dir)
	}
	if report.Reprints, err = s.Reprints(ctx, batch.ID); err != nil {
		return err
	}
	if report.Cards == records.MaxPrintBatch {
		slips += "\na batch takes no more: the next \"sehat print\" goes on from there"
	}
	return a.result(report, "%s%s\nfor whoever hands them out: sehat print handout %s", report.text(), slips, batch.ID)
}

// dropMisfits gives a batch up in which cards cannot be printed as they are: all of its cards wait again.
func dropMisfits(ctx context.Context, a *app, s *store.Store, batch records.PrintBatch, by string, err error) error {
	if batch.State == records.PrintMaking || batch.State == records.PrintSealing {
		err = errors.Join(err, records.DropPrintBatch(ctx, s, batch, by, "text does not fit", a.now()))
	}
	return withHint(err, "correct these residents and issue again, or leave the cards out with --except")
}

// batchToPrint returns the named batch, the one that a crash left, or a new one. With seal its sheets are made at a print centre.
func batchToPrint(ctx context.Context, a *app, s *store.Store, h home, opts printOptions, by string, seal func(records.PrintBatch) ([]byte, error)) (records.PrintBatch, error) {
	if opts.batch != "" {
		b, err := s.PrintBatch(ctx, opts.batch)
		if err == nil {
			err = mayBeMade(b, seal != nil)
		}
		return b, err
	}
	b, err := s.UnfinishedPrintBatch(ctx)
	switch {
	case err == nil && opts.chosen:
		return b, withHint(fmt.Errorf("print batch %s was begun and not finished", b.ID), "finish it first: %s with no other flags", begunBy(b))
	case err == nil && (b.State == records.PrintSealing) != (seal != nil):
		return b, withHint(fmt.Errorf("print batch %s was begun and not finished", b.ID), "finish it first: %s", begunBy(b))
	case err == nil:
		a.say("finishing print batch %s, which was begun earlier", b.ID)
		return b, nil
	case !errors.Is(err, records.ErrNotFound):
		return b, err
	}
	except, err := opts.excepted()
	if err != nil {
		return records.PrintBatch{}, err
	}
	face, err := h.face(opts.face)
	if err != nil {
		return records.PrintBatch{}, err
	}
	if layout, err := sheet.LayoutNamed(opts.layout); err != nil || layout.Takes(face) != nil {
		return records.PrintBatch{}, errors.Join(err, layout.Takes(face))
	}
	return records.NextPrintBatch(ctx, s, records.PrintOrder{
		Layout: opts.layout, Face: string(face.Source()), Ward: opts.ward, Limit: opts.limit, By: by, Now: a.now(), Random: a.random,
		Except: except, Seal: seal,
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

// begunBy is the command that began a batch.
func begunBy(b records.PrintBatch) string {
	if b.State == records.PrintSealing {
		return `"sehat print --job FILE --for REQUEST"`
	}
	return `"sehat print"`
}

// mayBeMade returns an error where the sheets of a batch that is made again belong elsewhere: they would be printed twice.
func mayBeMade(b records.PrintBatch, sealed bool) error {
	switch {
	case b.State == records.PrintDropped:
		return fmt.Errorf("print batch %s was dropped before a sheet was made; its cards are in another or wait", b.ID)
	case sealed && b.Job == nil:
		return fmt.Errorf("the sheets of print batch %s are made here: sealed to a print centre, its cards would be printed twice", b.ID)
	case !sealed && (b.State == records.PrintSealing || b.State == records.PrintSealed):
		return withHint(fmt.Errorf("the sheets of print batch %s are made at a print centre: made here, its cards would be printed twice", b.ID),
			"take its report in first, or seal the job once more: sehat print --batch %s --job FILE --for REQUEST", b.ID)
	}
	return nil
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
	return a.makeFiles(ctx, dir, len(batch.Slots), sheet.Job{
		Batch: batch.ID, Layout: batch.Layout, Design: face, Made: made, Faces: faces(ctx, s, face, s.BatchCards(ctx, batch.ID)),
	})
}

// makingMemory is how much memory the collector lets making sheets take, in bytes.
const makingMemory = 220 << 20

// makeFiles makes the files of a job of total cards in dir, and tells how far it is.
func (a *app) makeFiles(ctx context.Context, dir string, total int, job sheet.Job) (*sheet.Manifest, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder of the sheets: %w", err)
	}
	// Eight workers leave garbage behind faster than the collector would mind on its own: 380 MB, and 300 is promised.
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(makingMemory))
	pace := a.pace("printing card", total)
	defer pace.end()
	job.Progress = pace.at
	m, err := sheet.Make(ctx, dir, job)
	if errors.Is(err, syscall.ENOSPC) {
		err = withHint(err, "make room on the disk of %s, then run the same command again: what is finished is kept", dir)
	}
	return m, err
}

// faces reads what is printed from the cards as they were frozen, with their photos where a design shows them.
func faces(ctx context.Context, s *store.Store, design *sheet.Design, list iter.Seq2[records.Card, error]) iter.Seq2[cards.Face, error] {
	shows := design.ShowsPhotos()
	return func(yield func(cards.Face, error) bool) {
		for c, err := range list {
			var f cards.Face
			if err == nil {
				err = json.Unmarshal(c.Face, &f)
			}
			f.QR = c.Credential
			if err == nil && shows && f.Photo != "" {
				var picture []byte
				picture, err = s.Picture(ctx, f.Photo)
				f.Picture = string(picture)
			}
			if err != nil {
				err = fmt.Errorf("card %s: %w", c.Number, err)
			}
			if !yield(f, err) || err != nil {
				return
			}
		}
	}
}
