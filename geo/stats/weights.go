package stats

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Weights says which places are neighbours, and how strongly: the rows of a
// sparse matrix. Row i is Neighbours[Offsets[i]:Offsets[i+1]], in rising
// order and without i itself; Values runs beside Neighbours, and nil means
// that every neighbour weighs 1. The zero value holds no places.
type Weights struct {
	Offsets    []int32
	Neighbours []int32
	Values     []float64
}

// ErrWeights is a neighbourhood that cannot be: a neighbour that does not
// exist, a place beside itself, a pair twice, a weight that is no positive
// number.
var ErrWeights = errors.New("bad weights")

// NewWeights makes binary weights of n places from their lists of neighbours,
// in any order. Being a neighbour need not be mutual.
func NewWeights(n int, neighbours func(i int) []int32) (Weights, error) {
	w := Weights{Offsets: make([]int32, 1, n+1)}
	for i := range n {
		w.Neighbours = append(w.Neighbours, neighbours(i)...)
		w.Offsets = append(w.Offsets, int32(len(w.Neighbours)))
		slices.Sort(w.Row(i))
	}
	return w, w.Check(n)
}

// Check tells what is wrong with weights that should be of n places.
func (w Weights) Check(n int) error {
	if w.Len() != n {
		return fmt.Errorf("%w: of %d places, not %d", ErrWeights, w.Len(), n)
	}
	if w.Values != nil && len(w.Values) != len(w.Neighbours) {
		return fmt.Errorf("%w: %d values for %d neighbours", ErrWeights, len(w.Values), len(w.Neighbours))
	}
	if n > 0 && (w.Offsets[0] != 0 || int(w.Offsets[n]) != len(w.Neighbours) || !slices.IsSorted(w.Offsets)) {
		return fmt.Errorf("%w: offsets do not divide the %d neighbours", ErrWeights, len(w.Neighbours))
	}
	for i := range n {
		last := int32(-1)
		for _, j := range w.Row(i) {
			if j <= last || int(j) >= n || int(j) == i {
				return fmt.Errorf("%w: place %d has %d for a neighbour", ErrWeights, i, j)
			}
			last = j
		}
	}
	for _, v := range w.Values {
		if !(v > 0) || math.IsInf(v, 1) {
			return fmt.Errorf("%w: weight %g", ErrWeights, v)
		}
	}
	return nil
}

// Len is the number of places.
func (w Weights) Len() int { return max(len(w.Offsets)-1, 0) }

// Row is the neighbours of a place.
func (w Weights) Row(i int) []int32 { return w.Neighbours[w.Offsets[i]:w.Offsets[i+1]] }

// RowValues is the weights beside Row, nil when all are 1.
func (w Weights) RowValues(i int) []float64 {
	if w.Values == nil {
		return nil
	}
	return w.Values[w.Offsets[i]:w.Offsets[i+1]]
}

// Standardised divides each row by its sum, so that a neighbourhood's sum
// becomes its mean.
func (w Weights) Standardised() Weights {
	values := make([]float64, len(w.Neighbours))
	for i := range w.Len() {
		row, from := w.RowValues(i), values[w.Offsets[i]:w.Offsets[i+1]]
		sum := float64(len(from))
		if row != nil {
			sum = 0
			for _, v := range row {
				sum += v
			}
		}
		for k := range from {
			from[k] = 1 / sum
			if row != nil {
				from[k] = row[k] / sum
			}
		}
	}
	return Weights{Offsets: w.Offsets, Neighbours: w.Neighbours, Values: values}
}

// Queen is the neighbourhoods of a lattice, row by row: the up to eight cells
// that share a side or a corner.
func Queen(columns, rows int) Weights { return lattice(columns, rows, true) }

// Rook is the neighbourhoods of a lattice: the up to four cells that share a
// side.
func Rook(columns, rows int) Weights { return lattice(columns, rows, false) }

func lattice(columns, rows int, corners bool) Weights {
	n := columns * rows
	w := Weights{Offsets: make([]int32, 1, n+1), Neighbours: make([]int32, 0, 8*n)}
	for i := range n {
		column, row := i%columns, i/columns
		for r := max(row-1, 0); r <= min(row+1, rows-1); r++ {
			for c := max(column-1, 0); c <= min(column+1, columns-1); c++ {
				beside := r == row || c == column
				if (beside || corners) && (r != row || c != column) {
					w.Neighbours = append(w.Neighbours, int32(r*columns+c))
				}
			}
		}
		w.Offsets = append(w.Offsets, int32(len(w.Neighbours)))
	}
	return w
}

// Band is the neighbourhoods of points on a plane: all at most reach away,
// both in metres. Degrees are no plane: a degree of longitude is not as long
// as one of latitude, and what is near changes with it.
func Band(x, y []float64, reach float64) (Weights, error) {
	if len(x) != len(y) || !(reach > 0) || math.IsInf(reach, 1) {
		return Weights{}, fmt.Errorf("%w: %d × %d coordinates within %g", ErrWeights, len(x), len(y), reach)
	}
	type square struct{ column, row int64 }
	squares := make(map[square][]int32)
	of := func(i int) square { return square{int64(math.Floor(x[i] / reach)), int64(math.Floor(y[i] / reach))} }
	for i := range x {
		if !finite(x[i]) || !finite(y[i]) || math.Abs(x[i]/reach) > 1<<52 || math.Abs(y[i]/reach) > 1<<52 {
			return Weights{}, fmt.Errorf("%w: point %d at %g %g", ErrWeights, i, x[i], y[i])
		}
		squares[of(i)] = append(squares[of(i)], int32(i))
	}
	return NewWeights(len(x), func(i int) []int32 {
		var near []int32
		at := of(i)
		for row := at.row - 1; row <= at.row+1; row++ {
			for column := at.column - 1; column <= at.column+1; column++ {
				for _, j := range squares[square{column, row}] {
					if int(j) != i && math.Hypot(x[j]-x[i], y[j]-y[i]) <= reach {
						near = append(near, j)
					}
				}
			}
		}
		return near
	})
}
