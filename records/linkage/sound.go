package linkage

// soundKey folds a romanised Indian name to the sounds that its spellings share. One Devanagari name is written in Latin
// letters by ear: aspirates come and go (santosh, santhosh), v is w, z is j, ee is i, oo is u, letters are doubled, a is
// written or not. Kept are the consonants in classes, and the vowels only as front (i), back (u) or not at all (a).
// The benchmark prints how many real spelling variants share a key and how many different names do, beside Soundex and
// Jaro–Winkler.
func soundKey(name string) string {
	return foldSound(name, true)
}

// skeletonKey is soundKey without its inner vowels and with the voiced and unvoiced letters that Tamil and Bengali
// spellings exchange folded together: a key for blocking, too coarse to be evidence.
func skeletonKey(name string) string {
	return foldSound(name, false)
}

func foldSound(name string, vowels bool) string {
	var buf [48]byte
	out := buf[:0]
	gap := false // an unwritten vowel lies between the last letter kept and this one
	put := func(c byte) {
		if len(out) < cap(out) && (gap || len(out) == 0 || out[len(out)-1] != c) {
			out = append(out, c)
		}
		gap = false
	}
	n := len(name)
	at := func(i int) byte {
		if i >= 0 && i < n {
			return name[i]
		}
		return 0
	}
	for i := 0; i < n; i++ {
		c := name[i]
		switch c {
		case 'a', 'e', 'i', 'o', 'u', 'y':
			if c == 'y' && i == 0 && isVowel(at(1)) {
				put('y')
				continue
			}
			j := i
			for j < n && (isVowel(name[j]) || name[j] == 'w' && !isVowel(at(j+1))) {
				j++
			}
			v := vowelClass(name[i:j])
			switch {
			case len(out) == 0:
				put(pick(vowels, string(v), "a")[0])
			case vowels && v != 'a' && !(j == n && name[i:j] == "e"):
				put(v)
			default:
				gap = true
			}
			i = j - 1
		case 'h':
			if i == 0 {
				put('h')
			}
		case 'b':
			put('b')
		case 'v', 'w':
			put(pick(vowels, "v", "b")[0])
		case 'c':
			switch {
			case at(i+1) == 'h':
				put('c')
				i++
			case at(i+1) == 'k':
			case at(i+1) == 'e' || at(i+1) == 'i':
				put('s')
			default:
				put('k')
			}
		case 'd':
			put(pick(vowels, "d", "t")[0])
		case 'f':
			put('p')
		case 'g':
			put(pick(vowels, "g", "k")[0])
		case 'j', 'z':
			put('j')
		case 'k':
			put('k')
		case 'q':
			put('k')
			if at(i+1) == 'u' && isVowel(at(i+2)) {
				i++
			}
		case 'l', 'm', 'r':
			put(c)
		case 'n': // written n or m before a labial
			switch at(i + 1) {
			case 'p', 'b', 'm', 'f':
				put('m')
			default:
				put('n')
			}
		case 'p':
			put('p')
		case 's':
			put('s')
		case 't':
			put('t')
		case 'x':
			put('k')
			put('s')
		default:
			if c >= '0' && c <= '9' {
				out = append(out[:min(len(out), cap(out)-1)], c)
			}
		}
	}
	return string(out)
}

func isVowel(c byte) bool {
	switch c {
	case 'a', 'e', 'i', 'o', 'u', 'y':
		return true
	}
	return false
}

// vowelClass is i, u or a for a run of vowels. A single e is as faint as a: ahmed, ahmad.
func vowelClass(run string) byte {
	if run == "e" {
		return 'a'
	}
	for k := 0; k < len(run); k++ {
		switch run[k] {
		case 'i', 'e', 'y':
			return 'i'
		case 'u', 'o', 'w':
			return 'u'
		}
	}
	return 'a'
}
