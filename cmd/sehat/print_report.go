package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"sehat/cards"
	"sehat/cards/sheet"
	"sehat/records"
)

type pressReportOptions struct {
	sheets      string
	spoiled     []string
	spoiledList string
	dispatched  string
	only        string
	out         string
}

func newPrintReportCommand(a *app) *cobra.Command {
	var opts pressReportOptions
	cmd := &cobra.Command{
		Use:   "report BATCH | FILE",
		Short: "Tell the centre what became of a print job, or take that in",
		Long: `At a print centre, report takes down what became of the cards of a job, and writes all that
is known into a signed file for the centre. A spoiled card is named by the sheet and slot
that are printed on it, or by its number:

  sehat print report 20261122-k7f3 --spoiled 12-3=smudged,57-1 --dispatched "courier 4711" --out k7f3.report

--dispatched says who took the cards that are not spoiled and were not taken before; with
--only 1-120 those of these sheets. Report as often as you like: each file tells all, and a
lost one costs nothing. Without flags it shows what is known.

At the centre, report takes such a file in: the cards count as printed, spoiled ones wait
for their next print, dispatched ones are on their way. The same file again, or an older
one, changes nothing.`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			h, err := a.home()
			if err != nil {
				return err
			}
			if h.Role == records.RoleCentre {
				for _, name := range []string{"sheets", "spoiled", "spoiled-list", "dispatched", "only", "out"} {
					if cmd.Flags().Changed(name) {
						return usageError{fmt.Errorf("a centre takes a report in: --%s is for the print centre that writes it", name)}
					}
				}
				return runTakeReport(cmd.Context(), a, args[0])
			}
			if opts.only != "" && opts.dispatched == "" {
				return usageError{errors.New("--only goes with --dispatched")}
			}
			return runWriteReport(cmd.Context(), a, args[0], opts)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.sheets, "sheets", "", "folder of the sheets (default print/BATCH in the home)")
	flags.StringSliceVar(&opts.spoiled, "spoiled", nil, "spoiled cards: SHEET-SLOT or number, and =WHY if it is known")
	flags.StringVar(&opts.spoiledList, "spoiled-list", "", `a table of them, as "sehat print check" writes it`)
	flags.StringVar(&opts.dispatched, "dispatched", "", "who took the other cards")
	flags.StringVar(&opts.only, "only", "", "with --dispatched: only these sheets, FROM-TO")
	flags.StringVar(&opts.out, "out", "", "write the signed report to this file")
	return cmd
}

// reportPath is where a print centre keeps what it knows of a job, beside its sheets.
func reportPath(dir, batch string) string { return filepath.Join(dir, batch+"-report.json") }

// beginReport takes down that the sheets of a job are made. What is known of the same job stays.
func beginReport(dir string, job openedJob, m *sheet.Manifest, made sheet.Report) error {
	known, err := readReport(dir, m.Batch)
	if err == nil && known.Job == job.Hash {
		made.Made, made.By, made.Spoiled, made.Dispatched = known.Made, known.By, known.Spoiled, known.Dispatched
	}
	made.Job, made.Batch, made.Cards = job.Hash, m.Batch, m.Cards
	for _, f := range m.Files {
		made.Files = append(made.Files, sheet.ReportFile{Name: f.Name, SHA256: f.SHA256})
	}
	return keepReport(dir, made)
}

func readReport(dir, batch string) (r sheet.Report, err error) {
	b, err := os.ReadFile(reportPath(dir, batch))
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(b, &r); err != nil {
		return r, fmt.Errorf("%s cannot be read: %w", reportPath(dir, batch), err)
	}
	return r, nil
}

func keepReport(dir string, r sheet.Report) error {
	b, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	return writeFile(reportPath(dir, r.Batch), append(b, '\n'))
}

