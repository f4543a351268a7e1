package siting

import (
	"math/bits"
	"slices"
)

// Set is a set of places: a bitmap over their numbers of which only the words
// that are not zero are kept, since what one site covers lies close together.
type Set struct {
	at   []int32 // numbers of the words, ascending
	bits []uint64
}

// SetOf is the set of these places, in any order. No number may be negative.
func SetOf(places ...int32) Set {
	sorted := slices.Clone(places)
	slices.Sort(sorted)
	var s Set
	for _, p := range sorted {
		s.AddRun(int(p), int(p)+1)
	}
	return s
}

// AddRun adds the places from, …, to-1. Runs must come in ascending order;
// they may touch, and overlap in the last place added.
func (s *Set) AddRun(from, to int) {
	for from < to {
		word := from >> 6
		end := min(to, (word+1)<<6)
		mask := ^uint64(0) >> (64 - (end - from)) << (from & 63)
		if last := len(s.at) - 1; last >= 0 && s.at[last] == int32(word) {
			s.bits[last] |= mask
		} else {
			s.at = append(s.at, int32(word))
			s.bits = append(s.bits, mask)
		}
		from = end
	}
}

// Len is how many places the set holds.
func (s Set) Len() int {
	n := 0
	for _, b := range s.bits {
		n += bits.OnesCount64(b)
	}
	return n
}

// All yields the places in ascending order.
func (s Set) All(yield func(place int) bool) {
	for k, b := range s.bits {
		for base := int(s.at[k]) << 6; b != 0; b &= b - 1 {
			if !yield(base + bits.TrailingZeros64(b)) {
				return
			}
		}
	}
}

// end is one more than the greatest place, 0 for none.
func (s Set) end() int {
	if len(s.at) == 0 {
		return 0
	}
	last := len(s.at) - 1
	return int(s.at[last])<<6 + 64 - bits.LeadingZeros64(s.bits[last])
}

// weightOf adds up the weights of the places of one word.
func weightOf(word int32, b uint64, weights []float64) float64 {
	sum := 0.0
	for base := int(word) << 6; b != 0; b &= b - 1 {
		sum += weights[base+bits.TrailingZeros64(b)]
	}
	return sum
}
