package linkage

import "math/bits"

// jaroWinkler is the Jaro–Winkler similarity of two lower-case ASCII strings, 0 to 1, with the usual prefix scale 0.1 over
// at most four letters (Winkler 1990). Strings longer than 64 bytes are compared by their first 64. Matching letters are
// found with one bit mask a letter instead of an inner loop.
func jaroWinkler(a, b string) float64 {
	if len(a) > 64 {
		a = a[:64]
	}
	if len(b) > 64 {
		b = b[:64]
	}
	if len(a) > len(b) {
		a, b = b, a
	}
	m, n := len(a), len(b)
	if m == 0 {
		return 0
	}
	if a == b {
		return 1
	}
	var where [128]uint64 // where[c]: the places of c in b
	for i := 0; i < n; i++ {
		where[b[i]&127] |= 1 << i
	}
	window := max(n/2-1, 0)
	var usedA, usedB uint64
	for i := 0; i < m; i++ {
		lo, hi := i-window, i+window+1
		in := ^uint64(0)
		if hi < 64 {
			in = 1<<hi - 1
		}
		if lo > 0 {
			in &^= 1<<lo - 1
		}
		if c := where[a[i]&127] & in &^ usedB; c != 0 {
			usedB |= c & -c
			usedA |= 1 << i
		}
	}
	matches := bits.OnesCount64(usedA)
	if matches == 0 {
		return 0
	}
	outOfPlace := 0
	for x, y := usedA, usedB; x != 0; x, y = x&(x-1), y&(y-1) {
		if a[bits.TrailingZeros64(x)] != b[bits.TrailingZeros64(y)] {
			outOfPlace++
		}
	}
	k := float64(matches)
	jaro := (k/float64(m) + k/float64(n) + (k-float64(outOfPlace/2))/k) / 3
	prefix := 0
	for prefix < m && prefix < 4 && a[prefix] == b[prefix] {
		prefix++
	}
	return jaro + 0.1*float64(prefix)*(1-jaro)
}

// levenshtein is the edit distance of two ASCII strings by Myers' bit-parallel algorithm (1999), in Hyyrö's form. Strings
// longer than 64 bytes are compared by their first 64.
func levenshtein(a, b string) int {
	if len(a) > 64 {
		a = a[:64]
	}
	if len(b) > 64 {
		b = b[:64]
	}
	m := len(a)
	if m == 0 {
		return len(b)
	}
	var where [128]uint64
	for i := 0; i < m; i++ {
		where[a[i]&127] |= 1 << i
	}
	up, down := ^uint64(0), uint64(0)
	last := uint64(1) << (m - 1)
	distance := m
	for j := 0; j < len(b); j++ {
		eq := where[b[j]&127]
		x := eq | down
		d0 := (((x & up) + up) ^ up) | x
		hp := down | ^(d0 | up)
		hn := d0 & up
		if hp&last != 0 {
			distance++
		} else if hn&last != 0 {
			distance--
		}
		hp = hp<<1 | 1
		up = hn<<1 | ^(d0 | hp)
		down = d0 & hp
	}
	return distance
}

// oneTypo reports whether b differs from a by one inserted, lost, changed or exchanged letter.
func oneTypo(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) != len(b) {
		return a[i:] == b[i+1:]
	}
	if i == len(a) {
		return true
	}
	if a[i+1:] == b[i+1:] {
		return true
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// letterMask has a bit for each letter a–z of s, and one for all digits: a cheap proof that two strings differ.
func letterMask(s string) uint32 {
	var m uint32
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z':
			m |= 1 << (c - 'a')
		case c >= '0' && c <= '9':
			m |= 1 << 26
		}
	}
	return m
}
