package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"sehat/records"
	"sehat/records/access"
	"sehat/records/store"
)

func newFacilityCommand(a *app) *cobra.Command {
	return group("facility", "Hospitals that may ask the register, and their keys",
		`Facility adds hospitals and clinics and gives them keys. A hospital's system sends its key
with each request to "sehat serve"; a person at a desk types it once a shift.`,
		newFacilityAddCommand(a), newFacilityListCommand(a), newFacilityKeyCommand(a))
}

func newFacilityAddCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "add NAME",
		Short: "Add a hospital or clinic",
		Long:  `Add adds a facility. One that is there under that name already stays as it is.`,
		Args:  usage(cobra.ExactArgs(1)),
		RunE:  func(cmd *cobra.Command, args []string) error { return runFacilityAdd(cmd.Context(), a, args[0]) },
	}
}

func newFacilityListCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the facilities and their keys",
		Long:  `List shows every facility and the public part of each of its keys, revoked ones too.`,
		Args:  usage(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return runFacilityList(cmd.Context(), a) },
	}
}

func newFacilityKeyCommand(a *app) *cobra.Command {
	scopes := access.DefaultScopes().String()
	cmd := &cobra.Command{
		Use:   "key FACILITY",
		Short: "Give a facility a new key",
		Long: `Key makes a new key for a facility, named as it was added or by its id, and shows it. It is
shown this once and cannot be shown again: only its hash is kept. A facility may have several
keys, one for each of its systems and desks; revoke one with "sehat facility key revoke KEY".

--scopes says what the key may do:
  patient      ask over FHIR who holds a card
  desk         open the desk page
  contact      be told address and phone, too
  identifiers  be told voter card and ABHA number, too`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runFacilityKey(cmd.Context(), a, args[0], scopes)
		},
	}
	cmd.Flags().StringVar(&scopes, "scopes", scopes, "what the key may do, with commas or spaces between")
	cmd.AddCommand(&cobra.Command{
		Use:   "revoke KEY",
		Short: "End a key, and every session opened with it",
		Long: `Revoke ends a key at once, named by the letters between sehat_ and the next _ as "sehat
facility list" shows them. It cannot be undone; give the facility a new key instead.`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return runFacilityKeyRevoke(cmd.Context(), a, args[0]) },
	})
	return cmd
}

// facilityReport is a facility as the commands show it.
type facilityReport struct {
	ID        string      `json:"facility"`
	Name      string      `json:"name"`
	CreatedAt string      `json:"created_at"`
	By        string      `json:"by"`
	Already   bool        `json:"already,omitempty"` // it was there before
	Keys      []keyReport `json:"keys,omitempty"`
}

// keyReport is a key as the commands show it. Key is all of it, and set only when it was just made.
type keyReport struct {
	Facility  string `json:"facility,omitempty"`
	Name      string `json:"name,omitempty"`
	ID        string `json:"key_id"`
	Key       string `json:"key,omitempty"`
	Scopes    string `json:"scopes"`
	CreatedAt string `json:"created_at"`
	By        string `json:"by"`
	RevokedAt string `json:"revoked_at,omitempty"`
	RevokedBy string `json:"revoked_by,omitempty"`
}

func keyReportOf(k records.FacilityKey) keyReport {
	return keyReport{ID: k.ID, Scopes: k.Scopes, CreatedAt: k.CreatedAt, By: k.By, RevokedAt: k.RevokedAt, RevokedBy: k.RevokedBy}
}

func runFacilityAdd(ctx context.Context, a *app, name string) error {
	name = strings.Join(strings.Fields(name), " ")
	if name == "" {
		return usageError{errors.New("a facility has a name")}
	}
	s, _, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	by, err := a.by(ctx, s)
	if err != nil {
		return err
	}
	f, err := s.AddFacility(ctx, records.Facility{ID: records.NewID(), Name: name, CreatedAt: records.Stamp(a.now()), By: by})
	already := errors.Is(err, records.ErrExists)
	if err != nil && !already {
		return err
	}
	text := "added %s, %s"
	if already {
		text = "%s is there already, as %s: nothing to do"
	}
	return a.result(facilityReport{ID: f.ID, Name: f.Name, CreatedAt: f.CreatedAt, By: f.By, Already: already}, text, f.Name, f.ID)
}

