package records

import "testing"

func TestMinutes(t *testing.T) {
	for _, c := range []struct {
		name, start, end string
		want             int
		ok               bool
	}{
		{"as ODK writes it", "2026-01-05T10:02:00.000+05:30", "2026-01-05T10:31:40.000+05:30", 29, true},
		{"as KoboToolbox writes it in a workbook", "2026-01-05 10:02:00", "2026-01-05 10:22:00", 20, true},
		{"as SurveyCTO writes it", "Jan 5, 2026 11:50:00 AM", "Jan 5, 2026 12:10:00 PM", 20, true},
		{"a zone without a colon", "2026-01-05T10:02:00.000+0530", "2026-01-05T10:12:00.000+0530", 10, true},
		{"at once", "2026-01-05T10:02:00", "2026-01-05T10:02:00", 0, true},
		{"ends before it begins", "2026-01-05T10:02:00", "2026-01-05T10:01:00", 0, false},
		{"finished the next day", "2026-01-05T10:02:00", "2026-01-06T10:01:00", 0, false},
		{"no end", "2026-01-05T10:02:00", "", 0, false},
		{"not a time", "ten", "eleven", 0, false},
	} {
		if got, ok := minutes(c.start, c.end); got != c.want || ok != c.ok {
			t.Errorf("%s: %d, %v", c.name, got, ok)
		}
	}
}
