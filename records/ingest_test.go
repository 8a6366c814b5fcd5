package records

import "testing"

func TestIngest(t *testing.T) {
	resident := func(name, hash, rev string) *Resident {
		return &Resident{ID: "r", FullName: name, Sex: "F", BirthYear: 1985, Meta: Meta{Hash: hash, SourceRev: rev}}
	}
	standing := func(hash, rev, state string) *Standing {
		return &Standing{Meta: Meta{Hash: hash, SourceRev: rev, Rev: 3, Base: "base", Origin: "laptop"}, Resident: &Resident{FullName: "Asha Devi", Sex: "F", BirthYear: 1985, State: state}}
	}
	house := func(hash, rev string) *Household {
		return &Household{ID: "h", Meta: Meta{Hash: hash, SourceRev: rev}}
	}
	for name, c := range map[string]struct {
		in       ImportRow
		had      StandingRows
		outcome  Outcome
		resident Write
		house    Write
		rev      int64
		base     string
	}{
		"a resident who is not there is new": {
			in: ImportRow{Resident: resident("Asha Devi", "a", "")}, outcome: New, resident: WriteInsert, rev: 1,
		},
		"equal content is unchanged": {
			in: ImportRow{Resident: resident("Asha Devi", "a", "")}, had: StandingRows{Resident: standing("a", "", ResidentActive)}, outcome: Unchanged,
		},
		"other content is an update, and the base is what the centre was last given": {
			in: ImportRow{Resident: resident("Asha Devi", "b", "")}, had: StandingRows{Resident: standing("a", "", ResidentActive)},
			outcome: Updated, resident: WriteUpdate, rev: 4, base: "base",
		},
		"an older export never overwrites a newer one": {
			in: ImportRow{Resident: resident("Asha Devi", "b", "0001")}, had: StandingRows{Resident: standing("a", "0002", ResidentActive)}, outcome: Unchanged,
		},
		"a newer export overwrites an older one": {
			in: ImportRow{Resident: resident("Asha Devi", "b", "0003")}, had: StandingRows{Resident: standing("a", "0002", ResidentActive)},
			outcome: Updated, resident: WriteUpdate, rev: 4, base: "base",
		},
		"equal content of a newer export is unchanged, but its revision is noted": {
			in: ImportRow{Resident: resident("Asha Devi", "a", "0003")}, had: StandingRows{Resident: standing("a", "0002", ResidentActive)},
			outcome: Unchanged, resident: WriteRevision, rev: 3, base: "base",
		},
		"a tombstone is never brought back": {
			in: ImportRow{Resident: resident("Asha Devi", "b", "0009")}, had: StandingRows{Resident: standing("a", "0002", ResidentWithdrawn)}, outcome: Unchanged,
		},
		"another person at a position is held back": {
			in:  ImportRow{Resident: &Resident{FullName: "Ramesh", Sex: "M", BirthYear: 1985, Meta: Meta{Hash: "b"}}, PositionKey: true},
			had: StandingRows{Resident: standing("a", "", ResidentActive)}, outcome: Quarantined,
		},
		"another person under a key of its own is a correction": {
			in:  ImportRow{Resident: &Resident{FullName: "Ramesh", Sex: "M", BirthYear: 1985, Meta: Meta{Hash: "b"}}},
			had: StandingRows{Resident: standing("a", "", ResidentActive)}, outcome: Updated, resident: WriteUpdate, rev: 4, base: "base",
		},
		"a new resident in a known household is new": {
			in:      ImportRow{Household: house("h", ""), Resident: resident("Asha Devi", "a", "")},
			had:     StandingRows{Household: &Standing{Meta: Meta{Hash: "h"}}},
			outcome: New, resident: WriteInsert, rev: 1,
		},
		"a changed household makes a row with an unchanged resident updated": {
			in:      ImportRow{Household: house("h2", ""), Resident: resident("Asha Devi", "a", "")},
			had:     StandingRows{Household: &Standing{Meta: Meta{Hash: "h"}}, Resident: standing("a", "", ResidentActive)},
			outcome: Updated, house: WriteUpdate,
		},
		"the household of a held position goes in": {
			in:      ImportRow{Household: house("h2", ""), Resident: &Resident{FullName: "Ramesh", Sex: "M", BirthYear: 1950, Meta: Meta{Hash: "b"}}, PositionKey: true},
			had:     StandingRows{Household: &Standing{Meta: Meta{Hash: "h"}}, Resident: standing("a", "", ResidentActive)},
			outcome: Quarantined, house: WriteUpdate,
		},
		"a reject is held back": {
			in: ImportRow{Reject: &Reject{ID: "x"}}, outcome: Quarantined,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := Ingest(&c.in, c.had, "desk")
			if got.Outcome != c.outcome || got.Resident != c.resident || got.Household != c.house {
				t.Fatalf("got %+v", got)
			}
			if (got.Reject != nil) != (c.outcome == Quarantined) {
				t.Errorf("reject %+v", got.Reject)
			}
			if c.resident != WriteNothing && (c.in.Resident.Rev != c.rev || c.in.Resident.Base != c.base) {
				t.Errorf("stored as revision %d of base %q", c.in.Resident.Rev, c.in.Resident.Base)
			}
			if c.resident == WriteInsert && (c.in.Resident.Origin != "desk" || c.in.Resident.State != ResidentActive) {
				t.Errorf("stored as %+v", c.in.Resident)
			}
		})
	}
}

