package survey

import (
	"strings"
	"unicode/utf8"
)

// MaskAadhaar hides every Aadhaar number in a text but its last four digits, and counts them:
//
//	"UID 2345 6789 0124" → "UID XXXX XXXX 0124", 1
//
// An Aadhaar number is a group of 12 digits that does not start with 0 or 1 and ends in its Verhoeff digit. The digits may be of
// any Indian script and parted by spaces or hyphens, or written as the 2.34567890124E+11 into which Excel turns them; letters may
// touch them, other digits may not. One in ten other groups of 12 digits looks the same and is masked too. What is never taken for one:
// the digits of a UUID, and the fraction of a coordinate.
//
// Masking again changes nothing. A text in which nothing is found is returned as it is, without an allocation.
func MaskAadhaar(s string) (masked string, found int) {
	if !mayHoldAadhaar(s) {
		return s, 0
	}
	return maskGroups(s, false)
}

// Mask is MaskAadhaar for a cell of this field: a phone column keeps its phones, with 91 before them too, though one in ten of
// those passes Verhoeff; the ABHA column keeps a valid ABHA number; a column of numbers with a fraction keeps its decimals.
func (f *Field) Mask(s string) (masked string, found int) {
	if !mayHoldAadhaar(s) {
		return s, 0
	}
	switch {
	case f.Type == Phone:
		return maskGroups(s, true)
	case f.Type == Decimal && isFraction(s):
		return s, 0
	case f.Name == "abha_number":
		if d, ok := digitsOnly(s); ok && len(d) == 14 && ValidVerhoeff(d) {
			return s, 0
		}
	}
	return maskGroups(s, false)
}

// mayHoldAadhaar is the fast way out of nearly every cell: fewer than 12 digits.
func mayHoldAadhaar(s string) bool {
	if len(s) < 12 {
		return false
	}
	if len(s) == 36 && uuidAt(s) { // the commonest long key
		return false
	}
	n := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			n++
		case c >= utf8.RuneSelf:
			return n+countDigits(s[i:]) >= 12
		}
	}
	return n >= 12
}

func countDigits(s string) (n int) {
	for _, r := range s {
		if _, ok := digitValue(r); ok {
			n++
		}
	}
	return n
}

// A digit of the text: where it stands, its value, and how it hangs together with the digit before it.
type digit struct {
	at, size int
	value    byte
	gap      gap
	hidden   bool
}

type gap uint8

const (
	adjacent gap = iota // nothing between
	narrow              // one to three spaces or hyphens between
	wide                // one other mark that people write between groups: . / _
	broken              // anything else
)

// maskGroups masks until nothing is found: hiding one number can, rarely, bare another (half of a UUID that was none).
func maskGroups(s string, phones bool) (string, int) {
	found := 0
	var room [64]digit
	for {
		next, n := maskScientific(s)
		digits := appendDigits(room[:0], next)
		for from, to := findAadhaar(next, digits, 0, phones); from < to; from, to = findAadhaar(next, digits, to-4, phones) {
			for i := range digits[from : to-4] {
				digits[from+i].hidden = true
			}
			digits[to-4].gap = broken // an X stands before the last four now
			n++
		}
		if n == 0 {
			return s, found
		}
		found += n
		s = hide(next, digits)
	}
}

// hide writes X for the hidden digits and keeps what stands between them.
func hide(s string, digits []digit) string {
	var b strings.Builder
	done := 0
	for _, d := range digits {
		if d.hidden {
			b.WriteString(s[done:d.at])
			b.WriteByte('X')
			done = d.at + d.size
		}
	}
	b.WriteString(s[done:])
	return b.String()
}

func appendDigits(out []digit, s string) []digit {
	end := -1 // behind the last digit
	for i, r := range s {
		v, ok := digitValue(r)
		if !ok {
			continue
		}
		d := digit{at: i, size: utf8.RuneLen(r), value: v, gap: broken}
		if end >= 0 {
			d.gap = gapOf(s[end:i])
		}
		out = append(out, d)
		end = i + d.size
	}
	return out
}

func gapOf(between string) gap {
	switch between {
	case "":
		return adjacent
	case ".", "/", "_":
		return wide
	}
	n := 0
	for _, r := range between {
		if n++; n > 3 || !parting(r) {
			return broken
		}
	}
	return narrow
}

// parting tells the white space, hyphens, dashes and invisible characters that stand between the digits of one number.
func parting(r rune) bool {
	switch {
	case r == ' ', r == '-', r >= '\t' && r <= '\r', r == 0xA0, r == 0xAD, r >= 0x2000 && r <= 0x2015, r == 0x202F, r == 0x205F,
		r == 0x2060, r == 0x2212, r == 0x3000, r == 0xFEFF, r == 0xFE63, r == 0xFF0D:
		return true
	}
	return false
}

