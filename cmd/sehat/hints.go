package main

import (
	"errors"

	"sehat/records/store"
)

// hint returns what to do about an error, or "".
func hint(err error) string {
	var own hinted
	if errors.As(err, &own) {
		return own.hint
	}
	var person needsPerson
	if errors.As(err, &person) {
		return person.hint
	}
	switch {
	case errors.Is(err, store.ErrNoStore):
		return `make one with "sehat init", or name another with --home or --store`
	case errors.Is(err, store.ErrNewer):
		return "install the newer version of sehat on this machine, too"
	case errors.Is(err, store.ErrNotAStore):
		return "name the store with --store, or make a new one with \"sehat init\""
	case errors.Is(err, store.ErrUnreachable):
		return "see that the server runs and that its address, user and password are right; nothing was lost"
	}
	return ""
}
