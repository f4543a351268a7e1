package bounds

import (
	"errors"
	"math"
)

// basis is the columns that a solution is made of, one for each row, and a way to
// solve with them: the inverse as a product of matrices that differ from the unit
// matrix in one column.
type basis struct {
	columns [][]int32
	basic   []int32 // row → column
	isBasic []bool
	factors []factor
	fresh   int // how many factors the last factoring left
}

// factor is such a column.
type factor struct {
	row    int32
	pivot  float64
	rows   []int32 // the others
	values []float64
}

// vector is a column of numbers of which most are zero.
type vector struct {
	at      []float64
	touched []int32
	is      []bool
}

func newVector(n int) vector { return vector{at: make([]float64, n), is: make([]bool, n)} }

func (x *vector) clear() {
	for _, i := range x.touched {
		x.at[i], x.is[i] = 0, false
	}
	x.touched = x.touched[:0]
}

func (x *vector) set(i int32, value float64) {
	if !x.is[i] {
		x.is[i] = true
		x.touched = append(x.touched, i)
	}
	x.at[i] = value
}

// load is a column of ones.
func (x *vector) load(rows []int32) {
	x.clear()
	for _, i := range rows {
		x.set(i, 1)
	}
}

func newBasis(columns [][]int32, basic []int32) basis {
	b := basis{columns: columns, basic: basic, isBasic: make([]bool, len(columns))}
	for _, c := range basic {
		b.isBasic[c] = true
	}
	return b
}

// forward solves basis × y = x, in place.
func (b *basis) forward(x *vector) {
	for k := range b.factors {
		f := &b.factors[k]
		t := x.at[f.row]
		if t == 0 {
			continue
		}
		t /= f.pivot
		x.at[f.row] = t
		for i, row := range f.rows {
			x.set(row, x.at[row]-t*f.values[i])
		}
	}
	for _, i := range x.touched {
		if math.Abs(x.at[i]) < rounding {
			x.at[i] = 0
		}
	}
}

// rounding is what counts as a zero that was not quite met.
const rounding = 1e-11

// backward solves y × basis = x, in place.
func (b *basis) backward(x []float64) {
	for k := len(b.factors) - 1; k >= 0; k-- {
		f := &b.factors[k]
		t := x[f.row]
		for i, row := range f.rows {
			t -= x[row] * f.values[i]
		}
		if t != 0 {
			if t /= f.pivot; math.Abs(t) < rounding {
				t = 0
			}
		}
		x[f.row] = t
	}
}

// mostFactors is how many columns are replaced before the basis is made anew.
const mostFactors = 100

// replace puts a column in the place of a row's; alpha is the column in terms of the
// basis. It returns false when the basis should be made anew.
func (b *basis) replace(row int, column int32, alpha *vector) bool {
	b.isBasic[b.basic[row]], b.isBasic[column] = false, true
	b.basic[row] = column
	b.push(int32(row), alpha)
	return len(b.factors) < b.fresh+mostFactors
}

// push adds the factor of a column.
func (b *basis) push(row int32, alpha *vector) {
	f := factor{row: row, pivot: alpha.at[row]}
	for _, i := range alpha.touched {
		if i != row && alpha.at[i] != 0 {
			f.rows = append(f.rows, i)
			f.values = append(f.values, alpha.at[i])
		}
	}
	if len(f.rows) > 0 || f.pivot != 1 {
		b.factors = append(b.factors, f)
	}
}

var errSingular = errors.New("the columns of a solution depend on each other")

// factor makes the product anew. Rows that only one column has come first, then what
// is neither, then columns that have only one row, last found first: so that the
// columns of the two outer parts are factors as they are.
func (b *basis) factor() error {
	o := b.order()
	b.factors = b.factors[:0]
	m := len(b.basic)
	basic := make([]int32, m)
	alpha := newVector(m)
	for _, p := range o.front {
		alpha.load(b.columns[p.column])
		basic[p.row] = p.column
		b.push(p.row, &alpha)
	}
	free := make([]bool, m)
	for _, row := range o.rows {
		free[row] = true
	}
	for _, column := range o.middle {
		alpha.load(b.columns[column])
		b.forward(&alpha)
		best := int32(-1)
		for _, i := range alpha.touched {
			if free[i] && (best < 0 || math.Abs(alpha.at[i]) > math.Abs(alpha.at[best])) {
				best = i
			}
		}
		if best < 0 || math.Abs(alpha.at[best]) < leastPivot {
			return errSingular
		}
		free[best] = false
		basic[best] = column
		b.push(best, &alpha)
	}
	for k := len(o.back) - 1; k >= 0; k-- {
		p := o.back[k]
		alpha.load(b.columns[p.column])
		basic[p.row] = p.column
		b.push(p.row, &alpha)
	}
	b.basic = basic
	b.fresh = len(b.factors)
	return nil
}

// place is a column and the row that it is the basic one of.
type place struct{ row, column int32 }

// order is how the columns of a basis are taken.
type order struct {
	front, back []place
	middle      []int32 // columns
	rows        []int32 // of the middle
}

func (b *basis) order() order {
	m := len(b.basic)
	var o order
	inRow := make([][]int32, m) // row → columns, as numbers into basic
	rowsLeft, columnsLeft := make([]int, m), make([]int, m)
	rowDone, columnDone := make([]bool, m), make([]bool, m)
	var singleRows, singleColumns []int32
	for k, column := range b.basic {
		columnsLeft[k] = len(b.columns[column])
		for _, row := range b.columns[column] {
			inRow[row] = append(inRow[row], int32(k))
		}
		if columnsLeft[k] == 1 {
			singleColumns = append(singleColumns, int32(k))
		}
	}
	for row := range inRow {
		if rowsLeft[row] = len(inRow[row]); rowsLeft[row] == 1 {
			singleRows = append(singleRows, int32(row))
		}
	}
	remove := func(row, k int32) {
		rowDone[row], columnDone[k] = true, true
		for _, r := range b.columns[b.basic[k]] {
			if rowsLeft[r]--; !rowDone[r] && rowsLeft[r] == 1 {
				singleRows = append(singleRows, r)
			}
		}
		for _, c := range inRow[row] {
			if columnsLeft[c]--; !columnDone[c] && columnsLeft[c] == 1 {
				singleColumns = append(singleColumns, c)
			}
		}
	}
	for len(singleRows)+len(singleColumns) > 0 {
		if n := len(singleRows); n > 0 {
			row := singleRows[n-1]
			singleRows = singleRows[:n-1]
			for _, k := range inRow[row] {
				if !rowDone[row] && !columnDone[k] {
					o.front = append(o.front, place{row, b.basic[k]})
					remove(row, k)
				}
			}
			continue
		}
		n := len(singleColumns)
		k := singleColumns[n-1]
		singleColumns = singleColumns[:n-1]
		for _, row := range b.columns[b.basic[k]] {
			if !columnDone[k] && !rowDone[row] {
				o.back = append(o.back, place{row, b.basic[k]})
				remove(row, k)
			}
		}
	}
	for k, column := range b.basic {
		if !columnDone[k] {
			o.middle = append(o.middle, column)
		}
	}
	for row, done := range rowDone {
		if !done {
			o.rows = append(o.rows, int32(row))
		}
	}
	return o
}
