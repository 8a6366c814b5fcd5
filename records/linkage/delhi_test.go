package linkage

import (
	"bufio"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// A town makes invented households with the traps that real ones set: shared phones, fathers and surnames, twins, a
// household listed twice or moved, a daughter listed at her parents' and her in-laws', brothers next door, names in
// Devanagari only, ages in place of dates, spelling by ear and slips of the pen. It is a test's generator and no model of
// Delhi; what is fixed in the engine is fixed without looking at its rates.
type town struct {
	r      *rand.Rand
	male   []named
	female []named
	houses int
	noise  float64 // scales every error rate
	out    labelled
	person int
	serial int
}

type named struct{ latin, hindi string }

type soul struct {
	id         int
	given      named
	family     int // surname number
	suffix     int
	muslim     bool
	sex        string
	year       int
	month, day int
	father     *soul
	husband    *soul
	mobile     string
	twin       bool
	knowsDate  bool
}

type home struct {
	members  []*soul
	relation []string
	house    string
	street   string
	locality int
	pin      string
	mobile   string
}

var (
	townSurnames = []named{{"Sharma", "शर्मा"}, {"Verma", "वर्मा"}, {"Gupta", "गुप्ता"}, {"Singh", "सिंह"}, {"Kumar", "कुमार"}, {"Yadav", "यादव"}, {"Mishra", "मिश्रा"}, {"Chauhan", "चौहान"}, {"Jha", "झा"}, {"Pandey", "पाण्डेय"}, {"Tiwari", "तिवारी"}, {"Aggarwal", "अग्रवाल"}, {"Rawat", "रावत"}, {"Negi", "नेगी"}, {"Bisht", "बिष्ट"}, {"Saini", "सैनी"}, {"Rathore", "राठौर"}, {"Kashyap", "कश्यप"}, {"Thakur", "ठाकुर"}, {"Paswan", "पासवान"}, {"Prajapati", "प्रजापति"}, {"Chaudhary", "चौधरी"}, {"Jain", "जैन"}, {"Arora", "अरोड़ा"}, {"Malhotra", "मल्होत्रा"}, {"Bhatia", "भाटिया"}, {"Dubey", "दुबे"}, {"Srivastava", "श्रीवास्तव"}, {"Das", "दास"}, {"Mandal", "मंडल"}, {"Nair", "नायर"}, {"Rao", "राव"}}
	townMuslim   = []named{{"Khan", "खान"}, {"Ansari", "अंसारी"}, {"Siddiqui", "सिद्दीकी"}, {"Qureshi", "कुरैशी"}, {"Sheikh", "शेख"}, {"Malik", "मलिक"}, {"Ali", "अली"}, {"Alam", "आलम"}}
	townSuffixM  = []named{{"", ""}, {"", ""}, {"Kumar", "कुमार"}, {"Lal", "लाल"}, {"Prasad", "प्रसाद"}, {"Singh", "सिंह"}}
	townSuffixF  = []named{{"", ""}, {"Devi", "देवी"}, {"Devi", "देवी"}, {"Kumari", "कुमारी"}, {"Rani", "रानी"}}
)

func newTown(t testing.TB, houses int, seed uint64, noise float64) *town {
	w := &town{r: rand.New(rand.NewPCG(seed, 7)), houses: houses, noise: noise}
	f, err := os.Open(sharedData(t, "linkage/indian_names_hindi_pairs_parlikar.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Scan()
	for sc.Scan() {
		p := strings.Split(sc.Text(), "\t")
		if len(p) != 2 || strings.Contains(p[0], " ") || len(p[0]) < 4 {
			continue
		}
		n := named{p[0], p[1]}
		if c := p[0][len(p[0])-1]; c == 'a' || c == 'i' {
			w.female = append(w.female, n)
		} else {
			w.male = append(w.male, n)
		}
	}
	w.r.Shuffle(len(w.male), func(i, j int) { w.male[i], w.male[j] = w.male[j], w.male[i] })
	w.r.Shuffle(len(w.female), func(i, j int) { w.female[i], w.female[j] = w.female[j], w.female[i] })
	if noise >= 1.5 { // and few names
		w.male, w.female = w.male[:150], w.female[:150]
	}
	return w
}

func (w *town) chance(p float64) bool { return w.r.Float64() < p }
func (w *town) slip(p float64) bool   { return w.r.Float64() < p*w.noise }
func (w *town) zipf(n int) int {
	for {
		// density ~ 1/(k+8)
		u := w.r.Float64()
		k := int(8*pow(float64(n+8)/8, u) - 8)
		if k < n {
			return k
		}
	}
}

func pow(x, y float64) float64 { return math.Pow(x, y) }

func (w *town) newSoul(sex string, age int, family int, muslim bool) *soul {
	w.person++
	names := w.male
	if sex == "F" {
		names = w.female
	}
	s := &soul{id: w.person, given: names[w.zipf(len(names))], family: family, sex: sex, muslim: muslim, year: 2025 - age, month: 1 + w.r.IntN(12), day: 1 + w.r.IntN(28), suffix: w.r.IntN(5)}
	s.knowsDate = w.chance(0.45)
	if age >= 16 && w.chance(0.55) {
		s.mobile = w.phone()
	}
	return s
}

func (w *town) phone() string { return fmt.Sprintf("%d%09d", 6+w.r.IntN(4), w.r.IntN(1_000_000_000)) }

func (w *town) newHome() *home {
	h := &home{locality: w.zipf(300), mobile: w.phone()}
	h.pin = fmt.Sprintf("1100%02d", h.locality*7%97)
	h.street = fmt.Sprintf("Gali No %d", 1+w.r.IntN(20))
	if w.chance(0.4) {
		h.street = fmt.Sprintf("Block %c", 'A'+w.r.IntN(12))
	}
	h.house = fmt.Sprint(1 + w.r.IntN(250))
	if w.chance(0.3) {
		h.house += string(rune('A' + w.r.IntN(4)))
	}
	if w.chance(0.01) {
		h.mobile = fmt.Sprintf("98%08d", w.r.IntN(40)) // the shopkeeper's
	}
	family, muslim := w.zipf(len(townSurnames)), false
	if w.chance(0.15) {
		family, muslim = w.zipf(len(townMuslim)), true
	}
	headAge := 24 + w.r.IntN(50)
	head := w.newSoul("M", headAge, family, muslim)
	gf := w.newSoul("M", headAge+25, family, muslim)
	head.father = gf
	add := func(s *soul, rel string) { h.members, h.relation = append(h.members, s), append(h.relation, rel) }
	add(head, "head")
	if w.chance(0.85) {
		wife := w.newSoul("F", headAge-w.r.IntN(6), family, muslim)
		wife.husband = head
		wife.father = w.newSoul("M", headAge+24, 0, muslim)
		add(wife, "wife")
	}
	kids := w.r.IntN(5)
	for k := 0; k < kids; k++ {
		age := headAge - 21 - 2*k - w.r.IntN(3)
		if age < 0 {
			break
		}
		sex := []string{"M", "F"}[w.r.IntN(2)]
		c := w.newSoul(sex, age, family, muslim)
		c.father = head
		add(c, map[string]string{"M": "son", "F": "daughter"}[sex])
		if w.chance(0.02) {
			d := w.newSoul(sex, age, family, muslim)
			d.year, d.month, d.day, d.father, d.knowsDate = c.year, c.month, c.day, head, c.knowsDate
			if w.chance(0.6) { // rhyming names
				d.given = named{rhyme(w, c.given.latin), ""}
			}
			c.twin, d.twin = true, true
			add(d, map[string]string{"M": "son", "F": "daughter"}[sex])
		}
	}
	if w.chance(0.2) {
		m := w.newSoul("F", headAge+22, family, muslim)
		m.husband = gf
		add(m, "mother")
	}
	return h
}

func rhyme(w *town, s string) string {
	b := []byte(strings.ToLower(s))
	b[0] = "kmnrstpgj"[w.r.IntN(9)]
	b[0] -= 32
	return string(b)
}

var townVariants = [][2]string{{"ee", "i"}, {"i", "ee"}, {"oo", "u"}, {"u", "oo"}, {"sh", "s"}, {"v", "w"}, {"w", "v"}, {"th", "t"}, {"t", "th"}, {"aa", "a"}, {"a", "aa"}, {"ph", "f"}, {"z", "j"}, {"ksh", "x"}, {"y", "i"}, {"dh", "d"}, {"bh", "b"}, {"ll", "l"}, {"n", "nn"}, {"e", "a"}, {"k", "q"}, {"au", "o"}, {"v", "b"}}

func (w *town) respell(s string) string {
	low := strings.ToLower(s)
	for range 8 {
		v := townVariants[w.r.IntN(len(townVariants))]
		if i := strings.Index(low, v[0]); i >= 0 {
			return low[:i] + v[1] + low[i+len(v[0]):]
		}
	}
	return s
}

func (w *town) typo(s string) string {
	b := []byte(strings.ToLower(s))
	if len(b) < 3 {
		return s
	}
	i := 1 + w.r.IntN(len(b)-1)
	switch w.r.IntN(4) {
	case 0:
		b[i] = byte('a' + w.r.IntN(26))
	case 1:
		return string(b[:i]) + string(b[i+1:])
	case 2:
		return string(b[:i]) + string(rune('a'+w.r.IntN(26))) + string(b[i:])
	default:
		b[i], b[i-1] = b[i-1], b[i]
	}
	return string(b)
}

func (w *town) write(n named) string {
	s := n.latin
	if w.slip(0.25) {
		s = w.respell(s)
	}
	if w.slip(0.08) {
		s = w.respell(s)
	}
	if w.slip(0.04) {
		s = w.typo(s)
	}
	return s
}

func (w *town) fullName(s *soul, hindi bool) string {
	family := townSurnames[s.family%len(townSurnames)]
	if s.muslim {
		family = townMuslim[s.family%len(townMuslim)]
	}
	var suffix named
	switch {
	case s.muslim:
	case s.sex == "F":
		suffix = townSuffixF[s.suffix]
	default:
		suffix = townSuffixM[s.suffix]
	}
	parts := []named{s.given}
	if s.muslim && s.sex == "M" && w.chance(0.4) {
		parts = append([]named{{"Mohd", "मोहम्मद"}}, parts...)
	}
	switch {
	case suffix.latin == "" || s.muslim:
		if !w.slip(0.1) {
			parts = append(parts, family)
		}
	case s.sex == "F" || w.chance(0.5):
		if w.slip(0.12) {
			parts = append(parts, family)
		} else if !w.slip(0.1) {
			parts = append(parts, suffix)
		}
	default:
		parts = append(parts, suffix, family)
	}
	var out []string
	for _, p := range parts {
		if hindi && p.hindi != "" {
			out = append(out, p.hindi)
		} else {
			out = append(out, w.write(p))
		}
	}
	return strings.Join(out, " ")
}

// list writes one listing of a home.
func (w *town) list(h *home, keep float64, first bool) {
	w.serial++
	hh := fmt.Sprintf("H%07d", w.serial)
	house, street, loc, pin, mobile := h.house, h.street, fmt.Sprintf("%s Nagar", townLocality(h.locality)), h.pin, h.mobile
	if w.slip(0.15) {
		house = []string{"H.No. " + house, "0" + house, house + "/1", w.digit(house)}[w.r.IntN(4)]
	}
	if w.slip(0.2) {
		street = []string{strings.Replace(street, "Gali No", "Gali", 1), strings.Replace(street, "Block", "Blk", 1), "Near Mandir " + street, ""}[w.r.IntN(4)]
	}
	if w.slip(0.15) {
		loc = []string{w.typo(loc), strings.Replace(loc, " Nagar", "", 1), ""}[w.r.IntN(3)]
	}
	if w.slip(0.1) {
		pin = []string{"", w.digit(pin)}[w.r.IntN(2)]
	}
	if !first && w.chance(0.3) {
		mobile = w.phone()
		for _, m := range h.members {
			if m.mobile != "" && w.chance(0.6) {
				mobile = m.mobile
			}
		}
	}
	if w.slip(0.05) {
		mobile = []string{"9999999999", "", w.digit(mobile)}[w.r.IntN(3)]
	}
	line := 0
	for i, m := range h.members {
		if !w.chance(keep) {
			continue
		}
		line++
		hindi := w.chance(0.08)
		r := Record{
			ID: fmt.Sprintf("r%08d", (len(w.out.records)*7919+13)%99999989), Household: hh, Line: fmt.Sprint(line), FullName: w.fullName(m, false), Sex: m.sex, Relation: h.relation[i],
			HouseNo: house, Address: street, Locality: loc, PIN: pin, Mobile: mobile, VisitYear: 2025,
		}
		if m.mobile != "" && w.chance(0.5) {
			r.Mobile = m.mobile
		}
		if hindi {
			r.FullName = ""
			r.FullNameAlt = w.fullName(m, true)
		} else if w.chance(0.3) {
			r.FullNameAlt = w.fullName(m, true)
		}
		switch {
		case m.husband != nil:
			r.FatherOrHusband = w.fullName(m.husband, false)
		case m.father != nil:
			r.FatherOrHusband = w.fullName(m.father, false)
		}
		if w.slip(0.1) {
			r.FatherOrHusband = ""
		}
		if w.slip(0.01) {
			r.Sex = map[string]string{"M": "F", "F": "M"}[r.Sex]
		}
		switch {
		case m.knowsDate && !w.slip(0.1) || w.chance(0.02):
			r.BirthYear, r.BirthMonth, r.BirthDay = m.year, m.month, m.day
			if w.slip(0.05) {
				r.BirthDay = 1 + w.r.IntN(28)
			}
			if w.slip(0.03) {
				r.BirthYear += w.r.IntN(5) - 2
			}
			if w.slip(0.02) {
				r.BirthMonth, r.BirthDay = 1, 1
			}
		case w.chance(0.25):
			r.BirthYear = m.year
			if w.slip(0.2) {
				r.BirthYear += w.r.IntN(5) - 2
			}
		default:
			age := 2025 - m.year
			if w.slip(0.4) {
				age += w.r.IntN(5) - 2
			}
			if age > 25 && w.chance(0.3) {
				age = (age + 2) / 5 * 5
			}
			r.Age, r.HasAge = max(age, 0), true
		}
		truth := fmt.Sprint(m.id)
		if w.chance(0.001) {
			r.FullName, r.FullNameAlt = []string{"test", "xyz", "Test Test", "abc"}[w.r.IntN(4)], ""
			truth = fmt.Sprintf("junk%d", len(w.out.records))
		}
		w.out.records = append(w.out.records, r)
		w.out.truth = append(w.out.truth, truth)
	}
}

func (w *town) digit(s string) string {
	b := []byte(s)
	for range 10 {
		if len(b) == 0 {
			return s
		}
		i := w.r.IntN(len(b))
		if b[i] >= '0' && b[i] <= '9' {
			b[i] = byte('0' + w.r.IntN(10))
			return string(b)
		}
	}
	return s
}

func townLocality(n int) string {
	a := []string{"Ram", "Shyam", "Lakshmi", "Indra", "Govind", "Kirti", "Subhash", "Nehru", "Patel", "Shastri", "Tilak", "Vikas", "Uttam", "Rohini", "Mangol", "Sultan", "Jahangir", "Model", "Preet", "Karol"}
	b := []string{"", " East", " West", " Extension", " Vihar", " Enclave", " Garden", " Colony", " Puri", " Kunj", " Bagh", " Khurd", " Kalan", " Phase 1", " Phase 2"}
	return a[n%len(a)] + b[n/len(a)%len(b)]
}

func (w *town) build() labelled {
	for range w.houses {
		h := w.newHome()
		w.list(h, 1, true)
		switch x := w.r.Float64(); {
		case x < 0.06: // listed twice
			w.list(h, 0.9, false)
		case x < 0.075: // moved
			g := w.newHome()
			m := *h
			m.house, m.street, m.locality, m.pin = g.house, g.street, g.locality, g.pin
			w.list(&m, 0.9, false)
		case x < 0.115: // a daughter at her in-laws'
			for i, d := range h.members {
				if h.relation[i] == "daughter" && 2025-d.year >= 18 {
					g := w.newHome()
					bride := *d
					bride.husband = g.members[0]
					if w.chance(0.6) {
						bride.family = g.members[0].family
					}
					rel := "wife"
					if len(g.members) > 1 && g.relation[1] == "wife" {
						g.members[1] = &bride
					} else {
						g.members, g.relation = append(g.members, &bride), append(g.relation, rel)
					}
					w.list(g, 1, true)
					break
				}
			}
		case x < 0.165: // the brother's family next door, or upstairs
			g := w.newHome()
			g.house, g.street, g.locality, g.pin = h.house, h.street, h.locality, h.pin
			for _, m := range g.members {
				m.family, m.muslim = h.members[0].family, h.members[0].muslim
			}
			g.members[0].father = h.members[0].father
			if w.chance(0.3) {
				g.mobile = h.mobile
			}
			w.list(g, 1, true)
		case x < 0.185: // one person listed again elsewhere, alone
			m := *h
			g := w.newHome()
			m.house, m.street, m.locality, m.pin, m.mobile = g.house, g.street, g.locality, g.pin, g.mobile
			i := w.r.IntN(len(h.members))
			m.members, m.relation = []*soul{h.members[i]}, []string{"head"}
			w.list(&m, 1, false)
		}
	}
	w.r.Shuffle(len(w.out.records), func(i, j int) {
		w.out.records[i], w.out.records[j] = w.out.records[j], w.out.records[i]
		w.out.truth[i], w.out.truth[j] = w.out.truth[j], w.out.truth[i]
	})
	return w.out
}

func TestHouseholdsAreLinkedWell(t *testing.T) {
	for _, c := range []struct {
		name   string
		houses int
		noise  float64
	}{
		{"usual errors", 4000, 1},
		{"more errors, few names", 6000, 1.5},
		{"so many errors that a careless EM takes strangers for one person", 8000, 2.5},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newTown(t, c.houses, 21, c.noise).build()
			r := link(t, s, Options{})
			got := s.clusters(r)
			n, right := s.reviews(r)
			reviews := n * 1000 / float64(len(s.records))
			all := (got.right + right) / got.there
			t.Logf("%d records: precision %.4f recall %.4f; with %.1f reviews per 1000 recall %.4f; %d compared", len(s.records), got.precision(), got.recall(), reviews, all, r.Compared)
			if got.precision() < 0.995 || got.recall() < 0.78 {
				t.Errorf("precision %.4f and recall %.4f, wanted 0.995 and 0.78", got.precision(), got.recall())
			}
			if all < 0.88 || reviews > 35 {
				t.Errorf("with reviews recall %.4f at %.1f per 1000, wanted 0.88 at 35", all, reviews)
			}
		})
	}
}

func TestFamiliesAreNotTakenForOnePersonWhereListingsAreNotTold(t *testing.T) {
	s := newTown(t, 4000, 23, 1).build()
	for i := range s.records {
		s.records[i].Household, s.records[i].Line = "", ""
	}
	got := s.clusters(link(t, s, Options{}))
	t.Logf("precision %.4f recall %.4f", got.precision(), got.recall())
	if got.precision() < 0.95 || got.recall() < 0.5 { // far less than with listings, and far from the 0.02 of a careless model
		t.Errorf("precision %.4f and recall %.4f", got.precision(), got.recall())
	}
}
