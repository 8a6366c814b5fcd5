package form

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/xuri/excelize/v2"

	"sehat/survey"
)

// steps are how to fill the form, in English and Hindi.
var steps = [][2]string{
	{
		"Sheet Households: one row for each house you went to, also where nobody opened.",
		"Households शीट: जिस घर गए, उसकी एक पंक्ति; चाहे कोई न मिला हो।",
	},
	{
		"Sheet Members: one row for each person, with the household's ID in the first column. Line 1 is the head of the household.",
		"Members शीट: हर सदस्य की एक पंक्ति, पहले कॉलम में परिवार आईडी। क्रम संख्या 1 मुखिया की होती है।",
	},
	{
		"Read the notice aloud and ask for consent first. Without consent write nothing about the members.",
		"पहले सूचना पढ़कर सुनाएँ और सहमति लें। सहमति के बिना सदस्यों के बारे में कुछ न लिखें।",
	},
	{
		"A dark header with a star must be filled. Leave the others empty if the answer is not known; do not guess.",
		"गहरे रंग और तारे (*) वाला खाना भरना ज़रूरी है। बाकी में जवाब पता न हो तो खाली छोड़ें, अंदाज़े से न लिखें।",
	},
	{
		"Never write an Aadhaar number, in any column.",
		"आधार नंबर किसी भी खाने में कभी न लिखें।",
	},
	{
		"Type dates as day-month-year: 15-08-2026. Of a birth write only what the person knows: the year alone is enough, or the age.",
		"तारीख दिन-महीना-साल में लिखें: 15-08-2026। जन्म का उतना ही लिखें जितना पता हो: सिर्फ़ साल, या उम्र भी काफ़ी है।",
	},
	{
		"Type Hindi in a Unicode font such as Mangal or Noto Sans, not in Kruti Dev.",
		"हिन्दी मंगल या नोटो जैसे यूनिकोड फ़ॉन्ट में लिखें, कृतिदेव में नहीं।",
	},
	{
		"Do not rename the sheets and do not delete the header row. You may hide columns that you do not need.",
		"शीट के नाम न बदलें और ऊपर की पंक्ति न मिटाएँ। जो कॉलम नहीं चाहिए उन्हें छिपा सकते हैं।",
	},
}

// The columns of the help sheet, and their widths in characters: together a page of A4, upright.
var helpWidths = []float64{5, 23, 23, 34, 34}

func (b *book) writeHelp(households, members []column) error {
	h := help{book: b, row: 1}
	for i, w := range helpWidths {
		letter := string(rune('A' + i))
		if err := b.SetColWidth(survey.SheetHelp, letter, letter, w); err != nil {
			return err
		}
	}
	if err := b.SetSheetView(survey.SheetHelp, 0, &excelize.ViewOptions{ShowGridLines: ptr(false)}); err != nil {
		return err
	}
	h.line(30, h.styles.title, "Household health survey · घर-घर स्वास्थ्य सर्वे")
	h.line(20, h.styles.subtitle, "Survey round · सर्वे का दौर: "+b.o.SurveyCode)
	h.line(28, h.styles.heading, "How to fill this workbook · यह फ़ाइल कैसे भरें")
	for i, s := range steps {
		h.step(i+1, s[0], s[1])
	}
	h.fields("Households · परिवार", households)
	h.fields("Members · सदस्य", members[1:]) // the first is the household's key again
	h.answers(append(households, members[1:]...))
	if h.err != nil {
		return h.err
	}
	if err := b.SetSheetDimension(survey.SheetHelp, fmt.Sprintf("A1:E%d", h.row-1)); err != nil {
		return err
	}
	return b.layOut(survey.SheetHelp, "portrait", fmt.Sprintf("$A$1:$E$%d", h.row-1), 1, "$1:$2")
}

// A help sheet while it is written, row by row. The first error stays.
type help struct {
	*book
	row int
	err error
}

