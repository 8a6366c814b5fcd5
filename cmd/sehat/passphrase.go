package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"
)

// A secret is something that one person knows: it is read from a file, the environment or the terminal, never from the command line.
type secret struct {
	what string // as it is asked for
	file string // the flag that names a file whose first line it is
	env  string // the variable that may hold it
}

// passphrase gets the passphrase of the root key. A new one is asked for twice.
func (a *app) passphrase(file string, isNew bool) (string, error) {
	return a.secret(secret{what: "passphrase of the root key", file: "--passphrase-file", env: "SEHAT_PASSPHRASE"}, file, isNew)
}

// secret gets a secret from a file, the environment or the terminal. A new one is asked for twice there.
func (a *app) secret(s secret, file string, isNew bool) (string, error) {
	text := a.getenv(s.env)
	if file != "" {
		b, err := os.ReadFile(file)
		if err != nil {
			return "", fmt.Errorf("reading the %s: %w", s.what, err)
		}
		text, _, _ = strings.Cut(string(b), "\n")
		text = strings.TrimSuffix(text, "\r")
		if text == "" {
			return "", fmt.Errorf("%s: the first line holds no %s", file, s.what)
		}
	}
	if text != "" {
		return text, nil
	}
	terminal, ok := a.terminal()
	if !ok {
		return "", withHint(usageError{fmt.Errorf("the %s is needed", s.what)},
			"give it with %s FILE or $%s, or run this at a terminal", s.file, s.env)
	}
	text, err := a.ask(terminal, s)
	if err != nil || !isNew {
		return text, err
	}
	fmt.Fprint(a.stderr, "The same again. ")
	again, err := a.ask(terminal, s)
	if err == nil && again != text {
		err = errors.New("the two differ; nothing was made")
	}
	return text, err
}

// terminal returns the terminal that stdin is, if it is one.
func (a *app) terminal() (*os.File, bool) {
	f, ok := a.stdin.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}

// ask reads a secret from the terminal without showing it.
func (a *app) ask(terminal *os.File, s secret) (string, error) {
	fmt.Fprint(a.stderr, strings.ToUpper(s.what[:1])+s.what[1:]+": ")
	b, err := term.ReadPassword(int(terminal.Fd()))
	fmt.Fprintln(a.stderr)
	if err != nil {
		return "", fmt.Errorf("reading the %s: %w", s.what, err)
	}
	if len(b) == 0 {
		return "", fmt.Errorf("the %s is empty", s.what)
	}
	return string(b), nil
}