func runFacilityList(ctx context.Context, a *app) error {
	s, _, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	facilities, err := s.Facilities(ctx)
	if err != nil {
		return err
	}
	keys, err := s.FacilityKeys(ctx)
	if err != nil {
		return err
	}
	if len(facilities) == 0 {
		a.say(`no facility yet: "sehat facility add NAME" adds one`)
	}
	for _, f := range facilities {
		report := facilityReport{ID: f.ID, Name: f.Name, CreatedAt: f.CreatedAt, By: f.By}
		for _, k := range keys {
			if k.FacilityID == f.ID {
				report.Keys = append(report.Keys, keyReportOf(k))
			}
		}
		if err := a.showFacility(report); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) showFacility(f facilityReport) error {
	if err := a.result(f, "%s  %s", f.ID, f.Name); err != nil || a.json {
		return err
	}
	t := newTable(a.stdout)
	for _, k := range f.Keys {
		state := "good"
		if k.RevokedAt != "" {
			state = "revoked " + k.RevokedAt[:10] + " by " + k.RevokedBy
		}
		t.row("  key "+k.ID, k.Scopes, "since "+k.CreatedAt[:10], state)
	}
	t.flush()
	return nil
}

func runFacilityKey(ctx context.Context, a *app, facility, wanted string) error {
	scopes, err := access.ParseScopes(wanted)
	if err != nil {
		return usageError{err}
	}
	s, _, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	f, err := findFacility(ctx, s, facility)
	if err != nil {
		return err
	}
	by, err := a.by(ctx, s)
	if err != nil {
		return err
	}
	text, k, err := access.NewKey(a.random)
	if err != nil {
		return err
	}
	k.FacilityID, k.Scopes, k.CreatedAt, k.By = f.ID, scopes.String(), records.Stamp(a.now()), by
	if err := s.AddFacilityKey(ctx, k); err != nil {
		return err
	}
	report := keyReportOf(k)
	report.Facility, report.Name, report.Key = f.ID, f.Name, text
	a.say("a new key for %s (%s); it is shown this once only", f.Name, k.Scopes)
	return a.result(report, "%s", text)
}

// findFacility finds a facility by its name, in any case, or its id.
func findFacility(ctx context.Context, s *store.Store, called string) (records.Facility, error) {
	all, err := s.Facilities(ctx)
	if err != nil {
		return records.Facility{}, err
	}
	for _, f := range all {
		if f.ID == called || strings.EqualFold(f.Name, strings.Join(strings.Fields(called), " ")) {
			return f, nil
		}
	}
	return records.Facility{}, withHint(fmt.Errorf("facility %q: %w", called, records.ErrNotFound), `"sehat facility list" shows those there are, "sehat facility add NAME" adds one`)
}

func runFacilityKeyRevoke(ctx context.Context, a *app, id string) error {
	s, _, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	by, err := a.by(ctx, s)
	if err != nil {
		return err
	}
	k, err := s.RevokeFacilityKey(ctx, id, by, records.Stamp(a.now()))
	if errors.Is(err, records.ErrNotFound) {
		return withHint(fmt.Errorf("key %q: %w", id, records.ErrNotFound), `name the key by its short id: "sehat facility list" shows it`)
	}
	if err != nil {
		return err
	}
	report := keyReportOf(k)
	report.Facility, report.Name = k.FacilityID, k.Facility
	return a.result(report, "key %s of %s is revoked since %s", k.ID, k.Facility, k.RevokedAt)
}
