package survey

import (
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// others are, for each level, the places of the fields that have no column, in the order of their names.
var others = [2][]int{othersOf(householdFields), othersOf(memberFields)}

func othersOf(fields []Field) []int {
	var out []int
	for i, f := range fields {
		if !f.Column && !f.Visit {
			out = append(out, i)
		}
	}
	slices.SortFunc(out, func(a, b int) int {
		if fields[a].Name < fields[b].Name {
			return -1
		}
		return 1
	})
	return out
}

// readOthers reads every answer without a column into one canonical JSON object: keys sorted, only answered fields, no spaces; text
// and codes as strings, several codes as a list in the order of the field list, numbers as numbers, days as ISO texts.
// The same answers always give the same bytes. The object of no answers is "{}".
func (r *row) readOthers() string {
	var room [256]byte
	b := append(room[:0], '{')
	for _, place := range others[r.level] {
		before := len(b)
		b = appendName(b, r.fields[place].Name)
		start := len(b)
		if b = r.appendOther(b, place); len(b) == start {
			b = b[:before]
		}
	}
	if len(b) == 1 {
		return "{}"
	}
	return string(append(b, '}'))
}

func appendName(b []byte, name string) []byte {
	if b[len(b)-1] != '{' {
		b = append(b, ',')
	}
	b = append(b, '"')
	b = append(b, name...)
	return append(b, '"', ':')
}

// appendOther reads one answer and appends its JSON value; nothing if there is no good answer.
func (r *row) appendOther(b []byte, place int) []byte {
	f := &r.fields[place]
	switch f.Type {
	case Whole:
		if n := r.whole(place); r.isTold(place) {
			return strconv.AppendInt(b, int64(n), 10)
		}
		return b
	case Decimal:
		if x := r.decimal(place); r.isTold(place) {
			return strconv.AppendFloat(b, x, 'f', -1, 64)
		}
		return b
	case Many:
		set := r.many(place)
		if set == 0 {
			return b
		}
		open := byte('[')
		for k, c := range f.Codes {
			if set>>k&1 == 1 {
				b = append(b, open)
				b = appendString(b, c.Code)
				open = ','
			}
		}
		return append(b, ']')
	}
	var s string
	switch f.Type {
	case Name:
		s = r.name(place)
	case Key:
		s = r.key(place)
	case Digits:
		s = r.digits(place)
	case Phone:
		s = r.phone(place)
	case One:
		s = r.one(place)
	case Day:
		s = r.day(place).String()
	default:
		s = r.text(place)
	}
	if s == "" {
		return b
	}
	return appendString(b, s)
}

// decimal reads a number with a fraction, rounded to seven places: a centimetre on the ground, and free of the noise of binary fractions.
func (r *row) decimal(place int) float64 {
	s := r.cell(place)
	if s == "" {
		return 0
	}
	x, ok := decimalNumber(s)
	f := &r.fields[place]
	switch {
	case !ok:
		r.bad(place, numberInvalid)
		return 0
	case x < f.Min || x > f.Max:
		rule := numberOutside
		if place == hhLatitude && r.level == Household || place == hhLongitude && r.level == Household {
			rule = coordinateOutside
		}
		r.bad(place, rule)
		return 0
	}
	return math.Round(x*1e7) / 1e7
}

// appendString writes a JSON string with the fewest escapes that RFC 8259 asks for.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < ' ':
			const hex = "0123456789abcdef"
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		case c < utf8.RuneSelf:
			b = append(b, c)
		default:
			_, n := utf8.DecodeRuneInString(s[i:])
			b = append(b, s[i:i+n]...)
			i += n
			continue
		}
		i++
	}
	return append(b, '"')
}
