package main

import (
	"bufio"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Every command of the README is run, top to bottom, in one folder. A service is stopped once it listens.
func TestREADME(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	c := newCity(t, false)
	t.Setenv("SEHAT_PIN", "402817") // which the operators type at the terminal
	list := "record_id,full_name,birth_date,mobile\n1,Asha Devi,1985,9812345670\n2,Aasha Devi,1985-03-02,9812345670\n3,Ravi Kumar,1990,\n"
	if err := os.WriteFile(c.path("people.csv"), []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	commands := 0
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		for _, line := range strings.Split(strings.TrimSpace(block[1]), "\n") {
			words := splitWords(line)
			if len(words) == 0 || words[0] != "sehat" {
				t.Errorf("not a command of sehat: %s", line)
				continue
			}
			commands++
			t.Log(line)
			if words[len(words)-1] == "serve" {
				serveAndStop(t, c, words[1:])
				continue
			}
			c.ok(words[1:]...)
		}
	}
	if commands < 20 {
		t.Errorf("only %d commands were found", commands)
	}
	for _, target := range regexp.MustCompile("`make ([a-z-]+)`|    make ([a-z-]+)").FindAllStringSubmatch(string(text), -1) {
		name := target[1] + target[2]
		makefile, err := os.ReadFile(filepath.Join("..", "..", "Makefile"))
		if err != nil {
			t.Fatal(err)
		}
		if !regexp.MustCompile(`(?m)^` + name + `:`).Match(makefile) {
			t.Errorf("make has no target %s", name)
		}
	}
}

// splitWords parts a line as a shell does, quotes and nothing else.
func splitWords(line string) []string {
	var words []string
	for _, m := range regexp.MustCompile(`"([^"]*)"|(\S+)`).FindAllStringSubmatch(line, -1) {
		words = append(words, m[1]+m[2])
	}
	return words
}

// serveAndStop runs a service on a free port until it says that it listens, then stops it as Ctrl-C does.
func serveAndStop(t *testing.T, c *city, args []string) {
	t.Helper()
	cmd := c.command(append(args, "--listen", "127.0.0.1:0")...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() }) //nolint:errcheck // it may have ended
	defer timer.Stop()
	lines := bufio.NewScanner(stderr)
	if !lines.Scan() || !strings.Contains(lines.Text(), "127.0.0.1:") {
		t.Errorf("serve does not say where it listens: %q", lines.Text())
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() { // until it ends
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("serve stopped by Ctrl-C: %v", err)
	}
}
