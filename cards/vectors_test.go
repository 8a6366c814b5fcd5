package cards

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write testdata/vectors.json anew")

// vectors is testdata/vectors.json: what FORMAT.md says, as cases that another implementation can check itself against.
type vectors struct {
	About       string             `json:"about"`
	Numbers     []numberVector     `json:"numbers"`
	NotNumbers  []string           `json:"not_numbers"`
	Leases      []leaseVector      `json:"leases"`
	Keys        []keyVector        `json:"keys"`
	Detached    []detachedVector   `json:"detached"`
	Credentials []credentialVector `json:"credentials"`
	Trust       json.RawMessage    `json:"trust"`
	Verdicts    []verdictVector    `json:"verdicts"`
}

type numberVector struct {
	Body    uint64 `json:"body"`
	Number  Number `json:"number"`
	Printed string `json:"printed"`
}

type leaseVector struct {
	Next  uint64 `json:"next"`
	Quota int    `json:"quota"`
	First uint64 `json:"first"`
	Last  uint64 `json:"last"`
}

type keyVector struct {
	Name        string `json:"name"`
	Seed        string `json:"seed"`
	PublicKey   []byte `json:"public_key"`
	KeyID       KeyID  `json:"kid"`
	Fingerprint string `json:"fingerprint"`
}

type detachedVector struct {
	Key       string `json:"key"`
	Domain    string `json:"domain"`
	Message   string `json:"message"`
	Signature []byte `json:"signature"`
}

type credentialVector struct {
	Name           string    `json:"case"`
	Key            string    `json:"key"`
	Number         Number    `json:"number"`
	Version        int       `json:"version"`
	Language       string    `json:"language"`
	FullName       string    `json:"name"`
	Birth          string    `json:"birth,omitempty"`
	Sex            Sex       `json:"sex,omitempty"`
	SecondName     string    `json:"second_name,omitempty"`
	SecondLanguage string    `json:"second_language,omitempty"`
	Issuer         string    `json:"issuer"`
	Issued         time.Time `json:"issued"`
	Expires        time.Time `json:"expires,omitzero"`
	BloodGroup     string    `json:"blood_group,omitempty"`
	Allergies      string    `json:"allergies,omitempty"`
	COSE           string    `json:"cose"`
	Hash           string    `json:"hash"`
	QR             string    `json:"qr"`
}

type verdictVector struct {
	Case    string    `json:"case"`
	Now     time.Time `json:"now"`
	QR      string    `json:"qr"`
	Verdict string    `json:"verdict"` // the word of FORMAT.md, section 6
}

func makeVectors(t *testing.T) vectors {
	v := vectors{About: "Test vectors of FORMAT.md. Everyone here is invented; a key's seed is SHA-256 of «sehat test key: » and its name."}
	for _, body := range []uint64{MinBody, 2_345_678_901_234, 5_000_000_000_000, 7_071_067_811_865, MaxBody} {
		n := number(body)
		v.Numbers = append(v.Numbers, numberVector{body, n, n.Printed()})
	}
	v.NotNumbers = []string{"234567890123474", "324567890123473", "200000000002999", "200000000006200", "200000000009401", "134567890123451", "23456789012347", ""}
	for _, l := range []leaseVector{{Next: 0, Quota: 1}, {Next: MinBody + LeaseWidth, Quota: 1000}, {Next: MaxBody - 2*LeaseWidth + 1, Quota: 2}} {
		first, last, err := Allocate(l.Next, l.Quota)
		if err != nil {
			t.Fatal(err)
		}
		v.Leases = append(v.Leases, leaseVector{l.Next, l.Quota, first, last})
	}
	for _, name := range []string{"root", "centre", "laptop-1", "laptop-2", "centre-2", "centre-0", "laptop-lost", "laptop-void"} {
		key := testKey(name)
		v.Keys = append(v.Keys, keyVector{name, hex.EncodeToString(key.Seed()), public(key), NewKeyID(public(key)), Fingerprint(public(key))})
	}
	v.Detached = []detachedVector{
		{"laptop-1", "batch/1", "frozen bytes", SignDetached(testKey("laptop-1"), "batch/1", []byte("frozen bytes"))},
		{"centre", "receipt/1", "", SignDetached(testKey("centre"), "receipt/1", nil)},
	}
	v.Credentials = credentialVectors(t)

	p := vectorTrust(t, v.Credentials[2].Hash)
	v.Trust = p.pack(t)
	v.Verdicts = verdictVectors(t, p, v.Credentials)
	return v
}

