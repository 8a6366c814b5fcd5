package survey

import (
	"slices"
	"testing"
)

func TestBlockCode(t *testing.T) {
	for _, same := range [][]string{
		{"EB-012", "eb 12", "EB12", "Eb.0012", "EB-०१२"},
		{"12", "012", " 12 "},
		{"1-2", "01/02"},
		{"0", "000"},
		{"12A", "012-a"},
		{""},
	} {
		for _, s := range same {
			if BlockCode(s) != BlockCode(same[0]) {
				t.Errorf("%q is %q, %q is %q", s, BlockCode(s), same[0], BlockCode(same[0]))
			}
		}
	}
	if BlockCode("1-2") == BlockCode("12") {
		t.Error("block 1-2 is taken for block 12")
	}
}

func TestCoverage(t *testing.T) {
	frame := Frame{Rows: []FrameRow{
		{Ward: "012", Block: "EB-1", Team: "T1", Expected: 10},
		{Ward: "012", Block: "EB-2", Team: "T1", Expected: 5},
		{Ward: "013", Expected: 4},
		{Ward: "014", Block: "1", Expected: 7},
	}}
	c := NewCoverer(frame)
	for _, cell := range []CoverageCell{
		{"012", "eb 001", "T1", "E1", "2026-01-05", OutcomeComplete, 6, 2},
		{"012", "EB-1", "T1", "E1", "2026-01-06", OutcomeLocked, 1, 1},
		{"012", "EB-10", "T1", "E2", "2026-01-06", OutcomePartial, 2, 0},
		{"013", "", "T2", "E1", "2026-01-06", OutcomeComplete, 5, 5},
		{"013", "3", "T2", "E1", "2026-01-07", OutcomeVacant, 1, 1},
		{"015", "1", "T2", "E1", "2026-01-07", OutcomeRefused, 2, 2},
	} {
		c.Add(cell)
	}
	got := c.Coverage("r")
	find := func(rows []CoverageRow, key CoverageRow) CoverageRow {
		for _, r := range rows {
			if r.Ward == key.Ward && r.Block == key.Block && r.Team == key.Team && r.Enumerator == key.Enumerator {
				return r
			}
		}
		t.Fatalf("no row %+v", key)
		return CoverageRow{}
	}
	twelve := find(got.Wards, CoverageRow{Ward: "012"})
	if twelve.Expected != 15 || twelve.Visited() != 9 || twelve.Unvisited != 6 || twelve.Blocks != 2 || twelve.Begun != 1 || twelve.Due() != 1 {
		t.Errorf("ward 012: %+v", twelve)
	}
	if w := find(got.Wards, CoverageRow{Ward: "013"}); w.Unvisited != 0 || w.Beyond != 2 || w.Whole() != 6 || w.Settled() != 6 {
		t.Errorf("a ward with more households than expected: %+v", w)
	}
	if w := find(got.Wards, CoverageRow{Ward: "014"}); w.Unvisited != 7 || w.Begun != 0 {
		t.Errorf("a ward that was not begun: %+v", w)
	}
	fifteen := find(got.Wards, CoverageRow{Ward: "015"})
	if _, ok := fifteen.Share(); ok || fifteen.Framed {
		t.Errorf("a ward that is not in the frame: %+v", fifteen)
	}
	if b := find(got.Blocks, CoverageRow{Ward: "012", Block: "EB-1"}); b.Complete != 6 || b.Unvisited != 3 {
		t.Errorf("a block written in two ways: %+v", b)
	}
	if got.Outside != 2 {
		t.Errorf("%d households in blocks outside the frame, want the two of EB-10: 013 is in it as a whole, 015 not at all", got.Outside)
	}
	// 012 lacks 6 and 014 lacks 7; the two that 013 has too many make up for none of them.
	if got.Total.Unvisited != 13 || got.Total.Beyond != 2 || got.Total.Whole() != 30 || got.Total.Blocks != 3 {
		t.Errorf("total %+v", got.Total)
	}
	if e := find(got.Enumerators, CoverageRow{Team: "T1", Enumerator: "E1"}); e.Complete != 6 {
		t.Errorf("two teams may both have an E1: %+v", e)
	}
	facts := got.Facts()
	i := slices.IndexFunc(facts, func(f Facts) bool { return f.Team == "T1" && f.Enumerator == "E1" })
	if i < 0 || facts[i].Interviews != 6 || facts[i].NoPhone != 2 || facts[i].Busiest != 6 {
		t.Errorf("facts %+v", facts)
	}
	blocks := []string{}
	for _, b := range got.Blocks {
		if b.Ward == "012" {
			blocks = append(blocks, b.Block)
		}
	}
	if !slices.Equal(blocks, []string{"EB-1", "EB-2", "EB-10"}) {
		t.Errorf("blocks in the order %v", blocks)
	}
}
