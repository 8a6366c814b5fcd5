package sheet

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"sehat/cards"
)

func TestFitterSaysWhatWouldStopTheJob(t *testing.T) {
	fitter, err := NewFitter(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what   string
		change func(*cards.Face)
		want   []string // field and why
	}{
		{"an issued card fits", func(*cards.Face) {}, nil},
		{"so does one that has no number and no credential yet", func(f *cards.Face) { f.Number, f.QR = 0, "" }, nil},
		{"a name that is too long", func(f *cards.Face) { f.Name = strings.Repeat("Lakshminarasimhan ", 8) }, []string{"name does not fit at the smallest size"}},
		{"a letter that no font has", func(f *cards.Face) { f.NameSecond = "王" }, []string{"name_second has a letter that the fonts do not know, U+738B"}},
		{"a QR text too long for the card", func(f *cards.Face) { f.QR = strings.Repeat("A", 650) }, []string{"qr needs 81 modules, too many for 31 mm"}},
		{"no name", func(f *cards.Face) { f.Name = "" }, []string{"name is empty"}},
		{"all that is wrong is told", func(f *cards.Face) { f.Name, f.Birth = "王", "in the year of the great flood" }, []string{
			"name has a letter that the fonts do not know, U+738B", "birth does not fit at the smallest size",
		}},
	} {
		t.Run(c.what, func(t *testing.T) {
			f := sampleFaces(1)[0]
			c.change(&f)
			var got []string
			if err := fitter.Fits(f); err != nil {
				var overflow *OverflowError
				if !errors.As(err, &overflow) {
					t.Fatal(err)
				}
				for _, m := range overflow.Misfits {
					got = append(got, m.Field+" "+m.Why)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
