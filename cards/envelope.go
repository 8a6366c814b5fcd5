package cards

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Errors of signatures, on cards and on lists.
var (
	ErrUnknownKey    = errors.New("signed with an unknown key")
	ErrBadSignature  = errors.New("the signature does not match")
	ErrNotAnEnvelope = errors.New("not a signed document")
)

// Domains of our own documents. A signature made for one never passes for another.
const (
	domainKeys        = "keys/1"
	domainLeases      = "leases/1"
	domainRevocations = "revocations/1"
)

// SignDetached signs msg for one purpose, such as "batch/1" or "receipt/1": Ed25519 over "sehat", a zero byte, the domain, a
// zero byte, and msg. A domain has no zero byte. (A card's Sig_structure begins with 0x84, never with "s", so that no
// document passes for a card either.)
func SignDetached(key ed25519.PrivateKey, domain string, msg []byte) []byte {
	return ed25519.Sign(key, inDomain(domain, msg))
}

// VerifyDetached tells whether sig is what [SignDetached] made with key's private half for this domain and msg.
func VerifyDetached(key ed25519.PublicKey, domain string, msg, sig []byte) bool {
	return len(key) == ed25519.PublicKeySize && !strings.Contains(domain, "\x00") &&
		ed25519.Verify(key, inDomain(domain, msg), sig)
}

func inDomain(domain string, msg []byte) []byte {
	b := make([]byte, 0, len("sehat")+len(domain)+2+len(msg))
	b = append(append(b, "sehat\x00"...), domain...)
	return append(append(b, 0), msg...)
}

// An Envelope is a signed document: the payload's bytes exactly as they were signed, never written anew, and who signed.
// Payload and Signature are base64 in JSON.
type Envelope struct {
	Domain    string `json:"sehat"`
	KeyID     KeyID  `json:"kid"`
	Payload   []byte `json:"payload"`
	Signature []byte `json:"signature"`
}

// SignEnvelope returns the JSON of an envelope around payload.
func SignEnvelope(key ed25519.PrivateKey, domain string, payload []byte) ([]byte, error) {
	return json.Marshal(Envelope{
		Domain:    domain,
		KeyID:     NewKeyID(key.Public().(ed25519.PublicKey)),
		Payload:   payload,
		Signature: SignDetached(key, domain, payload),
	})
}

// OpenEnvelope returns the payload of an envelope once its signature is verified. find returns the key to verify with for
// the id the envelope names, or an error such as [ErrUnknownKey].
func OpenEnvelope(data []byte, domain string, find func(KeyID) (ed25519.PublicKey, error)) ([]byte, error) {
	var e Envelope
	if err := json.Unmarshal(data, &e); err != nil {
		return nil, ErrNotAnEnvelope
	}
	if e.Domain != domain {
		return nil, fmt.Errorf("%w of kind %s", ErrNotAnEnvelope, domain)
	}
	key, err := find(e.KeyID)
	if err != nil {
		return nil, err
	}
	if !VerifyDetached(key, domain, e.Payload, e.Signature) {
		return nil, ErrBadSignature
	}
	return e.Payload, nil
}

func signJSON(key ed25519.PrivateKey, domain string, document any) ([]byte, error) {
	payload, err := json.Marshal(document)
	if err != nil {
		return nil, fmt.Errorf("sign %s: %w", domain, err)
	}
	return SignEnvelope(key, domain, payload)
}

func openJSON(data []byte, domain string, find func(KeyID) (ed25519.PublicKey, error), document any) error {
	payload, err := OpenEnvelope(data, domain, find)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(payload, document); err != nil {
		return fmt.Errorf("%w: its content is not the JSON it should be", ErrNotAnEnvelope)
	}
	return nil
}