func TestSamePerson(t *testing.T) {
	years := func(n int) *int { return &n }
	stored := Resident{FullName: "Asha Devi", FullNameHi: "आशा देवी", Sex: "F", BirthYear: 1985, BirthMonth: 8, BirthDay: 15, VisitDate: "2026-08-15"}
	for name, c := range map[string]struct {
		change func(*Resident)
		same   bool
	}{
		"nothing differs":                           {func(*Resident) {}, true},
		"a name was misspelt":                       {func(r *Resident) { r.FullName, r.FullNameHi = "Aasha Devi", "" }, true},
		"a name is told in full":                    {func(r *Resident) { r.FullName, r.FullNameHi = "Asha", "" }, true},
		"a newborn has got its name":                {func(r *Resident) { r.FullName, r.FullNameHi = "Baby of Sunita", "" }, true},
		"the sex was wrong":                         {func(r *Resident) { r.Sex = "M" }, true},
		"the year of birth was wrong":               {func(r *Resident) { r.BirthYear = 1958 }, true},
		"less is told of the birth":                 {func(r *Resident) { r.BirthMonth, r.BirthDay = 0, 0 }, true},
		"the age is told in place of the birth":     {func(r *Resident) { r.BirthYear, r.BirthMonth, r.BirthDay, r.AgeYears = 0, 0, 0, years(41) }, true},
		"another script, and another birth":         {func(r *Resident) { r.FullNameHi, r.BirthYear = "", 1990 }, true},
		"the husband stands there now":              {func(r *Resident) { r.FullName, r.FullNameHi, r.Sex, r.BirthYear = "Ramesh Kumar", "", "M", 1980 }, false},
		"a sister stands there now":                 {func(r *Resident) { r.FullName, r.FullNameHi, r.BirthYear = "Usha Devi", "", 1988 }, false},
		"a brother of a like name stands there now": {func(r *Resident) { r.FullName, r.FullNameHi, r.BirthYear = "Asha Deva", "", 1988 }, false},
		"another person of the same age by age": {func(r *Resident) {
			r.FullName, r.FullNameHi, r.Sex, r.BirthYear, r.BirthMonth, r.BirthDay, r.AgeYears = "Ravi", "", "M", 0, 0, 0, years(41)
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			other := stored
			c.change(&other)
			if got := SamePerson(other, stored); got != c.same {
				t.Errorf("same person: %v", got)
			}
			if SamePerson(stored, other) != SamePerson(other, stored) {
				t.Error("the rule depends on the order")
			}
		})
	}
}

func TestRejectIDKeepsItsPartsApart(t *testing.T) {
	if RejectID("a", "bc") == RejectID("ab", "c") || RejectID("a") == RejectID("a", "") {
		t.Error("parts run into each other")
	}
}
