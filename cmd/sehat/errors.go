package main

import (
	"context"
	"errors"
	"fmt"
)

// Exit statuses.
const (
	exitDone   = 0
	exitFailed = 1 // and nothing is half done
	exitUsage  = 2
	exitPerson = 3 // done, but some rows need a person
)

// A usageError is a command that was typed wrong.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// needsPerson is the error of a command that did its job and leaves something for a person to decide.
type needsPerson struct{ what, hint string }

func (e needsPerson) Error() string { return e.what }

// A hinted error carries what to do about it, where only the command knows.
type hinted struct {
	error
	hint string
}

func (e hinted) Unwrap() error { return e.error }

// withHint adds what to do about an error.
func withHint(err error, format string, args ...any) error {
	return hinted{err, fmt.Sprintf(format, args...)}
}

// exitCode maps an error to an exit status.
func exitCode(err error) int {
	var usage usageError
	var person needsPerson
	switch {
	case errors.As(err, &person):
		return exitPerson
	case errors.As(err, &usage):
		return exitUsage
	}
	return exitFailed
}

// message returns what is printed of an error.
func message(err error) string {
	if errors.Is(err, context.Canceled) {
		return "stopped; what was done so far is safe, and the same command goes on from there"
	}
	return err.Error()
}
