package survey

import (
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// The outcomes of reading a phone cell.
type phoneOutcome uint8

const (
	phoneNone    phoneOutcome = iota // no phone, or it is not known: a legal answer
	phoneGood                        // one number
	phoneSeveral                     // several; the first is used
	phoneDummy                       // a made-up number: void
	phoneBad                         // not a phone number
)

// ParsePhone reads an Indian phone number as people write it and gives it in E.164 form, such as "+919876501234". Empty cells and words for
// "unknown" are "" and true. ok is false for what is no phone number; a made-up number ([IsDummyPhone]) is "" and true.
func ParsePhone(s string) (e164 string, ok bool) {
	s, ok = clean(s)
	if !ok {
		return "", false
	}
	e164, outcome := readPhone(s)
	return e164, outcome != phoneBad
}

func readPhone(s string) (string, phoneOutcome) {
	if isMobile(s) {
		return fromMobile(s)
	}
	if isNotTold(s) || len(s) < 60 && noPhone[fold(s)] {
		return "", phoneNone
	}
	t, lost := plainNumber(s)
	if lost {
		return "", phoneBad
	}
	if d := mobileDigits(t); d != "" {
		return fromMobile(d)
	}
	if first, more := firstPhone(t); more {
		number, outcome := readPhone(first)
		if outcome == phoneGood {
			outcome = phoneSeveral
		}
		return number, outcome
	}
	if d, ok := digitsOnly(t); ok {
		if IsDummyPhone(d) {
			return "", phoneDummy
		}
		if len(d) == 10 && d[0] >= '2' && d[0] <= '5' {
			return "", phoneBad // a mobile number with a wrong first digit rather than a landline without its 0
		}
	}
	if strings.ContainsAny(t, "abcdefghijklmnopqrsuvwyzABCDEFGHIJKLMNOPQRSUVWYZ") { // letters of a keypad; "ext" and "x" may stay
		return "", phoneBad
	}
	p, err := phonenumbers.Parse(t, "IN")
	if err != nil || !phonenumbers.IsValidNumber(p) {
		return "", phoneBad
	}
	return phonenumbers.Format(p, phonenumbers.E164), phoneGood
}

// isMobile reports whether s is ten ASCII digits that start with 6 to 9. The phone library finds every one of these valid (a test
// compares), a thousand times slower.
func isMobile(s string) bool { return len(s) == 10 && s[0] >= '6' && allDigits(s) }

func fromMobile(s string) (string, phoneOutcome) {
	if IsDummyPhone(s) {
		return "", phoneDummy
	}
	return "+91" + s, phoneGood
}

// mobileDigits gives the ten digits of a mobile number written with spaces, hyphens, brackets, and 0, 91, +91 or 0091 before it.
func mobileDigits(s string) string {
	var room [16]byte
	d := room[:0]
	for i, r := range s {
		switch v, number := digitValue(r); {
		case number && len(d) == cap(room):
			return ""
		case number:
			d = append(d, '0'+v)
		case r == '+' && i == 0, r == '(', r == ')', r == '.', parting(r):
		default:
			return ""
		}
	}
	t := string(d)
	for _, lead := range []string{"0091", "091", "91", "0"} {
		if len(t) == 10+len(lead) && strings.HasPrefix(t, lead) {
			t = t[len(lead):]
			break
		}
	}
	if isMobile(t) {
		return t
	}
	return ""
}

// firstPhone cuts the first of several numbers off a cell.
func firstPhone(s string) (first string, more bool) {
	for _, by := range []string{",", ";", "/", "|", " or ", " and ", " & ", " या "} {
		if first, rest, ok := strings.Cut(s, by); ok && countDigits(first) >= 8 && countDigits(rest) >= 8 {
			return strings.TrimSpace(first), true
		}
	}
	return "", false
}

// IsDummyPhone reports whether ten or so digits are of the kind that people make up to fill a field: one or two digits over and over
// (9999999999, 9898989898), a staircase (1234567890, 9876543210), or six noughts at the end.
func IsDummyPhone(digits string) bool {
	if len(digits) < 8 || !allDigits(digits) {
		return false
	}
	var seen [10]bool
	kinds, up, down, longest := 0, 1, 1, 1
	for i := 0; i < len(digits); i++ {
		if v := digits[i] - '0'; !seen[v] {
			seen[v] = true
			kinds++
		}
		if i == 0 {
			continue
		}
		step := (digits[i] - digits[i-1] + 10) % 10 // 9 is followed by 0
		if up++; step != 1 {
			up = 1
		}
		if down++; step != 9 {
			down = 1
		}
		longest = max(longest, up, down)
	}
	return kinds <= 2 || longest >= 8 || strings.HasSuffix(digits, "000000")
}
