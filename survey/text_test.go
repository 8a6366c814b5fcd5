package survey

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/unicode/norm"
)

func TestParseDate(t *testing.T) {
	for in, want := range map[string]string{
		"":                              "",
		"15-08-1985":                    "1985-08-15",
		"5/8/1985":                      "1985-08-05",
		"15.8.1985":                     "1985-08-15",
		"15 8 1985":                     "1985-08-15",
		"१५-०८-१९८५":                    "1985-08-15",
		"15 Aug 1985":                   "1985-08-15",
		"15-August-1985":                "1985-08-15",
		"Aug 15, 1985":                  "1985-08-15",
		"15 अगस्त 1985":                 "1985-08-15",
		"१५ फरवरी १९८५":                 "1985-02-15",
		"1985-08-15":                    "1985-08-15",
		"1985-08-15T10:30:00.000+05:30": "1985-08-15",
		"1985-08-15 00:00:00":           "1985-08-15",
		"1985":                          "1985",
		"08-1985":                       "1985-08",
		"1985-08":                       "1985-08",
		"Aug 1985":                      "1985-08",
		"29-02-1984":                    "1984-02-29",
	} {
		if d, err := ParseDate(in); err != nil || d.String() != want {
			t.Errorf("%q is %q, %v; want %q", in, d, err, want)
		}
	}
	for in, want := range map[string]error{
		"15-08-85":            ErrDateYear,
		"8/85":                ErrDateYear,
		"08/15/1985":          ErrDateOrder,
		"31-02-1985":          ErrNoSuchDay,
		"29-02-1985":          ErrNoSuchDay,
		"31-04-1985":          ErrNoSuchDay,
		"00-04-1985":          ErrNoSuchDay,
		"15-13-1985":          ErrNoSuchDay,
		"31245":               ErrDateSerial,
		"15081985":            ErrDate,
		"tomorrow":            ErrDate,
		"15-xx-1985":          ErrDate,
		"15-08-1985 evening":  ErrDate,
		"-":                   ErrDate,
		"1-2-3-4":             ErrDate,
		"99999999999999999-1": ErrDate,
	} {
		if d, err := ParseDate(in); !errors.Is(err, want) {
			t.Errorf("%q: %v, %v; want %v", in, d, err, want)
		}
	}
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"15-08-1985", "Aug 1985", "1985-08-15T10:00", "३१ दिसंबर १९९९"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDate(s)
		if err != nil {
			if !d.IsZero() {
				t.Fatalf("%q: %v beside %v", s, d, err)
			}
			return
		}
		if !d.Valid() {
			t.Fatalf("%q: %v is not in the calendar", s, d)
		}
		if again, err := ParseDate(d.String()); err != nil || again != d {
			t.Fatalf("%q: %v does not come back: %v, %v", s, d, again, err)
		}
	})
}

func TestAgesOnEqualsTheCalendar(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	day := func() time.Time { return time.Date(1950+r.IntN(70), 1, 1+r.IntN(365), 0, 0, 0, 0, time.UTC) }
	for range 20_000 {
		birth, visit := day(), day()
		if visit.Before(birth) {
			birth, visit = visit, birth
		}
		want := visit.Year() - birth.Year()
		if visit.Month() < birth.Month() || visit.Month() == birth.Month() && visit.Day() < birth.Day() {
			want--
		}
		b, v := DateOf(birth), DateOf(visit)
		for _, told := range []Date{b, {b.Year, b.Month, 0}, {b.Year, 0, 0}} {
			least, most := told.AgesOn(v)
			if want < least || want > most || most-least > 1 || told == b && least != most {
				t.Fatalf("born %v, told %v, seen %v: %d is not in %d–%d", b, told, v, want, least, most)
			}
		}
	}
}

func TestDateValid(t *testing.T) {
	for d, want := range map[Date]bool{
		{}: true, {1985, 0, 0}: true, {1985, 8, 0}: true, {2000, 2, 29}: true, {1900, 2, 29}: false, {2023, 2, 29}: false, {2024, 2, 29}: true,
		{1985, 0, 4}: false, {0, 8, 0}: false, {1985, 13, 1}: false, {1985, 4, 31}: false, {-1, 1, 1}: false,
	} {
		if d.Valid() != want {
			t.Errorf("%v: %v", d, !want)
		}
	}
}

func TestPlainNumber(t *testing.T) {
	for _, tt := range []struct {
		in, want string
		lost     bool
	}{
		{"9876501234", "9876501234", false},
		{"9876501234.0", "9876501234", false},
		{"९८७६५०१२३४", "9876501234", false},
		{"'9876501234", "9876501234", false},
		{"9.876501234E+09", "9876501234", false},
		{"9.8765432E+09", "9876543200", false}, // more than five decimals are never Excel's rounding
		{"9.87650E+09", "", true},
		{"9.87654E+09", "", true},
		{"9E+09", "", true},
		{"1.23456789012345E+20", "", true},
		{"1.5E+0", "1.5E+0", false},
		{"H-17", "H-17", false},
		{"5E2", "5E2", false},
		{"1E+99999", "", true},
		{"12.50", "12.50", false},
		{"", "", false},
	} {
		if got, lost := plainNumber(tt.in); got != tt.want || lost != tt.lost {
			t.Errorf("%q is %q, %v; want %q, %v", tt.in, got, lost, tt.want, tt.lost)
		}
	}
}

