package stats

import (
	"fmt"
	"math"
)

// Global is one figure about the whole map, with what chance would give.
type Global struct {
	N        int // places known
	Value    float64
	Expected float64
	Variance float64
	Z        float64 // (Value − Expected)/√Variance, 0 where that has no meaning
}

// P is the figure's p-value by the normal approximation.
func (g Global) P(s Side) float64 { return s.P(g.Z) }

// Null is what is taken to be chance.
type Null int

// Under Randomised the values are fixed and their arrangement is random; under
// Normal they are draws of one normal distribution.
const (
	Randomised Null = iota
	Normal
)

// sums are the sums of weights that all global variances are made of:
// S0 = Σ w_ij, S1 = ½ Σ (w_ij + w_ji)², S2 = Σ_i (w_i· + w_·i)².
type sums struct{ s0, s1, s2 float64 }

func (w Weights) sums() sums {
	var s sums
	n := w.Len()
	both := make([]float64, n) // w_i· + w_·i
	for i := range n {
		w.each(i, func(j int32, weight float64) {
			s.s0 += weight
			both[i] += weight
			both[j] += weight
			// Each unordered pair is met once or twice; ½ (a+b)² over both
			// orders is (a+b)², of which the pair's first meeting adds a² + ab
			// and its second b² + ab.
			s.s1 += weight * (weight + w.between(int(j), int32(i)))
		})
	}
	for _, b := range both {
		s.s2 += b * b
	}
	return s
}

// each visits the neighbours of a place with their weights.
func (w Weights) each(i int, visit func(j int32, weight float64)) {
	for at := w.Offsets[i]; at < w.Offsets[i+1]; at++ {
		weight := 1.0
		if w.Values != nil {
			weight = w.Values[at]
		}
		visit(w.Neighbours[at], weight)
	}
}

// between is the weight of j in the row of i, 0 when they are no neighbours.
func (w Weights) between(i int, j int32) float64 {
	low, high := w.Offsets[i], w.Offsets[i+1]
	for low < high {
		if middle := (low + high) / 2; w.Neighbours[middle] < j {
			low = middle + 1
		} else {
			high = middle
		}
	}
	switch {
	case low == w.Offsets[i+1] || w.Neighbours[low] != j:
		return 0
	case w.Values == nil:
		return 1
	default:
		return w.Values[low]
	}
}

// knownOnly leaves out places whose value is unknown, from the values and
// from everyone's neighbours. The weights that remain keep their size.
func knownOnly(w Weights, x []float64) (Weights, []float64, error) {
	if w.Len() != len(x) {
		return w, x, fmt.Errorf("%w: %d places, %d values", ErrWeights, w.Len(), len(x))
	}
	n, _ := known(x)
	if n == len(x) {
		return w, x, nil
	}
	number, values := make([]int32, len(x)), make([]float64, 0, n)
	for i, v := range x {
		number[i] = -1
		if finite(v) {
			number[i] = int32(len(values))
			values = append(values, v)
		}
	}
	rest := Weights{Offsets: make([]int32, 1, n+1)}
	for i := range x {
		if number[i] < 0 {
			continue
		}
		w.each(i, func(j int32, weight float64) {
			if number[j] >= 0 {
				rest.Neighbours = append(rest.Neighbours, number[j])
				if w.Values != nil {
					rest.Values = append(rest.Values, weight)
				}
			}
		})
		rest.Offsets = append(rest.Offsets, int32(len(rest.Neighbours)))
	}
	return rest, values, nil
}

// judged fills in z.
func (g Global) judged() Global {
	if g.Variance > 0 && finite(g.Value) {
		g.Z = (g.Value - g.Expected) / math.Sqrt(g.Variance)
	}
	return g
}

// Moran is Moran's I: n/S0 · Σ w_ij z_i z_j / Σ z_i², z the deviations from
// the mean; above −1/(n−1) when neighbours are alike (Cliff and Ord 1981).
// A map without neighbours or of one value has no I: Value is NaN, Z is 0.
func Moran(w Weights, x []float64, null Null) (Global, error) {
	w, x, err := knownOnly(w, x)
	if err != nil {
		return Global{}, err
	}
	m, s, n := momentsOf(x), w.sums(), float64(len(x))
	g := Global{N: len(x), Value: math.NaN(), Expected: -1 / (n - 1), Variance: math.NaN()}
	if n < 2 {
		g.Expected = math.NaN()
	}
	if m.alike || s.s0 == 0 {
		return g, nil
	}
	cross, fourth := 0.0, 0.0
	for i, v := range x {
		z := v - m.mean
		fourth += z * z * z * z
		w.each(i, func(j int32, weight float64) { cross += weight * z * (x[j] - m.mean) })
	}
	g.Value = n / s.s0 * cross / m.squares
	if null == Normal {
		g.Variance = (n*n*s.s1-n*s.s2+3*s.s0*s.s0)/((n*n-1)*s.s0*s.s0) - g.Expected*g.Expected
	} else if n > 3 {
		kurtosis := n * fourth / (m.squares * m.squares)
		g.Variance = (n*((n*n-3*n+3)*s.s1-n*s.s2+3*s.s0*s.s0)-
			kurtosis*((n*n-n)*s.s1-2*n*s.s2+6*s.s0*s.s0))/
			((n-1)*(n-2)*(n-3)*s.s0*s.s0) - g.Expected*g.Expected
	}
	return g.judged(), nil
}

