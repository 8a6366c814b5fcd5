package sheet

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
)

// A journal remembers the finished files of a job that is not finished, so that a power cut costs one file a worker and not the
// job. It lies beside them, a line for each, and goes with the job.
type journal struct {
	path string
	seed string              // what all files of the job depend on
	done map[string]madeFile // by an earlier run
	mu   sync.Mutex
	file *os.File
}

// A madeFile is one line of a journal.
type madeFile struct {
	Name   string `json:"name"`
	Input  string `json:"input"` // hash of all that the file was made of
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
}

// openJournal reads the journal that an earlier run of the job left in dir, or begins one.
func openJournal(dir string, p *press) (*journal, error) {
	j := &journal{path: filepath.Join(dir, "."+p.job.Batch+".made"), seed: p.seed(), done: map[string]madeFile{}}
	known, err := os.ReadFile(j.path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	lines := bufio.NewScanner(bytes.NewReader(known))
	for lines.Scan() {
		var m madeFile
		if json.Unmarshal(lines.Bytes(), &m) == nil { // else it is the line at which the power went
			j.done[m.Name] = m
		}
	}
	j.file, err = os.OpenFile(j.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err == nil && len(known) > 0 && known[len(known)-1] != '\n' {
		_, err = j.file.WriteString("\n")
	}
	return j, err
}

// seed is the hash of what all files of a job have in common. Another build of sehat may draw otherwise.
func (p *press) seed() string {
	sum := sha256.New()
	common(sum, p.job.Batch, p.layout, p.job.Made.UTC(), string(p.design.Source()))
	if build, ok := debug.ReadBuildInfo(); ok {
		common(sum, build.Main.Version, build.GoVersion)
		for _, s := range build.Settings {
			if s.Key == "vcs.revision" || s.Key == "vcs.modified" {
				common(sum, s.Value)
			}
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// common adds values to a hash. All of them are plain data, which JSON can write.
func common(sum hash.Hash, values ...any) {
	enc := json.NewEncoder(sum)
	for _, v := range values {
		_ = enc.Encode(v) // a hash takes all
	}
}

// input is the hash of all that a file is made of.
func (j *journal) input(c chunk) string {
	sum := sha256.New()
	common(sum, j.seed, c.index, c.firstSheet)
	for i := range c.faces {
		common(sum, c.faces[i], c.faces[i].QR)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// kept returns what is known of a file that an earlier run finished of the same input, if it is still what it was: under its
// own name or the temporary one.
func (j *journal) kept(dir, name, input string) (madeFile, bool) {
	m, ok := j.done[name]
	if !ok || m.Input != input {
		return m, false
	}
	if sum, err := hashFile(partial(dir, name)); err == nil && sum == m.SHA256 {
		return m, true
	}
	sum, err := hashFile(filepath.Join(dir, name))
	if err != nil || sum != m.SHA256 {
		return m, false
	}
	err = os.Remove(partial(dir, name)) // or it would take the good one's place
	return m, err == nil || errors.Is(err, os.ErrNotExist)
}

// hashFile returns the SHA-256 of a file.
func hashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", fmt.Errorf("reading %s: %w", path, err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// add notes that a file is complete and on disk.
func (j *journal) add(m madeFile) error {
	line, err := json.Marshal(m)
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if _, err := j.file.Write(append(line, '\n')); err != nil {
		return err
	}
	return j.file.Sync()
}

// end closes the journal; where the job is over it removes it.
func (j *journal) end(over bool) error {
	err := j.file.Close()
	if over {
		err = errors.Join(err, os.Remove(j.path))
	}
	return err
}

// contents says what lies where in a file.
func (p *press) contents(name string, c chunk) File {
	f := File{Name: name, Sheets: sheetsFor(len(c.faces), p.layout), Slots: make([]Slot, len(c.faces))}
	for i := range c.faces {
		f.Slots[i] = Slot{
			Number: c.faces[i].Number, Version: int32(c.faces[i].Version),
			Sheet: int32(c.firstSheet + i/p.layout.PerSheet()), Slot: int32(i%p.layout.PerSheet() + 1),
		}
	}
	return f
}
