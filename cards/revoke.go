package cards

import (
	"bytes"
	"time"
)

// And returns the list that follows this one: with further revocations, in any order, made at the given time. Nothing ever leaves
// a list, and a credential that is in it already keeps its day. Where nothing is new the list is returned as it is, serial and all.
func (l RevocationList) And(revoked []Revocation, madeAt time.Time) (RevocationList, error) {
	if err := l.check(); err != nil {
		return RevocationList{}, err
	}
	more, err := NewRevocationList(l.Serial+1, madeAt, revoked)
	if err != nil {
		return RevocationList{}, err
	}
	all := RevocationList{
		Serial: more.Serial, MadeAt: more.MadeAt,
		Hashes: make([]byte, 0, len(l.Hashes)+len(more.Hashes)), Days: make([]byte, 0, len(l.Days)+len(more.Days)),
	}
	for i, j := 0, 0; i < l.Len() || j < more.Len(); {
		switch {
		case j == more.Len() || i < l.Len() && bytes.Compare(l.hash(i), more.hash(j)) < 0:
			all.take(l, i)
			i++
		case i == l.Len() || bytes.Compare(l.hash(i), more.hash(j)) > 0:
			all.take(more, j)
			j++
		default: // in both
			j++
		}
	}
	if all.Len() == l.Len() {
		return l, nil
	}
	return all, nil
}

// take appends an entry of another list.
func (l *RevocationList) take(from RevocationList, i int) {
	l.Hashes = append(l.Hashes, from.hash(i)...)
	l.Days = append(l.Days, from.Days[i*dayBytes:(i+1)*dayBytes]...)
}
