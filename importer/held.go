package importer

import (
	"context"
	"encoding/json"
	"hash/fnv"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"sehat/records"
	"sehat/survey"
)

// A person is whom a row is about, as far as its reject names it: keys, never a name.
type person struct{ key, team, enumerator string }

// Rules that only the importer can see broken; those of single cells are survey's.
const (
	ruleHouseholdHeld     = "household_held"
	ruleHouseholdRepeated = "household_repeated"
	ruleMemberRepeated    = "member_repeated"
)

var heldFinding = survey.Finding{
	Field: survey.LinkField, Rule: ruleHouseholdHeld, Severity: survey.Error,
	Message:   "The row of its household is held back. Mend that row first; this one may be right as it is.",
	MessageHi: "इसके परिवार की पंक्ति रोकी गई है। पहले वह पंक्ति ठीक करें; यह पंक्ति सही हो सकती है।",
}

var noKeyFinding = survey.Finding{
	Field: survey.LinkField, Rule: "no_household", Severity: survey.Error,
	Message:   "The ID of the household is missing. Write it beside each member; of cells that are joined only the first holds it.",
	MessageHi: "परिवार आईडी नहीं लिखी है। हर सदस्य के साथ लिखें; जोड़े गए (merged) खानों में यह सिर्फ़ पहले खाने में रहती है।",
}

var aadhaarKey = survey.Finding{
	Field: survey.LinkField, Rule: survey.RuleAadhaarInKey, Severity: survey.Error,
	Message:   "An Aadhaar number must not be used as an ID. Write the form number or another number of your own.",
	MessageHi: "आधार नंबर को आईडी न बनाएँ। फ़ॉर्म नंबर या अपना कोई और नंबर लिखें।",
}

// repeated is the finding of a row that contradicts an earlier one of the same file.
func repeated(field, rule string) survey.Finding {
	f := survey.Finding{Field: field, Rule: rule, Severity: survey.Error}
	if rule == ruleHouseholdRepeated {
		f.Message = "This household stands in the file already, with other answers for the same visit. Keep the right row and delete the other; for a second visit write visit number 2."
		f.MessageHi = "यह परिवार इसी फ़ाइल में पहले से है, उसी दौरे के अलग जवाबों के साथ। सही पंक्ति रखें और दूसरी मिटा दें; दूसरा दौरा हो तो दौरा नंबर 2 लिखें।"
		return f
	}
	f.Message = "Another row of this file has the same household and the same line number or member ID, with other answers. Give each member a number of its own, or delete the row that is wrong."
	f.MessageHi = "इस फ़ाइल की किसी और पंक्ति में यही परिवार और यही क्रम संख्या या सदस्य आईडी है, पर जवाब अलग हैं। हर सदस्य को अपना नंबर दें, या गलत पंक्ति मिटा दें।"
	return f
}

// held makes a row that is held back for what was found. The id is that of the row's keys, or "" where they cannot name it.
func (r *run) held(l *line, fs []survey.Finding, id string, who person) records.ImportRow {
	reject := records.Reject{File: r.file, Sheet: l.t.sheet, Row: l.n, Key: who.key, TeamID: who.team, Enumerator: who.enumerator}
	secret, bareKey := false, false
	for _, f := range fs {
		if f.Severity != survey.Error {
			continue
		}
		secret = secret || f.Rule == survey.RuleNoConsent
		bareKey = bareKey || f.Rule == survey.RuleAadhaarInKey
		reason := records.Reason{Column: l.t.columnFor(f.Field), Rule: f.Rule, Message: f.Message, MessageHi: f.MessageHi}
		if !slices.Contains(reject.Reasons, reason) {
			reject.Reasons = append(reject.Reasons, reason)
		}
	}
	if bareKey {
		id, reject.Key = "", ""
	}
	if !secret || l.t.kind == householdTable {
		reject.Cells = l.cellsJSON(secret)
	}
	if l.own != "" {
		id = l.own
	}
	if id == "" || r.heldIDs[id] { // another bad row has the same keys
		id = r.contentID(l, reject.Cells)
	}
	reject.Cells = l.withBeside(reject.Cells)
	r.heldIDs[id] = true
	reject.ID = id
	return records.ImportRow{Reject: &reject}
}

