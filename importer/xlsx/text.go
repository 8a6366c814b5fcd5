package xlsx

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// plainByte tells which bytes of a text stand for themselves: all but control characters, which XML forbids, and what
// appendText looks at.
var plainByte = func() (t [256]bool) {
	for i := range t {
		t[i] = i >= ' ' && i != '&' || i == '\t' || i == '\n'
	}
	return t
}()

// appendText appends a text with its entities resolved and its line ends made one character, as XML asks for.
func appendText(dst, raw []byte, kind tokenKind) ([]byte, error) {
	for {
		i := 0
		for i < len(raw) && plainByte[raw[i]] {
			i++
		}
		dst = append(dst, raw[:i]...)
		if i == len(raw) {
			return dst, nil
		}
		raw = raw[i:]
		switch {
		case raw[0] == '\r':
			dst = append(dst, '\n')
			raw = raw[1:]
			if len(raw) > 0 && raw[0] == '\n' {
				raw = raw[1:]
			}
		case raw[0] == '&' && kind == rawText:
			dst = append(dst, '&')
			raw = raw[1:]
		case raw[0] == '&':
			end := bytes.IndexByte(raw[:min(len(raw), 16)], ';')
			if end < 0 {
				return dst, fail(Damaged, "its XML is broken: an & stands alone")
			}
			r, ok := entity(raw[1:end])
			if !ok {
				return dst, fail(Damaged, "its XML is broken: it has an entity that XML does not know")
			}
			dst = utf8.AppendRune(dst, r)
			raw = raw[end+1:]
		default:
			return dst, fail(Damaged, "its XML is broken: it holds a control character")
		}
	}
}

// entity returns what stands between & and ; means.
func entity(name []byte) (rune, bool) {
	switch string(name) {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	digits, base := name[1:], 10
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(string(digits), base, 32)
	r := rune(n)
	return r, err == nil && n <= utf8.MaxRune && (r >= ' ' || r == '\t' || r == '\n' || r == '\r') &&
		(r < 0xD800 || r > 0xDFFF) && r != 0xFFFE && r != 0xFFFF
}

// unescape resolves, in place, the escapes that stand for characters which XML cannot hold: _x000D_ (ECMA-376 part 1, 22.9.2.19).
// Halves of characters are left as they are: no program writes them.
func unescape(b []byte) []byte {
	at := bytes.Index(b, []byte("_x"))
	if at < 0 {
		return b
	}
	out := b[:at]
	for rest := b[at:]; len(rest) > 0; {
		if n, ok := escape(rest); ok {
			// Three bytes at most, where seven were.
			out = utf8.AppendRune(out, n)
			rest = rest[len("_x000D_"):]
			continue
		}
		out = append(out, rest[0])
		rest = rest[1:]
	}
	return out
}

func escape(b []byte) (rune, bool) {
	if len(b) < len("_x000D_") || b[0] != '_' || b[1] != 'x' || b[6] != '_' {
		return 0, false
	}
	var n rune
	for _, c := range b[2:6] {
		switch {
		case c >= '0' && c <= '9':
			n = n<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			n = n<<4 | rune(c-'a'+10)
		case c >= 'A' && c <= 'F':
			n = n<<4 | rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	return n, n < 0xD800 || n > 0xDFFF
}
