package main

import (
	"archive/zip"
	"bytes"
	"database/sql"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/klauspost/compress/zstd"

	"sehat/survey"
)

// A canary is a number like an Aadhaar number, a name or a phone that is hidden in an export: where it turns up again, something leaks.
// The zero value knows none yet.
type canaries struct {
	numbers map[string]string // twelve digits, by where they were hidden
}

const (
	canaryName  = "Zulaikhacanary"
	canaryPhone = "7011223344"
	// canaryMiddle is what all hidden numbers share: their fifth to eleventh digits.
	canaryMiddle = "9408613"
)

// number returns the number that is hidden at a place; another one for every place.
func (c *canaries) number(place string) string {
	if c.numbers == nil {
		c.numbers = map[string]string{}
	}
	if c.numbers[place] == "" {
		eleven := fmt.Sprintf("7%03d%s", 300+len(c.numbers), canaryMiddle)
		c.numbers[place] = eleven + string(survey.VerhoeffDigit(eleven))
	}
	return c.numbers[place]
}

// hide replaces @place by the number of that place, written as @place/style says: 4 in fours, - with hyphens, hi in Devanagari digits,
// e as a spreadsheet writes a large number.
func (c *canaries) hide(text string) string {
	return canaryMark.ReplaceAllStringFunc(text, func(mark string) string {
		place, style, _ := strings.Cut(mark[1:], "/")
		n := c.number(place)
		switch style {
		case "4":
			return n[:4] + " " + n[4:8] + " " + n[8:]
		case "-":
			return n[:4] + "-" + n[4:8] + "-" + n[8:]
		case "hi":
			return strings.Map(func(r rune) rune { return r - '0' + '०' }, n)
		case "e":
			return n[:1] + "." + n[1:] + "E+11"
		}
		return n
	})
}

var canaryMark = regexp.MustCompile(`@[a-z]+(/[4a-z-]+)?`)

// digitsOf keeps the digits of a text, as ASCII, without what people write between the digits of a number.
func digitsOf(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); {
		r, size := rune(b[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(b[i:])
		}
		i += size
		switch {
		case r >= '०' && r <= '९':
			out = append(out, '0'+byte(r-'०'))
		case r == ' ', r == '-', r == '.', r == 0xA0, r == 0x200B:
		case r < utf8.RuneSelf:
			out = append(out, byte(r))
		default:
			out = append(out, '~')
		}
	}
	return out
}

