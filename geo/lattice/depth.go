package lattice

import "math/bits"

// Depth is which points are covered at least once, and which at least twice.
type Depth struct{ once, twice []uint64 }

// NewDepth covers none of so many points.
func NewDepth(points int) Depth {
	words := (points + 63) / 64
	return Depth{make([]uint64, words), make([]uint64, words)}
}

// Clone is a copy of its own.
func (d Depth) Clone() Depth {
	return Depth{append([]uint64(nil), d.once...), append([]uint64(nil), d.twice...)}
}

// Add covers the points of a run once more.
func (d Depth) Add(r Run) {
	for from := r.From; from < r.To; {
		word := from >> 6
		end := min(r.To, (word+1)<<6)
		mask := ^uint64(0) >> (64 - (end - from)) << (from & 63)
		d.twice[word] |= d.once[word] & mask
		d.once[word] |= mask
		from = end
	}
}

// Covers tells whether a point is covered at least so many times, 1 or 2.
func (d Depth) Covers(point, times int) bool { return d.level(times)[point>>6]>>(point&63)&1 == 1 }

func (d Depth) level(times int) []uint64 {
	if times == 2 {
		return d.twice
	}
	return d.once
}

// Count is how many points of a run are covered once or more, and twice.
func (d Depth) Count(r Run) (once, twice int) {
	for from := r.From; from < r.To; {
		word := from >> 6
		end := min(r.To, (word+1)<<6)
		mask := ^uint64(0) >> (64 - (end - from)) << (from & 63)
		once += bits.OnesCount64(d.once[word] & mask)
		twice += bits.OnesCount64(d.twice[word] & mask)
		from = end
	}
	return once, twice
}