// vectorTrust is a trust file in which something happened to every kind of key and lease.
func vectorTrust(t *testing.T, revoked string) trustParts {
	p := newTrustParts()
	from, to := p.keys.Keys[2].ValidFrom, p.keys.Keys[2].ValidTo
	for _, k := range []struct {
		name   string
		kind   KeyKind
		change func(*Key)
	}{
		{"centre-2", CentreKey, func(k *Key) { k.ValidFrom = day(2026, time.November, 15) }},
		{"centre-0", CentreKey, func(k *Key) { k.Status, k.ValidTo = KeyRetired, day(2026, time.November, 4) }},
		{"laptop-lost", DeviceKey, func(k *Key) {
			_, accepted := sign(t, k.DeviceID, lostCard(1))
			k.Status, k.Accepted = KeyLost, []string{accepted}
		}},
		{"laptop-void", DeviceKey, func(*Key) {}},
	} {
		key := NewKey(k.kind, public(testKey(k.name)), k.name, from, to)
		k.change(&key)
		p.keys.Keys = append(p.keys.Keys, key)
	}
	next := p.leases.Leases[1].Last + 1
	for _, device := range []string{"laptop-lost", "laptop-void"} {
		p.leases.Leases = append(p.leases.Leases, Lease{
			ID: "L-" + device, DeviceID: device, First: next, Last: next + 10*LeaseWidth - 1, Quota: 10, IssuedAt: from, Status: LeaseVoid,
		})
		next += 10 * LeaseWidth
	}
	p.revoke(t, Revocation{revoked, day(2026, time.November, 9)})
	return p
}

// lostCard is the nth temporary card of the lost laptop.
func lostCard(n uint64) Credential {
	c := temporaryCard()
	c.Number = number(MinBody + 2000*LeaseWidth + n)
	return c
}

// verdictVectors has a card for each verdict but those of hostile.json.
func verdictVectors(t *testing.T, p trustParts, made []credentialVector) []verdictVector {
	permanent, temporary := permanentCard(), temporaryCard()
	issued := func(c Credential, at time.Time) Credential {
		c.Issued = at
		return c
	}
	void := lostCard(10 * LeaseWidth)
	trust := p.open(t)
	list := []verdictVector{
		{Case: "a permanent card", Now: testNow, QR: made[0].QR},
		{Case: "a permanent card ten years later", Now: testNow.AddDate(10, 0, 0), QR: made[0].QR},
		{Case: "a temporary card", Now: testNow, QR: made[1].QR},
		{Case: "a temporary card a year later", Now: testNow.AddDate(1, 0, 0), QR: made[1].QR},
		{Case: "a revoked card", Now: testNow, QR: made[2].QR},
	}
	for _, c := range []struct {
		name, key string
		card      Credential
	}{
		{"a number of another laptop", "laptop-2", temporary},
		{"a number that was leased to nobody", "laptop-1", lostCard(MaxBody - MinBody - 2000*LeaseWidth)},
		{"signed by a stranger", "stranger", permanent},
		{"of the centre's next key, which is known already", "centre-2", issued(permanent, day(2026, time.November, 16))},
		{"of the centre's next key, dated before it", "centre-2", permanent},
		{"of the centre's retired key, while it was valid", "centre-0", permanent},
		{"of the centre's retired key, later", "centre-0", issued(permanent, day(2026, time.November, 5))},
		{"a temporary card of a lost laptop that the centre had taken in", "laptop-lost", lostCard(1)},
		{"another card of the lost laptop", "laptop-lost", lostCard(2)},
		{"a number of a void lease", "laptop-void", void},
		{"a permanent card of a laptop", "laptop-1", func() Credential { c := temporary; c.Expires = time.Time{}; return c }()},
		{"a laptop's card for two years", "laptop-1", func() Credential { c := temporary; c.Expires = c.Issued.AddDate(2, 0, 0); return c }()},
		{"signed by the root", "root", permanent},
		{"issued two days ahead of our clock", "centre", issued(permanent, testNow.Add(48*time.Hour))},
		{"issued half a day ahead of our clock", "centre", issued(permanent, testNow.Add(12*time.Hour))},
	} {
		qr, _ := sign(t, c.key, c.card)
		list = append(list, verdictVector{Case: c.name, Now: testNow, QR: qr})
	}
	for i := range list {
		_, err := NewVerifier(trust, func() time.Time { return list[i].Now }).Verify(list[i].QR)
		list[i].Verdict = verdictOf(err)
	}
	return list
}

