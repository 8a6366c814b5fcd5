package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/rivo/uniseg"

	"sehat/importer"
	"sehat/records"
	"sehat/records/store"
)

// An importJob imports files one after the other.
type importJob struct {
	*app
	im      *importer.Importer
	store   *watchedStore
	opts    importOptions
	mapping *importer.Mapping
	home    home

	files importFiles
	step  int64 // bytes of small files that are committed together
	bar   *importBar
	sum   importTotal
	held  []heldBy
	width int // of the longest name of a file
}

// A heldBy is an import that held something back, and the workbook it wrote; empty if it wrote none.
type heldBy struct{ id, workbook string }

// A watchedStore remembers that the store failed, to tell its failures from those of files: with the store gone, the other files
// need not be tried.
type watchedStore struct {
	*store.Importing
	err error
}

func (w *watchedStore) Begin(ctx context.Context, imp records.Import) (records.Import, error) {
	imp, err := w.Importing.Begin(ctx, imp)
	w.err = err
	return imp, err
}

func (w *watchedStore) Rows(ctx context.Context, imp records.Import, rows []records.ImportRow) (records.Import, []records.Outcome, error) {
	imp, outcomes, err := w.Importing.Rows(ctx, imp, rows)
	w.err = err
	return imp, outcomes, err
}

func (w *watchedStore) HouseholdsByKey(ctx context.Context, profile, survey string, keys []string) ([]records.KnownHousehold, error) {
	found, err := w.Importing.HouseholdsByKey(ctx, profile, survey, keys)
	w.err = err
	return found, err
}

func (w *watchedStore) Together(ctx context.Context, f func() error) error {
	w.err = w.Importing.Together(ctx, f)
	return w.err
}

func (w *watchedStore) Finish(ctx context.Context, imp records.Import) error {
	w.err = w.Importing.Finish(ctx, imp)
	return w.err
}

// all imports every file. One that cannot be read does not keep the others back.
func (j *importJob) all(ctx context.Context, to *store.Importing) error {
	j.store = &watchedStore{Importing: to}
	j.im.Store = j.store
	j.bar = j.importBar(j.files.paths)
	defer j.bar.end()
	j.im.Progress = j.bar.at
	j.sum = importTotal{Files: len(j.files.paths), LeftOut: pathNames(j.files.left), Folders: pathNames(j.files.folders), NotCorrected: j.files.waiting, DryRun: j.opts.dryRun}
	for _, path := range j.files.paths {
		j.width = max(j.width, uniseg.StringWidth(path))
	}
	for files := range together(j.files.paths, j.step) {
		if err := j.some(ctx, files); err != nil {
			return err
		}
	}
	j.bar.end()
	if err := j.countHeld(ctx); err != nil {
		return err
	}
	if j.several() {
		if err := j.tellSum(); err != nil {
			return err
		}
	}
	return j.outcome()
}

// tellSum tells what became of all files together.
func (j *importJob) tellSum() error {
	return j.result(map[string]importTotal{"summary": j.sum}, "%s", j.summaryText())
}

// pathNames are paths as they are told.
func pathNames(paths []string) []string {
	var names []string
	for _, path := range paths {
		names = append(names, importer.PathName(path))
	}
	return names
}

// several reports whether there is something to sum up.
func (j *importJob) several() bool {
	return len(j.files.paths) > 1 || j.json && (len(j.opts.files) > 1 || isFolder(j.opts.files[0]))
}

// committedBytes is how much of small files is committed together, in bytes of CSV: about 40,000 rows. An archive holds some six times
// its size.
const (
	committedBytes = 8 << 20
	archiveFactor  = 6
)

// together yields the files that are committed together, up to so many bytes of CSV, in their order.
func together(paths []string, step int64) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		var size int64
		first := 0
		for i, path := range paths {
			n := tableSize(path)
			if size += n; size > step && i > first {
				if !yield(paths[first:i]) {
					return
				}
				first, size = i, n
			}
		}
		if first < len(paths) {
			yield(paths[first:])
		}
	}
}

// tableSize is about how large a file is, or would be as CSV.
func tableSize(path string) int64 {
	n := importSize(path)
	if !strings.EqualFold(filepath.Ext(path), ".csv") {
		n *= archiveFactor
	}
	return n
}

// An imported file is a report, or as much of one as there is, and why it ended before.
type imported struct {
	report  importer.Report
	err     error
	stopped bool // by somebody
}

// some imports files, commits them together where they are several, and then tells what became of them. It returns an error only where
// the other files cannot be tried.
func (j *importJob) some(ctx context.Context, paths []string) error {
	var done []imported
	each := func() error {
		for _, path := range paths {
			f := j.one(ctx, path)
			done = append(done, f)
			if f.stopped || f.err != nil && j.store.err != nil {
				break
			}
		}
		return j.store.err
	}
	if len(paths) == 1 { // a large file is committed in steps of its own
		each() //nolint:errcheck // the file has it, too
	} else if err := j.store.Together(context.WithoutCancel(ctx), each); err != nil {
		last := done[len(done)-1].report
		last.ImportCounts = records.ImportCounts{} // it was taken back
		return j.storeFailed(last, err)
	}
	for _, f := range done {
		if err := j.account(f); err != nil {
			return err
		}
	}
	return nil
}

