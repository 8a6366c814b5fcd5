package main

import (
	"strings"
	"testing"
	"unicode/utf16"
)

const (
	flatHead = "household_id,ward_code,team_id,visit_date,visit_outcome,consent,line_no,full_name,relation,sex,birth_year\n"
	flatRow  = "H1,012,T4,15-08-2026,complete,yes,1,Ramesh Kumar,head,M,1980\n"
)

// inUTF16 writes a text as UTF-16.
func inUTF16(text string, big bool) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(text)) {
		if big {
			b.Write([]byte{byte(u >> 8), byte(u)})
		} else {
			b.Write([]byte{byte(u), byte(u >> 8)})
		}
	}
	return b.String()
}

func hostileTexts() []hostile {
	return append([]hostile{
		{name: "nothing", file: "a.csv", make: textFile(""), want: "the file is empty"},
		{name: "blanks", file: "a.csv", make: textFile(" \n\t\r\n"), want: "there is nothing in the file"},
		{name: "nothing but a byte-order mark", file: "a.csv", make: textFile("\ufeff"), want: "there is nothing in the file"},
		{name: "nothing but a mark of UTF-16", file: "a.csv", make: textFile("\xff\xfe"), want: ""},
		{name: "300 MB of zero bytes", file: "a.csv", make: sparse("\x00", 300<<20), want: "neither"},
		{name: "300 MB of zero bytes behind a header", file: "a.csv", make: sparse(flatHead+strings.Repeat(flatRow, 20), 300<<20), want: "row 22 is longer"},
		{name: "300 MB without a line break", file: "a.csv", make: repeatedText("household_id,ward_code,", "a", 300<<20), want: "row 1 is longer"},
		{name: "300 MB of commas", file: "a.csv", make: repeatedText("", ",", 300<<20), want: "row 1 is longer"},
		{name: "300 MB in one cell in quotation marks", file: "a.csv", make: repeatedText(flatHead+`H1,"`, "abc\n", 75<<20), want: "quotation mark"},
		{name: "300 MB of quotation marks", file: "a.csv", make: repeatedText(flatHead+"H1,", `"`, 300<<20), want: "row 2 is longer"},
		{name: "100 MB of empty lines", file: "a.csv", make: repeatedText(flatHead, "\n", 100<<20), want: "a million empty rows"},
		{name: "100 MB of rows of commas", file: "a.csv", make: repeatedText(flatHead, ",,,,,,,,,,\n", 9<<20), want: "nothing to import"},
		{name: "wide rows of nothing", file: "a.csv", make: repeatedText(flatHead, strings.Repeat(",", 16_000)+"\n", 4000), want: "nothing to import"},
		{name: "wide rows of something", file: "wide.csv", make: repeatedText(flatHead, strings.Repeat("1,", 16_000)+"\n", 1500), ok: true},
		{name: "rows of 4 MB of digits", file: "a.csv", make: repeatedText(flatHead, strings.Repeat("23456789", 500_000)+"\n", 10), want: "row 2, column A: the cell holds"},
		{name: "rows of half a megabyte of digits", file: "digits.csv", make: repeatedText(flatHead, strings.Repeat(strings.Repeat("23456789", 15_000)+",", 4)+"\n", 15), ok: true},
		{name: "a header of 4 MB of digits", file: "a.csv", make: textFile(strings.TrimSpace(flatHead) + "," + strings.Repeat("23456789", 500_000) + "\n" + flatRow), want: "row 1, column L"},
		{name: "100,000 columns", file: "a.csv", make: textFile(strings.Repeat("column,", 100_000) + "\n"), want: "100001 columns"},
		{name: "100,000 cells in a row", file: "a.csv", make: textFile(flatHead + strings.Repeat("1,", 100_000) + "\n"), want: "row 2 has 100001 columns"},
		{name: "a header of 100 KB twice", file: "a.csv", make: textFile(strings.TrimSpace(flatHead) + "," + strings.Repeat("a", 100<<10) + "," + strings.Repeat("a", 100<<10) + "\n"), want: "the same header"},
		{name: "headers that a terminal obeys", file: "a.csv", make: textFile(strings.TrimSpace(flatHead) + ",\x1b[2J\u202eevil,\x1b[2J\u202eevil\n" + flatRow), want: "the same header"},
		{name: "a kept column that a terminal obeys", file: "a.csv", make: textFile(strings.TrimSpace(flatHead) + ",\x1b]0;evil\x07\r,\n" + flatRow), ok: true},
		{name: "a file name that a terminal obeys", file: "a\x1b[2J\nsehat: b.csv", make: textFile("a,b\n1,2\n"), want: "headers are not those"},
		{name: "a zero byte in a name", file: "a.csv", make: textFile(flatHead + strings.Repeat(flatRow, 20) + strings.Replace(flatRow, "Ramesh", "Ram\x00esh", 1)), ok: true},
		{name: "text that is no UTF-8", file: "a.csv", make: textFile(flatHead + strings.Replace(flatRow, "Ramesh", "Ren\xe9", 1)), ok: true},
		{name: "UTF-7", file: "a.csv", make: textFile(flatHead + strings.Replace(flatRow, "Ramesh", "+AGE-Ramesh", 1)), ok: true},
		{name: "a header in UTF-7", file: "a.csv", make: textFile("+AGg-ousehold_id,+AHc-ard_code\n1,2\n"), want: "headers"},
		{name: "UTF-16 cut in the middle of a letter", file: "a.csv", make: textFile("\xff\xfe" + inUTF16(flatHead+flatRow, false) + "H"), ok: true},
		{name: "UTF-16 with half a letter", file: "a.csv", make: textFile("\xfe\xff" + inUTF16(flatHead, true) + "\xd8\x00\x00,"), ok: true},
		{name: "UTF-16 without its mark", file: "a.csv", make: textFile(inUTF16(flatHead+flatRow, false)), ok: true},
		{name: "UTF-32", file: "a.csv", make: textFile("\xff\xfe\x00\x00h\x00\x00\x00,\x00\x00\x00\n\x00\x00\x00")},
		{name: "a quotation mark that is never closed", file: "a.csv", make: textFile(flatHead + strings.Replace(flatRow, "Ramesh", `"Ramesh`, 1)), want: "quotation mark"},
		{name: "one row a thousand times", file: "a.csv", make: repeatedText(flatHead, flatRow, 1000), ok: true},
		{name: "carriage returns alone", file: "a.csv", make: textFile(strings.ReplaceAll(flatHead+flatRow, "\n", "\r")), ok: true},
		{name: "a web page as .xls", file: "a.xls", make: textFile("<html><table><tr><td>household_id"), want: "web page"},
		{name: "a web page as .xlsx", file: "a.xlsx", make: textFile("\ufeff \n<!DOCTYPE html><html>"), want: "web page"},
		{name: "a web page as .csv", file: "a.csv", make: textFile("<html><table>"), want: "web page"},
		{name: "XML of Excel 2003", file: "a.xls", make: textFile(`<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook>`), want: "XML"},
		{name: "a CSV as .xlsx", file: "a.xlsx", make: textFile(flatHead + flatRow), want: "text file"},
		{name: "RTF as .xls", file: "a.xls", make: textFile(`{\rtf1\ansi`), want: "text file"},
		{name: "a picture as .csv", file: "a.csv", make: textFile("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), want: "neither"},
		{name: "gzip as .csv", file: "a.csv", make: textFile("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + strings.Repeat("\x00", 20)), want: "neither"},
		{name: "7z as .zip", file: "a.zip", make: textFile("7z\xbc\xaf\x27\x1c\x00\x04" + strings.Repeat("\x00", 20))},
		{name: "RAR as .zip", file: "a.zip", make: textFile("Rar!\x1a\x07\x01\x00" + strings.Repeat("\x00", 20))},
		{name: "PDF as .xlsx", file: "a.xlsx", make: textFile("%PDF-1.7\n"), want: "PDF"},
		{name: "an old workbook", file: "a.xls", make: sparse(oleHead, 20<<10), want: "Excel 97"},
		{name: "an old workbook of 300 MB", file: "a.xls", make: sparse(oleHead, 300<<20), want: "Excel 97"},
		{name: "an encrypted workbook", file: "a.xlsx", make: textFile(oleHead + strings.Repeat("\x00", 1000) + inUTF16("EncryptedPackage", false) + strings.Repeat("\x00", 1000)), want: "password"},
		{name: "the first bytes of an old workbook", file: "a.xls", make: textFile(oleHead[:8]), want: "Excel 97"},
		{name: "a pipe", file: "a.csv", make: pipe, want: "read twice"},
		{name: "a device without end", file: "a.csv", make: textFile(""), args: []string{"/dev/zero"}, want: "read twice"},
	}, cutTests("a CSV", "a.csv", true, textFile(flatHead+strings.Repeat(flatRow, 3)))...)
}

const oleHead = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

const flatMapping = `sehat_mapping: 1
name: list
rows:
  fields:
    household_id: Form No
    full_name: Name
`

// mappingOf imports a table through a mapping that is hostile.
func mappingOf(name, want string, mapping func(t testing.TB, path string)) hostile {
	return hostile{name: name, file: "m.yaml", make: func(t testing.TB, path string) {
		mapping(t, path)
		textFile("Form No,Name\n1,Ramesh\n")(t, strings.TrimSuffix(path, "m.yaml")+"list.csv")
	}, args: []string{"--profile", "FILE", "FILE/../list.csv"}, want: want}
}

func hostileMappings() []hostile {
	return append([]hostile{
		mappingOf("nothing", "", textFile("")),
		mappingOf("300 MB of zero bytes", "", sparse("{", 300<<20)),
		mappingOf("300 MB of braces", "", repeatedText("", "{", 300<<20)),
		mappingOf("a million brackets", "", textFile(strings.Repeat("[", 1<<20))),
		mappingOf("a million brackets in JSON", "", textFile(`{"sehat_mapping":1,"name":`+strings.Repeat("[", 1<<20))),
		mappingOf("a hundred thousand objects in each other", "", textFile(strings.Repeat(`{"rows":`, 100_000))),
		mappingOf("deep YAML", "", textFile(strings.Repeat("- ", 100_000))),
		mappingOf("aliases that multiply", "", textFile("a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"+flatMapping)),
		mappingOf("an alias of itself", "", textFile("sehat_mapping: 1\nname: &a [*a]\n")),
		mappingOf("a merge of itself", "", textFile("sehat_mapping: 1\nname: x\nrows: &a\n  <<: *a\n")),
		mappingOf("a tag of another language", "", textFile(flatMapping+"    sex: !!python/object/apply:os.system ['id']\n")),
		mappingOf("binary data", "", textFile(flatMapping+"    sex: !!binary 'AAAA'\n")),
		mappingOf("zero bytes", "", textFile(strings.ReplaceAll(flatMapping, "Name", "\x00"))),
		mappingOf("a name said twice", "", textFile(flatMapping+"    full_name: Other\n")),
		mappingOf("a field of a megabyte", "", textFile(flatMapping+"    "+strings.Repeat("a", 1<<20)+": x\n")),
		mappingOf("a field that a terminal obeys", "", textFile(flatMapping+"    \"\\e[2J\": x\n")),
		mappingOf("a column that a terminal obeys", "", textFile(flatMapping+"    sex: \"\\e[2J\"\n")),
		mappingOf("a hundred thousand fields", "", textFile(flatMapping+strings.Repeat("    a: x\n", 100_000))),
		mappingOf("a number where a text belongs", "", textFile(`{"sehat_mapping": "1", "name": 5}`)),
		mappingOf("a number that is none", "", textFile(strings.Replace(flatMapping, ": 1", ": 1e999999", 1))),
		mappingOf("something behind its end", "", textFile(`{"sehat_mapping": 1, "name": "x", "rows": {"fields": {}}} {`)),
		mappingOf("a web page", "", textFile("<html>")),
		mappingOf("a folder", "", func(testing.TB, string) {}),
		{name: "a device without end", file: "list.csv", make: textFile("a,b\n"), args: []string{"--profile", "/dev/zero"}},
	}, cutMappings()...)
}

// cutMappings cuts a mapping off.
func cutMappings() []hostile {
	const text = `{"sehat_mapping": 1, "name": "list", "rows": {"fields": {"household_id": "Form No", "full_name": "Name"}}}`
	var all []hostile
	for i := 1; i < 20; i++ {
		all = append(all, mappingOf("cut off at "+text[:len(text)*i/20], "", textFile(text[:len(text)*i/20])))
	}
	return all
}
