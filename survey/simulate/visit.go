package simulate

import (
	"fmt"
	"slices"
	"strconv"

	"sehat/survey"
)

// A columns finds a field's place in the answers of a level. A field that the questionnaire does not have is not answered.
type columns map[string]int

func columnsOf(l survey.Level) columns {
	c := columns{}
	for i, f := range survey.Fields(l) {
		c[f.Name] = i
	}
	return c
}

func (c columns) set(a survey.Answers, field, value string) {
	if i, ok := c[field]; ok {
		a[i] = value
	}
}

func (c columns) get(a survey.Answers, field string) string {
	if i, ok := c[field]; ok {
		return a[i]
	}
	return ""
}

// A visitor writes down one listing.
type visitor struct {
	*world
	l     listing
	f     *family
	home  home
	h     habit
	s     *stream
	hand  hand
	date  survey.Date
	paper paper
	head  int
	lines []int // who is listed, in order: places in the family
	out   *Household
}

// visit makes the rows of one listing, always the same ones.
func (w *world) visit(l listing) Household {
	f := w.family(l.unit)
	if l.nth == 0 {
		w.takeIn(f)
	}
	v := visitor{world: w, l: l, f: f, home: f.home, head: f.head, paper: w.paperOf(l.crew)}
	v.s = newStream(w.seed, forVisit, uint64(l.unit), uint64(l.nth))
	v.date, v.h = w.shift(l)
	v.hand = hand{&v.h, w.people, v.s, v.s.chance(v.h.shows), w.rates.Typing}
	out := Household{Ward: l.crew.ward.code, Team: l.crew.team, Key: v.paper.key(l.seq)}
	v.out = &out
	out.unit, out.nth = l.unit, l.nth
	v.again()
	v.household()
	if met(v.outcome()) {
		v.members()
	}
	v.spoil()
	w.identify(v.out)
	return out
}

// shift is the day of a listing and who made it: a crew walks its list in order, some households a day, no Sundays.
func (w *world) shift(l listing) (survey.Date, habit) {
	s := newStream(w.seed, forTeam, uint64(l.crew.index))
	enumerators := s.between(2, 4)
	daily := max(enumerators*s.between(6, 11), l.crew.rows()/(w.days*6/7)+1)
	working := l.seq / daily
	d := plusDays(w.start, s.intn(3)+working+working/6)
	if toDays(d)%7 == sunday {
		d = plusDays(d, 1)
	}
	return d, w.habit(l.crew, l.seq%daily*enumerators/daily)
}

const sunday = 4 // of toDays, counted from Wednesday, 1 March of year 0

// paper is how a crew numbers its forms.
type paper struct {
	keys    int
	members int
	crew    *crew
}

func (w *world) paperOf(c *crew) paper {
	s := newStream(w.seed, forTeam, uint64(c.index), 1)
	return paper{s.intn(4), s.intn(3), c}
}

func (p paper) key(seq int) string {
	switch p.keys {
	case 0:
		return fmt.Sprintf("H%04d", seq+1)
	case 1:
		return fmt.Sprintf("%05d", seq+1)
	case 2:
		return fmt.Sprintf("%s/%d/%d", p.crew.ward.code, p.crew.no, seq+1)
	}
	return fmt.Sprintf("F-%d", seq+1)
}

// memberKey is empty where the crew writes on paper.
func (p paper) memberKey(household string, line int) string {
	switch p.members {
	case 0:
		return ""
	case 1:
		return household + "-" + strconv.Itoa(line)
	}
	s := newStream(0, forMember, uint64(p.crew.index), hash(household), uint64(line))
	return fmt.Sprintf("m-%08x", uint32(s.next()))
}

func hash(text string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * 1099511628211
	}
	return h
}

// again changes what differs when a household is listed once more: who answers, who is forgotten, where it lives.
func (v *visitor) again() {
	if v.l.nth == 0 {
		return
	}
	if v.l.moved {
		c := v.l.crew
		ln := v.lane(c, max(0, v.l.seq-1)/laneLength)
		v.home = v.homeOf(v.s, ln, v.s.intn(laneLength))
		if v.s.chance(0.2) {
			v.f.mobile = mobile(v.s)
		}
	}
	if other := v.f.people[v.head].spouse; other >= 0 && !v.f.people[other].away && v.s.chance(0.12) {
		v.head = other
	} else if v.s.chance(0.06) {
		for i := range v.f.people {
			if m := &v.f.people[i]; !m.away && m.standing == kin && m.age(v.start) >= 25 {
				v.head = i
				break
			}
		}
	}
}

func (v *visitor) outcome() string {
	if v.l.nth > 0 || v.relisted(v.l.unit) || v.trapped() {
		return "complete"
	}
	s := newStream(v.seed, forVisit, uint64(v.l.unit), 99)
	return [...]string{"complete", "partial", "locked", "refused", "vacant", "not_found", "revisit"}[s.weighted(88, 2, 4.5, 2, 2, 0.5, 1)]
}

// trapped reports whether a guest of or from the household is part of the truth.
func (v *visitor) trapped() bool {
	_, absent := v.plan.absent[v.l.unit]
	_, host := v.plan.guests[v.l.unit]
	return absent || host
}

func (w *world) relisted(unit int) bool { return len(w.plan.relisted[unit]) > 0 }

func met(outcome string) bool { return outcome == "complete" || outcome == "partial" }