// Geary is Geary's C: (n−1)/(2 S0) · Σ w_ij (x_i − x_j)² / Σ z_i²; below 1
// when neighbours are alike (Cliff and Ord 1981).
//
// Tools differ: z is (C − 1)/√Var as in esda, so negative when neighbours are
// alike; spdep prints it with the opposite sign.
func Geary(w Weights, x []float64, null Null) (Global, error) {
	w, x, err := knownOnly(w, x)
	if err != nil {
		return Global{}, err
	}
	m, s, n := momentsOf(x), w.sums(), float64(len(x))
	g := Global{N: len(x), Value: math.NaN(), Expected: 1, Variance: math.NaN()}
	if m.alike || s.s0 == 0 {
		return g, nil
	}
	apart, fourth := 0.0, 0.0
	for i, v := range x {
		z := v - m.mean
		fourth += z * z * z * z
		w.each(i, func(j int32, weight float64) { apart += weight * (v - x[j]) * (v - x[j]) })
	}
	g.Value = (n - 1) / (2 * s.s0) * apart / m.squares
	if null == Normal {
		g.Variance = ((2*s.s1+s.s2)*(n-1) - 4*s.s0*s.s0) / (2 * (n + 1) * s.s0 * s.s0)
	} else if n > 3 {
		k := n * fourth / (m.squares * m.squares)
		g.Variance = ((n-1)*s.s1*(n*n-3*n+3-(n-1)*k) -
			(n-1)*s.s2*(n*n+3*n-6-(n*n-n+2)*k)/4 +
			s.s0*s.s0*(n*n-3-(n-1)*(n-1)*k)) / (n * (n - 2) * (n - 3) * s.s0 * s.s0)
	}
	return g.judged(), nil
}

// GlobalG is Getis and Ord's general G: Σ w_ij x_i x_j / Σ_{i≠j} x_i x_j, for
// values that are not negative. Above S0/(n(n−1)) high values lie together,
// below it low ones do (Getis and Ord 1992, with the randomisation variance
// given there). It is meant for binary weights.
func GlobalG(w Weights, x []float64) (Global, error) {
	w, x, err := knownOnly(w, x)
	if err != nil {
		return Global{}, err
	}
	var m1, m2, m3, m4 float64
	for i, v := range x {
		if v < 0 {
			return Global{}, fmt.Errorf("general G of a negative value: place %d has %g", i, v)
		}
		m1, m2, m3, m4 = m1+v, m2+v*v, m3+v*v*v, m4+v*v*v*v
	}
	s, n := w.sums(), float64(len(x))
	g := Global{N: len(x), Value: math.NaN(), Expected: s.s0 / (n * (n - 1)), Variance: math.NaN()}
	pairs := m1*m1 - m2
	if !(pairs > 0) || s.s0 == 0 {
		return g, nil
	}
	cross := 0.0
	for i, v := range x {
		w.each(i, func(j int32, weight float64) { cross += weight * v * x[j] })
	}
	g.Value = cross / pairs
	if n > 3 && !momentsOf(x).alike {
		s0s0 := s.s0 * s.s0
		second := ((n*n-3*n+3)*s.s1-n*s.s2+3*s0s0)*m2*m2 -
			((n*n-n)*s.s1-2*n*s.s2+6*s0s0)*m4 -
			(2*n*s.s1-(n+3)*s.s2+6*s0s0)*m1*m1*m2 +
			(4*(n-1)*s.s1-2*(n+1)*s.s2+8*s0s0)*m1*m3 +
			(s.s1-s.s2+s0s0)*m1*m1*m1*m1
		g.Variance = second/(pairs*pairs*n*(n-1)*(n-2)*(n-3)) - g.Expected*g.Expected
	}
	return g.judged(), nil
}

// Joins are how often neighbours are both black, both white, or differ, each
// pair counted once (by its mean weight when being a neighbour is not mutual).
type Joins struct{ BlackBlack, WhiteWhite, BlackWhite float64 }

// JoinCounts counts the joins of places that are marked (black) or not
// (Cliff and Ord 1981).
func JoinCounts(w Weights, black []bool) (Joins, error) {
	if w.Len() != len(black) {
		return Joins{}, fmt.Errorf("%w: %d places, %d marks", ErrWeights, w.Len(), len(black))
	}
	var joins Joins
	for i, mine := range black {
		w.each(i, func(j int32, weight float64) {
			switch {
			case mine && black[j]:
				joins.BlackBlack += weight / 2
			case !mine && !black[j]:
				joins.WhiteWhite += weight / 2
			default:
				joins.BlackWhite += weight / 2
			}
		})
	}
	return joins, nil
}
