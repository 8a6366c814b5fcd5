package importer

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sehat/importer/xlsx"
	"sehat/records"
)

// summary writes what is held back: by rule with how to mend it, and by team and enumerator, to be handed out.
func (w *rejectsBook) summary(name string) error {
	widths := []float64{36, 18, 90}
	head := xlsx.SheetHead{Name: name}
	for _, width := range widths {
		head.Columns = append(head.Columns, xlsx.Column{Width: width})
	}
	if err := w.begin(head); err != nil {
		return err
	}
	var errs []error
	line := func(style int, cells ...any) {
		row := make([]xlsx.Cell, len(cells))
		lines := 1
		for i, c := range cells {
			switch c := c.(type) {
			case int:
				row[i] = xlsx.Cell{Number: c, IsNumber: true, Style: styleWrap}
			case string:
				row[i] = xlsx.Cell{Text: c, Style: style}
				if style != styleTitle && len(cells) > 1 {
					lines = max(lines, linesOf(c, int(widths[i])-2))
				}
			}
		}
		height := float64(lines)*lineHeight + 2
		if style == styleTitle {
			height = titleHeight
		}
		errs = append(errs, w.stream.Row(height, row))
	}
	line(styleTitle, fmt.Sprintf("Rows held back: %d / रोकी गई पंक्तियाँ: %d", w.tally.rows, w.tally.rows))
	line(0, "Correct the red cells (point at one, or read the column sehat_note, to see how), save, and import this file. Do not change the column sehat_row.")
	line(0, "लाल खाने ठीक करें (तरीका जानने के लिए खाने पर माउस रखें या sehat_note कॉलम पढ़ें), सहेजें और यही फ़ाइल इम्पोर्ट करें। sehat_row कॉलम न बदलें।")
	line(0, "Rows may be sorted, filtered and deleted, columns moved. Save as an Excel workbook (.xlsx). For one team alone: sehat import held --team TEAM --rejects TEAM.xlsx")
	line(0, "पंक्तियाँ क्रम में लगा, छाँट और मिटा सकते हैं, कॉलम खिसका सकते हैं। एक्सेल फ़ाइल (.xlsx) के रूप में सहेजें।")
	line(0, "A row that is deleted here is still held back. What nobody can correct is given up with: sehat import held --file FILE --rule RULE --discard")
	if w.folded {
		line(0, "Columns that answer no question are folded away: press + above the letters to see them. / जो कॉलम किसी सवाल के जवाब नहीं हैं वे बंद हैं: देखने के लिए ऊपर + दबाएँ।")
	}
	if w.left > 0 {
		line(styleGroup, fmt.Sprintf("A sheet has no room for %d more rows: import this file first, then write the rest with: sehat import held --rejects REST.xlsx", w.left))
	}
	line(0)
	line(styleHeader, "Rule / नियम", "Rows / पंक्तियाँ", "How to mend it / कैसे ठीक करें")
	for _, t := range w.tally.rules() {
		line(styleWrap, t.Rule, t.Rows, w.tally.howToMend(t.Rule))
	}
	line(0)
	line(styleHeader, "Team, enumerator / टीम, सर्वे कर्मी", "Rows / पंक्तियाँ", "What is wrong / क्या ग़लत है")
	for _, t := range w.tally.byTeam() {
		line(styleGroup, escape(orNotTold(t.name)), t.rows, t.faults())
		for _, e := range t.enumerators {
			line(styleWrap, escape(orNotTold(e.name)), e.rows, e.faults())
		}
	}
	errs = append(errs, w.stream.Close(xlsx.SheetTail{}))
	return errors.Join(errs...)
}

func orNotTold(name string) string {
	if name == "" {
		return "(not told / नहीं लिखा)"
	}
	return name
}

// A faulty is a team or an enumerator with rows that are held back.
type faulty struct {
	name        string
	rows        int
	rules       map[string]int
	enumerators []*faulty // of a team
}