// look returns which canaries are in some bytes, as they are and in whatever they pack: an archive, or a batch.
func (c *canaries) look(t testing.TB, b []byte, people bool) (found []string) {
	t.Helper()
	if digits := digitsOf(b); bytes.Contains(digits, []byte(canaryMiddle)) {
		for place, n := range c.numbers {
			if bytes.Contains(digits, []byte(n[:11])) {
				found = append(found, place)
			}
		}
		if len(found) == 0 {
			found = append(found, "most of a number")
		}
	}
	if people {
		for _, text := range []string{canaryName, canaryPhone} {
			if bytes.Contains(b, []byte(text)) {
				found = append(found, text)
			}
		}
	}
	switch {
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return found
		}
		for _, part := range z.File {
			r, err := part.Open()
			if err != nil {
				continue
			}
			text, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			for _, place := range c.look(t, append([]byte(part.Name+"\n"), text...), people) {
				found = append(found, place+" in "+part.Name)
			}
		}
	case bytes.HasPrefix(b, []byte{0x28, 0xB5, 0x2F, 0xFD}):
		r, err := zstd.NewReader(nil)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if text, err := r.DecodeAll(b, nil); err == nil {
			found = append(found, c.look(t, text, people)...)
		}
	case bytes.HasPrefix(b, []byte("SQLite format 3\x00")):
		found = append(found, c.lookInto(t, b, people)...)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// lookInto looks at every value of a store: a page of the file may cut a number in two, and batches are packed.
func (c *canaries) lookInto(t testing.TB, b []byte, people bool) (found []string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tables, err := db.Query("SELECT name FROM sqlite_master WHERE type = 'table'")
	if err != nil {
		return nil // a store of which a part is in its log
	}
	defer tables.Close()
	for tables.Next() {
		var name string
		if err := tables.Scan(&name); err != nil {
			t.Fatal(err)
		}
		rows, err := db.Query("SELECT * FROM `" + name + "`")
		if err != nil {
			t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new([]byte)
		}
		for rows.Next() {
			if err := rows.Scan(values...); err != nil {
				t.Fatal(err)
			}
			for i, v := range values {
				for _, place := range c.look(t, *v.(*[]byte), people) {
					found = append(found, place+" in "+name+"."+columns[i])
				}
			}
		}
		rows.Close()
	}
	return found
}

// leftIn looks at every file under a folder, its name too, and at who else may read it. Files that the test itself wrote are not looked at.
func (c *canaries) leftIn(t testing.TB, dir string, mine map[string]bool, people bool) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || mine[path] {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if want := map[bool]fs.FileMode{false: 0o600, true: 0o700}[d.IsDir()]; runtime.GOOS != "windows" && path != dir && info.Mode().Perm() != want {
			t.Errorf("%s: mode %v", path, info.Mode())
		}
		text := []byte(filepath.Base(path))
		if !d.IsDir() {
			if text, err = os.ReadFile(path); err != nil {
				return err
			}
			text = append(text, "\n"+filepath.Base(path)...)
		}
		if found := c.look(t, text, people); len(found) > 0 {
			t.Errorf("%s holds %q", path, found)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A cage is two homes and a folder of exports, each with a temporary folder of its own.
type cage struct {
	*city
	canaries
	mine   map[string]bool // what the test wrote
	copies int             // of each household in an export
}

func newCage(t *testing.T) *cage {
	c := &cage{city: newCity(t, false), mine: map[string]bool{}}
	for _, dir := range []string{"tmp", "in"} {
		if err := os.Mkdir(c.path(dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	c.quiet("--home", c.path("centre"), "init")
	c.quiet("--home", c.path("laptop"), "init", "--device")
	c.quiet("--home", c.path("laptop"), "sync", "enrol", "--request", c.path("request"))
	c.quiet("--home", c.path("centre"), "sync", "enrol", "--approve", c.path("request"), "--out", c.path("grant"), "--quota", "5000")
	c.quiet("--home", c.path("laptop"), "sync", "enrol", "--accept", c.path("grant"))
	return c
}

// sehat is the command in a process of its own, which may write files that everybody can read.
func (c *cage) sehat(args ...string) *exec.Cmd {
	cmd := c.command(args...)
	if runtime.GOOS != "windows" {
		cmd = exec.Command("sh", append([]string{"-c", `umask 0; exec "$0" "$@"`, os.Args[0]}, args...)...)
		cmd.Dir, cmd.Env = c.dir, c.command().Env
	}
	cmd.Env = append(cmd.Env, "TMPDIR="+c.path("tmp"), "TMP="+c.path("tmp"), "TEMP="+c.path("tmp"))
	return cmd
}

// tells runs a command and looks at what it prints.
func (c *cage) tells(people bool, args ...string) (string, int) {
	c.t.Helper()
	var out, errs bytes.Buffer
	cmd := c.sehat(args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	code := exitStatus(cmd.Run())
	text := out.String() + errs.String()
	for _, place := range c.look(c.t, []byte(text), people) {
		c.t.Errorf("sehat %s tells %s:\n%s", strings.Join(args, " "), place, text)
	}
	if strings.Contains(text, "panic:") || strings.Contains(text, "goroutine ") {
		c.t.Errorf("sehat %s:\n%s", strings.Join(args, " "), text)
	}
	return text, code
}

// quiet runs a command that must get through and print nobody's data.
func (c *cage) quiet(args ...string) string {
	c.t.Helper()
	text, code := c.tells(true, args...)
	if code != exitDone && code != exitPerson {
		c.t.Fatalf("sehat %s: status %d\n%s", strings.Join(args, " "), code, text)
	}
	return text
}

// write makes a file of the test's own, in a folder of its own.
func (c *cage) write(dir, name string, b []byte) string {
	c.t.Helper()
	path := c.path("in", dir, c.hide(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		c.t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		c.t.Fatal(err)
	}
	c.mine[path] = true
	return path
}

// nothingLeft looks at everything that sehat wrote.
func (c *cage) nothingLeft() {
	c.t.Helper()
	for _, home := range []string{"centre", "laptop"} {
		c.leftIn(c.t, c.path(home), c.mine, false)
	}
	c.leftIn(c.t, c.path("in"), c.mine, false)
	c.nothingUnfinished()
}

// nothingUnfinished looks for what a command left half-written.
func (c *cage) nothingUnfinished() {
	c.t.Helper()
	for _, dir := range []string{c.path("tmp"), c.path("laptop", "tmp"), c.path("centre", "tmp")} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				c.t.Errorf("left behind: %s", path)
			}
			return nil
		})
		if err != nil {
			c.t.Fatal(err)
		}
	}
	for _, dir := range []string{"in", "laptop", "centre"} {
		filepath.WalkDir(c.path(dir), func(path string, d fs.DirEntry, err error) error { //nolint:errcheck // what is there is looked at
			if err == nil && strings.HasPrefix(d.Name(), ".") {
				c.t.Errorf("left behind: %s", path)
			}
			return nil
		})
	}
}

func TestNoAadhaarNumberIsAnywhere(t *testing.T) {
	c := newCage(t)
	for _, e := range canaryExports {
		t.Run(e.name, func(t *testing.T) {
			c.t = t
			args := e.make(c)
			c.imports(args...)
			rejects, err := filepath.Glob(c.path("in", e.name, "*.rejects*.xlsx"))
			if err != nil || len(rejects) != 1 {
				t.Fatalf("rejects workbooks: %q, %v", rejects, err)
			}
			c.imports(rejects[0])
			c.nothingLeft()
		})
	}
	c.t = t
	c.quiet("--home", c.path("laptop"), "import", "list")
	c.quiet("--home", c.path("laptop"), "import", "list", "--json")
	c.quiet("--home", c.path("laptop"), "import", "held")
	c.quiet("--home", c.path("laptop"), "import", "held", "--json")
	c.quiet("--home", c.path("laptop"), "import", "held", "--rejects", c.path("in", "held.xlsx"))
	for _, key := range []string{"H1", "H1/1"} {
		c.tells(false, "--home", c.path("laptop"), "import", "history", key)
		c.tells(false, "--home", c.path("laptop"), "import", "history", key, "--json")
	}
	c.tells(true, "--home", c.path("laptop"), "import", "history", c.number("household"))
	c.quiet("--home", c.path("laptop"), "coverage", "--by", "enumerator", "--csv", c.path("in", "c.csv"), "--html", c.path("in", "c.html"))
	c.quiet("--home", c.path("laptop"), "coverage", "--by", "team", "--json")
	c.tells(true, "--home", c.path("laptop"), "coverage", "--revisits", c.path("in", "r.csv"))
	c.quiet("--home", c.path("laptop"), "sync", "push", "--to", c.path("centre", "store.db"))
	c.quiet("--home", c.path("centre"), "sync", "apply")
	c.quiet("--home", c.path("centre"), "dedupe")
	for _, home := range []string{"laptop", "centre"} {
		c.quiet("--home", c.path(home), "doctor")
		c.quiet("--home", c.path(home), "doctor", "--json")
	}
	c.nothingLeft()
	if len(c.numbers) < 40 {
		t.Errorf("only %d numbers were hidden: this tells little", len(c.numbers))
	}
}

// imports takes a file in: first as a rehearsal, then told as JSON, then once more; and lets it fail in every way.
func (c *cage) imports(args ...string) {
	c.t.Helper()
	args = append([]string{"--home", c.path("laptop"), "import", "--survey", "2026-1"}, args...)
	c.quiet(append(args, "--dry-run")...)
	if text := c.quiet(append(args, "--json")...); strings.Contains(text, `"aadhaar_masked":0,`) && !strings.Contains(args[len(args)-1], ".rejects") {
		c.t.Errorf("no number was found: %s", text)
	}
	c.quiet(args...)
	file := args[len(args)-1]
	for _, fails := range [][]string{
		{"--rejects", c.path("nowhere", "x.xlsx")},
		{"--rejects", file},
		{"--profile", "kobbo"},
		{"--profile", file},
		{"--suggest-mapping"},
	} {
		c.tells(true, append(args, fails...)...)
	}
	broken, err := os.ReadFile(file)
	if err != nil {
		c.t.Fatal(err)
	}
	c.tells(true, append(args[:len(args)-1:len(args)-1], c.write("broken", filepath.Base(file), broken[:len(broken)*2/3]))...)
	for _, left := range []string{"*.mapping.json", "../broken/*.rejects*"} {
		paths, err := filepath.Glob(filepath.Join(filepath.Dir(file), left))
		if err != nil {
			c.t.Fatal(err)
		}
		for _, path := range paths {
			c.leftIn(c.t, path, c.mine, false)
			os.Remove(path)
		}
	}
	c.tells(true, "--home", c.path("laptop"), "import", "--undo", filepath.Base(file), "--dry-run")
	if text := c.quiet("--home", c.path("laptop"), "import", "held", "--file", filepath.Base(file)); !strings.Contains(text, " held back from ") {
		c.t.Errorf("nothing is held back of the file: %s", text)
	}
}

// After a SIGKILL at any moment of an import, or of the writing of rejects, the next command sweeps away what lay about in plain text.
func TestNothingIsLeftByKilledImports(t *testing.T) {
	if testing.Short() {
		t.Skip("kills many processes")
	}
	c := newCage(t)
	kills := 0
	for _, e := range canaryExports {
		t.Run(e.name, func(t *testing.T) {
			c.t = t
			c.copies = 40
			args := e.make(c)
			kills += c.killed(append([]string{"import", "--survey", "2026-1"}, args...)...)
			kills += c.killed("import", "held", "--file", args[len(args)-1], "--rejects", c.path("in", e.name, "held.xlsx"))
			c.nothingLeft()
		})
	}
	t.Logf("%d processes were killed", kills)
	if kills < 15 {
		t.Errorf("only %d processes were killed: this tells little", kills)
	}
}

// killed runs a command that is killed ever later until it gets through; after each kill another command must find nothing to be read.
func (c *cage) killed(args ...string) (kills int) {
	c.t.Helper()
	args = append([]string{"--home", c.path("laptop")}, args...)
	for delay := 40 * time.Millisecond; ; delay += max(delay/3, 10*time.Millisecond) {
		cmd := c.sehat(args...)
		if err := cmd.Start(); err != nil {
			c.t.Fatal(err)
		}
		timer := time.AfterFunc(delay, func() { cmd.Process.Kill() }) //nolint:errcheck // it may have ended
		code := exitStatus(cmd.Wait())
		timer.Stop()
		if code == exitDone || code == exitPerson {
			return kills
		}
		if code != -1 {
			c.t.Fatalf("sehat %s, killed before: status %d", strings.Join(args, " "), code)
		}
		kills++
		c.quiet("--home", c.path("laptop"), "import", "list")
		c.nothingUnfinished()
	}
}
