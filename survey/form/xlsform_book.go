package form

import (
	"strings"

	"github.com/xuri/excelize/v2"
)

// An xlsformBook writes the three sheets, so that whoever wants to change the form finds the way: questions under coloured bars of
// their group, headers that stay in sight, long texts broken.
type xlsformBook struct {
	*excelize.File
	header, body, code, bar int // styles
}

func (b *xlsformBook) write(x xlsform) error {
	if err := b.makeStyles(); err != nil {
		return err
	}
	widths := map[string]float64{"type": 26, "name": 24, "label": 36, "hint": 36, "required": 14, "relevant": 32, "constraint": 44, "calculation": 32, "list_name": 20, "instance_name": 40, "form_title": 52}
	for i, sheet := range []struct {
		name   string
		rows   [][]string
		frozen int
	}{{"survey", x.survey, 2}, {"choices", x.choices, 2}, {"settings", x.settings, 0}} {
		if i == 0 {
			if err := b.SetSheetName("Sheet1", sheet.name); err != nil {
				return err
			}
		} else if _, err := b.NewSheet(sheet.name); err != nil {
			return err
		}
		if err := b.sheet(sheet.name, sheet.rows, sheet.frozen, widths); err != nil {
			return err
		}
	}
	// No time of making: the same options give the same bytes.
	return b.SetDocProps(&excelize.DocProperties{Creator: "sehat", Title: x.settings[1][0], Created: "2026-01-01T00:00:00Z", Modified: "2026-01-01T00:00:00Z"})
}

func (b *xlsformBook) makeStyles() error {
	box := []excelize.Border{{Type: "bottom", Color: line, Style: 1}}
	fill := func(c string) excelize.Fill {
		return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{c}}
	}
	wrap := &excelize.Alignment{Vertical: "top", WrapText: true}
	const asText = 49 // the number format "@", so that nothing is taken for a number or a formula
	for _, s := range []struct {
		id    *int
		style excelize.Style
	}{
		{&b.header, excelize.Style{Font: &excelize.Font{Family: "Calibri", Size: 10, Bold: true, Color: "FFFFFF"}, Fill: fill(dark), Alignment: wrap, NumFmt: asText}},
		{&b.body, excelize.Style{Font: &excelize.Font{Family: "Calibri", Size: 10, Color: ink}, Alignment: wrap, Border: box, NumFmt: asText}},
		{&b.code, excelize.Style{Font: &excelize.Font{Family: "Consolas", Size: 9, Color: quiet}, Alignment: wrap, Border: box, NumFmt: asText}},
		{&b.bar, excelize.Style{Font: &excelize.Font{Family: "Calibri", Size: 10, Bold: true, Color: ink}, Fill: fill(pale), Alignment: wrap, Border: box, NumFmt: asText}},
	} {
		id, err := b.NewStyle(&s.style)
		if err != nil {
			return err
		}
		*s.id = id
	}
	return nil
}

func (b *xlsformBook) sheet(name string, rows [][]string, frozen int, widths map[string]float64) error {
	for i, row := range rows {
		for j, value := range row {
			cell, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				return err
			}
			if value != "" {
				if err := b.SetCellStr(name, cell, value); err != nil {
					return err
				}
			}
			if err := b.SetCellStyle(name, cell, cell, b.styleOf(rows, i, j)); err != nil {
				return err
			}
		}
		if err := b.SetRowHeight(name, i+1, heightOf(rows[0], row, widths)); err != nil {
			return err
		}
	}
	for j, title := range rows[0] {
		letter, err := excelize.ColumnNumberToName(j + 1)
		if err != nil {
			return err
		}
		if err := b.SetColWidth(name, letter, letter, widthOfColumn(title, widths)); err != nil {
			return err
		}
	}
	last, err := excelize.CoordinatesToCellName(len(rows[0]), len(rows))
	if err != nil {
		return err
	}
	if err := b.SetSheetDimension(name, "A1:"+last); err != nil {
		return err
	}
	if err := b.printed(name); err != nil {
		return err
	}
	top, err := excelize.CoordinatesToCellName(frozen+1, 2)
	if err != nil {
		return err
	}
	return b.SetPanes(name, &excelize.Panes{Freeze: true, XSplit: frozen, YSplit: 1, TopLeftCell: top, ActivePane: "bottomRight"})
}

// printed lays a sheet out for those who read a form on paper before it goes out: A3 across, all columns on one page.
func (b *xlsformBook) printed(sheet string) error {
	size, orientation, fit, wide, tall := 8, "landscape", true, 1, 0
	if err := b.SetPageLayout(sheet, &excelize.PageLayoutOptions{Size: &size, Orientation: &orientation, FitToWidth: &wide, FitToHeight: &tall}); err != nil {
		return err
	}
	return b.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: &fit})
}

// styleOf: a header, the bar of a group, an expression, or a text.
func (b *xlsformBook) styleOf(rows [][]string, i, j int) int {
	title, kind := rows[0][j], rows[i][0]
	switch {
	case i == 0:
		return b.header
	case strings.HasPrefix(kind, "begin_"), strings.HasPrefix(kind, "end_"):
		return b.bar
	case isCode(title):
		return b.code
	}
	return b.body
}

func widthOfColumn(title string, widths map[string]float64) float64 {
	base, _, _ := strings.Cut(title, "::")
	if strings.HasSuffix(base, "_message") {
		return 36
	}
	if w, ok := widths[base]; ok {
		return w
	}
	return 18
}

// heightOf is a row's height for the tallest of its texts. Expressions do not count: they are read in the input line.
func heightOf(header, row []string, widths map[string]float64) float64 {
	var cells []cellText
	for j, value := range row {
		if value != "" && !isCode(header[j]) {
			cells = append(cells, cellText{value, int(widthOfColumn(header[j], widths))})
		}
	}
	return heightFor(10, cells...)
}

func isCode(title string) bool {
	return title == "required" || title == "relevant" || title == "constraint" || title == "calculation"
}
