package store_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"sehat/records"
	"sehat/records/store"
	"sehat/records/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

// create makes an empty store that belongs to a home of the given role.
func create(t testing.TB, url, role string) *store.Store {
	t.Helper()
	s, err := store.Create(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := s.SaveHome(t.Context(), records.Home{ID: "home-" + role, Role: role, Device: "device-" + role, Name: "test", Centre: "home-centre"}); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCreateTwiceChangesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		create(t, url, records.RoleCentre)
		s := create(t, url, records.RoleCentre)
		h, err := s.Home(t.Context())
		if err != nil || h.Role != records.RoleCentre {
			t.Fatalf("home %+v, %v", h, err)
		}
		err = s.SaveHome(t.Context(), records.Home{ID: "another"})
		if !errors.Is(err, records.ErrExists) {
			t.Fatalf("a store may belong to one home only: %v", err)
		}
	})
}

func TestOpenRefusesWhatIsNoStore(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	if _, err := store.Open(ctx, filepath.Join(dir, "none.db")); !errors.Is(err, store.ErrNoStore) {
		t.Errorf("no file: %v", err)
	}
	text := filepath.Join(dir, "text.db")
	if err := os.WriteFile(text, []byte("household_id,line_no,full_name and so on, long enough to have a header of its own ......................"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(ctx, text); !errors.Is(err, store.ErrNotAStore) {
		t.Errorf("a text file: %v", err)
	}
	other := filepath.Join(dir, "other.db")
	db, err := sql.Open("sqlite", other)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("CREATE TABLE songs (title TEXT)"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	if _, err := store.Open(ctx, other); !errors.Is(err, store.ErrNotAStore) {
		t.Errorf("another program's database: %v", err)
	}
	if _, err := store.Open(ctx, "postgres://127.0.0.1:1/none?connect_timeout=2"); !errors.Is(err, store.ErrUnreachable) {
		t.Errorf("a server that is down: %v", err)
	}
}

func TestOpenRefusesANewerStore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleCentre)
		s.Close()
		driver, dsn := "sqlite", url
		if store.IsPostgres(url) {
			driver = "pgx"
		}
		db, err := sql.Open(driver, dsn)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.Exec(`UPDATE meta SET value = '9999' WHERE key = 'schema_version'`); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Open(t.Context(), url); !errors.Is(err, store.ErrNewer) {
			t.Fatalf("got %v", err)
		}
	})
}