// faults is "birth_after_visit 12, phone_invalid 5".
func (f *faulty) faults() string {
	var list []string
	for _, t := range sorted(f.rules) {
		list = append(list, fmt.Sprintf("%s %d", t.Rule, t.Rows))
	}
	return strings.Join(list, ", ")
}

// byTeam lists the teams and their enumerators, those with the most rows first.
func (t *tally) byTeam() []*faulty {
	teams := map[string]*faulty{}
	for who, f := range t.people {
		team := teams[who.team]
		if team == nil {
			team = &faulty{name: who.team, rules: map[string]int{}}
			teams[who.team] = team
		}
		team.rows += f.rows
		for rule, n := range f.rules {
			team.rules[rule] += n
		}
		team.enumerators = append(team.enumerators, f)
	}
	order := func(a, b *faulty) int { return cmp.Or(b.rows-a.rows, strings.Compare(a.name, b.name)) }
	for _, team := range teams {
		slices.SortFunc(team.enumerators, order)
	}
	return slices.SortedFunc(maps.Values(teams), order)
}

// A tally counts rejects.
type tally struct {
	rows                              int
	byRule, teams, enumerators, files map[string]int
	people                            map[person]*faulty         // by team and enumerator
	messages                          map[string]map[message]int // by rule
	columns                           map[string]map[string]bool // that reasons name, by sheet
}

func newTally() *tally {
	return &tally{
		byRule: map[string]int{}, teams: map[string]int{}, enumerators: map[string]int{}, files: map[string]int{}, people: map[person]*faulty{},
		messages: map[string]map[message]int{}, columns: map[string]map[string]bool{},
	}
}

func (t *tally) add(r records.Reject) {
	t.rows++
	t.files[r.File]++
	columns := t.columns[r.Sheet]
	if columns == nil {
		columns = map[string]bool{}
		t.columns[r.Sheet] = columns
	}
	t.teams[r.TeamID]++
	t.enumerators[r.Enumerator]++
	who := person{team: r.TeamID, enumerator: r.Enumerator}
	f := t.people[who]
	if f == nil {
		f = &faulty{name: r.Enumerator, rules: map[string]int{}}
		t.people[who] = f
	}
	f.rows++
	told := map[string]bool{}
	for _, reason := range r.Reasons {
		columns[reason.Column] = true
		if !told[reason.Rule] {
			told[reason.Rule] = true
			f.rules[reason.Rule]++
			t.byRule[reason.Rule]++
		}
		m := t.messages[reason.Rule]
		if m == nil {
			m = map[message]int{}
			t.messages[reason.Rule] = m
		}
		m[message{reason.Message, reason.MessageHi}]++
	}
}

// A message says how to mend a cell, in English and Hindi.
type message struct{ en, hi string }

// howToMend is what is said to those who break a rule: the three commonest messages, where it is not always the same.
func (t *tally) howToMend(rule string) string {
	list := slices.Collect(maps.Keys(t.messages[rule]))
	count := t.messages[rule]
	slices.SortFunc(list, func(a, b message) int { return cmp.Or(count[b]-count[a], strings.Compare(a.en, b.en)) })
	var texts []string
	for i, m := range list {
		if i == 3 {
			texts = append(texts, "…")
			break
		}
		text := m.en + "\n" + m.hi
		if len(list) > 1 {
			text = fmt.Sprintf("%d × %s\n%s", count[m], m.en, m.hi)
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, "\n")
}

func (t *tally) rules() []Tally { return sorted(t.byRule) }

// sorted lists counts, the largest first.
func sorted(count map[string]int) []Tally {
	list := make([]Tally, 0, len(count))
	for name, n := range count {
		list = append(list, Tally{name, n})
	}
	slices.SortFunc(list, func(a, b Tally) int { return cmp.Or(b.Rows-a.Rows, strings.Compare(a.Rule, b.Rule)) })
	return list
}
