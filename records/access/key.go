package access

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"sehat/records"
)

// keyPrefix lets people and secret scanners see what a text is. A key is the prefix, the public id (8 letters and digits),
// "_" and the secret (52): sehat_k7f3m2qa_…
const keyPrefix = "sehat_"

const (
	idBytes     = 5
	secretBytes = 32
)

// letters is base32 (RFC 4648) in lower case: it can be read aloud, and has no 0, 1, 8 or 9 to be taken for o, l, b and g.
func letters() *base32.Encoding {
	return base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
}

// NewKey makes a key from a cryptographic random source. text is all of it, to be shown once and never stored; the record
// has its id and hash filled, and nothing else.
func NewKey(random io.Reader) (text string, k records.FacilityKey, err error) {
	id, err := draw(random, idBytes)
	if err != nil {
		return "", k, err
	}
	secret, err := draw(random, secretBytes)
	if err != nil {
		return "", k, err
	}
	return keyPrefix + id + "_" + secret, records.FacilityKey{ID: id, Hash: hashOf(secret)}, nil
}

// parseKey splits a key as somebody typed or pasted it. Spaces around it, capitals and line breaks do not count.
func parseKey(text string) (id, secret string, ok bool) {
	text = strings.ToLower(strings.Join(strings.Fields(text), ""))
	rest, ok := strings.CutPrefix(text, keyPrefix)
	if !ok {
		return "", "", false
	}
	id, secret, _ = strings.Cut(rest, "_")
	return id, secret, encodes(id, idBytes) && encodes(secret, secretBytes)
}

// encodes reports whether a text is the form of n bytes.
func encodes(text string, n int) bool {
	b, err := letters().DecodeString(text)
	return err == nil && len(b) == n
}

// matches tells whether a secret is the one of a stored hash, in a time that says nothing about either.
func matches(secret, hash string) bool {
	return subtle.ConstantTimeCompare([]byte(hashOf(secret)), []byte(hash)) == 1
}

// hashOf is what is stored of a secret. 256 random bits need no salt and no slow hash.
func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

func draw(random io.Reader, n int) (string, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", fmt.Errorf("drawing a secret: %w", err)
	}
	return letters().EncodeToString(b), nil
}
