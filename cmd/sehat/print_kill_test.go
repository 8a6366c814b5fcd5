package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sehat/cards/sheet"
)

// A print job of several files, killed ever later at the centre and at the print centre, ends as if nobody had pulled the plug: every
// card once, the same bytes as the centre makes, nothing left over.
func TestAPrintJobKilledAtAnyMoment(t *testing.T) {
	if testing.Short() {
		t.Skip("kills many processes")
	}
	c := newCity(t, true)
	at := func(home string, args ...string) []string { return append([]string{"--home", c.path(home)}, args...) }
	c.ok("simulate", "--households", "330", "--seed", "11", "--out", c.path("survey"), "--format", "csv")
	c.ok(at("centre", "init")...)
	c.ok(at("press", "init", "--device", "--name", "Print centre")...)
	c.ok(at("press", "sync", "enrol", "--request", c.path("request"))...)
	c.ok(at("centre", "sync", "enrol", "--approve", c.path("request"), "--out", c.path("grant"), "--quota", "1")...)
	c.ok(at("press", "sync", "enrol", "--accept", c.path("grant"))...)
	c.ok(at("centre", "import", c.path("survey"))...)
	c.ok(at("centre", "dedupe")...)
	c.ok(at("centre", "issue")...)

	sealed := c.through(at("centre", "print", "--job", c.path("job"), "--for", c.path("request"))...)
	made := c.through(at("press", "print", c.path("job"))...)
	if _, err := os.Stat(c.path("job")); err != nil {
		t.Fatal(sealed)
	}
	batch := strings.TrimPrefix(strings.Fields(made)[2], "batch ")
	batch = strings.TrimSuffix(batch, ":")
	c.ok(at("press", "print", "report", batch, "--spoiled", "7-3", "--dispatched", "van", "--out", c.path("report"))...)
	c.through(at("centre", "print", "report", c.path("report"))...)
	c.ok(at("centre", "print", "--batch", batch, "--out", c.path("own"))...)

	if c.kills < 8 {
		t.Errorf("only %d processes were killed: this tells little", c.kills)
	}
	t.Logf("%d processes were killed", c.kills)
	m, err := sheet.ReadManifest(c.path("press", "print", batch), batch)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, f := range m.Files {
		there, err := os.ReadFile(c.path("press", "print", batch, f.Name))
		if err != nil {
			t.Fatal(err)
		}
		here, err := os.ReadFile(c.path("own", f.Name))
		if err != nil || !bytes.Equal(there, here) {
			t.Errorf("%s is not what the centre makes: %v", f.Name, err)
		}
		for _, s := range f.Slots {
			if seen[s.Number.String()] {
				t.Errorf("card %s is twice in the batch", s.Number)
			}
			seen[s.Number.String()] = true
		}
	}
	counts := c.counts("centre")
	if want := fmt.Sprintf(`"dispatched":%d,"spoiled":1`, len(seen)-1); len(m.Files) < 2 || !strings.Contains(counts, want) {
		t.Errorf("%d files; the centre says %s, want %s", len(m.Files), counts, want)
	}
	for _, pattern := range []string{c.path("*", "print", "*", ".*"), c.path(".*")} {
		left, err := filepath.Glob(pattern)
		if err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	}
}
