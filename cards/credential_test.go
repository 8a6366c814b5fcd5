package cards

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/veraison/go-cose"
)

func TestSignRoundTrip(t *testing.T) {
	cases := []struct {
		name   string
		change func(*Credential)
	}{
		{"a permanent card with a Hindi name", func(*Credential) {}},
		{"a temporary card", func(c *Credential) { c.Expires = c.Issued.AddDate(1, 0, 0) }},
		{"one name, nothing else told", func(c *Credential) {
			c.Birth, c.Sex, c.SecondName, c.SecondLanguage = Date{}, 0, "", ""
		}},
		{"a Punjabi name", func(c *Credential) {
			c.Name, c.SecondName, c.SecondLanguage = "Gurpreet Kaur", "ਗੁਰਪ੍ਰੀਤ ਕੌਰ", "pan"
		}},
		{"an Urdu name", func(c *Credential) {
			c.Name, c.SecondName, c.SecondLanguage, c.Sex = "Mohd Arif", "محمد عارف", "urd", Male
		}},
		{"a name in Devanagari with joiners and no Latin", func(c *Credential) {
			c.Name, c.Language, c.SecondName, c.SecondLanguage = "क्\u200dषमा र्\u200dय", "hin", "", ""
		}},
		{"blood group and allergies, with consent", func(c *Credential) {
			c.SecondName, c.SecondLanguage = "", ""
			c.Clinical = Clinical{BloodGroup: "AB-", Allergies: "penicillin"}
		}},
		{"blood group alone", func(c *Credential) { c.Clinical.BloodGroup, c.Sex = "O+", 0 }},
		{"the 9999th version of the last number there is", func(c *Credential) {
			c.Version, c.Number, c.Sex = 9999, number(MaxBody), Other
		}},
	}
	key := testKey("centre")
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			in := permanentCard()
			c.change(&in)
			qr, hash, err := Sign(key, in)
			if err != nil {
				t.Fatal(err)
			}
			again, hashAgain, err := Sign(key, in)
			if err != nil || again != qr || hashAgain != hash {
				t.Error("signing again gives another text")
			}
			u, err := Decode(qr)
			if err != nil {
				t.Fatal(err)
			}
			if u.Credential != in {
				t.Errorf("got  %+v\nwant %+v", u.Credential, in)
			}
			if u.Hash != hash || len(hash) != 64 || u.KeyID != NewKeyID(public(key)) || !u.SignedBy(public(key)) {
				t.Error("hash, key id or signature do not survive")
			}
			if u.SignedBy(public(testKey("stranger"))) || u.SignedBy(nil) {
				t.Error("signed by anyone")
			}
			for _, around := range []string{qr + "\r\n", "\t" + qr, strings.ToLower(qr)} {
				if u, err := Decode(around); err != nil || u.Hash != hash {
					t.Errorf("as a scanner types it: %v", err)
				}
			}
			if strings.TrimSpace(qr) != qr {
				t.Error("the text begins or ends with a space")
			}
		})
	}
}

func TestBirthIsInTheQROnlyWhenWhole(t *testing.T) {
	for _, born := range []Date{{}, {Year: 1985}, {Year: 1985, Month: 3}, {Month: 3, Day: 9}} {
		c := permanentCard()
		c.Birth = born
		qr, _, err := Sign(testKey("centre"), c)
		if err != nil {
			t.Fatal(err)
		}
		if u, err := Decode(qr); err != nil || u.Credential.Birth != (Date{}) {
			t.Errorf("%v comes back as %v, %v", born, u.Credential.Birth, err)
		}
	}
}

