package sheet

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"sehat/cards"
)

// A Manifest says which card lies where in which file.
type Manifest struct {
	Batch  string    `json:"batch"`
	Layout string    `json:"layout"`
	Made   time.Time `json:"made"`
	Cards  int       `json:"cards"`
	Sheets int       `json:"sheets"`
	CSV    string    `json:"-"` // the path of the manifest as a table
	JSON   string    `json:"-"` // and as JSON
	Files  []File    `json:"files"`
}

// A File is one PDF of a job.
type File struct {
	Name   string `json:"name"` // without folder
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
	Sheets int    `json:"sheets"` // pages are twice as many
	Slots  []Slot `json:"slots"`
}

// A Slot is the place of one card.
type Slot struct {
	Number  cards.Number `json:"number"`
	Version int32        `json:"version"`
	Sheet   int32        `json:"sheet"` // from 1, through all files of the job
	Slot    int32        `json:"slot"`  // from 1, along the rows of the front
}

// WriteCSV writes a header and one row a card, in the order of the job.
func (m *Manifest) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"position", "number", "version", "file", "sheet", "slot", "file_sha256"}) // Flush tells
	position := 0
	for _, f := range m.Files {
		for _, s := range f.Slots {
			position++
			_ = out.Write([]string{
				strconv.Itoa(position), s.Number.String(), itoa(s.Version), f.Name, itoa(s.Sheet), itoa(s.Slot), f.SHA256,
			})
		}
	}
	out.Flush()
	return out.Error()
}

// WriteJSON writes the manifest as one JSON object, a file at a time, so that a large one is never in memory as text.
func (m *Manifest) WriteJSON(w io.Writer) error {
	out := bufio.NewWriter(w)
	head, err := json.Marshal(struct {
		Batch  string    `json:"batch"`
		Layout string    `json:"layout"`
		Made   time.Time `json:"made"`
		Cards  int       `json:"cards"`
		Sheets int       `json:"sheets"`
	}{m.Batch, m.Layout, m.Made.UTC(), m.Cards, m.Sheets})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s,\"files\":[", head[:len(head)-1])
	for i := range m.Files {
		file, err := json.Marshal(&m.Files[i])
		if err != nil {
			return err
		}
		if i > 0 {
			_ = out.WriteByte(',')
		}
		fmt.Fprintf(out, "\n%s", file)
	}
	fmt.Fprint(out, "\n]}\n")
	return out.Flush()
}

// ReadManifest reads the manifest of a batch that was made in dir.
func ReadManifest(dir, batch string) (*Manifest, error) {
	path := filepath.Join(dir, batch+"-manifest.json")
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the manifest: %w", err)
	}
	m := Manifest{CSV: filepath.Join(dir, batch+"-manifest.csv"), JSON: path}
	if err := json.Unmarshal(b, &m); err != nil || m.Batch != batch {
		return nil, fmt.Errorf("%s is not the manifest of print batch %s", path, batch)
	}
	return &m, nil
}

// Places finds the cards of a manifest as people name them.
type Places struct {
	slots []Slot // in the order of the job
}

// Places returns where each card is.
func (m *Manifest) Places() Places {
	p := Places{slots: make([]Slot, 0, m.Cards)}
	for _, f := range m.Files {
		p.slots = append(p.slots, f.Slots...)
	}
	return p
}

// Find returns the position, counted from 1, of a card named by sheet and slot, as they are printed on it (12-3, 0012-03), or by its
// number.
func (p Places) Find(text string) (int, error) {
	text = strings.TrimSpace(text)
	if number, err := cards.ParseNumber(text); err == nil {
		if i := slices.IndexFunc(p.slots, func(s Slot) bool { return s.Number == number }); i >= 0 {
			return i + 1, nil
		}
		return 0, errors.New("this number is not in the batch")
	}
	sheet, slot, _ := strings.Cut(text[strings.LastIndexByte(text, ' ')+1:], "-")
	a, err := strconv.Atoi(sheet)
	b, err2 := strconv.Atoi(slot)
	if err != nil || err2 != nil {
		return 0, errors.New("write SHEET-SLOT as it stands on the card, such as 12-3, or the number")
	}
	i, found := slices.BinarySearchFunc(p.slots, [2]int{a, b}, func(s Slot, at [2]int) int {
		return cmp.Or(cmp.Compare(int(s.Sheet), at[0]), cmp.Compare(int(s.Slot), at[1]))
	})
	if !found {
		return 0, errors.New("there is no such sheet and slot in the batch")
	}
	return i + 1, nil
}

// Range returns the first and last position on sheets "FROM-TO" or "SHEET"; "" is all of them.
func (p Places) Range(sheets string) (from, to int, err error) {
	if sheets == "" {
		return 1, len(p.slots), nil
	}
	first, last, two := strings.Cut(sheets, "-")
	if !two {
		last = first
	}
	a, err := strconv.Atoi(first)
	b, err2 := strconv.Atoi(last)
	if err != nil || err2 != nil || a > b {
		return 0, 0, errors.New("write the first and the last sheet, such as 1-120")
	}
	from = 1 + slices.IndexFunc(p.slots, func(s Slot) bool { return int(s.Sheet) == a })
	for to = from; from > 0 && to < len(p.slots) && int(p.slots[to].Sheet) <= b; to++ {
	}
	if from == 0 || int(p.slots[to-1].Sheet) != b {
		return 0, 0, fmt.Errorf("the batch has sheets 1 to %d", p.slots[len(p.slots)-1].Sheet)
	}
	return from, to, nil
}

func itoa(n int32) string { return strconv.Itoa(int(n)) }
