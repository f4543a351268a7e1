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
	"math/bits"
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

// maximise moves from one solution to the next until the sum of cost × count is
// as great as it can be. The column that gains most enters; after a while
// without progress the first that gains (Bland's rule, which cannot go round).
func (v *Solver) maximise(cost []int64) (best Fraction, unbounded bool, err error) {
	stuck := 0
	for {
		gains, value, err := v.gains(cost)
		if err != nil {
			return Fraction{}, false, err
		}
		column := -1
		for c, g := range gains {
			if g > 0 && !v.isHeld[c] && (column < 0 || stuck < patience && g > gains[column]) {
				column = c
			}
		}
		if column < 0 {
			return reduce(value, v.den), false, nil
		}
		row, err := v.leaving(column)
		if err != nil {
			return Fraction{}, false, err
		}
		if row < 0 {
			return Fraction{}, true, nil
		}
		if v.rows[row][len(v.rows[row])-1] == 0 {
			stuck++
		} else {
			stuck = 0
		}
		if err := v.pivot(row, column); err != nil {
			return Fraction{}, false, err
		}
	}
}

const patience = 40

// gains is, over the common denominator, what one more of each unknown would add
// to the objective, and the objective itself.
func (v *Solver) gains(cost []int64) (gains []int64, value int64, err error) {
	gains = make([]int64, len(cost))
	for c, k := range cost {
		gains[c] = k * v.den
	}
	for i, row := range v.rows {
		k := cost[v.basic[i]]
		if k == 0 {
			continue
		}
		for c := range gains {
			gains[c] -= k * row[c]
			if gains[c] > limit || gains[c] < -limit {
				return nil, 0, errTooLarge
			}
		}
		value += k * row[len(row)-1]
	}
	return gains, value, nil
}

// leaving is the row whose unknown reaches zero first when the column's grows,
// the one with the first unknown among equals; −1 where none ever does.
func (v *Solver) leaving(column int) (int, error) {
	best := -1
	for i, row := range v.rows {
		if row[column] <= 0 {
			continue
		}
		if best < 0 {
			best = i
			continue
		}
		at := v.rows[best]
		// row.value / row[column] < at.value / at[column]
		switch less := compareProducts(row[len(row)-1], at[column], at[len(at)-1], row[column]); {
		case less < 0, less == 0 && v.basic[i] < v.basic[best]:
			best = i
		}
	}
	return best, nil
}

// compareProducts compares a·b with c·d, none negative, in 128 bits.
func compareProducts(a, b, c, d int64) int {
	hi1, lo1 := bits.Mul64(uint64(a), uint64(b))
	hi2, lo2 := bits.Mul64(uint64(c), uint64(d))
	switch {
	case hi1 < hi2 || hi1 == hi2 && lo1 < lo2:
		return -1
	case hi1 == hi2 && lo1 == lo2:
		return 0
	}
	return 1
}

// pivot makes the column's unknown basic in a row. Every entry becomes
// (entry × pivot − row × column) / the last pivot, which divides it.
func (v *Solver) pivot(row, column int) error {
	at := v.rows[row]
	p := at[column]
	if p < 0 { // only while missing unknowns of value 0 are dropped
		for c := range at {
			at[c] = -at[c]
		}
		p = -p
	}
	for i, other := range v.rows {
		if i == row {
			continue
		}
		k := other[column]
		if k == 0 && p == v.den {
			continue
		}
		for c, x := range at {
			y := other[c]
			if y == 0 && (x == 0 || k == 0) {
				continue
			}
			n, ok := combine(y, p, k, x)
			if !ok {
				return errTooLarge
			}
			other[c] = n / v.den
		}
	}
	v.isHeld[v.basic[row]], v.isHeld[column] = false, true
	v.basic[row] = column
	v.den = p
	return nil
}

const limit = 1 << 62

// combine is y·p − k·x, false where it could outgrow 62 bits.
func combine(y, p, k, x int64) (int64, bool) {
	const small = 1 << 30
	if max(y, -y, p, -p) >= small || max(k, -k, x, -x) >= small {
		a, okA := product(y, p)
		b, okB := product(k, x)
		return a - b, okA && okB
	}
	return y*p - k*x, true
}

func product(a, b int64) (int64, bool) {
	hi, lo := bits.Mul64(uint64(max(a, -a)), uint64(max(b, -b)))
	if hi != 0 || lo >= limit/2 {
		return 0, false
	}
	return a * b, true
}

func reduce(num, den int64) Fraction {
	a, b := max(num, -num), den
	for b != 0 {
		a, b = b, a%b
	}
	if a == 0 {
		return Fraction{0, 1}
	}
	return Fraction{num / a, den / a}
}
