package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sehat/cards"
)

func TestDoctorWarnsOfTheLastNumbersInTime(t *testing.T) {
	for _, c := range []struct {
		name string
		last uint64
		ok   bool
		says string
	}{
		{"no lease yet", 0, true, "160 million"},
		{"half of it leased", cards.MinBody + 80_000_000*cards.LeaseWidth - 1, true, "80 million"},
		{"room for nine million", cards.MaxBody - 9_000_000*cards.LeaseWidth, false, "9 million"},
		{"the last body leased", cards.MaxBody, false, "0 million"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var list cards.LeaseList
			if c.last > 0 {
				list.Leases = []cards.Lease{{First: cards.MinBody, Last: c.last}}
			}
			got := checkRoom(list)
			if got.OK != c.ok || !strings.Contains(got.Found, c.says) || (got.Remedy == "") != c.ok {
				t.Errorf("%+v", got)
			}
		})
	}
}

// A home's keys and lists, looked at on other days.
func TestDoctorWarnsOfKeysAndListsByTheirAge(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	if _, stderr, code := inProcess(t, "--home", home, "init"); code != exitDone {
		t.Fatal(stderr)
	}
	h, err := readHome(home)
	if err != nil {
		t.Fatal(err)
	}
	on := func(day time.Time) *app { return &app{now: func() time.Time { return day }} }
	for _, c := range []struct {
		name        string
		days        int
		keys, lists bool
	}{{"on its first day", 0, true, true}, {"a week later", 7, true, true}, {"eight days later", 8, true, false}, {"three years later", 3*366 + 1, false, false}} {
		t.Run(c.name, func(t *testing.T) {
			a := on(time.Now().AddDate(0, 0, c.days))
			checks, err := checkKeys(a, h)
			if err != nil || checks[0].OK != c.keys {
				t.Errorf("%+v, %v", checks, err)
			}
			if lists := checkTrust(a, h); lists.OK != c.lists {
				t.Errorf("%+v", lists)
			}
		})
	}
	// A rotation that was begun, and whose time has come.
	if _, stderr, code := inProcess(t, "--home", home, "card", "keys", "--rotate"); code != exitDone {
		t.Fatal(stderr)
	}
	for days, ok := range map[int]bool{1: true, 27: true, 29: false} {
		if c, err := checkRotation(on(time.Now().AddDate(0, 0, days)), h); err != nil || c == nil || c.OK != ok {
			t.Errorf("after %d days: %+v, %v", days, c, err)
		}
	}
}