// heldVersion says which version of whom a row is, where the source tells its edits: of a member, or without one of the household.
func (r *run) heldVersion(surveyCode, ward, team, household, member, rev string) records.RejectOf {
	if household == "" || !strings.Contains(rev, " ") {
		return records.RejectOf{}
	}
	src := r.source(surveyCode)
	of := records.RejectOf{HouseholdID: survey.HouseholdID(src, ward, team, household), SourceRev: rev}
	if member != "" {
		of.ResidentID = survey.MemberID(src, ward, team, household, member)
	}
	return of
}

// later makes the reject of a row that turns out in the store to be somebody else's. The row must not be read over by then.
func (r *run) later(l *line, id string, who person) func() records.Reject {
	return func() records.Reject {
		return *r.held(l, nil, id, who).Reject
	}
}

// columnFor names the column in which a field is mended: the source's header, the link to the household for what stands in
// the household's row, and the field's own name where the source has no such column.
func (t *binding) columnFor(field string) string {
	if col := t.columnOf(field); col >= 0 {
		return t.header[col]
	}
	if l, _, ok := fieldNamed(field); ok && l == survey.Household && t.kind == memberTable {
		return t.header[t.link]
	}
	return field
}

// rejectID is the id of a row in quarantine by its own keys, or "" if it has none. Parts are what else tells it from others.
func (r *run) rejectID(l *line, kind, household, member string, parts ...string) string {
	household, member = linkKey(household), strings.TrimSpace(member)
	if household == "" || member == "" && (l.t.kind == memberTable || l.t.kind == flatTable && l.hasMember()) {
		return ""
	}
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return records.RejectID(append([]string{kind, r.plan.profile, household, member}, parts...)...)
}

// contentID is the id of a row that has no keys of its own, or shares them with another row: by what stands in its cells, and
// the how manieth of its kind it is. A row without consent is known by its place in this very file only.
func (r *run) contentID(l *line, cells []byte) string {
	if cells == nil {
		return records.RejectID("place", r.hash, l.t.sheet, strconv.Itoa(l.n))
	}
	text := string(cells)
	r.copies[text]++
	return records.RejectID("cells", r.plan.profile, l.t.sheet, text, strconv.Itoa(r.copies[text]))
}

// ownID is the id that a rejects workbook wrote beside the row. A second row with the same one was copied by hand.
func (r *run) ownID(l *line) string {
	if l.t.rowID < 0 {
		return ""
	}
	id := strings.TrimSpace(cell(l.cells, l.t.rowID))
	if _, err := uuid.Parse(id); err != nil || len(id) != 36 || r.rowIDs[id] {
		return ""
	}
	r.rowIDs[id] = true
	return id
}

// prior is a row that an earlier import of a file of this name held back.
type prior struct {
	id    string
	cells []uint32 // what stood in each, as a hash; 0: nothing
}

// maxPrior is how many cells of earlier imports are kept in mind.
const maxPrior = 1_000_000

// readPrior reads what earlier imports of a file of this name hold back, by place, as far as there is room.
func (r *run) readPrior(ctx context.Context) error {
	r.prior = map[place]prior{}
	widths := map[string]int{}
	for _, t := range r.plan.tables {
		widths[t.sheet] = len(t.header)
	}
	left := maxPrior
	for reject, err := range r.Store.RejectsOf(ctx, r.file) {
		if err != nil {
			return err
		}
		var cells []string
		if err := json.Unmarshal(reject.Cells, &cells); err == nil && len(cells) > 0 {
			cells = cells[:min(len(cells), widths[reject.Sheet])]
			if left -= len(cells); left < 0 {
				return nil
			}
			r.prior[place{reject.Sheet, reject.Row}] = prior{reject.ID, cellHashes(cells)}
		}
	}
	return nil
}

