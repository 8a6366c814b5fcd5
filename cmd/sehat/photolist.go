package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sehat/cards"
	"sehat/records"
	"sehat/records/store"
)

// A photosReport is what came of a list of photos.
type photosReport struct {
	Taken   int            `json:"taken"`
	Already int            `json:"already"` // were taken down before
	Refused []refusedPhoto `json:"refused"`
}

// A refusedPhoto is a row that was not taken.
type refusedPhoto struct {
	Row int    `json:"row"` // from 1, the first being the heads
	Why string `json:"why"`
}

// A photoRow is a row of a list of photos.
type photoRow struct {
	row                    int
	number, resident, file string
}

func runCardPhotos(ctx context.Context, a *app, list string) error {
	rows, err := readPhotoList(list)
	if err != nil {
		return err
	}
	s, by, err := a.openPhotos(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	report := photosReport{Refused: []refusedPhoto{}}
	seen := map[string]int{} // the row of a resident's photo
	pace := a.pace("photo", len(rows))
	defer pace.end()
	for i, row := range rows {
		if err := ctx.Err(); err != nil {
			return err
		}
		taken, refused, err := takeRow(ctx, s, row, seen, by, records.Stamp(a.now()))
		switch {
		case err != nil:
			return fmt.Errorf("%s: row %d: %w", list, row.row, err)
		case refused != nil:
			report.Refused = append(report.Refused, refusedPhoto{row.row, refused.Error()})
		case taken:
			report.Taken++
		default:
			report.Already++
		}
		pace.at(i+1, 0)
	}
	pace.end()
	text := count(report.Taken, "photo") + " taken down"
	if report.Already > 0 {
		text += fmt.Sprintf("; %d had been before", report.Already)
	}
	for _, r := range report.Refused {
		text += fmt.Sprintf("\nrow %d: %s", r.Row, r.Why)
	}
	if report.Taken > 0 {
		text += "\n\"sehat issue --corrected\" gives the cards that show them"
	}
	if err := a.result(report, "%s", text); err != nil {
		return err
	}
	if n := len(report.Refused); n > 0 {
		return needsPerson{count(n, "row") + " of " + list + " not taken", "correct the rows and run it again: what was taken stays as it is"}
	}
	return nil
}

// takeRow takes the photo of one row. refused says what is wrong with the row.
func takeRow(ctx context.Context, s *store.Store, row photoRow, seen map[string]int, by, at string) (taken bool, refused, err error) {
	number := ""
	if row.number != "" {
		n, err := cards.ParseNumber(row.number)
		if err != nil {
			return false, err, nil
		}
		number = n.String()
	}
	switch {
	case number == "" && row.resident == "":
		return false, errors.New("it has neither number nor resident_id"), nil
	case row.file == "":
		return false, errors.New("it names no file"), nil
	}
	holder, err := records.Photographed(ctx, s, number, row.resident)
	switch {
	case errors.Is(err, records.ErrNotFound), errors.Is(err, records.ErrLeft):
		return false, err, nil
	case err != nil:
		return false, nil, err
	}
	if number != "" && row.resident != "" {
		other, err := records.Photographed(ctx, s, "", row.resident)
		if err != nil && !errors.Is(err, records.ErrNotFound) {
			return false, nil, err
		}
		if err != nil || other.ID != holder.ID {
			return false, errors.New("number and resident_id are of two people"), nil
		}
	}
	if earlier, ok := seen[holder.ID]; ok {
		return false, fmt.Errorf("row %d is of the same person", earlier), nil
	}
	seen[holder.ID] = row.row
	portrait, refused := readPortrait(row.file)
	if refused != nil {
		return false, refused, nil
	}
	taken, err = records.TakePhoto(ctx, s, holder, portrait, by, at)
	return taken, nil, err
}

// readPhotoList reads a list of photos. Files are named from the folder of the list.
func readPhotoList(path string) ([]photoRow, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in := csv.NewReader(io.LimitReader(f, maxSmall))
	in.FieldsPerRecord, in.TrimLeadingSpace = -1, true
	var rows []photoRow
	var heads []string
	for n := 1; ; n++ {
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", path, err)
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(strings.TrimPrefix(cells[i], "\ufeff"))
		}
		if heads == nil {
			for _, head := range cells {
				heads = append(heads, strings.ToLower(head))
			}
			if !slices.Contains(heads, "file") || !slices.Contains(heads, "number") && !slices.Contains(heads, "resident_id") {
				return nil, withHint(fmt.Errorf("%s: its first row names no columns that tell whose the photos are", path),
					`the columns are "number" or "resident_id", and "file"`)
			}
			continue
		}
		cell := func(head string) string {
			if i := slices.Index(heads, head); i >= 0 && i < len(cells) {
				return cells[i]
			}
			return ""
		}
		row := photoRow{row: n, number: cell("number"), resident: cell("resident_id"), file: filepath.FromSlash(cell("file"))}
		if row.file != "" && !filepath.IsAbs(row.file) {
			row.file = filepath.Join(filepath.Dir(path), row.file)
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%s names no photo", path)
	}
	return rows, nil
}
