package importer

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"sehat/records"
	"sehat/survey"
)

// household takes a row of a sheet of households.
func (r *run) household(l *line) (records.ImportRow, notes) {
	a := r.read(l, survey.Household)
	h, fs := r.checker.Household(a)
	n := notes{masked: h.Masked + l.unseen()}
	n.count(fs)
	link := linkKey(cell(l.cells, l.t.key))
	if l.t.key < 0 {
		link = strings.Join([]string{h.SurveyCode, h.WardCode, h.TeamID, h.Key}, "\x00")
	}
	id := r.rejectID(l, "household", a[placeKey], "", h.SurveyCode, a[placeWard], h.TeamID, a[placeVisit])
	if r.plan.submissions {
		id = r.rejectID(l, "household", link, "")
	}
	who := person{key: h.Key, team: h.TeamID, enumerator: h.Visit.EnumeratorID}
	rev := r.sourceRev(l, h.Visit.No)
	if f, not := l.refused(); not {
		if known := r.houses.find(link); known == nil || known.held {
			r.houses.add(link, r.houses.of(&h, rev, 0, true))
		}
		return r.refuse(l, f, id, who, h.Consent == "yes"), n
	}
	if survey.HasError(fs) {
		if known := r.houses.find(link); known == nil || known.held {
			r.houses.add(link, r.houses.of(&h, rev, 0, true))
		}
		in := r.held(l, fs, id, who)
		in.Of = r.heldVersion(h.SurveyCode, h.WardCode, h.TeamID, h.Key, "", rev)
		return in, n
	}
	if h.Consent == "yes" {
		h.Other = l.keep(h.Other)
		r.agreed = true
	}
	in, print := r.householdRow(&h, rev)
	next := r.houses.of(&h, rev, print, false)
	if r.surveyedTwice(l, link, &h, next) {
		r.houses.add(link, r.houses.of(&h, rev, 0, true))
		return r.held(l, []survey.Finding{repeated(survey.LinkField, ruleHouseholdRepeated)}, "", who), n
	}
	if known := r.houses.find(link); known == nil || known.held {
		r.houses.add(link, next)
	} else if r.houses.clash(link, next) {
		return r.held(l, []survey.Finding{repeated(survey.LinkField, ruleHouseholdRepeated)}, "", who), n
	}
	in.Closes = r.closes(l, id)
	return in, n
}

// surveyedTwice reports whether another submission of the same file tells otherwise about the same visit to the same household. It matters
// where members find their household by the submission's id, not by the household's.
func (r *run) surveyedTwice(l *line, link string, h *survey.HouseholdRow, next house) bool {
	if !r.plan.submissions || linkKey(h.Key) == link {
		return false
	}
	key := strings.Join([]string{h.SurveyCode, h.WardCode, h.TeamID, h.Key, strconv.Itoa(h.Visit.No)}, "\x00")
	first, there := r.visits[key]
	if !there {
		r.visits[key] = link
		return false
	}
	was := r.houses.find(first)
	return first != link && was != nil && !was.held && was.print != next.print
}

// householdRow makes the household and its visit, and the fingerprint of both.
func (r *run) householdRow(h *survey.HouseholdRow, rev string) (records.ImportRow, uint64) {
	id := survey.HouseholdID(r.source(h.SurveyCode), h.WardCode, h.TeamID, h.Key)
	in := records.ImportRow{
		Household: &records.Household{
			ID: id, Profile: r.plan.profile, SurveyCode: h.SurveyCode, WardCode: h.WardCode, TeamID: h.TeamID, Key: h.Key,
			BlockNo: h.BlockNo, HouseNo: h.HouseNo, AddressLine: h.AddressLine, Locality: h.Locality, PinCode: h.PinCode,
			Mobile: h.ContactMobile, Consent: h.Consent, Other: other(h.Other), Meta: records.Meta{SourceRev: rev},
		},
		Visit: &records.Visit{
			ID: records.VisitID(id, h.Visit.No), HouseholdID: id, No: h.Visit.No, Date: h.Visit.Date.String(), Outcome: h.Visit.Outcome,
			EnumeratorID: h.Visit.EnumeratorID, MembersTotal: membersTotal(h.Other), Meta: records.Meta{SourceRev: rev},
		},
	}
	if err := in.Seal(); err != nil {
		return in, 0 // it is sealed again, and the error told, before it is stored
	}
	return in, fingerprint(in.Household.Hash)*31 + fingerprint(in.Visit.Hash)
}

