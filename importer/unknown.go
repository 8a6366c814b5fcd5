package importer

import (
	"slices"
	"strings"

	"sehat/survey"
)

// A kept column answers no question of ours; what stands in it is kept with the row, under its header.
type keptColumn struct {
	col  int
	name string // the header, as a JSON string
}

// keepUnknown finds the columns that answer no question and are kept: all but those that a tool writes about its own doings, which differ
// from one export to the next.
func (t *binding) keepUnknown() {
	tool := t.isExport()
	for i, text := range t.header {
		text = strings.TrimSpace(text)
		if t.isUnknown(i) && text != "" && !(tool && isToolColumn(text)) {
			masked, _ := survey.MaskAadhaar(oneLine(text))
			t.kept = append(t.kept, keptColumn{i, quoteJSON(strings.ToValidUTF8(masked, "\uFFFD"))})
		}
	}
	slices.SortStableFunc(t.kept, func(a, b keptColumn) int { return strings.Compare(a.name, b.name) })
}

// isUnknown reports whether nothing is read from a column.
func (t *binding) isUnknown(col int) bool {
	return t.owner[col].place < 0 && col != t.rowID && col != t.note && col != t.link && col != t.key && col != t.rev &&
		!slices.ContainsFunc(t.refusals, func(r refusal) bool { return r.col == col })
}

// toolColumns are what ODK Central, SurveyCTO, KoboToolbox and Survey Solutions write beside the answers (EXPORTS.md), in lower case.
var toolColumns = []string{
	"key", "parent_key", "submissiondate", "submitterid", "submittername", "attachmentspresent", "attachmentsexpected", "status",
	"reviewstate", "deviceid", "edits", "formversion", "instanceid", "instancename", "formdef_version", "completiondate", "review_status",
	"review_comments", "review_corrections", "review_quality", "meta/instanceid", "meta/instancename", "meta/rootuuid", "meta/deprecatedid",
	"meta-instanceid", "meta-instancename", "formhub/uuid", "meta/audit", "meta-audit", "#",
	"interview__key", "interview__id", "interview__status", "sssys_irnd", "has__errors", "assignment__id",
	"case_id", "case_key", "case_revision", "case_deleted", "case_partial", "case_verified", "occ",
}

// isExport reports whether a table comes from one of these tools.
func (t *binding) isExport() bool {
	return slices.ContainsFunc([]string{"KEY", "PARENT_KEY", "_id", "_uuid", "_index", "_parent_index", "interview__id", "case_id"}, func(s string) bool {
		return slices.Contains(t.header, s)
	})
}

// isToolColumn reports whether a tool writes a column about its own doings. Names that begin with a line are Kobo's.
func isToolColumn(header string) bool {
	header = strings.ToLower(strings.TrimSpace(header))
	last := header[strings.LastIndexByte(header, '/')+1:]
	return strings.HasPrefix(last, "_") || strings.HasPrefix(header, "set-of-") || slices.Contains(toolColumns, header)
}

// keep adds what stands in the row's unknown columns to its other answers, a canonical JSON object: as the last member "source", an
// object of texts by header. Aadhaar numbers are masked; empty cells say nothing.
func (l *line) keep(answers string) string {
	if len(l.t.kept) == 0 {
		return answers
	}
	var b strings.Builder
	for _, k := range l.t.kept {
		text := strings.TrimSpace(cell(l.cells, k.col))
		if text == "" {
			continue
		}
		text, _ = survey.MaskAadhaar(text)
		text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		b.WriteString(k.name)
		b.WriteByte(':')
		b.WriteString(quoteJSON(text))
	}
	if b.Len() == 0 {
		return answers
	}
	object := `"source":{` + b.String() + "}}"
	if answers == "{}" || answers == "" {
		return "{" + object
	}
	return strings.TrimSuffix(answers, "}") + "," + object
}
