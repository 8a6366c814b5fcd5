package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"sehat/records"
)

func newImportHistoryCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "history KEY",
		Short: "Tell which import brought a household or a resident, and what later ones changed",
		Long: `History tells, for a household, its visits and its residents, which import brought each,
and which answers a later import changed: when, by whom, from which file, from what to
what. KEY is the household's own number on the form (H17), a member of it (H17/2), or
the id of a resident or a household.`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return runImportHistory(cmd.Context(), a, args[0]) },
	}
}

func runImportHistory(ctx context.Context, a *app, key string) error {
	s, _, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	list, err := s.Histories(ctx, key)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return withHint(fmt.Errorf("no household or resident is known as %s", key), `write the household's number as on its form, "NUMBER/LINE" for a member, or an id`)
	}
	for _, row := range list {
		if err := a.result(row, "%s", historyText(row)); err != nil {
			return err
		}
	}
	return nil
}

// historyText is the story of one row, oldest first.
func historyText(row records.RowHistory) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", row.Noun, row.Key)
	if row.Name != "" {
		fmt.Fprintf(&b, ", %s", row.Name)
	}
	if row.State != "" {
		fmt.Fprintf(&b, " (%s)", row.State)
	}
	if len(row.Revisions) == 0 || !row.Revisions[0].New {
		b.WriteString("\n  came by sync, or by an import of before histories were kept")
	}
	for _, r := range row.Revisions {
		fmt.Fprintf(&b, "\n  %s  %s, by %s: ", minuteText(r.At), r.File, r.By)
		if r.New {
			b.WriteString("new")
		}
		for i, c := range r.Changes {
			if i > 0 {
				b.WriteString("; ")
			}
			fmt.Fprintf(&b, "%s %s → %s", c.Field, orNothing(c.From), orNothing(c.To))
		}
		if r.UndoneAt != "" {
			fmt.Fprintf(&b, "  (taken back %s by %s)", dayText(r.UndoneAt), r.UndoneBy)
		}
	}
	return b.String()
}

func orNothing(s string) string {
	if s == "" {
		return "(nothing)"
	}
	return s
}
