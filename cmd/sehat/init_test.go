package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sehat/cards"
	"sehat/records"
	"sehat/records/store"
)

// inProcess runs one command line in this process.
func inProcess(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	env := map[string]string{"SEHAT_PASSPHRASE": "correct horse battery", "SEHAT_OPERATOR": "tester"}
	a := &app{
		stdin: strings.NewReader(""), stdout: &out, stderr: &errs, now: time.Now, random: rand.Reader,
		getenv: func(key string) string { return env[key] },
	}
	code = run(t.Context(), a, args)
	return out.String(), errs.String(), code
}

// Init may be cut off at any line. Each stage here is what is on the disk at one of them; init finishes it, keeps what was
// made, and the third time has nothing to do.
func TestInitFinishesWhatWasCutOff(t *testing.T) {
	whole := filepath.Join(t.TempDir(), "whole")
	if _, stderr, code := inProcess(t, "--home", whole, "init", "--name", "Centre"); code != exitDone {
		t.Fatal(stderr)
	}
	private(t, whole)
	remove := func(names ...string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			for _, name := range names {
				if err := os.Remove(filepath.Join(dir, name)); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	statement := func(statements ...string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) { alter(t, filepath.Join(dir, "store.db"), statements...) }
	}
	unclaimed := statement(`DELETE FROM meta WHERE key LIKE 'home/%'`)
	unfounded := statement(`DELETE FROM documents`, `DELETE FROM devices`, `DELETE FROM leases`)
	noRoot := func(t *testing.T, dir string) {
		h, err := readHome(dir)
		if err != nil {
			t.Fatal(err)
		}
		h.Root = ""
		if err := h.save(); err != nil {
			t.Fatal(err)
		}
	}
	type step = func(t *testing.T, dir string)
	for _, stage := range []struct {
		name  string
		undo  []step
		keeps []string // files that must be as they were
	}{
		{"only the folders", []step{remove("store.db", "home.json", "trust.json", "keys/root.age", "keys/signing.key")}, nil},
		{"an empty store", []step{unclaimed, unfounded, remove("home.json", "trust.json", "keys/root.age", "keys/signing.key")}, nil},
		{"who the home is", []step{unclaimed, unfounded, noRoot, remove("trust.json", "keys/root.age", "keys/signing.key")}, nil},
		{"the signing key", []step{unclaimed, unfounded, noRoot, remove("trust.json", "keys/root.age")}, []string{"keys/signing.key"}},
		{"whose the store is", []step{unfounded, noRoot, remove("trust.json", "keys/root.age")}, []string{"keys/signing.key"}},
		{"the root key", []step{unfounded, noRoot, remove("trust.json")}, []string{"keys/signing.key", "keys/root.age"}},
		{"the signed lists", []step{noRoot, remove("trust.json")}, []string{"keys/signing.key", "keys/root.age", "home.json"}},
		{"the root in home.json", []step{remove("trust.json")}, []string{"keys/signing.key", "keys/root.age", "home.json", "trust.json"}},
		{"everything of an older version but the claim, which it made last", []step{unclaimed}, []string{"keys/signing.key", "keys/root.age", "home.json", "trust.json"}},
		{"everything", nil, []string{"keys/signing.key", "keys/root.age", "home.json", "trust.json"}},
	} {
		t.Run(stage.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "home")
			if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
				t.Fatal(err)
			}
			for _, undo := range stage.undo {
				undo(t, dir)
			}
			_, stderr, code := inProcess(t, "--home", dir, "init", "--name", "Centre")
			if code != exitDone {
				t.Fatal(stderr)
			}
			for _, name := range stage.keeps {
				if before, now := read(t, filepath.Join(whole, name)), read(t, filepath.Join(dir, name)); !bytes.Equal(before, now) {
					t.Errorf("%s changed:\n%s\nwas\n%s", name, now, before)
				}
			}
			finished(t, dir)
			if out, _, code := inProcess(t, "--home", dir, "init"); code != exitDone || !strings.Contains(out, "nothing to do") {
				t.Errorf("once more: status %d, %s", code, out)
			}
		})
	}
}

