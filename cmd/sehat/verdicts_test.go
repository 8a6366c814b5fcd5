package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sehat/cards"
)

// "card verify" has a sentence and an exit status for each of the vectors of cards/FORMAT.md, hostile texts among them.
func TestCardVerifyHasASentenceForEveryVerdict(t *testing.T) {
	type vector struct {
		Case, QR, Verdict string
		Now               time.Time
	}
	var vectors struct {
		Trust    json.RawMessage
		Verdicts []vector
	}
	readJSON(t, "vectors.json", &vectors)
	var hostile []vector
	readJSON(t, "hostile.json", &hostile)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "centre.json"), vectors.Trust, 0o600); err != nil {
		t.Fatal(err)
	}
	words := map[string]bool{}
	for _, v := range append(vectors.Verdicts, hostile...) {
		t.Run(v.Case, func(t *testing.T) {
			if v.Now.IsZero() {
				v.Now = vectors.Verdicts[0].Now
			}
			var out, errs bytes.Buffer
			a := &app{
				stdin: strings.NewReader(v.QR), stdout: &out, stderr: &errs, now: func() time.Time { return v.Now },
				getenv: func(string) string { return "" },
			}
			code := run(t.Context(), a, []string{
				"--home", filepath.Join(dir, "hospital"), "--json", "card", "verify", "--keys", filepath.Join(dir, "centre.json"), "-",
			})
			var said verdict
			if err := json.Unmarshal(out.Bytes(), &said); err != nil {
				t.Fatalf("%v in %s %s", err, out.String(), errs.String())
			}
			want := exitDone
			if v.Verdict != "valid" {
				want = exitFailed
			}
			if said.Verdict != v.Verdict || code != want || (said.Why == "") != (code == exitDone) || (said.Advice == "") != (code == exitDone) {
				t.Errorf("exit status %d, %+v, want %s", code, said, v.Verdict)
			}
			text := verdictText(said)
			if !strings.Contains(text, strings.TrimPrefix(said.Why, "not a health card: ")) || strings.Count(text, "\n") > 5 {
				t.Errorf("it says %q", text)
			}
			if said.Hash == "" && (said.Number != 0 || said.Name != "" || strings.Contains(text, "Sunita")) {
				t.Errorf("it repeats what nobody known signed: %q", text)
			}
			words[said.Verdict] = true
		})
	}
	if len(words) != 13 {
		t.Errorf("of 13 verdicts there were %v", words)
	}
}

func readJSON(t *testing.T, name string, v any) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "cards", "testdata", name))
	if err == nil {
		err = json.Unmarshal(b, v)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// The list of revoked cards is a week old, and a card is as good as the list.
func TestCardVerifyWarnsOfOldLists(t *testing.T) {
	for _, c := range []struct {
		name  string
		days  int
		stale bool
	}{{"made today", 0, false}, {"a week old", 7, false}, {"eight days old", 8, true}} {
		t.Run(c.name, func(t *testing.T) {
			age := time.Duration(c.days) * 24 * time.Hour
			v := verdictOf(cards.Verified{Hash: "x", Revoked: cards.ListAge{Age: age}}, nil)
			text := verdictText(v)
			if v.ListsDays != c.days || v.ListsStale != c.stale || strings.Contains(text, "fetch newer ones") != c.stale {
				t.Errorf("%+v: %s", v, text)
			}
		})
	}
}
