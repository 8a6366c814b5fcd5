package sheet

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"golang.org/x/sync/errgroup"

	"sehat/cards"
)

// A Fault is something that a check found. It names places and numbers, never a person.
type Fault struct {
	File     string       `json:"file,omitempty"`  // or scan
	Sheet    int          `json:"sheet,omitempty"` // 0: not known
	Slot     int          `json:"slot,omitempty"`  // 0: the whole sheet
	Number   cards.Number `json:"number,omitempty"`
	Position int          `json:"position,omitempty"` // in the job, from 1; 0 where it is not about one card
	What     string       `json:"what"`
}

// A Check is what a check of made files looked at and found.
type Check struct {
	Files  int     `json:"files"`
	Sheets int     `json:"sheets"`
	Cards  int     `json:"cards"` // read, both sides
	Faults []Fault `json:"faults"`
}

// A Checker reads made files again, as a printer would: the marks on the page, not what they were made of.
type Checker struct {
	Dir      string
	Manifest *Manifest
	// Judge says what is wrong with the text of a card's QR: its signature, or that it is not what was issued. nil is satisfied with any.
	Judge    func(cards.Number, string) error
	Sample   int       // read about so many cards, spread over all files; 0 is all of them
	Progress func(int) // as in [Job], of cards
}

// Files reads the PDFs of a manifest. Each must be byte for byte what was made; and on each card that is read the QR and the
// Code 128 must be where the manifest says and name the card that it says, and the printed number, names and place agree
// with them.
func (c *Checker) Files(ctx context.Context) (Check, error) {
	var out Check
	layout, err := LayoutNamed(c.Manifest.Layout)
	if err != nil {
		return out, err
	}
	every := 1
	if c.Sample > 0 {
		every = max(1, c.Manifest.Cards/c.Sample)
	}
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(min(runtime.GOMAXPROCS(0), maxWorkers))
	first := 1
	for _, f := range c.Manifest.Files {
		position := first
		first += len(f.Slots)
		group.Go(func() error {
			r := rereading{Checker: c, file: f, layout: layout, position: position, every: every}
			err := r.all(ctx)
			mu.Lock()
			defer mu.Unlock()
			out.Files++
			out.Sheets += f.Sheets
			out.Cards += r.cards
			out.Faults = append(out.Faults, r.faults...)
			if c.Progress != nil {
				c.Progress(out.Cards)
			}
			return err
		})
	}
	err = group.Wait()
	slices.SortStableFunc(out.Faults, func(a, b Fault) int {
		if a.File != b.File {
			return strings.Compare(a.File, b.File)
		}
		return a.Position - b.Position
	})
	return out, err
}

// rereading is one file being read again.
type rereading struct {
	*Checker
	file     File
	layout   Layout
	position int // of its first card
	every    int
	cards    int
	faults   []Fault
}

func (r *rereading) fault(slot int, what string, args ...any) {
	f := Fault{File: r.file.Name, What: fmt.Sprintf(what, args...)}
	if slot >= 0 {
		s := r.file.Slots[slot]
		f.Sheet, f.Slot, f.Number, f.Position = int(s.Sheet), int(s.Slot), s.Number, r.position+slot
	}
	r.faults = append(r.faults, f)
}

