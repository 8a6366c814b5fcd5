package records

import (
	"cmp"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"sehat/survey"
)

// A Standing is what a store holds under the id of an incoming row: as much of it as the rule needs.
type Standing struct {
	Meta
	Resident *Resident // of a resident: state, names, sex, birth, identifiers
}

// StandingRows is what a store holds under the ids of one incoming row; nil where it holds nothing.
type StandingRows struct {
	Household, Visit, Resident *Standing
}

// A KnownHousehold is a household in the store with its latest visit, as members who come alone need it.
type KnownHousehold struct {
	ID, Key, SurveyCode, WardCode, TeamID, Consent string
	VisitNo                                        int
	VisitDate, VisitOutcome, EnumeratorID          string
}

// An Ingested row is what becomes of an incoming row: its outcome, and which of its parts are to be written. Their Meta is
// then as it must be stored.
type Ingested struct {
	Outcome                    Outcome
	Household, Visit, Resident Write
	Reject                     *Reject // of a quarantined row
}

// A Write says what is done to a stored row.
type Write uint8

// The writes.
const (
	WriteNothing  Write = iota
	WriteRevision       // the content is equal; only the source's revision is newer
	WriteUpdate
	WriteInsert
)

// Ingest is the rule what becomes of an incoming row against what is stored, for one store whose rows are written by origin:
//
//   - equal content is unchanged, whatever its revision;
//   - content of an older source revision than the stored one is unchanged: an older export never overwrites a newer one;
//   - a bad row of an earlier edit than the stored one is unchanged: the source has corrected it since;
//   - a withdrawn resident stays withdrawn, and one who died or moved away is only corrected;
//   - a resident known by a position only is held back where another person stands there ([SamePerson]); the household and the
//     visit of the same row are not in doubt and go in;
//   - a further visit at which nobody was met leaves the household as the interview told it;
//   - everything else is new or updated. A row is new if its resident is new or, without one, its household or else its visit;
//     it is updated if any other part of it is new or changed.
//
// The content hashes of the row's parts must be set ([ImportRow.Seal]). A new row starts at revision 1 without a base; an
// update adds one to the revision and keeps the base, which is the version that the centre was last given.
func Ingest(in *ImportRow, had StandingRows, origin string) Ingested {
	if in.Reject != nil {
		if standing := cmp.Or(had.Resident, had.Household); standing != nil && isEarlierEdit(in.Of.SourceRev, standing.SourceRev) {
			return Ingested{Outcome: Unchanged}
		}
		return Ingested{Outcome: Quarantined, Reject: in.Reject}
	}
	var out Ingested
	if in.Household != nil {
		if had.Household == nil || !nobodyMet(in) {
			out.Household = ingestPart(&in.Household.Meta, had.Household, origin)
		}
	}
	if in.Visit != nil {
		out.Visit = ingestPart(&in.Visit.Meta, had.Visit, origin)
	}
	if in.Resident != nil {
		if r, held := positionTaken(in, had.Resident); held {
			out.Outcome, out.Reject = Quarantined, r
			return out
		}
		out.Resident = ingestPart(&in.Resident.Meta, had.Resident, origin)
		in.Resident.State = ResidentActive
		if had.Resident != nil && had.Resident.Resident != nil {
			in.Resident.State = cmp.Or(had.Resident.Resident.State, ResidentActive)
		}
	}
	out.Outcome = rowOutcome(in, out)
	return out
}

// nobodyMet reports whether a row tells of a second or later visit without an interview or an answer on consent: what it lacks of phone,
// place and consent was not asked, and the household's are those of an earlier visit.
func nobodyMet(in *ImportRow) bool {
	v := in.Visit
	return v != nil && v.No > 1 && v.Outcome != survey.OutcomeComplete && v.Outcome != survey.OutcomePartial && in.Household.Consent == "" && in.Resident == nil
}

// ingestPart decides about one part and sets what is stored beside its content.
func ingestPart(in *Meta, had *Standing, origin string) Write {
	in.Origin = origin
	if had == nil {
		in.Rev, in.Base = 1, ""
		return WriteInsert
	}
	order := compareSourceRevs(in.SourceRev, had.SourceRev)
	older := order < 0
	withdrawn := had.Resident != nil && had.Resident.State == ResidentWithdrawn
	switch {
	case older || withdrawn:
		return WriteNothing
	case in.Hash == had.Hash && (order > 0 || had.SourceRev == "" && in.SourceRev != ""):
		// Noted, so that an export from between the two cannot pass for newer than this one. No row travels for it.
		in.Origin, in.Rev, in.Base = had.Origin, had.Rev, had.Base
		in.SourceRev = nextSourceRev(in.SourceRev, had.SourceRev)
		return WriteRevision
	case in.Hash == had.Hash:
		return WriteNothing
	}
	in.Rev, in.Base = had.Rev+1, had.Base
	in.SourceRev = nextSourceRev(in.SourceRev, had.SourceRev)
	return WriteUpdate
}

