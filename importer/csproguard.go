package importer

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"slices"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Limits of a data file of CSPro. The longest item has 9,999 letters.
const (
	maxCSProValue = 16 << 20  // bytes of what a query computes: a dictionary has some
	maxCSProJoin  = 60        // tables that one sheet is made of; SQLite joins 64
)

const copyAgain = "copy it again from the tablet, or ask for it again"

var (
	errDamagedDatabase = fileError(copyAgain, "this database is damaged: it cannot be read")
	errDamagedCases    = fileError(copyAgain, "the data file is damaged: its cases cannot be read")
	errSameCases       = fileError(copyAgain, "the data file is damaged: two of its cases or records are told apart by nothing")
	errLongItem        = fileError(copyAgain, "the data file is damaged: an item is longer than CSPro can write")
	errManyRecords     = fileError("export the records that the survey needs from CSPro, and import that", "the data file has more than %d kinds of records", maxCSProJoin)
	errSlowCases       = fileError("open it in CSPro, save it under another name, and import that", "the data file takes too long to read")
)

// csproTime is how long a data file may take until it is known to be good: a file of a city's tablets is read in a tenth of it.
func csproTime(size int64) time.Duration { return 4*time.Second + time.Duration(size>>24)*time.Second }

// conn is a connection for one reader. What a hostile file has computed in a value cannot fill the memory.
func (b *csproBook) conn(ctx context.Context) (*sql.Conn, error) {
	c, err := b.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := sqlite.Limit(c, sqlite3.SQLITE_LIMIT_LENGTH, maxCSProValue); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// guarded learns a data file within its time, and says why it cannot be read.
func (b *csproBook) guarded(ctx context.Context, path string, size int64) error {
	timed, cancel := context.WithTimeout(ctx, csproTime(size))
	defer cancel()
	err := b.learn(timed, path)
	var file *FileError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case timed.Err() != nil:
		return errSlowCases
	case err == nil || errors.As(err, &file):
		return err
	}
	return errDamagedDatabase
}

// check has SQLite look through the file, so that nothing of it goes in if it is damaged further on.
func (b *csproBook) check(ctx context.Context, c *sql.Conn) error {
	var verdict string
	if err := c.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return errDamagedDatabase
	}
	return nil
}

// joinable sees that every join finds one row at most: CSPro's own files have unique indexes for it. Without that a small file has more
// rows than anybody can read.
func (b *csproBook) joinable(ctx context.Context, c *sql.Conn, levels []csproLevel) error {
	joined := [][2]string{{"cases", "id"}, {"level-1", "case-id"}}
	for _, l := range levels {
		joined = append(joined, [2]string{l.ids, l.ids + "-id"})
		for _, name := range l.once {
			joined = append(joined, [2]string{name, l.ids + "-id"})
		}
		if len(joined) > maxCSProJoin {
			return errManyRecords
		}
	}
	for _, t := range joined {
		var n int
		err := c.QueryRowContext(ctx, "SELECT count(*) FROM `"+t[0]+"` GROUP BY `"+t[1]+"` HAVING count(*) > 1 LIMIT 1").Scan(&n)
		switch {
		case err == nil:
			return errSameCases
		case !errors.Is(err, sql.ErrNoRows):
			return err
		}
	}
	return nil
}

// readable reads every sheet to its end, so that nothing goes in of a file that cannot be read further on.
func (b *csproBook) readable(ctx context.Context) error {
	for _, sheet := range b.names {
		rows, err := b.read(ctx, sheet)
		if err != nil {
			return err
		}
		for err == nil {
			err = rows.scan()
		}
		rows.Close()
		if !errors.Is(err, io.EOF) {
			return err
		}
	}
	return nil
}

// isCSPro reports whether the tables have the columns by which they are joined. Columns that are computed do not count.
func isCSPro(columns map[string][]string) bool {
	has := func(table string, names ...string) bool {
		return !slices.ContainsFunc(names, func(name string) bool { return !slices.Contains(columns[table], name) })
	}
	return has("cases", "id", "key", "last_modified_revision", "deleted", "verified", "partial_save_mode", "file_order") && has("level-1", "level-1-id", "case-id")
}
