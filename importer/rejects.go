package importer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"sehat/records"
	"sehat/survey"
)

const (
	rowIDHeader  = "sehat_row"    // last column of a rejects workbook: the id of the row in quarantine
	rejectsSheet = "sehat_import" // hidden sheet of a rejects workbook: how its source was read
	summarySheet = "Summary"
	csvSheet     = "Rows" // the sheet that holds the rows of a CSV
)

// writeRejects writes what this import holds back as a workbook, and returns its path and the tally by rule; no path if
// nothing is held back.
func (r *run) writeRejects(ctx context.Context, f File) (string, []Tally, error) {
	held := map[place]records.Reject{}
	tally := newTally()
	for reject, err := range r.Store.Rejects(ctx, r.imp.ID) {
		if err != nil {
			return "", nil, err
		}
		held[place{reject.Sheet, reject.Row}] = reject
		tally.add(reject)
	}
	if len(held) == 0 || f.NoRejects {
		return "", tally.rules(), nil
	}
	if r.skip > 0 {
		if err := r.findContexts(held); err != nil {
			return "", nil, err
		}
	}
	path, err := rejectsPath(f)
	if err != nil {
		return "", nil, err
	}
	w, err := r.newRejectsBook(f, tally, len(held))
	if err != nil {
		return "", nil, err
	}
	defer w.Close()
	for _, t := range r.bySheet() {
		if err := r.writeTable(ctx, w, t, held); err != nil {
			return "", nil, fmt.Errorf("writing the rejects workbook: %w", err)
		}
	}
	if err := w.save(path); err != nil {
		return "", nil, fmt.Errorf("writing the rejects workbook: %w", err)
	}
	return path, tally.rules(), nil
}

// bySheet returns the tables in the order of the file's sheets.
func (r *run) bySheet() []*binding {
	order := r.book.sheets()
	tables := slices.Clone(r.plan.tables)
	slices.SortStableFunc(tables, func(a, b *binding) int { return slices.Index(order, a.sheet) - slices.Index(order, b.sheet) })
	return tables
}

