package importer

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"sehat/importer/xlsx"
	"sehat/records"
)

// maxHandout is how many rows the sheet to hand out holds: some 1,500 printed pages. More are written for one team at a time.
const maxHandout = 20_000

// A handout is the list of what each enumerator has to mend, in the making. Most rows share what they say with others, so that little of
// it is kept.
type handout struct {
	rows  []task
	notes []string
	place map[string]int32 // among notes
}

// A task is a row to mend.
type task struct {
	team, enumerator, key, who string
	row                        int32
	note                       int32
}

// add notes a row that is held back; who says whom it is about and where they live.
func (h *handout) add(r *records.Reject, who, note string) {
	if len(h.rows) >= maxHandout {
		return
	}
	if h.place == nil {
		h.place = map[string]int32{}
	}
	n, ok := h.place[note]
	if !ok {
		n = int32(len(h.notes))
		h.place[note] = n
		h.notes = append(h.notes, note)
	}
	h.rows = append(h.rows, task{r.TeamID, r.Enumerator, r.Key, who, int32(r.Row), n})
}

// who says whom a row is about and where they live, as far as it stands in the row.
func (t *binding) who(cells []string) string {
	at := func(field string) string { return strings.TrimSpace(cell(cells, t.columnOf(field))) }
	parts := []string{cmp.Or(at("full_name"), at("full_name_hi")), at("house_no"), at("address_line"), at("locality")}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

// write writes the list: each enumerator's begins on a page of its own.
func (h *handout) write(w *rejectsBook, name string) error {
	slices.SortStableFunc(h.rows, func(a, b task) int {
		return cmp.Or(strings.Compare(a.team, b.team), strings.Compare(a.enumerator, b.enumerator))
	})
	widths := []float64{18, 32, 8, 68, 8}
	head := xlsx.SheetHead{Name: name, FrozenRows: 1, Scale: 80}
	for _, width := range widths {
		head.Columns = append(head.Columns, xlsx.Column{Width: width})
	}
	if err := w.begin(head); err != nil {
		return err
	}
	var errs []error
	n := 0
	line := func(style int, texts ...string) {
		n++
		row := make([]xlsx.Cell, len(texts))
		lines := 1
		for i, text := range texts {
			row[i] = xlsx.Cell{Text: text, Style: style}
			if len(texts) > 1 {
				lines = max(lines, linesOf(text, int(widths[i])))
			}
		}
		height := float64(lines)*lineHeight + 3
		if style == styleTitle {
			height = titleHeight
		}
		errs = append(errs, w.stream.Row(height, row))
	}
	line(styleHeader, "Household, member\nपरिवार, सदस्य", "Who and where\nकौन और कहाँ", "Row\nपंक्ति", "What to mend\nक्या ठीक करना है", "Done\nहो गया")
	var breaks []int
	for from := 0; from < len(h.rows); {
		first := h.rows[from]
		to := from
		for to < len(h.rows) && h.rows[to].team == first.team && h.rows[to].enumerator == first.enumerator {
			to++
		}
		if from > 0 {
			breaks = append(breaks, n)
		}
		line(styleTitle, fmt.Sprintf("Team / टीम %s · Enumerator / सर्वे कर्मी %s · %d", orNotTold(first.team), orNotTold(first.enumerator), to-from))
		for _, t := range h.rows[from:to] {
			line(styleTask, escape(t.key), escape(t.who), fmt.Sprint(t.row), h.notes[t.note], "☐")
		}
		from = to
	}
	errs = append(errs, w.stream.Close(xlsx.SheetTail{Titles: true, Breaks: breaks}))
	return errors.Join(errs...)
}
