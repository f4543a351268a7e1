package bounds

import (
	"math"
	"math/rand/v2"
	"slices"
)

// search is a solution of a system, and the way to better ones. Unknowns are columns,
// known sums are rows. For each row there is one more column, what is missing from
// its sum: number unknowns + row.
type search struct {
	unknowns int
	rows     [][]int32 // unknowns that are not known to be nothing
	columns  [][]int32 // rows of an unknown; what is nothing has none
	values   []int64
	nothing  []bool // a sum of nothing says so
	basis
	held  []float64 // row → how much its basic column is
	cost  []float64 // column → of the search at hand
	dual  []float64 // row → price at the end of the last search
	gain  []float64 // column → scratch
	dirty []int32   // columns of which gain is set
	mark  []bool
	costs []int64 // column → scratch of proofs
	total float64 // of all sums
	alpha vector
	r     *rand.Rand
}

// Tolerances: of a gain, of a pivot and of a step, whose true values are fractions
// with small denominators.
const (
	leastGain  = 1e-7
	leastPivot = 1e-7
	leastStep  = 1e-9
)

// solve finds some counts that have the known sums.
func (s *System) solve() (*search, error) {
	m := len(s.sums)
	all := s.unknowns + m
	v := &search{
		unknowns: s.unknowns, values: s.values, rows: make([][]int32, m), columns: make([][]int32, all), nothing: make([]bool, s.unknowns),
		held: make([]float64, m), cost: make([]float64, all), dual: make([]float64, m), gain: make([]float64, s.unknowns), mark: make([]bool, s.unknowns), costs: make([]int64, s.unknowns),
		alpha: newVector(m), r: rand.New(rand.NewPCG(1, 1)),
	}
	for i, sum := range s.sums {
		if s.values[i] == 0 {
			for _, u := range sum {
				v.nothing[u] = true
			}
		}
	}
	missing := make([]int32, 0, m)
	for i, sum := range s.sums {
		for _, u := range sum {
			if !v.nothing[u] {
				v.rows[i] = append(v.rows[i], u)
				v.columns[u] = append(v.columns[u], int32(i))
			}
		}
		column := int32(s.unknowns + i)
		v.columns[column] = []int32{int32(i)}
		v.cost[column] = -1 // let nothing be missing
		v.held[i] = float64(s.values[i])
		v.total += float64(s.values[i])
		missing = append(missing, column)
	}
	v.basis = newBasis(v.columns, missing)
	if _, err := v.maximise(nil); err != nil {
		return nil, err
	}
	for row, column := range v.basic {
		if v.isMissing(column) && v.held[row] > 0.5 {
			return nil, errImpossible
		}
	}
	clear(v.cost)
	return v, nil
}

// clone is another search from the same solution.
func (v *search) clone() *search {
	c := *v
	c.basis = basis{columns: v.columns, basic: slices.Clone(v.basic), isBasic: slices.Clone(v.isBasic), factors: slices.Clone(v.factors), fresh: v.fresh}
	c.held, c.cost, c.dual = slices.Clone(v.held), slices.Clone(v.cost), slices.Clone(v.dual)
	c.gain, c.mark, c.dirty, c.costs = make([]float64, len(v.gain)), make([]bool, len(v.mark)), nil, make([]int64, len(v.costs))
	c.alpha = newVector(len(v.values))
	c.r = rand.New(rand.NewPCG(2, 2))
	return &c
}

func (v *search) isMissing(column int32) bool { return int(column) >= v.unknowns }

// maximise moves from one solution to the next until the sum of cost × count is as
// great as it can be. Beside what is missing only the target's columns have a cost.
func (v *search) maximise(target []int32) (unbounded bool, err error) {
	for _, u := range target {
		if len(v.columns[u]) == 0 && !v.nothing[u] && v.cost[u] > 0 {
			return true, nil
		}
	}
	stuck := 0
	for range 200 * (len(v.values) + 100) {
		v.price()
		column := v.entering(target, stuck > patience)
		if column < 0 {
			return false, nil
		}
		v.alpha.load(v.columns[column])
		v.forward(&v.alpha)
		row := v.leaving(stuck > patience)
		if row < 0 {
			return true, nil
		}
		step := v.held[row] / v.alpha.at[row]
		if step > leastStep {
			stuck = 0
		} else {
			stuck++
		}
		for _, i := range v.alpha.touched {
			v.held[i] -= step * v.alpha.at[i]
		}
		v.held[row] = step
		if !v.replace(int(row), column, &v.alpha) {
			if err := v.refresh(); err != nil {
				return false, err
			}
		}
	}
	return false, errLost
}

// patience is how many moves without progress are made before the first column that
// gains is taken, and the first row (Bland's rule, which cannot go round).
const patience = 300

// refresh makes the basis anew, and what its columns are.
func (v *search) refresh() error {
	if err := v.factor(); err != nil {
		return err
	}
	v.alpha.clear()
	for row, value := range v.values {
		v.alpha.set(int32(row), float64(value))
	}
	v.forward(&v.alpha)
	copy(v.held, v.alpha.at)
	for row, h := range v.held {
		if math.Abs(h) < leastStep {
			v.held[row] = 0
		}
	}
	return nil
}

// price finds the worth of one more of each sum.
func (v *search) price() {
	for row, column := range v.basic {
		v.dual[row] = v.cost[column]
	}
	v.backward(v.dual)
}

// entering is the column that gains most, or the first one; −1 where none does. Only
// columns of sums that are worth something, and of the target, can gain.
func (v *search) entering(target []int32, first bool) int32 {
	for _, u := range v.dirty {
		v.gain[u], v.mark[u] = 0, false
	}
	v.dirty = v.dirty[:0]
	note := func(u int32, by float64) {
		if !v.mark[u] {
			v.mark[u] = true
			v.dirty = append(v.dirty, u)
		}
		v.gain[u] += by
	}
	for row, d := range v.dual {
		if math.Abs(d) > leastStep {
			for _, u := range v.rows[row] {
				note(u, -d)
			}
		}
	}
	for _, u := range target {
		if !v.nothing[u] {
			note(u, v.cost[u])
		}
	}
	best, most := int32(-1), leastGain
	for _, u := range v.dirty {
		if g := v.gain[u]; g > leastGain && !v.isBasic[u] && (best < 0 || first && u < best || !first && g > most) {
			best, most = u, g
		}
	}
	return best
}

// leaving is the row whose column reaches zero first when the entering one grows;
// among equals one of the largest pivots, drawn by lot so as not to go round, or the
// first. What is missing and should not be leaves at once. −1 where none ever does.
func (v *search) leaving(first bool) int32 {
	best, ties := int32(-1), 0
	ratio, pivot := math.Inf(1), 0.0
	for _, i := range v.alpha.touched {
		a := v.alpha.at[i]
		stays := v.isMissing(v.basic[i]) && v.held[i] < leastStep && v.cost[v.basic[i]] == 0
		if stays {
			a = math.Abs(a)
		}
		if a < leastPivot {
			continue
		}
		switch r := max(0, v.held[i]) / a; {
		case r < ratio-leastStep || r < ratio+leastStep && !first && a > pivot+0.1:
			best, ratio, pivot, ties = i, r, a, 1
		case r > ratio+leastStep || !first && a < pivot-0.1:
		case first:
			if v.basic[i] < v.basic[best] {
				best, ratio, pivot = i, r, a
			}
		default:
			if ties++; v.r.IntN(ties) == 0 {
				best, ratio, pivot = i, r, a
			}
		}
	}
	return best
}
