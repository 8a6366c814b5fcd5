package importer

import (
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
)

// A meltBook shows a wide sheet, in which the members stand side by side in the row of their household (full_name_1, full_name_2, …), as
// two sheets: the households without those columns, and the members one below the other.
type meltBook struct {
	book
	wide, members string // names of the sheets
	headerRow     int
	link          int   // column of the wide sheet by which members find their household
	keep          []int // columns of the wide sheet that are the household's
	numbers       []int // of the members
	header        []string
	cols          [][]int // for each number the columns of the wide sheet, in the order of header[2:]; -1: none
	asked         []bool  // which of header[2:] tell that there is somebody
}

// memberNumber is the header of the column that numbers the members of a household where they were melted.
const memberNumber = "#"

// Members of row 5 are numbered 5001, 5002, …, so that each has a place of its own and one sees where it comes from.
const meltStep = 1000

// melted returns the book with the members of a mapping below each other; the book itself where they stand so already, as they do in a
// rejects workbook.
func melted(b book, heads []head, m *Mapping) (book, error) {
	if m == nil || m.Members == nil || !m.Members.Melt {
		return b, nil
	}
	stems := map[string]bool{} // as the mapping writes them, with #
	for _, f := range m.Members.Fields {
		for _, text := range f.every() {
			if strings.Contains(text, "#") && text != memberNumber {
				stems[headerKey(text)] = true
			}
		}
	}
	for _, h := range heads {
		if m.Households != nil && !m.Households.isSheet(h.sheet, len(heads)) {
			continue
		}
		row := slices.IndexFunc(h.rows, func(row []string) bool {
			return slices.ContainsFunc(row, func(text string) bool { _, n := unnumbered(text, stems); return n > 0 })
		})
		if row < 0 {
			continue
		}
		w := &meltBook{book: b, wide: h.sheet, headerRow: row + 1, members: sheetNameOf("members", b.sheets())}
		_, link := m.joint()
		if w.link = newBinding(h, row).find(link); w.link < 0 {
			return nil, newBinding(h, row).noColumn(link)
		}
		w.arrange(h.rows[row], stems, link, m)
		return w, nil
	}
	return b, nil
}

// arrange finds out which column goes where.
func (w *meltBook) arrange(header []string, stems map[string]bool, link string, m *Mapping) {
	cells := map[string]map[int]int{} // by melted header and number
	top := 0
	for _, text := range header {
		if _, n := unnumbered(text, stems); n > 0 {
			top = max(top, n)
		}
	}
	memberLink, _ := m.joint()
	w.header = []string{memberLink, memberNumber}
	for col, text := range header {
		stem, n := unnumbered(text, stems)
		if n == 0 { // a column that the mapping does not know, repeated in the same way
			if i := strings.LastIndexByte(text, '_'); i > 0 {
				if k, err := strconv.Atoi(text[i+1:]); err == nil && k > 0 && k <= top && slices.Contains(header, text[:i]+"_1") {
					stem, n = text[:i]+"_#", k
				}
			}
		}
		if n == 0 {
			w.keep = append(w.keep, col)
			continue
		}
		if cells[stem] == nil {
			cells[stem] = map[int]int{}
			w.header = append(w.header, stem)
		}
		cells[stem][n] = col
	}
	for n := 1; n <= top; n++ {
		var cols []int
		some := false
		for _, stem := range w.header[2:] {
			col, ok := cells[stem][n]
			if !ok {
				col = -1
			}
			some = some || ok
			cols = append(cols, col)
		}
		if some {
			w.numbers, w.cols = append(w.numbers, n), append(w.cols, cols)
		}
	}
	ticks := map[string]bool{}
	for _, f := range m.Members.Fields {
		for text := range f.Choices {
			ticks[headerKey(text)] = true
		}
	}
	for _, stem := range w.header[2:] {
		w.asked = append(w.asked, !ticks[headerKey(stem)])
	}
}

// maxMelted is how many members a row may hold.
const maxMelted = 200

