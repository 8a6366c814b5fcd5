package cards

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

// trustParts is a small world: a root, a centre, two laptops with a lease each, and what went wrong with some of them.
type trustParts struct {
	keys        KeyList
	leases      LeaseList
	revocations RevocationList
	root        ed25519.PrivateKey // signs the key list
	centre      ed25519.PrivateKey // signs the other two
}

func newTrustParts() trustParts {
	from, to := day(2026, time.November, 1), day(2028, time.November, 1)
	return trustParts{
		root: testKey("root"), centre: testKey("centre"),
		keys: KeyList{Serial: 3, MadeAt: day(2026, time.November, 10), Keys: []Key{
			NewKey(RootKey, public(testKey("root")), "", from, time.Time{}),
			NewKey(CentreKey, public(testKey("centre")), "", from, to),
			NewKey(DeviceKey, public(testKey("laptop-1")), "laptop-1", from, to),
			NewKey(DeviceKey, public(testKey("laptop-2")), "laptop-2", from, to),
		}},
		leases: LeaseList{Serial: 2, MadeAt: day(2026, time.November, 11), Leases: []Lease{
			{
				ID: "L1", DeviceID: "laptop-1", First: MinBody, Last: MinBody + 1000*LeaseWidth - 1, Quota: 1000,
				IssuedAt: from, Status: LeaseActive,
			},
			{
				ID: "L2", DeviceID: "laptop-2", First: MinBody + 1000*LeaseWidth, Last: MinBody + 2000*LeaseWidth - 1,
				Quota: 1000, IssuedAt: from, Status: LeaseActive,
			},
		}},
		revocations: RevocationList{Serial: 8, MadeAt: day(2026, time.November, 12)},
	}
}