func (r *run) source(surveyCode string) survey.Source {
	return survey.Source{Profile: r.plan.profile, Survey: surveyCode}
}

// other is a row's other answers as the registry keeps them: nothing rather than an empty object.
func other(text string) []byte {
	if text == "{}" || text == "" {
		return nil
	}
	return []byte(text)
}

// membersTotal reads how many members the household said it has, out of its canonical answers.
func membersTotal(answers string) *int {
	const name = `"members_total":`
	i := strings.Index(answers, name)
	if i < 0 {
		return nil
	}
	rest := answers[i+len(name):]
	n, err := strconv.Atoi(rest[:strings.IndexAny(rest, ",}")])
	if err != nil {
		return nil
	}
	return &n
}

// fingerprint is the first 64 bits of a content hash.
func fingerprint(hash string) uint64 {
	n, err := strconv.ParseUint(hash[:16], 16, 64)
	if err != nil {
		return 0
	}
	return n
}

// findHouses looks in the store for the households of members whose household is not in the file. Keys that are positions
// mean nothing outside the file.
func (r *run) findHouses(ctx context.Context, t *binding, lines []line) error {
	if m := r.plan.mapping; m.hasLink() && !m.isJoined() && !m.linksByKey() {
		return nil
	}
	var keys []string
	asked := map[string]bool{}
	for i := range lines {
		key := linkKey(cell(lines[i].cells, t.link))
		if key != "" && !asked[key] && r.houses.find(key) == nil {
			asked[key] = true
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	found, err := r.knownHouses(ctx, keys)
	if err != nil {
		return err
	}
	for key, k := range found {
		day, err := survey.ParseDate(k.VisitDate)
		if err != nil {
			return fmt.Errorf("household %s: %w", k.ID, err)
		}
		h := survey.HouseholdRow{
			SurveyCode: k.SurveyCode, Key: k.Key, WardCode: k.WardCode, TeamID: k.TeamID, Consent: k.Consent,
			Visit: survey.Visit{Date: day, No: k.VisitNo, Outcome: k.VisitOutcome, EnumeratorID: k.EnumeratorID},
		}
		r.houses.add(key, r.houses.of(&h, fmt.Sprintf("%04d", k.VisitNo), 0, false))
	}
	return nil
}

// member takes a row of a sheet of members.
func (r *run) member(l *line) (records.ImportRow, notes) {
	link := linkKey(cell(l.cells, l.t.link))
	h := r.houses.find(link)
	a := r.read(l, survey.Member)
	if h != nil {
		h.members++
		l.place = int(h.members)
		l.t.countInto(a, l.place)
	}
	m, fs := r.checker.Member(a, r.houses.row(h))
	n := notes{masked: m.Masked + l.unseen()}
	n.count(fs)
	who := person{key: link + "/" + m.Key}
	round := r.plan.survey
	if h != nil {
		who.team, who.enumerator = r.houses.text(h.team), r.houses.text(h.enumerator)
		round = r.houses.text(h.survey)
		if h.held && h.consent {
			fs = append(fs, heldFinding)
		}
	}
	if i := slices.IndexFunc(fs, func(f survey.Finding) bool { return f.Rule == noKeyFinding.Rule }); i >= 0 && link == "" {
		fs[i] = noKeyFinding
	}
	masked, found := survey.MaskAadhaar(link)
	if found > 0 || masked != link {
		who.key = ""
		fs = append(fs, aadhaarKey)
	}
	id := ""
	switch {
	case r.plan.submissions:
		id = r.rejectID(l, "member", link, m.Key)
	case !r.plan.isPositional():
		id = r.rejectID(l, "member", link, m.Key, round, who.team)
	case h != nil: // the same number means another household in another file
		id = r.rejectID(l, "member", r.houses.spans.text(h.key), m.Key, round, who.team)
	}
	if f, not := l.refused(); not {
		l.household = r.registered(h)
		return r.refuse(l, f, id, who, h != nil && h.consent), n
	}
	if survey.HasError(fs) {
		l.household = r.registered(h)
		in := r.held(l, fs, id, who)
		if h != nil && m.Key != "" {
			rev := r.houses.spans.text(h.rev)
			if l.t.rev >= 0 {
				rev = r.sourceRev(l, int(h.visit))
			}
			in.Of = r.heldVersion(r.houses.text(h.survey), r.houses.text(h.ward), who.team, r.houses.spans.text(h.key), m.Key, rev)
		}
		return in, n
	}
	m.Other = l.keep(m.Other)
	rev := r.houses.spans.text(h.rev)
	if l.t.rev >= 0 {
		rev = r.sourceRev(l, int(h.visit))
	}
	in, clash := r.memberRow(l, h, rev, &m)
	if r.plan.mapping.hasLink() {
		l.household = in.Resident.HouseholdID
	}
	if clash {
		return r.held(l, []survey.Finding{repeated("line_no", ruleMemberRepeated)}, "", who), n
	}
	in.Source = r.later(l, id, who)
	in.Closes = r.closes(l, id)
	return in, n
}

// countInto fills in the answers that are the row's place among the members of its household.
func (t *binding) countInto(a survey.Answers, n int) {
	for i, is := range t.count {
		if is {
			a[i] = strconv.Itoa(n)
		}
	}
}

// memberRow makes the resident. Clash tells that the same member came before in the file, with other content.
func (r *run) memberRow(l *line, h *house, rev string, m *survey.MemberRow) (in records.ImportRow, clash bool) {
	src := r.source(r.houses.text(h.survey))
	ward, team := r.houses.text(h.ward), r.houses.text(h.team)
	key := r.houses.spans.text(h.key)
	id := survey.MemberID(src, ward, team, key, m.Key)
	res := &records.Resident{
		ID: id, HouseholdID: survey.HouseholdID(src, ward, team, key), Key: m.Key, LineNo: m.Line,
		FullName: m.FullName, FullNameHi: m.FullNameHi, FatherOrHusband: m.FatherOrHusband, Relation: m.Relation, Sex: m.Sex,
		BirthYear: m.Birth.Year, BirthMonth: m.Birth.Month, BirthDay: m.Birth.Day, VisitDate: h.day().String(),
		GuardianLine: m.GuardianLine, Mobile: m.Mobile, EPIC: m.EPIC, ABHA: m.ABHA, Other: other(m.Other),
		Meta: records.Meta{SourceRev: rev},
	}
	if m.Age >= 0 {
		res.AgeYears = &m.Age
	}
	in = records.ImportRow{Resident: res, PositionKey: m.Position || l.t.position}
	if err := in.Seal(); err != nil {
		return in, false // it is sealed again, and the error told, before it is stored
	}
	half, now := memberKey(id), seenAt(h.visit, fingerprint(res.Hash))
	was, there := r.members[half]
	if there && was.visit() == now.visit() && was != now {
		return in, true
	}
	if !there || was.visit() < now.visit() {
		r.members[half] = now
	}
	return in, false
}

// memberKey is half of a member's id: both halves of it, one upon the other. Two of a million members are one in it with a
// probability of 3 in 100 million, and the second of them is then held back.
func memberKey(id string) uint64 {
	u, err := uuid.Parse(id)
	if err != nil {
		return 0 // survey.MemberID makes nothing but UUIDs
	}
	return binary.BigEndian.Uint64(u[:8]) ^ binary.BigEndian.Uint64(u[8:])
}

// A flatState is the household of the flat row before: rows of one household mostly follow each other.
type flatState struct {
	cells  []string // of the household's questions
	line   *binding
	row    survey.HouseholdRow
	fs     []survey.Finding
	rev    string
	key    string // among the houses; "" if it is held back
	id     [5]string
	masked int
}

// flatRow takes a row that holds a household, its visit and, mostly, a member.
func (r *run) flatRow(l *line) (records.ImportRow, notes) {
	f := &r.flat
	n := notes{masked: l.unseen()}
	again := f.again(l)
	if !again {
		r.readFlat(l)
		n.count(f.fs)
	}
	n.masked += f.masked
	who := person{key: f.row.Key, team: f.row.TeamID, enumerator: f.row.Visit.EnumeratorID}
	fs := slices.Clone(f.fs)
	var in records.ImportRow
	var clash bool
	var print uint64
	if !survey.HasError(fs) && !again {
		in, print = r.householdRow(&f.row, f.rev)
		next := r.houses.of(&f.row, f.rev, print, false)
		f.key = strings.Join([]string{f.row.SurveyCode, f.row.WardCode, f.row.TeamID, f.row.Key}, "\x00")
		switch known := r.houses.find(f.key); {
		case known == nil:
			r.houses.add(f.key, next)
		case r.houses.clash(f.key, next):
			clash = true
		}
	}
	var m survey.MemberRow
	told := l.hasMember()
	if told {
		a := r.read(l, survey.Member)
		var mfs []survey.Finding
		if h := r.houses.find(f.key); h != nil && f.key != "" {
			h.members++
			l.place = int(h.members)
			l.t.countInto(a, l.place)
		}
		m, mfs = r.checker.Member(a, &f.row)
		n.masked += m.Masked
		n.count(mfs)
		fs = append(fs, mfs...)
		who.key += "/" + m.Key
	}
	id := r.rejectID(l, "row", f.id[3], m.Key, f.id[0], f.id[1], f.id[2], f.id[4])
	if f, not := l.refused(); not {
		if !again {
			r.flat.forget()
		}
		return r.refuse(l, f, id, who, r.flat.row.Consent == "yes"), n
	}
	m.Other = l.keep(m.Other)
	switch {
	case survey.HasError(fs):
		if !again {
			f.forget()
		}
		in := r.held(l, fs, id, who)
		if !told || m.Key != "" {
			in.Of = r.heldVersion(f.row.SurveyCode, f.row.WardCode, f.row.TeamID, f.row.Key, m.Key, f.rev)
		}
		return in, n
	case clash:
		f.forget()
		return r.held(l, []survey.Finding{repeated(survey.LinkField, ruleHouseholdRepeated)}, "", who), n
	case !told:
		if again {
			in, _ = r.householdRow(&f.row, f.rev)
		}
	default:
		return r.flatMember(l, in, &m, id, who, n)
	}
	in.Closes = r.closes(l, id)
	return in, n
}

// flatMember adds the member to a flat row. The household travels with the first good row of it.
func (r *run) flatMember(l *line, in records.ImportRow, m *survey.MemberRow, id string, who person, n notes) (records.ImportRow, notes) {
	h := *r.houses.find(r.flat.key)
	h.visit = int32(r.flat.row.Visit.No)
	d := r.flat.row.Visit.Date
	h.date = int32(d.Year*10000 + d.Month*100 + d.Day)
	one, clash := r.memberRow(l, &h, r.flat.rev, m)
	if clash {
		if in.Household != nil {
			r.flat.forget() // the next row brings the household
		}
		return r.held(l, []survey.Finding{repeated("line_no", ruleMemberRepeated)}, "", who), n
	}
	in.Resident, in.PositionKey = one.Resident, one.PositionKey
	in.Source = r.later(l, id, who)
	in.Closes = r.closes(l, id)
	return in, n
}

// again reports whether the row's household is written exactly as in the row before, and went in with it.
func (f *flatState) again(l *line) bool {
	if f.line != l.t {
		return false
	}
	i := 0
	for place := range l.t.hh {
		for _, c := range l.t.hh[place].cols {
			if f.cells[i] != cell(l.cells, c) {
				return false
			}
			i++
		}
	}
	return true
}

// forget makes the next row read its household anew.
func (f *flatState) forget() { f.line = nil }

// readFlat checks the household of a flat row and keeps it for the next ones.
func (r *run) readFlat(l *line) {
	f := &r.flat
	f.line, f.cells, f.key = l.t, f.cells[:0], ""
	for place := range l.t.hh {
		for _, c := range l.t.hh[place].cols {
			f.cells = append(f.cells, cell(l.cells, c))
		}
	}
	a := r.read(l, survey.Household)
	f.row, f.fs = r.checker.Household(a)
	f.masked, f.row.Masked = f.row.Masked, 0
	f.rev = r.sourceRev(l, f.row.Visit.No)
	f.id = [5]string{f.row.SurveyCode, a[placeWard], f.row.TeamID, a[placeKey], a[placeVisit]}
}

// hasMember reports whether a flat row holds a member: an answer to any question that is asked of members.
func (l *line) hasMember() bool {
	for place := range l.t.mb {
		for _, c := range l.t.mb[place].cols {
			if strings.TrimSpace(cell(l.cells, c)) != "" {
				return true
			}
		}
	}
	return false
}