// findAadhaar gives the first group of 12 digits, from a place on, that is an Aadhaar number: a range of digits, empty if there is none.
// A group starts and ends with a whole run of digits, so that a longer number is never cut.
func findAadhaar(s string, digits []digit, start int, phones bool) (from, to int) {
	for from = start; from+12 <= len(digits); from++ {
		to = from + 12
		if digits[from].gap == adjacent || digits[from].value < 2 {
			continue
		}
		if to < len(digits) && digits[to].gap == adjacent {
			continue
		}
		if !oneGroup(digits[from:to]) || !verhoeffGroup(digits[from:to]) {
			continue
		}
		first, last := digits[from], digits[to-1]
		switch {
		case phones && first.value == 9 && digits[from+1].value == 1 && digits[from+2].value >= 6:
		case inUUID(s, first.at, last.at+last.size):
		case isDecimals(s, digits, from, to):
		default:
			return from, to
		}
	}
	return 0, 0
}

// oneGroup reports whether only spaces and hyphens part the digits; other marks may part them as 4-4-4.
func oneGroup(d []digit) bool {
	for i := 1; i < len(d); i++ {
		switch d[i].gap {
		case adjacent, narrow:
		case wide:
			for j := 1; j < len(d); j++ {
				if (d[j].gap == adjacent) == (j%4 == 0) {
					return false
				}
			}
			return d[4].gap != broken && d[8].gap != broken
		case broken:
			return false
		}
	}
	return true
}

func verhoeffGroup(d []digit) bool {
	var c byte
	for i := range d {
		c = verhoeffTimes[c][verhoeffTurn[i%8][d[len(d)-1-i].value]]
	}
	return c == 0
}

// isDecimals reports whether the group is the fraction of a coordinate: 12 digits in one run behind two or three digits and a point.
func isDecimals(s string, digits []digit, from, to int) bool {
	for _, d := range digits[from+1 : to] {
		if d.gap != adjacent {
			return false
		}
	}
	if from == 0 || digits[from].gap != wide || s[digits[from].at-1] != '.' {
		return false
	}
	whole := 1
	for i := from - 1; i > 0 && digits[i].gap == adjacent; i-- {
		whole++
	}
	return whole == 2 || whole == 3
}

// inUUID reports whether s[from:to] lies inside a UUID (8-4-4-4-12 hexadecimal digits).
func inUUID(s string, from, to int) bool {
	for start := max(0, to-36); start <= from && start+36 <= len(s); start++ {
		if uuidAt(s[start : start+36]) {
			return true
		}
	}
	return false
}

func uuidAt(s string) bool {
	for i := 0; i < 36; i++ {
		c := s[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
				return false
			}
		}
	}
	return true
}

// maskScientific masks every number of the form d.dddE+11 that is an Aadhaar number.
func maskScientific(s string) (masked string, found int) {
	for i := 0; i < len(s); i++ {
		if s[i]|0x20 != 'e' {
			continue
		}
		end := i + 1
		if end < len(s) && s[end] == '+' {
			end++
		}
		if !strings.HasPrefix(s[end:], "11") || end+2 < len(s) && s[end+2] >= '0' && s[end+2] <= '9' {
			continue
		}
		start := i
		for start > 0 && i-start < 12 && s[start-1] >= '0' && s[start-1] <= '9' {
			start--
		}
		if start < 2 || s[start-1] != '.' || s[start-2] < '2' || s[start-2] > '9' || i-start > 11 || i == start {
			continue
		}
		number := s[start-2:start-1] + s[start:i] + strings.Repeat("0", 11-(i-start))
		if ValidVerhoeff(number) {
			s = s[:start-2] + "XXXXXXXX" + number[8:] + s[end+2:]
			i = start + 9
			found++
		}
	}
	return s, found
}

// isMasked reports whether a text holds a masked number already: eight X, parted or not, before four digits. A card's own masked print
// looks the same.
func isMasked(s string) bool {
	if strings.IndexByte(s, 'X') < 0 && strings.IndexByte(s, 'x') < 0 {
		return false
	}
	hidden, shown := 0, 0
	for _, r := range s {
		_, number := digitValue(r)
		switch {
		case (r == 'X' || r == 'x') && shown == 0:
			hidden++
		case number && hidden >= 8:
			if shown++; shown == 4 {
				return true
			}
		case parting(r):
		default:
			hidden, shown = 0, 0
		}
	}
	return false
}

// isFraction reports whether s is a number with a point and at most three digits before it.
func isFraction(s string) bool {
	s = strings.TrimSpace(s)
	s = strings.TrimPrefix(s, "-")
	whole, part, ok := strings.Cut(s, ".")
	return ok && len(whole) <= 3 && allDigits(whole) && allDigits(part)
}

// digitsOnly gives the digits of a number written with spaces and hyphens, as ASCII. ok is false if anything else is in it.
func digitsOnly(s string) (digits string, ok bool) {
	if allDigits(s) {
		return s, true
	}
	var room [32]byte
	out := room[:0]
	for _, r := range s {
		switch d, number := digitValue(r); {
		case number:
			out = append(out, '0'+d)
		case !parting(r):
			return "", false
		}
	}
	return string(out), len(out) > 0
}
