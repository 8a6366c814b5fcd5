package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A batch that the store does not take ends apply with status 1 and its laptop's id, and is there the next time.
func TestApplyNamesTheLaptopThatItCouldNotApply(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	sheet := "survey_code,household_id,ward_code,visit_date,visit_outcome,consent,line_no,full_name,relation,sex,age_years\n" +
		"T,H1,012,2026-02-01,complete,yes,1,Asha Devi,head,F,41\n"
	if err := os.WriteFile("good.csv", []byte(sheet), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"--home c init", "--home l init --device",
		"--home l sync enrol --request r", "--home c sync enrol --approve r --out g", "--home l sync enrol --accept g",
		"--home l import good.csv", "--home l sync push --to c",
	} {
		if _, stderr, code := inProcess(t, strings.Fields(line)...); code != exitDone {
			t.Fatalf("%s: %s", line, stderr)
		}
	}
	laptop, err := readHome("l")
	if err != nil {
		t.Fatal(err)
	}
	alter(t, filepath.Join("c", "store.db"), `CREATE TRIGGER full BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, 'no room'); END`)
	stdout, stderr, code := inProcess(t, "--home", "c", "sync", "apply", "--json")
	if code != exitFailed || !strings.Contains(stdout, `"failed":1`) || !strings.Contains(stderr, "batch 1 of device "+laptop.Device) {
		t.Errorf("status %d\n%s\n%s", code, stdout, stderr)
	}
	alter(t, filepath.Join("c", "store.db"), `DROP TRIGGER full`)
	if stdout, stderr, code := inProcess(t, "--home", "c", "sync", "apply"); code != exitDone || !strings.Contains(stdout, "applied 1 batch, 3 rows") {
		t.Errorf("status %d\n%s\n%s", code, stdout, stderr)
	}
}
