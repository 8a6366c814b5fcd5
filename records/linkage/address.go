package linkage

import "strings"

// Words that address lines spell many ways, and words that say nothing.
var addressWords = map[string]string{
	"gali": "gali", "gully": "gali", "galli": "gali", "st": "street", "str": "street", "rd": "road", "marg": "marg", "mohalla": "mohalla", "moh": "mohalla",
	"muhalla": "mohalla", "blk": "block", "bl": "block", "sec": "sector", "sect": "sector", "ph": "phase", "extn": "extension", "ext": "extension",
	"ngr": "nagar", "vhr": "vihar", "col": "colony", "clny": "colony", "apt": "apartment", "apts": "apartment", "appt": "apartment", "bldg": "building",
	"fl": "floor", "flr": "floor", "opp": "opposite", "nr": "near", "pkt": "pocket", "encl": "enclave", "av": "avenue", "ave": "avenue", "cl": "close",
	"pl": "place", "cres": "crescent", "ct": "court", "e": "east", "w": "west", "n": "north", "s": "south", "jj": "jj", "jhuggi": "jj", "puri": "puri",
	"no": "", "num": "", "number": "", "delhi": "", "new": "", "india": "", "dist": "", "district": "", "the": "",
}

// standardAddress lowers, transliterates, and writes common words one way.
func standardAddress(s string) string {
	words := strings.Fields(splitDigits(toLatin(s)))
	kept := words[:0]
	for _, w := range words {
		if to, ok := addressWords[w]; ok {
			w = to
		}
		if w != "" {
			kept = append(kept, w)
		}
	}
	if len(kept) == 0 {
		return toLatin(s)
	}
	return strings.Join(kept, " ")
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
