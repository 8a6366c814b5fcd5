package linkage

import (
	"strings"
	"unicode"
)

// A Record is what is known of one person in one listing. Every field may be empty: what is absent neither speaks for nor
// against a match. Only ID is required, and it must be unique.
type Record struct {
	ID        string // unique; person ids are taken from these
	Household string // the listing this row belongs to; rows that share it were listed together
	Line      string // the row's place in its listing

	FullName    string // as written, in any script, honorifics and "s/o" included
	FullNameAlt string // the same name in a second script
	GivenName   string // where the source keeps the names apart
	FamilyName  string

	FatherOrHusband string // a full name
	Relation        string // to the head of the household, as a word or code
	Sex             string // M, F, O or a word for it

	BirthYear, BirthMonth, BirthDay int  // as precise as it was told; 0 is not told
	Age                             int  // completed years at the visit; counts only if HasAge
	HasAge                          bool // false: Age was not told
	VisitYear                       int  // the year Age counts from; 0 is taken as 2025

	Mobile, EPIC, ABHA                    string
	HouseNo, Address, Locality, PIN, Ward string

	Extra []string // further text to compare, parallel to Options.Extra; a slice of its own for each record, some are read ahead

	Person string // the person it belonged to before this run, "" for none: persons keep their ids (see person.go)
}

// defaultVisitYear stands in where an age comes without the year it was told in.
const defaultVisitYear = 2025

// ParseBirth reads a date of birth in any common form: 1971-06-24, 24/06/1971, 24.6.1971, 19710624, 24 June 1971,
// 1971-06, 06/1971, 1971, also in Devanagari digits. What was not told, or is written as zeros, is 0. Text dates are
// day-month-year. The parts are returned as written even where no calendar holds them (19710644): a typing error keeps
// most of its evidence. ok is false where no year can be read; two-digit years are not guessed at.
func ParseBirth(s string) (year, month, day int, ok bool) {
	var parts [4]int
	var width [4]int
	n := 0
	named := 0 // month told as a word
	inNumber := false
	word := 0
	flush := func(end int) {
		if word < end {
			if m := monthOf(s[word:end]); m > 0 {
				named = m
			}
		}
	}
	word = len(s) + 1
	for i, r := range s {
		d := digitOf(r)
		if d >= 0 {
			flush(i)
			word = len(s) + 1
			if !inNumber {
				if n == len(parts) {
					break
				}
				n++
				inNumber = true
			}
			if width[n-1] < 9 {
				parts[n-1] = parts[n-1]*10 + d
			}
			width[n-1]++
			continue
		}
		inNumber = false
		if unicode.IsLetter(r) {
			if word > len(s) {
				word = i
			}
			// ISO times after a date ("1971-06-24T00:00:00") are not part of it.
			if (r == 'T' || r == 't') && n == 3 {
				break
			}
			continue
		}
		flush(i)
		word = len(s) + 1
	}
	flush(len(s))
	switch {
	case n == 0:
		return 0, 0, 0, false
	case n == 1 && width[0] == 8:
		return split8(parts[0])
	case n == 1 && width[0] == 4:
		return parts[0], named, 0, parts[0] > 0
	case n == 1 && width[0] == 6 && parts[0]/100 >= 1000:
		return parts[0] / 100, parts[0] % 100, 0, true
	case named > 0 && n >= 2 && width[1] == 4:
		return parts[1], named, clampPart(parts[0]), true
	case named > 0 && n >= 2 && width[0] == 4:
		return parts[0], named, clampPart(parts[1]), true
	case n == 2 && width[0] == 4:
		return parts[0], clampPart(parts[1]), 0, parts[0] > 0
	case n == 2 && width[1] == 4:
		return parts[1], clampPart(parts[0]), 0, parts[1] > 0
	case n >= 3 && width[0] == 4:
		return parts[0], clampPart(parts[1]), clampPart(parts[2]), parts[0] > 0
	case n >= 3 && width[2] == 4:
		return parts[2], clampPart(parts[1]), clampPart(parts[0]), parts[2] > 0
	}
	return 0, 0, 0, false
}

// split8 reads yyyymmdd, or ddmmyyyy where the first four digits are no year.
func split8(v int) (year, month, day int, ok bool) {
	year, month, day = v/10000, v/100%100, v%100
	if y := v % 10000; (year < 1200 || year > 2200) && y >= 1200 && y <= 2200 {
		return y, v / 10000 % 100, v / 1000000, true
	}
	return year, month, day, year > 0
}

func clampPart(v int) int {
	if v < 0 || v > 99 {
		return 0
	}
	return v
}

func digitOf(r rune) int {
	switch {
	case r >= '0' && r <= '9':
		return int(r - '0')
	case r >= '०' && r <= '९':
		return int(r - '०')
	case r >= '੦' && r <= '੯':
		return int(r - '੦')
	case r >= '۰' && r <= '۹':
		return int(r - '۰')
	case r >= '٠' && r <= '٩':
		return int(r - '٠')
	}
	return -1
}

func monthOf(word string) int {
	if len(word) < 3 {
		return 0
	}
	const months = "janfebmaraprmayjunjulaugsepoctnovdec"
	w := strings.ToLower(word)
	if !strings.HasPrefix("january february march april may june july august september october november december ", w) &&
		!strings.Contains(" january february march april may june july august september october november december sept ", " "+w) {
		return 0
	}
	if i := strings.Index(months, w[:3]); i >= 0 && i%3 == 0 {
		return i/3 + 1
	}
	return 0
}

// sexOf reads M, F or O (0 is unknown) from a code or a word in English or Hindi.
func sexOf(s string) uint8 {
	s = strings.TrimSpace(s)
	if s == "" {
		return 0
	}
	switch strings.ToLower(s) {
	case "m", "male", "man", "boy", "पुरुष", "पु", "ਮਰਦ", "مرد":
		return sexMale
	case "f", "female", "woman", "girl", "महिला", "स्त्री", "म", "ਔਰਤ", "عورت":
		return sexFemale
	case "o", "t", "other", "transgender", "third gender", "अन्य":
		return sexOther
	}
	return 0
}

const (
	sexMale   = 1
	sexFemale = 2
	sexOther  = 3
)

// kin says whose name a woman's father_or_husband_name is likely to be, read from her relation to the head.
type kin uint8

const (
	kinUnknown kin = iota
	kinBorn        // daughter, sister, granddaughter: the name is her father's
	kinMarried     // wife, daughter-in-law, mother: the name is her husband's
)

func kinOf(relation string) kin {
	r := strings.ToLower(strings.TrimSpace(relation))
	if r == "" {
		return kinUnknown
	}
	r = strings.NewReplacer("_", " ", "-", " ").Replace(r)
	switch {
	case strings.Contains(r, "in law"), strings.HasPrefix(r, "wife"), strings.HasPrefix(r, "spouse"), strings.HasPrefix(r, "mother"),
		strings.HasPrefix(r, "bahu"), strings.HasPrefix(r, "grandmother"), r == "पत्नी", r == "बहू", r == "माता", r == "मां":
		return kinMarried
	case strings.HasPrefix(r, "daughter"), strings.HasPrefix(r, "sister"), strings.HasPrefix(r, "granddaughter"), strings.HasPrefix(r, "grand daughter"),
		strings.HasPrefix(r, "niece"), strings.HasPrefix(r, "child"), r == "बेटी", r == "पुत्री", r == "बहन", r == "पोती":
		return kinBorn
	}
	return kinUnknown
}