// closes lists the ids under which a good row may be in quarantine: by its keys, by what a rejects workbook wrote beside it,
// and by its place in the file, where most of its cells are those that were held back there. What this very file holds back
// stays held back.
func (r *run) closes(l *line, id string) []string {
	var ids []string
	add := func(id string) {
		if id != "" && !r.heldIDs[id] && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	add(id)
	add(l.own)
	if p, ok := r.prior[place{l.t.sheet, l.n}]; ok && alike(p.cells, cellHashes(l.under())) {
		add(p.id)
	}
	return ids
}

// cellHashes returns the hashes of cells: there may be many rows, and they are only compared.
func cellHashes(cells []string) []uint32 {
	to := make([]uint32, 0, len(cells))
	for i := range cells {
		text := cell(cells, i)
		if text == "" {
			to = append(to, 0)
			continue
		}
		h := fnv.New32a()
		io.WriteString(h, text) //nolint:errcheck // a hash takes everything
		to = append(to, max(h.Sum32(), 1))
	}
	return to
}

// alike reports whether at least half of the cells that hold something are equal.
func alike(a, b []uint32) bool {
	told, equal := 0, 0
	for i := range max(len(a), len(b)) {
		var x, y uint32
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if x == 0 && y == 0 {
			continue
		}
		told++
		if x == y {
			equal++
		}
	}
	return told > 0 && equal*2 >= told
}

// cellsJSON is what a row holds, with Aadhaar numbers masked and keys that are one blanked. Of a household without consent only what says
// where it is and what came of the visit is kept.
func (l *line) cellsJSON(secret bool) []byte {
	cells := l.under()
	out := make([]string, len(cells))
	for i, text := range cells {
		var f *survey.Field
		if i < len(l.t.owner) && l.t.owner[i].place >= 0 {
			f = &fieldsOf[l.t.owner[i].level][l.t.owner[i].place]
		}
		if secret && (f == nil || f.Type == survey.Phone) && i != l.t.key && i != l.t.link {
			continue
		}
		out[i] = maskCell(f, text, i == l.t.key || i == l.t.link)
	}
	b, err := records.Canonical(out)
	if err != nil {
		return []byte("[]") // strings always encode
	}
	return b
}

// under are the cells that stand under a header: no other can be shown again.
func (l *line) under() []string { return l.cells[:min(len(l.cells), len(l.t.header))] }

// maskCell masks a cell of a field, or of none. A key that is an Aadhaar number is blanked.
func maskCell(f *survey.Field, text string, key bool) string {
	if len(text) < 12 {
		return text
	}
	masked, found := text, 0
	if f != nil {
		masked, found = f.Mask(text)
		key = key || f.Type == survey.Key
	} else {
		masked, found = survey.MaskAadhaar(text)
	}
	if found > 0 && key {
		return ""
	}
	return masked
}

// sortable rewrites a source's revision so that the later one sorts after the earlier: numbers are padded with noughts, the dates of
// a spreadsheet are numbers, and times as text already sort.
func sortable(text string) string {
	text = strings.TrimSpace(text)
	if name := strings.TrimPrefix(text, "uuid:"); len(name) == 36 {
		if id, err := uuid.Parse(name); err == nil {
			return "=" + id.String() // a name, which tells versions apart and does not order them
		}
	}
	whole, fraction, _ := strings.Cut(text, ".")
	if _, err := strconv.ParseUint(whole, 10, 64); err != nil || len(whole) > 20 {
		return text
	}
	padded := strings.Repeat("0", 20-len(whole)) + whole
	if fraction == "" {
		return padded
	}
	return padded + "." + fraction
}
