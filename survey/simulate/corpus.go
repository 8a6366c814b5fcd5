package simulate

import (
	"embed"
	"fmt"
	"strconv"
	"strings"
)

//go:embed corpus/*.txt
var corpusFiles embed.FS

// A word is one part of a name with its spellings in both scripts, the commonest first.
type word struct{ latin, hindi []string }

// A pool is a list of words, the commonest first.
type pool struct {
	words []*word
	sum   []float64 // running sums of the weights
}

// draw takes a word by its rank: a few names are very common and many are rare, as in every list of real people.
func (p *pool) draw(s *stream) *word {
	at := s.float() * p.sum[len(p.sum)-1]
	lo, hi := 0, len(p.sum)-1
	for lo < hi {
		if mid := (lo + hi) / 2; p.sum[mid] > at {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return p.words[lo]
}

func (p *pool) add(w *word) {
	const flat = 9 // the first name is about nine times as common as the eightieth
	var before float64
	if n := len(p.sum); n > 0 {
		before = p.sum[n-1]
	}
	p.words = append(p.words, w)
	p.sum = append(p.sum, before+1/float64(len(p.words)+flat))
}

// readPools reads one corpus file: sections in brackets, and in each section words as "Latin/Latin=Devanagari/Devanagari".
func readPools(file string) (map[string]*pool, error) {
	text, err := corpusFiles.ReadFile("corpus/" + file)
	if err != nil {
		return nil, err
	}
	pools := map[string]*pool{}
	var section *pool
	for i, line := range strings.Split(string(text), "\n") {
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			section = &pool{}
			pools[strings.Trim(line, "[]")] = section
		default:
			for entry := range strings.FieldsSeq(line) {
				w, err := readWord(entry)
				if err != nil || section == nil {
					return nil, fmt.Errorf("names %s, line %d: %q is no word", file, i+1, entry)
				}
				section.add(w)
			}
		}
	}
	return pools, nil
}

func readWord(entry string) (*word, error) {
	latin, hindi, ok := strings.Cut(strings.ReplaceAll(entry, "_", " "), "=")
	if !ok || latin == "" || hindi == "" {
		return nil, fmt.Errorf("%q is not Latin=Devanagari", entry)
	}
	return &word{strings.Split(latin, "/"), strings.Split(hindi, "/")}, nil
}

// A place is the part of the city around a few neighbouring wards.
type place struct {
	lat, lon   float64
	pins       []string
	kind       string // colony, flats, village or dense
	people     string // who lives there beside the city's mix: see mixes
	localities [][]string
}

func readPlaces() ([]place, error) {
	text, err := corpusFiles.ReadFile("corpus/places.txt")
	if err != nil {
		return nil, err
	}
	var places []place
	for i, line := range strings.Split(string(text), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		p, err := readPlace(line)
		if err != nil {
			return nil, fmt.Errorf("places, line %d: %w", i+1, err)
		}
		places = append(places, p)
	}
	return places, nil
}

func readPlace(line string) (place, error) {
	cols := strings.Split(line, "|")
	if len(cols) != 5 {
		return place{}, fmt.Errorf("%d columns instead of 5", len(cols))
	}
	for i := range cols {
		cols[i] = strings.TrimSpace(cols[i])
	}
	p := place{pins: strings.Fields(cols[1]), kind: cols[2], people: cols[3]}
	lat, lon, _ := strings.Cut(cols[0], " ")
	var err error
	if p.lat, err = strconv.ParseFloat(lat, 64); err != nil {
		return place{}, err
	}
	if p.lon, err = strconv.ParseFloat(lon, 64); err != nil {
		return place{}, err
	}
	for l := range strings.SplitSeq(cols[4], ";") {
		p.localities = append(p.localities, strings.Split(strings.TrimSpace(l), "/"))
	}
	return p, nil
}
