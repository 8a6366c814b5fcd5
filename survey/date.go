package survey

import (
	"fmt"
	"time"
)

// A Date is a day as precisely as it was told. A zero month or day was not told; the zero Date is no date.
// Dates are comparable with ==.
type Date struct{ Year, Month, Day int }

// DateOf is t's day in t's own time zone.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, int(m), d}
}

// IsZero reports whether nothing was told.
func (d Date) IsZero() bool { return d == Date{} }

// Full reports whether year, month and day were told.
func (d Date) Full() bool { return d.Year != 0 && d.Month != 0 && d.Day != 0 }

// String is the ISO 8601 form of what was told: "1985-08-15", "1985-08", "1985" or "".
func (d Date) String() string {
	switch {
	case d.Year == 0:
		return ""
	case d.Month == 0:
		return fmt.Sprintf("%04d", d.Year)
	case d.Day == 0:
		return fmt.Sprintf("%04d-%02d", d.Year, d.Month)
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// Compare orders dates by what both tell: -1, 0 or +1. "1985" and "1985-08-15" compare as 0.
func (d Date) Compare(e Date) int {
	for _, p := range [3][2]int{{d.Year, e.Year}, {d.Month, e.Month}, {d.Day, e.Day}} {
		if p[0] == 0 || p[1] == 0 {
			return 0
		}
		if p[0] != p[1] {
			if p[0] < p[1] {
				return -1
			}
			return 1
		}
	}
	return 0
}

// Valid reports whether the parts told are a day, month or year of the calendar: no 31 February, and no day without its month.
func (d Date) Valid() bool {
	switch {
	case d.Year < 0 || d.Month < 0 || d.Month > 12 || d.Day < 0:
		return false
	case d.Day > 0 && d.Month == 0, d.Month > 0 && d.Year == 0:
		return false
	}
	return d.Day <= daysIn(d.Year, d.Month)
}

// AgesOn is the range of ages, in full years, that someone born on d can have on the day e, which must be full.
// One day gives one age, a year alone gives two.
func (d Date) AgesOn(e Date) (least, most int) {
	most = e.Year - d.Year
	least = most - 1
	switch {
	case d.Month == 0:
		if e.Month == 12 && e.Day == 31 {
			least = most
		}
	case e.Month > d.Month, e.Month == d.Month && d.Day != 0 && e.Day >= d.Day:
		least = most
	case e.Month < d.Month, e.Month == d.Month && d.Day != 0:
		most = least
	case e.Day == daysIn(e.Year, e.Month): // the month alone was told, and it ends today
		least = most
	}
	return max(least, 0), max(most, 0)
}

// daysIn is the number of days of a month; 31 where the month is not known, and 29 for February where the year is not.
func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}
