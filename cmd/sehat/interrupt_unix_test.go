//go:build unix

package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"sehat/records/store"
)

// Somebody presses Ctrl-C in the middle of an import: the store is sound, the message says what is done, and the command that it names
// brings the store to where an undisturbed import would have.
func TestInterruptedImportGoesOn(t *testing.T) {
	calm, cut := newCity(t, false), newCity(t, false)
	for _, c := range []*city{calm, cut} {
		c.ok("simulate", "--households", "6000", "--seed", "5", "--out", c.path("survey"), "--format", "csv")
		c.ok("--home", c.path("laptop"), "init")
		if err := os.Mkdir(c.path("our ward"), 0o700); err != nil {
			t.Fatal(err)
		}
		joinCSV(t, c.path("our ward", "all.csv"), c.path("survey"))
	}

	said := ""
	for wait := 200 * time.Millisecond; ; wait *= 2 {
		if said = interruptedImport(t, cut, wait); !strings.Contains(said, "stopped before any row was taken in") {
			break
		}
	}
	if !regexp.MustCompile(`(?m)^sehat: stopped; \d{4,} rows of our ward/all\.csv taken in so far$`).MatchString(said) {
		t.Errorf("it does not say what was taken in:\n%s", said)
	}
	_, again, ok := strings.Cut(said, "hint: nothing is lost; go on with: sehat ")
	if !ok {
		t.Fatalf("it does not name the command to go on with:\n%s", said)
	}
	if out := cut.ok("--home", cut.path("laptop"), "doctor"); strings.Count(out, "BAD") != 1 || !strings.Contains(out, "imports that were cut off: 1") {
		t.Errorf("the store is not sound:\n%s", out)
	}

	shell := exec.Command("sh", "-c", `"$0" `+strings.TrimSpace(again), os.Args[0])
	shell.Dir, shell.Env = cut.dir, cut.command().Env
	out, err := shell.CombinedOutput()
	if code := exitStatus(err); code != exitPerson || !strings.Contains(string(out), "went on after row ") {
		t.Errorf("%s: status %d\n%s", again, code, out)
	}
	calm.ok("--home", calm.path("laptop"), "import", calm.path("our ward"))
	if want, got := calm.counts("laptop"), cut.counts("laptop"); want != got {
		t.Errorf("\nundisturbed %s\nstopped     %s", want, got)
	}
}

// interruptedImport imports our ward, presses Ctrl-C some time after the import began, and returns what was said then.
func interruptedImport(t *testing.T, c *city, wait time.Duration) string {
	t.Helper()
	s, err := store.Open(t.Context(), c.path("laptop", "store.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	cmd := c.command("--home", c.path("laptop"), "import", "our ward")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		list, err := s.Imports(t.Context())
		if err != nil || time.Now().After(end) {
			t.Fatalf("the import did not begin: %v", err)
		}
		if len(list) > 0 {
			break
		}
	}
	time.Sleep(wait)
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code := exitStatus(cmd.Wait()); code != exitFailed {
		t.Fatalf("status %d\n%s", code, &stderr)
	}
	return stderr.String()
}

// A program that hangs ends at the second Ctrl-C. Here it waits for what a pipe would say.
func TestSecondInterruptEndsAtOnce(t *testing.T) {
	c := newCity(t, false)
	c.ok("--home", c.path("laptop"), "init")
	pipe := c.path("survey.csv")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(c.path("survey-members.csv"), []byte("PARENT_KEY,KEY,full_name\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := c.command("--home", c.path("laptop"), "import", "survey-members.csv")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() }) //nolint:errcheck // it may have ended
	defer timer.Stop()
	defer readBy(t, pipe).Close()
	lines := bufio.NewScanner(stderr)
	for _, want := range []string{"sehat: stopping; Ctrl-C once more ends at once", ""} {
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() && (want == "" || !strings.HasPrefix(lines.Text(), want)) {
		}
	}
	if err := cmd.Wait(); err == nil || err.Error() != "signal: interrupt" {
		t.Errorf("the second Ctrl-C did not end it: %v", err)
	}
}

// readBy waits until somebody reads from a pipe, and opens it for writing.
func readBy(t *testing.T, pipe string) *os.File {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if w, err := os.OpenFile(pipe, os.O_WRONLY|syscall.O_NONBLOCK, 0); err == nil {
			return w
		}
	}
	t.Fatal("nobody reads from the pipe")
	return nil
}
