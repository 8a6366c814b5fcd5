package form

import "github.com/xuri/excelize/v2"

// The colours: one dark teal for what must be answered and for titles, its pale shade for the rest.
const (
	dark  = "0B4F5C"
	pale  = "DCEBEE"
	line  = "B8C9CD"
	ink   = "1F2D30"
	quiet = "5B6B70"
)

// styles are the numbers of the styles in the workbook.
type styles struct {
	required, optional              int // header cells
	text, plain                     int // whole columns
	textRuled, plainRuled           int // the rows that are printed
	title, subtitle, heading        int // the help sheet
	tableHead, body, bodyBold, mono int
	step, stepNumber, star          int
}

func (b *book) makeStyles() error {
	box := []excelize.Border{
		{Type: "left", Color: line, Style: 1},
		{Type: "right", Color: line, Style: 1},
		{Type: "top", Color: line, Style: 1},
		{Type: "bottom", Color: line, Style: 1},
	}
	under := []excelize.Border{{Type: "bottom", Color: line, Style: 1}}
	fill := func(c string) excelize.Fill {
		return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{c}}
	}
	font := func(size float64, bold bool, color string) *excelize.Font {
		return &excelize.Font{Family: "Calibri", Size: size, Bold: bold, Color: color}
	}
	head := &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}
	wrap := &excelize.Alignment{Horizontal: "left", Vertical: "top", WrapText: true, Indent: 1}
	middle := &excelize.Alignment{Vertical: "center"}
	const asText = 49 // the number format "@"

	for _, s := range []struct {
		id    *int
		style excelize.Style
	}{
		{&b.styles.required, excelize.Style{Font: font(10, true, "FFFFFF"), Fill: fill(dark), Alignment: head, Border: box, NumFmt: asText}},
		{&b.styles.optional, excelize.Style{Font: font(10, true, ink), Fill: fill(pale), Alignment: head, Border: box, NumFmt: asText}},
		{&b.styles.text, excelize.Style{Font: font(11, false, ink), NumFmt: asText, Alignment: middle}},
		{&b.styles.plain, excelize.Style{Font: font(11, false, ink), Alignment: middle}},
		{&b.styles.textRuled, excelize.Style{Font: font(11, false, ink), NumFmt: asText, Alignment: middle, Border: box}},
		{&b.styles.plainRuled, excelize.Style{Font: font(11, false, ink), Alignment: middle, Border: box}},
		{&b.styles.title, excelize.Style{Font: font(20, true, dark), Alignment: middle}},
		{&b.styles.subtitle, excelize.Style{Font: font(11, false, quiet), Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}}},
		{&b.styles.heading, excelize.Style{Font: font(13, true, dark), Alignment: &excelize.Alignment{Vertical: "bottom"}}},
		{&b.styles.tableHead, excelize.Style{Font: font(10, true, "FFFFFF"), Fill: fill(dark), Alignment: &excelize.Alignment{Horizontal: "left", Vertical: "center", WrapText: true, Indent: 1}}},
		{&b.styles.body, excelize.Style{Font: font(10, false, ink), Alignment: wrap, Border: under}},
		{&b.styles.bodyBold, excelize.Style{Font: font(10, true, ink), Alignment: wrap, Border: under}},
		{&b.styles.mono, excelize.Style{Font: &excelize.Font{Family: "Consolas", Size: 9, Color: quiet}, Alignment: wrap, Border: under}},
		{&b.styles.step, excelize.Style{Font: font(11, false, ink), Alignment: wrap}},
		{&b.styles.stepNumber, excelize.Style{Font: font(11, true, dark), Alignment: &excelize.Alignment{Vertical: "top", Horizontal: "center"}}},
		{&b.styles.star, excelize.Style{Font: font(10, true, dark), Alignment: &excelize.Alignment{Vertical: "top", Horizontal: "center"}, Border: under}},
	} {
		id, err := b.NewStyle(&s.style)
		if err != nil {
			return err
		}
		*s.id = id
	}
	return nil
}