// unnumbered returns a numbered header as the mapping writes it, and the number; 0 if it is none of the mapping's.
func unnumbered(text string, stems map[string]bool) (string, int) {
	key := headerKey(text)
	for i := 0; i < len(key) && len(key) < maxName; i++ {
		if key[i] < '1' || key[i] > '9' || i > 0 && isDigit(key[i-1]) {
			continue
		}
		j := i + 1
		for j < len(key) && isDigit(key[j]) {
			j++
		}
		if stem := key[:i] + "#" + key[j:]; stems[stem] {
			if n, err := strconv.Atoi(key[i:j]); err == nil && n <= maxMelted {
				return stem, n
			}
		}
	}
	return "", 0
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func (w *meltBook) sheets() []string {
	names := slices.Clone(w.book.sheets())
	return slices.Insert(names, slices.Index(names, w.wide)+1, w.members)
}

func (w *meltBook) open(sheet string) (rowReader, error) {
	from := sheet
	if sheet == w.members {
		from = w.wide
	}
	rows, err := w.book.open(from)
	if err != nil {
		return nil, err
	}
	switch sheet {
	case w.wide:
		return &keptRows{rows, w.keep, nil}, nil
	case w.members:
		return &meltedRows{rowReader: rows, w: w}, nil
	}
	return rows, nil
}

// size is that of the wide sheet for both of the sheets that are made of it: it is read for each.
func (w *meltBook) size(sheet string) int64 {
	if sheet == w.members {
		sheet = w.wide
	}
	if b, ok := w.book.(measured); ok {
		return b.size(sheet)
	}
	return 1
}

// whence tells where a row and a column of a melted sheet stand in the file.
func (w *meltBook) whence(sheet string, n, col int) (name string, row, column int) {
	switch {
	case sheet == w.wide && col >= 0 && col < len(w.keep):
		return sheet, n, w.keep[col]
	case sheet == w.members && n >= meltStep:
		column = -1
		if i := slices.Index(w.numbers, n%meltStep); i >= 0 && col >= 2 && col-2 < len(w.cols[i]) {
			column = w.cols[i][col-2]
		}
		return w.wide, n / meltStep, column
	}
	return sheet, n, col
}

// keptRows are the rows of a sheet with some of its columns only.
type keptRows struct {
	rowReader
	keep []int
	out  []string
}

func (k *keptRows) offset() int64 { return offsetOf(k.rowReader) }

func (k *keptRows) next() (int, []string, error) {
	n, cells, err := k.rowReader.next()
	if err != nil {
		return n, nil, err
	}
	k.out = k.out[:0]
	for _, col := range k.keep {
		text := ""
		if col < len(cells) {
			text = cells[col]
		}
		k.out = append(k.out, text)
	}
	return n, k.out, nil
}

// meltedRows are the members of a wide sheet.
type meltedRows struct {
	rowReader
	w     *meltBook
	told  bool // the header was given
	n, at int  // the row, and the next of its members
	cells []string
	out   []string
}

func (r *meltedRows) offset() int64 { return offsetOf(r.rowReader) }

func (r *meltedRows) next() (int, []string, error) {
	if !r.told {
		r.told = true
		return 1, r.w.header, nil
	}
	for {
		for r.at < len(r.w.numbers) && r.n > 0 {
			i := r.at
			r.at++
			if r.member(i) {
				return r.n*meltStep + r.w.numbers[i], r.out, nil
			}
		}
		n, cells, err := r.rowReader.next()
		if err != nil {
			if errors.Is(err, io.EOF) {
				r.n = 0
			}
			return n, nil, err
		}
		if n > r.w.headerRow && !blank(cells) && !isTags(cells) {
			r.n, r.at, r.cells = n, 0, append(r.cells[:0], cells...)
		}
	}
}

// member fills out with one member of the row, and reports whether anything is told of them.
func (r *meltedRows) member(i int) bool {
	get := func(col int) string {
		if col < 0 || col >= len(r.cells) {
			return ""
		}
		return r.cells[col]
	}
	r.out = append(r.out[:0], get(r.w.link), strconv.Itoa(r.w.numbers[i]))
	some := false
	for j, col := range r.w.cols[i] {
		text := get(col)
		r.out = append(r.out, text)
		some = some || r.w.asked[j] && strings.TrimSpace(text) != ""
	}
	return some
}