// alter changes a store as another program would.
func alter(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// finished looks at a centre's home: one device, one lease, lists that verify, keys that open.
func finished(t *testing.T, dir string) {
	t.Helper()
	a := &app{homeDir: dir, getenv: func(string) string { return "" }, stderr: io.Discard, now: time.Now}
	s, h, err := a.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	trust, err := h.trust()
	if err != nil {
		t.Fatal(err)
	}
	key, err := h.signingKey()
	if err != nil {
		t.Fatal(err)
	}
	root, err := h.rootKey("correct horse battery")
	if err != nil {
		t.Fatal(err)
	}
	devices, err := s.Devices(t.Context())
	if err != nil || len(devices) != 1 || devices[0].ID != h.Device || !bytes.Equal(devices[0].PublicKey, publicOf(key)) {
		t.Errorf("devices %+v, %v", devices, err)
	}
	leases, err := s.Leases(t.Context(), h.Device)
	if err != nil || len(leases) != 1 || len(trust.Leases.Leases) != 1 || leases[0].ID != trust.Leases.Leases[0].ID {
		t.Errorf("leases %+v, signed %+v, %v", leases, trust.Leases, err)
	}
	if len(trust.Keys.Keys) != 2 || !cards.SameFingerprint(h.Root, cards.Fingerprint(publicOf(root))) {
		t.Errorf("keys %+v, root %s", trust.Keys, h.Root)
	}
	if owner, err := s.Home(context.Background()); err != nil || owner.ID != h.ID || owner.Role != records.RoleCentre || owner.Centre != h.ID || owner.KeyID == "" {
		t.Errorf("the store is %+v's, %v", owner, err)
	}
}

// private looks whether others may read what init made.
func private(t *testing.T, dir string) {
	t.Helper()
	for _, name := range []string{".", "keys", "home.json", "keys/signing.key", "keys/root.age", "store.db"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s can be read by others: %v, %v", name, info.Mode(), err)
		}
	}
}

func TestInitKilledAtAnyMoment(t *testing.T) {
	if testing.Short() {
		t.Skip("kills many processes")
	}
	c := newCity(t, true)
	c.through("--home", c.path("centre"), "init", "--name", "Centre")
	finished(t, c.path("centre"))
	private(t, c.path("centre"))
	for _, pattern := range []string{".*-*", "keys/.*-*"} {
		if left, err := filepath.Glob(c.path("centre", pattern)); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	}
	if c.kills < 5 {
		t.Errorf("only %d processes were killed: this tells little", c.kills)
	}
}

// A store that belongs to another home is refused before anything is left behind.
func TestInitLeavesNothingWhereTheStoreIsAnothers(t *testing.T) {
	dir := t.TempDir()
	url := filepath.Join(dir, "s.db")
	if _, stderr, code := inProcess(t, "--home", filepath.Join(dir, "a"), "init", "--store", url); code != exitDone {
		t.Fatal(stderr)
	}
	if _, _, code := inProcess(t, "--home", filepath.Join(dir, "b"), "init", "--store", url); code != exitFailed {
		t.Errorf("status %d", code)
	}
	if _, err := os.Stat(filepath.Join(dir, "b")); !os.IsNotExist(err) {
		t.Errorf("a folder is left: %v", err)
	}
	s, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
}

// A centre was cut off before it claimed the store that its lists are in, as older versions could be: nobody else takes it over.
func TestInitTakesOverNoFoundedStore(t *testing.T) {
	dir := t.TempDir()
	url := filepath.Join(dir, "s.db")
	if _, stderr, code := inProcess(t, "--home", filepath.Join(dir, "a"), "init", "--store", url); code != exitDone {
		t.Fatal(stderr)
	}
	alter(t, url, `DELETE FROM meta WHERE key LIKE 'home/%'`)
	for _, flags := range [][]string{{"init"}, {"init", "--device"}} {
		_, stderr, code := inProcess(t, append([]string{"--home", filepath.Join(dir, "b"), "--store", url}, flags...)...)
		if code != exitFailed || !strings.Contains(stderr, "this home's key is not in it") {
			t.Errorf("%v: status %d, %s", flags, code, stderr)
		}
		if _, err := os.Stat(filepath.Join(dir, "b")); !os.IsNotExist(err) {
			t.Errorf("%v: a folder is left: %v", flags, err)
		}
	}
	if _, stderr, code := inProcess(t, "--home", filepath.Join(dir, "a"), "init"); code != exitDone {
		t.Errorf("its own home: %s", stderr)
	}
}

// While a centre's lists are being signed the store is its own already.
func TestInitClaimsTheStoreFirst(t *testing.T) {
	dir := t.TempDir()
	url := filepath.Join(dir, "s.db")
	s, err := store.Create(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	alter(t, url, `CREATE TRIGGER cut BEFORE INSERT ON documents BEGIN SELECT RAISE(ABORT, 'cut off'); END`)
	if _, stderr, code := inProcess(t, "--home", filepath.Join(dir, "a"), "init", "--store", url); code != exitFailed {
		t.Fatal(stderr)
	}
	alter(t, url, `DROP TRIGGER cut`)
	if _, stderr, code := inProcess(t, "--home", filepath.Join(dir, "b"), "init", "--store", url); code != exitFailed || !strings.Contains(stderr, "belongs to another home") {
		t.Errorf("another: status %d, %s", code, stderr)
	}
	if _, stderr, code := inProcess(t, "--home", filepath.Join(dir, "a"), "sync", "apply"); code != exitFailed || !strings.Contains(stderr, "not finished") {
		t.Errorf("before it is finished: status %d, %s", code, stderr)
	}
	if _, stderr, code := inProcess(t, "--home", filepath.Join(dir, "a"), "init"); code != exitDone {
		t.Fatal(stderr)
	}
	finished(t, filepath.Join(dir, "a"))
}
