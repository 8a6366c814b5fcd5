package main

import (
	"fmt"
	"strings"
	"testing"
)

const (
	transitional = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	strict       = "http://purl.oclc.org/ooxml/officeDocument/relationships/"
	main2006     = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
)

// flatSheet is the table of flatHead and flatRow as a sheet; visit is the cell of the date.
func flatSheet(visit string) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><worksheet ` + main2006 + `><sheetData>`)
	for n, line := range []string{flatHead, flatRow} {
		fmt.Fprintf(&b, `<row r="%d">`, n+1)
		for i, text := range strings.Split(strings.TrimSpace(line), ",") {
			if n == 1 && i == 3 {
				b.WriteString(visit)
				continue
			}
			fmt.Fprintf(&b, `<c r="%c%d" t="inlineStr"><is><t>%s</t></is></c>`, 'A'+i, n+1, text)
		}
		b.WriteString("</row>")
	}
	return b.String() + `</sheetData></worksheet>`
}

const textDate = `<c r="D2" t="str"><v>15-08-2026</v></c>`

// workbookParts are the parts of a workbook with the table; replaced parts stand at the end of it.
func workbookParts(replaced ...entry) []entry {
	all := []entry{
		{name: "[Content_Types].xml", text: `<Types/>`},
		{name: "_rels/.rels", text: `<Relationships><Relationship Id="rId1" Type="` + transitional + `officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{name: "xl/workbook.xml", text: `<workbook ` + main2006 + `><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>`},
		{name: "xl/_rels/workbook.xml.rels", text: `<Relationships><Relationship Id="rId1" Type="` + transitional + `worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="rId2" Type="` + transitional + `sharedStrings" Target="sharedStrings.xml"/></Relationships>`},
		{name: "xl/worksheets/sheet1.xml", text: flatSheet(textDate)},
		{name: "xl/sharedStrings.xml", text: `<sst ` + main2006 + ` count="1" uniqueCount="1"><si><t>x</t></si></sst>`},
	}
	for _, r := range replaced {
		found := false
		for i := range all {
			if all[i].name == r.name {
				all[i], found = r, true
			}
		}
		if !found {
			all = append(all, r)
		}
	}
	return all
}

func workbookOf(replaced ...entry) func(t testing.TB, path string) {
	return archive(workbookParts(replaced...)...)
}

// sheetOf is a workbook whose sheet holds something.
func sheetOf(text string) func(t testing.TB, path string) {
	return workbookOf(entry{name: "xl/worksheets/sheet1.xml", text: text})
}

// withRows is a workbook with the table, and some rows more.
func withRows(rows string) func(t testing.TB, path string) {
	return sheetOf(strings.Replace(flatSheet(textDate), "</sheetData>", rows+"</sheetData>", 1))
}

const (
	laughs   = `<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>`
	intruder = `<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>`
)