// verdictOf is the word that FORMAT.md has for an error of [Verifier.Verify].
func verdictOf(err error) string {
	for _, w := range []struct {
		err  error
		word string
	}{
		{ErrNotACard, "not a card"},
		{ErrTooLarge, "too large"},
		{ErrAlgorithm, "another algorithm"},
		{ErrUnknownKey, "unknown key"},
		{ErrBadSignature, "bad signature"},
		{ErrKeyLost, "key lost"},
		{ErrKeyExpired, "key expired"},
		{ErrNotAllowed, "not allowed"},
		{ErrOutsideLease, "outside the lease"},
		{ErrRevoked, "revoked"},
		{ErrFuture, "in the future"},
		{ErrExpired, "expired"},
	} {
		if errors.Is(err, w.err) {
			return w.word
		}
	}
	if err != nil {
		return "no word for: " + err.Error()
	}
	return "valid"
}

func credentialVectors(t *testing.T) []credentialVector {
	punjabi, urdu, bare, clinical := permanentCard(), permanentCard(), permanentCard(), permanentCard()
	punjabi.Number, punjabi.Name = number(2_000_050_000_018), "Gurpreet Kaur"
	punjabi.SecondName, punjabi.SecondLanguage = "ਗੁਰਪ੍ਰੀਤ ਕੌਰ", "pan"
	urdu.Number, urdu.Name, urdu.Sex = number(2_000_050_000_019), "Mohd Arif", Male
	urdu.SecondName, urdu.SecondLanguage = "محمد عارف", "urd"
	bare.Number, bare.Version, bare.Name, bare.Language = number(2_000_050_000_020), 2, "रमेश", "hin"
	bare.Birth, bare.Sex, bare.SecondName, bare.SecondLanguage = Date{Year: 1950}, 0, "", ""
	clinical.Number, clinical.Name, clinical.Sex = number(2_000_050_000_021), "Kiran", Other
	clinical.SecondName, clinical.SecondLanguage = "", ""
	clinical.Clinical = Clinical{BloodGroup: "AB-", Allergies: "penicillin"}
	var list []credentialVector
	for _, c := range []struct {
		name, key string
		card      Credential
	}{
		{"permanent, Hindi", "centre", permanentCard()},
		{"temporary, of a device", "laptop-1", temporaryCard()},
		{"permanent, Punjabi", "centre", punjabi},
		{"permanent, Urdu", "centre", urdu},
		{"one name in Devanagari, year of birth alone, second version", "centre", bare},
		{"clinical facts", "centre", clinical},
	} {
		qr, hash := sign(t, c.key, c.card)
		message, err := unpack(qr)
		if err != nil {
			t.Fatal(err)
		}
		birth, _ := c.card.Birth.compact()
		list = append(list, credentialVector{
			Name: c.name, Key: c.key, Number: c.card.Number, Version: c.card.Version, Language: c.card.Language,
			FullName: c.card.Name, Birth: birth, Sex: c.card.Sex, SecondName: c.card.SecondName,
			SecondLanguage: c.card.SecondLanguage, Issuer: c.card.Issuer, Issued: c.card.Issued, Expires: c.card.Expires,
			BloodGroup: c.card.Clinical.BloodGroup, Allergies: c.card.Clinical.Allergies,
			COSE: hex.EncodeToString(message), Hash: hash, QR: qr,
		})
	}
	return list
}

func TestVectors(t *testing.T) {
	path := filepath.Join("testdata", "vectors.json")
	made := indented(t, makeVectors(t))
	if *update {
		writeJSON(t, path, makeVectors(t))
	}
	stored, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(stored, made) {
		t.Fatal("the vectors changed: cards already printed would no longer be what we make; -update only if the format is meant to change")
	}
	checkVectors(t, stored)
}

// checkVectors reads the file as another implementation would.
func checkVectors(t *testing.T, file []byte) {
	var v vectors
	if err := json.Unmarshal(file, &v); err != nil {
		t.Fatal(err)
	}
	for _, s := range v.NotNumbers {
		if _, err := ParseNumber(s); err == nil {
			t.Errorf("%q is taken as a number", s)
		}
	}
	trust, err := OpenTrust(v.Trust, v.Keys[0].Fingerprint)
	if err != nil {
		t.Fatal(err)
	}
	verdicts := map[string]bool{}
	for _, c := range v.Verdicts {
		_, err := NewVerifier(trust, func() time.Time { return c.Now }).Verify(c.QR)
		if verdictOf(err) != c.Verdict {
			t.Errorf("%s: got %v, want %s", c.Case, err, c.Verdict)
		}
		verdicts[c.Verdict] = true
	}
	if len(verdicts) != 9 { // the others, of texts that nobody known wrote, are in hostile.json
		t.Errorf("the vectors have the verdicts %v", verdicts)
	}
}

func indented(t *testing.T, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func writeJSON(t *testing.T, path string, v any) {
	t.Helper()
	if err := os.WriteFile(path, indented(t, v), 0o644); err != nil {
		t.Fatal(err)
	}
}