// findContexts finds the households whose members are held back, in an import that goes on after it was cut off: the rows that were
// done before were not told.
func (r *run) findContexts(held map[place]records.Reject) error {
	for _, t := range r.plan.tables {
		if t.kind != memberTable {
			continue
		}
		err := r.each(t, func(l *line) error {
			if _, is := held[place{t.sheet, l.n}]; is {
				r.contexts[linkKey(cell(l.cells, t.link))] = true
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// each reads the rows of a table once more.
func (r *run) each(t *binding, f func(*line) error) error {
	rows, err := r.book.open(t.sheet)
	if err != nil {
		return err
	}
	defer rows.Close()
	for {
		n, cells, err := rows.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if n <= t.headerRow || blank(cells) {
			continue
		}
		if err := f(&line{t: t, n: n, cells: cells}); err != nil {
			return err
		}
	}
}

// writeTable writes the rows of one table that are held back, and the households of members that are.
func (r *run) writeTable(ctx context.Context, w *rejectsBook, t *binding, held map[place]records.Reject) error {
	added := addedColumns(t, held)
	if err := w.sheet(t, added); err != nil {
		return err
	}
	n := 0
	err := r.each(t, func(l *line) error {
		if n++; n%batchRows == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		reject, is := held[place{t.sheet, l.n}]
		switch {
		case is:
			return w.row(r.shown(l, reject.Cells), &reject)
		case t.kind == householdTable && r.contexts[linkKey(cell(l.cells, t.key))]:
			return w.row(r.shown(l, l.cellsJSON(false)), nil)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return w.endSheet()
}

// addedColumns are the fields of which a row needs an answer and for which the source has no column.
func addedColumns(t *binding, held map[place]records.Reject) []string {
	var added []string
	for at, reject := range held {
		if at.sheet != t.sheet {
			continue
		}
		for _, reason := range reject.Reasons {
			_, _, ok := fieldNamed(reason.Column)
			if ok && !slices.Contains(t.header, reason.Column) && !slices.Contains(added, reason.Column) {
				added = append(added, reason.Column)
			}
		}
	}
	slices.Sort(added)
	return added
}

// shown are the cells of a row as a person is to see them: of a row whose content was not kept, only the keys.
func (r *run) shown(l *line, kept []byte) []string {
	out := make([]string, len(l.t.header))
	if kept == nil {
		for i := range out {
			if key := i == l.t.link || i == l.t.key || l.isKey(i); key {
				out[i] = maskCell(nil, cell(l.cells, i), true)
			}
		}
		return out
	}
	var cells []string
	if err := json.Unmarshal(kept, &cells); err != nil {
		return out
	}
	for i := range out {
		out[i] = cell(cells, i)
		if o := l.t.owner[i]; o.place >= 0 && dateFormOf(fieldsOf[o.level][o.place]) != formAsIs {
			out[i] = dayMonthYear(r.book.dates().day(out[i]), out[i])
		}
	}
	return out
}

// isKey reports whether a column holds a key of the row.
func (l *line) isKey(col int) bool {
	o := l.t.owner[col]
	if o.level == survey.Household {
		return o.place == placeKey
	}
	return o.place == placeMember || o.place == placeLine
}

// dayMonthYear writes a date that was a number as people here write it; other texts stay as they were.
func dayMonthYear(day, was string) string {
	if day == was || len(day) != len("2006-01-02") {
		return was
	}
	return day[8:] + "-" + day[5:7] + "-" + day[:4]
}

var rejectsName = regexp.MustCompile(`\.rejects(-\d+)?$`)

// rejectsPath is where the workbook goes. A workbook that somebody has worked in is never written over.
func rejectsPath(f File) (string, error) {
	if f.Rejects != "" {
		if same(f.Rejects, f.Path) {
			return "", fileError("name another file with --rejects", "the rejects would be written over the file that is being imported")
		}
		return f.Rejects, nil
	}
	dir := filepath.Dir(f.Path)
	if !writable(dir) && f.Home != "" {
		dir = filepath.Join(f.Home, "rejects")
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return "", fmt.Errorf("making a folder for rejects: %w", err)
		}
	}
	base := filepath.Base(f.Path)
	stem := rejectsName.ReplaceAllString(strings.TrimSuffix(base, filepath.Ext(base)), "")
	for i := 1; ; i++ {
		name := stem + ".rejects.xlsx"
		if i > 1 {
			name = fmt.Sprintf("%s.rejects-%d.xlsx", stem, i)
		}
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) || err == nil && !same(path, f.Path) && Untouched(path) {
			return path, nil
		}
	}
}

func same(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// writable tries whether a file can be made in a folder.
func writable(dir string) bool {
	f, err := os.CreateTemp(dir, ".sehat-*")
	if err != nil {
		return false
	}
	f.Close()
	return os.Remove(f.Name()) == nil
}

// Untouched reports whether a file is a rejects workbook as an import wrote it, in which nobody has corrected anything yet.
func Untouched(path string) bool {
	b, err := openBook(context.Background(), path)
	if err != nil {
		return false
	}
	defer b.Close()
	want := b.setting("digest")
	if want == "" {
		return false
	}
	d := newDigest()
	for _, sheet := range b.sheets() {
		if sheet == summarySheet || sheet == rejectsSheet {
			continue
		}
		d.row([]string{sheet})
		rows, err := b.open(sheet)
		if err != nil {
			return false
		}
		for {
			_, cells, err := rows.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				rows.Close()
				return false
			}
			d.row(cells)
		}
		rows.Close()
	}
	return d.String() == want
}

// A digest is a hash over the rows of a workbook, to see whether somebody changed one.
type digest struct{ sum []byte }

func newDigest() *digest { return &digest{} }

// row adds a row; empty cells at its end and empty rows do not count.
func (d *digest) row(cells []string) {
	for len(cells) > 0 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	if len(cells) == 0 {
		return
	}
	h := sha256.New()
	h.Write(d.sum)
	for _, c := range cells {
		fmt.Fprintf(h, "%d:%s", len(c), c)
	}
	d.sum = h.Sum(nil)
}

func (d *digest) String() string { return hex.EncodeToString(d.sum) }
