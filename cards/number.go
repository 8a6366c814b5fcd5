package cards

import (
	"errors"
	"fmt"
	"strconv"
	"unicode"
)

// Bodies of a card number, 13 digits. The first digit is 2 to 9, so that no number can be mistaken for one that lost
// leading zeros.
const (
	MinBody uint64 = 2_000_000_000_000
	MaxBody uint64 = 9_999_999_999_999
)

// numberDigits is chosen to be no other number people carry: 10 digits are a phone, 12 Aadhaar, 14 ABHA, 16 a bank card.
const numberDigits = 15

// ErrNumber is in the chain of every error of [ParseNumber] and [MakeNumber]. None of them repeats the digits.
var ErrNumber = errors.New("not a card number")

// ErrCheckDigits: the text has the form of a card number, and at least one digit is wrong.
var ErrCheckDigits = fmt.Errorf("%w: its check digits do not match, so one digit is wrong or two are swapped: read the number again", ErrNumber)

// A Number is a card number: a 13-digit body times 100, plus two check digits (ISO/IEC 7064, MOD 97-10), so that the whole
// leaves 1 when divided by 97. The zero value is no number.
type Number uint64

// MakeNumber appends the check digits to a body between [MinBody] and [MaxBody].
func MakeNumber(body uint64) (Number, error) {
	if body < MinBody || body > MaxBody {
		return 0, fmt.Errorf("%w: the body has 13 digits and starts with 2 to 9", ErrNumber)
	}
	return Number(body*100 + 98 - body*100%97), nil
}

// ParseNumber reads a number as people write, paste and scan it: digits of any script of India, of Urdu, or of full width, with
// spaces, hyphens and invisible marks anywhere. Its errors say what is wrong in words for the person who typed, never what was
// typed: a letter, the length, or [ErrCheckDigits].
func ParseNumber(s string) (Number, error) {
	var n uint64
	digits := 0
	for i, r := range s {
		d, ok := digit(r)
		switch {
		case ok:
			digits++
			if digits <= numberDigits {
				n = n*10 + d
			}
		case separator(r):
		case r == '+' && i == 0:
			return 0, fmt.Errorf("%w: a number that starts with + is a phone number", ErrNumber)
		case unicode.IsLetter(r):
			return 0, fmt.Errorf("%w: character %d is a letter, and it has digits only", ErrNumber, runeIndex(s, i))
		default:
			return 0, fmt.Errorf("%w: character %d is no digit, and it has digits only", ErrNumber, runeIndex(s, i))
		}
	}
	if digits != numberDigits {
		return 0, fmt.Errorf("%w: %s", ErrNumber, lengthProblem(digits))
	}
	if n/100 < MinBody {
		return 0, fmt.Errorf("%w: it never starts with 0 or 1", ErrNumber)
	}
	if !Number(n).Valid() {
		return 0, ErrCheckDigits
	}
	return Number(n), nil
}

// Valid tells whether n has the form of a card number and its check digits match. MOD 97-10 gives check digits from 02 to 98;
// 00, 01 and 99 leave the same remainder as 97, 98 and 02, and are refused so that no error of one digit slips through.
func (n Number) Valid() bool {
	check := n % 100
	return n.Body() >= MinBody && n.Body() <= MaxBody && n%97 == 1 && check >= 2 && check <= 98
}

// Body returns the number without its check digits: what leases are made of.
func (n Number) Body() uint64 { return uint64(n / 100) }

// String returns the 15 digits without spaces, as stored and as in the QR.
func (n Number) String() string {
	s := strconv.FormatUint(uint64(n), 10)
	for len(s) < numberDigits {
		s = "0" + s
	}
	return s
}

// Printed returns the number as it stands on the card: three groups of five digits.
func (n Number) Printed() string {
	s := n.String()
	if len(s) != numberDigits {
		return s
	}
	return s[:5] + " " + s[5:10] + " " + s[10:]
}

// MarshalText writes the 15 digits, so that JSON carries a number as text and no reader rounds it.
func (n Number) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// UnmarshalText reads what [ParseNumber] reads.
func (n *Number) UnmarshalText(text []byte) error {
	parsed, err := ParseNumber(string(text))
	if err != nil {
		return err
	}
	*n = parsed
	return nil
}

func lengthProblem(digits int) string {
	switch digits {
	case 0:
		return "it is empty"
	case 10:
		return "10 digits look like a phone number; a card number has 15"
	case 12:
		return "12 digits look like an Aadhaar number, which is never stored here; a card number has 15"
	case 14:
		return "14 digits: one of 15 is missing, or it is an ABHA number"
	case 16:
		return "16 digits: one is too many, or it is a bank card or an Aadhaar virtual ID; a card number has 15"
	}
	if digits < numberDigits {
		return fmt.Sprintf("it has %d digits and must have 15: %d missing", digits, numberDigits-digits)
	}
	return fmt.Sprintf("it has %d digits and must have 15", digits)
}

// digit reads one decimal digit of a script in use in India, or of full width. Their code points are ten in a row.
func digit(r rune) (uint64, bool) {
	for _, zero := range [...]rune{'0', '०', '੦', '۰', '٠', '০', '૦', '୦', '௦', '౦', '೦', '൦', '０'} {
		if r >= zero && r <= zero+9 {
			return uint64(r - zero), true
		}
	}
	return 0, false
}

// separator tells whether r may stand between digits and means nothing: spaces and dashes of any width, and the marks that one
// cannot see and that are pasted along (joiners, directions of writing, a byte order mark).
func separator(r rune) bool {
	return r == '\u2212' || unicode.In(r, unicode.White_Space, unicode.Pd, unicode.Cf)
}

// runeIndex counts characters from 1, as the person who typed them would.
func runeIndex(s string, byteIndex int) int {
	n := 1
	for i := range s {
		if i >= byteIndex {
			break
		}
		n++
	}
	return n
}
