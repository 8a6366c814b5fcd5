package survey

import "unicode/utf8"

// A Checker holds what checking a row needs beside the row. It is not changed by its use and may be shared.
type Checker struct {
	Areas *Areas // wards by their time; nil leaves wards unchecked
	Today Date   // no visit may lie after it; the zero Date leaves that unchecked
}

// A row is one row while it is read: each method reads the cell at a place of the field list, adds what it finds, and returns the
// zero value for a cell that is empty or bad.
type row struct {
	level  Level
	fields []Field
	cells  Answers
	out    []Finding
	masked int
	told   uint64 // a bit for each place whose answer was good
}

func (r *row) add(place int, rule ruleID) {
	r.out = append(r.out, findingOf(&r.fields[place], rule))
}

func (r *row) at(place int) string {
	if place < len(r.cells) {
		return r.cells[place]
	}
	return ""
}

// isTold reports whether the cell at a place held a good answer. Call it after the cell was read.
func (r *row) isTold(place int) bool { return r.told>>place&1 == 1 }

// cell gives a cell's clean text: masked, NFC, trimmed, "" if there is no answer.
func (r *row) cell(place int) string {
	s, f := r.at(place), &r.fields[place]
	if s == "" {
		r.missing(place)
		return ""
	}
	s, ok := clean(s)
	if !ok {
		r.cells[place], _ = MaskAadhaar(r.cells[place])
		r.add(place, textInvalid)
		return ""
	}
	masked, found := f.Mask(s)
	if found > 0 || isMasked(s) {
		// The caller's copy is masked too, so that no Aadhaar number is left in anything that is made from it.
		r.masked += found
		r.cells[place], s = masked, masked
		if f.Type == Key {
			r.add(place, aadhaarInKey)
			return ""
		}
		r.add(place, aadhaarMasked)
		if f.Type != Text && f.Type != Name {
			return ""
		}
	}
	if isExcelError(s) {
		r.add(place, excelError)
		return ""
	}
	if f.Type != One && f.Type != Many && f.Type != Phone && isNotTold(s) {
		r.missing(place)
		return ""
	}
	r.told |= 1 << place
	return s
}

// missing reports an empty cell where an answer is needed and the field that may stand in for it is empty too.
func (r *row) missing(place int) {
	f := &r.fields[place]
	if !f.Required {
		return
	}
	if f.Or != "" {
		for i := range r.fields {
			if r.fields[i].Name != f.Or {
				continue
			}
			if s, _ := clean(r.at(i)); !isNotTold(s) {
				return
			}
		}
	}
	r.add(place, required)
}

func (r *row) bad(place int, rule ruleID) {
	r.told &^= 1 << place
	r.add(place, rule)
}

// text reads free text.
func (r *row) text(place int) string {
	s := r.cell(place)
	switch limit := r.fields[place].MaxRunes; {
	case s == "":
	case limit > 0 && len(s) > limit && utf8.RuneCountInString(s) > limit:
		r.bad(place, textTooLong)
		return ""
	case isLegacyHindi(s, 3):
		r.bad(place, legacyHindiFont)
		return ""
	case areLettersLost(s):
		r.bad(place, lettersLost)
		return ""
	}
	return s
}

// name reads a person's name.
func (r *row) name(place int) string {
	s := r.cell(place)
	switch limit := r.fields[place].MaxRunes; {
	case s == "":
	case limit > 0 && len(s) > limit && utf8.RuneCountInString(s) > limit:
		r.bad(place, textTooLong)
		return ""
	case countDigits(s) > 0:
		r.bad(place, nameHasDigits)
		return ""
	case isLegacyHindi(s, 2):
		r.bad(place, legacyHindiFont)
		return ""
	case areLettersLost(s):
		r.bad(place, lettersLost)
		return ""
	case isDoubtfulName(s):
		r.add(place, nameDoubtful)
	}
	return s
}

