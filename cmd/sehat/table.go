package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/rivo/uniseg"
)

// A table prints rows in columns as wide as their widest cell, whatever the script.
type table struct {
	w    io.Writer
	rows [][]string
}

func newTable(w io.Writer) *table { return &table{w: w} }

func (t *table) row(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) flush() {
	var widths []int
	for _, row := range t.rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], uniseg.StringWidth(cell))
		}
	}
	for _, row := range t.rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString("  " + cell + strings.Repeat(" ", widths[i]-uniseg.StringWidth(cell)))
		}
		fmt.Fprintln(t.w, strings.TrimRight(line.String(), " "))
	}
	t.rows = nil
}

// count says a number with its noun: "1 card", "2 cards", "3 batches", "4 people".
func count[N int | int64](n N, noun string) string {
	stem, person := strings.CutSuffix(noun, "person")
	switch {
	case n == 1:
		return "1 " + noun
	case person:
		return fmt.Sprintf("%d %speople", n, stem)
	case strings.HasSuffix(noun, "ch"):
		return fmt.Sprintf("%d %ses", n, noun)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
