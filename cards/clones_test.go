package cards

import (
	"flag"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

var seeds = flag.Int("seeds", 3, "how many million numbers the simulation of cloned laptops draws")

// A city of laptops, of which some are cloned, or restored from a backup after which the first one went on.
type city struct {
	devices, cloned, quota int
	width                  uint64 // bodies a card
}

// expected is how many clashes the formula of [LeaseWidth] foretells: each clone and its original draw half the quota each.
func (c city) expected() float64 {
	half := float64(c.quota / 2)
	return float64(c.cloned) * half * half / (float64(c.quota) * float64(c.width))
}

// draw lets every device draw, and returns all numbers in order, and how many are in the leases of the cloned ones.
func (c city) draw(t *testing.T, seed uint64) (all []Number, ofClones int) {
	t.Helper()
	all = make([]Number, 0, c.devices*c.quota)
	first := MinBody
	for device := range c.devices {
		l := Lease{
			ID: "L", DeviceID: "D", First: first, Last: first + uint64(c.quota)*c.width - 1, Quota: c.quota, Status: LeaseActive,
		}
		first = l.Last + 1
		draw := func(copyNo byte, used map[Number]bool, n int) {
			random := rand.NewChaCha8([32]byte{byte(device), byte(device >> 8), copyNo, byte(seed), byte(seed >> 8)})
			for n > 0 {
				number, err := l.Draw(random)
				if err != nil {
					t.Fatal(err)
				}
				if !used[number] { // the unique index of one store
					used[number] = true
					all = append(all, number)
					n--
				}
			}
		}
		if device >= c.cloned {
			draw(0, make(map[Number]bool, c.quota), c.quota)
			continue
		}
		draw(1, make(map[Number]bool, c.quota), c.quota/2)
		draw(2, make(map[Number]bool, c.quota), c.quota/2)
		ofClones = len(all)
	}
	clones := all[:ofClones]
	slices.Sort(clones)
	slices.Sort(all[ofClones:])
	return all, ofClones
}

// clashes counts the numbers that were drawn twice.
func clashes(numbers []Number) int {
	n := 0
	for i := 1; i < len(numbers); i++ {
		if numbers[i] == numbers[i-1] {
			n++
		}
	}
	return n
}

// A million numbers from 1,000 laptops, 100 of them cloned: honest ones never clash, and clones as seldom as the formula says.
func TestAMillionNumbersOfWhichClonesDrewSome(t *testing.T) {
	c := city{devices: 1000, cloned: 100, quota: 1000, width: LeaseWidth}
	sum := 0
	for seed := range uint64(*seeds) {
		all, ofClones := c.draw(t, seed)
		if honest := clashes(all[ofClones:]); honest > 0 || all[ofClones-1] >= all[ofClones] {
			t.Fatalf("seed %d: honest laptops clash %d times", seed, honest)
		}
		n := clashes(all[:ofClones])
		sum += n
		t.Logf("seed %d: %d numbers, %d by 2 × %d clones and originals; clashes %d, expected %.1f", seed, len(all), ofClones, c.cloned, n, c.expected())
	}
	expected := c.expected() * float64(*seeds)
	t.Logf("clashes of %d seeds: %d, expected %.1f", *seeds, sum, expected)
	if float64(sum) > expected+5*math.Sqrt(expected)+1 { // five deviations: one run in a million
		t.Errorf("%d clashes where %.1f are expected", sum, expected)
	}
}

// The formula itself, held to where clashes are common: ranges five hundred times as narrow.
func TestClonesClashAsOftenAsTheFormulaSays(t *testing.T) {
	c := city{devices: 100, cloned: 100, quota: 1000, width: LeaseWidth / 500}
	sum, seeds := 0, 4
	for seed := range seeds {
		all, ofClones := c.draw(t, uint64(seed))
		sum += clashes(all[:ofClones])
	}
	expected := c.expected() * float64(seeds)
	t.Logf("%d clashes, expected %.0f", sum, expected)
	if math.Abs(float64(sum)-expected) > 4*math.Sqrt(expected) {
		t.Errorf("%d clashes where %.0f are expected", sum, expected)
	}
}
