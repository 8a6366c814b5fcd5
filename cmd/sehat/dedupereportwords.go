package main

import (
	"html/template"
	"math"
	"strconv"
	"strings"

	"sehat/records"
	"sehat/records/linkage"
)

// reportWords are the functions of the report's template.
func reportWords() template.FuncMap {
	return template.FuncMap{
		"place": percentAt,
		"num": func(n any) string {
			switch n := n.(type) {
			case int:
				return grouped(n)
			case int64:
				return grouped(n)
			case float64:
				return grouped(int64(math.Round(n)))
			}
			return ""
		},
		"bits": bits, "weight": weight, "percent": percent, "span": span, "sure": sure, "chance": chance, "fate": fateWords, "verdict": verdictWords, "join": strings.Join, "key": records.PairKey,
		"pairs": func(n int) string { return pairs(float64(n)) },
	}
}

// percentAt is a coordinate in a drawing: hundredths of a percent are finer than any screen.
func percentAt(v float64) string { return strconv.FormatFloat(math.Round(100*v)/100, 'f', -1, 64) }

// grouped writes a number as India does: 12,34,567.
func grouped[N int | int64](n N) string {
	s := strconv.FormatInt(int64(n), 10)
	sign := ""
	if n < 0 {
		sign, s = "−", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 2 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// pairs says how many pairs.
func pairs(n float64) string {
	if n = math.Round(n); n == 1 {
		return "1 pair"
	}
	return grouped(int64(n)) + " pairs"
}

// roundCount writes a power of ten in the fewest words.
func roundCount(n float64) string {
	switch {
	case n >= 1e7:
		return grouped(int64(n/1e7)) + " crore"
	case n >= 1e5:
		return grouped(int64(n/1e5)) + " lakh"
	}
	return grouped(int64(n))
}

// bits writes a weight with its sign and as few decimals as it needs.
func bits(v float64) string { return strings.TrimSuffix(weight(v), ".0") }

// weight writes a weight for a column of them.
func weight(v float64) string {
	s := strconv.FormatFloat(math.Abs(v), 'f', 1, 64)
	switch {
	case s == "0.0":
		return s
	case v < 0:
		return "−" + s
	}
	return "+" + s
}

// span writes the limits of a share.
func span(low, high float64) string {
	if low == high {
		return percent(low)
	}
	return strings.TrimSuffix(percent(low), " %") + "–" + percent(high)
}

// sure writes the probability of a pair, which is never nothing nor all.
func sure(p float64) string { return percent(min(max(p, 1e-9), 1-1e-9)) }

// percent writes a share: near 0 and 1 with as many decimals as tell it from them.
func percent(p float64) string {
	digits := 1
	switch rest := min(p, 1-p); {
	case p <= 0:
		return "0 %"
	case p >= 1:
		return "100 %"
	case p > 0.9999:
		return "over 99.99 %"
	case rest < 0.0001:
		return "under 0.01 %"
	case rest < 0.01:
		digits = 2
	}
	return strconv.FormatFloat(100*p, 'f', digits, 64) + " %"
}

// chance writes a probability of the model's tables, however small.
func chance(p float64) string {
	switch {
	case p == 0:
		return "0"
	case p < 0.0001:
		mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(p, 'e', 0, 64), "e-")
		return mantissa + "·10⁻" + superscript(strings.TrimLeft(exponent, "0"))
	case p < 0.1:
		return strconv.FormatFloat(p, 'f', 4, 64)
	}
	return strconv.FormatFloat(p, 'f', 3, 64)
}

func superscript(digits string) string {
	var b strings.Builder
	for _, d := range digits {
		b.WriteRune([]rune("⁰¹²³⁴⁵⁶⁷⁸⁹")[d-'0'])
	}
	return b.String()
}

// bandWords says from which weight to which.
func bandWords(from, to float64) string {
	switch {
	case math.IsInf(from, -1):
		return "below " + bits(to)
	case math.IsInf(to, 1):
		return bits(from) + " and more"
	}
	return bits(from) + " to " + bits(to)
}

// fateWords names what the engine made of pairs.
func fateWords(f linkage.Fate) string {
	return [...]string{"matched", "matched through a third record", "put to review", "taken for two people"}[f]
}

// verdictWords says what became of one pair.
func verdictWords(f linkage.Fate) string {
	return [...]string{"Matched: one person", "Matched through a third record", "In doubt: put to review", "Taken for two people"}[f]
}
