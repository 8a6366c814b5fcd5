package cards

import "errors"

// base45Alphabet is the alphanumeric set of QR codes (RFC 9285): two bytes become three characters of 5.5 bits each.
const base45Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

var errBase45 = errors.New("not base45")

// appendBase45 appends the base45 text of src. It can never end in a space, nor (src being a zlib stream) begin with one, so
// that programs that trim their input do no harm.
func appendBase45(dst, src []byte) []byte {
	for ; len(src) >= 2; src = src[2:] {
		n := int(src[0])<<8 | int(src[1])
		dst = append(dst, base45Alphabet[n%45], base45Alphabet[n/45%45], base45Alphabet[n/2025])
	}
	if len(src) == 1 {
		n := int(src[0])
		dst = append(dst, base45Alphabet[n%45], base45Alphabet[n/45])
	}
	return dst
}

// decodeBase45 returns the bytes of a base45 text. Small letters count as capitals: a hand scanner types through a keyboard
// whose caps lock may be on.
func decodeBase45(s string) ([]byte, error) {
	if len(s)%3 == 1 {
		return nil, errBase45
	}
	out := make([]byte, 0, len(s)/3*2+1)
	for len(s) > 0 {
		group := s[:min(3, len(s))]
		s = s[len(group):]
		n, weight := 0, 1
		for i := range len(group) {
			v := base45Value(group[i])
			if v < 0 {
				return nil, errBase45
			}
			n += v * weight
			weight *= 45
		}
		if len(group) == 3 && n <= 0xffff {
			out = append(out, byte(n>>8), byte(n))
		} else if len(group) == 2 && n <= 0xff {
			out = append(out, byte(n))
		} else {
			return nil, errBase45
		}
	}
	return out, nil
}

func base45Value(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'Z':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'z':
		return int(c-'a') + 10
	}
	for i := 36; i < len(base45Alphabet); i++ {
		if base45Alphabet[i] == c {
			return i
		}
	}
	return -1
}
