package main

import (
	"errors"

	"sehat/cards"
	"sehat/records/store"
	batchsync "sehat/sync"
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
	case errors.Is(err, batchsync.ErrLost):
		return `a laptop that was found again is enrolled as a new one: "sehat init --device" in an empty folder, then "sehat sync enrol"`
	case errors.Is(err, batchsync.ErrRetiredKey):
		return `run "sehat card keys --rotate" at the centre: it makes a new key, or ends what was cut off`
	case errors.Is(err, cards.ErrUnknownKey):
		return `if the centre has a new key, the newer key list is needed: "sehat sync pull" fetches it, "sehat card verify --keys FILE" takes the centre's trust.json`
	case errors.Is(err, cards.ErrNoRoom):
		return "lease what is left in smaller pieces; after that no new numbers can be leased, and those that are leased may still be used up"
	case errors.Is(err, store.ErrNoStore):
		return `make one with "sehat init", or name another with --home or --store`
	case errors.Is(err, store.ErrNewer):
		return "install the newer version of sehat on this machine, too"
	case errors.Is(err, store.ErrNotAStore):
		return "name the store with --store, or make a new one with \"sehat init\""
	case store.IsDisk(err):
		return "make room on the disk, or see whether it fails, and run the command again: what was done so far is safe"
	case errors.Is(err, store.ErrUnreachable):
		return "see that the server runs and that its address, user and password are right; nothing was lost"
	}
	return ""
}
