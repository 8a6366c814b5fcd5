package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
)

func newReviewExportCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "export FILE.xlsx",
		Short: "Write the pairs that wait as a workbook to fill",
		Long: `Export writes every pair that waits for a decision into a workbook: two rows a pair, one for
each record, with the household around it. Choose same or different in the column Decision,
or leave it empty; sort and filter as you like; then "sehat review import FILE.xlsx". The
workbook holds personal data: keep it as you keep the register.`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return runReviewExport(cmd.Context(), a, args[0]) },
	}
}

// An exportResult is what "review export" reports.
type exportResult struct {
	File  string `json:"file"`
	Pairs int    `json:"pairs"`
}

func runReviewExport(ctx context.Context, a *app, path string) error {
	s, h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		if err != nil {
			return fmt.Errorf("writing %s: %w", path, err)
		}
		return withHint(fmt.Errorf("%s is there already and may hold decisions", path), "import it first, or name another file")
	}
	pairs, err := waitingPairs(ctx, s, "")
	if err != nil {
		return err
	}
	if len(pairs) == 0 {
		return a.result(exportResult{}, "no pair waits for a decision; nothing was written")
	}
	book, err := newReviewBook(h.path("tmp"))
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	defer book.Close()
	pace := a.pace("pair", len(pairs))
	defer pace.end()
	for i, id := range pairs {
		m, err := s.Match(ctx, id[0], id[1])
		if err != nil {
			return err
		}
		p, err := pairOf(ctx, s, m)
		if err != nil {
			return err
		}
		if err := book.pair(i+1, p); err != nil {
			return fmt.Errorf("writing %s: %w", path, err)
		}
		pace.at(i+1, 0)
	}
	pace.end()
	if err := book.finish(len(pairs), h.Name, a.now()); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := writeStream(path, func(w io.Writer) error { _, err := book.f.WriteTo(w); return err }); err != nil {
		return err
	}
	return a.result(exportResult{path, len(pairs)}, "%s in %s: fill the column Decision, then \"sehat review import %s\"", count(len(pairs), "pair"), path, path)
}
