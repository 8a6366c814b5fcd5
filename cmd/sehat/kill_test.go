package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sehat/records/store"
)

// Power can fail at any line. Each command of the main job is killed (SIGKILL) ever later until it gets through; then all must
// be as if nobody had pulled the plug: no number twice, nothing lost, every count equal.
func TestKilledAtAnyMoment(t *testing.T) {
	if testing.Short() {
		t.Skip("kills many processes")
	}
	calm, storm := newCity(t, false), newCity(t, true)
	for _, c := range []*city{calm, storm} {
		c.ok("simulate", "--households", "250", "--seed", "11", "--out", c.path("survey"), "--format", "csv")
		c.ok("--home", c.path("centre"), "init")
		c.ok("--home", c.path("laptop"), "init", "--device")
		c.ok("--home", c.path("laptop"), "sync", "enrol", "--request", c.path("request"))
		c.ok("--home", c.path("centre"), "sync", "enrol", "--approve", c.path("request"), "--out", c.path("grant"), "--quota", "5000")
		c.ok("--home", c.path("laptop"), "sync", "enrol", "--accept", c.path("grant"))

		c.through("--home", c.path("laptop"), "import", c.path("survey"))
		c.through("--home", c.path("laptop"), "issue")
		c.through("--home", c.path("laptop"), "sync", "push", "--to", c.path("centre", "store.db"))
		c.through("--home", c.path("centre"), "sync", "apply")
		c.through("--home", c.path("centre"), "dedupe")
		c.through("--home", c.path("centre"), "issue")
		c.through("--home", c.path("centre"), "print")
		c.ok("--home", c.path("laptop"), "sync", "pull")

		c.ok("simulate", "--households", "25", "--seed", "12", "--out", c.path("later"), "--format", "csv")
		c.through("--home", c.path("laptop"), "import", c.path("later"))
		c.through("--home", c.path("laptop"), "sync", "push", "--to", c.path("centre", "store.db"))
		c.through("--home", c.path("centre"), "sync", "apply")
		if out := c.through("--home", c.path("centre"), "dedupe"); c == calm && (!strings.Contains(out, "compared with") || strings.Contains(out, "weights")) {
			t.Errorf("those who came later were not linked with those who stand:\n%s", out)
		}
	}
	if storm.kills < 20 {
		t.Errorf("only %d processes were killed: this tells little", storm.kills)
	}
	t.Logf("%d processes were killed", storm.kills)
	for _, h := range []string{"laptop", "centre"} {
		want, got := calm.counts(h), storm.counts(h)
		if want != got {
			t.Errorf("%s:\nundisturbed %s\nkilled      %s", h, want, got)
		}
	}
	storm.sound()
}

// A city is the folder of one telling of the main job.
type city struct {
	t      testing.TB
	dir    string
	killed bool // kill what goes through
	kills  int
}

func newCity(t *testing.T, killed bool) *city { return &city{t: t, dir: t.TempDir(), killed: killed} }

func (c *city) path(parts ...string) string {
	return filepath.Join(append([]string{c.dir}, parts...)...)
}

// command is sehat in a process of its own.
func (c *city) command(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Dir = c.dir
	cmd.Env = append(os.Environ(), "SEHAT_TEST_MAIN=1", "SEHAT_PASSPHRASE=correct horse battery", "SEHAT_HOME=", "SEHAT_STORE=")
	return cmd
}

// ok runs a command that must get through; that some rows need a person is fine.
func (c *city) ok(args ...string) string {
	c.t.Helper()
	out, err := c.command(args...).CombinedOutput()
	if code := exitStatus(err); code != exitDone && code != exitPerson {
		c.t.Fatalf("sehat %s: status %d\n%s", strings.Join(args, " "), code, out)
	}
	return string(out)
}

func exitStatus(err error) int {
	if exit, ok := err.(*exec.ExitError); ok {
		return exit.ExitCode()
	}
	if err != nil {
		return -2
	}
	return 0
}

// through runs a command, killed ever later until it gets through, and returns what it printed then.
func (c *city) through(args ...string) string {
	c.t.Helper()
	for delay := 4 * time.Millisecond; c.killed; delay += max(delay/6, 2*time.Millisecond) {
		cmd := c.command(args...)
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Start(); err != nil {
			c.t.Fatal(err)
		}
		timer := time.AfterFunc(delay, func() { cmd.Process.Kill() }) //nolint:errcheck // it may have ended
		code := exitStatus(cmd.Wait())
		timer.Stop()
		switch code {
		case exitDone, exitPerson:
			return out.String()
		case -1:
			c.kills++
		default:
			c.t.Fatalf("sehat %s, killed before: status %d\n%s", strings.Join(args, " "), code, &out)
		}
	}
	return c.ok(args...)
}

// counts says what a home's store holds.
func (c *city) counts(home string) string {
	c.t.Helper()
	ctx := context.Background()
	s, err := store.Open(ctx, c.path(home, "store.db"))
	if err != nil {
		c.t.Fatal(err)
	}
	defer s.Close()
	census, err := s.Census(ctx)
	if err != nil {
		c.t.Fatal(err)
	}
	counts, err := s.CardCounts(ctx)
	if err != nil {
		c.t.Fatal(err)
	}
	residents, persons, err := s.PersonCounts(ctx)
	if err != nil {
		c.t.Fatal(err)
	}
	sure, waiting, err := s.MatchCounts(ctx)
	if err != nil {
		c.t.Fatal(err)
	}
	b, err := json.Marshal(map[string]any{"census": census, "cards": counts, "linked": []int{residents, persons, sure, waiting}})
	if err != nil {
		c.t.Fatal(err)
	}
	return string(b)
}

// sound looks for what a power cut could have left behind.
func (c *city) sound() {
	c.t.Helper()
	ctx := context.Background()
	for _, home := range []string{"laptop", "centre"} {
		out := c.ok("--home", c.path(home), "doctor")
		if strings.Contains(out, "BAD") {
			c.t.Errorf("doctor of %s:\n%s", home, out)
		}
	}
	s, err := store.Open(ctx, c.path("centre", "store.db"))
	if err != nil {
		c.t.Fatal(err)
	}
	defer s.Close()
	batches, err := s.PrintBatches(ctx)
	if err != nil {
		c.t.Fatal(err)
	}
	printed := map[string]string{}
	for _, b := range batches {
		for card, err := range s.BatchCards(ctx, b.ID) {
			if err != nil {
				c.t.Fatal(err)
			}
			if before, twice := printed[card.Number]; twice {
				c.t.Errorf("card %s is in print batches %s and %s", card.Number, before, b.ID)
			}
			printed[card.Number] = b.ID
		}
		if _, err := os.Stat(c.path("centre", "print", b.ID, fmt.Sprintf("%s-manifest.json", b.ID))); err != nil {
			c.t.Errorf("print batch %s: %v", b.ID, err)
		}
	}
	if counts, err := s.CardCounts(ctx); err != nil || counts["printed"] != len(printed) || len(printed) == 0 {
		c.t.Errorf("%d cards are in print batches, the register says %v, %v", len(printed), counts, err)
	}
	leftovers, err := filepath.Glob(c.path("*", "print", "*", ".*"))
	if err != nil || len(leftovers) > 0 {
		c.t.Errorf("left behind: %v, %v", leftovers, err)
	}
}
