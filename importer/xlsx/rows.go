package xlsx

import (
	"bytes"
	"io"
	"unicode/utf8"
)

// The size of a sheet (ECMA-376 part 1, 18.3.1.73 and 18.18.62; what Excel shows).
const (
	maxRows    = 1 << 20
	maxColumns = 1 << 14
)

// Scattered cells are made to exhaust a reader: so many places in all rows up to their last cell, of which so few hold anything.
const (
	manyPlaces   = 100_000_000
	placesPerOne = 100
)

// Rows reads the rows of one sheet.
type Rows struct {
	s     *scanner
	part  io.Closer
	book  *Book
	check bool // that it can be read; the cells are not made

	row    int
	col    int // of the current cell, from 1
	found  []found
	text   []byte   // of the row's cells
	cells  []string // what is given out; empty but for those of found
	places int      // in all rows so far, up to their last cells
	filled int
}

// A found cell holds something: a shared text, or a piece of the row's.
type found struct {
	col      int // from 0
	shared   string
	from, to int
}

// start reads up to the rows. It reports false for a sheet that has no cells at all: a chart.
func (r *Rows) start() (bool, error) {
	for {
		kind, err := r.s.next()
		if err != nil {
			return false, err
		}
		switch {
		case kind == endOfPart && r.s.full == nil:
			return false, fail(Damaged, "a sheet is empty")
		case kind == endOfPart:
			return false, nil
		case kind != startTag || r.s.depth == 1 && !r.s.closed: // the root
		case string(r.s.name) == "sheetData":
			return !r.s.closed, nil
		default:
			if err := r.s.skip(); err != nil {
				return false, err
			}
		}
	}
}

// Next returns the next row that holds anything, and its number from 1; io.EOF at the end. Cells between others are empty. The slice
// is good until the next call, the texts in it for ever.
func (r *Rows) Next() (n int, cells []string, err error) {
	for {
		kind, err := r.s.next()
		if err != nil {
			return 0, nil, err
		}
		switch {
		case kind == endTag: // </sheetData>
			if r.check {
				err = r.finish()
			}
			if err == nil {
				err = io.EOF
			}
			return 0, nil, err
		case kind == endOfPart:
			return 0, nil, io.EOF
		case kind != startTag:
		case string(r.s.name) != "row":
			return 0, nil, fail(Unusual, "something else than a row stands among the rows")
		default:
			if err := r.readRow(); err != nil {
				return 0, nil, err
			}
			if len(r.found) > 0 {
				return r.row, r.give(), nil
			}
		}
	}
}

// Offset returns how many bytes of the sheet were read, of [Book.Size].
func (r *Rows) Offset() int64 { return r.s.read }

// Close ends the reading.
func (r *Rows) Close() error { return r.part.Close() }

// finish reads what stands behind the rows, to see that the sheet is whole.
func (r *Rows) finish() error {
	for {
		kind, err := r.s.next()
		switch {
		case err != nil:
			return err
		case kind == endOfPart:
			return nil
		case kind == startTag && string(r.s.name) == "sheetData":
			return fail(Unusual, "a sheet has two tables of cells")
		case kind == startTag:
			if err := r.s.skip(); err != nil {
				return err
			}
		}
	}
}

// give makes the cells of the current row.
func (r *Rows) give() []string {
	if r.check {
		return nil
	}
	width := r.found[len(r.found)-1].col + 1
	for len(r.cells) < width {
		r.cells = append(r.cells, "")
	}
	all := string(r.text)
	for _, f := range r.found {
		if f.to > f.from {
			r.cells[f.col] = all[f.from:f.to]
		} else {
			r.cells[f.col] = f.shared
		}
	}
	return r.cells[:width]
}

// readRow reads the row whose start tag was just read.
func (r *Rows) readRow() error {
	for _, f := range r.found {
		if f.col < len(r.cells) {
			r.cells[f.col] = ""
		}
	}
	r.found, r.text = r.found[:0], r.text[:0]
	if err := r.rowNumber(); err != nil || r.s.closed {
		return err
	}
	r.col = 0
	for {
		if r.plainCell() {
			continue
		}
		kind, err := r.s.next()
		switch {
		case err != nil:
			return err
		case kind == endTag:
			return r.endRow()
		case kind == endOfPart:
			return errCutOff
		case kind != startTag:
		case string(r.s.name) == "c":
			if err := r.readCell(); err != nil {
				return err
			}
		case string(r.s.name) == "extLst":
			if err := r.s.skip(); err != nil {
				return err
			}
		default:
			return fail(Unusual, "something else than a cell stands in a row")
		}
	}
}

// rowNumber reads the number of a row; one without is the next.
func (r *Rows) rowNumber() error {
	n := r.row + 1
	for {
		name, value, err := r.s.attr()
		if err != nil {
			return err
		}
		if name == nil {
			break
		}
		if string(local(name)) == "r" {
			given, ok := number(value)
			if !ok || given == 0 {
				return fail(Unusual, "the number of a row cannot be read")
			}
			n = given
		}
	}
	if n <= r.row {
		return fail(Damaged, "behind row %d stands row %d", r.row, n)
	}
	if n > maxRows {
		return fail(Damaged, "a row has the number %d; a sheet has room for %d", n, maxRows)
	}
	r.row = n
	return nil
}

