//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

// mostMemory is the most memory that a process held, in bytes.
func mostMemory(p *os.ProcessState) int64 {
	use, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return int64(use.Maxrss)
	}
	return int64(use.Maxrss) << 10
}
