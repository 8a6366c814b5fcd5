package survey

import (
	"crypto/sha1" //nolint:gosec // RFC 9562 names SHA-1 for version 5; ids here may be guessed (DESIGN.md, section 5)
	"encoding/hex"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// A Source tells one survey round of one kind of file from every other.
type Source struct {
	Profile string // how the file was read: the importer's name for the form, such as "sehat" or "kobo"
	Survey  string // the survey code, such as "2026-1"
}

// idSpace is the namespace of all ids: a random UUID drawn once, 05e5992f-d2d6-4120-9606-506d13853fb6.
var idSpace = [16]byte{0x05, 0xe5, 0x99, 0x2f, 0xd2, 0xd6, 0x41, 0x20, 0x96, 0x06, 0x50, 0x6d, 0x13, 0x85, 0x3f, 0xb6}

// HouseholdID is the id of the household that ward, team and the source's own key name: a UUID of version 5 (RFC 9562) as
// 36 lower-case characters. The same parts give the same id on every machine.
//
// The hashed name is the word "household" and then each part, put in Unicode NFC without white space at its ends and written
// as a netstring (its length in bytes in decimal, a colon, the bytes, a comma), so that no part can run into the next:
//
//	9:household,5:sehat,6:2026-1,3:012,2:T4,3:H17,
//
// Ward is the canonical code, as in [HouseholdRow]. Test vectors: testdata/ids.csv.
func HouseholdID(src Source, ward, team, householdKey string) string {
	return newID("household", src.Profile, src.Survey, ward, team, householdKey)
}

// MemberID is the id of a member of the household: as [HouseholdID], with the word "member" and the member's key as the last
// part.
func MemberID(src Source, ward, team, householdKey, memberKey string) string {
	return newID("member", src.Profile, src.Survey, ward, team, householdKey, memberKey)
}

func newID(parts ...string) string {
	var room [256]byte
	name := room[:0]
	for _, p := range parts {
		p = strings.TrimSpace(norm.NFC.String(p))
		name = strconv.AppendInt(name, int64(len(p)), 10)
		name = append(name, ':')
		name = append(name, p...)
		name = append(name, ',')
	}
	return UUIDv5(idSpace, name)
}

// UUIDv5 is the UUID of version 5 (RFC 9562) of a name in a namespace, as 36 lower-case characters. An import makes five for each row;
// this allocates nothing but the text.
func UUIDv5(space [16]byte, name []byte) string {
	var room [320]byte
	sum := sha1.Sum(append(append(room[:0], space[:]...), name...)) //nolint:gosec // see the import
	sum[6] = sum[6]&0x0f | 0x50
	sum[8] = sum[8]&0x3f | 0x80

	var id [36]byte
	hex.Encode(id[0:8], sum[0:4])
	hex.Encode(id[9:13], sum[4:6])
	hex.Encode(id[14:18], sum[6:8])
	hex.Encode(id[19:23], sum[8:10])
	hex.Encode(id[24:36], sum[10:16])
	id[8], id[13], id[18], id[23] = '-', '-', '-', '-'
	return string(id[:])
}
