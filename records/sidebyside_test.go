package records

import (
	"fmt"
	"strings"
	"testing"

	"sehat/records/linkage"
)

func TestLikenessOfTexts(t *testing.T) {
	cases := []struct {
		name, a, b string
		want       Likeness
	}{
		{"nothing was told", "", "Asha Devi", NotTold},
		{"only punctuation was told", "-", "Asha Devi", NotTold},
		{"letter case and spaces do not count", "ASHA  DEVI", "Asha Devi", Equal},
		{"nor does where words are parted", "Ram Lal", "Ramlal", Equal},
		{"a spelling apart", "Sunita Devi", "Suneeta Devi", Similar},
		{"the same words in another order", "Kumar Ravi", "Ravi Kumar", Similar},
		{"a word more", "Asha", "Asha Devi", Similar},
		{"a spelling apart in Devanagari", "सुनीता देवी", "सुनिता देवी", Similar},
		{"brothers share the family name only", "Ramesh Kumar", "Mukesh Kumar", Different},
		{"a word stands for one word only", "Devi Devi", "Devi Asha", Different},
		{"another name", "Asha Devi", "Ravi Kumar", Different},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for _, pair := range [][2]string{{c.a, c.b}, {c.b, c.a}} {
				if got := textLikeness(pair[0], pair[1]); got != c.want {
					t.Errorf("%q and %q: %s", pair[0], pair[1], got)
				}
			}
		})
	}
}

func TestLikenessOfNumbers(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want Likeness
	}{
		{"", "1", NotTold},
		{"9876501234", "9876501234", Equal},
		{"9876501234", "9876501235", Similar},
		{"9876501234", "9876510234", Similar}, // neighbours exchanged
		{"9876501234", "987650123", Similar},
		{"9876501234", "9876512034", Different},
	} {
		if got := digitsLikeness(c.a, c.b); got != c.want {
			t.Errorf("%s and %s: %s", c.a, c.b, got)
		}
	}
}

func TestLikenessOfBirths(t *testing.T) {
	born := func(year, month, day int) Resident {
		return Resident{BirthYear: year, BirthMonth: month, BirthDay: day}
	}
	aged := func(age int, visit string) Resident { return Resident{AgeYears: &age, VisitDate: visit} }
	for _, c := range []struct {
		name string
		a, b Resident
		want Likeness
	}{
		{"one did not tell", born(1985, 3, 2), Resident{}, NotTold},
		{"an age without a visit tells nothing", aged(40, ""), born(1985, 0, 0), NotTold},
		{"the same date", born(1985, 3, 2), born(1985, 3, 2), Equal},
		{"the same year, told to the day by one", born(1985, 3, 2), born(1985, 0, 0), Similar},
		{"years two apart", born(1985, 3, 2), born(1987, 0, 0), Different},
		{"an age that fits", aged(40, "2026-01-10"), born(1985, 3, 2), Similar},
		{"equal ages are not a date", aged(40, "2026-01-10"), aged(40, "2026-01-11"), Similar},
		{"an age that does not fit", aged(40, "2026-01-10"), born(1980, 3, 2), Different},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, back := birthLikeness(c.a, c.b), birthLikeness(c.b, c.a); got != c.want || back != c.want {
				t.Errorf("%s, and %s the other way round", got, back)
			}
		})
	}
}

