//go:build unix

package sheet

import (
	"context"
	"io"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"sehat/cards"
)

// cpu returns the CPU time of this process so far, all threads and the garbage collector included.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// manyNames gives each card a name of its own, from invented and real Devanagari words, so that no cache flatters.
func manyNames(n int) []cards.Face {
	list := sampleFaces(n)
	words := devanagariNames()
	r := rand.New(rand.NewPCG(3, 4))
	for i := range list {
		list[i].NameSecond = words[r.IntN(len(words))] + " " + words[r.IntN(len(words))]
		list[i].NameLang = "hi"
		list[i].Name = latinNames[r.IntN(len(latinNames))] + " " + latinNames[r.IntN(len(latinNames))]
	}
	return list
}

type counter int64

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }

// BenchmarkRender1000 prints one full file, both sides, and reports cards per CPU-second and bytes a card.
func BenchmarkRender1000(b *testing.B) {
	faces := manyNames(CardsPerFile)
	var size counter
	start := cpu()
	for b.Loop() {
		size = 0
		if err := Render(context.Background(), io.MultiWriter(&size), Job{Batch: "bench", Made: made, Faces: Faces(faces)}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*len(faces))/(cpu()-start).Seconds(), "cards/CPU-s")
	b.ReportMetric(float64(size)/float64(len(faces)), "B/card")
}

// BenchmarkMake10000 prints ten files to disk in parallel.
func BenchmarkMake10000(b *testing.B) {
	faces := manyNames(10 * CardsPerFile)
	dir := b.TempDir()
	start := cpu()
	for b.Loop() {
		if _, err := Make(context.Background(), dir, Job{Batch: "bench", Made: made, Faces: Faces(faces)}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*len(faces))/(cpu()-start).Seconds(), "cards/CPU-s")
}
