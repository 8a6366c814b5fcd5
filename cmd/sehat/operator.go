package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"sehat/records"
	"sehat/records/access"
	"sehat/records/store"
)

func newOperatorCommand(a *app) *cobra.Command {
	return group("operator", "The people who decide here, each with a PIN",
		`Operator names the people who decide in this home. As soon as there is one, every command
that decides something asks who it is: --as NAME (or $SEHAT_OPERATOR), and the PIN, typed
at the terminal, or from --pin-file or $SEHAT_PIN. The name goes on every event. Where two
people are needed, the second must be another operator: have at least two.

  decide            review, issue, print, card revoke, pending, facility, sync enrol --approve,
                    sync lease, sync resolve
  ask for nobody    import, dedupe, sync push, pull and apply, serve, and all that only look

At a centre, adding, removing and giving a new PIN takes the passphrase of the root key,
so that nobody can make a second self to confirm their own proposals; on a laptop another
operator does it. Operators are a home's own: they do not travel, and the centre knows what a
laptop's operator decided by the name and the laptop.

While a home has no operators, whoever can open it decides, under the login name or
whatever --as says.`,
		newOperatorAddCommand(a), newOperatorListCommand(a), newOperatorPINCommand(a), newOperatorRemoveCommand(a))
}

// operatorOptions are where the secrets of an operator command come from.
type operatorOptions struct {
	newPINFile     string
	passphraseFile string
}

func (o *operatorOptions) flags(cmd *cobra.Command) {
	o.passphrase(cmd)
	cmd.Flags().StringVar(&o.newPINFile, "new-pin-file", "", "file whose first line is the new PIN ($SEHAT_NEW_PIN, or asked for twice at the terminal)")
}

func (o *operatorOptions) passphrase(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.passphraseFile, "passphrase-file", "", "at a centre: file whose first line is the passphrase of the root key")
}

func newOperatorAddCommand(a *app) *cobra.Command {
	var opts operatorOptions
	cmd := &cobra.Command{
		Use:   "add NAME",
		Short: "Add somebody who decides here",
		Long: `Add makes an operator, who types the PIN that only they know: at least 6 digits or letters,
not one that anybody would try first. Names are unique, whatever the letter case, and stay
with the person: somebody else needs another, as "Asha V." beside "Asha".

At a centre it takes the passphrase of the root key. On a laptop the first is added freely, and
every other by one who is there (--as). Where nobody else is named to decide, the new PIN may
also come from --pin-file or $SEHAT_PIN.`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runOperatorAdd(cmd.Context(), a, args[0], opts)
		},
	}
	opts.flags(cmd)
	return cmd
}

func newOperatorListCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List who decides here, and who did",
		Args:  usage(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return runOperatorList(cmd.Context(), a) },
	}
}

func newOperatorPINCommand(a *app) *cobra.Command {
	var opts operatorOptions
	cmd := &cobra.Command{
		Use:   "pin NAME",
		Short: "Change your PIN, or give somebody who forgot theirs a new one",
		Long: `Pin changes a PIN. With --as NAME, naming yourself, it asks for the old one. For somebody
who forgot theirs it takes, at a centre, the passphrase of the root key, and on a laptop
another operator (--as). It also ends a wait after wrong PINs.`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runOperatorPIN(cmd.Context(), a, args[0], opts)
		},
	}
	opts.flags(cmd)
	return cmd
}

func newOperatorRemoveCommand(a *app) *cobra.Command {
	var opts operatorOptions
	cmd := &cobra.Command{
		Use:   "remove NAME",
		Short: "End that somebody decides here",
		Long: `Remove ends an operator: from now on the PIN decides nothing. What they decided stays, under
their name, which nobody else is given. The last operator cannot be removed: add another first.
It takes what adding takes.`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runOperatorRemove(cmd.Context(), a, args[0], opts)
		},
	}
	opts.passphrase(cmd)
	return cmd
}

