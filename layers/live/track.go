package live

import "github.com/paulmach/orb"

// remembered is how many fixes of a unit the judge knows again. The store knows
// all of them again; this only spares the way.
const remembered = 16

// track is what the judge remembers of a unit. There is no pointer in it, so that
// the collector of garbage passes over it.
type track struct {
	last, doubted mark // doubted: the last one that seemed too fast
	keys          [remembered]key
	next          int
	// session is the number of the one that looked at it last, which keeps what
	// it found at news.
	session uint64
	news    int
}

// mark is where a unit was; the zero mark is nowhere.
type mark struct {
	at    int64 // Unix nanoseconds
	point orb.Point
}

// key is a fix of a unit.
type key struct {
	at     int64 // Unix nanoseconds
	seq    uint64
	source uint32 // by the judge's count of them, from 1
}

func (t *track) knows(k key) bool {
	for i := range t.keys {
		if have := &t.keys[i]; have.at == k.at && *have == k {
			return true
		}
	}
	return false
}

func (t *track) add(k key) {
	t.keys[t.next%remembered] = k
	t.next++
}