func TestSignRefuses(t *testing.T) {
	cases := []struct {
		name   string
		change func(*Credential)
	}{
		{"no number", func(c *Credential) { c.Number = 0 }},
		{"a number with wrong check digits", func(c *Credential) { c.Number++ }},
		{"no version", func(c *Credential) { c.Version = 0 }},
		{"no name", func(c *Credential) { c.Name = " " }},
		{"a name that is not UTF-8", func(c *Credential) { c.Name = "Asha \xe0\xa4" }},
		{"a name with a line end", func(c *Credential) { c.Name = "Asha\nDevi" }},
		{"a language of two letters", func(c *Credential) { c.Language = "en" }},
		{"a second name without its language", func(c *Credential) { c.SecondLanguage = "" }},
		{"a language without its second name", func(c *Credential) { c.SecondName = "" }},
		{"the 31st of February", func(c *Credential) { c.Birth = Date{1985, 2, 31} }},
		{"an unknown sex", func(c *Credential) { c.Sex = 4 }},
		{"an issuer that is no URI", func(c *Credential) { c.Issuer = "sehat" }},
		{"no time of issue", func(c *Credential) { c.Issued = time.Time{} }},
		{"an end before its beginning", func(c *Credential) { c.Expires = c.Issued }},
		{"clinical facts with control characters", func(c *Credential) { c.Clinical.Allergies = "nuts\x00" }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			in := permanentCard()
			c.change(&in)
			_, _, err := Sign(testKey("centre"), in)
			if err == nil {
				t.Fatal("signed it")
			}
			if strings.Contains(err.Error(), "Sunita") || strings.Contains(err.Error(), "1985") {
				t.Errorf("the error tells who: %v", err)
			}
		})
	}
}

func TestWhatDoesNotFit(t *testing.T) {
	key := testKey("centre")
	c := permanentCard()
	c.Name = "Venkataramana Subrahmanyeswara Rao"
	c.SecondName = "वेंकटरमण सुब्रह्मण्येश्वर राव"
	c.Clinical = Clinical{BloodGroup: "O+", Allergies: "penicillin, sulfa"}
	_, _, err := Sign(key, c)
	if !errors.Is(err, ErrTooLong) || !strings.Contains(err.Error(), "leave out the name in the second script") {
		t.Fatalf("got %v", err)
	}
	qr, hash, leftOut, err := SignToFit(key, c)
	if err != nil || len(qr) > MaxQRText || hash == "" || len(leftOut) != 1 {
		t.Fatalf("left out %q: %d characters, %v", leftOut, len(qr), err)
	}
	if u, err := Decode(qr); err != nil || u.Credential.SecondName != "" || u.Credential.Clinical != c.Clinical {
		t.Errorf("got %+v, %v", u.Credential, err)
	}
	long := permanentCard()
	long.Clinical = Clinical{BloodGroup: "O+", Allergies: "penicillin, sulfa, aspirin and its kind, peanuts, shellfish, the white of eggs, wasps"}
	qr, _, leftOut, err = SignToFit(key, long)
	if err != nil || len(leftOut) != 1 || leftOut[0] != partAllergies {
		t.Errorf("left out %q, %v: it costs the second name, too, although the allergies alone are too long", leftOut, err)
	}
	if u, err := Decode(qr); err != nil || u.Credential.SecondName == "" || u.Credential.Clinical != (Clinical{BloodGroup: "O+"}) {
		t.Errorf("got %+v, %v", u.Credential, err)
	}
	if _, _, leftOut, err := SignToFit(key, permanentCard()); err != nil || leftOut != nil {
		t.Errorf("left out %q of what fits, %v", leftOut, err)
	}
	for _, length := range []int{250, 2000} {
		name := make([]byte, length)
		for i := range name {
			name[i] = byte('a' + i*i*i%251%26)
		}
		c.Name = string(name)
		_, _, leftOut, err = SignToFit(key, c)
		if !errors.Is(err, ErrTooLong) || len(leftOut) != 3 || !strings.Contains(err.Error(), "part of the name") {
			t.Errorf("a name of %d letters: left out %q, %v", length, leftOut, err)
		}
	}
}

