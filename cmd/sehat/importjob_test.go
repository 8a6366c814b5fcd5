package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sehat/importer"
	"sehat/records"
	"sehat/records/store"
)

// An afterFirst does something once the first line was told, and keeps what was told.
type afterFirst struct {
	bytes.Buffer
	do func()
}

func (w *afterFirst) Write(p []byte) (int, error) {
	if w.Len() == 0 {
		w.do()
	}
	return w.Buffer.Write(p)
}

// Where the rest of the files cannot be tried, an import ends with what is done and the command that goes on.
func TestImportEndsInTheMiddle(t *testing.T) {
	for what, test := range map[string]struct {
		json         bool
		end          func(s *store.Store, cancel func())
		text, stdout string
	}{
		"the store fails":         {false, func(s *store.Store, _ func()) { s.Close() }, "b.csv: ", ""},
		"somebody presses Ctrl-C": {false, func(_ *store.Store, cancel func()) { cancel() }, "stopped; ", ""},
		"Ctrl-C, told as JSON": {
			true, func(_ *store.Store, cancel func()) { cancel() }, "stopped; ",
			`{"summary":{"files":3,"files_imported":1,"rows_read":1,"new":1,"updated":0,"unchanged":0,"quarantined":0,"warnings":0,"aadhaar_masked":0,"still_held_back":0,"stopped":true}}`,
		},
	} {
		t.Run(what, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			s := newStore(t)
			files := []string{goodCSV(t, "a.csv", "H1"), goodCSV(t, "b.csv", "H2"), goodCSV(t, "c.csv", "H3")}
			stdout := &afterFirst{do: func() { test.end(s, cancel) }}
			job := importJob{
				app: &app{stdout: stdout, stderr: io.Discard, now: time.Now, args: []string{"import", "our ward"}, json: test.json},
				im:  &importer.Importer{Now: time.Now(), By: "tester", TempDir: t.TempDir()}, opts: importOptions{files: files, survey: "2026-1"},
				files: importFiles{paths: files}, step: 1,
			}
			err := job.all(ctx, s.Importing())
			if err == nil || !strings.Contains(err.Error(), test.text) || !strings.HasSuffix(err.Error(), "1 row taken in so far: 1 of 3 files") {
				t.Errorf("got %v", err)
			}
			if got := hint(err); !strings.HasSuffix(got, "go on with: sehat import 'our ward'") {
				t.Errorf("the hint is %q", got)
			}
			if got := stdout.String(); strings.Contains(got, "b.csv") || !strings.HasSuffix(strings.TrimSpace(got), test.stdout) {
				t.Errorf("it printed\n%s", got)
			}
		})
	}
}

// What the system says about a file names the file once.
func TestWhyAFileIsNotImported(t *testing.T) {
	closeIt := "close it where it is open, in Excel perhaps, and import the file again"
	for what, test := range map[string]struct {
		err       error
		why, hint string
	}{
		"not a workbook":  {fmt.Errorf("row 7: %w", &importer.FileError{What: "a quotation mark is never closed", Hint: "mend it"}), "row 7: a quotation mark is never closed", "mend it"},
		"may not be read": {&fs.PathError{Op: "open", Path: "night/a.csv", Err: fs.ErrPermission}, "permission denied", closeIt},
		"its workbook is open in Excel": {
			fmt.Errorf("writing the rejects workbook: %w", &os.LinkError{Op: "rename", Old: "x", New: "night/a.rejects.xlsx", Err: errors.New("access is denied")}),
			"writing the rejects workbook: a.rejects.xlsx: access is denied", closeIt,
		},
		"too long a row": {errors.New("row 9 is longer than 4 megabytes"), "row 9 is longer than 4 megabytes", ""},
	} {
		if why, hint := whyNot(test.err); why != test.why || hint != test.hint {
			t.Errorf("%s: %q, %q", what, why, hint)
		}
	}
}

func newStore(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Create(t.Context(), filepath.Join(t.TempDir(), "store.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := s.SaveHome(t.Context(), records.Home{ID: "home", Role: records.RoleCentre, Device: "device", Centre: "home"}); err != nil {
		t.Fatal(err)
	}
	return s
}

// goodCSV writes a file of one household with one member.
func goodCSV(t *testing.T, name, household string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	text := "household_id,ward_code,house_no,visit_date,visit_outcome,consent,line_no,full_name,relation,sex,age_years\n" +
		household + ",012,7,15-08-2026,complete,yes,1,Asha Devi,head,F,41\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
