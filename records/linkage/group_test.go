package linkage

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// listOfPeople is a list of lone people, three rows each, with a slip or a gap now and then.
func listOfPeople(n int) labelled {
	r := rand.New(rand.NewPCG(7, 7))
	given := []string{"thomas", "william", "edmund", "hugh", "margaret", "agnes", "ursula", "philip", "giles", "walter", "judith", "barbara"}
	family := []string{"ashby", "burton", "cresswell", "dunmore", "elton", "farley", "garth", "hexham", "ibbotson", "kirkby", "langton", "marlow", "norwood", "oakley"}
	towns := []string{"lewes", "ludlow", "whitby", "bodmin", "kendal", "bangor", "truro", "wells"}
	var s labelled
	for i := range n {
		p := Record{
			GivenName: given[r.IntN(len(given))], FamilyName: family[r.IntN(len(family))], Locality: towns[r.IntN(len(towns))],
			BirthYear: 1700 + r.IntN(150), BirthMonth: 1 + r.IntN(12), BirthDay: 2 + r.IntN(26),
		}
		for k := range 3 {
			q := p
			q.ID = fmt.Sprintf("p%d.%d", i, k)
			switch r.IntN(8) {
			case 0:
				q.BirthYear, q.BirthMonth, q.BirthDay = 0, 0, 0
			case 1:
				q.GivenName = q.GivenName[:1]
			case 2:
				q.FamilyName += "e"
			case 3:
				q.BirthDay = 2 + r.IntN(26)
			}
			s.records, s.truth = append(s.records, q), append(s.truth, fmt.Sprint(i))
		}
	}
	return s
}

func TestAFatherAndHisSonAreTwoThoughARowBetweenThemFitsBoth(t *testing.T) {
	s := listOfPeople(300)
	for i, born := range [2]int{1741, 1772} {
		for k := range 5 {
			r := Record{ID: fmt.Sprintf("f%d.%d", i, k), GivenName: "jasper", FamilyName: "wrothesley", Locality: "alnwick", BirthYear: born, BirthMonth: 3 + i, BirthDay: 11 + i}
			if k == 4 {
				r.BirthYear, r.BirthMonth, r.BirthDay = 0, 0, 0
			}
			s.records, s.truth = append(s.records, r), append(s.truth, fmt.Sprint("f", i))
		}
	}
	r := link(t, s, Options{})
	by := map[string]string{}
	for i, p := range s.records {
		by[p.ID] = r.Person(uint32(i))
	}
	if by["f0.0"] == by["f1.0"] {
		t.Error("father and son became one person")
	}
	for i := range 2 {
		for k := 1; k < 4; k++ {
			if by[fmt.Sprintf("f%d.%d", i, k)] != by[fmt.Sprintf("f%d.0", i)] {
				t.Errorf("row %d of person %d stands apart", k, i)
			}
		}
	}
	if c := s.clusters(r); c.f1() < 0.94 {
		t.Errorf("F1 of the whole list is %.3f", c.f1())
	}
}

func TestAFewMisreadWordsDoNotMakeAListOneOfFamilies(t *testing.T) {
	s := listOfPeople(100)
	s.records[0].FullName, s.records[0].GivenName, s.records[0].FamilyName = "hugh do wo ashby", "", ""
	if r := link(t, s, Options{}); r.Model.Kin {
		t.Error("a word like w/o made families of the list")
	}
}
