package survey

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// valid makes an invented number of 12 digits with its check digit.
func valid(eleven string) string { return eleven + string(VerhoeffDigit(eleven)) }

func TestVerhoeff(t *testing.T) {
	for _, s := range []string{"2363", "123451", "758722"} { // published examples
		if !ValidVerhoeff(s) {
			t.Errorf("%s is valid", s)
		}
		if VerhoeffDigit(s[:len(s)-1]) != s[len(s)-1] {
			t.Errorf("check digit of %s", s[:len(s)-1])
		}
	}
	for _, s := range []string{"", "2364", "236३", "a", "-1"} {
		if ValidVerhoeff(s) {
			t.Errorf("%q is not valid", s)
		}
	}
}

func TestAadhaarIsMaskedWhereverItStands(t *testing.T) {
	a := valid("23456789012")
	last := a[8:]
	four := a[:4] + " " + a[4:8] + " " + last
	devanagari := strings.Map(func(r rune) rune { return r - '0' + 0x966 }, a)
	for _, tt := range []struct{ name, in, want string }{
		{"alone", a, "XXXXXXXX" + last},
		{"in fours", four, "XXXX XXXX " + last},
		{"in fours with hyphens", strings.ReplaceAll(four, " ", "-"), "XXXX-XXXX-" + last},
		{"in fours with dots", strings.ReplaceAll(four, " ", "."), "XXXX.XXXX." + last},
		{"with no-break spaces", strings.ReplaceAll(four, " ", "\u00a0"), "XXXX\u00a0XXXX\u00a0" + last},
		{"with a zero-width space", a[:6] + "\u200b" + a[6:], "XXXXXX\u200bXX" + last},
		{"over two lines", a[:6] + "\n" + a[6:], "XXXXXX\nXX" + last},
		{"parted oddly", a[:2] + " " + a[2:7] + " - " + a[7:], "XX XXXXX - X" + last},
		{"touching letters", "UID" + a + "x", "UIDXXXXXXXX" + last + "x"},
		{"inside text", "card no. " + four + ", seen", "card no. XXXX XXXX " + last + ", seen"},
		{"behind a house number", "12 " + four, "12 XXXX XXXX " + last},
		{"before another number", four + " 5", "XXXX XXXX " + last + " 5"},
		{"in Devanagari digits", devanagari, "XXXXXXXX" + string([]rune(devanagari)[8:])},
		{"in mixed digits", a[:4] + string([]rune(devanagari)[4:]), "XXXXXXXX" + string([]rune(devanagari)[8:])},
		{"as a number of a spreadsheet", a + ".0", "XXXXXXXX" + last + ".0"},
		{"in scientific notation", a[:1] + "." + a[1:] + "E+11", "XXXXXXXX" + last},
		{"in scientific notation without a plus", a[:1] + "." + a[1:] + "e11", "XXXXXXXX" + last},
		{"behind 91, as a phone would be", valid("91987650123"), "XXXXXXXX" + valid("91987650123")[8:]},
	} {
		got, n := MaskAadhaar(tt.in)
		if got != tt.want || n != 1 {
			t.Errorf("%s: %q, %d; want %q", tt.name, got, n, tt.want)
		}
	}
	if got, n := MaskAadhaar(a + ", " + a); got != "XXXXXXXX"+last+", XXXXXXXX"+last || n != 2 {
		t.Errorf("two numbers: %q, %d", got, n)
	}
}

func TestWhatIsNoAadhaarStays(t *testing.T) {
	a := valid("23456789012")
	for name, s := range map[string]string{
		"nothing":                    "",
		"a wrong check digit":        a[:11] + string('0'+(a[11]-'0'+1)%10),
		"a first digit of 1":         valid("12345678901"),
		"a first digit of 0":         valid("02345678901"),
		"eleven digits":              a[:11],
		"thirteen digits":            a + "1",
		"sixteen digits in fours":    a[:4] + " " + a[4:8] + " " + a[8:] + "1234",
		"a card number in fives":     "23456 78901 23456",
		"already masked":             "XXXX XXXX 1234",
		"the end of a UUID":          "6f1c2a34-8b1d-4c2e-9a3f-" + a,
		"a UUID inside text":         "uuid:6f1c2a34-8b1d-4c2e-9a3f-" + a + ", 1",
		"the middle of a UUID":       "6f1c2a34-" + a[:4] + "-" + a[4:8] + "-" + a[8:] + "-6f1c2a348b1d",
		"a coordinate":               "28." + a,
		"parted by words":            a[:6] + " and " + a[6:],
		"parted by four spaces":      a[:6] + "    " + a[6:],
		"a pair of coordinates":      "28.12345 77.54321",
		"a mobile number with a PIN": "9876501234, 110007",
	} {
		if got, n := MaskAadhaar(s); got != s || n != 0 {
			t.Errorf("%s: %q became %q", name, s, got)
		}
	}
}

