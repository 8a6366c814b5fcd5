package sheet

import (
	"crypto/ed25519"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sehat/cards"
)

// signedFaces are sample faces with real credentials.
func signedFaces(t testing.TB, n int) []cards.Face {
	t.Helper()
	list := sampleFaces(n)
	for i := range list {
		f := &list[i]
		c := cards.Credential{Number: f.Number, Version: f.Version, Language: "eng", Name: f.Name, Issuer: "sehat:dl", Issued: made}
		if f.NameSecond != "" {
			c.SecondName, c.SecondLanguage = f.NameSecond, "hin"
		}
		var err error
		if f.QR, _, _, err = cards.SignToFit(keyOf('c'), c); err != nil {
			t.Fatal(err)
		}
	}
	return list
}

// verified judges as a verifier does.
func verified(_ cards.Number, text string) error {
	u, err := cards.Decode(text)
	if err == nil && !u.SignedBy(keyOf('c').Public().(ed25519.PublicKey)) {
		err = cards.ErrBadSignature
	}
	return err
}

func TestMadeFilesAreReadAgain(t *testing.T) {
	for _, l := range Layouts() {
		t.Run(l.Name, func(t *testing.T) {
			dir := t.TempDir()
			m, err := Make(t.Context(), dir, Job{Batch: "B1", Layout: l.Name, Made: made, Faces: Faces(signedFaces(t, 45)), PerFile: 20})
			if err != nil {
				t.Fatal(err)
			}
			c := Checker{Dir: dir, Manifest: m, Judge: verified}
			got, err := c.Files(t.Context())
			if err != nil || len(got.Faults) > 0 || got.Cards != 45 || got.Files != 3 || got.Sheets != m.Sheets {
				t.Errorf("%+v, %v", got, err)
			}
			c.Sample = 9
			if got, err = c.Files(t.Context()); err != nil || len(got.Faults) > 0 || got.Cards != 9 {
				t.Errorf("a sample: %+v, %v", got, err)
			}
		})
	}
}

func TestWhatIsWrongWithMadeFiles(t *testing.T) {
	for name, c := range map[string]struct {
		faces func([]cards.Face)                          // before they are made
		after func(t *testing.T, dir string, m *Manifest) // and after
		judge func(cards.Number, string) error
		want  string
		slots []int // positions
	}{
		"the QR of another card": {faces: func(f []cards.Face) { f[3].QR = f[4].QR }, want: "its QR is that of another card", slots: []int{4}},
		"a QR that is no card's": {faces: func(f []cards.Face) { f[3].QR = "HELLO" }, want: "its QR is no card's: not a health card", slots: []int{4}},
		"another name than in the QR": {
			faces: func(f []cards.Face) { f[2].Name = "Somebody Else" }, want: "the name that is printed is not the one of its QR or of the manifest", slots: []int{3},
		},
		"another second name than in the QR": {
			faces: func(f []cards.Face) { f[0].NameSecond = "कोई और" }, want: "the second name that is printed is not", slots: []int{1},
		},
		"a signature that does not hold": {judge: func(n cards.Number, _ string) error {
			if n == sampleFaces(13)[12].Number {
				return cards.ErrBadSignature
			}
			return nil
		}, want: "the signature does not match", slots: []int{13}},
		"a file that lost a byte": {after: func(t *testing.T, dir string, m *Manifest) {
			b := read(t, filepath.Join(dir, m.Files[0].Name))
			write(t, filepath.Join(dir, m.Files[0].Name), b[:len(b)-1])
		}, want: "the file is not what was made", slots: []int{0}},
		"a file that is missing": {after: func(t *testing.T, dir string, m *Manifest) {
			if err := os.Remove(filepath.Join(dir, m.Files[1].Name)); err != nil {
				t.Fatal(err)
			}
		}, want: "the file is missing", slots: []int{0}},
		"two slots of the manifest exchanged": {after: func(_ *testing.T, _ string, m *Manifest) {
			s := m.Files[0].Slots
			s[1].Number, s[2].Number = s[2].Number, s[1].Number
		}, want: "its QR is that of another card", slots: []int{2, 3}},
		"a card more than in the manifest": {after: func(_ *testing.T, _ string, m *Manifest) {
			m.Files[1].Slots = m.Files[1].Slots[:2]
		}, want: "the sheet shows 3 cards, and the manifest has 2", slots: []int{11, 11}},
	} {
		t.Run(name, func(t *testing.T) {
			dir, faces := t.TempDir(), signedFaces(t, 13)
			if c.faces != nil {
				c.faces(faces)
			}
			m, err := Make(t.Context(), dir, Job{Batch: "B1", Made: made, Faces: Faces(faces), PerFile: 10})
			if err != nil {
				t.Fatal(err)
			}
			if c.after != nil {
				c.after(t, dir, m)
			}
			got, err := (&Checker{Dir: dir, Manifest: m, Judge: c.judge}).Files(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var slots []int
			for _, f := range got.Faults {
				slots = append(slots, f.Position)
				if !strings.Contains(f.What, c.want) {
					t.Errorf("it says %q, want %q", f.What, c.want)
				}
			}
			if !slices.Equal(slots, c.slots) {
				t.Errorf("faults at %v, want %v: %+v", slots, c.slots, got.Faults)
			}
		})
	}
}

func BenchmarkCheck1000(b *testing.B) {
	dir := b.TempDir()
	m, err := Make(b.Context(), dir, Job{Batch: "B1", Made: made, Faces: Faces(signedFaces(b, CardsPerFile))})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		got, err := (&Checker{Dir: dir, Manifest: m, Judge: verified}).Files(b.Context())
		if err != nil || got.Cards != CardsPerFile || len(got.Faults) > 0 {
			b.Fatal(got, err)
		}
	}
	b.ReportMetric(float64(b.N*CardsPerFile)/b.Elapsed().Seconds(), "cards/s")
}
