package main

import (
	"runtime"
	"testing"
)

func TestTypedAgain(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("another shell")
	}
	for want, args := range map[string][]string{
		"sehat --home laptop import night/ward-12.csv":              {"--home", "laptop", "import", "night/ward-12.csv"},
		"sehat import 'our ward' ''":                                {"import", "our ward", ""},
		"sehat import 'Asha'\\''s; rm x'":                           {"import", "Asha's; rm x"},
		"sehat import सर्वे":                                        {"import", "सर्वे"},
		"sehat --store postgres://sehat:PASSWORD@db/sehat import x": {"--store", "postgres://sehat:geheim@db/sehat", "import", "x"},
		"sehat --store=postgres://sehat@db:5432/sehat import x":     {"--store=postgres://sehat@db:5432/sehat", "import", "x"},
		"sehat --store 'postgres://db/sehat?a=b' import x":          {"--store", "postgres://db/sehat?a=b", "import", "x"},
	} {
		if got := (&app{args: args}).typed(); got != want {
			t.Errorf("%q: %s, want %s", args, got, want)
		}
	}
}
