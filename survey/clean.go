package survey

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// clean makes the text of a cell comparable: Unicode NFC, white space of every kind as one space and none at the ends, without
// invisible and direction marks. It keeps the joiners of Indic and Arabic script. ok is false for invalid UTF-8 and for U+0000,
// which no store takes.
func clean(s string) (text string, ok bool) {
	if isPlain(s) {
		return s, true
	}
	if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
		return "", false
	}
	if !norm.NFC.IsNormalString(s) {
		s = norm.NFC.String(s)
	}
	if !needsCleaning(s) {
		return s, true
	}
	var b strings.Builder
	b.Grow(len(s))
	space := false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
		case invisible(r):
		default:
			if space {
				b.WriteByte(' ')
				space = false
			}
			b.WriteRune(r)
		}
	}
	return b.String(), true
}

// isPlain is the fast way: printable ASCII and common Devanagari, in which NFC has nothing to do, and no space that would go.
// Out of Devanagari are the letters that Unicode composes or takes apart around a nukta, and the accents of Vedic texts.
func isPlain(s string) bool {
	before := ' '
	for i := 0; i < len(s); {
		r := rune(s[i])
		if r < utf8.RuneSelf {
			if r < ' ' || r > '~' || r == ' ' && before == ' ' {
				return false
			}
			before = r
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r < 0x900 || r > 0x96F, r >= 0x951 && r <= 0x95F:
			return false
		case r == 0x93C && (before < 0x915 || before > 0x939 || before == 0x928 || before == 0x930 || before == 0x933):
			return false
		}
		before = r
		i += n
	}
	return s == "" || before != ' '
}

func needsCleaning(s string) bool {
	before := ' '
	for _, r := range s {
		if unicode.IsSpace(r) && (r != ' ' || before == ' ') || invisible(r) {
			return true
		}
		before = r
	}
	return before == ' '
}

// invisible tells control characters and format characters (byte-order mark, zero-width space, direction marks); not the two
// joiners (U+200C, U+200D), which Hindi and Urdu spelling needs.
func invisible(r rune) bool {
	if r < 0x80 {
		return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7F
	}
	return r != 0x200C && r != 0x200D && (unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r))
}

// isExcelError reports whether a cell shows an error of a spreadsheet instead of a value, or the ##### of a narrow column.
func isExcelError(s string) bool {
	if len(s) < 2 || s[0] != '#' {
		return false
	}
	switch strings.ToUpper(s) {
	case "#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#GETTING_DATA":
		return true
	}
	return strings.Trim(s, "#") == "" && len(s) > 2
}

// notTold are the words, folded, by which people say that they have no answer.
var notTold = map[string]bool{
	"na": true, "unknown": true, "notknown": true, "dontknow": true, "dk": true, "null": true, "nil": true, "blank": true,
	"notavailable": true, "notapplicable": true, "notgiven": true, "nottold": true,
	fold("पता नहीं"): true, fold("मालूम नहीं"): true, fold("नहीं पता"): true, fold("नहीं मालूम"): true, fold("ज्ञात नहीं"): true,
	fold("अज्ञात"): true, fold("उपलब्ध नहीं"): true, fold("लागू नहीं"): true,
}

// noPhone are the further words that mean there is no phone.
var noPhone = map[string]bool{
	"no": true, "none": true, "0": true, "x": true, "nophone": true, "nomobile": true, "nonumber": true, "refused": true, "notthere": true,
	fold("नहीं"): true, fold("नही"): true, fold("नहीं है"): true, fold("फ़ोन नहीं"): true, fold("फ़ोन नहीं है"): true,
	fold("मोबाइल नहीं"): true, fold("मोबाइल नहीं है"): true, fold("नंबर नहीं"): true, fold("नंबर नहीं है"): true, fold("कोई नहीं"): true,
}

// isNotTold reports whether a cell says "no answer": nothing, a lone dash or dot, or one of the words.
func isNotTold(s string) bool {
	if s == "" {
		return true
	}
	if len(s) > 60 {
		return false
	}
	switch s[0] {
	case '-', '.', '?', '_', '/', '*':
		if strings.Trim(s, "-.?_/*") == "" {
			return true
		}
	}
	if s[0] >= utf8.RuneSelf { // every Hindi phrase but one says "not"
		return (strings.Contains(s, "नही") || strings.HasPrefix(s, "अज्ञात")) && notTold[fold(s)]
	}
	var room [16]byte
	return notTold[string(appendFolded(room[:0], s))]
}

// appendFolded is fold for ASCII without an allocation, as far as the room goes: the words asked for are shorter.
func appendFolded(room []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= 'A' && c <= 'Z':
			c |= 0x20
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
		case c >= utf8.RuneSelf:
			return nil
		default:
			continue
		}
		if len(room) == cap(room) {
			return nil
		}
		room = append(room, c)
	}
	return room
}