func (r *rereading) all(ctx context.Context) error {
	data, err := os.ReadFile(filepath.Join(r.Dir, r.file.Name))
	if errors.Is(err, os.ErrNotExist) {
		r.fault(-1, "the file is missing")
		return nil
	}
	if err != nil {
		return err
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != r.file.SHA256 {
		r.fault(-1, "the file is not what was made: make it again")
		return nil
	}
	pages := drawings(data)
	if len(pages) != 2*r.file.Sheets {
		r.fault(-1, "it has %d pages, and %d sheets have %d", len(pages), r.file.Sheets, 2*r.file.Sheets)
		return nil
	}
	for sheet := range r.file.Sheets {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := r.sheet(sheet, pages[2*sheet], pages[2*sheet+1]); err != nil {
			return err
		}
	}
	return nil
}

// sheet reads both sides of a sheet, counted from 0 in the file.
func (r *rereading) sheet(sheet int, front, back []byte) error {
	from := sheet * r.layout.PerSheet()
	slots := r.file.Slots[from:min(len(r.file.Slots), from+r.layout.PerSheet())]
	if r.every > 1 && !slices.ContainsFunc(slots, func(s Slot) bool { return r.chosen(from + int(s.Slot) - 1) }) {
		return nil
	}
	var sides [2]map[[2]int]*marks
	for i, drawing := range [][]byte{front, back} {
		found, err := readPage(drawing)
		if err != nil {
			r.fault(from, "its page cannot be read: %v", err)
			return nil
		}
		sides[i] = found
	}
	for i := range slots {
		if !r.chosen(from + i) {
			continue
		}
		r.cards++
		x, y := r.layout.front(i)
		a := sides[0][r.corner(x, y)]
		x, y = r.layout.back(i)
		b := sides[1][r.corner(x, y)]
		if a == nil || b == nil {
			r.fault(from+i, "the card is not in its place on both sides")
			continue
		}
		if why := r.card(r.file.Slots[from+i], a, b); why != "" {
			r.fault(from+i, "%s", why)
		}
	}
	for i := range sides {
		if len(sides[i]) != len(slots) {
			r.fault(from, "the sheet shows %d cards, and the manifest has %d", len(sides[i]), len(slots))
		}
	}
	return nil
}

func (r *rereading) chosen(slot int) bool { return (r.position+slot)%r.every == 0 }

// corner is the bottom left corner of a card whose top left is at x, y millimetres, as readPage names it.
func (r *rereading) corner(x, y float64) [2]int {
	return cornerAt(x*pointsPerMM, (r.layout.PageHeight-y-CardHeight)*pointsPerMM)
}

func cornerAt(x, y float64) [2]int { return [2]int{int(math.Round(x * 10)), int(math.Round(y * 10))} }

// card compares what stands on a card with the manifest.
func (r *rereading) card(slot Slot, front, back *marks) string {
	text, err := front.readQR()
	if err != nil {
		return "its QR cannot be read: " + err.Error()
	}
	bars, err := back.readCode128()
	if err != nil {
		return "its bar code cannot be read: " + err.Error()
	}
	u, err := cards.Decode(text)
	switch {
	case err != nil:
		return "its QR is no card's: " + err.Error()
	case u.Credential.Number != slot.Number || u.Credential.Version != int(slot.Version):
		return "its QR is that of another card"
	case bars != slot.Number.String():
		return "its bar code is that of another card"
	}
	written := strings.Fields(front.text.String() + " " + back.text.String())
	for _, field := range []struct{ name, want string }{
		{"the number", slot.Number.Printed()},
		{"the name", u.Credential.Name},
		{"the second name", u.Credential.SecondName},
		{"the place", fmt.Sprintf("%s %04d-%02d", r.Manifest.Batch, slot.Sheet, slot.Slot)},
	} {
		for word := range strings.FieldsSeq(field.want) { // a long name is on two lines
			if !stands(word, written) {
				return field.name + " that is printed is not the one of its QR or of the manifest"
			}
		}
	}
	if r.Judge != nil {
		if err := r.Judge(slot.Number, text); err != nil {
			return err.Error()
		}
	}
	return ""
}

// stands tells whether a word is written. What is drawn from right to left comes with its letters in the other order.
func stands(word string, written []string) bool {
	if slices.Contains(written, word) {
		return true
	}
	letters := []rune(word)
	if !unicode.Is(unicode.Arabic, letters[0]) {
		return false
	}
	slices.Sort(letters)
	return slices.ContainsFunc(written, func(w string) bool {
		other := []rune(w)
		slices.Sort(other)
		return slices.Equal(letters, other)
	})
}

// marks are what one side of a card shows: pictures of bars and what is written.
type marks struct {
	pictures []picture
	text     strings.Builder
}

// A picture is a mask, its rows from the top and each in whole bytes.
type picture struct {
	bits          []byte
	columns, rows int
	place         [6]float64 // on the card, in points: width, 0, 0, height, left, bottom
}

func (p picture) at(x, y int) bool { return p.bits[y*((p.columns+7)/8)+x/8]<<(x%8)&0x80 != 0 }

// readQR reads the QR from its modules.
func (m *marks) readQR() (string, error) {
	for _, p := range m.pictures {
		if p.rows != p.columns {
			continue
		}
		bits, err := gozxing.NewSquareBitMatrix(p.columns)
		if err != nil {
			return "", err
		}
		for y := range p.rows {
			for x := range p.columns {
				if p.at(x, y) {
					bits.Set(x, y)
				}
			}
		}
		result, err := decoder.NewDecoder().Decode(bits, nil)
		if err != nil {
			return "", err
		}
		return result.GetText(), nil
	}
	return "", errors.New("there is none")
}

// quietBars is the white on both sides of a Code 128, in modules.
const quietBars = 10

// readCode128 reads the bar code from its bars.
func (m *marks) readCode128() (string, error) {
	for _, p := range m.pictures {
		if p.rows != 1 {
			continue
		}
		row := gozxing.NewBitArray(p.columns + 2*quietBars)
		for x := range p.columns {
			if p.at(x, 0) {
				row.Set(quietBars + x)
			}
		}
		return decodeBars(row)
	}
	return "", errors.New("there is none")
}

// decodeBars reads a row of modules or pixels, white around it.
func decodeBars(row *gozxing.BitArray) (string, error) {
	reader, ok := oned.NewCode128Reader().(oned.RowDecoder)
	if !ok {
		return "", errors.New("the reader has changed")
	}
	result, err := reader.DecodeRow(0, row, nil)
	if err != nil {
		return "", err
	}
	return result.GetText(), nil
}

// readPage reads the drawing of a page: what stands on each card, by the card's bottom left corner in tenths of a point.
func readPage(drawing []byte) (map[[2]int]*marks, error) {
	found := map[[2]int]*marks{}
	r := operands{rest: drawing}
	var card *marks
	var place [6]float64
	depth, inSpan := 0, false
	for {
		op, err := r.next()
		if err != nil || op == "" {
			maps.DeleteFunc(found, func(_ [2]int, m *marks) bool { return len(m.pictures) == 0 }) // what all cards share
			return found, err
		}
		if r.span != nil && card != nil {
			card.text.WriteString(actualText(r.span))
			inSpan = true
		}
		r.span = nil
		switch op {
		case "q":
			depth++
		case "Q":
			if depth--; depth == 0 {
				card = nil
			}
		case "cm":
			switch n := r.numbers; {
			case len(n) != 6:
			case depth == 1 && n[0] == 1 && n[3] == 1:
				card = &marks{}
				found[cornerAt(n[4], n[5])] = card
			default:
				place = [6]float64(n)
			}
		case "EI":
			if card != nil {
				card.pictures = append(card.pictures, picture{r.picture, r.columns, r.rows, place})
			}
		case "ET":
			if card != nil {
				card.text.WriteByte(' ')
			}
		case "EMC":
			inSpan = false
		case "TJ":
			if card != nil && !inSpan {
				for _, part := range r.array {
					card.text.WriteString(utf16Text(part.codes))
				}
			}
		}
		r.clear()
	}
}

// actualText returns what a span says it stands for.
func actualText(dictionary []byte) string {
	at := bytes.IndexByte(dictionary, '(')
	if at < 0 {
		return ""
	}
	r := operands{rest: dictionary[at:]}
	return strings.TrimPrefix(utf16Text(r.literal()), "\ufeff")
}

func utf16Text(b []byte) string {
	units := make([]uint16, 0, len(b)/2)
	for ; len(b) > 1; b = b[2:] {
		units = append(units, uint16(b[0])<<8|uint16(b[1]))
	}
	return string(utf16.Decode(units))
}

var (
	pageForm   = regexp.MustCompile(`^\d+ 0 obj\n<</Type /Page\n[^>]*?/Contents (\d+) 0 R`)
	lengthForm = regexp.MustCompile(`/Length (\d+)`)
)

// drawings returns the drawing of each page of one of our files, in their order. What cannot be read is nil.
func drawings(file []byte) [][]byte {
	objects := objectsOf(file)
	var list [][]byte
	for _, o := range objects {
		if m := pageForm.FindSubmatch(o[:min(len(o), 1000)]); m != nil {
			number, _ := strconv.Atoi(string(m[1])) // it is digits
			if number < len(objects) {
				list = append(list, stream(objects[number]))
			}
		}
	}
	return list
}

// objectsOf returns the objects of a file, each to the file's end, by their numbers (ISO 32000-1, 7.5.4).
func objectsOf(file []byte) [][]byte {
	end := bytes.LastIndex(file, []byte("startxref\n"))
	if end < 0 {
		return nil
	}
	var table, n int
	if _, err := fmt.Sscanf(string(file[end:]), "startxref\n%d", &table); err != nil || table < 0 || table > end {
		return nil
	}
	if _, err := fmt.Sscanf(string(file[table:end]), "xref\n0 %d\n", &n); err != nil {
		return nil
	}
	lines := bytes.Split(file[table:end], []byte("\n"))
	objects := make([][]byte, max(n, 1))
	for i := 1; i < n && i+2 < len(lines); i++ {
		if at, err := strconv.Atoi(string(lines[i+2][:min(len(lines[i+2]), 10)])); err == nil && at < table {
			objects[i] = file[at:]
		}
	}
	return objects
}

// maxDrawing bounds what a page is unpacked to.
const maxDrawing = 16 << 20

// stream returns the unpacked stream of an object.
func stream(object []byte) []byte {
	dictionary, body, found := bytes.Cut(object, []byte("stream\n"))
	length := lengthForm.FindSubmatch(dictionary)
	if !found || length == nil {
		return nil
	}
	n, err := strconv.Atoi(string(length[1]))
	if err != nil || n > len(body) {
		return nil
	}
	if !bytes.Contains(dictionary, []byte("/FlateDecode")) {
		return body[:n]
	}
	z, err := zlib.NewReader(bytes.NewReader(body[:n]))
	if err != nil {
		return nil
	}
	plain, err := io.ReadAll(io.LimitReader(z, maxDrawing))
	if err != nil {
		return nil
	}
	return plain
}
