package sheet

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"sehat/cards"
)

func TestTheSameJobGivesTheSameBytes(t *testing.T) {
	job := Job{Batch: "W12-0001", Made: made, Faces: Faces(sampleFaces(73)), PerFile: 20}
	first, second := t.TempDir(), t.TempDir()
	m, err := Make(t.Context(), first, job)
	if err != nil {
		t.Fatal(err)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if _, err := Make(t.Context(), second, job); err != nil {
		t.Fatal(err)
	}
	if len(m.Files) != 4 || m.Cards != 73 || m.Sheets != 2+2+2+2 {
		t.Errorf("%d files, %d cards, %d sheets", len(m.Files), m.Cards, m.Sheets)
	}
	for _, name := range files(t, first) {
		a, b := read(t, filepath.Join(first, name)), read(t, filepath.Join(second, name))
		if !bytes.Equal(a, b) {
			t.Errorf("%s differs from one run to the next", name)
		}
	}
	for _, f := range m.Files {
		sum := sha256.Sum256(read(t, filepath.Join(first, f.Name)))
		if hex.EncodeToString(sum[:]) != f.SHA256 {
			t.Errorf("%s is not what its SHA-256 in the manifest says", f.Name)
		}
	}
	var one bytes.Buffer
	if err := Render(t.Context(), &one, Job{Batch: "W12-0001", Made: made, Faces: Faces(sampleFaces(73)[:20])}); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one.Bytes(), read(t, filepath.Join(first, m.Files[0].Name))) {
		t.Error("Render and Make write different bytes")
	}
}

func TestManifestNamesEveryCardInTheOrderOfTheJob(t *testing.T) {
	dir := t.TempDir()
	faces := sampleFaces(25)
	m, err := Make(t.Context(), dir, Job{Batch: "B1", Made: made, Faces: Faces(faces), PerFile: 12})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(read(t, m.CSV))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(rows), 1+len(faces); got != want {
		t.Fatalf("%d rows, want %d", got, want)
	}
	for i, row := range rows[1:] {
		if row[1] != faces[i].Number.String() {
			t.Errorf("row %d names card %s, want %s", i+1, row[1], faces[i].Number)
		}
	}
	// 12 cards are a sheet and two cards; the next file begins a new sheet.
	for _, want := range []struct{ row, file, sheet, slot string }{
		{"1", "B1-0001.pdf", "1", "1"},
		{"10", "B1-0001.pdf", "1", "10"},
		{"12", "B1-0001.pdf", "2", "2"},
		{"13", "B1-0002.pdf", "3", "1"},
		{"24", "B1-0002.pdf", "4", "2"},
		{"25", "B1-0003.pdf", "5", "1"},
	} {
		var found bool
		for _, row := range rows[1:] {
			if row[0] == want.row {
				found = row[3] == want.file && row[4] == want.sheet && row[5] == want.slot
			}
		}
		if !found {
			t.Errorf("card %s is not in %s, sheet %s, slot %s", want.row, want.file, want.sheet, want.slot)
		}
	}
	var back Manifest
	if err := json.Unmarshal(read(t, m.JSON), &back); err != nil {
		t.Fatal(err)
	}
	if back.Cards != 25 || len(back.Files) != 3 || back.Files[2].Slots[0] != m.Files[2].Slots[0] || back.Files[1].SHA256 != m.Files[1].SHA256 {
		t.Errorf("the JSON manifest reads back as %+v", back)
	}
}