// household writes the household's row.
func (v *visitor) household() {
	a := make(survey.Answers, len(v.householdColumns))
	set := func(field, value string) { v.householdColumns.set(a, field, value) }
	s, ln := v.s, v.home.lane
	set("survey_code", v.survey)
	set("household_id", v.out.Key)
	set("ward_code", v.out.Ward)
	set("team_id", v.out.Team)
	set("enumerator_id", v.h.id)
	set("block_no", fmt.Sprintf("EB-%03d", ln.eb))
	if !s.chance(0.03) {
		set("house_no", v.home.houseNo(s, v.h.address))
	}
	set("address_line", v.home.address(s, v.h.address))
	set("locality", v.home.localityName(s, v.h.spell))
	if !s.chance(0.06) {
		set("pin_code", ln.pin)
	}
	if s.chance(0.86) {
		set("latitude", strconv.FormatFloat(v.home.lat+(s.float()-0.5)*0.0001, 'f', 6, 64))
		set("longitude", strconv.FormatFloat(v.home.lon+(s.float()-0.5)*0.0001, 'f', 6, 64))
		set("gps_accuracy", strconv.Itoa(s.between(3, 24)))
	}
	set("visit_date", dayText(v.date, v.h.address))
	outcome := v.outcome()
	set("visit_outcome", outcome)
	set("visit_no", [...]string{"1", "2", "3"}[s.weighted(88, 10, 2)])
	if outcome == "refused" && s.chance(0.8) {
		set("consent", "no")
	}
	if met(outcome) {
		set("consent", "yes")
		set("consent_language", v.language())
		set("notice_version", "N2")
		v.contact(set)
	}
	v.out.Answers = a
}

func dayText(d survey.Date, way int) string {
	switch way % 10 {
	case 0:
		return fmt.Sprintf("%02d/%02d/%d", d.Day, d.Month, d.Year)
	case 1:
		return d.String()
	}
	return fmt.Sprintf("%02d-%02d-%d", d.Day, d.Month, d.Year)
}

func (v *visitor) language() string {
	own := map[culture]string{muslim: "ur", sikh: "pa", punjabi: "pa", bengali: "bn", south: "ta"}[v.f.custom.culture]
	switch {
	case own != "" && v.s.chance(0.18):
		return own
	case v.s.chance(0.07):
		return "en"
	}
	return "hi"
}

// contact writes the household's phone: its own, the shop's where it has none, or one that was made up to fill the column.
func (v *visitor) contact(set func(field, value string)) {
	phone := v.f.mobile
	if v.l.nth > 0 && v.s.chance(0.3) { // someone else answered
		for _, i := range v.s.order(len(v.f.people)) {
			if m := &v.f.people[i]; !m.away && m.mobile != "" {
				phone = m.mobile
				break
			}
		}
	}
	switch {
	case v.s.chance(v.rates.DummyPhones):
		v.out.flag("contact_mobile", "phone_dummy", survey.Warning, "dummy phone")
		set("contact_mobile", pick(v.s, dummyPhones))
	case phone != "" && v.s.chance(0.96):
		set("contact_mobile", v.phone(phone))
	case v.s.chance(0.45):
		set("contact_mobile", v.phone(v.home.lane.shop))
	case v.s.chance(0.3):
		set("contact_mobile", pick(v.s, []string{"unknown", "NA", "पता नहीं"}))
	}
}

var dummyPhones = []string{"9999999999", "9999999999", "1234567890", "9876543210", "0000000000", "8888888888", "9898989898"}

// phone writes a number in the enumerator's way, now and then with a digit wrong.
func (v *visitor) phone(n string) string {
	if v.s.chance(0.25 * v.h.slips) {
		i := v.s.between(1, 9)
		n = n[:i] + v.s.digits(1) + n[i+1:]
	}
	switch v.h.phone {
	case 1:
		return "+91 " + n[:5] + " " + n[5:]
	case 2:
		return "0" + n
	case 3:
		return n[:5] + "-" + n[5:]
	case 4:
		return "91" + n
	case 5:
		return n[:5] + " " + n[5:]
	}
	return n
}

// order is a random order of n things.
func (s *stream) order(n int) []int {
	o := make([]int, n)
	for i := range o {
		o[i] = i
	}
	for i := n - 1; i > 0; i-- {
		j := s.intn(i + 1)
		o[i], o[j] = o[j], o[i]
	}
	return o
}

// flag notes what is wrong with the household's row.
func (h *Household) flag(field, rule string, severity survey.Severity, kind string) {
	h.Bad = append(h.Bad, Bad{field, rule, severity, kind})
}

func (m *Member) flag(field, rule string, severity survey.Severity, kind string) {
	m.Bad = append(m.Bad, Bad{field, rule, severity, kind})
}

// identify gives the rows the ids by which the registry will know them. A row without a usable key has none.
func (w *world) identify(h *Household) {
	if slices.ContainsFunc(h.Bad, func(b Bad) bool { return b.Rule == survey.RuleAadhaarInKey || b.Field == "ward_code" }) {
		return
	}
	src := survey.Source{Profile: Profile, Survey: w.survey}
	h.ID = survey.HouseholdID(src, h.Ward, h.Team, h.Key)
	for i := range h.Members {
		m := &h.Members[i]
		if m.HouseholdKey != h.Key || slices.ContainsFunc(m.Bad, func(b Bad) bool { return b.Rule == survey.RuleAadhaarInKey }) {
			continue
		}
		key := m.Key
		if key == "" {
			key = strconv.Itoa(m.Line)
		}
		m.ID = survey.MemberID(src, h.Ward, h.Team, h.Key, key)
	}
}
