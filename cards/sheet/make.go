package sheet

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
	"regexp"
	"runtime"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"sehat/cards"
)

// CardsPerFile is the most cards that one file holds: what a press operator can lose in one mishap, and what a viewer opens at once.
const CardsPerFile = 1000

// maxWorkers bounds memory: a worker takes some 25 MB, and 10 more where every card has a photo.
const maxWorkers = 8

// A Job is what to print. The same job gives the same bytes.
type Job struct {
	Batch   string                       // the print batch: names the files and stands on every card; letters, digits, dot, hyphen
	Layout  string                       // a name of Layouts; "" is the first
	Design  *Design                      // nil is DefaultDesign
	Made    time.Time                    // stands in the files as their date; not read from a clock here
	Skip    int                          // so many slots of the first sheet stay empty; of use where all cards go on one sheet
	Faces   iter.Seq2[cards.Face, error] // in the order of hand-out; an error stops the job
	PerFile int                          // cards a file; 0 is CardsPerFile, which is also the most
	// Progress is called with the number of cards done so far, and how many of them an earlier run had done; one call at a time. May
	// be nil.
	Progress func(done, kept int)
}

// Faces makes a list into what a Job wants.
func Faces(list []cards.Face) iter.Seq2[cards.Face, error] {
	return func(yield func(cards.Face, error) bool) {
		for _, f := range list {
			if !yield(f, nil) {
				return
			}
		}
	}
}

var batchForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.-]{0,31}$`)

// Make prints a job into dir: BATCH-0001.pdf and so on, BATCH-manifest.csv and BATCH-manifest.json. Files appear under these
// names when all of them are complete and on disk. An *OverflowError lists all cards that cannot be printed as they are, and
// nothing of the job is left. After any other error, or a power cut, what is finished is kept under a hidden name, and the
// same job goes on from there.
func Make(ctx context.Context, dir string, job Job) (*Manifest, error) {
	m, err := makeJob(ctx, dir, &job)
	if err != nil {
		return nil, fmt.Errorf("print batch %s: %w", job.Batch, err)
	}
	return m, nil
}

// Render writes a job of at most CardsPerFile cards as one PDF, with no manifest.
func Render(ctx context.Context, w io.Writer, job Job) error {
	p, err := newPress(&job)
	if err != nil {
		return fmt.Errorf("print batch %s: %w", job.Batch, err)
	}
	var all []cards.Face
	for f, err := range job.Faces {
		if err != nil {
			return fmt.Errorf("print batch %s: %w", job.Batch, err)
		}
		if all = append(all, f); len(all) > CardsPerFile {
			return fmt.Errorf("print batch %s: more than %d cards do not go into one file", job.Batch, CardsPerFile)
		}
	}
	misfits, err := p.worker().file(ctx, w, chunk{firstSheet: 1, faces: all}, p.progress)
	if err == nil && len(misfits) > 0 {
		err = &OverflowError{misfits}
	}
	if err != nil {
		return fmt.Errorf("print batch %s: %w", job.Batch, err)
	}
	return nil
}

// A press is what the workers of a job share.
type press struct {
	job    *Job
	design *Design
	layout Layout
	fonts  []*fontFile

	mu   sync.Mutex
	done int // cards
	kept int // of these, done by an earlier run
}

func newPress(job *Job) (*press, error) {
	if !batchForm.MatchString(job.Batch) {
		return nil, errors.New("the name of a print batch has 1 to 32 letters, digits, dots and hyphens")
	}
	p := &press{job: job, design: job.Design}
	var err error
	if p.layout, err = LayoutNamed(job.Layout); err != nil {
		return nil, err
	}
	if p.design == nil {
		if p.design, err = DefaultDesign(); err != nil {
			return nil, err
		}
	}
	if err := p.layout.Takes(p.design); err != nil {
		return nil, err
	}
	p.fonts, err = loadFonts()
	return p, err
}

func (p *press) worker() *printer {
	return &printer{
		design: p.design, layout: p.layout, skip: p.job.Skip, batch: p.job.Batch, made: p.job.Made, fonts: p.fonts, shaper: newShaper(p.fonts),
	}
}

func (p *press) progress(cards int) { p.count(cards, 0) }

func (p *press) count(done, kept int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += done
	p.kept += kept
	if p.job.Progress != nil {
		p.job.Progress(p.done, p.kept)
	}
}

// A result is what became of a chunk.
type result struct {
	file    File
	misfits []Misfit
}

func makeJob(ctx context.Context, dir string, job *Job) (_ *Manifest, err error) {
	p, err := newPress(job)
	if err != nil {
		return nil, err
	}
	j, err := openJournal(dir, p)
	if err != nil {
		return nil, err
	}
	over := false
	defer func() { err = errors.Join(err, j.end(over)) }()

	results, err := p.printAll(ctx, dir, j)
	if err != nil {
		over = len(j.done) == 0 && !slices.ContainsFunc(results, func(r result) bool { return r.file.SHA256 != "" })
		return nil, err
	}
	m := &Manifest{Batch: job.Batch, Layout: p.layout.Name, Made: job.Made.UTC()}
	var misfits []Misfit
	for _, r := range results {
		m.Files = append(m.Files, r.file)
		m.Cards += len(r.file.Slots)
		m.Sheets += r.file.Sheets
		misfits = append(misfits, r.misfits...)
	}
	if len(misfits) > 0 {
		over = true
		for _, f := range m.Files {
			_ = os.Remove(partial(dir, f.Name)) // the misfits matter more
		}
		return nil, &OverflowError{misfits}
	}
	if err := m.publish(dir); err != nil {
		return nil, err
	}
	over = true
	return m, nil
}

// publish gives the files of a job their names, the manifest last.
func (m *Manifest) publish(dir string) error {
	for _, f := range m.Files {
		err := os.Rename(partial(dir, f.Name), filepath.Join(dir, f.Name))
		if _, there := os.Stat(filepath.Join(dir, f.Name)); errors.Is(err, os.ErrNotExist) && there == nil {
			continue // before a power cut
		}
		if err != nil {
			return err
		}
	}
	m.CSV = filepath.Join(dir, m.Batch+"-manifest.csv")
	m.JSON = filepath.Join(dir, m.Batch+"-manifest.json")
	for _, file := range []struct {
		path  string
		write func(io.Writer) error
	}{{m.CSV, m.WriteCSV}, {m.JSON, m.WriteJSON}} {
		temporary := partial(dir, filepath.Base(file.path))
		if _, err := writeFile(temporary, file.write); err != nil {
			return err
		}
		if err := os.Rename(temporary, file.path); err != nil {
			return err
		}
	}
	return syncFolder(dir)
}

// printAll prints every file of the job under its temporary name. Each worker holds the faces of one file, and one more waits.
func (p *press) printAll(ctx context.Context, dir string, j *journal) (results []result, err error) {
	group, ctx := errgroup.WithContext(ctx)
	work := make(chan chunk)
	var mu sync.Mutex
	for range min(runtime.GOMAXPROCS(0), maxWorkers) {
		group.Go(func() error {
			var worker *printer
			for c := range work {
				r, kept := p.keep(dir, j, c)
				if !kept {
					if worker == nil {
						worker = p.worker()
					}
					var err error
					if r, err = p.printFile(ctx, worker, dir, j, c); err != nil {
						return err
					}
				}
				mu.Lock()
				for len(results) <= c.index {
					results = append(results, result{})
				}
				results[c.index] = r
				mu.Unlock()
			}
			return nil
		})
	}
	group.Go(func() error {
		defer close(work)
		return p.feed(ctx, work)
	})
	err = group.Wait()
	return results, err
}

// feed cuts the job into files.
func (p *press) feed(ctx context.Context, work chan<- chunk) error {
	perFile := p.job.PerFile
	if perFile <= 0 || perFile > CardsPerFile {
		perFile = CardsPerFile
	}
	next := chunk{firstSheet: 1}
	send := func() error {
		select {
		case work <- next:
		case <-ctx.Done():
			return ctx.Err()
		}
		sheets := sheetsFor(len(next.faces), p.layout)
		next = chunk{index: next.index + 1, firstSheet: next.firstSheet + sheets, faces: make([]cards.Face, 0, perFile)}
		return nil
	}
	for f, err := range p.job.Faces {
		if err != nil {
			return err
		}
		if next.faces = append(next.faces, f); len(next.faces) == perFile {
			if err := send(); err != nil {
				return err
			}
		}
	}
	if len(next.faces) > 0 {
		return send()
	}
	if next.index == 0 {
		return errors.New("there are no cards to print")
	}
	return nil
}

func sheetsFor(cards int, l Layout) int { return (cards + l.PerSheet() - 1) / l.PerSheet() }

// fileName is the name of a file of the job.
func (p *press) fileName(c chunk) string { return fmt.Sprintf("%s-%04d.pdf", p.job.Batch, c.index+1) }

// keep returns a file that an earlier run finished.
func (p *press) keep(dir string, j *journal, c chunk) (result, bool) {
	if len(j.done) == 0 {
		return result{}, false
	}
	name := p.fileName(c)
	made, ok := j.kept(dir, name, j.input(c))
	if !ok {
		return result{}, false
	}
	r := result{file: p.contents(name, c)}
	r.file.SHA256, r.file.Bytes = made.SHA256, made.Bytes
	p.count(len(c.faces), len(c.faces))
	return r, true
}

// printFile prints one file and says what is in it. A file in which a card does not fit is not kept.
func (p *press) printFile(ctx context.Context, worker *printer, dir string, j *journal, c chunk) (r result, err error) {
	r.file = p.contents(p.fileName(c), c)
	path := partial(dir, r.file.Name)
	defer func() {
		if err != nil || len(r.misfits) > 0 {
			_ = os.Remove(path) // what was written is of no use, and why matters more
		}
	}()
	sum := sha256.New()
	r.file.Bytes, err = writeFile(path, func(w io.Writer) (err error) {
		r.misfits, err = worker.file(ctx, io.MultiWriter(w, sum), c, p.progress)
		return err
	})
	if err != nil || len(r.misfits) > 0 {
		return r, err
	}
	r.file.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return r, j.add(madeFile{r.file.Name, j.input(c), r.file.SHA256, r.file.Bytes})
}

// partial is the name of a file that is not complete yet. It is hidden, and a later run of the same job writes over it.
func partial(dir, name string) string { return filepath.Join(dir, "."+name+".part") }

// writeFile writes a file and waits until it is on disk. The mode is 0600: names of people are in it.
func writeFile(path string, write func(io.Writer) error) (size int64, err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := write(f); err != nil {
		return 0, err
	}
	if err := f.Sync(); err != nil {
		return 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// syncFolder makes renames durable. Windows has no such call and needs none.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
