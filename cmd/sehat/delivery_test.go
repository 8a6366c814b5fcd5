package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"sehat/records"
	"sehat/records/store"
)

func scriptPiles(ts *testscript.TestScript, _ bool, args []string) {
	ctx := context.Background()
	s, err := store.Open(ctx, ts.MkAbs(args[0])+"/store.db")
	ts.Check(err)
	defer s.Close()
	batches, err := s.PrintBatches(ctx)
	ts.Check(err)
	for i, b := range batches {
		ts.Setenv("BATCH"+strconv.Itoa(i+1), b.ID)
		if i > 0 {
			continue
		}
		n := 0
		for c, err := range s.BatchCards(ctx, b.ID) {
			ts.Check(err)
			n++
			ts.Setenv("C"+strconv.Itoa(n), c.Number)
			ts.Setenv("Q"+strconv.Itoa(n), c.Credential)
		}
	}
}

func scriptLines(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Join(args[1:], "\n")+"\n"), 0o600))
}

// Power can fail at any line: a scan that was answered is on the disk.
func TestAScanThatWasAnsweredSurvivesAKill(t *testing.T) {
	c := newCity(t, false)
	c.ok("simulate", "--households", "40", "--seed", "11", "--out", c.path("survey"), "--format", "csv")
	c.ok("--home", c.path("centre"), "init")
	c.ok("--home", c.path("centre"), "import", c.path("survey"))
	c.ok("--home", c.path("centre"), "dedupe")
	c.ok("--home", c.path("centre"), "issue")
	c.ok("--home", c.path("centre"), "print")
	numbers := printedNumbers(t, c.path("centre", "store.db"))
	handed := 0
	for _, kill := range []int{1, 7, 20} {
		cmd := c.command("--home", c.path("centre"), "card", "handover", "--scan", "--as", "ravi")
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(in, strings.Join(numbers[handed:], "\n")+"\n"); err != nil {
			t.Fatal(err)
		}
		answers := bufio.NewScanner(out)
		for range kill {
			if !answers.Scan() || !strings.HasPrefix(answers.Text(), "ok ") {
				t.Fatalf("answered %q, %v", answers.Text(), answers.Err())
			}
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed
		s, err := store.Open(t.Context(), c.path("centre", "store.db"))
		if err != nil {
			t.Fatal(err)
		}
		counts, err := s.CardCounts(t.Context())
		if err := errors.Join(err, s.Close()); err != nil {
			t.Fatal(err)
		}
		if counts[records.CardActive] < handed+kill {
			t.Errorf("%d scans were answered, and %d are known", handed+kill, counts[records.CardActive])
		}
		handed = counts[records.CardActive]
	}
}

// printedNumbers are the numbers of the cards of the first print batch.
func printedNumbers(t *testing.T, path string) []string {
	t.Helper()
	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	batches, err := s.PrintBatches(t.Context())
	if err != nil || len(batches) == 0 {
		t.Fatalf("%d print batches, %v", len(batches), err)
	}
	b, err := s.PrintBatch(t.Context(), batches[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	var numbers []string
	for _, slot := range b.Slots {
		numbers = append(numbers, slot.Number)
	}
	return numbers
}
