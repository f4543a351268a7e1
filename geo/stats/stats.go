// Package stats is the statistics of places: whether values lie together by
// more than chance, where, and how sure one may be. Every function names its
// source and, where tools disagree, the convention it follows;
// docs/correctness.md holds our figures against published ones.
//
// A value that is not a finite number (NaN, ±Inf) is unknown: its place is
// left out of n and of every neighbourhood, and its own answer is NaN. Where a
// statistic cannot differ from its expectation (all values alike, all places
// neighbours, no neighbours) its z is 0, which is to say: no evidence.
//
// Nothing here reads a clock or a global source of chance: what is drawn is
// drawn from a seed, and the same seed gives the same answer on any number of
// processors.
package stats

import "math"

// Side says which deviations count as extreme when a p-value is made. A
// p-value without its side is half a statement, so every function asks for it.
type Side int

// The sides of a test.
const (
	TwoSided Side = iota // larger or smaller than expected
	Greater              // larger only
	Less                 // smaller only
)

// P is the probability of a standard normal deviate at least as extreme as z.
// It keeps its relative precision in the far tails; NaN gives NaN.
func (s Side) P(z float64) float64 {
	switch s {
	case Greater:
		return 0.5 * math.Erfc(z/math.Sqrt2)
	case Less:
		return 0.5 * math.Erfc(-z/math.Sqrt2)
	default:
		return math.Erfc(math.Abs(z) / math.Sqrt2)
	}
}

// finite tells whether a value is known.
func finite(x float64) bool { return x-x == 0 }

// known counts the known values and sums them.
func known(x []float64) (n int, sum float64) {
	for _, v := range x {
		if finite(v) {
			n++
			sum += v
		}
	}
	return n, sum
}
