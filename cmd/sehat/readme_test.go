package main

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"sehat/records"
	"sehat/records/store"
)

// Every command of the README is run, top to bottom, in one folder. NUMBER is a card of the centre, another one each time, and BATCH its
// latest print batch. A service is stopped once it listens. What stands within a sentence must be a command, with flags that it has.
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
	commands, given := 0, placeholders{centre: c.path("centre")}
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
			given.fill(t, words)
			c.ok(words[1:]...)
		}
	}
	if commands < 20 {
		t.Errorf("only %d commands were found", commands)
	}
	sentences := regexp.MustCompile("(?s)```.*?```").ReplaceAllString(string(text), "")
	for _, m := range regexp.MustCompile("`sehat ([^`]*)`").FindAllStringSubmatch(sentences, -1) {
		if m[1] != "COMMAND --help" {
			understood(t, splitWords(m[1]))
		}
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

// placeholders are what stands for a card and for a print batch on a page.
type placeholders struct {
	centre string // the home that they are taken from
	used   int    // cards so far
}

// fill puts a card's number and a print batch in place of their names.
func (p *placeholders) fill(t *testing.T, words []string) {
	t.Helper()
	for i, word := range words {
		switch word {
		case "NUMBER":
			words[i] = p.card(t)
		case "BATCH":
			words[i] = p.batch(t)
		}
	}
}

func (p *placeholders) open(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(p.centre, "store.db"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (p *placeholders) card(t *testing.T) string {
	t.Helper()
	s := p.open(t)
	defer s.Close()
	n := 0
	for h, err := range s.Holders(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if h.Card == nil || h.Card.Kind != records.CardPermanent {
			continue
		}
		if n++; n > 2*p.used { // a lost card is followed by its holder's next one
			p.used++
			return h.Card.Number
		}
	}
	t.Fatal("the centre gave too few cards")
	return ""
}

func (p *placeholders) batch(t *testing.T) string {
	t.Helper()
	s := p.open(t)
	defer s.Close()
	list, err := s.PrintBatches(t.Context())
	if err != nil || len(list) == 0 {
		t.Fatalf("%d print batches, %v", len(list), err)
	}
	return list[len(list)-1].ID
}

// understood fails where words are no command, or have a flag that the command has not.
func understood(t *testing.T, words []string) {
	t.Helper()
	root := newRootCommand(&app{stdout: io.Discard, stderr: io.Discard, getenv: func(string) string { return "" }})
	cmd, rest, err := root.Find(words)
	if err != nil || cmd == root || cmd.HasSubCommands() && len(rest) > 0 && rest[0] == strings.ToLower(rest[0]) && !strings.ContainsAny(rest[0], "-./") {
		t.Errorf("sehat %s: there is no such command", strings.Join(words, " "))
		return
	}
	for _, word := range rest {
		name, long := strings.CutPrefix(word, "--")
		if long && cmd.Flags().Lookup(name) == nil && cmd.InheritedFlags().Lookup(name) == nil {
			t.Errorf("sehat %s: there is no flag %s", strings.Join(words, " "), word)
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
