package linkage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// standing is a saved linkage of few records, with a second frame in which a listing was replaced, and how long the first
// frame's head is: kind, model and number of extra columns.
func standing(t testing.TB) (saved []byte, head int, next []Record) {
	t.Helper()
	s := newTown(t, 120, 5, 1).build()
	for i := range s.records {
		s.records[i].Extra = []string{[]string{"", "tailor", "teacher"}[i%3]}
	}
	opts := Options{Extra: []string{"work"}}
	frozen := run(t, s.records, opts).Model
	households, of := byHousehold(s.records)
	var first, second []Record
	for _, h := range households[:20] {
		first = append(first, of[h]...)
	}
	for _, h := range households[18:24] {
		second = append(second, of[h]...)
	}
	var buf bytes.Buffer
	opts.Model, opts.Keep = frozen, true
	if err := run(t, first, opts).Save(&buf); err != nil {
		t.Fatal(err)
	}
	u := newUnpacker(bytes.NewReader(buf.Bytes()), int64(buf.Len()))
	u.number()
	u.bytes(nil)
	u.number()
	head = buf.Len() - int(u.left)
	stands, err := Restore(bytes.NewReader(buf.Bytes()), int64(buf.Len()))
	if err != nil {
		t.Fatal(err)
	}
	r, err := stands.Extend(context.Background(), households[18:24], labelled{records: second}.seq(), Options{Extra: opts.Extra})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Save(&buf); err != nil {
		t.Fatal(err)
	}
	for _, h := range households[22:26] {
		next = append(next, of[h]...)
	}
	return buf.Bytes(), head, next
}

func TestAStandingThatIsDamagedIsRefused(t *testing.T) {
	saved, _, _ := standing(t)
	tests := map[string]func() []byte{
		"nothing":               func() []byte { return nil },
		"the end cut off":       func() []byte { return saved[:len(saved)-1] },
		"half of it":            func() []byte { return saved[:len(saved)/2] },
		"the beginning cut off": func() []byte { return saved[4:] },
		"something behind it":   func() []byte { return append(slices.Clone(saved), 0) },
		"the first frame twice": func() []byte { return append(slices.Clone(saved), saved...) },
		"a model of another version": func() []byte {
			return bytes.Replace(saved, []byte(fmt.Sprintf(`{"Version":%d,`, ModelVersion)), []byte(`{"Version":9,`), 1)
		},
		"a format of another version": func() []byte { return append([]byte("SLK0"), saved[4:]...) },
	}
	for at := 0; at < len(saved); at += 1 + len(saved)/400 {
		tests[fmt.Sprint("a bit flipped in byte ", at)] = func() []byte {
			b := slices.Clone(saved)
			b[at] ^= 1 << (at % 8)
			return b
		}
	}
	for name, damage := range tests {
		b := damage()
		if _, err := Restore(bytes.NewReader(b), int64(len(b))); !errors.Is(err, ErrStanding) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := Restore(bytes.NewReader(saved), int64(len(saved))); err != nil {
		t.Errorf("as it was: %v", err)
	}
	if _, err := Restore(bytes.NewReader(saved[:len(saved)/2]), int64(len(saved))); !errors.Is(err, ErrStanding) {
		t.Errorf("shorter than was said: %v", err)
	}
}

func TestAnErrorOfTheReaderIsNoDamage(t *testing.T) {
	saved, _, _ := standing(t)
	unplugged := errors.New("unplugged")
	_, err := Restore(&failing{strings.NewReader(string(saved[:1000])), unplugged}, int64(len(saved)))
	if !errors.Is(err, unplugged) || errors.Is(err, ErrStanding) {
		t.Errorf("got %v", err)
	}
}

// failing reads a while and then fails.
type failing struct {
	*strings.Reader
	err error
}

func (f *failing) Read(b []byte) (int, error) {
	if f.Len() == 0 {
		return 0, f.err
	}
	return f.Reader.Read(b)
}

// Whatever the bytes say, if they are taken for a standing at all then it can be extended, explained and saved.
func FuzzRestore(f *testing.F) {
	saved, head, next := standing(f)
	whole, err := Restore(bytes.NewReader(saved), int64(len(saved)))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(saved[head:])
	f.Add([]byte{})
	f.Add(bytes.Repeat([]byte{0xff}, 64))
	households, _ := byHousehold(next)
	f.Fuzz(func(t *testing.T, body []byte) {
		u := newUnpacker(bytes.NewReader(body), int64(len(body)))
		u.trust = true
		s, err := restore(u, whole.m, 1)
		if err != nil {
			return
		}
		r, err := s.Extend(context.Background(), households, labelled{records: next}.seq(), Options{Extra: []string{"work"}})
		if err != nil {
			return
		}
		for _, p := range r.Pairs {
			_ = r.Explain(p).String()
		}
		for range r.Memberships() {
		}
		r.Gone()
		if err := r.Save(&bytes.Buffer{}); err != nil {
			t.Fatal(err)
		}
	})
}
