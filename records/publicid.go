package records

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/hex"
	"fmt"

	"github.com/google/uuid"
)

// PublicKeySize is the length of the key of [PublicIDs], in bytes.
const PublicKeySize = 16

// PublicIDs are the ids by which residents are known outside of the register: the FHIR id. A resident's own id can be guessed from
// a survey's keys; the public id says nothing to whoever does not have the centre's key, and nobody can make one up.
//
// The public id is the AES-128 encryption (FIPS 197) of the 16 bytes of the resident's UUID, as 32 lower-case hexadecimal digits. A
// block cipher under a secret key is a pseudorandom permutation (Bellare and Rogaway, Introduction to Modern Cryptography, chapter 3):
// no two residents share a public id, the ids cannot be told from random ones, and the key leads back from them. So nothing is
// stored for a resident, and no index is searched. One block without a mode is right here, where it is not for messages: every
// resident's id is one whole block that stands nowhere else, and the same resident must have the same public id each time.
//
// Example: under the key 000102030405060708090a0b0c0d0e0f the resident 00112233-4455-6677-8899-aabbccddeeff is
// 69c4e0d86a7b0430d8cdb78070b4c55a outside (FIPS 197, appendix C.1).
type PublicIDs struct{ block cipher.Block }

// NewPublicIDs returns the public ids under a key of PublicKeySize random bytes.
func NewPublicIDs(key []byte) (PublicIDs, error) {
	if len(key) != PublicKeySize {
		return PublicIDs{}, fmt.Errorf("the key of the public ids has %d bytes, not %d", len(key), PublicKeySize)
	}
	block, err := aes.NewCipher(key)
	return PublicIDs{block}, err
}

// Of returns the public id of a resident. It is an error if the resident's id is not a UUID.
func (p PublicIDs) Of(residentID string) (string, error) {
	id, err := uuid.Parse(residentID)
	if err != nil {
		return "", fmt.Errorf("resident %s: %w", residentID, err)
	}
	var b [aes.BlockSize]byte
	p.block.Encrypt(b[:], id[:])
	return hex.EncodeToString(b[:]), nil
}

// Resident returns the resident's id that a public id stands for. It returns false for what cannot be one; whether there is such a
// resident is the register's to say.
func (p PublicIDs) Resident(publicID string) (string, bool) {
	var b [aes.BlockSize]byte
	if len(publicID) != 2*len(b) {
		return "", false
	}
	if _, err := hex.Decode(b[:], []byte(publicID)); err != nil || hex.EncodeToString(b[:]) != publicID {
		return "", false
	}
	p.block.Decrypt(b[:], b[:])
	return uuid.UUID(b).String(), true
}
