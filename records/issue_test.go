package records

import "testing"

func TestCanonicalRecord(t *testing.T) {
	card := func(kind, reserved, number string) *Card {
		return &Card{Kind: kind, ReservedAt: reserved, Number: number}
	}
	cases := []struct {
		name   string
		person []Holder
		want   int
	}{
		{"nobody has a card: the smallest id", []Holder{{}, {}}, 0},
		{"the one who has a card", []Holder{{}, {Card: card(CardTemporary, "2026-02", "2")}}, 1},
		{"the number that was given earlier", []Holder{{Card: card(CardPermanent, "2026-02", "2")}, {Card: card(CardPermanent, "2026-01", "3")}}, 1},
		{
			"a permanent card before an older slip that a laptop brought late",
			[]Holder{{Card: card(CardTemporary, "2026-01", "2")}, {Card: card(CardPermanent, "2026-03", "3")}},
			1,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := CanonicalRecord(c.person); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}
