package form

import (
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"sehat/survey"
)

// ruledRows is how many empty rows are ruled, so that a sheet can be printed and filled by hand. Formats and lists reach to the end of the sheet.
const ruledRows = 30

// WriteXLSX writes the empty workbook. The same options give the same bytes.
func WriteXLSX(w io.Writer, o Options) error {
	if o.SurveyCode == "" {
		return ErrNoSurveyCode
	}
	b := book{File: excelize.NewFile(), o: o}
	defer b.Close() //nolint:errcheck // nothing was spilled to disk that could fail
	if err := b.write(); err != nil {
		return fmt.Errorf("write the workbook: %w", err)
	}
	if _, err := b.WriteTo(w); err != nil {
		return fmt.Errorf("write the workbook: %w", err)
	}
	return nil
}

// A book is the workbook while it is made.
type book struct {
	*excelize.File
	o      Options
	styles styles
	lists  map[string]string // the range on the Lists sheet that holds a field's answers
}

func (b *book) write() error {
	if err := b.makeStyles(); err != nil {
		return err
	}
	for i, name := range []string{survey.SheetHelp, survey.SheetHouseholds, survey.SheetMembers, survey.SheetLists, survey.SheetSettings} {
		if i == 0 {
			if err := b.SetSheetName("Sheet1", name); err != nil {
				return err
			}
			continue
		}
		if _, err := b.NewSheet(name); err != nil {
			return err
		}
	}
	households, members := householdColumns(), memberColumns()
	for _, step := range []func() error{
		func() error { return b.writeLists(append(households, members...)) },
		b.writeSettings,
		func() error { return b.writeHelp(households, members) },
		func() error { return b.writeSheet(survey.SheetHouseholds, households, 1, "$A:$A") },
		func() error { return b.writeSheet(survey.SheetMembers, members, 4, "$A:$C") },
		b.finish,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// writeLists writes one column of answers for each field that has codes, and one for the wards.
func (b *book) writeLists(columns []column) error {
	b.lists = map[string]string{}
	at := 1
	for _, c := range columns {
		var answers []string
		for _, code := range c.Codes {
			answers = append(answers, code.Choice())
		}
		if c.Name == "ward_code" && b.o.Areas != nil {
			for _, a := range b.o.Areas.List("ward", b.o.Day) {
				if len(answers) == 0 || answers[len(answers)-1] != a.Choice() {
					answers = append(answers, a.Choice())
				}
			}
		}
		if len(answers) == 0 {
			continue
		}
		letter, err := excelize.ColumnNumberToName(at)
		if err != nil {
			return err
		}
		if err := b.SetSheetCol(survey.SheetLists, letter+"1", ptr(append([]string{c.Name}, answers...))); err != nil {
			return err
		}
		b.lists[c.Name] = fmt.Sprintf("%s!$%s$2:$%s$%d", survey.SheetLists, letter, letter, len(answers)+1)
		at++
	}
	return nil
}

func (b *book) writeSettings() error {
	for i, row := range [][]string{{"name", "value"}, {"survey_code", b.o.SurveyCode}, {"form", "sehat 1"}} {
		if err := b.SetSheetRow(survey.SheetSettings, fmt.Sprintf("A%d", i+1), &row); err != nil {
			return err
		}
	}
	return nil
}

// writeSheet writes a sheet of questions; the first columns, as many as frozen says, stay in sight, and those of every are printed on each page.
func (b *book) writeSheet(sheet string, columns []column, frozen int, every string) error {
	lastLetter, err := excelize.ColumnNumberToName(len(columns))
	if err != nil {
		return err
	}
	for i, c := range columns {
		letter, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		if err := b.writeColumn(sheet, letter, c); err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
	}
	for row := 1; row <= ruledRows+1; row++ {
		height := 24.0
		if row == 1 {
			height = 52
		}
		if err := b.SetRowHeight(sheet, row, height); err != nil {
			return err
		}
	}
	cell, err := excelize.CoordinatesToCellName(frozen+1, 2)
	if err != nil {
		return err
	}
	if err := b.SetPanes(sheet, &excelize.Panes{
		Freeze: true, XSplit: frozen, YSplit: 1, TopLeftCell: cell, ActivePane: "bottomRight",
		Selection: []excelize.Selection{{SQRef: cell, ActiveCell: cell, Pane: "bottomRight"}},
	}); err != nil {
		return err
	}
	if sheet == survey.SheetHouseholds {
		if err := b.markTwice(sheet, "A2:A1048576"); err != nil {
			return err
		}
	}
	if err := b.SetSheetDimension(sheet, fmt.Sprintf("A1:%s%d", lastLetter, ruledRows+1)); err != nil {
		return err
	}
	return b.layOut(sheet, "landscape", fmt.Sprintf("$A$1:$%s$%d", lastLetter, ruledRows+1), 2, every+","+sheet+"!$1:$1")
}

func (b *book) writeColumn(sheet, letter string, c column) error {
	style, ruled := b.styles.plain, b.styles.plainRuled
	if isText(c.Field) {
		style, ruled = b.styles.text, b.styles.textRuled
	}
	header := b.styles.optional
	if c.Required {
		header = b.styles.required
	}
	if err := b.SetColWidth(sheet, letter, letter, c.width); err != nil {
		return err
	}
	if err := b.SetColStyle(sheet, letter, style); err != nil {
		return err
	}
	if err := b.SetCellStr(sheet, letter+"1", c.Header()); err != nil {
		return err
	}
	if err := b.SetCellStyle(sheet, letter+"1", letter+"1", header); err != nil {
		return err
	}
	if err := b.SetCellStyle(sheet, letter+"2", fmt.Sprintf("%s%d", letter, ruledRows+1), ruled); err != nil {
		return err
	}
	return b.AddDataValidation(sheet, b.validation(sheet, letter, c))
}

// isText tells the columns in which a spreadsheet must not guess what was typed.
func isText(f survey.Field) bool { return f.Type != survey.Whole && f.Type != survey.Decimal }

// validation gives a column its hint, its list and its bounds. Lists and forms warn and let pass, because a code may be typed and an
// unknown phone is an answer; only a number outside its bounds is stopped.
func (b *book) validation(sheet, letter string, c column) *excelize.DataValidation {
	v := excelize.NewDataValidation(true)
	v.Sqref = fmt.Sprintf("%s2:%s1048576", letter, letter)
	v.SetInput(c.Label, c.HelpHi+"\n"+c.Help)
	first := letter + "2"
	list := b.lists[c.Name]
	if sheet == survey.SheetMembers && c.Name == survey.LinkField {
		list = survey.SheetHouseholds + "!$A$2:$A$5001"
	}
	switch {
	case list != "":
		v.SetSqrefDropList(list)
		if c.Type != survey.Many { // several answers are typed with commas
			v.SetError(excelize.DataValidationErrorStyleWarning, c.Label, "सूची में से चुनें।\nChoose from the list.")
		}
	case c.Type == survey.Whole || c.Type == survey.Decimal:
		of := excelize.DataValidationTypeWhole
		if c.Type == survey.Decimal {
			of = excelize.DataValidationTypeDecimal
		}
		if err := v.SetRange(c.Min, c.Max, of, excelize.DataValidationOperatorBetween); err == nil {
			v.SetError(excelize.DataValidationErrorStyleStop, c.Label, fmt.Sprintf("%v से %v के बीच का नंबर लिखें।\nWrite a number from %v to %v.", c.Min, c.Max, c.Min, c.Max))
		}
	default:
		if test := formulaOf(c.Field, first); test != "" {
			v.Type, v.Formula1 = "custom", escape.Replace(test)
			v.SetError(excelize.DataValidationErrorStyleWarning, c.Label, c.HelpHi+"\n"+c.Help)
		}
	}
	return v
}

// formulaOf is a test of form that a spreadsheet can make while one types.
func formulaOf(f survey.Field, cell string) string {
	switch {
	case f.Type == survey.Day:
		return strings.ReplaceAll("AND(LEN(#)=10,ISNUMBER(VALUE(LEFT(#,2))),VALUE(MID(#,4,2))<=12,VALUE(RIGHT(#,4))>=2020)", "#", cell)
	case f.Type == survey.Phone:
		return strings.ReplaceAll("OR(LEN(#)=10,ISERROR(VALUE(#)))", "#", cell)
	case f.Name == "pin_code":
		return strings.ReplaceAll(`AND(LEN(#)=6,LEFT(#,3)="110")`, "#", cell)
	case f.Name == "epic_no":
		return strings.ReplaceAll("LEN(#)=10", "#", cell)
	case f.Name == "abha_number":
		return strings.ReplaceAll(`LEN(SUBSTITUTE(SUBSTITUTE(#,"-","")," ",""))=14`, "#", cell)
	}
	return ""
}

// escape: excelize writes a formula of a validation into the XML as it is.
var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// markTwice paints a key that stands twice.
func (b *book) markTwice(sheet, cells string) error {
	style, err := b.NewConditionalStyle(&excelize.Style{
		Font: &excelize.Font{Color: "9C0006"}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"FFC7CE"}},
	})
	if err != nil {
		return err
	}
	return b.SetConditionalFormat(sheet, cells, []excelize.ConditionalFormatOptions{{Type: "duplicate", Criteria: "=", Format: &style}})
}

