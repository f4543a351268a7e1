package stats

import "math"

// Divisor says by which variance local Moran is scaled, where tools differ.
type Divisor int

// ByN divides the sum of squares by n (spdep's default), ByNLessOne by n−1
// (esda); their I differ by the factor (n−1)/n, their z do not.
const (
	ByN Divisor = iota
	ByNLessOne
)

// Quadrant is where a place lies in Moran's scatter plot: its own value and
// its neighbours', above the mean or below.
type Quadrant int8

// The quadrants: a place's own value first, its neighbours' second.
const (
	NoQuadrant Quadrant = iota // unknown, or nothing differs
	HighHigh
	LowHigh
	LowLow
	HighLow
)

// Local is a local statistic of every place.
type Local struct {
	Value    []float64
	Z        []float64
	Quadrant []Quadrant
}

// LocalMoran is Anselin's local I_i = z_i Σ_j w_ij z_j / m2 (1995), m2 = Σ z²
// over the divisor. Its z is under conditional randomisation: the place keeps
// its value, the others are shuffled (Sokal, Oden and Thomson 1998, eqs. A7
// and A8, as in spdep). For places without neighbours I and z are 0.
func LocalMoran(w Weights, x []float64, divisor Divisor) (Local, error) {
	full := x
	w, x, err := knownOnly(w, x)
	if err != nil {
		return Local{}, err
	}
	m, n := momentsOf(x), float64(len(x))
	m2 := m.squares / n
	scale := m2
	if divisor == ByNLessOne {
		scale = m.squares / (n - 1)
	}
	l := Local{Value: make([]float64, len(full)), Z: make([]float64, len(full)), Quadrant: make([]Quadrant, len(full))}
	i := -1 // counts the known places
	for at, v := range full {
		if !finite(v) {
			l.Value[at], l.Z[at] = math.NaN(), math.NaN()
			continue
		}
		i++
		if m.alike {
			continue
		}
		z, lag, weights, squares := v-m.mean, 0.0, 0.0, 0.0
		w.each(i, func(j int32, weight float64) {
			lag += weight * (x[j] - m.mean)
			weights += weight
			squares += weight * weight
		})
		if weights == 0 || z*z <= 1e-24*m2 {
			continue // at the mean I is 0 whatever the neighbours are
		}
		l.Value[at] = z * lag / scale
		l.Quadrant[at] = quadrant(z, lag)
		// Of lag alone: z and the scale are fixed, and only turn the sign.
		expected := -z * weights / (n - 1)
		variance := n / (n - 2) * (squares - weights*weights/(n-1)) * (m2 - z*z/(n-1))
		if n > 2 && variance > 1e-12*squares*m2 {
			l.Z[at] = (lag - expected) / math.Sqrt(variance)
			if z < 0 {
				l.Z[at] = -l.Z[at]
			}
		}
	}
	return l, nil
}

func quadrant(z, lag float64) Quadrant {
	switch {
	case z > 0 && lag > 0:
		return HighHigh
	case z < 0 && lag > 0:
		return LowHigh
	case z < 0 && lag < 0:
		return LowLow
	case z > 0 && lag < 0:
		return HighLow
	default:
		return NoQuadrant
	}
}
