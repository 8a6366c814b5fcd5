package cards

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestSealKey(t *testing.T) {
	secret := testKey("root").Seed()
	sealed, err := sealKey(secret, "correct horse battery", 10) // little work: tests need speed, not secrecy
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, secret) {
		t.Error("the secret stands in the open")
	}
	if got, err := OpenKey(sealed, "correct horse battery"); err != nil || !bytes.Equal(got, secret) {
		t.Errorf("got %x, %v", got, err)
	}
	if _, err := OpenKey(sealed, "correct horse"); !errors.Is(err, ErrPassphrase) {
		t.Errorf("another passphrase gives %v", err)
	}
	if _, err := OpenKey(sealed, ""); err == nil {
		t.Error("no passphrase opens it")
	}
	if _, err := SealKey(secret, ""); err == nil {
		t.Error("sealed with no passphrase")
	}
	again, err := sealKey(secret, "correct horse battery", 10)
	if err != nil || bytes.Equal(again, sealed) {
		t.Error("sealing twice gives the same bytes")
	}
	for name, bad := range map[string][]byte{
		"nothing":      nil,
		"cut off":      sealed[:len(sealed)-1],
		"one bit off":  append(append([]byte{}, sealed[:len(sealed)-1]...), sealed[len(sealed)-1]^1),
		"too large":    make([]byte, maxSealed+1),
		"endless work": []byte(strings.Replace(string(sealed), " 10\n", " 21\n", 1)),
	} {
		if _, err := OpenKey(bad, "correct horse battery"); err == nil || errors.Is(err, ErrPassphrase) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The real work factor, once.
func TestSealKeyForReal(t *testing.T) {
	if testing.Short() {
		t.Skip("half a second of scrypt")
	}
	sealed, err := SealKey([]byte("secret"), "correct horse battery")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := OpenKey(sealed, "correct horse battery"); err != nil || string(got) != "secret" {
		t.Errorf("got %q, %v", got, err)
	}
}
