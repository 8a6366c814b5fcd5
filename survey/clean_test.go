package survey

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestClean(t *testing.T) {
	for name, tt := range map[string]struct{ in, want string }{
		"spaces of every kind":            {"  Asha\u00a0 \tDevi\n", "Asha Devi"},
		"a byte-order mark":               {"\ufeffAsha", "Asha"},
		"direction marks":                 {"\u202eAsha\u200f Devi\u2066", "Asha Devi"},
		"a zero-width space":              {"As\u200bha", "Asha"},
		"the joiners of Hindi stay":       {"क्\u200dष", "क्\u200dष"},
		"an accent by itself":             {"Jose\u0301", "José"},
		"a nukta that Unicode composes":   {"न\u093c", "ऩ"},
		"a nukta that it takes apart":     {"\u0958मर", "क\u093cमर"},
		"a nukta that stands as it is":    {"ज\u093cैदी", "ज\u093cैदी"},
		"control characters":              {"Asha\x07 Devi\x7f", "Asha Devi"},
		"an empty cell":                   {"", ""},
		"a cell of white space":           {" \u3000\n", ""},
		"double spaces in Hindi":          {"सुनीता  देवी ", "सुनीता देवी"},
		"a hyphen and a space at the end": {"A- ", "A-"},
	} {
		if got, ok := clean(tt.in); !ok || got != tt.want {
			t.Errorf("%s: %q is %q, want %q", name, tt.in, got, tt.want)
		}
	}
	for _, s := range []string{"a\x00b", "\xff", "क\xe0\xa4"} {
		if got, ok := clean(s); ok {
			t.Errorf("%q is taken as %q", s, got)
		}
	}
}

// The fast way out of clean must agree with the slow one.
func TestPlainTextNeedsNoCleaning(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	plain := 0
	for range 200_000 {
		var b strings.Builder
		for range 1 + r.IntN(6) {
			switch r.IntN(4) {
			case 0:
				b.WriteByte(byte(r.IntN(128)))
			case 1:
				b.WriteRune([]rune{0x93C, 0x94D, 0x928, 0x930, 0x933, 0x921, ' '}[r.IntN(7)])
			default:
				b.WriteRune(rune(0x900 + r.IntN(0x80)))
			}
		}
		s := b.String()
		if !isPlain(s) {
			continue
		}
		plain++
		if !utf8.ValidString(s) || !norm.NFC.IsNormalString(s) || needsCleaning(s) && s != "" || strings.IndexByte(s, 0) >= 0 {
			t.Fatalf("%+q is taken for plain", s)
		}
	}
	if plain < 10_000 {
		t.Errorf("only %d plain texts tried", plain)
	}
}