func TestSideBySide(t *testing.T) {
	card := Card{Number: "1", Kind: CardTemporary}
	l := Dossier{
		Resident:  Resident{FullName: "Asha Devi", FullNameHi: "आशा देवी", Sex: "F", Relation: "daughter_in_law", BirthYear: 1985, VisitDate: "2026-01-10"},
		Household: Household{HouseNo: "12", WardCode: "012", Mobile: "+919876501234", TeamID: "T4"}, Cards: []Card{card},
	}
	r := Dossier{
		Resident:  Resident{FullNameHi: "आशा", Sex: "F", BirthYear: 1985, Mobile: "+919876501234"},
		Household: Household{HouseNo: "12A", WardCode: "014"},
	}
	steps := linkage.Explanation{{Field: "given name", Weight: 4}, {Field: "family name", Weight: -5}, {Field: "birth", Weight: -1}}
	var got []string
	for _, line := range SideBySide(l, r, steps) {
		got = append(got, fmt.Sprintf("%s|%s|%s|%s", line.Field, line.Left, line.Right, line.Like))
	}
	want := []string{
		"name|Asha Devi|आशा|different", // as the weights say: two scripts cannot be compared here
		"second script|आशा देवी||",
		"sex|F|F|equal",
		"birth|1985|1985|equal", // equal stays equal whatever it weighs
		"relation|daughter in law||",
		"mobile|+919876501234 (household)|+919876501234|equal",
		"house|12|12A|different",
		"ward|012|014|different",
		"visited|2026-01-10, team T4||",
		"card|1 (temporary)||",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestMembersStandBesideTheLikest(t *testing.T) {
	member := func(name, hindi, relation, sex string, born int) Resident {
		return Resident{FullName: name, FullNameHi: hindi, Relation: relation, Sex: sex, BirthYear: born}
	}
	ravi, asha := member("Ravi Kumar", "", "head", "M", 1980), member("Asha Devi", "", "spouse", "F", 1985)
	cases := []struct {
		name        string
		left, right []Resident
		want        string
	}{
		{"nobody else is listed", nil, nil, ""},
		{"only on one side", []Resident{ravi}, nil, "Ravi Kumar/-"},
		{"in another order", []Resident{ravi, asha}, []Resident{asha, ravi}, "Ravi Kumar/Ravi Kumar equal, Asha Devi/Asha Devi equal"},
		{"spelt otherwise, and one more", []Resident{asha}, []Resident{ravi, member("Aasha Devi", "", "spouse", "F", 1985)}, "Asha Devi/Aasha Devi similar, -/Ravi Kumar"},
		{"a name sake of another age is not the same", []Resident{asha}, []Resident{member("Asha Devi", "", "spouse", "F", 1960)}, "Asha Devi/Asha Devi similar"},
		{"brothers are not each other", []Resident{member("Sandeep Kumar", "", "son", "M", 2009)}, []Resident{member("Arjun Kumar", "", "son", "M", 2008)}, "Sandeep Kumar/-, -/Arjun Kumar"},
		{"nor are a man and a woman", []Resident{member("Kiran", "", "head", "M", 1980)}, []Resident{member("Kiran", "", "head", "F", 1999)}, "Kiran/-, -/Kiran"},
		{"two scripts, by all but the name", []Resident{member("Meena", "", "daughter", "F", 2012)}, []Resident{member("", "मीना", "daughter", "F", 2012)}, "Meena/मीना similar"},
		{"each has one partner, the likest first", []Resident{member("Asha", "", "spouse", "F", 1985), asha}, []Resident{asha}, "Asha Devi/Asha Devi equal, Asha/-"},
		{"on either side", []Resident{asha}, []Resident{member("Asha", "", "spouse", "F", 1985), asha}, "Asha Devi/Asha Devi equal, -/Asha"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var words []string
			for _, couple := range LineUp(c.left, c.right) {
				names := [2]string{"-", "-"}
				for i, r := range []*Resident{couple.Left, couple.Right} {
					if r != nil {
						names[i] = (Dossier{Resident: *r}).Name()
					}
				}
				words = append(words, strings.TrimSpace(names[0]+"/"+names[1]+" "+couple.Like.String()))
			}
			if got := strings.Join(words, ", "); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestWhatWouldBeRetired(t *testing.T) {
	older, newer := Card{Number: "1", Kind: CardPermanent, ReservedAt: "2026-01"}, Card{Number: "2", Kind: CardPermanent, ReservedAt: "2026-02"}
	slip := Card{Number: "3", Kind: CardTemporary, ReservedAt: "2025-12"}
	of := func(resident string, c Card) Card { c.ResidentID = resident; return c }
	with := func(cards ...Card) Dossier { return Dossier{Cards: cards} }
	for _, c := range []struct {
		name string
		l, r Dossier
		want string // empty: nothing is lost
	}{
		{"nobody holds a card", with(), with(), ""},
		{"one holds a card", with(newer), with(), ""},
		{"both do: the one given first stays", with(newer), with(older), "keeps 1, retires 2"},
		{"a slip is no loss", with(slip), with(newer), ""},
		{
			"linkage took the two for one person, and each record has its card",
			Dossier{Resident: Resident{ID: "a"}, Cards: []Card{of("a", older), of("b", newer)}},
			Dossier{Resident: Resident{ID: "b"}, Cards: []Card{of("a", older), of("b", newer)}},
			"keeps 1, retires 2",
		},
		{"what is retired anyway is not counted", with(older, slip), with(newer), "keeps 1, retires 2"},
		{"they are one person already", with(newer, slip), with(slip, newer), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			keeps, retired, ok := WouldRetire(c.l, c.r)
			if got := fmt.Sprintf("keeps %s, retires %s", keeps.Number, retired.Number); ok != (c.want != "") || ok && got != c.want {
				t.Errorf("%v, %s, want %s", ok, got, c.want)
			}
		})
	}
}
