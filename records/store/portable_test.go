package store

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The SQL stays portable to the distributed engines that speak PostgreSQL: no serial columns, no advisory locks but one that
// migrations take, conflicts on primary keys only, no foreign keys across tables.
func TestSQLIsPortable(t *testing.T) {
	forbidden := regexp.MustCompile(`(?i)\b(serial|bigserial|autoincrement|pg_advisory\w*|references|identity|rowid|insert or (replace|ignore)|returning|now\(\))\b`)
	for _, pattern := range []string{"*.go", "migrations/*.sql"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v, %d files", pattern, err, len(files))
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for i, line := range strings.Split(string(text), "\n") {
				code, _, _ := strings.Cut(line, "--")
				code = strings.ReplaceAll(code, "WITHOUT ROWID", "") // the PostgreSQL dialect leaves it out
				if name == "dialect.go" {
					code = strings.Replace(code, "lockSchema: `SELECT pg_advisory_xact_lock(7310568)`", "", 1)
				}
				if strings.HasPrefix(strings.TrimSpace(code), "//") {
					continue
				}
				if found := forbidden.FindString(code); found != "" {
					t.Errorf("%s:%d: %s", name, i+1, found)
				}
			}
		}
	}
}

// Every table has a primary key, and no index but it is unique.
func TestOnlyPrimaryKeysAreUnique(t *testing.T) {
	list, err := migrations()
	if err != nil {
		t.Fatal(err)
	}
	table := regexp.MustCompile(`(?s)CREATE TABLE (\w+) \((.*?)\n\) STRICT;`)
	tables := 0
	for _, m := range list {
		if strings.Contains(strings.ToUpper(m.text), "UNIQUE") {
			t.Errorf("migration %d has a unique constraint beside the primary key", m.version)
		}
		for _, found := range table.FindAllStringSubmatch(m.text, -1) {
			tables++
			if !strings.Contains(found[2], "PRIMARY KEY") {
				t.Errorf("table %s has no primary key", found[1])
			}
		}
	}
	if tables < 20 {
		t.Errorf("only %d tables were looked at", tables)
	}
}
