package sheet

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sehat/cards"
)

// upTo yields the first n faces, then waits until so many are drawn, then the power goes.
func upTo(n int, faces []cards.Face, drawn func() bool) func(func(cards.Face, error) bool) {
	return func(yield func(cards.Face, error) bool) {
		for _, f := range faces[:n] {
			if !yield(f, nil) {
				return
			}
		}
		for !drawn() {
			time.Sleep(time.Millisecond)
		}
		yield(cards.Face{}, errors.New("the power is gone"))
	}
}

func TestAJobGoesOnWhereItWasCutOff(t *testing.T) {
	faces := sampleFaces(45)
	job := Job{Batch: "B1", Made: made, Faces: Faces(faces), PerFile: 10}
	calm := t.TempDir()
	if _, err := Make(t.Context(), calm, job); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		between func(t *testing.T, dir string) // what happens before it goes on
		change  func(*Job)
		kept    int
	}{
		"nothing happens in between":      {kept: 30},
		"a finished file was damaged":     {between: damage("B1-0002.pdf"), kept: 20},
		"a finished file was lost":        {between: lose("B1-0001.pdf"), kept: 20},
		"the last line of notes was torn": {between: tear, kept: 20},
		"the notes were lost":             {between: forget, kept: 0},
		"it is dated otherwise":           {change: func(j *Job) { j.Made = j.Made.AddDate(0, 0, 1) }, kept: 0},
		"it was cut off while files were named": {between: func(t *testing.T, dir string) {
			rename(t, partial(dir, "B1-0001.pdf"), filepath.Join(dir, "B1-0001.pdf"))
		}, kept: 30},
	} {
		t.Run(name, func(t *testing.T) {
			dir, cut := t.TempDir(), job
			var drawn atomic.Int64
			cut.Progress = func(done, _ int) { drawn.Store(int64(done)) }
			cut.Faces = upTo(35, faces, func() bool { return drawn.Load() == 30 })
			if _, err := Make(t.Context(), dir, cut); err == nil {
				t.Fatal("it was to be cut off")
			}
			if c.between != nil {
				c.between(t, dir)
			}
			again, kept := job, 0
			again.Progress = func(_, k int) { kept = k }
			if c.change != nil {
				c.change(&again)
			}
			if _, err := Make(t.Context(), dir, again); err != nil {
				t.Fatal(err)
			}
			if kept != c.kept {
				t.Errorf("%d cards were kept, want %d", kept, c.kept)
			}
			want, got := files(t, calm), files(t, dir)
			if !slices.Equal(want, got) {
				t.Errorf("left are %v, want %v", got, want)
			}
			for _, name := range want {
				if c.change == nil && !bytes.Equal(read(t, filepath.Join(calm, name)), read(t, filepath.Join(dir, name))) {
					t.Errorf("%s is another", name)
				}
			}
		})
	}
}

func TestAJobThatDoesNotFitLeavesNothingOfEarlierRuns(t *testing.T) {
	dir, faces := t.TempDir(), sampleFaces(45)
	job := Job{Batch: "B1", Made: made, Faces: upTo(35, faces, func() bool { return true }), PerFile: 10}
	if _, err := Make(t.Context(), dir, job); err == nil {
		t.Fatal("it was to be cut off")
	}
	faces[44].Name = strings.Repeat("Lakshminarasimhan ", 8)
	job.Faces = Faces(faces)
	var misfit *OverflowError
	if _, err := Make(t.Context(), dir, job); !errors.As(err, &misfit) {
		t.Fatal(err)
	}
	if left := files(t, dir); len(left) > 0 {
		t.Errorf("left are %v", left)
	}
}

func damage(name string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		b := read(t, partial(dir, name))
		b[len(b)/2] ^= 1
		write(t, partial(dir, name), b)
	}
}

func lose(name string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		if err := os.Remove(partial(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
}

func tear(t *testing.T, dir string) {
	path := filepath.Join(dir, ".B1.made")
	b := read(t, path)
	write(t, path, b[:len(b)-20])
}

func forget(t *testing.T, dir string) {
	if err := os.Remove(filepath.Join(dir, ".B1.made")); err != nil {
		t.Fatal(err)
	}
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}
