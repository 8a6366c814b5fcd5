package records_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"sehat/records"
)

func publicIDs(t *testing.T, key string) records.PublicIDs {
	t.Helper()
	b, err := hex.DecodeString(key)
	if err != nil {
		t.Fatal(err)
	}
	p, err := records.NewPublicIDs(b)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The first is FIPS 197, appendix C.1; the others are NIST SP 800-38A, F.1.1 (ECB-AES128), whose blocks are written as UUIDs.
func TestPublicIDsEqualThePublishedVectors(t *testing.T) {
	for _, v := range []struct{ key, resident, public string }{
		{"000102030405060708090a0b0c0d0e0f", "00112233-4455-6677-8899-aabbccddeeff", "69c4e0d86a7b0430d8cdb78070b4c55a"},
		{"2b7e151628aed2a6abf7158809cf4f3c", "6bc1bee2-2e40-9f96-e93d-7e117393172a", "3ad77bb40d7a3660a89ecaf32466ef97"},
		{"2b7e151628aed2a6abf7158809cf4f3c", "ae2d8a57-1e03-ac9c-9eb7-6fac45af8e51", "f5d3d58503b9699de785895a96fdbaaf"},
		{"2b7e151628aed2a6abf7158809cf4f3c", "30c81c46-a35c-e411-e5fb-c1191a0a52ef", "43b1cd7f598ece23881b00e3ed030688"},
	} {
		p := publicIDs(t, v.key)
		if got, err := p.Of(v.resident); err != nil || got != v.public {
			t.Errorf("%s outside: %s, %v; want %s", v.resident, got, err, v.public)
		}
		if got, ok := p.Resident(v.public); !ok || got != v.resident {
			t.Errorf("%s stands for %s, %v; want %s", v.public, got, ok, v.resident)
		}
	}
}

func TestAPublicIDIsSpeltInOneWay(t *testing.T) {
	const key, public = "000102030405060708090a0b0c0d0e0f", "69c4e0d86a7b0430d8cdb78070b4c55a"
	p := publicIDs(t, key)
	for _, text := range []string{
		"", strings.ToUpper(public), public + "0", public[:31], public[:31] + "g", " " + public, "69c4e0d8-6a7b-0430-d8cd-b78070b4c55a",
	} {
		if id, ok := p.Resident(text); ok {
			t.Errorf("%q stands for %s", text, id)
		}
	}
	if id, err := p.Of("r1"); err == nil {
		t.Errorf("r1 is no UUID and is %s outside", id)
	}
	if _, err := records.NewPublicIDs(make([]byte, 32)); err == nil {
		t.Error("a key of another length was taken")
	}
}
