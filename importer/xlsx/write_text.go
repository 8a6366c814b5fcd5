package xlsx

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// appendXML appends a text as XML holds it, so that [unescape] gives it back: what XML forbids as _x000B_ (ECMA-376 part 1,
// 22.9.2.19), and a text that looks like such an escape with its underscore escaped.
func appendXML[T string | []byte](b []byte, text T) []byte {
	s := string(text)
	from := 0
	put := func(i, n int, with string) {
		b = append(append(b, s[from:i]...), with...)
		from = i + n
	}
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '&':
			put(i, 1, "&amp;")
		case c == '<':
			put(i, 1, "&lt;")
		case c == '>':
			put(i, 1, "&gt;")
		case c == '"':
			put(i, 1, "&quot;")
		case c == '_':
			if _, is := escape([]byte(s[i:min(len(s), i+7)])); is {
				put(i, 1, "_x005F_")
			}
		case c < ' ' && c != '\t' && c != '\n':
			put(i, 1, fmt.Sprintf("_x%04X_", c))
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				put(i, 1, "\uFFFD")
			} else if r == 0xFFFE || r == 0xFFFF {
				put(i, n, fmt.Sprintf("_x%04X_", r))
			}
			i += n
			continue
		}
		i++
	}
	return append(b, s[from:]...)
}

// shorten cuts a text to what a cell holds: characters as UTF-16 counts them.
func shorten(s string) string {
	if len(s) <= maxText {
		return s
	}
	n := 0
	for i, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
		if n > maxText {
			return s[:i]
		}
	}
	return s
}

// stylesXML is the part of the styles. Each has a font, a fill and a border of its own.
func stylesXML(styles []Style) string {
	var fonts, fills, formats strings.Builder
	fills.WriteString(`<fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>`) // Excel wants these two first
	for i, s := range styles {
		fonts.WriteString(`<font>`)
		if s.Bold {
			fonts.WriteString(`<b/>`)
		}
		size := s.Size
		if size == 0 {
			size = 11
		}
		fmt.Fprintf(&fonts, `<sz val="%s"/>`, points(size))
		if s.Color != "" {
			fmt.Fprintf(&fonts, `<color rgb="FF%s"/>`, s.Color)
		}
		fonts.WriteString(`<name val="Calibri"/><family val="2"/></font>`)
		fill := `<patternFill patternType="none"/>`
		if s.Fill != "" {
			fill = `<patternFill patternType="solid"><fgColor rgb="FF` + s.Fill + `"/></patternFill>`
		}
		fills.WriteString(`<fill>` + fill + `</fill>`)
		number, border, vertical, wrap, left := 0, 0, "center", 0, ""
		if s.Text {
			number = 49 // "@"
		}
		if s.Grid {
			border = 1
		}
		if s.Top {
			vertical = "top"
		}
		if s.Wrap {
			wrap = 1
		}
		if s.Indent > 0 {
			left = fmt.Sprintf(` horizontal="left" indent="%d"`, s.Indent)
		}
		fmt.Fprintf(&formats, `<xf numFmtId="%d" fontId="%d" fillId="%d" borderId="%d" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1">`+
			`<alignment vertical="%s" wrapText="%d"%s/></xf>`, number, i, i+2, border, vertical, wrap, left)
	}
	const line = ` style="thin"><color rgb="FFD9D9D9"/>`
	return `<styleSheet ` + mainNS + `>` +
		fmt.Sprintf(`<fonts count="%d">%s</fonts><fills count="%d">%s</fills>`, len(styles), fonts.String(), len(styles)+2, fills.String()) +
		`<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border><border><left/><right` + line + `</right><top/><bottom` + line + `</bottom><diagonal/></border></borders>` +
		`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
		fmt.Sprintf(`<cellXfs count="%d">%s</cellXfs>`, len(styles), formats.String()) +
		`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`
}
