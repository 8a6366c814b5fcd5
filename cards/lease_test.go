package cards

import (
	"bytes"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

func testLease(t *testing.T, next uint64, quota int) Lease {
	t.Helper()
	first, last, err := Allocate(next, quota)
	if err != nil {
		t.Fatal(err)
	}
	return Lease{
		ID: "L1", DeviceID: "laptop-1", First: first, Last: last, Quota: quota,
		IssuedAt: time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC), Status: LeaseActive,
	}
}

// random is a stream of repeatable random bytes.
func random(seed byte) io.Reader {
	return rand.NewChaCha8([32]byte{seed})
}

func TestAllocate(t *testing.T) {
	first, last, err := Allocate(0, 1000)
	if err != nil || first != MinBody || last != MinBody+50_000_000-1 {
		t.Errorf("the first lease of all is %d to %d, %v", first, last, err)
	}
	second, _, err := Allocate(last+1, 1)
	if err != nil || second != last+1 {
		t.Errorf("the next lease begins at %d after %d, %v", second, last, err)
	}
	if _, end, err := Allocate(MaxBody-LeaseWidth+1, 1); err != nil || end != MaxBody {
		t.Errorf("the last lease there is room for ends at %d, %v", end, err)
	}
	if _, _, err := Allocate(MaxBody-LeaseWidth+2, 1); !errors.Is(err, ErrNoRoom) {
		t.Errorf("a lease past the end gives %v", err)
	}
	for next, want := range map[uint64]int{0: 160_000_000, MinBody: 160_000_000, MaxBody - 3*LeaseWidth + 1: 3, MaxBody - LeaseWidth + 2: 0, MaxBody + 1: 0} {
		if got := Room(next); got != want {
			t.Errorf("from body %d on there is room for %d cards, want %d", next, got, want)
		}
	}
	if _, _, err := Allocate(MaxBody-3*LeaseWidth+1, 5); err == nil || !strings.Contains(err.Error(), "room for 3 more") {
		t.Errorf("a lease too large for what is left gives %v", err)
	}
	for _, quota := range []int{0, -1, MaxQuota + 1} {
		if _, _, err := Allocate(0, quota); err == nil {
			t.Errorf("a quota of %d is leased", quota)
		}
	}
	if capacity := (MaxBody - MinBody + 1) / LeaseWidth; capacity != 160_000_000 {
		t.Errorf("room for %d cards", capacity)
	}
}

func TestDrawStaysInsideItsLease(t *testing.T) {
	l, source := testLease(t, MinBody+77, 3), random(1)
	for range 10_000 {
		n, err := l.Draw(source)
		if err != nil || !l.Contains(n) {
			t.Fatalf("drew %v, %v", n, err)
		}
	}
	below, _ := MakeNumber(l.First - 1)
	above, _ := MakeNumber(l.Last + 1)
	if l.Contains(below) || l.Contains(above) || l.Contains(Number(l.First*100)) {
		t.Error("contains a neighbour's number, or one with wrong check digits")
	}
}

func TestDrawIsUnbiased(t *testing.T) {
	// A range of 3 out of 4: a remainder instead of a second draw would favour the first by two to one.
	l := Lease{ID: "L", DeviceID: "d", First: MinBody, Last: MinBody + 2, Quota: 3, Status: LeaseActive}
	source, counts := random(2), map[uint64]float64{}
	const draws = 30_000
	for range draws {
		n, err := l.Draw(source)
		if err != nil {
			t.Fatal(err)
		}
		counts[n.Body()-MinBody]++
	}
	for i := range uint64(3) {
		if math.Abs(counts[i]-draws/3) > 4*math.Sqrt(draws*2.0/9) {
			t.Errorf("body %d came %v times in %d", i, counts[i], draws)
		}
	}
}

func TestDrawRefuses(t *testing.T) {
	good := testLease(t, 0, 10)
	cases := []struct {
		name   string
		change func(*Lease)
		want   error
	}{
		{"a void lease", func(l *Lease) { l.Status = LeaseVoid }, ErrLeaseVoid},
		{"a spent lease", func(l *Lease) { l.Status = LeaseSpent }, ErrNoLease},
		{"a lease of unknown status", func(l *Lease) { l.Status = "" }, nil},
		{"a lease that ends before it begins", func(l *Lease) { l.Last = l.First - 1 }, nil},
		{"a lease past the last body", func(l *Lease) { l.Last = MaxBody + 1 }, nil},
		{"a lease for nobody", func(l *Lease) { l.DeviceID = "" }, nil},
		{"a quota larger than the range", func(l *Lease) { l.Last = l.First + 8 }, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			l := good
			c.change(&l)
			if _, err := l.Draw(random(3)); err == nil || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, err := good.Draw(bytes.NewReader(nil)); !errors.Is(err, io.EOF) {
		t.Errorf("a random source that ends gives %v", err)
	}
}

func BenchmarkDraw(b *testing.B) {
	first, last, err := Allocate(0, 1000)
	if err != nil {
		b.Fatal(err)
	}
	l := Lease{ID: "L", DeviceID: "d", First: first, Last: last, Quota: 1000, Status: LeaseActive}
	source := random(4)
	for b.Loop() {
		if _, err := l.Draw(source); err != nil {
			b.Fatal(err)
		}
	}
}
