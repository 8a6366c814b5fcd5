package main

import (
	"context"
	"errors"
	"fmt"
	"os/user"

	"sehat/records"
	"sehat/records/access"
	"sehat/records/store"
)

// by returns who decides: the name that goes on every event of this command. A home that has operators takes one of theirs, named with
// --as or $SEHAT_OPERATOR, and asks for the PIN, once in a command. In a home without operators names are taken on trust, and the
// login name decides where none is given.
func (a *app) by(ctx context.Context, s *store.Store) (string, error) {
	if a.decider != "" {
		return a.decider, nil
	}
	operators, err := s.Operators(ctx)
	if err != nil {
		return "", err
	}
	name := a.named()
	switch {
	case len(operators) == 0 && name != "":
		return name, nil
	case len(operators) == 0:
		return login(), nil
	case name == "":
		return "", withHint(usageError{errors.New("who decides? This home has operators")}, `say --as NAME, or set $SEHAT_OPERATOR; "sehat operator list" names them`)
	}
	pin, err := a.secret(pinOf(name), a.pinFile, false)
	if err != nil {
		return "", err
	}
	o, err := access.CheckPIN(ctx, s, name, pin, a.now())
	if errors.Is(err, records.ErrNotFound) {
		err = fmt.Errorf("%s is no operator of this home: %w", name, records.ErrNotFound)
	}
	if err != nil {
		return "", err
	}
	a.decider = o.Name
	return a.decider, nil
}

// attended returns the name that is kept beside what nobody decides: an import, batches that are applied. No PIN is asked for, so that
// it can be left to a timer; where the home has operators, it is the login name then, as nobody showed to be one of them.
func (a *app) attended(ctx context.Context, s *store.Store) (string, error) {
	operators, err := s.Operators(ctx)
	if name := a.named(); err == nil && len(operators) == 0 && name != "" {
		return name, nil
	}
	return login(), err
}

// named returns who was named to decide, or nothing.
func (a *app) named() string {
	if a.operator != "" {
		return a.operator
	}
	return a.getenv("SEHAT_OPERATOR")
}

func login() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "unknown"
}

// pinOf is the PIN of an operator who decides.
func pinOf(name string) secret {
	return secret{what: "PIN of " + name, file: "--pin-file", env: "SEHAT_PIN"}
}
