package cards

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func sign(t testing.TB, key string, c Credential) (qr, hash string) {
	t.Helper()
	qr, hash, err := Sign(testKey(key), c)
	if err != nil {
		t.Fatal(err)
	}
	return qr, hash
}

func TestVerify(t *testing.T) {
	permanent, temporary := permanentCard(), temporaryCard()
	_, temporaryHash := sign(t, "laptop-1", temporary)
	_, permanentHash := sign(t, "centre", permanent)
	with := func(c Credential, change func(*Credential)) Credential {
		change(&c)
		return c
	}
	cases := []struct {
		name   string
		key    string
		card   Credential
		change func(p *trustParts)
		now    time.Time // zero: testNow
		want   error     // nil: a valid card
	}{
		{name: "a permanent card of the centre", key: "centre", card: permanent},
		{name: "a permanent card ten years later", key: "centre", card: permanent, now: day(2036, 11, 1)},
		{name: "a temporary card of the centre", key: "centre", card: temporary},
		{name: "a temporary card of a device", key: "laptop-1", card: temporary},
		{name: "a temporary card on its last day", key: "laptop-1", card: temporary, now: temporary.Expires},
		{
			name: "a temporary card that ended", key: "laptop-1", card: temporary,
			now: temporary.Expires.Add(time.Second), want: ErrExpired,
		},
		{name: "a stranger's card", key: "stranger", card: permanent, want: ErrUnknownKey},
		{
			name: "a permanent card of a device", key: "laptop-1", want: ErrNotAllowed,
			card: with(temporary, func(c *Credential) { c.Expires = time.Time{} }),
		},
		{
			name: "a device's card for two years", key: "laptop-1", want: ErrNotAllowed,
			card: with(temporary, func(c *Credential) { c.Expires = c.Issued.AddDate(2, 0, 0) }),
		},
		{name: "a device's card with a number of another device", key: "laptop-2", card: temporary, want: ErrOutsideLease},
		{
			name: "a device's card with a number of nobody", key: "laptop-1", want: ErrOutsideLease,
			card: with(temporary, func(c *Credential) { c.Number = number(MaxBody) }),
		},
		{
			name: "a card of a void lease", key: "laptop-1", card: temporary, want: ErrOutsideLease,
			change: func(p *trustParts) { p.leases.Leases[0].Status = LeaseVoid },
		},
		{
			name: "a card of a void lease that the centre had accepted", key: "laptop-1", card: temporary,
			change: func(p *trustParts) {
				p.leases.Leases[0].Status = LeaseVoid
				p.key("laptop-1").Accepted = []string{temporaryHash}
			},
		},
		{
			name: "a card of a spent lease", key: "laptop-1", card: temporary,
			change: func(p *trustParts) { p.leases.Leases[0].Status = LeaseSpent },
		},
		{name: "a card signed by the root", key: "root", card: permanent, want: ErrNotAllowed},
		{
			name: "a card of a retired key", key: "laptop-1", card: temporary,
			change: func(p *trustParts) { p.key("laptop-1").Status = KeyRetired },
		},
		{
			name: "a card signed after its key ended", key: "laptop-1", card: temporary, want: ErrKeyExpired,
			change: func(p *trustParts) { p.key("laptop-1").ValidTo = day(2026, 11, 2) },
		},
		{
			name: "a card signed before its key began", key: "laptop-1", card: temporary, want: ErrKeyExpired,
			change: func(p *trustParts) { p.key("laptop-1").ValidFrom = day(2026, 11, 4) },
		},
		{
			name: "a card of a lost laptop", key: "laptop-1", card: temporary, want: ErrKeyLost,
			change: func(p *trustParts) { p.key("laptop-1").Status = KeyLost },
		},
		{
			name: "a card of a lost laptop that the centre had accepted", key: "laptop-1", card: temporary,
			change: func(p *trustParts) {
				p.key("laptop-1").Status = KeyLost
				p.key("laptop-1").Accepted = []string{strings.Repeat("0", 64), temporaryHash}
			},
		},
		{
			name: "a revoked card", key: "centre", card: permanent, want: ErrRevoked,
			change: func(p *trustParts) {
				p.revoke(t, Revocation{permanentHash, day(2026, 11, 5)})
			},
		},
		{
			name: "a revoked card of a lost laptop", key: "laptop-1", card: temporary, want: ErrRevoked,
			change: func(p *trustParts) {
				p.key("laptop-1").Status = KeyLost
				p.key("laptop-1").Accepted = []string{temporaryHash}
				p.revoke(t, Revocation{temporaryHash, day(2026, 11, 5)})
			},
		},
		{name: "a card issued an hour ahead of our clock", key: "centre", card: permanent, now: permanent.Issued.Add(-time.Hour)},
		{
			name: "a card issued two days ahead of our clock", key: "centre", card: permanent,
			now: permanent.Issued.Add(-48 * time.Hour), want: ErrFuture,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := newTrustParts()
			if c.change != nil {
				c.change(&p)
			}
			now := c.now
			if now.IsZero() {
				now = testNow
			}
			qr, hash := sign(t, c.key, c.card)
			v := NewVerifier(p.open(t), func() time.Time { return now })
			got, err := v.Verify(qr)
			if !errors.Is(err, c.want) || c.want == nil && err != nil {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if errors.Is(err, ErrUnknownKey) {
				if got.Credential != (Credential{}) {
					t.Error("a stranger's words are passed on")
				}
				return
			}
			if got.Credential != c.card || got.Hash != hash || got.Key.ID != NewKeyID(public(testKey(c.key))) {
				t.Errorf("got %+v", got)
			}
			if got.Revoked.Serial != 8 || got.Revoked.Age != max(0, now.Sub(day(2026, 11, 12))) {
				t.Errorf("the revocation list is said to be %v old", got.Revoked.Age)
			}
		})
	}
}

func FuzzVerify(f *testing.F) {
	permanent, _ := sign(f, "centre", permanentCard())
	temporary, _ := sign(f, "laptop-1", temporaryCard())
	known := map[string]bool{}
	for _, qr := range []string{permanent, temporary} {
		message, err := unpack(qr)
		if err != nil {
			f.Fatal(err)
		}
		known[messageHash(message)] = true
		f.Add(qr, message)
	}
	f.Add("", []byte{0xd2, 0x84})
	for _, c := range hostileTexts(f) {
		message, _ := unpack(c.text)
		f.Add(c.text, message)
	}
	v := NewVerifier(newTrustParts().open(f), func() time.Time { return testNow })
	f.Fuzz(func(t *testing.T, qr string, message []byte) {
		if got, err := v.Verify(qr); err == nil && !known[got.Hash] {
			t.Error("believes a text that no one signed")
		}
		// The same bytes once more past the checksums of base45 and zlib, which hide most of the parser from a fuzzer.
		message = message[:min(len(message), maxPlain)]
		wrapped := string(appendBase45(nil, appendZlib(nil, message)))
		if got, err := v.Verify(wrapped); err == nil && !known[got.Hash] {
			t.Error("believes a message that no one signed")
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	qr, _ := sign(b, "centre", permanentCard())
	v := NewVerifier(newTrustParts().open(b), func() time.Time { return testNow })
	b.ReportAllocs()
	begin := cpuSeconds(b)
	for b.Loop() {
		if _, err := v.Verify(qr); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/(cpuSeconds(b)-begin), "cards/cpu-s")
}
