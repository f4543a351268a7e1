package stats

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Ranks is where each place's neighbourhood lies among random ones: of so many
// permutations, in how many was the sum of its neighbours at least, and at
// most, what it is. Gi, Gi* and local Moran are rising functions of that sum
// (local Moran a falling one where the place lies below the mean, see
// ForMoran), so that they share the ranks.
type Ranks struct {
	Permutations    int
	AtLeast, AtMost []int32 // −1 where the place is unknown
}

// P is a place's pseudo p-value, (extreme + 1)/(permutations + 1). TwoSided is
// twice the smaller tail, at most 1.
//
// Tools differ: esda's p_sim is the smaller tail alone, whichever it is, that
// is a one-sided p whose side was chosen after looking: half of ours.
func (r Ranks) P(i int, s Side) float64 {
	if r.AtLeast[i] < 0 {
		return math.NaN()
	}
	all := float64(r.Permutations + 1)
	greater, less := float64(r.AtLeast[i]+1)/all, float64(r.AtMost[i]+1)/all
	switch s {
	case Greater:
		return greater
	case Less:
		return less
	default:
		return min(1, 2*min(greater, less))
	}
}

// All is the p-values of all places.
func (r Ranks) All(s Side) []float64 {
	p := make([]float64, len(r.AtLeast))
	for i := range p {
		p[i] = r.P(i, s)
	}
	return p
}

// ForMoran turns the tails of the places below the mean of x around, where a
// large sum of neighbours makes a small I.
func (r Ranks) ForMoran(x []float64) Ranks {
	n, sum := known(x)
	turned := Ranks{Permutations: r.Permutations, AtLeast: slices.Clone(r.AtLeast), AtMost: slices.Clone(r.AtMost)}
	for i, v := range x {
		if v < sum/float64(n) {
			turned.AtLeast[i], turned.AtMost[i] = turned.AtMost[i], turned.AtLeast[i]
		}
	}
	return turned
}

// PermuteEach ranks every place among permutations of its own: its value stays,
// its neighbours' are drawn from all other places without replacement (Anselin
// 1995). It runs on all processors.
func PermuteEach(w Weights, x []float64, permutations int, seed uint64) (Ranks, error) {
	p, err := newPermuting(w, x, permutations)
	if err != nil {
		return Ranks{}, err
	}
	p.inParts(func(from, to int) {
		hand := hand{others: uint32(max(len(p.x)-1, 0))}
		for i := from; i < to; i++ {
			hand.source.Seed(seed, uint64(i)*0x9e3779b97f4a7c15)
			p.rankAlone(i, &hand)
		}
	})
	return p.result(), nil
}

// PermuteShared ranks every place with one table of random sequences for all:
// the place itself is skipped where a sequence holds it, which leaves a
// uniform draw without replacement from the others, so that each p-value is as
// exact as PermuteEach's. With equal weights in each row the null depends on
// the number of neighbours alone and a place costs a binary search. The price
// is that the errors of p-values of different places hang together.
func PermuteShared(w Weights, x []float64, permutations int, seed uint64) (Ranks, error) {
	p, err := newPermuting(w, x, permutations)
	if err != nil {
		return Ranks{}, err
	}
	dealt := newSequences(p.w.Len(), p.most, permutations, rand.New(rand.NewPCG(seed, 0)))
	if p.w.Values == nil {
		p.rankBySorted(dealt)
	} else {
		p.rankByTable(dealt)
	}
	return p.result(), nil
}
