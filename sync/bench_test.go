package sync_test

import (
	"context"
	"path/filepath"
	"testing"

	"sehat/records/store/storetest"
	"sehat/sync"
)

// benchPeople is how many residents, each with a household and a visit, travel in a benchmark.
const benchPeople = 20_000

// collect fills a laptop with people and freezes nothing.
func collect(b *testing.B, c *centre, name string) *laptop {
	b.Helper()
	l := newLaptop(b, c, name)
	rows := people(benchPeople)
	for i := 0; i < len(rows); i += 2000 {
		save(b, l.store, rows[i:i+2000]...)
	}
	return l
}

func BenchmarkFreeze60000Rows(b *testing.B) {
	c := newCentre(b, filepath.Join(b.TempDir(), "centre.db"))
	for b.Loop() {
		b.StopTimer()
		l := collect(b, c, "one")
		b.StartTimer()
		freezeAll(b, l)
	}
	b.ReportMetric(float64(3*benchPeople)/b.Elapsed().Seconds()*float64(b.N), "rows/s")
}

func freezeAll(b *testing.B, l *laptop) {
	b.Helper()
	if _, err := l.Freeze(b.Context()); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkApply60000Rows(b *testing.B) {
	for _, dialect := range []string{"sqlite", "postgres"} {
		b.Run(dialect, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				url := filepath.Join(b.TempDir(), "centre.db")
				if dialect == "postgres" {
					url = storetest.Postgres(b)
				}
				c := newCentre(b, url)
				l := collect(b, c, "one")
				freezeAll(b, l)
				if _, err := l.Push(b.Context(), func(context.Context) (sync.Inbox, error) { return c.store, nil }); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				if r := c.apply(b); r.Stored != 3*benchPeople {
					b.Fatalf("%+v", r)
				}
			}
			b.ReportMetric(float64(3*benchPeople)/b.Elapsed().Seconds()*float64(b.N), "rows/s")
		})
	}
}
