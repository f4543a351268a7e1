// Package bounds finds what sums of unknown counts give away: for any sum of
// them, the least and the greatest value that all known sums allow. It is linear
// programming, solved by the primal simplex method in whole numbers.
//
// The tableau is kept as integers over one common denominator, the last pivot
// (integer-preserving elimination), so there is no rounding: J. Edmonds, Systems
// of distinct representatives and linear algebra (1967); E. H. Bareiss,
// Sylvester's identity and multistep integer-preserving Gaussian elimination
// (1968). Sums of counts have coefficients 0 and 1, for which the denominators
// stay small. A number that outgrows 62 bits is an error, never a wrong bound.
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
	sums     [][]int
	values   []int64
}

// NewSystem makes a system of that many unknown counts.
func NewSystem(unknowns int) *System { return &System{unknowns: unknowns} }

// Know adds that the unknowns listed sum to a value. An unknown may be listed
// once.
func (s *System) Know(sum []int, value int64) error {
	seen := slices.Clone(sum)
	slices.Sort(seen)
	for i, u := range seen {
		if u < 0 || u >= s.unknowns || i > 0 && u == seen[i-1] {
			return fmt.Errorf("sum %v of %d unknowns", sum, s.unknowns)
		}
	}
	if value < 0 {
		return errImpossible
	}
	s.sums = append(s.sums, slices.Clone(sum))
	s.values = append(s.values, value)
	return nil
}

var (
	errImpossible = errors.New("no counts have these sums")
	errTooLarge   = errors.New("numbers outgrow 62 bits")
)

// Fraction is Num/Den, Den positive.
type Fraction struct{ Num, Den int64 }

// Float is the fraction as a floating-point number.
func (f Fraction) Float() float64 { return float64(f.Num) / float64(f.Den) }

// Interval is all that a sum may be.
type Interval struct {
	Low, High Fraction
	Unbounded bool // there is no High
}

// Width is how far apart the ends are, infinite where there is no upper end.
func (i Interval) Width() float64 {
	if i.Unbounded {
		return math.Inf(1)
	}
	return i.High.Float() - i.Low.Float()
}

// Solver answers for one system. It keeps the last solution as the start of the
// next search; one goroutine at a time may use it.
type Solver struct {
	rows   [][]int64 // of the basic unknowns, columns by unknown, the value last
	basic  []int
	den    int64
	isHeld []bool // unknown → basic
	n      int
}

// Solve finds some counts that have the known sums; it fails where none have.
func (s *System) Solve() (*Solver, error) {
	m := len(s.sums)
	v := &Solver{n: s.unknowns, den: 1, isHeld: make([]bool, s.unknowns+m)}
	for i, sum := range s.sums {
		row := make([]int64, s.unknowns+m+1)
		for _, u := range sum {
			row[u] = 1
		}
		row[s.unknowns+i] = 1 // what is missing from the sum
		row[len(row)-1] = s.values[i]
		v.rows = append(v.rows, row)
		v.basic = append(v.basic, s.unknowns+i)
		v.isHeld[s.unknowns+i] = true
	}
	// Let nothing be missing: maximise minus the sum of what is.
	cost := make([]int64, s.unknowns+m)
	for i := range m {
		cost[s.unknowns+i] = -1
	}
	best, _, err := v.maximise(cost)
	if err != nil {
		return nil, err
	}
	if best.Num != 0 {
		return nil, errImpossible
	}
	return v, v.dropMissing()
}

// dropMissing takes the unknowns that stood for what is missing out of the
// tableau, with the rows that say nothing new.
func (v *Solver) dropMissing() error {
	for i := 0; i < len(v.basic); {
		if v.basic[i] < v.n {
			i++
			continue
		}
		column := slices.IndexFunc(v.rows[i][:v.n], func(x int64) bool { return x != 0 })
		if column >= 0 {
			if err := v.pivot(i, column); err != nil {
				return err
			}
			i++
			continue
		}
		v.rows = slices.Delete(v.rows, i, i+1)
		v.basic = slices.Delete(v.basic, i, i+1)
	}
	for i, row := range v.rows {
		v.rows[i] = append(slices.Clone(row[:v.n]), row[len(row)-1])
	}
	v.isHeld = v.isHeld[:v.n]
	return nil
}

// Bounds finds the least and the greatest value of the sum of some unknowns.
func (v *Solver) Bounds(sum []int) (Interval, error) {
	cost := make([]int64, v.n)
	for _, u := range sum {
		if u < 0 || u >= v.n {
			return Interval{}, fmt.Errorf("unknown %d of %d", u, v.n)
		}
		cost[u] = 1
	}
	high, unbounded, err := v.maximise(cost)
	if err != nil {
		return Interval{}, err
	}
	for i := range cost {
		cost[i] = -cost[i]
	}
	low, _, err := v.maximise(cost) // bounded: counts are not negative
	return Interval{Low: Fraction{-low.Num, low.Den}, High: high, Unbounded: unbounded}, err
}
