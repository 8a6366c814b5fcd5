package cards

import (
	"bytes"
	"compress/zlib"
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
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

// Texts that are no card of ours, each with its own word. None may crash.
func TestHostileTexts(t *testing.T) {
	key := testKey("centre")
	qr, _ := sign(t, "centre", permanentCard())
	message, err := unpack(qr)
	if err != nil {
		t.Fatal(err)
	}
	var s sign1
	mode, err := readMode()
	if err != nil {
		t.Fatal(err)
	}
	if err := mode.Unmarshal(message[1:], &s); err != nil {
		t.Fatal(err)
	}
	pack := func(message []byte) string {
		var b bytes.Buffer
		w := zlib.NewWriter(&b)
		w.Write(message)
		w.Close()
		return string(appendBase45(nil, b.Bytes()))
	}
	encode := func(v any) []byte {
		b, err := cbor.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	// resign makes a well-signed message of another header and payload.
	resign := func(header any, payload []byte) string {
		protected := encode(header)
		return pack(signedMessage(protected, payload, ed25519.Sign(key, toBeSigned(protected, payload))))
	}
	id := NewKeyID(public(key))
	ours := map[int]any{1: -8, 4: id[:]}
	flip := func(i int) string {
		b := bytes.Clone(message)
		b[i] ^= 1
		return pack(b)
	}
	identity := func(change func(map[int]any)) []byte {
		m := map[int]any{1: permanentCard().Number.String(), 2: "1", 3: "eng", 4: "Asha"}
		change(m)
		return encode(map[int]any{1: testIssuer, 6: 1793700000, 169: m})
	}
	cases := []struct {
		name, text string
		want       error
	}{
		{"nothing", "", ErrNotACard},
		{"a web address", "HTTPS://SEHAT.EXAMPLE/CARD", ErrNotACard},
		{"an Aadhaar QR (digits)", strings.Repeat("2374985612", 30), ErrNotACard},
		{"words", "यह कार्ड नहीं है", ErrNotACard},
		{"cut off", qr[:len(qr)/2], ErrNotACard},
		{"the last three letters missing", qr[:len(qr)-3], ErrNotACard},
		{"something added", qr + "000", ErrNotACard},
		{"twice", qr + qr, ErrNotACard},
		{"longer than any QR", strings.Repeat("0", maxScanned+1), ErrTooLarge},
		{"huge when inflated", pack(make([]byte, 1<<20)), ErrTooLarge},
		{"just too large when inflated", pack(make([]byte, maxInflated+1)), ErrTooLarge},
		{"zlib of nothing", pack(nil), ErrNotACard},
		{"zlib of noise", pack([]byte("noise")), ErrNotACard},
		{"deep CBOR", pack(bytes.Repeat([]byte{0x81}, 4000)), ErrNotACard},
		{"an array of a billion", pack([]byte{0xd2, 0x9a, 0x3b, 0x9a, 0xca, 0x00}), ErrNotACard},
		{"a name of a gigabyte", pack([]byte{0xd2, 0x84, 0x5a, 0x40, 0, 0, 0}), ErrNotACard},
		{"no tag", pack(message[1:]), ErrNotACard},
		{"another tag", pack(append([]byte{0xd1}, message[1:]...)), ErrNotACard},
		{"the tag of a web token around it", pack(append([]byte{0xd8, 61}, message...)), ErrNotACard},
		{"something after its end", pack(append(bytes.Clone(message), 0)), ErrNotACard},
		{"another algorithm", resign(map[int]any{1: -7, 4: id[:]}, s.Payload), ErrAlgorithm},
		{"no algorithm", resign(map[int]any{4: id[:]}, s.Payload), ErrAlgorithm},
		{"no key id", resign(map[int]any{1: -8}, s.Payload), ErrUnknownKey},
		{"a short key id", resign(map[int]any{1: -8, 4: id[:7]}, s.Payload), ErrUnknownKey},
		{"a critical header", resign(map[int]any{1: -8, 4: id[:], 2: []int{99}, 99: 1}, s.Payload), ErrNotACard},
		{"no signature", pack(signedMessage(s.Protected, s.Payload, nil)), ErrBadSignature},
		{"a signature of zeros", pack(signedMessage(s.Protected, s.Payload, make([]byte, 64))), ErrBadSignature},
		{"a bit of the name", flip(bytes.Index(message, []byte("Sunita"))), ErrBadSignature},
		{"a bit of the signature", flip(len(message) - 1), ErrBadSignature},
		{"a key id changed to one that is known", pack(signedMessage(
			encode(map[int]any{1: -8, 4: func() []byte { k := NewKeyID(public(testKey("laptop-1"))); return k[:] }()}),
			s.Payload, s.Signature)), ErrBadSignature},
		{"a revoked card in another wrapping", pack(bytes.Replace(message, []byte{0xa0}, []byte{0xa1, 0x18, 99, 0}, 1)), ErrNotACard},
		{"claims that are no map", resign(ours, encode("asha")), ErrNotACard},
		{"claims with a key twice", resign(ours, []byte{0xa2, 6, 1, 6, 2}), ErrNotACard},
		{"no identity", resign(ours, encode(map[int]any{1: testIssuer, 6: 1793700000})), ErrNotACard},
		{"no name", resign(ours, identity(func(m map[int]any) { delete(m, 4) })), ErrNotACard},
		{"a number with wrong check digits", resign(ours, identity(func(m map[int]any) { m[1] = "200005000001700" })), ErrNotACard},
		{"a number with spaces", resign(ours, identity(func(m map[int]any) { m[1] = permanentCard().Number.Printed() })), ErrNotACard},
		{"a version that is no number", resign(ours, identity(func(m map[int]any) { m[2] = "1.0" })), ErrNotACard},
		{"a date of birth that is no date", resign(ours, identity(func(m map[int]any) { m[8] = "19851341" })), ErrNotACard},
		{"a sex beyond the table", resign(ours, identity(func(m map[int]any) { m[9] = 300 })), ErrNotACard},
		{"a name that is not UTF-8", resign(ours, bytes.Replace(s.Payload, []byte("Sunita"), []byte("Sunit\xff"), 1)), ErrNotACard},
		{"a time beyond the calendar", resign(ours, encode(map[int]any{1: testIssuer, 6: uint64(1) << 60})), ErrNotACard},
	}
	v := NewVerifier(newTrustParts().open(t), func() time.Time { return testNow })
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := v.Verify(c.text)
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if got.Credential != (Credential{}) {
				t.Error("something is believed")
			}
			if err != nil && (strings.Contains(err.Error(), "Sunita") || longestDigits(err.Error()) > 8) {
				t.Errorf("the error tells too much: %v", err)
			}
		})
	}
	if got, err := v.Verify(resign(ours, identity(func(m map[int]any) { m[13] = "IN" }))); err != nil {
		t.Errorf("an attribute we do not know, well signed, gives %+v, %v", got, err)
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
