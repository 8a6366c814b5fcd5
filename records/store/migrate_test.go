package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"sehat/records"
	"sehat/records/store/storetest"
)

// older makes a store as an older version of the program left it.
func older(t *testing.T, url string, version int) {
	t.Helper()
	s := connect(t, url)
	list, err := migrations()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range list[:version] {
		if err := s.apply(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if version > 0 { // a home's: one that nobody claimed is not backed up
		if err := setMeta(t.Context(), s.write, "home/id", "home"); err != nil {
			t.Fatal(err)
		}
	}
	s.Close()
}

// connect opens a store's database as it is.
func connect(t *testing.T, url string) *Store {
	t.Helper()
	d := sqliteDialect()
	if IsPostgres(url) {
		d = postgresDialect()
	}
	write, read, err := d.open(t.Context(), url, true)
	if err != nil {
		t.Fatal(err)
	}
	return &Store{write: write, read: read, dialect: d, url: url}
}

func TestSeveralOpenAStoreAtOnce(t *testing.T) {
	for name, version := range map[string]int{"an empty one": 0, "an older one": 3} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, url string) {
				older(t, url, version)
				ctx, open := context.Background(), Create
				if version > 0 {
					open = Open
				}
				const processes = 6
				errs := make(chan error, processes)
				for range processes {
					go func() {
						s, err := open(ctx, url)
						if err == nil {
							err = s.Close()
						}
						errs <- err
					}()
				}
				for range processes {
					if err := <-errs; err != nil {
						t.Error(err)
					}
				}
				s := connect(t, url)
				defer s.Close()
				list, err := migrations()
				if err != nil {
					t.Fatal(err)
				}
				if now, err := s.version(ctx, s.write); err != nil || now != len(list) {
					t.Errorf("version %d, %v", now, err)
				}
				if !IsPostgres(url) && version > 0 {
					backedUp(t, url, version)
				}
			})
		})
	}
}

// backedUp holds the backup of a store to the version it had, and to nobody else's eyes.
func backedUp(t *testing.T, url string, version int) {
	t.Helper()
	name := url + ".before-0003"
	info, err := os.Stat(name)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the backup: %v, %v", info, err)
	}
	b := connect(t, name)
	defer b.Close()
	if was, err := b.version(t.Context(), b.write); err != nil || was != version {
		t.Errorf("the backup's version is %d, %v", was, err)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(url), ".*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// A power cut left half a backup: nobody must take it for one.
func TestABackupThatWasCutOffIsMadeAgain(t *testing.T) {
	for name, content := range map[string]string{"empty": "", "half": "SQLite format 3\x00 and no more"} {
		t.Run(name, func(t *testing.T) {
			url := filepath.Join(t.TempDir(), "store.db")
			older(t, url, 3)
			if err := os.WriteFile(url+".before-0003", []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
			s, err := Open(t.Context(), url)
			if err != nil {
				t.Fatal(err)
			}
			s.Close()
			backedUp(t, url, 3)
		})
	}
}

// A store that was written before pairs had keys gets them when it is opened, and every other column stays.
func TestMatchesOfAnOlderStoreAreFoundByTheirKeys(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		older(t, url, reviewVersion-1)
		s := connect(t, url)
		const pairs = 2345 // more than one step of the filling
		var rows [][]any
		for i := range pairs {
			left := fmt.Sprintf("r%04d", i)
			rows = append(rows, []any{left, left + "x", "review", float64(i) / 8, 0.5, "because", "[]"})
		}
		in := plain("matches", "left_id", "right_id", "status", "weight", "probability", "explanation", "steps")
		if _, err := in.rows(t.Context(), s.write, rows); err != nil {
			t.Fatal(err)
		}
		s.Close()
		s, err := Open(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		for _, i := range []int{0, 999, 1000, pairs - 1} {
			left := fmt.Sprintf("r%04d", i)
			m, err := s.MatchByKey(t.Context(), records.PairKey(left, left+"x"))
			if err != nil || m.Left != left || m.Weight != float64(i)/8 || m.Status != "review" || m.Explanation != "because" || string(m.Steps) != "[]" {
				t.Errorf("pair %d: %+v, %v", i, m, err)
			}
		}
		if n, err := s.CountReviews(t.Context()); err != nil || n != pairs {
			t.Errorf("%d pairs, %v", n, err)
		}
	})
}

// Another process finished the upgrade while this one was copying: what it copied is no backup of the old store.
func TestABackupOfAnUpgradedStoreIsNone(t *testing.T) {
	url := filepath.Join(t.TempDir(), "store.db")
	older(t, url, 3)
	s := connect(t, url)
	defer s.Close()
	if name, err := backupSQLite(t.Context(), s.write, url, 2); err != nil || name != "" {
		t.Errorf("backed up to %q, %v", name, err)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(url), "*before*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