func (h *help) set(col string, style int, text string) {
	if h.err != nil {
		return
	}
	cell := col + strconv.Itoa(h.row)
	if h.err = h.SetCellStr(survey.SheetHelp, cell, text); h.err == nil {
		h.err = h.SetCellStyle(survey.SheetHelp, cell, cell, style)
	}
}

func (h *help) merge(from, to string) {
	if h.err == nil {
		h.err = h.MergeCell(survey.SheetHelp, from+strconv.Itoa(h.row), to+strconv.Itoa(h.row))
	}
}

func (h *help) next(height float64) {
	if h.err == nil {
		h.err = h.SetRowHeight(survey.SheetHelp, h.row, height)
	}
	h.row++
}

// line writes one text over the whole width.
func (h *help) line(height float64, style int, text string) {
	h.set("A", style, text)
	h.merge("A", "E")
	h.next(height)
}

func (h *help) step(n int, en, hi string) {
	h.set("A", h.styles.stepNumber, strconv.Itoa(n))
	h.set("B", h.styles.step, en)
	h.merge("B", "C")
	h.set("D", h.styles.step, hi)
	h.merge("D", "E")
	h.next(heightFor(11, cellText{en, 46}, cellText{hi, 68}))
}

// fields writes a table that explains each question.
func (h *help) fields(title string, columns []column) {
	h.line(34, h.styles.heading, title)
	for i, s := range []string{"", "Question · machine name", "सवाल", "What to write", "क्या लिखें"} {
		h.set(string(rune('A'+i)), h.styles.tableHead, s)
	}
	h.next(20)
	for _, c := range columns {
		star := ""
		if c.Required {
			star = "*"
		}
		question := c.Label + "\n" + c.Name
		h.set("A", h.styles.star, star)
		h.set("B", h.styles.bodyBold, question)
		h.set("C", h.styles.bodyBold, c.LabelHi)
		h.set("D", h.styles.body, c.Help)
		h.set("E", h.styles.body, c.HelpHi)
		h.next(heightFor(10, cellText{question, 21}, cellText{c.LabelHi, 21}, cellText{c.Help, 33}, cellText{c.HelpHi, 40}))
	}
}

// answers writes the lists of codes.
func (h *help) answers(columns []column) {
	h.line(34, h.styles.heading, "Answers · जवाब")
	for i, s := range []string{"", "Question", "Code", "English", "हिन्दी"} {
		h.set(string(rune('A'+i)), h.styles.tableHead, s)
	}
	h.next(20)
	for _, c := range columns {
		for i, code := range c.Codes {
			question := ""
			if i == 0 {
				question = c.Label + "\n" + c.LabelHi
			}
			h.set("A", h.styles.body, "")
			h.set("B", h.styles.bodyBold, question)
			h.set("C", h.styles.mono, code.Code)
			h.set("D", h.styles.body, code.Label)
			h.set("E", h.styles.body, code.LabelHi)
			h.next(heightFor(10, cellText{question, 22}, cellText{code.LabelHi, 34}))
		}
	}
}

// A text in a cell so many characters wide.
type cellText struct {
	text string
	wide int
}

// heightFor is a row's height in points for the tallest of its cells. Spreadsheets do not fit merged cells by themselves.
func heightFor(size float64, cells ...cellText) float64 {
	most := 1
	for _, c := range cells {
		lines := 0
		for part := range strings.SplitSeq(c.text, "\n") {
			lines += linesOf(part, c.wide)
		}
		most = max(most, lines)
	}
	return float64(most)*size*1.42 + 5
}

// linesOf counts the lines of a text broken between words. Vowel signs and other marks take no width.
func linesOf(text string, wide int) int {
	lines, used := 1, 0
	for word := range strings.FieldsSeq(text) {
		n := 0
		for _, r := range word {
			if !unicode.Is(unicode.M, r) {
				n++
			}
		}
		if used > 0 && used+1+n > wide {
			lines, used = lines+1, 0
		}
		used += n + 1
	}
	return lines
}
