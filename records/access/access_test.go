package access

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"sehat/records"
)

// memory keeps keys and sessions for a test.
type memory struct {
	keys     map[string]records.FacilityKey
	sessions map[string]records.Session
	kept     int
	broken   error
}

func (m *memory) FacilityKey(_ context.Context, id string) (records.FacilityKey, error) {
	k, ok := m.keys[id]
	if !ok {
		return k, records.ErrNotFound
	}
	return k, m.broken
}

func (m *memory) OpenSession(_ context.Context, v records.Session) error {
	m.sessions[v.Hash] = v
	return m.broken
}

func (m *memory) Session(_ context.Context, hash string) (records.Session, error) {
	v, ok := m.sessions[hash]
	if !ok {
		return v, records.ErrNotFound
	}
	return v, m.broken
}

func (m *memory) KeepSession(_ context.Context, hash, expiresAt string) error {
	v := m.sessions[hash]
	v.ExpiresAt = expiresAt
	m.sessions[hash] = v
	m.kept++
	return nil
}

func (m *memory) EndSession(_ context.Context, hash string) error {
	delete(m.sessions, hash)
	return nil
}

// gate returns a gate with one key in it, and a clock that the test moves.
func gate(t *testing.T) (g *Gate, m *memory, key string, clock *time.Time) {
	t.Helper()
	text, k, err := NewKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	k.FacilityID, k.Facility, k.Scopes = "f1", "Test Hospital", "patient desk"
	m = &memory{keys: map[string]records.FacilityKey{k.ID: k}, sessions: map[string]records.Session{}}
	now := time.Date(2026, 1, 31, 9, 0, 0, 0, time.UTC)
	return &Gate{Keys: m, Sessions: m, Now: func() time.Time { return now }, Random: rand.Reader}, m, text, &now
}

func TestKey(t *testing.T) {
	g, m, key, _ := gate(t)
	id := strings.Split(key, "_")[1]
	for name, tc := range map[string]struct {
		text string
		ok   bool
	}{
		"the key as it was shown":            {key, true},
		"in capitals, as caps lock has it":   {strings.ToUpper(key), true},
		"with spaces and line breaks pasted": {" " + key[:20] + "\n  " + key[20:] + "\r\n", true},
		"nothing":                            {"", false},
		"another secret behind the id":       {key[:len(key)-4] + flip(key[len(key)-4:]), false},
		"another id before the secret":       {strings.Replace(key, id, flip(id), 1), false},
		"the id alone":                       {"sehat_" + id, false},
		"without the prefix":                 {strings.TrimPrefix(key, "sehat_"), false},
		"cut off":                            {key[:len(key)-1], false},
		"a letter that is none of base32":    {key[:len(key)-1] + "1", false},
		"a zero byte":                        {strings.Replace(key, id, id[:7]+"\x00", 1), false},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := g.Key(t.Context(), tc.text)
			if tc.ok && (err != nil || c.KeyID != id || c.Facility != "Test Hospital" || !c.Scopes.Has(ScopeDesk)) {
				t.Errorf("%+v, %v", c, err)
			}
			if !tc.ok && !errors.Is(err, ErrDenied) {
				t.Errorf("%+v, %v", c, err)
			}
		})
	}
	k := m.keys[id]
	if strings.Contains(key, k.Hash) || len(k.Hash) != 64 {
		t.Errorf("the stored hash is %q", k.Hash)
	}
	k.RevokedAt = "2026-01-31T00:00:00.000Z"
	m.keys[id] = k
	if _, err := g.Key(t.Context(), key); !errors.Is(err, ErrDenied) {
		t.Errorf("a revoked key: %v", err)
	}
}

// flip changes each letter into another one.
func flip(s string) string {
	return strings.Map(func(r rune) rune {
		if r == 'a' {
			return 'b'
		}
		return 'a'
	}, s)
}

func TestStoreErrorsAreNoDenials(t *testing.T) {
	g, m, key, _ := gate(t)
	m.broken = errors.New("disk")
	if _, err := g.Key(t.Context(), key); err == nil || errors.Is(err, ErrDenied) {
		t.Errorf("got %v", err)
	}
}

