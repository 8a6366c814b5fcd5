package importer

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"sehat/importer/xlsx"
	"sehat/survey"
)

// answerLists are the drop-downs of a rejects workbook: for each column with few answers, those that its source takes.
type answerLists struct {
	mapping *Mapping
	areas   *survey.Areas
	today   survey.Date

	lists [][]string     // each a title and the answers
	at    map[string]int // place among lists, by what stands in one
	of    map[int]int    // column of the sheet that is being written → place among lists
	names map[int]int    // its columns of names and addresses → width
}

func (r *run) newAnswerLists() *answerLists {
	return &answerLists{mapping: r.plan.mapping, areas: r.Areas, today: r.checker.Today, at: map[string]int{}}
}

// begin finds the drop-downs of a sheet.
func (a *answerLists) begin(t *binding, header []string) {
	a.of, a.names = map[int]int{}, map[int]int{}
	for i, text := range header {
		name, answers := "", []string(nil)
		if i < len(t.owner) && t.owner[i].place >= 0 {
			f := fieldsOf[t.owner[i].level][t.owner[i].place]
			name, answers = f.Name, a.answers(t, f)
			if f.Type == survey.Name || f.Type == survey.Text && f.MaxRunes > 60 {
				a.names[i] = 24
			}
		} else if l, place, ok := fieldNamed(text); ok { // a column that was added
			name, answers = text, a.answers(nil, fieldsOf[l][place])
		}
		if len(answers) == 0 {
			continue
		}
		key := strings.Join(answers, "\n")
		k, ok := a.at[key]
		if !ok {
			k = len(a.lists)
			a.at[key] = k
			a.lists = append(a.lists, append([]string{name}, answers...))
		}
		a.of[i] = k
	}
}

// width is the width of a column that holds one of the answers of a list, names or addresses; 0 for others.
func (a *answerLists) width(col int) int {
	width := 0
	if k, ok := a.of[col]; ok {
		for _, answer := range a.lists[k][1:] {
			width = max(width, len([]rune(answer))+2)
		}
	}
	return max(width, a.names[col])
}

// answers lists what a column of a field may hold: the source's own codes where a mapping translates them, else both labels of each
// of ours, and the wards of today.
func (a *answerLists) answers(t *binding, f survey.Field) []string {
	var list []string
	if codes := a.codes(t, f.Name); len(codes) > 0 {
		for from, to := range codes {
			if to != "" {
				list = append(list, from)
			}
		}
		slices.Sort(list)
		return list
	}
	for _, code := range f.Codes {
		list = append(list, code.Choice())
	}
	if f.Name == "ward_code" && a.areas != nil {
		for _, ward := range a.areas.List("ward", a.today) {
			list = append(list, ward.Choice())
		}
		list = slices.Compact(list)
	}
	return list
}

func (a *answerLists) codes(t *binding, field string) map[string]string {
	if t == nil || a.mapping == nil {
		return nil
	}
	m := [...]*TableMapping{householdTable: a.mapping.Households, memberTable: a.mapping.Members, flatTable: a.mapping.Rows}[t.kind]
	if m == nil {
		return nil
	}
	return m.Fields[field].Codes
}

// dropDowns are those of the sheet that is being written; they hold for rows that are added, too. They offer and do not forbid: a code may
// be typed, and a question may take several answers.
func (w *rejectsBook) dropDowns() []xlsx.DropDown {
	var list []xlsx.DropDown
	for _, col := range slices.Sorted(maps.Keys(w.answers.of)) {
		k := w.answers.of[col]
		letter := columnName(k)
		list = append(list, xlsx.DropDown{Column: col, From: fmt.Sprintf("%s!$%s$2:$%s$%d", answersSheet, letter, letter, len(w.answers.lists[k]))})
	}
	return list
}

// writeAnswers writes the lists of all drop-downs, one beside the other.
func (w *rejectsBook) writeAnswers() error {
	if err := w.begin(xlsx.SheetHead{Name: answersSheet, Hidden: true}); err != nil {
		return err
	}
	longest := 0
	for _, list := range w.answers.lists {
		longest = max(longest, len(list))
	}
	for i := range longest {
		row := make([]xlsx.Cell, len(w.answers.lists))
		for k, list := range w.answers.lists {
			if i < len(list) {
				row[k].Text = escape(list[i])
			}
		}
		if err := w.stream.Row(0, row); err != nil {
			return err
		}
	}
	return w.stream.Close(xlsx.SheetTail{})
}
