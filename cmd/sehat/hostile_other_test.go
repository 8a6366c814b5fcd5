//go:build !unix

package main

import "testing"

// pipe does not exist here as a file.
func pipe(t testing.TB, _ string) { t.Skip("there are no pipes among the files") }
