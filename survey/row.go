package survey

// Answers are the raw cells of one row, parallel to [Fields] of its level. A shorter slice has its last answers empty.
type Answers []string

// HouseholdRow is a household's row after checking. Texts are NFC without spaces at the ends, codes are those of the field
// list, and what was not answered is empty. A row beside which the checker found an [Error] may be incomplete.
type HouseholdRow struct {
	SurveyCode    string // the round
	Key           string // household_id: the source's own key
	WardCode      string // canonical: "001" … "250", "NDMC", "CANT"
	BlockNo       string
	HouseNo       string
	AddressLine   string
	Locality      string
	PinCode       string // six digits
	ContactMobile string // E.164, or empty where unknown
	Consent       string // "yes", "no" or empty
	TeamID        string
	Visit         Visit
	Other         string // canonical JSON object of every other answer, sorted keys, "{}" if there is none
	Masked        int    // Aadhaar numbers that were masked in this row
}

// A Visit is one call at a household's door.
type Visit struct {
	Date         Date
	No           int    // from 1
	Outcome      string // complete, partial, locked, refused, vacant, not_found, revisit
	EnumeratorID string
}

// Met reports whether the household was interviewed, wholly or in part.
func (v Visit) Met() bool { return v.Outcome == "complete" || v.Outcome == "partial" }

// MemberRow is a member's row after checking, by the same rules as [HouseholdRow].
type MemberRow struct {
	Key             string // member_id, or line_no where the source has none
	Position        bool   // Key is only a position: another person may stand there in the next file
	Line            int    // line_no; 0 if not told
	FullName        string // in any script; empty only where FullNameHi is told
	FullNameHi      string
	FatherOrHusband string
	Relation        string
	Sex             string // "M", "F" or "O"
	Birth           Date   // as precise as it was told
	Age             int    // age_years on the day of the visit, as told; -1 if not told
	GuardianLine    int    // 0 if not told
	Mobile          string // E.164, or empty where unknown
	EPIC            string // three capital letters and seven digits
	ABHA            string // 14 digits
	Other           string // canonical JSON object of every other answer, as in HouseholdRow
	Masked          int    // Aadhaar numbers that were masked in this row
}
