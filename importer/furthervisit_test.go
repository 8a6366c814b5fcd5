package importer_test

import (
	"strings"
	"testing"
)

// Who finds a locked door on the second visit asks nothing: what the first visit told of the household stays.
func TestALockedDoorLeavesTheHouseholdAsItWasTold(t *testing.T) {
	const header = "survey_code,household_id,ward_code,block_no,house_no,visit_date,visit_no,visit_outcome,consent,contact_mobile,members_total,latitude,longitude,team_id,enumerator_id,line_no,full_name,relation,sex,age_years\n"
	const (
		partial = "2026-1,H1,012,EB-1,1,05-01-2026,1,partial,yes,9812345670,4,28.6139,77.2090,T1,E1,1,Asha Devi,head,F,41\n"
		locked  = "2026-1,H1,012,EB-1,1,07-01-2026,2,locked,,,,,,T1,E2,,,,,\n"
		again   = "2026-1,H1,012,EB-1,1,09-01-2026,3,complete,yes,9812345671,4,28.6139,77.2090,T1,E1,2,Ravi,son,M,20\n"
		refused = "2026-1,H1,012,EB-1,1,11-01-2026,4,refused,no,,,,,T1,E1,,,,,\n"
	)
	household := func(b *bench) string {
		for key, text := range b.contents() {
			if strings.HasPrefix(key, "household ") {
				return text
			}
		}
		return ""
	}
	for _, c := range []struct {
		name  string
		files []string
		has   string
	}{
		{"a file a visit", []string{partial, locked}, `"contact_mobile":"+919812345670","consent":"yes"`},
		{"both visits in one file", []string{partial + locked}, `"contact_mobile":"+919812345670","consent":"yes"`},
		{"locked first", []string{locked[:28] + strings.Replace(locked[28:], ",2,", ",1,", 1), again}, `"contact_mobile":"+919812345671","consent":"yes"`},
		{"an interview after it", []string{partial, locked, again}, `"contact_mobile":"+919812345671","consent":"yes"`},
		{"a family that says no", []string{partial, refused}, `"consent":"no"`},
	} {
		b := sqlite(t)
		for i, rows := range c.files {
			file := b.file("visits.csv", header+rows)
			if r, err := b.try(file, nil); err != nil || r.Quarantined > 0 || r.New+r.Updated == 0 {
				t.Errorf("%s, file %d: %+v, %v", c.name, i, r.ImportCounts, err)
			}
			before := household(b)
			if r, err := b.try(file, nil); err != nil || r.New+r.Updated+r.Quarantined > 0 || household(b) != before {
				t.Errorf("%s, file %d again: %+v, %v", c.name, i, r.ImportCounts, err)
			}
		}
		if got := household(b); !strings.Contains(got, c.has) {
			t.Errorf("%s: %s", c.name, got)
		}
	}
}
