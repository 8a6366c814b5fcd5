package simulate

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"golang.org/x/sync/errgroup"
)

// generator grows when the same options begin to mean another population.
const generator = 1

// A Report counts what was written.
type Report struct {
	Files      int `json:"files"`
	Households int `json:"households"` // rows, second listings among them
	Members    int `json:"members"`    // rows
	Persons    int `json:"persons"`    // different people among them
	Duplicates int `json:"duplicates"` // rows of a person who has an earlier one
	BadRows    int `json:"bad_rows"`   // rows that a validator must hold back, without those held back for their household
	Warnings   int `json:"warnings"`   // rows that are only doubtful
}

func (r *Report) add(o Report) {
	r.Files += o.Files
	r.Households += o.Households
	r.Members += o.Members
	r.Persons += o.Persons
	r.Duplicates += o.Duplicates
	r.BadRows += o.BadRows
	r.Warnings += o.Warnings
}

// ErrNotEmpty is returned where the folder holds something that is not the same simulation.
var ErrNotEmpty = errors.New("folder holds something else")

// Write writes a simulation into the folder dir: the files of the teams, and the truth in dir/truth. A folder that is not empty is refused with [ErrNotEmpty], unless it holds a simulation with equal options: that is
// written again, to the same bytes, so that an interrupted run is mended by running it again.
func Write(ctx context.Context, dir string, o Options) (Report, error) {
	o, err := o.complete()
	if err != nil {
		return Report{}, err
	}
	w, err := newWorld(o)
	if err != nil {
		return Report{}, err
	}
	if err := claim(dir, o); err != nil {
		return Report{}, err
	}
	truth, err := newTruth(filepath.Join(dir, "truth"))
	if err != nil {
		return Report{}, err
	}
	defer truth.abandon()

	workers := o.Workers
	if workers < 1 {
		workers = runtime.GOMAXPROCS(0)
	}
	group, going := errgroup.WithContext(ctx)
	group.SetLimit(workers)
	for i, f := range w.files {
		group.Go(func() error {
			if err := going.Err(); err != nil {
				return err
			}
			part, err := w.writeFile(filepath.Join(dir, f.name), f)
			if err != nil {
				return fmt.Errorf("write %s: %w", f.name, err)
			}
			return truth.add(i, part)
		})
	}
	if err := group.Wait(); err != nil {
		return Report{}, err
	}
	return truth.report, truth.close()
}

// claim makes the folder ours by writing the options into truth/options.json, or finds that it is. It sweeps away what a run that
// was killed had half written.
func claim(dir string, o Options) error {
	o.Workers = 0
	mine, err := json.MarshalIndent(struct {
		Generator int     `json:"generator"`
		Options   Options `json:"options"`
	}{generator, o}, "", "  ")
	if err != nil {
		return err
	}
	mine = append(mine, '\n')
	truth := filepath.Join(dir, "truth")
	marker := filepath.Join(truth, "options.json")
	switch found, err := os.ReadFile(marker); {
	case err == nil && bytes.Equal(found, mine):
		return sweep(dir, truth)
	case err == nil:
		return fmt.Errorf("%w: a simulation with other options", ErrNotEmpty)
	case !errors.Is(err, os.ErrNotExist):
		return err
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return ErrNotEmpty
	}
	if err := os.MkdirAll(truth, 0o755); err != nil {
		return err
	}
	return whole(marker, func(out io.Writer) error {
		_, err := out.Write(mine)
		return err
	})
}

// temporary is the pattern of files that are being written.
const temporary = ".part-*"

func sweep(dirs ...string) error {
	for _, dir := range dirs {
		parts, err := filepath.Glob(filepath.Join(dir, temporary))
		if err != nil {
			return err
		}
		for _, p := range parts {
			if err := os.Remove(p); err != nil {
				return err
			}
		}
	}
	return nil
}

// whole writes a file so that it is there whole or not at all.
func whole(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), temporary)
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // after the rename there is nothing to remove
	buffered := bufio.NewWriterSize(f, 1<<16)
	err = write(buffered)
	if err == nil {
		err = buffered.Flush()
	}
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	return err
}

// writeFile writes one file and gives the truth about it.
func (w *world) writeFile(path string, f file) (truthPart, error) {
	part := truthPart{report: Report{Files: 1}}
	rows := make([]*Household, 0, f.end-f.first)
	for h := range w.rowsOf(f) {
		w.tell(&part, h)
		rows = append(rows, h)
	}
	return part, whole(path, func(out io.Writer) error {
		if w.format == CSV {
			return writeFlat(out, rows)
		}
		return w.writeBook(out, rows)
	})
}
