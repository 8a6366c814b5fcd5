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
// from one export to the next. The groups that a tool was asked to write before a question are no part of its name, nor is the place
// where a member's number stands: the same submission, exported with other settings, is the same.
func (t *binding) keepUnknown(melted bool) {
	tool := t.isExport()
	names := map[string]int{}
	bare := make([]string, len(t.header))
	var groups []string
	if tool {
		groups = t.groups()
	}
	for i, text := range t.header {
		bare[i] = strings.TrimSpace(text)
		if melted {
			bare[i] = strings.TrimSuffix(bare[i], "_"+memberNumber)
		}
		for _, g := range groups {
			bare[i] = strings.TrimPrefix(bare[i], g)
		}
		names[bare[i]]++
	}
	for i, text := range t.header {
		text = strings.TrimSpace(text)
		if t.isUnknown(i) && text != "" && !(tool && isToolColumn(text)) {
			if bare[i] != "" && names[bare[i]] == 1 {
				text = bare[i]
			}
			masked, _ := survey.MaskAadhaar(oneLine(text))
			t.kept = append(t.kept, keptColumn{i, quoteJSON(strings.ToValidUTF8(masked, "\uFFFD"))})
		}
	}
	slices.SortStableFunc(t.kept, func(a, b keptColumn) int { return strings.Compare(a.name, b.name) })
}

// groups are the paths that stand before the questions of a tool's export, the longest first: "members/who/" and "members/".
func (t *binding) groups() []string {
	var out []string
	for i, text := range t.header {
		o := t.owner[i]
		if o.place < 0 || len(text) > 2*maxName || splitPlace.MatchString(text) { // gps-Latitude: the question is gps
			continue
		}
		for _, sep := range append([]string{"/"}, otherPaths...) {
			if _, ok := behind(o.level, text, []string{sep}); !ok {
				continue
			}
			for end := strings.LastIndex(text, sep); end > 0; end = strings.LastIndex(text[:end], sep) {
				if g := text[:end+len(sep)]; !slices.Contains(out, g) {
					out = append(out, g)
				}
			}
			break
		}
	}
	slices.SortFunc(out, func(a, b string) int { return len(b) - len(a) })
	return out
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
