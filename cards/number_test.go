package cards

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestParseNumber(t *testing.T) {
	const want = Number(234567890123473)
	cases := []struct {
		name, text string
		problem    string // "" for a good number
	}{
		{"as stored", "234567890123473", ""},
		{"as printed", "23456 78901 23473", ""},
		{"with hyphens and no-break spaces", "23456-78901\u00a023473", ""},
		{"in Devanagari digits", "२३४५६ ७८९०१ २३४७३", ""},
		{"in Gurmukhi digits", "੨੩੪੫੬ ੭੮੯੦੧ ੨੩੪੭੩", ""},
		{"in Urdu digits", "۲۳۴۵۶ ۷۸۹۰۱ ۲۳۴۷۳", ""},
		{"in Bengali digits", "২৩৪৫৬ ৭৮৯০১ ২৩৪৭৩", ""},
		{"in Tamil digits", "௨௩௪௫௬ ௭௮௯௦௧ ௨௩௪௭௩", ""},
		{"in digits, spaces and hyphens of full width", "２３４５６－７８９０１　２３４７３", ""},
		{"in two scripts", "२३४५६ 78901 ۲۳۴۷۳", ""},
		{"pasted with marks of direction and a byte order mark", "\ufeff\u200e23456\u202f78901\u200d23473\u200f", ""},
		{"with dashes of a word processor", "23456–78901—23473", ""},
		{"a line end of a hand scanner", "234567890123473\r\n", ""},
		{"empty", "", "it is empty"},
		{"only spaces", "   ", "it is empty"},
		{"a phone number", "9876543210", "phone number"},
		{"a phone number with its country", "+91 98765 43210", "phone number"},
		{"an Aadhaar number", "2345 6789 0124", "Aadhaar number"},
		{"an ABHA number", "12-3456-7890-1234", "ABHA number"},
		{"a bank card", "4111 1111 1111 1111", "bank card"},
		{"one digit missing", "23456789012347", "one of 15 is missing"},
		{"one digit twice", "2345678901123473", "one is too many"},
		{"two digits missing", "2345678901234", "it has 13 digits and must have 15: 2 missing"},
		{"far too long", strings.Repeat("9", 400), "it has 400 digits"},
		{"a letter among the digits", "23456 7890l 23473", "character 11 is a letter"},
		{"a letter after Devanagari digits", "२३४५६ x", "character 7 is a letter"},
		{"a sign among the digits", "23456/78901/23473", "character 6 is no digit"},
		{"bytes that are no text", "23456\xff7890123473", "character 6 is no digit"},
		{"starting with 1", "134567890123449", "never starts with 0 or 1"},
		{"starting with 0", "034567890123402", "never starts with 0 or 1"},
		{"one digit wrong", "234567890123474", "check digits do not match, so one digit is wrong or two are swapped: read the number again"},
		{"check digits 99, which leave the remainder of 02", "200000000002999", "check digits do not match"},
		{"check digits 00, which leave the remainder of 97", "200000000006200", "check digits do not match"},
		{"check digits 01, which leave the remainder of 98", "200000000009401", "check digits do not match"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			n, err := ParseNumber(c.text)
			if c.problem == "" {
				if err != nil || n != want {
					t.Fatalf("got %v, %v", n, err)
				}
				return
			}
			if !errors.Is(err, ErrNumber) || !strings.Contains(err.Error(), c.problem) {
				t.Fatalf("got error %q, want %q", err, c.problem)
			}
			if digits := longestDigits(err.Error()); digits > 3 {
				t.Errorf("error %q repeats digits", err)
			}
			if errors.Is(err, ErrCheckDigits) != strings.Contains(c.problem, "check digits") {
				t.Error("ErrCheckDigits is for wrong check digits alone")
			}
		})
	}
}

