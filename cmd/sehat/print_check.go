package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"sehat/cards"
	"sehat/cards/sheet"
)

type printCheckOptions struct {
	sheets string
	sample int
	scans  string
	out    string
}

func newPrintCheckCommand(a *app) *cobra.Command {
	var opts printCheckOptions
	cmd := &cobra.Command{
		Use:   "check BATCH",
		Short: "Read made sheets again, or scans of printed ones, before they go out",
		Long: `Check reads the PDF files of a batch again: each must be byte for byte what was made, and on
every card the QR and the bar code must be in their place, bear a good signature, and agree
with the manifest and with what is printed beside them. --sample 100 reads about so many.

--scans FOLDER reads scans of printed sheets instead (PNG or JPEG, 200 dpi or more, one page
a picture, in the order of their names): which cards cannot be read, lie in another slot or
have another card's back; which sheets are shifted or missing.

What is wrong is listed by sheet and slot, and written to BATCH-faults.csv, which
"sehat print report BATCH --spoiled-list FILE" takes.`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case opts.sample < 0:
				return usageError{errors.New("--sample is at least 0")}
			case opts.scans != "" && opts.sample > 0:
				return usageError{errors.New("--sample is for files: of scans all are read")}
			}
			return runPrintCheck(cmd.Context(), a, args[0], opts)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.sheets, "sheets", "", "folder of the sheets (default print/BATCH in the home)")
	flags.IntVar(&opts.sample, "sample", 0, "read about so many cards (0: all)")
	flags.StringVar(&opts.scans, "scans", "", "folder with scans of the printed sheets")
	flags.StringVar(&opts.out, "out", "", "file for the table of what is wrong (default BATCH-faults.csv beside the sheets)")
	return cmd
}

// printCheckReport is what a check found.
type printCheckReport struct {
	Batch string `json:"print_batch"`
	Scans int    `json:"scans,omitempty"`
	sheet.Check
	Table string `json:"table,omitempty"` // of the faults
}

func runPrintCheck(ctx context.Context, a *app, batch string, opts printCheckOptions) error {
	h, err := a.home()
	if err != nil {
		return err
	}
	trust, err := h.trust()
	if err != nil {
		return err
	}
	dir := opts.sheets
	if dir == "" {
		dir = h.path("print", batch)
	}
	m, err := sheet.ReadManifest(dir, batch)
	if errors.Is(err, os.ErrNotExist) {
		return withHint(fmt.Errorf("no sheets of print batch %s are in %s", batch, dir), "name their folder with --sheets")
	}
	if err != nil {
		return err
	}
	pace := a.pace("reading card", m.Cards)
	defer pace.end()
	verifier := cards.NewVerifier(trust, a.now)
	checker := sheet.Checker{
		Dir: dir, Manifest: m, Sample: opts.sample, Progress: func(n int) { pace.at(n, 0) },
		Judge: func(_ cards.Number, text string) error { _, err := verifier.Verify(text); return err },
	}
	report := printCheckReport{Batch: batch, Table: opts.out}
	if opts.scans != "" {
		report.Check, report.Scans, err = checker.Scans(ctx, opts.scans)
	} else {
		report.Check, err = checker.Files(ctx)
	}
	if err != nil {
		return err
	}
	pace.end()
	if report.Table == "" {
		report.Table = filepath.Join(dir, batch+"-faults.csv")
	}
	if len(report.Faults) == 0 {
		report.Faults, report.Table = []sheet.Fault{}, ""
		return a.result(report, "%s", report.text())
	}
	if err := writeStream(report.Table, func(w io.Writer) error { return writeFaults(w, report.Faults) }); err != nil {
		return err
	}
	if err := a.result(report, "%s", report.text()); err != nil {
		return err
	}
	return needsPerson{
		"not as it should be: " + count(len(report.Faults), "place"),
		fmt.Sprintf(`print these sheets again, or report the cards: "sehat print report %s --spoiled-list %s" at a print centre`, batch, report.Table),
	}
}

const faultsShown = 40

func (r printCheckReport) text() string {
	what := fmt.Sprintf("%s on %s in %s", count(r.Cards, "card"), count(r.Sheets, "sheet"), count(r.Files, "file"))
	if r.Scans > 0 {
		what = fmt.Sprintf("%s on %s in %s", count(r.Cards, "card"), count(r.Sheets, "sheet"), count(r.Scans, "scan"))
	}
	if len(r.Faults) == 0 {
		return fmt.Sprintf("print batch %s: read %s: every QR and bar code is right and in its place", r.Batch, what)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "print batch %s: read %s", r.Batch, what)
	for i, f := range r.Faults {
		if i == faultsShown {
			fmt.Fprintf(&b, "\n  and %d more", len(r.Faults)-faultsShown)
			break
		}
		fmt.Fprintf(&b, "\n  %s: %s", placeOf(f), f.What)
	}
	fmt.Fprintf(&b, "\n%s lists them", r.Table)
	return b.String()
}

// placeOf says where a fault is.
func placeOf(f sheet.Fault) string {
	switch {
	case f.Sheet == 0:
		return f.File
	case f.Slot == 0:
		return fmt.Sprintf("sheet %d", f.Sheet)
	}
	return fmt.Sprintf("sheet %d, slot %d", f.Sheet, f.Slot)
}

// writeFaults writes a table of what is wrong, the first columns as "print report --spoiled-list" reads them.
func writeFaults(w io.Writer, faults []sheet.Fault) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"sheet", "slot", "why", "number", "file"}) // Flush tells
	for _, f := range faults {
		number := ""
		if f.Number != 0 {
			number = f.Number.String()
		}
		_ = out.Write([]string{blankZero(f.Sheet), blankZero(f.Slot), f.What, number, f.File})
	}
	out.Flush()
	return out.Error()
}

func blankZero(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
