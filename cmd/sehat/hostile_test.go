package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"sehat/importer"
)

// A hostile file is one that was made, or damaged, so that a reader crashes, hangs, or fills the memory.
type hostile struct {
	name string // what it is, as a sentence
	file string // what it is called
	make func(t testing.TB, path string)
	want string   // in what is said about it
	args []string // before the file
	ok   bool     // it may go in: every row must be accounted for
}

// What the worst file may cost. Processor time, because a test shares its machine; a hang is ended after ten times of it.
const (
	hostileTime   = 5 * time.Second
	hostileMemory = 512 << 10 // kB
)

// TestHostileFiles imports each hostile file in a process of its own: it must end in little time and memory with one clear sentence, change
// nothing, and leave nothing behind.
func TestHostileFiles(t *testing.T) {
	for kind, files := range map[string]func() []hostile{
		"text": hostileTexts, "mapping": hostileMappings, "archive": hostileArchives, "workbook": hostileWorkbooks, "database": hostileDatabases,
	} {
		t.Run(kind, func(t *testing.T) {
			c := newCage(t)
			for _, h := range files() {
				t.Run(h.name, func(t *testing.T) {
					c.t = t
					c.hostile(h)
				})
			}
			c.t = t
			c.nothingUnfinished()
		})
	}
}

func (c *cage) hostile(h hostile) {
	c.t.Helper()
	dir := c.t.TempDir()
	path := filepath.Join(dir, h.file)
	h.make(c.t, path)
	var out, errs bytes.Buffer
	args := append([]string{"--home", c.path("laptop"), "import", "--json", "--survey", "2026-1"}, h.args...)
	for i := range args {
		args[i] = filepath.Clean(strings.ReplaceAll(args[i], "FILE", path))
	}
	if !slices.ContainsFunc(h.args, func(arg string) bool { return strings.Contains(arg, "FILE") || strings.HasPrefix(arg, "/dev") }) || slices.Contains(h.args, "--profile") && len(h.args) == 2 {
		args = append(args, path)
	}
	cmd := c.sehat(args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	told := filepath.Join(c.t.TempDir(), "memory")
	cmd.Env = append(cmd.Env, "SEHAT_TEST_MEMORY="+told)
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	hangs := time.AfterFunc(10*hostileTime, func() { cmd.Process.Kill() }) //nolint:errcheck // it may have ended
	start := time.Now()
	code := exitStatus(cmd.Wait())
	wall := time.Since(start)
	hangs.Stop()
	took := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	memory := 0 // kB; nothing is told where the system does not tell it
	if text, err := os.ReadFile(told); err == nil {
		memory, _ = strconv.Atoi(string(text))
	}
	c.t.Logf("status %d, %v of processor time, %v, %d MB: %s", code, took.Round(time.Millisecond), wall.Round(time.Millisecond), memory>>10, firstLines(errs.String(), 3))
	if took > hostileTime {
		c.t.Errorf("it took %v", took)
	}
	if memory > hostileMemory {
		c.t.Errorf("it needed %d MB", memory>>10)
	}
	if code != exitFailed && !(h.ok && (code == exitDone || code == exitPerson)) {
		c.t.Errorf("status %d: %s%s", code, firstLines(out.String(), 3), firstLines(errs.String(), 10))
	}
	if !strings.Contains(errs.String(), h.want) {
		c.t.Errorf("it does not say %q", h.want)
	}
	c.balanced(out.Bytes())
	c.clear(strings.ReplaceAll(errs.String(), dir, ""), code == exitFailed)
	if code < 0 {
		c.quiet("--home", c.path("laptop"), "import", "list") // sweeps
	}
	c.nothingUnfinished()
	entries, err := os.ReadDir(dir)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			c.t.Errorf("left behind: %s", e.Name())
		}
	}
}

// balanced looks that every row is accounted for.
func (c *cage) balanced(out []byte) {
	c.t.Helper()
	dec := json.NewDecoder(bytes.NewReader(out))
	for dec.More() {
		var r importer.Report
		if err := dec.Decode(&r); err != nil {
			c.t.Fatalf("%v: %s", err, firstLines(string(out), 3))
		}
		if !r.Balanced() {
			c.t.Errorf("the rows do not add up: %+v", r.ImportCounts)
		}
	}
}

// jargon is what only a programmer says.
var jargon = regexp.MustCompile(`panic|goroutine|runtime error|0x[0-9a-f]{4}|\bEOF\b|zip: |xml: |XML syntax|sql: |SQL|flate|unexpected|invalid character|cannot unmarshal|yaml: |strconv|nil\b|<nil>|%!|no such file`)

// clear looks at what is said: whole lines that each begin as ours do, one of them about what is wrong and one about what to do, without
// characters that a terminal obeys.
func (c *cage) clear(text string, failed bool) {
	c.t.Helper()
	errors, hints := 0, 0
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "sehat: "):
			errors++
		case strings.HasPrefix(line, "hint: "):
			hints++
		default:
			c.t.Errorf("a line of its own: %q", firstLines(line, 1))
		}
		if len(line) > 600 {
			c.t.Errorf("a line of %d letters: %.100s…", len(line), line)
		}
		if found := jargon.FindString(fileNames.ReplaceAllString(line, "")); found != "" {
			c.t.Errorf("only a programmer says %q: %.300s", found, line)
		}
		if strings.ContainsFunc(line, func(r rune) bool { return unicode.IsControl(r) || r == '\u202e' || r == unicode.ReplacementChar }) {
			c.t.Errorf("a terminal obeys this: %.300q", line)
		}
	}
	if failed && (errors != 1 || hints != 1) {
		c.t.Errorf("%d sentences and %d hints", errors, hints)
	}
}

// fileNames are the ends of file names in which jargon stands rightly.
var fileNames = regexp.MustCompile(`\.(zip|yaml): `)

func firstLines(text string, n int) string {
	lines := strings.SplitAfterN(text, "\n", n+1)
	text = strings.Join(lines[:min(n, len(lines))], "")
	return text[:min(len(text), 1000)]
}

// textFile makes a file of a text.
func textFile(text string) func(t testing.TB, path string) {
	return func(t testing.TB, path string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// sparse makes a file that begins with a text and is filled up with zero bytes, which need no room on the disk.
func sparse(text string, size int64) func(t testing.TB, path string) {
	return func(t testing.TB, path string) {
		t.Helper()
		textFile(text)(t, path)
		if err := os.Truncate(path, size); err != nil {
			t.Fatal(err)
		}
	}
}

// repeated makes a file of a head and a text that comes again and again.
func repeatedText(head, text string, times int) func(t testing.TB, path string) {
	return func(t testing.TB, path string) {
		t.Helper()
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		once := max(1, min(times, (1<<20)/len(text)))
		chunk := strings.Repeat(text, once)
		f.WriteString(head) //nolint:errcheck // a short file is told by what is said of it
		for ; times > 0; times -= once {
			if _, err := f.WriteString(chunk[:min(once, times)*len(text)]); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// cutTests makes a file end after each of its twentieths.
func cutTests(name, file string, ok bool, whole func(t testing.TB, path string)) []hostile {
	var all []hostile
	for i := 1; i < 20; i++ {
		all = append(all, hostile{name: fmt.Sprintf("%s cut off after %d twentieths", name, i), file: file, ok: ok, make: func(t testing.TB, path string) {
			whole(t, path)
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Truncate(path, info.Size()*int64(i)/20); err != nil {
				t.Fatal(err)
			}
		}})
	}
	return all
}
