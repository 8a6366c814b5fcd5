package cards

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
)

// ErrPassphrase: the passphrase does not open the sealed key.
var ErrPassphrase = errors.New("wrong passphrase")

const (
	sealWork    = 17 // log2 of scrypt's N: half a second and 128 MB on a laptop
	maxSealWork = 20 // a file that asks for more is an attack on the machine
	maxSealed   = 4096
)

// SealKey encrypts a secret, such as a root key's 32-byte seed, with a passphrase: an age file with one scrypt recipient, which
// `age -d` opens too. The same secret gives other bytes each time.
func SealKey(secret []byte, passphrase string) ([]byte, error) {
	return sealKey(secret, passphrase, sealWork)
}

func sealKey(secret []byte, passphrase string, work int) ([]byte, error) {
	recipient, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, fmt.Errorf("seal key: %w", err)
	}
	recipient.SetWorkFactor(work)
	var out bytes.Buffer
	w, err := age.Encrypt(&out, recipient)
	if err != nil {
		return nil, fmt.Errorf("seal key: %w", err)
	}
	if _, err := w.Write(secret); err != nil {
		return nil, fmt.Errorf("seal key: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("seal key: %w", err)
	}
	return out.Bytes(), nil
}

// OpenKey returns what [SealKey] sealed. It returns [ErrPassphrase] for another passphrase.
func OpenKey(sealed []byte, passphrase string) ([]byte, error) {
	if len(sealed) > maxSealed {
		return nil, errors.New("open key: not a sealed key")
	}
	identity, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, fmt.Errorf("open key: %w", err)
	}
	identity.SetMaxWorkFactor(maxSealWork)
	r, err := age.Decrypt(bytes.NewReader(sealed), identity)
	if noMatch := new(age.NoIdentityMatchError); errors.As(err, &noMatch) {
		return nil, fmt.Errorf("open key: %w", ErrPassphrase)
	}
	if err != nil {
		return nil, fmt.Errorf("open key: not a sealed key, or damaged: %w", err)
	}
	secret, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("open key: damaged: %w", err)
	}
	return secret, nil
}
