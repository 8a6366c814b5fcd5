package linkage

import (
	"context"
	"iter"
	"testing"
)

func TestAnAddressIsFoundInTheColumnBesideIt(t *testing.T) {
	home := [2]string{"12 Kelvin Street", "Rose Hall Village"}
	for _, c := range []struct {
		name            string
		address, second string
		street, extra   uint8
	}{
		{"in its place", home[0], home[1], textExact, textExact},
		{"exchanged", home[1], home[0], textAlike, textAlike},
		{"exchanged, with a slip in one", "Rose Hal Village", home[0], textAlike, textAlike},
		{"two other places", "7 Dawes Road", "Hill Farm", textDiffers, textDiffers},
		{"in the place of another", home[1], "Hill Farm", textDiffers, textDiffers},
		{"words in another order", "Street Kelvin 12", home[1], textAlike, textExact},
	} {
		t.Run(c.name, func(t *testing.T) {
			tab := newTable(1)
			var rows iter.Seq2[Record, error] = func(yield func(Record, error) bool) {
				_ = yield(Record{ID: "a", Address: home[0], Extra: []string{home[1]}}, nil) &&
					yield(Record{ID: "b", Address: c.address, Extra: []string{c.second}}, nil)
			}
			if err := tab.read(context.Background(), rows); err != nil {
				t.Fatal(err)
			}
			if err := tab.finish(nil, false); err != nil {
				t.Fatal(err)
			}
			p := newComparer(tab).compare(0, 1)
			if s, e := p.level(fieldStreet), p.level(fieldExtra); s != c.street || e != c.extra {
				t.Errorf("address level %d, further text level %d", s, e)
			}
		})
	}
}
