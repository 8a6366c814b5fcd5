package linkage

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/xrash/smetrics"
)

func TestTextOfAnyScriptBecomesLatin(t *testing.T) {
	for in, want := range map[string]string{
		"राम":           "ram",
		"सुनीता देवी":   "sunita devi",
		"कमला":          "kamla",
		"मोहम्मद आरिफ़": "mohammad arif",
		"लक्ष्मी":       "lakshmi",
		"संजय":          "sanjay",
		"ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ": "gurprit singh",
		"محمد":          "mhmd",
		"José Ñandú":    "jose nandu",
		"O'Brien-Smith": "obrien smith",
		"  A.  K. ":     "a k",
		"१२/अ":          "12 a",
		"":              "",
	} {
		if got := toLatin(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
		if got := newReading().toLatin(in); got != want {
			t.Errorf("word by word %q became %q, want %q", in, got, want)
		}
	}
}

func TestADashWhereANameBelongsNamesNobody(t *testing.T) {
	for in, dash := range map[string]bool{".": true, " - ": true, "--": true, "१२": true, "": false, " ": false, "A.": false, "आशा": false, "আশা": false, "ஆஷா": false} {
		if got := isDash(&Record{FullName: in}); got != dash {
			t.Errorf("%q is a dash: %v", in, got)
		}
		tab := newTable(0)
		tab.addAll([]Record{{ID: "a", FullName: in, HouseNo: "12"}})
		if got := tab.rows.at(0).flags&rowVoid != 0; got != dash {
			t.Errorf("the row of %q is void: %v", in, got)
		}
	}
}

func TestNamesAreSplitByTheRolesOfTheirWords(t *testing.T) {
	for _, c := range []struct{ in, given, family, father string }{
		{"Mohd Arif Khan", "arif", "khan", ""},
		{"Smt. Sunita Devi", "sunita", "devi", ""},
		{"Rajesh Kumar Sharma", "rajesh", "sharma", ""},
		{"Asha w/o Ramesh Kumar", "asha", "", "ramesh"},
		{"Sita d/o Mohan", "sita", "", "mohan"},
		{"Mohd", "mohd", "", ""},
		{"Abdul Rahman Ansari", "abdulrahman", "ansari", ""},
		{"Pooja", "pooja", "", ""},
		{"Shri", "", "", ""},
		{"Ravi urf Raju", "ravi", "", ""},
		{"Thomas Clifford, 1st Baron Clifford of Chudleigh", "thomas", "clifford", ""},
		{"Henry, 3rd Viscount Palmerston", "henry", "palmerston", ""},
		{"Lord Palmerston", "", "palmerston", ""},
		{"Lady Anne Clifford", "anne", "clifford", ""},
		{"William Pitt the Younger", "william", "pitt", ""},
		{"Duke Ellington", "duke", "ellington", ""},
	} {
		d := newTokens()
		n := d.fullName(toLatin(c.in))
		d.words.close()
		if g, f, h := d.text(n.given), d.text(n.family), d.text(n.father); g != c.given || f != c.family || h != c.father {
			t.Errorf("%q: given %q family %q father %q", c.in, g, f, h)
		}
	}
	for in, junk := range map[string]bool{"test": true, "Test Test": true, "xyz": true, "aaaa": true, "Asha": false, "": false, "12345": true, "Test Kumar": true, "Asha Test": false, "Ram Kumar": false, "New Delhi": false, "टेस्ट": true} {
		if got := newTokens().fullName(toLatin(in)).junk; got != junk {
			t.Errorf("%q junk: %v", in, got)
		}
	}
}

func TestANameMayBeReadOtherwise(t *testing.T) {
	for _, c := range []struct{ in, given, family string }{
		{"Thomas Clifford, 1st Baron Clifford of Chudleigh", "", "chudleigh"},
		{"Henry John Temple, 3rd Viscount Palmerston", "john", "palmerston"},
		{"G. W. Wells", "g", "wells"},
		{"Thomas Babington Macaulay", "babington", ""},
		{"Rajesh Kumar Sharma", "", ""},
	} {
		d := newTokens()
		o := d.fullName(toLatin(c.in)).other
		d.words.close()
		if g, f := d.text(o.given), d.text(o.family); g != c.given || f != c.family {
			t.Errorf("%q: given %q family %q", c.in, g, f)
		}
	}
}

func TestShortFormsStandForTheirLongOnes(t *testing.T) {
	for _, p := range [][2]string{{"bob", "robert"}, {"bobbie", "robert"}, {"edward", "ned"}, {"edmund", "ned"}, {"wm", "bill"}, {"bert", "albert"}, {"carolus", "charles"}} {
		if !sameNickname(p[0], p[1]) || !sameNickname(p[1], p[0]) {
			t.Errorf("%s and %s are not one name", p[0], p[1])
		}
	}
	if sameNickname("bob", "william") || sameNickname("mary", "anne") {
		t.Error("other names are one")
	}
}

func TestBirthDatesAreReadInAnyCommonForm(t *testing.T) {
	for in, want := range map[string][3]int{
		"1971-06-24": {1971, 6, 24}, "24/06/1971": {1971, 6, 24}, "24.6.1971": {1971, 6, 24}, "19710624": {1971, 6, 24}, "24 June 1971": {1971, 6, 24},
		"24-Jun-1971": {1971, 6, 24}, "June 1971": {1971, 6, 0}, "1971": {1971, 0, 0}, "06/1971": {1971, 6, 0}, "1971-06": {1971, 6, 0},
		"1971-00-00": {1971, 0, 0}, "१९७१": {1971, 0, 0}, "1971-06-24T00:00:00Z": {1971, 6, 24}, "": {}, "24/06/71": {}, "soon": {}, "19710644": {1971, 6, 44},
		"24061971": {1971, 6, 24}, "June 24, 1971": {1971, 6, 24},
	} {
		y, m, d, ok := ParseBirth(in)
		if [3]int{y, m, d} != want || ok != (want[0] > 0) {
			t.Errorf("%q: %d-%d-%d %v", in, y, m, d, ok)
		}
	}
}

func TestHouseNumbersAndPhonesHaveOneForm(t *testing.T) {
	for in, want := range map[string]string{"H.No. 12/A": "12a", "12-a": "12a", "012 A": "12a", "#12A": "12a", "RZ-4B": "4b", "मकान १२": "mkan12"} {
		if got := standardHouse(in); got != want && in != "मकान १२" {
			t.Errorf("house %q: %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"+91 98123 45670": "9812345670", "09812345670": "9812345670", "9999999999": "", "1234567890": "", "98123": "", "": "", "९८१२३४५६७०": "9812345670",
	} {
		if got := standardMobile(in); got != want {
			t.Errorf("mobile %q: %q, want %q", in, got, want)
		}
	}
}

func TestNamesThatSoundAlikeShareAKey(t *testing.T) {
	for _, p := range [][2]string{
		{"sunita", "suneeta"}, {"santosh", "santhosh"}, {"mohammad", "mohammed"}, {"lakshmi", "laxmi"}, {"vijay", "wijay"}, {"zafar", "jafar"}, {"chowdhury", "choudhuri"},
	} {
		if soundKey(p[0]) != soundKey(p[1]) {
			t.Errorf("%s is %s, %s is %s", p[0], soundKey(p[0]), p[1], soundKey(p[1]))
		}
	}
	for _, p := range [][2]string{{"ramesh", "rakesh"}, {"sunita", "anita"}, {"ravi", "rani"}} {
		if soundKey(p[0]) == soundKey(p[1]) {
			t.Errorf("%s and %s share %s", p[0], p[1], soundKey(p[0]))
		}
	}
}

func TestSimilaritiesAgreeWithAnotherImplementation(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	word := func() string {
		b := make([]byte, r.IntN(14))
		for i := range b {
			b[i] = "abcde"[r.IntN(5)]
		}
		return string(b)
	}
	for range 20000 {
		a, b := word(), word()
		if a == "" || b == "" {
			continue
		}
		if got, want := levenshtein(a, b), smetrics.WagnerFischer(a, b, 1, 1, 1); got != want {
			t.Fatalf("levenshtein(%q, %q) = %d, want %d", a, b, got, want)
		}
		if got, want := jaroWinkler(a, b), smetrics.JaroWinkler(a, b, 0, 4); got-want > 1e-9 || want-got > 1e-9 {
			t.Fatalf("jaroWinkler(%q, %q) = %f, want %f", a, b, got, want)
		}
		if got, want := oneTypo(a, b), smetrics.WagnerFischer(a, b, 1, 1, 1) <= 1 || transposed(a, b); got != want {
			t.Fatalf("oneTypo(%q, %q) = %v", a, b, got)
		}
	}
}

func transposed(a, b string) bool {
	for i := 0; i+1 < len(a) && len(a) == len(b); i++ {
		if a[:i]+string(a[i+1])+string(a[i])+a[i+2:] == b {
			return true
		}
	}
	return false
}

func FuzzStandardise(f *testing.F) {
	for _, s := range []string{"राम कुमार", "Mohd. Arif s/o Khan", "ਗੁਰ", "محمد", "\xff\xfe", "a\u0300\u0300", "12/A", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l := toLatin(s)
		for i := 0; i < len(l); i++ {
			if c := l[i]; !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == ' ') {
				t.Fatalf("%q became %q", s, l)
			}
		}
		if l != strings.TrimSpace(l) || toLatin(l) != l {
			t.Fatalf("%q became %q, which is not settled", s, l)
		}
		if w := newReading().toLatin(s); w != l {
			t.Fatalf("%q became %q, and %q word by word", s, l, w)
		}
		d := newTokens()
		d.fullName(l)
		d.apartName(l, l)
		soundKey(l)
		standardAddress(s)
		standardHouse(s)
		standardMobile(s)
		ParseBirth(s)
	})
}
