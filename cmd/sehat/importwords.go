package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/rivo/uniseg"

	"sehat/importer"
	"sehat/records"
)

// shownRows is how many rows of a file are told one by one; the workbook holds them all.
const shownRows = 5

// tell says beside the result of a single file what a person should look at.
func (j *importJob) tell(r importer.Report) {
	if len(r.Missing) > 0 {
		j.say("%s: no column holds %s, which every row needs", r.File, aloud(r.Missing))
	}
	if len(r.Ignored) > 0 {
		j.say("%s: kept beside the answers, but answer no question: %s", r.File, firstOf(r.Ignored, 6))
	}
	if r.NoMembers {
		j.say("%s: there are only households in it; the members stand in another file of the same export, which is to be imported with it", r.File)
	}
	for _, m := range r.Messages[:min(len(r.Messages), shownRows)] {
		j.say("%s: %s", r.File, m)
	}
	if rest := r.Quarantined - shownRows; rest > 0 && len(r.Messages) > 0 {
		j.say("%s: and %s held back", r.File, count(rest, "more row"))
	}
	for _, m := range r.Doubts[:min(len(r.Doubts), shownRows)] {
		j.say("%s: look at %s", r.File, m)
	}
	if rest := r.Warnings - shownRows; rest > 0 && len(r.Doubts) > 0 {
		j.say("%s: and %s to look at", r.File, count(rest, "more warning"))
	}
}

// firstOf lists the first n things in a line of text, and counts the others.
func firstOf(list []string, n int) string {
	if len(list) <= n {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:n], ", "), len(list)-n)
}

// importText is what became of a single file, as a supervisor can read it aloud.
func importText(r importer.Report, dry bool) string {
	text := r.File + ": " + readText(r.ImportCounts) + besideText(r.ImportCounts) + rulesText(r.Rules)
	if r.Resumed > 0 {
		text += fmt.Sprintf("\n  went on after row %d, where an earlier import was cut off", r.Resumed)
	}
	if dry {
		text += "\n  " + dryRun
	}
	return text
}

// readText is "838 rows read: 821 new, 17 held back".
func readText(c records.ImportCounts) string {
	text := strings.Replace(outcomeText(c), ":", " read:", 1)
	if c.New+c.Updated == 0 {
		text += "; nothing new"
	}
	return text
}

// besideText is what is beside the outcome of rows.
func besideText(c records.ImportCounts) (text string) {
	if c.Warnings > 0 {
		text += fmt.Sprintf("\n  %s to look at", count(c.Warnings, "warning"))
	}
	if c.AadhaarMasked > 0 {
		text += fmt.Sprintf("\n  %s left out: none may ever be written into a survey", count(c.AadhaarMasked, "Aadhaar number"))
	}
	return text
}

// shownRules is how many reasons are told; --json and the workbooks tell all.
const shownRules = 5

// rulesText tells why rows are held back, commonest first.
func rulesText(rules []importer.Tally) string {
	var b strings.Builder
	lead, width := "held back:", 0
	for i, t := range rules {
		if i == shownRules && len(rules) > shownRules+1 {
			fmt.Fprintf(&b, "\n  %s and for %s", lead, count(len(rules)-i, "other reason"))
			break
		}
		width = max(width, len(strconv.Itoa(t.Rows)))
		fmt.Fprintf(&b, "\n  %s %*d for %s", lead, width, t.Rows, ruleWords(t.Rule))
		lead = strings.Repeat(" ", len(lead))
	}
	return b.String()
}

const dryRun = "nothing was changed: this was a dry run"

func isAre(n int) string {
	if n == 1 {
		return " is"
	}
	return " are"
}

// countThe is "the rejects workbook" or "the 3 rejects workbooks".
func countThe(n int, noun string) string {
	if n == 1 {
		return "the " + noun
	}
	return "the " + count(n, noun)
}

// line is what became of one of several files, in a line.
func (j *importJob) line(r importer.Report) string {
	text := j.column(r.File) + outcomeText(r.ImportCounts)
	if r.Resumed > 0 {
		text += fmt.Sprintf("; went on after row %d", r.Resumed)
	}
	return text
}

// maxColumn is how much room the names of files are given.
const maxColumn = 48

// column is the name of a file, with room for the longest.
func (j *importJob) column(path string) string {
	return "  " + path + strings.Repeat(" ", max(min(j.width, maxColumn)-uniseg.StringWidth(path), 0)) + "  "
}

