package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/mattn/go-isatty"
	"github.com/rivo/uniseg"
	"golang.org/x/term"
	"golang.org/x/text/unicode/norm"
)

// A screen is where pairs are drawn: a terminal with colours and columns that line up whatever its font does, or plain text.
type screen struct {
	w      io.Writer
	width  int
	height int  // 0 where it has no end
	ansi   bool // it is a terminal that understands escape sequences
}

// plainWidth is the width of what is no terminal and for which $COLUMNS says nothing.
const plainWidth = 100

// screen returns where results are drawn.
func (a *app) screen() screen {
	s := screen{w: a.stdout, width: plainWidth}
	if f, ok := a.stdout.(*os.File); ok && isatty.IsTerminal(f.Fd()) {
		if width, height, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			s.width, s.height = width, height
		}
		s.ansi = a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb" && understandsANSI(f)
	}
	if n, err := strconv.Atoi(a.getenv("COLUMNS")); err == nil {
		s.width = n
	}
	s.width = min(max(s.width, 60), 160)
	return s
}

// Styles of cells, as SGR parameters.
const (
	stylePlain  = ""
	styleBold   = "1"
	styleFaint  = "2"
	styleGreen  = "32"
	styleYellow = "33"
	styleRed    = "31"
)

// A screenCell is a text in a column.
type screenCell struct{ text, style string }

// A screenColumn is where cells stand.
type screenColumn struct{ start, width int }

// row prints cells in columns; long ones are broken at spaces into several lines. At a terminal each cell is put at its column by
// a cursor movement, as terminals do not agree on how wide a syllable of Devanagari is.
func (s screen) row(columns []screenColumn, cells ...screenCell) {
	lines := make([][]string, len(cells))
	height := 0
	for i, c := range cells {
		lines[i] = wrap(c.text, columns[i].width)
		height = max(height, len(lines[i]))
	}
	for n := range height {
		var line strings.Builder
		at := 0
		for i, c := range cells {
			if n >= len(lines[i]) || lines[i][n] == "" {
				continue
			}
			if s.ansi {
				fmt.Fprintf(&line, "\x1b[%dG", columns[i].start+1)
			} else {
				line.WriteString(strings.Repeat(" ", max(0, columns[i].start-at)))
			}
			line.WriteString(s.paint(lines[i][n], c.style))
			at = columns[i].start + uniseg.StringWidth(lines[i][n])
		}
		fmt.Fprintln(s.w, line.String())
	}
}

// paint colours a text where there are colours.
func (s screen) paint(text, style string) string {
	if !s.ansi || style == stylePlain {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

// clear begins a new page.
func (s screen) clear() {
	if s.ansi {
		fmt.Fprint(s.w, "\x1b[H\x1b[2J")
	}
}

// wrap breaks a text into lines of at most so many cells: at spaces, and inside a word only where it has no room at all.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if joined := strings.TrimPrefix(line+" "+word, " "); uniseg.StringWidth(joined) <= width {
			line = joined
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for line = word; uniseg.StringWidth(line) > width; {
			head, rest := cut(line, width)
			if rest == "" {
				break
			}
			lines, line = append(lines, head), rest
		}
	}
	return append(lines, line)
}

// cut parts a word before a width is full, never inside a syllable; there is no rest where it is one.
func cut(word string, width int) (head, rest string) {
	n, safe := 0, 0
	for g := uniseg.NewGraphemes(word); g.Next(); {
		from, _ := g.Positions()
		if from > 0 && !endsOpen(word[:from]) {
			if safe == 0 || n <= width {
				safe = from
			}
			if n >= width {
				break
			}
		}
		n += g.Width()
	}
	if safe == 0 {
		return word, ""
	}
	return word[:safe], word[safe:]
}

// endsOpen reports whether a text ends with a virama, which ties the next letter to the syllable (Unicode GB9c).
func endsOpen(text string) bool {
	const virama = 9 // the combining class of all scripts' viramas
	return norm.NFC.PropertiesString(text[lastRune(text):]).CCC() == virama
}

func lastRune(text string) int {
	_, size := utf8.DecodeLastRuneInString(text)
	return len(text) - size
}
