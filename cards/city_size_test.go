package cards

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"rsc.io/qr/coding"

	"sehat/survey"
	"sehat/survey/simulate"
)

// MaxQRText is what version 11 at level M holds: 61 modules, however full. One character more would take 65.
func TestTheLongestTextFills61Modules(t *testing.T) {
	bits := func(n int) int { return coding.Alpha(strings.Repeat("A", n)).Bits(11) }
	room := 8 * coding.Version(11).DataBytes(coding.M)
	if bits(MaxQRText) > room || bits(MaxQRText+1) <= room {
		t.Errorf("%d characters take %d bits of %d, one more %d", MaxQRText, bits(MaxQRText), room, bits(MaxQRText+1))
	}
}

// cityNames are the names of an invented city that were written in two scripts, by the number of their words.
func cityNames(households int) map[int][][2]string {
	column := func(name string) int {
		return slices.IndexFunc(survey.Fields(survey.Member), func(f survey.Field) bool { return f.Name == name })
	}
	first, second := column("full_name"), column("full_name_hi")
	names := map[int][][2]string{}
	for h := range simulate.Households(simulate.Options{Households: households, Seed: 20}) {
		for _, m := range h.Members {
			if a, b := m.Answers[first], m.Answers[second]; a != "" && b != "" {
				words := len(strings.Fields(a))
				names[words] = append(names[words], [2]string{a, b})
			}
		}
	}
	return names
}

// How many cards of an invented city keep the name in the second script: with a full date of birth, which few of them have and
// which costs nine characters.
func TestHowManyNamesOfACityFit(t *testing.T) {
	const before = 340 // what fitted until the QR was filled to its last character
	key, rng, names := testKey("centre"), rand.New(rand.NewPCG(1, 2)), cityNames(4000)
	for _, c := range []struct {
		words     int
		temporary bool
		atLeast   float64 // the share that fits
	}{
		{2, false, 0.999},
		{2, true, 0.999},
		{3, false, 0.98},
		{3, true, 0.95},
	} {
		all := names[c.words]
		fit, fitted := 0, 0
		for i, name := range all {
			in := permanentCard()
			in.Issuer, in.Number = "sehat:dl", number(MinBody+rng.Uint64N(MaxBody-MinBody))
			in.Name, in.SecondName, in.Birth = name[0], name[1], Date{1950 + i%60, 1 + i%12, 1 + i%28}
			if c.temporary {
				in.Expires = in.Issued.Add(365 * 24 * time.Hour)
			}
			text, _ := signAnyLength(key, in)
			if len(text) <= MaxQRText {
				fit++
			}
			if len(text) <= before {
				fitted++
			}
		}
		percent := func(n int) float64 { return 100 * float64(n) / float64(len(all)) }
		t.Logf("%d words, temporary %v: %d names, %.1f %% keep both (%.1f %% at %d characters)", c.words, c.temporary, len(all), percent(fit), percent(fitted), before)
		if len(all) < 500 || percent(fit) < 100*c.atLeast {
			t.Errorf("%d words, temporary %v: %.1f %% of %d", c.words, c.temporary, percent(fit), len(all))
		}
	}
}
