package sheet

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"

	"sehat/cards"
)

// seed keys: a centre, a print centre and a stranger.
func keyOf(name byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{name}, ed25519.SeedSize))
}

func idOf(k ed25519.PrivateKey) cards.KeyID { return cards.NewKeyID(k.Public().(ed25519.PublicKey)) }

func knowing(keys ...ed25519.PrivateKey) func(cards.KeyID) (ed25519.PublicKey, error) {
	return func(id cards.KeyID) (ed25519.PublicKey, error) {
		for _, k := range keys {
			if idOf(k) == id {
				return k.Public().(ed25519.PublicKey), nil
			}
		}
		return nil, cards.ErrUnknownKey
	}
}

// sealed makes a job of n cards for the print centre.
func sealed(t *testing.T, centre ed25519.PrivateKey, to string, n int) []byte {
	t.Helper()
	h := JobHeader{Batch: "B1", Layout: "a4-10", Made: made, For: idOf(keyOf('p')), Cards: n, MadeWith: "test"}
	envelope, _, err := h.Sign(centre)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := SealJob(&file, centre, to, envelope, Faces(sampleFaces(n))); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func identity(t *testing.T) *age.X25519Identity {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestASealedJobIsReadBack(t *testing.T) {
	printer := identity(t)
	file := sealed(t, keyOf('c'), printer.Recipient().String(), 2345)
	j, err := OpenJob(bytes.NewReader(file), printer.String(), idOf(keyOf('p')), knowing(keyOf('c')))
	if err != nil {
		t.Fatal(err)
	}
	if h := j.Header; h.Batch != "B1" || h.Layout != "a4-10" || !h.Made.Equal(made) || h.Cards != 2345 {
		t.Errorf("%+v", h)
	}
	var got []cards.Face
	for f, err := range j.Faces() {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, f)
	}
	if !slices.Equal(got, sampleFaces(2345)) {
		t.Error("the faces are others")
	}
	t.Logf("%d bytes a card", len(file)/2345)
}

func TestJobsThatAreRefused(t *testing.T) {
	printer, other := identity(t), identity(t)
	to := printer.Recipient().String()
	good := sealed(t, keyOf('c'), to, 1500)
	lines := bytes.SplitAfter(unsealedBytes(t, good, printer), []byte("\n"))
	again := func(lines ...[]byte) []byte { return resealed(t, to, bytes.Join(lines, nil)) }
	for name, c := range map[string]struct {
		file   []byte
		secret string
		self   ed25519.PrivateKey
		want   error
	}{
		"sealed to another print centre":             {good, other.String(), keyOf('p'), ErrOtherKey},
		"sealed on by a print centre to another":     {good, printer.String(), keyOf('q'), ErrOtherKey},
		"signed by somebody who is no centre":        {sealed(t, keyOf('x'), to, 3), printer.String(), keyOf('p'), ErrUnsealedJob},
		"cut off":                                    {good[:len(good)*2/3], printer.String(), keyOf('p'), ErrDamagedJob},
		"one byte changed":                           {changed(good), printer.String(), keyOf('p'), ErrDamagedJob},
		"without its last part":                      {again(lines[:2]...), printer.String(), keyOf('p'), ErrDamagedJob},
		"its parts in another order":                 {again(lines[0], lines[2], lines[1]), printer.String(), keyOf('p'), ErrDamagedJob},
		"a part twice":                               {again(lines[0], lines[1], lines[1]), printer.String(), keyOf('p'), ErrDamagedJob},
		"something behind its end":                   {again(lines[0], lines[1], lines[2], lines[2]), printer.String(), keyOf('p'), ErrDamagedJob},
		"a header in place of cards":                 {again(lines[0], lines[0]), printer.String(), keyOf('p'), ErrNotAJob},
		"a word in a signed part changed":            {again(lines[0], bytes.Replace(lines[1], []byte(`"payload":"KLUv`), []byte(`"payload":"KLUw`), 1)), printer.String(), keyOf('p'), ErrUnsealedJob},
		"an age file of something else":              {again([]byte("hello\n")), printer.String(), keyOf('p'), ErrNotAJob},
		"no age file":                                {[]byte("hello\n"), printer.String(), keyOf('p'), ErrNotAJob},
		"an empty file":                              {nil, printer.String(), keyOf('p'), ErrNotAJob},
		"a part of another job with the same number": {again(lines[0], partOfAnother(t, printer)), printer.String(), keyOf('p'), ErrDamagedJob},
	} {
		t.Run(name, func(t *testing.T) {
			if err := openWhole(c.file, c.secret, idOf(c.self)); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

// openWhole opens a job and reads it to its end.
func openWhole(file []byte, secret string, self cards.KeyID) error {
	j, err := OpenJob(bytes.NewReader(file), secret, self, knowing(keyOf('c')))
	if err != nil {
		return err
	}
	for _, err := range j.Faces() {
		if err != nil {
			return err
		}
	}
	return nil
}

func unsealedBytes(t *testing.T, file []byte, id age.Identity) []byte {
	t.Helper()
	r, err := age.Decrypt(bytes.NewReader(file), id)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

func resealed(t *testing.T, to string, plain []byte) []byte {
	t.Helper()
	r, err := age.ParseX25519Recipient(to)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	w, err := age.Encrypt(&file, r)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func changed(file []byte) []byte {
	b := slices.Clone(file)
	b[len(b)-100] ^= 1
	return b
}

func partOfAnother(t *testing.T, id *age.X25519Identity) []byte {
	t.Helper()
	file := sealed(t, keyOf('c'), id.Recipient().String(), 7)
	return bytes.SplitAfter(unsealedBytes(t, file, id), []byte("\n"))[1]
}

func TestAReportSaysWhatBecameOfTheCards(t *testing.T) {
	r := Report{Job: strings.Repeat("a", 64), Batch: "B1", Made: made, By: "ravi", Cards: 20}
	if !r.Spoil(Spoiled{Position: 17, Why: "smudged"}) || !r.Spoil(Spoiled{Position: 3}) || r.Spoil(Spoiled{Position: 17, Why: "torn"}) {
		t.Errorf("%+v", r.Spoiled)
	}
	if n := r.Dispatch(Dispatched{From: 5, To: 10, With: "courier"}); n != 6 {
		t.Errorf("%d were dispatched", n)
	}
	if n := r.Dispatch(Dispatched{From: 1, To: 20, With: "post"}); n != 12 || len(r.Dispatched) != 3 {
		t.Errorf("%d more were dispatched: %+v", n, r.Dispatched)
	}
	if n := r.Dispatch(Dispatched{From: 1, To: 20, With: "post"}); n != 0 || r.Left() != 18 {
		t.Errorf("%d were dispatched again, %d in all", n, r.Left())
	}
	file, err := r.Sign(keyOf('p'))
	if err != nil {
		t.Fatal(err)
	}
	back, by, err := OpenReport(file, knowing(keyOf('p')))
	if err != nil || by != idOf(keyOf('p')) {
		t.Fatal(by, err)
	}
	if len(back.Spoiled) != 2 || back.Spoiled[1].Why != "smudged" || back.IsDispatched(3) || !back.IsDispatched(4) {
		t.Errorf("%+v", back)
	}
	if _, _, err := OpenReport(file, knowing(keyOf('x'))); !errors.Is(err, ErrForgedReport) {
		t.Errorf("signed by somebody: %v", err)
	}
	e := bytes.Replace(file, []byte(`"payload":"eyJ`), []byte(`"payload":"eyK`), 1)
	if _, _, err := OpenReport(e, knowing(keyOf('p'))); !errors.Is(err, ErrForgedReport) {
		t.Errorf("altered: %v", err)
	}
	if _, _, err := OpenReport([]byte("{}"), knowing(keyOf('p'))); !errors.Is(err, ErrNotAReport) {
		t.Errorf("something else: %v", err)
	}
}

func TestAReportThatCannotBeTrue(t *testing.T) {
	good := Report{Batch: "B1", By: "ravi", Cards: 20}
	for name, change := range map[string]func(*Report){
		"a position behind the last":     func(r *Report) { r.Spoiled = []Spoiled{{Position: 21}} },
		"a position before the first":    func(r *Report) { r.Spoiled = []Spoiled{{Position: 0}} },
		"a card spoiled twice":           func(r *Report) { r.Spoiled = []Spoiled{{Position: 4}, {Position: 4}} },
		"a dispatch of none":             func(r *Report) { r.Dispatched = []Dispatched{{From: 4, To: 3}} },
		"a dispatch beyond the last":     func(r *Report) { r.Dispatched = []Dispatched{{From: 4, To: 30}} },
		"a reason that clears a screen":  func(r *Report) { r.Spoiled = []Spoiled{{Position: 4, Why: "\x1b[2J"}} },
		"a courier with too long a name": func(r *Report) { r.Dispatched = []Dispatched{{From: 4, To: 5, With: strings.Repeat("x", 201)}} },
	} {
		r := good
		change(&r)
		if _, err := r.Sign(keyOf('p')); !errors.Is(err, ErrReportDiffers) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