// An operatorReport is an operator as the commands show one.
type operatorReport struct {
	Name      string `json:"name"`
	State     string `json:"state"` // decides, waits (after wrong PINs) or retired
	AddedBy   string `json:"added_by"`
	AddedAt   string `json:"added_at"`
	PINBy     string `json:"pin_by"` // who set the PIN
	PINAt     string `json:"pin_at"`
	WaitUntil string `json:"wait_until,omitempty"`
	RetiredBy string `json:"retired_by,omitempty"`
	RetiredAt string `json:"retired_at,omitempty"`
	Already   bool   `json:"already,omitempty"` // it was so before
}

func (a *app) operatorReport(o records.Operator) operatorReport {
	r := operatorReport{
		Name: o.Name, State: "decides", AddedBy: o.AddedBy, AddedAt: o.AddedAt, PINBy: o.PINBy, PINAt: o.PINAt,
		RetiredBy: o.RetiredBy, RetiredAt: o.RetiredAt,
	}
	switch {
	case o.RetiredAt != "":
		r.State = "retired"
	case o.WaitUntil > records.Stamp(a.now()):
		r.State, r.WaitUntil = "waits", o.WaitUntil
	}
	return r
}

func runOperatorAdd(ctx context.Context, a *app, name string, opts operatorOptions) error {
	name, err := access.OperatorName(name)
	if err != nil {
		return usageError{err}
	}
	s, h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	all, err := s.Operators(ctx)
	if err != nil {
		return err
	}
	if o, ok := operatorNamed(all, name); ok {
		return a.operatorThere(o)
	}
	by := login()
	if h.Role == records.RoleCentre || len(all) > 0 {
		if by, err = a.appoints(ctx, s, h, opts); err != nil {
			return err
		}
	}
	o := records.Operator{Name: name, AddedBy: by, AddedAt: records.Stamp(a.now()), PINBy: by, PINAt: records.Stamp(a.now())}
	if o.PINHash, err = a.newPIN(name, opts); err != nil {
		return err
	}
	if o, err = s.AddOperator(ctx, o); errors.Is(err, records.ErrExists) {
		return a.operatorThere(o)
	}
	if err != nil {
		return err
	}
	if len(all) == 0 {
		a.say("from now on whoever decides here says so: --as NAME, and the PIN")
	}
	return a.result(a.operatorReport(o), "%s decides here now", o.Name)
}

// operatorThere tells that a name is taken: by somebody who decides here, which is fine, or by somebody who did.
func (a *app) operatorThere(o records.Operator) error {
	if o.RetiredAt != "" {
		return withHint(fmt.Errorf("%s decided here until %s: the name stays with that person: %w", o.Name, o.RetiredAt[:10], records.ErrExists),
			"add them under a fuller name")
	}
	r := a.operatorReport(o)
	r.Already = true
	return a.result(r, "%s decides here already, with the PIN as it was: nothing to do", o.Name)
}

func operatorNamed(all []records.Operator, name string) (records.Operator, bool) {
	for _, o := range all {
		if records.SameOperator(o.Name, name) {
			return o, true
		}
	}
	return records.Operator{}, false
}

// appoints returns who says who decides: at a centre whoever has the passphrase of the root key, on a laptop an operator.
func (a *app) appoints(ctx context.Context, s *store.Store, h home, opts operatorOptions) (string, error) {
	if h.Role != records.RoleCentre {
		return a.by(ctx, s)
	}
	passphrase, err := a.passphrase(opts.passphraseFile, false)
	if err != nil {
		return "", err
	}
	if _, err := h.rootKey(passphrase); err != nil {
		return "", err
	}
	return "administrator " + login(), nil
}

// newPIN gets a new PIN for somebody and returns its hash.
func (a *app) newPIN(name string, opts operatorOptions) (string, error) {
	s := secret{what: "new PIN for " + name, file: "--new-pin-file", env: "SEHAT_NEW_PIN"}
	file := opts.newPINFile
	others := a.named() != "" && !records.SameOperator(a.named(), name) // then --pin-file and $SEHAT_PIN are somebody else's
	if a.decider == "" && !others && file == "" && a.getenv(s.env) == "" {
		s.file, s.env, file = "--pin-file", "SEHAT_PIN", a.pinFile
	}
	pin, err := a.secret(s, file, true)
	if err != nil {
		return "", err
	}
	if err := access.GoodPIN(pin, name); err != nil {
		return "", withHint(err, "choose six digits or more, or letters, that are no row of keys and no date or name of yours")
	}
	return access.HashPIN(a.random, pin)
}

