package importer

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// thisProcess names this run of the program: in a container it has the same number every time.
var thisProcess = fmt.Sprintf("%d-%08x", os.Getpid(), rand.Uint32())

// tempDir makes a private folder for what a workbook unpacks to, after it swept away what killed runs left.
func (im *Importer) tempDir() (string, error) {
	base := im.TempDir
	if base == "" {
		base = filepath.Join(os.TempDir(), "sehat")
	}
	if err := os.MkdirAll(base, 0o700); err != nil {
		return "", fmt.Errorf("making a temporary folder: %w", err)
	}
	Sweep(base, im.Now)
	dir, err := os.MkdirTemp(base, tempPrefix+thisProcess+"-")
	if err != nil {
		return "", fmt.Errorf("making a temporary folder: %w", err)
	}
	return dir, nil
}

const tempPrefix = "import-"

// Sweep removes from a temporary folder what imports left there that run no more, and the unfinished workbooks that they noted there:
// people's data lie in them in plain text. What cannot be removed now is left to the next sweep.
func Sweep(base string, now time.Time) {
	old, err := filepath.Glob(filepath.Join(base, tempPrefix+"*"))
	if err != nil {
		return // only a malformed pattern fails
	}
	for _, dir := range old {
		process := strings.TrimPrefix(filepath.Base(dir), tempPrefix)
		pid, _, _ := strings.Cut(process, "-")
		id, err := strconv.Atoi(pid)
		info, statErr := os.Stat(dir)
		stale := statErr == nil && now.Sub(info.ModTime()) > 48*time.Hour
		mine := strings.HasPrefix(process, thisProcess)
		if err != nil || stale || !mine && (id == os.Getpid() || !alive(id)) {
			removeNoted(dir)
		}
	}
}

// noteFile names, in a temporary folder, the folder of the one file that is being written elsewhere: a file is renamed into place from
// beside it, and a killed run must not leave its half there.
const noteFile = "beside"

// besideTemp makes the file that is to be renamed to path: beside it, noted in the temporary folder first.
func besideTemp(temp, path string) (*os.File, error) {
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(temp, noteFile), []byte(dir), 0o600); err != nil {
		return nil, err
	}
	return os.OpenFile(filepath.Join(dir, noted(temp)), os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
}

// noted is the name of the file that is being written elsewhere.
func noted(temp string) string { return ".sehat-" + filepath.Base(temp) + ".xlsx" }

// removeNoted removes a temporary folder and the file that it notes; the folder stays as long as the file does.
func removeNoted(temp string) {
	dir, err := os.ReadFile(filepath.Join(temp, noteFile))
	if err == nil {
		if err := os.Remove(filepath.Join(string(dir), noted(temp))); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return
		}
	}
	os.RemoveAll(temp) //nolint:errcheck // the next run tries again
}

// alive reports whether a process runs. On Windows FindProcess itself fails for one that does not.
func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	defer p.Release() //nolint:errcheck // nothing depends on it
	if runtime.GOOS == "windows" {
		return true
	}
	err = p.Signal(syscall.Signal(0))
	return err == nil || os.IsPermission(err)
}
