package records

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"sehat/records/linkage"
)

// A Line is one thing that both records of a pair tell, or do not. What one of them does not tell is empty.
type Line struct {
	Field string   `json:"field"` // in English words
	Left  string   `json:"left"`
	Right string   `json:"right"`
	Like  Likeness `json:"like"` // NotTold, too, where likeness would say nothing, as of dates of visits
}

// SideBySide compares two records field by field, in the order of a survey form. Where the linkage weighed a field, the
// likeness of what is not equal follows the weight's sign, so that it does not contradict the steps.
func SideBySide(l, r Dossier, steps linkage.Explanation) []Line {
	a, b := l.Resident, r.Resident
	lines := []Line{
		{"name", l.Name(), r.Name(), weighed(textLikeness(a.FullName, b.FullName), steps, "given name", "family name")},
		{"second script", a.secondName(), b.secondName(), textLikeness(a.secondName(), b.secondName())},
		{"father/husband", a.FatherOrHusband, b.FatherOrHusband, weighed(textLikeness(a.FatherOrHusband, b.FatherOrHusband), steps, "father or husband")},
		{"sex", a.Sex, b.Sex, codeLikeness(a.Sex, b.Sex)},
		{"birth", a.Birth(), b.Birth(), weighed(birthLikeness(a, b), steps, "birth")},
		{"relation", relationWords(a.Relation), relationWords(b.Relation), NotTold},
		{"mobile", l.mobile(), r.mobile(), digitsLikeness(l.phone(), r.phone())},
		{"voter card", a.EPIC, b.EPIC, digitsLikeness(a.EPIC, b.EPIC)},
		{"ABHA number", a.ABHA, b.ABHA, digitsLikeness(a.ABHA, b.ABHA)},
		{"house", l.Household.HouseNo, r.Household.HouseNo, textLikeness(l.Household.HouseNo, r.Household.HouseNo)},
		{"address", l.Household.Place(), r.Household.Place(), textLikeness(l.Household.Place(), r.Household.Place())},
		{"ward", l.Household.WardCode, r.Household.WardCode, codeLikeness(l.Household.WardCode, r.Household.WardCode)},
		{"visited", l.visited(), r.visited(), NotTold},
		{"card", l.cards(), r.cards(), NotTold},
	}
	return slices.DeleteFunc(lines, func(line Line) bool { return line.Left == "" && line.Right == "" })
}

// weighed corrects a likeness by the sign of the weights that the linkage gave the fields, if it weighed any.
func weighed(like Likeness, steps linkage.Explanation, fields ...string) Likeness {
	sum, found := 0.0, false
	for _, step := range steps {
		if slices.Contains(fields, step.Field) {
			sum += step.Weight
			found = true
		}
	}
	switch {
	case !found || like == Equal:
		return like
	case sum > 0:
		return Similar
	}
	return Different
}

func codeLikeness(a, b string) Likeness {
	switch {
	case a == "" || b == "":
		return NotTold
	case a == b:
		return Equal
	}
	return Different
}

// secondName is the name in the second script, unless it is the only one and shown as the name.
func (r Resident) secondName() string {
	if r.FullName == "" {
		return ""
	}
	return r.FullNameHi
}

// phone is the resident's, or else the household's.
func (d Dossier) phone() string { return cmp.Or(d.Resident.Mobile, d.Household.Mobile) }

// mobile is the phone, and says so where it is the household's.
func (d Dossier) mobile() string {
	if d.Resident.Mobile == "" && d.Household.Mobile != "" {
		return d.Household.Mobile + " (household)"
	}
	return d.Resident.Mobile
}

// Place is where a house is.
func (h Household) Place() string {
	var parts []string
	for _, part := range []string{h.AddressLine, h.Locality, h.PinCode} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ", ")
}

// visited says when the record was made, and by which team.
func (d Dossier) visited() string {
	if d.Household.TeamID == "" {
		return d.Resident.VisitDate
	}
	return strings.TrimPrefix(d.Resident.VisitDate+", team "+d.Household.TeamID, ", ")
}

// cards says which cards stand, the one that a merge would keep first.
func (d Dossier) cards() string {
	var texts []string
	for _, c := range byRank(d.Cards) {
		texts = append(texts, c.Printed()+" ("+c.Kind+")")
	}
	return strings.Join(texts, ", ")
}

// WouldRetire tells, of two records whose persons become one and both hold a permanent card, which card stays and which is retired for
// it; ok is false where nothing is lost. Of two records that linkage took for one person it looks at each record's own card.
func WouldRetire(l, r Dossier) (keeps, retired Card, ok bool) {
	keeps, retired, ok = firstOf(l.permanent(""), r.permanent(""))
	if ok && keeps.Number == retired.Number { // one person already
		keeps, retired, ok = firstOf(l.permanent(l.Resident.ID), r.permanent(r.Resident.ID))
	}
	return keeps, retired, ok && keeps.Number != retired.Number
}

