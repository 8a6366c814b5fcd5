package importer

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	_ "modernc.org/sqlite" // the driver that opens the file
)

// csproBook is a data file of CSPro 7.4 and later: a SQLite file with a table of cases, one of their ids for each level, and one for each
// record. The households, with the records that each has once, are one sheet; each record that repeats in them, and the level below, is
// another. Mostly a case is a household; it may also be an area with the households as its second level, or have its members as one.
// Nothing is ever written to the file.
type csproBook struct {
	db     *sql.DB
	names  []string
	tables map[string]csproTable
	dict   csproDictionary
}

// A csproTable is a sheet: its columns and the query that reads them. Columns with numbers stand first.
type csproTable struct {
	header []string
	query  string
	from   string // the table that has one row for each of its rows
}

var errNotCSPro = fileError("import the data file that CSPro writes (.csdb), workbooks (.xlsx) and CSV files", "this is a database, but not a data file of CSPro")

// openCSPro opens a data file for reading.
func openCSPro(ctx context.Context, path string, size int64) (book, error) {
	for _, tail := range []string{"-wal", "-journal"} {
		if info, err := os.Stat(path + tail); err == nil && info.Size() > 0 {
			return nil, fileError("close it in CSPro, copy it again, and import the copy", "the file is still being written to: %s lies beside it", filepath.Base(path)+tail)
		}
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	where := url.URL{Scheme: "file", Path: filepath.ToSlash(abs), RawQuery: url.Values{
		"mode": {"ro"}, "immutable": {"1"},
		"_pragma": {"trusted_schema(0)", "cell_size_check(1)", "query_only(1)", "mmap_size(0)", "ignore_check_constraints(1)"},
	}.Encode()}
	db, err := sql.Open("sqlite", where.String())
	if err != nil {
		return nil, err
	}
	b := &csproBook{db: db, tables: map[string]csproTable{}}
	if err := b.guarded(ctx, path, size); err != nil {
		db.Close()
		return nil, err
	}
	return b, nil
}

// caseColumns lead every row of the sheet of cases: what CSPro knows about a case. The partial save mode of a finished case is empty.
var caseColumns = []string{"case_id", "case_key", "case_revision", "case_deleted", "case_verified", "case_partial"}

// learn reads the names of the tables and columns, and sees that all can be read.
func (b *csproBook) learn(ctx context.Context, path string) error {
	c, err := b.conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	columns, err := b.columns(ctx, c)
	if err != nil {
		return err
	}
	if err := b.check(ctx, c); err != nil {
		return err
	}
	switch {
	case columns["level-1"] == nil && slices.Contains(columns["cases"], "questionnaire"):
		return fileError("open it in the Data Viewer of a newer CSPro and save it under another name", "this data file was written by CSPro 7.3 or earlier")
	case !isCSPro(columns):
		return errNotCSPro
	}
	levels := csproLevels(columns)
	if err := b.joinable(ctx, c, levels); err != nil {
		return err
	}
	b.dict = readDictionary(ctx, c, slices.Contains(columns["meta"], "dictionary"), path)
	b.arrange(levels, columns)
	return b.readable(ctx)
}

// columns lists the columns of every table. Views, virtual tables and columns that are computed are not looked at.
func (b *csproBook) columns(ctx context.Context, c *sql.Conn) (map[string][]string, error) {
	rows, err := c.QueryContext(ctx, `SELECT t.name, p.name FROM pragma_table_list t, pragma_table_info(t.name) p WHERE t.schema = 'main' AND t.type = 'table' ORDER BY t.name, p.cid`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns := map[string][]string{}
	for rows.Next() {
		var table, column string
		if err := rows.Scan(&table, &column); err != nil {
			return nil, err
		}
		columns[table] = append(columns[table], column)
	}
	return columns, rows.Err()
}

func (b *csproBook) sheets() []string      { return b.names }
func (b *csproBook) setting(string) string { return "" }
func (b *csproBook) dates() dateSystem     { return noSerials }
func (b *csproBook) Close() error          { return b.db.Close() }

// size is the number of rows.
func (b *csproBook) size(sheet string) (n int64) {
	if err := b.db.QueryRow("SELECT count(*) FROM `" + b.tables[sheet].from + "`").Scan(&n); err != nil {
		return 0 // it only tells how far the reading is
	}
	return n
}

func (b *csproBook) open(sheet string) (rowReader, error) {
	r, err := b.read(context.Background(), sheet)
	if err != nil {
		return nil, errDamagedCases
	}
	return r, nil
}

// read starts to read a sheet.
func (b *csproBook) read(ctx context.Context, sheet string) (*csproRows, error) {
	c, err := b.conn(ctx)
	if err != nil {
		return nil, err
	}
	t := b.tables[sheet]
	rows, err := c.QueryContext(ctx, t.query)
	if err != nil {
		c.Close()
		return nil, errDamagedCases
	}
	r := &csproRows{conn: c, rows: rows, t: t, dict: b.dict, cells: make([]string, len(t.header)), values: make([]any, len(t.header))}
	for i, column := range t.header {
		r.values[i] = new(any)
		r.shown = append(r.shown, b.dict.knows(column))
	}
	return r, nil
}

// csproRows are the rows of one sheet: the header, then the cases in the order of the file.
type csproRows struct {
	conn   *sql.Conn
	rows   *sql.Rows
	t      csproTable
	dict   csproDictionary
	shown  []bool // columns that CSPro shows otherwise than it stores them
	n      int
	cells  []string
	values []any
}

func (r *csproRows) Close() error  { return errors.Join(r.rows.Close(), r.conn.Close()) }
func (r *csproRows) offset() int64 { return int64(r.n) }

func (r *csproRows) next() (int, []string, error) {
	r.n++
	if r.n == 1 {
		return 1, r.t.header, nil
	}
	for {
		if err := r.scan(); err != nil {
			return r.n, nil, err
		}
		told := false
		for i, v := range r.values {
			if r.cells[i] = csproText(*v.(*any)); r.shown[i] {
				r.cells[i] = r.dict.show(r.t.header[i], r.cells[i])
			}
			told = told || i >= 2 && r.cells[i] != ""
		}
		if told { // a roster line that was opened and never filled is no member
			return r.n, r.cells, nil
		}
		r.n++
	}
}

// scan reads the next row into values; io.EOF at the end.
func (r *csproRows) scan() error {
	if !r.rows.Next() {
		if r.rows.Err() != nil {
			return errDamagedCases
		}
		return io.EOF
	}
	if err := r.rows.Scan(r.values...); err != nil {
		return errDamagedCases
	}
	for _, v := range r.values {
		if text, ok := (*v.(*any)).(string); ok && len(text) > maxCell {
			return errLongItem
		}
	}
	return nil
}

// csproText is a value as CSPro shows it. Texts are padded with spaces.
func csproText(v any) string {
	switch v := v.(type) {
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case string:
		return strings.TrimSpace(v)
	case nil, []byte:
		return ""
	}
	return fmt.Sprint(v)
}
