package survey

import (
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"
)

// linesOf makes the lines of a table: rows after newlines, cells after bars.
func linesOf(text string) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		for i, row := range strings.Split(text, "\n") {
			if !yield(Line{No: i + 1, Cells: strings.Split(row, "|")}, nil) {
				return
			}
		}
	}
}

func TestParseFrame(t *testing.T) {
	known := areas(t)
	two := []FrameRow{{Ward: "012", Block: "EB-001", Expected: 120}, {Ward: "013", Expected: 1450}}
	for _, c := range []struct {
		name, text string
		want       []FrameRow
		fault      string
	}{
		{"machine names", "ward_code|block_no|expected_households\n012|EB-001|120\n13||1450", two, ""},
		{"labels in another order, a column of our own, a total", "Expected HH|note|Ward|Enumeration block\n120|x|Ward 12|EB-001\n|| | \n1,450||13|\n1570|sum||", two, ""},
		{"a number without a place that is no total", "ward|expected\n12|5\n|7", nil, "row 3: the ward is missing"},
		{"Hindi headers and digits", "वार्ड|गणना ब्लॉक|परिवारों की संख्या\n१२|EB-001|१२०\n013||1450", two, ""},
		{"blank rows, thousands and a total", "\n ward | block | expected \n12|EB-001|120\n||\n013||1,450\nकुल||1570", two, ""},
		{"teams", "ward|block|team|households\n12|1|T1|50\n12|1|T2|60", []FrameRow{{"012", "1", "T1", 50}, {"012", "1", "T2", 60}}, ""},
		{"none expected is a number", "ward|block|expected\n12|1|0", []FrameRow{{Ward: "012", Block: "1"}}, ""},
		{"a block that stands twice", "ward|block|expected\n12|EB-1|5\n12|EB-2|5\n012|eb 01|6", nil, "row 4: this block stands in row 2 already"},
		{"no ward of the city", "ward|block|expected\n999|1|5", nil, "row 2: ward 999 is not a ward of the city"},
		{"no number", "ward|block|expected\n12|1|many\n12|2|-4\n12|3|", nil, "row 2: expected_households is not a number of households; row 3"},
		{"a block without its ward", "ward|block|expected\n|7|5", nil, "row 2: the ward is missing"},
		{"no header", "12|1|5\n12|2|6", nil, "its first row must name the columns"},
		{"two columns for one thing", "ward|expected|households\n12|5|6", nil, "its columns 2 and 3 both say the same thing"},
		{"nothing under the header", "ward|expected\n", nil, "there is no row in it"},
		{"many faults", "ward|expected" + strings.Repeat("\n999|1", 9), nil, "and 4 more rows"},
	} {
		f, err := ParseFrame(linesOf(c.text), known)
		if c.fault != "" {
			if err == nil || !errors.Is(err, ErrFrame) || !strings.Contains(err.Error(), c.fault) || f.Rows != nil {
				t.Errorf("%s: %v, %v", c.name, f, err)
			}
			continue
		}
		if err != nil || !slices.Equal(f.Rows, c.want) {
			t.Errorf("%s: %+v, %v", c.name, f.Rows, err)
		}
	}
}

func TestParseFrameEndsWithTheErrorOfTheFile(t *testing.T) {
	broken := errors.New("cut off")
	_, err := ParseFrame(func(yield func(Line, error) bool) { yield(Line{}, broken) }, nil)
	if !errors.Is(err, broken) {
		t.Error(err)
	}
}
