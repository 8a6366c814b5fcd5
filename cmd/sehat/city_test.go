package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"sehat/records/store/storetest"
)

// A stage is one command of the main job as it was measured.
type stage struct {
	name   string
	report string        // what it printed with --json, a line an object, without what differs between runs
	cpu    time.Duration // user and system time of the process
	memory int64         // peak, in bytes
	units  int           // rows, residents or cards that went through
}

// mainJob takes a city of households through the main job: a laptop's SQLite store, and a centre at the given store URL.
func mainJob(t testing.TB, households int, centreStore string) []stage {
	c := &city{t: t, dir: t.TempDir()}
	survey, laptop, centre := c.path("survey"), c.path("laptop"), c.path("centre")
	if centreStore == "" {
		centreStore = c.path("centre", "store.db")
	}
	c.ok("--home", centre, "--store", centreStore, "init")
	c.ok("--home", laptop, "init", "--device")
	c.ok("--home", laptop, "sync", "enrol", "--request", c.path("request"))
	c.ok("--home", centre, "sync", "enrol", "--approve", c.path("request"), "--out", c.path("grant"), "--quota", strconv.Itoa(10*households))
	c.ok("--home", laptop, "sync", "enrol", "--accept", c.path("grant"))
	return []stage{
		c.measure("simulate as CSV", "members", "simulate", "--households", strconv.Itoa(households), "--seed", "5", "--out", survey, "--format", "csv"),
		c.measure("import", "rows_read", "--home", laptop, "import", survey),
		c.measure("issue temporary cards", "issued", "--home", laptop, "issue"),
		c.measure("sync push", "rows", "--home", laptop, "sync", "push", "--to", centreStore),
		c.measure("sync apply", "rows", "--home", centre, "sync", "apply"),
		c.measure("dedupe", "residents", "--home", centre, "dedupe"),
		c.measure("issue permanent cards", "issued", "--home", centre, "issue"),
		c.measure("print", "cards", "--home", centre, "print"),
	}
}

// measure runs a command and adds up the given count of what it reports.
func (c *city) measure(name, unit string, args ...string) stage {
	c.t.Helper()
	cmd := c.command(append([]string{"--json"}, args...)...)
	out, err := cmd.Output()
	if code := exitStatus(err); code != exitDone && code != exitPerson {
		c.t.Fatalf("%s: status %d\n%s", name, code, err.(*exec.ExitError).Stderr)
	}
	s := stage{name: name, cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		s.memory = usage.Maxrss * 1024
	}
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		var report map[string]any
		if err := json.Unmarshal([]byte(line), &report); err != nil {
			c.t.Fatalf("%s: %v: %s", name, err, line)
		}
		if report["summary"] != nil { // of the lines before
			continue
		}
		n, ok := report[unit].(float64)
		if !ok {
			c.t.Fatalf("%s: no %s in %s", name, unit, line)
		}
		s.units += int(n)
		for key, value := range report {
			if _, number := value.(float64); !number {
				delete(report, key) // names of files and batches differ
			}
		}
		kept, err := json.Marshal(report)
		if err != nil {
			c.t.Fatal(err)
		}
		s.report += string(kept) + "\n"
	}
	return s
}

// fromEnvironment reads how large something is to be.
func fromEnvironment(t testing.TB, variable string, standard int) int {
	text := os.Getenv(variable)
	if text == "" {
		return standard
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s is a number: %v", variable, err)
	}
	return n
}

// The main job gives the same counts at every step, whatever the centre's store. SEHAT_CITY=10000 does it for more households.
func TestBothDialectsCountAlike(t *testing.T) {
	n := fromEnvironment(t, "SEHAT_CITY", 400)
	url := storetest.Postgres(t)
	sqlite, postgres := mainJob(t, n, ""), mainJob(t, n, url)
	for i, want := range sqlite {
		if got := postgres[i]; got.report != want.report {
			t.Errorf("%s:\nsqlite   %s\npostgres %s", want.name, want.report, got.report)
		}
		if want.units == 0 {
			t.Errorf("%s did nothing", want.name)
		}
	}
}

// BenchmarkCity prints the README's table: 10,000 households through the main job.
func BenchmarkCity(b *testing.B) {
	n := fromEnvironment(b, "SEHAT_CITY", 10_000)
	for range b.N {
		sqlite, postgres := mainJob(b, n, ""), mainJob(b, n, storetest.Postgres(b))
		fmt.Printf("\n%d households; CPU-seconds of the command itself, without those of the PostgreSQL server\n\n", n)
		fmt.Print("| step | through it | SQLite: per CPU-second | peak | PostgreSQL: per CPU-second | peak |\n|---|---|---|---|---|---|\n")
		for i, s := range sqlite {
			fmt.Printf("| %s | %d | %s | %s |\n", s.name, s.units, s.figures(), postgres[i].figures())
		}
		fmt.Println()
	}
}

func (s stage) figures() string {
	return fmt.Sprintf("%.0f | %d MB", float64(s.units)/s.cpu.Seconds(), s.memory>>20)
}
