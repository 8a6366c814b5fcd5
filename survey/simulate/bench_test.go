package simulate

import (
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"
)

func cpu() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u) //nolint:errcheck // a figure
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func benchmark(b *testing.B, format Format) {
	households := 10_000
	if n, err := strconv.Atoi(os.Getenv("SEHAT_BENCH_HOUSEHOLDS")); err == nil {
		households = n
	}
	for b.Loop() {
		dir := b.TempDir()
		before := cpu()
		r, err := Write(b.Context(), dir, Options{Households: households, Seed: 1, Format: format})
		if err != nil {
			b.Fatal(err)
		}
		took := cpu() - before
		b.ReportMetric(float64(r.Members), "members")
		b.ReportMetric(took.Seconds(), "cpu-s")
		b.ReportMetric(float64(r.Members)/took.Seconds(), "members/cpu-s")
		b.Logf("%+v", r)
	}
}

func BenchmarkWriteXLSX10kHouseholds(b *testing.B) { benchmark(b, XLSX) }
func BenchmarkWriteCSV10kHouseholds(b *testing.B)  { benchmark(b, CSV) }
