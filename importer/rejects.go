package importer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"sehat/records"
)

const (
	rowIDHeader  = "sehat_row"    // last column of a rejects workbook: the id of the row in quarantine
	noteHeader   = "sehat_note"   // beside it: what is wrong with the row, for who sees no comments
	rejectsSheet = "sehat_import" // hidden sheet of a rejects workbook: how its source was read
	answersSheet = "sehat_lists"  // hidden sheet: the answers of its drop-downs
	summarySheet = "Summary"
	handoutSheet = "Hand out"
	csvSheet     = "Rows" // the sheet that holds the rows of a CSV
)

// writeRejects writes what this import holds back as a workbook, and returns its path and the tally by rule; no path if
// nothing is held back.
func (r *run) writeRejects(ctx context.Context, f File) (string, []Tally, error) {
	tally := newTally()
	for reject, err := range r.Store.Rejects(ctx, r.imp.ID) {
		if err != nil {
			return "", nil, err
		}
		tally.add(reject)
	}
	if tally.rows == 0 || f.NoRejects {
		return "", tally.rules(), nil
	}
	path, err := rejectsPath(f)
	if err != nil {
		return "", nil, err
	}
	w, err := r.newRejectsBook(tally)
	if err != nil {
		return "", nil, err
	}
	defer w.discard()
	contexts, err := r.findContexts(ctx)
	if err != nil {
		return "", nil, err
	}
	for _, t := range r.bySheet() {
		if err := r.writeTable(ctx, w, t, contexts); err != nil {
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

// findContexts finds the households whose members are held back, by the keys under which members find them.
func (r *run) findContexts(ctx context.Context) (map[string]bool, error) {
	i := slices.IndexFunc(r.plan.tables, func(t *binding) bool { return t.kind == memberTable })
	if i < 0 || len(r.plan.tables) == 1 {
		return nil, nil
	}
	members, contexts := r.plan.tables[i], map[string]bool{}
	for reject, err := range r.Store.Rejects(ctx, r.imp.ID) {
		if err != nil {
			return nil, err
		}
		if reject.Sheet != members.sheet {
			continue
		}
		cells := members.bare(&reject)
		if reject.Cells != nil {
			if err := json.Unmarshal(reject.Cells, &cells); err != nil {
				return nil, fmt.Errorf("reading a row that is held back: %w", err)
			}
		}
		contexts[linkKey(cell(cells, members.link))] = true
	}
	delete(contexts, "") // it names no household
	return contexts, nil
}

// walk goes through the rejects of a sheet beside its rows: both come in the order of the rows, so that neither has to be kept. What it
// returns first gives the reject of a row, or nil, for rows that are asked for in their order.
func walk(rejects iter.Seq2[records.Reject, error], sheet string) (at func(row int) (*records.Reject, error), stop func()) {
	next, stop := iter.Pull2(rejects)
	var now records.Reject
	var err error
	more := true
	step := func() {
		for more && err == nil {
			if now, err, more = next(); !more || now.Sheet == sheet {
				return
			}
		}
	}
	step()
	return func(row int) (*records.Reject, error) {
		for more && err == nil && now.Row < row {
			step()
		}
		if err != nil || !more || now.Row != row {
			return nil, err
		}
		is := now
		return &is, nil
	}, stop
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
		if n <= t.headerRow || t.blank(cells) {
			continue
		}
		if err := f(&line{t: t, n: n, cells: cells}); err != nil {
			return err
		}
	}
}

// writeTable writes the rows of one table that are held back, and the households of members that are. What is held back stands in the
// store: only a sheet of such households is read once more.
func (r *run) writeTable(ctx context.Context, w *rejectsBook, t *binding, contexts map[string]bool) error {
	if err := w.sheet(t); err != nil {
		return err
	}
	rejects := r.Store.Rejects(ctx, r.imp.ID)
	if t.kind != householdTable || len(contexts) == 0 {
		for reject, err := range rejects {
			if err != nil {
				return err
			}
			if reject.Sheet != t.sheet {
				continue
			}
			if err := w.row(r.shown(t, &reject), &reject); err != nil {
				return err
			}
		}
		return w.endSheet()
	}
	at, stop := walk(rejects, t.sheet)
	defer stop()
	n := 0
	err := r.each(t, func(l *line) error {
		if n++; n%batchRows == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		reject, err := at(l.n)
		switch {
		case err != nil:
			return err
		case reject != nil:
			return w.row(r.shown(t, reject), reject)
		case contexts[linkKey(cell(l.cells, t.key))]:
			return w.row(r.shown(t, &records.Reject{Cells: l.cellsJSON(false)}), nil)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return w.endSheet()
}

// addedColumns are the fields of which a row needs an answer and for which the source has no column.
func (t *tally) addedColumns(of *binding) []string {
	var added []string
	for column := range t.columns[of.sheet] {
		if _, _, ok := fieldNamed(column); ok && !slices.Contains(of.header, column) && !slices.Contains(of.counted(), column) {
			added = append(added, column)
		}
	}
	slices.Sort(added)
	return added
}

// shown are the cells of a row as a person is to see them: of a row whose content was not kept, only the keys.
func (r *run) shown(t *binding, reject *records.Reject) []string {
	if reject.Cells == nil {
		return t.bare(reject)
	}
	out := make([]string, len(t.header))
	var cells []string
	if err := json.Unmarshal(reject.Cells, &cells); err != nil {
		return out
	}
	out = append(out, make([]string, len(t.counted()))...)
	for i := range out {
		out[i] = cell(cells, i)
		if i >= len(t.header) {
			continue
		}
		if o := t.owner[i]; o.place >= 0 && dateFormOf(fieldsOf[o.level][o.place]) != formAsIs {
			out[i] = dayMonthYear(r.book.dates().day(out[i]), out[i])
		}
	}
	return out
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
	base := FileName(f.Path)
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
		if isOwnSheet(sheet) {
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

// fromRejects is why a file cannot be read, where it is one sheet of a rejects workbook that was saved as CSV: what the workbook said
// about its source is lost.
func fromRejects(b book, err error) error {
	var why *FileError
	if !errors.As(err, &why) || b.setting("digest") != "" {
		return err
	}
	heads, headErr := readHeads(b)
	if headErr != nil {
		return err
	}
	for _, h := range heads {
		for _, row := range h.rows {
			if slices.Contains(row, rowIDHeader) {
				return fileError("save the workbook itself as an Excel workbook (.xlsx) and import that; else "+why.Hint,
					"this sheet was saved out of a rejects workbook, which told how to read it: %s", why.What)
			}
		}
	}
	return err
}
