package cards

import (
	"crypto/ed25519"
	"crypto/sha256"
	"time"
)

// Everyone here is invented, and the keys are made from words, so that vectors never change.

func testKey(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte("sehat test key: " + name))
	return ed25519.NewKeyFromSeed(seed[:])
}

func public(key ed25519.PrivateKey) ed25519.PublicKey { return key.Public().(ed25519.PublicKey) }

func day(year int, month time.Month, d int) time.Time {
	return time.Date(year, month, d, 10, 30, 0, 0, time.UTC)
}

func number(body uint64) Number {
	n, err := MakeNumber(body)
	if err != nil {
		panic(err)
	}
	return n
}

const testIssuer = "https://sehat.example"

// testNow is when the verifiers of the tests live.
var testNow = day(2026, time.November, 20)

// permanentCard is one a centre signs.
func permanentCard() Credential {
	return Credential{
		Number: number(2_000_050_000_017), Version: 1, Language: "eng", Name: "Sunita Devi",
		Birth: Date{1985, 3, 9}, Sex: Female, SecondName: "सुनीता देवी", SecondLanguage: "hin",
		Issuer: testIssuer, Issued: day(2026, time.November, 3),
	}
}

// temporaryCard is one the laptop of testTrust signs.
func temporaryCard() Credential {
	c := permanentCard()
	c.Number = number(2_000_000_000_123)
	c.Expires = c.Issued.AddDate(1, 0, 0)
	return c
}
