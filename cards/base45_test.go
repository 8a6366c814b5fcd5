package cards

import (
	"bytes"
	"strings"
	"testing"
)

func TestBase45(t *testing.T) {
	// The first four are the examples of RFC 9285, 4.3 and 4.4.
	cases := []struct{ plain, text string }{
		{"AB", "BB8"},
		{"Hello!!", "%69 VD92EX0"},
		{"base-45", "UJCLQE7W581"},
		{"ietf!", "QED8WEX0"},
		{"", ""},
		{"\xff\xff", "FGW"},
		{"\xff", "U5"},
	}
	for _, c := range cases {
		if got := string(appendBase45(nil, []byte(c.plain))); got != c.text {
			t.Errorf("%q is written %q, want %q", c.plain, got, c.text)
		}
		if got, err := decodeBase45(c.text); err != nil || string(got) != c.plain {
			t.Errorf("%q is read %q, %v", c.text, got, err)
		}
	}
	for _, bad := range []string{"A", "BB8A", "GGW", "::", ":::", "ab#", "आशा", "FGX"} {
		if got, err := decodeBase45(bad); err == nil {
			t.Errorf("%q is read as %x", bad, got)
		}
	}
}

func FuzzBase45(f *testing.F) {
	f.Add([]byte("sehat"), "BB8")
	f.Fuzz(func(t *testing.T, plain []byte, text string) {
		written := string(appendBase45(nil, plain))
		if back, err := decodeBase45(written); err != nil || !bytes.Equal(back, plain) {
			t.Errorf("%x comes back as %x, %v", plain, back, err)
		}
		if strings.HasSuffix(written, " ") {
			t.Errorf("%q ends with a space", written)
		}
		if read, err := decodeBase45(text); err == nil && string(appendBase45(nil, read)) != strings.ToUpper(text) {
			t.Errorf("%q has two readings", text)
		}
	})
}
