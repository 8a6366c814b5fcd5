package cards

import (
	"bytes"
	"compress/zlib"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// inflate is the standard library's reader, the first of three (pako and Node's zlib read the vectors).
func inflate(t testing.TB, stream []byte) []byte {
	t.Helper()
	r, err := zlib.NewReader(bytes.NewReader(stream))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestDeflateRoundTrip(t *testing.T) {
	rng := rand.NewChaCha8([32]byte{1})
	noise := make([]byte, maxPlain)
	rng.Read(noise)
	cases := []struct {
		name string
		text []byte
	}{
		{"nothing", nil},
		{"one byte", []byte{0}},
		{"two bytes", []byte{143, 144}},
		{"every byte once", []byte(byteSequence(256))},
		{"one letter repeated past the longest match", []byte(strings.Repeat("a", maxPlain))},
		{"a repeat from the farthest distance", append(append([]byte("sehat"), noise[:maxPlain-10]...), "sehat"...)},
		{"noise", noise},
		{"a short cycle", []byte(strings.Repeat("ab", 300))},
		{"a Hindi name", []byte("सुनीता देवी सुनीता देवी")},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			stream := appendZlib(nil, c.text)
			if got := inflate(t, stream); !bytes.Equal(got, c.text) {
				t.Errorf("got %d bytes of %d back", len(got), len(c.text))
			}
			if kind := stream[2] >> 1 & 3; kind != 1 {
				t.Errorf("block of kind %d, want 1, fixed codes", kind)
			}
		})
	}
}

// Every length and every distance code comes out as it went in.
func TestDeflateEveryRepeat(t *testing.T) {
	noise := make([]byte, maxPlain)
	rand.NewChaCha8([32]byte{2}).Read(noise)
	for length := minMatch; length <= maxMatch; length++ {
		text := append(append([]byte{}, noise[:300]...), noise[:length]...)
		stream := appendZlib(nil, text)
		if !bytes.Equal(inflate(t, stream), text) || len(stream) > 340 {
			t.Errorf("a repeat of %d bytes: %d bytes in all", length, len(stream))
		}
	}
	for distance := 1; distance <= maxPlain-8; distance++ {
		text := append(append([]byte{}, noise[:distance]...), noise[:min(8, distance)]...)
		if !bytes.Equal(inflate(t, appendZlib(nil, text)), text) {
			t.Errorf("a repeat from %d back is lost", distance)
		}
	}
}

// On real content ours is never longer than the library's best, which searches less hard at this size.
func TestDeflateIsAsSmallAsTheLibrarys(t *testing.T) {
	ours, theirs := 0, 0
	for i, message := range benchmarkMessages(t, 500) {
		n := len(appendZlib(nil, message))
		var b bytes.Buffer
		w, err := zlib.NewWriterLevel(&b, zlib.BestCompression)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(message)
		w.Close()
		if n > b.Len() {
			t.Errorf("message %d: %d bytes, the library %d", i, n, b.Len())
		}
		ours, theirs = ours+n, theirs+b.Len()
	}
	t.Logf("ours %d bytes, compress/zlib %d", ours, theirs)
}

func benchmarkMessages(t testing.TB, n int) [][]byte {
	t.Helper()
	var list [][]byte
	for _, c := range benchmarkCards(n) {
		qr, _, err := Sign(testKey("centre"), c)
		if err != nil {
			t.Fatal(err)
		}
		message, err := unpack(qr)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, message)
	}
	return list
}

func byteSequence(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteByte(byte(i))
	}
	return b.String()
}

func FuzzDeflate(f *testing.F) {
	f.Add([]byte("sunita sunita devi"))
	f.Add([]byte(byteSequence(256)))
	f.Fuzz(func(t *testing.T, text []byte) {
		text = text[:min(len(text), maxPlain)]
		if !bytes.Equal(inflate(t, appendZlib(nil, text)), text) {
			t.Error("not what went in")
		}
	})
}

func BenchmarkDeflate(b *testing.B) {
	list, i := benchmarkMessages(b, 100), 0
	b.Run("ours", func(b *testing.B) {
		out := make([]byte, 0, 1024)
		for b.Loop() {
			out = appendZlib(out[:0], list[i%len(list)])
			i++
		}
	})
	b.Run("zlib level 9 pooled", func(b *testing.B) {
		var out bytes.Buffer
		w, err := zlib.NewWriterLevel(&out, zlib.BestCompression)
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			out.Reset()
			w.Reset(&out)
			w.Write(list[i%len(list)])
			w.Close()
			i++
		}
	})
}