// endRow checks a row that was read.
func (r *Rows) endRow() error {
	if !r.check || len(r.found) == 0 {
		return nil
	}
	if !utf8.Valid(r.text) {
		return errEncoding
	}
	if len(r.text) > maxCell {
		for _, f := range r.found {
			if f.to-f.from > maxCell {
				return errLongText
			}
		}
	}
	r.places += r.found[len(r.found)-1].col + 1
	r.filled += len(r.found)
	if r.places > manyPlaces && r.places/placesPerOne > r.filled {
		return fail(Hostile, "its cells are scattered over a hundred million places, nearly all of them empty")
	}
	return nil
}

// A cellType says what the value of a cell is.
type cellType uint8

const (
	plainCell  cellType = iota // a number, a truth, an error, a date or the text of a formula: as it stands
	sharedCell                 // the index of a shared text
	inlineCell                 // a text of its own
)

// readCell reads the cell whose start tag was just read.
func (r *Rows) readCell() error {
	typ, err := r.cellStart()
	if err != nil || r.s.closed {
		return err
	}
	from := len(r.text)
	valued, inlined := false, false
	for {
		kind, err := r.s.next()
		switch {
		case err != nil:
			return err
		case kind == endTag:
			return r.endCell(typ, from, inlined)
		case kind == endOfPart:
			return errCutOff
		case kind != startTag:
			continue
		}
		switch name := r.s.name; {
		case string(name) == "v":
			if valued || inlined {
				return errTwice
			}
			valued = true
			r.text, err = readContent(r.s, r.text)
		case string(name) == "is":
			if valued || inlined || typ != inlineCell {
				return errTwice
			}
			inlined = true
			r.text, err = readText(r.s, r.text)
		case string(name) == "f", string(name) == "extLst":
			err = r.s.skip()
		default:
			return errUnknown
		}
		if err != nil {
			return err
		}
	}
}

// cellStart reads the place and the type of a cell. One without a place is the next.
func (r *Rows) cellStart() (cellType, error) {
	typ, col := plainCell, r.col+1
	for {
		name, value, err := r.s.attr()
		if err != nil {
			return typ, err
		}
		if name == nil {
			break
		}
		switch string(local(name)) {
		case "r":
			if col, err = r.column(value); err != nil {
				return typ, err
			}
		case "t":
			switch string(value) {
			case "n", "b", "e", "str", "d":
				typ = plainCell
			case "s":
				typ = sharedCell
			case "inlineStr":
				typ = inlineCell
			default:
				return typ, fail(Unusual, "a cell is of a type that is not known")
			}
		case "s":
			if _, ok := number(value); !ok {
				return typ, fail(Unusual, "the style of a cell cannot be read")
			}
		}
	}
	if col <= r.col {
		return typ, fail(Damaged, "the cells of row %d stand in no order", r.row)
	}
	if col > maxColumns {
		return typ, fail(Damaged, "row %d has a cell outside of the sheet", r.row)
	}
	r.col = col
	return typ, nil
}

// column reads a cell's place, such as AB12, which must lie in the current row.
func (r *Rows) column(place []byte) (int, error) {
	col, i := 0, 0
	for i < len(place) && i < 4 && place[i] >= 'A' && place[i] <= 'Z' {
		col = col*26 + int(place[i]-'A') + 1
		i++
	}
	row, ok := number(place[i:])
	if ok && row > maxRows {
		return 0, fail(Damaged, "row %d has a cell outside of the sheet", r.row)
	}
	if i == 0 || !ok || row != r.row {
		return 0, fail(Unusual, "the place of a cell cannot be read")
	}
	return col, nil
}

// endCell notes what a cell holds.
func (r *Rows) endCell(typ cellType, from int, inlined bool) error {
	value := r.text[from:]
	if len(value) == 0 {
		return nil
	}
	if typ != sharedCell {
		r.found = append(r.found, found{col: r.col - 1, from: from, to: len(r.text)})
		return nil
	}
	i, ok := number(bytes.TrimSpace(value))
	if !ok {
		return fail(Damaged, "a cell of row %d refers to a text that is not there", r.row)
	}
	shared, err := r.book.sharedText(i)
	if err != nil {
		return err
	}
	r.text = r.text[:from]
	if shared != "" {
		r.found = append(r.found, found{col: r.col - 1, shared: shared})
	}
	return nil
}

// number reads a whole number of at most nine digits.
func number(b []byte) (n int, ok bool) {
	if len(b) == 0 || len(b) > 9 {
		return 0, false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

// local is a name without its prefix.
func local(name []byte) []byte {
	if len(name) > 1 {
		if i := bytes.IndexByte(name, ':'); i >= 0 {
			return name[i+1:]
		}
	}
	return name
}
