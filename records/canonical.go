package records

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"unicode/utf8"
)

// A canonicalRow appends one row's canonical JSON: the fields that are told, in the order of their struct. An import makes millions
// of them, and encoding/json took a tenth of its own time for that; the bytes are the same (TestCanonicalEqualsEncodingJSON).
type canonicalRow struct {
	b   []byte
	err error
}

// A canonicalizer appends itself.
type canonicalizer interface{ canonical(*canonicalRow) }

// canonicalRooms are kept from row to row by those who only hash what they make.
var canonicalRooms = sync.Pool{New: func() any { return new(canonicalRow) }}

// hashRow is the content hash of a row.
func hashRow(row canonicalizer) (string, error) {
	c := canonicalRooms.Get().(*canonicalRow)
	defer canonicalRooms.Put(c)
	c.b, c.err = c.b[:0], nil
	row.canonical(c)
	if c.err != nil {
		return "", fmt.Errorf("encoding a row: %w", c.err)
	}
	return Hash(c.b), nil
}

// name begins a field.
func (c *canonicalRow) name(name string) {
	if len(c.b) == 0 {
		c.b = append(c.b, '{')
	} else {
		c.b = append(c.b, ',')
	}
	c.b = append(c.b, '"')
	c.b = append(c.b, name...)
	c.b = append(c.b, '"', ':')
}

// must appends a text that is always there.
func (c *canonicalRow) must(name, value string) {
	c.name(name)
	if plainJSON(value) {
		c.b = append(c.b, '"')
		c.b = append(c.b, value...)
		c.b = append(c.b, '"')
		return
	}
	c.any(value)
}

func (c *canonicalRow) text(name, value string) {
	if value != "" {
		c.must(name, value)
	}
}

func (c *canonicalRow) mustNumber(name string, value int) {
	c.name(name)
	c.b = strconv.AppendInt(c.b, int64(value), 10)
}

func (c *canonicalRow) number(name string, value int) {
	if value != 0 {
		c.mustNumber(name, value)
	}
}

func (c *canonicalRow) told(name string, value *int) {
	if value != nil {
		c.mustNumber(name, *value)
	}
}

func (c *canonicalRow) raw(name string, value json.RawMessage) {
	if len(value) == 0 {
		return
	}
	c.name(name)
	b := bytes.NewBuffer(c.b)
	if err := json.Compact(b, value); err != nil && c.err == nil {
		c.err = err
	}
	c.b = b.Bytes()
}

// any appends what encoding/json makes of a value.
func (c *canonicalRow) any(value any) {
	b := bytes.NewBuffer(c.b)
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil && c.err == nil {
		c.err = err
	}
	c.b = bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

func (c *canonicalRow) end() { c.b = append(c.b, '}') }

// plainJSON reports whether a text stands in JSON as it is.
func plainJSON(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c < ' ', c == '"', c == '\\':
			return false
		case c >= utf8.RuneSelf:
			return utf8.ValidString(s[i:]) && plainBeyondASCII(s[i:])
		}
	}
	return true
}

// plainBeyondASCII is plainJSON for valid UTF-8: U+2028 and U+2029, E2 80 A8 and A9, are line ends in JavaScript and are escaped.
func plainBeyondASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c < ' ', c == '"', c == '\\', c == 0xe2 && s[i+1] == 0x80 && s[i+2]&^1 == 0xa8:
			return false
		}
	}
	return true
}

func (h *Household) canonical(c *canonicalRow) {
	c.must("id", h.ID)
	c.must("profile", h.Profile)
	c.must("survey_code", h.SurveyCode)
	c.text("ward_code", h.WardCode)
	c.text("team_id", h.TeamID)
	c.must("household_key", h.Key)
	c.text("block_no", h.BlockNo)
	c.text("house_no", h.HouseNo)
	c.text("address_line", h.AddressLine)
	c.text("locality", h.Locality)
	c.text("pin_code", h.PinCode)
	c.text("contact_mobile", h.Mobile)
	c.text("consent", h.Consent)
	c.raw("other", h.Other)
	c.end()
}

func (r *Resident) canonical(c *canonicalRow) {
	c.must("id", r.ID)
	c.must("household_id", r.HouseholdID)
	c.must("member_key", r.Key)
	c.number("line_no", r.LineNo)
	c.text("full_name", r.FullName)
	c.text("full_name_hi", r.FullNameHi)
	c.text("father_or_husband_name", r.FatherOrHusband)
	c.text("relation", r.Relation)
	c.text("sex", r.Sex)
	c.number("birth_year", r.BirthYear)
	c.number("birth_month", r.BirthMonth)
	c.number("birth_day", r.BirthDay)
	c.told("age_years", r.AgeYears)
	c.text("visit_date", r.VisitDate)
	c.number("guardian_line", r.GuardianLine)
	c.text("mobile", r.Mobile)
	c.text("epic_no", r.EPIC)
	c.text("abha_number", r.ABHA)
	c.raw("other", r.Other)
	c.end()
}

func (v *Visit) canonical(c *canonicalRow) {
	c.must("id", v.ID)
	c.must("household_id", v.HouseholdID)
	c.mustNumber("visit_no", v.No)
	c.text("visit_date", v.Date)
	c.text("visit_outcome", v.Outcome)
	c.text("enumerator_id", v.EnumeratorID)
	c.told("members_total", v.MembersTotal)
	c.raw("other", v.Other)
	c.end()
}
