package sync_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"sehat/cards"
	"sehat/records"
	"sehat/records/store/storetest"
)

// issueWith gives cards to everybody on the laptop who has none, with numbers that follow from a seed: what clashes once in two
// hundred clones is made to happen.
func (l *laptop) issueWith(t *testing.T, seed byte) {
	t.Helper()
	is := records.Issuer{
		Store: l.store, Key: l.Key, DeviceID: l.ID, URI: "sehat:test", By: "tester", Now: noon, Random: rand.NewChaCha8([32]byte{seed}),
	}
	if _, err := is.Issue(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// copyOf copies a laptop's disk. Both go on.
func copyOf(t *testing.T, c *centre, l *laptop, name string) (original, clone *laptop) {
	t.Helper()
	if err := l.store.Close(); err != nil { // so that the file holds everything
		t.Fatal(err)
	}
	b, err := os.ReadFile(l.path)
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "clone.db")
	if err := os.WriteFile(copied, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return openLaptop(t, c, name, l.path), openLaptop(t, c, name, copied)
}

// everyone is n invented residents of one laptop.
func everyone(who string, n int) []records.ImportRow {
	rows := make([]records.ImportRow, 0, n)
	for i := range n {
		rows = append(rows, person(fmt.Sprintf("%s-%02d", who, i), "Asha Devi"))
	}
	return rows
}

// A small city: some laptops are honest, some are cloned after they collected for a while, and of those the first numbers of both
// copies clash. Each clone is found by its forked chain, each clash is held, no card of it can be used, and nobody else's is touched.
func TestClonesAreFoundAndTheirClashesHeld(t *testing.T) {
	const before, clashing, after = 2, 3, 2 // cards of each copy: issued before it was copied, with the same numbers, with others
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		sum := 0
		for i, order := range []string{"none", "none", "original first", "clone first", "original's cards last"} {
			name := fmt.Sprintf("l%d", i)
			l := newLaptop(t, c, name)
			save(t, l.store, everyone(name+"-before", before)...)
			l.issueWith(t, byte(10+i))
			l.push(t, c)
			c.apply(t)
			sum += before
			if order == "none" {
				continue
			}
			l.push(t, c) // the receipt
			original, clone := copyOf(t, c, l, name)
			collect := func(l *laptop, who string, other byte) {
				save(t, l.store, everyone(name+who, clashing)...)
				l.issueWith(t, byte(100+i))
				save(t, l.store, everyone(name+who+"-more", after)...)
				l.issueWith(t, byte(150+i)+other)
			}
			forks := 0
			send := func(l *laptop) {
				l.push(t, c)
				r := c.apply(t)
				forks += r.Forks
				for _, p := range r.Problems {
					if p.DeviceID != l.ID {
						t.Errorf("%s is said to be the clone", p.DeviceID)
					}
				}
			}
			switch order {
			case "original first":
				collect(original, "-a", 0)
				collect(clone, "-b", 50)
				send(original)
				send(clone)
			case "clone first":
				collect(original, "-a", 0)
				collect(clone, "-b", 50)
				send(clone)
				send(original)
			case "original's cards last":
				save(t, original.store, person(name+"-first", "Ravi"))
				send(original)
				collect(clone, "-b", 50)
				send(clone)
				collect(original, "-a", 0)
				send(original)
				sum++ // of Ravi
			}
			if forks != 1 {
				t.Errorf("%s: %d forks", order, forks)
			}
			sum += clashing + after
			if held := heldOf(t, c, l.ID); held != clashing {
				t.Errorf("%s: %d cards are held, want %d", order, held, clashing)
			}
		}
		conflicts, err := c.store.Conflicts(t.Context())
		if err != nil || len(conflicts) != 3*clashing {
			t.Fatalf("%d conflicts, %v", len(conflicts), err)
		}
		counts, err := c.store.CardCounts(t.Context())
		if err != nil || counts[records.CardHeld] != 3*clashing || counts[records.CardHeld]+counts[records.CardIssued] != sum {
			t.Errorf("cards %v of %d, %v", counts, sum, err)
		}
		for _, conflict := range conflicts { // decided for the stored document, each card is as it was
			if err := c.store.Resolve(t.Context(), conflict.ID, false, "admin", records.Stamp(noon)); err != nil {
				t.Fatal(err)
			}
		}
		counts, err = c.store.CardCounts(t.Context())
		if err != nil || counts[records.CardHeld] != 0 {
			t.Errorf("decided: %v, %v", counts, err)
		}
	})
}

// heldOf counts the cards of a device that are held at the centre.
func heldOf(t *testing.T, c *centre, deviceID string) int {
	t.Helper()
	leases, err := c.store.Leases(t.Context(), deviceID)
	if err != nil {
		t.Fatal(err)
	}
	held := 0
	for h, err := range c.store.Holders(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if h.Card == nil || h.Card.State != records.CardHeld {
			continue
		}
		n, err := cards.ParseNumber(h.Card.Number)
		if err != nil {
			t.Fatal(err)
		}
		if body := n.Body(); body >= leases[0].First && body <= leases[0].Last {
			held++
		}
	}
	return held
}
