package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"sehat/records"
)

// Sheets and columns of a review workbook, as the import finds them.
const (
	guideSheet = "Read me"
	pairsSheet = "Pairs"

	pairColumn     = "sehat_pair" // key of the pair and how many events people had made on it: 268c0c8c7174-0
	decisionColumn = "Decision"
	reasonColumn   = "Reason"
)

// What the drop-down of the column Decision offers.
const (
	chooseSame      = "same · एक ही"
	chooseDifferent = "different · अलग"
)

// A bookColumn is a column of the sheet of pairs.
type bookColumn struct {
	name, hindi string
	width       float64 // in characters
}

// bookColumns are in the order of the sheet. The first two stay where they are when one scrolls to the right.
var bookColumns = []bookColumn{
	{"Pair", "जोड़ा", 6},
	{decisionColumn, "निर्णय", 17},
	{reasonColumn, "कारण", 20},
	{"Likely", "संभावना", 8},
	{"Name", "नाम", 24},
	{"Father or husband", "पिता या पति", 22},
	{"Sex", "लिंग", 5},
	{"Birth", "जन्म", 13},
	{"Relation to head", "मुखिया से रिश्ता", 14},
	{"Mobile", "मोबाइल", 13},
	{"Voter card, ABHA", "वोटर कार्ड, आभा", 17},
	{"Address", "पता", 30},
	{"Ward", "वार्ड", 6},
	{"Listed with", "साथ में दर्ज", 44},
	{"For (above), against (below)", "पक्ष में (ऊपर), विपक्ष में (नीचे)", 44},
	{"Card", "कार्ड", 19},
	{"Visited", "मुलाकात", 12},
	{"To know", "ध्यान दें", 30},
	{pairColumn, "", 17},
}

// A bookCell is a text of a pair with how it compares to that above or below it.
type bookCell struct {
	value any
	like  records.Likeness
}

// A reviewBook is a workbook of pairs in the making: rows stream to the disk.
type reviewBook struct {
	f      *excelize.File
	stream *excelize.StreamWriter
	rows   int
	styles map[string]int
}

// newReviewBook begins a workbook whose temporary files are kept in a folder, which is made if need be.
func newReviewBook(tmp string) (*reviewBook, error) {
	if err := os.MkdirAll(tmp, 0o700); err != nil {
		return nil, err
	}
	b := &reviewBook{f: excelize.NewFile(excelize.Options{TmpDir: tmp}), styles: map[string]int{}}
	if err := b.begin(); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// Close removes what the workbook keeps in the temporary folder.
func (b *reviewBook) Close() error { return b.f.Close() }

// begin makes both sheets and the head of the pairs.
func (b *reviewBook) begin() error {
	if err := b.f.SetSheetName(b.f.GetSheetName(0), guideSheet); err != nil {
		return err
	}
	if _, err := b.f.NewSheet(pairsSheet); err != nil {
		return err
	}
	if err := b.makeStyles(); err != nil {
		return err
	}
	if err := landscape(b.f, pairsSheet); err != nil {
		return err
	}
	var err error
	if b.stream, err = b.f.NewStreamWriter(pairsSheet); err != nil {
		return err
	}
	if err := b.stream.SetPanes(&excelize.Panes{Freeze: true, XSplit: 2, YSplit: 1, TopLeftCell: "C2", ActivePane: "bottomRight"}); err != nil {
		return err
	}
	head := make([]any, len(bookColumns))
	for i, c := range bookColumns {
		if err := b.stream.SetColWidth(i+1, i+1, c.width); err != nil {
			return err
		}
		head[i] = excelize.Cell{StyleID: b.styles["head"], Value: strings.TrimSuffix(c.name+"\n"+c.hindi, "\n")}
	}
	b.rows = 1
	return b.stream.SetRow("A1", head, excelize.RowOpts{Height: 48})
}

// landscape lays a sheet on its side for the printer, as wide as the paper, with its head on every page.
func landscape(f *excelize.File, sheet string) error {
	orientation, a3, wide, tall, fit := "landscape", 8, 1, 0, true
	return errors.Join(
		f.SetPageLayout(sheet, &excelize.PageLayoutOptions{Orientation: &orientation, Size: &a3, FitToWidth: &wide, FitToHeight: &tall}),
		f.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: &fit}),
		f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: "'" + sheet + "'!$1:$1", Scope: sheet}),
	)
}

