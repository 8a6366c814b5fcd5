package records

import (
	"encoding/json"
	"strconv"

	"github.com/google/uuid"
)

// A Household is a dwelling and those who share its kitchen, as surveyed in one round. Its id is survey.HouseholdID.
type Household struct {
	ID          string          `json:"id"`
	Profile     string          `json:"profile"`     // how the source was read: "sehat", or the mapping's name
	SurveyCode  string          `json:"survey_code"` // the round
	WardCode    string          `json:"ward_code,omitempty"`
	TeamID      string          `json:"team_id,omitempty"`
	Key         string          `json:"household_key"` // the source's own key
	BlockNo     string          `json:"block_no,omitempty"`
	HouseNo     string          `json:"house_no,omitempty"`
	AddressLine string          `json:"address_line,omitempty"`
	Locality    string          `json:"locality,omitempty"`
	PinCode     string          `json:"pin_code,omitempty"`
	Mobile      string          `json:"contact_mobile,omitempty"` // E.164
	Consent     string          `json:"consent,omitempty"`        // yes, no, or empty where the visit met no one
	Other       json.RawMessage `json:"other,omitempty"`          // every other answer, canonical JSON
	Meta
}

// A Resident is one line of a household's listing. Two residents may be one person: see [Person].
type Resident struct {
	ID              string          `json:"id"`
	HouseholdID     string          `json:"household_id"`
	Key             string          `json:"member_key"` // the source's own key, or its position
	LineNo          int             `json:"line_no,omitempty"`
	FullName        string          `json:"full_name,omitempty"`
	FullNameHi      string          `json:"full_name_hi,omitempty"` // in the second script, as the resident writes it
	FatherOrHusband string          `json:"father_or_husband_name,omitempty"`
	Relation        string          `json:"relation,omitempty"` // relation to head, a survey code
	Sex             string          `json:"sex,omitempty"`      // M, F or O
	BirthYear       int             `json:"birth_year,omitempty"`
	BirthMonth      int             `json:"birth_month,omitempty"`
	BirthDay        int             `json:"birth_day,omitempty"`
	AgeYears        *int            `json:"age_years,omitempty"` // as told at the visit; nil if not
	VisitDate       string          `json:"visit_date,omitempty"`
	GuardianLine    int             `json:"guardian_line,omitempty"`
	Mobile          string          `json:"mobile,omitempty"` // E.164
	EPIC            string          `json:"epic_no,omitempty"`
	ABHA            string          `json:"abha_number,omitempty"`
	Other           json.RawMessage `json:"other,omitempty"`
	Meta

	// State is active, or why the resident is given no card any more; no import changes it. A withdrawn one is a tombstone.
	State string `json:"-"`
}

// States of a resident.
const (
	ResidentActive    = "active"
	ResidentWithdrawn = "withdrawn" // took consent back: nobody is told anything
	ResidentDied      = "died"
	ResidentMoved     = "moved" // away for good, out of reach of the city's hospitals
)

// ResidentEnds lists the states in which a resident is given no card.
func ResidentEnds() []string { return []string{ResidentDied, ResidentMoved, ResidentWithdrawn} }

// A Visit is one call at a household's door and what came of it.
type Visit struct {
	ID           string          `json:"id"`
	HouseholdID  string          `json:"household_id"`
	No           int             `json:"visit_no"`
	Date         string          `json:"visit_date,omitempty"` // ISO 8601
	Outcome      string          `json:"visit_outcome,omitempty"`
	EnumeratorID string          `json:"enumerator_id,omitempty"`
	MembersTotal *int            `json:"members_total,omitempty"`
	Other        json.RawMessage `json:"other,omitempty"`
	Meta
}

// visitSpace is the UUIDv5 namespace of visit ids.
var visitSpace = uuid.MustParse("5d1b2f0e-6a57-5f0c-9a5e-2f4f0e7b3c11")

// VisitID returns the id of a household's visit: UUIDv5 over the household's id and the visit's number.
func VisitID(householdID string, no int) string {
	return uuid.NewSHA1(visitSpace, []byte(householdID+"/"+strconv.Itoa(no))).String()
}
