package survey

import (
	"fmt"
	"strings"
	"testing"
)

func TestAreasOfTheirTime(t *testing.T) {
	a := areas(t)
	day := Date{2026, 8, 15}
	if n := len(a.List("ward", day)); n != 252 {
		t.Errorf("%d wards, want 250 with NDMC and CANT", n)
	}
	for i := 1; i <= 250; i++ {
		if w, ok := a.Ward(fmt.Sprintf("%03d", i), day); !ok || w.Name == "" {
			t.Errorf("ward %d: %+v", i, w)
		}
	}
	for _, code := range []string{"000", "251", "12", "", "NDMC "} {
		if w, ok := a.Ward(code, day); ok {
			t.Errorf("ward %q: %+v", code, w)
		}
	}
	if _, ok := a.Ward("012", Date{2022, 10, 16}); ok {
		t.Error("a ward of the 2022 order before it")
	}
	if w, ok := a.Ward("012", Date{}); !ok || w.Name != "Malka Ganj" {
		t.Errorf("ward 012 is %+v", w)
	}
	if n := len(a.List("district", Date{2025, 12, 24})); n != 11 {
		t.Errorf("%d districts before the change, want 11", n)
	}
	if n := len(a.List("district", Date{2025, 12, 25})); n != 13 {
		t.Errorf("%d districts after the change, want 13", n)
	}
	if _, ok := a.District("shahdara", day); ok {
		t.Error("Shahdara was merged into others")
	}
	if d, ok := a.District("outer-north", day); !ok || d.Name != "Outer North" {
		t.Errorf("outer-north is %+v", d)
	}
	for _, w := range a.List("ward", day) {
		if _, ok := a.District(w.District, day); w.District != "" && !ok {
			t.Errorf("ward %s lies in %q, which is no district then", w.Code, w.District)
		}
	}
}

func TestParseAreasRefuses(t *testing.T) {
	head := "kind,code,name,district,valid_from,valid_to,source\n"
	for name, table := range map[string]string{
		"nothing":                  head,
		"a short line":             head + "ward,001,Narela\n",
		"another kind":             head + "zone,001,Narela,,,,x\n",
		"no code":                  head + "ward,,Narela,,,,x\n",
		"a day that is no day":     head + "ward,001,Narela,,2022-13-01,,x\n",
		"two versions at one time": head + "ward,001,Narela,,2022-10-17,,x\nward,001,Narela,,2024-01-01,,x\n",
	} {
		if _, err := ParseAreas(strings.NewReader(table)); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestWardCode(t *testing.T) {
	for in, want := range map[string]string{
		"12": "012", "012": "012", "१२": "012", "Ward 12": "012", "WARD NO. 7": "007", "वार्ड नंबर ७": "007", "ward-3": "003", "ndmc": "NDMC", " CANT ": "CANT",
		"": "", "1234": "1234", "012 Malka Ganj": "012", "NDMC New Delhi Municipal Council": "NDMC", "12-N": "12-N", "012 N": "012 N", "no": "NO",
	} {
		if got := WardCode(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}
