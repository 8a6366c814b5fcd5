package main

import (
	"database/sql"
	"fmt"
	"os"
	"strings"
	"testing"

	_ "modernc.org/sqlite"
)

// csproTables are the tables of a data file of CSPro 8, with a case in them.
var csproTables = map[string]string{
	"meta":    "CREATE TABLE meta (schema_version INTEGER NOT NULL, dictionary TEXT NOT NULL)",
	"cases":   "CREATE TABLE cases (id TEXT NOT NULL, `key` TEXT NOT NULL, last_modified_revision INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, file_order REAL NOT NULL, verified INTEGER NOT NULL DEFAULT 0, partial_save_mode TEXT NULL)",
	"level":   "CREATE TABLE `level-1` (`level-1-id` INTEGER PRIMARY KEY NOT NULL, `case-id` TEXT NOT NULL, ward_code TEXT, house_no TEXT)",
	"visit":   "CREATE TABLE visit_record (`visit_record-id` INTEGER PRIMARY KEY NOT NULL, `level-1-id` INTEGER NOT NULL, visit_date TEXT, visit_outcome TEXT, consent TEXT)",
	"members": "CREATE TABLE members (`members-id` INTEGER PRIMARY KEY NOT NULL, `level-1-id` INTEGER NOT NULL, occ INTEGER NOT NULL DEFAULT 1, full_name TEXT, relation TEXT, sex TEXT, age_years TEXT)",
	"case":    "INSERT INTO cases (id, `key`, last_modified_revision, file_order) VALUES ('g1', '0121', 1, 1)",
	"home":    "INSERT INTO `level-1` VALUES (1, 'g1', '012', 'B-1')",
	"date":    "INSERT INTO visit_record VALUES (1, 1, '15-08-2026', 'complete', 'yes')",
	"member":  "INSERT INTO members VALUES (1, 1, 1, 'RAMESH KUMAR', 'head', 'M', '40')",
}

// count10 counts to a power of ten in SQL.
func countTo(n int) string {
	return fmt.Sprintf("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) ", n)
}

// database makes a data file of CSPro with some of its tables replaced, and something done to it at the end.
func database(replaced map[string]string, more ...string) func(t testing.TB, path string) {
	return func(t testing.TB, path string) {
		t.Helper()
		db, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		db.SetMaxOpenConns(1)
		do := func(statement string) {
			t.Helper()
			if _, err := db.Exec(statement); err != nil {
				t.Fatalf("%.200s: %v", statement, err)
			}
		}
		do("PRAGMA synchronous = 0")
		for _, name := range []string{"meta", "cases", "level", "visit", "members", "case", "home", "date", "member"} {
			statement, is := replaced[name]
			if !is {
				statement = csproTables[name]
			}
			do(statement)
		}
		for _, statement := range more {
			do(statement)
		}
	}
}

// flipped makes a file in which some bytes were changed.
func flipped(whole func(t testing.TB, path string), step, phase int) func(t testing.TB, path string) {
	return func(t testing.TB, path string) {
		t.Helper()
		whole(t, path)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for i := 100 + phase; i < len(b); i += step {
			b[i] ^= byte(i*31 + 1)
		}
		textFile(string(b))(t, path)
	}
}

const (
	endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT "
	slow    = "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' LIKE '%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%b'"
)

