package sheet

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
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

func itoa(n int32) string { return strconv.Itoa(int(n)) }
