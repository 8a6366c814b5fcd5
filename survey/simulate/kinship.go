package simulate

// relation is the code of the questionnaire for who p is to the head of the household.
func (f *family) relation(head, p int) string {
	h, m := &f.people[head], &f.people[p]
	switch {
	case p == head:
		return "head"
	case m.standing == worker:
		return "domestic_worker"
	case m.standing == tenant:
		return "tenant"
	case m.standing == unrelated || h.standing == unrelated:
		return "not_related"
	case m.spouse == head:
		return "spouse"
	case f.childOf(p, head):
		return by(m, "son", "daughter")
	case m.spouse >= 0 && f.childOf(m.spouse, head):
		return by(m, "son_in_law", "daughter_in_law")
	case f.childOf(head, p):
		return by(m, "father", "mother")
	case f.siblings(head, p):
		return by(m, "brother", "sister")
	case h.spouse >= 0 && f.childOf(h.spouse, p):
		return by(m, "father_in_law", "mother_in_law")
	case f.grandchildOf(p, head):
		return by(m, "grandson", "granddaughter")
	case f.grandchildOf(head, p):
		return by(m, "grandfather", "grandmother")
	case h.spouse >= 0 && f.siblings(h.spouse, p), m.spouse >= 0 && f.siblings(head, m.spouse):
		return by(m, "brother_in_law", "sister_in_law")
	case f.nephewOf(p, head), h.spouse >= 0 && f.nephewOf(p, h.spouse):
		return by(m, "nephew", "niece")
	}
	return "other_relative"
}

func by(p *person, male, female string) string {
	if p.female {
		return female
	}
	return male
}

// childOf counts a spouse's child too: in a household a child is a child.
func (f *family) childOf(child, parent int) bool {
	c := &f.people[child]
	return c.father == parent || c.mother == parent
}

func (f *family) siblings(a, b int) bool {
	return f.people[a].father >= 0 && f.people[a].father == f.people[b].father
}

func (f *family) grandchildOf(child, elder int) bool {
	c := &f.people[child]
	return c.father >= 0 && f.childOf(c.father, elder) || c.mother >= 0 && f.childOf(c.mother, elder)
}

func (f *family) nephewOf(child, aunt int) bool {
	c := &f.people[child]
	return c.father >= 0 && f.siblings(c.father, aunt) || c.mother >= 0 && f.siblings(c.mother, aunt)
}
