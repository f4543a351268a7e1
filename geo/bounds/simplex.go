package bounds

import "math/bits"

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
