package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sehat/cards"
	"sehat/records"
)

type cardEndOptions struct {
	why  string
	note string
	undo bool
}

func newCardEndCommand(a *app) *cobra.Command {
	var opts cardEndOptions
	cmd := &cobra.Command{
		Use:   "end NUMBER --why died|moved|withdrawn",
		Short: "End the card of somebody who died, moved away or withdrew consent",
		Long: `End revokes every card of the person and keeps the person's records in that state: they
are given no card any more, and no import brings them back. Of somebody who withdrew
consent, hospitals are told nothing. With --undo somebody who died or moved away by mistake
is back; the old card stays revoked, and "sehat issue" gives a new number.`,
		Args: usage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := parseNumber(args)
			if err != nil {
				return err
			}
			if opts.undo == (opts.why != "") || !opts.undo && !slices.Contains(records.ResidentEnds(), opts.why) {
				return usageError{fmt.Errorf("say --why (%s), or --undo", strings.Join(records.ResidentEnds(), ", "))}
			}
			return runCardEnd(cmd.Context(), a, n, opts)
		},
	}
	cmd.Flags().StringVar(&opts.why, "why", "", strings.Join(records.ResidentEnds(), ", "))
	cmd.Flags().StringVar(&opts.note, "note", "", "who said so, and what paper was shown")
	cmd.Flags().BoolVar(&opts.undo, "undo", false, "it was a mistake: the person is here")
	return cmd
}

func runCardEnd(ctx context.Context, a *app, n cards.Number, opts cardEndOptions) error {
	s, h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := h.mustBe(records.RoleCentre); err != nil {
		return err
	}
	life, err := a.life(ctx, s, h)
	if err != nil {
		return err
	}
	var stead records.Stead
	if opts.undo {
		stead, err = life.Back(ctx, n.String())
		if errors.Is(err, records.ErrConflict) {
			return errors.New("who withdrew consent is brought back by nobody: ask for consent at the next survey")
		}
	} else {
		stead, err = life.End(ctx, n.String(), records.Ending{State: opts.why, Note: opts.note})
	}
	if errors.Is(err, records.ErrAlone) {
		return withHint(records.ErrAlone, "nothing was changed: another operator goes on, or the same one tomorrow")
	}
	if errors.Is(err, records.ErrNotFound) {
		return notInRegister(err, n)
	}
	if err != nil {
		return err
	}
	if _, err := h.writeTrust(ctx, s); err != nil {
		return err
	}
	return a.result(lifeReportOf(stead), "%s", endText(stead, n, opts))
}

func endText(s records.Stead, n cards.Number, opts cardEndOptions) string {
	switch {
	case opts.undo && s.Already:
		return fmt.Sprintf("the holder of card %s is in the register: nothing to take back", n.Printed())
	case opts.undo:
		return fmt.Sprintf("the holder of card %s is back in the register; the card stays %s\nrun \"sehat dedupe\" and \"sehat issue\": they give a new number", n.Printed(), stateWords(s.State))
	case s.Already:
		return fmt.Sprintf("card %s had ended before: it is %s, and its holder gets no other", n.Printed(), stateWords(s.State))
	}
	return fmt.Sprintf("card %s is %s for good; its holder gets no other", n.Printed(), stateWords(s.State))
}
