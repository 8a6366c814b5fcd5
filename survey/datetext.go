package survey

import (
	"errors"
	"strings"
)

// The ways in which a text fails to be a date.
var (
	ErrDate       = errors.New("not a date: write day, month and year, such as 15-08-1985")
	ErrDateYear   = errors.New("a year of two digits: write all four")
	ErrDateOrder  = errors.New("the month stands before the day: write day, month and year")
	ErrDateSerial = errors.New("a spreadsheet turned the date into a number: format the column as a date or as text")
	ErrNoSuchDay  = errors.New("no such day in the calendar")
)

// ParseDate reads a date that a person or a program wrote: day-month-year with any of - / . and spaces between ("15/8/1985"), a month's
// name in English or Hindi ("15 Aug 1985", "15 अगस्त 1985"), ISO ("1985-08-15", also with a time behind it), and partial dates
// ("1985", "08-1985", "1985-08", "Aug 1985"). Digits of every script count. An empty text is the zero Date.
func ParseDate(s string) (Date, error) {
	t := strings.TrimSpace(asciiDigits(s))
	if t == "" {
		return Date{}, nil
	}
	parts, ok := dateParts(t)
	if !ok {
		return Date{}, ErrDate
	}
	var d Date
	switch len(parts) {
	case 1:
		p := parts[0]
		switch {
		case p.month != 0 || len(p.text) < 4:
			return Date{}, ErrDate
		case len(p.text) == 5:
			return Date{}, ErrDateSerial
		case len(p.text) == 8: // 15081985 or 19850815: which of the two cannot be told
			return Date{}, ErrDate
		case len(p.text) != 4:
			return Date{}, ErrDate
		}
		d = Date{Year: p.value}
	case 2: // month and year in either order
		y, m := parts[1], parts[0]
		if len(parts[0].text) == 4 && parts[0].month == 0 {
			y, m = m, y
		}
		if len(y.text) != 4 {
			return Date{}, ErrDateYear
		}
		d = Date{Year: y.value, Month: m.value}
	default:
		day, month, year := parts[0], parts[1], parts[2]
		if day.month != 0 { // Aug 15, 1985
			day, month = month, day
		} else if len(day.text) == 4 { // ISO
			day, year = year, day
		}
		switch {
		case year.month != 0 || day.month != 0 || len(day.text) > 2 || len(month.text) > 2 && month.month == 0:
			return Date{}, ErrDate
		case len(year.text) != 4:
			return Date{}, ErrDateYear
		case month.value > 12 && day.value <= 12:
			return Date{}, ErrDateOrder
		}
		d = Date{Year: year.value, Month: month.value, Day: day.value}
		if d.Day == 0 {
			return Date{}, ErrNoSuchDay
		}
	}
	if len(parts) > 1 && d.Month == 0 || d.Year == 0 || !d.Valid() {
		return Date{}, ErrNoSuchDay
	}
	return d, nil
}

type datePart struct {
	text  string
	value int
	month int // set where the part is a month's name
}

// dateParts splits a date into one to three parts; what follows the third is a time of day and is left out.
func dateParts(s string) ([]datePart, bool) {
	var out []datePart
	for s != "" && len(out) < 3 {
		end := strings.IndexAny(s, "-/., ")
		if end < 0 {
			end = len(s)
		}
		word := s[:end]
		if len(out) == 2 { // 2026-01-15T10:30:00
			if i := strings.IndexByte(word, 'T'); i > 0 {
				word, end = word[:i], len(s)
			}
		}
		s = strings.TrimLeft(s[end:], "-/., ")
		if word == "" {
			return nil, false
		}
		p := datePart{text: word}
		if allDigits(word) && len(word) <= 8 {
			for i := 0; i < len(word); i++ {
				p.value = p.value*10 + int(word[i]-'0')
			}
		} else if p.month = monthOf(word); p.month != 0 {
			p.value = p.month
		} else {
			return nil, false
		}
		out = append(out, p)
	}
	rest := strings.TrimSpace(s)
	timeOfDay := rest == "" || rest[0] >= '0' && rest[0] <= '9' && strings.ContainsRune(rest, ':')
	return out, len(out) > 0 && timeOfDay
}

var monthNames = [12][]string{
	{"jan", "january", "जनवरी"},
	{"feb", "february", "फरवरी", "फ़रवरी"},
	{"mar", "march", "मार्च"},
	{"apr", "april", "अप्रैल"},
	{"may", "मई"},
	{"jun", "june", "जून"},
	{"jul", "july", "जुलाई"},
	{"aug", "august", "अगस्त"},
	{"sep", "sept", "september", "सितंबर", "सितम्बर"},
	{"oct", "october", "अक्टूबर", "अक्तूबर"},
	{"nov", "november", "नवंबर", "नवम्बर"},
	{"dec", "december", "दिसंबर", "दिसम्बर"},
}

// monthOf is the number of a named month, or 0.
func monthOf(word string) int {
	w := fold(word)
	for i, names := range monthNames {
		for _, n := range names {
			if w == fold(n) {
				return i + 1
			}
		}
	}
	return 0
}
