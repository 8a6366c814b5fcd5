package main

import (
	"context"
	"crypto/rand"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"sehat/records/store/storetest"
)

// TestMain lets tests and scripts run sehat in a process of its own: this very program, told so by its environment or its
// name.
func TestMain(m *testing.M) {
	if path := os.Getenv("SEHAT_TEST_MEMORY"); path != "" {
		a := &app{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, now: time.Now, random: rand.Reader, getenv: os.Getenv}
		code := run(context.Background(), a, os.Args[1:])
		tellMemory(path)
		os.Exit(code)
	}
	if os.Getenv("SEHAT_TEST_MAIN") != "" {
		main()
	}
	testscript.Main(testsThenStop{m}, map[string]func(){"sehat": main})
}

// tellMemory writes down, for the test that started this process, the most memory it held, in kB: Linux counts a process's own only
// here, and that of the test before it in what the test is told.
func tellMemory(path string) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	kb, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	os.WriteFile(path, []byte(kb), 0o600) //nolint:errcheck // then the test is told nothing
}

// testsThenStop stops the PostgreSQL of the tests after them.
type testsThenStop struct{ m *testing.M }

func (t testsThenStop) Run() int { return storetest.Main(t.m) }
