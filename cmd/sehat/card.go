package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"sehat/cards"
	"sehat/records"
)

func newCardCommand(a *app) *cobra.Command {
	return group("card", "Look at cards and verify them",
		`Card verifies a card without any network, shows what the register knows of one, and
lists the keys by which cards are verified.`,
		newCardVerifyCommand(a), newCardShowCommand(a), newCardKeysCommand(a),
		newCardStickersCommand(a), newCardSlipCommand(a))
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
	for _, c := range versions {
		v := cardVersion{
			Number: c.Number, Version: c.Version, Kind: c.Kind, State: c.State, ResidentID: c.ResidentID, IssuedAt: c.IssuedAt,
			ExpiresAt: c.ExpiresAt, Credential: c.Credential, CredentialHash: c.CredentialHash,
		}
		text := fmt.Sprintf("card %s, version %d: %s, %s", n.Printed(), v.Version, v.Kind, v.State)
		for _, e := range events {
			if e.Version == v.Version {
				v.Events = append(v.Events, e)
				text += fmt.Sprintf("\n  %s  %s by %s", e.At, e.Event, e.By)
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

func newCardKeysCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "keys",
		Short: "List the keys by which cards are verified",
		Long: `Keys prints the key list that this home believes: who may sign cards, since when and
until when. The file trust.json in the home is what another verifier needs; give it
to them, and read the root's fingerprint aloud.`,
		Args: usage(cobra.NoArgs),
		RunE: func(_ *cobra.Command, _ []string) error { return runCardKeys(a) },
	}
}

// A keyLine is one key as "card keys" prints it.
type keyLine struct {
	ID          cards.KeyID     `json:"kid"`
	Kind        cards.KeyKind   `json:"kind"`
	PublicKey   string          `json:"public_key"` // base64
	Fingerprint string          `json:"fingerprint"`
	DeviceID    string          `json:"device_id,omitempty"`
	ValidFrom   string          `json:"valid_from"`
	ValidTo     string          `json:"valid_to,omitempty"`
	Status      cards.KeyStatus `json:"status"`
}

func runCardKeys(a *app) error {
	trust, err := a.pinnedTrust()
	if err != nil {
		return err
	}
	for _, k := range trust.Keys.Keys {
		line := keyLine{
			ID: k.ID, Kind: k.Kind, PublicKey: base64.StdEncoding.EncodeToString(k.PublicKey), Fingerprint: cards.Fingerprint(k.PublicKey),
			DeviceID: k.DeviceID, ValidFrom: k.ValidFrom.UTC().Format(time.RFC3339), Status: k.Status,
		}
		until := "no end"
		if !k.ValidTo.IsZero() {
			line.ValidTo = k.ValidTo.UTC().Format(time.RFC3339)
			until = "until " + line.ValidTo
		}
		if err := a.result(line, "%s  %-6s  %-7s  from %s, %s\n  %s", k.ID, k.Kind, k.Status, line.ValidFrom, until, line.Fingerprint); err != nil {
			return err
		}
	}
	return nil
}