func TestWhatCannotBePrintedStopsTheJob(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*cards.Face)
		field  string
		why    string
	}{
		"a name that is too long even on two lines": {
			func(f *cards.Face) { f.Name = strings.Repeat("Lakshminarasimhan ", 8) }, "name", "does not fit at the smallest size",
		},
		"a word wider than the card": {
			func(f *cards.Face) { f.NameSecond = strings.Repeat("क्ष", 60) }, "name_second", "does not fit at the smallest size",
		},
		"a letter that no font has": {
			func(f *cards.Face) { f.NameSecond = "王小明" }, "name_second", "has a letter that the fonts do not know, U+738B",
		},
		"a picture in a name": {
			func(f *cards.Face) { f.Name = "Rani 🙂" }, "name", "has a letter that the fonts do not know, U+1F642",
		},
		"a birth that is a story": {
			func(f *cards.Face) { f.Birth = "in the year of the great flood" }, "birth", "does not fit at the smallest size",
		},
		"a QR text in small letters":      {func(f *cards.Face) { f.QR = "abc" }, "qr", "has a character that is not one of the 45 of base45"},
		"a QR text too long for the card": {func(f *cards.Face) { f.QR = strings.Repeat("A", 650) }, "qr", "needs 81 modules, too many for 31 mm"},
		"a QR text too long for any":      {func(f *cards.Face) { f.QR = strings.Repeat("A", 5000) }, "qr", "is 5000 characters long, too long for a card"},
		"no name":                         {func(f *cards.Face) { f.Name = "" }, "name", "is empty"},
		"no QR":                           {func(f *cards.Face) { f.QR = "" }, "qr", "is empty"},
		"a number with a wrong digit":     {func(f *cards.Face) { f.Number++ }, "number", "is not a card number"},
		"no version":                      {func(f *cards.Face) { f.Version = 0 }, "version", "is not counted from 1"},
		"a kind nobody knows":             {func(f *cards.Face) { f.Kind = "gold" }, "kind", "is neither permanent nor temporary"},
		"a permanent card with an end":    {func(f *cards.Face) { f.ValidUntil = "2030" }, "valid_until", "belongs on temporary cards, and only there"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			faces := sampleFaces(45)
			var want []Misfit
			for _, i := range []int{7, 42} {
				faces[i].Kind, faces[i].ValidUntil = cards.Permanent, ""
				c.change(&faces[i])
				want = append(want, Misfit{faces[i].Number, c.field, c.why})
			}
			_, err := Make(t.Context(), dir, Job{Batch: "B1", Made: made, Faces: Faces(faces), PerFile: 10})
			var overflow *OverflowError
			if !errors.As(err, &overflow) {
				t.Fatalf("want an OverflowError, got %v", err)
			}
			if len(overflow.Misfits) != 2 || overflow.Misfits[0] != want[0] || overflow.Misfits[1] != want[1] {
				t.Errorf("got %+v\nwant %+v", overflow.Misfits, want)
			}
			if n := faces[7].Name; n != "" && strings.Contains(err.Error(), n) {
				t.Error("the error repeats a name")
			}
			if left := files(t, dir); len(left) > 0 {
				t.Errorf("files were left: %v", left)
			}
		})
	}
}

func TestAJobThatFailsLeavesNoFileUnderItsName(t *testing.T) {
	broken := errors.New("the store is gone")
	cancelled, cancel := context.WithCancel(t.Context())
	for name, c := range map[string]struct {
		ctx  context.Context
		job  Job
		want string
	}{
		"the faces cannot be read to the end": {t.Context(), Job{Batch: "B1", Faces: func(yield func(cards.Face, error) bool) {
			for _, f := range sampleFaces(40) {
				if !yield(f, nil) {
					return
				}
			}
			yield(cards.Face{}, broken)
		}}, "the store is gone"},
		"someone presses Ctrl-C": {cancelled, Job{Batch: "B1", Faces: Faces(sampleFaces(40)), Progress: func(int, int) { cancel() }}, "context canceled"},
		"there are no cards":     {t.Context(), Job{Batch: "B1", Faces: Faces(nil)}, "no cards"},
		"no such layout":         {t.Context(), Job{Batch: "B1", Layout: "a5", Faces: Faces(nil)}, "no layout \"a5\": there are a4-10, a4-8, cr80"},
		"a batch named as a path": {
			t.Context(), Job{Batch: "../B1", Faces: Faces(sampleFaces(1))}, "letters, digits, dots and hyphens",
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			c.job.PerFile, c.job.Made = 10, made
			_, err := Make(c.ctx, dir, c.job)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
			for _, name := range files(t, dir) {
				if !strings.HasPrefix(name, ".") {
					t.Errorf("%s was left", name)
				}
			}
		})
	}
}

func TestProgressCountsUpToAllCards(t *testing.T) {
	last := 0
	_, err := Make(t.Context(), t.TempDir(), Job{Batch: "B1", Made: made, Faces: Faces(sampleFaces(45)), PerFile: 20, Progress: func(n, _ int) {
		if n <= last {
			t.Errorf("%d after %d", n, last)
		}
		last = n
	}})
	if err != nil || last != 45 {
		t.Errorf("progress ended at %d of 45 (%v)", last, err)
	}
}

func TestFaceIsStoredAndReadBack(t *testing.T) {
	for _, f := range sampleFaces(10) {
		text, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		var back cards.Face
		f.QR = "" // kept beside the face
		if err := json.Unmarshal(text, &back); err != nil || back != f {
			t.Errorf("%s reads back as %+v (%v)", text, back, err)
		}
	}
	var f cards.Face
	if err := json.Unmarshal([]byte(`{"number": "123"}`), &f); !errors.Is(err, cards.ErrNumber) {
		t.Errorf("a wrong number was read: %v", err)
	}
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
