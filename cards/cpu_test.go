//go:build unix

package cards

import (
	"syscall"
	"testing"
)

// cpuSeconds returns the processor time this process has used: other work on the machine does not count.
func cpuSeconds(b *testing.B) float64 {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