// layOut prepares a sheet for the printer: A4, so many pages wide, with its header on each page.
func (b *book) layOut(sheet, orientation, area string, wide int, titles string) error {
	size, fit, tall := 9, true, 0
	if err := b.SetPageLayout(sheet, &excelize.PageLayoutOptions{Size: &size, Orientation: &orientation, FitToWidth: &wide, FitToHeight: &tall}); err != nil {
		return err
	}
	if err := b.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
		return err
	}
	narrow, foot := 0.4, 0.6
	if err := b.SetPageMargins(sheet, &excelize.PageLayoutMarginsOptions{Left: &narrow, Right: &narrow, Top: &narrow, Bottom: &foot, Footer: &narrow}); err != nil {
		return err
	}
	if err := b.SetHeaderFooter(sheet, &excelize.HeaderFooterOptions{OddFooter: "&L" + strings.ReplaceAll(b.o.SurveyCode, "&", "&&") + "&C&A&R&P / &N"}); err != nil {
		return err
	}
	for _, name := range [][2]string{{"_xlnm.Print_Area", area}, {"_xlnm.Print_Titles", titles}} {
		if err := b.SetDefinedName(&excelize.DefinedName{Name: name[0], RefersTo: sheet + "!" + name[1], Scope: sheet}); err != nil {
			return err
		}
	}
	return nil
}

func (b *book) finish() error {
	for _, sheet := range []string{survey.SheetLists, survey.SheetSettings} {
		if err := b.SetSheetVisible(sheet, false, sheet == survey.SheetSettings); err != nil {
			return err
		}
	}
	first, err := b.GetSheetIndex(survey.SheetHouseholds)
	if err != nil {
		return err
	}
	b.SetActiveSheet(first)
	// No time of making: the same options give the same bytes.
	return b.SetDocProps(&excelize.DocProperties{Creator: "sehat", Title: "Household health survey " + b.o.SurveyCode, Created: "2026-01-01T00:00:00Z", Modified: "2026-01-01T00:00:00Z"})
}

func ptr[T any](v T) *T { return &v }
