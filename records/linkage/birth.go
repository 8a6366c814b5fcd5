package linkage

// A birth is packed into 32 bits: kind, whether it is heaped, year, month, day. The zero value is unknown.
type birth uint32

const (
	birthTold birth = 1 << 30 // year as told
	birthAge  birth = 2 << 30 // year reckoned from an age
	birthKind birth = 3 << 30
	birthHeap birth = 1 << 29 // a round age, or the first of January that stands for "some time that year"
)

func newBirth(r *Record) birth {
	switch {
	case r.BirthYear > 0 && r.BirthYear < 4000:
		m, d := clampPart(r.BirthMonth), clampPart(r.BirthDay)
		b := birthTold | birth(r.BirthYear)<<14 | birth(m)<<7 | birth(d)
		if m == 1 && d == 1 {
			b |= birthHeap
		}
		return b
	case r.HasAge && r.Age >= 0 && r.Age <= 130:
		visit := r.VisitYear
		if visit <= 0 || visit >= 4000 {
			visit = defaultVisitYear
		}
		b := birthAge | birth(max(visit-r.Age, 1))<<14
		if r.Age >= 15 && r.Age%5 == 0 {
			b |= birthHeap
		}
		return b
	}
	return 0
}

func (b birth) year() int    { return int(b>>14) & 0xfff }
func (b birth) month() int   { return int(b>>7) & 0x7f }
func (b birth) day() int     { return int(b) & 0x7f }
func (b birth) known() bool  { return b&birthKind != 0 }
func (b birth) byAge() bool  { return b&birthKind == birthAge }
func (b birth) heaped() bool { return b&birthHeap != 0 }
func (b birth) full() bool   { return b.month() > 0 && b.day() > 0 }

// compareBirth compares what was told of two births.
func compareBirth(a, b birth) uint8 {
	if !a.known() || !b.known() {
		return 0
	}
	ya, yb := a.year(), b.year()
	gap := ya - yb
	if gap < 0 {
		gap = -gap
	}
	if a.byAge() || b.byAge() {
		switch {
		case gap <= 1:
			return birthAgeNear
		case gap <= 3:
			return birthAgeClose
		case gap <= 5 && (a.heaped() && a.byAge() || b.heaped() && b.byAge()):
			return birthAgeHeaped
		case gap <= 10:
			return birthAgeOff
		}
		return birthAgeFar
	}
	ma, mb, da, db := a.month(), b.month(), a.day(), b.day()
	if ma == 0 || mb == 0 || da == 0 || db == 0 {
		switch {
		case gap == 0 && ma > 0 && ma == mb:
			return birthSameMonth
		case gap == 0 && (ma == 0 || mb == 0):
			return birthSameYear
		case gap <= 1 || oneDigit(ya, yb):
			return birthYearNear
		case gap <= 10:
			return birthDiffers
		}
		return birthFar
	}
	sameM, sameD := ma == mb, da == db
	switch {
	case gap == 0 && sameM && sameD:
		return level(ma == 1 && da == 1, birthJanuary, birthExact)
	case gap == 0 && (ma == db && da == mb):
		return birthTypo
	case gap == 0 && sameM && oneDigit(da, db), gap == 0 && sameD && oneDigit(ma, mb), sameM && sameD && oneDigit(ya, yb) && !(ma == 1 && da == 1):
		return birthTypo
	case gap == 0 && (sameM || sameD) || sameM && sameD && !(ma == 1 && da == 1):
		return birthTwoParts
	case gap == 0:
		return birthYearOnly
	case gap == 1 || oneDigit(ya, yb) && (sameM || sameD):
		return birthYearNear
	case gap <= 10:
		return birthDiffers
	}
	return birthFar
}

// oneDigit reports whether two numbers differ in one decimal digit, or in two neighbours exchanged.
func oneDigit(a, b int) bool {
	var diff [4]int
	n := 0
	for i, x, y := 0, a, b; i < 4; i, x, y = i+1, x/10, y/10 {
		if x%10 != y%10 {
			diff[n] = i
			n++
		}
	}
	switch n {
	case 1:
		return true
	case 2:
		p, q := pow10[diff[0]], pow10[diff[1]]
		return diff[1] == diff[0]+1 && a/p%10 == b/q%10 && a/q%10 == b/p%10
	}
	return false
}

var pow10 = [4]int{1, 10, 100, 1000}
