package cards

import (
	"bytes"
	"compress/zlib"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// shortIssuer is an issuer of eight letters, whose head is one byte.
const shortIssuer = "sehat:dl"

// A hostileText is a text that somebody shows as a card, and what a reader says to it.
type hostileText struct {
	name, text string
	want       error
}

// hostileTexts are texts that are no card of ours, each with its own word. Nothing of them is believed.
func hostileTexts(t testing.TB) []hostileText {
	t.Helper()
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
	deflated := func(message []byte) []byte {
		var b bytes.Buffer
		w := zlib.NewWriter(&b)
		w.Write(message)
		w.Close()
		return b.Bytes()
	}
	pack := func(message []byte) string { return string(appendBase45(nil, deflated(message))) }
	flipped := func(b []byte, i int) string {
		b[i] ^= 1
		return string(appendBase45(nil, b))
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
	resignRaw := func(protected, payload []byte) string {
		return pack(signedMessage(protected, payload, ed25519.Sign(key, toBeSigned(protected, payload))))
	}
	// longer writes the head of the signature with three bytes where two will do.
	longer := func(message []byte) []byte {
		at := len(message) - ed25519.SignatureSize - 2
		return append(append(bytes.Clone(message[:at]), 0x59, 0, ed25519.SignatureSize), message[at+2:]...)
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
	return []hostileText{
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
		{"a letter that base45 does not have", "A" + qr[1:len(qr)-1] + "=", ErrNotACard},
		{"base45 of a length that there is not", qr[:len(qr)-len(qr)%3] + "0", ErrNotACard},
		{"base45 above its range", ":::" + qr[3:], ErrNotACard},
		{"base45 above its range at the end", "BB8::", ErrNotACard},
		{"zlib that asks for a dictionary", flipped(deflated(message), 1), ErrNotACard},
		{"zlib with a wrong checksum", flipped(deflated(message), len(deflated(message))-1), ErrNotACard},
		{"zlib without its checksum", string(appendBase45(nil, deflated(message)[:len(deflated(message))-4])), ErrNotACard},
		{"another stream behind the first", string(appendBase45(nil, append(deflated(message), deflated(message)...))), ErrNotACard},
		{"zlib of nothing", pack(nil), ErrNotACard},
		{"zlib of noise", pack([]byte("noise")), ErrNotACard},
		{"deep CBOR", pack(bytes.Repeat([]byte{0x81}, 4000)), ErrNotACard},
		{"an array of a billion", pack([]byte{0xd2, 0x9a, 0x3b, 0x9a, 0xca, 0x00}), ErrNotACard},
		{"a name of a gigabyte", pack([]byte{0xd2, 0x84, 0x5a, 0x40, 0, 0, 0}), ErrNotACard},
		{"no tag", pack(message[1:]), ErrNotACard},
		{"another tag", pack(append([]byte{0xd1}, message[1:]...)), ErrNotACard},
		{"the tag of a web token around it", pack(append([]byte{0xd8, 61}, message...)), ErrNotACard},
		{"its tag in a longer head", pack(append([]byte{0xd8, 18}, message[1:]...)), ErrNotACard},
		{"an array without a length", pack(append(append([]byte{0xd2, 0x9f}, message[2:]...), 0xff)), ErrNotACard},
		{"five parts", pack(append([]byte{0xd2, 0x85}, append(bytes.Clone(message[2:]), 0)...)), ErrNotACard},
		{"three parts", pack(append([]byte{0xd2, 0x83}, message[2:len(message)-66]...)), ErrNotACard},
		{"a signature in a longer head", pack(longer(message)), ErrNotACard},
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
		{"its key id where it is not signed", pack(bytes.Replace(message, []byte{0xa0}, append([]byte{0xa1, 4, 0x48}, id[:]...), 1)), ErrNotACard},
		{"its key id twice", resignRaw(append(append([]byte{0xa3, 1, 0x27, 4, 0x48}, id[:]...), append([]byte{4, 0x48}, id[:]...)...), s.Payload), ErrNotACard},
		{"a header without a length", resignRaw(append(append([]byte{0xbf, 1, 0x27, 4, 0x48}, id[:]...), 0xff), s.Payload), ErrNotACard},
		{"claims that are no map", resign(ours, encode("asha")), ErrNotACard},
		{"claims with a key twice", resign(ours, []byte{0xa2, 6, 1, 6, 2}), ErrNotACard},
		{"an identity with a name twice", resign(ours, append([]byte{0xa3, 1, 0x68}, append([]byte(shortIssuer), 6, 0x1a, 0x6a, 0xe9, 0x63, 0xa0, 0x18, 169, 0xa2, 4, 0x61, 'A', 4, 0x61, 'B')...)), ErrNotACard},
		{"a time that is not whole", resign(ours, encode(map[int]any{1: testIssuer, 6: 1793700000.5, 169: map[int]any{}})), ErrNotACard},
		{"a time before 1970", resign(ours, encode(map[int]any{1: testIssuer, 6: -5, 169: map[int]any{}})), ErrNotACard},
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
}

// None may crash a reader, make it take much memory, or repeat what it says.
func TestHostileTexts(t *testing.T) {
	v := NewVerifier(newTrustParts().open(t), func() time.Time { return testNow })
	for _, c := range hostileTexts(t) {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			got, err := v.Verify(c.text)
			runtime.ReadMemStats(&after)
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if got.Credential != (Credential{}) {
				t.Error("something is believed")
			}
			if err != nil && (strings.Contains(err.Error(), "Sunita") || longestDigits(err.Error()) > 8) {
				t.Errorf("the error tells too much: %v", err)
			}
			if took := after.TotalAlloc - before.TotalAlloc; took > 256<<10 {
				t.Errorf("reading it took %d KB of memory", took>>10)
			}
		})
	}
}

// A reader leaves what it does not know alone, so that later cards may say more.
func TestAnAttributeOfAnotherVersionIsLeftAlone(t *testing.T) {
	key := testKey("centre")
	payload, err := cbor.Marshal(map[int]any{
		1: testIssuer, 6: 1793700000,
		169: map[int]any{1: permanentCard().Number.String(), 2: "1", 3: "eng", 4: "Asha", 13: "IN"},
	})
	if err != nil {
		t.Fatal(err)
	}
	id := NewKeyID(public(key))
	protected := append([]byte{0xa2, 1, 0x27, 4, 0x48}, id[:]...)
	message := signedMessage(protected, payload, ed25519.Sign(key, toBeSigned(protected, payload)))
	qr := string(appendBase45(nil, appendZlib(nil, message)))
	v := NewVerifier(newTrustParts().open(t), func() time.Time { return testNow })
	if got, err := v.Verify(qr); err != nil || got.Credential.Name != "Asha" {
		t.Errorf("%+v, %v", got, err)
	}
}

// A hostileVector is a line of testdata/hostile.json, for other readers to check themselves against.
type hostileVector struct {
	Case    string `json:"case"`
	QR      string `json:"qr"`
	Verdict string `json:"verdict"` // the word of FORMAT.md, section 6
}

// The file holds every hostile text. Its bytes are not made anew to compare them: another version of compress/zlib may write
// others.
func TestHostileVectors(t *testing.T) {
	path := filepath.Join("testdata", "hostile.json")
	texts := hostileTexts(t)
	if *update {
		var list []hostileVector
		for _, c := range texts {
			list = append(list, hostileVector{c.name, c.text, verdictOf(c.want)})
		}
		writeJSON(t, path, list)
	}
	stored, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var list []hostileVector
	if err := json.Unmarshal(stored, &list); err != nil || len(list) != len(texts) {
		t.Fatalf("%d hostile texts in %s, %d in the test (%v): -update writes them", len(list), path, len(texts), err)
	}
	v := NewVerifier(newTrustParts().open(t), func() time.Time { return testNow })
	for i, c := range list {
		if _, err := v.Verify(c.QR); verdictOf(err) != c.Verdict || c.Case != texts[i].name {
			t.Errorf("%s: %v, want %s", c.Case, err, c.Verdict)
		}
	}
}
