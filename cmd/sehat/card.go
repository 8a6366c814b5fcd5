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
	"sehat/records/store"
)

func newCardCommand(a *app) *cobra.Command {
	return group("card", "Look at cards, verify them, and take down what becomes of them",
		`Card verifies a card without any network, shows what the register knows of one, takes
down what becomes of it, and lists the keys by which cards are verified. A card that its
holder lost is "lost": revoked, and a new number. A damaged one is "replaced": printed
again. A wrong one is "corrected": the next version.`,
		newCardVerifyCommand(a), newCardShowCommand(a), newCardListCommand(a), newCardHandoverCommand(a), newCardReturnedCommand(a),
		newCardLostCommand(a), newCardReplaceCommand(a), newCardCorrectCommand(a), newCardRevokeCommand(a), newCardEndCommand(a),
		newCardPhotoCommand(a), newCardStickersCommand(a), newCardSlipCommand(a), newCardKeysCommand(a))
}

func newCardShowCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "show NUMBER",
		Short: "Show a card's versions and what happened to it",
		Args:  usage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := parseNumber(args)
			if err != nil {
				return err
			}
			return runCardShow(cmd.Context(), a, n)
		},
	}
}

// parseNumber reads a card number typed as one word or in groups.
func parseNumber(args []string) (cards.Number, error) {
	text := ""
	for _, arg := range args {
		text += arg
	}
	n, err := cards.ParseNumber(text)
	if err != nil {
		return 0, usageError{err}
	}
	return n, nil
}

// A cardVersion is one version of a card as "card show" prints it.
type cardVersion struct {
	Number         string              `json:"number"`
	Version        int                 `json:"version"`
	Kind           string              `json:"kind"`
	State          string              `json:"state"`
	ResidentID     string              `json:"resident_id"`
	IssuedAt       string              `json:"issued_at"`
	ExpiresAt      string              `json:"expires_at,omitempty"`
	Credential     string              `json:"credential"`
	CredentialHash string              `json:"credential_hash"`
	Instead        string              `json:"instead,omitempty"` // of a number that ended: the one that the person has now
	Events         []records.CardEvent `json:"events"`
}

func runCardShow(ctx context.Context, a *app, n cards.Number) error {
	s, _, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	versions, err := s.Cards(ctx, n.String())
	if errors.Is(err, records.ErrNotFound) {
		return withHint(fmt.Errorf("card %s is not in the register", n.Printed()),
			"the number is well formed: it may have been issued by a laptop that was not synced yet")
	}
	if err != nil {
		return err
	}
	events, err := s.CardEvents(ctx, n.String())
	if err != nil {
		return err
	}
	instead, err := cardInstead(ctx, s, versions[0], a.now())
	if err != nil {
		return err
	}
	for i, c := range versions {
		v := cardVersion{
			Number: c.Number, Version: c.Version, Kind: c.Kind, State: c.StateAt(a.now()), ResidentID: c.ResidentID, IssuedAt: c.IssuedAt,
			ExpiresAt: c.ExpiresAt, Credential: c.Credential, CredentialHash: c.CredentialHash,
		}
		text := fmt.Sprintf("card %s, version %d: %s, %s", n.Printed(), v.Version, v.Kind, v.State)
		if i == 0 && instead != nil {
			v.Instead = instead.Number
			text += fmt.Sprintf("\n  the person's card now: %s, version %d, %s", instead.Printed(), instead.Version, stateWords(instead.StateAt(a.now())))
		}
		for _, e := range events {
			if e.Version == v.Version {
				v.Events = append(v.Events, e)
				text += fmt.Sprintf("\n  %s  %s%s by %s", e.At, strings.ReplaceAll(e.Event, "_", " "), eventWords(e), e.By)
				if e.Why != "" {
					text += ": " + e.Why
				}
			}
		}
		if err := a.result(v, "%s", text); err != nil {
			return err
		}
	}
	return nil
}

// eventWords says who took a card, where it was sent, and in which print batch it was.
func eventWords(e records.CardEvent) string {
	text := ""
	if e.To != "" || e.Relation != "" {
		text = " to " + strings.TrimSpace(e.Relation+" "+e.To)
	}
	if e.Batch != "" {
		text += " in print batch " + e.Batch
	}
	return text
}

// cardInstead returns the card that the holder of one that ended has now, or nil.
func cardInstead(ctx context.Context, s *store.Store, c records.Card, now time.Time) (*records.Card, error) {
	if !records.CardEnded(c.StateAt(now)) {
		return nil, nil
	}
	person, err := s.HoldersOf(ctx, c.ResidentID)
	if err != nil || len(person) == 0 {
		return nil, err
	}
	card := person[records.CanonicalRecord(person)].Card
	if card == nil || card.Number == c.Number {
		return nil, nil
	}
	return card, nil
}
