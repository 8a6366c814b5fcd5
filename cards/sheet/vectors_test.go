package sheet

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"sehat/cards"
)

// jobVectors is testdata/job.json: a sealed job and a report with all that is needed to check them without our code. Keys and people
// are invented.
type jobVectors struct {
	Comment     string          `json:"comment"`
	CentreKey   []byte          `json:"centre_public_key"`
	PressKey    []byte          `json:"print_centre_public_key"`
	PressSecret string          `json:"print_centre_age_key"`
	Job         []byte          `json:"job"` // the sealed file
	Hash        string          `json:"job_hash"`
	Header      json.RawMessage `json:"header"`
	Cards       []sealedCard    `json:"cards"`
	Report      []byte          `json:"report"` // the signed file
	Content     json.RawMessage `json:"report_content"`
}

const vectorsPath = "testdata/job.json"

func TestJobVectors(t *testing.T) {
	var v jobVectors
	if err := json.Unmarshal(read(t, vectorsPath), &v); err != nil {
		t.Fatal(err)
	}
	find := func(id cards.KeyID) (ed25519.PublicKey, error) {
		for _, k := range [][]byte{v.CentreKey, v.PressKey} {
			if cards.NewKeyID(k) == id {
				return k, nil
			}
		}
		return nil, cards.ErrUnknownKey
	}
	j, err := OpenJob(bytes.NewReader(v.Job), v.PressSecret, cards.NewKeyID(v.PressKey), find)
	if err != nil {
		t.Fatal(err)
	}
	header, err := json.Marshal(j.Header)
	if err != nil || !bytes.Equal(header, compact(t, v.Header)) || hashOf(header) != v.Hash || j.Hash != v.Hash {
		t.Errorf("header %s, hash %s, %v", header, j.Hash, err)
	}
	i := 0
	for f, err := range j.Faces() {
		if err != nil {
			t.Fatal(err)
		}
		want := v.Cards[i].Face
		if want.QR = v.Cards[i].QR; f != want {
			t.Errorf("card %d is %+v", i+1, f)
		}
		i++
	}
	if i != len(v.Cards) {
		t.Errorf("%d cards, want %d", i, len(v.Cards))
	}
	r, by, err := OpenReport(v.Report, find)
	if err != nil || by != cards.NewKeyID(v.PressKey) || r.Job != v.Hash {
		t.Fatal(r, by, err)
	}
	content, err := json.Marshal(r)
	if err != nil || !bytes.Equal(content, compact(t, v.Content)) {
		t.Errorf("report %s, %v", content, err)
	}
}

func compact(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := json.Compact(&out, b); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Age draws a new key each time, so that the vectors are made once: only where they are missing.
func TestJobVectorsAreThere(t *testing.T) {
	if _, err := os.Stat(vectorsPath); !errors.Is(err, os.ErrNotExist) {
		return
	}
	printer := identity(t)
	faces := sampleFaces(4)
	h := JobHeader{Batch: "20261122-k7f3", Layout: "a4-10", Made: made, For: idOf(keyOf('p')), Cards: len(faces), MadeWith: "1.0.0"}
	envelope, hash, err := h.Sign(keyOf('c'))
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := SealJob(&file, keyOf('c'), printer.Recipient().String(), envelope, Faces(faces)); err != nil {
		t.Fatal(err)
	}
	r := Report{Job: hash, Batch: h.Batch, Made: made, By: "ravi", Cards: len(faces), Files: []ReportFile{{"20261122-k7f3-0001.pdf", hashOf([]byte("a file"))}}}
	r.Spoil(Spoiled{Position: 2, Why: "smudged", At: made, By: "ravi"})
	r.Dispatch(Dispatched{From: 1, To: 4, With: "courier 4711", At: made, By: "asha"})
	report, err := r.Sign(keyOf('p'))
	if err != nil {
		t.Fatal(err)
	}
	v := jobVectors{
		Comment:   "See JOB.md. The job is an age file, the report an envelope; both in base64 here. All keys and people are invented.",
		CentreKey: keyOf('c').Public().(ed25519.PublicKey), PressKey: keyOf('p').Public().(ed25519.PublicKey), PressSecret: printer.String(),
		Job: file.Bytes(), Hash: hash, Report: report,
	}
	for _, f := range faces {
		v.Cards = append(v.Cards, sealedCard{Face: f, QR: f.QR})
	}
	if v.Header, err = json.Marshal(h); err == nil {
		v.Content, err = json.Marshal(r)
	}
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(vectorsPath), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, vectorsPath, append(b, '\n'))
	t.Errorf("%s was missing and is made anew: read it, and keep it", vectorsPath)
}
