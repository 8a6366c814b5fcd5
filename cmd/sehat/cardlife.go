package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"sehat/cards"
	"sehat/records"
	"sehat/records/store"
)

func newCardLostCommand(a *app) *cobra.Command {
	var why string
	cmd := &cobra.Command{
		Use:   "lost NUMBER --why TEXT",
		Short: "Revoke a lost card for good and give its holder a new number",
		Long: `Lost ends a card and gives the person a new number, at once or not at all. The old
number goes into the signed revocation list; nothing brings it back. If the card is found
again, destroy it and take that down with "sehat card returned". The new card waits for
"sehat print". Every card after the twentieth that one operator ended alone within 24 hours
waits in "sehat pending" until a second person confirms it. Running it again changes nothing and shows the new card.

A card that is only damaged keeps its number: see "sehat card replace".`,
		Example: `  sehat card lost 23456 78901 23473 --why "left in a bus, told by telephone"`,
		Args:    usage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := parseNumber(args)
			if err != nil {
				return err
			}
			if strings.TrimSpace(why) == "" {
				return usageError{errors.New("say --why: it stands beside the card for good")}
			}
			return runCardLost(cmd.Context(), a, n, why)
		},
	}
	cmd.Flags().StringVar(&why, "why", "", "what happened, and who said so")
	return cmd
}

// A lifeReport is what came of a card's end, correction or reprint.
type lifeReport struct {
	records.Stead
	NewNumber  string `json:"new_number,omitempty"`  // of the card that the person has now
	NewVersion int    `json:"new_version,omitempty"` // and its version
	NewState   string `json:"new_state,omitempty"`
}

func lifeReportOf(s records.Stead) lifeReport {
	r := lifeReport{Stead: s}
	if s.Card != nil {
		r.NewNumber, r.NewVersion, r.NewState = s.Card.Number, s.Card.Version, s.Card.State
	}
	return r
}

// life is how cards end, and are given anew, in this home.
func (a *app) life(ctx context.Context, s *store.Store, h home) (records.Life, error) {
	issuer, err := a.issuer(ctx, s, h)
	if err != nil {
		return records.Life{}, err
	}
	l := records.Life{Store: s, Issuer: issuer, Revoker: records.Revoker{Store: s, List: records.NoList{}, By: issuer.By, Now: issuer.Now}}
	if h.Role == records.RoleCentre {
		l.Revoker.List = h.centre(a, s, issuer.Key, issuer.By)
		l.Revoker.Limited = a.decider != ""
	}
	return l, nil
}

func runCardLost(ctx context.Context, a *app, n cards.Number, why string) error {
	s, h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	life, err := a.life(ctx, s, h)
	if err != nil {
		return err
	}
	stead, err := life.Lost(ctx, n.String(), why)
	if errors.Is(err, records.ErrAlone) {
		a.say("%v: this one waits for a second person; the new number comes with the next \"sehat issue\" after that", records.ErrAlone)
		return a.proposeRevocation(ctx, s, life.Revoker, records.CardLost, []string{n.String()}, why)
	}
	if err != nil {
		return notInRegister(err, n)
	}
	if _, err := h.writeTrust(ctx, s); err != nil {
		return err
	}
	text := fmt.Sprintf("card %s is lost: it is revoked for good", n.Printed())
	if stead.Already {
		text = fmt.Sprintf("card %s had ended before: it is %s, for good", n.Printed(), stateWords(stead.State))
	}
	if err := a.result(lifeReportOf(stead), "%s%s", text, steadText(stead)); err != nil {
		return err
	}
	return steadHeld(stead)
}

// notInRegister says what an error about a number means.
func notInRegister(err error, n cards.Number) error {
	if !errors.Is(err, records.ErrNotFound) {
		return err
	}
	return withHint(fmt.Errorf("card %s is not in the register", n.Printed()),
		"the number is well formed: it may have been issued by a laptop that was not synced yet")
}

// steadText says which card the person has now.
func steadText(s records.Stead) string {
	switch {
	case s.New:
		return fmt.Sprintf("\nthe new card is %s, version %d: it waits for \"sehat print\"", s.Card.Printed(), s.Card.Version)
	case s.Card != nil:
		return fmt.Sprintf("\nthe person's card is %s, version %d: %s", s.Card.Printed(), s.Card.Version, stateWords(s.Card.State))
	case s.Held == records.HeldLeft:
		return "\nno new card: the holder died, moved away or withdrew"
	}
	return ""
}

// steadHeld is the error of a card that ended without another in its stead.
func steadHeld(s records.Stead) error {
	if s.Held == "" || s.Held == records.HeldLeft {
		return nil
	}
	return needsPerson{
		fmt.Sprintf("no new card yet: such residents %s", heldReasons[s.Held]),
		heldHint(records.IssueReport{HeldWhy: map[string]int{s.Held: 1}}) + "; the new number comes with it",
	}
}

// stateWords says a state of a card in a sentence.
func stateWords(state string) string {
	switch state {
	case records.CardIssued:
		return `issued, waits for "sehat print"`
	case records.CardHandedOver:
		return "handed over"
	case records.CardLost:
		return "lost and revoked"
	case records.CardHeld:
		return "held: two documents claim its number"
	}
	return state
}

func newCardCorrectCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "correct NUMBER",
		Short: "Give one corrected card its next version, under the same number",
		Long: `Correct signs a card anew where it prints something else than the register says of its
holder now: import the correction first. The number stays and the version grows; the old
version is replaced. "sehat issue --corrected" does so for everybody.`,
		Args: usage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := parseNumber(args)
			if err != nil {
				return err
			}
			return runCardCorrect(cmd.Context(), a, n)
		},
	}
}

func runCardCorrect(ctx context.Context, a *app, n cards.Number) error {
	s, h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	life, err := a.life(ctx, s, h)
	if err != nil {
		return err
	}
	stead, err := life.Correct(ctx, n.String())
	if errors.Is(err, records.ErrConflict) {
		return withHint(fmt.Errorf("card %s is not the one that the person has: it is %s", n.Printed(), stateWords(stead.State)),
			`"sehat card show %s" tells which card that is`, n.Printed())
	}
	if err != nil {
		return notInRegister(err, n)
	}
	text := fmt.Sprintf("card %s is corrected%s", n.Printed(), steadText(stead))
	switch {
	case stead.Already:
		text = fmt.Sprintf("card %s says what the register says: nothing to correct", n.Printed())
	case !stead.New:
		text = fmt.Sprintf("card %s is not corrected", n.Printed())
	}
	if err := a.result(lifeReportOf(stead), "%s", text); err != nil {
		return err
	}
	if stead.Held == records.HeldAtCentre {
		return needsPerson{"the centre knows this card: it is corrected there", heldHint(records.IssueReport{HeldWhy: map[string]int{stead.Held: 1}})}
	}
	return steadHeld(stead)
}
