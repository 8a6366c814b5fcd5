package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"sehat/importer"
)

// An importBar tells how far an import is, as one bar over all its files: by their bytes, the only thing that is known of all of them
// beforehand.
type importBar struct {
	statusLine
	estimate
	files, file int // how many, and which one it is at
	total, done int64
	kept        int64 // of done: bytes that cost next to nothing, because nothing was taken in
	size        int64 // of the file it is at
	rows        int   // of the files before

	now     importer.Progress
	skipped float64 // part of the file that an earlier import had taken in
}

// importBar begins to tell of files.
func (a *app) importBar(files []string) *importBar {
	b := &importBar{statusLine: a.statusLine(), files: len(files)}
	b.estimate = newEstimate(b.shown)
	for _, path := range files {
		b.total += importSize(path)
	}
	return b
}

// importSize is how many bytes are read for a file: its own, and those of its repeats beside it.
func importSize(path string) (size int64) {
	for _, part := range append([]string{path}, importer.Companions(path)...) {
		if info, err := os.Stat(part); err == nil {
			size += info.Size()
		}
	}
	return size
}

// begin turns to the next file.
func (b *importBar) begin(path string) {
	b.file++
	b.size, b.now, b.skipped = importSize(path), importer.Progress{}, 0
	if now := b.statusLine.now(); b.terminal { // opening it may take a while
		b.show(b.text(now))
	}
}

// at tells how far the file is.
func (b *importBar) at(p importer.Progress) {
	b.now = p
	if p.Rows == p.Kept {
		b.skipped = p.Part
	}
	now := b.statusLine.now()
	b.mark(now, b.read()-b.kept-int64(b.skipped*float64(b.size)))
	b.tell(now)
}

// finish ends a file, of which all rows were read unless it could not be.
func (b *importBar) finish(whole bool) {
	taken := b.size
	if !whole {
		taken = int64(b.now.Part * float64(b.size))
	}
	b.done += b.size
	b.kept += b.size - taken + int64(b.skipped*float64(b.size))
	b.rows += b.now.Rows
	b.size, b.now, b.skipped = 0, importer.Progress{}, 0
	b.mark(b.statusLine.now(), b.done-b.kept)
}

// read is how many bytes were read of all files.
func (b *importBar) read() int64 { return b.done + int64(b.now.Part*float64(b.size)) }

func (b *importBar) tell(now time.Time) {
	if b.due(now) {
		b.show(b.text(now))
	}
}

// barWidth leaves room on a terminal of 80 characters for what stands beside the bar.
const barWidth = 16

// text is what the line says.
func (b *importBar) text(now time.Time) string {
	var text strings.Builder
	read, total := b.read(), max(b.total, 1) // a file may have grown meanwhile
	percent := min(100*read/total, 100)
	if b.terminal {
		full := int(percent * barWidth / 100)
		fmt.Fprintf(&text, "[%s%s] ", strings.Repeat("#", full), strings.Repeat("-", barWidth-full))
	}
	if b.files > 1 {
		fmt.Fprintf(&text, "file %d of %d, ", b.file, b.files)
	}
	fmt.Fprintf(&text, "%s, %d %%", count(b.rows+b.now.Rows, "row"), percent)
	if left, ok := b.left(now, max(b.total-read, 0)); ok && percent < 100 {
		text.WriteString(", " + roughly(left) + " left")
	}
	return text.String()
}
