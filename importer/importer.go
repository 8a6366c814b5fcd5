package importer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"time"

	"sehat/records"
	"sehat/survey"
)

// A Store is where rows go to.
type Store interface {
	// Begin starts an import, or goes on with the same file's import that was cut off: what it returns says how many rows are
	// done already and what became of them.
	Begin(ctx context.Context, imp records.Import) (records.Import, error)
	// Together makes the calls that f makes one transaction, which is committed if f returns nil.
	Together(ctx context.Context, f func() error) error
	// Rows takes a batch in: rows, quarantine, outbox and checkpoint in one transaction. It adds the outcomes to the import's
	// counts and returns them, one for each row.
	Rows(ctx context.Context, imp records.Import, rows []records.ImportRow) (records.Import, []records.Outcome, error)
	// Finish notes that the whole file was read.
	Finish(ctx context.Context, imp records.Import) error
	// HouseholdsByKey finds stored households by the source's own keys. An empty survey code finds every round.
	HouseholdsByKey(ctx context.Context, profile, survey string, keys []string) ([]records.KnownHousehold, error)
	// HouseholdsByID finds stored households by their ids.
	HouseholdsByID(ctx context.Context, ids []string) ([]records.KnownHousehold, error)
	// Rejects streams what an import holds back, by sheet and row.
	Rejects(ctx context.Context, importID string) iter.Seq2[records.Reject, error]
	// RejectsOf streams what is held back of files with this base name.
	RejectsOf(ctx context.Context, file string) iter.Seq2[records.Reject, error]
}

// An Importer takes files into a store.
type Importer struct {
	Store    Store
	Areas    *survey.Areas // wards; nil leaves them unchecked
	Now      time.Time
	By       string         // who imports
	TempDir  string         // private folder for the rejects workbook in the making; it is made, and swept of what a killed run left there
	Progress func(Progress) // told after each batch how far it is; may be nil
}

// A File is what is to be imported, and how.
type File struct {
	Path    string
	Mapping *Mapping // nil: our own form, an export of it, or what a rejects workbook says about itself
	Profile string   // how to read it where Mapping is nil: one of [Profiles]; empty: by its headers
	Survey  string   // the round, where the file does not say it
	// Rejects is where rows held back are written; empty: beside the file, as NAME.rejects.xlsx, or in Home where that folder
	// cannot be written to.
	Rejects   string
	Home      string
	NoRejects bool // write no workbook
}

// A Report says what became of a file.
type Report struct {
	Import     string `json:"import"`
	File       string `json:"file"` // as it was named, with Aadhaar numbers masked
	Profile    string `json:"profile"`
	SurveyCode string `json:"survey_code,omitempty"`
	records.ImportCounts
	RejectsFile string   `json:"rejects_file"`                // empty if nothing is held back
	Resumed     int      `json:"resumed,omitempty"`           // rows that an import that was cut off had done
	Ignored     []string `json:"columns_ignored,omitempty"`   // columns that answer no question; they are kept beside the answers
	Missing     []string `json:"fields_missing,omitempty"`    // required fields without a column
	NoMembers   bool     `json:"no_members,omitempty"`        // only households, though some of them agreed to tell of their members
	Rules       []Tally  `json:"held_back_by_rule,omitempty"` // commonest first
	// Messages are the first rows that were held back; row and column, never what stands there.
	Messages []Message `json:"messages,omitempty"`
	// Doubts are the first rows that went in with a warning, or with an Aadhaar number that was left out.
	Doubts []Message `json:"doubts,omitempty"`
}

// A Tally counts the rows that a rule holds back.
type Tally struct {
	Rule string `json:"rule"`
	Rows int    `json:"rows"`
}

// A Message says what is wrong with one row.
type Message struct {
	Sheet  string `json:"sheet,omitempty"` // empty in a CSV
	Row    int    `json:"row"`             // as Excel numbers it
	Column string `json:"column,omitempty"`
	Text   string `json:"text"`
}

// String is "Members row 48, column J (birth_year): The birth lies after the visit."
func (m Message) String() string {
	place := fmt.Sprintf("row %d", m.Row)
	if m.Sheet != "" {
		place = m.Sheet + " " + place
	}
	if m.Column != "" {
		place += ", column " + m.Column
	}
	return place + ": " + m.Text
}

