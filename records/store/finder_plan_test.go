package store

import (
	"path/filepath"
	"strings"
	"testing"
)

// A look-up must not grow with the register.
func TestLookupsScanNoTable(t *testing.T) {
	s, err := Create(t.Context(), filepath.Join(t.TempDir(), "store.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, text := range []string{idsByNumber, idsByResident, recordByID} {
		plan, err := collect(query(t.Context(), s.read, func(row scanner) (string, error) {
			var id, parent, unused int
			var detail string
			err := row.Scan(&id, &parent, &unused, &detail)
			return detail, err
		}, `EXPLAIN QUERY PLAN `+text, "x"))
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range plan {
			if strings.HasPrefix(step, "SCAN") {
				t.Errorf("%s:\n%s", step, strings.Join(plan, "\n"))
			}
		}
	}
}
