package linkage

// A keyed is a 32-bit key above a record number.
type keyed uint64

func (k keyed) key() uint32    { return uint32(k >> 32) }
func (k keyed) record() uint32 { return uint32(k) }

// sortKeyed sorts by key, keeping the order of equal keys: a radix sort of three passes. spare must be as long as list; the
// sorted list is returned and is one of the two.
func sortKeyed(list, spare []keyed) []keyed {
	spare = spare[:len(list)]
	if len(list) < 200 {
		for i := 1; i < len(list); i++ {
			for j := i; j > 0 && list[j].key() < list[j-1].key(); j-- {
				list[j], list[j-1] = list[j-1], list[j]
			}
		}
		return list
	}
	for shift := 32; shift < 64; shift += 11 {
		var at [2048]int
		for _, k := range list {
			at[k>>shift&2047]++
		}
		sum := 0
		for d := range at {
			at[d], sum = sum, sum+at[d]
		}
		for _, k := range list {
			d := k >> shift & 2047
			spare[at[d]] = k
			at[d]++
		}
		list, spare = spare, list
	}
	return list
}