// maxMessages is how many rows a report tells apart.
const maxMessages = 20

// batchRows is how many rows are checked and handed to the store at a time, and committedRows after how many they are committed: more
// share the pages of a large store's indexes, and more are read again after a power cut.
const (
	batchRows     = 2000
	committedRows = 40_000
)

// maxBatchCells bounds a batch of very wide rows.
const maxBatchCells = 1 << 20

// ErrCounts says that rows were lost or counted twice: a bug, never a fault of the file.
var ErrCounts = errors.New("the rows do not add up")

// Import takes one file in. What it returns beside an error is what was done until then: all of it is safe, and the same import
// goes on from there. A file that cannot be read is a [FileError].
func (im *Importer) Import(ctx context.Context, f File) (Report, error) {
	report := Report{File: PathName(f.Path)}
	dir, err := im.tempDir()
	if err != nil {
		return report, err
	}
	defer os.RemoveAll(dir) // on a failure the next run sweeps it
	b, err := openBook(ctx, f.Path)
	if err != nil {
		return report, err
	}
	defer b.Close()
	hash, err := fileHash(ctx, f.Path)
	if err != nil {
		return report, err
	}
	r, err := im.newRun(b, f)
	if err != nil {
		return report, err
	}
	r.hash, r.dir = hash, dir
	report.Profile, report.SurveyCode = r.plan.profile, r.plan.survey
	report.Ignored, report.Missing = r.plan.ignored, r.plan.missing
	err = r.all(ctx)
	report.Import, report.ImportCounts, report.Resumed, report.Messages = r.imp.ID, r.imp.Counts, r.skip, r.messages
	report.Doubts, report.NoMembers = r.doubts, r.agreed && r.plan.noMembers()
	if err != nil {
		return report, err
	}
	if r.rows == 0 {
		return report, fileError("fill the form in first", "there is nothing to import: there are headers but no rows under them")
	}
	if !r.imp.Counts.Balanced() || r.imp.Counts.RowsRead != r.rows {
		return report, fmt.Errorf("%w: %d rows in the file, %d accounted for", ErrCounts, r.rows, r.imp.Counts.RowsRead)
	}
	r.members, r.houses, r.visits, r.pending, r.from = nil, houses{}, nil, nil, nil // a workbook of many rejects needs as much room as they did
	report.RejectsFile, report.Rules, err = r.writeRejects(ctx, f)
	return report, err
}

// newRun prepares to read a book.
func (im *Importer) newRun(b book, f File) (*run, error) {
	mapping := f.Mapping
	if text := b.setting("mapping"); mapping == nil && text != "" {
		var err error
		if mapping, err = ParseMapping([]byte(text)); err != nil {
			return nil, fileError("name the mapping with --profile", "the mapping inside the rejects workbook was damaged")
		}
	}
	p, err := makePlan(b, mapping, f.Profile, f.Survey)
	if err != nil {
		return nil, fromRejects(b, err)
	}
	return &run{
		Importer: im, plan: p, book: p.book, file: FileName(f.Path),
		checker: survey.Checker{Areas: im.Areas, Today: survey.DateOf(im.Now)},
		houses:  newHouses(),
		members: map[uint64]seen{},
		visits:  map[string]string{},
		copies:  map[string]int{},
		rowIDs:  map[string]bool{},
		heldIDs: map[string]bool{},
	}, nil
}

// fileHash is the SHA-256 of a file and those that are read with it, in hex.
func fileHash(ctx context.Context, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return "", fileError("name the files in it", "this is a folder")
	}
	if err := copyAll(ctx, h, f); err != nil {
		return "", fmt.Errorf("reading %s: %w", filepath.Base(path), err)
	}
	for _, part := range Companions(path) {
		sum, err := fileHash(ctx, part)
		if err != nil {
			return "", err
		}
		io.WriteString(h, sum) //nolint:errcheck // a hash takes everything
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// copyAll copies to the end, or until ctx is done.
func copyAll(ctx context.Context, to io.Writer, from io.Reader) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := io.CopyN(to, from, 1<<20); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}