func runOperatorList(ctx context.Context, a *app) error {
	s, _, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	all, err := s.Operators(ctx)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		a.say(`no operators: whoever can open this home decides; "sehat operator add NAME" adds one`)
	}
	table := newTable(a.stdout)
	for _, o := range all {
		r := a.operatorReport(o)
		if a.json {
			if err := a.result(r, ""); err != nil {
				return err
			}
			continue
		}
		state := r.State
		switch {
		case r.RetiredAt != "":
			state = "retired " + r.RetiredAt[:10] + " by " + r.RetiredBy
		case r.WaitUntil != "":
			state = "waits until " + r.WaitUntil[11:19] + " UTC, after wrong PINs"
		}
		table.row(r.Name, "added "+r.AddedAt[:10]+" by "+r.AddedBy, "PIN of "+r.PINAt[:10]+" by "+r.PINBy, state)
	}
	table.flush()
	return nil
}

func runOperatorPIN(ctx context.Context, a *app, name string, opts operatorOptions) error {
	s, h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	all, err := s.Operators(ctx)
	if err != nil {
		return err
	}
	o, err := a.mustDecide(all, name)
	if err != nil {
		return err
	}
	by := ""
	if records.SameOperator(a.named(), o.Name) {
		by, err = a.by(ctx, s)
	} else {
		by, err = a.appoints(ctx, s, h, opts)
	}
	if err != nil {
		return err
	}
	hash, err := a.newPIN(o.Name, opts)
	if err != nil {
		return err
	}
	err = s.ChangeOperator(ctx, o.Name, func(of *records.Operator) error {
		if of.RetiredAt != "" {
			return fmt.Errorf("%s %w", of.Name, access.ErrRetired)
		}
		of.PINHash, of.PINBy, of.PINAt, of.Wrong, of.WaitUntil = hash, by, records.Stamp(a.now()), 0, ""
		o = *of
		return nil
	})
	if err != nil {
		return err
	}
	return a.result(a.operatorReport(o), "%s has a new PIN", o.Name)
}

// mustDecide returns the operator of a name, or an error if there is none or they retired.
func (a *app) mustDecide(all []records.Operator, name string) (records.Operator, error) {
	o, ok := operatorNamed(all, name)
	switch {
	case !ok:
		return o, withHint(fmt.Errorf("%s is no operator of this home: %w", name, records.ErrNotFound), `"sehat operator list" names them`)
	case o.RetiredAt != "":
		return o, fmt.Errorf("%s %w", o.Name, access.ErrRetired)
	}
	return o, nil
}

func runOperatorRemove(ctx context.Context, a *app, name string, opts operatorOptions) error {
	s, h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	all, err := s.Operators(ctx)
	if err != nil {
		return err
	}
	if o, ok := operatorNamed(all, name); ok && o.RetiredAt != "" {
		r := a.operatorReport(o)
		r.Already = true
		return a.result(r, "%s has not decided here since %s: nothing to do", o.Name, o.RetiredAt[:10])
	}
	if _, err := a.mustDecide(all, name); err != nil {
		return err
	}
	by, err := a.appoints(ctx, s, h, opts)
	if err != nil {
		return err
	}
	o, err := s.RetireOperator(ctx, name, by, records.Stamp(a.now()))
	if errors.Is(err, records.ErrConflict) {
		return withHint(fmt.Errorf("%s is the only operator: somebody must be left to decide", name), `add another first: "sehat operator add NAME"`)
	}
	if err != nil {
		return err
	}
	return a.result(a.operatorReport(o), "%s decides here no more; what they decided stays", o.Name)
}