// one imports a file. Of a large one much is remembered, 70 MB of a million members, without many pointers to follow: garbage may grow to
// a quarter of that. Of a small one little is remembered, and it may grow to twice as much.
func (j *importJob) one(ctx context.Context, path string) imported {
	garbage := 200
	if tableSize(path) > 8*committedBytes {
		garbage = 25
	}
	debug.SetGCPercent(garbage)
	j.bar.begin(path)
	report, err := j.im.Import(ctx, importer.File{
		Path: path, Mapping: j.mapping, Profile: j.opts.named(), Survey: j.opts.survey, Rejects: j.opts.rejects, Home: j.home.dir, NoRejects: j.opts.dryRun && j.opts.rejects == "",
	})
	j.bar.finish(err == nil)
	report.RejectsFile = harmless(report.RejectsFile) // its folder may be named after a person
	return imported{report, err, err != nil && ctx.Err() != nil}
}

// account adds a file to the sum and tells what became of it.
func (j *importJob) account(f imported) error {
	report, err := f.report, f.err
	j.bar.end()
	j.sum.add(report, err)
	if report.Quarantined > 0 {
		j.held = append(j.held, heldBy{report.Import, report.RejectsFile})
	}
	switch {
	case f.stopped:
		return j.stopped(report)
	case err != nil && j.store.err != nil:
		return j.storeFailed(report, err)
	case err != nil:
		return j.failed(report, err)
	}
	result := importResult{Report: report, DryRun: j.opts.dryRun}
	switch {
	case j.several() && unchanged(report) && !j.json:
		return nil // the sum names it
	case j.several():
		return j.result(result, "%s", j.line(report))
	}
	j.tell(report)
	return j.result(result, "%s", importText(report, j.opts.dryRun))
}

// importResult is the report of one file with --json.
type importResult struct {
	importer.Report
	Error  string `json:"error,omitempty"` // why the file could not be imported
	Hint   string `json:"hint,omitempty"`  // what to do about it
	DryRun bool   `json:"dry_run,omitempty"`
}

// failed notes a file that could not be read. Where it is the only one, it is the error of the command.
func (j *importJob) failed(r importer.Report, err error) error {
	f := failedFile{File: r.File, RowsTaken: r.RowsRead}
	f.Why, f.Hint = whyNot(err)
	j.sum.Failed = append(j.sum.Failed, f)
	switch {
	case j.json:
		return j.result(importResult{Report: r, Error: f.Why, Hint: f.Hint, DryRun: j.opts.dryRun}, "")
	case j.several():
		return j.result(nil, "%s", j.column(r.File)+"not imported: "+f.why())
	}
	return nil
}

// whyNot says why a file could not be imported, and what to do about it. The file itself is named by the caller.
func whyNot(err error) (why, hint string) {
	var unreadable *importer.FileError
	var open *fs.PathError
	var rename *os.LinkError
	const closeIt = "close it where it is open, in Excel perhaps, and import the file again"
	switch {
	case errors.As(err, &unreadable):
		return err.Error(), unreadable.Hint
	case errors.As(err, &rename):
		return strings.Replace(err.Error(), rename.Error(), filepath.Base(rename.New)+": "+rename.Err.Error(), 1), closeIt
	case errors.As(err, &open):
		return strings.Replace(err.Error(), open.Error(), open.Err.Error(), 1), closeIt
	}
	return err.Error(), ""
}

// stopped says how far the import came that somebody stopped, and how it goes on.
func (j *importJob) stopped(r importer.Report) error {
	if j.json && j.several() {
		j.sum.Stopped = true
		if err := j.tellSum(); err != nil {
			return err
		}
	}
	switch {
	case j.opts.dryRun:
		return withHint(errors.New("stopped; "+dryRun), "it begins anew with: %s", j.typed())
	case j.sum.RowsRead == 0:
		return withHint(errors.New("stopped before any row was taken in"), "begin again with: %s", j.typed())
	}
	return withHint(errors.New("stopped; "+j.soFar(r)), "nothing is lost; go on with: %s", j.typed())
}

// soFar is what was taken in of the files; r is of the one that was not finished.
func (j *importJob) soFar(r importer.Report) string {
	if j.sum.Imported == 0 {
		return fmt.Sprintf("%s of %s taken in so far", count(r.RowsRead, "row"), r.File)
	}
	text := fmt.Sprintf("%s taken in so far: %d of %s", count(j.sum.RowsRead, "row"), j.sum.Imported, count(j.sum.Files, "file"))
	if r.RowsRead > 0 {
		text += fmt.Sprintf(", and %s of %s", count(r.RowsRead, "row"), r.File)
	}
	return text
}

// storeFailed says how far the import came until the store failed.
func (j *importJob) storeFailed(r importer.Report, err error) error {
	if j.opts.dryRun || j.sum.RowsRead == 0 {
		return fmt.Errorf("%s: %w", r.File, err)
	}
	steps := "go on with: " + j.typed()
	if first := hint(err); first != "" {
		steps = first + "; then " + steps
	}
	return withHint(fmt.Errorf("%s: %w; %s", r.File, err, j.soFar(r)), "%s", steps)
}

// outcome is the error of the command: what a person has to do.
func (j *importJob) outcome() error {
	failed, held := len(j.sum.Failed), j.sum.StillHeld
	if failed == 1 && j.sum.Files == 1 {
		f := j.sum.Failed[0]
		return withHint(fmt.Errorf("%s: %s", f.File, f.why()), "%s", f.Hint)
	}
	var what []string
	if failed > 0 {
		what = append(what, fmt.Sprintf("%d of %s could not be imported", failed, count(j.sum.Files, "file")))
	}
	if held > 0 {
		what = append(what, count(held, "row")+isAre(held)+" held back")
	}
	switch {
	case failed > 0:
		return withHint(errors.New(aloud(what)), "%s", j.next())
	case held > 0:
		return needsPerson{what: aloud(what), hint: j.next()}
	}
	return nil
}
