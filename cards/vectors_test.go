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
	Case string    `json:"case"`
	Now  time.Time `json:"now"`
	QR   string    `json:"qr"`
	Want string    `json:"want"` // "" for a valid card
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
	for _, name := range []string{"root", "centre", "laptop-1", "laptop-2"} {
		key := testKey(name)
		v.Keys = append(v.Keys, keyVector{name, hex.EncodeToString(key.Seed()), public(key), NewKeyID(public(key)), Fingerprint(public(key))})
	}
	v.Detached = []detachedVector{
		{"laptop-1", "batch/1", "frozen bytes", SignDetached(testKey("laptop-1"), "batch/1", []byte("frozen bytes"))},
		{"centre", "receipt/1", "", SignDetached(testKey("centre"), "receipt/1", nil)},
	}
	v.Credentials = credentialVectors(t)

	p := newTrustParts()
	p.revoke(t, Revocation{v.Credentials[2].Hash, day(2026, time.November, 9)})
	v.Trust = p.pack(t)
	v.Verdicts = []verdictVector{
		{"a permanent card", testNow, v.Credentials[0].QR, ""},
		{"a temporary card", testNow, v.Credentials[1].QR, ""},
		{"a temporary card a year later", testNow.AddDate(1, 0, 0), v.Credentials[1].QR, ErrExpired.Error()},
		{"a revoked card", testNow, v.Credentials[2].QR, ErrRevoked.Error()},
	}
	other := temporaryCard()
	qr, _ := sign(t, "laptop-2", other)
	v.Verdicts = append(v.Verdicts, verdictVector{"a number of another laptop", testNow, qr, ErrOutsideLease.Error()})
	qr, _ = sign(t, "stranger", permanentCard())
	v.Verdicts = append(v.Verdicts, verdictVector{"signed by a stranger", testNow, qr, ErrUnknownKey.Error()})
	return v
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
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(makeVectors(t)); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	stored, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(stored, b.Bytes()) {
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
	for _, c := range v.Verdicts {
		_, err := NewVerifier(trust, func() time.Time { return c.Now }).Verify(c.QR)
		if c.Want == "" && err != nil || c.Want != "" && (err == nil || !isError(err, c.Want)) {
			t.Errorf("%s: got %v, want %q", c.Case, err, c.Want)
		}
	}
}

// isError tells whether a sentinel of this text is in err's chain.
func isError(err error, text string) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if err.Error() == text {
			return true
		}
	}
	return false
}