// key reads an identifier: a number that a spreadsheet has bent is made straight, the rest stays as it is written.
func (r *row) key(place int) string {
	s := r.cell(place)
	if s == "" {
		return ""
	}
	s, lost := plainNumber(s)
	if lost {
		r.bad(place, excelDestroyed)
		return ""
	}
	if limit := r.fields[place].MaxRunes; len(s) > limit && utf8.RuneCountInString(s) > limit {
		r.bad(place, textTooLong)
		return ""
	}
	return s
}

// whole reads a number that counts.
func (r *row) whole(place int) int {
	s := r.cell(place)
	if s == "" {
		return 0
	}
	n, ok := wholeNumber(s)
	if !ok {
		r.badNumber(place, s)
		return 0
	}
	return r.inside(place, n)
}

func (r *row) badNumber(place int, s string) {
	if _, lost := plainNumber(s); lost {
		r.bad(place, excelDestroyed)
		return
	}
	r.bad(place, numberInvalid)
}

func (r *row) inside(place, n int) int {
	if f := &r.fields[place]; float64(n) < f.Min || float64(n) > f.Max {
		r.bad(place, numberOutside)
		return 0
	}
	return n
}

// digits reads a number that names something, written with or without spaces and hyphens.
func (r *row) digits(place int) string {
	s := r.cell(place)
	if s == "" {
		return ""
	}
	t, lost := plainNumber(s)
	if lost {
		r.bad(place, excelDestroyed)
		return ""
	}
	if d, ok := digitsOnly(t); ok {
		return d
	}
	return t
}

// phone reads a phone number into E.164.
func (r *row) phone(place int) string {
	s := r.cell(place)
	if s == "" {
		return ""
	}
	number, outcome := readPhone(s)
	switch outcome {
	case phoneBad:
		if _, lost := plainNumber(s); lost {
			r.bad(place, excelDestroyed)
		} else {
			r.bad(place, phoneInvalid)
		}
	case phoneDummy:
		r.bad(place, phoneDummyRule)
	case phoneSeveral:
		r.add(place, phoneSeveralRule)
	case phoneNone:
		r.told &^= 1 << place
	case phoneGood:
	}
	return number
}

// one reads a code.
func (r *row) one(place int) string {
	c := &fieldChoices[r.level][place]
	if k, ok := c.exact[r.at(place)]; ok {
		r.told |= 1 << place
		return c.codes[k].Code
	}
	s := r.cell(place)
	if s == "" {
		return ""
	}
	k, ok := c.find(s)
	if !ok && r.fields[place].Name == "blood_group" {
		k, ok = c.find(bloodGroup(s))
	}
	switch {
	case ok:
		return c.codes[k].Code
	case isNotTold(s):
		r.told &^= 1 << place
		r.missing(place)
	default:
		r.bad(place, codeUnknown)
	}
	return ""
}

// many reads a set of codes, a bit for each.
func (r *row) many(place int) uint64 {
	s := r.cell(place)
	if s == "" {
		return 0
	}
	c := &fieldChoices[r.level][place]
	set, ok := c.findAll(s)
	switch {
	case !ok && isNotTold(s):
		r.told &^= 1 << place
	case !ok:
		r.bad(place, codeUnknown)
	case set&1 == 1 && set != 1 && c.codes[0].Code == "none":
		r.bad(place, noneWithOthers)
		return 0
	}
	return set
}

// day reads a full date.
func (r *row) day(place int) Date {
	s := r.cell(place)
	if s == "" {
		return Date{}
	}
	d, err := ParseDate(s)
	rule := dateInvalid
	switch {
	case err == nil && d.Full():
		return d
	case err == nil:
		rule = dateIncomplete
	case err == ErrDateYear: //nolint:errorlint // ParseDate returns these values bare
		rule = dateTwoDigitYear
	case err == ErrDateOrder: //nolint:errorlint // as above
		rule = dateMonthFirst
	case err == ErrDateSerial: //nolint:errorlint // as above
		rule = dateSerial
	case err == ErrNoSuchDay: //nolint:errorlint // as above
		rule = dateNoSuchDay
	}
	r.bad(place, rule)
	return Date{}
}
