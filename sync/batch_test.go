package sync

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"sehat/cards"
	"sehat/records"
)

var update = flag.Bool("update", false, "write the test vectors anew")

// testKey returns a key that is the same in every run.
func testKey(name string) ed25519.PrivateKey {
	seed := make([]byte, ed25519.SeedSize)
	copy(seed, name)
	return ed25519.NewKeyFromSeed(seed)
}

func public(key ed25519.PrivateKey) ed25519.PublicKey { return key.Public().(ed25519.PublicKey) }

// invented returns changes of three nouns about invented people, with the characters that encoders get wrong.
func invented(t *testing.T) []records.Change {
	t.Helper()
	age := 0
	rows := []struct {
		noun    records.Noun
		key     string
		content any
	}{
		{records.NounHousehold, "h1", records.Household{ID: "h1", Profile: "sehat", SurveyCode: "DL-2026-1", WardCode: "012", Key: "H<1>&2", AddressLine: "गली नं. ५, \"Shiv\" Vihar", Other: json.RawMessage(`{"notice_version":"1"}`)}},
		{records.NounResident, "r1", records.Resident{ID: "r1", HouseholdID: "h1", Key: "1", LineNo: 1, FullName: "Asha Devi", FullNameHi: "आशा देवी", Sex: "F", AgeYears: &age}},
		{records.NounVisit, "v1", records.Visit{ID: "v1", HouseholdID: "h1", No: 1, Date: "2026-01-31", Outcome: "complete"}},
	}
	var list []records.Change
	for _, r := range rows {
		b, err := records.Canonical(r.content)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, records.Change{Noun: r.noun, Key: r.key, Hash: records.Hash(b), Row: b})
	}
	list[1].Base, list[1].SourceRev = strings.Repeat("ab", 32), "2026-01-31T10:00:00.000Z"
	return list
}

var testHeader = Header{DeviceID: "7d3c9e02-1111-4222-8333-444455556666", Number: 7, Prev: strings.Repeat("cd", 32), FrozenAt: "2026-01-31T09:30:00.000Z"}

func TestABatchComesBackAsItWasFrozen(t *testing.T) {
	key := testKey("device")
	changes := invented(t)
	f, err := Freeze(testHeader, changes, key)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Freeze(testHeader, changes, key)
	if err != nil || !bytes.Equal(f.Bytes, again.Bytes) {
		t.Fatalf("freezing the same rows again gives other bytes (%v)", err)
	}
	if f.Hash != records.Hash(f.Bytes) || f.Rows != 3 || f.Number != 7 || f.Prev != testHeader.Prev {
		t.Errorf("frozen: %+v", f)
	}
	h, rows, err := Open(f.Bytes, public(key))
	if err != nil {
		t.Fatal(err)
	}
	want := testHeader
	want.Rows = 3
	if h != want {
		t.Errorf("header %+v, want %+v", h, want)
	}
	for i, r := range rows {
		if r.Why != "" || r.Noun != changes[i].Noun || r.Key != changes[i].Key || r.Base != changes[i].Base || r.Hash != changes[i].Hash ||
			r.SourceRev != changes[i].SourceRev || !bytes.Equal(r.Row, changes[i].Row) {
			t.Errorf("row %d: %+v, want %+v", i+1, r, changes[i])
		}
	}
}

