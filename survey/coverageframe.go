package survey

import (
	"errors"
	"fmt"
	"iter"
	"strings"
)

// A Line is one row of a table and its number as a spreadsheet shows it.
type Line struct {
	No    int
	Cells []string
}

// A FrameRow says how many households are expected in an enumeration block, or in a whole ward where Block is empty.
type FrameRow struct {
	Ward, Block, Team string // Team is empty where nobody is assigned
	Expected          int
}

// A Frame is the list of expected households, as a census or a house listing gave it. The zero Frame expects nothing.
type Frame struct{ Rows []FrameRow }

// ErrFrame is wrapped by the errors of [ParseFrame] that say what is wrong with the list.
var ErrFrame = errors.New("the list of expected households cannot be used")

// frameFaults is how many faults an error names.
const frameFaults = 5

// ParseFrame reads a frame: a header with ward_code and expected_households, mostly block_no and perhaps team_id, in any order,
// in English or Hindi, among columns that it leaves alone; then a row for each block. Wards must be known to areas, unless that
// is nil. A total line at the end is left out. A frame with a fault is refused whole, with the first rows that are wrong.
func ParseFrame(lines iter.Seq2[Line, error], areas *Areas) (Frame, error) {
	var f Frame
	var at *frameColumns
	var faults []string
	seen := map[FrameRow]int{}
	sum := 0
	for l, err := range lines {
		if err != nil {
			return Frame{}, err
		}
		if at == nil {
			if blank(l.Cells) {
				continue
			}
			if at, err = frameHeader(l.Cells); err != nil {
				return Frame{}, err
			}
			continue
		}
		if blank(l.Cells) || at.isTotal(l.Cells, sum) {
			continue
		}
		r, err := at.row(l.Cells, areas)
		key := FrameRow{Ward: r.Ward, Block: BlockCode(r.Block), Team: r.Team}
		if before := seen[key]; err == nil && before > 0 {
			err = fmt.Errorf("this block stands in row %d already", before)
		}
		if err != nil {
			faults = append(faults, fmt.Sprintf("row %d: %v", l.No, err))
			continue
		}
		seen[key] = l.No
		f.Rows = append(f.Rows, r)
		sum += r.Expected
	}
	switch {
	case len(faults) > frameFaults:
		faults = append(faults[:frameFaults], fmt.Sprintf("and %d more rows", len(faults)-frameFaults))
		fallthrough
	case len(faults) > 0:
		return Frame{}, fmt.Errorf("%w: %s", ErrFrame, strings.Join(faults, "; "))
	case len(f.Rows) == 0:
		return Frame{}, fmt.Errorf("%w: there is no row in it", ErrFrame)
	}
	return f, nil
}

func blank(cells []string) bool { return strings.TrimSpace(strings.Join(cells, "")) == "" }

// frameColumns are the places of a frame's columns, -1 where there is none.
type frameColumns struct{ ward, block, team, expected int }

// expectedHeaders are the names of the column that counts households, folded.
var expectedHeaders = []string{"expected_households", "expected", "expected hh", "households", "no of households", "number of households", "total households", "hh", "अपेक्षित परिवार", "परिवारों की संख्या", "कुल परिवार"}

func frameHeader(cells []string) (*frameColumns, error) {
	at := frameColumns{-1, -1, -1, -1}
	for i, header := range cells {
		var to *int
		for _, h := range expectedHeaders {
			if fold(h) == fold(header) {
				to = &at.expected
			}
		}
		if place, ok := LookupSynonym(Household, header); ok && to == nil {
			to = map[int]*int{hhWard: &at.ward, hhBlock: &at.block, hhTeam: &at.team}[place]
		}
		switch {
		case to == nil:
		case *to >= 0:
			return nil, fmt.Errorf("%w: its columns %d and %d both say the same thing; leave one of them out", ErrFrame, *to+1, i+1)
		default:
			*to = i
		}
	}
	if at.ward < 0 || at.expected < 0 {
		return nil, fmt.Errorf("%w: its first row must name the columns ward_code, block_no and expected_households", ErrFrame)
	}
	return &at, nil
}

func cellAt(cells []string, i int) string {
	if i < 0 || i >= len(cells) {
		return ""
	}
	s, _ := clean(cells[i])
	return s
}

// isTotal reports whether a row only sums up those above it: it says so, or it names no place and its number is their sum.
func (c *frameColumns) isTotal(cells []string, sum int) bool {
	switch fold(cellAt(cells, c.ward)) {
	case "total", "grandtotal", fold("कुल"), fold("योग"):
		return true
	case "":
		n, ok := c.number(cells)
		return ok && n == sum && cellAt(cells, c.block) == ""
	}
	return false
}

func (c *frameColumns) number(cells []string) (int, bool) {
	n, ok := wholeNumber(strings.ReplaceAll(cellAt(cells, c.expected), ",", ""))
	return n, ok && n >= 0 && n <= 10_000_000
}

func (c *frameColumns) row(cells []string, areas *Areas) (FrameRow, error) {
	r := FrameRow{Ward: WardCode(cellAt(cells, c.ward)), Block: cellAt(cells, c.block), Team: cellAt(cells, c.team)}
	if r.Ward == "" {
		return r, errors.New("the ward is missing")
	}
	if areas != nil {
		if _, ok := areas.Ward(r.Ward, Date{}); !ok {
			return r, fmt.Errorf("ward %s is not a ward of the city", r.Ward)
		}
	}
	var ok bool
	if r.Expected, ok = c.number(cells); !ok {
		return r, errors.New("expected_households is not a number of households")
	}
	return r, nil
}
