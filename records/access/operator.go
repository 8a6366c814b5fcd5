package access

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"sehat/records"
)

// An OperatorStore keeps operators.
type OperatorStore interface {
	// ChangeOperator gives change the operator of a name, in any spelling, and keeps what it makes of it unless it returns an
	// error; nobody else changes the operator meanwhile. It returns records.ErrNotFound where nobody is called so.
	ChangeOperator(ctx context.Context, name string, change func(*records.Operator) error) error
}

// Facts about a PIN that callers branch on. None tells what was typed.
var (
	ErrPIN     = errors.New("the PIN is wrong")
	ErrRetired = errors.New("may not decide any more")
	ErrWeakPIN = errors.New("the PIN is too easy to guess")
)

// A WaitError says that too many wrong PINs were tried, and until when none is looked at.
type WaitError struct{ Until time.Time }

func (e WaitError) Error() string {
	return "too many wrong PINs; none is looked at until " + e.Until.UTC().Format("15:04:05") + " UTC"
}

// freeTries is how many PINs may be tried at once; each further one makes the operator wait twice as long, from firstWait up to
// longestWait: 29 a day, so that one of a million six-digit PINs is found in a century.
const (
	freeTries   = 5
	firstWait   = 30 * time.Second
	longestWait = time.Hour
)

// waitAfter is how long nobody may try after so many wrong PINs.
func waitAfter(wrong int) time.Duration {
	if wrong < freeTries {
		return 0
	}
	return min(firstWait<<min(wrong-freeTries, 20), longestWait)
}

// CheckPIN returns the operator of a name if the PIN is theirs. A try counts before the PIN is looked at, so that neither a power cut
// nor a stopped program makes it free; the right PIN sets the count back. It returns records.ErrNotFound where nobody is called so,
// ErrRetired, ErrPIN, or a [WaitError].
func CheckPIN(ctx context.Context, s OperatorStore, name, pin string, now time.Time) (records.Operator, error) {
	var o records.Operator
	err := s.ChangeOperator(ctx, name, func(of *records.Operator) error {
		if of.RetiredAt != "" {
			return fmt.Errorf("%s %w", of.Name, ErrRetired)
		}
		if of.WaitUntil != "" {
			until, err := records.ParseStamp(of.WaitUntil)
			if err != nil {
				return fmt.Errorf("operator %s: %w", of.Name, err)
			}
			if now.Before(until) {
				return WaitError{until}
			}
		}
		of.Wrong, of.WaitUntil = of.Wrong+1, ""
		if wait := waitAfter(of.Wrong); wait > 0 {
			of.WaitUntil = records.Stamp(now.Add(wait))
		}
		o = *of
		return nil
	})
	if err != nil {
		return o, err
	}
	if !isPIN(pin, o.PINHash) {
		return o, fmt.Errorf("%s: %w", o.Name, ErrPIN)
	}
	err = s.ChangeOperator(ctx, name, func(of *records.Operator) error {
		of.Wrong, of.WaitUntil = 0, ""
		return nil
	})
	return o, err
}

// MaxName is how long an operator's name may be, in characters.
const MaxName = 60

// OperatorName returns a name as it is kept: white space made single, control characters refused.
func OperatorName(name string) (string, error) {
	name = strings.Join(strings.Fields(name), " ")
	switch {
	case name == "":
		return "", errors.New("an operator has a name")
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return "", errors.New("the name holds characters that cannot be printed")
	case utf8.RuneCountInString(name) > MaxName:
		return "", fmt.Errorf("the name is longer than %d characters", MaxName)
	}
	return name, nil
}

// MinPIN is the least number of characters of a PIN.
const MinPIN = 6

// GoodPIN returns ErrWeakPIN, with the reason, for a PIN that anybody would try first. Digits, letters and any other characters
// count alike.
func GoodPIN(pin, name string) error {
	runes := []rune(pin)
	lower := strings.ToLower(pin)
	why := ""
	switch {
	case len(runes) < MinPIN:
		why = fmt.Sprintf("it has fewer than %d characters", MinPIN)
	case repeats(runes):
		why = "it repeats itself"
	case runs(runes):
		why = "it only counts up or down"
	case containsAny(lower, strings.Fields(records.OperatorKey(name))):
		why = "it holds the name"
	case slices.Contains([]string{"qwerty", "password", "asdfgh", "112233", "123321", "102030", "159753", "147258", "147852", "696969", "112358", "pass123", "admin123"}, lower):
		why = "everybody tries it first"
	default:
		return nil
	}
	return fmt.Errorf("%w: %s", ErrWeakPIN, why)
}

// repeats reports whether a PIN is one piece over and over: 111111, 121212, 123123.
func repeats(pin []rune) bool {
	for size := 1; size <= len(pin)/2; size++ {
		if len(pin)%size == 0 && slices.Equal(pin[size:], pin[:len(pin)-size]) {
			return true
		}
	}
	return false
}

// runs reports whether each character is the one after, or before, the last: 123456, 987654, 890123, abcdef.
func runs(pin []rune) bool {
	step := func(by rune) bool {
		for i := 1; i < len(pin); i++ {
			next := pin[i-1] + by
			if pin[i-1] == '9' && by > 0 {
				next = '0'
			} else if pin[i-1] == '0' && by < 0 {
				next = '9'
			}
			if pin[i] != next {
				return false
			}
		}
		return true
	}
	return step(1) || step(-1)
}

func containsAny(text string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return utf8.RuneCountInString(w) >= 3 && strings.Contains(text, w) })
}

// The cost of a PIN's hash: argon2id as RFC 9106, section 4, recommends it second, for where memory is scarce: 3 passes over 64 MiB in
// 4 lanes, a salt of 128 bits and a tag of 256. It makes guessing slow for whoever took the store away; it cannot make six digits a
// secret from them.
const (
	argonPasses   = 3
	argonMemory   = 64 << 10 // KiB
	argonLanes    = 4
	argonSaltSize = 16
	argonTagSize  = 32

	mostMemory = 1 << 20 // KiB: what a hash in the store may ask for
)

// HashPIN returns what is kept of a PIN, in the form that other programs write, too: $argon2id$v=19$m=…,t=…,p=…$salt$tag.
func HashPIN(random io.Reader, pin string) (string, error) {
	salt := make([]byte, argonSaltSize)
	if _, err := io.ReadFull(random, salt); err != nil {
		return "", fmt.Errorf("drawing a salt: %w", err)
	}
	tag := argon2.IDKey([]byte(pin), salt, argonPasses, argonMemory, argonLanes, argonTagSize)
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonPasses, argonLanes, b64(salt), b64(tag)), nil
}

// isPIN tells whether a PIN is the one of a hash, in a time that says nothing about either. The cost is read from the hash, so that it
// can be raised later.
func isPIN(pin, hash string) bool {
	var version int
	var memory, passes uint32
	var lanes uint8
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &passes, &lanes); err != nil {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	tag, bad := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || bad != nil || version != argon2.Version || passes == 0 || lanes == 0 || memory > mostMemory || len(tag) == 0 {
		return false
	}
	return subtle.ConstantTimeCompare(argon2.IDKey([]byte(pin), salt, passes, memory, lanes, uint32(len(tag))), tag) == 1
}