func TestOpenRefusesWhatTheDeviceDidNotSign(t *testing.T) {
	key := testKey("device")
	f, err := Freeze(testHeader, invented(t), key)
	if err != nil {
		t.Fatal(err)
	}
	line, frame, _ := bytes.Cut(f.Bytes, []byte("\n"))
	words := strings.Split(string(line), " ")
	sig := words[5]
	join := func(line string, frame []byte) []byte { return append([]byte(line+"\n"), frame...) }
	with := func(i int, word string) []byte {
		changed := append([]string{}, words...)
		changed[i] = word
		return join(strings.Join(changed, " "), frame)
	}
	flipped := bytes.Clone(frame)
	flipped[len(flipped)/2] ^= 1
	foreign, err := Freeze(testHeader, invented(t), testKey("stranger"))
	if err != nil {
		t.Fatal(err)
	}
	receipt := func() []byte { // the same bytes, signed for another purpose
		return []byte(batchLine(testHeader.DeviceID, public(key), cards.SignDetached(key, domainReceipt, frame)) + string(frame))
	}
	for _, c := range []struct {
		name string
		b    []byte
		want error
	}{
		{"nothing at all", nil, ErrNotABatch},
		{"a text file", []byte("household_id,line_no\nH1,1\n"), ErrNotABatch},
		{"only the line", append(bytes.Clone(line), '\n'), ErrForeignKey},
		{"no line break", line, ErrNotABatch},
		{"a byte of the frame changed", join(string(line), flipped), ErrForeignKey},
		{"cut off", f.Bytes[:len(f.Bytes)-1], ErrForeignKey},
		{"a byte behind the end", append(bytes.Clone(f.Bytes), 0), ErrForeignKey},
		{"another device in the line", with(3, "11111111-1111-4222-8333-444455556666"), ErrForeignKey},
		{"another key id in the line", with(4, "0011223344556677"), ErrForeignKey},
		{"two spaces in the line", join(strings.Replace(string(line), " batch", "  batch", 1), frame), ErrNotABatch},
		{"a carriage return within the signature", with(5, sig[:8]+"\r"+sig[8:]), ErrForeignKey},
		{"the signature spelled with other spare bits", with(5, sig[:85]+spareBits(sig[85])+sig[86:]), ErrForeignKey},
		{"another version", with(2, "2"), ErrNotABatch},
		{"a stranger's key", foreign.Bytes, ErrForeignKey},
		{"a signature made for a receipt", receipt(), ErrForeignKey},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, _, err := Open(c.b, public(key)); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

// spareBits returns the next letter of the base64 alphabet: before "==" only two of its six bits count.
func spareBits(c byte) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	return alphabet[strings.IndexByte(alphabet, c)+1:][:1]
}

// pack signs lines as a batch.
func pack(t *testing.T, key ed25519.PrivateKey, lines string) []byte {
	t.Helper()
	enc, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	frame := enc.EncodeAll([]byte(lines), nil)
	return append([]byte(batchLine(testHeader.DeviceID, public(key), cards.SignDetached(key, domainBatch, frame))), frame...)
}

func TestOpenReadsOnlyWholeBatches(t *testing.T) {
	key := testKey("device")
	header := `{"device":"` + testHeader.DeviceID + `","batch":1,"rows":1,"frozen_at":"x"}` + "\n"
	for _, c := range []struct {
		name, lines string
		want        error
	}{
		{"no header", "", ErrDamaged},
		{"a header that is no JSON", "rows\n", ErrDamaged},
		{"batch number zero", strings.Replace(header, `"batch":1`, `"batch":0`, 1), ErrDamaged},
		{"a row less than the header says", header, ErrDamaged},
		{"a row more than the header says", header + "{}\n{}\n", ErrDamaged},
		{"more rows than a batch may hold", strings.Replace(header, `"rows":1`, `"rows":2001`, 1) + strings.Repeat("{}\n", 2001), ErrDamaged},
		{"another device in the header", strings.Replace(header, "7d3c", "0000", 1) + "{}\n", ErrForeignKey},
		{"inflates beyond the limit", header + strings.Repeat(" ", maxUnpacked) + "\n", ErrTooBig},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, _, err := Open(pack(t, key, c.lines), public(key)); !errors.Is(err, c.want) && !(c.want == ErrTooBig && errors.Is(err, ErrDamaged)) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
	_, rows, err := Open(pack(t, key, header+"[1,2]\n"), public(key))
	if err != nil || len(rows) != 1 || rows[0].Why == "" {
		t.Errorf("a row that cannot be read spoils the batch: %+v, %v", rows, err)
	}
}

func TestFreezeRefusesARowBeyondTheLimit(t *testing.T) {
	c := records.Change{Noun: records.NounHousehold, Key: "h1", Row: json.RawMessage(`"` + strings.Repeat("x", maxRow) + `"`)}
	if _, err := Freeze(testHeader, []records.Change{c}, testKey("device")); !errors.Is(err, ErrTooBig) {
		t.Errorf("got %v", err)
	}
}

// vectors are what an independent reader is tested with.
type vectors struct {
	Seed        string `json:"device_seed_hex"`
	KeyID       string `json:"kid"`
	Lines       string `json:"lines"`        // what is packed
	LinesHash   string `json:"lines_sha256"` // of it
	Batch       string `json:"batch_base64"`
	BatchHash   string `json:"batch_sha256"`
	CentreSeed  string `json:"centre_seed_hex"`
	Receipt     string `json:"receipt"`
	Fingerprint string `json:"device_fingerprint"`
}

func TestVectors(t *testing.T) {
	device, centre := testKey("device"), testKey("centre")
	changes := invented(t)
	header := testHeader
	header.Rows = len(changes)
	lines, err := batchLines(header, changes)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Freeze(testHeader, changes, device)
	if err != nil {
		t.Fatal(err)
	}
	receipt, err := Receipt{
		Applied: records.Applied{
			DeviceID: f.DeviceID, Number: f.Number, Hash: f.Hash, Prev: f.Prev, Rows: 3, Stored: 1, Unchanged: 1, Rejects: 1, AppliedAt: "2026-02-01T00:00:00.000Z",
		},
		Rejected: []records.RowReject{{Row: 3, Noun: records.NounVisit, Key: "v1", Why: "its household is not here"}},
	}.seal(centre)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "vectors.json")
	if *update {
		b, err := json.MarshalIndent(vectors{
			Seed: hex.EncodeToString(device.Seed()), KeyID: cards.NewKeyID(public(device)).String(), Lines: string(lines),
			LinesHash: records.Hash(lines), Batch: base64.StdEncoding.EncodeToString(f.Bytes), BatchHash: f.Hash,
			CentreSeed: hex.EncodeToString(centre.Seed()), Receipt: string(receipt), Fingerprint: cards.Fingerprint(public(device)),
		}, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, append(b, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	if v.Lines != string(lines) || v.LinesHash != records.Hash(lines) {
		t.Errorf("the lines of a batch changed:\n%s\nwant\n%s", lines, v.Lines)
	}
	if v.Receipt != string(receipt) {
		t.Errorf("a receipt changed:\n%s\nwant\n%s", receipt, v.Receipt)
	}
	// The packed bytes may differ between versions of the packer: the old ones must be read for ever.
	batch, err := base64.StdEncoding.DecodeString(v.Batch)
	if err != nil || records.Hash(batch) != v.BatchHash {
		t.Fatalf("the batch is not what its hash says (%v)", err)
	}
	h, rows, err := Open(batch, public(device))
	if err != nil || h != header || len(rows) != len(changes) {
		t.Fatalf("header %+v, %d rows, %v", h, len(rows), err)
	}
	for i, r := range rows {
		if !bytes.Equal(r.Row, changes[i].Row) || r.Hash != changes[i].Hash {
			t.Errorf("row %d: %s", i+1, r.Row)
		}
	}
	keys := cards.KeyList{Keys: []cards.Key{{ID: cards.NewKeyID(public(centre)), Kind: cards.CentreKey, PublicKey: public(centre), Status: cards.KeyActive}}}
	r, err := OpenReceipt([]byte(v.Receipt), keys)
	if err != nil || r.Stored != 1 || len(r.Rejected) != 1 {
		t.Errorf("receipt %+v, %v", r, err)
	}
}

func FuzzOpen(f *testing.F) {
	key := testKey("device")
	frozen, err := Freeze(testHeader, []records.Change{{Noun: records.NounVisit, Key: "v", Hash: "h", Row: json.RawMessage(`{}`)}}, key)
	if err != nil {
		f.Fatal(err)
	}
	_, frame, _ := bytes.Cut(frozen.Bytes, []byte("\n"))
	f.Add(frame)
	f.Add([]byte{0x28, 0xb5, 0x2f, 0xfd})
	f.Fuzz(func(t *testing.T, frame []byte) {
		// Signed, so that what lies behind the signature is reached: unpacking and reading.
		b := append([]byte(batchLine(testHeader.DeviceID, public(key), cards.SignDetached(key, domainBatch, frame))), frame...)
		h, rows, err := Open(b, public(key))
		if err == nil && len(rows) != h.Rows {
			t.Errorf("%d rows under a header of %d", len(rows), h.Rows)
		}
		Open(frame, public(key)) //nolint:errcheck // it must only not crash
	})
}