// pressReport is what report says of a job.
type pressReport struct {
	Batch      string            `json:"print_batch"`
	Cards      int               `json:"cards"`
	Spoiled    int               `json:"spoiled"`
	Dispatched int               `json:"dispatched"`
	File       string            `json:"file,omitempty"`    // the signed report, as written or taken in
	New        int               `json:"new"`               // cards of which it told something new
	Refused    []refusedInReport `json:"refused,omitempty"` // what the centre did not take
}

// A refusedInReport is something that a report says of a card and that cannot be.
type refusedInReport struct {
	Position int    `json:"position"`
	Number   string `json:"number"`
	Why      string `json:"why"`
}

func runWriteReport(ctx context.Context, a *app, batch string, opts pressReportOptions) error {
	s, h, err := a.open(ctx) // for its operators; there is no register
	if err != nil {
		return err
	}
	defer s.Close()
	dir := opts.sheets
	if dir == "" {
		dir = h.path("print", batch)
	}
	r, err := readReport(dir, batch)
	if errors.Is(err, os.ErrNotExist) {
		return withHint(fmt.Errorf("no sheets of a job called %s were made here", batch), `make them with "sehat print FILE"; if they lie in another folder, name it with --sheets`)
	}
	if err != nil {
		return err
	}
	m, err := sheet.ReadManifest(dir, batch)
	if err != nil {
		return err
	}
	places := m.Places()
	var by string
	if len(opts.spoiled) > 0 || opts.spoiledList != "" || opts.dispatched != "" {
		if by, err = a.by(ctx, s); err != nil {
			return err
		}
	}
	news, err := a.spoil(&r, places, opts, by)
	if err != nil {
		return err
	}
	if opts.dispatched != "" {
		from, to, err := places.Range(opts.only)
		if err != nil {
			return usageError{fmt.Errorf("--only: %w", err)}
		}
		news += r.Dispatch(sheet.Dispatched{From: from, To: to, With: opts.dispatched, At: a.now().UTC(), By: by})
	}
	key, err := h.signingKey()
	if err != nil {
		return err
	}
	file, err := r.Sign(key) // before anything is kept: what cannot be signed is not kept
	if err != nil {
		return err
	}
	if news > 0 {
		if err := keepReport(dir, r); err != nil {
			return err
		}
	}
	report := pressReport{Batch: r.Batch, Cards: r.Cards, Spoiled: len(r.Spoiled), Dispatched: r.Left(), File: opts.out, New: news}
	text := fmt.Sprintf("print batch %s: %s printed, %d spoiled, %d dispatched", r.Batch, count(r.Cards, "card"), report.Spoiled, report.Dispatched)
	if opts.out != "" {
		if err := writeFile(opts.out, append(file, '\n')); err != nil {
			return err
		}
		text += fmt.Sprintf("\nwrote %s: take it to the centre, which takes it in with \"sehat print report %s\"", opts.out, filepath.Base(opts.out))
	}
	return a.result(report, "%s", text)
}

// spoil takes the spoiled cards down that were named, and returns how many are new.
func (a *app) spoil(r *sheet.Report, places sheet.Places, opts pressReportOptions, by string) (news int, err error) {
	named := opts.spoiled
	if opts.spoiledList != "" {
		listed, err := readSpoiledList(opts.spoiledList)
		if err != nil {
			return 0, err
		}
		named = append(named, listed...)
	}
	for _, text := range named {
		where, why, _ := strings.Cut(text, "=")
		position, err := places.Find(where)
		if err != nil {
			return 0, usageError{fmt.Errorf("spoiled card %q: %w", where, err)}
		}
		if r.Spoil(sheet.Spoiled{Position: position, Why: strings.TrimSpace(why), At: a.now().UTC(), By: by}) {
			news++
		}
	}
	return news, nil
}

