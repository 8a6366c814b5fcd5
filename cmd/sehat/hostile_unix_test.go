//go:build unix

package main

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
)

// pipe makes a pipe that nobody writes to.
func pipe(t testing.TB, path string) {
	t.Helper()
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
}

// A disk that is full ends an import with a sentence, and nothing of it lies about.
func TestAnImportOnAFullDisk(t *testing.T) {
	c := newCage(t)
	var rows strings.Builder
	for i := range 9000 {
		rows.WriteString(strings.Replace(flatRow, "H1", fmt.Sprint("H", i), 1))
	}
	path := c.write("full", "ward.csv", []byte(flatHead+rows.String()))
	cmd := c.sehat("--home", c.path("laptop"), "import", "--survey", "2026-1", path)
	cmd.Args[2] = "ulimit -f 2000; " + cmd.Args[2]
	out, err := cmd.CombinedOutput()
	if code := exitStatus(err); code != exitFailed || !strings.Contains(string(out), "hint: make room on the disk") {
		t.Errorf("status %d: %s", code, out)
	}
	c.nothingUnfinished()
	c.quiet("--home", c.path("laptop"), "import", "--survey", "2026-1", path)
}
