package linkage

import (
	"cmp"
	"math"
	"slices"
)

// Names come in communities: Gurpreet is rare in the city and common among Sikhs, and whoever shares one Sikh name with a
// stranger shares the next with ease. Taken as independent, the names of two unrelated families of a small community would
// prove them to be one. So communities are learned from the data, as classes of listings by the words of their names: a mixture
// of unigrams (Nigam and others 2000) fitted by EM, begun from words that are frequent and seldom stand together. No list of
// communities exists anywhere, and nobody's class is kept.
type communities struct {
	Share []float64            // of each class
	Ratio map[string][]float32 // by sound: P(word | class) / P(word); words too rare to tell are left out
}

const (
	classesMost    = 16
	classWords     = 400    // words that may begin a class
	classListings  = 30_000 // listings looked at
	classRounds    = 8
	classLeast     = 4   // listings that a word must stand in
	classShrink    = 3.0 // listings' worth of belief that a word is as common in every class
	leastRatio     = 0.02
	largestListing = 40
)

// learnCommunities looks at listings, or at records where there are none.
func learnCommunities(t *table) *communities {
	docs := t.namesListed()
	words := t.names.sounds.len()
	df := make([]float64, words)
	total := 0.0
	for _, d := range docs {
		for _, w := range d {
			df[w]++
			total++
		}
	}
	if len(docs) < 200 {
		return &communities{}
	}
	begin := beginnings(t, docs, df)
	k := len(begin)
	if k < 2 {
		return &communities{}
	}
	// ratio[w*k+c] is the logarithm of P(w|c)/P(w).
	ratio := make([]float64, words*k)
	share := make([]float64, k)
	for c := range share {
		share[c] = 1 / float64(k)
	}
	post := make([]float64, k)
	got := make([]float64, words*k)
	for round := range classRounds + 1 {
		clear(got)
		sum := make([]float64, k)
		for _, d := range docs {
			if round == 0 {
				for c, w := range begin {
					post[c] = 0
					if slices.Contains(d, w) {
						post[c] = 1
					}
				}
			} else {
				classOf(post, share, ratio, d)
			}
			for c, p := range post {
				if p < 1e-4 {
					continue
				}
				sum[c] += p * float64(len(d))
				for _, w := range d {
					got[int(w)*k+c] += p
				}
			}
		}
		all := 0.0
		for _, s := range sum {
			all += s
		}
		for c := range share {
			share[c] = sum[c] / max(all, 1)
		}
		for w := range words {
			if df[w] == 0 {
				continue
			}
			for c := range k {
				expected := df[w] / total * sum[c]
				ratio[w*k+c] = math.Log(max((got[w*k+c]+classShrink*share[c])/(expected+classShrink*share[c]), leastRatio))
			}
		}
	}
	m := &communities{Share: share, Ratio: map[string][]float32{}}
	for w := 1; w < words; w++ {
		if df[w] >= classLeast {
			r := make([]float32, k)
			for c := range r {
				r[c] = float32(math.Exp(ratio[w*k+c]))
			}
			m.Ratio[string(t.names.sounds.bytesOf(uint32(w)))] = r
		}
	}
	return m
}

// classOf is the posterior of the classes of one listing.
func classOf(post, share, ratio []float64, d []uint32) {
	k := len(share)
	for c := range post {
		post[c] = math.Log(max(share[c], 1e-9))
	}
	for _, w := range d {
		for c, r := range ratio[int(w)*k : int(w+1)*k] {
			post[c] += r
		}
	}
	most := slices.Max(post)
	sum := 0.0
	for c := range post {
		post[c] = math.Exp(post[c] - most)
		sum += post[c]
	}
	for c := range post {
		post[c] /= sum
	}
}