// readSpoiledList reads a table with the columns sheet, slot and why.
func readSpoiledList(path string) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows := csv.NewReader(f)
	head, err := rows.Read()
	if err != nil || len(head) < 3 || head[0] != "sheet" || head[1] != "slot" || head[2] != "why" {
		return nil, fmt.Errorf("%s: its first columns must be sheet, slot and why", path)
	}
	var list []string
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if row[1] != "" { // else it is about a whole sheet or file, which is printed again
			list = append(list, row[0]+"-"+row[1]+"="+row[2])
		}
	}
}

// runTakeReport takes a print centre's report in. Each step is one that changes nothing when it is done again.
func runTakeReport(ctx context.Context, a *app, path string) error {
	s, h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	trust, err := h.trust()
	if err != nil {
		return err
	}
	file, err := readSmall(path)
	if err != nil {
		return err
	}
	r, by, err := sheet.OpenReport(file, keyOfKind(trust, cards.DeviceKey))
	if err != nil {
		return withHint(fmt.Errorf("%s: %w", path, err), "let the print centre write it once more, and bring it another way")
	}
	batch, err := s.PrintBatch(ctx, r.Batch)
	if err == nil && batch.Job == nil {
		err = fmt.Errorf("print batch %s was sealed to no print centre", batch.ID)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	own, err := h.signingKey()
	if err != nil {
		return err
	}
	header, hash, err := sheet.OpenJobHeader(batch.Job, ownKey(own))
	switch {
	case err != nil:
		return fmt.Errorf("print batch %s: %w", batch.ID, err)
	case header.For != by:
		return fmt.Errorf("%s: %w", path, sheet.ErrForgedReport)
	case r.Job != hash || r.Cards != len(batch.Slots):
		return fmt.Errorf("%s: %w", path, sheet.ErrReportDiffers)
	}
	if err := records.FinishPrintBatch(ctx, s, batch, r.By, r.Made); err != nil {
		return err
	}
	out, err := records.ApplyPrintEvents(ctx, s, eventsOf(r))
	if err != nil {
		return err
	}
	report := pressReport{Batch: r.Batch, Cards: r.Cards, Spoiled: len(r.Spoiled), Dispatched: r.Left(), File: path, New: out.Applied}
	if batch.State != records.PrintMade {
		report.New = r.Cards
	}
	for _, answer := range out.Answers {
		if answer.How.Refused() {
			report.Refused = append(report.Refused, refusedInReport{answer.Position, answer.Number, answer.Why})
		}
	}
	return a.tellTaken(report)
}

// tellTaken says what a report told.
func (a *app) tellTaken(r pressReport) error {
	text := fmt.Sprintf("print batch %s: %s printed, %d spoiled, %d dispatched", r.Batch, count(r.Cards, "card"), r.Spoiled, r.Dispatched)
	if r.New == 0 {
		text += "\nall of this was known: nothing to do"
	} else if r.Spoiled > 0 {
		text += "\nthe spoiled ones wait for the next \"sehat print\""
	}
	for _, x := range r.Refused {
		text += fmt.Sprintf("\n  card %d of the batch: %s", x.Position, x.Why)
	}
	if err := a.result(r, "%s", text); err != nil {
		return err
	}
	if len(r.Refused) > 0 {
		return needsPerson{"not taken down: " + count(len(r.Refused), "card"), `see each with "sehat card show"`}
	}
	return nil
}

// eventsOf says what a report tells of single cards.
func eventsOf(r sheet.Report) []records.PrintEvent {
	var events []records.PrintEvent
	for _, s := range r.Spoiled {
		events = append(events, records.PrintEvent{
			Batch: r.Batch, Position: s.Position, Event: records.CardSpoiled, Why: s.Why, By: s.By, At: records.Stamp(s.At),
		})
	}
	for _, d := range r.Dispatched {
		for p := d.From; p <= d.To; p++ {
			if r.IsSpoiled(p) {
				continue
			}
			events = append(events, records.PrintEvent{
				Batch: r.Batch, Position: p, Event: records.CardDispatched, To: d.With, By: d.By, At: records.Stamp(d.At),
			})
		}
	}
	return events
}