// makeStyles makes a style for each kind of cell in the upper and in the lower row of a pair; a line parts pairs.
func (b *reviewBook) makeStyles() error {
	const text, percent = 49, 9 // number formats: @ and 0%
	font := func(color string, bold, italic bool) *excelize.Font {
		return &excelize.Font{Family: "Calibri", Size: 11, Color: color, Bold: bold, Italic: italic}
	}
	fill := func(color string) excelize.Fill {
		return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
	}
	top := &excelize.Alignment{WrapText: true, Vertical: "top"}
	kinds := map[string]excelize.Style{
		"told":      {NumFmt: text, Font: font("000000", false, false), Alignment: top},
		"similar":   {NumFmt: text, Font: font("7F5F00", false, true), Fill: fill("FFF2CC"), Alignment: top},
		"different": {NumFmt: text, Font: font("7A0010", true, false), Fill: fill("FFD9D9"), Alignment: top},
		"decision":  {NumFmt: text, Font: font("000000", true, false), Fill: fill("E2EFDA"), Alignment: top},
		"percent":   {NumFmt: percent, Font: font("000000", false, false), Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "top"}},
		"key":       {NumFmt: text, Font: font("9A9A9A", false, false), Alignment: top},
	}
	var errs []error
	add := func(name string, s excelize.Style) {
		id, err := b.f.NewStyle(&s)
		b.styles[name] = id
		errs = append(errs, err)
	}
	for name, s := range kinds {
		s.Border = []excelize.Border{{Type: "top", Color: "1F5C57", Style: 2}, {Type: "right", Color: "D9D9D9", Style: 1}}
		add(name+" above", s)
		s.Border = []excelize.Border{{Type: "top", Color: "D9D9D9", Style: 1}, {Type: "right", Color: "D9D9D9", Style: 1}}
		add(name+" below", s)
		s.Border = nil
		add(name, s)
	}
	add("head", excelize.Style{
		Font: font("FFFFFF", true, false), Fill: fill("1F5C57"), NumFmt: text, Alignment: &excelize.Alignment{WrapText: true, Vertical: "center"},
	})
	add("title", excelize.Style{Font: &excelize.Font{Family: "Calibri", Size: 16, Bold: true}})
	return errors.Join(errs...)
}

// pair writes the two rows of a pair.
func (b *reviewBook) pair(n int, p reviewPair) error {
	upper, lower := bookRows(n, p)
	for i, row := range [][]bookCell{upper, lower} {
		b.rows++
		cells := make([]any, len(row))
		for c, told := range row {
			cells[c] = excelize.Cell{StyleID: b.styles[kindOf(c, told)+[]string{" above", " below"}[i]], Value: told.value}
		}
		if err := b.stream.SetRow("A"+strconv.Itoa(b.rows), cells, excelize.RowOpts{Height: rowHeight(row)}); err != nil {
			return err
		}
	}
	return nil
}

// kindOf names the style of a cell in a column.
func kindOf(column int, c bookCell) string {
	switch bookColumns[column].name {
	case decisionColumn, reasonColumn:
		return "decision"
	case "Likely":
		return "percent"
	case pairColumn:
		return "key"
	}
	switch c.like {
	case records.Similar, records.Different:
		return c.like.String()
	}
	return "told"
}

