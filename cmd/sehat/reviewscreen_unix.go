//go:build !windows

package main

import "os"

// understandsANSI reports whether a terminal obeys escape sequences: all but Windows' old ones do.
func understandsANSI(*os.File) bool { return true }