func hostileDatabases() []hostile {
	all := []hostile{
		{name: "an export as it should be", ok: true, make: database(nil)},
		{name: "a database of something else", want: "not a data file of CSPro", make: func(t testing.TB, path string) {
			db, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if _, err := db.Exec("CREATE TABLE x (y)"); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "the first bytes of a database", make: textFile("SQLite format 3\x00"), want: "damaged"},
		{name: "the first bytes of a database and noise", make: textFile("SQLite format 3\x00" + strings.Repeat("\x10\x00\x01\x01", 3000)), want: "damaged"},
		{name: "the first bytes of a database and 300 MB of nothing", make: sparse("SQLite format 3\x00\x10\x00\x01\x01\x00\x40\x20\x20", 300<<20), want: ""},
		{name: "300 MB of nothing behind a database", ok: true, make: func(t testing.TB, path string) {
			database(nil)(t, path)
			if err := os.Truncate(path, 300<<20); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "cases that are a view without end", want: "not a data file of CSPro", make: database(map[string]string{
			"cases": "CREATE VIEW cases AS " + endless + "'g' || i AS id, i AS `key`, 1 AS last_modified_revision, 0 AS deleted, i AS file_order, 0 AS verified, NULL AS partial_save_mode FROM n", "case": "",
		})},
		{name: "a dictionary that is a view without end", ok: true, make: database(map[string]string{"meta": "CREATE VIEW meta AS " + endless + "i AS dictionary FROM n WHERE i < 0"})},
		{name: "a record that is a view without end", ok: true, make: database(nil, "CREATE VIEW more AS "+endless+"i AS `more-id`, 1 AS `level-1-id`, i AS note FROM n")},
		{name: "a dictionary of brackets", ok: true, make: database(nil, "INSERT INTO meta VALUES (1, replace(hex(zeroblob(1000000)), '00', '[['))")},
		{name: "a dictionary of 200 MB", ok: true, make: database(nil, "INSERT INTO meta VALUES (1, '{\"levels\":[' || hex(zeroblob(100000000)))")},
		{name: "a key that is computed and huge", make: database(map[string]string{
			"cases": strings.Replace(csproTables["cases"], "`key` TEXT NOT NULL", "`key` TEXT GENERATED ALWAYS AS (printf('%.*c', 900000000, 'x'))", 1),
			"case":  "INSERT INTO cases (id, last_modified_revision, file_order) VALUES ('g1', 1, 1)",
		})},
		{name: "a key that is computed and slow", make: database(map[string]string{
			"cases": strings.Replace(csproTables["cases"], "`key` TEXT NOT NULL", "`key` TEXT GENERATED ALWAYS AS ("+slow+")", 1),
			"case":  "INSERT INTO cases (id, last_modified_revision, file_order) VALUES ('g1', 1, 1)",
		})},
		{name: "a rule that is slow to check", ok: true, make: database(map[string]string{
			"cases": strings.Replace(csproTables["cases"], ")", ", CHECK (id < 'h' OR "+slow+"))", 1),
		}, "PRAGMA ignore_check_constraints = 1", "UPDATE cases SET id = 'x' WHERE 0", "PRAGMA writable_schema = 1", "UPDATE sqlite_master SET sql = replace(sql, 'id < ''h'' OR ', '') WHERE name = 'cases'")},
		{name: "an index that is slow to check", make: database(nil, "CREATE INDEX slow ON cases(id) WHERE id > 'z'", "PRAGMA writable_schema = 1", "UPDATE sqlite_master SET sql = 'CREATE INDEX slow ON cases(("+strings.ReplaceAll(slow, "'", "''")+"))' WHERE name = 'slow'")},
		{name: "twenty thousand cases with one id", make: database(map[string]string{"case": "", "home": ""},
			countTo(20_000)+"INSERT INTO cases (id, `key`, last_modified_revision, file_order) SELECT 'g1', i, 1, i FROM n",
			countTo(20_000)+"INSERT INTO `level-1` SELECT i, 'g1', '012', 'B' FROM n")},
		{name: "records that multiply each other", make: database(nil,
			"CREATE TABLE r1 (`r1-id` INTEGER PRIMARY KEY, `level-1-id` INTEGER, a1)", countTo(200)+"INSERT INTO r1 SELECT i, 1, i FROM n",
			"CREATE TABLE r2 (`r2-id` INTEGER PRIMARY KEY, `level-1-id` INTEGER, a2)", countTo(200)+"INSERT INTO r2 SELECT i, 1, i FROM n",
			"CREATE TABLE r3 (`r3-id` INTEGER PRIMARY KEY, `level-1-id` INTEGER, a3)", countTo(200)+"INSERT INTO r3 SELECT i, 1, i FROM n",
			"CREATE TABLE r4 (`r4-id` INTEGER PRIMARY KEY, `level-1-id` INTEGER, a4)", countTo(200)+"INSERT INTO r4 SELECT i, 1, i FROM n")},
		{name: "a name of 100 MB", make: database(map[string]string{"member": "INSERT INTO members VALUES (1, 1, 1, hex(zeroblob(50000000)), 'head', 'M', '40')"}), ok: true},
		{name: "a picture of 100 MB for a name", make: database(map[string]string{"member": "INSERT INTO members VALUES (1, 1, 1, zeroblob(100000000), 'head', 'M', '40')"}), ok: true},
		{name: "a hundred names of a megabyte", make: database(nil, countTo(100)+"INSERT INTO members SELECT i + 1, 1, i + 1, hex(zeroblob(500000)), 'son', 'M', '4' FROM n"), ok: true},
		{name: "numbers where names belong", make: database(map[string]string{"member": "INSERT INTO members VALUES (1, 1, 9223372036854775807, 9e999, -1, 1e-320, x'00ff')"}), ok: true},
		{name: "names that are no UTF-8", make: database(map[string]string{"member": "INSERT INTO members VALUES (1, 1, 1, CAST(x'ff00fe' AS TEXT), 'head', 'M', '40')"}), ok: true},
		{name: "columns that a terminal obeys", make: database(map[string]string{"members": strings.Replace(csproTables["members"], "age_years TEXT", "age_years TEXT, `\x1b[2J\n` TEXT", 1), "member": ""}), ok: true},
		{name: "tables that a terminal obeys", make: database(nil, "CREATE TABLE `\x1b[2J\n` (`\x1b[2J\n-id` INTEGER PRIMARY KEY, `level-1-id` INTEGER, occ INTEGER, x TEXT)", "INSERT INTO `\x1b[2J\n` VALUES (1, 1, 1, 'x')"), ok: true},
		{name: "names that end a query", make: database(nil, "CREATE TABLE \"r`; DROP TABLE cases; --\" (\"r`; DROP TABLE cases; ---id\" INTEGER PRIMARY KEY, `level-1-id` INTEGER, \"x`y\" TEXT)"), ok: true},
		{name: "two thousand columns", make: database(map[string]string{"members": strings.Replace(csproTables["members"], "age_years TEXT", "age_years TEXT"+manyColumns(1990), 1), "member": ""}), ok: true},
		{name: "five thousand records", make: func(t testing.TB, path string) {
			var tables []string
			for i := range 5000 {
				tables = append(tables, fmt.Sprintf("CREATE TABLE r%d (`r%d-id` INTEGER PRIMARY KEY, `level-1-id` INTEGER, a%d)", i, i, i))
			}
			database(nil, append(append([]string{"BEGIN"}, tables...), "COMMIT")...)(t, path)
		}},
		{name: "five thousand levels without a row", ok: true, make: func(t testing.TB, path string) {
			var tables []string
			for i := 2; i < 5000; i++ {
				tables = append(tables, fmt.Sprintf("CREATE TABLE `level-%d` (`level-%d-id` INTEGER PRIMARY KEY, `level-%d-id` INTEGER, occ INTEGER, a%d)", i, i, i-1, i))
			}
			database(nil, append(append([]string{"BEGIN"}, tables...), "COMMIT")...)(t, path)
		}},
		{name: "a virtual table for cases", make: database(map[string]string{"cases": "CREATE VIRTUAL TABLE cases USING fts5(id, `key`, last_modified_revision, deleted, file_order, verified, partial_save_mode)"})},
		{name: "a trigger", ok: true, make: database(nil, "CREATE TRIGGER t AFTER INSERT ON cases BEGIN SELECT load_extension('x'); END")},
		{name: "a table that lies on another", make: database(nil, "PRAGMA writable_schema = 1", "UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'cases') WHERE name = 'members'")},
		{name: "a table that lies on the schema", make: database(nil, "PRAGMA writable_schema = 1", "UPDATE sqlite_master SET rootpage = 1 WHERE name = 'members'")},
		{name: "a table that lies beyond the end", make: database(nil, "PRAGMA writable_schema = 1", "UPDATE sqlite_master SET rootpage = 1000000 WHERE name = 'members'")},
		{name: "a schema that is no SQL", make: database(nil, "PRAGMA writable_schema = 1", "UPDATE sqlite_master SET sql = 'CREATE TABLE members(((((((' WHERE name = 'members'")},
		{name: "a schema of nested brackets", make: database(nil, "PRAGMA writable_schema = 1", "UPDATE sqlite_master SET sql = 'CREATE TABLE members(x CHECK (' || replace(hex(zeroblob(100000)), '00', '(') || '1' || replace(hex(zeroblob(100000)), '00', ')') || '))' WHERE name = 'members'")},
		{name: "UTF-16 inside", ok: true, make: func(t testing.TB, path string) {
			db, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.Exec("PRAGMA encoding = 'UTF-16le'; CREATE TABLE x (y)"); err != nil {
				t.Fatal(err)
			}
			db.Close()
			database(nil)(t, path)
		}},
		{name: "a file that was left in the middle of writing", ok: true, make: database(nil, "PRAGMA journal_mode = WAL")},
	}
	for i := range all {
		all[i].file = "a.csdb"
	}
	many := database(nil, countTo(300)+"INSERT INTO members SELECT i + 1, 1, i + 1, 'Name ' || i, 'son', 'M', '4' FROM n")
	for phase := range 10 {
		all = append(all, hostile{name: fmt.Sprintf("a byte of every page changed, %d", phase), file: "a.csdb", ok: true, make: flipped(many, 4096, phase*37)},
			hostile{name: fmt.Sprintf("many bytes of every page changed, %d", phase), file: "a.csdb", ok: true, make: flipped(many, 211, phase*17)})
	}
	return append(all, cutTests("a database", "a.csdb", false, many)...)
}

func manyColumns(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ", c%d TEXT", i)
	}
	return b.String()
}