// bookRows are the cells of both records of a pair.
func bookRows(n int, p reviewPair) (upper, lower []bookCell) {
	add := func(like records.Likeness, left, right any) {
		upper, lower = append(upper, bookCell{left, like}), append(lower, bookCell{right, like})
	}
	lines := map[string]records.Line{}
	for _, l := range records.SideBySide(p.left, p.right, p.steps) {
		lines[l.Field] = l
	}
	told := func(fields ...string) { // the likeness of several is that which needs the most attention
		var left, right []string
		like := records.NotTold
		for _, f := range fields {
			l := lines[f]
			like = max(like, l.Like)
			left, right = append(left, l.Left), append(right, l.Right)
		}
		add(like, cellText(left...), cellText(right...))
	}
	left, right := bookMembers(p)
	speaksFor, against := p.speaks()
	add(0, n, n)
	add(0, "", "")
	add(0, "", "")
	add(0, p.Probability, p.Probability)
	told("name", "second script")
	told("father/husband")
	told("sex")
	told("birth")
	told("relation")
	told("mobile")
	told("voter card", "ABHA number")
	told("house", "address")
	told("ward")
	add(0, left, right)
	add(0, cellText(strings.Join(speaksFor, ", ")), cellText(strings.Join(against, ", ")))
	told("card")
	told("visited")
	add(0, cellText(p.standing()), "")
	key := fmt.Sprintf("%s-%d", p.key, p.ruling.Events)
	add(0, key, key)
	return upper, lower
}

// bookMembers lists both households: first the members who look alike, with the same number on both sides, then the others.
func bookMembers(p reviewPair) (left, right string) {
	var l, r []string
	for i, c := range records.LineUp(p.left.Others, p.right.Others) {
		number := "–"
		if c.Left != nil && c.Right != nil {
			number = strconv.Itoa(i + 1)
		}
		if c.Left != nil {
			l = append(l, number+"  "+c.Left.Brief())
		}
		if c.Right != nil {
			r = append(r, number+"  "+c.Right.Brief())
		}
	}
	return cellText(l...), cellText(r...)
}

