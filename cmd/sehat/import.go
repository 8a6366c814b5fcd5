package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sehat/importer"
	"sehat/records/store"
)

type importOptions struct {
	files   []string
	profile string
	survey  string
	rejects string
	dryRun  bool
	suggest bool
	undo    string
}

func newImportCommand(a *app) *cobra.Command {
	var opts importOptions
	cmd := &cobra.Command{
		Use:   "import FILE…",
		Short: "Take survey files into the register",
		Long: `Import reads filled forms (XLSX or CSV), exports of the form from KoboToolbox (XLSX), ODK
Central (zip), SurveyCTO (CSV, wide or long) and CSPro (.csdb), and other tables into the
store. A CSV with the files of its repeats beside it (FORM.csv, FORM-members.csv) is read
with them. A folder stands for the files in it. Every row ends as new, updated, unchanged or
held back; the same file again changes nothing, and an import that was cut off goes on
from where it was.

Rows that are held back come back as a workbook beside the file, NAME.rejects.xlsx, with
the bad cells red and a note on each that says how to correct it. Correct it, import it,
and the rows go in. The exit status is 3 as long as rows are held back.

A table that is not our form needs a mapping from its columns to our questions:
--suggest-mapping writes one to look through, --profile FILE uses it. It is JSON or YAML;
"sehat template mapping" writes its schema, by which an editor completes and checks it:

  {"sehat_mapping": 1, "name": "kobo-household", "survey_code": "2026-1",
   "households": {"sheet": "Household survey", "source_rev": "_submission_time", "fields": {
     "household_id": "_id",                                  a column
     "ward_code":    {"constant": "012"},                    the same for every row
     "address_line": {"columns": ["street", "landmark"], "join": ", "},
     "consent":      {"first": ["consent_en", "consent_hi"], "codes": {"agree": "yes"}, "otherwise": "no"},
     "visit_date":   {"column": "today", "date": "mdy"}}},   auto (day first), mdy, compact, serial, unix
   "members": {"sheet": "loop", "link": {"column": "_parent_index", "household": "_index"}, "fields": {
     "line_no": {"count": true},                             the row's place in its household
     "full_name": "name"}}}

"rows" in place of the two is for a table whose rows hold a household and a member; "melt"
among the members for one whose rows hold a household and all its members side by side:

   "members": {"melt": true, "fields": {"full_name": "name_#", "age_years": "age_#",
     "conditions": {"choices": {"bp_#": "hypertension", "sugar_#": "diabetes"}}}}

"rejected_where": {"status": {"bad": "rejected"}} holds back what the source does not count.

--undo takes an import back as long as nothing was built on it: what it brought is gone,
what it changed is again what it was. It says what stands in the way. --dry-run only asks.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if opts.undo != "" {
				return usage(cobra.NoArgs)(cmd, args)
			}
			return usage(cobra.MinimumNArgs(1))(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("undo") {
				return runImportUndo(cmd.Context(), a, opts.undo, opts.dryRun)
			}
			opts.files = args
			if opts.rejects != "" && (len(args) > 1 || isFolder(args[0])) {
				return usageError{errors.New("--rejects names the workbook of one file; import the files one by one")}
			}
			if opts.rejects != "" && (isFolder(opts.rejects) || !strings.EqualFold(filepath.Ext(opts.rejects), ".xlsx")) {
				return usageError{errors.New("--rejects names a workbook to write: NAME.xlsx")}
			}
			if opts.suggest {
				return runSuggestMapping(a, opts)
			}
			return runImport(cmd.Context(), a, opts)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.profile, "profile", "", "how to read the file: "+strings.Join(importer.Profiles(), ", ")+", or a mapping file (default by its headers)")
	flags.StringVar(&opts.survey, "survey", "", "the survey code (the round), where the file does not say it")
	flags.StringVar(&opts.rejects, "rejects", "", "where rows that are held back are written (default beside the file)")
	flags.BoolVar(&opts.dryRun, "dry-run", false, "say what would happen, and change nothing")
	flags.BoolVar(&opts.suggest, "suggest-mapping", false, "write a mapping beside the file, to look through and use with --profile")
	flags.StringVar(&opts.undo, "undo", "", "take an import back: the first letters of its id (sehat import list), its file, or last")
	cmd.AddCommand(newImportListCommand(a), newImportHeldCommand(a), newImportHistoryCommand(a))
	return cmd
}

func runImport(ctx context.Context, a *app, opts importOptions) error {
	files, err := filesOf(opts.files)
	if err != nil {
		return err
	}
	mapping, err := opts.mapping()
	if err != nil {
		return err
	}
	areas, err := wards()
	if err != nil {
		return err
	}
	s, h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	by, err := a.attended(ctx, s)
	if err != nil {
		return err
	}
	// Of a million members 100 MB are remembered, and Go lets garbage grow to as much again: this lets it grow to half of that.
	defer debug.SetGCPercent(debug.SetGCPercent(50))
	im := importer.Importer{Areas: areas, Now: a.now(), By: by, TempDir: h.path("tmp")}
	job := importJob{app: a, im: &im, opts: opts, mapping: mapping, home: h.dir}
	if !opts.dryRun {
		im.Store = s.Importing()
		return job.all(ctx, files)
	}
	return s.Rehearse(ctx, func(m *store.Importing) error {
		im.Store = m
		return job.all(ctx, files)
	})
}

// mapping loads the mapping that --profile names; nil for our own form.
func (o importOptions) mapping() (*importer.Mapping, error) {
	if o.profile == "" || slices.Contains(importer.Profiles(), o.profile) {
		return nil, nil
	}
	m, err := importer.LoadMapping(o.profile)
	if errors.Is(err, os.ErrNotExist) {
		return nil, withHint(fmt.Errorf("%s: there is no such mapping", o.profile), `--profile is one of %s, or a mapping file; --suggest-mapping writes one`, strings.Join(importer.Profiles(), ", "))
	}
	return m, err
}

// named is the profile that is named where it is no mapping file.
func (o importOptions) named() string {
	if slices.Contains(importer.Profiles(), o.profile) {
		return o.profile
	}
	return ""
}

// filesOf lists the files to import. A folder stands for the workbooks and CSV files in it; a rejects workbook comes after the file it
// was made from, and is left out as long as nobody has corrected anything in it.
func filesOf(args []string) ([]string, error) {
	var files []string
	for _, arg := range args {
		if !isFolder(arg) {
			if _, err := os.Stat(arg); errors.Is(err, os.ErrNotExist) {
				return nil, fmt.Errorf("%s: there is no such file", arg)
			}
			files = append(files, arg)
			continue
		}
		entries, err := os.ReadDir(arg)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", arg, err)
		}
		var inside []string
		for _, e := range entries {
			ext := strings.ToLower(filepath.Ext(e.Name()))
			if e.Type().IsRegular() && slices.Contains(importedKinds, ext) && !strings.HasPrefix(e.Name(), ".") && !strings.HasPrefix(e.Name(), "~$") {
				path := filepath.Join(arg, e.Name())
				if !strings.Contains(e.Name(), ".rejects") || !importer.Untouched(path) {
					inside = append(inside, path)
				}
			}
		}
		if len(inside) == 0 {
			return nil, fmt.Errorf("%s: there are no workbooks (.xlsx), CSV files or exports (.zip, .csdb) in the folder", arg)
		}
		slices.SortStableFunc(inside, func(a, b string) int { return strings.Compare(rejectsLast(a), rejectsLast(b)) })
		files = append(files, inside...)
	}
	return withoutCompanions(files), nil
}

// importedKinds are the files of a folder that are imported.
var importedKinds = []string{".xlsx", ".xlsm", ".csv", ".zip", ".csdb"}

// withoutCompanions leaves the files of repeats out that are read together with another of the files.
func withoutCompanions(files []string) []string {
	read := map[string]bool{}
	for _, path := range files {
		for _, part := range importer.Companions(path) {
			read[part] = true
		}
	}
	return slices.DeleteFunc(files, func(path string) bool { return read[filepath.Clean(path)] })
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func rejectsLast(path string) string {
	if stem, rest, ok := strings.Cut(path, ".rejects"); ok {
		return stem + "\uffff" + rest
	}
	return path
}

// An importJob imports files one after the other.
type importJob struct {
	*app
	im      *importer.Importer
	opts    importOptions
	mapping *importer.Mapping
	home    string

	held    int      // rows
	rejects []string // workbooks
	failed  int      // files
}

// all imports every file. One that cannot be read does not keep the others back.
func (j *importJob) all(ctx context.Context, files []string) error {
	var last error
	for _, path := range files {
		err := j.one(ctx, path)
		if err != nil && ctx.Err() != nil {
			return context.Canceled
		}
		var unreadable *importer.FileError
		switch {
		case err == nil:
		case errors.As(err, &unreadable):
			last = withHint(fmt.Errorf("%s: %w", path, err), "%s", unreadable.Hint)
		default:
			last = fmt.Errorf("%s: %w", path, err)
		}
		if err == nil {
			continue
		}
		j.failed++
		if len(files) > 1 {
			j.say("%s", last)
			if text := hint(last); text != "" {
				fmt.Fprintln(j.stderr, "hint: "+text)
			}
		}
	}
	switch {
	case j.failed > 0 && len(files) > 1:
		return fmt.Errorf("%d of %s could not be imported", j.failed, count(len(files), "file"))
	case j.failed > 0:
		return last
	case j.held > 0:
		return needsPerson{what: count(j.held, "row") + isAre(j.held) + " held back", hint: j.hint()}
	}
	return nil
}

func (j *importJob) one(ctx context.Context, path string) error {
	bar := j.progress("rows", -1)
	j.im.Progress = bar.set
	report, err := j.im.Import(ctx, importer.File{
		Path: path, Mapping: j.mapping, Profile: j.opts.named(), Survey: j.opts.survey, Rejects: j.opts.rejects, Home: j.home, NoRejects: j.opts.dryRun && j.opts.rejects == "",
	})
	bar.done()
	if err != nil {
		return err
	}
	j.held += report.Quarantined
	if report.RejectsFile != "" {
		j.rejects = append(j.rejects, report.RejectsFile)
	}
	j.tell(report)
	if j.json {
		return j.result(importResult{report, j.opts.dryRun}, "")
	}
	return j.result(nil, "%s", importText(report, j.opts.dryRun))
}

// importResult is the report of one file with --json.
type importResult struct {
	importer.Report
	DryRun bool `json:"dry_run,omitempty"`
}

// shownRows is how many rows are told one by one; the workbook holds them all.
const shownRows = 5

// tell says beside the result what a person should look at.
func (j *importJob) tell(r importer.Report) {
	for _, name := range r.Missing {
		j.say("%s: no column holds %s, which every row needs", r.File, name)
	}
	if len(r.Ignored) > 0 && !j.json {
		j.say("%s: kept beside the answers, but answer no question: %s", r.File, firstOf(r.Ignored, 6))
	}
	if r.NoMembers {
		j.say("%s: there are only households in it; the members stand in another file of the same export, which is to be imported with it", r.File)
	}
	for _, m := range r.Messages[:min(len(r.Messages), shownRows)] {
		j.say("%s: %s", r.File, m)
	}
	for _, m := range r.Doubts[:min(len(r.Doubts), shownRows)] {
		j.say("%s: look at %s", r.File, m)
	}
	if rest := r.Quarantined - min(len(r.Messages), shownRows); rest > 0 && len(r.Messages) > 0 {
		j.say("%s: and %s", r.File, count(rest, "more row"))
	}
}

// firstOf lists the first n things in a line of text, and counts the others.
func firstOf(list []string, n int) string {
	if len(list) <= n {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:n], ", "), len(list)-n)
}

// importText is the summary that a supervisor can read aloud.
func importText(r importer.Report, dry bool) string {
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{{r.New, "new"}, {r.Updated, "updated"}, {r.Unchanged, "unchanged"}, {r.Quarantined, "held back"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	text := fmt.Sprintf("%s: %s read: %s", r.File, count(r.RowsRead, "row"), strings.Join(parts, ", "))
	if r.New+r.Updated == 0 {
		text += "; nothing new"
	}
	if r.Warnings > 0 {
		text += fmt.Sprintf("\n  %s to look at", count(r.Warnings, "warning"))
	}
	if r.AadhaarMasked > 0 {
		text += fmt.Sprintf("\n  %s left out: none may ever be written into a survey", count(r.AadhaarMasked, "Aadhaar number"))
	}
	for i, t := range r.Rules {
		if i == 5 {
			break
		}
		text += fmt.Sprintf("\n  held back for %s: %s", t.Rule, count(t.Rows, "row"))
	}
	if r.Resumed > 0 {
		text += fmt.Sprintf("\n  went on after row %d, where an earlier import was cut off", r.Resumed)
	}
	if dry {
		text += "\n  nothing was changed: this was a dry run"
	}
	return text
}

func isAre(n int) string {
	if n == 1 {
		return " is"
	}
	return " are"
}

// hint says what to do about the rows that are held back.
func (j *importJob) hint() string {
	switch {
	case len(j.rejects) == 0 && j.opts.dryRun:
		return "correct them before you import the file, or import it and correct its rejects workbook"
	case len(j.rejects) == 0:
		return "import again to write their workbook"
	case len(j.rejects) == 1 && j.held == 1:
		return "correct it in " + j.rejects[0] + " and import that file"
	case len(j.rejects) == 1:
		return "correct them in " + j.rejects[0] + " and import that file"
	}
	return "correct them in " + firstOf(j.rejects, 4) + " and import those files"
}
