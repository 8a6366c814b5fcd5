package main

import (
	"bytes"
	"context"
	"encoding/json"
	"iter"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"sehat/records/store"
	"sehat/records/store/storetest"
)

// An import is taken back whole or not at all, whenever the power fails: the command is killed (SIGKILL) ever later until it gets
// through, and after each time the register is as it was before or as it is after.
func TestAnUndoKilledAtAnyMomentIsWholeOrNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("kills many processes")
	}
	storetest.Each(t, func(t *testing.T, url string) {
		if !strings.HasPrefix(url, "postgres") {
			url = t.TempDir() + "/store.db"
		}
		c := newCity(t, false)
		c.ok("simulate", "--households", "250", "--seed", "21", "--out", c.path("survey"), "--format", "csv")
		joinCSV(t, c.path("all.csv"), c.path("survey"))
		c.ok("--home", c.path("home"), "--store", url, "init")
		sehat := func(args ...string) []string {
			return append([]string{"--home", c.path("home"), "--store", url}, args...)
		}
		c.ok(sehat("import", c.path("all.csv"))...)
		after := registerText(t, url)
		correct(t, c.path("all.csv"), c.path("corrected.csv"))
		c.ok(sehat("import", c.path("corrected.csv"))...)
		before := registerText(t, url)
		if before == after {
			t.Fatal("the second import changed nothing")
		}
		id := lastImportID(t, url)

		kills, done := 0, false
		for delay := 5 * time.Millisecond; !done; delay += 4 * time.Millisecond {
			cmd := c.command(sehat("import", "--undo", id)...)
			var out bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &out
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			timer := time.AfterFunc(delay, func() { cmd.Process.Kill() }) //nolint:errcheck // it may have ended
			code := exitStatus(cmd.Wait())
			timer.Stop()
			switch code {
			case exitDone:
				done = true
			case -1:
				kills++
			default:
				t.Fatalf("killed before: status %d\n%s", code, &out)
			}
			switch now := registerText(t, url); {
			case now == after:
			case now != before:
				t.Fatalf("killed after %s, half of the import is taken back", delay)
			case done:
				t.Fatalf("it says that it took the import back, and did not:\n%s", &out)
			}
		}
		t.Logf("%d processes were killed", kills)
		if kills < 5 {
			t.Errorf("only %d processes were killed: this tells little", kills)
		}
		if now := registerText(t, url); now != after {
			t.Error("the register is not what it was before the import")
		}
	})
}

// correct writes a file in which many rows differ: some are changed, some are bad now, some that were bad are good, some are gone and
// some are new.
func correct(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	for i, line := range lines[1:] {
		switch i % 7 {
		case 0:
			line = strings.Replace(line, ",hi,", ",en,", 1)
		case 1:
			line = strings.Replace(line, ",F,", ",X,", 1)
		case 2:
			line = strings.Replace(line, ",F-", ",G-", 1)
		case 3:
			line = strings.Replace(line, " Kumar", " Kumaar", 1)
		}
		lines[i+1] = line
	}
	if err := os.WriteFile(to, []byte(strings.Join(lines[:len(lines)*9/10], "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// registerText is all that an import changes of a store, but for the list of the imports.
func registerText(t *testing.T, url string) string {
	t.Helper()
	ctx := context.Background()
	s, err := store.Open(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var lines []string
	add := func(row any, err error) {
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(row)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(b))
	}
	addAll(s.Households(ctx), add)
	addAll(s.Residents(ctx), add)
	addAll(s.Rejects(ctx), add)
	census, err := s.Census(ctx)
	add(census, err)
	waiting, err := s.OutboxRows(ctx)
	add(waiting, err)
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func addAll[T any](rows iter.Seq2[T, error], add func(any, error)) {
	for row, err := range rows {
		add(row, err)
	}
}

// lastImportID is the id of the import that began last.
func lastImportID(t *testing.T, url string) string {
	t.Helper()
	s, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	list, err := s.Imports(t.Context())
	if err != nil || len(list) == 0 {
		t.Fatalf("%d imports, %v", len(list), err)
	}
	return list[0].ID
}