// cellText writes lines into a cell, empty ones left out. A telephone number is written as one dials it, and a text never looks
// like a formula.
func cellText(lines ...string) string {
	var kept []string
	for _, line := range lines {
		if national, ok := strings.CutPrefix(line, "+91"); ok {
			line = national
		}
		if line != "" {
			kept = append(kept, line)
		}
	}
	text := strings.Join(kept, "\n")
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

// rowHeight is room for the longest cell of a row, in points.
func rowHeight(row []bookCell) float64 {
	lines := 2
	for i, c := range row {
		text, ok := c.value.(string)
		if !ok {
			continue
		}
		n := 0
		for line := range strings.SplitSeq(text, "\n") {
			n += len(wrap(line, max(1, int(bookColumns[i].width)-1)))
		}
		lines = max(lines, n)
	}
	return min(float64(lines)*15.5+3, 409) // the most that a row can have
}

// finish adds the drop-down, the filter and the guide.
func (b *reviewBook) finish(pairs int, home string, now time.Time) error {
	last, err := excelize.CoordinatesToCellName(len(bookColumns), b.rows)
	if err != nil {
		return err
	}
	choice := excelize.NewDataValidation(true)
	choice.Sqref = fmt.Sprintf("B2:B%d", b.rows)
	choice.SetError(excelize.DataValidationErrorStyleStop, "Decision / निर्णय", "Choose same or different, or leave it empty.\nसूची से चुनें, या खाली छोड़ें।")
	err = errors.Join(
		choice.SetDropList([]string{chooseSame, chooseDifferent}),
		b.f.AddDataValidation(pairsSheet, choice),
		b.f.AutoFilter(pairsSheet, "A1:"+last, nil),
		b.f.SetSheetDimension(pairsSheet, "A1:"+last),
		b.stream.Flush(),
		b.guide(pairs, home, now),
	)
	b.f.SetActiveSheet(1)
	return err
}

// guide writes how the workbook is filled.
func (b *reviewBook) guide(pairs int, home string, now time.Time) error {
	type line struct{ en, hi, style string }
	lines := []line{
		{fmt.Sprintf("Pairs to review: %d", pairs), fmt.Sprintf("जाँच के लिए जोड़े: %d", pairs), "title"},
		{cellText(cmp.Or(home, "sehat") + ", " + now.Format("2 January 2006")), "", "told"},
		{},
		{"How to fill it", "कैसे भरें", "head"},
		{"1. On the sheet Pairs each pair is two rows, one for each record. A thick line parts pairs.", "1. Pairs शीट पर हर जोड़ा दो पंक्तियों में है, हर रिकॉर्ड की एक पंक्ति। मोटी रेखा जोड़ों को अलग करती है।", "told"},
		{
			"2. In the column Decision, in either row, choose \"" + chooseSame + "\" if both are one person, \"" + chooseDifferent + "\" if they are two. If you are not sure, leave it empty.",
			"2. निर्णय कॉलम में, दो में से किसी भी पंक्ति में: एक ही व्यक्ति हो तो \"" + chooseSame + "\", दो अलग लोग हों तो \"" + chooseDifferent + "\" चुनें। पक्का न हो तो खाली छोड़ दें।", "told",
		},
		{"3. Write a reason if you like; it is kept with the decision.", "3. चाहें तो कारण लिखें; वह निर्णय के साथ रखा जाता है।", "told"},
		{"4. You may sort, filter and hide. Do not change the column sehat_pair.", "4. क्रम बदलना, फ़िल्टर करना, कॉलम छिपाना ठीक है। sehat_pair कॉलम न बदलें।", "told"},
		{"5. Save it, and run: sehat review import FILE.xlsx --as \"your name\". Importing it again changes nothing.", "5. सहेजें, फिर चलाएँ: sehat review import FILE.xlsx --as \"आपका नाम\"। दोबारा इम्पोर्ट करने से कुछ नहीं बदलता।", "told"},
		{
			"6. Where both hold a card, one card is retired for good if they are one person. Then two people must say same: another person fills a workbook or runs sehat review.",
			"6. दोनों के पास कार्ड हो और वे एक ही व्यक्ति हों, तो एक कार्ड हमेशा के लिए बंद होता है। तब दो लोगों को \"एक ही\" कहना होगा: कोई दूसरा व्यक्ति वर्कबुक भरे या sehat review चलाए।", "told",
		},
		{},
		{"Colours", "रंग", "head"},
		{"equal, or told by one record only", "समान, या केवल एक रिकॉर्ड में लिखा", "told"},
		{"alike: may be the same, spelt or told otherwise", "मिलता-जुलता: वर्तनी या बताने का फ़र्क हो सकता है", "similar"},
		{"different", "अलग", "different"},
		{"to fill", "यहाँ भरें", "decision"},
		{},
		{"In the column Listed with, members of the two households who look alike have the same number.", "\"साथ में दर्ज\" कॉलम में दोनों परिवारों के मिलते-जुलते सदस्यों का नंबर एक ही है।", "told"},
		{"This workbook holds personal data: keep it as you keep the register, and delete it after the import.", "इस वर्कबुक में लोगों की निजी जानकारी है: रजिस्टर की तरह सँभालें, और इम्पोर्ट के बाद मिटा दें।", "told"},
	}
	errs := []error{b.f.SetColWidth(guideSheet, "A", "B", 62), landscape(b.f, guideSheet)}
	for i, l := range lines {
		row := i + 1
		for k, text := range []string{l.en, l.hi} {
			name, err := excelize.CoordinatesToCellName(k+1, row)
			errs = append(errs, err, b.f.SetCellStr(guideSheet, name, text), b.f.SetCellStyle(guideSheet, name, name, b.styles[l.style]))
		}
		height := 15.5 * float64(max(len(wrap(l.en, 58)), len(wrap(l.hi, 60))))
		if l.style == "title" {
			height = 24
		}
		errs = append(errs, b.f.SetRowHeight(guideSheet, row, height+3))
	}
	return errors.Join(errs...)
}
