package survey

import (
	"math"
	"strconv"
	"strings"
)

// plainNumber undoes what spreadsheets and other programs do to whole numbers that are names of something (phones, PIN codes,
// keys): "9876543210.0" and "9.87654321E+09" are 9876543210, digits of other scripts are ASCII digits, and a leading apostrophe goes.
// lost is true where the digits are gone for good: Excel shows five decimals at most ("9.87654E+09") and keeps fifteen digits.
// A text that is no such number comes back as it was.
func plainNumber(s string) (number string, lost bool) {
	if allDigits(s) {
		return s, false
	}
	t := asciiDigits(s)
	if len(t) > 1 && t[0] == '\'' {
		t = t[1:]
	}
	if allDigits(t) {
		return t, false
	}
	if whole, rest, ok := strings.Cut(t, "."); ok && allDigits(whole) && allDigits(rest) && strings.Trim(rest, "0") == "" {
		return whole, false
	}
	mantissa, power, ok := cutExponent(t)
	if !ok || !strings.ContainsAny(t, ".+") { // "5E2" is the name of a block
		return t, false
	}
	whole, rest, _ := strings.Cut(mantissa, ".")
	if len(whole) != 1 || !allDigits(whole) || rest != "" && !allDigits(rest) {
		return t, false
	}
	switch {
	case power > 30:
		return "", true
	case len(rest) >= power:
		if strings.Trim(rest[power:], "0") != "" {
			return t, false // a number with a fraction
		}
		return whole + rest[:power], power >= 15
	case len(rest) <= 5 || power >= 15:
		return "", true
	}
	return whole + rest + strings.Repeat("0", power-len(rest)), false
}

// cutExponent parts "9.87E+09" into "9.87" and 9.
func cutExponent(s string) (mantissa string, power int, ok bool) {
	i := strings.IndexAny(s, "eE")
	if i <= 0 || i == len(s)-1 {
		return "", 0, false
	}
	power, err := strconv.Atoi(strings.TrimPrefix(s[i+1:], "+"))
	return s[:i], power, err == nil && power >= 0
}

// wholeNumber reads a whole number that counts something. ok is false for anything else, also for a fraction.
func wholeNumber(s string) (n int, ok bool) {
	if len(s) > 9 || !allDigits(s) {
		t, lost := plainNumber(s)
		if lost || len(t) > 9 || !allDigits(t) {
			return 0, false
		}
		s = t
	}
	for i := 0; i < len(s); i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

// decimalNumber reads a number with a decimal point or, as some phones write it, a decimal comma.
func decimalNumber(s string) (x float64, ok bool) {
	t := asciiDigits(s)
	if strings.Count(t, ",") == 1 && !strings.Contains(t, ".") {
		t = strings.Replace(t, ",", ".", 1)
	}
	t = strings.TrimSpace(strings.TrimRight(t, "°NEne")) // 28.6139° N
	if strings.ContainsAny(t, "xXpP_iI") {               // hexadecimal floats and "Inf" are no answers
		return 0, false
	}
	x, err := strconv.ParseFloat(t, 64)
	return x, err == nil && !math.IsNaN(x) && !math.IsInf(x, 0)
}

// age reads "41", "41 years", "41 साल" and, as 0 or more years, "7 months", "7 महीने".
func age(s string) (years int, ok bool) {
	if n, ok := wholeNumber(s); ok {
		return n, true
	}
	t := asciiDigits(s)
	end := strings.IndexFunc(t, func(r rune) bool { return r < '0' || r > '9' })
	if end <= 0 || end > 3 {
		return 0, false
	}
	n, _ := strconv.Atoi(t[:end])
	switch fold(t[end:]) {
	case "y", "yr", "yrs", "year", "years", "yearsold", fold("साल"), fold("वर्ष"), fold("बरस"):
		return n, true
	case "m", "mon", "month", "months", fold("महीने"), fold("महीना"), fold("माह"):
		return n / 12, true
	case "d", "day", "days", "week", "weeks", fold("दिन"), fold("हफ़्ते"), fold("सप्ताह"):
		return 0, n < 366
	}
	return 0, false
}