// permanent returns the permanent cards of a record's person, or of one resident of them, the one that the person would keep first.
func (d Dossier) permanent(resident string) []Card {
	return slices.DeleteFunc(byRank(d.Cards), func(c Card) bool {
		return c.Kind != CardPermanent || resident != "" && c.ResidentID != resident
	})
}

// firstOf returns the first cards of two hands, the one that outranks the other first; ok is false where a hand is empty.
func firstOf(a, b []Card) (first, second Card, ok bool) {
	if len(a) == 0 || len(b) == 0 {
		return first, second, false
	}
	if b[0].Outranks(a[0]) {
		return b[0], a[0], true
	}
	return a[0], b[0], true
}

// birthLikeness compares what was told of two births.
func birthLikeness(a, b Resident) Likeness {
	x, slackX := a.born()
	y, slackY := b.born()
	apart := max(x-y, y-x)
	switch {
	case x == 0 || y == 0:
		return NotTold
	case slackX+slackY == 0 && a.BirthYear == b.BirthYear && a.BirthMonth == b.BirthMonth && a.BirthDay == b.BirthDay:
		return Equal
	case apart <= 1+slackX+slackY:
		return Similar
	}
	return Different
}

// born is the year of birth and how many years it may be off; 0 if nothing was told.
func (r Resident) born() (year, slack int) {
	if r.BirthYear > 0 || r.AgeYears == nil || len(r.VisitDate) < 4 {
		return r.BirthYear, 0
	}
	if _, err := fmt.Sscanf(r.VisitDate[:4], "%d", &year); err != nil {
		return 0, 0
	}
	return year - *r.AgeYears, 1
}

// A Couple is two residents of two households who may be one person, or one of them who has nobody across; then the other is nil.
type Couple struct {
	Left  *Resident `json:"left"`
	Right *Resident `json:"right"`
	Like  Likeness  `json:"like"`
}

// LineUp sets the members of two households side by side, the likest with each other; then those who have nobody across.
func LineUp(left, right []Resident) []Couple {
	type edge struct {
		l, r  int
		score float64
	}
	var edges []edge
	for i := range left {
		for j := range right {
			if score := memberSimilarity(left[i], right[j]); score >= lineUpFrom {
				edges = append(edges, edge{i, j, score})
			}
		}
	}
	slices.SortStableFunc(edges, func(a, b edge) int { return cmp.Compare(b.score, a.score) })
	across := map[int]int{}
	taken := map[int]bool{}
	for _, e := range edges {
		if _, has := across[e.l]; !has && !taken[e.r] {
			across[e.l], taken[e.r] = e.r, true
		}
	}
	var couples []Couple
	for i := range left {
		if j, ok := across[i]; ok {
			couples = append(couples, Couple{&left[i], &right[j], membersLikeness(left[i], right[j])})
		}
	}
	for i := range left {
		if _, ok := across[i]; !ok {
			couples = append(couples, Couple{Left: &left[i]})
		}
	}
	for j := range right {
		if !taken[j] {
			couples = append(couples, Couple{Right: &right[j]})
		}
	}
	return couples
}

// membersLikeness is Equal where the names are and nothing that both tell differs.
func membersLikeness(a, b Resident) Likeness {
	birth := birthLikeness(a, b)
	if textLikeness(a.FullName, b.FullName) == Equal && codeLikeness(a.Sex, b.Sex) != Different && (birth == Equal || birth == NotTold) {
		return Equal
	}
	return Similar
}

// lineUpFrom is the similarity from which two members stand beside each other.
const lineUpFrom = 0.65

// memberSimilarity is how alike two members look: by the names in either script, mended by sex, birth and relation.
func memberSimilarity(a, b Resident) float64 {
	score := max(similarity(words(a.FullName), words(b.FullName)), similarity(words(a.FullNameHi), words(b.FullNameHi)))
	if (a.FullName == "" || b.FullName == "") && (a.FullNameHi == "" || b.FullNameHi == "") {
		score = 0.5 // two scripts: the names tell nothing here
	}
	switch codeLikeness(a.Sex, b.Sex) {
	case Equal:
		score += 0.05
	case Different:
		score -= 0.3
	}
	switch birthLikeness(a, b) {
	case Equal:
		score += 0.1
	case Similar:
		score += 0.05
	case Different:
		score -= 0.2
	}
	if a.Relation == b.Relation {
		score += 0.05
	}
	return score
}
