package stats

import (
	"fmt"
	"math"
)

// GiStar is the z-value of Getis and Ord's local statistic with the place
// itself in its neighbourhood: how far the weighted sum of x around a place
// lies above what a random arrangement of the same values would give, in
// standard deviations.
//
//	z_i = (Σ_j w_ij x_j − X W_i) / (S √((n Σ_j w_ij² − W_i²)/(n−1)))
//
// with j = i included, X the mean and S² the variance with divisor n (Ord and
// Getis 1995, eq. 14). The place weighs as much as its heaviest neighbour, 1
// when weights are binary or it has none.
//
// Tools differ: Getis and Ord 1996 print the value with divisor n−1 in S²,
// smaller by √((n−1)/n). z does not change when a row of weights is scaled,
// as in spdep; esda's row-standardised figures do.
func GiStar(w Weights, x []float64) ([]float64, error) {
	return gi(w, x, true)
}

// Gi is GiStar without the place itself: n−1, mean and variance are of the
// other places (Ord and Getis 1995, eq. 6).
func Gi(w Weights, x []float64) ([]float64, error) {
	return gi(w, x, false)
}

func gi(w Weights, x []float64, self bool) ([]float64, error) {
	if w.Len() != len(x) {
		return nil, fmt.Errorf("%w: %d places, %d values", ErrWeights, w.Len(), len(x))
	}
	z := make([]float64, len(x))
	m := momentsOf(x)
	if w.Values == nil && m.n == len(x) && self {
		m.giStarBinary(w, x, z)
		return z, nil
	}
	for i := range x {
		z[i] = m.gi(w, x, i, self)
	}
	return z, nil
}

// moments is what the local statistics need of all values: how many are
// known, their mean, and the sum of squares around it.
type moments struct {
	n       int
	mean    float64
	squares float64 // Σ (x − mean)²
	alike   bool    // no two known values differ
}

func momentsOf(x []float64) moments {
	n, sum := known(x)
	m := moments{n: n, mean: sum / float64(max(n, 1)), alike: true}
	first := math.NaN()
	for _, v := range x {
		if finite(v) {
			m.squares += (v - m.mean) * (v - m.mean)
			if finite(first) && v != first {
				m.alike = false
			}
			first = v
		}
	}
	return m
}

// giStarBinary is the common case made quick: all values known, all weights
// 1. The denominator depends on the number of neighbours alone.
func (m moments) giStarBinary(w Weights, x, z []float64) {
	if m.alike {
		return
	}
	n := float64(m.n)
	s := math.Sqrt(m.squares / n)
	var scale []float64
	from := w.Offsets[0]
	for i := range z {
		to := w.Offsets[i+1]
		k := int(to-from) + 1
		for len(scale) <= k {
			weight := float64(len(scale))
			variance := (n*weight - weight*weight) / (n - 1)
			scale = append(scale, 0)
			if variance > 0 {
				scale[len(scale)-1] = 1 / (s * math.Sqrt(variance))
			}
		}
		sum := x[i]
		for _, j := range w.Neighbours[from:to] {
			sum += x[j]
		}
		z[i] = (sum - m.mean*float64(k)) * scale[k]
		from = to
	}
}

// gi is one place's z; unknown neighbours are no neighbours.
func (m moments) gi(w Weights, x []float64, i int, self bool) float64 {
	if !finite(x[i]) {
		return math.NaN()
	}
	sum, weights, squares, heaviest := 0.0, 0.0, 0.0, 0.0
	values := w.RowValues(i)
	for k, j := range w.Row(i) {
		weight := 1.0
		if values != nil {
			weight = values[k]
		}
		if finite(x[j]) {
			sum += weight * x[j]
			weights += weight
			squares += weight * weight
			heaviest = max(heaviest, weight)
		}
	}
	n, mean, spread := float64(m.n), m.mean, m.squares
	if self {
		if heaviest == 0 {
			heaviest = 1
		}
		sum += heaviest * x[i]
		weights += heaviest
		squares += heaviest * heaviest
	} else {
		// Mean and squares of the others: one value taken out.
		d := x[i] - mean
		n--
		mean -= d / n
		spread -= d * d * (n + 1) / n
	}
	variance := (n*squares - weights*weights) / (n - 1) * spread / n
	if m.alike || !(variance > 1e-12*squares*spread/n) {
		return 0
	}
	return (sum - mean*weights) / math.Sqrt(variance)
}
