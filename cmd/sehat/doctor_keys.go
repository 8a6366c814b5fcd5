package main

import (
	"fmt"
	"strings"
	"time"

	"sehat/cards"
	"sehat/records"
)

const (
	// endsSoon is how long before a key ends doctor says so: long enough to enrol a city's laptops anew.
	endsSoon = 90 * 24 * time.Hour
	// oldKey is how long a centre should sign with one key: a key is one theft worth of all that it ever signed.
	oldKey = 3 * 365 * 24 * time.Hour
)

// checkKeys looks at how long the keys may still be used, and at a rotation that was begun.
func checkKeys(a *app, h home) ([]records.Check, error) {
	lists, err := h.trust()
	if err != nil {
		return nil, nil // told by checkTrust
	}
	own, err := h.signingKey()
	if err != nil {
		return nil, nil // told by checkKey
	}
	c := records.Check{Name: "keys", OK: true, Found: "no key ends within three months"}
	var ending []string
	for _, k := range lists.Keys.Keys {
		mine := k.ID == cards.NewKeyID(publicOf(own))
		if k.Status != cards.KeyActive || h.Role != records.RoleCentre && !mine {
			continue
		}
		switch {
		case !k.ValidTo.IsZero() && k.ValidTo.Before(a.now().Add(endsSoon)):
			ending = append(ending, fmt.Sprintf("%s key %s on %s", k.Kind, k.ID, k.ValidTo.UTC().Format(time.DateOnly)))
			c.Remedy = "enrol each laptop anew before its key ends, in an empty folder: what it signs later is refused"
		case mine && k.Kind == cards.CentreKey && a.now().Sub(k.ValidFrom) > oldKey:
			ending = append(ending, fmt.Sprintf("the centre's key has signed since %s", k.ValidFrom.UTC().Format(time.DateOnly)))
			c.Remedy = `replace it: "sehat card keys --rotate"`
		}
	}
	if len(ending) > 0 {
		c.OK, c.Found = false, "these should be replaced: "+strings.Join(ending, "; ")
	}
	checks := []records.Check{c}
	if h.Role == records.RoleCentre {
		checks = append(checks, checkRoom(lists.Leases))
	}
	rotation, err := checkRotation(a, h)
	if err == nil && rotation != nil {
		checks = append(checks, *rotation)
	}
	return checks, err
}

// littleRoom is how few cards may still be leased before doctor says so: some years of a city.
const littleRoom = 10_000_000

// checkRoom looks at how many numbers the centre may still lease.
func checkRoom(list cards.LeaseList) records.Check {
	next := uint64(0)
	for _, l := range list.Leases {
		next = max(next, l.Last+1)
	}
	room := cards.Room(next)
	c := records.Check{Name: "number space", OK: true, Found: fmt.Sprintf("%d million more numbers can be leased", room/1_000_000)}
	if room < littleRoom {
		c.OK, c.Remedy = false, "give smaller leases, and ask the makers of sehat for a version with more numbers in good time"
	}
	return c
}

// checkRotation looks at a rotation of the centre's key that was begun; nil where there is none.
func checkRotation(a *app, h home) (*records.Check, error) {
	due, err := h.changeOver()
	if err != nil || due.IsZero() {
		return nil, err
	}
	c := &records.Check{Name: "key rotation", OK: true, Found: "a new key was certified; change over to it from " + due.UTC().Format(time.DateOnly) + " on"}
	if a.now().After(due) {
		c.OK, c.Found, c.Remedy = false, "a new key was certified, and its time has come", `change over: "sehat card keys --rotate"`
	}
	return c, nil
}