func hostileWorkbooks() []hostile {
	sheet := flatSheet(textDate)
	all := []hostile{
		{name: "a workbook as it should be", ok: true, make: workbookOf()},
		{name: "strict OOXML", ok: true, make: workbookOf(
			entry{name: "_rels/.rels", text: `<Relationships><Relationship Id="rId1" Type="` + strict + `officeDocument" Target="xl/workbook.xml"/></Relationships>`},
			entry{name: "xl/_rels/workbook.xml.rels", text: `<Relationships><Relationship Id="rId1" Type="` + strict + `worksheet" Target="worksheets/sheet1.xml"/></Relationships>`},
			entry{name: "xl/workbook.xml", text: `<workbook xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main" conformance="strict"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>`},
			entry{name: "xl/worksheets/sheet1.xml", text: strings.Replace(flatSheet(`<c r="D2" t="d"><v>2026-08-15</v></c>`), main2006, `xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"`, 1)})},
		{name: "dates from 1904", ok: true, make: workbookOf(
			entry{name: "xl/workbook.xml", text: `<workbook ` + main2006 + `><workbookPr date1904="1"/><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>`},
			entry{name: "xl/worksheets/sheet1.xml", text: flatSheet(`<c r="D2"><v>44787</v></c>`)})},
		{name: "a date that is no number", ok: true, make: sheetOf(flatSheet(`<c r="D2"><v>1e309</v></c>`))},
		{name: "a date before all dates", ok: true, make: sheetOf(flatSheet(`<c r="D2"><v>-99999999</v></c>`))},
		{name: "an error for a date", ok: true, make: sheetOf(flatSheet(`<c r="D2" t="e"><v>#N/A</v></c>`))},
		{name: "a prefix before every name", ok: true, make: sheetOf(strings.NewReplacer("<?", "<?", "</", "</x:", "<", "<x:").Replace(sheet))},
		{name: "texts in UTF-16", ok: true, make: sheetOf("\xff\xfe" + inUTF16(strings.Replace(sheet, "UTF-8", "UTF-16", 1), false))},
		{name: "a size that lies", ok: true, make: sheetOf(strings.Replace(sheet, "<sheetData>", `<dimension ref="A1:XFD1048576"/><sheetData>`, 1))},
		{name: "a size beyond all sheets", ok: true, make: sheetOf(strings.Replace(sheet, "<sheetData>", `<dimension ref="A0:XFE16777217"/><cols><col min="1" max="4294967295" width="1e308"/></cols><sheetData>`, 1))},
		{name: "texts that are counted wrong", ok: true, make: workbookOf(entry{name: "xl/sharedStrings.xml", text: `<sst ` + main2006 + ` count="4294967295" uniqueCount="18446744073709551615"><si><t>x</t></si></sst>`})},
		{name: "a cell at the end of the sheet", ok: true, make: withRows(`<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>`)},
		{name: "a cell behind the end of the sheet", make: withRows(`<row r="3"><c r="XFE3"><v>1</v></c></row>`)},
		{name: "a row behind the end of the sheet", make: withRows(`<row r="16777217"><c r="A16777217"><v>1</v></c></row>`)},
		{name: "a row with the number 0", make: withRows(`<row r="0"><c r="A0"><v>1</v></c></row>`)},
		{name: "a row with a negative number", make: withRows(`<row r="-1"><c r="A-1"><v>1</v></c></row>`)},
		{name: "a row with a number of many digits", make: withRows(`<row r="99999999999999999999"><c><v>1</v></c></row>`)},
		{name: "a cell with no column", make: withRows(`<row r="3"><c r="3"><v>1</v></c></row>`)},
		{name: "a cell that refers to a negative text", make: withRows(`<row r="3"><c r="A3" t="s"><v>-1</v></c></row>`)},
		{name: "a cell that refers to a text far off", make: withRows(`<row r="3"><c r="A3" t="s"><v>999999999</v></c></row>`)},
		{name: "a cell that refers to no text", ok: true, make: withRows(`<row r="3"><c r="A3" t="s"><v></v></c></row>`)},
		{name: "a cell of a kind that there is not", make: withRows(`<row r="3"><c r="A3" t="zzz"><v>1</v></c></row>`)},
		{name: "a style that there is not", ok: true, make: withRows(`<row r="3" s="99999999"><c r="A3" s="999999999"><v>H9</v></c></row>`)},
		{name: "a style with a negative number", make: withRows(`<row r="3"><c r="A3" s="-1"><v>1</v></c></row>`)},
		{name: "merged cells that are none", ok: true, make: sheetOf(strings.Replace(sheet, "</sheetData>", `</sheetData><mergeCells count="99"><mergeCell ref=""/><mergeCell ref="A0:XFE0"/><mergeCell ref="#REF!"/></mergeCells>`, 1))},
		{name: "a million merged cells", ok: true, make: sheetOf(strings.Replace(sheet, "</sheetData>", `</sheetData><mergeCells>`+strings.Repeat(`<mergeCell ref="A1:XFD1048576"/>`, 1<<20)+`</mergeCells>`, 1))},
		{name: "a million styles", ok: true, make: workbookOf(entry{name: "xl/styles.xml", text: `<styleSheet><cellXfs>` + strings.Repeat(`<xf numFmtId="14"/>`, 1<<20) + `</cellXfs></styleSheet>`})},
		{name: "a formula of a megabyte", ok: true, make: withRows(`<row r="3"><c r="A3"><f>` + strings.Repeat("1+", 1<<19) + `1</f><v>H9</v></c></row>`)},
		{name: "formulas that call the world", ok: true, make: withRows(`<row r="3"><c r="A3" t="str"><f>WEBSERVICE("http://localhost:1")</f><v>H9</v></c></row>`)},
		{name: "two tables of cells", make: sheetOf(strings.Replace(sheet, "</worksheet>", `<sheetData><row r="1"/></sheetData></worksheet>`, 1))},
		{name: "a table in a table", make: withRows(`<row r="3"><sheetData><row r="1"/></sheetData></row>`)},
		{name: "alternate content", make: withRows(`<mc:AlternateContent><mc:Choice><row r="3"><c r="A3"><v>1</v></c></row></mc:Choice></mc:AlternateContent>`)},
		{name: "a text that stands twice in a cell", make: withRows(`<row r="3"><c r="A3" t="inlineStr"><is><t>a</t></is><is><t>b</t></is></c></row>`)},
		{name: "entities that multiply", want: "entities", make: sheetOf(strings.Replace(sheet, "<worksheet", laughs+"<worksheet", 1))},
		{name: "entities that multiply in the texts", want: "", ok: true, make: workbookOf(entry{name: "xl/sharedStrings.xml", text: laughs + `<sst><si><t>&c;</t></si></sst>`})},
		{name: "entities that multiply in the plan", want: "entities", make: workbookOf(entry{name: "xl/workbook.xml", text: laughs + `<workbook>&c;</workbook>`})},
		{name: "entities that multiply in the styles", ok: true, make: workbookOf(entry{name: "xl/styles.xml", text: laughs + `<styleSheet>&c;</styleSheet>`})},
		{name: "entities that multiply in the properties", ok: true, make: workbookOf(entry{name: "docProps/core.xml", text: laughs + `<x>&c;</x>`})},
		{name: "an entity that reads a file", want: "entities", make: sheetOf(strings.Replace(sheet, "<worksheet", intruder+"<worksheet", 1))},
		{name: "an entity in UTF-7", make: sheetOf(`<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a +AFs-+ADwAIQ-ENTITY a SYSTEM +ACI-file:///etc/passwd+ACIAPg-+AF0APg-<worksheet>+ACY-a;</worksheet>`)},
		{name: "an entity in UTF-16", want: "entities", make: sheetOf("\xfe\xff" + inUTF16(intruder+"<worksheet>&a;</worksheet>", true))},
		{name: "an entity in UTF-16 without its mark", want: "entities", make: sheetOf(inUTF16(intruder+"<worksheet>&a;</worksheet>", false))},
		{name: "an entity in EBCDIC", make: sheetOf(`<?xml version="1.0" encoding="IBM037"?><worksheet/>`)},
		{name: "a plan in UTF-32", make: workbookOf(entry{name: "xl/workbook.xml", text: "\x00\x00\xfe\xff\x00\x00\x00<"})},
		{name: "tags in each other", want: "nested", make: sheetOf("<worksheet>" + strings.Repeat("<a>", 1<<20))},
		{name: "attributes without end", make: sheetOf("<worksheet " + strings.Repeat(`a="b" `, 1<<21) + "/>")},
		{name: "an attribute of 7 MB", ok: true, make: withRows(`<row r="3" x="` + strings.Repeat("a", 7<<20) + `"><c r="A3"><v>H9</v></c></row>`)},
		{name: "a cell of 7 MB", want: "128 KB", make: withRows(`<row r="3"><c r="A3" t="str"><v>` + strings.Repeat("a", 7<<20) + `</v></c></row>`)},
		{name: "a cell of 7 MB of digits", want: "128 KB", make: withRows(`<row r="3"><c r="A3" t="str"><v>` + strings.Repeat("23456789", 900_000) + `</v></c></row>`)},
		{name: "fifty cells of nearly an eighth of a megabyte", ok: true, make: withRows(manyCells(50, strings.Repeat("23456789", 16_000)))},
		{name: "zero bytes in the sheet", make: sheetOf(strings.Replace(sheet, "Ramesh", "\x00", 1))},
		{name: "a sheet that is no UTF-8", make: sheetOf(strings.Replace(sheet, "Ramesh", "\xff\xfe\xfd", 1))},
		{name: "characters that XML forbids", make: sheetOf(strings.Replace(sheet, "Ramesh", "&#0;&#xFFFF;", 1))},
		{name: "a sheet of nothing", make: sheetOf("")},
		{name: "a sheet that is a picture", make: sheetOf("\x89PNG\r\n\x1a\n")},
		{name: "a sheet without its end", make: sheetOf(sheet[:len(sheet)-30])},
		{name: "a plan of nothing", make: workbookOf(entry{name: "xl/workbook.xml", text: ""})},
		{name: "a plan without sheets", make: workbookOf(entry{name: "xl/workbook.xml", text: `<workbook><sheets/></workbook>`})},
		{name: "a plan that names a sheet twice", make: workbookOf(entry{name: "xl/workbook.xml", text: `<workbook><sheets><sheet name="A" r:id="rId1"/><sheet name="A" r:id="rId1"/></sheets></workbook>`})},
		{name: "a sheet without a name", make: workbookOf(entry{name: "xl/workbook.xml", text: `<workbook><sheets><sheet r:id="rId1"/></sheets></workbook>`})},
		{name: "a sheet whose name a terminal obeys", make: workbookOf(entry{name: "xl/workbook.xml", text: `<workbook><sheets><sheet name="&#x9;&#xA;&#x202E;a" r:id="rId9"/></sheets></workbook>`})},
		{name: "a sheet with a name of a megabyte", make: workbookOf(entry{name: "xl/workbook.xml", text: `<workbook><sheets><sheet name="` + strings.Repeat("a", 1<<20) + `" r:id="rId9"/></sheets></workbook>`})},
		{name: "a sheet called __proto__", ok: true, make: workbookOf(entry{name: "xl/workbook.xml", text: `<workbook><sheets><sheet name="__proto__" r:id="rId1"/></sheets></workbook>`})},
		{name: "names that lead out of the workbook", make: workbookOf(entry{name: "xl/_rels/workbook.xml.rels", text: `<Relationships><Relationship Id="rId1" Type="worksheet" Target="../../../../etc/passwd"/></Relationships>`})},
		{name: "a sheet that lies elsewhere", make: workbookOf(entry{name: "xl/_rels/workbook.xml.rels", text: `<Relationships><Relationship Id="rId1" Type="worksheet" TargetMode="External" Target="http://localhost:1/"/></Relationships>`})},
		{name: "a sheet that is the plan", make: workbookOf(entry{name: "xl/_rels/workbook.xml.rels", text: `<Relationships><Relationship Id="rId1" Type="worksheet" Target="workbook.xml"/></Relationships>`})},
		{name: "a hundred thousand relationships", make: workbookOf(entry{name: "xl/_rels/workbook.xml.rels", text: `<Relationships>` + strings.Repeat(`<Relationship Id="rId1" Type="worksheet" Target="worksheets/sheet1.xml"/>`, 100_001) + `</Relationships>`})},
		{name: "a thousand sheets that are one of 8 MB", make: workbookOf(entry{name: "xl/workbook.xml", text: `<workbook><sheets>` + manySheets(999) + `</sheets></workbook>`}, entry{name: "xl/worksheets/sheet1.xml", text: "<worksheet><sheetData/>" + strings.Repeat(" ", 7<<20) + "</worksheet>"})},
		{name: "two parts with one name", want: "two of its parts", make: archive(append(workbookParts(), entry{name: "XL/Worksheets/sheet1.xml", text: sheet})...)},
		{name: "a bomb in a picture", want: "far more", make: workbookOf(entry{name: "xl/media/image1.png", text: strings.Repeat("\x00", 1<<20), times: 300})},
		{name: "a bomb in the sheet", make: workbookOf(entry{name: "xl/worksheets/sheet1.xml", text: strings.Repeat("<row/>", 1<<17), times: 300})},
		{name: "a bomb in the texts", make: workbookOf(entry{name: "xl/sharedStrings.xml", text: strings.Repeat("<si><t>a</t></si>", 1<<16), times: 200}, entry{name: "xl/worksheets/sheet1.xml", text: strings.Replace(sheet, "</sheetData>", `<row r="3"><c r="A3" t="s"><v>0</v></c></row></sheetData>`, 1)})},
		{name: "eleven thousand parts", want: "parts", make: archive(append(workbookParts(), manyEntries(11_000, func(i int) entry { return entry{name: fmt.Sprintf("xl/media/%d.png", i)} })...)...)},
		{name: "a part with a password", want: "password", make: workbookOf(entry{name: "xl/worksheets/sheet1.xml", text: sheet, flags: 1})},
		{name: "a part that is packed in another way", make: workbookOf(entry{name: "xl/worksheets/sheet1.xml", text: sheet, method: 93})},
		{name: "scattered cells", make: withRows(func() string {
			var b strings.Builder
			for i := 3; i < 20_000; i++ {
				fmt.Fprintf(&b, `<row r="%d"><c r="XFD%d"><v>1</v></c></row>`, i, i)
			}
			return b.String()
		}())},
		{name: "a form whose hidden sheet is endless", make: workbookOf(
			entry{name: "xl/workbook.xml", text: `<workbook><sheets><sheet name="Sheet1" r:id="rId1"/><sheet name="sehat_import" r:id="rId3"/></sheets></workbook>`},
			entry{name: "xl/_rels/workbook.xml.rels", text: `<Relationships><Relationship Id="rId1" Type="worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId3" Type="worksheet" Target="worksheets/sheet2.xml"/></Relationships>`},
			entry{name: "xl/worksheets/sheet2.xml", text: `<worksheet><sheetData><row r="1"><c r="A1" t="str"><v>mapping</v></c><c r="B1" t="str"><v>` + strings.Repeat("[", 1<<20) + `</v></c></row></sheetData></worksheet>`})},
	}
	for i := range all {
		all[i].file = "a.xlsx"
	}
	for phase := range 12 {
		all = append(all, hostile{name: fmt.Sprintf("bytes changed, %d", phase), file: "a.xlsx", ok: true, make: flipped(workbookOf(), 97, phase*8)})
	}
	return append(all, cutTests("a workbook", "a.xlsx", false, workbookOf())...)
}

func manySheets(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `<sheet name="S%d" r:id="rId1"/>`, i)
	}
	return b.String()
}

func manyCells(n int, text string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `<row r="%d"><c r="A%d" t="str"><v>%s</v></c></row>`, i+3, i+3, text)
	}
	return b.String()
}