func rowOutcome(in *ImportRow, out Ingested) Outcome {
	first := out.Visit
	switch {
	case in.Resident != nil:
		first = out.Resident
	case in.Household != nil:
		first = out.Household
	}
	switch {
	case first == WriteInsert:
		return New
	case out.Household >= WriteUpdate || out.Visit >= WriteUpdate || out.Resident >= WriteUpdate:
		return Updated
	}
	return Unchanged
}

// positionTaken reports whether the row would overwrite one person with another, and makes its reject.
func positionTaken(in *ImportRow, had *Standing) (*Reject, bool) {
	if !in.PositionKey || had == nil || had.Resident == nil || had.Resident.State == ResidentWithdrawn ||
		in.Resident.Hash == had.Hash || SamePerson(*in.Resident, *had.Resident) {
		return nil, false
	}
	var r Reject
	if in.Source != nil {
		r = in.Source()
	}
	r.Reasons = append(r.Reasons, Reason{
		Rule: RulePositionKey,
		Message: "Another person stands at this place of the household in the register. Give every member the line number that " +
			"they had before; a new member gets the next free number.",
		MessageHi: "रजिस्टर में परिवार के इस क्रम पर कोई और व्यक्ति दर्ज है। हर सदस्य को उसकी पहले वाली क्रम संख्या दें; नए सदस्य को अगली खाली संख्या दें।",
	})
	return &r, true
}

// Seal sets the content hash of every part of the row that has none yet.
func (r *ImportRow) Seal() error {
	seal := func(row canonicalizer, m *Meta) (err error) {
		if m.Hash == "" {
			m.Hash, err = hashRow(row)
		}
		return err
	}
	if r.Household != nil {
		if err := seal(r.Household, &r.Household.Meta); err != nil {
			return err
		}
	}
	if r.Visit != nil {
		if err := seal(r.Visit, &r.Visit.Meta); err != nil {
			return err
		}
	}
	if r.Resident != nil {
		return seal(r.Resident, &r.Resident.Meta)
	}
	return nil
}

// SamePerson reports whether two versions of one line of a listing can be the same person, judged by name, sex and birth. One of
// the three may be corrected at a time: another name, another sex, another birth. Two that differ are another person who now
// stands at that line, and so is a misspelt name together with another sex or birth, because brothers are often named alike.
// What one of the two does not tell, or tells in another script, speaks neither for nor against.
func SamePerson(a, b Resident) bool {
	doubt := nameDoubt(a, b) // in halves
	if a.Sex != "" && b.Sex != "" && a.Sex != b.Sex {
		doubt += 2
	}
	if !birthsAgree(a, b) {
		doubt += 2
	}
	return doubt < 3
}

// nameDoubt is 0 for equal names, 1 for a spelling that differs a little, 2 for another name. The script that agrees better
// counts.
func nameDoubt(a, b Resident) int {
	doubt, told := 2, false
	for _, pair := range [2][2]string{{a.FullName, b.FullName}, {a.FullNameHi, b.FullNameHi}} {
		if pair[0] != "" && pair[1] != "" {
			told = true
			doubt = min(doubt, spellingDoubt(foldName(pair[0]), foldName(pair[1])))
		}
	}
	if !told {
		return 0
	}
	return doubt
}

func spellingDoubt(a, b string) int {
	switch {
	case a == b:
		return 0
	case within(strings.Fields(a), strings.Fields(b)), within(strings.Fields(b), strings.Fields(a)):
		return 1 // Asha, Asha Devi
	}
	ra, rb := []rune(a), []rune(b)
	if distance(ra, rb) <= max(1, min(len(ra), len(rb))/4) {
		return 1
	}
	return 2
}

// foldName reduces a name to lower-case letters and marks in words of one space apart.
func foldName(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(norm.NFC.String(s)), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.Is(unicode.M, r)
	}), " ")
}

// within reports whether every word of a is one of b.
func within(a, b []string) bool {
	for _, w := range a {
		found := false
		for _, v := range b {
			found = found || v == w
		}
		if !found {
			return false
		}
	}
	return len(a) > 0
}

// distance is Levenshtein's edit distance.
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, ra := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, rb := range b {
			cost := diagonal
			if ra != rb {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}

// birthsAgree compares births as far as both tell them. An age is a year of birth give or take one.
func birthsAgree(a, b Resident) bool {
	ya, guessA := birthYear(a)
	yb, guessB := birthYear(b)
	if ya == 0 || yb == 0 {
		return true
	}
	if guessA || guessB {
		return ya-yb <= 1 && yb-ya <= 1
	}
	differ := func(x, y int) bool { return x != 0 && y != 0 && x != y }
	return ya == yb && !differ(a.BirthMonth, b.BirthMonth) && !differ(a.BirthDay, b.BirthDay)
}

func birthYear(r Resident) (year int, guess bool) {
	if r.BirthYear != 0 || r.AgeYears == nil || len(r.VisitDate) < 4 {
		return r.BirthYear, false
	}
	visit, err := strconv.Atoi(r.VisitDate[:4])
	if err != nil {
		return 0, false
	}
	return visit - *r.AgeYears, true
}