// The bytes written by hand are those of two libraries: cbor in its core deterministic mode, and go-cose.
func TestSameBytesAsTheLibraries(t *testing.T) {
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		t.Fatal(err)
	}
	key := testKey("centre")
	signer, err := cose.NewSigner(cose.AlgorithmEdDSA, key)
	if err != nil {
		t.Fatal(err)
	}
	temporary := temporaryCard()
	temporary.Clinical = Clinical{BloodGroup: "B+", Allergies: "nuts"}
	temporary.SecondName, temporary.SecondLanguage = "", ""
	long := permanentCard()
	long.Name, long.SecondName, long.SecondLanguage = strings.Repeat("Asha ", 12), "", ""
	for _, c := range []Credential{permanentCard(), temporary, long} {
		identity := map[int]any{1: c.Number.String(), 2: "1", 3: "eng", 4: c.Name, 8: "19850309", 9: 2}
		if c.SecondName != "" {
			identity[19], identity[20] = c.SecondName, c.SecondLanguage
		}
		said := map[any]any{1: c.Issuer, 6: c.Issued.Unix(), 169: identity}
		if c.Temporary() {
			said[4] = c.Expires.Unix()
			said["sehat"] = map[int]any{1: "B+", 2: "nuts"}
		}
		payload, err := mode.Marshal(said)
		if err != nil {
			t.Fatal(err)
		}
		id := NewKeyID(public(key))
		message := cose.Sign1Message{
			Headers: cose.Headers{Protected: cose.ProtectedHeader{
				cose.HeaderLabelAlgorithm: cose.AlgorithmEdDSA,
				cose.HeaderLabelKeyID:     id[:],
			}},
			Payload: payload,
		}
		if err := message.Sign(nil, nil, signer); err != nil {
			t.Fatal(err)
		}
		want, err := message.MarshalCBOR()
		if err != nil {
			t.Fatal(err)
		}
		qr, hash, err := Sign(key, c)
		if err != nil {
			t.Fatal(err)
		}
		got, err := unpack(qr)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("got  %x\nwant %x", got, want)
		}
		if messageHash(want) != hash {
			t.Error("the hash is not that of the message")
		}
	}
}

func TestHeadsOfEverySize(t *testing.T) {
	for _, n := range []uint64{0, 23, 24, 0xff, 0x100, 0xffff, 0x10000, 0xffff_ffff, 0x1_0000_0000, 1<<64 - 1} {
		want, err := cbor.Marshal(n)
		if got := appendHead(nil, cborUint, n); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d is written %x, want %x", n, got, want)
		}
	}
}

func TestParseSex(t *testing.T) {
	for text, want := range map[string]Sex{"": 0, "M": Male, "F": Female, "O": Other} {
		if s, err := ParseSex(text); err != nil || s != want || s.String() != text {
			t.Errorf("%q is %v, %v", text, s, err)
		}
	}
	for _, text := range []string{"m", "X", " ", "MF"} {
		if s, err := ParseSex(text); err == nil {
			t.Errorf("%q is taken as %v", text, s)
		}
	}
}

// benchmarkCards returns n invented credentials in three scripts.
func benchmarkCards(n int) []Credential {
	names := [...][3]string{
		{"Sunita Devi", "सुनीता देवी", "hin"},
		{"Gurpreet Kaur", "ਗੁਰਪ੍ਰੀਤ ਕੌਰ", "pan"},
		{"Mohd Arif", "محمد عارف", "urd"},
		{"Ramesh Kumar", "रमेश कुमार", "hin"},
	}
	list := make([]Credential, n)
	for i := range list {
		c := permanentCard()
		who := names[i%len(names)]
		c.Name, c.SecondName, c.SecondLanguage = who[0], who[1], who[2]
		c.Number = number(MinBody + uint64(i)*7_919_993)
		c.Birth = Date{1940 + i%80, 1 + i%12, 1 + i%28}
		list[i] = c
	}
	return list
}

func BenchmarkSign(b *testing.B) {
	key, list, i := testKey("centre"), benchmarkCards(1000), 0
	b.ReportAllocs()
	begin := cpuSeconds(b)
	for b.Loop() {
		if _, _, err := Sign(key, list[i%len(list)]); err != nil {
			b.Fatal(err)
		}
		i++
	}
	b.ReportMetric(float64(b.N)/(cpuSeconds(b)-begin), "cards/cpu-s")
}

func BenchmarkSignatureAlone(b *testing.B) {
	key, message := testKey("centre"), make([]byte, 200)
	for b.Loop() {
		ed25519.Sign(key, message)
	}
}
