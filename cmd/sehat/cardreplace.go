package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sehat/cards"
	"sehat/records"
)

func newCardReplaceCommand(a *app) *cobra.Command {
	var why string
	cmd := &cobra.Command{
		Use:   "replace NUMBER --why TEXT",
		Short: "Print a damaged card again, under the same number",
		Long: `Replace takes a damaged card back and lets it wait for "sehat print" again: the same
number, the same version, the same QR. Its holder brought it, so nobody else has it, and
hospitals need not learn of anything. Destroy the old card.

A card that the holder no longer has is lost ("sehat card lost"): its number ends. One that
prints something wrong is corrected ("sehat card correct"): its version grows.`,
		Example: `  sehat card replace 23456 78901 23473 --why "broken in two"`,
		Args:    usage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := parseNumber(args)
			if err != nil {
				return err
			}
			if strings.TrimSpace(why) == "" {
				return usageError{errors.New("say --why: damaged, and how")}
			}
			return runCardReplace(cmd.Context(), a, n, why)
		},
	}
	cmd.Flags().StringVar(&why, "why", "", "what is wrong with the card")
	return cmd
}

func runCardReplace(ctx context.Context, a *app, n cards.Number, why string) error {
	s, h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	by, err := a.by(ctx, s)
	if err != nil {
		return err
	}
	versions, err := s.Cards(ctx, n.String())
	if err != nil {
		return notInRegister(err, n)
	}
	card := versions[0]
	stead := records.Stead{Number: card.Number, State: card.StateAt(a.now()), Card: &card}
	switch state := stead.State; {
	case records.CardEnded(state):
		return withHint(fmt.Errorf("card %s is %s: it is not printed again", n.Printed(), stateWords(state)),
			`"sehat card show %s" tells which card the person has now`, n.Printed())
	case card.Origin != h.Device:
		return withHint(fmt.Errorf("card %s was issued by another home, and is printed there", n.Printed()),
			"run this there, or let the centre make it permanent first: sehat issue")
	case state == records.CardIssued || state == records.CardSpoiled:
		stead.Already = true
		return a.result(lifeReportOf(stead), "card %s waits for \"sehat print\" already", n.Printed())
	}
	out, err := records.ApplyPrintEvents(ctx, s, damaged(card, why, by, a.now()))
	if err != nil {
		return err
	}
	for _, answer := range out.Answers {
		if answer.How.Refused() {
			return fmt.Errorf("card %s: %s", n.Printed(), answer.Why)
		}
	}
	stead.State, stead.New = records.CardSpoiled, true
	return a.result(lifeReportOf(stead), "card %s, version %d, waits for \"sehat print\" again: the same number, the same QR\ndestroy the damaged card", n.Printed(), card.Version)
}

// damaged is what happens to a card whose holder brings it because it is damaged: it comes back, and is spoiled.
func damaged(c records.Card, why, by string, now time.Time) []records.PrintEvent {
	var events []records.PrintEvent
	if c.State == records.CardHandedOver || c.State == records.CardActive {
		events = append(events, records.PrintEvent{
			Number: c.Number, Version: c.Version, Event: records.CardReturned, Why: why, By: by, At: records.Stamp(now.Add(-time.Millisecond)),
		})
	}
	return append(events, records.PrintEvent{
		Number: c.Number, Version: c.Version, Event: records.CardSpoiled, Why: why, By: by, At: records.Stamp(now),
	})
}
