package xlsx_test

const (
	sheetHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`
	sheetTail = `</sheetData></worksheet>`
)

// frame is a workbook without its sheets and texts, whose names are given in the order of rId1, rId2.
func frame(sheets string, parts ...string) map[string]string {
	const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	const packaged = "http://schemas.openxmlformats.org/package/2006/"
	related := `<Relationships xmlns="` + packaged + `relationships">`
	types := `<Types xmlns="` + packaged + `content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>`
	for i, part := range parts {
		related += `<Relationship Id="rId` + string(rune('1'+i)) + `" Type="` + office + `/worksheet" Target="worksheets/` + part + `"/>`
		types += `<Override PartName="/xl/worksheets/` + part + `" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`
	}
	return map[string]string{
		"[Content_Types].xml": types + `</Types>`,
		"_rels/.rels": `<Relationships xmlns="` + packaged + `relationships"><Relationship Id="rId1" Type="` + office +
			`/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/_rels/workbook.xml.rels": related + `<Relationship Id="rIdS" Type="` + office + `/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
		"xl/workbook.xml": `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="` + office + `"><sheets>` +
			sheets + `</sheets></workbook>`,
	}
}
