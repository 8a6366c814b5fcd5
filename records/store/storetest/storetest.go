// Package storetest gives tests real stores: an empty one of each dialect. PostgreSQL is started from the installed
// binaries on a free loopback port, once for each test program, and stopped by process id.
package storetest

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that makes a database for each test
)

// Main runs a test program and stops the PostgreSQL that its tests started. Call it from TestMain.
func Main(m *testing.M) int {
	code := m.Run()
	if server.stop != nil {
		server.stop()
	}
	return code
}

// Each runs a test on an empty store's URL for each dialect.
func Each(t *testing.T, test func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, filepath.Join(t.TempDir(), "store.db")) })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t)) })
}

// server is the one PostgreSQL of this test program.
var server struct {
	once sync.Once
	url  string // up to the database's name
	stop func()
	err  error
	made int
	mu   sync.Mutex
}

// Postgres returns the URL of a new empty database. The test is skipped, loudly, where PostgreSQL is not installed.
func Postgres(t testing.TB) string {
	t.Helper()
	url, err := NewDatabase()
	if err != nil {
		t.Skipf("PostgreSQL cannot be started, so nothing is tested on it: %v", err)
	}
	return url
}

// NewDatabase returns the URL of a new empty database on the test program's server, which it starts if need be.
func NewDatabase() (string, error) {
	server.once.Do(func() { server.url, server.stop, server.err = Start() })
	if server.err != nil {
		return "", server.err
	}
	server.mu.Lock()
	defer server.mu.Unlock()
	server.made++
	name := "test" + strconv.Itoa(server.made)
	db, err := sql.Open("pgx", server.url+"postgres?sslmode=disable")
	if err != nil {
		return "", err
	}
	defer db.Close()
	if _, err := db.Exec("CREATE DATABASE " + name); err != nil {
		return "", fmt.Errorf("making a database: %w", err)
	}
	return server.url + name + "?sslmode=disable", nil
}

// Start starts a PostgreSQL server in a folder of its own and returns its URL up to the database's name.
func Start() (url string, stop func(), err error) {
	bin, err := binaries()
	if err != nil {
		return "", nil, err
	}
	dir, err := os.MkdirTemp("", "sehat-postgres-")
	if err != nil {
		return "", nil, err
	}
	remove := func() { os.RemoveAll(dir) }
	as, err := unprivileged(dir)
	if err != nil {
		remove()
		return "", nil, err
	}
	data := filepath.Join(dir, "data")
	init := as(filepath.Join(bin, "initdb"), "-D", data, "-U", "sehat", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	if out, err := init.CombinedOutput(); err != nil {
		remove()
		return "", nil, fmt.Errorf("initdb: %w: %s", err, bytes.TrimSpace(out))
	}
	port, err := freePort()
	if err != nil {
		remove()
		return "", nil, err
	}
	cmd := as(filepath.Join(bin, "postgres"), "-D", data, "-p", strconv.Itoa(port), "-k", dir,
		"-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=200")
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		remove()
		return "", nil, err
	}
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }() //nolint:errcheck // it ends by our signal
	stop = func() {
		cmd.Process.Signal(syscall.SIGQUIT) //nolint:errcheck // it may have ended already
		<-ended
		remove()
	}
	url = fmt.Sprintf("postgres://sehat@127.0.0.1:%d/", port)
	if err := wait(url+"postgres?sslmode=disable", ended); err != nil {
		stop()
		return "", nil, fmt.Errorf("%w: %s", err, bytes.TrimSpace(log.Bytes()))
	}
	return url, stop, nil
}

// binaries finds the folder of initdb and postgres: on the PATH, or where Debian keeps them.
func binaries() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if _, err := exec.LookPath("postgres"); err == nil {
			return filepath.Dir(path), nil
		}
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", fmt.Errorf("initdb is not installed (Debian: postgresql)")
	}
	slices.Sort(found)
	return filepath.Dir(found[len(found)-1]), nil
}

// unprivileged returns how to run a command in dir as somebody who is not root: PostgreSQL refuses root.
func unprivileged(dir string) (func(name string, args ...string) *exec.Cmd, error) {
	in := func(cmd *exec.Cmd) *exec.Cmd {
		cmd.Dir = dir
		return cmd
	}
	if os.Geteuid() != 0 {
		return func(name string, args ...string) *exec.Cmd { return in(exec.Command(name, args...)) }, nil
	}
	owner, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL does not run as root and there is no user postgres: %w", err)
	}
	uid, err := strconv.ParseUint(owner.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(owner.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	if err := os.Chown(dir, int(uid), int(gid)); err != nil {
		return nil, err
	}
	return func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(name, args...)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
		cmd.Env = append(slices.DeleteFunc(os.Environ(), func(s string) bool { return strings.HasPrefix(s, "HOME=") }), "HOME="+dir)
		return in(cmd)
	}, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// wait returns when the server answers, or with an error when it ended or a minute passed.
func wait(url string, ended <-chan struct{}) error {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return err
	}
	defer db.Close()
	for range 600 {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		err = db.PingContext(ctx)
		cancel()
		if err == nil {
			return nil
		}
		select {
		case <-ended:
			return fmt.Errorf("the server ended")
		case <-time.After(100 * time.Millisecond):
		}
	}
	return fmt.Errorf("the server did not answer in a minute: %w", err)
}
