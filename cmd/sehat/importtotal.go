package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"sehat/importer"
	"sehat/records"
)

// An importTotal is what became of all files together.
type importTotal struct {
	Files    int      `json:"files"`
	Imported int      `json:"files_imported"`
	Same     []string `json:"files_unchanged,omitempty"` // of those imported
	records.ImportCounts
	// StillHeld are the rows of these files that are held back at the end: what one file holds back, a later one may have corrected.
	StillHeld    int              `json:"still_held_back"`
	Rules        []importer.Tally `json:"held_back_by_rule,omitempty"` // commonest first; a row may break several rules
	Teams        []teamRows       `json:"held_back_by_team,omitempty"`
	Rejects      []string         `json:"rejects_files,omitempty"`         // workbooks that were written
	NotCorrected int              `json:"rejects_not_corrected,omitempty"` // workbooks in the folders, in which nobody corrected anything
	Failed       []failedFile     `json:"files_failed,omitempty"`
	Missing      []columnFiles    `json:"fields_missing,omitempty"`        // required fields without a column
	NoMembers    []string         `json:"files_without_members,omitempty"` // of exports that hold them in another file
	Ignored      []columnFiles    `json:"columns_ignored,omitempty"`       // columns that answer no question
	LeftOut      []string         `json:"files_left_out,omitempty"`        // other files of the folders
	Folders      []string         `json:"folders_left_out,omitempty"`
	Stopped      bool             `json:"stopped,omitempty"` // by Ctrl-C; this is what was done until then
	DryRun       bool             `json:"dry_run,omitempty"`
}

type teamRows struct {
	Team string `json:"team"`
	Rows int    `json:"rows"`
}

// columnFiles says in how many files there is something about a column.
type columnFiles struct {
	Column string `json:"column"`
	Files  int    `json:"files"`
}

// A failedFile could not be imported, or not to its end.
type failedFile struct {
	File      string `json:"file"`
	Why       string `json:"error"`
	Hint      string `json:"hint,omitempty"`
	RowsTaken int    `json:"rows_taken,omitempty"` // all the same
}

// why says why, and what was done until then.
func (f failedFile) why() string {
	if f.RowsTaken > 0 {
		return fmt.Sprintf("%s; %s of it taken in", f.Why, count(f.RowsTaken, "row"))
	}
	return f.Why
}

// add adds up what became of a file.
func (s *importTotal) add(r importer.Report, err error) {
	s.RowsRead += r.RowsRead
	s.New += r.New
	s.Updated += r.Updated
	s.Unchanged += r.Unchanged
	s.Quarantined += r.Quarantined
	s.Warnings += r.Warnings
	s.AadhaarMasked += r.AadhaarMasked
	if r.NoMembers {
		s.NoMembers = append(s.NoMembers, r.File)
	}
	s.Missing = addColumns(s.Missing, r.Missing)
	if !isRejects(r.File) { // it has the columns of its source
		s.Ignored = addColumns(s.Ignored, r.Ignored)
	}
	if err != nil {
		return
	}
	s.Imported++
	if unchanged(r) {
		s.Same = append(s.Same, r.File)
	}
}

// unchanged reports whether every row of a file was in the register already.
func unchanged(r importer.Report) bool { return r.Unchanged == r.RowsRead }

func addColumns(to []columnFiles, columns []string) []columnFiles {
	for _, name := range columns {
		i := slices.IndexFunc(to, func(c columnFiles) bool { return c.Column == name })
		if i < 0 {
			i = len(to)
			to = append(to, columnFiles{Column: name})
		}
		to[i].Files++
	}
	return to
}

// countHeld counts what the files of this job hold back now.
func (j *importJob) countHeld(ctx context.Context) error {
	rules, teams := map[string]int{}, map[string]int{}
	open := map[string]int{} // by workbook: rows of the import that wrote it last
	for _, h := range j.held {
		open[h.workbook] = 0
		for reject, err := range j.store.Rejects(ctx, h.id) {
			if err != nil {
				return err
			}
			j.sum.StillHeld++
			open[h.workbook]++
			teams[reject.TeamID]++
			told := map[string]bool{}
			for _, reason := range reject.Reasons {
				if !told[reason.Rule] {
					told[reason.Rule] = true
					rules[reason.Rule]++
				}
			}
		}
	}
	for rule, n := range rules {
		j.sum.Rules = append(j.sum.Rules, importer.Tally{Rule: rule, Rows: n})
	}
	for team, n := range teams {
		j.sum.Teams = append(j.sum.Teams, teamRows{team, n})
	}
	slices.SortFunc(j.sum.Rules, func(a, b importer.Tally) int { return cmp.Or(b.Rows-a.Rows, strings.Compare(a.Rule, b.Rule)) })
	slices.SortFunc(j.sum.Teams, func(a, b teamRows) int { return cmp.Or(b.Rows-a.Rows, strings.Compare(a.Team, b.Team)) })
	return j.keepWorkbooks(open)
}

// keepWorkbooks lists the rejects workbooks that this job wrote and that still hold rows to correct. One whose rows a later file brought
// corrected is removed: nobody shall correct them twice.
func (j *importJob) keepWorkbooks(open map[string]int) error {
	for _, path := range slices.Sorted(maps.Keys(open)) {
		switch {
		case path == "":
		case open[path] > 0:
			j.sum.Rejects = append(j.sum.Rejects, path)
		case importer.Untouched(path):
			if err := os.Remove(path); err != nil {
				return fmt.Errorf("removing a rejects workbook: %w", err)
			}
		}
	}
	return nil
}
