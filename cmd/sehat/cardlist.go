package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sehat/records"
	"sehat/records/store"
)

type cardListOptions struct {
	records.CardFilter
	out   string
	names bool
}

func newCardListCommand(a *app) *cobra.Command {
	var opts cardListOptions
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List cards as CSV: by state, ward, and since when",
		Long: `List writes one line for each number, as its latest version stands: kind, state, ward,
since when it is so, and for a card that ended the number that the person has now. There
are no names in it unless --names asks for them.`,
		Example: `  sehat card list --state lost --since 2026-10-01
  sehat card list --retired --out retired.csv`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if opts.State != "" && !slices.Contains(records.CardStates(), opts.State) {
				return usageError{fmt.Errorf("--state %s: there are %s", opts.State, strings.Join(records.CardStates(), ", "))}
			}
			if opts.Since != "" {
				if _, err := time.Parse(time.DateOnly, opts.Since); err != nil {
					return usageError{errors.New("--since is a day, written 2026-10-01")}
				}
			}
			return runCardList(cmd.Context(), a, opts)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.State, "state", "", "only this state: "+strings.Join(records.CardStates(), ", "))
	flags.StringVar(&opts.Ward, "ward", "", "only this ward")
	flags.StringVar(&opts.Since, "since", "", "only what happened on this day or later, YYYY-MM-DD")
	flags.BoolVar(&opts.Retired, "retired", false, "only cards that ended for good: lost, revoked, replaced")
	flags.BoolVar(&opts.names, "names", false, "with the holders' names")
	flags.StringVar(&opts.out, "out", "", "write to this file instead of standard output")
	return cmd
}

func runCardList(ctx context.Context, a *app, opts cardListOptions) error {
	s, _, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	opts.Now = records.Stamp(a.now())
	if opts.out == "" {
		_, err := writeCardList(ctx, a, s, opts, a.stdout)
		return err
	}
	n := 0
	err = writeStream(opts.out, func(w io.Writer) (err error) {
		n, err = writeCardList(ctx, a, s, opts, w)
		return err
	})
	if err == nil {
		a.say("%s in %s", count(n, "card"), opts.out)
	}
	return err
}

// writeCardList writes the list, as CSV or with --json an object a line, and counts the cards.
func writeCardList(ctx context.Context, a *app, s *store.Store, opts cardListOptions, w io.Writer) (int, error) {
	n := 0
	if a.json {
		to := *a
		to.stdout = w
		for c, err := range s.CardList(ctx, opts.CardFilter) {
			if err != nil {
				return n, fmt.Errorf("listing cards: %w", err)
			}
			if !opts.names {
				c.Name, c.NameSecond = "", ""
			}
			if err := to.result(c, ""); err != nil {
				return n, err
			}
			n++
		}
		return n, nil
	}
	out := csv.NewWriter(w)
	head := []string{"number", "version", "kind", "state", "ward", "since", "instead", "issued_at", "expires_at", "resident_id"}
	if opts.names {
		head = append(head, "name", "name_second")
	}
	if err := out.Write(head); err != nil {
		return n, err
	}
	for c, err := range s.CardList(ctx, opts.CardFilter) {
		if err != nil {
			return n, fmt.Errorf("listing cards: %w", err)
		}
		row := []string{c.Number, strconv.Itoa(c.Version), c.Kind, c.State, c.Ward, c.Since, c.Instead, c.IssuedAt, c.ExpiresAt, c.ResidentID}
		if opts.names {
			row = append(row, cellText(c.Name), cellText(c.NameSecond))
		}
		if err := out.Write(row); err != nil {
			return n, err
		}
		n++
	}
	out.Flush()
	return n, out.Error()
}
