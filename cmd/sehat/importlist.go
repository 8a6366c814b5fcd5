package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"sehat/records"
)

func newImportListCommand(a *app) *cobra.Command {
	all := false
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the imports: file, when, by whom, and what became of the rows",
		Long: `List tells the imports of this home, the latest first. "Still held back" counts the rows
that nobody corrected since. An import is named by the first letters of its id, as in
"sehat import --undo 3f2a".`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return runImportList(cmd.Context(), a, all) },
	}
	cmd.Flags().BoolVar(&all, "all", false, "the early ones, too")
	return cmd
}

// listedImports is how many imports are listed unless all are asked for.
const listedImports = 20

func runImportList(ctx context.Context, a *app, all bool) error {
	s, _, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	list, err := s.Imports(ctx)
	if err != nil {
		return err
	}
	if len(list) == 0 && !a.json {
		return a.result(nil, "nothing was imported yet")
	}
	earlier := 0
	if !all && len(list) > listedImports {
		list, earlier = list[:listedImports], len(list)-listedImports
	}
	table := newTable(a.stdout)
	whole := map[string]bool{} // files that a later import has read to their end
	for _, e := range list {
		if a.json {
			if err := a.result(e, ""); err != nil {
				return err
			}
			continue
		}
		table.row(shortID(e.ID), minuteText(e.StartedAt), e.File, "by "+e.By, outcomeText(e.ImportCounts), importState(e, whole[e.File]))
		whole[e.File] = whole[e.File] || e.FinishedAt != "" && e.UndoneAt == ""
	}
	table.flush()
	if earlier > 0 {
		a.say("and %s: --all lists them, too", count(earlier, "earlier import"))
	}
	return nil
}

// outcomeText says what became of the rows, leaving out what became of none.
func outcomeText(c records.ImportCounts) string {
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{{c.New, "new"}, {c.Updated, "updated"}, {c.Unchanged, "unchanged"}, {c.Quarantined, "held back"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	if len(parts) == 0 {
		return "no rows"
	}
	return count(c.RowsRead, "row") + ": " + strings.Join(parts, ", ")
}

func importState(e records.ImportEntry, whole bool) string {
	switch {
	case e.UndoneAt != "":
		return "taken back " + dayText(e.UndoneAt) + " by " + e.UndoneBy
	case e.FinishedAt == "" && whole:
		return "cut off; read to its end since"
	case e.FinishedAt == "":
		return "cut off: import the file again"
	case e.StillHeld > 0:
		return fmt.Sprintf("%d still held back", e.StillHeld)
	}
	return ""
}

// shortID is as much of an id as a person types.
func shortID(id string) string { return id[:min(len(id), 8)] }

// minuteText is a stamp as a person reads it, to the minute.
func minuteText(stamp string) string {
	t, err := records.ParseStamp(stamp)
	if err != nil {
		return stamp
	}
	return t.Local().Format("2 Jan 2006 15:04")
}