// namesListed gives the distinct sounds of the names in each listing, of at most classListings chosen by hash.
func (t *table) namesListed() (docs [][]uint32) {
	add := func(rows []uint32, d []uint32) []uint32 {
		for _, i := range rows {
			r := t.row(i)
			for _, w := range [3]uint32{r.given, r.family, r.father} {
				if s := t.names.list[w].sound; w > 0 && !slices.Contains(d, s) {
					d = append(d, s)
				}
			}
		}
		return d
	}
	if t.houseCount == 0 {
		every := uint64(max(1, t.rows.n/classListings))
		for i := range uint32(t.rows.n) {
			if t.hash(i)%every == 0 {
				if d := add([]uint32{i}, nil); len(d) > 1 {
					docs = append(docs, d)
				}
			}
		}
		return docs
	}
	every := uint64(max(1, t.houseCount/classListings))
	for h := uint32(1); h <= t.houseCount; h++ {
		m := t.members(h)
		if len(m) == 0 || len(m) > largestListing || t.leastHash(m)%every != 0 {
			continue
		}
		if d := add(m, nil); len(d) > 1 {
			docs = append(docs, d)
		}
	}
	return docs
}

// beginnings chooses the words that the classes begin from: frequent, and seldom in one listing with those chosen before.
func beginnings(t *table, docs [][]uint32, df []float64) (chosen []uint32) {
	var top []uint32
	for w := 1; w < len(df); w++ {
		if df[w] >= max(classLeast, float64(len(docs))/1000) {
			top = append(top, uint32(w))
		}
	}
	text := func(w uint32) string { return string(t.names.sounds.bytesOf(w)) }
	slices.SortFunc(top, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(df[b], df[a]), cmp.Compare(text(a), text(b)))
	})
	top = top[:min(len(top), classWords)]
	place := map[uint32]int{}
	for i, w := range top {
		place[w] = i
	}
	together := make([]float64, len(top)*len(top))
	var in []int
	for _, d := range docs {
		in = in[:0]
		for _, w := range d {
			if i, ok := place[w]; ok {
				in = append(in, i)
			}
		}
		for _, i := range in {
			for _, j := range in {
				together[i*len(top)+j]++
			}
		}
	}
	near := make([]float64, len(top)) // likeness of the company a word keeps to that of a chosen one
	for len(chosen) < classesMost && len(chosen) < len(top) {
		best, most := -1, 0.0
		for i, w := range top {
			if s := math.Sqrt(df[w]) * (1 - near[i]); s > most {
				best, most = i, s
			}
		}
		if best < 0 {
			break
		}
		chosen = append(chosen, top[best])
		for i := range top {
			near[i] = max(near[i], likeness(together[i*len(top):(i+1)*len(top)], together[best*len(top):(best+1)*len(top)]))
		}
		near[best] = 1
	}
	return chosen
}

// likeness is the Bhattacharyya coefficient of two lists of counts: 1 for the same shares, 0 for nothing in common.
func likeness(a, b []float64) float64 {
	sum, na, nb := 0.0, 0.0, 0.0
	for i := range a {
		sum += math.Sqrt(a[i] * b[i])
		na += a[i]
		nb += b[i]
	}
	return sum / math.Sqrt(max(na*nb, 1e-9))
}

// kinds are communities by the numbers of one table's sounds.
type kinds struct {
	share []float64
	at    []int32 // where in ratio a sound's are, or -1
	ratio []float32
}

func (m *communities) kinds(t *table) *kinds {
	if m == nil {
		m = &communities{}
	}
	k := &kinds{share: m.Share, at: make([]int32, t.names.sounds.len())}
	for w := range k.at {
		k.at[w] = -1
		if r, ok := m.Ratio[t.names.sounds.at(uint32(w))]; ok && len(r) == len(m.Share) {
			k.at[w] = int32(len(k.ratio))
			k.ratio = append(k.ratio, r...)
		}
	}
	return k
}

// excess is how many bits more likely a stranger has all these names together than if names were independent: 0 or more.
func (k *kinds) excess(sounds []uint32) float64 {
	sum := 0.0
	for c, p := range k.share {
		for _, w := range sounds {
			if at := k.at[w]; at >= 0 {
				p *= float64(k.ratio[int(at)+c])
			}
		}
		sum += p
	}
	if len(k.share) == 0 {
		return 0
	}
	return max(math.Log2(max(sum, 1e-300)), 0)
}
