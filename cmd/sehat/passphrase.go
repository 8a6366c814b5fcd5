package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"
)

// passphrase gets the passphrase of the root key from a file, $SEHAT_PASSPHRASE or the terminal. A new one is asked for
// twice.
func (a *app) passphrase(file string, isNew bool) (string, error) {
	text := a.getenv("SEHAT_PASSPHRASE")
	if file != "" {
		b, err := os.ReadFile(file)
		if err != nil {
			return "", fmt.Errorf("reading the passphrase: %w", err)
		}
		text, _, _ = strings.Cut(string(b), "\n")
		text = strings.TrimSuffix(text, "\r")
		if text == "" {
			return "", fmt.Errorf("%s: the first line holds no passphrase", file)
		}
	}
	if text != "" {
		return text, nil
	}
	terminal, ok := a.terminal()
	if !ok {
		return "", withHint(usageError{errors.New("the passphrase of the root key is needed")},
			"give it with --passphrase-file FILE or $SEHAT_PASSPHRASE, or run this at a terminal")
	}
	text, err := a.ask(terminal, "Passphrase of the root key: ")
	if err != nil || !isNew {
		return text, err
	}
	again, err := a.ask(terminal, "The same again: ")
	if err == nil && again != text {
		err = errors.New("the two passphrases differ; nothing was made")
	}
	return text, err
}

// terminal returns the terminal that stdin is, if it is one.
func (a *app) terminal() (*os.File, bool) {
	f, ok := a.stdin.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}

// ask reads a secret from the terminal without showing it.
func (a *app) ask(terminal *os.File, prompt string) (string, error) {
	fmt.Fprint(a.stderr, prompt)
	b, err := term.ReadPassword(int(terminal.Fd()))
	fmt.Fprintln(a.stderr)
	if err != nil {
		return "", fmt.Errorf("reading the passphrase: %w", err)
	}
	if len(b) == 0 {
		return "", errors.New("the passphrase is empty")
	}
	return string(b), nil
}
