package importer

import (
	"context"
	"encoding/base32"
	"encoding/json"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"sehat/records"
	"sehat/survey"
)

// Where members find their household by a number that means nothing outside their file, a workbook of rows that are held back of several
// files joins them by a column of its own: the household in the register, or the row of the household in the same workbook.
const householdHeader = "sehat_household"

// countedPrefix stands before the name of a field whose answer is the place of a row in its file: in a workbook of some rows it is
// written out.
const countedPrefix = "sehat_"

// counted lists the fields of a table that are counted.
func (t *binding) counted() []string {
	var names []string
	for place, is := range t.count {
		if is {
			names = append(names, fieldsOf[survey.Member][place].Name)
		}
	}
	return names
}

// beside is what is kept with the cells of a row that is held back, behind them: its place where it is counted, and the code of its
// household in the register.
func (l *line) beside() []string {
	n := len(l.t.counted())
	if n == 0 && l.household == "" {
		return nil
	}
	out := make([]string, n, n+1)
	for i := range out {
		if l.place > 0 {
			out[i] = strconv.Itoa(l.place)
		}
	}
	return append(out, householdCode(l.household))
}

// withBeside adds what is kept beside the cells of a row to them.
func (l *line) withBeside(cells []byte) []byte {
	beside := l.beside()
	var list []string
	if beside == nil || cells == nil || json.Unmarshal(cells, &list) != nil {
		return cells
	}
	list = append(list[:min(len(list), len(l.t.header))], make([]string, max(0, len(l.t.header)-len(list)))...)
	b, err := records.Canonical(append(list, beside...))
	if err != nil {
		return cells
	}
	return b
}

// A code of 26 letters and digits has no twelve digits in a row, as an id may have: they would pass for an Aadhaar number.
var codes = base32.StdEncoding.WithPadding(base32.NoPadding)

// householdCode is a household's id as a workbook names it; empty for none.
func householdCode(id string) string {
	u, err := uuid.Parse(id)
	if err != nil {
		return ""
	}
	return strings.ToLower(codes.EncodeToString(u[:]))
}

// householdOf is the id behind a code, or "".
func householdOf(code string) string {
	b, err := codes.DecodeString(strings.ToUpper(code))
	if err != nil || len(b) != len(uuid.UUID{}) {
		return ""
	}
	return uuid.UUID(b).String()
}

// isJoined reports whether members find their household by the column of our own.
func (m *Mapping) isJoined() bool {
	return m != nil && m.Members != nil && m.Members.Link != nil && m.Members.Link.Column == householdHeader
}

// linksByKey reports whether members name their household by its own key.
func (m *Mapping) linksByKey() bool {
	return m.Households != nil && m.Households.Fields[survey.LinkField].Column == m.Members.Link.Household
}

// isPositional reports whether members find their household by something that is neither its own key nor its submission's.
func (p *plan) isPositional() bool {
	return p.mapping.hasLink() && !p.submissions && !p.mapping.linksByKey()
}

// registered is the id of a household in the register, where a workbook of held rows joins members to it; "" if its own row is held back.
func (r *run) registered(h *house) string {
	if h == nil || h.held || !r.plan.mapping.hasLink() {
		return ""
	}
	return survey.HouseholdID(r.source(r.houses.text(h.survey)), r.houses.text(h.ward), r.houses.text(h.team), r.houses.spans.text(h.key))
}

// A joiner joins the rows of several files in one workbook.
type joiner struct {
	households map[string]bool // rows of households in the workbook, as members name them
}

// join makes a workbook one whose members find their household by the column of our own.
func (w *rejectsBook) join() {
	w.mapping.Members.Link = &Link{householdHeader, householdHeader}
	w.joiner = &joiner{households: map[string]bool{}}
}

// learn notes the households among the rows.
func (j *joiner) learn(tables []*binding, rows iter.Seq2[records.HeldRow, error]) error {
	i := slices.IndexFunc(tables, func(t *binding) bool { return t.kind == householdTable })
	if i < 0 {
		return nil
	}
	for h, err := range rows {
		if err != nil {
			return err
		}
		if h.Sheet == tables[i].sheet {
			j.households[j.link(tables[i], h)] = true
		}
	}
	return nil
}

// has reports whether a row can be read again in this workbook.
func (j *joiner) has(t *binding, h records.HeldRow) bool {
	if t.kind != memberTable {
		return true
	}
	link := j.link(t, h)
	return j.households[link] || householdOf(link) != ""
}

// link is what stands in the column of our own: beside a household what its members name it by, beside a member its household. It is
// empty for a member whose household is neither in the register nor in the workbook.
func (j *joiner) link(t *binding, h records.HeldRow) string {
	var cells []string
	if json.Unmarshal(h.Cells, &cells) != nil {
		cells = t.bare(&h.Reject)
	}
	col := t.key
	if t.kind == memberTable {
		col = t.link
		if at := len(t.header) + len(t.counted()); at < len(cells) && cells[at] != "" {
			return cells[at]
		}
	}
	key := linkKey(cell(cells, col))
	if key == "" || col < len(t.header) && strings.TrimSpace(t.header[col]) == householdHeader {
		return key // it was joined before
	}
	file := householdCode(h.Import)
	return file[:min(len(file), 8)] + ":" + key
}

// hasLink reports whether a mapping joins members to households by a column that is not the household's own key.
func (m *Mapping) hasLink() bool { return m != nil && m.Members != nil && m.Members.Link != nil }

// knownHouses finds households in the store, by the keys under which members ask for them.
func (r *run) knownHouses(ctx context.Context, keys []string) (map[string]records.KnownHousehold, error) {
	known := map[string]records.KnownHousehold{}
	if r.plan.mapping.isJoined() {
		code := map[string]string{}
		for _, key := range keys {
			if id := householdOf(key); id != "" {
				code[id] = key
			}
		}
		found, err := r.Store.HouseholdsByID(ctx, slices.Sorted(maps.Keys(code)))
		for _, k := range found {
			known[code[k.ID]] = k
		}
		return known, err
	}
	found, err := r.Store.HouseholdsByKey(ctx, r.plan.profile, r.plan.survey, keys)
	several := map[string]bool{}
	for _, k := range found {
		if _, there := known[k.Key]; there {
			several[k.Key] = true // whose member it is cannot be told
		}
		known[k.Key] = k
	}
	maps.DeleteFunc(known, func(key string, _ records.KnownHousehold) bool { return several[key] })
	return known, err
}
