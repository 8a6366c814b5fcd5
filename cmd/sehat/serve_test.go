package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"sehat/records/access"
	"sehat/records/lookup"
	"sehat/records/store"
)

// sehat runs a command line in a process of its own, and returns what it printed on stdout.
func sehat(t *testing.T, home string, args ...string) string {
	t.Helper()
	var stderr bytes.Buffer
	cmd := process(t, home, args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("sehat %s: %v: %s", strings.Join(args, " "), err, stderr.Bytes())
	}
	return string(out)
}

func process(t *testing.T, home string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, append([]string{"--home", home}, args...)...)
	cmd.Env = append(os.Environ(), "SEHAT_TEST_MAIN=1", "SEHAT_PASSPHRASE=correct horse battery", "SEHAT_OPERATOR=tester")
	return cmd
}

func TestServeAnswersUntilItIsStopped(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	sehat(t, home, "init")
	sehat(t, home, "facility", "add", "Test Hospital")
	key := strings.TrimSpace(sehat(t, home, "facility", "key", "Test Hospital"))

	cmd := process(t, home, "serve", "--listen", "127.0.0.1:0", "--json")
	var log bytes.Buffer
	cmd.Stderr = &log
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil {
		t.Fatalf("%v: %s", err, log.Bytes())
	}
	var at serveReport
	if err := json.Unmarshal(line, &at); err != nil || at.TLS || !strings.HasPrefix(at.Listening, "http://127.0.0.1:") {
		t.Fatalf("%s, %v", line, err)
	}

	ask := func(method, path, key, form string) (int, string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, at.Listening+path, strings.NewReader(form))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+key)
		req.Header.Set(lookup.PurposeHeader, "TREAT")
		if form != "" {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(body)
	}
	for _, tc := range []struct {
		method, path, key, form string
		status                  int
		says                    string
	}{
		{"GET", "/fhir/metadata", "", "", 200, `"fhirVersion":"4.0.1"`},
		{"GET", "/fhir/Patient?identifier=200000000000089", key, "", 200, `"total":0`},
		{"GET", "/fhir/Patient?identifier=200000000000088", key, "", 400, "check digits"},
		{"GET", "/fhir/Patient?identifier=200000000000089", key + "x", "", 401, "facility key"},
		{"POST", "/login", "", url.Values{"key": {key}}.Encode(), 303, ""},
		{"GET", "/login", "", "", 200, "Facility key"},
	} {
		if status, body := ask(tc.method, tc.path, tc.key, tc.form); status != tc.status || !strings.Contains(body, tc.says) {
			t.Errorf("%s %s: %d %s", tc.method, tc.path, status, body)
		}
	}
	id := strings.Split(key, "_")[1]
	sehat(t, home, "facility", "key", "revoke", id)
	if status, _ := ask("GET", "/fhir/Patient?identifier=200000000000089", key, ""); status != http.StatusUnauthorized {
		t.Errorf("with a revoked key: %d", status)
	}

	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("stopping: %v: %s", err, log.Bytes())
	}
	for _, secret := range []string{"200000000000089", strings.Split(key, "_")[2]} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log holds what was asked, or the key: %s", log.String())
		}
	}
	s, err := store.Open(t.Context(), filepath.Join(home, "store.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	chains, err := s.AuditChains(t.Context())
	if err != nil || len(chains) != 1 {
		t.Fatalf("chains %v, %v", chains, err)
	}
	if head, err := access.VerifyChain(s.AuditEntries(t.Context(), chains[0])); err != nil || head.Seq != 2 {
		t.Errorf("audit %+v, %v: a search that found nobody, and a login", head, err)
	}
}
