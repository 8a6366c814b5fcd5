package linkage

// A token is what comparing one distinct word needs, computed once.
type token struct {
	start    uint32 // its first three letters
	mask     uint32 // its letters, to prove difference cheaply
	sound    uint32 // number of its sound class, shared by those that sound alike
	skeleton uint32 // hash of its consonants
	suffix   bool   // a word of roleSuffix
	short    bool   // one letter, or a nickname: compared by other means than letters
}

// tokens is the dictionary of the words of names. Counts are kept apart for each use of a word.
type tokens struct {
	words  *symbols
	list   []token
	sounds *symbols

	given, family, father     []uint32 // how many records bear the token in that place
	givenSound, familySound   []uint32 // the same by sound class
	fatherSound               []uint32
	rare                      uint32 // a word borne by no more records may be a slip of the pen
	givens, families, fathers uint32 // how many records have one
}

func newTokens() *tokens {
	return &tokens{words: newSymbols(), list: make([]token, 1, 1024), sounds: newSymbols()}
}

func (d *tokens) add(text string) uint32 {
	if len(text) > longestWord {
		text = text[:longestWord]
	}
	n, fresh := d.words.add(text)
	if fresh {
		d.describe(text)
	}
	return n
}

// describe computes what comparing a new word needs.
func (d *tokens) describe(text string) {
	key := soundKey(text)
	if key == "" {
		key = text
	}
	sound, _ := d.sounds.add(key)
	bones := skeletonKey(text)
	if bones == "" {
		bones = text
	}
	t := token{mask: letterMask(text), sound: sound, skeleton: hash32(bones), suffix: nameRoles[text] == roleSuffix}
	t.short = len(text) == 1 || nicknames[text] != "" || isLongForm[text]
	for i := 0; i < 3 && i < len(text); i++ {
		t.start = t.start<<8 | uint32(text[i])
	}
	d.list = append(d.list, t)
}

// text is the word itself.
func (d *tokens) text(n uint32) string { return d.words.at(n) }

// count tallies who bears which name.
func (d *tokens) count(rows *column[row]) {
	n, s := len(d.list), d.sounds.len()
	d.rare = rareName(rows.n)
	d.given, d.family, d.father = make([]uint32, n), make([]uint32, n), make([]uint32, n)
	d.givenSound, d.familySound, d.fatherSound = make([]uint32, s), make([]uint32, s), make([]uint32, s)
	for i := range uint32(rows.n) {
		r := rows.at(i)
		if r.given > 0 {
			d.givens++
			d.given[r.given]++
		}
		if r.family > 0 {
			d.families++
			d.family[r.family]++
		}
		if r.father > 0 {
			d.fathers++
			d.father[r.father]++
		}
	}
	for i, t := range d.list {
		d.givenSound[t.sound] += d.given[i]
		d.familySound[t.sound] += d.family[i]
		d.fatherSound[t.sound] += d.father[i]
	}
}

// rareName is how many bearers a slip of the pen may seem to have.
func rareName(records int) uint32 { return max(4, uint32(records/25000)) }

// common reports whether enough people bear a name for it to be no slip of the pen.
func (d *tokens) common(n uint32) bool { return d.given[n]+d.family[n]+d.father[n] > d.rare }

// texts is the dictionary of one column of text: each distinct value in its standard form; number 0 is missing.
type texts struct {
	standard func(string) string
	values   *symbols
	raw      *memory  // as it was written, where making the standard form costs more than looking it up; else nil
	of       []uint32 // raw number to value number
	counts   []uint32
	total    uint32   // records that have a value
	hashes   []uint32 // of the values, while blocks are made
	last     []byte   // the value before: neighbours in a file share their address
	lastNo   uint32
}

// newTexts is a dictionary for free text, newCodes one for numbers and codes.
func newTexts(standard func(string) string) *texts {
	d := newCodes(standard)
	d.raw, d.of = newMemory(), make([]uint32, 1, 64)
	return d
}

func newCodes(standard func(string) string) *texts {
	return &texts{standard: standard, values: newSymbols(), counts: make([]uint32, 1, 64)}
}

// add returns the number of the standard form of s.
func (d *texts) add(s string) uint32 {
	if s == "" {
		return 0
	}
	if s != string(d.last) {
		d.last = append(d.last[:0], s...)
		d.lastNo = d.number(s)
	}
	if d.lastNo > 0 {
		d.counts[d.lastNo]++
		d.total++
	}
	return d.lastNo
}

func (d *texts) number(s string) uint32 {
	if d.raw == nil {
		return d.value(s)
	}
	r, fresh := d.raw.add(s)
	switch {
	case fresh:
		d.of = append(d.of, d.value(s))
	case r == 0:
		return d.value(s)
	}
	return d.of[r]
}

func (d *texts) value(s string) uint32 {
	std := d.standard(s)
	if len(std) > maxText {
		std = std[:maxText]
	}
	n, fresh := d.values.add(std)
	if fresh {
		d.counts = append(d.counts, 0)
	}
	return n
}

func (d *texts) text(n uint32) string { return d.values.at(n) }

// hash is the hash of a value's text, 0 for none.
func (d *texts) hash(n uint32) uint32 {
	switch {
	case n == 0:
		return 0
	case int(n) < len(d.hashes):
		return d.hashes[n]
	}
	return hash32(d.text(n))
}

func (d *texts) close() {
	d.raw, d.of, d.last = nil, nil, nil
	d.values.close()
}

const maxText = 200

// hash64 hashes a string, eight bytes at a time. It is the same on every run and machine.
func hash64(s string) uint64 {
	h := uint64(len(s)) * 0x9e3779b97f4a7c15
	for len(s) >= 8 {
		h = mix(h ^ (uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56))
		s = s[8:]
	}
	last := uint64(0)
	for i := 0; i < len(s); i++ {
		last |= uint64(s[i]) << (8 * i)
	}
	return mix(h ^ last)
}

func hash32(s string) uint32 { return nonzero(uint32(hash64(s) >> 32)) }

// mix is the finaliser of SplitMix64.
func mix(h uint64) uint64 {
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}

func nonzero(h uint32) uint32 {
	if h == 0 {
		return 1
	}
	return h
}
