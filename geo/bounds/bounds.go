// Package bounds finds what sums of unknown counts give away: for any sum of
// them, the least and the greatest value that all known sums allow. It is linear
// programming.
//
// The search is the revised simplex method in floating point, on sparse columns
// (G. B. Dantzig, W. Orchard-Hays, The product form for the inverse in the simplex
// method, 1954). Nothing of it is believed: an end of an interval comes
// with two proofs in whole numbers: counts that have all the known sums and reach
// it, and multiples of the known sums that add up to it and leave no room beyond
// (weak duality). Where the denominators grow too large for the first, the second
// alone still says that nothing lies beyond.
package bounds

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// System is known sums of unknown counts. Counts are not negative.
type System struct {
	unknowns int
	sums     [][]int32
	values   []int64
}

// NewSystem makes a system of that many unknown counts.
func NewSystem(unknowns int) *System { return &System{unknowns: unknowns} }

// greatestValue keeps the proofs within 64 bits.
const greatestValue = 1 << 31

// Know adds that the unknowns listed sum to a value. An unknown may be listed
// once.
func (s *System) Know(sum []int, value int64) error {
	seen := slices.Sorted(slices.Values(sum))
	list := make([]int32, len(seen))
	for i, u := range seen {
		if u < 0 || u >= s.unknowns || i > 0 && u == seen[i-1] {
			return fmt.Errorf("sum %v of %d unknowns", sum, s.unknowns)
		}
		list[i] = int32(u)
	}
	if value < 0 {
		return errImpossible
	}
	if value > greatestValue {
		return errTooLarge
	}
	s.sums = append(s.sums, list)
	s.values = append(s.values, value)
	return nil
}

var (
	errImpossible = errors.New("no counts have these sums")
	errTooLarge   = errors.New("a sum is too large")
	errLost       = errors.New("the search for an end did not end")
)

// Fraction is Num/Den, Den positive.
type Fraction struct{ Num, Den int64 }

// Float is the fraction as a floating-point number.
func (f Fraction) Float() float64 { return float64(f.Num) / float64(f.Den) }

// Interval is all that a sum may be.
type Interval struct {
	Low, High Fraction
	Unbounded bool // there is no High
	// Reached tells that both ends are proven to be the very least and the greatest.
	// Where it is false, they may be a trifle too far apart.
	Reached bool
}

// Width is how far apart the ends are, infinite where there is no upper end.
func (i Interval) Width() float64 {
	if i.Unbounded {
		return math.Inf(1)
	}
	return i.High.Float() - i.Low.Float()
}

// Solver answers for one system. It keeps the last solutions, one for the greatest
// and one for the least, as the starts of the next searches; one goroutine at a time
// may use it.
type Solver struct{ high, low *search }

// Solve finds some counts that have the known sums; it fails where none have.
func (s *System) Solve() (*Solver, error) {
	found, err := s.solve()
	if err != nil {
		return nil, err
	}
	return &Solver{high: found, low: found.clone()}, nil
}

// Bounds finds the least and the greatest value of the sum of some unknowns.
func (v *Solver) Bounds(sum []int) (Interval, error) {
	target := make([]int32, len(sum))
	for i, u := range sum {
		if u < 0 || u >= v.high.unknowns {
			return Interval{}, fmt.Errorf("unknown %d of %d", u, v.high.unknowns)
		}
		target[i] = int32(u)
	}
	high, unbounded, most, err := v.high.extreme(target, 1)
	if err != nil {
		return Interval{}, err
	}
	low, _, least, err := v.low.extreme(target, -1) // bounded: counts are not negative
	return Interval{Low: Fraction{-low.Num, low.Den}, High: high, Unbounded: unbounded, Reached: least && (most || unbounded)}, err
}

// extreme finds the greatest value of sign × the sum of the target.
func (v *search) extreme(target []int32, sign float64) (end Fraction, unbounded, reached bool, err error) {
	for _, u := range target {
		v.cost[u] = sign
	}
	defer func() {
		for _, u := range target {
			v.cost[u] = 0
		}
	}()
	if unbounded, err = v.maximise(target); err != nil || unbounded {
		return Fraction{}, unbounded, false, err
	}
	end, reached = v.prove(target)
	return end, false, reached, nil
}
