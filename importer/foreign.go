package importer

import (
	"archive/zip"
	"bytes"
	"path"
	"strings"
)

// foreign says of a file that another program can turn into one that is read here, which one, and how. Nil: it is none of these.
func foreign(ext string, head []byte) error {
	switch strings.ToLower(ext) {
	case ".csdbe":
		return fileError("open it with its password in the Data Viewer of CSPro, save it as .csdb and import that", "this data file of CSPro is encrypted")
	case ".dat":
		if line, _, _ := bytes.Cut(head, []byte("\n")); bytes.ContainsAny(line, ",;\t|") {
			return nil
		}
		return fileError("open it in the Data Viewer of CSPro, save it as .csdb and import that", "this is a text file without columns, as CSPro may write its data")
	case ".dta", ".sav", ".zsav", ".por":
		return fileError("export again as CSV or, from Survey Solutions, as Tab", "this is a data file of Stata or SPSS")
	case ".json", ".geojson", ".ndjson":
		if text := bytes.TrimSpace(bytes.TrimPrefix(head, []byte{0xEF, 0xBB, 0xBF})); len(text) > 0 && (text[0] == '{' || text[0] == '[') {
			return fileError("export again as a workbook (.xlsx) or CSV", "this is JSON, not a table")
		}
	}
	return nil
}

// foreignPart is foreign for an archive without a table: of what it holds instead.
func foreignPart(z *zip.Reader) error {
	for _, part := range z.File {
		ext := path.Ext(part.Name)
		if strings.EqualFold(ext, ".csdb") {
			return fileError("unpack it and import the data file in it", "the archive holds a data file of CSPro")
		}
		if err := foreign(ext, nil); err != nil {
			return err
		}
	}
	return nil
}
