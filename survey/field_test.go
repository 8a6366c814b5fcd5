package survey

import (
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

func everyField() []Field { return append(Fields(Household), Fields(Member)...) }

func TestEveryFieldIsDeclaredWhole(t *testing.T) {
	for _, f := range everyField() {
		for what, s := range map[string]string{"name": f.Name, "label": f.Label, "Hindi label": f.LabelHi, "help": f.Help, "Hindi help": f.HelpHi} {
			if s == "" || strings.TrimSpace(s) != s {
				t.Errorf("%s: %s is %q", f.Name, what, s)
			}
			if n := len([]rune(s)); n > 250 {
				t.Errorf("%s: %s has %d characters; Excel shows 255 in a hint", f.Name, what, n)
			}
			if strings.HasPrefix(what, "Hindi") && !hasDevanagari(s) {
				t.Errorf("%s: %s is not Hindi: %q", f.Name, what, s)
			}
			if !norm.NFC.IsNormalString(s) {
				t.Errorf("%s: %s is not NFC", f.Name, what)
			}
		}
		if (f.Type == One || f.Type == Many) != (len(f.Codes) > 0) || len(f.Codes) > 64 {
			t.Errorf("%s: type %d with %d codes", f.Name, f.Type, len(f.Codes))
		}
		if f.Or != "" {
			if _, ok := Lookup(f.Level, f.Or); !ok {
				t.Errorf("%s: no field %s", f.Name, f.Or)
			}
		}
		if (f.Type == Whole || f.Type == Decimal) && f.Min >= f.Max {
			t.Errorf("%s: no range", f.Name)
		}
		if (f.Type == Key || f.Type == Text || f.Type == Name) && f.MaxRunes == 0 {
			t.Errorf("%s: no longest length", f.Name)
		}
	}
	for l, fields := range [][]Field{householdFields, memberFields} {
		if len(fields) > 64 {
			t.Errorf("level %d has %d fields: row.told has 64 bits", l, len(fields))
		}
		for _, f := range fields {
			if int(f.Level) != l {
				t.Errorf("%s: level %d in table %d", f.Name, f.Level, l)
			}
		}
	}
}

func hasDevanagari(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Devanagari, r) })
}

func TestNoTwoFieldsShareAHeader(t *testing.T) {
	names := map[string]string{}
	synonyms := [2]map[string]string{{}, {}}
	for _, f := range everyField() {
		for _, h := range []string{f.Name, f.Label, f.LabelHi, f.Header()} {
			if other, ok := names[fold(h)]; ok && other != f.Name {
				t.Errorf("header %q names %s and %s", h, other, f.Name)
			}
			names[fold(h)] = f.Name
		}
	}
	for _, f := range everyField() {
		for _, h := range f.Also {
			if other, ok := names[fold(h)]; ok && other != f.Name {
				t.Errorf("synonym %q of %s is a header of %s", h, f.Name, other)
			}
			if other, ok := synonyms[f.Level][fold(h)]; ok && other != f.Name {
				t.Errorf("synonym %q of %s and %s", h, f.Name, other)
			}
			synonyms[f.Level][fold(h)] = f.Name
		}
	}
}

func TestEveryAnswerOfAListIsUnderstood(t *testing.T) {
	for l, level := range [][]Field{householdFields, memberFields} {
		for i, f := range level {
			c := fieldChoices[l][i]
			for k, code := range f.Codes {
				if !hasDevanagari(code.LabelHi) && code.Label != code.LabelHi {
					t.Errorf("%s %s: Hindi label %q", f.Name, code.Code, code.LabelHi)
				}
				for _, s := range append([]string{code.Code, code.Label, code.LabelHi, code.Choice()}, code.Also...) {
					for _, typed := range []string{s, strings.ToUpper(s), norm.NFD.String(s), "  " + s + " "} {
						if got, ok := c.find(typed); !ok || got != k {
							if f.Name == "blood_group" && typed != s {
								continue // "A+ " is trimmed before it is looked up
							}
							t.Errorf("%s: %q means %d (%v), want %s", f.Name, typed, got, ok, code.Code)
						}
					}
				}
				if f.Type == Many && strings.ContainsAny(code.Choice(), ",;|،।") {
					t.Errorf("%s %s: a label of a list of several must not hold what parts them", f.Name, code.Code)
				}
			}
		}
	}
}

func TestLookupUnderstandsWhatPeopleMakeOfAHeader(t *testing.T) {
	for _, tt := range []struct {
		level  Level
		header string
		want   string
	}{
		{Member, "full_name", "full_name"},
		{Member, "Full Name *", "full_name"},
		{Member, "FULL-NAME", "full_name"},
		{Member, "\ufeffpoora", ""},
		{Member, "पूरा नाम", "full_name"},
		{Member, "पूरा  नाम*", "full_name"},
		{Member, "Full name *\nपूरा नाम", "full_name"},
		{Member, "Full name / पूरा नाम", "full_name"},
		{Member, norm.NFD.String("उम्र (पूरे साल)"), "age_years"},
		{Household, "latitude ", "latitude"},
		{Household, "दौरे की तारीख", "visit_date"},
		{Household, "full_name", ""},
		{Household, "", ""},
		{Household, "***", ""},
	} {
		i, ok := Lookup(tt.level, tt.header)
		got := ""
		if ok {
			got = Fields(tt.level)[i].Name
		}
		if got != tt.want {
			t.Errorf("%q is %q, want %q", tt.header, got, tt.want)
		}
	}
	if _, ok := Lookup(Member, "Gender"); ok {
		t.Error("a synonym is taken for certain")
	}
	for header, want := range map[string]string{"Gender": "sex", "जेंडर": "sex", "Mobile No.": "mobile", "Voter ID": "epic_no", "आयु": "age_years", "फोन नंबर": "mobile"} {
		if i, ok := LookupSynonym(Member, header); !ok || memberFields[i].Name != want {
			t.Errorf("%q is not suggested for %s", header, want)
		}
	}
}

func TestEveryRuleSaysHowToMendInBothLanguages(t *testing.T) {
	seen := map[string]bool{}
	for i, r := range Rules() {
		if r.ID == "" || r.Message == "" || !hasDevanagari(r.MessageHi) || seen[r.ID] {
			t.Errorf("rule %d %q is not whole, or stands twice", i, r.ID)
		}
		seen[r.ID] = true
		if (r.Severity == Warning) != (ruleID(i) >= aadhaarMasked) {
			t.Errorf("rule %s: severity %s", r.ID, r.Severity)
		}
		for _, f := range everyField() {
			for _, m := range []string{fill(r.Message, &f, false), fill(r.MessageHi, &f, true)} {
				if strings.ContainsAny(m, "{}") {
					t.Errorf("rule %s on %s: %q", r.ID, f.Name, m)
				}
			}
		}
	}
}