// longestDigits counts the longest run of digits in a message.
func longestDigits(s string) int {
	longest, run := 0, 0
	for _, r := range s {
		if _, ok := digit(r); !ok {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

func TestNumberForms(t *testing.T) {
	n, err := MakeNumber(2345678901234)
	if err != nil {
		t.Fatal(err)
	}
	if n.String() != "234567890123473" || n.Printed() != "23456 78901 23473" || n.Body() != 2345678901234 {
		t.Errorf("got %s, %s, %d", n, n.Printed(), n.Body())
	}
	b, err := json.Marshal(n)
	if err != nil || string(b) != `"234567890123473"` {
		t.Errorf("in JSON %s, %v", b, err)
	}
	var back Number
	if err := json.Unmarshal(b, &back); err != nil || back != n {
		t.Errorf("back from JSON %v, %v", back, err)
	}
	if Number(0).Valid() {
		t.Error("the zero value is a number")
	}
	for _, body := range []uint64{0, MinBody - 1, MaxBody + 1} {
		if _, err := MakeNumber(body); !errors.Is(err, ErrNumber) {
			t.Errorf("body %d makes a number", body)
		}
	}
	for _, body := range []uint64{MinBody, MaxBody} {
		if n, err := MakeNumber(body); err != nil || !n.Valid() {
			t.Errorf("body %d makes no number: %v", body, err)
		}
	}
}

// Every typing error of the kinds people make, in 2,000 numbers, is found: one digit, two neighbours swapped, a jump (abc, cba),
// twins (aa, bb), jump twins (aba, cbc), what is heard wrongly (thirteen, thirty), and a digit too many or too few.
func TestTypingErrorsAreFound(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 97))
	tried := map[string]int{}
	check := func(kind string, right string, wrong []byte) {
		if string(wrong) == right {
			return
		}
		tried[kind]++
		if n, err := ParseNumber(string(wrong)); err == nil {
			t.Errorf("%s: %s for %s is taken as %s", kind, wrong, right, n)
		}
	}
	for range 2000 {
		n, err := MakeNumber(MinBody + rng.Uint64N(MaxBody-MinBody+1))
		if err != nil {
			t.Fatal(err)
		}
		s := n.String()
		for i := range s {
			for d := byte('0'); d <= '9'; d++ {
				wrong := []byte(s)
				wrong[i] = d
				check("single", s, wrong)
				if i+1 < len(s) && s[i] == s[i+1] {
					wrong[i+1] = d
					check("twin", s, wrong)
				}
				if i+2 < len(s) && s[i] == s[i+2] {
					wrong = []byte(s)
					wrong[i], wrong[i+2] = d, d
					check("jump twin", s, wrong)
				}
			}
			check("digit missing", s, []byte(s[:i]+s[i+1:]))
			check("digit twice", s, []byte(s[:i+1]+s[i:]))
			if i+1 < len(s) {
				wrong := []byte(s)
				wrong[i], wrong[i+1] = s[i+1], s[i]
				check("neighbours swapped", s, wrong)
			}
			if i+1 < len(s) && s[i] >= '2' && s[i+1] == '0' { // thirty for thirteen
				check("phonetic", s, []byte(s[:i]+"1"+s[i:i+1]+s[i+2:]))
			}
			if i+1 < len(s) && s[i] == '1' && s[i+1] >= '2' {
				check("phonetic", s, []byte(s[:i]+s[i+1:i+2]+"0"+s[i+2:]))
			}
			if i+2 < len(s) {
				wrong := []byte(s)
				wrong[i], wrong[i+2] = s[i+2], s[i]
				check("jump", s, wrong)
			}
		}
	}
	for _, kind := range []string{"single", "neighbours swapped", "jump", "twin", "jump twin", "phonetic", "digit missing", "digit twice"} {
		if tried[kind] < 1000 {
			t.Errorf("%s: only %d errors tried", kind, tried[kind])
		}
	}
	t.Log(tried)
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"234567890123473", "२३४५६ ७८९०१ २३४७३", "+91", "\xff", "٢٣٤٥٦"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ParseNumber(s)
		if err != nil {
			if !errors.Is(err, ErrNumber) {
				t.Errorf("error without ErrNumber: %v", err)
			}
			return
		}
		if !n.Valid() {
			t.Errorf("took an invalid number")
		}
		if back, err := ParseNumber(n.Printed()); err != nil || back != n {
			t.Errorf("round trip: %v, %v", back, err)
		}
	})
}

func BenchmarkParseNumber(b *testing.B) {
	for b.Loop() {
		if _, err := ParseNumber("23456 78901 23473"); err != nil {
			b.Fatal(err)
		}
	}
}

// The proof for every number there is: an error adds e to the number, and a number that leaves 1 when divided by 97 leaves 1
// again only where 97 divides e. Here are all e of each kind.
func TestNoTypingErrorOfOneKindIsAMultipleOf97(t *testing.T) {
	place := 1
	for k := range numberDigits {
		errors := map[string][]int{}
		for d := 1; d <= 9; d++ {
			errors["single"] = append(errors["single"], d)
			errors["neighbours swapped"] = append(errors["neighbours swapped"], 9*d)
			errors["jump"] = append(errors["jump"], 99*d)
			errors["twin"] = append(errors["twin"], 11*d)
			errors["jump twin"] = append(errors["jump twin"], 101*d)
			if d > 1 {
				errors["phonetic"] = append(errors["phonetic"], 10*d-(10+d))
			}
		}
		for kind, list := range errors {
			for _, e := range list {
				if e*place%97 == 0 {
					t.Errorf("%s: %d × 10^%d is a multiple of 97", kind, e, k)
				}
			}
		}
		place = place * 10 % 97
	}
}