// summaryText is the end of an import of several files, as a supervisor can read it aloud.
func (j *importJob) summaryText() string {
	s := &j.sum
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s", count(s.Files, "file"), readText(s.ImportCounts))
	if s.RowsRead == 0 {
		b.Reset()
		fmt.Fprintf(&b, "%s, none imported", count(s.Files, "file"))
	}
	if n := len(s.Same); n > 0 && n < s.Files {
		fmt.Fprintf(&b, "\n  all rows unchanged in %s: %s", count(n, "file"), firstOf(s.Same, 4))
	}
	beside := besideText(s.ImportCounts)
	b.WriteString(strings.Replace(beside, "to look at", "to look at; --json names the rows", 1))
	for _, c := range s.Missing {
		fmt.Fprintf(&b, "\n  no column holds %s, which every row needs: %s", c.Column, count(c.Files, "file"))
	}
	if n := len(s.NoMembers); n > 0 {
		fmt.Fprintf(&b, "\n  only households in %s: %s; the members stand in another file of the same export, to be imported with it", count(n, "file"), firstOf(s.NoMembers, 4))
	}
	if len(s.Ignored) > 0 {
		fmt.Fprintf(&b, "\n  kept beside the answers, but answer no question: %s", firstOf(columnNames(s.Ignored), 6))
	}
	b.WriteString(s.heldText())
	b.WriteString(s.failedText())
	if s.NotCorrected > 0 && s.StillHeld > 0 {
		fmt.Fprintf(&b, "\nnot imported: %s in which nothing was corrected yet", count(s.NotCorrected, "rejects workbook"))
	}
	if len(s.LeftOut) > 0 {
		fmt.Fprintf(&b, "\nnot imported: %s, neither workbook (.xlsx) nor CSV nor export", firstOf(s.LeftOut, 4))
	}
	if len(s.Folders) > 0 {
		fmt.Fprintf(&b, "\nnot looked into: %s; name a folder to import what is in it", firstOf(s.Folders, 4))
	}
	if s.DryRun {
		b.WriteString("\n" + dryRun)
	}
	if s.New+s.Updated > 0 && s.StillHeld == 0 && len(s.Failed) == 0 && !s.DryRun {
		b.WriteString("\nnext: " + j.after())
	}
	return b.String()
}

// after is the command that comes after an import where all is well.
func (j *importJob) after() string {
	if j.home.Role == records.RoleDevice {
		return "sehat sync push"
	}
	return "sehat dedupe"
}

func columnNames(list []columnFiles) (names []string) {
	for _, c := range list {
		names = append(names, c.Column)
	}
	return names
}

// heldText tells why rows are held back, and whose they are.
func (s *importTotal) heldText() string {
	var b strings.Builder
	switch {
	case s.StillHeld == s.Quarantined:
	case s.StillHeld == 0:
		b.WriteString("\n  what is held back went in corrected, from a later file")
	default:
		fmt.Fprintf(&b, "\n  held back at the end: %s; the others were corrected in a later file, or are told twice", count(s.StillHeld, "row"))
	}
	b.WriteString(rulesText(s.Rules))
	if len(s.Teams) > 1 {
		var teams []string
		for _, t := range s.Teams {
			teams = append(teams, fmt.Sprintf("%s %d", orNotTold(t.Team), t.Rows))
		}
		b.WriteString("\n  by team: " + firstOf(teams, 8))
	}
	return b.String()
}

// failedText lists the files that could not be imported; those for the same reason together.
func (s *importTotal) failedText() string {
	var b strings.Builder
	told := map[failedFile]bool{}
	for i, f := range s.Failed {
		same := failedFile{Why: f.why(), Hint: f.Hint}
		if told[same] {
			continue
		}
		told[same] = true
		names := []string{f.File}
		for _, other := range s.Failed[i+1:] {
			if other.why() == same.Why && other.Hint == same.Hint {
				names = append(names, other.File)
			}
		}
		fmt.Fprintf(&b, "\nnot imported: %s\n  %s", firstOf(names, 8), same.Why)
		if f.Hint != "" {
			b.WriteString("\n  " + f.Hint)
		}
	}
	return b.String()
}

// next says what to do about what was held back and what could not be imported.
func (j *importJob) next() string {
	s := &j.sum
	folder := slices.ContainsFunc(j.opts.files, isFolder)
	var steps []string
	if n := len(s.Failed); n > 0 {
		steps = append(steps, "mend "+countThe(n, "file")+" that could not be imported")
	}
	switch n := len(s.Rejects); {
	case s.StillHeld == 0:
	case s.DryRun && n == 0:
		return strings.Join(append(steps, "correct the rows before you import them, or import them and correct the rejects "+plural(len(j.held), "workbook")), "; ")
	case n == 0: // the workbook could not be written; why was told
	case n <= 3:
		steps = append(steps, "correct the red cells in "+aloud(s.Rejects))
	default:
		steps = append(steps, fmt.Sprintf("correct the red cells in the %d rejects workbooks (%s)", n, firstOf(s.Rejects, 2)))
	}
	text := strings.Join(steps, ", ")
	switch {
	case folder:
		return text + ", then import the folder again: " + j.typed()
	case len(s.Failed)+len(s.Rejects) == 1:
		return text + ", then import that file"
	}
	return text + ", then import those files"
}

// plural is a noun as it stands behind a number.
func plural(n int, noun string) string {
	_, noun, _ = strings.Cut(count(n, noun), " ")
	return noun
}