func TestParsePhone(t *testing.T) {
	for in, want := range map[string]string{
		"9876501234":              "+919876501234",
		"98765 01234":             "+919876501234",
		"98765-01234":             "+919876501234",
		"+91 98765 01234":         "+919876501234",
		"(+91) 9876501234":        "+919876501234",
		"919876501234":            "+919876501234",
		"09876501234":             "+919876501234",
		"0091-9876501234":         "+919876501234",
		"९८७६५०१२३४":              "+919876501234",
		"9876501234.0":            "+919876501234",
		"9.876501234E+09":         "+919876501234",
		"011 2334 6789":           "+911123346789",
		"+977 984-1234567":        "+9779841234567",
		"9876501234, 9812305678":  "+919876501234",
		"9876501234 या 981230567": "+919876501234",
		"":                        "",
		"unknown":                 "",
		"NA":                      "",
		"N/A":                     "",
		"नहीं":                    "",
		"फ़ोन नहीं है":            "",
		"-":                       "",
		"0":                       "",
		"9999999999":              "",
		"9898989898":              "",
		"1234567890":              "",
		"9876543210":              "",
		"0000000000":              "",
		"+91 99999 99999":         "",
		"9810000000":              "",
	} {
		if got, ok := ParsePhone(in); !ok || got != want {
			t.Errorf("%q is %q, %v; want %q", in, got, ok, want)
		}
	}
	for _, in := range []string{"98765", "987650123", "98765012345", "call later", "1800FLOWERS", "9.87654E+09", "98765\x0001234", "5876501234", "Sunita 9876501234"} {
		if got, ok := ParsePhone(in); ok {
			t.Errorf("%q is taken for %q", in, got)
		}
	}
}

func TestThePhoneLibraryTakesEveryMobileToo(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 2_000 {
		s := fmt.Sprintf("%d%09d", 6+r.IntN(4), r.Int64N(1e9))
		p, err := phonenumbers.Parse(s, "IN")
		if !isMobile(s) || err != nil || !phonenumbers.IsValidNumber(p) || phonenumbers.Format(p, phonenumbers.E164) != "+91"+s {
			t.Errorf("%s: the library says %v, %v", s, p, err)
		}
	}
}

func TestLegacyHindi(t *testing.T) {
	for _, s := range []string{"jke dqekj", "lquhrk nsoh", "eksgEen [kku", "xhrk 'kekZ", "jes'k ;kno", "Jherh dkSj"} {
		if !isLegacyHindi(s, 2) {
			t.Errorf("%q was not seen", s)
		}
	}
	for _, s := range []string{"", "Asha Devi", "D'Souza", "Mohd. Arif s/o Iqbal", "FLAG STAFF ROAD", "RamKumar DeviSingh", "Mushtaq Siddiqui", "राम कुमार", "McDonald"} {
		if isLegacyHindi(s, 2) {
			t.Errorf("%q is no legacy Hindi", s)
		}
	}
}

func TestNoLatinNameIsTakenForLegacyHindi(t *testing.T) {
	f, err := os.Open(shared(t, "linkage", "indian_names_hindi_pairs_parlikar.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in := csv.NewReader(f)
	in.Comma, in.LazyQuotes = '\t', true
	rows, err := in.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		for _, name := range []string{r[0], strings.ToLower(r[0]), strings.ToUpper(r[0]), r[0] + " Kumar"} {
			if isLegacyHindi(name, 2) {
				t.Errorf("%q is taken for legacy Hindi", name)
			}
		}
	}
}

func TestNaughtyStringsAreTakenOrRefusedButNeverBreakARow(t *testing.T) {
	raw, err := os.ReadFile(shared(t, "import", "naughty-strings", "blns.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	c := Checker{Today: Date{2026, 12, 31}}
	h, _ := c.Household(goodHousehold())
	for _, s := range all {
		for place := range memberFields {
			a := goodMember()
			a[place] = s
			m, _ := c.Member(a, &h)
			if !json.Valid([]byte(m.Other)) || !norm.NFC.IsNormalString(m.FullName) || strings.Contains(m.FullName, "\x00") {
				t.Errorf("%s: %q gives %+v", memberFields[place].Name, s, m)
			}
		}
	}
}

// shared finds a file of the data for trials that lie beside the checkout.
func shared(t *testing.T, path ...string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above")
		}
		dir = filepath.Dir(dir)
	}
	name := filepath.Join(append([]string{dir, "..", "shared", "data"}, path...)...)
	if _, err := os.Stat(name); err != nil {
		t.Skip("SKIPPED: the trial data are not there: " + name)
	}
	return name
}
