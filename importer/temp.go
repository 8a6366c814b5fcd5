package importer

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// tempDir makes a private folder for what a workbook unpacks to, after it swept away what killed runs left.
func (im *Importer) tempDir() (string, error) {
	base := im.TempDir
	if base == "" {
		base = filepath.Join(os.TempDir(), "sehat")
	}
	if err := os.MkdirAll(base, 0o700); err != nil {
		return "", fmt.Errorf("making a temporary folder: %w", err)
	}
	sweep(base, im.Now)
	dir, err := os.MkdirTemp(base, "import-"+strconv.Itoa(os.Getpid())+"-")
	if err != nil {
		return "", fmt.Errorf("making a temporary folder: %w", err)
	}
	return dir, nil
}

// sweep removes the folders of imports that run no more: people's data lie in them in plain text.
func sweep(base string, now time.Time) {
	old, err := filepath.Glob(filepath.Join(base, "import-*"))
	if err != nil {
		return // only a malformed pattern fails
	}
	for _, dir := range old {
		pid, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), "import-"), "-")
		id, err := strconv.Atoi(pid)
		info, statErr := os.Stat(dir)
		stale := statErr == nil && now.Sub(info.ModTime()) > 48*time.Hour
		if err != nil || stale || id != os.Getpid() && !alive(id) {
			os.RemoveAll(dir) //nolint:errcheck // the next run tries again
		}
	}
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
