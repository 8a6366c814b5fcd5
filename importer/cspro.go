package importer

import (
	"context"
	"database/sql"
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
}

var errNotCSPro = fileError("import the data file that CSPro writes (.csdb), workbooks (.xlsx) and CSV files", "this is a database, but not a data file of CSPro")

// openCSPro opens a data file for reading.
func openCSPro(ctx context.Context, path string) (book, error) {
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
		"_pragma": {"trusted_schema(0)", "cell_size_check(1)", "query_only(1)", "mmap_size(0)"},
	}.Encode()}
	db, err := sql.Open("sqlite", where.String())
	if err != nil {
		return nil, err
	}
	b := &csproBook{db: db, tables: map[string]csproTable{}}
	if err := b.learn(ctx, path); err != nil {
		db.Close()
		return nil, err
	}
	return b, nil
}

// caseColumns lead every row of the sheet of cases: what CSPro knows about a case. The partial save mode of a finished case is empty.
var caseColumns = []string{"case_id", "case_key", "case_revision", "case_deleted", "case_verified", "case_partial"}

// learn reads the names of the tables and columns.
func (b *csproBook) learn(ctx context.Context, path string) error {
	columns, err := b.columns(ctx)
	if err == nil {
		err = b.check(ctx)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fileError("copy it again from the tablet, or ask for it again", "this database is damaged: it cannot be read")
	}
	switch {
	case columns["cases"] == nil || !slices.Contains(columns["cases"], "last_modified_revision"):
		return errNotCSPro
	case columns["level-1"] == nil && slices.Contains(columns["cases"], "questionnaire"):
		return fileError("open it in the Data Viewer of a newer CSPro and save it under another name", "this data file was written by CSPro 7.3 or earlier")
	case columns["level-1"] == nil:
		return errNotCSPro
	}
	b.dict = readDictionary(ctx, b.db, path)
	b.arrange(csproLevels(columns), columns)
	return nil
}

// check has SQLite look through the file, so that nothing of it goes in if it is damaged further on.
func (b *csproBook) check(ctx context.Context) error {
	var verdict string
	if err := b.db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return errDamagedCases
	}
	return nil
}

// columns lists the columns of every table. Views are not looked at.
func (b *csproBook) columns(ctx context.Context) (map[string][]string, error) {
	rows, err := b.db.QueryContext(ctx, `SELECT m.name, p.name FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY m.name, p.cid`)
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

func (b *csproBook) open(sheet string) (rowReader, error) {
	t := b.tables[sheet]
	rows, err := b.db.QueryContext(context.Background(), t.query)
	if err != nil {
		return nil, errDamagedCases
	}
	r := &csproRows{rows: rows, t: t, dict: b.dict, cells: make([]string, len(t.header)), values: make([]any, len(t.header))}
	for i, column := range t.header {
		r.values[i] = new(any)
		r.shown = append(r.shown, b.dict.knows(column))
	}
	return r, nil
}

var errDamagedCases = fileError("copy it again from the tablet, or ask for it again", "the data file is damaged: its cases cannot be read")

// csproRows are the rows of one sheet: the header, then the cases in the order of the file.
type csproRows struct {
	rows   *sql.Rows
	t      csproTable
	dict   csproDictionary
	shown  []bool // columns that CSPro shows otherwise than it stores them
	n      int
	cells  []string
	values []any
}

func (r *csproRows) Close() error { return r.rows.Close() }

func (r *csproRows) next() (int, []string, error) {
	r.n++
	if r.n == 1 {
		return 1, r.t.header, nil
	}
	for r.rows.Next() {
		if err := r.rows.Scan(r.values...); err != nil {
			return r.n, nil, errDamagedCases
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
	if err := r.rows.Err(); err != nil {
		return r.n, nil, errDamagedCases
	}
	return r.n, nil, io.EOF
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
