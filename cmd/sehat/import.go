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
		Long: `Import reads filled forms (XLSX or CSV) and exports of the form from KoboToolbox (XLSX), ODK
Central (zip), SurveyCTO (CSV or XLSX), CSPro (.csdb) and Survey Solutions (zip). A folder
stands for the files in it. A CSV is read together with the files of its repeats beside it
(FORM.csv, FORM-members.csv). How to import any other table: sehat import mapping --help

Every row ends as new, updated, unchanged or held back; the four add up to the rows read.
The same file again changes nothing. After Ctrl-C or a power cut the same command goes on.

Rows that are held back come back as a workbook beside the file, NAME.rejects.xlsx, with
the bad cells red and a note on each that says how to correct it. Correct it, save it, and
import it, or its folder again: the rows go in.

The exit status is 3 as long as rows are held back, and 1 where a file could not be
imported; the other files are. --json prints one object for each file and, after several
files or a folder, their sum: {"summary": …}.`,
		Example: `  sehat import tonight                      all files of a folder
  sehat import --dry-run tonight            what would happen
  sehat import ward-12.rejects.xlsx         what was held back, and is corrected
  sehat import --undo last                  take it back, as long as nothing was built on it`,
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
	flags.StringVar(&opts.profile, "profile", "", "how to read the files: "+strings.Join(importer.Profiles(), ", ")+", or a mapping file (default by their headers)")
	flags.StringVar(&opts.survey, "survey", "", "the survey code (the round), where the files do not say it")
	flags.StringVar(&opts.rejects, "rejects", "", "the workbook for the rows held back of one file (default beside it)")
	flags.BoolVar(&opts.dryRun, "dry-run", false, "say what would happen, and change nothing")
	flags.BoolVar(&opts.suggest, "suggest-mapping", false, "write a mapping beside each file, to look through and use with --profile")
	flags.StringVar(&opts.undo, "undo", "", "take an import back: the first letters of its id (sehat import list), its file, or last")
	cmd.AddCommand(newImportListCommand(a), newImportHeldCommand(a), newImportHistoryCommand(a), newMappingTopic())
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
	defer debug.SetGCPercent(debug.SetGCPercent(100)) // one sets it for each file
	im := importer.Importer{Areas: areas, Now: a.now(), By: by, TempDir: h.path("tmp")}
	job := importJob{app: a, im: &im, opts: opts, mapping: mapping, home: h, files: files, step: committedBytes}
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
