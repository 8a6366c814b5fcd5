package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"sehat/importer"
	"sehat/records"
)

type heldOptions struct {
	filter  records.HeldFilter
	rejects string
	discard bool
}

func newImportHeldCommand(a *app) *cobra.Command {
	var opts heldOptions
	cmd := &cobra.Command{
		Use:   "held",
		Short: "Count the rows that are held back, and write them into a workbook again",
		Long: `Held counts the rows that wait to be corrected: by rule, by team, by enumerator and by file.
With --rejects it writes them into a workbook as an import does, from all files that were
laid out alike, also where the files are long gone: for one team, say, or for one rule.
Correct it and import it; sorting, moving columns and correcting only some rows do no harm.
A row that is deleted in a workbook is still held back: with --discard the rows that are asked
for are given up, for what nobody will correct, such as a household that was written twice.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if opts.rejects != "" && (isFolder(opts.rejects) || !strings.EqualFold(filepath.Ext(opts.rejects), ".xlsx")) {
				return usageError{errors.New("--rejects names a workbook to write: NAME.xlsx")}
			}
			if opts.discard {
				if opts.filter == (records.HeldFilter{}) || opts.rejects != "" {
					return usageError{errors.New("--discard gives rows up for good: say which with --team, --rule or --file, and write no workbook of them")}
				}
				return runDiscard(cmd.Context(), a, opts.filter)
			}
			return runImportHeld(cmd.Context(), a, opts)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.filter.Team, "team", "", "only rows of this team")
	flags.StringVar(&opts.filter.Rule, "rule", "", "only rows that break this rule")
	flags.StringVar(&opts.filter.File, "file", "", "only rows of the file with this name")
	flags.BoolVar(&opts.discard, "discard", false, "give these rows up: they are held back no more")
	flags.StringVar(&opts.rejects, "rejects", "", "write the rows into this workbook (.xlsx)")
	return cmd
}

func runImportHeld(ctx context.Context, a *app, opts heldOptions) error {
	areas, err := wards()
	if err != nil {
		return err
	}
	s, h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	opts.filter.File = baseName(opts.filter.File)
	im := importer.Importer{Areas: areas, Now: a.now(), TempDir: h.path("tmp")}
	report, err := im.Held(ctx, s, opts.filter, opts.rejects)
	var refused *importer.FileError
	if errors.As(err, &refused) {
		return withHint(err, "%s", refused.Hint)
	}
	if err != nil {
		return err
	}
	if a.json {
		return a.result(report, "")
	}
	if report.Rows == 0 {
		return a.result(nil, "nothing is held back%s", narrowed(opts.filter))
	}
	fmt.Fprintf(a.stdout, "%s held back%s\n", count(report.Rows, "row")+isAre(report.Rows), narrowed(opts.filter))
	table := newTable(a.stdout)
	for _, by := range []struct {
		what  string
		count []importer.Tally
	}{{"rule", report.ByRule}, {"team", report.ByTeam}, {"enumerator", report.ByEnumerator}, {"file", report.ByFile}} {
		for i, t := range by.count {
			if i == shownCounts {
				table.row("", fmt.Sprintf("and %d more", len(by.count)-i))
				break
			}
			what := by.what
			if i > 0 {
				what = ""
			}
			row := []string{what, orNotTold(t.Rule), fmt.Sprint(t.Rows)}
			if by.what == "rule" {
				row = append(row, ruleWords(t.Rule))
			}
			table.row(row...)
		}
	}
	table.flush()
	for _, path := range report.RejectsFiles {
		fmt.Fprintf(a.stdout, "written to %s: correct it and import that file\n", path)
	}
	if report.NotWritten > 0 {
		a.say("%s cannot be written out by themselves, because the household is neither in the register nor among these rows: "+
			"ask without --team, --rule and --file, or import the files again, which writes their workbooks", count(report.NotWritten, "row"))
	}
	return nil
}

// shownCounts is how many lines of each count are shown; --json tells all.
const shownCounts = 12

// narrowed says which rows were asked for.
func narrowed(f records.HeldFilter) string {
	text := ""
	for _, p := range []struct{ what, value string }{{" of team ", f.Team}, {" for ", f.Rule}, {" from ", f.File}} {
		if p.value != "" {
			text += p.what + p.value
		}
	}
	return text
}

func orNotTold(s string) string {
	if s == "" {
		return "(not told)"
	}
	return s
}

// runDiscard gives up rows that are held back.
func runDiscard(ctx context.Context, a *app, f records.HeldFilter) error {
	s, _, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	by, err := a.by(ctx, s)
	if err != nil {
		return err
	}
	f.File = baseName(f.File)
	n, err := s.DiscardHeld(ctx, f, by, records.Stamp(a.now()))
	if err != nil {
		return err
	}
	were := " were"
	if n == 1 {
		were = " was"
	}
	return a.result(discardReport{n, by}, "%s%s given up by %s", count(n, "row")+narrowed(f), were, by)
}

// discardReport is what --discard says with --json.
type discardReport struct {
	Rows int    `json:"discarded"`
	By   string `json:"by"`
}

// baseName is the name of a file without its folder; empty for none.
func baseName(path string) string {
	if path == "" {
		return ""
	}
	return importer.FileName(path)
}
