package cards

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// MaxQRText is the longest QR text: all that 61 modules at level M hold (ISO/IEC 18004, version 11: 2,032 bits). A scan at
// 150 dpi reads it.
const MaxQRText = 366

// ErrTooLong: the signed credential does not fit its QR. [Credential.Lighter] says what to leave out.
var ErrTooLong = errors.New("credential does not fit the QR")

// A Date is a birth date as precise as it was told: a zero month or day was not told. Its shape is that of survey.Date, so
// that one converts to the other.
type Date struct{ Year, Month, Day int }

// Sex as Claim 169 codes it. The zero value is "not told" and is left out.
type Sex int

const (
	Male   Sex = 1
	Female Sex = 2
	Other  Sex = 3
)

// ParseSex reads M, F or O, and "" as not told.
func ParseSex(s string) (Sex, error) {
	i := strings.Index(" MFO", s)
	switch {
	case s == "":
		return 0, nil
	case len(s) != 1 || i < 1:
		return 0, errors.New("sex is M, F or O")
	}
	return Sex(i), nil
}

// String returns M, F, O or "".
func (s Sex) String() string {
	if s < Male || s > Other {
		return ""
	}
	return "MFO"[s-1 : s]
}

// A Credential is what the QR of a card says about its holder. Names are NFC. It holds no address, phone or disease.
type Credential struct {
	Number         Number
	Version        int    // 1 for the first card, one more for each correction
	Language       string // of Name: three letters of ISO 639-3, such as eng
	Name           string
	Birth          Date // goes into the QR only where day, month and year were told
	Sex            Sex
	SecondName     string // Name in a second script, "" without one
	SecondLanguage string // hin, pan, urd, …
	Issuer         string // a short URI; every letter costs QR
	Issued         time.Time
	Expires        time.Time // zero for a permanent card
	Clinical       Clinical  // only with recorded consent
}

// Clinical facts a resident asked to have on the card. The zero value is none.
type Clinical struct {
	BloodGroup string // such as B+
	Allergies  string
}

// Temporary tells whether the credential has an end.
func (c Credential) Temporary() bool { return !c.Expires.IsZero() }

// Check tells what is wrong with a credential before it is signed, or nil. Its errors name fields, never values.
func (c Credential) Check() error {
	switch {
	case !c.Number.Valid():
		return fmt.Errorf("credential: %w", ErrNumber)
	case c.Version < 1 || c.Version > 9999:
		return errors.New("credential: version is not between 1 and 9999")
	case c.Sex < 0 || c.Sex > Other:
		return errors.New("credential: unknown sex")
	case !language(c.Language):
		return errors.New("credential: language is not three small letters")
	case strings.TrimSpace(c.Name) == "" || !plainText(c.Name):
		return errors.New("credential: name is empty or has control characters")
	case (c.SecondName == "") != (c.SecondLanguage == ""):
		return errors.New("credential: second name and second language come together")
	case c.SecondName != "" && (!language(c.SecondLanguage) || !plainText(c.SecondName)):
		return errors.New("credential: second name has control characters or no language")
	case !strings.Contains(c.Issuer, ":") || !plainText(c.Issuer):
		return errors.New("credential: issuer is not a URI")
	case c.Issued.Unix() <= 0:
		return errors.New("credential: no time of issue")
	case c.Temporary() && c.Expires.Unix() <= c.Issued.Unix():
		return errors.New("credential: expires before it is issued")
	case !plainText(c.Clinical.BloodGroup) || !plainText(c.Clinical.Allergies):
		return errors.New("credential: clinical facts have control characters")
	}
	if _, ok := c.Birth.compact(); !ok && c.Birth.complete() {
		return errors.New("credential: no such date of birth")
	}
	return nil
}

// Lighter yields c without what may be left out of a QR that is too long, and what that is, the smallest loss first: the second
// name, which the card prints in letters; the allergies, which may be long; both; and the blood group with them. It yields nothing
// where nothing may be left out, so that only a shorter name would help.
func (c Credential) Lighter() iter.Seq2[Credential, []string] {
	return func(yield func(Credential, []string) bool) {
		for _, leave := range [][]string{{partSecondName}, {partAllergies}, {partSecondName, partAllergies}, {partSecondName, partAllergies, partBloodGroup}} {
			lighter, left := c, []string(nil)
			for _, part := range leave {
				if lighter.drop(part) {
					left = append(left, part)
				}
			}
			all := len(left) == len(leave) || slices.Contains(leave, partBloodGroup)
			if all && len(left) > 0 && !yield(lighter, left) {
				return
			}
		}
	}
}

