package linkage

import (
	"slices"
	"strings"
)

// Words that address lines spell many ways, and words that say nothing.
var addressWords = map[string]string{
	"gully": "gali", "galli": "gali", "gallee": "gali", "street": "gali", "st": "gali", "str": "gali", "g": "gali", "rd": "road",
	"moh": "mohalla", "muhalla": "mohalla", "blk": "block", "bl": "block", "blok": "block", "sec": "sector", "sect": "sector", "ph": "phase",
	"extn": "extension", "ext": "extension", "ngr": "nagar", "vhr": "vihar", "col": "colony", "clny": "colony", "apt": "apartment",
	"apts": "apartment", "appt": "apartment", "bldg": "building", "fl": "floor", "flr": "floor", "pkt": "pocket", "pckt": "pocket",
	"encl": "enclave", "av": "avenue", "ave": "avenue", "cl": "close", "pl": "place", "cres": "crescent", "ct": "court", "e": "east", "w": "west",
	"n": "north", "s": "south", "jhuggi": "jj",
	"no": "", "num": "", "number": "", "nambar": "", "nan": "", "delhi": "", "dilli": "", "new": "", "nai": "", "india": "", "dist": "", "district": "", "the": "",
}

// addressUnits are the words that a number or a letter goes with, on either side: gali 4, block c, c block.
var addressUnits = map[string]bool{
	"gali": true, "block": true, "pocket": true, "sector": true, "phase": true, "road": true, "ward": true, "lane": true, "plot": true, "camp": true,
}

// landmarks begin what only helps to find the door: near the temple.
var landmarks = map[string]bool{
	"near": true, "nr": true, "opp": true, "opposite": true, "behind": true, "beside": true, "adjacent": true, "paas": true, "pas": true, "pass": true, "samne": true, "pichhe": true,
}

// standardAddress lowers, transliterates, writes common words one way, leaves landmarks out and puts numbered parts last in
// a fixed order: "C Block, Gali No-26, near Park" and "Gali 26 Block C" are one.
func standardAddress(s string) string {
	var words, units []string
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ',' || r == ';' || r == '،' }) {
		words, units = addressPart(words, units, strings.Fields(splitDigits(toLatin(part))))
	}
	if len(words)+len(units) == 0 {
		return toLatin(s)
	}
	slices.Sort(units)
	return strings.Join(append(words, slices.Compact(units)...), " ")
}

// addressPart reads what stands between two commas.
func addressPart(words, units, in []string) (w, u []string) {
	kept := in[:0:0]
	landmark := false
	for i, word := range in {
		if landmarks[word] {
			landmark = true
			if i > 0 && in[i-1] == "ke" { // "mandir ke paas": what stands before is the landmark
				kept, landmark = kept[:0], false
			}
			continue
		}
		if landmark = landmark && !beginsUnit(in[i:]); landmark {
			continue
		}
		if to, ok := addressWords[word]; ok && !(len(word) == 1 && !letterIsWord(in, i)) {
			word = to
		}
		if word != "" {
			kept = append(kept, word)
		}
	}
	for i := 0; i < len(kept); i++ {
		word := kept[i]
		next := ""
		if i+1 < len(kept) {
			next = kept[i+1]
		}
		switch {
		case addressUnits[word] && isMark(next):
			units = append(units, word+next)
			i++
		case isMark(word) && addressUnits[next] && (i+2 >= len(kept) || !isMark(kept[i+2])):
			units = append(units, next+word)
			i++
		default:
			words = append(words, word)
		}
	}
	return words, units
}

// beginsUnit reports that what follows is a numbered part again, after a landmark.
func beginsUnit(in []string) bool {
	if to, ok := addressWords[in[0]]; !addressUnits[in[0]] && (!ok || !addressUnits[to]) {
		return false
	}
	return len(in) > 1 && isMark(in[1]) || len(in) > 2 && addressWords[in[1]] == "" && isMark(in[2])
}

// letterIsWord reports that a single letter stands for a word: "g no 4" is gali 4, and "g block" is block g.
func letterIsWord(in []string, i int) bool {
	return in[i] == "g" && i+1 < len(in) && in[i+1] == "no" || in[i] != "g" && i+1 < len(in) && len(in[i+1]) > 2 && !addressUnits[in[i+1]] && addressWords[in[i+1]] == ""
}

// isMark reports a number or a single letter.
func isMark(word string) bool {
	return len(word) == 1 || word != "" && word[0] >= '0' && word[0] <= '9'
}

// splitDigits puts a space between letters and digits: "gali4" is "gali 4".
func splitDigits(s string) string {
	n := 0
	for i := 1; i < len(s); i++ {
		if boundary(s[i-1], s[i]) {
			n++
		}
	}
	if n == 0 {
		return s
	}
	out := make([]byte, 0, len(s)+n)
	for i := 0; i < len(s); i++ {
		if i > 0 && boundary(s[i-1], s[i]) {
			out = append(out, ' ')
		}
		out = append(out, s[i])
	}
	return string(out)
}

func boundary(a, b byte) bool {
	isDigit := func(c byte) bool { return c >= '0' && c <= '9' }
	return a != ' ' && b != ' ' && isDigit(a) != isDigit(b)
}

// standardHouse keeps the letters and digits of a house number: "H.No. 12/A", "12-a" and "012 A" are all 12a.
func standardHouse(s string) string {
	var b strings.Builder
	for _, w := range strings.Fields(splitDigits(toLatin(s))) {
		switch w {
		case "h", "hno", "house", "no", "number", "flat", "plot", "hn", "makan", "num", "rz", "door", "kh", "khasra":
			continue
		}
		if w[0] >= '0' && w[0] <= '9' {
			w = strings.TrimLeft(w, "0")
		}
		b.WriteString(w)
	}
	return b.String()
}

// plainText is the standard form of extra columns.
func plainText(s string) string {
	t := toLatin(s)
	if junkWords[t] {
		return ""
	}
	return t
}

// standardCode keeps letters and digits only.
func standardCode(s string) string {
	t := strings.ReplaceAll(toLatin(s), " ", "")
	if strings.Trim(t, "0") == "" || junkWords[t] {
		return ""
	}
	return t
}

// standardMobile is the ten digits of an Indian mobile number, or all digits of another; dummies are void: one digit
// repeated, a run like 1234567890, or too short to call.
func standardMobile(s string) string {
	if len(s) == 10 && s[0] >= '6' && s[0] <= '9' && allDigits(s) {
		if isDummy(s) {
			return ""
		}
		return s
	}
	var buf [20]byte
	d := buf[:0]
	for _, r := range s {
		if v := digitOf(r); v >= 0 && len(d) < len(buf) {
			d = append(d, byte('0'+v))
		}
	}
	switch {
	case len(d) == 12 && d[0] == '9' && d[1] == '1', len(d) == 11 && d[0] == '0':
		d = d[len(d)-10:]
	case len(d) == 13 && string(d[:3]) == "091", len(d) == 14 && string(d[:4]) == "0091":
		d = d[len(d)-10:]
	}
	if len(d) < 6 {
		return ""
	}
	if isDummy(string(d)) {
		return ""
	}
	return string(d)
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// isDummy reports one digit repeated and runs like 1234567890, but for one place.
func isDummy(d string) bool {
	same, up, down := 0, 0, 0
	for i := 1; i < len(d); i++ {
		switch (int(d[i]) - int(d[i-1]) + 10) % 10 {
		case 0:
			same++
		case 1:
			up++
		case 9:
			down++
		}
	}
	n := len(d) - 1
	return same >= n-1 || up >= n-1 || down >= n-1
}
