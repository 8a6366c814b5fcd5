package simulate

// A naming is what a person is called, part by part. A part that the name does not have is nil.
type naming struct {
	culture      culture
	female       bool
	prefix       *word // Mohd
	given        *word
	second       *word // Kumar, Devi, Singh, Kaur
	surname      *word // of the family, or of the father where it stands last
	initial      *word // the father's given name, of which only the first letter is written
	surnameFirst bool
	usual        uint64 // by which the person's usual spellings are chosen
	clan         uint64 // by which the family's spelling of its surname is
}

func (n *naming) isZero() bool { return n.given == nil }

// A household hands down more than a surname: whether it uses one at all.
type custom struct {
	culture culture
	surname *word
	// style: 0 uses the surname, 1 Kumar and its kind, 2 given names alone; for the south 1 is the father's name and 2 an initial
	style int
	spell uint64
}

func (p *people) custom(s *stream, c culture) custom {
	k := custom{culture: c, surname: p.of[c].surname[0].draw(s), spell: s.next()}
	switch c {
	case hindu:
		k.style = s.weighted(66, 24, 10)
	case muslim:
		k.style = s.weighted(66, 0, 34)
	case south:
		k.style = s.weighted(42, 33, 25)
	case sikh:
		k.style = s.weighted(50, 0, 50)
	default:
		k.style = s.weighted(95, 0, 5)
	}
	return k
}

// givenName draws a given name of the culture, sex and time.
func (p *people) givenName(s *stream, c culture, female bool, t cohort) *word {
	n, sex := p.of[c], index(female)
	if n.compound[sex] != nil && t != young && s.chance([...]float64{0.26, 0.12}[t]) {
		return n.compound[sex].draw(s)
	}
	return n.given[sex][t].draw(s)
}

// boy names a man or boy of a family; father may be zero.
func (p *people) boy(s *stream, k custom, given *word, t cohort, father *naming) naming {
	n := naming{culture: k.culture, given: given, usual: s.next(), clan: k.spell}
	set := p.of[k.culture]
	switch k.culture {
	case hindu:
		switch {
		case k.style == 0 && s.chance(0.88):
			n.surname = k.surname
			if s.chance(0.12) && k.surname != set.second[0].words[0] {
				n.second = set.second[0].words[0] // Kumar before the surname
			}
		case k.style < 2:
			n.second = set.second[0].words[0]
			if t == old || s.chance(0.25) {
				n.second = set.second[0].draw(s)
			}
		}
		if n.second != nil && endsWith(given, n.second) {
			n.second = nil
		}
	case muslim:
		if s.chance([...]float64{0.22, 0.42, 0.48}[t]) {
			n.prefix = set.prefix.words[0]
		}
		if k.style == 0 && s.chance(0.85) || n.prefix == nil && s.chance(0.3) {
			n.surname = k.surname
		}
	case sikh:
		n.second = set.second[0].words[0]
		if k.style == 0 {
			n.surname = k.surname
		}
	case south:
		p.southern(s, k, &n, father)
	default:
		if k.style == 0 {
			n.surname = k.surname
		}
	}
	n.surnameFirst = k.culture == northeast && k.spell%4 == 0
	return n
}

// girl names an unmarried woman or girl of a family.
func (p *people) girl(s *stream, k custom, given *word, t cohort, father *naming) naming {
	n := naming{culture: k.culture, female: true, given: given, usual: s.next(), clan: k.spell}
	set := p.of[k.culture]
	switch k.culture {
	case hindu, punjabi:
		switch s.weighted(62, 18, 20) {
		case 0:
			if k.style == 0 {
				n.surname = k.surname
			}
		case 1:
			n.second = set.second[1].words[1] // Kumari
		}
		if n.second != nil && endsWith(given, n.second) {
			n.second = nil
		}
	case muslim:
		switch s.weighted(55, 22, 23) {
		case 0:
			n.surname = set.surname[1].draw(s)
		case 1:
			n.surname = k.surname
		}
	case sikh:
		n.second = set.second[1].words[0]
		if k.style == 0 {
			n.surname = k.surname
		}
	case south:
		p.southern(s, k, &n, father)
	default:
		if k.style == 0 {
			n.surname = k.surname
		}
	}
	n.surnameFirst = k.culture == northeast && k.spell%4 == 0
	return n
}

// wife is what a woman is called after she married into the family k; maiden is her name before.
func (p *people) wife(s *stream, k custom, maiden naming, t cohort) naming {
	n := maiden
	n.clan = k.spell
	set := p.of[k.culture]
	switch k.culture {
	case hindu, punjabi:
		n.second, n.surname = nil, nil
		at := [...][3]float64{{60, 20, 20}, {34, 44, 22}, {10, 64, 26}}[t]
		switch s.weighted(at[:]...) {
		case 0:
			n.second = set.second[1].words[0] // Devi
			if t == old && s.chance(0.15) {
				n.second = set.second[1].draw(s)
			}
		case 1:
			if k.style == 0 {
				n.surname = k.surname
			}
		}
		if n.second != nil && endsWith(n.given, n.second) {
			n.second = nil
		}
	case muslim:
		if n.surname == nil || s.chance(0.3) {
			n.surname = set.surname[1].draw(s)
		}
		if t != young && s.chance(0.12) {
			n.surname = nil
		}
	case sikh, christian, bengali, northeast:
		if n.surname = nil; k.style == 0 {
			n.surname = k.surname
		}
	case south: // most keep their father's name or take the husband's surname
		if k.style == 0 && s.chance(0.5) {
			n.surname, n.initial = k.surname, nil
		}
	}
	return n
}

func (p *people) southern(s *stream, k custom, n *naming, father *naming) {
	switch {
	case k.style == 0:
		n.surname = k.surname
	case father == nil || father.isZero():
		n.initial = p.of[south].given[0][old].draw(s)
	case k.style == 1:
		n.surname = father.given
	default:
		n.initial = father.given
	}
}

// endsWith reports whether a name already holds its second part, as Rajkumar does Kumar.
func endsWith(given, second *word) bool {
	for _, h := range given.hindi {
		if len(h) >= len(second.hindi[0]) && h[len(h)-len(second.hindi[0]):] == second.hindi[0] {
			return true
		}
	}
	return false
}

func index(female bool) int {
	if female {
		return 1
	}
	return 0
}