func TestSession(t *testing.T) {
	g, m, key, clock := gate(t)
	ctx := t.Context()
	c, err := g.Key(ctx, key)
	if err != nil {
		t.Fatal(err)
	}
	token, err := g.Open(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	for hash := range m.sessions {
		if hash == token {
			t.Error("the token itself is stored")
		}
	}
	good := func(after time.Duration) {
		t.Helper()
		*clock = clock.Add(after)
		if got, err := g.Session(ctx, token); err != nil || got.KeyID != c.KeyID {
			t.Fatalf("at %s: %+v, %v", clock, got, err)
		}
	}
	good(20 * time.Second)
	if m.kept != 0 {
		t.Errorf("the end was moved %d times within a minute", m.kept)
	}
	for range 16 { // work through the shift
		good(29 * time.Minute)
	}
	*clock = clock.Add(20 * time.Minute)
	if _, err := g.Session(ctx, token); !errors.Is(err, ErrDenied) {
		t.Errorf("after eight hours: %v", err)
	}

	*clock = clock.Add(time.Minute)
	if token, err = g.Open(ctx, c); err != nil {
		t.Fatal(err)
	}
	*clock = clock.Add(31 * time.Minute)
	if _, err := g.Session(ctx, token); !errors.Is(err, ErrDenied) {
		t.Errorf("after half an hour without work: %v", err)
	}

	if token, err = g.Open(ctx, c); err != nil {
		t.Fatal(err)
	}
	k := m.keys[c.KeyID]
	k.RevokedAt = "2026-01-31T00:00:00.000Z"
	m.keys[c.KeyID] = k
	if _, err := g.Session(ctx, token); !errors.Is(err, ErrDenied) {
		t.Errorf("with a revoked key: %v", err)
	}
	if err := g.Close(ctx, token); err != nil {
		t.Fatal(err)
	}
	if _, err := g.Session(ctx, token); !errors.Is(err, ErrDenied) {
		t.Errorf("after the end: %v", err)
	}
	if _, err := g.Session(ctx, ""); !errors.Is(err, ErrDenied) {
		t.Errorf("no token: %v", err)
	}
}

func TestScopes(t *testing.T) {
	for text, want := range map[string]string{
		"patient desk":         "patient desk",
		"patient,desk":         "patient desk",
		" contact, contact ":   "contact",
		"patient identifiers,": "patient identifiers",
	} {
		if got, err := ParseScopes(text); err != nil || got.String() != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"", " , ", "patient everything"} {
		if got, err := ParseScopes(text); err == nil || !strings.Contains(err.Error(), "identifiers") {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

func TestLimits(t *testing.T) {
	now := time.Date(2026, 1, 31, 9, 0, 0, 0, time.UTC)
	l := NewLimiter(Limits{Requests: 2, Burst: 3, Misses: 0.1, MissOnce: 2})
	var busy TooManyError
	for range 3 {
		if err := l.Allow("a", now); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Allow("a", now); !errors.As(err, &busy) || busy.Misses || busy.After != 500*time.Millisecond {
		t.Errorf("the fourth at once: %v", err)
	}
	if err := l.Allow("b", now); err != nil {
		t.Errorf("another key is not held up: %v", err)
	}
	if err := l.Allow("a", now.Add(busy.After)); err != nil {
		t.Errorf("after the time it was told: %v", err)
	}

	now = now.Add(time.Hour)
	l.Miss("a", now)
	l.Miss("a", now)
	if err := l.Allow("a", now); !errors.As(err, &busy) || !busy.Misses {
		t.Errorf("after as many misses as there may be: %v", err)
	}
	if err := l.Allow("a", now.Add(busy.After)); err != nil {
		t.Errorf("after the time it was told: %v", err)
	}
}

func TestLimiterIsSafeForConcurrentUse(t *testing.T) {
	l := NewLimiter(DefaultLimits())
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				l.Miss("a", time.Now())
				l.Allow("a", time.Now()) //nolint:errcheck // only the race detector looks
			}
		})
	}
	wg.Wait()
}

func TestPurposes(t *testing.T) {
	for _, p := range Purposes() {
		if got, ok := ParsePurpose(string(p)); !ok || got != p || p.String() == string(p) {
			t.Errorf("%s: %v, %v", p, got, ok)
		}
	}
	for _, code := range []string{"", "treat", "HMARKT", "HRESCH"} {
		if _, ok := ParsePurpose(code); ok {
			t.Errorf("%q is taken", code)
		}
	}
}

func FuzzParseKey(f *testing.F) {
	text, _, err := NewKey(rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add("sehat__")
	f.Fuzz(func(t *testing.T, text string) {
		id, secret, ok := parseKey(text)
		if !ok {
			return
		}
		again, also, ok := parseKey(keyPrefix + id + "_" + secret)
		if !ok || again != id || also != secret {
			t.Errorf("%q is read as %q %q, and these as %q %q", text, id, secret, again, also)
		}
	})
}