// What may be left out of a QR, as the register notes it and people read it.
const (
	partSecondName = "the name in the second script"
	partAllergies  = "the allergies"
	partBloodGroup = "the blood group"
)

// drop takes a part out and tells whether it was there.
func (c *Credential) drop(part string) bool {
	was := *c
	switch part {
	case partSecondName:
		c.SecondName, c.SecondLanguage = "", ""
	case partAllergies:
		c.Clinical.Allergies = ""
	case partBloodGroup:
		c.Clinical.BloodGroup = ""
	}
	return *c != was
}

// Keys of the claims (RFC 8392) and of the attributes in Claim 169 (MOSIP, version 1.2.2).
const (
	claimIssuer   = 1
	claimExpires  = 4
	claimIssued   = 6
	claimIdentity = 169
	claimClinical = "sehat" // private: not of the specification

	attrNumber         = 1
	attrVersion        = 2
	attrLanguage       = 3
	attrName           = 4
	attrBirth          = 8
	attrSex            = 9
	attrSecondName     = 19
	attrSecondLanguage = 20

	clinicalBloodGroup = 1
	clinicalAllergies  = 2
)

// appendClaims appends the CBOR of the claims: the payload that is signed.
func (c Credential) appendClaims(dst []byte) []byte {
	clinical := count(c.Clinical.BloodGroup != "", c.Clinical.Allergies != "")
	dst = appendHead(dst, cborMap, 3+count(c.Temporary(), clinical > 0))
	dst = appendText(append(dst, claimIssuer), c.Issuer)
	if c.Temporary() {
		dst = appendHead(append(dst, claimExpires), cborUint, uint64(c.Expires.Unix()))
	}
	dst = appendHead(append(dst, claimIssued), cborUint, uint64(c.Issued.Unix()))
	dst = appendHead(dst, cborUint, claimIdentity)
	dst = c.appendIdentity(dst)
	if clinical > 0 {
		dst = appendHead(appendText(dst, claimClinical), cborMap, clinical)
		dst = appendAttr(dst, clinicalBloodGroup, c.Clinical.BloodGroup)
		dst = appendAttr(dst, clinicalAllergies, c.Clinical.Allergies)
	}
	return dst
}

func (c Credential) appendIdentity(dst []byte) []byte {
	birth, born := c.Birth.compact()
	dst = appendHead(dst, cborMap, 4+count(born, c.Sex != 0)+2*count(c.SecondName != ""))
	dst = appendAttr(dst, attrNumber, c.Number.String())
	dst = appendAttr(dst, attrVersion, strconv.Itoa(c.Version))
	dst = appendAttr(dst, attrLanguage, c.Language)
	dst = appendAttr(dst, attrName, c.Name)
	dst = appendAttr(dst, attrBirth, birth)
	if c.Sex != 0 {
		dst = append(dst, attrSex, byte(c.Sex))
	}
	dst = appendAttr(dst, attrSecondName, c.SecondName)
	return appendAttr(dst, attrSecondLanguage, c.SecondLanguage)
}

// appendAttr appends a small integer key and its text, or nothing for no text.
func appendAttr(dst []byte, key byte, value string) []byte {
	if value == "" {
		return dst
	}
	return appendText(append(dst, key), value)
}

func count(conditions ...bool) uint64 {
	var n uint64
	for _, c := range conditions {
		if c {
			n++
		}
	}
	return n
}

func (d Date) complete() bool { return d.Year != 0 && d.Month != 0 && d.Day != 0 }

// compact returns YYYYMMDD, and false where a part was not told or there is no such day.
func (d Date) compact() (string, bool) {
	if !d.complete() || d.Year < 1800 || d.Year > 9999 {
		return "", false
	}
	t := time.Date(d.Year, time.Month(d.Month), d.Day, 0, 0, 0, 0, time.UTC)
	if t.Year() != d.Year || int(t.Month()) != d.Month || t.Day() != d.Day {
		return "", false
	}
	return t.Format("20060102"), true
}

func parseCompact(s string) (Date, error) {
	t, err := time.Parse("20060102", s)
	if err != nil {
		return Date{}, errors.New("date of birth is not YYYYMMDD")
	}
	return Date{t.Year(), int(t.Month()), t.Day()}, nil
}

func language(s string) bool {
	return len(s) == 3 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") == ""
}

// plainText tells whether s is valid UTF-8 without control characters; joiners, which Indian scripts need, are none.
func plainText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}
