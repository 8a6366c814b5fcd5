package access

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"sehat/records"
)

func TestGoodPIN(t *testing.T) {
	cases := []struct {
		name, pin string
		weak      bool
	}{
		{"six digits that are no row", "402817", false},
		{"letters", "mango7x", false},
		{"digits of another script", "४०२८१७", false},
		{"too short", "40281", true},
		{"short, though it is many bytes", "४०२", true},
		{"empty", "", true},
		{"one digit over and over", "777777", true},
		{"two over and over", "383838", true},
		{"three twice", "402402", true},
		{"counting up", "345678", true},
		{"counting down past zero", "210987", true},
		{"counting up past nine", "890123", true},
		{"the alphabet", "defghi", true},
		{"almost counting", "123457", false},
		{"the operator's name", "asha4028", true},
		{"a row of keys", "Qwerty", true},
		{"a picture on the keypad", "159753", true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := GoodPIN(c.pin, "Asha Verma")
			if errors.Is(err, ErrWeakPIN) != c.weak {
				t.Errorf("%v", err)
			}
			if err != nil && c.pin != "" && strings.Contains(err.Error(), c.pin) {
				t.Error("the error tells the PIN")
			}
		})
	}
}

func TestOperatorNames(t *testing.T) {
	if name, err := OperatorName("  Asha \t Verma "); err != nil || name != "Asha Verma" {
		t.Errorf("%q, %v", name, err)
	}
	for _, bad := range []string{"", "  ", "A\x00sha", "A\x1b[31m", strings.Repeat("a", MaxName+1), "\xff"} {
		if name, err := OperatorName(bad); err == nil {
			t.Errorf("%q was taken as %q", bad, name)
		}
	}
}

// people keeps operators for a test.
type people map[string]*records.Operator

func (p people) ChangeOperator(_ context.Context, name string, change func(*records.Operator) error) error {
	o, ok := p[records.OperatorKey(name)]
	if !ok {
		return records.ErrNotFound
	}
	changed := *o
	if err := change(&changed); err != nil {
		return err
	}
	*o = changed
	return nil
}

func TestAPINCannotBeGuessed(t *testing.T) {
	hash, err := HashPIN(rand.Reader, "402817")
	if err != nil {
		t.Fatal(err)
	}
	p := people{"asha": {Name: "Asha", PINHash: hash}, "gone": {Name: "Gone", RetiredAt: "2026"}}
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	check := func(pin string) error { _, err := CheckPIN(t.Context(), p, " ASHA", pin, now); return err }
	if err := check("402817"); err != nil {
		t.Fatalf("the right PIN: %v", err)
	}
	if err := check("402817 "); !errors.Is(err, ErrPIN) {
		t.Errorf("a PIN with a space: %v", err)
	}
	if err := check("402817"); err != nil || p["asha"].Wrong != 0 {
		t.Errorf("the right PIN after a wrong one: %v, %d", err, p["asha"].Wrong)
	}
	for range freeTries {
		if err := check("000000"); !errors.Is(err, ErrPIN) {
			t.Fatalf("a wrong PIN: %v", err)
		}
	}
	var wait WaitError
	if err := check("402817"); !errors.As(err, &wait) || wait.Until.Sub(now) != firstWait {
		t.Errorf("even the right PIN, after %d wrong ones: %v", freeTries, err)
	}
	for i, want := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute} {
		now = now.Add(time.Hour)
		if err := check("000000"); !errors.Is(err, ErrPIN) {
			t.Fatalf("wait %d is over: %v", i, err)
		}
		if err := check("000000"); !errors.As(err, &wait) || wait.Until.Sub(now) != want {
			t.Errorf("wait %d: %v, want %v", i, err, want)
		}
	}
	if waitAfter(1000) != longestWait {
		t.Errorf("after 1000: %v", waitAfter(1000))
	}
	now = now.Add(time.Hour)
	if err := check("402817"); err != nil {
		t.Errorf("the right PIN after the wait: %v", err)
	}
	if _, err := CheckPIN(t.Context(), p, "gone", "", now); !errors.Is(err, ErrRetired) {
		t.Errorf("who retired: %v", err)
	}
	if _, err := CheckPIN(t.Context(), p, "nobody", "402817", now); !errors.Is(err, records.ErrNotFound) {
		t.Errorf("who never was: %v", err)
	}
}

// Whatever stands in the store in place of a hash is no PIN's, and takes neither all memory nor all time.
func TestNoHashIsEverybodysPIN(t *testing.T) {
	for _, hash := range []string{"", "$", "$argon2id$v=19$m=65536,t=3,p=4$$", "$argon2id$v=19$m=4294967295,t=3,p=4$c2FsdA$dGFn", "$argon2id$v=18$m=64,t=1,p=1$c2FsdA$dGFn", "$argon2id$v=19$m=64,t=0,p=1$c2FsdA$dGFn", "402817"} {
		if isPIN("402817", hash) || isPIN("", hash) {
			t.Errorf("%q", hash)
		}
	}
}
