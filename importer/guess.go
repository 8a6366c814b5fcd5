package importer

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"sehat/survey"
)

// A verdict says how the values of a column fit a question.
type verdict struct {
	told     int     // cells that hold something
	fits     float64 // share of them that answer the question
	alone    float64 // how sure the values are without a header; 0: many other questions have such answers
	strange  []string
	isUnix   bool // moments, as seconds since 1970
	isPacked bool // days as 20260815
	isMDY    bool // the month before the day
}

// judge compares the values of a column with what a question asks for.
func judge(f survey.Field, values []string, system dateSystem) verdict {
	var v verdict
	fits, unix, packed := 0, 0, 0
	dayFirst, monthFirst := 0, 0
	strange := map[string]bool{}
	for _, text := range values {
		text = strings.TrimSpace(text)
		if text == "" {
			continue
		}
		v.told++
		if dateFormOf(f) != formAsIs {
			switch first, second := firstParts(text); {
			case first > 12 && second <= 12:
				dayFirst++
			case second > 12 && first <= 12:
				monthFirst++
				continue
			}
		}
		switch {
		case dateFormOf(f) != formAsIs && isDay(f, text, system):
			fits++
		case f.Type == survey.Day && isUnixTime(text):
			unix++
		case f.Type == survey.Day && isPackedDay(text):
			packed++
		case dateFormOf(f) == formAsIs && answers(f, text):
			fits++
		default:
			parts := []string{text}
			if f.Type == survey.Many {
				parts = severalOf(text)
			}
			for _, part := range parts {
				if _, ok := f.Understands(part); !ok && !strange[part] && len(v.strange) <= maxStrange && len(part) < 80 {
					strange[part] = true
					v.strange = append(v.strange, part)
				}
			}
		}
	}
	if v.told == 0 {
		return v
	}
	if monthFirst > 0 && dayFirst == 0 {
		v.isMDY, fits = true, fits+monthFirst
	}
	if unix*10 >= v.told*9 {
		v.isUnix, fits = true, unix
	}
	if packed*10 >= v.told*9 {
		v.isPacked, fits = true, packed
	}
	v.fits = float64(fits) / float64(v.told)
	v.alone = distinctive(f, v)
	return v
}

// maxStrange is how many values that a question does not know are written into the proposal for a person to translate.
const maxStrange = 24

// distinctive is how sure values alone make a question: ten digits from 6 on are a phone, M and F are sexes.
func distinctive(f survey.Field, v verdict) float64 {
	if v.fits < 0.9 || v.told < 3 {
		return 0
	}
	switch f.Name {
	case "mobile", "contact_mobile", "epic_no", "abha_number", "pin_code":
		return 0.6
	case "sex", "blood_group", "relation":
		return 0.6
	case "visit_date":
		return 0.3
	case "latitude", "longitude":
		return 0.4
	}
	return 0
}

func isDay(f survey.Field, text string, system dateSystem) bool {
	iso := formAuto.iso(text, system)
	if f.Name == "birth_year" {
		if n, err := strconv.Atoi(linkKey(text)); err == nil {
			return n >= int(f.Min) && n <= 2100
		}
	}
	_, err := survey.ParseDate(iso)
	return err == nil
}

// firstParts are the two numbers before the year of a date such as 8/15/2026; noughts if it is none.
func firstParts(text string) (first, second int) {
	parts := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("/-.", r) })
	if len(parts) != 3 || len(parts[0]) > 2 || len(parts[1]) > 2 || len(parts[2]) < 4 || !isNumber(parts[2][:4]) {
		return 0, 0
	}
	first, err := strconv.Atoi(parts[0])
	second, other := strconv.Atoi(parts[1])
	if err != nil || other != nil || first > 31 || second > 31 {
		return 0, 0
	}
	return first, second
}

func isUnixTime(text string) bool {
	n, err := strconv.ParseInt(text, 10, 64)
	return err == nil && n > 1_000_000_000 && n < 4_000_000_000 && len(text) == 10
}

func isPackedDay(text string) bool {
	if len(text) != 8 && len(text) != 14 || !isNumber(text) {
		return false
	}
	_, err := survey.ParseDate(formCompact.iso(text, noSerials))
	return err == nil
}

// answers reports whether a text can answer a question.
func answers(f survey.Field, text string) bool {
	switch f.Type {
	case survey.One:
		_, ok := f.Understands(text)
		return ok
	case survey.Many:
		if _, ok := f.Understands(text); ok {
			return true
		}
		return !slices.ContainsFunc(severalOf(text), func(part string) bool { _, ok := f.Understands(part); return !ok })
	case survey.Whole, survey.Decimal:
		x, err := strconv.ParseFloat(text, 64)
		return err == nil && x >= f.Min && x <= f.Max && (f.Type == survey.Decimal && strings.Contains(text, ".") || x == float64(int64(x)))
	case survey.Phone:
		return isIndianMobile(text)
	case survey.Name:
		return !strings.ContainsFunc(text, unicode.IsDigit) && strings.ContainsFunc(text, unicode.IsLetter)
	case survey.Digits:
		return isDigitsOf(f.Name, text)
	}
	return true
}

// severalOf takes several answers in one cell apart: what stands between marks, or else codes as survey apps list them. Words that are
// no codes are one answer.
func severalOf(text string) []string {
	if parts := marked(text); len(parts) > 1 {
		return parts
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r != ' ' && r != '_' && !('a' <= r && r <= 'z') && !('0' <= r && r <= '9') }) {
		return []string{text}
	}
	return strings.Fields(text)
}

// marked are the parts of a text between commas, semicolons and bars.
func marked(text string) []string {
	var parts []string
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;|", r) }) {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// isIndianMobile reports whether a text is ten digits that start with 6 to 9, perhaps after 0 or +91.
func isIndianMobile(text string) bool {
	var d []byte
	for i := range len(text) {
		switch c := text[i]; {
		case isDigit(c):
			d = append(d, c)
		case !strings.ContainsRune(" +-()", rune(c)):
			return false
		}
	}
	s := string(d)
	if len(s) == 12 {
		s = strings.TrimPrefix(s, "91")
	}
	s = strings.TrimPrefix(s, "0")
	return len(s) == 10 && s[0] >= '6'
}

func isDigitsOf(field, text string) bool {
	text = strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(text))
	switch field {
	case "pin_code":
		return len(text) == 6 && isNumber(text) && text[0] != '0'
	case "abha_number":
		return len(text) == 14 && isNumber(text)
	case "epic_no":
		return len(text) == 10 && isNumber(text[3:]) && !strings.ContainsFunc(text[:3], unicode.IsDigit)
	}
	return false
}