func TestEveryValidNumberIsFoundAndOneInTenOthers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	hits := 0
	for range 20_000 {
		eleven := fmt.Sprintf("%d%010d", 2+r.IntN(8), r.Int64N(1e10))
		if _, n := MaskAadhaar(valid(eleven)); n != 1 {
			t.Fatalf("%s was not found", valid(eleven))
		}
		_, n := MaskAadhaar(fmt.Sprintf("%s%d", eleven, r.IntN(10)))
		hits += n
	}
	if hits < 1800 || hits > 2200 {
		t.Errorf("%d of 20,000 groups look like Aadhaar numbers, want about 2,000", hits)
	}
}

func TestAFieldKnowsItsOwnNumbers(t *testing.T) {
	mobile, abha := &memberFields[mbMobile], &memberFields[mbABHA]
	phone := valid("91987650123")
	for _, s := range []string{phone, "+" + phone, "+91 " + phone[2:7] + " " + phone[7:]} {
		if got, n := mobile.Mask(s); got != s || n != 0 {
			t.Errorf("phone %q became %q", s, got)
		}
	}
	if _, n := mobile.Mask(valid("23456789012")); n != 1 {
		t.Error("an Aadhaar number in a phone column stays")
	}
	// 14 digits that are valid while their last twelve are valid too.
	r := rand.New(rand.NewPCG(3, 4))
	for found := 0; found < 20; {
		twelve := valid(fmt.Sprintf("%d%010d", 2+r.IntN(8), r.Int64N(1e10)))
		for lead := range 100 {
			s := fmt.Sprintf("%02d%s", lead, twelve)
			if !ValidVerhoeff(s) {
				continue
			}
			found++
			printed := s[:2] + "-" + s[2:6] + "-" + s[6:10] + "-" + s[10:]
			if got, n := abha.Mask(printed); got != printed || n != 0 {
				t.Errorf("ABHA number %q became %q", printed, got)
			}
			if _, n := MaskAadhaar(printed); n != 1 {
				t.Errorf("outside its column %q must be masked", printed)
			}
		}
	}
	accuracy := &householdFields[hhAccuracy]
	if s := "4." + valid("23456789012"); true {
		if got, _ := accuracy.Mask(s); got != s {
			t.Errorf("accuracy %q became %q", s, got)
		}
	}
}

func TestMaskingCostsNothingWhereNothingIs(t *testing.T) {
	for _, s := range []string{"Sunita Devi", "सुनीता देवी", "9876501234", "6f1c2a34-8b1d-4c2e-9a3f-112233445566", "12345678901234567890", "28.6789, 77.2012, 4.50, 12"} {
		if n := testing.AllocsPerRun(100, func() { MaskAadhaar(s) }); n != 0 {
			t.Errorf("%q: %v allocations", s, n)
		}
	}
}

func TestTheLastFourDigitsMayBeginAnotherNumber(t *testing.T) {
	a := valid("23456782345") // its last four digits start with 2 or more
	if a[8] < '2' {
		t.Fatal(a)
	}
	b := a[8:] + "1234567"
	b += string(VerhoeffDigit(b))
	// 4-4-4-4-4: the third group ends one number and starts the next.
	if got, n := MaskAadhaar(a[:8] + " " + b[:4] + " " + b[4:]); n != 2 || got != "XXXXXXXX XXXX XXXX"+b[8:] {
		t.Errorf("%q, %d", got, n)
	}
	// In one run with the first, the four digits are no group of their own until the first is masked.
	if got, n := MaskAadhaar(a + " " + b[4:]); n != 2 || got != "XXXXXXXXXXXX XXXX"+b[8:] {
		t.Errorf("%q, %d", got, n)
	}
}

func TestALongCellOfNumbersIsMaskedInOnePass(t *testing.T) {
	a := valid("23456789012")
	for name, s := range map[string]string{"plain": a + ", ", "scientific": a[:1] + "." + a[1:] + "E+11 "} {
		got, n := MaskAadhaar(strings.Repeat(s, 2000))
		if n != 2000 || strings.Contains(got, a[:8]) || strings.Contains(got, a[1:8]) {
			t.Errorf("%s: %d of 2,000 found", name, n)
		}
	}
}

func FuzzMaskAadhaar(f *testing.F) {
	a := valid("23456789012")
	for _, s := range []string{a, a[:4] + " " + a[4:8] + "-" + a[8:], "२३४५ ६७८९ ०१२४", "2.34567890124E+11", a + a, a + " " + a[8:] + " 1234 5678", "\xff" + a, "28." + a} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, n := MaskAadhaar(s)
		if (n == 0) != (got == s) {
			t.Fatalf("%q: %d found, %q", s, n, got)
		}
		if again, m := MaskAadhaar(got); again != got || m != 0 {
			t.Fatalf("%q: masked again %q becomes %q", s, got, again)
		}
		if utf8.ValidString(s) && !utf8.ValidString(got) {
			t.Fatalf("%q: broke the text: %q", s, got)
		}
		if wrapped, _ := MaskAadhaar("(" + a + ") " + s); !strings.HasPrefix(wrapped, "(XXXXXXXX"+a[8:]+")") {
			t.Fatalf("%q hides a number: %q", s, wrapped)
		}
	})
}