func (p trustParts) pack(t testing.TB) []byte {
	t.Helper()
	keys, err := p.keys.Sign(p.root)
	if err != nil {
		t.Fatal(err)
	}
	leases, err := p.leases.Sign(p.centre)
	if err != nil {
		t.Fatal(err)
	}
	revocations, err := p.revocations.Sign(p.centre)
	if err != nil {
		t.Fatal(err)
	}
	file, err := PackTrust(keys, leases, revocations)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func (p trustParts) open(t testing.TB) *Trust {
	t.Helper()
	trust, err := OpenTrust(p.pack(t), Fingerprint(public(p.root)))
	if err != nil {
		t.Fatal(err)
	}
	return trust
}

// revoke makes the revocation list anew.
func (p *trustParts) revoke(t testing.TB, revoked ...Revocation) {
	t.Helper()
	var err error
	if p.revocations, err = NewRevocationList(8, day(2026, time.November, 12), revoked); err != nil {
		t.Fatal(err)
	}
}

// key returns the entry of a test key, to change it.
func (p trustParts) key(name string) *Key {
	for i := range p.keys.Keys {
		if p.keys.Keys[i].ID == NewKeyID(public(testKey(name))) {
			return &p.keys.Keys[i]
		}
	}
	return nil
}

func TestTrustRoundTrip(t *testing.T) {
	p := newTrustParts()
	p.revoke(t, Revocation{strings.Repeat("b", 64), day(2026, time.November, 9)},
		Revocation{strings.Repeat("a", 64), day(2026, time.November, 8)},
		Revocation{strings.Repeat("b", 64), day(2026, time.November, 12)})
	p.key("laptop-2").Accepted = []string{"b", "a"}
	file := p.pack(t)
	if !bytes.Equal(file, p.pack(t)) {
		t.Error("packing again gives other bytes")
	}
	root, err := TrustRoot(file)
	if err != nil || !root.Equal(public(p.root)) {
		t.Fatalf("root %x, %v", root, err)
	}
	trust, err := OpenTrust(file, " "+strings.ReplaceAll(Fingerprint(root), " ", "-")+"\n")
	if err != nil {
		t.Fatal(err)
	}
	if trust.Keys.Serial != 3 || trust.Leases.Serial != 2 || trust.Revocations.Serial != 8 || len(trust.Keys.Keys) != 4 {
		t.Errorf("got %+v", trust)
	}
	if !trust.Keys.MadeAt.Equal(p.keys.MadeAt) || !trust.Leases.Leases[0].IssuedAt.Equal(day(2026, time.November, 1)) {
		t.Error("times are lost")
	}
	if n := trust.Revocations.Len(); n != 2 {
		t.Errorf("%d revocations", n)
	}
	for letter, want := range map[string]string{"a": "2026-11-08", "b": "2026-11-09"} {
		if on, ok := trust.Revocations.Find(strings.Repeat(letter, 64)); !ok || on.Format(time.DateOnly) != want {
			t.Errorf("%s… was revoked on %v, %v", letter, on, ok)
		}
	}
	for _, hash := range []string{strings.Repeat("c", 64), strings.Repeat("a", 62), "asha", ""} {
		if _, ok := trust.Revocations.Find(hash); ok {
			t.Errorf("%q is revoked", hash)
		}
	}
	if l, ok := trust.Leases.Find(number(MinBody + 1000*LeaseWidth)); !ok || l.ID != "L2" {
		t.Errorf("lease %v, %v", l, ok)
	}
	if _, ok := trust.Leases.Find(number(MinBody + 2000*LeaseWidth)); ok {
		t.Error("a number past all leases is leased")
	}
	if err := trust.Newer(trust); err != nil {
		t.Errorf("the same lists count as older: %v", err)
	}
	older := *trust
	older.Revocations.Serial--
	if err := older.Newer(trust); !errors.Is(err, ErrOlderList) {
		t.Errorf("an older revocation list gives %v", err)
	}
}

func TestOpenTrustRefuses(t *testing.T) {
	good := Fingerprint(public(testKey("root")))
	cases := []struct {
		name   string
		change func(p *trustParts)
		want   error
	}{
		{"leases signed by a device", func(p *trustParts) { p.centre = testKey("laptop-1") }, ErrNotAllowed},
		{"leases signed by a stranger", func(p *trustParts) { p.centre = testKey("stranger") }, ErrUnknownKey},
		{"leases signed by the root", func(p *trustParts) { p.centre = testKey("root") }, ErrNotAllowed},
		{"leases signed by a lost centre key", func(p *trustParts) { p.key("centre").Status = KeyLost }, ErrKeyLost},
		{"leases made after their key ended", func(p *trustParts) { p.key("centre").ValidTo = day(2026, 11, 5) }, ErrKeyExpired},
		{"leases made before their key began", func(p *trustParts) { p.key("centre").ValidFrom = day(2026, 12, 1) }, ErrKeyExpired},
		{"revocations made after their key ended", func(p *trustParts) {
			p.leases.MadeAt = day(2026, 11, 4)
			p.key("centre").ValidTo = day(2026, 11, 5)
		}, ErrKeyExpired},
		{"leases made after their key ended, revocations before", func(p *trustParts) {
			p.revocations.MadeAt = day(2026, 11, 4)
			p.key("centre").ValidTo = day(2026, 11, 5)
		}, ErrKeyExpired},
		{"another root", func(p *trustParts) {
			p.root = testKey("mallory")
			p.keys.Keys[0] = NewKey(RootKey, public(p.root), "", day(2026, 1, 1), time.Time{})
		}, ErrWrongRoot},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := newTrustParts()
			c.change(&p)
			if _, err := OpenTrust(p.pack(t), good); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
	file := newTrustParts().pack(t)
	for _, typed := range []string{"", "12345", strings.Replace(good, good[:1], string('0'+(good[0]-'0'+1)%10), 1), good + " 1", "x" + good[1:]} {
		if _, err := OpenTrust(file, typed); !errors.Is(err, ErrWrongRoot) {
			t.Errorf("fingerprint %q gives %v", typed, err)
		}
	}
}

func TestTrustThatWasChanged(t *testing.T) {
	p := newTrustParts()
	good := Fingerprint(public(p.root))
	file := p.pack(t)
	keys, leases, revocations, err := UnpackTrust(file)
	if err != nil {
		t.Fatal(err)
	}
	changed := func(envelope []byte, change func(*Envelope)) []byte {
		var e Envelope
		if err := json.Unmarshal(envelope, &e); err != nil {
			t.Fatal(err)
		}
		change(&e)
		b, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	addSpace := func(e *Envelope) { e.Payload = append(e.Payload, ' ') }
	rename := func(domain string) func(*Envelope) { return func(e *Envelope) { e.Domain = domain } }
	cases := []struct {
		name                      string
		keys, leases, revocations []byte
		want                      error
	}{
		{"a space added to the key list", changed(keys, addSpace), leases, revocations, ErrBadSignature},
		{"a space added to the leases", keys, changed(leases, addSpace), revocations, ErrBadSignature},
		{"no signature", keys, leases, changed(revocations, func(e *Envelope) { e.Signature = nil }), ErrBadSignature},
		{"revocations given as leases", keys, revocations, revocations, ErrNotAnEnvelope},
		{"revocations renamed to leases", keys, changed(revocations, rename(domainLeases)), revocations, ErrBadSignature},
		{"no leases", keys, []byte("null"), revocations, ErrNotAnEnvelope},
		{"a key list by nobody", changed(keys, func(e *Envelope) { e.KeyID = KeyID{} }), leases, revocations, ErrNotTrust},
		{"a key list signed by its centre key", changed(keys, func(e *Envelope) {
			e.KeyID = NewKeyID(public(p.centre))
			e.Signature = SignDetached(p.centre, domainKeys, e.Payload)
		}), leases, revocations, ErrNotTrust},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			file, err := PackTrust(c.keys, c.leases, c.revocations)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := OpenTrust(file, good); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
	for _, bad := range []string{"", "{}", "[]", "null", `{"sehat_trust":2}`, `{"sehat_trust":1,"keys":7}`} {
		if _, err := OpenTrust([]byte(bad), good); !errors.Is(err, ErrNotTrust) {
			t.Errorf("%s gives %v", bad, err)
		}
	}
}

func TestListsThatAreNotSigned(t *testing.T) {
	cases := []struct {
		name   string
		change func(p *trustParts)
	}{
		{"a key twice", func(p *trustParts) { p.keys.Keys = append(p.keys.Keys, p.keys.Keys[1]) }},
		{"a key whose id is another's", func(p *trustParts) { p.keys.Keys[1].ID = KeyID{1} }},
		{"a key of unknown kind", func(p *trustParts) { p.keys.Keys[1].Kind = "queen" }},
		{"a key of unknown status", func(p *trustParts) { p.keys.Keys[1].Status = "" }},
		{"a device key without its device", func(p *trustParts) { p.key("laptop-1").DeviceID = "" }},
		{"a root that is not in its list", func(p *trustParts) { p.root = testKey("other root") }},
		{"a centre key that signs the key list", func(p *trustParts) { p.root = p.centre }},
		{"leases that overlap", func(p *trustParts) { p.leases.Leases[1].First-- }},
		{"the same lease twice", func(p *trustParts) { p.leases.Leases[1] = p.leases.Leases[0] }},
		{"a lease without a device", func(p *trustParts) { p.leases.Leases[0].DeviceID = "" }},
		{"half a revocation", func(p *trustParts) { p.revocations.Hashes = make([]byte, 8) }},
		{"a revocation without its day", func(p *trustParts) { p.revocations.Hashes = make([]byte, 16) }},
		{"the same revocation twice", func(p *trustParts) {
			p.revocations.Hashes, p.revocations.Days = make([]byte, 32), make([]byte, 4)
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := newTrustParts()
			c.change(&p)
			_, errKeys := p.keys.Sign(p.root)
			_, errLeases := p.leases.Sign(p.centre)
			_, errRevocations := p.revocations.Sign(p.centre)
			if errors.Join(errKeys, errLeases, errRevocations) == nil {
				t.Error("signed it")
			}
		})
	}
}

func TestRevocationsThatAreNone(t *testing.T) {
	hash := strings.Repeat("a", 64)
	for name, r := range map[string]Revocation{
		"no hash":               {On: testNow},
		"a hash of 62 digits":   {Hash: hash[2:], On: testNow},
		"what is not hex":       {Hash: strings.Repeat("x", 64), On: testNow},
		"a day before the list": {Hash: hash, On: day(1999, 12, 31)},
		"no day":                {Hash: hash},
		"a day too far":         {Hash: hash, On: day(2200, 1, 1)},
	} {
		if _, err := NewRevocationList(1, testNow, []Revocation{r}); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestFingerprint(t *testing.T) {
	f := Fingerprint(public(testKey("root")))
	if len(f) != 35 || strings.Count(f, " ") != 5 || len(fingerprintDigits(f)) != 30 {
		t.Errorf("got %q", f)
	}
	if Fingerprint(public(testKey("centre"))) == f {
		t.Error("two keys, one fingerprint")
	}
	devanagari := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r - '0' + '०'
		}
		return r
	}, f)
	if !SameFingerprint(devanagari, f) || !SameFingerprint(strings.ReplaceAll(f, " ", ""), f) {
		t.Error("the same digits written otherwise do not match")
	}
	if SameFingerprint("", "") || SameFingerprint(f[:34], f[:34]) {
		t.Error("less than 30 digits match")
	}
}

func TestSignDetached(t *testing.T) {
	key := testKey("laptop-1")
	msg := []byte("frozen bytes")
	sig := SignDetached(key, "batch/1", msg)
	if !VerifyDetached(public(key), "batch/1", msg, sig) {
		t.Fatal("does not verify")
	}
	if VerifyDetached(public(key), "receipt/1", msg, sig) ||
		VerifyDetached(public(key), "batch/1", []byte("frozen byte"), sig) ||
		VerifyDetached(public(testKey("laptop-2")), "batch/1", msg, sig) ||
		VerifyDetached(public(key), "batch/1", msg, sig[:63]) ||
		VerifyDetached(nil, "batch/1", msg, sig) {
		t.Error("verifies what was not signed")
	}
	// A zero byte moved from the message into the domain must not make the same signed bytes.
	sig = SignDetached(key, "batch", []byte("1\x00rest"))
	if VerifyDetached(public(key), "batch\x001", []byte("rest"), sig) {
		t.Error("a domain with a zero byte is taken")
	}
}

func FuzzOpenTrust(f *testing.F) {
	file := newTrustParts().pack(f)
	f.Add(file)
	f.Add(file[:len(file)/2])
	f.Add([]byte(`{"sehat_trust":1,"keys":{"sehat":"keys/1","kid":"","payload":"e30=","signature":""}}`))
	good := Fingerprint(public(testKey("root")))
	f.Fuzz(func(t *testing.T, file []byte) {
		trust, err := OpenTrust(file, good)
		if err == nil && len(trust.Keys.Keys) != 4 {
			t.Error("believes keys that the root never signed")
		}
	})
}
