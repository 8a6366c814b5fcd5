package cards

import (
	"bytes"
	"compress/zlib"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// Errors of reading a QR text, before any question of trust.
var (
	ErrNotACard  = errors.New("not a health card")
	ErrTooLarge  = errors.New("too large to be a health card")
	ErrAlgorithm = errors.New("signed with another algorithm than Ed25519")
)

const (
	tagSign1 = 18 // COSE_Sign1 (RFC 9052); the outer tag 61 of a CWT is optional (RFC 8392, 6) and costs two bytes
	algEdDSA = -8

	maxInflated = 4096 // our own cards are under 300 bytes
	maxScanned  = 4296 // the most letters a QR of any size holds
)

// Sign signs a credential and returns the text of its QR and its hash: SHA-256 of the COSE message, in hex, by which lists
// and the register name it. The same key and credential give the same text. It returns [ErrTooLong] where the text would
// be longer than [MaxQRText].
func Sign(key ed25519.PrivateKey, c Credential) (qr, hash string, err error) {
	if err := c.Check(); err != nil {
		return "", "", err
	}
	text, message := signAnyLength(key, c)
	if len(text) > MaxQRText {
		return "", "", tooLong(c, len(text))
	}
	return string(text), messageHash(message), nil
}

// signAnyLength is Sign for a credential that was checked, whatever the length of the text.
func signAnyLength(key ed25519.PrivateKey, c Credential) (text, message []byte) {
	id := NewKeyID(key.Public().(ed25519.PublicKey))
	protected := appendHead(nil, cborMap, 2)
	protected = append(protected, 1, cborNegInt|(-1-algEdDSA), 4)
	protected = appendBytes(protected, id[:])
	payload := c.appendClaims(make([]byte, 0, 512))

	message = signedMessage(protected, payload, ed25519.Sign(key, toBeSigned(protected, payload)))
	if len(message) > maxPlain { // never near a card: not worth compressing
		return appendBase45(nil, message), message
	}
	return appendBase45(make([]byte, 0, 512), appendZlib(make([]byte, 0, 512), message)), message
}

// SignToFit signs c, or where that does not fit, the first of what [Credential.Lighter] yields that does. It returns what was left
// out, for the register to keep and the operator to see; nothing is left out silently.
func SignToFit(key ed25519.PrivateKey, c Credential) (qr, hash string, leftOut []string, err error) {
	qr, hash, err = Sign(key, c)
	if !errors.Is(err, ErrTooLong) {
		return qr, hash, nil, err
	}
	for lighter, parts := range c.Lighter() {
		leftOut = parts
		if qr, hash, err = Sign(key, lighter); !errors.Is(err, ErrTooLong) {
			break
		}
	}
	return qr, hash, leftOut, err
}

func tooLong(c Credential, length int) error {
	part := "part of the name"
	for _, parts := range c.Lighter() {
		part = parts[0]
		break
	}
	return fmt.Errorf("%w: %d characters, %d is the most: leave out %s", ErrTooLong, length, MaxQRText, part)
}

// toBeSigned is the Sig_structure of RFC 9052, 4.4, without external data.
func toBeSigned(protected, payload []byte) []byte {
	b := appendHead(make([]byte, 0, 64+len(protected)+len(payload)), cborArray, 4)
	b = appendText(b, "Signature1")
	b = appendBytes(b, protected)
	b = appendBytes(b, nil)
	return appendBytes(b, payload)
}

// signedMessage is the COSE_Sign1 message of its three parts, in the only encoding that is a card.
func signedMessage(protected, payload, signature []byte) []byte {
	b := appendHead(make([]byte, 0, 96+len(protected)+len(payload)), cborTag, tagSign1)
	b = appendHead(b, cborArray, 4)
	b = appendBytes(b, protected)
	b = appendHead(b, cborMap, 0)
	b = appendBytes(b, payload)
	return appendBytes(b, signature)
}

func messageHash(message []byte) string {
	sum := sha256.Sum256(message)
	return hex.EncodeToString(sum[:])
}

// An Unverified is what a QR text claims: anyone could have written it until [Unverified.SignedBy] says who did.
type Unverified struct {
	Credential Credential
	KeyID      KeyID  // the key it claims to be signed with
	Hash       string // as [Sign] returns it

	signed    []byte
	signature []byte
}

// SignedBy tells whether key signed exactly this content.
func (u Unverified) SignedBy(key ed25519.PublicKey) bool {
	return len(key) == ed25519.PublicKeySize && ed25519.Verify(key, u.signed, u.signature)
}

// Decode reads a QR text without believing it. It returns [ErrNotACard], [ErrTooLarge], [ErrAlgorithm], [ErrUnknownKey] for a
// text that names no key, or [ErrBadSignature] for one whose signature was taken off.
func Decode(qr string) (Unverified, error) {
	message, err := unpack(qr)
	if err != nil {
		return Unverified{}, err
	}
	mode, err := readMode()
	if err != nil {
		return Unverified{}, err
	}
	return openMessage(mode, message)
}

// unpack undoes base45 and zlib. Line ends around the text, as a scanner types them, are not part of it.
func unpack(qr string) ([]byte, error) {
	if len(qr) > maxScanned {
		return nil, ErrTooLarge
	}
	packed, err := decodeBase45(strings.Trim(qr, "\r\n\t"))
	if err != nil {
		return nil, fmt.Errorf("%w: the text is %w", ErrNotACard, err)
	}
	source := bytes.NewReader(packed)
	inflater, err := zlib.NewReader(source)
	if err != nil {
		return nil, fmt.Errorf("%w: not zlib", ErrNotACard)
	}
	message, err := io.ReadAll(io.LimitReader(inflater, maxInflated+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: damaged or cut off", ErrNotACard)
	case len(message) > maxInflated:
		return nil, ErrTooLarge
	case source.Len() > 0:
		return nil, fmt.Errorf("%w: something follows its end", ErrNotACard)
	}
	return message, nil
}

// sign1 is the inside of a COSE_Sign1 message.
type sign1 struct {
	_           struct{} `cbor:",toarray"`
	Protected   []byte
	Unprotected cbor.RawMessage
	Payload     []byte
	Signature   []byte
}

// protectedHeader holds the parameters we know; those of others are signed with it and left alone, unless critical.
type protectedHeader struct {
	Algorithm int64           `cbor:"1,keyasint"`
	Critical  cbor.RawMessage `cbor:"2,keyasint"`
	KeyID     []byte          `cbor:"4,keyasint"`
}

// claims are the parts of the payload that we read; others are left alone.
type claims struct {
	Issuer   string   `cbor:"1,keyasint"`
	Expires  uint64   `cbor:"4,keyasint"`
	Issued   uint64   `cbor:"6,keyasint"`
	Identity identity `cbor:"169,keyasint"`
	Clinical struct {
		BloodGroup string `cbor:"1,keyasint"`
		Allergies  string `cbor:"2,keyasint"`
	} `cbor:"sehat"`
}

type identity struct {
	Number         string `cbor:"1,keyasint"`
	Version        string `cbor:"2,keyasint"`
	Language       string `cbor:"3,keyasint"`
	Name           string `cbor:"4,keyasint"`
	Birth          string `cbor:"8,keyasint"`
	Sex            int    `cbor:"9,keyasint"`
	SecondName     string `cbor:"19,keyasint"`
	SecondLanguage string `cbor:"20,keyasint"`
}

func openMessage(mode cbor.DecMode, message []byte) (Unverified, error) {
	var (
		u      Unverified
		tag    cbor.RawTag
		s      sign1
		header protectedHeader
		said   claims
	)
	if mode.Unmarshal(message, &tag) != nil || tag.Number != tagSign1 || mode.Unmarshal(tag.Content, &s) != nil {
		return u, fmt.Errorf("%w: not a COSE_Sign1 message", ErrNotACard)
	}
	if mode.Unmarshal(s.Protected, &header) != nil || header.Critical != nil {
		return u, fmt.Errorf("%w: not our kind of header", ErrNotACard)
	}
	switch {
	case header.Algorithm != algEdDSA:
		return u, ErrAlgorithm
	case len(header.KeyID) != len(u.KeyID):
		return u, fmt.Errorf("%w: it names none", ErrUnknownKey)
	case len(s.Signature) != ed25519.SignatureSize:
		return u, fmt.Errorf("%w: there is none", ErrBadSignature)
	case !bytes.Equal(message, signedMessage(s.Protected, s.Payload, s.Signature)):
		// The signature covers the parts, not how they are wrapped. Were another wrapping let through, a revoked card
		// could be given a new hash.
		return u, fmt.Errorf("%w: not in the one encoding that a card has", ErrNotACard)
	}
	if mode.Unmarshal(s.Payload, &said) != nil {
		return u, fmt.Errorf("%w: its claims cannot be read", ErrNotACard)
	}
	c, err := said.credential()
	if err != nil {
		return u, fmt.Errorf("%w: %w", ErrNotACard, err)
	}
	return Unverified{
		Credential: c,
		KeyID:      KeyID(header.KeyID),
		Hash:       messageHash(message),
		signed:     toBeSigned(s.Protected, s.Payload),
		signature:  s.Signature,
	}, nil
}

// readMode is the strictest reading: no duplicate keys, no indefinite lengths, few levels.
func readMode() (cbor.DecMode, error) {
	return cbor.DecOptions{
		DupMapKey:        cbor.DupMapKeyEnforcedAPF,
		IndefLength:      cbor.IndefLengthForbidden,
		MaxNestedLevels:  8,
		MaxArrayElements: 64,
		MaxMapPairs:      64,
	}.DecMode()
}

func (s claims) credential() (Credential, error) {
	number, err := ParseNumber(s.Identity.Number)
	if err != nil || number.String() != s.Identity.Number {
		return Credential{}, errors.New("it names no card number")
	}
	version, err := strconv.Atoi(s.Identity.Version)
	if err != nil {
		return Credential{}, errors.New("its version is no number")
	}
	c := Credential{
		Number:         number,
		Version:        version,
		Language:       s.Identity.Language,
		Name:           s.Identity.Name,
		Sex:            Sex(s.Identity.Sex),
		SecondName:     s.Identity.SecondName,
		SecondLanguage: s.Identity.SecondLanguage,
		Issuer:         s.Issuer,
		Clinical:       Clinical(s.Clinical),
	}
	if s.Identity.Birth != "" {
		if c.Birth, err = parseCompact(s.Identity.Birth); err != nil {
			return Credential{}, err
		}
	}
	if c.Issued, err = fromUnix(s.Issued); err != nil {
		return Credential{}, err
	}
	if s.Expires != 0 {
		if c.Expires, err = fromUnix(s.Expires); err != nil {
			return Credential{}, err
		}
	}
	return c, c.Check()
}

// fromUnix refuses times past the year 9999, which no card has and JSON cannot carry.
func fromUnix(seconds uint64) (time.Time, error) {
	if seconds > 253402300799 {
		return time.Time{}, errors.New("a time in it is out of range")
	}
	return time.Unix(int64(seconds), 0).UTC(), nil
}
