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
	job := importJob{app: a, im: &im, opts: opts, mapping: mapping, home: h, files: files}
	if opts.dryRun {
		return s.Rehearse(ctx, func(m *store.Importing) error { return job.all(ctx, m) })
	}
	return job.all(ctx, s.Importing())
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
	var unreadable *importer.FileError
	if errors.As(err, &unreadable) {
		return nil, withHint(err, "%s", unreadable.Hint)
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
