package store_test

import (
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"sehat/records"
)

// cpu is the CPU time that this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkIssue20000(b *testing.B) {
	const n = 20_000
	s := create(b, filepath.Join(b.TempDir(), "store.db"), records.RoleCentre)
	if err := s.SaveLinkage(b.Context(), records.Linked{Persons: slices.Values(alone(people(b, s, n)))}); err != nil {
		b.Fatal(err)
	}
	is := issuer(b, s, true, n)
	b.ResetTimer()
	start := cpu()
	if r, err := is.Issue(b.Context()); err != nil || r.Issued != n {
		b.Fatalf("%+v, %v", r, err)
	}
	b.ReportMetric(n/(cpu()-start).Seconds(), "cards/CPU-s")
}
